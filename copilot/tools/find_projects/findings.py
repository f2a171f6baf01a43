"""What a table answers, as findings: how many rows, what they add up to, by which group, and which they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import NAMED, column_label, is_symbol, noun
from copilot.records.differences import sides
from copilot.records.related import counted as counted_in
from copilot.records.related import other_table
from copilot.records.schema import TABLES, Column
from copilot.records.store import Filter
from copilot.tools.evidence import Row, recorded
from copilot.tools.filter_phrasing import of_all, of_none, predicate, qualified
from copilot.tools.find_projects.calculation import used
from copilot.tools.find_projects.canonical import canonical
from copilot.tools.find_projects.groups import (
    NOT_RECORDED,
    first_group,
    firsts_of_groups,
    groups,
    kept_groups,
    minus,
    ordering,
    single,
)  # fmt: skip
from copilot.tools.find_projects.query import FEW, Measured, Query, ratio
from copilot.tools.findings import Reading, count, texts
from copilot.types import Calculation, Finding, Quantity, Table, Value

# More rows than this are named in one sentence instead of one each.
_ROWS_WITH_A_SENTENCE = 7
# What a list shows of a row unless told otherwise.
_SHOWN = ("unit", "stage", "stage_since", "project_id", "status", "severity", "date")
_SHOWN_OF_UNITS = ("area", "aspect", "score", "role", "headcount", "open_positions")
_FIRST_COLUMNS = 2
_COMPARING = ("<", "<=", ">", ">=")
_BASES = ("measured", "estimated", "assumed")


def found(query: Query, rows: Sequence[Row], reading: Reading) -> Iterator[Finding]:
    """Everything, the answer first: what was compared, measured or ordered. How many rows there are answers only where
    nothing else is asked, and is background elsewhere."""
    # Over no rows there is nothing to measure; that there are none is the answer.
    sized = [m for m in query.measures if m.column is not None and query.matching]
    measures = [f for m in sized for f in _measure(query, m)]
    opening = [] if _is_share(query) and not query.groups else [counted(query)]
    # How many rows there are in all says nothing beside what was asked of them.
    beside = opening if query.said or query.said_among else []
    listed = [] if query.are_few_measured else [*_listed(query, rows, reading)]
    is_counted = all(m.column is None and m.aggregate == "count" for m in query.measures)
    are_told = not query.measures or (is_counted and query.matching <= FEW)
    by_group = [] if query.meant.having is not None or query.are_firsts else [*groups(query)]
    if query.meant.having is not None and query.groups:
        yield kept_groups(query, query.meant.having)
        yield from _background(*beside)
    elif query.are_firsts:
        yield firsts_of_groups(query, rows, reading)
        yield from _background(*beside)
        listed = []
    elif query.times:
        yield from by_group
    elif any(f.kind == "difference" for f in by_group):
        yield from by_group
        yield from _background(*beside, *measures)
    elif first := first_group(query):
        yield first
        yield from by_group
        yield from _background(*measures, *_shares(query), *beside)
    elif measures or _is_share(query):
        yield from (*measures, *_set_against(measures), *_shares(query), *by_group)
        yield from _background(*beside)
    elif not query.measures and not query.groups and _are_named(query) and listed and listed[0].kind == "row":
        # Rows that are named are told, not counted.
        listed[0] = listed[0].model_copy(update={"role": "headline"})
    elif listed and listed[0].kind == "order":
        yield from listed
        yield from _background(*beside)
        listed = []
    elif by_group and not beside:
        yield from by_group
        yield from _background(*opening)
    else:
        opening, listed = _naming(query, opening, listed) if are_told else (opening, listed)
        yield from (*opening, *by_group)
    if are_told:
        yield from listed
    if query.are_few_measured:
        yield _each(query, rows, reading)
    yield from _caveats(query)
    yield _call(query, rows)


def _naming(query: Query, opening: list[Finding], listed: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """How many rows there are, with the names of the first; and what is left to tell of them."""
    names = tuple(str(f.values["name"]) for f in listed if f.kind == "row")[:NAMED]
    evidence = tuple(id for f in listed if f.kind == "row" for id in f.evidence)[:NAMED]
    if all_at_once := next((f for f in listed if f.kind == "rows"), None):
        names, evidence = texts(all_at_once, "names"), all_at_once.evidence
        listed = [f for f in listed if f is not all_at_once or f.values.get("column")]
    told: dict[str, Value] = {"names": names, "more": count(query.matching - len(names), query.noun)}
    named = (f.model_copy(update={"values": {**f.values, **told}, "evidence": evidence}) for f in opening)
    return [*named] if names else opening, listed


def _are_named(query: Query) -> bool:
    """Whether the rows are meant by their key, and nothing else."""
    key = query.schema.key
    return bool(query.filters) and all(f.column == key and f.op in ("=", "in") for f in query.filters)


def _background(*findings: Finding) -> Iterator[Finding]:
    return (f.model_copy(update={"role": "support"}) for f in findings)


def counted(query: Query) -> Finding:
    """How many rows of how many meet the conditions."""
    filters, matching = query.said, query.matching
    return Finding(
        kind="count",
        role="headline",
        values={
            "count": count(matching, query.noun),
            "total": count(query.total, query.noun),
            "condition": predicate(filters, matching) if matching else of_none(filters),
            "opposite": "" if matching else of_all(filters),
            "among": qualified("", query.said_among).strip(),
        },
        figures=("count",),
    )


def _is_share(query: Query) -> bool:
    return any(m.aggregate == "share" for m in query.measures)


def _shares(query: Query) -> Iterator[Finding]:
    """The rows that meet the conditions as a share of the whole, by number or by an amount."""
    if query.groups:
        return
    for measure in query.measures:
        if measure.sums:
            yield _part_of_another(query, measure)
        if measure.aggregate != "share" or measure.sums:
            continue
        sides = [query.measured(measure, filters) for filters in (query.all_filters, query.among)]
        part, whole = query.parts(measure, *sides)
        yield Finding(
            kind="share",
            subject=measure.column.name if measure.column else "",
            role="headline",
            values={
                "share": ratio(part, whole),
                "numerator": part,
                "denominator": whole,
                "column": column_label(measure.column.name) if measure.column else None,
                "condition": predicate(query.said, int(part.value)) if not measure.column else "",
                "which": qualified(noun(query.table), query.said),
                "among": qualified("", query.said_among).strip(),
            },
            figures=("share", "numerator"),
            calculation=Calculation(
                method=measure.label,
                formula="share = what meets the conditions / the whole",
                query=query.view.written(query.table, (), [measure.stored], query.all_filters),
                inputs=(
                    Table(
                        title="Parts",
                        columns=("What meets the conditions", "The whole"),
                        rows=((part.value, whole.value),),
                    ),
                ),
            ),
        )


def _part_of_another(query: Query, measure: Measured) -> Finding:
    """The sum of one column as a share of that of another, over the rows that record both."""
    filters = (*query.all_filters, *measure.are_known)
    assert measure.sums is not None
    one, other = (s.value(query.measured(s, filters), query.noun) for s in measure.sums)
    known = [v for v in (one, other) if isinstance(v, Quantity)]
    names = [column_label(c.name) for c in (measure.column, measure.of) if c]
    return Finding(
        kind="ratio",
        subject=measure.column.name if measure.column else "",
        role="headline",
        values={
            "share": ratio(*known) if len(known) == 2 else None,
            "numerator": one,
            "denominator": other,
            "column": names[0],
            "other": names[1],
            "which": qualified("", query.said).strip() if query.matching else "",
            "recorded": count(query.count(filters), query.noun),
        },
        figures=("share", "numerator", "denominator"),
        calculation=Calculation(
            method=measure.label,
            formula=f"share = sum of {names[0]} / sum of {names[1]}",
            query=query.view.written(query.table, (), [s.stored for s in measure.sums], filters),
            inputs=(used(query, filters, [c.name for c in (measure.column, measure.of) if c]),),
        ),
    )


def _measure(query: Query, measure: Measured) -> Iterator[Finding]:
    """One result over all matching rows, how many record the column, and what it rests on."""
    column = measure.column
    if column is None or measure.aggregate == "share":
        return
    filled = (*query.all_filters, Filter(column=column.name, op="present"))
    known = query.count(filled)
    yield Finding(
        kind="measure",
        subject=column.name,
        role="headline",
        values={
            "aggregate": measure.aggregate,
            "measure": measure.label,
            "column": column_label(column.name),
            "which": qualified("", query.said).strip() if query.matching else "",
            "value": measure.value(query.measured(measure, query.all_filters), query.noun),
            "recorded": count(known, query.noun),
            "rows": count(query.matching, query.noun),
            "missing": count(query.matching - known, query.noun),
        },
        figures=("value",),
        calculation=Calculation(
            method=f"{measure.label} of the {known:,} rows that record it",
            query=query.view.written(query.table, (), [measure.stored], query.all_filters),
            inputs=(used(query, filled, [column.name]),),
        ),
    )
    basis = f"{column.name.removesuffix('_benefit')}_basis"
    if measure.aggregate == "sum" and query.view.has(query.table, basis):
        yield from _by_basis(query, measure, basis, filled)


def _set_against(measures: Sequence[Finding]) -> Iterator[Finding]:
    """The first of two sums of one unit as a share of the other, and by how much they differ."""
    sums = [f for f in measures if f.kind == "measure" and f.values["aggregate"] == "sum"]
    values = [f.values["value"] for f in sums]
    if len(sums) != 2 or not all(isinstance(v, Quantity) for v in values):
        return
    one, other = (v for v in values if isinstance(v, Quantity))
    if one.unit != other.unit or (rate := ratio(one, other)) is None:
        return
    yield Finding(
        kind="set_against",
        subject=sums[0].subject,
        role="headline",
        values={
            "share": rate, "difference": minus(one, other),
            "column": sums[0].values["column"], "other": sums[1].values["column"],
        },
        figures=("share", "difference"),
        calculation=Calculation(
            method="one sum set against the other",
            formula=f"share = {sums[0].values['column']} / {sums[1].values['column']}",
            inputs=(Table(title="Sums", columns=tuple(str(f.values["column"]) for f in sums),
                          rows=((one.value, other.value),)),),
        ),
    )  # fmt: skip


def _by_basis(query: Query, measure: Measured, basis: str, filled: Sequence[Filter]) -> Iterator[Finding]:
    """A sum split by whether it is assumed, estimated or measured."""
    measures = [measure.stored, measure.stored.model_copy(update={"name": "known", "aggregate": "count"})]
    split = {row[basis]: row for row in query.view.aggregate(query.table, [basis], measures, filled)}
    order = [*(b for b in _BASES if b in split), *(b for b in split if b not in _BASES)]
    if order:
        yield Finding(
            kind="by_basis",
            subject=measure.column.name if measure.column else "",
            role="headline",
            values={
                "column": column_label(measure.column.name) if measure.column else "",
                "bases": tuple(str(b) if b else "of unknown basis" for b in order),
                "values": _quantities(measure.value(split[b][measure.key], query.noun) for b in order),
                "rows": tuple(count(float(str(split[b]["known"])), query.noun) for b in order),
            },
        )


def _quantities(values: Iterator[Value]) -> tuple[Quantity, ...]:
    return tuple(v for v in values if isinstance(v, Quantity))


def _listed(query: Query, rows: Sequence[Row], reading: Reading) -> Iterator[Finding]:
    """The rows by name: with what orders them, a sentence each while they are few, or in one sentence."""
    if not rows:
        return
    names = tuple(query.name(row) for row in rows[:NAMED])
    counts: dict[str, Value] = {
        "listed": count(len(rows), query.noun),
        "matching": count(query.matching, query.noun),
        "more": count(len(rows) - len(names), query.noun),
    }
    ids = reading.rows(query.table, rows)
    by = query.order.column if query.order else None
    if by is not None:
        cells = (recorded(row[by.name], by) for row in rows[:NAMED])
        yield Finding(
            kind="order",
            subject=by.name,
            role="headline",
            values={
                **ordering(query, by),
                **counts,
                "names": names,
                "cells": tuple(NOT_RECORDED if v is None else single(v) for v in cells),
            },
            evidence=ids[:NAMED],
        )
    if len(rows) > _ROWS_WITH_A_SENTENCE:
        if by is None:
            yield Finding(kind="rows", values={**counts, "names": names, **_asked(query, rows)}, evidence=ids[:NAMED])
    elif by is None or any(c.name != by.name for c in query.shown):
        for row, id in zip(rows, ids, strict=True):
            yield _row(query, row, id)
    if by is None and len(rows) == query.matching > 1:
        yield from _together(query)


def _each(query: Query, rows: Sequence[Row], reading: Reading) -> Finding:
    """The few rows over which something is computed, each with its own."""
    (measure,) = query.measures
    assert measure.column is not None
    cells = (recorded(row.get(measure.column.name), measure.column) for row in rows)
    return Finding(
        kind="rows",
        values={
            "listed": count(len(rows), query.noun),
            "matching": count(query.matching, query.noun),
            "more": count(0, query.noun),
            "names": tuple(query.name(row) for row in rows),
            "column": column_label(measure.column.name),
            "cells": tuple(NOT_RECORDED if v is None else single(v) for v in cells),
        },
        evidence=reading.rows(query.table, rows),
    )


def _together(query: Query) -> Iterator[Finding]:
    """What an amount of money that is shown of every row adds up to."""
    column = query.shown[0] if len(query.shown) == 1 else None
    if column is None or not (column.unit and is_symbol(column.unit)) or column.sql:
        return
    whole = Measured("sum", column)
    value = whole.value(query.measured(whole, query.all_filters), query.noun)
    if isinstance(value, Quantity):
        yield Finding(kind="together", values={"column": column_label(column.name), "value": value}, figures=("value",))


def _asked(query: Query, rows: Sequence[Row]) -> dict[str, Value]:
    """The column that is asked for beside the names of the rows, and its cells; nothing where several are."""
    if len(query.shown) != 1:
        return {}
    (column,) = query.shown
    cells = (recorded(row[column.name], column) for row in rows[:NAMED])
    told = tuple(NOT_RECORDED if v is None else single(v) for v in cells)
    return {"column": column_label(column.name), "cells": told}


def _row(query: Query, row: Row, id: str) -> Finding:
    """One row with what its list shows."""
    schema = query.schema
    fixed = {
        "id",
        *(f.column for f in query.filters if f.op == "=" and f.column in ("unit", "stage") and not f.or_else),
    }
    asked = [n for f in query.filters if f.op not in ("contains", "missing") for n in (*sides(f.column), f.column)]
    varied = [f.column for f in query.filters if f.op not in ("=", "contains", "missing")]
    usual = usual_columns(query) if schema.name in TABLES or not varied else ()
    names = [c.name for c in query.shown] or [c for c in (*usual, *asked) if c not in fixed]
    columns = {name: query.view.column(query.table, name) for name in names if name in row}
    # Of what is asked for it is told that it is missing; of the rest what there is.
    facts: dict[str, Value] = {c.name: NOT_RECORDED for c in query.shown}
    facts |= {n: recorded(row[n], columns[n]) for n in names if row.get(n) is not None}
    key = str(row[schema.key]) if schema.key and row.get(schema.key) else ""
    return Finding(kind="row", subject=key, values={"name": query.name(row), **facts}, evidence=(id,))


def usual_columns(query: Query) -> tuple[str, ...]:
    """What a list shows unless told otherwise: what tells rows of our tables, else the first columns."""
    schema = query.schema
    if schema.name in TABLES:
        return _SHOWN if schema.key else (*_SHOWN, *_SHOWN_OF_UNITS)
    return tuple(c.name for c in schema.columns if c.name not in (schema.key, schema.title))[:_FIRST_COLUMNS]


def _caveats(query: Query) -> Iterator[Finding]:
    """Rows that cannot be judged because the cell that a condition asks for is empty, and rows out of sight."""
    missing: dict[str, int] = {}
    for asked in query.filters:
        if asked.or_else:
            # What lacks one of the cells may meet what is said of the other.
            continue
        if asked.op in ("missing", "present", "!=", "not in") or (asked.value is None and not asked.than):
            continue
        for column in filter(None, (*sides(asked.column), asked.than)):
            others = [f for f in query.all_filters if column not in (*sides(f.column), f.than)]
            if empty := query.count([*others, Filter(column=column, op="missing")]):
                missing[column_label(column)] = empty
    if missing:
        yield Finding(
            kind="unjudged",
            role="caveat",
            values={
                "columns": tuple(missing),
                "rows": tuple(count(empty, query.noun) for empty in missing.values()),
            },
        )
    if assumed := list(dict.fromkeys(column_label(c.name) for c in _in_assumed_order(query))):
        yield Finding(kind="assumed_order", role="caveat", values={"columns": tuple(assumed)})
    each = [one for f in query.all_filters for one in f.each]
    columns = [query.view.column(query.table, f.column) for f in each if f.where or counted_in(f.column)]
    tables = [query.table, *map(other_table, columns)]
    if any(map(query.view.hidden, tables)):
        yield Finding(kind="hidden", role="caveat")


def _in_assumed_order(query: Query) -> Iterator[Column]:
    """The columns of letters by whose order something was told that nobody gave."""
    each = [one for f in query.all_filters for one in f.each]
    compared = [query.view.column(query.table, f.column) for f in each if f.op in _COMPARING]
    measured = [m.column for m in query.measures if m.aggregate in ("min", "max", "median")]
    by = query.order.column if query.order else None
    yield from (c for c in (*compared, *measured, by) if c is not None and c.is_order_assumed)


def _call(query: Query, rows: Sequence[Row]) -> Finding:
    """The call as it was understood, with what could be asked of the same rows."""
    title = query.schema.title
    fixed = {f.column for f in query.filters if f.op == "=" and not f.or_else}
    by = next((c for c in ("unit", "stage") if c not in fixed and query.view.has(query.table, c)), None)
    return Finding(
        kind="call",
        subject=query.table,
        role="method",
        values={
            "call": canonical(query.meant, query.view),
            "which": qualified("projects", query.said if query.matching else []),
            "by": None if query.groups else by,
            "first": str(rows[0][title]) if rows and title and rows[0].get(title) else None,
        },
    )
