"""What lies between two columns: days from one date to another, and by how much one amount is above another."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from small_workspaces import call, copilot_on

from copilot import Answer, Copilot

REPAIRS = """code,engine,yard,state,reported,mended,quote,invoice
R-1,Rail grinder,North,done,2026-01-04,2026-01-09,4000,4100
R-2,Point heater,South,done,2026-01-11,2026-02-20,9000,12500
R-3,Crane eye,North,done,2026-02-02,2026-02-05,700,650
R-4,Gate reader,East,open,2026-03-01,,2500,
R-5,Yard lights,South,done,2026-03-03,2026-03-25,1500,1800
R-6,Weigh bridge,East,done,2026-03-09,2026-05-02,20000,26000
R-7,Fog horn,North,open,2026-04-28,,300,
"""
ROWS = list(csv.DictReader(io.StringIO(REPAIRS)))
DAYS = {
    row["code"]: (date.fromisoformat(row["mended"]) - date.fromisoformat(row["reported"])).days
    for row in ROWS
    if row["mended"]
}
OVER = {row["code"]: float(row["invoice"]) - float(row["quote"]) for row in ROWS if row["invoice"]}


copilot = copilot_on({"workspace.yaml": "as_of: 2026-05-20\n", "records/repairs.csv": REPAIRS})


def listed(answer: Answer) -> set[str]:
    return {str(row[0]) for table in answer.tables for row in table.rows}


def test_an_average_of_days_is_of_the_time_until_they_come(copilot: Copilot) -> None:
    question = "How many days does it take on average until repairs are mended?"
    assert call(copilot, question)["measures"] == [{"aggregate": "mean", "column": "time from reported to mended"}]
    assert f"{sum(DAYS.values()) / len(DAYS):.1f}" in copilot.ask(question).text


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Which repairs took longer than three weeks to be mended?", {c for c, days in DAYS.items() if days > 21}),
        ("Which repairs have an invoice above the quote by more than 2,000?", {c for c, x in OVER.items() if x > 2000}),
        ("Which repairs have an invoice more than 25% above the quote?",
         {r["code"] for r in ROWS if r["invoice"] and float(r["invoice"]) > 1.25 * float(r["quote"])}),
        pytest.param(
            "Which repairs have an invoice at least 50 below the quote?", {c for c, x in OVER.items() if x <= -50},
            marks=pytest.mark.xfail(reason="the bound is read without its column since decision 0075", strict=True),
        ),
    ],
)  # fmt: skip
def test_a_size_says_by_how_much(copilot: Copilot, question: str, meant: set[str]) -> None:
    assert listed(copilot.ask(question)) == meant


def test_a_day_that_is_passed_is_no_length(copilot: Copilot) -> None:
    filters = call(copilot, "Which repairs were mended before March 2026?")["filters"]
    assert [f["column"] for f in filters] == ["mended"]


def test_two_conditions_are_not_one(copilot: Copilot) -> None:
    answer = copilot.ask("Which repairs with an invoice above the quote have a quote of more than 8,000?")
    assert listed(answer) == {r["code"] for r in ROWS if OVER.get(r["code"], 0) > 0 and float(r["quote"]) > 8000}


@pytest.mark.parametrize(
    "question", ["Which repairs were mended more than a month ago?", "Which repairs have been done for over a month?"]
)
def test_what_lasts_until_today_is_no_time_between_two_dates(copilot: Copilot, question: str) -> None:
    assert not any(f["column"].startswith("time from") for f in call(copilot, question).get("filters", []))


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("Which repair took the longest?", "-time from reported to mended"),
        ("Which repair was reported first?", "reported"),
        ("Which repair was mended last?", "-mended"),
    ],
)
def test_the_longest_is_no_first_day(copilot: Copilot, question: str, order: str) -> None:
    assert call(copilot, question)["order_by"] == order


def test_by_how_much_is_shown(copilot: Copilot) -> None:
    answer = copilot.ask("Which repairs have an invoice above the quote, and by how much?")
    assert {str(r[0]): float(str(r[-1])) for r in answer.tables[0].rows} == {c: x for c, x in OVER.items() if x > 0}
