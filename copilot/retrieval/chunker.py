"""Documents cut into chunks: a section each, or parts of one where a section is too long to embed whole."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from copilot.retrieval import tokens
from copilot.retrieval.markdown import plain_inline
from copilot.retrieval.types import Chunk, Document, Section

# The embedder reads 256 word pieces; 220 tokens of title, headings and text nearly always fit.
LIMIT = 220
_SMALLEST_LIMIT = 80
_TINY = 25

# Where a text may be cut, from the best place to the worst. The cut is at the end of the match.
_BOUNDARIES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n[ \t]*\n+",
        r"\n(?=[ \t]*(?:[-*+|>]|\d+[.)][ \t]))",
        r"(?<=[.!?;。！？])(?:[\"'”’)\]*]*)(?:\s+|(?<=[。！？]))",
        # Text without sentences, such as the lines of a table in a PDF.
        r"\n",
        r"\s+",
        r"(?s:.{40})",
    )
)


# A title says something by a word, a year or a code such as G3.
_SAYING = re.compile(r"[^\W\d_]{2}|\b[^\W\d_]\d|\b(?:19|20)\d\d\b")
_TARGET = re.compile(r"\]\((?:https?://|mailto:)[^()\s]{1,2000}\)", re.IGNORECASE)


class _Span(NamedTuple):
    start: int
    end: int


def split(document: Document) -> list[Chunk]:
    """The chunks of a document in reading order."""
    if document.kind == "record":
        (section,) = document.sections
        return [_chunk(document, section, 0, "r-" + document.id.rpartition("#")[2])]
    pages = (page for section in _merge_tiny(document.sections) for page in _cut_at_pages(section))
    parts = [part for page in pages for part in _parts(page, document.title)]
    seen: dict[str, int] = {}
    chunks = []
    for position, part in enumerate(parts):
        content = "\0".join((document.id, *part.heading_path, part.text))
        repetition = seen[content] = seen.get(content, -1) + 1
        digest = hashlib.sha256(f"{content}\0{repetition}".encode()).hexdigest()
        chunks.append(_chunk(document, part, position, f"p-{digest[:10]}"))
    return chunks


def heading_text(chunk: Chunk) -> str:
    """Title and headings as they are indexed, a line each."""
    return "\n".join(_headings(chunk))


def _headings(chunk: Chunk) -> tuple[str, ...]:
    # A file without a title has its name, and `0042.pdf` says nothing of what is in it.
    return (chunk.title, *chunk.heading_path) if _SAYING.search(chunk.title) else chunk.heading_path


def indexed_text(chunk: Chunk) -> str:
    """What is embedded and indexed: title, headings and text, without Markdown's marks."""
    lines = (plain_inline(re.sub(r"^\s*(?:[>#]+\s|\|)", "", line)) for line in chunk.text.split("\n"))
    body = "\n".join(line.replace("|", " ") for line in lines if line.strip("-:| "))
    if chunk.kind == "record":
        return body
    return f"{' > '.join(_headings(chunk))}\n{body}"


def _chunk(document: Document, part: Section, position: int, id: str) -> Chunk:
    return Chunk(
        id=id,
        document_id=document.id,
        title=document.title,
        kind=document.kind,
        heading_path=part.heading_path,
        text=part.text,
        first_line=part.first_line,
        last_line=part.last_line,
        position=position,
        place="" if part.unit == "line" and not part.within else part.place,
        effective=document.effective,
        superseded_by=document.superseded_by,
        superseded_on=document.superseded_on,
        label=document.label,
    )


def _merge_tiny(sections: Iterable[Section]) -> Iterator[Section]:
    """Sections, those of a few words joined with the one that follows them under the same heading."""
    waiting: Section | None = None
    for section in sections:
        joined = _joined(waiting, section) if waiting else None
        if waiting and not joined:
            yield waiting
        current = joined or section
        if _size(current.text) < _TINY:
            waiting = current
        else:
            yield current
            waiting = None
    if waiting:
        yield waiting


