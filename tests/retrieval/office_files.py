"""Files of the office formats, made by the programs' own libraries, for the tests of their readers."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
import typst
import xlsxwriter
from pptx import Presentation

from copilot.errors import KnowledgeError
from copilot.retrieval import chunker, loaders
from copilot.retrieval.types import Document

PAGE = (
    "#set page(width: 15cm, height: 12cm, header: [Confidential draft], "
    "footer: context [Page #counter(page).display()])\n"
)


def pdf(source: str) -> bytes:
    return typst.compile(source.encode())


def printed_pdf(lines: Sequence[str], meant: Mapping[str, str] | None = None) -> bytes:
    """A page with lines of characters from left to right, each a box of its own; blanks are gaps and no characters.

    `meant` says as what a character is stored that looks like another, as programs do with mirrored brackets.
    """
    letters = sorted(set("".join(lines)) - {" "})
    codes = {letter: n + 1 for n, letter in enumerate(letters)}
    shape = b"600 0 0 0 500 700 d1 0 0 500 700 re f"
    names = " ".join(f"/c{code}" for code in codes.values())
    unicode = "\n".join(f"<{codes[c]:02x}> <{(meant or {}).get(c, c).encode('utf-16-be').hex()}>" for c in letters)
    cmap = f"1 begincodespacerange <00> <ff> endcodespacerange {len(codes)} beginbfchar\n{unicode}\nendbfchar".encode()
    shown = []
    for n, line in enumerate(lines):
        words = "".join("-600 " if c == " " else f"<{codes[c]:02x}> " for c in line)
        shown.append(f"1 0 0 1 72 {700 - 30 * n} Tm [{words}] TJ")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        _stream(f"BT /F 12 Tf {' '.join(shown)} ET".encode()),
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 600 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 1"
        f"/LastChar {len(codes)}/Widths[{'600 ' * len(codes)}]/Encoding<</Differences[1 {names}]>>/ToUnicode 6 0 R"
        f"/CharProcs<<{' '.join(f'/c{code} 7 0 R' for code in codes.values())}>>>>".encode(),
        _stream(cmap),
        _stream(shape),
    ]
    data = b"%PDF-1.4\n"
    for n, body in enumerate(objects, 1):
        data += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    return data + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF" % (len(objects) + 1)


def _stream(data: bytes) -> bytes:
    return b"<</Length %d>>stream\n%s\nendstream" % (len(data), data)


def literal(text: str) -> str:
    """Text as Typst sets it letter by letter, whatever it means in Typst's markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'#text("{escaped}")'


def word(document: "docx.document.Document") -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def slides(presentation: Presentation) -> bytes:
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]], formats: Mapping[tuple[int, int], str] | None = None
) -> bytes:
    """Sheets of rows; `formats` gives the number format of cells by row and column from 0."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    code = (formats or {}).get((row, column))
                    style = book.add_format({"num_format": code}) if code else None
                    if cell is not None:
                        sheet.write(row, column, cell, style) if style else sheet.write(row, column, cell)
    return buffer.getvalue()


def message(text: str, attachments: Mapping[str, bytes] | None = None, subject: str = "Budget") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ann <ann@example.org>", "Bo <bo@example.org>", subject
    mail["Date"] = dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC)
    mail.set_content(text)
    for name, data in (attachments or {}).items():
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def archive(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return buffer.getvalue()


def load(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    (source,) = [s for s in loaders.find_sources(folder) if s.id == name]
    return loaders.load(source, loaders.fingerprint(source))


def reason(folder: Path, name: str, data: bytes) -> str:
    with pytest.raises(KnowledgeError) as caught:
        load(folder, name, data)
    return str(caught.value)


def places(document: Document) -> list[tuple[str, str]]:
    """Where each chunk stands, and its text."""
    return [(chunk.locator, chunk.text) for chunk in chunker.split(document)]
