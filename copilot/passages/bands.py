"""Clauses that differ by the sizes for which they hold: "up to EUR 2 million", "above EUR 2 million".

A question that names a size asks for the clause in whose band it lies, not for its neighbours in nearly the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from copilot.language.quantities import DAYS_IN, Amount, comparison, find_amounts, shared_scale
from copilot.language.units import currency_nouns
from copilot.language.words import stems, words

_LEAST_MONEY = 1e3
"""The scale from which on a bare number may be of money, "three million", and the size from which on one that counts
nothing is of what a table has bare: "320,000"."""
_BEFORE = 45
"""Letters before a number in which its comparison stands."""
_OR_MORE = re.compile(r"\s*(?:or|and)\s+(?:more|above|over|less|fewer|below|under|longer|shorter)\b", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-–—]|to|and)\s*(?:[A-Z]{3}\s*)?")
_CLAUSE = re.compile(r"[,;:.|!?()](?:\s|$)")
_OF = re.compile(r"^\s*of\s+(?:(?:our|the|your|their|my|these|those)\s+)?", re.IGNORECASE)
_JOINED = 24
"""So many letters at most stand between the two ends of a band."""


@dataclass(frozen=True)
class Band:
    """Sizes between two ends, in days where they are of time."""

    unit: str
    """`time`, `percent`, a currency's code, or empty."""
    low: float
    high: float
    counts: str = field(default="", compare=False)
    """The stem of the word that the last size counts."""

    def holds(self, size: float) -> bool:
        return self.low <= size <= self.high


def sizes(text: str) -> list[tuple[Amount, str]]:
    """The sizes that a question names, each with the stem of the word that it counts."""
    counted = [(a, _counted(text, a)) for a in find_amounts(text)]
    return [(replace(a, unit="point") if not a.unit and noun == "point" else a, noun) for a, noun in counted]


def bands(text: str) -> list[Band]:
    """The bands that a text names, left to right."""
    found: dict[int, Band] = {}
    amounts = shared_scale(find_amounts(text))
    for n, amount in enumerate(amounts):
        above = amounts[n - 1] if n else None
        before = text[max(above.end if above else 0, amount.start - _BEFORE) : amount.start]
        after = _OR_MORE.match(text, amount.end)
        sign = comparison(after[0].replace("and", "or", 1) if after else before)
        (unit, size), counts = _measured(amount), _counted(text, amount)
        if sign in (">", ">="):
            found[n] = Band(unit, size, math.inf, counts)
        elif sign is not None:
            opened = found.get(n - 1)
            is_end = opened is not None and opened.high == math.inf and len(before) <= _JOINED
            if is_end and opened is not None and (of_both := _unit_of(opened.unit, unit)) is not None:
                found[n] = Band(of_both, found.pop(n - 1).low, size, counts)
            else:
                found[n] = Band(unit, -math.inf, size, counts)
        elif above is not None and _RANGE.fullmatch(before) and (not above.unit or above.unit == amount.unit):
            found.pop(n - 1, None)
            found[n] = Band(unit, _measured(replace(above, unit=amount.unit))[1], size, counts)
    return list(found.values())


def _unit_of(one: str, other: str) -> str | None:
    """The unit of both ends of a band; one may leave out the currency: "above NOK 2 million and up to 10 million"."""
    if one == other:
        return one
    said = one or other
    return said if not (one and other) and said.isupper() else None


def lies_within(asked: Sequence[tuple[Amount, str]], text: str) -> bool | None:
    """Whether a size that is asked about lies in a band of a text; None where none of its bands is of such sizes."""
    held = [band.holds(size) for band in bands(text) for size in _alike(asked, band, text)]
    return any(held) if held else None


def _alike(asked: Sequence[tuple[Amount, str]], band: Band, text: str) -> Iterator[float]:
    """The sizes that are of what a band is of."""
    for amount, noun in asked:
        unit, size = _measured(amount)
        is_counted = bool(noun) and noun in stems(text)
        # "Three million", "600,000 euros" and "320,000 for it" beside amounts of money.
        is_bare = not noun and size >= _LEAST_MONEY
        is_money = noun in currency_nouns() or amount.scale >= _LEAST_MONEY or is_bare
        may_be_money = not unit and band.unit.isupper() and is_money and not is_counted
        are_bare = not unit and not band.counts and (is_bare or noun in currency_nouns())
        if may_be_money or (unit == band.unit and (unit or is_counted or are_bare)):
            yield size


def _measured(amount: Amount) -> tuple[str, float]:
    """The unit of a size and its value in it: days for time, per cent for points."""
    if amount.unit in DAYS_IN:
        return "time", amount.value * DAYS_IN[amount.unit]
    return ("percent" if amount.unit == "point" else amount.unit), amount.value


def _counted(text: str, amount: Amount) -> str:
    """The stem of the word after an amount, past "of the"; empty where the clause ends before it or goes on."""
    rest = _CLAUSE.split(text[amount.end :], maxsplit=1)[0]
    following = next(iter(words(_OF.sub("", rest))), None)
    return following.stem if following is not None and not following.is_stop and following.text.isalpha() else ""
