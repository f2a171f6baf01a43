"""Logistic models over a few signals, whose weights ship as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@cache
def weights(file: Path) -> Mapping[str, float]:
    """By the name of a signal, with `bias` where the model has one."""
    found: Mapping[str, float] = json.loads(file.read_text(encoding="utf-8"))
    return found


def log_odds(file: Path, signals: DataclassInstance) -> float:
    """What the signals count together."""
    known = weights(file)
    odds: float = known.get("bias", 0.0) + sum(known[name] * value for name, value in asdict(signals).items())
    return odds


def probability(file: Path, signals: DataclassInstance) -> float:
    """From 0 to 1."""
    return 1 / (1 + math.exp(-log_odds(file, signals)))


def logit(probability: float, least: float) -> float:
    """The log odds of a probability, which counts as at least `least` from 0 and from 1."""
    kept = min(max(probability, least), 1 - least)
    return math.log(kept / (1 - kept))
