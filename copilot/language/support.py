"""Whether a printed number is what a value says, by value and unit: not by comparing texts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from copilot.language.formatting import format_quantity
from copilot.language.numbers import Number, find_numbers, is_supported
from copilot.types import Quantity, Value

_TIME_UNITS = frozenset({"days", "weeks", "months", "years", "hours"})


def flat(values: Iterable[Value]) -> tuple[Quantity | date | bool | str, ...]:
    """The values, those of tuples one by one, without the absent ones."""
    found: list[Quantity | date | bool | str] = []
    for value in values:
        if isinstance(value, tuple):
            found.extend(value)
        elif value is not None:
            found.append(value)
    return tuple(found)


def is_supported_by(number: Number, values: Iterable[Quantity | date | bool | str]) -> bool:
    """Whether one of the values carries a printed number.

    A quantity carries itself in its own unit, to its precision or rounded further; a date itself, its month and its
    year; a text the numbers that stand in it.
    """
    return any(_carries(value, number) for value in values)


def _carries(value: Quantity | date | bool | str, number: Number) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return is_supported(number, find_numbers(value))
    if isinstance(value, date):
        return _carries_date(value, number)
    return _is_shown_as(value, number) or (_fits(value.unit, number.unit) and _equals(value, number))


def _carries_date(value: date, number: Number) -> bool:
    if number.unit == "date":
        return value.isoformat().startswith(number.text)
    return not number.unit and number.value == value.year and "," not in number.text


def _is_shown_as(value: Quantity, number: Number) -> bool:
    """It is printed as the formatter prints it: "less than 1%" for 0.3%."""
    shown = find_numbers(format_quantity(value))
    return any(s.unit == number.unit and math.isclose(abs(s.value), abs(number.value)) for s in shown)


def _fits(unit: str, printed: str) -> bool:
    """Whether a printed unit may stand for a quantity's; a number without one takes the unit from its sentence."""
    if printed == "percent":
        return unit == "share"
    if printed == "points":
        return unit in ("points", "point")
    if printed in _TIME_UNITS:
        return unit == printed.removesuffix("s")
    if printed:
        return unit == printed
    return unit != "share"


def _equals(value: Quantity, number: Number) -> bool:
    held = abs(value.value) * (100.0 if value.unit == "share" else 1.0)
    if number.scale == 1.0 and number.decimals > value.precision:
        # More digits than are known: only where they are none.
        return math.isclose(held, abs(number.value), rel_tol=1e-9, abs_tol=1e-9)
    step = 10.0**-number.decimals * number.scale
    return math.isclose(round(held / step) * step, abs(number.value), rel_tol=1e-9, abs_tol=1e-9 * step)
