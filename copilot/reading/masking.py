"""Replaces the names in a question by words of their kind, so that the reader depends on no organisation's names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from copilot.language.formatting import is_plural, plural, singular
from copilot.reading.question import Link, LinkKind, Links

WORDS: Mapping[LinkKind, str] = {"record": "record", "person": "person", "document": "document", "gate": "gate"}
"""What stands for a name of each kind that is masked; where a name is of several kinds, the first of them counts."""

# A name's genitive is grammar and stays: "Weld Eye's" is "record's".
_GENITIVE = re.compile(r"(?<=\w)['’]s?$")


@dataclass(frozen=True)
class Replacement:
    start: int
    end: int
    """In the masked text."""
    original_start: int
    original_end: int


@dataclass(frozen=True)
class Masked:
    """A text whose names are replaced, and the way back to the original."""

    text: str
    replacements: tuple[Replacement, ...] = ()
    """In the order of the text."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that a non-empty part of the masked text stands for; a name counts whole."""
        return self._original(start)[0], self._original(end - 1)[1]

    def _original(self, position: int) -> tuple[int, int]:
        shift = 0
        for part in self.replacements:
            if position < part.start:
                break
            if position < part.end:
                return part.original_start, part.original_end
            shift = part.original_end - part.end
        return position + shift, position + shift + 1


def mask(text: str, links: Links) -> Masked:
    """The text with the names of records, persons, documents and gates replaced, and what rows are called in several
    words."""
    masked, replacements, end = "", [], 0
    for link in _outermost(links):
        masked += text[end : link.start]
        word = _word(link)
        end = link.start + len(_GENITIVE.sub("", text[link.start : link.end]))
        replacements.append(Replacement(len(masked), len(masked) + len(word), link.start, end))
        masked += word
    return Masked(masked + text[end:], tuple(replacements))


def _is_masked(link: Link) -> bool:
    # What rows are called in several words is no phrase to the reader: "the most use cases".
    return link.kind in WORDS or (link.kind == "table" and " " in link.text.strip() and link.table.isalpha())


def _word(link: Link) -> str:
    if link.kind != "table":
        return WORDS[link.kind]
    return plural(singular(link.table)) if is_plural(link.text) else singular(link.table)


def _outermost(links: Links) -> Iterator[Link]:
    """Links to mask that do not overlap, in the order of the text; of two that do, the longer."""
    order: list[LinkKind] = [*WORDS, "table"]
    among = (link for group in links.ambiguous for link in group)
    named = [link for link in (*links.links, *among) if _is_masked(link) and link.start < link.end]
    kept: list[Link] = []
    for link in sorted(named, key=lambda x: (x.start - x.end, x.start, order.index(x.kind))):
        if all(link.end <= other.start or other.end <= link.start for other in kept):
            kept.append(link)
    yield from sorted(kept, key=lambda x: x.start)
