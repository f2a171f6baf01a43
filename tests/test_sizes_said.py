"""Sizes as people say them, over records that nobody prepared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from copilot import Copilot, Settings, open_copilot

TOOLS = """code,tool,stage,granted_eur,spent_eur,yearly_gain_eur,risk_level,staff_using_pct
T-1,Berth Planner,live,1400000,150000,90000,4,62
T-2,Crane Eye,live,1250000,1230000,1800000,3,18
T-3,Gate Reader,trial,300000,120000,400000,4,71
T-4,Tide Notice,trial,90000,95000,60000,1,12
T-5,Reefer Watch,idea,40000,0,10000,2,40
"""
MISHAPS = """code,mishap,tool,raised,settled
M-1,Wrong berth told,Berth Planner,2026-01-10,2026-02-01
M-2,Two cranes stopped,Crane Eye,2026-02-14,
M-3,Plate misread,Gate Reader,2025-11-03,
M-4,Late notice,Tide Notice,2026-03-05,2026-04-30
"""


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    root: Path = tmp_path_factory.mktemp("port")
    (root / "records").mkdir()
    (root / "workspace.yaml").write_text("as_of: 2026-06-01\n")
    for name, text in (("tools", TOOLS), ("mishaps", MISHAPS)):
        (root / "records" / f"{name}.csv").write_text(text)
    with closing(open_copilot(Settings(workspace=root, state_dir=tmp_path_factory.mktemp("state")))) as opened:
        yield opened


def arguments(copilot: Copilot, question: str) -> dict[str, Any]:
    """Those of the only look at the records."""
    (call,) = (call for call in copilot.ask(question).tool_calls if call.name == "find_projects")
    return dict(call.arguments)


def conditions(copilot: Copilot, question: str) -> list[tuple[str, str, object, str]]:
    filters = arguments(copilot, question)["filters"]
    return sorted((f["column"], f.get("op", "="), f.get("value"), f.get("than", "")) for f in filters)


def test_each_size_is_of_its_own_column(copilot: Copilot) -> None:
    found = conditions(copilot, "Which tools were granted more than a million and have spent less than 200,000?")
    assert found == [("granted_eur", ">", 1000000.0, ""), ("spent_eur", "<", 200000.0, "")]


@pytest.mark.parametrize("words", ["fewer than one in four", "less than a quarter", "less than 25 percent"])
def test_a_part_is_a_percentage_in_a_column_of_percentages(copilot: Copilot, words: str) -> None:
    assert conditions(copilot, f"Which tools are used by {words} of the staff?") == [("staff_using_pct", "<", 25.0, "")]


def test_a_rate_is_no_length_of_time(copilot: Copilot) -> None:
    assert conditions(copilot, "Which tools gain us more than 80k a year?") == [("yearly_gain_eur", ">", 80000.0, "")]


def test_what_comes_back_in_a_year_is_set_against_what_was_spent(copilot: Copilot) -> None:
    (found,) = conditions(copilot, "Which tools gain us more in a year than we have spent on them?")
    assert {found[0], found[3]} == {"spent_eur", "yearly_gain_eur"}


def test_rows_are_counted_by_a_level_in_numbers(copilot: Copilot) -> None:
    assert arguments(copilot, "How many tools do we have by risk level?")["group_by"] == ["risk_level"]


def test_what_has_not_ended_lasts_longest_that_began_first(copilot: Copilot) -> None:
    asked = arguments(copilot, "Which unsettled mishap has been open longest?")
    assert asked["order_by"] == "-time from raised to 2026-06-01"
    answer = copilot.ask("Which unsettled mishap has been open longest?")
    assert "Plate misread" in answer.text
    assert "210 days" in answer.text


def test_how_long_something_goes_on_is_told_until_today(copilot: Copilot) -> None:
    answer = copilot.ask("How many days have the unsettled mishaps been open?")
    (table,) = answer.tables
    place = table.columns.index("Time since raised")
    assert {str(row[0]): row[place] for row in table.rows} == {"M-2": 107, "M-3": 210}


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("What part of what was granted has been spent?", []),
        ("What percentage of the granted money have the live tools spent?", [{"column": "stage", "value": "live"}]),
    ],
)
def test_one_column_is_a_share_of_another(copilot: Copilot, question: str, filters: list[object]) -> None:
    asked = arguments(copilot, question)
    assert asked["measures"] == [{"aggregate": "share", "column": "spent_eur", "of": "granted_eur"}]
    assert asked["filters"] == filters


def test_the_widest_gap_between_two_columns_comes_first(copilot: Copilot) -> None:
    asked = arguments(copilot, "Where is the gap between what was granted and what was spent the widest?")
    assert asked["order_by"] == "-granted_eur less spent_eur"


def test_what_was_not_done_since_a_day_was_last_done_before(copilot: Copilot) -> None:
    assert conditions(copilot, "Which mishaps have not been settled since March?") == [
        ("settled", "<", "2026-03-01", "")
    ]


def test_those_at_the_top_of_a_scale_are_told_together(copilot: Copilot) -> None:
    asked = arguments(copilot, "Which of our tools are the riskiest?")
    assert (asked["order_by"], asked["limit"]) == ("-risk_level", 2)


def test_groups_are_ordered_by_the_average_of_a_level(copilot: Copilot) -> None:
    asked = arguments(copilot, "Which stage has the riskiest tools?")
    assert (asked["group_by"], asked["measures"]) == (["stage"], [{"aggregate": "mean", "column": "risk_level"}])
