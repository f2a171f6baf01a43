"""Two times of one column of dates set beside one another, and tables whose times are years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.language.periods import compared_with, find_periods, parse_period
from copilot.records.cells import guess_type

copilot = copilot_on(
    {
        "workspace.yaml": "as_of: 2026-05-31\nstages: [trial, live]\n",
        "records/projects.csv": (
            "id,name,unit,stage,stage_since,started,budget\n"
            "P1,Berth Planner,North,live,2025-03-01,2024-02-01,100\n"
            "P2,Crane Eye,North,live,2025-09-01,2025-01-10,200\n"
            "P3,Gate Reader,South,trial,2026-02-01,2025-06-20,300\n"
            "P4,Tide Clock,South,trial,2026-04-01,2026-01-15,250\n"
        ),
        "records/courses.csv": (
            "course,unit,year,finished\nFirst Steps,North,2024,10\nFirst Steps,South,2024,12\n"
            "First Steps,North,2025,20\nFirst Steps,South,2025,20\n"
        ),
    }
)


def _sides(copilot: Copilot, question: str) -> tuple[list[str], list[float], str]:
    answer = copilot.ask(question)
    call = next(call for call in answer.tool_calls if call.name == "find_projects")
    found = next(f for f in copilot.call(call.name, **call.arguments).findings if f.kind == "times")
    values: dict[str, Any] = dict(found.values)
    return list(values["names"]), [v.value for v in values["sides"]], answer.text


@pytest.mark.parametrize(
    ("question", "names", "numbers", "opening"),
    [
        ("Did we start more projects in 2025 than in 2024?", ["2025", "2024"], [2, 1], "Yes."),
        ("Did we start fewer projects in 2025 than in 2024?", ["2025", "2024"], [2, 1], "No."),
        ("How many projects started in H1 2025 compared with H1 2024?", ["2025 H1", "2024 H1"], [2, 1], ""),
        ("Did we start more projects this year than last year?", ["2026 so far", "2025"], [1, 2], "No."),
        ("Was the average budget of projects started in 2025 higher than in 2024?", ["2025", "2024"], [250, 100], ""),
    ],
)
def test_two_times_are_set_beside_one_another(
    copilot: Copilot, question: str, names: list[str], numbers: list[float], opening: str
) -> None:
    said, sides, text = _sides(copilot, question)
    assert (said, sides) == (names, numbers)
    assert text.startswith(opening)


def test_times_of_two_columns_are_not_compared(copilot: Copilot) -> None:
    answer = copilot.ask("Which projects started in 2024 and went live in 2025?")
    call = next(call for call in answer.tool_calls if call.name == "find_projects")
    assert "times" not in call.arguments
    assert {c["column"] for c in call.arguments["filters"]} >= {"started", "stage_since"}


def test_a_table_without_days_is_asked_by_its_years(copilot: Copilot) -> None:
    answer = copilot.ask("How many people finished courses in 2025?")
    call = next(call for call in answer.tool_calls if call.name == "find_projects")
    assert call.arguments["table"] == "courses"
    assert [(c["column"], str(c["value"])) for c in call.arguments["filters"]] == [("year", "2025")]
    assert "40" in answer.text
    assert "2,025" not in answer.text


def test_few_rows_in_an_order_are_all_told(copilot: Copilot) -> None:
    answer = copilot.ask("List the projects by budget, largest first")
    assert all(name in answer.text for name in ("Berth Planner", "Crane Eye", "Gate Reader", "Tide Clock"))


def test_years_in_several_rows_are_names_of_times() -> None:
    assert guess_type(["2024", "2024", "2025", "2025"]) == "text"
    assert guess_type(["2024", "1850", "2025", "2025"]) == "integer"
    assert guess_type(["2024", "2025"]) == "integer"


@given(st.integers(2001, 2060), st.integers(2001, 2060))
def test_every_period_of_a_text_is_found(one: int, other: int) -> None:
    found = find_periods(f"more in {one} than in {other}", date(2026, 5, 31))
    assert [p.label for p in found] == [str(one), str(other)]


@pytest.mark.parametrize(
    ("text", "against"),
    [
        ("more in Q2 2026 than in Q1", "Q1 2026"),
        ("more in Q1 2026 than in Q4", "Q4 2025"),
        ("higher in March 2026 than in December", "December 2025"),
    ],
)
def test_the_time_before_is_the_one_compared_with(text: str, against: str) -> None:
    today = date(2026, 5, 31)
    assert parse_period(compared_with(text, today, 4), today, 4) == parse_period(against, today, 4)


def test_a_share_is_told_of_one_time_and_says_what_is_left_out(copilot: Copilot) -> None:
    answer = copilot.ask("Was the share of projects in trial among those started in 2025 higher than in 2024?")
    filters = [c for call in answer.tool_calls if call.name == "find_projects" for c in call.arguments["filters"]]
    assert {c["value"] for c in filters if c["column"] == "started"} <= {"2025-01-01", "2026-01-01"}
    assert answer.status != "answered" or "2024" in answer.text


def test_those_of_an_answer_without_rows_are_not_all_rows(copilot: Copilot) -> None:
    copilot.ask("Why do pilots fail?", conversation="those")
    answer = copilot.ask("And what did those two cost us so far?", conversation="those")
    assert not any(c.name == "find_projects" and not c.arguments.get("filters") for c in answer.tool_calls)


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("How many from January to March 2026, and is that more than in the three months before?", "October 2025 to"),
        ("Was it higher in 2025 than the year before?", "2024"),
        ("Was it higher in Q2 2026 than in the quarter before that?", "2026 Q1"),
        ("Did it grow from May to June, compared with the two months before?", "March 2026 to April 2026"),
    ],
)
def test_what_lies_before_counts_back_from_the_time_that_is_asked(question: str, before: str) -> None:
    assert compared_with(question, date(2026, 7, 14)).startswith(before)


def test_a_financial_year_is_known_by_the_month_in_which_it_closed() -> None:
    found = parse_period("in the financial year that closed this March", date(2026, 5, 31), 4)
    assert found is not None
    assert (found.start, found.end) == (date(2025, 4, 1), date(2026, 4, 1))


@pytest.mark.parametrize(("text", "year"), [("at the end of August 2026", 2026), ("at the end of August", 2025)])
def test_the_end_of_a_month_is_that_of_its_year(text: str, year: int) -> None:
    found = parse_period(text, date(2026, 5, 18))
    assert found is not None
    assert (found.start, found.end) == (date(year, 8, 1), date(year, 9, 1))
