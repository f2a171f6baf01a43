"""Conditions of which one is enough, and what is read as above nothing where another column is meant."""

from __future__ import annotations

import pytest
from small_workspaces import SMALL, call, copilot_on

from copilot import Copilot

PROJECTS = """id,name,unit,stage,owner,sponsor,budget,spend,personal_data
K-1,Crane watch,Harbour,pilot,Ana Ruiz,,100,140,yes
K-2,Berth planner,Harbour,pilot,,Ole Vik,200,90,no
K-3,Gate reader,Depot,production,Ivo Hart,Ole Vik,300,310,yes
K-4,Stock count,Depot,pilot,Ana Ruiz,Ole Vik,150,20,no
K-5,Night rota,Depot,pilot,,,80,0,no
"""
copilot = copilot_on(SMALL | {"records/projects.csv": PROJECTS})


def either(asked: dict[str, object]) -> list[set[tuple[str, str]]]:
    """The columns and operators of which one is enough."""
    filters = asked["filters"]
    assert isinstance(filters, list)
    return [{(c["column"], c.get("op", "=")) for c in (f, *f["or_else"])} for f in filters if f.get("or_else")]


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("Which pilots have no owner or no sponsor?", {("owner", "missing"), ("sponsor", "missing")}),
        ("Which projects lack an owner or a sponsor?", {("owner", "missing"), ("sponsor", "missing")}),
        ("Which projects are over budget or have no owner?", {("spend", ">"), ("owner", "missing")}),
    ],
)
def test_either_of_two_conditions_is_enough(copilot: Copilot, question: str, columns: set[tuple[str, str]]) -> None:
    assert either(call(copilot, question)) == [columns]


def test_rows_that_meet_either_are_counted_once(copilot: Copilot) -> None:
    answer = copilot.ask("How many projects have no owner or no sponsor?")
    assert answer.text.startswith("3 of 5 projects")


@pytest.mark.parametrize(
    "question", ["Which projects have no owner and no sponsor?", "Which projects of Harbour or Depot have no owner?"]
)
def test_and_is_no_or_and_values_of_one_column_are_alternatives(copilot: Copilot, question: str) -> None:
    assert not either(call(copilot, question))


def test_what_stands_behind_or_and_is_not_recorded_is_told(copilot: Copilot) -> None:
    answer = copilot.ask("Which pilots have no owner or parachute?")
    assert "“parachute” could not be matched" in answer.text


@pytest.mark.parametrize("question", ["Which pilots are past their budget?", "Which pilots have overspent?"])
def test_what_is_past_its_budget_has_spent_more_than_that(copilot: Copilot, question: str) -> None:
    filters = call(copilot, question)["filters"]
    assert {"column": "spend", "op": ">", "than": "budget"} in filters
