"""Groups of rows, and aggregates over them, as SQL."""

from __future__ import annotations

from typing import Literal

from copilot.errors import ToolError
from copilot.records.conditions import expression, of_grades
from copilot.records.names import nearest
from copilot.records.schema import Column, ColumnType, TableSchema
from copilot.types import Frozen

Aggregate = Literal["count", "count distinct", "sum", "mean", "median", "min", "max"]

_COUNTABLE = ("number", "integer", "boolean")
_HOLDS: dict[ColumnType, str] = {"text": "text", "list": "lists", "date": "dates"}


class Measure(Frozen):
    """An aggregate over a column; `column` is None only for "count"."""

    name: str
    aggregate: Aggregate = "count"
    column: str | None = None


class Grouping(Frozen):
    """Dates of a column, those of one month, quarter or year together under its first day."""

    column: str
    grain: Literal["month", "quarter", "year"]
    shift: int = 0
    """Months by which quarters and years begin later than those of the calendar."""


def group_key(column: Column, group: str | Grouping) -> str:
    """What rows of one group have in common, as SQL; a ToolError where times are asked of a column without dates."""
    name = expression(column)
    if isinstance(group, str):
        return f"lower({name})" if column.type == "text" else name
    if column.type != "date":
        raise ToolError(f"{column.name} holds no dates, so its rows have no {group.grain}.")
    if not group.shift:
        return f"CAST(date_trunc('{group.grain}', {name}) AS DATE)"
    shift = f"INTERVAL {int(group.shift)} MONTH"
    return f"CAST(date_trunc('{group.grain}', {name} - {shift}) + {shift} AS DATE)"


def aggregated(aggregate: Aggregate, column: Column | None, schema: TableSchema) -> str:
    """An aggregate over a column of the table, or the count of its rows, as SQL; a ToolError where there is none."""
    if column is None:
        if aggregate != "count":
            raise ToolError(f"The {aggregate} needs a column.")
        return "count(*)"
    name = expression(column)
    if aggregate == "count":
        return f"count({name})"
    if aggregate == "count distinct":
        return f"count(DISTINCT {f'lower({name})' if column.type == 'text' else name})"
    if column.order and aggregate in ("min", "max", "median"):
        return of_grades(column, aggregate)
    if aggregate in ("sum", "mean", "median") and column.type not in _COUNTABLE:
        numbers = [c.name for c in schema.columns if c.type in _COUNTABLE]
        holds = "grades; take the median" if column.order else _HOLDS[column.type]
        raise ToolError(
            f"There is no {aggregate} of {column.name}, which holds {holds}.", nearest(column.name, numbers)
        )
    value = f"CAST({name} AS INTEGER)" if column.type == "boolean" else name
    return f"{ {'mean': 'avg'}.get(aggregate, aggregate) }({value})"
