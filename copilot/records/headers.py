"""Which row of a table names its columns: exports put titles, bands and blank lines above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

Row = Sequence[str]

# A header stands among the first rows, or there is none.
_LOOKED_AT = 25
_FILLED = 0.6
"""A header names so large a part of the columns that the widest of the rows below it fill."""
_NOT_A_NAME = re.compile(r"[-+(]?[\d.,:/%€$£ -]+\)?%?")
_LONGEST_NAME = 120
_LONGEST_LABEL = 40
_FEW_ROWS = 5


class Header(NamedTuple):
    """Names, and the rows that hold them, counted from 0 among the rows that were looked at."""

    names: Sequence[str] = ()
    first: int = 0
    end: int = 0
    """First row below it."""


def find_header(rows: Sequence[Row]) -> Header:
    """Which of the first rows name the columns; empty when none does."""
    first = rows[:_LOOKED_AT]
    counts = [sum(bool(cell.strip()) for cell in row) for row in first]
    for at, row in enumerate(first[:-1] if len(first) == len(rows) else first):
        widest = max(counts[at:])
        if widest == 1 or counts[at] < _FILLED * widest:
            continue
        names, end = _names(row), at + 1
        if end < len(first) - 1 and (both := _in_two_rows(names, _names(first[end]))):
            names, end = both, end + 1
        if _is_band(names):
            continue
        return Header(names, at, end) if _name_columns(names, first[end:]) else Header()
    return Header()


def _is_band(names: Sequence[str]) -> bool:
    """Whether a row groups the columns, which the next one names."""
    written = [name for name in names if name]
    return 2 * len(set(written)) <= len(written)


def _name_columns(names: Sequence[str], below: Sequence[Row]) -> bool:
    written = [name for name in names if name]
    if not all(map(_is_name, written)):
        return False
    if len(set(written)) == len(written):
        return True
    # Columns may share a name; a name that its column holds as a value is one.
    return not any(name and name == cell.strip() for row in below for name, cell in zip(names, row, strict=False))


def _in_two_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str] | None:
    """The names of a header in which some cells stand above several columns that the next row names."""
    if len(lower) != len(upper):
        return None
    wide = {
        column
        for left, (one, other) in enumerate(pairwise(upper))
        if one and one == other
        for column in (left, left + 1)
    }
    named = all(_is_name(name) for name in lower if name) and all(lower[column] for column in wide)
    # A column that both rows name alike, or only the upper one, tells the lower row from one of values.
    told = any(lower[c] in ("", upper[c]) for c in range(len(upper)) if c not in wide and upper[c])
    if not (wide and named and told):
        return None
    return [" ".join(dict.fromkeys(filter(None, pair))) for pair in zip(upper, lower, strict=True)]


def _is_name(cell: str) -> bool:
    return not (_NOT_A_NAME.fullmatch(cell) and not re.fullmatch(r"(?:19|20)\d\d", cell))


def _names(cells: Row) -> list[str]:
    """Of a long explanation in a header its first line."""
    return [" ".join(cell.strip().partition("\n")[0].split())[:_LONGEST_NAME] for cell in cells]


def side_by_side(rows: Sequence[Row]) -> list[range]:
    """The columns of each table on a sheet, where several stand beside each other.

    Between two of them is an empty column, and each has a header of its own; what else tells them from one table
    with an empty column is said where it is asked.
    """
    width = max(map(len, rows), default=0)
    used = [any(column < len(row) and row[column].strip() for row in rows) for column in range(width)]
    runs = [list(columns) for is_used, columns in groupby(range(width), key=lambda column: used[column]) if is_used]
    found: list[_Part] = []
    for run in runs:
        part = _part(rows, range(run[0], run[-1] + 1))
        if found and not _are_apart(found[-1], part):
            part = _part(rows, range(found.pop().columns.start, part.columns.stop))
        found.append(part)
    return [part.columns for part in found] if len(found) > 1 else [range(width)]


class _Part(NamedTuple):
    """Neighbouring columns of a sheet; without names where they are no table by themselves."""

    columns: range
    names: Sequence[str]
    filled: range
    """The rows from its header to its last."""
    body: Sequence[Row]
    """What stands below its header."""


def _part(rows: Sequence[Row], columns: range) -> _Part:
    cells = [row[columns.start : columns.stop] for row in rows]
    filled = [place for place, row in enumerate(cells) if any(cell.strip() for cell in row)]
    header = find_header([cells[place] for place in filled])
    if not header.names or header.end == len(filled) or len(columns) == 1:
        return _Part(columns, (), range(0), ())
    body = [cells[place] for place in filled[header.end :]]
    return _Part(columns, header.names, range(filled[header.first], filled[-1] + 1), body)


def _are_apart(one: _Part, other: _Part) -> bool:
    """Whether two neighbours are tables of their own, and not the halves of one."""
    if not (one.names and other.names):
        return False
    if other.columns.start - one.columns.stop > 1 or one.filled.start != other.filled.start:
        return True
    rows, others = len(one.filled), len(other.filled)
    if others > rows or 2 * others <= rows or one.names[0].casefold() == other.names[0].casefold():
        return True
    # Two long tables hardly have as many rows as each other, two short ones may.
    return (others < rows or len(other.body) <= _FEW_ROWS) and _has_labels(other)


def _has_labels(part: _Part) -> bool:
    """Whether its first column names its rows: short texts, one in each row and none twice."""
    labels = [row[0].strip() if row else "" for row in part.body]
    is_short = all(0 < len(label) <= _LONGEST_LABEL and _is_name(label) for label in labels)
    return is_short and len(set(labels)) == len(labels)
