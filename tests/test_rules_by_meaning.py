"""One governance rule asked about in other words than its title."""

from __future__ import annotations

from typing import Any

import pytest
from small_workspaces import copilot_on

from copilot import Copilot

PROJECTS = """id,name,unit,stage,business_owner,affects,fairness_tested_on,vendor,vendor_reviewed_on
P1,Claims Reader,Harbour,production,,customers,2025-01-10,Parlo,2024-02-01
P2,Fraud Radar,Harbour,production,Bo Lind,customers,2026-02-10,,
P3,Shelf Planner,Stores,production,Cem Acar,nobody,,Weldon,2026-01-15
P4,Letter Helper,Stores,pilot,,customers,,,
P5,Production Line Planner,Stores,production,Ada Kern,nobody,,,
"""
GATES = """
gates: [{id: Door}, {id: Harvest}]
facts:
  fairness_tested_on: {question: "On which day was its last bias check signed?"}
rules:
  - {id: owner, title: A business owner is named, instrument: Charter, severity: blocking, gate: Door,
     from_stage: production, requires: business_owner present}
  - {id: fairness, title: The fairness test is not older than 6 months, instrument: Charter, severity: blocking,
     gate: Harvest, from_stage: production, applies: affects = customers, requires: fairness_tested_on in_force,
     validity_days: 183}
  - {id: supplier, title: Due diligence of the supplier is not older than 12 months, instrument: Charter,
     severity: warning, gate: Harvest, from_stage: pilot, applies: vendor present,
     requires: vendor_reviewed_on in_force, validity_days: 365}
"""


copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-03-31\nstages: [pilot, production]\n",
        "records/projects.csv": PROJECTS,
        "gates.yaml": GATES,
    }
)


def checked(copilot: Copilot, question: str) -> tuple[dict[str, Any], str]:
    """The arguments of the check, and the first line of the answer."""
    answer = copilot.ask(question)
    arguments = next(dict(c.arguments) for c in answer.tool_calls if c.name == "check_governance")
    return arguments, answer.text.partition("\n")[0]


def test_the_rule_that_is_meant_is_told_with_the_projects_that_do_not_meet_it(copilot: Copilot) -> None:
    arguments, first = checked(copilot, "Whose fairness test is older than it may be?")
    assert arguments["rule"] == "fairness"
    assert "Claims Reader" in first
    assert "Fraud Radar" not in first


@pytest.mark.xfail(reason="the reader wants rows since decision 0075: no model is checked", strict=True)
def test_a_rule_is_meant_by_the_fact_that_it_requires_whatever_rows_are_named(copilot: Copilot) -> None:
    arguments, first = checked(copilot, "Whose bias check in production has lapsed?")
    assert arguments["rule"] == "fairness"
    assert "Claims Reader" in first


def test_what_means_no_single_rule_is_checked_by_all(copilot: Copilot) -> None:
    arguments, _ = checked(copilot, "What is blocked by our governance rules?")
    assert "rule" not in arguments


def test_a_stage_that_is_named_is_no_record_and_narrows_the_check(copilot: Copilot) -> None:
    arguments, first = checked(copilot, "Which production systems are in breach of a governance rule?")
    assert "project" not in arguments
    assert arguments["filters"] == [{"column": "stage", "value": "production"}]
    assert "Production Line Planner" not in first
