"""Streams of compound files, in which Excel 97-2003 keeps a workbook; after [MS-CFB], chapter 2."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA
"""What is larger is no number of a sector: the end of a chain, or one that is free."""
_HEADER, _ENTRY, _IN_HEADER = 512, 128, 109
_ROOT, _STREAM = 5, 2


@dataclass(frozen=True)
class _Entry:
    """Something in the directory of the file."""

    name: str
    kind: int
    first: int
    size: int


def stream(data: bytes, names: Iterable[str]) -> bytes:
    """The first of these streams that the file has; empty where it has none. ValueError where it is damaged."""
    try:
        return _stream(data, list(names))
    except (struct.error, IndexError) as error:
        raise ValueError(f"the file is damaged: {error}") from None


def _stream(data: bytes, names: Sequence[str]) -> bytes:
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    first_of_directory, _, least, first_of_small = struct.unpack_from("<IIII", data, 48)
    size, small = 1 << shift, 1 << small_shift

    def joined(first: int, table: Sequence[int]) -> bytes:
        return b"".join(data[(n + 1) * size : (n + 2) * size] for n in _chain(first, table))

    parts = (data[(n + 1) * size : (n + 2) * size] for n in _table_sectors(data, size))
    table = _numbers(b"".join(parts))
    entries = list(_entries(joined(first_of_directory, table)))
    found = {entry.name: entry for entry in entries if entry.kind == _STREAM}
    wanted = next((found[name] for name in names if name in found), None)
    if wanted is None:
        return b""
    if wanted.size >= least:
        return joined(wanted.first, table)[: wanted.size]
    # Small streams lie side by side in one of the root, by a table of their own.
    held = joined(next(entry.first for entry in entries if entry.kind == _ROOT), table)
    places = _chain(wanted.first, _numbers(joined(first_of_small, table)))
    return b"".join(held[n * small : (n + 1) * small] for n in places)[: wanted.size]


def _table_sectors(data: bytes, size: int) -> Iterator[int]:
    """The sectors that hold the table of all sectors: the first are named in the header, more in sectors of theirs."""
    yield from (n for n in struct.unpack_from(f"<{_IN_HEADER}I", data, 76) if n < _LAST_SECTOR)
    following, count = struct.unpack_from("<II", data, 68)
    for _ in range(min(count, len(data) // size)):
        if following >= _LAST_SECTOR:
            return
        *held, following = struct.unpack_from(f"<{size // 4}I", data, (following + 1) * size)
        yield from (n for n in held if n < _LAST_SECTOR)


def _chain(first: int, table: Sequence[int]) -> Iterator[int]:
    """The sectors of a stream, each of which names the next."""
    for _ in range(len(table) + 1):
        if first >= _LAST_SECTOR:
            return
        yield first
        first = table[first]
    raise ValueError("the file is damaged: a stream has no end")


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _entries(directory: bytes) -> Iterator[_Entry]:
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        first, size = struct.unpack_from("<II", directory, at + 116)
        yield _Entry(name, kind, first, size)
