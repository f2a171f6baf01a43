"""Quantities as people say them: "half a million", "more than two weeks", "a dozen", "3 crore"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.language.numbers import Number, find_numbers
from copilot.language.units import CODES, scale_of

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_WORDS |= {"fourty": 40, "ninty": 90}
_GROUPS = {"dozen": 12.0, "couple": 2.0}
_HALVES = {"half": 0.5, "quarter": 0.25, "third": 1 / 3, "thirds": 1 / 3, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2,
           "tenth": 0.1, "tenths": 0.1}  # fmt: skip
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "grand": 1e3, "lakh": 1e5, "lakhs": 1e5, "million": 1e6, "millions": 1e6,
    "mio": 1e6, "mn": 1e6, "m": 1e6, "crore": 1e7, "crores": 1e7, "billion": 1e9, "bn": 1e9,
}  # fmt: skip
_UNITS = {
    "%": "percent", "percent": "percent", "pct": "percent", "hour": "hour", "day": "day", "week": "week",
    "fortnight": "fortnight", "month": "month", "quarter": "quarter", "year": "year",
}  # fmt: skip
DAYS_IN = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.4375, "quarter": 91.3125,
           "year": 365.25}  # fmt: skip
"""Length of a unit of time in days."""
_TIMES = frozenset(DAYS_IN)
QUARTER = "quarter"
"""Three months, or of a percentage a fourth."""
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%")
# "One in four", "three times out of four", "nine in every ten".
_IN = re.compile(r"\s+(?P<what>(?:[^\W\d_]+\s+){0,2}?)(?:in|out\s+of)\s+(?:every\s+)?", re.IGNORECASE)
_CLOSED = re.compile(r"\s*(?:$|[^\w\s]|(?:or|and|but|of)\b)", re.IGNORECASE)
_MOST_PARTS = 100
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_EACH = re.compile(r"(?:an?|per|each|every)\b", re.IGNORECASE)
_BARE = frozenset({"a", "an", "the", "about", "around", "roughly", "some", "in", "for", "of"})


Comparison = Literal["<", "<=", ">", ">=", "="]


@dataclass(frozen=True)
class Amount:
    """A number with what it is counted in."""

    value: float
    unit: str
    """`percent`, a unit of time, a currency's code, or empty."""
    scale: float
    """What it was multiplied by: a million for "two million", 1 for "2,000,000"."""
    start: int
    end: int
    is_part: bool = False
    """Whether it is a part of something, from 0 to 1: "half", "one in four"."""


def find_amounts(text: str) -> list[Amount]:
    """The quantities of a text, in figures or in words, left to right; dates are none."""
    return list(_with_parts(text, _amounts(text)))


def compared_amounts(text: str) -> list[Amount]:
    """The quantities that a part of a question sets something against: not the "a year" of "50k a year", nor that of
    "more than they bring back in a year"."""
    found = find_amounts(text)
    has_size = any(a.unit not in DAYS_IN for a in found)
    return [a for a in found if a.unit not in DAYS_IN or not _is_rate(text, a, has_size)]


def _is_rate(text: str, length: Amount, has_size: bool) -> bool:
    """Whether a length of time says over what something is counted."""
    than = _THAN.search(text)
    if has_size and _EACH.match(text, length.start):
        return True
    if than is None:
        return False
    is_before = text[: length.start].split()[-1:] == ["in"] and not text[length.end : than.start()].strip()
    between = text[than.end() : length.start].split()
    return is_before or any(word.lower() not in _BARE for word in between)


def _with_parts(text: str, found: Sequence[Amount]) -> Iterator[Amount]:
    """The amounts, "one in four" and "two out of three" as one."""
    n = 0
    while n < len(found):
        one, other = found[n], found[n + 1] if n + 1 < len(found) else None
        if other is not None and _is_part(text, one, other):
            yield Amount(one.value / other.value, "", 1.0, one.start, other.end, is_part=True)
            n += 2
        else:
            yield one
            n += 1


def _is_part(text: str, one: Amount, other: Amount) -> bool:
    between = _IN.fullmatch(text, one.end, other.start)
    are_plain = not one.unit and not other.unit and one.scale == other.scale == 1
    if between is None or not are_plain or not 0 < one.value < other.value <= _MOST_PARTS:
        return False
    # "Three crews in four", but not "three pilots in four plants", which are as many as they are.
    return not between["what"] or _CLOSED.match(text, other.end) is not None


