"""How near a sentence is to what was read, by the words that they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.verification.grounds import Grounds, Line
from copilot.verification.sentence import Sentence

Words = Sequence[tuple[frozenset[str], float]]
"""Words by what they mean in what was read, with how much each tells."""


@dataclass(frozen=True)
class Turn:
    """A word that what was read does not bear out."""

    start: int
    end: int
    where: tuple[Line, ...] = ()


def nearest(sentence: Sentence, grounds: Grounds, most: int, least: float = 0.5) -> list[Line]:
    """The lines that share most of a sentence's words, the best first, with at least a part of what the best has."""
    said = weighed(sentence.content | sentence.back, grounds)
    scored = sorted(((overlap(said, line), line) for line in grounds.lines), key=lambda s: -s[0])
    return [line for score, line in scored[:most] if score > 0 and score >= least * scored[0][0]]


def weighed(stems: Iterable[str], grounds: Grounds) -> Words:
    meant = [grounds.vocabulary.meant(stem) for stem in stems]
    return [(m, max(grounds.weights.get(s, 1.0) for s in m)) for m in meant if m]


def together(sentence: Sentence, lines: Sequence[Line], grounds: Grounds) -> float:
    """Which part of what a sentence says one of the lines says; 0 where it uses a word that was never read."""
    said = weighed(sentence.content, grounds)
    if len(said) < len(sentence.content) or not said:
        return 0.0
    return max((overlap(said, line) for line in lines), default=0.0) / sum(w for _, w in said)


def overlap(said: Words, line: Line) -> float:
    return sum(w if not m.isdisjoint(line.stems) else 0.3 * w * (not m.isdisjoint(line.context)) for m, w in said)
