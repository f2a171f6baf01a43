"""Columns of letters, of which no mapping says that they are grades, as people ask for them."""

from __future__ import annotations

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot
from copilot.errors import ToolError

TOOLS = """id,name,unit,stage,budget,data grade,supplier rating
P-1,Berth Planner,Port,production,120000,A,B+
P-2,Crane Watch,Port,pilot,80000,C,A-
P-3,Freight Triage,Rail,idea,50000,B,C
P-4,Track Inspection,Rail,production,310000,D,A
P-5,Yard Camera,Yards,pilot,45000,B,B-
P-6,Customs Reader,Port,production,95000,A,A+
P-7,Shift Planner,Yards,scaling,60000,E,C+
P-8,Invoice Matcher,Rail,pilot,30000,,B
"""
SUPPLIERS = """code,supplier,country,audit result,hazard class
S-1,Norsk Data,Norway,green,A
S-2,Baltic Soft,Estonia,amber,B
S-3,Iber Cloud,Spain,red,D
S-4,Gaul Systems,France,green,C
"""
MAPPING = """tables:
  suppliers:
    source: suppliers.csv
    columns:
      audit result: {order: [red, amber, green]}
      hazard class: {order: [A, B, C, D], direction: down}
"""

copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-06-30\ncurrency: EUR\n",
        "records/projects.csv": TOOLS,
        "records/suppliers.csv": SUPPLIERS,
        "records/mapping.yaml": MAPPING,
    }
)


@pytest.mark.parametrize(
    ("question", "conditions"),
    [
        ("Which projects have at least a B as data grade?", [("data grade", ">=", "B")]),
        ("Which projects have a supplier rating of B or better?", [("supplier rating", ">=", "B")]),
        ("Which projects are worse than B in data grade?", [("data grade", "<", "B")]),
        ("Which projects are rated below B?", [("supplier rating", "<", "B")]),
        ("Which projects have no better grade than C?", [("data grade", "<=", "C")]),
        ("How many projects are rated A- or higher?", [("supplier rating", ">=", "A-")]),
        ("Which projects are rated between B and A?", [("supplier rating", ">=", "B"), ("supplier rating", "<=", "A")]),
        ("Which pilots have at least grade C data?", [("data grade", ">=", "C"), ("stage", "=", "pilot")]),
        ("Which projects got a B+ as supplier rating?", [("supplier rating", "=", "B+")]),
        ("Which suppliers are worse than green in their audit result?", [("audit result", "<", "green")]),
        ("Which suppliers are better than C in hazard class?", [("hazard class", "<", "C")]),
    ],
)
def test_a_grade_is_compared_with(copilot: Copilot, question: str, conditions: list[tuple[str, str, str]]) -> None:
    asked = call(copilot, question)
    assert [(f["column"], f.get("op", "="), f["value"]) for f in asked["filters"]] == conditions


@pytest.mark.parametrize(
    ("question", "order", "limit"),
    [
        ("Which project has the best supplier rating?", "-supplier rating", 1),
        ("What is the lowest data grade in Rail?", "data grade", 1),
        ("Rank the projects by supplier rating.", "-supplier rating", None),
        ("List the projects by data grade, worst first.", "data grade", None),
        ("Compare Crane Watch and Track Inspection by data grade.", "-data grade", None),
        ("Which suppliers have the worst hazard class?", "-hazard class", 1),
    ],
)
def test_rows_are_ordered_by_a_grade(copilot: Copilot, question: str, order: str, limit: int | None) -> None:
    asked = call(copilot, question)
    assert (asked["order_by"], asked.get("limit"), asked.get("group_by")) == (order, limit, None)


def test_of_a_group_the_middle_grade_is_told(copilot: Copilot) -> None:
    answer = copilot.ask("Which unit has the best data grade?")
    assert "Port has the highest median data grade, A; Rail comes next with D" in answer.text


def test_an_answer_says_which_end_was_taken_for_the_highest_unless_the_mapping_does(copilot: Copilot) -> None:
    assumed = copilot.ask("Which projects have a supplier rating of B or better?")
    assert "5 of 8 projects have a supplier rating of at least B" in assumed.text
    assert "letters of the supplier rating are read as grades, A the highest" in assumed.text
    told = copilot.ask("Which suppliers have an audit result of at least amber?")
    assert "3 of 4 suppliers have an audit result of at least amber" in told.text
    assert "read as grades" not in told.text


def test_a_sign_tells_one_grade_from_another_in_calls_too(copilot: Copilot) -> None:
    several = {"column": "supplier rating", "op": "in", "value": ["a+", "B"]}
    found = copilot.call("find_projects", filters=[several])
    assert [row[0] for row in found.tables[0].rows] == ["P-6", "P-8"]
    assert "2 of 8 projects have the supplier rating A+ or B" in found.findings[0].text
    with pytest.raises(ToolError, match="'Q' is none of them"):
        copilot.call("find_projects", filters=[{"column": "data grade", "op": ">", "value": "Q"}])
