"""Rows of a table, whatever file they stand in, as sections that can be cited one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
    at = _header(filled)
    above = filled[: at or 0]
    header = _names(filled[at].cells) if at is not None else []
    sections = []
    if above:
        text = "\n".join(" | ".join(filter(None, map(str.strip, row.cells))) for row in above)
        sections.append(Section(heading_path, text, above[0].number, above[-1].number, "row", within))
    for row in filled[len(above) + (at is not None) :]:
        text = "\n".join(_pairs(header, row.cells))
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


def _header(rows: Sequence[NumberedRow]) -> int | None:
    """Which of the first rows names the columns; None when none does."""
    first = rows[:_LOOKED_AT]
    counts = [sum(bool(cell.strip()) for cell in row.cells) for row in first]
    for at, row in enumerate(first[:-1] if len(first) == len(rows) else first):
        widest = max(counts[at:])
        names = [cell.strip() for cell in row.cells if cell.strip()]
        if widest == 1 or counts[at] < _FILLED * widest:
            continue
        if all(_is_name(name) for name in names) and len(set(names)) == len(names):
            return at
        return None
    return None


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
    at = _header(filled) if columns > 2 else None
    if at is None:
        return [" | ".join(filter(None, map(str.strip, row.cells))) for row in filled]
    header = _names(filled[at].cells)
    above = [" | ".join(filter(None, map(str.strip, row.cells))) for row in filled[:at]]
    return [*above, *("- " + "; ".join(_pairs(header, row.cells)) for row in filled[at + 1 :])]
