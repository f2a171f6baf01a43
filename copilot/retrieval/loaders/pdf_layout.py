"""The lines of a PDF made into sections: what repeats on every page dropped, broken words joined."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from copilot.retrieval.loaders.links import linked
from copilot.retrieval.loaders.pdf_headings import Heading, Line, Link, OutlineEntry, find_headings
from copilot.retrieval.types import Section

Pages = Sequence[Sequence[Line]]

HYPHEN = "\ufffe"
"""What pdfium puts where a hyphen ends a line."""
# A running header or footer is among so many lines at either end, on so large a part of the pages.
_EDGE_LINES = 2
_FEWEST_PAGES = 3
_SHARE_OF_PAGES = 0.3
_MOST_FURNITURE = 0.35
"""Of all the text."""
_BULLET = re.compile(r"^[•▪◦‣●■□○·➢✓\uf0b7\uf0a7]\s*")
_LEADS = re.compile(r"^(?:[A-Z][A-Z-]+(?: [A-Z-]+)* \d+(?:\.\d+)*[.:]|\([a-z\d]{1,4}\)\s|\d+(?:\.\d+)+\.?\s)")
"""A clause or point begins here."""
_ENDS = re.compile(r"[.:;!?][\"”’)\]]*$")
_LEADER = re.compile(r"(?:\.\s?){4,}")
_CONTENTS = re.compile(r"(?:\.\s?){4,}\s*[\divxlc]+$")
_FEWEST_CONTENTS = 6
_BROKEN = re.compile(rf"[^\W_]*{HYPHEN}[^\W_]*")
# Words that are more often the end of a longer one.
_ENDINGS = frozenset((
    "able", "ably", "ally", "ance", "ation", "ence", "ible", "less", "like", "ment", "ness", "ship", "sion", "tion",
    "ward", "wise",
))  # fmt: skip


def sections_of_pages(pages: Pages, outline: Sequence[OutlineEntry]) -> list[Section]:
    """The text of the pages under their headings. A section may run over several pages; `breaks` says where."""
    text_pages = [page for page in _without_furniture(pages) if not _is_table_of_contents(page)]
    lines = _with_words_joined([line for page in text_pages for line in page])
    headings = find_headings(lines, outline)
    sections = []
    path: list[Heading] = []
    start = 0
    for at in [*sorted(headings), len(lines)]:
        if section := _section(tuple(h.text for h in path), lines[start:at]):
            sections.append(section)
        elif path and start and not (at in headings and headings[at].level > path[-1].level):
            # A heading with nothing beneath it is a section by itself.
            page = lines[start - 1].page
            sections.append(Section(tuple(h.text for h in path), path[-1].text, page, page, "page"))
        if at in headings:
            heading = headings[at]
            path = [*(h for h in path if h.level < heading.level), heading]
            start = at + heading.size
    return sections


def _section(path: tuple[str, ...], lines: Sequence[Line]) -> Section | None:
    if not lines:
        return None
    text = ""
    breaks: list[int] = []
    before: Line | None = None
    # The last line of a paragraph ends before the margin.
    short = 0.85 * max(len(line.text) for line in lines)
    for line in lines:
        words = _LEADER.sub(" ", _BULLET.sub("- ", line.text))
        if before:
            ends = _ENDS.search(before.text) and (before.page != line.page or len(before.text) < short)
            text += "\n\n" if (ends and words[:2] != "- ") or _LEADS.match(words) else "\n"
            breaks += [len(text)] * (line.page - before.page)
        text += _with_links(words, line.links)
        before = line
    return Section(path, text, lines[0].page, lines[-1].page, "page", breaks=tuple(breaks))


def _with_links(words: str, links: Sequence[Link]) -> str:
    """The words of a line with the addresses of its links; one whose words were joined to another line's has none."""
    at = 0
    for link in links:
        start = words.find(link.words, at)
        if start >= 0:
            written = linked(link.words, link.address)
            words = words[:start] + written + words[start + len(link.words) :]
            at = start + len(written)
    return words


def _is_table_of_contents(page: Sequence[Line]) -> bool:
    """Headings with leaders to page numbers: it names what the text says, and would be found before it."""
    return len(page) >= _FEWEST_CONTENTS and 2 * sum(bool(_CONTENTS.search(line.text)) for line in page) > len(page)


# Running headers, footers and page numbers


