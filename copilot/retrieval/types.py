"""What retrieval takes and gives."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Unit = Literal["line", "page", "slide", "row", "paragraph"]
"""What a place in a file is counted in."""


@dataclass(frozen=True)
class Section:
    """A run of text under one heading, with where it stands in its file."""

    heading_path: tuple[str, ...]
    text: str
    first_line: int
    """First line, or page, slide, row or paragraph, from 1."""
    last_line: int
    unit: Unit = "line"
    within: str = ""
    """What holds those pages or rows: `sheet Budget`, `attachment plan.pdf`; the outermost first."""
    breaks: tuple[int, ...] = ()
    """Offsets in the text at which the next page, slide or paragraph begins; lines are counted by their ends."""

    def part(self, start: int, end: int) -> Section:
        """The text between two offsets, without blanks around it, and its place."""
        raw = self.text[start:end]
        start += len(raw) - len(raw.lstrip())
        text = raw.strip()
        end = start + len(text)
        if self.unit == "line":
            first = self.first_line + self.text.count("\n", 0, start)
            return replace(self, text=text, first_line=first, last_line=first + text.count("\n"))
        first = self.first_line + bisect_right(self.breaks, start)
        last = self.first_line + bisect_right(self.breaks, max(start, end - 1))
        breaks = tuple(offset - start for offset in self.breaks if start < offset < end)
        return replace(self, text=text, first_line=first, last_line=last, breaks=breaks)

    @property
    def place(self) -> str:
        """Where it stands, as a citation says it: `lines 3-9`, `page 12`, `sheet Budget, row 40`."""
        first, last = self.first_line, self.last_line
        if self.unit == "line":
            span = f"lines {first}-{last}"
        else:
            span = f"{self.unit} {first}" if first == last else f"{self.unit}s {first}-{last}"
        return f"{self.within}, {span}" if self.within else span


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
    dated: date | None = None
    """When the file says it was made, where its author states no `effective`: never the day from which it holds."""
    superseded_by: str | None = None
    """Id of the document that replaced it, or what its author wrote when that is not in the workspace."""
    superseded_on: date | None = None
    """Effective date of the document that replaced it, when that is in the workspace."""
    label: str | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    """What of the file was left out, and what to do about it."""


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
    place: str = ""
    """`page 12` or `sheet Budget, row 40`, of which the first and last line are the numbers; empty for lines."""
    effective: date | None = None
    superseded_by: str | None = None
    superseded_on: date | None = None
    label: str | None = None

    @property
    def locator(self) -> str:
        if self.kind == "record":
            return f"row {self.first_line}"
        return self.place or f"lines {self.first_line}-{self.last_line}"


@dataclass(frozen=True)
class ScoredChunk:
    chunk: Chunk
    score: float
    """Fused score, see `fusion`; comparable within one query only."""
    cosine: float
    """Similarity of the embeddings, -1 to 1; comparable across queries."""
    bm25: float
    """0 when no word matched, or too few to be among the best hundred."""
    is_exact: bool = False
    """It is what the query names, such as "Article 14", or holds the phrase that it quotes."""
    copies: tuple[Chunk, ...] = ()
    """Chunks of other versions and copies of the document that say the same, each to be cited by its own locator."""
    sentence: float = -1.0
    """Cosine of its nearest sentence or heading, of the whole where it is one sentence; comparable across queries."""


@dataclass(frozen=True)
class Health:
    """What the self-check of the index found."""

    chunks: int
    without_vector: int
    """Chunks that no vector query reaches."""
    without_words: int
    """Chunks that no keyword query reaches."""
    dead: int
    """Entries of the engines that stand for no chunk."""

    @property
    def is_sound(self) -> bool:
        return not (self.without_vector or self.without_words or self.dead)

    def __str__(self) -> str:
        if self.is_sound:
            return f"all {self.chunks} chunks are found by vector and by keyword, and nothing else is"
        return (
            f"of {self.chunks} chunks {self.without_vector} are not found by vector and {self.without_words} not by "
            f"keyword; {self.dead} dead entries"
        )


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
    partly: tuple[tuple[str, str], ...] = ()
    """(path, what was left out) of files that are used in part."""
    renamed: tuple[tuple[str, str], ...] = ()
    """(old, new) of files that only moved; counted neither as added nor as removed."""
    embedded: int = 0
    """Texts whose vector was computed in this run, and not known from an earlier one."""
    health: Health | None = None
    """What the self-check found; None when nothing was written."""
    remarks: tuple[tuple[str, str], ...] = ()
    """(path, what its owner should mend) of documents that name a successor which cannot be one."""

    def remarked(self) -> Iterator[str]:
        """A line for each file that was not read whole or that its owner should mend."""
        for what, files in (("skipped", self.skipped), ("read in part", self.partly), ("note on", self.remarks)):
            for path, words in files:
                # A name may hold a line break.
                yield " ".join(f"{what} {path}: {words}".split())


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
    dated: date | None = None
    """When the file itself says it was made; only where `effective` is not stated."""
