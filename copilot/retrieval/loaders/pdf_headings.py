"""The headings of a PDF: by its bookmarks where most of their titles are found, otherwise by how lines look."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_LARGER = 1.12
"""A heading's size in sizes of the body."""
_LONGEST_HEADING = 160
_MOST_LINES_OF_HEADING = 3
_LOOKED_AHEAD = 1_000
_NUMBERED = re.compile(
    r"^(?:(?:article|section|chapter|annex|appendix|part|schedule)\s+[\divxlA-Z]+\b|\d+(?:\.\d+)*\.?\s+[^\W\d_])", re.I
)
_LETTERS = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS = 0.5
"""Of what is printed in a heading; a total or a code in large type is none."""


class Link(NamedTuple):
    words: str
    address: str


@dataclass(frozen=True)
class Line:
    text: str
    page: int
    size: float = 0.0
    """Of its first character, in points; 0 when it is not known."""
    is_bold: bool = False
    links: tuple[Link, ...] = ()
    """In the order of the text, which holds their words alone."""


@dataclass(frozen=True)
class OutlineEntry:
    """A bookmark of the PDF."""

    title: str
    level: int
    page: int | None


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    size: int
    """In lines."""


def find_headings(lines: Sequence[Line], outline: Sequence[OutlineEntry]) -> dict[int, Heading]:
    """Headings by the number of their first line."""
    return _outlined(lines, outline) or _by_look(lines)


def _outlined(lines: Sequence[Line], outline: Sequence[OutlineEntry]) -> dict[int, Heading]:
    """Where the bookmarks' titles stand in the text; nothing unless most of them are found."""
    found: dict[int, Heading] = {}
    pages: dict[int, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        pages[line.page].append(number)
    body = _body_size(lines)
    large = [n for n, line in enumerate(lines) if line.is_bold or line.size > body]
    last_found = -1
    for entry in outline:
        here = [n for n in pages.get(entry.page or 0, ()) if n > last_found or entry.page != lines[last_found].page]
        # A bookmark may name a wrong page; the title is looked for in what follows.
        begin = bisect_right(large, last_found)
        for places in (here, large[begin : begin + _LOOKED_AHEAD]):
            match = next((m for n in places if n not in found and (m := _heading_at(lines, n, entry))), None)
            if match:
                found[match[0]] = match[1]
                last_found = max(last_found, match[0])
                break
    return found if outline and len(found) >= max(2, len(outline) // 2) else {}


def _heading_at(lines: Sequence[Line], at: int, entry: OutlineEntry) -> tuple[int, Heading] | None:
    """The heading when the lines there spell the title, perhaps after a number."""
    wanted = _letters(entry.title)
    text = ""
    for size in range(1, _MOST_LINES_OF_HEADING + 1):
        if at + size > len(lines):
            return None
        text = f"{text} {lines[at + size - 1].text}".strip()
        if lines[at + size - 1].size != lines[at].size:
            return None
        if wanted and _letters(text) == wanted:
            return at, Heading(entry.level, text, size)
        if len(text) > len(entry.title) + 20:
            return None
    return None


def _letters(title: str) -> str:
    """Its letters and digits, without a number or a name of a part before them."""
    bare = re.sub(r"^(?:\d+(?:\.\d+)*|[A-Z]|[IVX]+)[.)]?\s+(?=\w{2})", "", title.strip())
    return "".join(re.findall(r"[^\W_]+", bare.casefold()))


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _by_look(lines: Sequence[Line]) -> dict[int, Heading]:
    """Lines that are larger than the body, or bold and numbered; the largest are of level 1."""
    body = _body_size(lines)
    if not body:
        return {}
    marked = {n: line for n, line in enumerate(lines) if _looks_like_heading(line, body)}
    # A page set whole in large type, such as a slide, has no headings that can be told from its text.
    if sum(len(line.text) for line in marked.values()) > 0.3 * sum(len(line.text) for line in lines):
        return {}
    sizes = sorted({line.size for line in marked.values() if line.size >= _LARGER * body}, reverse=True)
    level_of = {size: level for level, size in enumerate(sizes, 1)}
    found: dict[int, Heading] = {}
    skip = 0
    for number, line in sorted(marked.items()):
        if number < skip:
            continue
        size, text = 1, line.text
        while size < _MOST_LINES_OF_HEADING and _continues(marked, number + size, line):
            text += " " + lines[number + size].text
            size += 1
        skip = number + size
        level = level_of.get(line.size, len(sizes) + 1) * 10 + _depth(text)
        found[number] = Heading(level, text, size)
    return found


def _looks_like_heading(line: Line, body: float) -> bool:
    printed = len(re.findall(r"\S", line.text))
    if len(line.text) > _LONGEST_HEADING or len(_LETTERS.findall(line.text)) < _FEWEST_LETTERS * printed:
        return False
    if line.size >= _LARGER * body:
        return True
    return line.is_bold and line.size >= body and bool(_NUMBERED.match(line.text)) and len(line.text) < 100


def _continues(marked: Mapping[int, Line], number: int, first: Line) -> bool:
    following = marked.get(number)
    return (
        following is not None
        and (following.size, following.page, following.is_bold) == (first.size, first.page, first.is_bold)
        and not _NUMBERED.match(following.text)
    )


def _depth(heading: str) -> int:
    """Levels that its number adds: none for `4`, one for `4.2`."""
    number = re.match(r"\d+(?:\.\d+)*", heading)
    return number[0].count(".") if number else 0
