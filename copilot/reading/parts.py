"""Several things asked in one question: the questions that stand in it, and the part in which each tool is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from copilot.language.words import content_stems
from copilot.reading.asked import Asked
from copilot.reading.question import Earlier

# Where one thing that is asked may end and the next begin.
_BORDER = re.compile(r"(?<=[?;.!])\s+|\s*,?\s+(?:and|plus|then|but)(?: then| also)?\s+|\s*[,;–—]\s+", re.IGNORECASE)
# With what English begins a question: a word that asks, or a verb before its subject.
_ASKS = re.compile(
    r"(?:(?:by|for|at|in|on|to|of|from|within|since|until) )?(?:who|whom|whose|what|which|when|where|why|how)\b"
    r"|(?:is|are|was|were|do|does|did|can|could|may|must|should|shall|will|would|has|have|had)"
    r" (?:the|an?|it|we|i|you|they|there|th[ie]s|that|those|our|their|its|any|all|each|every|someone|somebody|anyone"
    r"|anybody|people|one)\b",
    re.IGNORECASE,
)
# The same behind a comma, where a mere "which" tells more of what stands before: "of the open ones, which is first".
_ASKS_BEHIND = re.compile(r",\s+(?:which (?:one|ones|of|is|are)|what|how (?:many|much|long|old))\b", re.IGNORECASE)
_SHORTEST = 2
"""Words of a part."""
_SPEAKING = 4
"""So many words are a question of their own whatever they are: "how many are open?"."""
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


def questions(asked: Asked, read: Read) -> list[Asked]:
    """The questions that stand one after another in one, each read after the one before; empty where it is but one.

    A case that is told before the first belongs to it, and a word such as "why?" to the one before.
    """
    text, starts = asked.text, [0]
    for border in _BORDER.finditer(text):
        # After a mere comma "which" tells more of what stands before it.
        if _ASKS.match(text, border.end()) and border[0].strip() != ",":
            starts.append(border.end())
    cut = [text[start:end].strip(" ,;–—") for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    cut = [re.sub(r"\s+(?:and|plus|then|but)(?: then| also)?$", "", part) for part in cut]
    found: list[str] = []
    for part in cut:
        is_told = bool(found) and not _is_question(found[-1])
        is_short = len(content_stems(part)) < _SHORTEST and len(part.split()) < _SPEAKING
        if found and (is_told or is_short):
            found[-1] = text[text.index(found[-1]) : text.index(part, text.index(found[-1])) + len(part)]
        else:
            found.append(part)
    if len(found) < 2:
        return []
    read_so_far: list[Asked] = []
    for part in found:
        before = read_so_far[-1] if read_so_far else None
        read_so_far.append(read(part, Earlier(before.text, before.links, _first(before)) if before else None))
    return read_so_far


def _is_question(text: str) -> bool:
    return bool(_ASKS.match(text) or _ASKS_BEHIND.search(text)) or text.endswith("?")


def _first(asked: Asked) -> str:
    return max(asked.reading.tools, key=lambda name: asked.reading.tools[name])


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    for border in _BORDER.finditer(text):
        left, right = text[: border.start()], text[border.end() :]
        if min(len(left.split()), len(right.split())) >= _SHORTEST:
            yield left, right
