"""What each pattern of a period means: the days, weeks, months, quarters, halves and years that its match says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.language.calendar import BEGINNING, MONTH_NAMES, MONTHS_IN, Calendar, Grain, Period
from copilot.language.period_words import A_YEAR, COUNTS, FISCAL, ORDINALS, PART, PATTERNS, WITHOUT_A_YEAR

_LONGEST_MONTHS = 600


def period_of(text: str, calendar: Calendar) -> Period | None:
    """The period that the whole of a text names, as it stands there; None when it is none."""
    for name, pattern in PATTERNS.items():
        if (match := pattern.fullmatch(text)) and (period := build(name, match, calendar)):
            return replace(period, span=(0, len(text)))
    return None


def build(name: str, match: re.Match[str], calendar: Calendar) -> Period | None:
    """The period that a match of the pattern of that name says; None where there is no such day."""
    try:
        period = _BUILDERS[name](match, calendar)
    except (ValueError, OverflowError):
        return None  # no such day, as 31 June
    return period if period and period.start < period.end else None


@dataclass(frozen=True)
class _Year:
    number: int
    fiscal: bool


def _year(text: str, calendar: Calendar) -> _Year:
    """`2025`, `FY26`, `fiscal year 2025/26` or `last year` as a number."""
    fiscal = bool(re.match(rf"FY|.*{FISCAL}", text, re.IGNORECASE))
    digits = re.findall(r"\d+", text)
    if digits:
        number = int(digits[-1])
        return _Year(number if number > 99 else 2000 + number, fiscal)
    this = calendar.this("year", fiscal).last_day.year
    return _Year(this if re.match(r"this|the current|the year", text, re.IGNORECASE) else this - 1, fiscal)


def _count(text: str | None) -> int:
    word = (text or "one").strip().lower()
    return int(word) if word.isdigit() else COUNTS.get(word, 1)


def _grain(unit: str) -> Grain:
    word = unit.lower().rstrip("s")
    grains: dict[str, Grain] = {
        "day": "day", "week": "week", "fortnight": "week", "month": "month", "quarter": "quarter", "qtr": "quarter",
        "year": "year",
    }  # fmt: skip
    return grains.get(word, "half")


def _is_fiscal(kind: str | None, grain: Grain, calendar: Calendar) -> bool:
    """Quarters and halves follow the fiscal year when there is one of its own; years only when said to."""
    if kind:
        return kind.strip().lower() != "calendar"
    return calendar.has_fiscal_year and grain in ("quarter", "half")


def _relative(match: re.Match[str], calendar: Calendar) -> Period | None:
    which, count, grain = match["which"].lower(), _count(match["count"]), _grain(match["unit"])
    fiscal = _is_fiscal(match["kind"], grain, calendar)
    if count < 1 or count * MONTHS_IN.get(grain, 1) > _LONGEST_MONTHS:
        return None
    if match["unit"].lower().startswith("fortnight"):
        count *= 2
    if which in ("next", "coming", "following"):
        if grain in ("day", "week") or (match["count"] and not match["kind"]):
            return calendar.coming(count, grain)
        return calendar.next(count, grain, fiscal)
    if grain == "week":
        monday = calendar.tomorrow - timedelta(days=calendar.tomorrow.weekday())
        return calendar.days(monday - timedelta(weeks=count), monday, "week")
    if grain == "day":
        return calendar.days(calendar.tomorrow - timedelta(days=count), calendar.tomorrow, "day")
    trailing = which in ("past", "trailing", "rolling") or count > 1 or bool(match["lead"] and match["lead"].strip())
    if grain == "year" and trailing and not (match["kind"] or match["full"]):
        return calendar.last(12 * count, "month", False)
    return calendar.last(count, grain, fiscal)


def _this(match: re.Match[str], calendar: Calendar) -> Period | None:
    grain = _grain(match["unit"])
    if grain == "day":
        return None
    if grain == "week":
        monday = calendar.today - timedelta(days=calendar.today.weekday())
        return calendar.days(monday, monday + timedelta(weeks=1), "week")
    return calendar.this(grain, _is_fiscal(match["kind"], grain, calendar))


def _ago(match: re.Match[str], calendar: Calendar) -> Period | None:
    grain, count = _grain(match["unit"]), _count(match["count"])
    if grain not in MONTHS_IN or count * MONTHS_IN[grain] > _LONGEST_MONTHS:
        return None
    return calendar.ago(count, grain, _is_fiscal(None, grain, calendar))


def _shifted(match: re.Match[str], calendar: Calendar) -> Period | None:
    """The year before, or the three months: before the period that was spoken of, else the last ones."""
    grain = _grain(match["unit"])
    if grain not in MONTHS_IN:
        return None
    count = _count(match["count"]) if match["count"] else 1
    before = replace(calendar, today=calendar.spoken or calendar.today)
    return before.last(count, grain, _is_fiscal(None, grain, calendar))


def _before_last(match: re.Match[str], calendar: Calendar) -> Period | None:
    grain = _grain(match["unit"])
    return calendar.ago(2, grain, _is_fiscal(match["kind"], grain, calendar)) if grain in MONTHS_IN else None


def _to_date(match: re.Match[str], calendar: Calendar) -> Period:
    short = (match["short"] or "").upper()
    units = {"Y": "year", "F": "year", "Q": "quarter", "M": "month"}
    unit = units[short[0]] if short else match["unit"] or match["so_far"] or match["this"]
    grain = _grain(unit)
    fiscal = short.startswith("F") or _is_fiscal(match["kind"], grain, calendar)
    return calendar.days(calendar.this(grain, fiscal).start, calendar.tomorrow, "month")


def _part(match: re.Match[str], calendar: Calendar) -> Period | None:
    words = match["part"].lower().removeprefix("the ").split()
    kind = words.pop(1) if len(words) > 2 else ""
    named = match.groupdict()
    year = _year(named["year"], calendar) if named.get("year") else None
    if named.get("short"):
        year = _Year(2000 + int(named["short"]), False)
    grain: Grain = "quarter" if words[0][0] == "q" or words[-1] == "quarter" else "half"
    if len(words) == 1:
        position = int(words[0][1])
    elif year is None and (grain == "half" or words[0] == "last"):
        return None  # "the first half" of a meeting; "last quarter" counts back from today
    else:
        position = ORDINALS.get(words[0], 12 // MONTHS_IN[grain])
    if position * MONTHS_IN[grain] > 12:
        return None
    fiscal = year.fiscal if year else calendar.has_fiscal_year
    fiscal = kind != "calendar" if kind else fiscal
    return calendar.part(position - 1, grain, year.number if year else None, fiscal)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(MONTH_NAMES, 1) if month[:3].lower() == name[:3].lower())


def _month(match: re.Match[str], calendar: Calendar) -> Period:
    named = match.groupdict()
    year = _year(named["year"], calendar) if named.get("year") else None
    month = _month_number(match["m"])
    if year and year.fiscal and calendar.has_fiscal_year and month >= calendar.fiscal_start:
        return calendar.month(month, year.number - 1)
    return calendar.month(month, year.number if year else None)


def _single_day(match: re.Match[str], calendar: Calendar) -> Period:
    named = match.groupdict()
    if named.get("iso"):
        day = date.fromisoformat(match["iso"])
    elif named.get("dotted"):
        number, month, year = map(int, match["dotted"].split("."))
        day = date(year, month, number)
    else:
        number, month = int(match["d"].rstrip("dhnrst")), _month_number(match["m"])
        day = date(_plain_year(match["y"], calendar), month, number) if match["y"] else calendar.day(number, month)
    return calendar.days(day, day + timedelta(days=1), "day")


def _plain_year(text: str, calendar: Calendar) -> int:
    """`2025`, or `this year` of the calendar."""
    away = {"last": -1, "next": 1}.get(text.split()[0].lower(), 0)
    return int(text) if text.isdigit() else calendar.today.year + away


def _week_of(match: re.Match[str], calendar: Calendar) -> Period:
    """The week, from Monday on, in which a day lies."""
    number, month = int((match["d"] or match["d2"]).rstrip("dhnrst")), _month_number(match["m"] or match["m2"])
    day = date(int(match["y"]), month, number) if match["y"] else calendar.day(number, month)
    monday = day - timedelta(days=day.weekday())
    return calendar.days(monday, monday + timedelta(weeks=1), "week")


def _edge_months(match: re.Match[str], calendar: Calendar) -> Period | None:
    """The first or last months of a year."""
    count, year = _count(match["count"]), _year(match["year"], calendar)
    if not 1 <= count <= 12:
        return None
    first = calendar.containing(calendar.year(*_pair(year)).start, "month", False)
    return calendar.units(first + (12 - count) * (match["side"].lower() == "last"), count, "month", False)


def _months_to(match: re.Match[str], calendar: Calendar) -> Period | None:
    """So many months, of which the one named is the last."""
    count, last = _count(match["count"] or "12"), _month(match, calendar)
    if not 1 <= count <= _LONGEST_MONTHS:
        return None
    return calendar.units(calendar.containing(last.start, "month", False) - count + 1, count, "month", False)


def _season(match: re.Match[str], calendar: Calendar) -> Period:
    """The three months of a season as meteorologists of the northern half count them; winter begins in December."""
    return _months_of(match["season"], _year(match["y"], calendar).number, calendar)


def _last_season(match: re.Match[str], calendar: Calendar) -> Period:
    """The last one that is over; this one is that of the year."""
    this = _months_of(match["season"], calendar.today.year, calendar)
    is_over = this.end <= calendar.tomorrow or match["which"].lower() == "this"
    return this if is_over else _months_of(match["season"], calendar.today.year - 1, calendar)


def _months_of(season: str, year: int, calendar: Calendar) -> Period:
    month = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}[season.lower()]
    return calendar.units(year * 12 + month - 1, 3, "month", False)


def _days(match: re.Match[str], calendar: Calendar) -> Period | None:
    """Two days of one month: "from 3 to 9 May"."""
    last = period_of(match["b"], calendar)
    if last is None:
        return None
    first = last.start.replace(day=int(match["a"].rstrip("dhnrst")))
    return calendar.days(first, last.end, "day") if first < last.start else None


def _feast(match: re.Match[str], calendar: Calendar) -> Period:
    number, month = (25, 12) if match["feast"].lower() == "christmas" else (1, 1)
    day = date(int(match["y"]), month, number) if match["y"] else calendar.day(number, month)
    return calendar.days(day, day + timedelta(days=1), "day")


def _edge(match: re.Match[str], calendar: Calendar) -> Period:
    """The end of a year is its last month, the start its first; the end of a month is the month."""
    if match["m"]:
        return calendar.month(_month_number(match["m"]), int(match["y"]) if match["y"] else None)
    if match["this"]:
        kind, _, unit = match["this"].lower().rpartition(" ")
        fiscal, which = _is_fiscal(kind or None, _grain(unit), calendar), (match["which"] or "").lower()
        this = (
            {"next": calendar.next, "last": calendar.last}[which](1, _grain(unit), fiscal)
            if which
            else calendar.this(_grain(unit), fiscal)
        )
        day = this.last_day if "end" in match["edge"].lower() else this.start
        return calendar.units(calendar.containing(day, "month", False), 1, "month", False)
    year = calendar.year(*_pair(_year(match["year"], calendar)))
    day = year.last_day if "end" in match["edge"].lower() else year.start
    return calendar.units(calendar.containing(day, "month", False), 1, "month", False)


def _pair(year: _Year) -> tuple[int, bool]:
    return year.number, year.fiscal


def _range(match: re.Match[str], calendar: Calendar) -> Period | None:
    if match["b"].lower() in ("now", "today", "date"):
        first = period_of(match["a"], calendar)
        return calendar.days(first.start, calendar.tomorrow, first.grain) if first else None
    if re.fullmatch(rf"{A_YEAR}-{PART}", match[0], re.IGNORECASE):
        return None  # "2026-Q3" is one quarter
    last = period_of(match["b"], calendar)
    first = _beginning(match["a"], match["b"], last, calendar) if last else None
    if first is None or last is None or first.start > last.start:
        return None
    grain = first.grain if first.grain == last.grain else "month"
    return Period(first.start, last.end, f"{first.label} to {last.label}", grain)


def _beginning(text: str, end: str, last: Period, calendar: Calendar) -> Period | None:
    """In "between January and June 2026" the first month is of that year, or the latest before the end; so is a day."""
    if not WITHOUT_A_YEAR.fullmatch(text):
        return period_of(text, calendar)
    year = re.search(rf"{A_YEAR}$", end, re.IGNORECASE)
    first = period_of(f"{text} {year[0]}", calendar) if year else None
    return first if first and first.start <= last.start else period_of(text, replace(calendar, today=last.last_day))


def _ahead(match: re.Match[str], calendar: Calendar) -> Period | None:
    last = period_of(match["b"], replace(calendar, ahead=True))
    return calendar.days(calendar.today, last.end, last.grain) if last else None


def _rest(match: re.Match[str], calendar: Calendar) -> Period:
    """What is left of a year or month: from today to its end."""
    grain = _grain(match["unit"] or match["over"])
    this = calendar.this(grain, _is_fiscal(match["kind"] or match["own"], grain, calendar))
    return calendar.days(calendar.today, this.end, "month")


def _since(match: re.Match[str], calendar: Calendar) -> Period | None:
    text = match["a"] or match["from"] or match["starting"]
    first = period_of(text, calendar)
    return _open(first.start, first, calendar) if first else None


def _open(start: date, first: Period, calendar: Calendar) -> Period:
    end = max(calendar.tomorrow, start + timedelta(days=1)) if calendar.ahead else calendar.tomorrow
    return replace(calendar.days(start, end, first.grain), is_open=True)


def _after(match: re.Match[str], calendar: Calendar) -> Period | None:
    first = period_of(match["a"], calendar)
    return _open(first.end, first, calendar) if first else None


def _until(match: re.Match[str], calendar: Calendar) -> Period | None:
    last = period_of(match["a"], calendar)
    return calendar.days(BEGINNING, last.end, last.grain) if last else None


def _before(match: re.Match[str], calendar: Calendar) -> Period | None:
    last = period_of(match["a"], calendar)
    if last is None:
        return None
    is_end = "end of" in match["a"].lower()
    return calendar.days(BEGINNING, last.end if is_end else last.start, last.grain)


_BUILDERS: dict[str, Callable[[re.Match[str], Calendar], Period | None]] = {
    "both": _range,
    "years": _range,
    "dotted": _single_day,
    "week_of": _week_of,
    "edge_months": _edge_months,
    "months_to": _months_to,
    "season": _season,
    "last_season": _last_season,
    "days": _days,
    "rest": _rest,
    "ahead": _ahead,
    "between": _range,
    "range": _range,
    "since": _since,
    "after": _after,
    "until": _until,
    "before": _before,
    "day": _single_day,
    "day_month": _single_day,
    "month_day": _single_day,
    "iso_month": lambda match, calendar: calendar.month(int(match["m"]), int(match["y"])),
    "feast": _feast,
    "month": _month,
    "last_month": _month,
    "part": _part,
    "year_part": _part,
    "short_part": _part,
    "year": lambda match, calendar: calendar.year(*_pair(_year(match["year"], calendar))),
    "relative": _relative,
    "this": _this,
    "ago": _ago,
    "shifted": _shifted,
    "before_last": _before_last,
    "to_date": _to_date,
    "twelve": lambda match, calendar: calendar.last(12, "month", False),
    "fiscal": lambda match, calendar: calendar.this("year", True),
    "edge": _edge,
}
