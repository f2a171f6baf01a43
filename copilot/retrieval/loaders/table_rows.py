"""Rows of a table, whatever file they stand in, as sections that can be cited one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from copilot.retrieval.types import Section

Row = Sequence[str]

MOST_ROWS = 50_000
"""Of one file. A longer table is data to compute with, not a document to read."""
# A header stands among the first rows, or there is none.
_LOOKED_AT = 25
_FILLED = 0.6
"""A header names so large a part of the columns that the widest of the rows below it fill."""
_NOT_A_NAME = re.compile(r"[-+(]?[\d.,:/%€$£ -]+\)?%?")
_LONGEST_NAME = 120


@dataclass(frozen=True)
class NumberedRow:
    number: int
    """As a spreadsheet counts, from 1."""
    cells: Row


def sections_of_rows(
    rows: Sequence[NumberedRow], heading_path: tuple[str, ...] = (), within: str = ""
) -> list[Section]:
    """The lines above the table as one section, then a section a row: `name of the column: value` lines."""
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    header = _header(filled)
    above = filled[: header.first]
    sections = []
    if above:
        text = "\n".join(" | ".join(filter(None, map(str.strip, row.cells))) for row in above)
        sections.append(Section(heading_path, text, above[0].number, above[-1].number, "row", within))
    for row in filled[header.end :]:
        text = "\n".join(_pairs(header.names, row.cells))
        path = (*heading_path, f"Row {row.number}")
        sections.append(Section(path, text, row.number, row.number, "row", within))
    return sections


def _names(cells: Row) -> list[str]:
    """Of a long explanation in a header its first line."""
    return [" ".join(cell.strip().partition("\n")[0].split())[:_LONGEST_NAME] for cell in cells]


def _pairs(header: Sequence[str], cells: Row) -> Iterator[str]:
    for column, cell in enumerate(cells):
        if value := cell.strip():
            name = header[column] if column < len(header) else ""
            yield f"{name or f'column {column + 1}'}: {value}"


class _Header(NamedTuple):
    names: Sequence[str] = ()
    first: int = 0
    end: int = 0
    """First row below it."""


def _header(rows: Sequence[NumberedRow]) -> _Header:
    """Which of the first rows name the columns; empty when none does."""
    first = rows[:_LOOKED_AT]
    counts = [sum(bool(cell.strip()) for cell in row.cells) for row in first]
    for at, row in enumerate(first[:-1] if len(first) == len(rows) else first):
        widest = max(counts[at:])
        if widest == 1 or counts[at] < _FILLED * widest:
            continue
        names, end = _names(row.cells), at + 1
        if end < len(first) - 1 and (both := _in_two_rows(names, _names(first[end].cells))):
            names, end = both, end + 1
        if _is_band(names):
            continue
        return _Header(names, at, end) if _name_columns(names, first[end:]) else _Header()
    return _Header()


def _is_band(names: Sequence[str]) -> bool:
    """Whether a row groups the columns, which the next one names."""
    written = [name for name in names if name]
    return 2 * len(set(written)) <= len(written)


def _name_columns(names: Sequence[str], below: Sequence[NumberedRow]) -> bool:
    written = [name for name in names if name]
    if not all(map(_is_name, written)):
        return False
    if len(set(written)) == len(written):
        return True
    # Columns may share a name; a name that its column holds as a value is one.
    return not any(name and name == cell.strip() for row in below for name, cell in zip(names, row.cells, strict=False))


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


def ragged(rows: Sequence[NumberedRow]) -> str | None:
    """What to say about rows that have more cells than most."""
    widths = Counter(len(row.cells) for row in rows if any(cell.strip() for cell in row.cells))
    if len(widths) < 2:
        return None
    usual = widths.most_common(1)[0][0]
    wide = [row.number for row in rows if len(row.cells) > usual and any(c.strip() for c in row.cells[usual:])]
    if not wide:
        return None
    shown = ", ".join(map(str, wide[:5])) + (" and more" if len(wide) > 5 else "")
    subject = f"row {shown} has" if len(wide) == 1 else f"rows {shown} have"
    return f"{subject} more than the usual {usual} cells; check the delimiters there"


def lines_of_rows(rows: Sequence[Row]) -> list[str]:
    """A small table in running text, a line a row that can be read without the others.

    Of two columns the left one names the right one, in a form as in a list.
    """
    filled = [NumberedRow(n, row) for n, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    columns = max((sum(bool(cell.strip()) for cell in row.cells) for row in filled), default=0)
    if columns == 2:
        return ["- " + ": ".join(filter(None, map(str.strip, row.cells))) for row in filled]
    header = _header(filled) if columns > 2 else _Header()
    if not header.names:
        return [" | ".join(filter(None, map(str.strip, row.cells))) for row in filled]
    above = [" | ".join(filter(None, map(str.strip, row.cells))) for row in filled[: header.first]]
    return [*above, *("- " + "; ".join(_pairs(header.names, row.cells)) for row in filled[header.end :])]
