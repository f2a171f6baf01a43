"""What rows are told apart by: columns that are named, whose values are compared, or by which rows are counted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from copilot.reading.building import WHOLE, Builder, column_of
from copilot.reading.durations import each_time
from copilot.reading.keeping import subject
from copilot.reading.measuring import OF_NUMBERS
from copilot.reading.profiles import Profile
from copilot.reading.question import Measure, Span
from copilot.reading.restricting import two_sides
from copilot.reading.spans import Spans
from copilot.records.conditions import Filter

GROUPED = 0.3
"""The chooser is so sure of a column by which rows are counted that no part of the question names."""
EACH_OF = 3
"""What is told of so many values is told of each."""


def groups_of(builder: Builder, named: Sequence[str], measure: Measure) -> list[str]:
    """The columns to group by: those that are named, those whose values are told apart, or what is counted by."""
    reading, groups = builder.asked.reading, list(named)
    if reading.of("compare") or measure in ("count", *OF_NUMBERS):
        # What is told of two or three values is told of each.
        groups += [
            c.column for c in builder.conditions
            if c.op == "in" and c.column not in groups
            and (reading.of("compare") or (not groups and isinstance(c.value, tuple) and len(c.value) <= EACH_OF))
        ]  # fmt: skip
    if reading.of("compare"):
        groups += two_sides(builder)
    if measure == "count" and not groups:
        # What is paid "per year" is no sum of years.
        groups += _by_time(builder)
    if measure == "count" and not groups and (reading.of("order") or reading.direction != "none"):
        # "Which vet has done the most reviews?" counts them by vet.
        groups = list(_counted_by(builder))[:1]
    if measure in ("list", "none") and not groups and reading.of("order") and builder.spoken_of == math.inf:
        # "Which vendor costs us most?" is about vendors; "which vendor has the dearest project?" about a project.
        groups = list(filter(None, [subject(builder, reading.of("order")[0])]))
    return groups


def left_apart(asked: Spans, table: str, conditions: Sequence[Filter]) -> str | None:
    """The column that tells apart the rows whose shares are put in an order, where no part names it: "where did the
    smallest share finish?" By the chooser, else the one that no condition holds fast."""
    fixed = {c.column for c in conditions if c.op == "="}
    own = (p for p in asked.columns.grouping(table) if p.holds in ("category", "person"))
    free = [p.name for p in own if p.name not in fixed]
    judged = asked.judged(table)
    sure, name = max(((judged.sure(n, None, "group"), n) for n in free), default=(0.0, ""))
    return name if sure >= GROUPED or len(free) == 1 else None


def _by_time(builder: Builder) -> Iterator[str]:
    """The dates by whose years, quarters or months rows are counted, where that is said: "each year", "per month"."""
    text, dates = builder.asked.text, builder.asked.columns.of_table(builder.table, "date")
    each = each_time(text)
    if dates and each is not None:
        builder.explained.append(Span("group", *each, text[slice(*each)]))
        judged = builder.asked.judged(builder.table)
        named = {x.key for x in builder.asked.links.of("column") if (x.table, x.score) == (builder.table, 1)}

        def worth(profile: Profile) -> tuple[bool, float]:
            sure = judged.sure(profile.name, None, "group", "order", "shown", "during")
            return profile.name in named, sure

        yield max(dates, key=worth).name


def _counted_by(builder: Builder) -> Iterator[str]:
    """The category or person by which rows are counted: one that is measured, or named beside the spans."""
    asked = builder.asked
    yield from (
        c for s in asked.reading.of("measure") if (c := column_of(builder, s, ("category", "person"), quietly=True))
    )
    for link in builder.links(Span("group", 0, len(asked.text), asked.text), "column"):
        profile = asked.columns.get(builder.table, link.key)
        if profile is not None and profile.holds in ("category", "person") and link.score >= WHOLE:
            builder.explained.append(Span("group", link.start, link.end, link.text))
            yield profile.name
    judged = asked.judged(builder.table)
    sure = [(judged.sure(p.name, None, "group"), p.name) for p in asked.columns.grouping(builder.table)]
    if sure and max(sure)[0] >= GROUPED:
        yield max(sure)[1]
