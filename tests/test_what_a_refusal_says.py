"""A refusal is short: what may be asked next is offered, not listed."""

from __future__ import annotations

from small_workspaces import SMALL, copilot_on

from copilot import Copilot

copilot = copilot_on(SMALL)


def test_topics_are_offered_as_questions_and_not_listed(copilot: Copilot) -> None:
    answer = copilot.ask("Which street is the privacy office in?")
    assert answer.status == "insufficient_evidence"
    assert any("Data retention" in question for question in answer.follow_ups)
    assert "Data retention" not in answer.text


def test_what_is_hardly_said_is_asked_back_with_several_choices(copilot: Copilot) -> None:
    answer = copilot.ask("What about the money?")
    assert answer.status == "needs_clarification"
    assert len(answer.follow_ups) > 1