def _amounts(text: str) -> list[Amount]:
    figures = find_numbers(text)
    tokens = [m for m in _TOKEN.finditer(text) if not any(n.unit == "date" and _holds(n, m) for n in figures)]
    words = [m[0].lower() for m in tokens]
    found: list[Amount] = []
    i = 0
    while i < len(tokens):
        figure = next((n for n in figures if _holds(n, tokens[i])), None)
        if figure is not None:
            value, scale, unit = figure.value, figure.scale, figure.unit.removesuffix("s")
            j = next((k for k in range(i, len(tokens)) if tokens[k].start() >= figure.end), len(tokens))
            if scale == 1 and (not unit or unit in CODES) and j < len(tokens) and words[j] in _SCALES:
                scale, j = _SCALES[words[j]], j + 1
                value *= scale
        else:
            value, scale, j = _spoken(words[i:])
            unit, j = "", i + j
            if j == i:
                i += 1
                continue
            if value == scale == 1 and words[max(i - 1, 0)] == "not":
                # "Not one rand": none.
                value = 0.0
        if not unit:
            unit, taken = _unit(words[j : j + 2])
            j += taken
        end = max(tokens[j - 1].end(), figure.end if figure else 0)
        is_part = figure is None and not unit and scale == 1 and 0 < value < 1
        found.append(Amount(value, unit, scale, tokens[i].start(), end, is_part))
        i = j
    return found


# The words with which English compares sizes, "no more than" before the "more than" in it.
_LARGER, _SMALLER = r"(?:more|greater|higher|larger|longer|older)", r"(?:less|fewer|lower|smaller|shorter)"
_COMPARISONS: Mapping[Comparison, re.Pattern[str]] = {
    "<=": re.compile(
        rf"\b(?:(?:no|not) {_LARGER} than|at most|up to|maximum of|or (?:{_SMALLER}|below|under))\b", re.I
    ),
    ">=": re.compile(rf"\b(?:(?:no|not) {_SMALLER} than|at least|minimum of|or (?:{_LARGER}|above|over))\b", re.I),
    ">": re.compile(rf"\b(?:{_LARGER} than|over|above|exceed\w*|beyond|upwards of)\b", re.I),
    "<": re.compile(rf"\b(?:{_SMALLER} than|under|below|short of)\b", re.I),
}


def comparison(text: str) -> Comparison | None:
    """How a text compares with the size in it, where it says so: "at most 40" by "<="."""
    return next((sign for sign, said in _COMPARISONS.items() if said.search(text)), None)


def without_comparison(text: str) -> str:
    """A text without the words that compare, as long as before."""
    for said in _COMPARISONS.values():
        text = said.sub(lambda found: " " * len(found[0]), text)
    return text


def _holds(number: Number, token: re.Match[str]) -> bool:
    return number.start <= token.start() < number.end


def _unit(words: Sequence[str]) -> tuple[str, int]:
    """The unit with which these words begin, and how many of them it takes."""
    if list(words) == ["per", "cent"]:
        return "percent", 2
    skipped = 1 if words[:1] == ["of"] and len(words) > 1 else 0
    if len(words) <= skipped:
        return "", 0
    plain = words[skipped]
    unit = _UNITS.get(plain) or _UNITS.get(plain.removesuffix("s"), "")
    return (unit, skipped + 1) if unit else ("", 0)


