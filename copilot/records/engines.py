"""What a metric's query needs of the place its rows are in: the records of the workspace, or a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from copilot.records.schema import Column
from copilot.types import Cell

if TYPE_CHECKING:
    from sqlglot import exp


class MetricEngine(Protocol):
    """Rows as one viewer may read them."""

    def relation_tree(self, table: str, whole: bool = False) -> exp.Expression:
        """What to select from to read the table as the viewer may, or with every row there is."""

    def fetch(self, query: exp.Expression) -> list[dict[str, Cell]]:
        """The rows of a query, dates as ISO strings."""

    def column(self, table: str, name: str) -> Column: ...

    def spelling(self, table: str, column: str) -> Mapping[Cell, Cell]:
        """Lower-case text to its most frequent spelling."""

    def source(self, table: str) -> str:
        """Where the rows are, for a citation."""

    def dialect(self) -> str:
        """The name of its SQL, as sqlglot knows it."""
