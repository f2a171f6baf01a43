"""Which table an export is, and which of its columns is which of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from copilot.language.vocabulary import COLUMN_WORDS
from copilot.records.cells import NOTHING
from copilot.records.names import column_key
from copilot.records.schema import TABLES, Column, TableSchema
from copilot.upkeep.proposing.exports import Export
from copilot.upkeep.proposing.fitting import Keys, score
from copilot.upkeep.proposing.lives import LIFE, life_called
from copilot.upkeep.proposing.meanings import LEAST, LIKELY, SURE, Meanings, spoken
from copilot.upkeep.proposing.naming import how_called, is_file_of

Scores: TypeAlias = NDArray[np.float32]

_MAYBE = 0.34
"""What is nearer than this, but not near enough, is proposed as a comment; a required column is taken all the same."""
_MOST_VALUES_OF_STAGE = 30
_LONGEST_STAGE = 5
"""Words in the name of a stage."""


@dataclass(frozen=True)
class Match:
    header: str
    column: Column
    score: float

    @property
    def confidence(self) -> str:
        return "sure" if self.score >= SURE else "likely" if self.score >= LIKELY else "a guess"

    @property
    def is_taken(self) -> bool:
        return self.score >= LEAST or self.column.required


@dataclass(frozen=True)
class Reading:
    """An export read as one of our tables."""

    export: Export
    schema: TableSchema
    matches: tuple[Match, ...]

    @property
    def worth(self) -> float:
        """How much of the table it fills, what is required counting most."""
        required = {c.name for c in self.schema.columns if c.required} - {self.schema.key}
        taken = [match for match in self.matches if match.is_taken]
        found = {match.column.name for match in taken}
        stem = self.export.path.stem
        named = 3.0 if column_key(stem) == self.schema.name else 1.0 if is_file_of(stem, self.schema.name) else 0.0
        lacking = len(required - found)
        return named + sum(m.score for m in taken) - 2.0 * lacking

    def header(self, column: str) -> str | None:
        return next((m.header for m in self.matches if m.column.name == column and m.is_taken), None)


def assigned(exports: Sequence[Export], meanings: Meanings) -> list[Reading]:
    """Each export as the table that it fills best, each table at most once.

    Once the projects are known, and the models, a column that holds their keys refers to them.
    """
    near = {(id(e), schema.name): _nearness(e, schema, meanings) for e in exports for schema in TABLES.values()}
    keys: dict[str, Keys] = {}
    for table in ("projects", "models", ""):
        found = [_read_as(e, schema, near[id(e), schema.name], keys) for e in exports for schema in TABLES.values()]
        chosen: list[Reading] = []
        for reading in sorted(found, key=lambda r: -r.worth):
            is_free = all(r.export is not reading.export and r.schema is not reading.schema for r in chosen)
            if is_free and reading.worth > 0:
                chosen.append(reading)
        for reading in chosen:
            if reading.schema.name == table and (header := reading.header(reading.schema.key or "")):
                keys[table] = Keys(reading.export, header, frozenset(reading.export.spelled[header]))
    order = list(TABLES)
    return sorted(map(in_order_of_time, chosen), key=lambda r: order.index(r.schema.name))


def _nearness(export: Export, schema: TableSchema, meanings: Meanings) -> Scores:
    """How near the name of each column of the file, a row each, comes to each of ours."""
    headers = list(export.table.columns)
    phrases = [(column, phrase) for column in schema.columns for phrase in _phrases(column)]
    nearness = meanings.between([spoken(h) for h in headers], [phrase for _, phrase in phrases])
    scores = np.zeros((len(headers), len(schema.columns)), np.float32)
    for place, column in enumerate(schema.columns):
        of_column = [n for n, (each, _) in enumerate(phrases) if each is column]
        best = nearness[:, of_column].max(axis=1)
        if column.name == "stage":
            best = np.maximum(best, _like_stages(export, headers, meanings))
        called = [how_called(header, schema.name, column.name) for header in headers]
        scores[:, place] = np.maximum(best, np.array(called, np.float32))
    return scores


def _read_as(export: Export, schema: TableSchema, near: Scores, keys: Mapping[str, Keys]) -> Reading:
    from scipy.optimize import linear_sum_assignment

    headers = list(export.table.columns)
    scores = np.array(
        [
            [score(export, h, schema, column, float(n), keys) for column, n in zip(schema.columns, row, strict=True)]
            for h, row in zip(headers, near, strict=True)
        ]
    )
    rows, columns = linear_sum_assignment(scores, maximize=True)
    matches = [
        Match(headers[r], schema.columns[c], float(scores[r, c]))
        for r, c in zip(rows, columns, strict=True)
        if scores[r, c] >= _MAYBE
    ]
    return Reading(export, schema, tuple(matches))


def _like_stages(export: Export, headers: Sequence[str], meanings: Meanings) -> NDArray[np.float32]:
    """By column how near its values come to stages in the life of a project, the usual value of the rows counting."""
    found = np.zeros(len(headers), np.float32)
    phrases = [phrase for each in LIFE.values() for phrase in each]
    for place, header in enumerate(headers):
        counts = Counter(t.lower() for t in export.table.columns[header] if t.lower() not in NOTHING)
        if export.kinds[header] != "text" or not 1 < len(counts) <= _MOST_VALUES_OF_STAGE:
            continue
        near = meanings.between([spoken(text) for text in counts], phrases).max(axis=1)
        lives = [life_called(text) if len(text.split()) <= _LONGEST_STAGE else "" for text in counts]
        if len(set(lives) - {""}) > 1:
            near = np.maximum(near, [float(bool(life)) for life in lives])
        found[place] = np.average(near, weights=list(counts.values()))
    return found


def _phrases(column: Column) -> Iterator[str]:
    yield spoken(column.name)
    yield from COLUMN_WORDS.get(column.name, ())
    meaning = column.meaning.partition(".")[0].lower()
    yield meaning
    yield f"{spoken(column.name)}: {meaning}"


_FIRST_AND_LATER = {
    "projects": (("started", "stage_since"),),
    "stage_history": (("entered", "left"),),
    "models": (("training_data_until", "trained_on"), ("trained_on", "deployed_on")),
    "incidents": (("date", "closed_on"),),
}


def in_order_of_time(reading: Reading) -> Reading:
    """Of two days that their names tell little of, the one that comes first: what is closed was found before."""
    for first, later in _FIRST_AND_LATER.get(reading.schema.name, ()):
        reading = _with_the_other_day(reading, first, later)
        one, other = (next((m for m in reading.matches if m.column.name == name), None) for name in (first, later))
        if one is None or other is None or max(one.score, other.score) >= SURE:
            continue
        if _is_later(reading.export.days[one.header], reading.export.days[other.header]):
            turned = {one: replace(one, column=other.column), other: replace(other, column=one.column)}
            reading = replace(reading, matches=tuple(turned.get(match, match) for match in reading.matches))
    return reading


def _with_the_other_day(reading: Reading, first: str, later: str) -> Reading:
    """With the only other column of days that the file has for the later day, where the first is required."""
    columns = {column.name: column for column in reading.schema.columns}
    matched = {match.column.name for match in reading.matches}
    free = reading.export.days.keys() - {match.header for match in reading.matches}
    if not columns[first].required or first not in matched or later in matched or len(free) != 1:
        return reading
    return replace(reading, matches=(*reading.matches, Match(free.pop(), columns[later], LEAST)))


def _is_later(days: Sequence[date | None], others: Sequence[date | None]) -> bool:
    both = [(day, other) for day, other in zip(days, others, strict=True) if day and other]
    return sum(day > other for day, other in both) > sum(day < other for day, other in both)
