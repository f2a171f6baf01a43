"""Columns that name rows of another table and are not called so: an incident log that gives each project's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.records.cells import Value
from copilot.records.reading import RecordTable
from copilot.records.schema import MODELS, PROJECTS, Column, TableSchema

_NAMED = 0.9
"""So many of its different values must name rows for a column to refer to them; the others are slips."""
_FEWEST = 3
"""Different values from which on that is no chance."""


_ORDER = {PROJECTS.name: 0, MODELS.name: 1}
"""What most other tables are about."""


@dataclass(frozen=True)
class _Names:
    """What names the rows of a table, each another one."""

    table: str
    column: str
    values: frozenset[str]


def with_references(tables: Sequence[RecordTable]) -> list[RecordTable]:
    """The tables, those of their columns that name rows of another one by key or title referring to it."""
    first = sorted(tables, key=lambda t: _ORDER.get(t.schema.name, len(_ORDER)))
    named = [names for table in first for names in _named(table)]
    return [_referring(table, [n for n in named if n.table != table.schema.name]) for table in tables]


def _named(table: RecordTable) -> Iterator[_Names]:
    schema = table.schema
    if not schema.key:
        return
    for column in dict.fromkeys(filter(None, (schema.key, schema.title))):
        said = [_folded(value) for value in table.values[column] if value is not None]
        if len(set(said)) == len(said) and not all(text.isdigit() for text in said):
            yield _Names(schema.name, column, frozenset(said))


def _referring(table: RecordTable, named: Sequence[_Names]) -> RecordTable:
    schema = table.schema
    columns = []
    for column in schema.columns:
        is_free = column.type == "text" and not column.references and column.name not in (schema.key, *schema.text)
        found = next((n for n in named if _refers(table.values[column.name], n)), None) if is_free else None
        columns.append(replace(column, references=f"{found.table}.{found.column}") if found else column)
    return table if columns == [*schema.columns] else replace(table, schema=replace(schema, columns=tuple(columns)))


def _refers(values: Sequence[Value], names: _Names) -> bool:
    said = {_folded(value) for value in values if value is not None}
    return len(said) >= _FEWEST and len(said & names.values) >= _NAMED * len(said)


def _folded(value: Value) -> str:
    return str(value).casefold()


def referred_first(tables: Mapping[str, TableSchema]) -> list[str]:
    """The tables, each behind those to which it refers, so that what is withheld there is known before. Of tables that
    refer to one another projects come first, then models."""
    found: dict[str, None] = {}
    begun: set[str] = set()

    def add(name: str) -> None:
        if name in begun or name not in tables:
            return
        begun.add(name)
        for column in tables[name].columns:
            add(referred(column)[0])
        found[name] = None

    for name in sorted(tables, key=lambda name: (_ORDER.get(name, len(_ORDER)), name)):
        add(name)
    return [*found]


def referred(column: Column) -> tuple[str, str]:
    """The table whose rows a column names, and the column that it names them by; both empty where it names none."""
    table, _, named = (column.references or "").partition(".")
    return table, named
