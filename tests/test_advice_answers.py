"""Advice through the front door: asked in plain speech, computed from the fixture hospital, cited and honest."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot import Answer, Copilot

CORPUS = Path(__file__).parent / "fixtures" / "corpus"


def is_called(answer: Answer, tool: str) -> bool:
    return any(call.name == tool and call.ok for call in answer.tool_calls)


def test_the_operating_model_is_advised_with_what_would_change_it_and_what_to_ask(copilot: Copilot) -> None:
    answer = copilot.ask("Should we run a centre of excellence or a federated model?")
    assert is_called(answer, "recommend_operating_model")
    assert answer.text.startswith("By 11 criteria a centre of excellence fits Halden Care best")
    assert "would change the advice" in answer.text
    assert "Not in the records, and to be asked" in answer.text
    assert "documents say nothing about operating models" in answer.text
    assert answer.warnings == ()
    assert answer.citations[0].kind == "computation"


def test_a_change_plan_cites_the_record_the_metric_and_the_document(copilot: Copilot) -> None:
    answer = copilot.ask("Make a change plan for Bed Planner")
    assert is_called(answer, "plan_change")
    assert answer.text.startswith("Bed Planner (H-02) of Halden General is in scaling")
    assert "Train on real cases, in paid time." in answer.text
    assert {"computation", "metric", "record", "passage"} <= {citation.kind for citation in answer.citations}
    assert answer.warnings == ()


def test_a_follow_up_plans_for_the_next_project(copilot: Copilot) -> None:
    conversation = "change"
    copilot.ask("Make a change plan for Bed Planner", conversation=conversation)
    answer = copilot.ask("And for Visit Router?", conversation=conversation)
    assert answer.text.startswith("Visit Router (H-04) of Home Care is in production")


def test_duplicates_are_compared_over_what_the_viewer_may_see(copilot: Copilot) -> None:
    answer = copilot.ask("Which projects duplicate each other?")
    assert is_called(answer, "find_duplicates")
    assert answer.text.startswith("Of 8 projects that go on") or answer.text.startswith("Among 8 projects that go on")
    assert "H-09" not in answer.text
    assert "may not see" in answer.text
    assert answer.warnings == ()


@pytest.mark.parametrize(
    "question", ["Write a memo on what to stop", "Draft a paper on the two weakest projects to cut"]
)
def test_a_memo_on_what_to_stop_is_made_of_the_end_of_the_ranking(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    lead = next(call for call in answer.tool_calls if call.is_lead)
    assert (lead.name, lead.arguments["purpose"]) == ("draft_memo", "stop")
    assert "filters" not in lead.arguments
    assert answer.text.startswith("Motion: Stop 2 projects: Radiology Triage and Staffing Forecast")


def test_what_to_stop_is_asked_of_what_goes_on(copilot: Copilot) -> None:
    answer = copilot.ask("Which two projects should be stopped first?")
    lead = next(call for call in answer.tool_calls if call.is_lead)
    assert (lead.name, lead.arguments) == ("prioritize_projects", {"bottom": 2})
