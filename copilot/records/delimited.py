"""Delimited text files as spreadsheets write them: any usual encoding, `,` `;` or tab between the cells."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import islice
from pathlib import Path

from copilot.errors import KnowledgeError
from copilot.records.text_table import TextTable, as_columns

DELIMITERS = (",", ";", "\t")
_ROWS_TO_SNIFF = 20
ASSUMED = "cp1252"
"""The encoding of a file that is no Unicode and of which nobody says another."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_delimited(
    path: Path, encoding: str | None = None, delimiter: str | None = None, header: int | None = None
) -> TextTable:
    """The table of a file; `header` is the row of its column names, found when absent."""
    try:
        content = path.read_bytes()
        text = _decode(content, encoding)
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, LookupError) as error:
        raise KnowledgeError(f"{path}: is not text in the encoding {encoding!r} ({error}).") from None
    delimiter = delimiter or _sniff(text)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise KnowledgeError(f"{path}: cannot be read as a table ({error}).") from None
    table = as_columns(records, header, str(path))
    return replace(table, encoding=ASSUMED) if not encoding and not _is_unicode(content) else table


def _decode(content: bytes, encoding: str | None) -> str:
    if encoding:
        return content.decode(encoding)
    if content.startswith(_UTF_16):
        return content.decode("utf-16")
    # A few bytes have no meaning in it; one bad letter must not cost the file.
    return content.decode("utf-8-sig") if _is_unicode(content) else content.decode(ASSUMED, errors="replace")


def _is_unicode(content: bytes) -> bool:
    try:
        content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


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
