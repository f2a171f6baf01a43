"""What is asked of the first few rows that were told is asked of those, not of all rows that could have been."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.types import Answer

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Halden Care\ncurrency: NOK\nas_of: 2026-06-01\n",
        "records/projects.csv": "id,name,unit,stage,started,owner,budget\n"
        "H-01,Sepsis Warning,Surgery,pilot,2025-02-01,Ida Lund,100\n"
        "H-02,Bed Planner,Surgery,pilot,2024-09-01,Jon Ruud,250\n"
        "H-03,Visit Router,Medicine,production,2023-03-01,Ane Moe,400\n"
        "H-04,Ward Chat,Medicine,pilot,2022-05-01,Odd Vik,90\n"
        "H-05,Scan Sorter,Medicine,pilot,2021-05-01,Liv Dahl,80\n",
    }
)


def told(answer: Answer) -> set[str]:
    """The ids of the rows that the answer's call is about."""
    lead = next(c for c in answer.tool_calls if c.is_lead)
    return {i for f in lead.arguments.get("filters", ()) if f["column"] == "id" for i in f["value"]}


@pytest.mark.parametrize(
    "question", ["Which of those are in Medicine?", "Who owns the oldest of them?", "What did they cost altogether?"]
)
def test_those_are_the_first_few(copilot: Copilot, question: str) -> None:
    copilot.ask("Show me the three most expensive projects", conversation=question.replace(" ", "_").strip("?"))
    answer = copilot.ask(question, conversation=question.replace(" ", "_").strip("?"))
    assert told(answer) == {"H-01", "H-02", "H-03"}
    assert answer.status == "answered"


def test_the_figure_is_of_those_alone(copilot: Copilot) -> None:
    copilot.ask("Show me the three most expensive projects", conversation="sum")
    answer = copilot.ask("How much budget do they have in total?", conversation="sum")
    assert 750 in {figure.value for figure in answer.figures}


@pytest.mark.parametrize("question", ["And the three cheapest?", "And without Surgery?"])
def test_what_points_to_none_of_them_is_asked_of_all(copilot: Copilot, question: str) -> None:
    copilot.ask("Show me the three most expensive projects", conversation=question.replace(" ", "_").strip("?"))
    assert told(copilot.ask(question, conversation=question.replace(" ", "_").strip("?"))) == set()


def test_where_none_of_those_was_found_they_are_still_meant(copilot: Copilot) -> None:
    for question in ("Show me the three most expensive projects", "Which of those started in 2026?"):
        copilot.ask(question, conversation="none")
    answer = copilot.ask("And who owns them?", conversation="none")
    assert told(answer) == {"H-01", "H-02", "H-03"}
    assert all(name in answer.text for name in ("Ida Lund", "Jon Ruud", "Ane Moe"))
