"""The business unit of rows that say only which project they are of, so that incidents can be counted by unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.records.reading import RecordTable
from copilot.records.referring import referred
from copilot.records.schema import Column

_PROJECT, _UNIT = "projects", "unit"


def with_units(tables: Sequence[RecordTable]) -> list[RecordTable]:
    """The tables, those with a key of their own and a reference to a project with the project's unit beside it.

    A row of a project that is withheld is withheld itself, and so is the unit of such a row.
    """
    projects = next((t for t in tables if t.schema.name == _PROJECT), None)
    unit = _unit(projects) if projects else None
    if projects is None or unit is None or not projects.schema.key:
        return list(tables)
    units = projects.values[_UNIT]
    joined = []
    for table in tables:
        reference = next(
            (c for c in table.schema.columns if referred(c)[0] == _PROJECT and c.type != "list"),
            None,
        )
        if table is projects or not table.schema.key or reference is None or _unit(table):
            joined.append(table)
            continue
        own = replace(unit, required=False, access=unit.access or reference.access, meaning="Unit of its project.")
        named = projects.values[referred(reference)[1]]
        held = {str(key).casefold(): value for key, value in zip(named, units, strict=True)}
        values = [held.get(str(key).casefold()) for key in table.values[reference.name]]
        schema = replace(table.schema, columns=(*table.schema.columns, own))
        called = {alias: name for alias, name in projects.aliases.items() if name == _UNIT}
        joined.append(
            replace(
                table, schema=schema, values={**table.values, _UNIT: values}, aliases={**called, **table.aliases}
            )
        )  # fmt: skip
    return joined


def _unit(table: RecordTable) -> Column | None:
    return next((c for c in table.schema.columns if c.name == _UNIT), None)
