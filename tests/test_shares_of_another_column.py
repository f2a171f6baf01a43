"""A column set beside a share of another: "less than half of what was promised"."""

from __future__ import annotations

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot
from copilot.errors import ToolError

SCHEMES = """Ref;Scheme;Phase;Outlay;Granted;Saved;Promised
V1;Tyre Watch;in service;900;1000;400;900
V2;Route Mixer;in service;450;500;500;600
V3;Fuel Forecast;trial;100;300;;200
V4;Door Check;trial;290;300;10;300
"""
MAPPING = """tables:
  projects:
    source: schemes.csv
    rename: {Ref: id, Scheme: name, Phase: stage, Outlay: spend, Granted: budget, Saved: realised_benefit,
             Promised: expected_benefit}
"""


copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-04-30\ncurrency: EUR\nstages: [trial, in service]\n",
        "records/schemes.csv": SCHEMES,
        "records/mapping.yaml": MAPPING,
    }
)


@pytest.mark.parametrize(
    ("question", "column", "op", "times", "than"),
    [
        ("Which schemes have saved less than half of what was promised?",
         "realised_benefit", "<", 0.5, "expected_benefit"),
        ("Which schemes have used over 90% of their budget?", "spend", ">", 0.9, "budget"),
        ("Which schemes have spent at least two thirds of the budget?", "spend", ">=", 2 / 3, "budget"),
    ],
)  # fmt: skip
def test_a_share_of_another_column_bounds_a_column(
    copilot: Copilot, question: str, column: str, op: str, times: float, than: str
) -> None:
    (asked,) = [f for f in call(copilot, question)["filters"] if f.get("than")]
    assert (asked["column"], asked["op"], asked["than"]) == (column, op, than)
    assert asked["value"] == pytest.approx(times)


def test_rows_are_compared_with_so_many_times_the_other_cell(copilot: Copilot) -> None:
    half = {"column": "realised_benefit", "op": "<", "value": 0.5, "than": "expected_benefit"}
    found = copilot.call("find_projects", filters=[half])
    assert [row[0] for row in found.tables[0].rows] == ["V1", "V4"]


@pytest.mark.parametrize("value", ["much", True, 0, -0.5])
def test_only_a_number_above_zero_multiplies_a_column(copilot: Copilot, value: object) -> None:
    with pytest.raises(ToolError, match="times a number"):
        copilot.call("find_projects", filters=[{"column": "spend", "op": ">", "value": value, "than": "budget"}])


def test_a_share_is_told_in_words(copilot: Copilot) -> None:
    answer = copilot.ask("Which schemes have spent at least two thirds of the budget?")
    assert "66.7% of the budget" in answer.text
