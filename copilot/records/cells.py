"""What a cell of text means, by the type of its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from copilot.records.schema import ColumnType

DateOrder = Literal["day first", "month first"]
Value = str | float | int | bool | date | None

NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "n.a.", "nan", "none", "null", "nil", "unknown", "tbd", "?"})
"""What people write in a cell that should hold a number, a date or a yes/no when they have none."""

_YES = frozenset({"yes", "y", "true", "t", "1", "x"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([,.])\d{3}(\1\d{3})*")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SURROUNDINGS = re.compile(r"^[A-Z]{3}(?=[\s\d.+-])|[A-Z]{3}$|[€$£¥\s'’_]")
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_ISO = re.compile(r"(\d{4})-?(\d{2})(?:-?(\d{2}))?(?:[T ]\d\d:.*)?")
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_WORDED = re.compile(rf"(?:{_DAY}[ .-]+)?([A-Za-z]{{3,9}})\.?[ .-]+(?:{_DAY},? )?(\d{{4}})")


@dataclass(frozen=True)
class BadCell:
    """A cell that does not hold what its column should; it is read as missing."""

    row: int
    column: str
    text: str
    wanted: str


@dataclass(frozen=True)
class TypedColumn:
    values: list[Value]
    bad: list[BadCell]


def normalise(text: str) -> str:
    """The text on one line, every run of blanks a single space."""
    return " ".join(text.split())


def parse_number(text: str) -> float | None:
    """The number in a cell, thousands separators, currency and per cent understood; None when it is none."""
    try:
        return _finite(float(text)) if "_" not in text else None
    except ValueError:
        pass
    negative = text.startswith("(") and text.endswith(")")
    body = text.strip("()") if negative else text
    percent = body.endswith("%")
    body = _SURROUNDINGS.sub("", body.rstrip("% ").strip())
    body = _without_separators(body)
    if not _PLAIN.fullmatch(body):
        return None
    number = float(body) / (100 if percent else 1)
    return _finite(-number if negative else number)


def _finite(number: float) -> float | None:
    return number if number - number == 0 else None


def _without_separators(body: str) -> str:
    if "," in body and "." in body:
        thousands, decimal = (",", ".") if body.rindex(".") > body.rindex(",") else (".", ",")
        return body.replace(thousands, "").replace(decimal, ".")
    if "," in body or body.count(".") > 1:
        grouped = _GROUPED.fullmatch(body)
        return body.replace(grouped[1], "") if grouped else body.replace(",", ".")
    return body


def parse_boolean(text: str) -> bool | None:
    folded = text.lower()
    return True if folded in _YES else False if folded in _NO else None


def parse_date(text: str, order: DateOrder | None = None) -> date | None:
    """The day in a cell, a month standing for its first; None when it is none, or 3/4/2025 unordered."""
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3] or 1))
        if found := _SLASHED.fullmatch(text.split(" ")[0]):
            return _slashed(int(found[1]), int(found[3]), int(found[4]), "day first" if found[2] == "." else order)
        if found := _WORDED.fullmatch(text):
            month = _MONTHS.index(found[2][:3].lower()) + 1
            return date(int(found[4]), month, int(found[1] or found[3] or 1))
    except ValueError:
        return None
    return None


def _slashed(first: int, second: int, year: int, order: DateOrder | None) -> date | None:
    """Only one reading of 25/3 is a date, whatever the order; 3/4 needs one."""
    if second > 12 or (order == "month first" and first <= 12):
        return date(year, first, second)
    if first > 12 or first == second or order == "day first":
        return date(year, second, first)
    return None


def date_order(texts: Iterable[str]) -> DateOrder | None:
    """The order that the unambiguous dates of a column share; None when there is none, or they disagree."""
    orders: set[DateOrder] = set()
    for text in texts:
        if (found := _SLASHED.fullmatch(text)) and found[2] != ".":
            if int(found[1]) > 12 >= int(found[3]):
                orders.add("day first")
            elif int(found[3]) > 12 >= int(found[1]):
                orders.add("month first")
    return orders.pop() if len(orders) == 1 else None


def parse_list(text: str) -> str | None:
    """The items between semicolons, `; ` between them again."""
    return "; ".join(item.strip() for item in text.split(";") if item.strip()) or None


def guess_type(texts: Iterable[str]) -> ColumnType:
    """The type of a column that the schema does not know, by its cells: all that hold anything must be of it.

    A number has no leading zeros; a date is written with more than digits; yes and no are words, not 0 and 1.
    """
    held = [text for text in texts if text.lower() not in NOTHING]
    if not held:
        return "text"
    if all(text.isalpha() and parse_boolean(text) is not None for text in held):
        return "boolean"
    if all(not text.isdigit() and _is_date(text) for text in held):
        return "date"
    numbers = [parse_number(text) for text in held if not (len(text) > 1 and text[0] == "0" and text[1].isdigit())]
    if len(numbers) < len(held) or None in numbers:
        return "text"
    whole = all(n is not None and n.is_integer() for n in numbers)
    return "integer" if whole and all(text.lstrip("+-").isdigit() for text in held) else "number"


def _is_date(text: str) -> bool:
    return parse_date(text) is not None or bool(_SLASHED.fullmatch(text.split(" ")[0]))


_WANTED: dict[ColumnType, str] = {
    "number": "a number",
    "integer": "a whole number",
    "date": "a date such as 2026-03-31",
    "boolean": "yes or no",
}


def typed(
    column: str, kind: ColumnType, texts: Sequence[str], rows: Sequence[int], order: DateOrder | None = None
) -> TypedColumn:
    """The cells of a column as values; `texts` are normalised already."""
    if kind == "text":
        return TypedColumn([text or None for text in texts], [])
    if kind == "date":
        order = order or date_order(texts)
    values: list[Value] = []
    bad: list[BadCell] = []
    for row, text in zip(rows, texts, strict=True):
        value = _parse(kind, text, order) if text else None
        values.append(value)
        if value is None and text.lower() not in NOTHING:
            bad.append(BadCell(row, column, text, _WANTED.get(kind, "a list")))
    return TypedColumn(values, bad)


def _parse(kind: ColumnType, text: str, order: DateOrder | None) -> Value:
    if kind == "number":
        return parse_number(text)
    if kind == "integer":
        number = parse_number(text)
        return int(number) if number is not None and number.is_integer() and abs(number) < 2**63 else None
    if kind == "date":
        return parse_date(text, order)
    if kind == "boolean":
        return parse_boolean(text)
    return parse_list(text)
