"""Memos as files, opened again with the libraries that read such files."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from memo_sources import drafted, pdf_pages, project, write_sources

from copilot.drawing.matrix_chart import Point, value_difficulty
from copilot.memos import drawing, markdown
from copilot.memos.export import export
from copilot.memos.layout import letters, reference, runs, widths
from copilot.memos.memo import Memo
from copilot.memos.plain import on_one_line
from copilot.sources import Sources
from copilot.types import Table

HOSTILE = (
    '#set page(width: 1cm) [*bold*] _x_ $y$', '#import "x.typ": *', "[a](http://b) ![c](d) <script>e</script>",
    "| pipe | table |", "A" * 200, "`code` \\ ~strike~", "<b>&amp;</b>", "= Heading", "- item", "@ref <label> // x",
    "[#r-P-1]", "1. first", "bell\x07", "emoji 🚀 名前 проект",
)  # fmt: skip


@pytest.fixture(scope="module")
def memo(shipped: Sources) -> Memo:
    return drafted(shipped, top=8, budget=4_000_000, title="Q1 funding")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Memo:
    rows = [
        project(f"P-{n}", 3 + n % 7, 2 + n * 3 % 8, name=name, unit=name, domain=name, blocker=name)
        for n, name in enumerate(HOSTILE)
    ]
    sources = write_sources(tmp_path_factory.mktemp("hostile"), rows)
    return drafted(sources, top=len(rows), budget=3_000_000, title=HOSTILE[0])


def squeezed(text: str) -> str:
    """Without spaces and the breaks that a line end or a soft break put in."""
    return "".join(c for c in text if not c.isspace() and c not in "\u200b\ufffe\u00ad-")


def test_a_pdf_holds_the_memo_and_numbers_its_pages(memo: Memo) -> None:
    pages = pdf_pages(export(memo, "pdf"))
    assert "Q1 funding" in pages[0]
    for number, page in enumerate(pages, 1):
        assert memo.id in page
        assert memo.provenance.today.isoformat() in page
        assert f"{number} / {len(pages)}" in page
    whole = squeezed("".join(pages))
    assert all(squeezed(s.heading) in whole for s in memo.sections if s.name != "decision")
    assert all(f"[{source.marker}]" in whole for source in memo.sources)


def test_a_pdf_keeps_every_letter_inside_the_page(hostile: Memo) -> None:
    document = pypdfium2.PdfDocument(export(hostile, "pdf"))
    for n in range(len(document)):
        page = document[n]
        text = page.get_textpage()
        boxes = [text.get_charbox(i) for i in range(text.count_chars())]
        assert max(right for _, _, right, _ in boxes) <= page.get_width()
        text.close()
        page.close()
    document.close()


def test_a_word_file_holds_the_memo_with_chart_tables_and_page_numbers(memo: Memo) -> None:
    document = Document(io.BytesIO(export(memo, "docx")))
    assert document.paragraphs[0].text == "Q1 funding"
    box, money, ranking, signatures, gates = document.tables
    assert "Motion." in box.cell(0, 0).text
    lines, chart = (cell.paragraphs for cell in money.rows[0].cells)
    assert len(lines) == len(memo.section("money").lines)
    assert [p.style.name for p in lines] == ["First Page Bullet"] * len(lines)
    assert [len(list(p._p.iter(qn("w:drawing")))) for p in chart] == [1]
    assert [cell.text for cell in signatures.rows[1].cells][2:] == ["", ""]
    table = memo.section("ranking").table
    assert table is not None
    assert [cell.text for cell in ranking.rows[0].cells] == list(table.columns)
    assert [cell.text for cell in ranking.rows[1].cells] == ["–" if c is None else str(c) for c in table.rows[0]]
    assert len(gates.rows) > 1
    assert len(document.inline_shapes) == 1
    footer = document.sections[0].footer
    assert memo.id in footer.paragraphs[0].text
    assert "PAGE" in footer.paragraphs[0]._p.xml
    links = [link.get(qn("w:anchor")) for link in document.element.body.iter(qn("w:hyperlink"))]
    places = [mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))]
    assert set(links) <= set(places)
    assert len(set(places)) == len(places)
    assert {"Title", "Subtitle", "Heading 1", "List Bullet", "Source"} <= {p.style.name for p in document.paragraphs}
    text = "\n".join(p.text for p in document.paragraphs)
    assert all(line.text in text for line in memo.section("dissent").lines)


def test_the_number_of_a_source_in_a_word_file_is_a_footnote(memo: Memo) -> None:
    document = Document(io.BytesIO(export(memo, "docx")))
    (part,) = (r.target_part for r in document.part.rels.values() if r.reltype == RELATIONSHIP_TYPE.FOOTNOTES)
    notes = {note.get(qn("w:id")): note for note in parse_xml(part.blob).iter(qn("w:footnote"))}
    assert [notes.pop(id).get(qn("w:type")) for id in ("-1", "0")] == ["separator", "continuationSeparator"]
    marks = list(document.element.body.iter(qn("w:footnoteReference")))
    assert len(marks) > 10
    # LibreOffice goes by the order of notes, Word by their ids.
    assert [mark.get(qn("w:id")) for mark in marks] == list(notes) == [str(n + 1) for n in range(len(marks))]
    cited = [mark.getparent().text for mark in marks]
    assert len(set(cited)) == len(cited)
    texts = {str(source.marker): f"[{source.marker}] {reference(source)}" for source in memo.sources}
    assert [note.find(f".//{qn('w:t')}").text for note in notes.values()] == [texts[number] for number in cited]
    assert {mark.getparent().style for mark in marks} == {document.styles["footnote reference"].style_id}
    motion = document.tables[0].cell(0, 0).paragraphs[0].text
    assert motion.endswith(".1–3")
    # On the first page, where notes would take room, they lead to the list of evidence.
    body = list(document.element.body)
    annexes = next(n for n, part in enumerate(body) if any(p.text == "Annexes" for p in part.iter(qn("w:t"))))
    blocks = [next(above for above in mark.iterancestors() if above in body) for mark in marks]
    assert all(body.index(block) > annexes for block in blocks)
    settings = [child.tag for child in document.settings.element]
    assert settings.index(qn("w:footnotePr")) < settings.index(qn("w:compat"))


def test_a_later_mention_in_a_word_file_leads_to_the_list_of_evidence(memo: Memo) -> None:
    document = Document(io.BytesIO(export(memo, "docx")))
    at = {
        name: paragraph.text
        for paragraph in document.paragraphs
        for mark in paragraph._p.iter(qn("w:bookmarkStart"))
        if (name := mark.get(qn("w:name"))).startswith("source_")
    }
    assert at == {f"source_{s.marker}": f"[{s.marker}] {reference(s)}" for s in memo.sources}
    links = [link for link in document.element.body.iter(qn("w:hyperlink")) if link.get(qn("w:anchor")) in at]
    for link in links:
        first = link.text.partition("–")[0]
        assert at[link.get(qn("w:anchor"))].startswith(f"[{first}] {link.get(qn('w:tooltip'))}")
    table = next(p for p in document.paragraphs if p.text.startswith("Figures of the table"))
    assert [run.text for run in runs(memo.section("ranking").table_markers)] == [h.text for h in table.hyperlinks]


def test_the_annexes_of_a_word_file_begin_a_page_with_their_contents(memo: Memo) -> None:
    document = Document(io.BytesIO(export(memo, "docx")))
    at = next(n for n, p in enumerate(document.paragraphs) if p.style.name == "TOC Heading")
    assert document.paragraphs[at].paragraph_format.page_break_before
    assert not any("w:br " in p._p.xml for p in document.paragraphs)
    headings = [p.text for p in document.paragraphs[at:] if p.style.name == "Heading 1"]
    contents = document.paragraphs[at + 1 : at + 1 + len(headings)]
    assert [p.text for p in contents] == headings
    assert headings[-1] == "Evidence"


def test_a_memo_says_in_what_state_it_is(memo: Memo) -> None:
    status = "Signed off by A. Jones on 3 June 2026"
    assert status in pdf_pages(export(memo, "pdf", status))[0]
    assert status in Document(io.BytesIO(export(memo, "docx", status))).paragraphs[1].text
    assert status in export(memo, "md", status).decode()


def test_a_table_of_many_columns_cuts_no_word_and_no_date() -> None:
    cells = ("Extraordinarily long name of a project (P-1)", "2026-10-31", "1,250,000", "late, obstacle, no benefit")
    columns = ("Project", "Last decided", "Benefit a year EUR", "Against it")
    found = widths(Table(title="", columns=columns * 2, rows=(cells * 2,)))
    assert sum(found) <= 125
    assert all(width > len(word) for width, cell in zip(found, cells * 2, strict=True) for word in cell.split())


def test_a_table_of_more_columns_than_a_line_holds_has_smaller_letters() -> None:
    few = Table(title="", columns=("Project", "Score"), rows=(("Bed Planner", "71.7"),))
    many = Table(title="", columns=("Strategic importance",) * 15, rows=(("7",) * 15,))
    assert letters(few, 6.8) == 6.8
    assert letters(many, 6.8) == pytest.approx(0.85 * 6.8)
    assert 0.85 < letters(many.model_copy(update={"columns": many.columns[:10], "rows": (("7",) * 10,)}), 1) < 1


def test_the_first_page_ends_with_the_signatures(memo: Memo) -> None:
    pages = pdf_pages(export(memo, "pdf"))
    assert "Date, signature" in pages[0]
    assert "Date, signature" not in "".join(pages[1:])


def test_markdown_holds_every_sentence_and_every_source(memo: Memo) -> None:
    text = export(memo, "md").decode()
    for section in memo.sections:
        for line in section.lines:
            assert markdown.escape(line.text) in text
    assert all(f"\\[{source.marker}\\]" in text for source in memo.sources)


def test_json_is_the_memo(memo: Memo) -> None:
    written = export(memo, "json")
    assert export(Memo.model_validate(json.loads(written)), "json") == written


def test_hostile_names_stand_in_word_as_text(hostile: Memo) -> None:
    document = Document(io.BytesIO(export(hostile, "docx")))
    cells = {row.cells[1].text for row in document.tables[2].rows}
    assert all(f"{on_one_line(name)} (P-{n})" in cells for n, name in enumerate(HOSTILE))


def test_hostile_names_stand_in_a_pdf_as_text(hostile: Memo) -> None:
    whole = squeezed("".join(pdf_pages(export(hostile, "pdf"))))
    for name in HOSTILE[:-2]:
        assert squeezed(name) in whole, name


def test_hostile_names_stand_in_markdown_as_text(hostile: Memo) -> None:
    page = MarkdownIt("commonmark").enable("table").parse(export(hostile, "md").decode())
    cells = [token.children or [] for token in page if token.type == "inline"]
    texts = {"".join(t.content for t in inline) for inline in cells}
    assert all(f"{on_one_line(name)} (P-{n})" in texts for n, name in enumerate(HOSTILE))
    assert not [t for inline in cells for t in inline if t.type in ("link_open", "image", "html_inline", "code_inline")]
    assert not [token for token in page if token.type == "html_block"]


@given(st.text(min_size=1, max_size=60))
def test_escaped_text_is_shown_by_markdown_as_it_is(text: str) -> None:
    flat = on_one_line(text)
    tokens = MarkdownIt("commonmark").parse(markdown.escape(text))
    shown = ["".join(t.content for t in token.children or []) for token in tokens if token.type == "inline"]
    assert shown == ([flat] if flat else [])
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=250), min_size=2, max_size=4))
def test_any_names_can_be_written_in_every_format(names: list[str]) -> None:
    rows = [project(f"P-{n}", 2 + 2 * n, 8 - n, name=name, blocker=name) for n, name in enumerate(names)]
    rows = [{k: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for k, v in r.items()} for r in rows]
    with tempfile.TemporaryDirectory() as folder:
        memo = drafted(write_sources(Path(folder), rows), top=2, title=names[0])
        assert export(memo, "pdf").startswith(b"%PDF")
        assert Document(io.BytesIO(export(memo, "docx"))).tables
        assert export(memo, "md").startswith(b"# ")


def test_a_chart_is_drawn_with_names_no_drawing_can_hold() -> None:
    points = [Point("\x00\x07 <x> & ]]>", 0.2, 0.8, "Fund"), Point("名前", 0.7, 0.3, "Other candidates")]
    chart = value_difficulty("Value", points, 2)
    assert drawing.svg(chart).startswith("<svg")
    assert drawing.png(chart).startswith(b"\x89PNG")
