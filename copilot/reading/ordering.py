"""What rows are ordered by, and which of them come first."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.quantities import DAYS_IN
from copilot.language.vocabulary import NEWER_FIRST, OLDER_FIRST
from copilot.language.words import stems
from copilot.reading.building import SIZED, Builder, column_of, of_all
from copilot.reading.durations import ordered, says_longest
from copilot.reading.profiles import Holds
from copilot.reading.question import Measure
from copilot.records.differences import less

RANKED = 0.7
"""The same of one that orders rows."""
_SIZES: tuple[Holds, ...] = ("number", "date")


def order_of(builder: Builder, groups: Sequence[str], measure: Measure) -> str | None:
    """The column that orders, or what lies between two."""
    reading, order = builder.asked.reading, None
    if measure == "count" and groups:
        # Which of the groups comes first.
        builder.explained += reading.of("order")
    else:
        found = (column_of(builder, span, _SIZES, quietly=True) for span in reading.of("order"))
        order = ordered(builder, next(filter(None, found), None))
        if order is None and reading.of("order") and reading.direction != "none" and not groups:
            said = {stem for span in reading.of("order") for stem in stems(span.text)}
            of_days = said & (OLDER_FIRST | NEWER_FIRST) and builder.asked.columns.of_table(builder.table, "date")
            order = of_all(builder, "order", ("date",) if of_days else _SIZES)
    beside = next((c for c in builder.conditions if c.than), None)
    if beside is not None and reading.of("order") and not groups and reading.direction != "none":
        return less(beside.column, beside.than)
    return order


def directed(builder: Builder, order: str | None, measure: Measure) -> str | None:
    """The column that orders, behind a minus where the largest come first, or the one that surely orders rows."""
    if order is not None and builder.asked.reading.direction != "none":
        return f"-{order}" if is_descending(builder, order) else order
    if (order := surely_ranked(builder, measure)) is None:
        return None
    builder.conditions = [c for c in builder.conditions if c.column != order or c.op not in ("missing", "present")]
    return f"-{order}"


def surely_ranked(builder: Builder, measure: Measure) -> str | None:
    """The column of numbers that surely orders rows, where no part says an order: "the riskiest ones"."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    if measure not in ("list", "none") or asked.reading.of("order"):
        return None
    sure = [(judged.sure(p.name, None, "order"), p.name) for p in asked.columns.of_table(builder.table, "number")]
    best, column = max(sure, default=(0.0, ""))
    is_sized = any(c.column == column and c.op in SIZED for c in builder.conditions)
    return column if best >= RANKED and not is_sized else None


def is_descending(builder: Builder, column: str) -> bool:
    """Whether the largest comes first; of days the word tells which is meant, since the longest time began first."""
    profile, reading = builder.asked.columns.get(builder.table, column), builder.asked.reading
    if profile is not None and profile.holds == "date":
        said = {stem for span in reading.of("order") for stem in stems(span.text)}
        if said & OLDER_FIRST or said & NEWER_FIRST:
            return not said & OLDER_FIRST
    if profile is not None and profile.unit in DAYS_IN and says_longest(reading.of("order")):
        return True
    return reading.direction == "descending"
