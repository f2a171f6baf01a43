"""What sheets of XLS and XLSB workbooks hide, by their binary records; after [MS-XLS] and [MS-XLSB], chapters 2.4."""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from copilot.records.compound_file import stream
from copilot.records.left_out import Hidden
from copilot.records.office_xml import parsed

_STREAMS = ("Workbook", "Book")
_BOF, _EOF, _ENCRYPTED = 0x0809, 0x000A, 0x002F
_CODE_PAGE, _BOUND_SHEET, _ROW, _COLUMNS, _FILTER_MODE = 0x0042, 0x0085, 0x0208, 0x007D, 0x009B
_BIFF8 = 0x0600
_CODE_PAGES = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252"}

BOOK = "xl/workbook.bin"
_RELATIONS = "xl/_rels/workbook.bin.rels"
_B_ROW, _B_COLUMNS, _B_SHEET, _B_PROPERTIES = 0, 60, 156, 147
_NO_STRING = 0xFFFFFFFF


@dataclass
class _Found:
    """What is hidden on a sheet, as far as it is read."""

    rows: set[int] = field(default_factory=set)
    columns: list[range] = field(default_factory=list)
    by_filter: bool = False

    @property
    def hidden(self) -> Hidden:
        return Hidden(frozenset(self.rows), tuple(self.columns), self.by_filter)


def of_xls(data: bytes) -> Mapping[str, Hidden]:
    """Sheet by sheet what an Excel 97-2003 workbook hides; ValueError where it is damaged."""
    book = stream(data, _STREAMS)
    try:
        return {name: _xls_sheet(book, place) for name, place in _xls_sheets(book)}
    except (struct.error, LookupError) as error:
        raise ValueError(f"the workbook is damaged: {error}") from None


def _xls_sheets(book: bytes) -> Iterator[tuple[str, int]]:
    """Each sheet with the place where its records begin."""
    version, encoding = 0, "cp1252"
    for kind, start, length in _xls_records(book, 0):
        if kind == _BOF:
            (version,) = struct.unpack_from("<H", book, start)
        elif kind == _CODE_PAGE:
            (page,) = struct.unpack_from("<H", book, start)
            encoding = _CODE_PAGES.get(page, f"cp{page}")
        elif kind == _ENCRYPTED:
            # What follows is no record.
            return
        elif kind == _BOUND_SHEET:
            (place,) = struct.unpack_from("<I", book, start)
            count, text = book[start + 6], book[start + 7 : start + length]
            if version == _BIFF8:
                # A byte before the name says whether its letters are of two bytes.
                name = (
                    text[1 : 1 + 2 * count].decode("utf-16-le")
                    if text[0] & 1
                    else text[1 : 1 + count].decode("latin-1")
                )
            else:
                name = text[:count].decode(encoding)
            yield name, place


def _xls_sheet(book: bytes, place: int) -> Hidden:
    found = _Found()
    for kind, start, _ in _xls_records(book, place):
        if kind == _ROW:
            (row,) = struct.unpack_from("<H", book, start)
            found.rows |= {row + 1} if book[start + 12] & 0x20 else set()
        elif kind == _COLUMNS:
            first, last = struct.unpack_from("<HH", book, start)
            found.columns += [range(first + 1, last + 2)] if book[start + 8] & 1 else []
        elif kind == _FILTER_MODE:
            found.by_filter = True
    return found.hidden


def _xls_records(book: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of the records from a place to the end of what begins there, charts within it passed."""
    depth = 0
    while place + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, place)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth < 1:
            return
        if depth == 1:
            yield kind, place + 4, length
        place += 4 + length


def of_xlsb(archive: zipfile.ZipFile) -> Mapping[str, Hidden]:
    """Sheet by sheet what a binary workbook of Excel hides; ValueError where it is damaged."""
    try:
        return {name: _xlsb_sheet(archive.read(part)) for name, part in _xlsb_sheets(archive)}
    except (struct.error, LookupError) as error:
        raise ValueError(f"the workbook is damaged: {error}") from None


def _xlsb_sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet with the part that holds it."""
    targets = {r.get("Id"): r.get("Target") or "" for r in parsed(archive.read(_RELATIONS))}
    book, parts = archive.read(BOOK), set(archive.namelist())
    for kind, start, _ in _xlsb_records(book):
        if kind == _B_SHEET:
            relation, after = _xlsb_string(book, start + 8)
            name, _ = _xlsb_string(book, after)
            part = posixpath.normpath(posixpath.join("xl", targets.get(relation, ""))).lstrip("/")
            if part in parts:
                yield name, part


def _xlsb_string(data: bytes, place: int) -> tuple[str, int]:
    """A text with the place behind it."""
    (count,) = struct.unpack_from("<I", data, place)
    end = place + 4 + (0 if count == _NO_STRING else 2 * count)
    return data[place + 4 : end].decode("utf-16-le"), end


def _xlsb_sheet(sheet: bytes) -> Hidden:
    found = _Found()
    for kind, start, _ in _xlsb_records(sheet):
        if kind == _B_ROW:
            (row,) = struct.unpack_from("<I", sheet, start)
            found.rows |= {row + 1} if sheet[start + 11] & 0x10 else set()
        elif kind == _B_COLUMNS:
            first, last = struct.unpack_from("<II", sheet, start)
            found.columns += [range(first + 1, last + 2)] if sheet[start + 16] & 1 else []
        elif kind == _B_PROPERTIES:
            found.by_filter = bool(sheet[start + 2] & 1)
    return found.hidden


def _xlsb_records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of each record, both numbers written seven bits a byte, all bytes but the last with the
    eighth."""
    place = 0
    while place < len(data):
        kind = data[place]
        place += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        for _ in range(4):
            byte = data[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, place, length
        place += length