def _spoken(words: Sequence[str]) -> tuple[float, float, int]:
    """The number in words with which these begin: its value, its scale, and how many words it takes; 0 for none."""
    if words[0] in _HALVES:
        return _part(words)
    begins = int(words[0] in ("a", "an") and len(words) > 1)
    begins = begins or int(words[0] == "another" and words[1:2] != [] and words[1] in _SCALES)
    if begins and words[1] in _HALVES and (share := _part(words[1:]))[2]:
        return *share[:2], share[2] + 1
    if begins and words[1] in _TIMES:
        return 1.0, 1.0, 1
    if begins and words[1] not in (*_SCALES, *_GROUPS):
        return 0.0, 1.0, 0
    total, part, scale, used = 0.0, 1.0 if begins else None, 1.0, 0
    before: tuple[float, float, int] | None = None
    for n in range(begins, len(words)):
        word, following = words[n], words[n + 1] if n + 1 < len(words) else ""
        if word in _GROUPS:
            part = (part or 1.0) * _GROUPS[word]
        elif word in _WORDS and (part is None or part % (100 if _WORDS[word] > 9 else 10) == 0 < part):
            part = (part or 0.0) + _WORDS[word]
        elif word in _SCALES and len(word) > 2 and part is not None:
            is_second = part >= 100 if _SCALES[word] == 100 else total > 0 and _SCALES[word] >= scale
            if is_second and before is not None:
                # "Two hundred and four hundred" are two numbers.
                return before
            if _SCALES[word] == 100:
                part *= 100
            else:
                scale = _SCALES[word]
                total, part = total + part * scale, None
        elif word in _HALVES and part is not None:
            # "two thirds" is a share; "two and a half" is not.
            part = part + _HALVES[word] if words[n - 1] == "a" else part * _HALVES[word]
        elif _joins(word, following, total + (part or 0.0)):
            before = (total + (part or 0.0), scale, used)
            continue
        else:
            break
        used = n + 1
    return total + (part or 0.0), scale, used


def _joins(word: str, following: str, sofar: float) -> bool:
    """Whether a number goes on after a word: "two and a half", "a hundred and twenty"."""
    if word == "a":
        return following in _HALVES and sofar > 0
    return word == "and" and (following == "a" or (sofar >= 100 and following in _WORDS))


def _part(words: Sequence[str]) -> tuple[float, float, int]:
    """ "half a million" and "half a dozen" are numbers, "half of the projects" and "half the price" shares."""
    n = 1
    while n < len(words) and words[n] in ("a", "an", "of"):
        n += 1
    if n < len(words) and words[n] in (*_SCALES, "dozen"):
        scale = _SCALES.get(words[n], 12.0)
        return _HALVES[words[0]] * scale, scale if words[n] in _SCALES else 1.0, n + 1
    is_share = words[0] == "half" or words[1:2] == ["of"]
    return (_HALVES[words[0]], 1.0, 1) if is_share else (0.0, 1.0, 0)


def shared_scale(amounts: Sequence[Amount]) -> list[Amount]:
    """The amounts of a range: in "between two and three million" both are millions."""
    if len(amounts) < 2 or amounts[0].scale != 1 or amounts[-1].scale == 1:
        return list(amounts)
    last = amounts[-1]
    if amounts[0].value * last.scale > last.value:
        return list(amounts)
    return [replace(amounts[0], value=amounts[0].value * last.scale, scale=last.scale), *amounts[1:]]


def in_column(amount: Amount, unit: str, most: float | None = None) -> float:
    """The amount in the unit of a column: EUR k holds thousands, `day` holds days, a share holds 0 to 1.

    `most` is the largest value of the column: a plain number beyond it is taken for the whole amount.
    """
    if amount.unit == "percent":
        return amount.value / 100 if unit == "share" or (not unit and most is not None and most <= 1) else amount.value
    if amount.unit in DAYS_IN and unit in DAYS_IN:
        return round(amount.value * DAYS_IN[amount.unit] / DAYS_IN[unit], 6)
    if amount.unit == QUARTER and unit in ("percent", "share"):
        return amount.value * (25 if unit == "percent" else 0.25)
    if unit == "share" and amount.value > 1:
        return amount.value / 100
    is_percentage = unit == "percent" or (amount.is_part and not unit and most is not None and 1 < most <= 100)
    if is_percentage and amount.value < 1:
        return amount.value * 100
    scale = column_scale(unit)
    is_whole = amount.scale >= scale or (amount.scale == 1 and most is not None and amount.value > 2 * most)
    return amount.value / scale if scale > 1 and is_whole else amount.value


def column_scale(unit: str) -> float:
    """A thousand for `kEUR`, `tEUR` and `NOK k`, a million for `mNOK`; 1 where a unit has no scale."""
    if (scale := scale_of(unit)) != 1:
        return scale
    for word in _scales_of(unit):
        if word in ("k", "thousand"):
            return 1e3
        if word in ("m", "mn", "million"):
            return 1e6
        if word in ("bn", "billion"):
            return 1e9
        if word == "lakh":
            return 1e5
        if word == "crore":
            return 1e7
    return 1.0


def _scales_of(unit: str) -> Iterator[str]:
    for word in unit.split():
        yield word.lower()
        yield word[:-3] if word[-3:].isupper() else ""
