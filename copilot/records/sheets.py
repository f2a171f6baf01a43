"""Tables in workbooks of Excel and OpenDocument."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import python_calamine as calamine

from copilot.errors import KnowledgeError
from copilot.records.cells import normalise
from copilot.records.headers import side_by_side
from copilot.records.hidden import hidden_cells
from copilot.records.left_out import Hidden, LeftOut
from copilot.records.names import nearest
from copilot.records.text_table import TextTable, as_columns

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_LARGEST_UNFOLDED = 1_000_000_000


def read_sheet(path: Path, sheet: str | None = None, header: int | None = None, with_hidden: bool = False) -> TextTable:
    """The table of a sheet; of the one with the most cells where none is named. The others are said to be left out.

    So are hidden rows and columns, unless they are wanted.
    """
    _check_size(path)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        grids = {m.name: book.get_sheet_by_name(m.name).to_python(skip_empty_area=False) for m in _visible(book)}
        hidden = {} if with_hidden else hidden_cells(path)
    except (calamine.CalamineError, OSError) as error:
        raise KnowledgeError(f"{path}: cannot be read as a workbook ({error}).") from None
    if not grids:
        raise KnowledgeError(f"{path}: holds no sheet that is shown.")
    name = sheet or max(grids, key=lambda each: sum(cell not in ("", None) for row in grids[each] for cell in row))
    if name not in grids:
        near = ", ".join(nearest(name, grids))
        raise KnowledgeError(f"{path}: has no sheet {name!r}; the nearest are {near}.")
    records, columns, left = _shown([[_text(cell) for cell in row] for row in grids[name]], hidden.get(name, Hidden()))
    others = [f"the sheet {other}" for other in grids if other != name]
    tables = side_by_side(records)
    if len(tables) > 1:
        chosen = max(
            tables, key=lambda part: sum(bool(cell) for row in records for cell in row[part.start : part.stop])
        )
        others += [
            f"the table in columns {columns[part.start]} to {columns[part.stop - 1]}"
            for part in tables
            if part != chosen
        ]
        records = [row[chosen.start : chosen.stop] for row in records]
    table = as_columns(records, header, f"{path}, sheet {name}")
    return replace(table, left_out=(*others, *table.left_out), hidden=left)


def _shown(records: list[list[str]], hidden: Hidden) -> tuple[list[list[str]], Sequence[int], LeftOut]:
    """The cells that are shown, the numbers of their columns, and how much is not; rows keep their places."""
    width = max(map(len, records), default=0)
    if not (hidden.rows or hidden.columns):
        return records, range(1, width + 1), LeftOut()
    columns = [number for number in range(1, width + 1) if not hidden.has_column(number)]
    rows = sum(number in hidden.rows and any(row) for number, row in enumerate(records, 1))
    gone = [n for n in range(1, width + 1) if hidden.has_column(n) and any(row[n - 1] for row in records)]
    cells = [
        [row[number - 1] if place not in hidden.rows else "" for number in columns]
        for place, row in enumerate(records, 1)
    ]
    return cells, columns, LeftOut(rows, len(gone), hidden.by_filter)


def explained(path: Path) -> dict[str, str]:
    """What the sheets of two columns say of words, such as a key to the stages; by the word in small letters."""
    pairs: dict[str, str] = {}
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        for sheet in (book.get_sheet_by_name(each.name) for each in _visible(book)):
            if sheet.width == 2:
                rows = ([normalise(_text(cell)) for cell in row] for row in sheet.to_python())
                pairs |= {term.casefold(): meaning for term, meaning in rows if term and meaning}
    except (calamine.CalamineError, OSError) as error:
        raise KnowledgeError(f"{path}: cannot be read as a workbook ({error}).") from None
    return pairs


def _visible(book: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    shown, kind = calamine.SheetVisibleEnum.Visible, calamine.SheetTypeEnum.WorkSheet
    return [sheet for sheet in book.sheets_metadata if sheet.visible == shown and sheet.typ == kind]


def _check_size(path: Path) -> None:
    """A workbook is an archive, and a small one may unfold to more than the memory holds."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST_UNFOLDED:
            raise KnowledgeError(f"{path}: unfolds to more than {_LARGEST_UNFOLDED // 10**9} GB; save it as CSV.")


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # Excel keeps and shows 15 digits; more are noise of binary fractions.
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
