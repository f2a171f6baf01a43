"""Text without lines of its own, such as a Word document's: its paragraphs are counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from copilot.retrieval.types import Section

_BLANK = re.compile(r"\n[ \t]*\n+")


def sections_of_blocks(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections with their places counted in paragraphs, headings counted too, instead of lines."""
    counted = []
    number = 0
    path: tuple[str, ...] = ()
    for section in sections:
        # A heading that has not been passed yet is a paragraph by itself.
        common = sum(1 for a, b in zip(path, section.heading_path, strict=False) if a == b)
        number += len(section.heading_path) - min(common, len(section.heading_path))
        path = section.heading_path
        breaks = tuple(match.end() for match in _BLANK.finditer(section.text))
        first = number + 1
        number = first + len(breaks)
        counted.append(replace(section, first_line=first, last_line=number, unit="paragraph", breaks=breaks))
    return tuple(counted)