def _without_furniture(pages: Pages, lines: int = _EDGE_LINES) -> list[list[Line]]:
    places: dict[str, list[Line]] = defaultdict(list)
    for page in pages:
        for line in _edges(page, lines):
            places[_shape(line.text)].append(line)
    needed = max(_FEWEST_PAGES, _SHARE_OF_PAGES * sum(map(bool, pages)))
    furniture = {shape for shape, found in places.items() if len(found) >= needed and _repeats(found)}
    first = {id(places[shape][0]) for shape in furniture}
    bare = []
    for page in pages:
        kept: list[Line] = []
        for number, line in enumerate(page):
            is_furniture = _is_edge(number, page, lines) and _shape(line.text) in furniture
            # The names of a table's columns stand above it on every page, but first below other text.
            if not is_furniture or (kept and number < lines and id(line) in first):
                kept.append(line)
        bare.append(kept)
    # Pages that are alike from end to end, such as forms, are text and no furniture.
    if _size(bare) >= (1 - _MOST_FURNITURE) * _size(pages):
        return bare
    return _without_furniture(pages, lines - 1) if lines > 1 else [list(page) for page in pages]


def _size(pages: Pages) -> int:
    return sum(len(line.text) for page in pages for line in page)


def _is_edge(number: int, page: Sequence[Line], lines: int) -> bool:
    return number < lines or number >= len(page) - lines


def _edges(page: Sequence[Line], lines: int) -> Iterator[Line]:
    """The lines at both ends of a page, each wording once."""
    seen = set()
    for number, line in enumerate(page):
        if _is_edge(number, page, lines) and (shape := _shape(line.text)) not in seen:
            seen.add(shape)
            yield line


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def _repeats(found: Sequence[Line]) -> bool:
    """Whether lines of one shape are one line on many pages, or differ only by a number that counts the pages."""
    if len({line.text for line in found}) == 1:
        return True
    numbers = [[int(n[:9]) for n in re.findall(r"\d+", line.text)] for line in found]
    pages = [line.page for line in found]
    return any(_counts(column, pages) for column in zip(*numbers, strict=True))


def _counts(values: Sequence[int], pages: Sequence[int]) -> bool:
    """Whether the values grow from page to page as page numbers do; title pages between parts have none."""
    steps = list(zip(pairwise(values), pairwise(pages), strict=True))
    good = sum(0 < value - before <= page - page_before for (before, value), (page_before, page) in steps)
    return good >= 0.9 * len(steps)


# Words broken at the end of a line


def _with_words_joined(lines: list[Line]) -> list[Line]:
    words = Counter(
        word.casefold()
        for line in lines
        for word in re.findall(r"[^\W_]+(?:[-‐][^\W_]+)*", _BROKEN.sub(" ", line.text))
    )
    joined: list[Line] = []
    for line in lines:
        text = re.sub(rf"([^\W_]*){HYPHEN}([^\W_]*)", lambda m: _joined(m[1], m[2], words), line.text)
        before = joined[-1] if joined else None
        is_broken = before is not None and before.text.endswith(HYPHEN)
        half = re.search(rf"([^\W_]+){HYPHEN}$|([^\W\d_]+)[-\u00ad‐]$", before.text) if before else None
        rest = re.match(r"[^\W_]+" if is_broken else r"[a-zà-ÿ]+", text)
        # What continues on the next page is joined there only when its size says that it is the same text.
        if before and half and rest and before.size == line.size:
            whole = _joined(half[1] or half[2], rest[0], words)
            first, _, following = text[rest.end() :].partition(" ")
            joined[-1] = replace(before, text=before.text[: half.start()] + whole + first)
            text = following.strip()
        if text:
            joined.append(replace(line, text=text))
    return [replace(line, text=line.text.replace(HYPHEN, "-")) for line in joined]


def _joined(left: str, right: str, words: Mapping[str, int]) -> str:
    """A word that a line break cut: its hyphen goes unless it belongs to the word.

    The document's own vocabulary decides; a number keeps its hyphen.
    """
    whole, hyphened = (left + right).casefold(), f"{left}-{right}".casefold()
    if not (left and right) or re.search(r"\d", left[-1] + right[0]):
        return f"{left}-{right}"
    if words.get(whole, 0) or words.get(hyphened, 0):
        return f"{left}{right}" if words.get(whole, 0) >= words.get(hyphened, 0) else f"{left}-{right}"
    both_stand_alone = all(len(half) > 3 and words.get(half.casefold(), 0) > 1 for half in (left, right))
    is_compound = both_stand_alone and right.casefold() not in _ENDINGS
    return f"{left}-{right}" if is_compound or right[0].isupper() else f"{left}{right}"
