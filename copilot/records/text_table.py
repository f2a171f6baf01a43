"""A grid of cells, whatever file it is from, as named columns of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

from copilot.errors import KnowledgeError
from copilot.records.cells import normalise
from copilot.records.headers import Row, find_header
from copilot.records.left_out import LeftOut

# A line below a table of at least so many columns that fills one of them is a remark.
_WIDE = 4
_ROWS_FOR_A_HEADER = 40
_BLANKS = [char for char in map(chr, range(0x3001)) if char.isspace() and char not in " \n"]
_UNTIDY = ("  ", "\n ", " \n", *_BLANKS)


@dataclass(frozen=True)
class TextTable:
    """A file as columns of normalised text, and the spreadsheet row of each record, counted from 1."""

    rows: list[int]
    columns: dict[str, list[str]]
    ragged: list[int] = field(default_factory=list)
    """Rows with another number of cells than the header."""
    header: int = 1
    """The row that holds the column names."""
    copies: tuple[int, ...] = ()
    """Rows that were left out, each being the same as an earlier one in every cell."""
    encoding: str = ""
    """In which its letters were read where the file does not tell; empty where it does."""
    left_out: tuple[str, ...] = ()
    """What else of the file is not in the table, a sentence each."""
    hidden: LeftOut = LeftOut()
    """What of it is not in the table because the sheet does not show it."""

    def without_copies(self) -> TextTable:
        """Of rows that are alike in every cell the first."""
        seen: set[tuple[str, ...]] = set()
        kept: list[int] = []
        for position, cells in enumerate(zip(*self.columns.values(), strict=True)):
            if cells not in seen:
                seen.add(cells)
                kept.append(position)
        if len(kept) == len(self.rows):
            return self
        chosen = set(kept)
        return replace(
            self,
            rows=[self.rows[n] for n in kept],
            columns={name: [texts[n] for n in kept] for name, texts in self.columns.items()},
            copies=tuple(row for n, row in enumerate(self.rows) if n not in chosen),
        )


def as_columns(records: Sequence[Row], header: int | None, where: str) -> TextTable:
    """The records below the header, which is found among the first rows where no row is given."""
    names, first, end = _header(records, header)
    if not any(names):
        raise KnowledgeError(f"{where}: row {first + 1} must hold the column names, and it is empty.")
    names = _column_names(names)
    width = len(names)
    ragged = [row for row, record in enumerate(records[end:], end + 1) if _is_ragged(record, width)]
    even = [r if len(r) == width else [*r, *[""] * (width - len(r))][:width] for r in records[end:]]
    cells = [_tidied(column) for column in zip(*even, strict=True)] or [[] for _ in names]
    filled = list(map(any, zip(*cells, strict=True)))
    rows = list(compress(range(end + 1, end + 1 + len(even)), filled))
    columns = {name: list(compress(column, filled)) for name, column in zip(names, cells, strict=True)}
    for name in [name for name in names if name.startswith("column_") and not any(columns[name])]:
        del columns[name]
    above = [f"row {n} above the header" for n, r in enumerate(records[:first], 1) if any(map(str.strip, r))]
    below = _take_remarks(rows, columns) if width >= _WIDE else []
    ragged = [row for row in ragged if row <= rows[-1]] if rows else ragged
    return TextTable(rows, columns, ragged, first + 1, left_out=(*above, *below))


def _is_ragged(record: Row, width: int) -> bool:
    """Whether a row that is not empty has fewer cells than the header, or more that hold anything."""
    if len(record) == width:
        return False
    return any(map(str.strip, record[width:] if len(record) > width else record))


def _tidied(cells: Sequence[str]) -> list[str]:
    """Each cell normalised. Nearly all columns are tidy already, which is told faster of all cells at once."""
    lines = "\n" + "\n".join(cells) + "\n"
    if lines.count("\n") == len(cells) + 1 and not any(mark in lines for mark in _UNTIDY):
        return list(cells)
    known = {cell: normalise(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _header(records: Sequence[Row], header: int | None) -> tuple[list[str], int, int]:
    """The names, their row and the row after it, counted from 0."""
    if header is None:
        found = find_header(records[:_ROWS_FOR_A_HEADER])
        if found.end - found.first == 2:
            return list(found.names), found.first, found.end
        header = found.first + 1
    names = [normalise(cell) for cell in records[header - 1]] if header <= len(records) else []
    return names, header - 1, header


def _take_remarks(rows: list[int], columns: dict[str, list[str]]) -> list[str]:
    """Takes the lines below a table out of it that fill one column only, such as a source; says which they were."""
    taken: list[str] = []
    while len(rows) > 1 and sum(bool(texts[-1]) for texts in columns.values()) == 1:
        taken.append(f"row {rows.pop()} below the table, which fills one column")
        for texts in columns.values():
            texts.pop()
    return taken[::-1]


def _column_names(header: Sequence[str]) -> list[str]:
    """The header's names, made different from each other; SQL does not tell upper from lower case."""
    names: list[str] = []
    taken = {"_row"}
    for position, cell in enumerate(header, start=1):
        name = wanted = cell or f"column_{position}"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names
