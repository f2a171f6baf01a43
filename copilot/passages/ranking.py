"""How well each unit of the passages found answers a question: a small network over the scores at hand.

One hidden layer over the logarithm of odds; `ranking.json` holds its weights, fitted by `training/fit_ranking.py` on
questions whose answering sentences are marked, some in the words of their passages and some in everyday words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_suffix(".json")
SIGNALS = 9
_SHORTEST = 3

Numbers = NDArray[np.float64]


class Network(NamedTuple):
    """Weights over standardised signals."""

    mean: Numbers
    """Shape (SIGNALS,), as `spread`."""
    spread: Numbers
    inner: Numbers
    """Shape (SIGNALS, hidden)."""
    bias: Numbers
    outer: Numbers
    """Shape (hidden,), as `bias`."""
    certain: Numbers
    """Shape (3,): what the logarithm of the odds of the best unit against the others counts, its score, and 1."""

    def certainty(self, scores: Numbers) -> float:
        """How probable it is that one of the three best units answers; 0 where there is none."""
        return float(1 / (1 + np.exp(-leads(scores) @ self.certain))) if len(scores) else 0.0

    def scores(self, signals: Numbers) -> Numbers:
        """Logarithms of odds, up to a constant for all units of one question."""
        found: Numbers = np.tanh((signals - self.mean) / self.spread @ self.inner + self.bias) @ self.outer
        return found


def signals(
    cosines: Sequence[float],
    coverage: Sequence[float],
    relevance: Sequence[float],
    passages: Sequence[float],
    words: Sequence[int],
) -> Numbers:
    """Shape (units, SIGNALS): what tells of a unit whether it answers.

    Its cosine to the question, the share of the question's words that it holds, the cosine and the fused score of its
    passage, its length, and the same beside how many of the question's words any unit holds: where one holds nearly
    all, words tell more than meaning.
    """
    own = np.array([cosines, coverage, relevance, passages], np.float64).T.reshape(-1, 4)
    length = np.log(np.maximum(np.array(words, np.float64), _SHORTEST))
    most = own[:, 1].max(initial=0.0)
    return np.column_stack([own, length, most * own])


def leads(scores: Numbers) -> Numbers:
    """Shape (3,): how far the best unit is ahead of all others together, its score, and 1."""
    best = scores.max()
    others = np.exp(scores - best).sum() - 1
    return np.array([-np.log(max(others, 1e-6)), best, 1.0])


@cache
def network() -> Network:
    read = json.loads(FILE.read_text(encoding="utf-8"))
    return Network(*(np.array(read[name], np.float64) for name in Network._fields))
