"""The tables and charts of rows and groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.drawing.charts import bars, stacked_bars
from copilot.language.formatting import column_label, format_cell, humanize, is_symbol, join_and, noun, percent
from copilot.records.differences import is_time, sides
from copilot.records.store import ROW
from copilot.tools.evidence import Row
from copilot.tools.find_projects.findings import usual_columns
from copilot.tools.find_projects.groups import group_label, group_names
from copilot.tools.find_projects.query import Group, Measured, Query
from copilot.types import Cell, Chart, Quantity, Table, Value

_DRAWN = 24


def tables(query: Query, rows: Sequence[Row]) -> Iterator[Table]:
    if query.groups and query.grouped and not query.are_firsts:
        yield _group_table(query)
    if rows:
        yield _row_table(query, rows)


def _group_table(query: Query) -> Table:
    """All groups: their rows, those as a share of all, and each measure."""
    groups, rows = query.grouped, noun(query.table).capitalize()
    total = sum(group.rows for group in query.all_groups) or 1
    measures = [(i, m) for i, m in enumerate(query.measures) if m != Measured("count")]
    has_shares = any(m.aggregate == "share" for _, m in measures)

    def cells(group: Group) -> Iterator[Cell]:
        yield from group.labels
        yield group.rows
        if not has_shares:
            yield percent(group.rows / total)
        for i, measure in measures:
            if measure.aggregate == "share" and group.parts:
                yield _plain(group.parts[1])
            yield _plain(group.values[i])

    columns = [] if has_shares else ["Share"]
    for _, measure in measures:
        if measure.aggregate == "share":
            whole = measure.of or measure.column
            columns.append(f"Of {column_label(whole.name) if whole else noun(query.table)}")
        columns.append(_title(measure))
    names = [name.capitalize() for name in group_names(query)]
    return Table(
        title=f"{rows} by {join_and(group_names(query))}",
        columns=(*names, rows, *columns),
        rows=tuple(tuple(cells(group)) for group in groups),
    )


def _title(measure: Measured) -> str:
    unit = measure.column.unit if measure.column and not measure.of else ""
    return f"{measure.label.capitalize()}{f' ({unit})' if is_symbol(unit) else ''}"


def _plain(value: Value) -> Cell:
    """A value as a cell: a number where it is one, a share in words."""
    if not isinstance(value, Quantity):
        return None if value is None else str(value)
    if value.unit == "share":
        return percent(value.value)
    return int(value.value) if value.value.is_integer() else round(value.value, 2)


def _row_table(query: Query, rows: Sequence[Row]) -> Table:
    """The listed rows with what is asked for of them, or what lists usually show."""
    schema, known = query.schema, {c.name for c in query.schema.columns}
    shown = [c.name for c in query.shown] or list(usual_columns(query))
    order = query.order
    by = [order.column.name] if order and order.column else []
    shown = [*(c.name for c in query.groups), *shown] if query.are_firsts else shown
    wanted = [n for name in (*shown, *(f.column for f in query.filters), *by) for n in (*sides(name), name)]
    known |= rows[0].keys() - {ROW}
    named = dict.fromkeys([schema.key, schema.title, *wanted])
    present = [c for c in named if c in known] or [c.name for c in schema.columns[:6]]
    return Table(
        title=humanize(schema.name).capitalize(),
        columns=tuple(_heading(str(c)) for c in present),
        rows=tuple(tuple(_shown(row[str(c)]) for c in present) for row in rows),
    )


def _heading(name: str) -> str:
    label = column_label(name) if is_time(name) else humanize(name)
    return label.capitalize()


def _shown(value: Cell) -> Cell:
    if isinstance(value, bool):
        return format_cell(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def charts(query: Query) -> Iterator[Chart]:
    """The first measure of each group."""
    if not query.groups or query.are_firsts:
        return
    measure = next(iter(query.measures), Measured("count"))
    drawn = [(g, v.value) for g in query.grouped if isinstance(v := g.values[0], Quantity)]
    if len(drawn) < 2:
        return
    names = list(group_names(query))
    what = noun(query.table).capitalize() if measure.column is None else measure.label.capitalize()
    unit = _title(measure) if measure.column else what
    title = f"{what} by {join_and(names)}"
    if len(names) == 1:
        yield bars(title, names[0].capitalize(), unit, [(group_label(g, query), v) for g, v in drawn[:_DRAWN]])
    else:
        parts = [(str(g.labels[0] or "not recorded"), str(g.labels[1] or "not recorded"), v) for g, v in drawn]
        yield stacked_bars(title, names[0].capitalize(), unit, names[1].capitalize(), parts)
