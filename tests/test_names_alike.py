"""Names that differ by a number are told apart by nobody but the person who asks."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Halden Care\ncurrency: NOK\n",
        "records/projects.csv": "id,name,unit,stage,owner,risk\n"
        "H-01,Sepsis Warning 2,Halden General,pilot,Nora Vik,8\nH-02,Sepsis Warning 3,Halden General,pilot,Arne Lie,3\n"
        "H-03,Visit Router,Home Care,production,Siv Moe,2\n",
    }
)


@pytest.mark.parametrize(
    "question", ["Who owns Sepsis Warning?", "What stage is the Sepsis Warning in?", "What is the risk of Sepsis?"]
)
def test_what_two_names_share_is_asked_back_with_both(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    assert answer.status == "needs_clarification"
    assert set(answer.follow_ups) == {"Sepsis Warning 2 (H-01)", "Sepsis Warning 3 (H-02)"}
    assert all(choice in answer.text for choice in answer.follow_ups)
    assert not answer.warnings


def test_one_of_them_is_answered(copilot: Copilot) -> None:
    assert "Arne Lie" in copilot.ask("Who owns Sepsis Warning 3?").text


def test_the_choice_is_answered_as_the_question_was_meant(copilot: Copilot) -> None:
    copilot.ask("Who owns Sepsis Warning?", "choosing")
    assert "Arne Lie" in copilot.ask("Sepsis Warning 3 (H-02)", "choosing").text
