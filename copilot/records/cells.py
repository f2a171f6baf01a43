"""What a cell of text means, by the type of its column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.records.amounts import DecimalMark, Marks, decimal_mark, is_number, is_share, parse_number, two_numbers
from copilot.records.dates import DateOrder, Orders, date_order, is_day, is_serial, parse_date
from copilot.records.grades import is_letter
from copilot.records.schema import ColumnType

__all__ = ["DateOrder", "DecimalMark", "parse_date", "parse_number"]

Value = str | float | int | bool | date | None

EMPTY = frozenset({
    "", "-", "--", "–", "—", "?", "??", "n/a", "n.a.", "n.a", "#n/a", "nan", "null", "tbd", "tbc", "tba", "t.b.d.",
    "t.b.c.", "to be determined", "to be confirmed", "to be defined", "#ref!", "#value!", "#div/0!", "#name?",
})  # fmt: skip
"""What people and spreadsheets write in a cell of any kind when they have nothing for it."""

NOTHING = EMPTY | {"na", "none", "nil", "unknown", "not known", "not available", "not applicable", "pending"}
"""The same where the cell should hold a number, a date or a yes/no."""

_YES = frozenset({"yes", "y", "true", "t", "1", "x", "ja", "oui", "sí", "sim", "✓", "✔", "☑"})
_NO = frozenset({"no", "n", "false", "f", "0", "nein", "nei", "nej", "nee", "non", "não", "✗", "✘", "☐"})
_MOSTLY = 0.9
"""A column that so large a part of its cells fit is of that type; the others are reported."""
_ENOUGH_TO_TELL = 10
_SAMPLE = 200
_WRITTEN = 0.1
"""A column of numbers by which spreadsheets count days holds dates if so large a part of its days is written."""


YEARS = 1990, 2060
"""A column of whole numbers between these, on average each in two rows, holds years."""
_ROWS_A_YEAR = 2


@dataclass(frozen=True)
class BadCell:
    """A cell that does not hold what its column should; it is read as missing."""

    row: int
    column: str
    text: str
    problem: str
    """What follows the text in a sentence: "is not a number"."""


@dataclass(frozen=True)
class TypedColumn:
    values: list[Value]
    bad: list[BadCell]
    missing: int = 0
    """Cells that say that there is nothing: empty ones, n/a, tbc."""


@dataclass(frozen=True)
class Hints:
    """How a column is to be read, where somebody said so or another column of the file tells."""

    order: Orders = None
    mark: Marks = None
    unit: str = ""
    grades: tuple[tuple[str, ...], ...] = ()
    """The spellings of each grade, the lowest first."""
    scale: tuple[float, float] | None = None
    """The two ends on which grades are spread; 1 and their number when absent."""


PLAIN = Hints()


def normalise(text: str) -> str:
    """The text on one line, every run of blanks a single space."""
    return " ".join(text.split())


def parse_boolean(text: str) -> bool | None:
    folded = text.lower()
    return True if folded in _YES else False if folded in _NO else None


def parse_list(text: str) -> str | None:
    """The items between semicolons, `; ` between them again."""
    return "; ".join(item.strip() for item in text.split(";") if item.strip()) or None


def guess_type(texts: Iterable[str]) -> ColumnType:
    """The type of a column that the schema does not know, by its cells: nearly all that hold anything must be of it.

    A number has no leading zeros; a date is written with more than digits; yes and no are words, not 0 and 1. A few
    years, each in several rows, are names of times: nobody adds them up.
    """
    held = {text: count for text, count in Counter(texts).items() if text.lower() not in NOTHING}
    if not held:
        return "text"
    if all(not text.isdigit() and parse_boolean(text) is not None for text in held):
        return "boolean"
    if _mostly(held, lambda t: is_serial(t) or _is_written_day(t)):
        sample = list(held)[:_SAMPLE]
        if sum(map(_is_written_day, sample)) >= _WRITTEN * len(sample):
            return "date"
    if not _mostly(held, _is_figure) or _are_years(held):
        return "text"
    return "integer" if all(text.lstrip("+-").isdigit() for text in held if _is_figure(text)) else "number"


def _are_years(held: Mapping[str, int]) -> bool:
    years = [int(text) for text in held if len(text) == 4 and text.isdigit()]
    return (
        len(years) == len(held)
        and min(years) >= YEARS[0]
        and max(years) <= YEARS[1]
        and sum(held.values()) >= _ROWS_A_YEAR * len(held)
    )


def _is_written_day(text: str) -> bool:
    return not text.isdigit() and is_day(text)


def _is_figure(text: str) -> bool:
    is_code = len(text) > 1 and text[0] == "0" and text[1].isdigit()
    return not is_code and is_number(text)


def _mostly(held: Mapping[str, int], fits: Callable[[str], bool]) -> bool:
    """Whether all cells, each text with its count, fit, or of many nearly all; gives up once they clearly do not."""
    total = sum(held.values())
    allowed = (1 - _MOSTLY) * total if total >= _ENOUGH_TO_TELL else 0
    seen = misses = 0
    for place, (text, count) in enumerate(held.items()):
        seen += count
        misses += 0 if fits(text) else count
        if misses > allowed or (place == _SAMPLE and misses > seen / 2):
            return False
    return True


def typed(
    column: str, kind: ColumnType, texts: Sequence[str], rows: Sequence[int], hints: Hints = PLAIN
) -> TypedColumn:
    """The cells of a column as values; `texts` are normalised already."""
    nothing = EMPTY if kind in ("text", "list") and not hints.grades else NOTHING
    # Of each text once: an export has many rows and few different cells.
    held = {text: count for text, count in Counter(texts).items() if text.lower() not in nothing}
    read = _reader(kind, held, hints)
    known = {text: read(text) for text in held}
    odd = {text for text, value in known.items() if value is None}
    bad = [
        BadCell(row, column, text, _problem(kind, text, hints))
        for row, text in zip(rows, texts, strict=True)
        if text in odd
    ] if odd else []  # fmt: skip
    values = list(map(known.get, texts))
    return TypedColumn(values, bad, values.count(None) - len(bad))


def _reader(kind: ColumnType, held: Mapping[str, int], hints: Hints) -> Callable[[str], Value]:
    """What makes a value of a cell of this column."""
    if hints.grades:
        places = _places(hints)
        return lambda text: places.get(text.casefold())
    if kind == "date":
        order = hints.order or date_order(held)
        return lambda text: parse_date(text, order, serials=True)
    if kind in ("number", "integer"):
        mark = hints.mark or decimal_mark(held)
        refused = frozenset() if hints.unit == "percent" else _out_of_share(held, mark)

        def number(text: str) -> float | None:
            return None if text in refused else parse_number(text, mark, hints.unit == "percent")

        return number if kind == "number" else lambda text: _whole(number(text))
    if kind == "boolean":
        return parse_boolean
    return parse_list if kind == "list" else lambda text: text


def _places(hints: Hints) -> dict[str, float]:
    """The number of each grade, spread evenly over the scale."""
    low, high = hints.scale or (1, len(hints.grades))
    step = (high - low) / max(1, len(hints.grades) - 1)
    return {spelling.casefold(): low + place * step for place, alike in enumerate(hints.grades) for spelling in alike}


def _out_of_share(held: Mapping[str, int], mark: Marks) -> frozenset[str]:
    """Of a column in which some cells say per cent and others are above 1 without a sign, those that are fewer."""
    if not any("%" in text or "p" in text for text in held):
        return frozenset()
    shares = frozenset(filter(is_share, held))
    plain = frozenset(text for text in held.keys() - shares if abs(parse_number(text, mark) or 0) > 1)
    if not (shares and plain):
        return frozenset()
    return plain if sum(map(held.__getitem__, plain)) < sum(map(held.__getitem__, shares)) else shares


def _whole(number: float | None) -> int | None:
    return int(number) if number is not None and number.is_integer() and abs(number) < 2**63 else None


_WANTED: dict[ColumnType, str] = {
    "number": "is not a number",
    "integer": "is not a whole number",
    "date": "is not a date such as 2026-03-31",
    "boolean": "is not yes or no",
}


def _problem(kind: ColumnType, text: str, hints: Hints) -> str:
    if hints.grades:
        return f"is none of the grades {', '.join(spellings[0] for spellings in hints.grades)}"
    if kind == "date" and is_day(text):
        return "may be two dates, day first or month first"
    if kind in ("number", "integer"):
        if is_letter(text):
            return "is a letter and no number; `grades` in the mapping reads it"
        if both := two_numbers(text):
            return f"may be {both[0]:,.10g} or {both[1]:,.10g}"
        if parse_number(text) is not None and kind == "number":
            return "does not fit the other cells, some of which are in per cent and some not"
    return _WANTED.get(kind, "is not a list")
