"""Stages of a company's own names, spoken of by what they mean."""

from __future__ import annotations

import csv
import io

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot

ROWS = """id,name,unit,stage,stage_since,owner,spend
L-1,Berth Planner,Quay,Slack water,2025-02-01,Ines Roca,12
L-2,Sluice Eye,Lock,Flood,2025-06-11,Omar Haddad,40
L-3,Crane Reader,Quay,Spring tide,2025-07-02,,55
L-4,Fog Caller,Lock,Flood,2025-09-15,Yuki Mori,31
L-5,Tug Caller,Quay,Neap,2025-10-01,Ines Roca,9
L-6,Rope Counter,Lock,Wrecked,2025-03-01,Omar Haddad,70
L-7,Tide Table,Quay,Laid up,2025-04-01,Yuki Mori,5
L-8,Gate Watch,Lock,Wrecked,2025-11-01,Ines Roca,18
"""
STAGES = {
    "Slack water": "before", "Neap": "pilot", "Flood": "production", "Spring tide": "production",
    "Wrecked": "stopped", "Laid up": "retired",
}  # fmt: skip
PROJECTS = list(csv.DictReader(io.StringIO(ROWS)))


copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Tamar Harbours\nas_of: 2026-01-15\ncurrency: EUR\nstages:\n"
        + "".join(f"  - {{name: {name}, means: {means}}}\n" for name, means in STAGES.items()),
        "records/projects.csv": ROWS,
    }
)


def kept(arguments: dict[str, object]) -> set[str]:
    """The stages that the conditions of a call leave."""
    stages = set(STAGES)
    for one in arguments["filters"]:  # type: ignore[attr-defined]
        if one["column"] == "stage":
            values = set(one["value"]) if isinstance(one["value"], list) else {one["value"]}
            stages = stages - values if one.get("op", "=") in ("!=", "not in") else stages & values
    return stages


@pytest.mark.parametrize(
    ("question", "means"),
    [
        ("How many tools do our people use every day by now?", {"production"}),
        ("Which ones are already in daily use?", {"production"}),
        ("How many have not been ended, one way or another?", {"before", "pilot", "production"}),
    ],
)
def test_all_stages_of_a_meaning_are_meant(copilot: Copilot, question: str, means: set[str]) -> None:
    assert kept(call(copilot, question)) == {name for name, told in STAGES.items() if told in means}


def test_a_stage_that_is_named_is_meant_alone(copilot: Copilot) -> None:
    assert kept(call(copilot, "Which projects are in Flood?")) == {"Flood"}


def test_words_that_all_rows_share_lose_no_count(copilot: Copilot) -> None:
    answer = copilot.ask("How many of these AI things do our people actually use every day?")
    assert answer.status == "answered"
    assert kept(call(copilot, answer.question)) == {"Flood", "Spring tide"}
    assert any(f.value == 3 for f in answer.figures)
