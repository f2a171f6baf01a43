"""What stands behind a citation, opened for reading: the passage in its surroundings, the whole record."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders.encoding import decode
from copilot.retrieval.loaders.isolated import page_isolated
from copilot.retrieval.types import DocumentInfo
from copilot.sources import Sources
from copilot.types import Citation, EvidenceKind, Frozen, Viewer

# Lines of the document shown before and after a passage.
CONTEXT_LINES = 14
_LINES = re.compile(r"lines (\d+)-(\d+)")
_ROW = re.compile(r"row (\d+)")
_PAGES = re.compile(r"pages? (\d+)(?:-(\d+))?")
# Of about 100 kB each.
_IMAGES_KEPT = 64


class SourcePage(Frozen):
    """A cited source, ready to be drawn."""

    title: str
    kind: EvidenceKind
    source: str
    locator: str
    text: str
    """The cited passage as it stands in the file or was read from it, or the record as a Markdown table of fields."""
    quote: str
    before: str = ""
    after: str = ""
    owner: str | None = None
    effective: date | None = None
    dated: date | None = None
    """When the file says it was made, where nobody stated from when it holds."""
    superseded_by: str | None = None


def open_source(sources: Sources, viewer: Viewer, citation: Citation) -> SourcePage:
    """The page behind a citation; KnowledgeError when the source is gone or not for this viewer."""
    if citation.kind == "passage":
        return _passage(sources, viewer, citation)
    if citation.kind == "record":
        return _record(sources, viewer, citation)
    return SourcePage(
        title=citation.title,
        kind=citation.kind,
        source=citation.source,
        locator=citation.locator,
        text=citation.quote,
        quote="",
        effective=citation.as_of,
    )


def page_image(sources: Sources, viewer: Viewer, citation: Citation) -> bytes | None:
    """PNG of the page that a passage of a PDF is on, with its quote marked; None where there is no such image.

    Raises KnowledgeError when the source is gone or not for this viewer.
    """
    pages = _PAGES.fullmatch(citation.locator)
    path = sources.workspace.root / citation.source
    if pages is None or path.suffix.lower() != ".pdf":
        return None
    _document(sources, viewer, citation)
    first = int(pages[1])
    return _page_image(path, path.stat().st_mtime_ns, first, int(pages[2] or first), citation.quote)


@lru_cache(_IMAGES_KEPT)
def _page_image(path: Path, changed: int, first: int, last: int, quote: str) -> bytes | None:
    with path.open("rb") as file, suppress(KnowledgeError):
        return page_isolated(file, first, last, quote) or None
    return None


def _document(sources: Sources, viewer: Viewer, citation: Citation) -> DocumentInfo:
    """What is known of the cited document; KnowledgeError when it is gone or not for this viewer."""
    documents = sources.retriever.documents(viewer) if sources.retriever else ()
    info = next((d for d in documents if d.id == citation.source), None)
    if info is None or not (sources.workspace.root / citation.source).is_file():
        raise KnowledgeError(f"{citation.source} is no longer in the library, or not for you.")
    return info


def _passage(sources: Sources, viewer: Viewer, citation: Citation) -> SourcePage:
    info = _document(sources, viewer, citation)
    path = sources.workspace.root / citation.source
    span = _LINES.fullmatch(citation.locator)
    shown = _lines_of_file(path, span) if span else _chunk_among_others(sources, viewer, citation)
    return SourcePage(
        title=citation.title,
        kind="passage",
        source=citation.source,
        locator=citation.locator,
        before=shown.before,
        text=shown.text,
        after=shown.after,
        quote=citation.quote,
        owner=info.owner,
        effective=info.effective,
        dated=info.dated,
        superseded_by=info.superseded_by,
    )


@dataclass(frozen=True)
class _Shown:
    before: str
    text: str
    after: str


def _lines_of_file(path: Path, span: re.Match[str]) -> _Shown:
    lines = decode(path.read_bytes()).split("\n")
    # What is said of the document in front of its text may name others that the viewer does not see.
    body = _body(lines)
    first, last = max(body, int(span[1]) - 1), int(span[2])
    return _Shown(
        before="\n".join(lines[max(body, first - CONTEXT_LINES) : first]),
        text="\n".join(lines[first:last]),
        after="\n".join(lines[max(first, last) : max(first, last) + CONTEXT_LINES]),
    )


def _chunk_among_others(sources: Sources, viewer: Viewer, citation: Citation) -> _Shown:
    """A passage of a page, slide or sheet as it was indexed: such a file is not read again to show it."""
    chunks = sources.retriever.chunks_of(citation.source, viewer) if sources.retriever else []
    there = [chunk for chunk in chunks if chunk.locator == citation.locator]
    found = next((chunk for chunk in there if citation.quote in chunk.text), there[0] if there else None)
    if found is None:
        raise KnowledgeError(f"{citation.source} has changed: it no longer has {citation.locator}.")
    before = "\n\n".join(chunk.text for chunk in chunks[max(0, found.position - 2) : found.position])
    after = "\n\n".join(chunk.text for chunk in chunks[found.position + 1 : found.position + 3])
    return _Shown(
        before="\n".join(before.split("\n")[-CONTEXT_LINES:]),
        text=found.text,
        after="\n".join(after.split("\n")[:CONTEXT_LINES]),
    )


def _body(lines: list[str]) -> int:
    """Where the text begins after the front matter."""
    if lines and lines[0].strip() == "---":
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
        return end + 1
    return 0


def _record(sources: Sources, viewer: Viewer, citation: Citation) -> SourcePage:
    view = sources.records.view(viewer)
    table = next((t for t, file in sources.records.sources.items() if file == citation.source), None)
    number = _ROW.fullmatch(citation.locator)
    rows = view.select(table) if table and number else []
    row = next((r for r in rows if number and r["_row"] == int(number[1])), None)
    if row is None:
        raise KnowledgeError(f"{citation.source}, {citation.locator} is no longer there, or not for you.")
    fields = [
        f"| {name.replace('_', ' ')} | {str(value).replace('|', '/')} |"
        for name, value in row.items()
        if name != "_row" and value not in (None, "")
    ]
    return SourcePage(
        title=citation.title,
        kind="record",
        source=citation.source,
        locator=citation.locator,
        text="\n".join(["| field | value |", "|---|---|", *fields]),
        quote=citation.quote,
        effective=citation.as_of,
    )
