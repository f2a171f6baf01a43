"""How many rows there are, or how many different names a column of them holds."""

from __future__ import annotations

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot

COUNT = {"aggregate": "count"}

copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-04-30\ncurrency: EUR\nstages: [trial, in service]\n",
        "records/schemes.csv": "Ref;Scheme;Phase;Outlay;Depot;Maker\n"
        "V1;Tyre Watch;in service;900;Harlow;Axlewise\n"
        "V2;Route Mixer;in service;450;Harlow;Axlewise\n"
        "V3;Fuel Forecast;trial;100;Redhill;Tankard\n"
        "V4;Door Check;trial;290;Tilbury;\n",
        "records/mapping.yaml": """tables:
  projects:
    source: schemes.csv
    rename: {Ref: id, Scheme: name, Phase: stage, Outlay: spend, Depot: unit, Maker: vendor}
""",
    }
)


@pytest.mark.parametrize(
    ("question", "column", "different"),
    [
        ("How many vendors do we have?", "vendor", 2),
        ("How many different vendors do we use?", "vendor", 2),
        ("How many units have a project in trial?", "unit", 2),
    ],
)
def test_how_many_of_a_column_counts_its_different_names(
    copilot: Copilot, question: str, column: str, different: int
) -> None:
    answer = copilot.ask(question)
    (measure,) = call(copilot, question)["measures"]
    assert measure == {"aggregate": "count distinct", "column": column}
    assert different in [figure.value for figure in answer.figures]


@pytest.mark.parametrize(
    "question", ["How many projects do we have in total?", "How many projects are in the register?"]
)
def test_how_many_rows_in_all_is_no_sum_of_a_column(copilot: Copilot, question: str) -> None:
    assert call(copilot, question)["measures"] == [COUNT]


def test_a_sum_in_total_stays_one(copilot: Copilot) -> None:
    (measure,) = call(copilot, "How much have our projects spent in total?")["measures"]
    assert measure == {"aggregate": "sum", "column": "spend"}
