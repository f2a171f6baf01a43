"""What the manifest keeps, and how it stands in its tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from copilot.retrieval.entries import Entry
from copilot.retrieval.types import Chunk, Document, DocumentInfo

Integers = np.ndarray[Any, np.dtype[np.int64]]
Booleans = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class FileState:
    """A file as it was when last read."""

    signature: str
    sha256: str
    reason: str | None
    """Why it could not be used; None when it was."""
    note: str = ""
    """What of it was left out, when it was used in part."""


@dataclass(frozen=True)
class DocumentState:
    """What decides whether a document's chunks still stand."""

    info: DocumentInfo
    kind: str
    sha256: str
    superseded_ref: str | None
    """What its author wrote, before it was looked up among the documents."""


@dataclass(frozen=True)
class NewDocument:
    document: Document
    superseded_ref: str | None
    entries: tuple[Entry, ...]
    text_shas: tuple[str, ...]


@dataclass(frozen=True)
class NearDuplicates:
    """Passages that say the same as another one of their document's family."""

    examined: frozenset[int]
    """Numbers of standing chunks whose near-duplicates are found anew."""
    first_of: Mapping[int, int]
    """Number of each near-duplicate, the first included, to the number of the first."""


@dataclass(frozen=True)
class Category:
    """A column of few different values."""

    values: list[str | None]
    codes: Integers
    """Row by row, the place among `values`."""

    @classmethod
    def of(cls, column: Sequence[str | None]) -> Category:
        place = {value: code for code, value in enumerate(dict.fromkeys(column))}
        return cls(list(place), np.array([place[value] for value in column], dtype=np.int64))

    def isin(self, wanted: Collection[str | None]) -> Booleans:
        return np.array([value in wanted for value in self.values], dtype=np.bool_)[self.codes]


@dataclass(frozen=True)
class Successor:
    """What replaced a document."""

    id: str
    effective: date | None
    label: str | None
    """Of the successor; None also where it is no document of the index."""


@dataclass(frozen=True)
class Columns:
    """What ranking needs of every chunk, row by row; rows are in order of number."""

    numbers: Integers
    documents: Category
    labels: Category
    kinds: Category
    effective: Integers
    superseded: Integers


def bucket_hash(document_id: str) -> int:
    """Hash of a document's id; its remainder by the count of buckets is the bucket of its keywords."""
    return int.from_bytes(hashlib.sha256(document_id.encode()).digest()[:4])


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def info_of(row: Sequence[Any]) -> DocumentInfo:
    id, title, owner, effective, superseded_by, superseded_on, label, tags, dated = row[:9]
    return DocumentInfo(
        id=id,
        title=title,
        owner=owner,
        effective=_date(effective),
        superseded_by=superseded_by,
        superseded_on=_date(superseded_on),
        label=label,
        tags=tuple(json.loads(tags)),
        dated=_date(dated),
    )


def chunk_of(row: Sequence[Any]) -> Chunk:
    _, id, document_id, title, kind, path, text, first, last, position, effective, by, on, label, place = row
    return Chunk(
        id=id,
        document_id=document_id,
        title=title,
        kind=kind,
        heading_path=tuple(json.loads(path)),
        text=text,
        first_line=first,
        last_line=last,
        position=position,
        place=place,
        effective=_date(effective),
        superseded_by=by,
        superseded_on=_date(on),
        label=label,
    )


def document_row(new: NewDocument) -> tuple[object, ...]:
    d = new.document
    return (
        d.id, d.kind, d.sha256, d.title, d.owner, _text(d.effective), new.superseded_ref, d.superseded_by,
        _text(d.superseded_on), d.label, json.dumps(d.tags), bucket_hash(d.id), _text(d.dated),
    )  # fmt: skip


def chunk_rows(new: NewDocument) -> Iterator[tuple[object, ...]]:
    for entry, text_sha in zip(new.entries, new.text_shas, strict=True):
        c = entry.chunk
        yield (
            entry.number, c.id, c.document_id, c.position, json.dumps(c.heading_path), c.text, c.first_line,
            c.last_line, entry.effective, entry.superseded, text_sha, c.place,
        )  # fmt: skip
