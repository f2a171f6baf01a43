"""Weights of a few signals, such that one of the right candidates of a question comes first: a conditional logit with a
small ridge, fitted by coordinates in steps that become smaller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_RIDGE, _LEAST_STEP = 0.002, 0.02

Candidates = tuple[Any, Any]
"""The signals of the candidates of a question, shape (n, signals), and which of them are right, shape (n,)."""


def loss(by: Any, found: Sequence[Candidates]) -> float:
    total = 0.0
    for signals, right in found:
        if right.any():
            scores = signals @ by
            total += np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[right])
    return float(total / len(found) + _RIDGE * by @ by)


def fitted(found: Sequence[Candidates], start: Sequence[float], step: float) -> Any:
    """The weights, from those at which to begin and how far to go at first."""
    by = np.array(start)
    while step > _LEAST_STEP:
        before = loss(by, found)
        for n in range(len(by)):
            by = min((by + move * np.eye(len(by))[n] for move in (-step, 0.0, step)), key=lambda b: loss(b, found))
        step = step if loss(by, found) < before - 1e-6 else step / 2
    return by
