"""What the numbers of a column are in: as its schema or mapping says, else as its cells or its name show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from copilot.language.units import unit_in, unit_of_cells
from copilot.records.schema import CURRENCY, TABLES, Column

_AMOUNTS = frozenset(c.name for table in TABLES.values() for c in table.columns if c.unit == CURRENCY)


def with_unit(column: Column, currency: str, texts: Iterable[str] = ()) -> Column:
    """The column with its unit; `texts` are its cells as written, `currency` is the workspace's."""
    if column.type not in ("number", "integer"):
        return replace(column, unit="")
    unit = column.unit or unit_of_cells(texts, currency) or named_unit(column.name)
    return replace(column, unit=currency if unit == CURRENCY else unit)


def named_unit(name: str) -> str:
    """The unit of a column that is called like an amount of ours, or that its name holds; else empty."""
    return CURRENCY if name in _AMOUNTS else unit_in(name)
