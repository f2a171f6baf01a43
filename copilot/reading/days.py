"""Conditions on days: what lies in a time, is so old, has passed, or was denied since."""

from __future__ import annotations

import re
from datetime import date, timedelta

from copilot.language.calendar import BEGINNING, Period
from copilot.language.periods import compared_with, find_periods, parse_period
from copilot.language.quantities import DAYS_IN, Amount
from copilot.language.vocabulary import NEGATIONS
from copilot.language.words import words
from copilot.reading.building import Builder
from copilot.reading.matching import Candidate
from copilot.reading.question import Span
from copilot.reading.spans import Spans
from copilot.records.conditions import Operator

BOUNDED_TOO = 0.4
"""Where two times are said and not compared, another column of dates is bounded by the second from here on."""
PASSED = 0.7
"""The chooser is so sure that a day has passed, or lies ahead, where no time is said."""
# What says on which side of a length of time something lies, where it is said in so many words.
_BEYOND = re.compile(r"\b(?:more than|longer than|older than|over|beyond|upwards of|at least)\b", re.IGNORECASE)
_FROM = re.compile(r"(?:in |over |during )?(?:from|between)\b", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:less than|within|under|in the (?:last|past|next)|no more than|at most)\b", re.IGNORECASE)


def against_today(builder: Builder, span: Span) -> bool:
    """Adds that a day has passed or lies ahead, where that is said without a time, as by "overdue"; false where the
    chooser is sure of no such day."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    dates, is_timed = asked.columns.of_table(builder.table, "date"), bool(builder.links(span, "period"))
    sure: list[tuple[float, str, Operator]] = []
    for p in dates if not is_timed else ():
        # Only what has passed in some rows and lies ahead in others tells them apart.
        if p.first_day is not None and p.last_day is not None and p.first_day < asked.today < p.last_day:
            sure += [
                (judged.sure(p.name, None, "before"), p.name, "<"),
                (judged.sure(p.name, None, "after"), p.name, ">"),
            ]
    best, column, op = max(sure, default=(0.0, "", "<"))
    if best < PASSED or any(c.column == column for c in builder.conditions):
        return False
    builder.add(column, op, asked.today.isoformat())
    builder.support += best
    builder.explained.append(span)
    return True


def in_named_times(builder: Builder, span: Span, period: Period) -> bool:
    """Adds the years, quarters or months of a table that has no days and calls its times by name, "2025" or "Q3 2025",
    which lie in a period; false where no column of it does so."""
    columns, today = builder.asked.columns, builder.asked.today
    if columns.of_table(builder.table, "date"):
        return False
    for profile in columns.of_table(builder.table, "category", "number"):
        times = {value: parse_period(value, today, builder.asked.fiscal_start) for value in profile.values}
        if not times or None in times.values():
            continue
        lying = [
            v for v, t in times.items() if t and period.start <= t.start and (period.is_open or t.end <= period.end)
        ]
        if lying:
            earlier = [c for c in builder.conditions if c.column == profile.name and c.op in ("=", "in")]
            builder.conditions = [c for c in builder.conditions if c not in earlier]
            said = [v for c in earlier for v in (c.value if isinstance(c.value, tuple) else (c.value,))]
            cells = tuple(dict.fromkeys([*said, *(map(int, lying) if profile.holds == "number" else lying)]))
            builder.add(profile.name, *(("=", cells[0]) if len(cells) == 1 else ("in", cells)))
            builder.support += 1
            builder.explained.append(span)
            return True
    return False


def set_beside(builder: Builder, is_told: bool) -> tuple[str, tuple[Period, ...]] | None:
    """The column of dates of which times of equal length are set beside one another, "in 2025 than in 2024", with those
    times as they were said; their conditions, which no row meets together, are taken out. Where what is asked cannot be
    told of each (`is_told`), the first stays a condition and the others are left out."""
    asked = builder.asked
    other = compared_with(asked.text, asked.today, asked.fiscal_start)
    for column in dict.fromkeys(column for column, _ in builder.windows):
        own = list(dict.fromkeys(period for c, period in builder.windows if c == column))
        if len(own) == 1:
            own = _each_of(asked, own[0]) or own
        if len(own) == 1 and other:
            own += filter(None, [parse_period(other, asked.today, asked.fiscal_start)])
        times = {(p.start, p.end): p for p in own if p.start != BEGINNING and not p.is_open and p.grain == own[0].grain}
        periods = sorted(times.values(), key=lambda p: p.start)
        are_apart = all(one.end <= other.start for one, other in zip(periods, periods[1:], strict=False))
        if len(own) == 2 and are_apart and not other and (another := _another(builder, column)):
            # "Started in 2024 and went live in 2025": days of two columns.
            later = ((">=", own[1].start.isoformat()), ("<", own[1].end.isoformat()))
            builder.conditions = [
                c.model_copy(update={"column": another}) if c.column == column and (c.op, c.value) in later else c
                for c in builder.conditions
            ]
            continue
        if len(periods) > 1 and are_apart and len({_months(p) for p in periods}) == 1:
            ends = {day.isoformat() for p in periods for day in (p.start, p.end)}
            builder.conditions = [c for c in builder.conditions if c.column != column or c.value not in ends]
            if not is_told:
                by_day(builder, Candidate(builder.table, column), own[0], is_denied=False)
                builder.unresolved += [p.label for p in times.values() if p != own[0]]
                return None
            said = {p.label for p in periods}
            for span in asked.reading.spans:
                period = parse_period(span.text, asked.today, asked.fiscal_start)
                if period is not None and period.label in said:
                    builder.explained.append(span)
                    builder.unresolved = [text for text in builder.unresolved if text != span.text]
            return column, tuple(times.values())
    return None


def _each_of(asked: Spans, window: Period) -> list[Period]:
    """The times of which a part names several, where it sets them beside one another: "2025 or 2024", "April and May"
    where a comparison is asked."""
    for span in asked.reading.of("period", "bound", "compare"):
        period, named = asked.period(span), find_periods(span.text, asked.today, asked.fiscal_start)
        if period != window or len(named) < 2:
            continue
        is_within = window.start <= named[1].start and named[1].end <= window.end
        if not is_within or (asked.reading.shape == "comparison" and not _FROM.match(span.text)):
            return named
    return []


def _another(builder: Builder, column: str) -> str:
    """The other column of dates that the chooser thinks bounded; empty where there is none."""
    judged, stated = builder.asked.judged(builder.table), {c.column for c in builder.conditions}
    dates = (p.name for p in builder.asked.columns.of_table(builder.table, "date") if p.name not in stated)
    sure = max(((judged.sure(name, None, "during"), name) for name in dates), default=(0.0, ""))
    return sure[1] if sure[0] >= BOUNDED_TOO else ""


def _months(period: Period) -> int:
    return (period.end.year - period.start.year) * 12 + period.end.month - period.start.month


def is_until_today(period: Period, today: date) -> bool:
    return period.start != BEGINNING and (period.is_open or period.end > today)


def is_denied(builder: Builder, span: Span, is_ahead: bool) -> bool:
    """Whether a part denies that something was so since some day: "nobody has reviewed since May"."""
    said = words(builder.asked.text[span.start : span.end])
    return not is_ahead and (span.role == "not" or any(w.text.lower() in NEGATIONS for w in said))


def by_day(builder: Builder, chosen: Candidate, period: Period, is_denied: bool) -> None:
    """Of a period as it was said: "before May" has no start, "since May" no end; a day alone is compared as meant. What
    was not so in a time that lasts until today was so before it, if ever."""
    if is_denied and is_until_today(period, builder.asked.today):
        builder.add(chosen.column, "<", period.start.isoformat())
        return
    says_side = period.start == BEGINNING or period.is_open
    if not says_side and chosen.op == "before":
        builder.add(chosen.column, "<", period.start.isoformat())
        return
    if not says_side and chosen.op == "after":
        builder.add(chosen.column, ">=", period.end.isoformat())
        return
    if period.start != BEGINNING and not period.is_open:
        builder.windows.append((chosen.column, period))
    if period.start != BEGINNING:
        builder.add(chosen.column, ">=", period.start.isoformat())
    if not period.is_open:
        builder.add(chosen.column, "<", period.end.isoformat())


def by_age(builder: Builder, span: Span, chosen: Candidate, amount: Amount, ahead: bool) -> None:
    """Older or younger than a time, due within it or later."""
    today = builder.asked.today
    length = timedelta(days=round(amount.value * DAYS_IN[amount.unit]))
    edge = today + length if ahead else today - length
    beyond = "after" if ahead else "before"
    side = beyond if _BEYOND.search(span.text) else "during" if _WITHIN.search(span.text) else chosen.op
    if side == beyond:
        builder.add(chosen.column, ">" if ahead else "<", edge.isoformat())
    else:
        builder.add(chosen.column, ">=", min(edge, today).isoformat())
        builder.add(chosen.column, "<=", max(edge, today).isoformat())
