"""The record tables of a workspace, read into DuckDB, and what a viewer may read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from copilot.records.schema import TableSchema
from copilot.types import Cell, Frozen, Viewer
from copilot.workspace import Workspace

Operator = Literal["=", "!=", "in", "not in", "<", "<=", ">", ">=", "contains", "missing", "present"]
Aggregate = Literal["count", "count distinct", "sum", "mean", "median", "min", "max"]

ROW = "_row"
"""Every selected row carries the line number of its record in the source file under this name."""


class Filter(Frozen):
    """One condition on a column. Text is compared without case."""

    column: str
    op: Operator = "="
    value: Cell | tuple[Cell, ...] = None


class Measure(Frozen):
    """An aggregate over a column; `column` is None only for "count"."""

    name: str
    aggregate: Aggregate = "count"
    column: str | None = None


class Records:
    """All record tables of a workspace."""

    tables: Mapping[str, TableSchema]
    """Tables that are there, with the columns that are there, those the schema does not know included."""
    sources: Mapping[str, str]
    """Table name to file inside the workspace."""

    @classmethod
    def load(cls, workspace: Workspace) -> Records:
        raise NotImplementedError

    def view(self, viewer: Viewer) -> RecordView:
        raise NotImplementedError


class RecordView:
    """What one viewer may read. Rows with a label the viewer does not hold do not exist here."""

    tables: Mapping[str, TableSchema]
    sources: Mapping[str, str]

    def has(self, table: str, column: str | None = None) -> bool:
        raise NotImplementedError

    def select(
        self,
        table: str,
        filters: Sequence[Filter] = (),
        columns: Sequence[str] | None = None,
        order_by: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[dict[str, Cell]]:
        """Rows as dicts, `_row` included; `-column` orders descending; dates come as ISO strings."""
        raise NotImplementedError

    def aggregate(
        self,
        table: str,
        group_by: Sequence[str] = (),
        measures: Sequence[Measure] = (),
        filters: Sequence[Filter] = (),
    ) -> list[dict[str, Cell]]:
        """One row a group, the largest first measure first."""
        raise NotImplementedError

    def row(self, table: str, key: str) -> dict[str, Cell] | None:
        raise NotImplementedError

    def values(self, table: str, column: str) -> list[str]:
        """The distinct values of a column, most frequent first."""
        raise NotImplementedError

    def hidden(self, table: str, filters: Sequence[Filter] = ()) -> int:
        """How many rows that match are withheld from this viewer."""
        raise NotImplementedError
