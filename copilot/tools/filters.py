"""Conditions as a caller writes them, linked to the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from copilot.language.formatting import format_cell
from copilot.records.schema import TableSchema
from copilot.records.store import Filter, Measure, Operator, RecordView
from copilot.tools.evidence import Row
from copilot.tools.linking import resolve_value
from copilot.types import Cell


class Condition(BaseModel):
    """One condition on a column of the table."""

    model_config = ConfigDict(extra="forbid")

    column: str = Field(description="Column name, such as unit, stage, risk_class, budget or started.")
    op: Operator = Field(
        default="=",
        description="How to compare. `contains` looks inside text; `missing` and `present` take no value.",
    )
    value: Cell | tuple[Cell, ...] = Field(
        default=None,
        description="What to compare with; a list for `in` and `not in`. Names may be approximate, dates are "
        "YYYY-MM-DD, YYYY-MM or YYYY, amounts are in the workspace's currency, booleans true or false.",
    )


def linked(view: RecordView, table: str, conditions: Sequence[Condition], stages: Sequence[str] = ()) -> list[Filter]:
    """The conditions with real column names and values; a ToolError names the nearest where none is meant."""
    filters = []
    for asked in conditions:
        column = view.column(table, asked.column)
        value = asked.value
        allowed = stages if column.name == "stage" else ()
        if column.type in ("text", "list") and asked.op in ("=", "!=", "in", "not in"):
            if isinstance(value, tuple):
                value = tuple(_linked(view, table, column.name, v, allowed) for v in value)
            else:
                value = _linked(view, table, column.name, value, allowed)
        filters.append(Filter(column=column.name, op=asked.op, value=value))
    return filters


def _linked(view: RecordView, table: str, column: str, value: Cell, allowed: Sequence[str]) -> Cell:
    return value if value is None else resolve_value(view, table, column, str(value), allowed)


METRIC_COLUMN = "metric"
"""The column by which observations name their metric."""


@dataclass(frozen=True)
class Selection:
    """The rows of a table that a viewer may see and that meet the conditions."""

    view: RecordView
    schema: TableSchema
    filters: Sequence[Filter]
    currency: str
    titles: Mapping[str, str] = field(default_factory=dict)
    """What people call the metrics that a table names."""

    def titled(self, row: Row) -> Row:
        """The row with the metric it is about under its title."""
        name = row.get(METRIC_COLUMN)
        return {**row, METRIC_COLUMN: self.titles[str(name)]} if name in self.titles else row

    @property
    def spoken_filters(self) -> list[Filter]:
        """The conditions as sentences tell them."""
        return [f.model_copy(update={"value": self._spoken(f)}) for f in self.filters]

    def _spoken(self, asked: Filter) -> Cell | tuple[Cell, ...]:
        if asked.column != METRIC_COLUMN or asked.value is None:
            return asked.value
        if isinstance(asked.value, tuple):
            return tuple(self.titles.get(str(v), v) for v in asked.value)
        return self.titles.get(str(asked.value), asked.value)

    @property
    def table(self) -> str:
        return self.schema.name

    def count(self, filters: Sequence[Filter] | None = None) -> int:
        chosen = self.filters if filters is None else filters
        return int(str(self.view.aggregate(self.table, measures=[Measure(name="n")], filters=chosen)[0]["n"]))

    def said(self, row: Row, column: str) -> str:
        return format_cell(row[column], column, self.currency)
