"""Values of a metric in its unit, as exactly as they are printed, and differences of what is printed."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.language.formatting import singular
from copilot.types import Cell, Quantity

RATES = frozenset({"share", "percent"})
"""Units of what is told in per cent: as a part of one, or of a hundred."""
_BARE_UNITS = frozenset({"", "count", "score", "ratio", "number"})
# Cents of a large sum say nothing.
_NO_CENTS_FROM = 1000


def amount_of(value: float, unit: str) -> Quantity:
    """A value in the unit of its metric."""
    if unit == "share":
        return Quantity(value=value, unit="share", precision=1)
    is_money = len(unit) == 3 and unit.isupper() and unit != "FTE"
    precision = 0 if is_money and abs(value) >= _NO_CENTS_FROM else 2
    return Quantity(value=value, unit="" if unit in _BARE_UNITS else singular(unit), precision=precision)


def printed(quantity: Quantity) -> float:
    """The number as it is printed; of a share, its per cent."""
    factor = 100 if quantity.unit == "share" else 1
    return round(quantity.value * factor, quantity.precision)


def gap(now: Quantity, other: Quantity) -> Quantity:
    """How much more one is than the other, of both as printed; of shares in percentage points."""
    unit = "points" if now.unit in RATES else now.unit
    return Quantity(value=round(printed(now) - printed(other), 2), unit=unit, precision=2)


def relative(now: Quantity, other: Quantity) -> Quantity | None:
    """The change as a share of what was; None of shares, and where there was nothing."""
    if now.unit in RATES or not printed(other):
        return None
    return Quantity(value=(printed(now) - printed(other)) / abs(printed(other)), unit="share", precision=1)


def cell(value: float | None, unit: str) -> Cell:
    """A value for a table: per cent in words, else the number."""
    if value is None:
        return None
    number = printed(amount_of(value, unit))
    if unit in RATES:
        return f"{number:.1f}%"
    return int(number) if number.is_integer() else number


def group_name(group: Cell, names: Mapping[str, str]) -> str:
    text = "not recorded" if group is None else str(group)
    return f"{names[text]} ({text})" if text in names else text.replace("_", " ")
