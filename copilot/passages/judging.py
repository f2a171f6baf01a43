"""The trained judge: which of the units that come near a question answers it, each read beside the question.

What comes near in meaning need not answer; read together, question and unit tell. `training/train_judge.py` trains it
on questions whose answering sentences are marked, against what the search brings beside them; `training/fit_judging.py`
fits what it and the ranking count together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copilot.passages.units import Unit, said_in_full
from copilot.retrieval import pairs
from copilot.retrieval.embedder import LARGE, Network, load_verified
from copilot.retrieval.sentences import plain

FILE = LARGE / "judge.onnx"
WEIGHTS = Path(__file__).with_suffix(".json")
MOST = 8
"""Units that are read beside a question, the first of the ranking."""
DOUBTED, MOST_OF_DOUBTED = 1.0, 20
"""Where the best of them has lower log odds, so many in all: as for .19 of 180 questions to nine companies. One of the
three best units then answers for .822 of all, for .767 with eight alone, for .794 with twenty for each."""
LENGTHS = pairs.Lengths(question=48, other=88)


def written(unit: Unit) -> str:
    """A unit as the judge reads it, under its document and heading."""
    under = " › ".join(filter(None, (unit.document, unit.heading)))
    return f"{under}: {plain(said_in_full(unit))}"


@cache
def network() -> Network:
    return load_verified(FILE)


def scores(question: str, units: Sequence[Unit]) -> list[float]:
    """How surely each unit answers, as log odds."""
    return pairs.scores(network(), question, [written(unit) for unit in units], LENGTHS)


class Weights(NamedTuple):
    """What the ranking and the judge count together."""

    ranked: float
    judged: float
    within: float
    """Added where a size that the question names lies in a band of the unit."""
    beyond: float
    """Added where it lies in none of its bands."""
    certain: NDArray[np.float64]
    """Shape (3,): what `copilot.passages.ranking.leads` of the scores together count for their certainty."""


Purpose = Literal["order", "answers"]
"""Which unit answers best, fitted on questions of companies; whether any does, on questions beside those that nothing
answers, where the judge alone tells."""


@cache
def weights(purpose: Purpose) -> Weights:
    read = json.loads(WEIGHTS.read_text(encoding="utf-8"))[purpose]
    certain = np.array(read.pop("certain"), np.float64)
    return Weights(**read, certain=certain)


def together(
    ranked: Mapping[Unit, float],
    judged: Mapping[Unit, float],
    held: Mapping[Unit, bool | None],
    purpose: Purpose = "order",
) -> dict[Unit, float]:
    """The scores of units by all that tells of them, also by whether they hold the size that is asked about (None where
    they name none); one that was not judged counts as the least of those that were."""
    own, least = weights(purpose), min(judged.values())
    of_size = {True: own.within, False: own.beyond, None: 0.0}
    return {
        unit: own.ranked * score + own.judged * judged.get(unit, least) + of_size[held.get(unit)]
        for unit, score in ranked.items()
    }
