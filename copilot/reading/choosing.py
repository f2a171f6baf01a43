"""The trained chooser: which columns and values of a table a question uses, and how, all of them judged together.

It reads the question beside a list of items, columns and values, as one text, so that each is judged in the light of
the others and of every word, whether or not a span was marked. `training/train_chooser.py` trains it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from copilot.reading.names import spoken
from copilot.reading.profiles import Profile
from copilot.retrieval.embedder import Network, load_verified
from copilot.retrieval.listwise import QUESTION, Lengths, Listed, listed, read, sigmoid

FILE = Path(__file__).parent / "model" / "chooser.onnx"

Use = Literal[
    "is", "not", "missing", "present", ">", ">=", "<", "<=", "=", "zero", "before", "after", "during",
    "measured", "shown", "group", "order", "among",
]  # fmt: skip
"""What a question does with an item: a condition ("is" to "during"; "among" where it is of the base of a share), or a
column that it measures, shows, groups or orders by."""
USES: tuple[Use, ...] = get_args(Use)
MOST_COLUMNS, MOST_VALUES = 18, 20
"""Columns and values that are judged at a time."""
_TEXTS = 3
_SAMPLES = 3
LENGTHS = Lengths(question=72, item=16, head=16, whole=480)


Key = tuple[str, str | None]
"""Column and value of an item; of a column itself the value is None."""


@dataclass(frozen=True)
class Item:
    """A column of a table, or a value of one."""

    column: str
    value: str | None
    phrase: str

    @property
    def key(self) -> Key:
        return self.column, self.value


def column_item(profile: Profile) -> Item:
    """A column by its name and synonyms, with what it holds."""
    if profile.holds in ("category", "person") and profile.values:
        held = ", ".join(spoken(v) for v in profile.values[:_SAMPLES])
    else:
        held = {"yes_no": "yes or no"}.get(profile.holds, profile.holds)
    return Item(profile.name, None, f"{' / '.join(profile.texts[:_TEXTS])} ({held})")


def value_item(profile: Profile, value: str) -> Item:
    means = profile.meaning(value)
    return Item(profile.name, value, f"{profile.texts[0]}: {spoken(value)}{f' ({means})' if means else ''}")


@dataclass(frozen=True)
class Judged:
    """How surely a question uses each item of a table in each way."""

    table: float
    """How surely it means the table at all."""
    uses: Mapping[Key, Mapping[Use, float]] = field(default_factory=dict)
    said: Mapping[Key, tuple[tuple[int, int, float], ...]] = field(default_factory=dict)
    """By item where its words may stand in the question: start, end, and how surely."""

    def sure(self, column: str, value: str | None, *uses: Use) -> float:
        """How surely an item is used in one of these ways; 0 where it was not judged."""
        found = self.uses.get((column, value), {})
        return max((found.get(use, 0.0) for use in uses), default=0.0)


@cache
def _network() -> Network:
    return load_verified(FILE)


def laid_out(tokenizer: Any, text: str, table: str, items: Sequence[Item]) -> Listed:
    """The question beside the name of a table and its items, whose numbers begin at 1."""
    return listed(tokenizer, text, [(spoken(table), ""), *(("", item.phrase) for item in items)], LENGTHS)


class _Weighed(NamedTuple):
    """What the model says of a table and its items before a question, as probabilities."""

    table: float
    numbers: tuple[int, ...]
    """Those of the items that the text has room for, from 1."""
    uses: tuple[NDArray[np.float32], ...]
    """A row an item: of each use."""
    pointed: tuple[NDArray[np.float32], ...]
    """A row an item: of each word piece of the question."""
    offsets: tuple[tuple[int, int], ...]
    """Of these pieces, in the question: start and end."""


# A question that is tried again, or asked by another who sees the same columns, is the same text; some 15 kB for each.
@lru_cache(maxsize=256)
def _weighed(text: str, table: str, items: tuple[Item, ...]) -> _Weighed:
    network = _network()
    read_as = laid_out(network.tokenizer, text, table, items)
    uses, says, said = read(network, read_as)
    asked = read_as.of(QUESTION)
    owns = {number: own for number in range(1, len(items) + 1) if (own := read_as.of(number)).any()}
    return _Weighed(
        table=float(sigmoid(uses[asked].mean(axis=0))[-1]) if asked.any() else 0.0,
        numbers=tuple(owns),
        uses=tuple(sigmoid(uses[own].mean(axis=0)) for own in owns.values()),
        pointed=tuple(
            sigmoid(says[asked] @ said[own].mean(axis=0) / math.sqrt(said.shape[1])) for own in owns.values()
        ),
        offsets=tuple(read_as.offsets),
    )


def judge(text: str, table: str, items: Sequence[Item]) -> Judged:
    """What the shipped model says of the items of a table before a question."""
    weighed = _weighed(text, table, tuple(items))
    found, places = {}, {}
    for number, uses, pointed in zip(weighed.numbers, weighed.uses, weighed.pointed, strict=True):
        key = items[number - 1].key
        found[key] = dict(zip(USES, uses.tolist(), strict=False))
        places[key] = tuple((*place, float(p)) for place, p in zip(weighed.offsets, pointed, strict=True))
    return Judged(weighed.table, found, places)
