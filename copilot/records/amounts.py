"""Numbers as the cells of exports write them: signs, separators, currencies, scales and per cent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from copilot.language.units import SIGN, SIGNS, currency_code

DecimalMark = Literal[".", ","]
Marks = DecimalMark | Literal["mixed"] | None
"""What a column writes before the fraction; None where no cell tells, `mixed` where cells disagree."""

_SCALES = {
    "k": 1e3, "t": 1e3, "tsd": 1e3, "thousand": 1e3, "thousands": 1e3, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5,
    "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "mill": 1e6, "million": 1e6, "millions": 1e6,
    "crore": 1e7, "crores": 1e7, "cr": 1e7,
    "bn": 1e9, "b": 1e9, "mrd": 1e9, "mia": 1e9, "billion": 1e9, "billions": 1e9,
}  # fmt: skip
# Of these a bare letter is as often a tonne, or nothing known; beside the sign of a currency it is a thousand.
_ONLY_BEFORE_A_CURRENCY = frozenset(["t"])
_PERCENT = frozenset(["%", "percent", "pct"])
_SIGNS = frozenset(["kr", "fr", "rs", "rm", "rp", "ksh", "tsh", "ush", *map(str.lower, SIGNS)])

_CELL = re.compile(r"(?P<lead>[^\d.,]*(?:(?<=[^\W\d_])\.\s*)?)(?P<digits>[.,]?\d(?:[\d.,'’\s]*\d)?)(?P<tail>\D*)")
_TOKEN = re.compile(rf"{SIGN}|[$%]|[^\W\d_]+")
_SPACED = re.compile(r"[1-9]\d{0,2}(?:[\s'’]\d{3})+(?:[.,]\d+)?")
_WITH_POINT = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}|\d+)(?:\.\d+)?|\.\d+")
_WITH_COMMA = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d+)?|,\d+")
# How nearly all numbers are written, read without looking at their shape.
_PLAIN = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})*(?:,\d+)?|[1-9]\d{0,2}(?:,\d{3})*(?:\.\d+)?|[1-9]\d*(?:[.,]\d+)?")
_PLAIN_WITH_COMMA = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d*),\d+")
_LONG_FRACTION = re.compile(r"[1-9]\d*,\d{4,}")
"""A decimal comma, or digits put behind a number with a thousands comma."""
_GROUPED = re.compile(r"\d[\s'’,.]\d{3}(?!\d)")
_GAPS = re.compile(r"[\s'’]")
_MINUS = frozenset("-−–")


# Of a column thousands of cells differ in their digits alone, so what a cell is made of is told once a shape.
_NINES = str.maketrans("012345678", "999999999")
_MOST_SHAPES = 20_000


@dataclass(frozen=True)
class _Shape:
    """What cells that differ in their digits alone are made of."""

    start: int
    end: int
    """Where the digits with their separators stand."""
    factor: float
    is_share: bool
    """Written with a sign of per cent, which `factor` leaves alone."""
    has_point: bool
    has_comma: bool
    """Whether the digits can be read with a decimal point, and with a decimal comma."""
    is_long: bool
    """Whether a decimal comma would have so many digits behind it that it may be a comma of thousands."""

    @property
    def is_two(self) -> bool:
        return self.has_point and self.has_comma


def parse_number(text: str, mark: Marks = None, as_percent: bool = False) -> float | None:
    """The number in a cell; None when it is none, or when its parts do not fit.

    `1,450` is 1450 and `1.450` is 1.45 unless `mark` says otherwise; where it is `mixed` they are no number.
    45% is 0.45, or 45 where the column holds per cent.
    """
    if mark in (None, "."):
        try:
            return _finite(float(text)) if "_" not in text else None
        except ValueError:
            pass
    elif mark == "," and _PLAIN_WITH_COMMA.fullmatch(text):
        return _finite(float(text.replace(".", "").replace(",", ".")))
    shape = _shape(text)
    if shape is None or (shape.is_two and mark == "mixed") or (shape.is_long and mark != ","):
        return None
    number = _value(text, shape, shape.has_comma and (mark == "," or not shape.has_point))
    return _finite(number / (100 if shape.is_share and not as_percent else 1))


def decimal_mark(texts: Iterable[str]) -> Marks:
    """How the cells of a column write fractions, by those that can be read in one way only."""
    shapes = {_shape_of(text) for text in texts if "," in text or "." in text}
    told: set[str] = set()
    unclear: set[str] = set()
    for written in shapes:
        shape = _read_shape(written)
        if shape is None or shape.is_long:
            continue
        digits = written[shape.start : shape.end]
        if shape.is_two:
            unclear.add("," if "," in digits else ".")
        elif "," in digits or "." in digits:
            told.add("." if shape.has_point else ",")
    if len(told) == 2 or (not told and len(unclear) == 2):
        return "mixed"
    return "," if told == {","} else "." if told else None


def is_number(text: str) -> bool:
    """Whether a cell is a number, be it one or the other of two."""
    return bool(_PLAIN.fullmatch(text)) or _shape(text) is not None or parse_number(text) is not None


def is_share(text: str) -> bool:
    """Whether a cell is a number written in per cent."""
    return (shape := _shape(text)) is not None and shape.is_share


def two_numbers(text: str) -> tuple[float, float] | None:
    """Both numbers that a cell may be, where its separator may stand for thousands or for a fraction."""
    shape = _shape(text)
    if shape is None or not (shape.is_two or shape.is_long):
        return None
    with_comma = _value(text, shape, True)
    if shape.is_long:
        return with_comma, float(text[shape.start : shape.end].replace(",", "")) * shape.factor
    return _value(text, shape, False), with_comma


def _value(text: str, shape: _Shape, has_comma: bool) -> float:
    digits = _GAPS.sub("", text[shape.start : shape.end])
    bare = digits.replace(".", "").replace(",", ".") if has_comma else digits.replace(",", "")
    return float(bare) * shape.factor


def _shape(text: str) -> _Shape | None:
    return _read_shape(_shape_of(text))


def _shape_of(text: str) -> str:
    """The cell with a nine for each digit, but for a zero in front, which no group of thousands begins with."""
    shape = text.translate(_NINES)
    first = shape.find("9")
    return f"{shape[:first]}0{shape[first + 1 :]}" if first >= 0 and text[first] == "0" else shape


@lru_cache(maxsize=_MOST_SHAPES)
def _read_shape(text: str) -> _Shape | None:
    found = _CELL.fullmatch(text)
    if found is None:
        return None
    lead, tail = found["lead"], re.sub(r"^[.,]\s?[-–—]+", "", found["tail"])
    first = _TOKEN.findall(lead)
    tokens = [*first, *_TOKEN.findall(tail)]
    if first == ["R"] and (len(tokens) > 1 or _GROUPED.search(found["digits"])):
        # R 1,200 is an amount, as R145k is; R12 is a code.
        first, tokens = [], tokens[1:]
    factor, sign = _factor(tokens), _sign(_without_words(lead), _without_words(tail))
    share = any(token.lower() in _PERCENT for token in tokens)
    if factor is None or sign is None or (share and factor != 1):
        return None
    if len(tokens) == 1 and first and factor != 1 and len(first[0]) == 1:
        # M-01 is a code.
        return None
    digits = found["digits"]
    if _SPACED.fullmatch(digits):
        point, comma = "," not in digits, "," in digits
    else:
        point, comma = bool(_WITH_POINT.fullmatch(digits)), bool(_WITH_COMMA.fullmatch(digits))
        if "," not in digits and "." not in digits:
            comma = False
    is_long = bool(_LONG_FRACTION.fullmatch(digits))
    if not (point or comma):
        return None
    return _Shape(*found.span("digits"), sign * factor, share, point, comma, is_long)


def _without_words(text: str) -> str:
    return re.sub(r"[.\s]", "", _TOKEN.sub("", text))


def _sign(before: str, after: str) -> int | None:
    if (before, after) in (("", ""), ("+", "")):
        return 1
    is_negative = (before, after) == ("(", ")") or (before in _MINUS and not after) or (after in _MINUS and not before)
    return -1 if is_negative else None


def _factor(tokens: Sequence[str]) -> float | None:
    """What the words beside the digits multiply them by; None where one of them belongs to no number."""
    refused = frozenset() if any(token in SIGNS for token in tokens) else _ONLY_BEFORE_A_CURRENCY
    scales: list[float] = []
    currencies = shares = 0
    for token in tokens:
        folded = token.lower()
        if folded in _PERCENT:
            shares += 1
        elif folded in _SCALES and folded not in refused:
            scales.append(_SCALES[folded])
        elif folded in _SIGNS or token.endswith("$") or (len(token) == 3 and currency_code(token) == token):
            currencies += 1
        elif token[:-3].lower() in _SCALES and currency_code(token[-3:]):
            scales.append(_SCALES[token[:-3].lower()])
            currencies += 1
        else:
            return None
    if len(scales) > 1 or currencies > 1 or shares > 1:
        return None
    return scales[0] if scales else 1.0


def _finite(number: float) -> float | None:
    return number if number - number == 0 else None
