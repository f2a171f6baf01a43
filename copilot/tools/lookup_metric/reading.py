"""The trained reader of metrics: whether a metric is what a question asks for, the question read beside it.

`training/train_metrics.py` trains it on questions of hands beside the metrics of their workspaces and of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from copilot.retrieval import pairs
from copilot.retrieval.embedder import Network, load_verified

FILE = Path(__file__).parents[2] / "reading" / "model" / "metrics.onnx"
LENGTHS = pairs.Lengths(question=64, other=72)
_SYNONYMS = 3


def written(label: str, synonyms: Sequence[str], definition: str) -> str:
    """A metric in words: what people call it, and what it counts."""
    names = " / ".join(dict.fromkeys((label, *synonyms[:_SYNONYMS])))
    return f"{names}: {definition}" if definition else names


@cache
def network() -> Network:
    return load_verified(FILE)


def scores(text: str, metrics: Sequence[str]) -> list[float]:
    """How surely the question asks for each metric, as log odds."""
    return pairs.scores(network(), text, metrics, LENGTHS)
