"""Where links of documents lead is kept beside their words; only web and mail addresses are."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

import docx
import pytest
import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from office_files import load, pdf, places, slides, word
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches
from test_source_pages import marked_rows

from copilot.retrieval.chunker import split
from copilot.retrieval.loaders.isolated import page_isolated

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


def field(paragraph: docx.text.paragraph.Paragraph, instruction: str, words: str, runs: bool = True) -> None:
    """A link as old programs write it: marks, the instruction and what it shows, in runs of their own or in one."""
    elements = []
    for kind in ("begin", "instruction", "separate", "words", "end"):
        if kind in ("instruction", "words"):
            element = OxmlElement("w:instrText" if kind == "instruction" else "w:t")
            element.text = instruction if kind == "instruction" else words
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        elements.append(element)
    run = None
    for element in elements:
        if run is None or runs:
            run = OxmlElement("w:r")
            paragraph._p.append(run)
        run.append(element)


@pytest.mark.parametrize("runs", [True, False], ids=["runs", "one run"])
def test_a_link_of_a_word_file_that_is_a_field_keeps_its_address(tmp_path: Path, runs: bool) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("They stand in ")
    field(paragraph, f' HYPERLINK "{ADDRESS}" \\o "tip" ', "the handbook", runs)
    paragraph.add_run(", page ")
    field(paragraph, " PAGEREF _Toc1 \\h ", "7", runs)
    paragraph.add_run(" and ")
    field(paragraph, ' HYPERLINK "https://x.example/a" \\l "part2" ', "here", runs)
    field(document.add_paragraph("See "), ' HYPERLINK \\l "below" ', "below", runs)
    field(document.add_paragraph("Or "), ' HYPERLINK "javascript:alert(1)" ', "run this", runs)
    (section,) = load(tmp_path, "a.docx", word(document)).sections
    assert section.text.split("\n\n") == [
        f"They stand in [the handbook]({WRITTEN}), page 7 and [here](https://x.example/a#part2)",
        "See below",
        "Or run this",
    ]


def test_a_field_that_is_not_closed_or_holds_another_is_read_whole(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for kind, content in (
        ("begin", ""), ("", f' HYPERLINK "{ADDRESS}" '), ("separate", ""), ("words", "page "), ("begin", ""),
        ("", " PAGE "), ("separate", ""), ("words", "3"), ("end", ""), ("words", " of it"), ("end", ""),
        ("begin", ""), ("", f' HYPERLINK "{ADDRESS}" '), ("separate", ""), ("words", " and more"),
    ):  # fmt: skip
        run = OxmlElement("w:r")
        if kind in ("words", ""):
            element = OxmlElement("w:t" if kind else "w:instrText")
            element.text = content
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run.append(element)
        paragraph._p.append(run)
    (section,) = load(tmp_path, "a.docx", word(document)).sections
    assert section.text == f"[page 3 of it]({WRITTEN}) and more"


def test_the_formula_hyperlink_of_a_sheet_keeps_its_address(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Systems")
        sheet.write_row(0, 0, ["No", "Name", "Page", "Base"])
        sheet.write(0, 4, "https://x.example/")
        for row, formula in enumerate(
            (
                f'HYPERLINK("{ADDRESS}","Open")',
                'HYPERLINK($E$1&"item/"&A3,"Open")',
                'HYPERLINK(IF(A4=1,"https://a.example","https://b.example"),"Open")',
                'HYPERLINK("#Systems!A1","Open")',
                'HYPERLINK("javascript:alert(1)","Open")',
                'HYPERLINK("https://x.example/q")',
            ),
            1,
        ):
            shown = "https://x.example/q" if row == 6 else "Open"
            sheet.write(row, 0, row)
            sheet.write(row, 1, f"System {row}")
            sheet.write_formula(row, 2, formula, None, shown)
    read = [text for _, text in places(load(tmp_path, "a.xlsx", buffer.getvalue()))]
    assert [text.partition("Page: ")[2].splitlines()[0] for text in read] == [
        f"[Open]({WRITTEN})", "[Open](https://x.example/item/2)", "Open", "Open", "Open", "https://x.example/q",
    ]  # fmt: skip


def test_a_formula_that_cells_share_leads_from_each_by_its_own_cells(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["Code", "Name", "Page"])
        for row, name in enumerate(("One", "Two"), 1):
            sheet.write_row(row, 0, [f"C{row}", name])
            sheet.write_formula(row, 2, f'HYPERLINK("https://x.example/"&A{row + 1},"Open")', None, "Open")

    def shared(sheet: bytes) -> bytes:
        first, second = (
            f'<f>HYPERLINK("https://x.example/"&amp;A{row},"Open")</f>'.replace('"', quoted).encode()
            for row, quoted in ((2, '"'), (3, '"'))
        )
        assert first in sheet
        assert second in sheet
        made = sheet.replace(first, first.replace(b"<f>", b'<f t="shared" ref="C2:C3" si="0">'))
        return made.replace(second, b'<f t="shared" si="0"/>')

    data = rewritten(buffer.getvalue(), "xl/worksheets/sheet1.xml", shared)
    read = [text for _, text in places(load(tmp_path, "a.xlsx", data))]
    assert read == [
        "Code: C1\nName: One\nPage: [Open](https://x.example/C1)",
        "Code: C2\nName: Two\nPage: [Open](https://x.example/C2)",
    ]


def rewritten(package: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


def picture_of_a_dot() -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "PNG")
    return buffer


def test_a_shape_a_picture_and_notes_of_a_slide_keep_their_address(tmp_path: Path) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Where to read on"
    for words, address in (("The handbook", ADDRESS), ("Run", "javascript:alert(1)")):
        shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(2), Inches(1))
        shape.text_frame.text = words
        shape.click_action.hyperlink.address = address
    within = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(2), Inches(1))
    within.text_frame.text = "The first slide"
    within.click_action.target_slide = slide
    for description, address in (("Cover of the handbook", ADDRESS), ("A picture", None)):
        picture = slide.shapes.add_picture(picture_of_a_dot(), 0, 0)
        picture._element.xpath("./*/p:cNvPr")[0].set("descr", description)
        if address:
            picture.click_action.hyperlink.address = address
    run = slide.notes_slide.notes_text_frame.paragraphs[0].add_run()
    run.text, run.hyperlink.address = "the deck", ADDRESS
    assert load(tmp_path, "a.pptx", slides(presentation)).sections[0].text.split("\n") == [
        f"[The handbook]({WRITTEN})", "Run", "The first slide", f"[Cover of the handbook]({WRITTEN})", "",
        f"Notes: [the deck]({WRITTEN})",
    ]  # fmt: skip


PAGE = f"""<html><head><title>Rules</title><link rel="canonical" href="https://own.example/ai/page"></head><body>
<nav><a href="https://own.example/">Home</a> <a href="/shop">Shop</a> <a href="/login">Sign in to the page</a></nav>
<article><h1>Rules on <a href="https://own.example/x">models</a></h1>
<p>The rules of the group on the use of models stand in <a href="{ADDRESS}">the <b>handbook</b></a>, which the board
decided on in March and which every unit follows from the first of May on, as the board has asked for.</p>
<p>What changed is <a href="../changes?a=1|2">listed</a>, <a href="#below">below</a> is a table, and a form is
<a href="javascript:alert(1)">here</a>; questions go to <a href="mailto:ann@own.example">ann@own.example</a>.</p>
<table><tr><th>Rule</th><th>Owner</th><th>Since</th></tr>
<tr><td><a href="https://own.example/r1">First</a></td><td>Ann</td><td>2025</td></tr>
<tr><td>Second</td><td>Bo</td><td>2026</td></tr></table></article></body></html>"""


def test_a_link_of_a_web_page_keeps_its_address_and_menus_stay_out(tmp_path: Path) -> None:
    document = load(tmp_path, "a.html", PAGE.encode())
    (section,) = document.sections
    text = " ".join(section.text.split())
    assert section.heading_path == ("Rules on models",)
    assert f"stand in [the **handbook**]({WRITTEN}), which" in text
    assert "is [listed](https://own.example/changes?a=1%7C2), below is" in text
    assert "is here; questions go to ann@own.example." in text
    assert "- Rule: [First](https://own.example/r1); Owner: Ann; Since: 2025" in text
    assert "Home" not in text
    assert "Shop" not in text


def test_a_link_of_a_pdf_keeps_its_address_on_each_of_its_lines(tmp_path: Path) -> None:
    source = f"""#set page(width: 240pt, height: auto)
= Rules on #link("https://x.example/h")[models]
The rules of the group stand in #link("{ADDRESS}")[the handbook of rules on models and on their use in the group], which
the board decided on. See #link("javascript:alert(1)")[this] and #link(<below>)[below], or https://x.example/plain now.
= Below <below>
Done."""
    data = pdf(source)
    rules, below = load(tmp_path, "a.pdf", data).sections
    assert rules.heading_path == ("Rules on models",)
    links = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", rules.text)
    assert {address for _, address in links} == {WRITTEN}
    assert " ".join(words for words, _ in links) == "the handbook of rules on models and on their use in the group"
    assert "See this and below, or" in " ".join(rules.text.split())
    with TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        assert marked_rows(page_isolated(file, 1, 1, rules.text))


def test_addresses_do_not_make_passages_shorter(tmp_path: Path) -> None:
    sentence = "Unit {n} follows [rule {n}]({address}) of the group. "
    text, bare = (
        "# Rules\n\n" + "".join(sentence.format(n=n, address=address) for n in range(12))
        for address in (f"https://x.example/{'long-' * 40}", "https://x.example/")
    )
    counts = [len(split(load(tmp_path, "a.md", written.encode()))) for written in (text, bare)]
    assert counts == [1, 1]
