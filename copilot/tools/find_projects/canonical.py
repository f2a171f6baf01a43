"""A call in plain English, so that a misreading can be seen."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.formatting import column_label, join_and, noun
from copilot.records.schema import Column
from copilot.records.store import RecordView
from copilot.tools.filter_phrasing import qualified
from copilot.tools.filters import Condition, spoken
from copilot.tools.find_projects.arguments import Arguments, Grain
from copilot.tools.find_projects.opening import measured_of, order_of, table_named
from copilot.tools.find_projects.query import Measured
from copilot.tools.linking import resolve_column

_SIZES = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}


def canonical(arguments: Arguments, view: RecordView) -> str:
    """Such as "sum of spend of projects in pilot that do not belong to Retail, by unit, largest first"."""
    table = table_named(view, arguments.table)
    measures = measured_of(view, table, arguments.measures)
    groups = [resolve_column(view, table, name) for name in arguments.group_by]
    parts = [_subject(arguments, view, table, measures)]
    if groups:
        by = f"{column_label(groups[0].name)} in {join_and(arguments.times)}" if arguments.times else ""
        parts.append(f"by {by or join_and(column_phrase(column, arguments.grain) for column in groups)}")
    if groups and arguments.having is not None:
        op, size = arguments.having.op, arguments.having.value
        parts.append("only those with none" if (op, size) == ("=", 0) else f"only with {_SIZES[op]} {size:,.12g}")
    if arguments.columns:
        parts.append(f"with {join_and(column_label(resolve_column(view, table, c).name) for c in arguments.columns)}")
    if arguments.order_by or (groups and not arguments.times):
        parts.append(_first(arguments, view, table, measures, groups))
    if arguments.per_group and groups and not measures:
        several = arguments.per_group > 1
        parts.append(f"the first {arguments.per_group} of each" if several else "only the first of each")
    if arguments.limit is not None:
        parts.append(f"the first {arguments.limit:,}" if arguments.limit > 1 else "only the first")
    return ", ".join(parts)


def _subject(arguments: Arguments, view: RecordView, table: str, measures: Sequence[Measured]) -> str:
    """What is computed or listed, and of which rows."""

    def rows(conditions: Sequence[Condition]) -> str:
        return qualified(noun(table), [f for condition in conditions for f in spoken(view, table, condition)])

    what = join_and(m.label for m in measures) or (
        "count" if arguments.group_by and not arguments.per_group else "list"
    )
    if not any(m.aggregate == "share" and not m.sums for m in measures):
        return f"{what} of {rows([*arguments.among, *arguments.filters])}"
    whole = rows(arguments.among) if arguments.among else f"all {noun(table)}"
    return f"{what} of {rows(arguments.filters)} among {whole}"


def column_phrase(column: Column, grain: Grain | None) -> str:
    """What rows are grouped by: "unit", "quarter started", "month of next review"."""
    name = column_label(column.name)
    if column.type != "date":
        return name
    return f"{grain or 'month'}{' ' if name.endswith('ed') else ' of '}{name}"


def _first(
    arguments: Arguments, view: RecordView, table: str, measures: Sequence[Measured], groups: Sequence[Column]
) -> str:
    """Which rows or groups come first."""
    if arguments.order_by is None:
        return "earliest first" if groups[0].type == "date" else "largest first"
    order = order_of(view, table, arguments, measures, groups)
    column = order.column if order.group is None else groups[order.group]
    if column is None:
        size = "largest first" if order.descending else "smallest first"
        by = measures[order.measure].label if order.measure is not None and measures else "count"
        return size if len(measures) < 2 and order.measure is not None else f"by {by}, {size}"
    name = column_label(column.name)
    if column.type == "date":
        return f"{'latest' if order.descending else 'earliest'} {name} first"
    if column.unit == "day":
        return f"{'longest' if order.descending else 'shortest'} {name} first"
    if column.type in ("number", "integer") or column.order:
        return f"{'highest' if order.descending else 'lowest'} {name} first"
    return f"by {name}{', last to first' if order.descending else ''}"
