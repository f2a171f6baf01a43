"""How many rows of another table refer to a row: a column that no file holds, by name "number of incidents"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from copilot.records.conditions import Filter, quoted
from copilot.records.differences import sides
from copilot.records.names import column_key
from copilot.records.referring import referred
from copilot.records.schema import Column, TableSchema

_NUMBER = re.compile(r"number of (.+)", re.DOTALL)


def number_of(table: str) -> str:
    """The name of how many rows of a table refer to a row."""
    return f"number of {table}"


def counted(name: str) -> str:
    """The table whose rows a column of that name counts; empty for another column."""
    found = _NUMBER.fullmatch(name)
    return found[1] if found else ""


def some_or_none(column: str, op: Literal["missing", "present"]) -> Filter:
    """That a column has a value or none; of a count, which every row has, that it is more than zero or zero, of what
    lies between two columns that the other one has a value or none."""
    if not counted(column):
        return Filter(column=sides(column)[-1], op=op)
    return Filter(column=column, op="=" if op == "missing" else ">", value=0)


def other_table(column: Column) -> str:
    """The table whose rows a column counts or names; empty for another column."""
    return counted(column.name) or referred(column)[0]


def is_stored(name: str) -> bool:
    """Whether a name is that of a column which a file holds."""
    return sides(name) == (name,) and not counted(name)


def reference(other: TableSchema, table: TableSchema) -> Column | None:
    """The column of another table that refers to the rows of a table; None where none does."""
    return next((c for c in other.columns if c.type != "list" and referred(c)[0] == table.name), None)


def count_of(
    name: str,
    table: TableSchema,
    tables: Mapping[str, TableSchema],
    relations: Mapping[str, str],
    where: str = "TRUE",
) -> Column | None:
    """The column of that name; None where it names no table that refers to this one.

    `relations` say what to read each table from, `where`, as SQL, which of its rows count.
    """  # fmt: skip
    asked = column_key(counted(name))
    other = next((t for t in tables if asked and column_key(t) == asked), None)
    if other is None or not table.key or not (by := reference(tables[other], table)):
        return None
    key = f"{quoted(table.name)}.{quoted(referred(by)[1])}"
    of_row = f"lower({quoted(other)}.{quoted(by.name)}) = lower({key})"
    sql = f"(SELECT count(*) FROM {relations[other]} WHERE {of_row} AND {where})"
    return Column(number_of(other), "integer", f"How many {other} refer to it.", sql=sql)
