"""Where links of Office files lead is kept beside their words; only web and mail addresses are."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from office_files import load, places, slides, word
from pptx import Presentation

ADDRESS = "https://rules.example.org/ai/handbook(2)?a=1#top"
WRITTEN = "https://rules.example.org/ai/handbook%282%29?a=1#top"
TRAPS = ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "https://two words.example")


def with_link(paragraph: docx.text.paragraph.Paragraph, words: str, address: str) -> None:
    link, run, text = (OxmlElement(name) for name in ("w:hyperlink", "w:r", "w:t"))
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    text.text = words
    run.append(text)
    link.append(run)
    paragraph._p.append(link)


def test_a_link_of_a_word_file_keeps_its_address_and_a_heading_its_words(tmp_path: Path) -> None:
    document = docx.Document()
    with_link(document.add_heading("Rules on ", 1), "the web", ADDRESS)
    with_link(document.add_paragraph("They stand in "), "the handbook", ADDRESS)
    with_link(document.add_paragraph("Or ask "), "ann@example.org", "mailto:ann@example.org")
    (section,) = load(tmp_path, "a.docx", word(document)).sections
    assert section.heading_path == ("Rules on the web",)
    assert section.text == f"They stand in [the handbook]({WRITTEN})\n\nOr ask ann@example.org"


@pytest.mark.parametrize("address", TRAPS)
def test_an_address_that_is_no_page_is_left_out(tmp_path: Path, address: str) -> None:
    document = docx.Document()
    with_link(document.add_paragraph("Open "), "this", address)
    assert load(tmp_path, "a.docx", word(document)).sections[0].text == "Open this"


def test_a_link_of_a_slide_and_one_of_a_cell_keep_their_address(tmp_path: Path) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    paragraph = slide.placeholders[1].text_frame.paragraphs[0]
    for words, address in (("See ", None), ("the deck", ADDRESS), (" of May.", None)):
        run = paragraph.add_run()
        run.text, run.hyperlink.address = words, address
    assert load(tmp_path, "a.pptx", slides(presentation)).sections[0].text == f"- See [the deck]({WRITTEN}) of May."
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Systems")
        sheet.write_row(0, 0, ["Name", "Owner"])
        sheet.write_url(1, 0, ADDRESS, string="Scorer")
        sheet.write(1, 1, "Ann")
        sheet.write_url(2, 0, "internal:Systems!A1", string="Reader")
        sheet.write(2, 1, "Bo")
    rows = "\n".join(text for _, text in places(load(tmp_path, "a.xlsx", buffer.getvalue())))
    assert f"Name: [Scorer]({WRITTEN})" in rows
    assert "Name: Reader" in rows
