"""What the columns of a table hold, as far as a question about them needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from copilot.reading.names import LONGEST_VALUE, MOST_VALUES, are_persons, spoken
from copilot.records.schema import Column, TableSchema
from copilot.records.store import RecordView
from copilot.retrieval.embedder import Embedder

Holds = Literal["key", "title", "person", "category", "yes_no", "date", "number", "text"]


@dataclass(frozen=True)
class Profile:
    """One column of a table."""

    table: str
    name: str
    holds: Holds
    texts: tuple[str, ...]
    """What people call it: its name, and synonyms."""
    values: tuple[str, ...] = ()
    """Of categories, persons and references: what it holds."""


@dataclass
class Columns:
    """The columns that one viewer may ask for, and how near a text comes to them."""

    profiles: tuple[Profile, ...]
    embedder: Embedder

    @classmethod
    def of(cls, view: RecordView, embedder: Embedder | None = None) -> Columns:
        found = [_profile(view, table, column) for table in view.tables.values() for column in table.columns]
        return cls(tuple(found), embedder or Embedder())

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Profile]:
        return {(p.table, p.name): p for p in self.profiles}

    def get(self, table: str, name: str) -> Profile | None:
        return self._by_name.get((table, name))

    def of_table(self, table: str, *holds: Holds) -> tuple[Profile, ...]:
        return tuple(p for p in self.profiles if p.table == table and (not holds or p.holds in holds))

    def nearest(self, text: str, among: Sequence[Profile], least: float) -> Profile | None:
        """The column whose name or synonym comes nearest to a text, by cosine; None when none comes near enough."""
        scored = [(self._likeness(text, p.texts), n) for n, p in enumerate(among)]
        best = max(scored, default=(0.0, 0), key=lambda s: (s[0], -s[1]))
        return among[best[1]] if scored and best[0] >= least else None

    def nearest_value(self, text: str, among: Sequence[Profile], least: float) -> tuple[Profile, str] | None:
        """The value of a category that comes nearest to a text."""
        options = [(p, v) for p in among for v in p.values]
        scored = [self._likeness(text, (spoken(v),)) for _, v in options]
        if not scored or max(scored) < least:
            return None
        return options[int(np.argmax(scored))]

    def _likeness(self, text: str, texts: Sequence[str]) -> float:
        vectors = self.embedder.embed([text, *texts])
        return float(np.max(vectors[1:] @ vectors[0]))


def _profile(view: RecordView, table: TableSchema, column: Column) -> Profile:
    texts = tuple(dict.fromkeys(spoken(t) for t in (column.name, *view.aliases(table.name).get(column.name, ()))))
    holds, values = _holds(view, table, column)
    return Profile(table.name, column.name, holds, texts, values)


def _holds(view: RecordView, table: TableSchema, column: Column) -> tuple[Holds, tuple[str, ...]]:
    if column.name == table.key:
        return "key", ()
    if column.name == table.title:
        return "title", ()
    if column.type == "boolean":
        return "yes_no", ()
    if column.type == "date":
        return "date", ()
    if column.type in ("number", "integer"):
        return "number", ()
    values = tuple(v for v in view.values(table.name, column.name) if v) if column.name not in table.text else ()
    if not values or len(values) > MOST_VALUES or max(map(len, values)) > LONGEST_VALUE:
        return "text", ()
    return ("person" if are_persons(values) else "category"), values
