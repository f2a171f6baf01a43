"""What stands behind a citation, opened for reading: the passage in its surroundings, the whole record."""

from __future__ import annotations

import re
from datetime import date

from copilot.errors import KnowledgeError
from copilot.sources import Sources
from copilot.types import Citation, EvidenceKind, Frozen, Viewer

# Lines of the document shown before and after a passage.
CONTEXT_LINES = 14
_LINES = re.compile(r"lines (\d+)-(\d+)")
_ROW = re.compile(r"row (\d+)")


class SourcePage(Frozen):
    """A cited source, ready to be drawn."""

    title: str
    kind: EvidenceKind
    source: str
    locator: str
    text: str
    """The cited passage as it stands in the file, or the record as a Markdown table of fields."""
    quote: str
    before: str = ""
    after: str = ""
    owner: str | None = None
    effective: date | None = None
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


def _passage(sources: Sources, viewer: Viewer, citation: Citation) -> SourcePage:
    documents = sources.retriever.documents(viewer) if sources.retriever else ()
    info = next((d for d in documents if d.id == citation.source), None)
    path = sources.workspace.root / citation.source
    span = _LINES.fullmatch(citation.locator)
    if info is None or span is None or not path.is_file():
        raise KnowledgeError(f"{citation.source} is no longer in the library, or not for you.")
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    first, last = int(span[1]) - 1, int(span[2])
    return SourcePage(
        title=citation.title,
        kind="passage",
        source=citation.source,
        locator=citation.locator,
        before="\n".join(lines[max(_body(lines), first - CONTEXT_LINES) : first]),
        text="\n".join(lines[first:last]),
        after="\n".join(lines[last : last + CONTEXT_LINES]),
        quote=citation.quote,
        owner=info.owner,
        effective=info.effective,
        superseded_by=info.superseded_by,
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
