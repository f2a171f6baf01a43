"""What is meant without being said in full, and what is not: units, versions, and readings that are only a guess."""

from __future__ import annotations

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot
from copilot.types import Answer

PROJECTS = """id,name,unit,stage,owner,spend,started,risk,release
P1,Claims Reader,Norwood Bank,pilot,Ana Ruiz,400000,2025-02-01,low,v1.6.1
P2,Fraud Radar,Norwood Bank,production,Bo Lind,900000,2024-03-01,high,8.6.0
P3,Shelf Planner,Norwood Stores,pilot,Cem Acar,150000,2025-06-01,low,6.0.2
P4,Crane Watch,Harbour Works,production,Dee Osei,700000,2023-09-01,high,
"""
OBSERVATIONS = """metric,month,unit,numerator,denominator
weekly_use,2026-03-01,Norwood Bank,60,100
weekly_use,2026-03-01,Norwood Stores,30,100
weekly_use,2026-03-01,Harbour Works,90,100
"""
METRICS = """metrics:
  weekly_use:
    label: Weekly use
    definition: People who worked with a tool in a week, divided by those meant to.
    expression: SUM(numerator) / NULLIF(SUM(denominator), 0)
    where: {metric: weekly_use}
    time: month
    dimensions: {unit: unit}
    unit: share
"""


copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-03-31\nstages: [pilot, production]\n",
        "records/projects.csv": PROJECTS,
        "records/observations.csv": OBSERVATIONS,
        "metrics.yaml": METRICS,
    }
)


def looked_up(answer: Answer) -> dict[str, object]:
    return next(dict(c.arguments) for c in answer.tool_calls if c.name == "lookup_metric")


def test_a_unit_is_called_by_the_last_word_of_its_name(copilot: Copilot) -> None:
    answer = copilot.ask("What is the weekly use in the bank?")
    assert looked_up(answer)["filters"] == {"unit": "Norwood Bank"}
    assert "60%" in answer.text


def test_a_unit_beside_the_name_of_a_metric_is_a_condition(copilot: Copilot) -> None:
    answer = copilot.ask("By how much did the weekly use at Harbour change from February 2026 to March 2026?")
    assert looked_up(answer)["filters"] == {"unit": "Harbour Works"}


def test_units_that_are_compared_are_told_and_no_others(copilot: Copilot) -> None:
    answer = copilot.ask("Compare weekly use in Norwood Bank and Harbour Works")
    assert looked_up(answer)["groups"] == ["Norwood Bank", "Harbour Works"]
    first = answer.text.partition("\n")[0]
    assert "90%" in first
    assert "60%" in first
    assert "30%" not in first


def test_a_reading_that_is_only_a_guess_is_offered_and_not_told(copilot: Copilot) -> None:
    answer = copilot.ask("Whose insurance certificate for handling explosives is older than the rules allow?")
    assert answer.status == "insufficient_evidence"
    assert not any(name in answer.text for name in ("Claims Reader", "Fraud Radar", "Shelf Planner", "Crane Watch"))


@pytest.mark.parametrize(
    "question", ["How many projects have a release?", "Which projects are in the release registry?"]
)
def test_a_version_is_meant_only_where_it_is_said(copilot: Copilot, question: str) -> None:
    conditions = call(copilot, question)["filters"]
    assert not [c for c in conditions if c["column"] == "release" and c.get("op", "=") not in ("present", "missing")]


def test_a_version_that_is_said_is_meant(copilot: Copilot) -> None:
    assert {"column": "release", "value": "8.6.0"} in call(copilot, "Which projects run release 8.6.0?")["filters"]
