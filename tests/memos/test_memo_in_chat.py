"""A memo asked for in a conversation: complete in the answer, kept with the turn, and without a trace otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from indexes import CORPUS, Indexes

from copilot import Copilot, Settings, open_copilot

QUESTION = "Draft a prioritization memo for the top 3 within 3 million"


@pytest.fixture
def copilot(indexes: Indexes, tmp_path: Path) -> Iterator[Copilot]:
    opened = open_copilot(indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path)))
    yield opened
    opened.close()


def test_a_memo_in_chat_is_complete_and_cited(copilot: Copilot) -> None:
    answer = copilot.ask(QUESTION)
    assert answer.status == "answered"
    assert [call.name for call in answer.tool_calls if not call.name.startswith("search_")] == ["draft_memo"]
    for part in (
        "Motion",
        "Firmness",
        "Benefit and cost",
        "Risks and gates before launch",
        "What would change",
        "The case against",
    ):
        assert part in answer.text
    assert answer.warnings == ()
    assert {table.title for table in answer.tables} == {"Ranking"}
    assert answer.charts
    assert "bearing memo export M-" in answer.text


@pytest.mark.parametrize(
    ("question", "kind", "parts"),
    [
        (
            "Draft a memo on what to stop",
            "stop",
            ("Motion: Stop", "Firmness: ", "Freed: ", "The case against stopping"),
        ),
        ("Write a status note to the board on our pilots", "status", ("Motion: Take note", "State: ", "Money: ")),
    ],
)
def test_a_memo_of_each_kind_is_told_and_kept(
    copilot: Copilot, question: str, kind: str, parts: tuple[str, ...]
) -> None:
    assert copilot.memos is not None
    answer = copilot.ask(question, conversation=kind)
    assert answer.warnings == ()
    assert all(part in answer.text for part in parts)
    (kept,) = copilot.memos.list(copilot.viewer())
    assert (kept.kind, kept.id in answer.text) == (kind, True)


def test_a_conversation_keeps_the_memo_that_its_answer_names(copilot: Copilot) -> None:
    assert copilot.memos is not None
    answer = copilot.ask(QUESTION, conversation="board-meeting")
    kept = copilot.memos.list(copilot.viewer())
    assert len(kept) == 1
    assert kept[0].id in answer.text


def test_a_question_without_a_conversation_keeps_nothing(copilot: Copilot) -> None:
    assert copilot.memos is not None
    copilot.ask(QUESTION)
    assert copilot.memos.list(copilot.viewer()) == ()


def test_a_funding_memo_is_about_the_project_that_is_named(copilot: Copilot) -> None:
    answer = copilot.ask("Write a funding memo for Discharge Letters")
    assert "Fund Discharge Letters (H-06)" in answer.text
    assert "Benefit and cost: " in answer.text
