"""Randomness that is the same on every machine: no logarithms or cosines, and one stream a subject."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

SEED = "meridian-2026"
_SEASON = (-0.6, -0.9, -0.4, 0.1, 0.4, 0.3, -0.1, -0.3, 0.2, 0.5, 0.9, 1.0)
"""A year from January, quiet after the holidays and full before them."""


class Stream(random.Random):
    """Numbers that depend on the subject alone, so that a new project changes no other."""

    def __init__(self, *subject: str) -> None:
        super().__init__("/".join((SEED, *subject)))

    def noise(self, size: float) -> float:
        """Roughly normal, with `size` its standard deviation."""
        # fsum, because the plain sum of floats changed with Python 3.12.
        return (math.fsum(self.random() for _ in range(12)) - 6.0) * size

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def pick(self, values: Sequence[str]) -> str:
        return values[int(self.random() * len(values))]

    def whole(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))


def season(month: int) -> float:
    """Between -0.9 and 1 through the year."""
    return _SEASON[month - 1]


def working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def add_months(day: date, months: int) -> date:
    """The first of the month so many months later."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
