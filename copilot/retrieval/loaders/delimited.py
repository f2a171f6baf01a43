"""CSV: delimiters found, one section a row."""

from __future__ import annotations

import csv
import io
import re

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders.content import Content
from copilot.retrieval.loaders.table_rows import MOST_ROWS, NumberedRow, ragged, sections_of_rows

_DELIMITERS = ",;\t|"
_STATED = re.compile(r"sep=([,;\t|])\n", re.IGNORECASE)
_LOOKED_AT = 20
_LONGEST_CELL = 1_000_000


def read_csv(text: str) -> Content:
    csv.field_size_limit(_LONGEST_CELL)
    stated = _STATED.match(text)
    # Excel's line about the delimiter is a row of the file that holds nothing.
    text = text[len(stated[0]) - 1 :] if stated else text
    reader = csv.reader(io.StringIO(text), delimiter=stated[1] if stated else _delimiter(text))
    rows: list[NumberedRow] = []
    notes = []
    try:
        # Rows are numbered as a spreadsheet does, which counts no line break inside a cell.
        for number, cells in enumerate(reader, 1):
            if len(rows) == MOST_ROWS:
                notes.append(f"only the first {MOST_ROWS:,} rows are used; put larger tables under records/")
                break
            rows.append(NumberedRow(number, cells))
    except csv.Error as error:
        raise KnowledgeError(f"line {reader.line_num} is not valid CSV: {error}") from None
    if text.count('"') % 2 and rows and any("\n" in cell for cell in rows[-1].cells):
        notes.append(f"row {rows[-1].number} holds all that follows it: a quotation mark is not closed there")
    if wide := ragged(rows):
        notes.append(wide)
    return Content(tuple(sections_of_rows(rows)), notes=tuple(notes))


def _delimiter(text: str) -> str:
    """What cuts most of the first lines into the same number of cells."""
    lines = [line for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip()]

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        return sum(count == counts[0] > 0 for count in counts), counts[0]

    return max(_DELIMITERS, key=evenness)
