"""Office files in the strict form are read like those in the usual one."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from office_files import archive, load, places, slides, word, workbook
from pptx import Presentation

_USUAL = re.compile(
    rb"http://schemas\.openxmlformats\.org/"
    rb"(officeDocument|wordprocessingml|spreadsheetml|presentationml|drawingml)/2006/"
)


def strict(data: bytes) -> bytes:
    """The same file with the names that the strict form of the standard gives to everything."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = {part: parts.read(part) for part in parts.namelist()}
    return archive({name: _USUAL.sub(rb"http://purl.oclc.org/ooxml/\1/", content) for name, content in names.items()})


def document() -> bytes:
    written = docx.Document()
    written.add_heading("Retention", 1)
    written.add_paragraph("Some text about the quorvex.")
    table = written.add_table(rows=2, cols=2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ["Unit", "Days", "Wards", "14"], strict=True):
        cell.text = text
    return word(written)


def presentation() -> bytes:
    shown = Presentation()
    slide = shown.slides.add_slide(shown.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "Plan", "The quorvex comes first."
    return slides(shown)


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("a.docx", document()),
        ("a.pptx", presentation()),
        ("a.xlsx", workbook({"Budget": [["Unit", "Amount"], ["Sales", 1250.5], ["IT", 300]]})),
    ],
)
def test_a_strict_file_says_what_the_usual_one_says(tmp_path: Path, name: str, usual: bytes) -> None:
    expected = places(load(tmp_path / "usual", name, usual))
    assert strict(usual) != usual
    assert places(load(tmp_path / "strict", name, strict(usual))) == expected != []
