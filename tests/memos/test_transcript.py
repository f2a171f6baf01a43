"""Answers as documents, opened again with the libraries that read such files."""

from __future__ import annotations

import io

import pypdfium2
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.memos.transcript import Transcript, write_markdown, write_pdf, write_word
from copilot.types import Answer, Citation, Table

ANSWER = Answer(
    id="a-1",
    question="Which comes first?",
    status="answered",
    text="**One** leads[1].\n\n- It is strong[1].\n- It is cheap[2].",
    citations=tuple(
        Citation(marker=n, kind="record", source="records/projects.csv", locator=f"row {n}", title=f"P-{n}", quote="")
        for n in (1, 2)
    ),
    also_read=tuple(
        Citation(marker=n, kind="passage", source=source, locator=f"lines {n}-{n}", title="T", quote="")
        for n, source in ((3, "a.md"), (4, "a.md"), (5, "b.md"))
    ),
    tables=(Table(title="Ranking", columns=("Project", "Score"), rows=(("One", 9), ("Two", None))),),
)
TRANSCRIPT = Transcript("First | things", "Halden Care", (ANSWER,))


def test_a_word_file_has_the_question_the_points_the_table_and_numbered_sources() -> None:
    document = Document(io.BytesIO(write_word(TRANSCRIPT)))
    by_style = {style: [p.text for p in document.paragraphs if p.style.name == style] for style in
                ("Title", "Heading 1", "List Bullet", "Source")}  # fmt: skip
    assert by_style["Heading 1"] == ["Which comes first?"]
    assert by_style["List Bullet"] == ["It is strong[1].", "It is cheap[2]."]
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["One", "9"]
    *_, cited, beside = by_style["Source"]
    assert cited.startswith("[2] P-2")
    assert beside.endswith(": a.md (lines 3-3, lines 4-4); b.md (lines 5-5)")


def test_a_pdf_has_them_too() -> None:
    document = pypdfium2.PdfDocument(write_pdf(TRANSCRIPT))
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert all(part in text for part in ("Which comes first?", "One leads[1].", "It is cheap[2].", "[2] P-2"))


def test_markdown_keeps_the_answer_as_it_is() -> None:
    text = write_markdown(TRANSCRIPT).decode()
    assert ANSWER.text in text
    assert "| One | 9 |" in text
    assert r"# First \| things" in text


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80))
def test_any_text_can_be_written(text: str, title: str) -> None:
    odd = Transcript(title, "Halden Care", (ANSWER.model_copy(update={"text": text, "question": title}),))
    assert write_pdf(odd).startswith(b"%PDF")
    assert Document(io.BytesIO(write_word(odd))).tables
    assert write_markdown(odd)
