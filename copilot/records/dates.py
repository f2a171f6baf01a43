"""Dates as the cells of exports write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

DateOrder = Literal["day first", "month first"]
Orders = DateOrder | Literal["mixed"] | None
"""How a column means 3/4/2025; None where no cell tells, `mixed` where cells disagree."""

# English, German, French, Spanish, Portuguese, Italian, Dutch, Nordic; any beginning of three letters or more counts.
_MONTHS = (
    "january januar janvier enero janeiro gennaio januari",
    "february februar février fevrier febrero fevereiro febbraio februari",
    "march märz maerz mrz mars marzo março marco maart",
    "april avril abril aprile",
    "may mai mayo maio maggio mei maj",
    "june juni juin junio junho giugno",
    "july juli juillet julio julho luglio",
    "august août aout agosto augustus augusti",
    "september septembre septiembre setembro settembre",
    "october oktober octobre octubre outubro ottobre",
    "november novembre noviembre novembro",
    "december dezember décembre decembre diciembre dezembro dicembre desember",
)
_NUMBERED = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})?"),
    re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
)
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_DAY = r"(?P<{}>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?"
_MONTH = r"(?P<{}>[^\W\d_]{{3,10}})\.?"
_GAP = r"(?:[ .,/-]+|[ ]de[ ])"
_WORDED = (
    re.compile(rf"(?:{_DAY.format('day')}{_GAP})?{_MONTH.format('month')}{_GAP}(?P<year>\d{{4}}|'?\d{{2}})"),
    re.compile(rf"{_MONTH.format('month')}{_GAP}{_DAY.format('day')}{_GAP}(?P<year>\d{{4}})"),
    re.compile(rf"(?P<year>\d{{4}}){_GAP}{_MONTH.format('month')}(?:{_GAP}{_DAY.format('day')})?"),
)
_TIME = re.compile(
    r"(?:T|,?\s+)\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:Z|\s?[+-]\d\d:?\d\d)?"
)
_SERIAL = re.compile(r"[2-6]\d{4}(?:[.,]\d+)?")
"""Days since the end of 1899, as spreadsheets count: 1954 to 2091."""
_SPREADSHEET_DAY_0 = date(1899, 12, 30)
_PIVOT = 70
"""Of a year of two digits: 70 is 1970, 69 is 2069."""


@lru_cache(maxsize=20_000)
def parse_date(text: str, order: Orders = None, serials: bool = False) -> date | None:
    """The day in a cell, a month standing for its first; None when it is none, or 3/4/2025 unordered.

    With `serials` the 45352 of a spreadsheet is a day too.
    """
    if serials and _SERIAL.fullmatch(text):
        return date_of_serial(int(text[:5]))
    day = _TIME.split(text, maxsplit=1)
    bare = day[0] if len(day) == 1 or not day[1] else text
    try:
        if found := _SLASHED.fullmatch(bare):
            first, second, year = int(found[1]), int(found[3]), _year(found[4])
            return _slashed(first, second, year, "day first" if found[2] == "." else order)
        for pattern in _NUMBERED:
            if found := pattern.fullmatch(bare):
                return date(int(found["year"]), int(found["month"]), int(found.groupdict().get("day") or 1))
        for pattern in _WORDED:
            if (found := pattern.fullmatch(bare)) and (month := _month(found["month"])):
                return date(_year(found["year"]), month, int(found["day"] or 1))
    except ValueError:
        return None
    return None


def is_serial(text: str) -> bool:
    """Whether a spreadsheet may count a day so."""
    return bool(_SERIAL.fullmatch(text))


def date_of_serial(days: int) -> date:
    return _SPREADSHEET_DAY_0 + timedelta(days=days)


def days_of(day: date) -> int:
    """The number by which a spreadsheet holds a day."""
    return (day - _SPREADSHEET_DAY_0).days


def _year(digits: str) -> int:
    bare = digits.lstrip("'")
    return int(bare) + (0 if len(bare) > 2 else 1900 if int(bare) >= _PIVOT else 2000)


@lru_cache(maxsize=1000)
def _month(word: str) -> int | None:
    folded = word.lower()
    return next((n for n, names in enumerate(_MONTHS, 1) if any(x.startswith(folded) for x in names.split())), None)


def _slashed(first: int, second: int, year: int, order: Orders) -> date | None:
    """Only one reading of 25/3 is a date, whatever the order; 3/4 needs one."""
    if second > 12 or (order == "month first" and first <= 12):
        return date(year, first, second)
    if first > 12 or first == second or order == "day first":
        return date(year, second, first)
    return None


def is_day(text: str) -> bool:
    """Whether it is a day, be it known or not in which order."""
    return parse_date(text, "day first") is not None or parse_date(text, "month first") is not None


def date_order(texts: Iterable[str]) -> Orders:
    """The order that the dates of a column share which can be read in one way only."""
    orders: set[DateOrder] = set()
    for text in texts:
        if (found := _SLASHED.fullmatch(text.partition(" ")[0])) and found[2] != ".":
            if int(found[1]) > 12 >= int(found[3]):
                orders.add("day first")
            elif int(found[3]) > 12 >= int(found[1]):
                orders.add("month first")
    return "mixed" if len(orders) == 2 else orders.pop() if orders else None
