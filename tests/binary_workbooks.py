"""Small XLS and XLSB workbooks: one sheet of texts, some of its rows and columns hidden."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

Rows = Sequence[Sequence[str]]
_SECTOR, _SMALL, _LEAST = 512, 64, 4096
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def write_xls(
    path: Path, sheet: str, rows: Rows, hidden: Sequence[int] = (), columns: Sequence[int] = (),
    is_filtered: bool = False, is_hidden: bool = False,
) -> Path:  # fmt: skip
    """Rows and columns that are hidden are counted from 1; a file of few cells has a small stream."""

    def beginning(kind: int) -> bytes:
        return _xls(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0x0600))

    def globals_of(place: int) -> bytes:
        named = struct.pack("<IBBBB", place, is_hidden, 0, len(sheet), 1) + sheet.encode("utf-16-le")
        return beginning(5) + _xls(0x0042, struct.pack("<H", 1200)) + _xls(0x0085, named) + _xls(0x000A)

    parts = [beginning(16)]
    parts += [_xls(0x009B)] if is_filtered else []
    parts += [_xls(0x007D, struct.pack("<HHHHHH", c - 1, c - 1, 2048, 15, 1, 0)) for c in columns]
    width = max(map(len, rows))
    parts.append(_xls(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for n in range(len(rows)):
        parts.append(
            _xls(0x0208, struct.pack("<HHHHIHH", n, 0, width, 255, 0, 0x120 if n + 1 in hidden else 0x100, 15))
        )
    for n, cells in enumerate(rows):
        for column, text in enumerate(cells):
            label = struct.pack("<HHHHB", n, column, 15, len(text), 1) + text.encode("utf-16-le")
            parts.append(_xls(0x0204, label))
    parts.append(_xls(0x000A))
    place = len(globals_of(0))
    path.write_bytes(_compound(globals_of(place) + b"".join(parts)))
    return path


def _xls(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(stream: bytes) -> bytes:
    """A compound file with the stream of a workbook, beside which a small one lies in the stream of the root."""
    is_small = len(stream) < _LEAST
    held = _padded(stream, _SECTOR)
    count = len(held) // _SECTOR
    # The table, the directory and the table of small sectors come before what is held.
    first = 3
    table = [_TABLE, _END, _END, *range(first + 1, first + count), _END]
    smalls = len(stream) // _SMALL + 1
    root = (first, smalls * _SMALL) if is_small else (_END, 0)
    place = 0 if is_small else first
    directory = _entry("Root Entry", 5, *root, child=1) + _entry("Workbook", 2, place, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _LEAST, 2, 1, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    small = [*range(1, smalls), _END]
    return header + _sector(table) + _padded(directory, _SECTOR) + _sector(small) + held


def _entry(name: str, kind: int, first: int, size: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIII", text, len(text) + 2, kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, first, size, 0
    )


def _sector(numbers: Sequence[int]) -> bytes:
    assert len(numbers) <= _SECTOR // 4, "the workbook is too large for one sector of its table"
    return struct.pack(f"<{_SECTOR // 4}I", *numbers, *[_FREE] * (_SECTOR // 4 - len(numbers)))


def _padded(data: bytes, size: int) -> bytes:
    return data + bytes(-len(data) % size)


def write_xlsb(
    path: Path, sheet: str, rows: Rows, hidden: Sequence[int] = (), columns: Sequence[int] = (),
    is_filtered: bool = False, is_hidden: bool = False,
) -> Path:  # fmt: skip
    """As `write_xls`."""
    bound = struct.pack("<II", is_hidden, 1) + _text("rId1") + _text(sheet)
    book = _xlsb([(131, b""), (143, b""), (156, bound), (144, b""), (132, b"")])
    width = max(map(len, rows))
    records = [(129, b""), (147, bytes([0, 0, is_filtered]) + bytes(8 + 8) + _text(""))]
    records += [(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))]
    records += [(390, b""), *((60, struct.pack("<IIIIH", c - 1, c - 1, 2048, 0, 1)) for c in columns), (391, b"")]
    records.append((145, b""))
    for n, cells in enumerate(rows):
        flags = 0x10 if n + 1 in hidden else 0
        records.append((0, struct.pack("<IIHBBBIII", n, 0, 255, 0, flags, 0, 1, 0, width - 1)))
        records += [(6, struct.pack("<II", column, 0) + _text(text)) for column, text in enumerate(cells)]
    records += [(146, b""), (130, b"")]
    office = "http://schemas.openxmlformats.org"
    types, binary = f"{office}/package/2006/content-types", "application/vnd.ms-excel"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f"""<Types xmlns="{types}">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.bin" ContentType="{binary}.sheet.binary.macroEnabled.main"/>
<Override PartName="/xl/worksheets/sheet1.bin" ContentType="{binary}.worksheet"/></Types>""")  # fmt: skip
        archive.writestr("_rels/.rels", _relation(office, "officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", _relation(office, "worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/worksheets/sheet1.bin", _xlsb(records))
    return path


def _relation(office: str, kind: str, target: str) -> str:
    type_of = f"{office}/officeDocument/2006/relationships/{kind}"
    return f"""<Relationships xmlns="{office}/package/2006/relationships">
<Relationship Id="rId1" Type="{type_of}" Target="{target}"/></Relationships>"""


def _xlsb(records: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_sevens(kind) + _sevens(len(body)) + body for kind, body in records)


def _sevens(number: int) -> bytes:
    """A number seven bits a byte, all but the last with the eighth bit."""
    return bytes([number & 0x7F | 0x80]) + _sevens(number >> 7) if number > 0x7F else bytes([number])


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
