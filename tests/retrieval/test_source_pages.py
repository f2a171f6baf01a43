"""A citation of a file that has no lines opens at its page, slide, row or attachment."""

from collections.abc import Iterator

import pytest
from office_files import message, pdf, workbook

from copilot import Citation, Copilot, KnowledgeError, Settings, open_copilot

FILLER = " ".join(f"Sentence {n} is about something else." for n in range(40))

QUORVEX = "The quorvex is calibrated every 14 days. " + "It is kept in a dry room with a door that is shut. " * 3


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    root = tmp_path_factory.mktemp("workspace")
    pages = ["The first page.", FILLER, QUORVEX, FILLER, "The last page."]
    (root / "plan.pdf").write_bytes(
        pdf("#set document(date: datetime(year: 2025, month: 4, day: 3))\n" + "#pagebreak()\n".join(pages))
    )
    (root / "b.xlsx").write_bytes(workbook({"Budget": [["Unit", "Blenk budget"], ["Sales", 1250], ["IT", 300]]}))
    (root / "polish.md").write_text(
        "---\ntitle: Polishing\ntags: [held-in-front]\n---\n\nThe blenkinsop is polished on Mondays.\n"
    )
    (root / "mail.eml").write_bytes(message("See below.", {"a.csv": b"name,owner\nzorp engine,Ann\n"}))
    opened = open_copilot(Settings(workspace=root, state_dir=tmp_path_factory.mktemp("state")))
    yield opened
    opened.close()


def cited(copilot: Copilot, question: str) -> Citation:
    return copilot.ask(question).citations[0]


def test_a_pdf_is_cited_by_its_page_and_opens_there(copilot: Copilot) -> None:
    citation = cited(copilot, "How often is the quorvex calibrated?")
    assert (citation.source, citation.locator) == ("plan.pdf", "page 3")
    page = copilot.source(citation)
    assert citation.quote in page.text
    assert "something else" in page.before
    assert "something else" in page.after


def test_the_date_of_the_file_is_shown_as_such_and_not_as_the_day_from_which_it_holds(copilot: Copilot) -> None:
    citation = cited(copilot, "How often is the quorvex calibrated?")
    page = copilot.source(citation)
    assert (page.effective, str(page.dated), citation.as_of) == (None, "2025-04-03", None)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("What is the blenk budget of Sales?", "sheet Budget, row 2"),
        ("Who is the owner of the zorp engine?", "attachment a.csv, row 2"),
    ],
)
def test_a_row_is_cited_by_its_sheet_or_attachment(copilot: Copilot, question: str, place: str) -> None:
    answer = copilot.ask(question)
    citation = answer.citations[0]
    assert (answer.status, citation.locator) == ("answered", place)
    assert citation.quote in copilot.source(citation).text


def test_a_place_that_is_gone_is_said_to_be(copilot: Copilot) -> None:
    citation = cited(copilot, "How often is the quorvex calibrated?").model_copy(update={"locator": "page 99"})
    with pytest.raises(KnowledgeError, match="no longer has page 99"):
        copilot.source(citation)


def test_what_is_said_of_a_document_in_front_of_its_text_is_not_shown(copilot: Copilot) -> None:
    citation = cited(copilot, "When is the blenkinsop polished?")
    assert citation.source == "polish.md"
    page = copilot.source(citation.model_copy(update={"locator": "lines 1-99"}))
    assert "polished on Mondays" in page.text
    assert "held-in-front" not in page.before + page.text + page.after
    empty = copilot.source(citation.model_copy(update={"locator": "lines 1-2"}))
    assert (empty.before, empty.text) == ("", "")
    assert "held-in-front" not in empty.after
