"""What each format gives: headings, rows, places, numbers as they were written."""

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import docx
import pytest
import xlsxwriter
from binary_workbooks import write_xls, write_xlsb
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_files import PAGE, literal, load, message, pdf, places, slides, word, workbook
from pptx import Presentation
from pptx.util import Inches

from copilot.retrieval import chunker

SOME = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.one_of(
    st.decimals(-(10**9), 10**9, places=2).map(lambda d: f"{d:,}"),
    st.integers(-(10**12), 10**12).map(str),
    st.floats(0, 100).map(lambda f: f"{f:.1f}%"),
    st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1)).map(dt.date.isoformat),
    st.sampled_from(["2016/679", "1.2.3", "P-017", "EUR 35 000 000", "(300)", "+4.5", "10:45", "7.3 4.5 8.19"]),
)


def filler(sentences: int) -> str:
    return " ".join(f"Sentence {n} says something about the governance of systems." for n in range(sentences))


# PDF


def test_a_pdf_is_cited_by_its_pages_and_headings_and_its_furniture_is_dropped(tmp_path: Path) -> None:
    body = "\n\n".join(f"= Part {n}\n\n{filler(30)}" for n in ("one", "two", "three"))
    document = load(tmp_path, "plan.pdf", pdf(PAGE + body))
    assert [section.heading_path for section in document.sections] == [("Part one",), ("Part two",), ("Part three",)]
    text = "\n".join(section.text for section in document.sections)
    assert "Confidential" not in text
    assert "Page" not in text
    assert text.count("Sentence 17 says") == 3
    assert document.sections[0].first_line == 1
    assert {locator.split()[0] for locator, _ in places(document)} <= {"page", "pages"}


def test_a_chunk_of_a_pdf_names_every_page_that_it_touches(tmp_path: Path) -> None:
    pages = [f"Marker{n} {filler(3)}" for n in range(1, 9)]
    document = load(tmp_path, "a.pdf", pdf("#pagebreak()\n".join(pages)))
    for locator, text in places(document):
        numbers = [int(word.removeprefix("Marker")) for word in text.split() if word.startswith("Marker")]
        first, last = numbers[0], numbers[-1]
        assert locator == (f"page {first}" if first == last else f"pages {first}-{last}")


def test_words_broken_at_a_line_are_joined_and_real_hyphens_stay(tmp_path: Path) -> None:
    source = """#set page(width: 6cm, height: 20cm)
#set text(hyphenate: true, lang: "en")
#set par(justify: true)
Institutional accountability requires comprehensive documentation of responsibilities throughout organisational
development, notwithstanding human-centred, context-specific, state-of-the-art considerations. Context-specific
and human-centred stay. Regulation 2016-2019 stays."""
    text = " ".join(load(tmp_path, "a.pdf", pdf(source)).sections[0].text.split())
    for word_of_text in ("Institutional", "accountability", "comprehensive", "documentation", "responsibilities",
                         "organisational", "notwithstanding", "2016-2019"):  # fmt: skip
        assert word_of_text in text
    assert text.lower().count("context-specific") == 2
    assert text.lower().count("human-centred") == 2


@given(st.lists(NUMBERS, min_size=1, max_size=30))
@SOME
def test_numbers_of_a_pdf_are_read_as_they_were_set(tmp_path: Path, numbers: list[str]) -> None:
    lines = "\n\n".join(f"Item{n} is {literal(number)} in total." for n, number in enumerate(numbers))
    document = load(tmp_path, "a.pdf", pdf(f"#set text(hyphenate: false)\n{lines}"))
    text = " ".join(section.text for section in document.sections).replace("−", "-")
    at = 0
    for n, number in enumerate(numbers):
        at = text.index(f"Item{n} is {number} in total.", at)


def test_the_same_footer_as_a_total_on_every_page_is_no_reason_to_lose_a_number(tmp_path: Path) -> None:
    pages = "#pagebreak()\n".join(f"Amounts of branch {n}.\n\n{n * n * 7}" for n in range(1, 6))
    text = "\n".join(section.text for section in load(tmp_path, "a.pdf", pdf(pages)).sections)
    assert [str(n * n * 7) in text for n in range(1, 6)] == [True] * 5


