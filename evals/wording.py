"""Answers as claims, and words by their weight: what the lexical scorers share."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest

from evals.text import content_stems, split_sentences

_MARKERS = re.compile(r"\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_STRUCK = re.compile(r"~~.*?~~(?: \(not found in the sources\))?")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_BOLD_HEADING = re.compile(r"^\s*\*\*[^*]*[^*.!?]\*\*\s*$")
_EMPHASIS = re.compile(r"\*\*|__|`")
# Fewer words that carry meaning than this say nothing that could be checked.
CHECKABLE_STEMS = 2
WINDOW = 3


@dataclass(frozen=True)
class Weights:
    """How much a word says, by how few documents hold it."""

    documents: int
    frequency: Mapping[str, int]
    _known: dict[str, float] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Weights computed before: a run asks for the same few thousand stems millions of times."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Weights:
        frequency: dict[str, int] = {}
        count = 0
        for text in texts:
            count += 1
            for stem in set(content_stems(text)):
                frequency[stem] = frequency.get(stem, 0) + 1
        return cls(count, frequency)

    def __call__(self, stem: str) -> float:
        known = self._known.get(stem)
        if known is None:
            seen = self.frequency.get(stem, 0)
            known = self._known[stem] = math.log(1 + (self.documents - seen + 0.5) / (seen + 0.5))
        return known

    def total(self, stems: Iterable[str]) -> float:
        # Exact sums: a set has another order in every process, and a score must not.
        return math.fsum(map(self, stems))


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer, with the citations that carry it."""

    text: str
    markers: tuple[int, ...]


def claims(text: str) -> list[Claim]:
    """The sentences that claim something. One without markers is carried by the next markers on its line."""
    found: list[Claim] = []
    for line in _STRUCK.sub("", text).splitlines():
        if line.lstrip().startswith(("#", "|")) or _BOLD_HEADING.match(line):
            continue
        following: tuple[int, ...] = ()
        on_line: list[Claim] = []
        for piece in reversed(_labelled_sentences(line)):
            following = _markers(piece) or following
            bare = strip_marks(piece)
            if len(set(content_stems(bare))) >= CHECKABLE_STEMS and not bare.endswith((":", "?")):
                on_line.append(Claim(bare, following))
        found += reversed(on_line)
    return found


def _labelled_sentences(line: str) -> list[str]:
    """The sentences of a line with their markers; a label stays with the sentence that it is about."""
    pieces: list[str] = []
    for piece in split_sentences(line):
        if pieces and _is_label(pieces[-1]):
            pieces[-1] += f" {piece}"
        else:
            pieces.append(piece)
    return pieces


def _is_label(piece: str) -> bool:
    """Whether a piece only names what the next sentence is about: "**Policy, clause 4.1:**", "**Reuse.**"."""
    bare = strip_marks(piece)
    return bare.endswith(":") or len(set(content_stems(bare))) < CHECKABLE_STEMS


def _markers(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(n) for run in _MARKERS.findall(text) for n in run.split(",")))


def plain_words(text: str) -> str:
    """A text without citation and emphasis marks, its lines kept."""
    return _EMPHASIS.sub("", _MARKERS.sub("", text))


def strip_marks(text: str) -> str:
    """A sentence as prose: no citation, list or emphasis marks."""
    return plain_words(_LIST_MARK.sub("", text)).strip()


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a source or an answer, marks removed."""
    stripped = (strip_marks(piece) for piece in split_sentences(text))
    return tuple(piece for piece in stripped if any(c.isalnum() for c in piece))


@lru_cache(maxsize=4096)
def rows_told(text: str) -> str:
    """A text whose tables are told row by row, each cell after the name of its column."""
    lines: list[str] = []
    columns: list[str] = []
    for line in text.splitlines():
        is_row = line.lstrip().startswith("|")
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if is_row else []
        if not is_row:
            columns = []
            lines.append(line)
        elif not columns:
            columns = cells
        elif any(cell.strip("-: ") for cell in cells):
            named = [f"{name}: {cell}" if name else cell for name, cell in zip_longest(columns, cells, fillvalue="")]
            lines.append("; ".join(named))
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def windows(text: str) -> tuple[frozenset[str], ...]:
    """The stems of each run of neighbouring sentences."""
    stems = [frozenset(content_stems(s)) for s in sentences(text)]
    return tuple(frozenset().union(*stems[i : i + WINDOW]) for i in range(len(stems)))


def coverage(wanted: frozenset[str], held: frozenset[str], weights: Weights) -> float:
    """The share of the wanted stems, by weight, that are held."""
    total = weights.total(wanted)
    return weights.total(wanted & held) / total if total else 1.0


def overlap(left: str, right: str, weights: Weights) -> float:
    """How much two texts say the same: the harmonic mean of coverage both ways."""
    a, b = frozenset(content_stems(left)), frozenset(content_stems(right))
    if not a or not b:
        return float(a == b)
    there, back = coverage(a, b, weights), coverage(b, a, weights)
    return 2 * there * back / (there + back) if there + back else 0.0
