"""Columns that no file of a workspace holds and that questions are about: how many rows of another table name a row,
and the days from one date to another; called as the product calls them, but with underscores.

`python training/derived.py WORKSPACE …` lists them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_NAMED = 0.9
"""So many of the values of a column must name rows of another table for it to refer to them."""
_FEWEST = 3
"""Values that a column which refers must have, and rows whose dates must show which one comes first."""

Tables = Mapping[str, Any]


def add_derived(tables: Tables) -> None:
    """Puts the derived columns of each table behind those that it has, with their values in its rows and, as `called`,
    what the product calls them."""
    found = [(table, *column) for table in tables for column in _derived(tables, table)]
    for table, called, unit, values in found:
        name = called.replace(" ", "_")
        tables[table]["columns"][name] = {"type": "number", "called": called, **({"unit": unit} if unit else {})}
        for row, value in zip(tables[table]["rows"], values, strict=True):
            row[name] = value


def _derived(tables: Tables, table: str) -> Iterator[tuple[str, str, list[str]]]:
    rows = tables[table]["rows"]
    for other in tables:
        if other != table and (found := _reference(tables, other, table)):
            naming, named = found
            held = [row[naming] for row in tables[other]["rows"]]
            yield f"number of {other}", "", [str(held.count(row[named])) for row in rows]
    for start, end in _times(tables[table]):
        days = [(_day(row[end]), _day(row[start])) for row in rows]
        yield f"time from {start} to {end}", "day", [str((e - s).days) if e and s else "" for e, s in days]


def _reference(tables: Tables, other: str, table: str) -> tuple[str, str] | None:
    """The column of another table that names rows of a table, and the one that it names them by."""
    columns = tables[table]["columns"]
    for named in (c for c, about in columns.items() if about.get("type") in ("id", "name")):
        held = {row[named] for row in tables[table]["rows"]}
        if len(held) < len(tables[table]["rows"]) or all(text.isdigit() for text in held):
            continue
        for naming in tables[other]["columns"]:
            said = {row[naming] for row in tables[other]["rows"] if row[naming]}
            if len(said) >= _FEWEST and len(said & held) >= _NAMED * len(said):
                return naming, named
    return None


def _times(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each column of dates with the first one that is in no row later and in some earlier."""
    dates = [name for name, facts in about["columns"].items() if facts.get("type") == "date"]
    for end in dates:
        for start in dates:
            both = [(_day(r[start]), _day(r[end])) for r in about["rows"]]
            days = [(e - s).days for s, e in both if s and e]
            if start != end and len(days) >= _FEWEST and min(days) >= 0 < max(days):
                yield start, end
                break


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


if __name__ == "__main__":
    from check_utterances import workspace

    for name in sys.argv[1:]:
        for table, about in workspace(name)["tables"].items():
            for column, facts in about["columns"].items():
                if facts.get("called"):
                    print(name, table, column)