def _cut_at_pages(section: Section) -> Iterator[Section]:
    """A section of several pages cut where a page ends with a paragraph, so that a citation names one page."""
    start = 0
    for offset in section.breaks if section.unit == "page" else ():
        before, after = section.text[start:offset], section.text[offset:]
        if before.endswith("\n\n") and min(_size(before), _size(after)) >= _TINY:
            yield section.part(start, offset)
            start = offset
    yield section.part(start, len(section.text)) if start else section


def _size(text: str) -> int:
    """In tokens, without the addresses of links, which are not embedded either."""
    return tokens.count(_TARGET.sub("]", text))


def _joined(first: Section, second: Section) -> Section | None:
    # The rows of a table stay apart, so that each can be cited; so do slides and attachments.
    if first.unit in ("row", "slide") or (first.unit, first.within) != (second.unit, second.within):
        return None
    if _size(first.text) + _size(second.text) > LIMIT // 2:
        return None
    if second.heading_path[:-1] == first.heading_path:
        # A line of introduction joins the first section below it.
        return _together(first, first.text, second, second.text, second.heading_path)
    if first.heading_path and second.heading_path[:-1] == first.heading_path[:-1]:
        one, two = ("\n".join((*s.heading_path[-1:], s.text)) for s in (first, second))
        return _together(first, one, second, two, first.heading_path[:-1])
    return None


def _together(first: Section, one: str, second: Section, two: str, heading_path: tuple[str, ...]) -> Section:
    """Two sections as one; `one` and `two` are their texts, perhaps with a heading before them."""
    start = len(one) + 2
    breaks = (
        *(offset + len(one) - len(first.text) for offset in first.breaks),
        *[start] * (second.first_line - first.last_line),
        *(offset + start + len(two) - len(second.text) for offset in second.breaks),
    )
    return replace(
        second,
        heading_path=heading_path,
        text=f"{one}\n\n{two}",
        first_line=first.first_line,
        breaks=() if second.unit == "line" else breaks,
    )


def _parts(section: Section, title: str) -> Iterator[Section]:
    """The section, or consecutive parts of about equal size, each with its own lines."""
    head = _size("\n".join((title, *section.heading_path)))
    limit = max(_SMALLEST_LIMIT, LIMIT - head)
    size = _size(section.text)
    if size <= limit:
        yield section
        return
    fewest = list(_pack(section.text, limit))
    # Rather parts of one size than full ones with a short remainder, where that takes no more of them.
    even = list(_pack(section.text, min(limit, math.ceil(size / len(fewest)) + _TINY)))
    for span in even if len(even) == len(fewest) else fewest:
        part = section.part(span.start, span.end)
        if part.text:
            yield part


def _pack(text: str, limit: int) -> Iterator[_Span]:
    """Neighbouring pieces gathered up to the limit."""
    gathered: _Span | None = None
    size = 0
    for piece in _pieces(text, _Span(0, len(text)), 0, limit):
        weight = _size(text[piece.start : piece.end])
        if gathered and size + weight > limit:
            yield gathered
            gathered = None
        gathered, size = (_Span(gathered.start, piece.end), size + weight) if gathered else (piece, weight)
    if gathered:
        yield gathered


def _pieces(text: str, span: _Span, depth: int, limit: int) -> Iterator[_Span]:
    """The span cut at the best boundaries into pieces that each keep to the limit."""
    if depth == len(_BOUNDARIES) or _size(text[span.start : span.end]) <= limit:
        yield span
        return
    start = span.start
    for match in _BOUNDARIES[depth].finditer(text, span.start, span.end):
        if start < match.end() < span.end:
            yield from _pieces(text, _Span(start, match.end()), depth + 1, limit)
            start = match.end()
    yield from _pieces(text, _Span(start, span.end), depth + 1, limit)
