"""Chunks as the search engines hold them, and what a query may see of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from copilot.retrieval.types import Chunk

FOREVER = date.max.toordinal()


def written(label: str | None) -> str:
    """A label as the keywords have it, and its absence."""
    return f"={label}" if label else "-"


@dataclass(frozen=True)
class Entry:
    """A chunk under a number made from all that the engines hold of it, so that an entry never changes."""

    number: int
    chunk: Chunk

    @classmethod
    def of(cls, chunk: Chunk) -> Entry:
        parts = (chunk.id, chunk.document_id, chunk.title, *chunk.heading_path, chunk.text, chunk.kind)
        entry = cls(0, chunk)
        content = "\0".join((*parts, chunk.label or "", str(entry.effective), str(entry.superseded)))
        # 63 bits: what SQLite and tantivy hold as an integer.
        return cls(int.from_bytes(hashlib.sha256(content.encode()).digest()[:8]) >> 1, chunk)

    @property
    def effective(self) -> int:
        """Day from which it is in force, as a date's ordinal; 0 when it always was."""
        return self.chunk.effective.toordinal() if self.chunk.effective else 0

    @property
    def superseded(self) -> int:
        """Day from which it no longer is; FOREVER when it still is, 0 when that day is not known."""
        if not self.chunk.superseded_by:
            return FOREVER
        return self.chunk.superseded_on.toordinal() if self.chunk.superseded_on else 0


@dataclass(frozen=True)
class Scope:
    """What a query may see. It is part of the query, so that what is withheld takes no place in a ranking."""

    labels: frozenset[str] = frozenset()
    as_of: int | None = None
    """A date's ordinal; None leaves out whatever has been superseded."""
    kind: str | None = None
    documents: frozenset[str] | None = None
    still_valid: frozenset[str] = frozenset()
    """Documents that have been replaced, but for this viewer by none on that day."""


@dataclass(frozen=True)
class Match:
    number: int
    score: float
