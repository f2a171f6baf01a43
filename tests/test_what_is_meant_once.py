"""What a question says once is meant once: within it, in the parts of it, and in what follows from it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot

SCHEMES = """Ref;Scheme;Depot;Phase;Guardian;Stopper;Outlay;Months late
V1;Tyre Watch;Harbour;in service;Ida Moen;Kari Lund;900000;0
V2;Route Mixer;Harbour;in service;Per Aas;;450000;7
V3;Fuel Forecast;Hill;trial;;Kari Lund;300000;2
V4;Door Check;Hill;laid aside;Ida Moen;;120000;11
V5;Shift Planner;Meadow;trial;;;80000;1
V6;Brake Listener;Meadow;in service;Per Aas;Kari Lund;610000;4
V7;Ticket Reader;Harbour;trial;Per Aas;;95000;3
"""
STAGES = """as_of: 2026-04-30
stages:
- {name: trial, means: pilot}
- {name: in service, means: production}
- {name: laid aside, means: stopped}
"""
MAPPING = """tables:
  projects:
    source: schemes.csv
    rename: {Ref: id, Scheme: name, Depot: unit, Phase: stage, Guardian: owner, Stopper: human_oversight,
             Outlay: spend, Months late: months_late}
"""


copilot = copilot_on(
    {
        "workspace.yaml": STAGES,
        "records/schemes.csv": SCHEMES,
        "records/mapping.yaml": MAPPING,
    }
)


def conditions(arguments: dict[str, Any]) -> set[tuple[str, str]]:
    return {(f["column"], f.get("op", "=")) for f in arguments["filters"]}


def then(copilot: Copilot, *questions: str) -> list[dict[str, Any]]:
    """The calls over rows of the last of these questions."""
    conversation = str(uuid4())
    for question in questions:
        answer = copilot.ask(question, conversation=conversation)
    return [dict(c.arguments) for c in answer.tool_calls if c.name == "find_projects"]


def test_a_verb_is_no_stage_of_its_stem(copilot: Copilot) -> None:
    asked = call(copilot, "Which schemes in service have nobody named to stop them?")
    assert ("stage", "not in") not in conditions(asked)
    assert ("stage", "!=") not in conditions(asked)
    assert any(op == "missing" for _, op in conditions(asked))


def test_what_one_part_says_is_not_said_by_another(copilot: Copilot) -> None:
    asked = call(copilot, "Leaving out what is laid aside, which schemes have nobody looking after them?")
    assert ("stage", "!=") in conditions(asked)
    assert [op for _, op in sorted(conditions(asked))].count("missing") == 1


def test_the_worst_is_so_by_what_was_told(copilot: Copilot) -> None:
    (worst,) = then(copilot, "Which schemes are more than two months late?", "And which is the worst of them?")
    assert worst["order_by"] == "-months_late"


def test_another_order_is_taken_where_it_is_named(copilot: Copilot) -> None:
    (dearest,) = then(copilot, "Which schemes are over a month late?", "Which of them had the highest outlay?")
    assert dearest["order_by"] == "-spend"


def test_the_second_question_is_of_the_rows_of_the_first(copilot: Copilot) -> None:
    first, second = then(copilot, "How many schemes are in service, and which depot has the most?")
    assert first["filters"] == second["filters"] == [{"column": "stage", "value": "in service"}]
    assert second["group_by"] == ["unit"]


def test_the_largest_after_a_sum_is_a_row(copilot: Copilot) -> None:
    (largest,) = then(copilot, "How much has been spent on the trials?", "And which one took the most?")
    assert "measures" not in largest
    assert (largest["order_by"], largest["limit"]) == ("-spend", 1)


@pytest.mark.parametrize(
    "question", ["How many schemes are there?", "How many schemes do we have?", "List all schemes."]
)
def test_nothing_is_added_to_a_question_that_says_no_more(copilot: Copilot, question: str) -> None:
    asked = call(copilot, question)
    assert not asked["filters"]
    assert not asked.get("group_by")
