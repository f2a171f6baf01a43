"""What is asked of one record is told from its columns, and doubted where none of them may hold it."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.reading.certainty import DOUBTED
from copilot.types import ToolCall

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Halden Care\ncurrency: NOK\nas_of: 2026-06-01\n",
        "records/projects.csv": "id,name,unit,stage,started,owner,sponsor,vendor,budget,spend,personal_data\n"
        "H-01,Sepsis Warning,Surgery,pilot,2025-02-01,Ida Lund,Per Aas,Nordlys Vision,100000,40000,yes\n"
        "H-02,Bed Planner,Surgery,pilot,2024-09-01,Jon Ruud,Per Aas,Fjord Systems,250000,90000,no\n"
        "H-03,Visit Router,Medicine,production,2023-03-01,Ane Moe,Eva Lie,Nordlys Vision,400000,410000,yes\n",
    }
)


def record_call(copilot: Copilot, question: str) -> ToolCall:
    return next(c for c in copilot.ask(question).tool_calls if c.name == "project_record")


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("Who owns Bed Planner?", {"owner"}),
        ("When did Sepsis Warning start?", {"started"}),
        ("What has Visit Router cost so far?", {"spend"}),
        ("Who is the supplier of Bed Planner?", {"vendor"}),
        ("Does Sepsis Warning use personal data?", {"personal_data"}),
    ],
)
def test_the_column_that_is_asked_for_is_told_firmly(copilot: Copilot, question: str, columns: set[str]) -> None:
    call = record_call(copilot, question)
    assert set(call.arguments["columns"]) == columns
    assert call.certainty >= DOUBTED


@pytest.mark.parametrize(
    "question",
    [
        "Who trained the nurses on Bed Planner?",
        "How many wards use Sepsis Warning every day?",
        "Which programming language is Visit Router written in?",
    ],
)
def test_a_fact_that_no_column_holds_is_not_told_firmly(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    firm = [c for c in answer.tool_calls if c.is_lead and c.arguments.get("columns") and c.certainty >= DOUBTED]
    assert not firm


def test_what_happened_and_what_it_does_are_said_by_verbs(copilot: Copilot) -> None:
    assert "Bed Planner started on 2024-09-01" in copilot.ask("When did Bed Planner start?").text
    assert "Sepsis Warning processes personal data" in copilot.ask("Does Sepsis Warning use personal data?").text
