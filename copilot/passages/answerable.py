"""How probable it is that the best quotes answer a question: a logistic model over the scores at hand.

Its weights are in `answerable.json`, fitted by `training/fit_answerable.py` on public questions of several kinds, half of
which had lost the passage that answers them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

from copilot.language.words import content_stems, stems
from copilot.passages.quoting import Ranked, asks_for_the_whole, bound

FILE = Path(__file__).with_suffix(".json")
_OTHERS = 4
"""So many of the next best passages are what the best one must stand out from."""
# A word with a capital that begins no sentence, one with several, or a figure.
_NAME = re.compile(r"(?<=[\w,;:)\"'] )[\"“‘'(]?[A-Z][\w'’-]+|\b\w*[A-Z]\w*[A-Z]\w*\b|\b\d[\d.,]*\b")


@dataclass(frozen=True)
class Signals:
    """What tells whether the passages found answer a question."""

    passage: float
    """Cosine of the nearest passage."""
    sentence: float
    """Cosine of the nearest unit."""
    passage_margin: float
    """By how much the nearest passage is nearer than the next ones."""
    sentence_margin: float
    """The same of the nearest units of the passages."""
    coverage: float
    """Share of the question's words, by their rarity among the passages, that the first passage holds."""
    names: float
    """Share of the question's names and figures that the first passage holds; 1 where it has none."""
    knows_names: float
    """1 where each of them stands in some passage, else 0."""

    @classmethod
    def of(cls, ranked: Ranked) -> Signals:
        """Of units of which at least one stands in a passage that the search found."""
        found = [item for item in ranked.evidence if item.relevance is not None]
        nearest = {item.id: 0.0 for item in found}
        for unit in ranked.best:
            if unit.evidence in nearest:
                nearest[unit.evidence] = max(nearest[unit.evidence], ranked.cosines[unit])
        passages = sorted((item.relevance or 0.0 for item in found), reverse=True)
        sentences = sorted(nearest.values(), reverse=True)
        held = [set(stems(f"{item.title} {item.text}")) for item in found]
        names = {stem for name in _NAME.findall(ranked.question) for stem in content_stems(name)}
        return cls(
            passage=passages[0],
            sentence=sentences[0],
            passage_margin=_margin(passages),
            sentence_margin=_margin(sentences),
            coverage=_coverage(set(content_stems(ranked.question)), held),
            names=len(names & held[0]) / len(names) if names else 1.0,
            knows_names=float(names <= set().union(*held)),
        )


def _margin(best_first: Sequence[float]) -> float:
    others = best_first[1 : 1 + _OTHERS]
    return best_first[0] - fmean(others) if others else 0.0


def _coverage(asked: Collection[str], held: Sequence[Collection[str]]) -> float:
    weights = {t: math.log(1 + len(held) / (1 + sum(t in text for text in held))) for t in asked}
    total = sum(weights.values())
    return sum(weight for t, weight in weights.items() if t in held[0]) / total if total else 0.0


@cache
def model() -> Mapping[str, Any]:
    """`weights` by signal, with `bias`, and `least`, the probability below which nothing is said to be answered."""
    fitted: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return fitted


def probability(ranked: Ranked, documents: Collection[str] = ()) -> float:
    """How probable it is that the best units answer the question; 0 where nothing of what it names was found.

    `documents` are the ids of those that it names.
    """
    known = bound(ranked, documents)
    if known.best and asks_for_the_whole(known):
        return 1.0
    # A part that is named need not stand out from others; what is asked about it is told by all that was found.
    read = known if documents else ranked
    if not known.best or all(item.relevance is None for item in read.evidence):
        return 0.0
    weights = model()["weights"]
    logit = weights["bias"] + sum(weights[name] * value for name, value in asdict(Signals.of(read)).items())
    return float(1 / (1 + math.exp(-logit)))
