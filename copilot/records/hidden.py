"""What a sheet of Excel or OpenDocument does not show: calamine reads its hidden rows and columns as if they were
seen."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from copilot.records.office_xml import BrokenXml, Element, each, sheet_parts

_CHUNK = 1 << 20
_CONTENT = "content.xml"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_MOST_REPEATED = 100_000
_YES = ("1", "true")
_ROWS, _COLUMNS, _PROPERTIES = "{*}row", "{*}col", "{*}sheetPr"


@dataclass(frozen=True)
class Hidden:
    """Rows and columns from 1."""

    rows: frozenset[int] = frozenset()
    columns: tuple[range, ...] = ()
    by_filter: bool = False
    """Whether a filter is set, which hides the rows that do not pass it."""

    def has_column(self, number: int) -> bool:
        return any(number in columns for columns in self.columns)


@dataclass(frozen=True)
class LeftOut:
    """How much of a table was not read, being hidden."""

    rows: int = 0
    columns: int = 0
    by_filter: bool = False

    def __bool__(self) -> bool:
        return self.rows > 0 or self.columns > 0

    def __str__(self) -> str:
        said = [_counted(self.rows, "hidden row"), _counted(self.columns, "hidden column")]
        return " and ".join(filter(None, said)) + (" (a filter is set)" if self.rows and self.by_filter else "")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else ""


def hidden_cells(workbook: Path | IO[bytes]) -> Mapping[str, Hidden]:
    """Sheet by sheet what is hidden on it; nothing of the binary formats XLS and XLSB."""
    if not zipfile.is_zipfile(workbook):
        return {}
    with zipfile.ZipFile(workbook) as archive:
        try:
            if _CONTENT in archive.namelist():
                return dict(_of_opendocument(archive))
            return {name: found for name, part in sheet_parts(archive).items() if (found := _hidden(archive, part))}
        except (BrokenXml, ValueError):
            # Whether it can be read at all is for its reader to say.
            return {}


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
