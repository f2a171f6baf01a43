"""Units and places whose names hold a country, by what is of that country, and the other way round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.language.countries import ADJECTIVES, said_otherwise

MONTHS = "".join(
    f"{month}-01,weekly_use,{unit},{used},100\n"
    for month, of_unit in (
        ("2025-06", {"Shops Sweden": 62, "Shops Poland": 71, "Irish Plants": 80}),
        ("2026-06", {"Shops Sweden": 50, "Shops Poland": 74, "Irish Plants": 82}),
    )
    for unit, used in of_unit.items()
)
copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-06-30\nstages: [pilot, production]\n",
        "records/projects.csv": "id,name,unit,stage,budget\nP1,Shelf Planner,Shops Sweden,pilot,10\n"
        "P2,Till Watch,Shops Poland,production,20\nP3,Oven Eye,Irish Plants,production,40\n",
        "records/observations.csv": f"month,metric,unit,numerator,denominator\n{MONTHS}",
        "metrics.yaml": """metrics:
  weekly_use:
    label: Weekly use
    definition: People who worked with a tool in a week, divided by those meant to.
    expression: SUM(numerator) / NULLIF(SUM(denominator), 0)
    where: {metric: weekly_use}
    time: month
    dimensions: {unit: unit}
    unit: share
""",
    }
)


@pytest.mark.parametrize(
    ("question", "unit", "said"),
    [
        ("What is weekly use in the Swedish shops in June 2026?", "Shops Sweden", "50%"),
        ("What is weekly use in the plants in Ireland in June 2026?", "Irish Plants", "82%"),
        ("What is weekly use in the Polish shops in June 2026?", "Shops Poland", "74%"),
    ],
)
def test_a_unit_is_meant_by_what_is_of_its_country(copilot: Copilot, question: str, unit: str, said: str) -> None:
    answer = copilot.ask(question)
    (call,) = (c for c in answer.tool_calls if c.name == "lookup_metric")
    assert call.arguments["filters"] == {"unit": unit}
    assert said in answer.text


@given(st.sampled_from(sorted(ADJECTIVES)), st.sampled_from(["Shops", "Group Treasury", "Mills and Yards"]))
def test_a_country_and_what_is_of_it_stand_for_each_other(country: str, rest: str) -> None:
    assert f"{ADJECTIVES[country]} {rest}" in said_otherwise(f"{rest} {country}")
    assert f"{rest} {country}" in said_otherwise(f"{ADJECTIVES[country]} {rest}")


def test_a_name_without_a_country_is_said_as_it_is() -> None:
    assert not list(said_otherwise("Finance and Actuarial"))
