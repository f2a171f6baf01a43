"""A name of several words that stands nowhere is told to stand nowhere, however common its words are."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Havel Locks\nas_of: 2026-04-30\nstages: [trial, live]\n",
        "records/projects.csv": (
            "id,name,unit,stage,owner,budget\n"
            "P1,Barge Queue Model,Quay,live,Anna Roth,90000\nP2,Sluice Damage Eye,Lock,trial,Ben Frey,40000\n"
        ),
        "policies/review.md": (
            "---\ntitle: Review rules\n---\n# Review rules\n\n"
            "Every tool is reviewed by the harbour board once a year.\n"
        ),
    }
)


@pytest.mark.parametrize(
    "question", ["Who owns Barge Damage Ledger?", "What is the budget of the Barge Damage Ledger project?"]
)
def test_a_project_that_does_not_exist_is_not_taken_for_another(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    assert answer.status == "insufficient_evidence"
    assert "Barge Damage Ledger" in answer.text
    assert not any(said in answer.text for said in ("Anna Roth", "Ben Frey", "90,000", "40,000"))


@pytest.mark.parametrize(
    ("question", "owner"), [("Who owns the Barge Queue?", "Anna Roth"), ("Who owns Sluice Damage?", "Ben Frey")]
)
def test_half_of_a_name_is_still_that_name(copilot: Copilot, question: str, owner: str) -> None:
    assert owner in copilot.ask(question).text


def test_an_audience_that_nothing_mentions_is_no_subject(copilot: Copilot) -> None:
    answer = copilot.ask("For the message to the Port Audit Committee, what do all our projects cost together?")
    assert answer.status == "answered"
    assert "130,000" in answer.text
