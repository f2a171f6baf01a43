"""What retrieval takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class Section:
    """A run of text under one heading, with where it stands in its file."""

    heading_path: tuple[str, ...]
    text: str
    first_line: int
    last_line: int


@dataclass(frozen=True)
class Document:
    """One source, read: a file, or one row of a record table."""

    id: str
    """Path inside the workspace; `records/projects.csv#P-017` for a row."""
    title: str
    sections: tuple[Section, ...]
    sha256: str
    """Of the file and its sidecar; of the text for a row."""
    kind: Literal["passage", "record"] = "passage"
    owner: str | None = None
    effective: date | None = None
    superseded_by: str | None = None
    """Id of the document that replaced it, or what its author wrote when that is not in the workspace."""
    superseded_on: date | None = None
    """Effective date of the document that replaced it, when that is in the workspace."""
    label: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """A citable part of a document."""

    id: str
    """`p-` and ten hex digits of document id, heading path and text; `r-<key>` for a record row."""
    document_id: str
    title: str
    """Title of the document."""
    kind: Literal["passage", "record"]
    heading_path: tuple[str, ...]
    text: str
    first_line: int
    last_line: int
    position: int
    """Place among the chunks of its document, from 0."""
    effective: date | None = None
    superseded_by: str | None = None
    superseded_on: date | None = None
    label: str | None = None

    @property
    def locator(self) -> str:
        return f"row {self.first_line}" if self.kind == "record" else f"lines {self.first_line}-{self.last_line}"


@dataclass(frozen=True)
class ScoredChunk:
    chunk: Chunk
    score: float
    """Fused score: mean of the two z-scores, comparable within one query only."""
    cosine: float
    """Similarity of the embeddings, -1 to 1; comparable across queries."""
    bm25: float
    """0 when no word matched, or too few to be among the best hundred."""
    sentence: float | None = None
    """Of a passage searched as such: cosine of its nearest sentence, comparable across queries."""


@dataclass(frozen=True)
class SyncReport:
    added: int
    changed: int
    removed: int
    unchanged: int
    chunks: int
    """Chunks in the index after the run."""
    documents: int
    """Documents in the index after the run, record rows not counted."""
    records: int
    """Record rows in the index after the run."""
    skipped: tuple[tuple[str, str], ...]
    """(path, reason) of files that could not be used."""
    seconds: float


@dataclass(frozen=True)
class DocumentInfo:
    """A document of the library, without its text."""

    id: str
    title: str
    owner: str | None = None
    effective: date | None = None
    superseded_by: str | None = None
    superseded_on: date | None = None
    label: str | None = None
    tags: tuple[str, ...] = ()
