"""Delimited text files as spreadsheets write them: any usual encoding, `,` `;` or tab between the cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from copilot.errors import KnowledgeError
from copilot.records.cells import normalise

DELIMITERS = (",", ";", "\t")
_ROWS_TO_SNIFF = 20


@dataclass(frozen=True)
class TextTable:
    """A file as columns of normalised text, and the spreadsheet row of each record (the header is row 1)."""

    rows: list[int]
    columns: dict[str, list[str]]
    ragged: list[int] = field(default_factory=list)
    """Rows with another number of cells than the header."""


def read_delimited(path: Path, encoding: str | None = None, delimiter: str | None = None) -> TextTable:
    try:
        text = _decode(path.read_bytes(), encoding)
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, LookupError) as error:
        raise KnowledgeError(f"{path}: is not text in the encoding {encoding!r} ({error}).") from None
    delimiter = delimiter or _sniff(text)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise KnowledgeError(f"{path}: cannot be read as a table ({error}).") from None
    if not records or not any(cell.strip() for cell in records[0]):
        raise KnowledgeError(f"{path}: row 1 must hold the column names, and it is empty.")
    return _as_columns(records)


def _decode(content: bytes, encoding: str | None) -> str:
    if encoding:
        return content.decode(encoding)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A few bytes have no meaning in cp1252; one bad letter must not cost the file.
        return content.decode("cp1252", errors="replace")


def _sniff(text: str) -> str:
    """The delimiter that makes the most columns that the first rows agree on."""
    start = text[:200_000]

    def agreement(delimiter: str) -> tuple[int, int]:
        try:
            reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
            widths = [len(record) for record in islice(reader, _ROWS_TO_SNIFF) if record]
        except csv.Error:
            return (0, 0)
        if not widths or widths[0] == 1:
            return (0, 0)
        return (sum(width == widths[0] for width in widths), widths[0])

    return max(DELIMITERS, key=agreement)


def _as_columns(records: Sequence[Sequence[str]]) -> TextTable:
    names = _column_names(records[0])
    columns: dict[str, list[str]] = {name: [] for name in names}
    cells = list(columns.values())
    width = len(names)
    rows: list[int] = []
    ragged: list[int] = []
    for row, record in enumerate(records[1:], start=2):
        values = [cell if cell.isalnum() else normalise(cell) for cell in record]
        if not any(values):
            continue
        if len(values) != width:
            if len(values) < width or any(values[width:]):
                ragged.append(row)
            values = [*values, *[""] * (width - len(values))][:width]
        rows.append(row)
        for column, value in zip(cells, values, strict=True):
            column.append(value)
    for name in [name for name in names if name.startswith("column_") and not any(columns[name])]:
        del columns[name]
    return TextTable(rows, columns, ragged)


def _column_names(header: Sequence[str]) -> list[str]:
    """The header's names, made different from each other; SQL does not tell upper from lower case."""
    names: list[str] = []
    taken = {"_row"}
    for position, cell in enumerate(header, start=1):
        name = wanted = normalise(cell) or f"column_{position}"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names
