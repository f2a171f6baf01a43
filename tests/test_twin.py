"""Whoever may not see the restricted parts of a workspace is told what they would be told if those did not exist."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from indexes import CORPUS, Indexes

from copilot import Copilot, Settings, open_copilot
from copilot.types import Answer, Calculation, Citation, Figure, Viewer
from evals.twin import differences, make_twin
from evals.twin_questions import questions_of

VIEWER = "ward_manager"
QUESTIONS = (
    "How many projects are there?",
    "How many projects are in each stage?",
    "What is the total budget of all projects?",
    "Which five projects should come first?",
    "What is the risk appetite of the board?",
    "How long are patient data kept?",
    "What should be stopped?",
    "Which models drift?",
    "Draft a memo for the board on the first three projects.",
    "Above which price does the board decide on buying a company?",
    "Tell me about the Clinic Merger Model.",
)


@pytest.fixture(scope="module")
def twins(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copilot, Copilot]]:
    folder = tmp_path_factory.mktemp("twins")
    assert make_twin(CORPUS, folder / "corpus", Viewer()) > 2
    whole = open_copilot(indexes.copy_to(Settings(workspace=CORPUS, state_dir=folder / "state")))
    twin = open_copilot(Settings(workspace=folder / "corpus", state_dir=folder / "state"))
    yield whole, twin
    whole.close()
    twin.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_that_of_the_twin_without_the_restricted_parts(
    twins: tuple[Copilot, Copilot], question: str
) -> None:
    whole, twin = twins
    assert differences(whole.ask(question, viewer=VIEWER), twin.ask(question, viewer=VIEWER)) == {}


def test_of_the_questions_that_name_or_count_what_is_restricted_each_fiftieth_is_answered_the_same(
    twins: tuple[Copilot, Copilot],
) -> None:
    """`python bench/leaks.py` asks all of them, of the workspace that ships."""
    whole, twin = twins
    questions = questions_of(whole)
    assert len(questions) > 400
    told = {q: differences(whole.ask(q, viewer=VIEWER), twin.ask(q, viewer=VIEWER)) for q in questions[::50]}
    assert {question: found for question, found in told.items() if found} == {}


def test_a_viewer_who_sees_more_is_told_something_else(twins: tuple[Copilot, Copilot]) -> None:
    whole, twin = twins
    mine, other = (c.ask("How many projects are there?", viewer="chief_physician") for c in (whole, twin))
    assert {"text", "figures"} <= differences(mine, other).keys()


def test_a_twin_holds_no_labelled_document_and_no_row_that_belongs_to_a_labelled_one(tmp_path: Path) -> None:
    make_twin(CORPUS, tmp_path / "twin", Viewer())
    text = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "twin").rglob("*.md"))
    assert "label: board" not in text
    with (CORPUS / "records" / "projects.csv").open(encoding="utf-8", newline="") as file:
        hidden = {row["id"] for row in csv.DictReader(file) if row["label"]}
    assert hidden
    for path in (tmp_path / "twin" / "records").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert not [row for row in csv.DictReader(file) if hidden & {row.get("id"), row.get("project_id")}]


def test_a_caveat_that_rows_are_left_out_and_a_marker_are_no_difference() -> None:
    def answer(text: str, figure: str = "5") -> Answer:
        figures = (Figure(text=figure, value=5, unit="project"),)
        return Answer(id="a", question="q", status="answered", text=text, figures=figures)

    caveat = "There are 5 projects [1]. Rows that this viewer may not see are left out, so the figures are partial [1]."
    assert differences(answer(caveat), answer("There are 5 projects [2].")) == {}
    found = differences(answer("There are 5 projects."), answer("There are 6 projects.", "6"))
    assert found.keys() == {"text", "figures"}
    assert found["text"] == ("There are 5 projects.", "There are 6 projects.")


def test_what_only_that_caveat_rests_on_is_no_difference_but_what_a_figure_rests_on_is() -> None:
    computed = Citation(
        marker=1, kind="computation", source="metrics.yaml", locator="by unit", title="Moves", quote="",
        calculations=(Calculation(method="Moves by unit"),),
    )  # fmt: skip

    def answer(text: str, *citations: Citation) -> Answer:
        return Answer(id="a", question="q", status="answered", text=text, citations=citations)

    caveat = "Rows that this viewer may not see are left out, so the figures are partial[1]."
    plain = answer("The documents do not answer this.")
    assert differences(answer(f"The documents do not answer this. {caveat}", computed), plain) == {}
    assert differences(answer(f"There were 5[1]. {caveat}", computed), answer("There were 5.")).keys() == {
        "calculations"
    }
