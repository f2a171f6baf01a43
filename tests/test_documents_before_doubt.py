"""What documents say, where records only perhaps mean what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from indexes import Indexes

from copilot import Copilot, Settings, open_copilot

SAMPLE = Path(__file__).parents[1] / "knowledge"


@pytest.fixture(scope="module")
def copilot(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    state = tmp_path_factory.mktemp("state")
    opened = open_copilot(indexes.copy_to(Settings(workspace=SAMPLE, state_dir=state)))
    yield opened
    opened.close()


def test_a_part_that_records_may_not_mean_is_asked_of_the_documents(copilot: Copilot) -> None:
    question = (
        'What is the "AI scaling gap" and approximately what percentage of organizations successfully scale AI beyond '
        "pilot projects?"
    )
    answer = copilot.ask(question)
    searched = [call.arguments["query"] for call in answer.tool_calls if call.name == "search_knowledge"]
    assert searched == [question]
    assert "20%" in answer.text
    assert {c.source.split("/")[0] for c in answer.citations} == {"playbook"}


def test_rows_that_are_hardly_nearer_do_not_come_before_documents(copilot: Copilot) -> None:
    answer = copilot.ask("Who has to sign before a credit model goes live, and how long may that take?")
    assert {c.source.split("/")[0] for c in answer.citations} == {"policies"}


def test_rows_that_are_clearly_nearer_do(copilot: Copilot) -> None:
    answer = copilot.ask("Why did we kill the drones in the warehouse again?")
    assert answer.citations
    assert all(c.kind == "record" for c in answer.citations)
