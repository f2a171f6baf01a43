"""Which table an export is, and which of its columns is which of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.language.vocabulary import COLUMN_WORDS
from copilot.records.cells import NOTHING
from copilot.records.names import column_key
from copilot.records.schema import CURRENCY, TABLES, Column, ColumnType, TableSchema
from copilot.records.visibility import LABEL
from copilot.upkeep.proposing.exports import Export
from copilot.upkeep.proposing.lives import LIFE
from copilot.upkeep.proposing.meanings import LEAST, LIKELY, SURE, Meanings, spoken
from copilot.workspace import WorkspaceConfig

_MAYBE = 0.34
"""What is nearer than this, but not near enough, is proposed as a comment; a required column is taken all the same."""
_VALUES_FIT = 0.5
_NEARLY_UNIQUE = 0.85
_LONGEST_NAME = 90
_LONGEST_KEY = 24
_MOST_VALUES_OF_STAGE = 30
_MOST_GRADES = 7


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
        named = 3.0 if column_key(self.export.path.stem) == self.schema.name else 0.0
        lacking = len(required - found)
        return named + sum(m.score for m in taken) - 2.0 * lacking

    def header(self, column: str) -> str | None:
        return next((m.header for m in self.matches if m.column.name == column and m.is_taken), None)


def assigned(exports: Sequence[Export], meanings: Meanings) -> list[Reading]:
    """Each export as the table that it fills best, each table at most once."""
    found = [_read_as(export, schema, meanings) for export in exports for schema in TABLES.values()]
    chosen: list[Reading] = []
    for reading in sorted(found, key=lambda r: -r.worth):
        is_free = all(r.export is not reading.export and r.schema is not reading.schema for r in chosen)
        if is_free and reading.worth > 0:
            chosen.append(reading)
    order = list(TABLES)
    return sorted(chosen, key=lambda r: order.index(r.schema.name))


def _read_as(export: Export, schema: TableSchema, meanings: Meanings) -> Reading:
    from scipy.optimize import linear_sum_assignment

    headers = list(export.table.columns)
    phrases = [(column, phrase) for column in schema.columns for phrase in _phrases(column)]
    nearness = meanings.between([spoken(h) for h in headers], [phrase for _, phrase in phrases])
    scores = np.zeros((len(headers), len(schema.columns)), np.float32)
    for place, column in enumerate(schema.columns):
        of_column = [n for n, (each, _) in enumerate(phrases) if each is column]
        best = nearness[:, of_column].max(axis=1)
        if column.name == "stage":
            best = np.maximum(best, _like_stages(export, headers, meanings))
        scores[:, place] = [
            _score(export, header, schema, column, float(near)) for header, near in zip(headers, best, strict=True)
        ]
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
        found[place] = np.average(near, weights=list(counts.values()))
    return found


def _phrases(column: Column) -> Iterator[str]:
    yield spoken(column.name)
    yield from COLUMN_WORDS.get(column.name, ())
    meaning = column.meaning.partition(".")[0].lower()
    yield meaning
    yield f"{spoken(column.name)}: {meaning}"


def _score(export: Export, header: str, schema: TableSchema, column: Column, near: float) -> float:
    """How surely a column of the file is one of ours: by its name, its type and its values."""
    if column_key(header) == column_key(column.name):
        near = max(near, 1.0)
    elif column.name == LABEL:
        # Who may see what is said by nobody's guess.
        return 0.0
    texts, spelled = export.held[header], export.spelled[header]
    if (
        not texts
        or not _may_hold(export.kinds[header], column, spelled)
        or not _same_unit(export.units[header], column)
    ):
        return 0.0
    if column.values:
        allowed = {column_key(value) for value in column.values}
        share = sum(spelled[value] for value in allowed) / len(texts)
        return near + 0.3 if share >= _VALUES_FIT else near - 0.5
    if column.name == schema.key:
        is_code = all(len(t) <= _LONGEST_KEY and " " not in t for t in texts)
        return max(near, LIKELY) if is_code and export.unique[header] == 1 else 0.0
    if column.name == schema.title:
        words = sum(any(c.islower() for c in t) and len(t) <= _LONGEST_NAME for t in texts) > len(texts) / 2
        return near + 0.1 if words and export.unique[header] >= _NEARLY_UNIQUE else near - 0.3
    if column.required and column.type == "date":
        return max(near, LEAST)
    is_category = column.type == "text" and column.name not in schema.text
    return near - 0.3 if is_category and export.unique[header] >= _NEARLY_UNIQUE else near


def _same_unit(unit: str, column: Column) -> bool:
    """Whether the numbers of the file can be in what ours are in: hours are no money, shares no people."""
    if column.type not in ("number", "integer") or not unit or not column.unit:
        return True
    return unit[-3:].isupper() == (column.unit == CURRENCY) and (column.unit == CURRENCY or unit == column.unit)


def _may_hold(kind: ColumnType, column: Column, spelled: Counter[str]) -> bool:
    if column.type in ("number", "integer"):
        is_graded = kind == "text" and len(spelled) <= _MOST_GRADES and _is_criterion(column.name)
        return kind in ("number", "integer") or is_graded
    if column.type == "text":
        return kind == "text" or (column.required and kind == "integer")
    return kind == column.type or (column.type == "list" and kind == "text")


def _is_criterion(column: str) -> bool:
    return any(criterion.column == column for criterion in WorkspaceConfig().criteria)
