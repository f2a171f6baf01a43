"""Several things asked in one question: the questions that stand in it, and the part in which each tool is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import permutations

from copilot.language.sides import each_alone, set_apart, set_beside
from copilot.language.words import content_stems, words
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

_LONGEST_SIDE = 10
"""Words of one of two things that are told apart."""

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


def compares(asked: Asked) -> bool:
    """Whether a question is about two things alike."""
    return asked.reading.shape == "comparison" or bool(sides(asked))


def sides(asked: Asked) -> Sequence[str]:
    """Two questions, one of each of the two things that are compared or told apart; empty where there are not two."""
    names = {(x.start, x.end) for x in asked.links.of("document", "record", "gate", "value", "metric")}
    apart = set_apart(asked.text, names)
    return _compared(asked, names) if apart is None else _told_apart(asked, *apart)


def _told_apart(asked: Asked, one: tuple[int, int], other: tuple[int, int]) -> list[str]:
    """What each of two things is, in the documents that are named beside them."""
    named = [x for x in asked.links.of("document") if not one[0] <= x.start < one[1]]
    # "A deployer under the AI Act": the document bounds both.
    beside = [x for x in named if x.start >= other[1] or x.end <= one[0] or _says(asked.text[other[0] : x.start])]
    within = min((x.start for x in beside if x.start >= other[0]), default=other[1])
    ends = (one, (other[0], min(other[1], within)))
    things = [_without_little_words(asked.text[start:end]) for start, end in ends]
    if not all(content_stems(thing) and len(thing.split()) <= _LONGEST_SIDE for thing in things):
        return []
    where = f" in the {beside[0].text}" if beside else ""
    return [f"What is {thing}{where}?" for thing in things]


def _says(text: str) -> bool:
    return bool(content_stems(text))


def _without_little_words(text: str) -> str:
    """A thing without what led over to the document behind it: "a deployer under the"."""
    said = words(text)
    while said and said[-1].is_stop:
        said.pop()
    return text[: said[-1].end].strip() if said else ""


def _compared(asked: Asked, names: Collection[tuple[int, int]]) -> Sequence[str]:
    """The question with each of two things of which it asks which is more so, without the other."""
    compared = [(x.start, x.end) for x in asked.reading.of("compare") if _says(x.text)]
    found = tuple(compared) if len(compared) == 2 else set_beside(asked.text, names)
    return (each_alone(asked.text, *found) or ()) if found else ()


def _is_question(text: str) -> bool:
    return bool(_ASKS.match(text) or _ASKS_BEHIND.search(text)) or text.endswith("?")


def _first(asked: Asked) -> str:
    return max(asked.reading.tools, key=lambda name: asked.reading.tools[name])


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    for border in _BORDER.finditer(text):
        left, right = text[: border.start()], text[border.end() :]
        if min(len(left.split()), len(right.split())) >= _SHORTEST:
            yield left, right