def test_a_number_with_a_footnote_is_the_number(tmp_path: Path) -> None:
    source = """The budget is 12,450 in 2026#footnote[Of the board.], 10#super[6] tonnes, copy1, H#sub[2]O and 7.5.
#set text(size: 8pt)
Small print of 2025 and 2024#super[3]."""
    text = " ".join(load(tmp_path, "a.pdf", pdf(source)).sections[0].text.split())
    assert "12,450 in 2026^1, 10^6 tonnes, copy1, H2O and 7.5." in text
    assert "2025 and 2024^3." in text


def test_a_word_broken_at_the_end_of_a_page_is_joined_across_header_and_footer(tmp_path: Path) -> None:
    head = PAGE.replace("12cm", "6cm") + '#set text(hyphenate: true, lang: "en")\n#set par(justify: true)\n'
    words = "comprehensively notwithstanding institutional accountability representation"
    body = " ".join(f"Item{n} {words} {'so ' * (n % 7)} of number{n}" for n in range(60))
    text = " ".join(" ".join(s.text.split()) for s in load(tmp_path, "a.pdf", pdf(head + body)).sections)
    assert "Confidential" not in text
    assert "Page" not in text
    for word_of_text in words.split():
        assert text.count(word_of_text) == 60


def test_headers_of_short_pages_are_dropped_and_what_the_pages_say_alike_stays(tmp_path: Path) -> None:
    pages = "#pagebreak()\n".join(
        f"== {n}. Part {n}\nThe reserve of that year is {n * 1111}.\n\nMore is to be said of number {n}."
        for n in range(1, 9)
    )
    text = "\n".join(s.text for s in load(tmp_path, "a.pdf", pdf(PAGE + pages)).sections)
    assert "Confidential" not in text
    assert [f"The reserve of that year is {n * 1111}." in text for n in range(1, 9)] == [True] * 8


def test_a_table_over_pages_keeps_the_names_of_its_columns_and_its_rows_whole(tmp_path: Path) -> None:
    rows = ",".join(f"[T{n:03d}],[Zone {n % 6}],[{n * 5}.25],[{n * 3}.75]" for n in range(100))
    table = f"= Tariffs\n#table(columns: 4, table.header([Code],[Zone],[Peak],[Off-peak]),{rows})"
    found = places(load(tmp_path, "a.pdf", pdf(PAGE.replace("12cm", "20cm") + table)))
    assert "\n".join(text for _, text in found).count("Code Zone Peak Off-peak") == 1
    for n in range(100):
        assert any(f"T{n:03d} Zone {n % 6} {n * 5}.25 {n * 3}.75" in text for _, text in found)


# Word


