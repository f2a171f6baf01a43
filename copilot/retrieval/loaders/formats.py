"""What a file is: by its first bytes, which do not lie, and where those say nothing by its suffix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from copilot.errors import KnowledgeError

Format = Literal["markdown", "text", "csv", "html", "pdf", "docx", "pptx", "sheet", "email"]

BY_SUFFIX: Mapping[str, Format] = {
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".csv": "csv", ".tsv": "csv",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".pdf": "pdf", ".docx": "docx", ".docm": "docx",
    ".pptx": "pptx", ".pptm": "pptx", ".xlsx": "sheet", ".xlsm": "sheet", ".xlsb": "sheet", ".xls": "sheet",
    ".ods": "sheet", ".eml": "email",
}  # fmt: skip
SUFFIXES = tuple(BY_SUFFIX)
_TEXTUAL = ("markdown", "text", "csv", "html", "email")
NAMES: Mapping[Format, str] = {
    "markdown": "Markdown", "text": "text", "csv": "CSV", "html": "a web page", "pdf": "a PDF",
    "docx": "a Word document", "pptx": "a PowerPoint presentation", "sheet": "a spreadsheet", "email": "an e-mail",
}  # fmt: skip
READERS: Mapping[str, str] = {
    "html": "web", "pdf": "pdf", "docx": "word", "pptx": "slides", "sheet": "spreadsheet", "email": "email_message",
}  # fmt: skip
"""Modules whose `read` takes a format that needs a process of its own."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams inside an OLE file, as UTF-16, and what holds them.
_ENCRYPTED, _MESSAGE, _OLD_WORD, _OLD_SLIDES, _WORKBOOK, _OLD_WORKBOOK = (
    name.encode("utf-16-le")
    for name in ("EncryptedPackage", "__substg1.0_", "WordDocument", "PowerPoint Document", "Workbook", "Book")
)
_REFUSED_OLE = (
    (_ENCRYPTED, "it is encrypted and opens only with a password; save it without one"),
    (_MESSAGE, "it is an Outlook message (MSG), which is not read; save it as EML or PDF"),
    (_OLD_WORD, "it is a Word 97-2003 document, which is not read; save it as DOCX"),
    (_OLD_SLIDES, "it is a PowerPoint 97-2003 presentation, which is not read; save it as PPTX"),
)
_REFUSED = (
    (b"\x89PNG", "it is an image (PNG)"), (b"\xff\xd8\xff", "it is an image (JPEG)"), (b"GIF8", "it is an image (GIF)"),
    (b"II*\0", "it is an image (TIFF)"), (b"MM\0*", "it is an image (TIFF)"), (b"BM", "it is an image (BMP)"),
    (b"{\\rtf", "it is rich text (RTF), which is not read; save it as DOCX"),
    (b"\x1f\x8b", "it is a gzip archive; put the files in it here"),
    (b"7z\xbc\xaf", "it is a 7-Zip archive; put the files in it here"),
    (b"Rar!", "it is a RAR archive; put the files in it here"),
    (b"\x7fELF", "it is a program"), (b"MZ", "it is a program"),
)  # fmt: skip
_PARTS: tuple[tuple[bytes, Format], ...] = (
    (b"word/document.xml", "docx"), (b"ppt/presentation.xml", "pptx"),
    (b"xl/workbook.xml", "sheet"), (b"xl/workbook.bin", "sheet"),
)  # fmt: skip
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_END_OF_ARCHIVE = b"PK\x05\x06"
_LONGEST_END = 66_000
_BEGINNING = 1024


def format_of(name: str, data: bytes) -> Format:
    """The format to read the file as; KnowledgeError says what it is when that is not read, and what to do."""
    suffix = PurePosixPath(name).suffix.lower()
    named = BY_SUFFIX.get(suffix)
    beginning = data[:_BEGINNING]
    if not data.strip(b"\0 \t\r\n"):
        raise KnowledgeError("it is empty")
    if b"%PDF-" in beginning and (named not in _TEXTUAL or beginning.lstrip().startswith(b"%PDF-")):
        return "pdf"
    if beginning.startswith(b"PK\x03\x04"):
        return _of_archive(data)
    if beginning.startswith(_OLE):
        return _of_ole(data)
    if named in _TEXTUAL:
        return _of_text(named, beginning)
    for magic, what in _REFUSED:
        if beginning.startswith(magic):
            raise KnowledgeError(f"{what}; its text needs OCR" if "image" in what else what)
    if named is None:
        kind = f"{suffix} files" if suffix else "files without a suffix"
        raise KnowledgeError(f"{kind} are not read; use {', '.join(SUFFIXES)}")
    if beginning.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    raise KnowledgeError(f"it is not {NAMES[named]}, though its name says so, or it is damaged; export it again")


def _of_text(named: Format, beginning: bytes) -> Format:
    """As its suffix says, except for binary files that are known by their beginning."""
    for magic, what in _REFUSED:
        # A text may well begin with the two letters that some binary files do.
        if beginning.startswith(magic) and (len(magic) > 2 or b"\0" in beginning):
            raise KnowledgeError(f"{what}, though its name says {NAMES[named]}")
    return named


def _of_archive(data: bytes) -> Format:
    """By the names of its parts, which stand in it as they are: to open it is left to the process that reads it."""
    if _END_OF_ARCHIVE not in data[-_LONGEST_END:]:
        raise KnowledgeError("it is damaged or not whole; save it again in its program")
    found = {data.find(part): format for part, format in _PARTS}
    found.pop(-1, None)
    if found:
        # A document may hold another one; its own parts come first.
        return found[min(found)]
    if _OPEN_DOCUMENT in data[:_BEGINNING]:
        if _OPEN_DOCUMENT + b"spreadsheet" in data[:_BEGINNING]:
            return "sheet"
        raise KnowledgeError("it is an OpenDocument file, which is not read; save it as DOCX, PPTX or PDF")
    raise KnowledgeError("it is a ZIP archive; put the files in it here")


def _of_ole(data: bytes) -> Format:
    for stream, reason in _REFUSED_OLE:
        if stream in data:
            raise KnowledgeError(reason)
    if _WORKBOOK in data or _OLD_WORKBOOK in data:
        return "sheet"
    raise KnowledgeError("it is an old binary Office file, which is not read; save it as DOCX, PPTX or XLSX")
