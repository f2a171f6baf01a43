"""Where the links of a web page lead, found again in its main text.

What finds the main text judges blocks by how much of them is links, so the page is left as it is. Afterwards each link
is sought in the text by its letters and those around it, in the order of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]  # it has no types

from copilot.records.office_xml import Element
from copilot.retrieval.loaders.links import linked

_MOST = 3_000
# So many letters and digits before and after a link tell its place; less where the text leaves something out there.
_AROUND = ((24, 24), (24, 0), (0, 24), (8, 8))
_FEWEST = 16
"""Letters and digits by which a link is sought, its own among them."""
_NO_TEXT = ("script", "style", "noscript", "template")
_EMPHASIS = re.compile(r"\*+|`+")


@dataclass(frozen=True)
class _Link:
    """From where to where it stands among the letters and digits of the page."""

    start: int
    end: int
    address: str


class Links:
    """The links of a page that lead to an address."""

    def __init__(self, tree: Element) -> None:
        base = _base(tree)
        pieces: list[str] = []
        starts: dict[Element, int] = {}
        self._links: list[_Link] = []
        length = 0
        for event, element in etree.iterwalk(tree, events=("start", "end")):
            if event == "start":
                starts[element] = length
                text = "" if element.tag in _NO_TEXT or not isinstance(element.tag, str) else element.text
            else:
                if element.tag == "a" and element.get("href"):
                    self._links.append(_Link(starts[element], length, _absolute(base, element.get("href"))))
                text = element.tail
            pieces.append(_letters(text or ""))
            length += len(pieces[-1])
        self._page = "".join(pieces)

    def written(self, text: str) -> str:
        """The main text of the page as Markdown, with its links."""
        places = [place for place, character in enumerate(text) if character.isalnum()]
        letters = _letters(text)
        written, done, at = "", 0, 0
        for link in islice(self._links, _MOST):
            found = next(self._found(link, letters, at), None)
            if found is None:
                continue
            at = found + link.end - link.start
            start, end = _with_emphasis(text, places[found], places[at - 1] + 1)
            words = text[start:end]
            if start >= done and "|" not in words and "\n\n" not in words:
                written += text[done:start] + linked(" ".join(words.split()), link.address)
                done = end
        return written + text[done:]

    def _found(self, link: _Link, letters: str, at: int) -> Iterator[int]:
        """Where it stands in the text behind a place, by all around it first."""
        if link.start == link.end or not link.address:
            return
        for before, after in _AROUND:
            start = max(0, link.start - before)
            wanted = self._page[start : link.end + after]
            # What is around may be the end of the link before.
            place = letters.find(wanted, max(0, at - before)) if len(wanted) >= _FEWEST else -1
            if place >= 0 and place + link.start - start >= at:
                yield place + link.start - start


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _with_emphasis(text: str, start: int, end: int) -> tuple[int, int]:
    """With the mark at the edge whose partner is within."""
    marks = _EMPHASIS.findall(text, start, end)
    if len(marks) % 2:
        if text.startswith(marks[-1], end):
            return start, end + len(marks[-1])
        if text.endswith(marks[0], 0, start):
            return start - len(marks[0]), end
    return start, end


def _base(tree: Element) -> str:
    """What the page says of its own address, against which its links are read."""
    for path in ("//base/@href", "//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content"):
        for found in tree.xpath(path):
            return str(found).strip()
    return ""


def _absolute(base: str, address: str) -> str:
    """Nothing for a place on the page itself."""
    try:
        return "" if address.strip().startswith("#") else urljoin(base, address.strip())
    except ValueError:
        return ""
