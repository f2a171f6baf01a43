"""Clauses that differ by the sizes for which they hold: "up to EUR 2 million", "above EUR 2 million".

A question that names a size asks for the clause in whose band it lies, not for its neighbours in nearly the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from copilot.language.quantities import DAYS_IN, Amount, comparison, find_amounts, shared_scale
from copilot.language.words import stems, words

_LEAST_MONEY = 1e3
"""The scale from which on a bare number may be of money: "three million"."""
_BEFORE = 45
"""Letters before a number in which its comparison stands."""
_OR_MORE = re.compile(r"\s*(?:or|and)\s+(?:more|above|over|less|fewer|below|under|longer|shorter)\b", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-–—]|to|and|bis)\s*(?:[A-Z]{3}\s*)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:[A-Z]{3}\s*)?$", re.IGNORECASE)
_JOINED = 24
"""So many letters at most stand between the two ends of a band."""


@dataclass(frozen=True)
class Band:
    """Sizes between two ends, in days where they are of time."""

    unit: str
    """`time`, `percent`, a currency's code, or empty."""
    low: float
    high: float

    def holds(self, size: float) -> bool:
        return self.low <= size <= self.high


def sizes(text: str) -> list[tuple[Amount, str]]:
    """The sizes that a question names, each with the stem of the word that it counts."""
    counted = [(a, _counted(text, a)) for a in find_amounts(text)]
    return [(replace(a, unit="point") if not a.unit and noun == "point" else a, noun) for a, noun in counted]


def bands(text: str) -> list[Band]:
    """The bands that a text names, left to right."""
    found: list[Band] = []
    amounts = shared_scale(find_amounts(text))
    ends: list[int] = []
    for n, amount in enumerate(amounts):
        start = amounts[n - 1].end if n else 0
        before = text[max(start, amount.start - _BEFORE) : amount.start]
        after = _OR_MORE.match(text, amount.end)
        sign = comparison(after[0].replace(" and ", " or ") if after else before)
        unit, size = _measured(amount)
        if n and sign is None and _RANGE.fullmatch(before) and _goes_with(amounts[n - 1], amount):
            low = _measured(amounts[n - 1])[1]
            if found and ends and ends[-1] == n - 1:
                found.pop()
                ends.pop()
            found.append(Band(_measured(amounts[n - 1])[0] or unit, low, size))
        elif sign in ("<", "<="):
            low = -math.inf
            if found and ends[-1] == n - 1 and found[-1].high == math.inf and len(before) <= _JOINED:
                low = found.pop().low
                ends.pop()
            found.append(Band(unit, low, size))
        elif sign is not None:
            found.append(Band(unit, size, math.inf))
        else:
            continue
        ends.append(n)
    return found


def lies_within(asked: Sequence[tuple[Amount, str]], text: str) -> bool | None:
    """Whether a size that is asked about lies in a band of a text; None where none of its bands is of such sizes."""
    held = [band.holds(_measured(amount)[1]) for band in bands(text) for amount, noun in _alike(asked, band, text)]
    return any(held) if held else None


def _alike(asked: Sequence[tuple[Amount, str]], band: Band, text: str) -> Iterator[tuple[Amount, str]]:
    """The sizes that are of what a band is of."""
    for amount, noun in asked:
        unit = _measured(amount)[0]
        is_counted = bool(noun) and noun in stems(text)
        if unit == band.unit and (unit or is_counted):
            yield amount, noun
        elif not unit and band.unit.isupper() and amount.scale >= _LEAST_MONEY and not is_counted:
            # "Three million" beside amounts of money.
            yield amount, noun


def _measured(amount: Amount) -> tuple[str, float]:
    """The unit of a size and its value in it: days for time, per cent for points."""
    if amount.unit in DAYS_IN:
        return "time", amount.value * DAYS_IN[amount.unit]
    return ("percent" if amount.unit == "point" else amount.unit), amount.value


def _goes_with(one: Amount, other: Amount) -> bool:
    return one.unit in ("", other.unit) or not other.unit


def _counted(text: str, amount: Amount) -> str:
    following = [w for w in words(text[amount.end :]) if not w.is_stop]
    return following[0].stem if following else ""
