"""What records/mapping.yaml may say of the exports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from copilot.language.units import scale_of, unit_in, unit_of_cells
from copilot.records.amounts import decimal_mark
from copilot.records.cells import NOTHING
from copilot.records.dates import Orders, date_order, days_of, parse_date
from copilot.records.grades import letters
from copilot.records.names import column_key
from copilot.records.reading import FIRST_REAL_YEAR
from copilot.records.schema import CURRENCY
from copilot.records.text_table import TextTable
from copilot.upkeep.proposing.columns import Match, Reading
from copilot.upkeep.proposing.exports import Export
from copilot.upkeep.proposing.fitting import meant, severity
from copilot.upkeep.proposing.meanings import LEAST, Meanings, spoken
from copilot.upkeep.proposing.words import WORDS
from copilot.upkeep.proposing.written import quoted

_WIDELY = 5
"""A text in so many columns may stand for nothing."""
_LOW, _HIGH = ("low, small, minor, green, good"), ("high, large, severe, red, bad")
_NO_DATA = ("not applicable", "no data reported", "not available")


def mapping_file(readings: Sequence[Reading], meanings: Meanings) -> str:
    lines = [
        "# Proposed by `bearing workspace init`. Columns that are not named here are kept under their own names.",
        "tables:",
    ]
    for reading in readings:
        lines += _table(reading, meanings)
    return "\n".join(lines) + "\n"


def _table(reading: Reading, meanings: Meanings) -> Iterator[str]:
    table, schema = reading.export.table, reading.schema
    yield f"  {schema.name}:"
    yield f"    source: {quoted(reading.export.there.name)}"
    if table.hidden:
        yield f"    # hidden: read  # left out otherwise: {table.hidden}"
    yield from _conventions(reading.export, meanings)
    if schema.key and reading.header(schema.key) is None:
        prefix = quoted(f"{schema.name[0].upper()}-")
        yield f"    key: {{prefix: {prefix}, digits: 4}}  # no column tells the rows apart"
        if table.copies:
            yield f"    duplicates: keep  # a guess: rows like an earlier one ({len(table.copies):,}) have no code"
    yield from _columns(reading)
    yield from _values(reading)
    yield from _grades(reading, meanings)
    yield from _orders(reading)


def _conventions(export: Export, meanings: Meanings) -> Iterator[str]:
    """How the file writes dates, fractions and nothing."""
    dates = [texts for name, texts in export.table.columns.items() if export.kinds[name] == "date"]
    orders = {order for texts in dates if (order := date_order(texts))} - {"mixed"}
    if len(orders) == 1:
        order = orders.pop()
        yield f"    dates: {order}  # sure: a day after the twelfth tells"
        if years := sum(_is_year(text, order) for texts in dates for text in texts):
            yield f"    years_as_days: true  # likely: dates before 1910 ({years:,}) are years that were taken for days"
    numbers = [texts for name, texts in export.table.columns.items() if export.kinds[name] == "number"]
    marks = {mark for texts in numbers if (mark := decimal_mark(texts))} - {"mixed"}
    if len(marks) == 1:
        yield f"    decimal: {'comma' if marks == {','} else 'point'}  # sure: some numbers can be read in one way only"
    if nothing := _nothing(export.table, meanings):
        yield f"    missing: [{', '.join(map(quoted, nothing))}]  # likely: they stand in many columns"


def _columns(reading: Reading) -> Iterator[str]:
    """Which column is which of ours, and those that become one: amounts in thousands, and words of a grade."""
    named = [m for m in reading.matches if column_key(m.header) != column_key(m.column.name)]
    scaled = {m: scale for m in named if m.is_taken and (scale := _scale(reading.export, m)) != 1}
    # The words of a grade stay beside the number that they become.
    graded = [m for m in _graded(reading) if m in named]
    renamed = [m for m in named if m not in scaled and m not in graded]
    if renamed:
        yield "    rename:" if any(m.is_taken for m in renamed) else "    # rename:"
    for match in sorted(renamed, key=lambda m: -m.score):
        place = "      " if match.is_taken else "      # perhaps "
        yield f"{place}{quoted(match.header)}: {match.column.name}  # {_sure(match)}"
    if scaled or graded:
        yield "    derive:"
    for match in graded:
        yield f"      {match.column.name}: {{first: [{quoted(match.header)}]}}  # {_sure(match)}"
    for match, scale in scaled.items():
        name = match.header.replace('"', '""')
        expression = json.dumps(f'"{name}" * {scale:.0f}', ensure_ascii=False)
        yield f"      {match.column.name}: {expression}  # {_sure(match)}"


def _scale(export: Export, match: Match) -> float:
    """By what an amount is multiplied, where the name of its column says so and its cells do not."""
    is_amount = match.column.unit == CURRENCY and not unit_of_cells(export.table.columns[match.header])
    # Thousands are thousands, whichever dollar is meant.
    unit = unit_in(match.header) or unit_in(match.header.replace("$", "USD"))
    return scale_of(unit) if is_amount else 1.0


def _is_year(text: str, order: Orders) -> bool:
    """Whether a date is a year of our time that a spreadsheet took for a count of days: 7/15/1905 is 2023."""
    day = parse_date(text, order) if "19" in text else None
    return day is not None and day.year < FIRST_REAL_YEAR and 1950 <= days_of(day) <= 2050


def _nothing(table: TextTable, meanings: Meanings) -> list[str]:
    """Texts in many columns that mean that there is nothing, other than those that are always understood."""
    held = Counter(text for texts in table.columns.values() for text in {t for t in texts if t})
    wide = [text for text, count in held.items() if count >= _WIDELY and text.lower() not in NOTHING]
    wide = [text for text in wide if not text.isdigit()]
    if not wide:
        return []
    near = meanings.between([spoken(text) for text in wide], _NO_DATA).max(axis=1)
    return sorted(text for text, n in zip(wide, near, strict=True) if n >= LEAST)


def _sure(match: Match) -> str:
    return f"{match.confidence} ({min(match.score, 1):.2f})"


def _graded(reading: Reading) -> list[Match]:
    """Columns that hold words where ours hold numbers."""
    numbers = [m for m in reading.matches if m.is_taken and m.column.type in ("number", "integer")]
    return [m for m in numbers if reading.export.kinds[m.header] == "text"]


def _grades(reading: Reading, meanings: Meanings) -> Iterator[str]:
    """The order of words in a column that should hold numbers."""
    graded = _graded(reading)
    if graded:
        yield "    grades:"
    for match in graded:
        names = list(dict.fromkeys(text.lower() for text in reading.export.held[match.header]))
        if match.column.name == "severity":
            yield f"      severity: [{', '.join(_severities(names))}]  # a guess: the most severe is 1"
            continue
        near = meanings.between(names, [_LOW, _HIGH])
        ordered = [names[place] for place in np.argsort(near[:, 1] - near[:, 0])]
        if all(len(name) == 1 for name in names):
            ordered = sorted(names, reverse=True)
        # Of letters the first is the highest.
        ordered = list(letters(names)) or ordered
        yield f"      {match.column.name}: [{', '.join(map(quoted, ordered))}]  # a guess: lowest first"


def _orders(reading: Reading) -> Iterator[str]:
    """The order of letters in a column that is kept under its own name."""
    graded = {m.header for m in _graded(reading)}
    renamed = {m.header for m in reading.matches if m.is_taken} - graded
    found = {
        name: order
        for name, kind in reading.export.kinds.items()
        if kind == "text" and name not in renamed and (order := letters(reading.export.held[name]))
    }
    if found:
        yield "    columns:"
    for name, order in found.items():
        grades = ", ".join(map(quoted, order))
        yield f"      {quoted(name)}: {{order: [{grades}]}}  # a guess: {order[-1]} is the highest"


def _severities(names: Sequence[str]) -> Iterator[str]:
    """The words or letters, the most severe first; a grade that no row has keeps its place where a later one has."""
    if all(len(name) == 1 for name in names):
        yield from map(quoted, sorted(names))
        return
    places = {name: place for name in names if (place := severity(name)) is not None}
    for place in range(max(places.values()) + 1):
        alike = [quoted(name) for name, of in places.items() if of == place] or [quoted(WORDS.severities[place][0])]
        yield alike[0] if len(alike) == 1 else f"[{', '.join(alike)}]"


def _values(reading: Reading) -> Iterator[str]:
    """What stands for the values that a column of ours lists, and for no supplier."""
    found: list[str] = []
    for match in reading.matches:
        said: dict[str, str] = {}
        for text in dict.fromkeys(text.lower() for text in reading.export.held[match.header]):
            value = meant(reading.schema.name, match.column, text)
            if value and column_key(text) != column_key(value):
                said[text] = value
            elif match.column.name == "vendor" and text in WORDS.in_house:
                said[text] = '""'
        if match.is_taken and said:
            pairs = ", ".join(f"{quoted(text)}: {value}" for text, value in said.items())
            found.append(f"      {match.column.name}: {{{pairs}}}  # likely: by their meaning")
    if found:
        yield "    values:"
        yield from found
