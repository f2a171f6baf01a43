"""Rows of a table, whatever file they stand in, as sections that can be cited one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.records.headers import Header, Row, find_header
from copilot.retrieval.types import Section

MOST_ROWS = 50_000
"""Of one file. A longer table is data to compute with, not a document to read."""


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
    header = find_header([row.cells for row in filled])
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


def _pairs(header: Sequence[str], cells: Row) -> Iterator[str]:
    for column, cell in enumerate(cells):
        if value := cell.strip():
            name = header[column] if column < len(header) else ""
            yield f"{name or f'column {column + 1}'}: {value}"


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
    header = find_header([row.cells for row in filled]) if columns > 2 else Header()
    if not header.names:
        return [" | ".join(filter(None, map(str.strip, row.cells))) for row in filled]
    above = [" | ".join(filter(None, map(str.strip, row.cells))) for row in filled[: header.first]]
    return [*above, *("- " + "; ".join(_pairs(header.names, row.cells)) for row in filled[header.end :])]
