"""Two things asked in one question: which of its parts each tool is asked in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from copilot.reading.asked import Asked
from copilot.reading.question import Earlier

# Where one thing that is asked may end and the next begin.
_BORDER = re.compile(r"(?<=[?;.!])\s+|\s*,?\s+(?:and|plus|then|but)(?: then| also)?\s+|\s*[,;–—]\s+", re.IGNORECASE)
_SHORTEST = 2
"""Words of a part."""
LEAST = 0.5
"""A part asks for one tool so much more surely than for the other."""

Read = Callable[[str, Earlier | None], Asked]


def parts(asked: Asked, wanted: Sequence[str], read: Read) -> dict[str, Asked]:
    """For two of the tools that are wanted the part of the question that asks for each; empty where none can be cut."""
    best: tuple[float, dict[str, Asked]] = (LEAST, {})
    for left, right in _cuts(asked.text):
        first = read(left, None)
        for one, other in permutations(wanted, 2):
            leads = first.reading.tools.get(one, 0.0) - first.reading.tools.get(other, 0.0)
            if leads < best[0]:
                continue
            second = read(right, Earlier(left, first.links, one))
            score = min(leads, second.reading.tools.get(other, 0.0) - second.reading.tools.get(one, 0.0))
            if score > best[0]:
                best = (score, {one: first, other: second})
    return best[1]


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    for border in _BORDER.finditer(text):
        left, right = text[: border.start()], text[border.end() :]
        if min(len(left.split()), len(right.split())) >= _SHORTEST:
            yield left, right
