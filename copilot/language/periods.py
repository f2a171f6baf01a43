"""The periods of business speech: "last two quarters", "FY2026 Q2", "since March", "year to date"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.language.calendar import BEGINNING, MONTH_NAMES, MONTHS_IN, Calendar, Grain, Period

__all__ = ["BEGINNING", "Grain", "Period", "find_period", "find_periods", "parse_period"]

_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_COUNTS |= {"ten": 10, "eleven": 11, "twelve": 12, "eighteen": 18, "twenty-four": 24}
_COUNTS |= {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}
_COUNTS |= {"couple of": 2, "a couple of": 2, "few": 3, "a few": 3}
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_LONGEST_MONTHS = 600

_COUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})"
_UNIT = r"(?:day|week|fortnight|month|quarter|qtr|half-year|half year|year)s?"
_FISCAL = r"(?:fiscal|financial)"
_MONTH = "(?:" + "|".join(f"{name}|{name[:3]}\\.?" for name in MONTH_NAMES) + r"|Sept\.?)(?![A-Za-z])"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_PLAIN_YEAR = r"(?:19|20)\d\d(?!\d)"
_FISCAL_YEAR = rf"(?:FY|{_FISCAL}(?: years?)?)\s?'?(?:\d{{4}}|\d\d)(?:/\d{{2,4}})?(?!\d)"
_RELATIVE_YEAR = rf"(?:this|last|the current|the previous) (?:{_FISCAL} )?year"
_A_YEAR = rf"(?:{_FISCAL_YEAR}|(?:calendar |calendar year |CY ?)?{_PLAIN_YEAR}|{_RELATIVE_YEAR})"
_ORDINAL = rf"(?:{'|'.join(ORDINALS)}|last)"
_PART = rf"(?:[QH][1-4]\b|(?:the )?{_ORDINAL} (?:(?:calendar|fiscal|financial) )?(?:quarter|half))"
_SEASON = r"(?:spring|summer|autumn|winter)"

_TAIL = rf"(?:,? (?:of |in )?(?P<year>{_A_YEAR}|the year\b))"
_POINTS = {
    "day": r"(?P<iso>\d{4}-\d\d-\d\d)(?!\d)",
    "dotted": r"(?P<dotted>\d{1,2}\.\d{1,2}\.(?:19|20)\d\d)(?!\d)",
    "iso_month": r"(?P<y>\d{4})-(?P<m>\d\d)(?![\d-]\d)",
    "day_month": rf"(?:the )?(?P<d>{_DAY})(?: of)? (?P<m>{_MONTH})(?:,? (?P<y>{_PLAIN_YEAR}))?",
    "month_day": rf"(?P<m>{_MONTH}) (?:the )?(?P<d>{_DAY})(?!\d)(?:,? (?P<y>{_PLAIN_YEAR}))?",
    "week_of": rf"(?:the )?week (?:of|from|beginning) (?:the )?(?:(?P<d>{_DAY})(?: of)? (?P<m>{_MONTH})"
    rf"|(?P<m2>{_MONTH}) (?:the )?(?P<d2>{_DAY})(?!\d))(?:,? (?P<y>{_PLAIN_YEAR}))?",
    "edge_months": rf"(?:the )?(?P<side>first|last) (?P<count>{_COUNT}) months of (?P<year>{_A_YEAR})",
    "months_to": rf"(?:the )?(?:(?P<count>{_COUNT}) months|year) (?:to|ending|ended|up to|until)(?: in)? "
    rf"(?P<m>{_MONTH}){_TAIL}?",
    "season": rf"(?:the )?(?P<season>{_SEASON})(?: of)? (?P<y>{_A_YEAR})",
    "last_season": rf"(?P<which>last|this|past) (?P<season>{_SEASON})",
    "feast": r"(?:the )?(?P<feast>christmas|new year(?:'s(?: day| eve)?)?)(?! to)(?: (?P<y>(?:19|20)\d\d))?\b",
    "month": rf"(?:(?:early|mid|late)[- ])?(?P<m>{_MONTH}){_TAIL}?",
    "last_month": rf"(?:last|this) (?P<m>{_MONTH})",
    "part": rf"(?P<part>{_PART}){_TAIL}?",
    "year_part": rf"(?P<year>{_A_YEAR})(?:'s)?[ ,-]*(?P<part>[QH][1-4])\b",
    "short_part": r"(?P<part>[QH][1-4]),? '(?P<short>\d\d)(?!\d)",
    "year": rf"(?P<year>{_A_YEAR})",
    "relative": rf"(?P<lead>(?:over|during|in|within|for) )?(?:the )?"
    rf"(?P<which>last|latest|past|previous|prior|preceding|recent|trailing|rolling|next|coming|following)"
    rf"(?P<count> {_COUNT})?(?P<full> (?:full|whole|completed?|entire))? (?P<kind>fiscal |financial |calendar )?"
    rf"(?P<unit>{_UNIT})\b(?! of (?:the year\b|{_A_YEAR}))",
    "this": rf"(?:this|the current|current) (?P<kind>fiscal |financial |calendar )?(?P<unit>{_UNIT})\b",
    "ago": rf"(?P<count>{_COUNT}|an?) (?P<unit>{_UNIT}) ago\b",
    "shifted": rf"(?:the )?(?P<unit>{_UNIT}) (?:before|earlier|prior)\b(?! \w)",
    "before_last": rf"(?:the )?(?P<kind>fiscal |financial |calendar )?(?P<unit>{_UNIT}) before last\b",
    "to_date": r"(?:the )?(?P<kind>fiscal |financial )?(?P<unit>year|quarter|month)[- ]to[- ]date\b"
    r"|(?P<short>F?YTD|QTD|MTD)\b|so far this (?P<so_far>year|quarter|month)\b"
    r"|this (?P<this>year|quarter|month) so far\b",
    "twelve": r"(?P<ttm>TTM|LTM)\b",
    "fiscal": rf"(?:the )?{_FISCAL} year(?! ?'?\d)\b",
    "edge": rf"(?P<edge>(?:the )?(?:end|start|beginning) of )(?:the )?(?:(?P<year>{_A_YEAR})"
    rf"|(?P<m>{_MONTH})|(?:(?P<which>next|last) )?(?P<this>month|quarter|{_FISCAL} year|year))\b",
}  # fmt: skip
_ANY_POINT = "(?:" + "|".join(re.sub(r"\?P<\w+>", "?:", pattern) for pattern in _POINTS.values()) + ")"
_SPANS = {
    "both": rf"(?P<a>{_MONTH}|[QH][1-4]) and (?P<b>(?:{_MONTH}|[QH][1-4]\b)(?: {_PLAIN_YEAR})?)",
    "years": rf"(?P<a>{_PLAIN_YEAR}) and (?P<b>{_PLAIN_YEAR})",
    "days": rf"(?:from |between )?(?:the )?(?P<a>{_DAY}) ?(?:to|until|till|and|-|–) ?(?:the )?"
    rf"(?P<b>{_DAY}(?: of)? {_MONTH}(?:,? {_PLAIN_YEAR})?)",
    "between": rf"between (?P<a>{_ANY_POINT}) and (?P<b>{_ANY_POINT}|now|today)",
    "rest": rf"(?:the )?(?:rest|remainder) of (?:the |this )?(?P<kind>fiscal |financial |calendar )?(?P<unit>{_UNIT})\b"
    rf"|before (?:the |this )?(?P<own>fiscal |financial |calendar )?(?P<over>{_UNIT}) "
    r"(?:is (?:over|out|done)|ends|closes)\b",
    "ahead": rf"between (?:now|today) and (?:the )?(?P<b>{_ANY_POINT})",
    "range": rf"(?:from )?(?P<a>{_ANY_POINT}) ?(?:to|until|till|through|-|–|—) ?"
    rf"(?P<b>{_ANY_POINT}|now\b|today\b|date\b)",
    "since": rf"(?:ever )?(?:since (?P<a>{_ANY_POINT})|from (?P<from>{_ANY_POINT}),? on(?:wards?)?\b"
    rf"|starting (?:in |with )?(?P<starting>{_ANY_POINT}))",
    "after": rf"after (?P<a>{_ANY_POINT})",
    "until": rf"(?:until|till|up to and including|up to|up until|through|by|as of) (?P<a>{_ANY_POINT})",
    "before": rf"(?:before|prior to) (?P<a>{_ANY_POINT})",
}  # fmt: skip
_PATTERNS = {
    name: re.compile(rf"(?<![\w/.-])(?:{pattern})", re.IGNORECASE) for name, pattern in {**_SPANS, **_POINTS}.items()
}

_TEENS = {"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_TENS = ("twenty", "thirty", "forty")
_YEAR_IN_WORDS = re.compile(
    rf"\btwenty (?P<tens>{'|'.join(_TENS)}|{'|'.join(_TEENS)}|ten|eleven|twelve)"
    rf"(?:[ -](?P<ones>one|two|three|four|five|six|seven|eight|nine))?\b",
    re.IGNORECASE,
)
# A comparison names what to compare with, not the period that is asked about.
_COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|relative to|versus|vs\.?|than|against)"
    rf"(?: (?:in|the|for|of|that|it was))* {_ANY_POINT}"
    rf"|\bsame (?:month|quarter|half|period|time)(?: (?:of|in|the))* {_ANY_POINT}",
    re.IGNORECASE,
)
_WITHOUT_A_YEAR = re.compile(
    rf"{_MONTH}|{_PART}|(?:the )?{_DAY}(?: of)? {_MONTH}|{_MONTH} (?:the )?{_DAY}", re.IGNORECASE
)
_MONTH_LIKE_WORD = re.compile(r"(?:may|march|mar|jan|dec|sep|sept|oct|nov|jun|jul|aug|apr|feb)\.?$", re.IGNORECASE)
_BEFORE_A_MONTH = re.compile(
    r"\b(?:in|during|since|until|till|of|for|last|this|before|after|early|late|mid)[ -]$", re.I
)
_BEFORE_A_QUANTITY = re.compile(
    r"(?:[€$£¥#]\s?|[.,]|\b(?:EUR|USD|GBP|top|exactly|about|around|nearly|least|most)\s?)$", re.IGNORECASE
)
_AFTER_A_QUANTITY = re.compile(
    r"[ -]?(?:%|per ?cent|projects?|people|employees|staff|users?|customers?|stores?|hours?|days?|weeks?"
    r"|models?|cases?|rows?|pilots?|units?|times|words|characters|EUR|USD|GBP|euros?|dollars?|million|thousand|k\b)"
    r"|[.,:/-]\d|/",
    re.IGNORECASE,
)  # fmt: skip


def parse_period(text: str, today: date, fiscal_start: int = 1) -> Period | None:
    """The period that the whole of a text names, as `in the last two quarters`; None when it is none."""
    whole = " ".join(text.split()).strip(" .?!")
    stripped = re.sub(r"^(?:in|during|over|for|within|at|on)\s+(?:the\s+)?", "", whole, flags=re.IGNORECASE)
    calendar = Calendar(today, fiscal_start)
    return _whole(whole, calendar) or _whole(stripped, calendar)


def find_period(
    text: str, today: date, fiscal_start: int = 1, *, ahead: bool = False, spoken: date | None = None
) -> Period | None:
    """The first period that a question names, with where it stands; None when it names none.

    `ahead` takes what is named without a year for the next one, as of a deadline; `spoken` is the start of the period
    that was spoken of before.
    """
    masked = _YEAR_IN_WORDS.sub(_in_digits, _COMPARED.sub(lambda found: " " * len(found[0]), text))
    calendar = Calendar(today, fiscal_start, ahead, spoken)
    found = [(match, name) for name, pattern in _PATTERNS.items() for match in _matches(pattern, masked, name)]
    for match, name in sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end())):
        if period := _build(name, match, calendar):
            return replace(period, span=match.span())
    return None


def find_periods(text: str, today: date, fiscal_start: int = 1) -> list[Period]:
    """Every period that a text names, those it compares with too, with where each stands; each year of "2024 and 2025"
    by itself."""
    masked, calendar = _YEAR_IN_WORDS.sub(_in_digits, text), Calendar(today, fiscal_start)
    points = {name: _PATTERNS[name] for name in _POINTS}
    found = [(match, name) for name, pattern in points.items() for match in _matches(pattern, masked, name)]
    periods: list[Period] = []
    for match, name in sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end())):
        is_free = not periods or match.start() >= periods[-1].span[1]
        if is_free and (period := _build(name, match, calendar)):
            periods.append(replace(period, span=match.span()))
    return periods


def sets_beside_a_year_ago(text: str, today: date, fiscal_start: int = 1) -> bool:
    """Whether what is now is set beside what was a year ago: "than last year", "how was it a year ago?"."""
    calendar = Calendar(today, fiscal_start)
    points = [point[0] for found in _COMPARED.finditer(text) if (point := re.search(_ANY_POINT, found[0], re.I))]
    points += [found[0] for found in _PATTERNS["ago"].finditer(text)]
    named = [find_period(point, today, fiscal_start) for point in points]
    return any(p is not None and p.grain == "year" and p.start == calendar.ago(1, "year", False).start for p in named)


def compared_with(text: str, today: date, fiscal_start: int = 1) -> str:
    """The time with which another is compared: "in May than in January", "has it improved since January?" beside a time
    of its own; empty where there is none."""
    points = [point[0] for found in _COMPARED.finditer(text) if (point := re.search(_ANY_POINT, found[0], re.I))]
    asked = find_period(text, today, fiscal_start)
    if not points and asked is not None and not asked.is_open:
        points = [found["a"] for found in _PATTERNS["since"].finditer(text, asked.span[1]) if found["a"]]
    found = next((point for point in points if parse_period(point, today, fiscal_start)), "")
    if asked is not None and _WITHOUT_A_YEAR.fullmatch(found) and re.search(r"\d{4}", text[slice(*asked.span)]):
        # "In Q2 2026 than in Q1": the one before it.
        dated = (f"{found} {year}" for year in (asked.start.year, asked.start.year - 1))
        periods = ((point, parse_period(point, today, fiscal_start)) for point in dated)
        return next((point for point, p in periods if p is not None and p.end <= asked.start), found)
    return found


def _in_digits(year: re.Match[str]) -> str:
    """A year in digits, as long as it was in words."""
    tens, ones = year["tens"].lower(), (year["ones"] or "").lower()
    number = 2000 + (_COUNTS.get(tens) or _TEENS.get(tens) or 10 * (2 + _TENS.index(tens))) + _COUNTS.get(ones, 0)
    return str(number).ljust(len(year[0]))


def _matches(pattern: re.Pattern[str], text: str, name: str) -> Iterator[re.Match[str]]:
    for match in pattern.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if name == "month" and _MONTH_LIKE_WORD.match(match[0]) and not _BEFORE_A_MONTH.search(before):
            continue
        is_amount = _BEFORE_A_QUANTITY.search(before) or _AFTER_A_QUANTITY.match(after)
        if name == "year" and match[0].isdigit() and is_amount:
            continue
        yield match


def _whole(text: str, calendar: Calendar) -> Period | None:
    for name, pattern in _PATTERNS.items():
        if (match := pattern.fullmatch(text)) and (period := _build(name, match, calendar)):
            return replace(period, span=(0, len(text)))
    return None


def _build(name: str, match: re.Match[str], calendar: Calendar) -> Period | None:
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
    fiscal = bool(re.match(rf"FY|.*{_FISCAL}", text, re.IGNORECASE))
    digits = re.findall(r"\d+", text)
    if digits:
        number = int(digits[-1])
        return _Year(number if number > 99 else 2000 + number, fiscal)
    this = calendar.this("year", fiscal).last_day.year
    return _Year(this if re.match(r"this|the current|the year", text, re.IGNORECASE) else this - 1, fiscal)


def _count(text: str | None) -> int:
    word = (text or "one").strip().lower()
    return int(word) if word.isdigit() else _COUNTS.get(word, 1)


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
    """The year before: before the period that was spoken of, else the last one."""
    grain = _grain(match["unit"])
    if grain not in MONTHS_IN:
        return None
    return replace(calendar, today=calendar.spoken or calendar.today).last(1, grain, _is_fiscal(None, grain, calendar))


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
        day = date(int(match["y"]), month, number) if match["y"] else calendar.day(number, month)
    return calendar.days(day, day + timedelta(days=1), "day")


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
    last = _whole(match["b"], calendar)
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
        return calendar.month(_month_number(match["m"]), None)
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
        first = _whole(match["a"], calendar)
        return calendar.days(first.start, calendar.tomorrow, first.grain) if first else None
    if re.fullmatch(rf"{_A_YEAR}-{_PART}", match[0], re.IGNORECASE):
        return None  # "2026-Q3" is one quarter
    last = _whole(match["b"], calendar)
    first = _beginning(match["a"], match["b"], last, calendar) if last else None
    if first is None or last is None or first.start > last.start:
        return None
    grain = first.grain if first.grain == last.grain else "month"
    return Period(first.start, last.end, f"{first.label} to {last.label}", grain)


def _beginning(text: str, end: str, last: Period, calendar: Calendar) -> Period | None:
    """In "between January and June 2026" the first month is of that year, or the latest before the end; so is a day."""
    if not _WITHOUT_A_YEAR.fullmatch(text):
        return _whole(text, calendar)
    year = re.search(rf"{_A_YEAR}$", end, re.IGNORECASE)
    first = _whole(f"{text} {year[0]}", calendar) if year else None
    return first if first and first.start <= last.start else _whole(text, replace(calendar, today=last.last_day))


def _ahead(match: re.Match[str], calendar: Calendar) -> Period | None:
    last = _whole(match["b"], replace(calendar, ahead=True))
    return calendar.days(calendar.today, last.end, last.grain) if last else None


def _rest(match: re.Match[str], calendar: Calendar) -> Period:
    """What is left of a year or month: from today to its end."""
    grain = _grain(match["unit"] or match["over"])
    this = calendar.this(grain, _is_fiscal(match["kind"] or match["own"], grain, calendar))
    return calendar.days(calendar.today, this.end, "month")


def _since(match: re.Match[str], calendar: Calendar) -> Period | None:
    text = match["a"] or match["from"] or match["starting"]
    first = _whole(text, calendar)
    return _open(first.start, first, calendar) if first else None


def _open(start: date, first: Period, calendar: Calendar) -> Period:
    end = max(calendar.tomorrow, start + timedelta(days=1)) if calendar.ahead else calendar.tomorrow
    return replace(calendar.days(start, end, first.grain), is_open=True)


def _after(match: re.Match[str], calendar: Calendar) -> Period | None:
    first = _whole(match["a"], calendar)
    return _open(first.end, first, calendar) if first else None


def _until(match: re.Match[str], calendar: Calendar) -> Period | None:
    last = _whole(match["a"], calendar)
    return calendar.days(BEGINNING, last.end, last.grain) if last else None


def _before(match: re.Match[str], calendar: Calendar) -> Period | None:
    last = _whole(match["a"], calendar)
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
