"""What a sheet does not show: calamine reads its hidden rows and columns as if they were seen."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from copilot.records.binary_workbooks import BOOK, of_xls, of_xlsb
from copilot.records.compound_file import SIGNATURE
from copilot.records.left_out import Hidden
from copilot.records.office_xml import BrokenXml, Element, each, sheet_parts

_CHUNK = 1 << 20
_DAMAGED = zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError
"""What reading a broken archive may raise."""
_CONTENT = "content.xml"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_MOST_REPEATED = 100_000
_YES = ("1", "true")
_ROWS, _COLUMNS, _PROPERTIES = "{*}row", "{*}col", "{*}sheetPr"


def hidden_cells(workbook: Path | IO[bytes]) -> Mapping[str, Hidden]:
    """Sheet by sheet what is hidden on it."""
    with workbook.open("rb") if isinstance(workbook, Path) else nullcontext(workbook) as file:
        try:
            # Excel 97-2003 may hold an archive within, so that its file looks like one.
            if file.read(len(SIGNATURE)) == SIGNATURE:
                return of_xls(SIGNATURE + file.read())
            if not zipfile.is_zipfile(file):
                return {}
            with zipfile.ZipFile(file) as archive:
                return _of_package(archive)
        except (BrokenXml, ValueError, *_DAMAGED):
            # Whether it can be read at all is for its reader to say.
            return {}


def _of_package(archive: zipfile.ZipFile) -> Mapping[str, Hidden]:
    names = archive.namelist()
    if _CONTENT in names:
        return dict(_of_opendocument(archive))
    if BOOK in names:
        return of_xlsb(archive)
    return {name: found for name, part in sheet_parts(archive).items() if (found := _hidden(archive, part))}


def _hidden(archive: zipfile.ZipFile, part: str) -> Hidden | None:
    if not part.endswith(".xml"):
        return None
    with archive.open(part) as file:
        # Of nearly all sheets nothing is, which is told faster without reading their XML.
        if not _mentions(file, b"hidden="):
            return None
    with archive.open(part) as file:
        rows: set[int] = set()
        columns: list[range] = []
        by_filter = False
        number = 0
        for element in each(file, _ROWS, _COLUMNS, _PROPERTIES):
            kind = element.tag.rpartition("}")[2]
            is_hidden = element.get("hidden") in _YES
            if kind == "row":
                number = int(element.get("r") or number + 1)
                rows |= {number} if is_hidden else set()
            elif kind == "sheetPr":
                by_filter = element.get("filterMode") in _YES
            elif is_hidden:
                columns.append(range(int(element.get("min") or 0), int(element.get("max") or 0) + 1))
    return Hidden(frozenset(rows), tuple(columns), by_filter)


def _of_opendocument(archive: zipfile.ZipFile) -> Iterator[tuple[str, Hidden]]:
    """By name of a sheet, after part 3 of OpenDocument 1.3: `table:visibility` of rows and columns, which may stand for
    several; what a filter hides says so."""
    with archive.open(_CONTENT) as file:
        if not _mentions(file, b"table:visibility="):
            return
    with archive.open(_CONTENT) as file:
        rows: set[int] = set()
        columns: list[range] = []
        row = column = 0
        by_filter = False
        # A sheet ends after its rows and columns.
        for element in each(file, "{*}table-row", "{*}table-column", "{*}table"):
            kind, visibility = element.tag.rpartition("}")[2], _of_table(element, "visibility")
            if kind == "table":
                yield str(_of_table(element, "name")), Hidden(frozenset(rows), tuple(columns), by_filter)
                rows, columns, row, column, by_filter = set(), [], 0, 0, False
                continue
            count = int(_of_table(element, f"number-{kind.removeprefix('table-')}s-repeated") or 1)
            is_hidden = visibility in ("collapse", "filter")
            if kind == "table-column":
                columns += [range(column + 1, column + count + 1)] if is_hidden else []
                column += count
            else:
                # A sheet ends with a million empty rows in one.
                rows |= set(range(row + 1, row + min(count, _MOST_REPEATED) + 1)) if is_hidden else set()
                by_filter = by_filter or visibility == "filter"
                row += count


def _of_table(element: Element, name: str) -> str | None:
    found: str | None = element.get(f"{{{_TABLE}}}{name}")
    return found


def _mentions(file: IO[bytes], words: bytes) -> bool:
    return any(words in chunk for chunk in _overlapping(file, len(words)))


def _overlapping(file: IO[bytes], size: int) -> Iterator[bytes]:
    end = b""
    while chunk := file.read(_CHUNK):
        yield end + chunk
        end = chunk[-size:]
