"""Numbers as the cells of exports write them: signs, separators, currencies, scales and per cent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from copilot.language.units import currency_code

DecimalMark = Literal[".", ","]
Marks = DecimalMark | Literal["mixed"] | None
"""What a column writes before the fraction; None where no cell tells, `mixed` where cells disagree."""

_SCALES = {
    "k": 1e3, "t": 1e3, "tsd": 1e3, "thousand": 1e3, "thousands": 1e3, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5,
    "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "mill": 1e6, "million": 1e6, "millions": 1e6,
    "crore": 1e7, "crores": 1e7, "cr": 1e7,
    "bn": 1e9, "b": 1e9, "mrd": 1e9, "mia": 1e9, "billion": 1e9, "billions": 1e9,
}  # fmt: skip
# Of these a bare letter is as often a tonne, or nothing known.
_ONLY_BEFORE_A_CURRENCY = frozenset(["t"])
_PERCENT = frozenset(["%", "percent", "pct"])
_SIGNS = frozenset(["€", "£", "¥", "₹", "₩", "₽", "₺", "kr", "fr", "rs", "zł", "kč"])

_CELL = re.compile(r"(?P<lead>[^\d.,]*(?:(?<=[^\W\d_])\.\s*)?)(?P<digits>[.,]?\d(?:[\d.,'’\s]*\d)?)(?P<tail>\D*)")
_TOKEN = re.compile(r"(?:US|AU?|CA?|HK|NZ|S|R)?\$|[€£¥₹₩₽₺%]|[^\W\d_]+")
_SPACED = re.compile(r"[1-9]\d{0,2}(?:[\s'’]\d{3})+(?:[.,]\d+)?")
_WITH_POINT = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}|\d+)(?:\.\d+)?|\.\d+")
_WITH_COMMA = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d+)?|,\d+")
_LONG_FRACTION = re.compile(r"[1-9]\d*,\d{4,}")
"""A decimal comma, or digits put behind a number with a thousands comma."""
_MINUS = frozenset("-−–")


@dataclass(frozen=True)
class _Cell:
    digits: str
    factor: float
    is_share: bool
    """Written with a sign of per cent, which `factor` leaves alone."""


@dataclass(frozen=True)
class _Readings:
    """The digits with a decimal point and with a decimal comma; None where they cannot be read so."""

    point: float | None
    comma: float | None

    @property
    def are_two(self) -> bool:
        return None not in (self.point, self.comma) and self.point != self.comma


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
    cell = _cell(text)
    if cell is None:
        return None
    readings = _readings(cell.digits)
    number = readings.comma if readings.point is None or mark == "," else readings.point
    if number is None or (readings.are_two and mark == "mixed"):
        return None
    if mark != "," and _LONG_FRACTION.fullmatch(cell.digits):
        return None
    return _finite(number * cell.factor / (100 if cell.is_share and not as_percent else 1))


def decimal_mark(texts: Iterable[str]) -> Marks:
    """How the cells of a column write fractions, by those that can be read in one way only."""
    told: set[str] = set()
    unclear: set[str] = set()
    for text in texts:
        if "," not in text and "." not in text:
            continue
        cell = _cell(text)
        if cell is None or _LONG_FRACTION.fullmatch(cell.digits):
            continue
        readings = _readings(cell.digits)
        if readings.are_two:
            unclear.add("," if "," in cell.digits else ".")
        elif readings.point is None and readings.comma is not None:
            told.add(",")
        elif readings.comma is None and readings.point is not None:
            told.add(".")
    if len(told) == 2 or (not told and len(unclear) == 2):
        return "mixed"
    return "," if told == {","} else "." if told else None


def is_share(text: str) -> bool:
    """Whether a cell is a number written in per cent."""
    return (cell := _cell(text)) is not None and cell.is_share


def two_numbers(text: str) -> tuple[float, float] | None:
    """Both numbers that a cell may be, where its separator may stand for thousands or for a fraction."""
    cell = _cell(text)
    if cell is None:
        return None
    found = _readings(cell.digits)
    if _LONG_FRACTION.fullmatch(cell.digits) and found.comma is not None:
        return found.comma * cell.factor, float(cell.digits.replace(",", "")) * cell.factor
    if found.point is None or found.comma is None or not found.are_two:
        return None
    return found.point * cell.factor, found.comma * cell.factor


def _cell(text: str) -> _Cell | None:
    """The digits of a cell, and what its sign, scale and per cent make of them."""
    found = _CELL.fullmatch(text)
    if found is None:
        return None
    lead, digits, tail = found["lead"], found["digits"], found["tail"]
    tail = re.sub(r"^[.,]\s?[-–—]+", "", tail)
    tokens = [*_TOKEN.findall(lead), *_TOKEN.findall(tail)]
    factor, sign = _factor(tokens), _sign(_without_words(lead), _without_words(tail))
    if factor is None or sign is None:
        return None
    share = any(token.lower() in _PERCENT for token in tokens)
    return None if share and factor != 1 else _Cell(digits.strip(), sign * factor, share)


def _without_words(text: str) -> str:
    return re.sub(r"[.\s]", "", _TOKEN.sub("", text))


def _sign(before: str, after: str) -> int | None:
    if (before, after) in (("", ""), ("+", "")):
        return 1
    is_negative = (before, after) == ("(", ")") or (before in _MINUS and not after) or (after in _MINUS and not before)
    return -1 if is_negative else None


def _factor(tokens: Iterable[str]) -> float | None:
    """What the words beside the digits multiply them by; None where one of them belongs to no number."""
    scales: list[float] = []
    currencies = shares = 0
    for token in tokens:
        folded = token.lower()
        if folded in _PERCENT:
            shares += 1
        elif folded in _SCALES and folded not in _ONLY_BEFORE_A_CURRENCY:
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


def _readings(digits: str) -> _Readings:
    if _SPACED.fullmatch(digits):
        number = float(re.sub(r"[\s'’]", "", digits).replace(",", "."))
        return _Readings(number, number)
    point = float(digits.replace(",", "")) if _WITH_POINT.fullmatch(digits) else None
    comma = float(digits.replace(".", "").replace(",", ".")) if _WITH_COMMA.fullmatch(digits) else None
    return _Readings(point, comma)


def _finite(number: float) -> float | None:
    return number if number - number == 0 else None
