"""Amounts of rows: of two columns set against one another, as shares of a whole, and cells that are empty."""

from __future__ import annotations

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot

TOOLS = """Code;Title;Region;Phase;Keeper;Granted;Spent;Hoped;Booked;Risk
T1;Leak Finder;Coast;in service;Ana Ruiz;100000;130000;300000;150000;high
T2;Meter Reader;Coast;in service;Bo Lind;200000;150000;100000;120000;low
T3;Pump Planner;Hills;trial;Cem Acar;80000;90000;400000;;high
T4;Call Sorter;Hills;in service;Ana Ruiz;50000;20000;60000;30000;low
T5;Valve Watch;Hills;trial;Bo Lind;70000;10000;90000;;low
"""
SUPPLIERS = """Supplier;Home country;Yearly fee
Orbis Voice;Denmark;
Nordkode;Norway;40000
"""
MAPPING = """tables:
  projects:
    source: tools.csv
    rename: {Code: id, Title: name, Region: unit, Phase: stage, Keeper: owner, Granted: budget, Spent: spend,
             Hoped: expected_benefit, Booked: realised_benefit, Risk: risk_class}
"""


copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-04-30\ncurrency: EUR\nstages: [trial, in service]\n",
        "records/tools.csv": TOOLS,
        "records/suppliers.csv": SUPPLIERS,
        "records/mapping.yaml": MAPPING,
    }
)


def test_a_share_of_money_is_of_its_sum(copilot: Copilot) -> None:
    asked = call(copilot, "What share of the money spent goes into high-risk tools?")

    assert asked["measures"] == [{"aggregate": "share", "column": "spend"}]
    assert asked["filters"] == [{"column": "risk_class", "value": "high"}]


def test_one_sum_is_set_against_another(copilot: Copilot) -> None:
    sums = [{"aggregate": "sum", "column": column} for column in ("realised_benefit", "expected_benefit")]
    found = copilot.call("find_projects", filters=[{"column": "stage", "value": "in service"}], measures=sums)
    against = next(f for f in found.findings if f.kind == "set_against")

    assert against.values["share"].value == pytest.approx(300_000 / 460_000)  # type: ignore[union-attr]
    assert against.values["difference"].value == -160_000  # type: ignore[union-attr]


def test_sums_over_different_units_are_not_set_against_one_another(copilot: Copilot) -> None:
    sums = [{"aggregate": "sum", "column": "spend"}, {"aggregate": "mean", "column": "budget"}]
    found = copilot.call("find_projects", measures=sums)

    assert not any(f.kind == "set_against" for f in found.findings)


def test_a_value_beside_what_is_measured_is_a_condition(copilot: Copilot) -> None:
    asked = call(copilot, "How much has the Coast spent on tools in service?")

    assert {(f["column"], f["value"]) for f in asked["filters"]} == {("unit", "Coast"), ("stage", "in service")}


def test_the_last_condition_is_asked_of_the_others(copilot: Copilot) -> None:
    asked = call(copilot, "What share of what is in service is high risk?")

    assert [f["value"] for f in asked["among"]] == ["in service"]
    assert [f["value"] for f in asked["filters"]] == ["high"]


def test_an_empty_cell_that_is_asked_for_is_told(copilot: Copilot) -> None:
    found = copilot.call(
        "find_projects", table="suppliers", filters=[{"column": "Supplier", "value": "Orbis Voice"}],
        columns=["Yearly fee"],
    )  # fmt: skip
    row = next(f for f in found.findings if f.kind == "row")

    assert row.values["Yearly fee"] == "not recorded"
