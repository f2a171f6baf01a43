"""What a memo is asked about: projects that are named by a condition, other rows, or a subject of the documents."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

PROJECTS = """id,name,unit,stage,owner,expected_benefit,budget,spend,business_value,feasibility,generative
P1,Claims Reader,Norwood Bank,pilot,Ana Ruiz,900000,400000,100000,8,7,yes
P2,Fraud Radar,Norwood Bank,production,Bo Lind,800000,900000,800000,9,6,no
P3,Shelf Planner,Norwood Stores,pilot,Cem Acar,300000,150000,40000,5,8,no
P4,Letter Helper,Norwood Stores,pilot,Dee Osei,250000,120000,30000,4,7,yes
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
        "workspace.yaml": "as_of: 2026-03-31\nstages: [pilot, production]\n",
        "records/projects.csv": PROJECTS,
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