def test_word_headings_lists_and_tables_come_in_the_order_of_the_body(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Policy", 0)
    document.add_heading("Scope", 1)
    document.add_paragraph("It covers all systems.")
    document.add_paragraph("first point", style="List Bullet")
    document.add_paragraph("second point", style="List Bullet")
    table = document.add_table(rows=3, cols=3)
    for row, cells in zip(table.rows, (["Unit", "Budget", "Share"], ["Sales", "1,200", "5%"], ["IT", "300", "7.5%"]),
                          strict=True):  # fmt: skip
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_heading("Duties", 1)
    document.add_paragraph("The owner signs.")
    document.sections[0].header.paragraphs[0].text = "Running header"
    loaded = load(tmp_path, "policy.docx", word(document))
    assert loaded.title == "Policy"
    assert [(s.heading_path, s.text, s.place) for s in loaded.sections] == [
        (
            ("Scope",),
            "It covers all systems.\n\n- first point\n- second point\n"
            "- Unit: Sales; Budget: 1,200; Share: 5%\n- Unit: IT; Budget: 300; Share: 7.5%",
            "paragraphs 3-7",
        ),
        (("Duties",), "The owner signs.", "paragraph 9"),
    ]


def test_insertions_count_and_deletions_and_comments_do_not(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Kept ")
    run = f'<w:r {nsdecls("w")}><w:t xml:space="preserve">added </w:t></w:r>'
    paragraph._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="a">{run}</w:ins>'))
    gone = f"<w:r {nsdecls('w')}><w:delText>removed</w:delText></w:r>"
    paragraph._p.append(parse_xml(f'<w:del {nsdecls("w")} w:id="2" w:author="a">{gone}</w:del>'))
    document.add_comment(paragraph.runs[0], text="A remark", author="b")
    assert [s.text for s in load(tmp_path, "a.docx", word(document)).sections] == ["Kept added"]


def test_the_numbers_that_word_writes_before_clauses_are_text(tmp_path: Path) -> None:
    document = docx.Document()
    for text in ("Approval", "Review"):
        document.add_paragraph(text, style="List Number")
    assert "1. Approval\n\n2. Review" in load(tmp_path, "a.docx", word(document)).sections[0].text


def test_a_raised_number_does_not_run_into_the_one_before_it(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("It takes 10")
    paragraph.add_run("25").font.superscript = True
    assert load(tmp_path, "a.docx", word(document)).sections[0].text == "It takes 10^25"


@given(st.lists(NUMBERS, min_size=1, max_size=20))
@SOME
def test_numbers_of_a_word_document_are_read_in_order(tmp_path: Path, numbers: list[str]) -> None:
    document = docx.Document()
    for number in numbers:
        document.add_paragraph(f"It is {number} now")
    (section,) = load(tmp_path, "a.docx", word(document)).sections
    assert section.text == "\n\n".join(f"It is {number} now" for number in numbers)


# PowerPoint


def test_a_slide_gives_its_title_bullets_table_and_notes(tmp_path: Path) -> None:
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[0])
    first.shapes.title.text = "Opening"
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Roadmap"
    slide.placeholders[1].text = "Start with 3 pilots"
    table = slide.shapes.add_table(2, 3, Inches(1), Inches(3), Inches(5), Inches(1)).table
    for row, cells in enumerate((["Unit", "Cost", "Gain"], ["Sales", "12.5", "40%"])):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    slide.notes_slide.notes_text_frame.text = "Say why."
    document = load(tmp_path, "deck.pptx", slides(presentation))
    assert [(s.heading_path, s.text, s.place) for s in document.sections] == [
        (("Opening",), "Opening", "slide 1"),
        (("Roadmap",), "- Start with 3 pilots\n- Unit: Sales; Cost: 12.5; Gain: 40%\n\nNotes: Say why.", "slide 2"),
    ]


# Excel


def test_a_row_of_a_sheet_is_cited_with_the_names_of_its_columns(tmp_path: Path) -> None:
    rows = [
        ["Budget of the year"],
        [],
        ["Unit", "Amount", "Share", "Since"],
        ["Sales", 1234567.5, 0.075, dt.date(2026, 3, 31)],
        ["IT", 300, 0.1, None],
    ]
    formats = {(3, 1): "#,##0.00 [$€-407]", (3, 2): "0.0%", (4, 2): "0%", (3, 3): "dd/mm/yyyy"}
    document = load(tmp_path, "b.xlsx", workbook({"Budget": rows, "Notes": [["a", "b"], [1, 2]]}, formats))
    assert [(s.text, s.place) for s in document.sections] == [
        ("Budget of the year", "sheet Budget, row 1"),
        ("Unit: Sales\nAmount: € 1234567.5\nShare: 7.5%\nSince: 2026-03-31", "sheet Budget, row 4"),
        ("Unit: IT\nAmount: 300\nShare: 10%", "sheet Budget, row 5"),
        ("a: 1\nb: 2", "sheet Notes, row 2"),
    ]
    assert [chunk.locator for chunk in chunker.split(document)][1] == "sheet Budget, row 4"


def test_tables_beside_each_other_on_a_sheet_are_told_apart(tmp_path: Path) -> None:
    rows = [
        ["Ward", "Beds", "", "Code", "Meaning"],
        ["North", 12, "", "N", "north wing"],
        ["South", 9, "", "", ""],
        ["East", 7, "", "", ""],
    ]
    found = places(load(tmp_path, "a.xlsx", workbook({"S": rows})))
    assert [text for _, text in found] == [
        "Ward: North\nBeds: 12", "Ward: South\nBeds: 9", "Ward: East\nBeds: 7", "Code: N\nMeaning: north wing",
    ]  # fmt: skip


def test_a_table_that_begins_in_the_middle_of_a_sheet_keeps_its_rows_and_formats(tmp_path: Path) -> None:
    rows: list[list[object]] = [[], [], [None, None, "Name", "Share"], [None, None, "A", 0.25]]
    document = load(tmp_path, "a.xlsx", workbook({"S": rows}, {(3, 3): "0%"}))
    assert [(s.text, s.place) for s in document.sections] == [("Name: A\nShare: 25%", "sheet S, row 4")]


@given(st.lists(st.decimals(-(10**11), 10**11, places=3), min_size=1, max_size=30))
@SOME
def test_numbers_of_a_sheet_are_read_exactly(tmp_path: Path, numbers: list[Decimal]) -> None:
    rows: list[list[object]] = [["Name", "Value"], *(["n", float(number)] for number in numbers)]
    document = load(tmp_path, "a.xlsx", workbook({"S": rows}))
    read = [Decimal(section.text.rpartition("Value: ")[2]) for section in document.sections]
    assert read == numbers


def test_a_hidden_sheet_is_left_out_and_named(tmp_path: Path) -> None:
    import io

    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Shown").write_row(0, 0, ["open"])
        hidden = book.add_worksheet("Draft")
        hidden.write_row(0, 0, ["secret"])
        hidden.hide()
    document = load(tmp_path, "a.xlsx", buffer.getvalue())
    assert ["secret" in s.text for s in document.sections] == [False]
    assert document.note == "the hidden sheet Draft is not read; show it if it should be"


def test_hidden_rows_and_columns_of_a_sheet_are_left_out_and_said(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Staff")
        for row, cells in enumerate(
            [["Name", "Salary", "Team"], ["Ann", 90, "Ops"], ["Bo", 80, "Ops"], ["Cy", 70, "IT"]]
        ):
            sheet.write_row(row, 0, cells)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
    document = load(tmp_path, "a.xlsx", buffer.getvalue())
    assert [text for _, text in places(document)] == ["Name: Ann\nTeam: Ops", "Name: Cy\nTeam: IT"]
    assert document.note == "sheet Staff: 1 hidden row and 1 hidden column not read; show them if they should be"


@pytest.mark.parametrize("write", [write_xls, write_xlsb])
def test_hidden_rows_of_a_binary_sheet_are_left_out_and_said(tmp_path: Path, write: Callable[..., Path]) -> None:
    rows = [["Name", "Salary", "Team"], ["Ann", "90", "Ops"], ["Bo", "80", "Ops"], ["Cy", "70", "IT"]]
    suffix = write.__name__.removeprefix("write_")
    data = write(tmp_path / "written", "Staff", rows, hidden=[3], columns=[2]).read_bytes()
    document = load(tmp_path, f"a.{suffix}", data)
    assert [text for _, text in places(document)] == ["Name: Ann\nTeam: Ops", "Name: Cy\nTeam: IT"]
    assert document.note == "sheet Staff: 1 hidden row and 1 hidden column not read; show them if they should be"


# CSV


def test_japanese_and_western_tables_are_told_apart(tmp_path: Path) -> None:
    for encoding, text in (("cp932", "名前,年齢\n佐藤太郎,30\n"), ("cp932", "ひらがな,カナ\nあ,イ\n"),
                           ("cp1252", "Café,Größe\nété à Noël,naïve\n"), ("utf-16", "Café,Größe\nx,y\n"),
                           ("utf-16-le", "Name,Wert\nx,y\n")):  # fmt: skip
        (section,) = load(tmp_path, "a.csv", text.encode(encoding)).sections
        names = text.partition("\n")[0].split(",")
        assert [line.partition(": ")[0] for line in section.text.split("\n")] == names


def test_rows_with_too_many_cells_are_kept_and_reported(tmp_path: Path) -> None:
    document = load(tmp_path, "a.csv", b"name,note\nA,x\nB,y,surplus\nC,z\n")
    assert document.sections[1].text == "name: B\nnote: y\ncolumn 3: surplus"
    assert document.note == "row 3 has more than the usual 2 cells; check the delimiters there"


# Web pages and mail


def test_a_web_page_keeps_its_main_text_and_loses_its_menu(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{filler(4)} Fact {n}.</p>" for n in range(3))
    page = f"""<!doctype html><html><head><title>Guide</title><meta name="date" content="2025-11-02">
    <style>p {{}}</style></head><body><nav><a href="/">Home</a><a href="/x">Imprint</a></nav>
    <article><h1>Guide</h1>{paragraphs}<h2>Fees</h2><p>{filler(2)} Ten to the sixth is 10<sup>6</sup>.</p>
    <ul><li>one thing</li><li>another thing</li></ul>
    <table><tr><th>Unit</th><th>Fee</th><th>Since</th></tr><tr><td>Sales</td><td>1,250</td><td>2024</td></tr></table>
    </article><script>alert(1)</script></body></html>"""
    document = load(tmp_path, "guide.html", page.encode())
    text = "\n".join(section.text for section in document.sections)
    assert (document.title, document.dated, document.effective) == ("Guide", dt.date(2025, 11, 2), None)
    assert ("Fees",) in [section.heading_path for section in document.sections]
    for words in ("Fact 2", "- one thing", "Unit: Sales; Fee: 1,250; Since: 2024", "10^6"):
        assert words in text
    assert "Imprint" not in text
    assert "alert" not in text
    assert document.sections[0].place.startswith("paragraph")


def test_a_page_without_an_article_is_read_whole(tmp_path: Path) -> None:
    document = load(tmp_path, "a.html", b"<html><body><table><tr><td>Ring 112</td></tr></table></body></html>")
    assert "Ring 112" in document.sections[0].text


def test_a_message_is_read_with_its_attachments_each_in_its_own_place(tmp_path: Path) -> None:
    inner = message("The inner text.", {"rows.csv": b"name,cost\nA,12\n"}, subject="Inner")
    mail = message(
        "Please approve 1,250 EUR.",
        {"plan.pdf": pdf("Spend it."), "more.eml": inner, "photo.png": b"\x89PNG\r\n\x1a\n" + b"0" * 50},
    )
    document = load(tmp_path, "mail.eml", mail)
    assert (document.title, document.dated) == ("Budget", dt.date(2026, 3, 4))
    assert [(s.place, s.text) for s in document.sections][1:] == [
        ("message, lines 6-6", "Please approve 1,250 EUR."),
        ("attachment plan.pdf, page 1", "Spend it."),
        (
            "attachment more.eml, message, lines 1-4",
            "From: Ann <ann@example.org>\nTo: Bo <bo@example.org>\nDate: Wed, 04 Mar 2026 09:00:00 +0000\n"
            "Subject: Inner",
        ),
        ("attachment more.eml, message, lines 6-6", "The inner text."),
        ("attachment more.eml, attachment rows.csv, row 2", "name: A\ncost: 12"),
    ]
    assert document.note == "attachment photo.png: it is an image (PNG); its text needs OCR"


def test_an_attachment_may_be_large(tmp_path: Path) -> None:
    page = "<html><body><article>" + "".join(f"<p>{filler(9)} Fact {n}.</p>" for n in range(4_000)) + "</article>"
    document = load(tmp_path, "mail.eml", message("See the page.", {"page.html": page.encode()}))
    assert "Fact 3999." in document.sections[-1].text


def test_messages_inside_messages_are_opened_only_so_deep(tmp_path: Path) -> None:
    mail = message("level 5")
    for level in (4, 3, 2, 1):
        mail = message(f"level {level}", {"next.eml": mail})
    document = load(tmp_path, "deep.eml", mail)
    text = "\n".join(section.text for section in document.sections)
    assert ["level 3" in text, "level 4" in text] == [True, False]
    assert document.note.endswith("messages are read 3 deep; save it as a file")


# What is known about a document


def test_the_date_of_the_file_itself_is_kept_apart_from_the_day_from_which_it_holds(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    document.core_properties.modified = dt.datetime(2024, 5, 6)
    data = word(document)
    loaded = load(tmp_path, "a.docx", data)
    assert (loaded.effective, loaded.dated) == (None, dt.date(2024, 5, 6))
    (tmp_path / "a.docx.meta.yaml").write_text(
        "title: Rules\nowner: Ann\neffective: 2025-01-01\nlabel: board\ntags: [x]\n"
    )
    loaded = load(tmp_path, "a.docx", data)
    assert (loaded.title, loaded.owner, loaded.label, loaded.tags) == ("Rules", "Ann", "board", ("x",))
    assert (loaded.effective, loaded.dated) == (dt.date(2025, 1, 1), None)


def test_a_file_is_read_as_what_it_is_whatever_its_name_says(tmp_path: Path) -> None:
    document = load(tmp_path, "report.txt", pdf("= Report\nAll is well."))
    assert document.sections[0].place == "page 1"
    assert document.note == "it is read as a PDF, which it is, whatever its name says; rename it"


# Merged cells and shared names


def test_values_of_a_word_table_with_merged_cells_stand_under_their_own_columns(tmp_path: Path) -> None:
    document = docx.Document()
    rows = [["Role", "Night", "", "Weekend"], ["", "Base", "Extra", "Flat"], ["Driver", "30", "12", "45"],
            ["Guard", "22", "9", "33"], ["Signaller", "26", "10", ""]]  # fmt: skip
    table = document.add_table(rows=5, cols=4)
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(3, 3).merge(table.cell(4, 3))
    text = places(load(tmp_path, "a.docx", word(document)))[0][1]
    assert text.split("\n") == [
        "- Role: Driver; Night Base: 30; Night Extra: 12; Weekend Flat: 45",
        "- Role: Guard; Night Base: 22; Night Extra: 9; Weekend Flat: 33",
        "- Role: Signaller; Night Base: 26; Night Extra: 10; Weekend Flat: 33",
    ]


def test_a_title_merged_over_a_whole_word_table_names_no_column(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate([["Rates", "", ""], ["Role", "Day", "Night"], ["Driver", "20", "30"]]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(0, 2))
    assert "- Role: Driver; Day: 20; Night: 30" in places(load(tmp_path, "a.docx", word(document)))[0][1]


def test_merged_cells_of_a_sheet_speak_for_each_of_their_rows_and_columns(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Plan")
        sheet.merge_range(0, 0, 0, 3, "Region totals")
        sheet.write(1, 0, "Region")
        sheet.merge_range(1, 1, 1, 2, "2026")
        sheet.write(1, 3, "Owner")
        sheet.write_row(2, 1, ["Plan", "Actual"])
        sheet.merge_range(3, 0, 4, 0, "North")
        sheet.write_row(3, 1, [10, 11, "Ann"])
        sheet.write_row(4, 1, [20, 21, "Bo"])
    found = places(load(tmp_path, "a.xlsx", buffer.getvalue()))
    assert found == [
        ("sheet Plan, row 1", "Region totals"),
        ("sheet Plan, row 4", "Region: North\n2026 Plan: 10\n2026 Actual: 11\nOwner: Ann"),
        ("sheet Plan, row 5", "Region: North\n2026 Plan: 20\n2026 Actual: 21\nOwner: Bo"),
    ]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("Region,Q1,Q1\nNorth,10,11\nSouth,20,21\n", "Region: North\nQ1: 10\nQ1: 11"),
        ("yes,no,no\nno,no,yes\n", "column 1: yes\ncolumn 2: no\ncolumn 3: no"),
        ("Name,Contact,Contact\nAnn,ann@x,mobile\nBo,bo@x,desk\n", "Name: Ann\nContact: ann@x\nContact: mobile"),
    ],
)
def test_columns_may_share_a_name(tmp_path: Path, table: str, row: str) -> None:
    assert places(load(tmp_path, "a.csv", table.encode()))[0][1] == row


def test_a_row_that_only_groups_the_columns_names_none(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Cases")
        sheet.merge_range(0, 0, 0, 2, "Section 1: Identity")
        sheet.merge_range(0, 3, 0, 5, "Section 2: Risk")
        sheet.write_row(1, 0, ["Id", "Name", "Unit", "Level", "Owner", "Date"])
        sheet.write_row(2, 0, ["C-1", "Triage", "Care", "High", "Ann", "May"])
    (_, row) = places(load(tmp_path, "a.xlsx", buffer.getvalue()))
    assert row == ("sheet Cases, row 3", "Id: C-1\nName: Triage\nUnit: Care\nLevel: High\nOwner: Ann\nDate: May")


SHORT_PAGE = b"""<html><head><title>Refund rules</title></head><body><nav>Home</nav><main>
<h1>Refund rules</h1>
<p>Refunds are paid within 28 days.</p><h2>Delay</h2><ul><li>30 minutes: <b>50</b> percent</li>
<li><p>60 minutes: 100 percent</p></li></ul>
<table><tr><th>Class</th><th>Fee</th><th>Days</th></tr><tr><td>First</td><td>10</td><td>5</td></tr><tr><td>Second</td><td>5</td>
<td>7</td></tr></table></main><footer>Talbot Rail</footer></body></html>"""
SHORT_TEXT = [
    "Refunds are paid within 28 days.",
    "- 30 minutes: 50 percent\n- 60 minutes: 100 percent\n\n\n- Class: First; Fee: 10; Days: 5"
    "\n- Class: Second; Fee: 5; Days: 7",
]


def test_a_short_page_keeps_headings_lists_and_tables(tmp_path: Path) -> None:
    document = load(tmp_path, "a.html", SHORT_PAGE)
    assert [section.text for section in document.sections] == SHORT_TEXT
    assert [section.heading_path for section in document.sections] == [(), ("Delay",)]
    assert document.note == ""


def test_a_message_in_html_keeps_headings_lists_and_tables(tmp_path: Path) -> None:
    mail = b"From: a@x.org\nSubject: Rules\nContent-Type: text/html\n\n" + SHORT_PAGE
    document = load(tmp_path, "a.eml", mail)
    assert [section.text for section in document.sections][1:] == SHORT_TEXT


def test_a_table_that_lays_out_a_page_is_no_table(tmp_path: Path) -> None:
    rows = b"<tr><td>Dear all,</td></tr><tr><td>the train is late.</td></tr>"
    page = b"<table><tr><td><table>" + rows + b"</table></td></tr></table>"
    (section,) = load(tmp_path, "a.html", page).sections
    assert section.text.split() == ["Dear", "all,", "the", "train", "is", "late."]


def test_the_line_in_which_excel_states_the_delimiter_is_no_row(tmp_path: Path) -> None:
    table = "sep=;\r\nSupplier;Share\r\nAlpha;1,5\r\nBeta;2,5\r\n"
    assert places(load(tmp_path, "a.csv", table.encode("cp1252")))[0] == ("row 3", "Supplier: Alpha\nShare: 1,5")


def test_a_quotation_mark_that_is_never_closed_is_reported(tmp_path: Path) -> None:
    document = load(tmp_path, "a.csv", b'Site,Note\nGhent,"open\nLille,fine\nBruges,fine\n')
    assert document.note == "row 2 holds all that follows it: a quotation mark is not closed there"
    assert load(tmp_path, "b.csv", b'Pipe,Size\nA,5" wide\nB,6\n').note == ""
