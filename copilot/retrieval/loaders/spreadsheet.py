"""Excel and OpenDocument sheets by calamine: a row is a section, a cell reads as its sheet shows it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from functools import partial

import python_calamine as calamine

from copilot.errors import KnowledgeError
from copilot.language.formatting import pluralize
from copilot.records.headers import side_by_side
from copilot.records.hidden import hidden_cells
from copilot.records.left_out import Hidden, LeftOut
from copilot.records.office_xml import Place
from copilot.retrieval.loaders.cell_formats import Shown, conceal, shown_cells
from copilot.retrieval.loaders.cell_links import Target, cell_links
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.links import linked
from copilot.retrieval.loaders.office import created
from copilot.retrieval.loaders.table_rows import MOST_ROWS, NumberedRow, sections_of_rows
from copilot.retrieval.types import Section

_MOST_COLUMNS = 500
_MOST_MERGED = 100_000
Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read(data: bytes) -> Content:
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        raise KnowledgeError("it is encrypted and opens only with a password; save it without one") from None
    except calamine.CalamineError:
        raise KnowledgeError("it is damaged or not a whole workbook; save it again in its program") from None
    formats = shown_cells(data) if data.startswith(b"PK") else {}
    links = cell_links(data) if data.startswith(b"PK") else {}
    hidden = hidden_cells(io.BytesIO(data))
    sections: list[Section] = []
    notes: list[str] = []
    rows_left = MOST_ROWS
    for sheet in workbook.sheets_metadata:
        if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != calamine.SheetVisibleEnum.Visible:
            notes.append(f"the hidden sheet {sheet.name} is not read; show it if it should be")
            continue
        try:
            unseen = hidden.get(sheet.name, Hidden())
            cells = workbook.get_sheet_by_name(sheet.name)
            shown = {**_linking(links.get(sheet.name, {}), cells), **formats.get(sheet.name, {})}
            rows, cut = _rows(cells, shown, unseen, rows_left)
        except calamine.CalamineError:
            notes.append(f"the sheet {sheet.name} cannot be read; save the workbook again")
            continue
        rows_left -= len(rows)
        notes += [f"sheet {sheet.name}: {reason}" for reason in cut]
        for columns in side_by_side([row.cells for row in rows]):
            part = [NumberedRow(row.number, row.cells[columns.start : columns.stop]) for row in rows]
            sections += sections_of_rows(part, (sheet.name,), f"sheet {sheet.name}")
    return Content(tuple(sections), dated=created(data) if data.startswith(b"PK") else None, notes=tuple(notes))


def _linking(links: Mapping[Place, Target], sheet: calamine.CalamineSheet) -> Shown:
    """What makes of the words of each cell a link; a cell that shows nothing shows no address."""
    has_cells = any(not isinstance(part, str) for target in links.values() for part in target)
    grid = sheet.to_python(skip_empty_area=False) if has_cells else []

    def held(part: str | Place) -> str:
        if isinstance(part, str):
            return part
        row, column = part
        return _text(grid[row - 1][column - 1]) if row <= len(grid) and column <= len(grid[row - 1]) else ""

    return {place: partial(linked, address="".join(map(held, target))) for place, target in links.items()}


def _rows(
    sheet: calamine.CalamineSheet, shown: Shown, hidden: Hidden, most: int
) -> tuple[list[NumberedRow], list[str]]:
    """The rows that show something, and what was left out."""
    rows: list[NumberedRow] = []
    cut: list[str] = []
    values: dict[tuple[int, int], str] = {}
    if sheet.start is None:
        return rows, cut
    # Rows come from the first of the sheet, their cells from the first column that is used.
    _, skipped = sheet.start
    merged = _merged(sheet)
    rows_hidden, columns_hidden, concealed = 0, set[int](), 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = []
        for column, cell in enumerate(cells[:_MOST_COLUMNS], skipped + 1):
            text = _text(cell)
            if show := shown.get((number, column)):
                concealed += bool(text) and show is conceal
                text = show(text)
            origin = merged.get((number, column))
            text = values.setdefault(origin, text) if origin else text
            if not hidden.has_column(column):
                texts.append(text)
            elif text:
                columns_hidden.add(column)
        if len(cells) > _MOST_COLUMNS and any(cell not in ("", None) for cell in cells[_MOST_COLUMNS:]):
            cut = [f"only the first {_MOST_COLUMNS} columns are used"]
        if any(texts) and number in hidden.rows:
            rows_hidden += 1
        elif any(texts):
            if len(rows) == most:
                cut.append(f"only the first {most:,} rows are used; put larger tables under records/ as CSV")
                break
            rows.append(NumberedRow(number, texts))
    if concealed:
        cut.append(f"{pluralize(concealed, 'cell')} in the colour of the ground not read")
    if left := LeftOut(rows_hidden, len(columns_hidden), hidden.by_filter):
        cut.append(f"{left} not read; show them if they should be")
    return rows, cut


def _merged(sheet: calamine.CalamineSheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells that are merged, by row and column from 1, to the first of them.

    One over the whole width is a title and speaks for no column.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        right = min(right, left + _MOST_COLUMNS)
        if right - left + 1 >= sheet.width > 1 or (bottom - top + 1) * (right - left + 1) > _MOST_MERGED:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                found[row + 1, column + 1] = top + 1, left + 1
        if len(found) > _MOST_MERGED:
            break
    return found


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # Excel keeps and shows 15 digits; more are noise of binary fractions.
        number = Decimal(f"{cell:.15g}")
        return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number:f}"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell).strip()
