"""A citation of a file that has no lines opens at its page, slide, row or attachment."""

from collections.abc import Iterator
from io import BytesIO
from tempfile import TemporaryFile

import numpy as np
import pytest
from office_files import PAGE, message, pdf, workbook
from PIL import Image

from copilot import Citation, Copilot, KnowledgeError, Settings, open_copilot
from copilot.retrieval.loaders.isolated import page_isolated
from copilot.retrieval.loaders.pdf_page import MARK, WIDTH_PIXELS

FILLER = " ".join(f"Sentence {n} is about something else." for n in range(40))

QUORVEX = "The quorvex is calibrated every 14 days. " + "It is kept in a dry room with a door that is shut. " * 3


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    root = tmp_path_factory.mktemp("workspace")
    pages = ["The first page.", FILLER, QUORVEX, FILLER, "The last page."]
    (root / "plan.pdf").write_bytes(
        pdf("#set document(date: datetime(year: 2025, month: 4, day: 3))\n" + "#pagebreak()\n".join(pages))
    )
    (root / "held.pdf").write_bytes(pdf("The zanthor is held back."))
    (root / "held.pdf.meta.yaml").write_text("label: board\n")
    (root / "workspace.yaml").write_text("labels: [board]\nviewers:\n  everyone: {}\n  board: {labels: [board]}\n")
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


def test_its_page_is_drawn_with_the_quote_marked_for_whoever_may_see_it(copilot: Copilot) -> None:
    citation = cited(copilot, "How often is the quorvex calibrated?")
    image = copilot.page_image(citation)
    assert image is not None
    assert copilot.page_image(citation) is image
    assert marked_rows(image)
    held = {"source": "held.pdf", "locator": "page 1", "quote": "The zanthor is held back."}
    restricted = copilot.page_image(citation.model_copy(update=held), "board")
    assert restricted is not None
    assert marked_rows(restricted)
    with pytest.raises(KnowledgeError, match="not for you"):
        copilot.page_image(citation.model_copy(update=held))


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": "Nothing of the kind is written."},
        {"quote": ""},
        {"locator": "page 99"},
        {"locator": "lines 1-2"},
        {"source": "polish.md"},
    ],
)
def test_what_cannot_be_drawn_is_shown_as_text_alone(copilot: Copilot, changes: dict[str, str]) -> None:
    citation = cited(copilot, "How often is the quorvex calibrated?").model_copy(update=changes)
    assert copilot.page_image(citation) is None


def marked_rows(image: bytes) -> list[int]:
    """Rows of the image, from its top, that are marked."""
    pixels = np.asarray(Image.open(BytesIO(image)))
    assert pixels.shape[1] == WIDTH_PIXELS
    return [int(row) for row in np.flatnonzero((pixels == MARK).all(axis=2).any(axis=1))]


def drawn(source: str, quote: str, first: int = 1, last: int = 1) -> bytes:
    with TemporaryFile() as file:
        file.write(pdf(source))
        file.seek(0)
        return page_isolated(file, first, last, quote)


def test_the_mark_lies_on_the_words_and_nowhere_else() -> None:
    top, bottom = (
        marked_rows(drawn(PAGE + "First line. \n\n#v(1fr) Last line.", q)) for q in ("First line", "Last line")
    )
    assert 0 < len(top) < 60
    assert 0 < len(bottom) < 60
    assert max(top) < min(bottom)


def test_a_quote_that_runs_over_a_page_is_marked_from_where_it_begins() -> None:
    source = PAGE + "It begins here\n#pagebreak()\nand it ends there."
    whole = "It begins here\nand it ends there."
    assert marked_rows(drawn(source, whole, 1, 2)) == marked_rows(drawn(source, "It begins here"))


def test_what_is_no_pdf_cannot_be_drawn() -> None:
    with TemporaryFile() as file, pytest.raises(KnowledgeError, match="damaged"):
        page_isolated(file, 1, 1, "quote")


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
