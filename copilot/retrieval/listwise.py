"""A question beside a list of items as one text, so that a model judges each item in the light of the others.

The chooser (`copilot/reading/choosing.py`) reads so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.retrieval.embedder import Network

Scores = NDArray[np.float32]

QUESTION, MARK = -1, -2
"""Owners of pieces that are of no item."""


@dataclass(frozen=True)
class Lengths:
    """How many word pieces are read: of the question, of an item, of its head, and of all together."""

    question: int
    item: int
    head: int
    whole: int


@dataclass(frozen=True)
class Listed:
    """A question and items, as word pieces."""

    ids: list[int]
    kinds: list[int]
    """0 for the question, 1 for items."""
    owners: list[int]
    """For each piece the number of its item, or `QUESTION`, or `MARK` for marks and heads."""
    offsets: list[tuple[int, int]]
    """Of the pieces of the question, in its text."""

    def of(self, owner: int) -> NDArray[np.bool_]:
        """The pieces of one item, or of the question."""
        return np.array([found == owner for found in self.owners], dtype=np.bool_)


def listed(tokenizer: Any, question: str, items: Sequence[tuple[str, str]], lengths: Lengths) -> Listed:
    """The question, then each item, a head and a text, with a mark after each; items that do not fit are left out."""
    whole = tokenizer.encode(question)
    body = whole.ids[1:-1][: lengths.question]
    ids, owners = [whole.ids[0], *body, whole.ids[-1]], [MARK, *[QUESTION] * len(body), MARK]
    kinds = [0] * len(ids)
    for number, parts in enumerate(items):
        cut = list(_cut(tokenizer, parts, (lengths.head, lengths.item)))
        if len(ids) + sum(len(pieces) + 1 for _, pieces in cut) > lengths.whole:
            break
        for is_item, pieces in cut:
            ids += [*pieces, whole.ids[-1]]
            owners += [*[number if is_item else MARK] * len(pieces), MARK]
            kinds += [1] * (len(pieces) + 1)
    return Listed(ids, kinds, owners, whole.offsets[1:-1][: lengths.question])


def _cut(tokenizer: Any, parts: tuple[str, str], longest: tuple[int, int]) -> Iterator[tuple[bool, list[int]]]:
    """The head and the text of an item, where it has them, as word pieces."""
    for place, (text, most) in enumerate(zip(parts, longest, strict=True)):
        if text:
            yield place == 1, tokenizer.encode(text).ids[1:-1][:most]


def read(network: Network, found: Listed) -> list[Scores]:
    """The outputs of a model, a row for each piece."""
    ids, kinds = (np.array([x], dtype=np.int64) for x in (found.ids, found.kinds))
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": kinds}
    return [scores[0] for scores in network.session.run(None, inputs)]


def sigmoid(scores: Scores) -> Scores:
    """Scores as probabilities."""
    found: Scores = (1 / (1 + np.exp(-scores))).astype(np.float32)
    return found
