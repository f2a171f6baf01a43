"""Lengths of time that no column holds: from one date of a row to another, "how long do they take to close?"."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.quantities import DAYS_IN, Amount, comparison, without_comparison
from copilot.language.vocabulary import AGE, EACH, GRAINS, LENGTHS, LONGER_FIRST, LONGEST, OLDER_FIRST, TAKING
from copilot.language.words import stems, words
from copilot.reading.building import Builder
from copilot.reading.matching import Candidate
from copilot.reading.profiles import Profile
from copilot.reading.question import Span
from copilot.records.conditions import Filter
from copilot.records.differences import time_from

BOTH = 0.45
"""From here on the chooser takes both dates for what orders the rows: "took the longest to close"."""


def ends(builder: Builder) -> dict[str, Profile]:
    """The dates with which something ends that another date of the row begins, by column."""
    return {p.name: p for p in builder.asked.columns.of_table(builder.table, "date") if p.begins}


def of_time(builder: Builder, column: str | None, spans: Sequence[Span]) -> str | None:
    """What is measured, where that is a date: an average of days is no day, but of the time until they come."""
    end = ends(builder).get(column or "")
    said = {stem for span in spans for stem in stems(span.text)}
    is_length = builder.measure in ("avg", "median", "sum") or bool(said & (LENGTHS | OLDER_FIRST))
    return time_from(end.begins, end.name) if end is not None and is_length else column


def says_length(spans: Sequence[Span]) -> bool:
    """Whether a length of time is asked: "how long", "how many days"."""
    return any(stem in LENGTHS for span in spans for stem in stems(span.text))


def says_longest(spans: Sequence[Span]) -> bool:
    """Whether the longest time is asked for: of dates the earliest, of days the most."""
    return any(stem in LONGEST for span in spans for stem in stems(span.text))


def says_grain(span: Span) -> bool:
    """Whether a part says years, quarters or months and nothing else: "per quarter"."""
    said = [w.stem for w in words(span.text) if not w.is_stop and w.text.lower() not in EACH]
    return bool(said) and all(stem in GRAINS for stem in said)


def each_time(text: str) -> tuple[int, int] | None:
    """Where a question says that years, quarters or months are told apart: "each year", "per month"."""
    said = words(text)
    pairs = zip(said, said[1:], strict=False)
    return next(((a.start, b.end) for a, b in pairs if a.text.lower() in EACH and b.stem in GRAINS), None)


def ordered(builder: Builder, column: str | None) -> str | None:
    """What orders the rows; the time between two dates, where the longest is asked and one of them is taken for what
    orders: of what "took" longest, or where both are and the one ends something, since it is not in every row."""
    judged, said = builder.asked.judged(builder.table), frozenset(stems(builder.asked.text))
    own = [end for end in ends(builder).values() if column in (end.name, end.begins)]
    if not said & LONGER_FIRST or not own:
        return column
    # Of several ends of one beginning the one that the chooser thinks of most.
    end = max(own, key=lambda p: (p.name == column, judged.sure(p.name, None, "order", "shown", "measured")))
    are_both = end.has_missing and all(judged.sure(name, None, "order") >= BOTH for name in (end.begins, end.name))
    return time_from(end.begins, end.name) if said & TAKING or are_both else column


def lasts_until_today(builder: Builder, span: Span, length: Amount) -> bool:
    """Whether the words beside a length of time in a part say that it is over now: "a month ago", "for a month"."""
    text = builder.asked.text
    before = words(without_comparison(text[: span.start + length.start]))[-1:]
    beside = [*before, *words(text[span.start + length.end :])[:1]]
    return any(w.text.lower() in AGE for w in beside)


def took(builder: Builder, span: Span, chosen: Candidate, amounts: Sequence[Amount]) -> bool:
    """Adds that it took longer or shorter from one date to another; false where a day is so long "ago", lasts "for" so
    long, lies ahead, or stands in every row, which ends nothing."""
    end = ends(builder).get(chosen.column)
    length = next((a for a in amounts if a.unit in DAYS_IN), None)
    sign = comparison(span.text)
    if end is None or length is None or sign is None or not end.has_missing:
        return False
    if end.is_ahead(builder.asked.today) or lasts_until_today(builder, span, length):
        return False
    days = round(length.value * DAYS_IN[length.unit], 6)
    builder.conditions.append(Filter(column=time_from(end.begins, end.name), op=sign, value=days))
    return True
