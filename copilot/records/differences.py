"""Columns that no file holds: what one column of a row is more than another, by name "spend less budget", or the days
between two of its dates, "time from opened to closed", or until a day, "time from opened to 2026-10-31"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from copilot.errors import ToolError
from copilot.records.conditions import quoted
from copilot.records.schema import Column

_LESS = re.compile(r"(.+) less (.+)", re.DOTALL)
_TIME = re.compile(r"time from (.+) to (.+)", re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBERS = frozenset({"number", "integer"})
# Shares are apart by points of a hundred.
_POINTS = {"share": 100, "percent": 1}


def less(one: str, other: str) -> str:
    """The name of what one column of numbers is more than another."""
    return f"{one} less {other}"


def time_from(start: str, end: str) -> str:
    """The name of the days from one date of a row to another."""
    return f"time from {start} to {end}"


def time_until(start: str, day: date) -> str:
    """The name of the days from a date of a row until a day, negative where the date lies after it."""
    return time_from(start, day.isoformat())


def is_time(name: str) -> bool:
    """Whether a name is that of the days between two dates."""
    return _TIME.fullmatch(name) is not None


def is_apart(name: str) -> bool:
    """Whether a name is that of what one column is more than another."""
    return _LESS.fullmatch(name) is not None


def sides(name: str) -> tuple[str, ...]:
    """The columns of a difference as it is named, two, or one that is compared with a day; a stored column alone."""
    found = _TIME.fullmatch(name) or _LESS.fullmatch(name)
    return tuple(side for side in found.groups() if not _DAY.fullmatch(side)) if found else (name,)


def difference(name: str, column: Callable[[str], Column]) -> Column | None:
    """The column of that name, empty in rows that lack one of its sides; None where it names no two columns.

    `column` finds a stored column by its name. A ToolError says where the two cannot be set against each other.
    """
    if (found := _TIME.fullmatch(name)) and _DAY.fullmatch(found[2]):
        return _until(column(found[1]), found[2])
    if found:
        start, end = _stored(column, *found.groups())
        if {start.type, end.type} != {"date"}:
            raise ToolError(f"There is no time from {start.name} to {end.name}; there is one between two dates.")
        days = f"date_diff('day', {quoted(start.name)}, {quoted(end.name)})"
        return Column(time_from(start.name, end.name), "number", "Days from one date to another.", unit="day",
                      sql=days, parts=(start.name, end.name))  # fmt: skip
    if found := _LESS.fullmatch(name):
        one, other = _stored(column, *found.groups())
        if {one.type, other.type} - _NUMBERS or one.unit != other.unit:
            raise ToolError(f"{other.name} cannot be taken off {one.name}; two numbers in one unit can.")
        apart = f"{quoted(one.name)} - {quoted(other.name)}"
        if one.unit in _POINTS:
            # Rounded, or 0.81 less 0.78 is hardly less than three points.
            apart = f"round({_POINTS[one.unit]} * ({apart}), 6)"
        unit = "points" if one.unit in _POINTS else one.unit
        return Column(less(one.name, other.name), "number", "What one column is more than another.", unit=unit,
                      sql=f"({apart})", parts=(one.name, other.name))  # fmt: skip
    return None


def _until(start: Column, end: str) -> Column:
    try:
        day = date.fromisoformat(end)
    except ValueError as error:
        raise ToolError(f"{end} is no day.") from error
    if start.type != "date" or start.sql:
        raise ToolError(f"There is no time from {start.name} to {end}; there is one from a date.")
    days = f"date_diff('day', {quoted(start.name)}, DATE '{day.isoformat()}')"
    return Column(time_until(start.name, day), "number", "Days from a date until that day.", unit="day",
                  sql=days, parts=(start.name,))  # fmt: skip


def _stored(column: Callable[[str], Column], *names: str) -> tuple[Column, Column]:
    one, other = map(column, names)
    if one.sql or other.sql:
        raise ToolError(f"{one.name} and {other.name} are not both columns of the records.")
    return one, other
