"""What groups of rows answer, as findings: each with its measures, two or three set against one another, the first of
them, those that are kept, and the first rows of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from copilot.language.formatting import NAMED, column_label, humanize, noun
from copilot.records.schema import Column
from copilot.tools.evidence import Row, recorded
from copilot.tools.filter_phrasing import qualified
from copilot.tools.find_projects.arguments import GroupCondition
from copilot.tools.find_projects.canonical import column_phrase
from copilot.tools.find_projects.query import Group, Measured, Query, sortable
from copilot.tools.findings import Reading, amount, count, share
from copilot.types import Finding, Quantity, Value

# Groups named in the sentence; the table has them all.
_NAMED = 12
# So many groups are set against one another.
_COMPARED = 3
NOT_RECORDED = "not recorded"


def groups(query: Query) -> Iterator[Finding]:
    """The largest groups with their measures; two or three that were asked for are set against one another."""
    if not query.groups:
        return
    groups = [g for g in query.grouped if g.is_known]
    unknown = sum(g.rows for g in query.grouped if not g.is_known)
    by = tuple(group_names(query))
    if query.times:
        yield from _by_times(query, groups)
    elif _is_comparison(query) and len(groups) > 1:
        yield from _comparison(query, groups)
    elif groups and len(query.groups) == 2 and not any(m.column or m.aggregate == "share" for m in query.measures):
        yield _nested(query, groups, by)
    elif groups:
        yield _flat(query, groups, by)
    if (more := len(groups) - (query.limit or _NAMED)) > 0 and not (len(query.groups) == 2 and not query.measures):
        yield Finding(kind="more_groups", values={"more": count(more, "more group")})
    if unknown:
        yield Finding(kind="ungrouped", role="headline", values={"rows": count(unknown, query.noun), "by": by})


def kept_groups(query: Query, having: GroupCondition) -> Finding:
    """The groups that are kept, of how many, each with what it was kept for."""
    measure = (query.measures or (Measured("count"),))[0]
    total = sum(g.is_known for g in query.all_groups)
    named = query.grouped[:_NAMED]
    column = query.groups[0]
    unit = query.noun if measure.column is None else measure.column.unit
    return Finding(
        kind="kept_groups",
        role="headline",
        values={
            "kept": count(len(query.grouped), column_label(column.name)),
            "total": count(total, column_label(column.name)),
            "rows": noun(query.table),
            "measure": measure.label if measure.column is not None else None,
            "which": qualified("", query.said).strip(),
            "op": having.op,
            "size": Quantity(value=having.value, unit=unit),
            "names": tuple(group_label(g, query) for g in named),
            "cells": tuple(v for g in named if isinstance(v := g.values[0], Quantity)),
            "more": count(max(0, len(query.grouped) - NAMED), "more"),
        },
        figures=("kept",),
    )


def ordering(query: Query, by: Column) -> dict[str, Value]:
    """What rows are ordered by, and which way."""
    return {
        "column": column_label(by.name),
        "is_date": by.type == "date",
        "is_time": by.unit == "day",
        "descending": bool(query.order and query.order.descending),
    }


def firsts_of_groups(query: Query, rows: Sequence[Row], reading: Reading) -> Finding:
    """The first rows of each group, with what puts them first."""
    by = query.order.column if query.order else None
    assert by is not None
    named = rows[:_NAMED]
    cells = (recorded(row[by.name], by) for row in named)
    return Finding(
        kind="firsts_of_groups",
        subject=by.name,
        role="headline",
        values={
            **ordering(query, by),
            "by": tuple(group_names(query)),
            "groups": tuple(" / ".join(humanize(str(row[c.name])) for c in query.groups) for row in named),
            "names": tuple(query.name(row) for row in named),
            "cells": tuple(NOT_RECORDED if v is None else single(v) for v in cells),
            "more": count(len(rows) - len(named), query.noun),
        },
        evidence=reading.rows(query.table, named),
    )


def group_names(query: Query) -> Iterator[str]:
    for column in query.groups:
        yield column_phrase(column, query.grain)


def group_label(group: Group, query: Query) -> str:
    cells = (
        f"no {column_label(column.name)}" if label is None else label
        for label, column in zip(group.labels, query.groups, strict=True)
    )
    return " / ".join(cells)


def _flat(query: Query, groups: Sequence[Group], by: tuple[str, ...]) -> Finding:
    """Each group with its measures; a bare count with its share of all rows."""
    measures = query.measures or (Measured("count"),)
    named = [g for g in groups if any(v is not None for v in g.values)][: query.limit or _NAMED]
    total = sum(g.rows for g in query.grouped)
    values: dict[str, Value] = {
        "by": by,
        "measures": tuple(m.label for m in measures),
        "aggregates": tuple(m.aggregate for m in measures),
        "names": tuple(group_label(g, query) for g in named),
        **{m.label: tuple("" if (v := g.values[i]) is None else single(v) for g in named)
           for i, m in enumerate(measures)},
    }  # fmt: skip
    if measures == (Measured("count"),):
        values["shares"] = tuple(share(g.rows / total) for g in named)
    if parts := [g.parts for g in named if g.parts is not None]:
        values["numerators"] = tuple(part for part, _ in parts)
        values["denominators"] = tuple(whole for _, whole in parts)
    return Finding(kind="groups", role="headline", values=values)


def first_group(query: Query) -> Finding | None:
    """The group that comes first by a measure, where an order was asked for, and the one after it."""
    order = query.order
    if order is None or order.column is not None or order.group is not None or len(query.groups) != 1:
        return None
    measure = (query.measures or (Measured("count"),))[order.measure or 0]
    held = [(g, g.values[order.measure or 0]) for g in query.grouped if g.is_known]
    sized = [(g, v) for g, v in held if isinstance(v, Quantity | str) and sortable(v, measure.column) is not None]
    if len(sized) < 2:
        return None
    best = sortable(sized[0][1], measure.column)
    tied = [g for g, v in sized if sortable(v, measure.column) == best]
    after = next(((g, v) for g, v in sized if sortable(v, measure.column) != best), None)
    values: dict[str, Value] = {
        "names": tuple(group_label(g, query) for g in tied),
        "value": sized[0][1],
        "measure": f"total {column_label(measure.column.name)}"
        if measure.aggregate == "sum" and measure.column
        else measure.label,
        "counted": noun(query.table) if measure.label == "count" else None,
        "descending": order.descending,
    }
    if after is not None:
        values |= {"next": group_label(after[0], query), "next_value": after[1]}
    return Finding(kind="first_group", role="headline", values=values)


def single(value: Value) -> Quantity | date | str:
    return value if isinstance(value, Quantity | date) else humanize(str(value))


def _nested(query: Query, groups: Sequence[Group], by: tuple[str, ...]) -> Finding:
    """Counts of the second column under those of the first."""
    first = sorted(groups, key=lambda g: str(g.labels[0]))
    inner = {name: [g for g in groups if str(g.labels[0]) == name] for name, _ in
             groupby(first, key=lambda g: str(g.labels[0]))}  # fmt: skip
    totals = {name: sum(g.rows for g in held) for name, held in inner.items()}
    names = sorted(totals, key=lambda name: (-totals[name], name))[: query.limit or _NAMED]
    none = [f"no {column_label(c.name)}" for c in query.groups]
    return Finding(
        kind="nested_groups",
        role="headline",
        values={
            "by": by,
            "names": tuple(none[0] if name == "None" else name for name in names),
            "totals": tuple(count(totals[name], query.noun) for name in names),
            **{f"parts {i}": tuple(g.labels[1] or none[1] for g in inner[name]) for i, name in enumerate(names)},
            **{f"counts {i}": tuple(count(g.rows, query.noun) for g in inner[name]) for i, name in enumerate(names)},
        },
    )


def _is_comparison(query: Query) -> bool:
    """Whether two or three values of the grouped column are asked for."""
    column = query.groups[0].name
    asked = [f.value for f in (*query.filters, *query.among) if f.column == column and f.op in ("=", "in")]
    values = {str(v) for held in asked for v in (held if isinstance(held, tuple) else (held,))}
    return len(query.groups) == 1 and 2 <= len(values) <= _COMPARED


def _comparison(query: Query, groups: Sequence[Group]) -> Iterator[Finding]:
    """Each side of a comparison, and by how much it differs from the first."""
    for i, measure in enumerate(query.measures or (Measured("count"),)):
        sides = [(g, v) for g in groups if isinstance(v := g.values[i], Quantity)]
        if len(sides) < 2:
            yield _flat(query, groups, tuple(group_names(query)))
            return
        first = sides[0][1]
        yield Finding(
            kind="difference",
            subject=measure.column.name if measure.column else "",
            role="headline",
            values={
                "measure": measure.label,
                "names": tuple(group_label(g, query) for g, _ in sides),
                "sides": tuple(v for _, v in sides),
                "differences": tuple(minus(v, first) for _, v in sides[1:]),
            },
        )


def _by_times(query: Query, groups: Sequence[Group]) -> Iterator[Finding]:
    """Each time with its measure, and by how much the others differ from the first."""
    for i, measure in enumerate(query.measures or (Measured("count"),)):
        sides = [(g, v) for g in groups if isinstance(v := g.values[i], Quantity)]
        if not sides:
            continue
        yield Finding(
            kind="times",
            subject=measure.column.name if measure.column else "",
            role="headline",
            values={
                "measure": noun(query.table) if measure.column is None else measure.label,
                "column": column_label(query.groups[0].name),
                "which": qualified("", [*query.said_among, *query.said]).strip(),
                "names": tuple(group_label(g, query) for g, _ in sides),
                "sides": tuple(v for _, v in sides),
                "differences": tuple(minus(v, sides[0][1]) for _, v in sides[1:]),
            },
        )


def minus(one: Quantity, other: Quantity) -> Quantity:
    if one.unit == "share":
        return amount(100 * (one.value - other.value), "points", one.precision)
    return one.model_copy(update={"value": one.value - other.value, "basis": "computed"})
