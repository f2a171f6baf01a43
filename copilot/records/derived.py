"""Columns that follow from others of their row and that people ask for by name: when a model is due for retraining, and
whether the version that is approved is the one that runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.records.cells import Value
from copilot.records.reading import RecordTable
from copilot.records.schema import Column


@dataclass(frozen=True)
class _Derived:
    table: str
    parts: tuple[str, str]
    column: Column
    of: Callable[[Value, Value], Value]
    """The value from those of both parts, neither of which is missing."""


def _days_later(day: Value, days: Value) -> Value:
    if not isinstance(day, date) or not isinstance(days, int | float) or days <= 0:
        return None
    try:
        return day + timedelta(days=int(days))
    except OverflowError:
        return None


_DERIVED = (
    _Derived(
        "models",
        ("trained_on", "retrain_every_days"),
        Column("retraining_due", "date", "Day by which it is to be trained again.", synonyms=("due for retraining",)),
        _days_later,
    ),
    _Derived(
        "models",
        ("deployed_version", "registry_version"),
        Column(
            "runs_unapproved_version",
            "boolean",
            "Whether another version runs than the newest approved one.",
            synonyms=("runs an older version than approved",),
        ),
        lambda running, approved: running != approved,
    ),
)


def with_derived(tables: Sequence[RecordTable]) -> list[RecordTable]:
    """The tables, with what follows from two columns of a row beside them, empty where one of the two is.

    Who may not know of one of the two does not know of it either. A column of that name that a file brings is kept.
    """
    found = list(tables)
    for one in _DERIVED:
        found = [_beside(table, one) if table.schema.name == one.table else table for table in found]
    return found


def _beside(table: RecordTable, one: _Derived) -> RecordTable:
    held = {column.name: column for column in table.schema.columns}
    if one.column.name in held or not all(name in held for name in one.parts):
        return table
    access = {held[name].access for name in one.parts} - {""}
    if len(access) > 1:
        # No label says that both are held.
        return table
    column = replace(one.column, access="".join(access))
    rows = zip(*(table.values[name] for name in one.parts), strict=True)
    values = [None if None in row else one.of(*row) for row in rows]
    schema = replace(table.schema, columns=(*table.schema.columns, column))
    return replace(table, schema=schema, values={**table.values, column.name: values})
