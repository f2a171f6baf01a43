"""What a memo is asked about, and what for: money, what to stop, or how things stand."""

from __future__ import annotations

from typing import Any

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

PROJECTS = """id,name,unit,stage,owner,expected_benefit,budget,spend,business_value,feasibility,generative
P1,Claims Reader,Norwood Bank,pilot,Ana Ruiz,900000,400000,100000,8,7,yes
P2,Fraud Radar,Norwood Bank,production,Bo Lind,800000,900000,800000,9,6,no
P3,Shelf Planner,Norwood Stores,pilot,Cem Acar,300000,150000,40000,5,8,no
P4,Letter Helper,Norwood Stores,pilot,Dee Osei,250000,120000,30000,4,7,yes
P5,Price Robot,Norwood Stores,stopped,Cem Acar,100000,90000,80000,3,3,no
"""
MODELS = """id,project_id,name,status
M1,P2,Radar score,live
"""
INCIDENTS = """id,date,project_id,severity,title,status
I1,2026-01-05,P2,2,Cards were held twice,open
I2,2026-02-17,P1,3,A claim was lost,closed
"""
CONSENT = """# Consent rules

A customer is asked for consent before a chatbot keeps what they wrote.

Consent is asked in the customer's own language and may be taken back at any time.
"""


copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-03-31\nstages: [pilot, production, stopped]\n",
        "records/projects.csv": PROJECTS,
        "records/models.csv": MODELS,
        "records/incidents.csv": INCIDENTS,
        "policies/consent.md": CONSENT,
    }
)


def test_only_the_projects_of_a_condition_are_decided_on(copilot: Copilot) -> None:
    answer = copilot.ask("Draft a memo for the generative pilots, which to fund first")
    call = next(c for c in answer.tool_calls if c.name == "draft_memo")
    held = {condition["column"]: condition["value"] for condition in call.arguments["filters"]}
    assert held == {"stage": "pilot", "generative": True}
    assert "Shelf Planner" not in answer.text


@pytest.mark.parametrize(
    ("question", "tool", "told"),
    [
        ("Write one page on our open incidents for the risk committee", "find_projects", "Cards were held twice"),
        ("Write a note to the board on customer consent for chatbots", "search_knowledge", "asked for consent"),
    ],
)
def test_another_subject_is_told_and_no_money_is_moved(copilot: Copilot, question: str, tool: str, told: str) -> None:
    answer = copilot.ask(question)
    names = [call.name for call in answer.tool_calls]
    assert "draft_memo" not in names
    assert tool in names
    assert told in answer.text


def test_a_memo_without_a_subject_ranks_the_candidates(copilot: Copilot) -> None:
    answer = copilot.ask("Draft a prioritization memo for the investment committee")
    assert "draft_memo" in [call.name for call in answer.tool_calls]


def asked(copilot: Copilot, question: str, conversation: str = "") -> dict[str, Any]:
    """The arguments of the memo that a question asks for."""
    answer = copilot.ask(question, conversation=conversation) if conversation else copilot.ask(question)
    return next(dict(call.arguments) for call in answer.tool_calls if call.name == "draft_memo")


@pytest.mark.parametrize(
    ("question", "purpose", "projects"),
    [
        ("Draft a memo on which projects to stop and which to continue", "stop", []),
        ("One page on Fraud Radar please: stop it, fix it or carry on?", "stop", ["P2"]),
        ("Write a memo on whether Shelf Planner should be stopped", "stop", ["P3"]),
        ("Write a status note to the board on Shelf Planner", "status", ["P3"]),
        ("A briefing for the chair on Claims Reader and how it looks on paper", "status", ["P1"]),
        ("Draft a note to the chief risk officer on the Radar score", "status", ["P2"]),
        ("A paper for the committee on why Price Robot was stopped", "status", ["P5"]),
        ("Write a memo on Claims Reader", "status", ["P1"]),
        ("Write a note to the board asking to fund Claims Reader", "fund", ["P1"]),
        ("Draft a note on our best two projects within 300,000", "fund", []),
    ],
)
def test_what_a_memo_is_for_is_read_from_how_it_is_asked_for(
    copilot: Copilot, question: str, purpose: str, projects: list[str]
) -> None:
    arguments = asked(copilot, question)
    assert (arguments.get("purpose", "fund"), arguments.get("projects", [])) == (purpose, projects)


def test_a_report_keeps_the_conditions_on_its_projects(copilot: Copilot) -> None:
    arguments = asked(copilot, "Write a status note to the board on the pilots")
    assert arguments["filters"] == [{"column": "stage", "value": "pilot"}]
    kept = asked(copilot, "Write a stop/continue memo on our pilots")
    assert kept == {"filters": [{"column": "stage", "value": "pilot"}], "purpose": "stop"}


def test_a_follow_up_keeps_what_the_memo_is_for(copilot: Copilot) -> None:
    asked(copilot, "Draft a memo on what to stop", "weakest")
    narrowed = asked(copilot, "and only in Norwood Stores?", "weakest")
    assert (narrowed["purpose"], narrowed["unit"]) == ("stop", "Norwood Stores")


def test_a_memo_is_addressed_to_a_person_of_the_records_who_is_named(copilot: Copilot) -> None:
    arguments = asked(copilot, "Write a status note to Cem Acar on Claims Reader")
    assert arguments == {"projects": ["P1"], "purpose": "status", "addressee": "Cem Acar"}


def test_a_subject_that_no_record_has_is_said_to_be_left_out(copilot: Copilot) -> None:
    answer = copilot.ask("Write a funding memo for the snow plough work")
    assert "draft_memo" in [call.name for call in answer.tool_calls]
    assert "snow plough" in answer.text.splitlines()[0]
