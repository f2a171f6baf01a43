"""A question beside another text as one, so that a model judges the two together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copilot.retrieval.embedder import Network
from copilot.retrieval.fan_out import fan_out


@dataclass(frozen=True)
class Lengths:
    """How many word pieces are read of each of the two."""

    question: int
    other: int


def pieces(tokenizer: Any, question: str, other: str, lengths: Lengths) -> tuple[list[int], list[int]]:
    """Both as word pieces, and for each piece 0 where it is of the question, else 1."""
    asked, found = (tokenizer.encode(text).ids for text in (question, other))
    first = [asked[0], *asked[1:-1][: lengths.question], asked[-1]]
    second = [*found[1:-1][: lengths.other], found[-1]]
    return first + second, [0] * len(first) + [1] * len(second)


def scores(network: Network, question: str, others: Sequence[str], lengths: Lengths) -> list[float]:
    """How well each text goes with the question, as log odds, computed on all cores."""

    def score(other: str) -> float:
        ids, kinds = (np.array([x], dtype=np.int64) for x in pieces(network.tokenizer, question, other, lengths))
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": kinds}
        return float(network.session.run(None, inputs)[0][0, 0])

    return list(fan_out(score, others, "threads"))
