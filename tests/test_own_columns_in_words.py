"""Columns that only a company's own export has, asked for in plain words: counted, grouped, bounded, mentioned."""

from __future__ import annotations

from typing import Any

import pytest
from small_workspaces import call, copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Three Breweries\ncurrency: EUR\nas_of: 2026-06-30\n"
        "stages:\n  - {name: idea, means: before}\n  - {name: installed, means: production}\n"
        "  - {name: shelved, means: stopped}\n",
        "records/mapping.yaml": "tables:\n  projects:\n    source: helpers.csv\n    synonyms: [helper]\n"
        "    rename: {Item: id, Helper: name, State: stage, Remarks: description}\n"
        "    derive: {saved_a_year: '\"Minutes saved a month\" * 12'}\n"
        "    columns:\n      Dangers: {type: list}\n      Installed: {type: date}\n"
        "      Minutes saved a month: {unit: minute, synonyms: [minutes saved]}\n"
        "      saved_a_year: {unit: minute, label: minutes saved a year, synonyms: [minutes saved a year]}\n"
        "  incidents: {source: mishaps.csv}\n",
        "records/helpers.csv": "Item,Helper,State,Brewery,Dangers,Trust score,Minutes saved a month,Installed,Remarks\n"
        "B-1,Mash Guide,installed,Zlín,heat,9,100,2024-03-01,The drum valve sticks\n"
        "B-2,Hop Adviser,installed,Łomża,heat; steam,4,50,2025-02-01,Drums are cleaned at night\n"
        "B-3,Keg Forecast,shelved,Zlín,steam,7,,2024-11-05,\n"
        "B-4,Foam Watcher,idea,Kőszeg,,8,,,Waits for a camera\n"
        "B-5,Label Proof,installed,Łomża,noise,6,30,2025-05-01,Works well\n",
        "records/mishaps.csv": "id,date,project_id,severity,title,status\n"
        "4,2026-01-02,B-1,2,Wrong rest,open\n7,2026-02-03,B-1,1,Too hot,closed\n9,2026-03-04,B-2,4,Too bitter,open\n",
    }
)


def conditions(arguments: dict[str, Any]) -> set[tuple[str, str, object]]:
    return {(c["column"], c.get("op", "="), c.get("value")) for c in arguments["filters"]}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # A number behind the name of a column is a size, and no key of a row that bears that number.
        ("How many helpers have a trust score above 7?", {("Trust score", ">", 7.0)}),
        ("How many incidents of severity 4 were there?", {("severity", "=", 4.0)}),
        # A cell that holds several values may hold two that are asked for at once.
        (
            "How many helpers have both heat and steam as dangers?",
            {("Dangers", "=", "heat"), ("Dangers", "=", "steam")},
        ),
        ("How many helpers do not say whether they have heat or steam?", {("Dangers", "missing", None)}),
        # Words are looked for in a column of text, in the column that is named or in the description.
        ("How many helpers mention drums in their remarks?", {("description", "contains", "drum")}),
        ("How many helpers talk about drums?", {("description", "contains", "drum")}),
        ("How many helpers have 'camera' in their remarks?", {("description", "contains", "camera")}),
        # What came to be at a time is told by its date, whatever the stage is now.
        (
            "How many helpers were installed in 2024?",
            {("Installed", ">=", "2024-01-01"), ("Installed", "<", "2025-01-01")},
        ),
        ("How many incidents did Mash Guide have?", {("project_id", "=", "B-1")}),
    ],
)
def test_the_rows_are_told_by_the_columns_that_are_named(
    copilot: Copilot, question: str, expected: set[tuple[str, str, object]]
) -> None:
    assert conditions(call(copilot, question)) == expected


@pytest.mark.parametrize(
    ("question", "column"),
    [
        ("How many helpers are installed by brewery?", "Brewery"),
        ("What are the minutes saved by brewery?", "Brewery"),
        ("How many helpers were installed each year?", "Installed"),
    ],
)
def test_what_follows_by_splits_the_rows(copilot: Copilot, question: str, column: str) -> None:
    assert call(copilot, question)["group_by"] == [column]


def test_values_that_are_set_beside_one_another_are_told_though_one_has_no_row(copilot: Copilot) -> None:
    answer = copilot.ask("Which has more installed helpers, Łomża or Kőszeg?")
    assert [tuple(row[:2]) for row in answer.tables[0].rows] == [("Łomża", 2), ("Kőszeg", 0)]


def test_what_is_counted_once_each_has_no_condition_that_nobody_said(copilot: Copilot) -> None:
    arguments = call(copilot, "How many different breweries have helpers?")
    assert arguments["filters"] == []
    assert arguments["measures"] == [{"aggregate": "count distinct", "column": "Brewery"}]


@pytest.mark.parametrize(
    ("question", "column"),
    [
        ("How many minutes are saved a year?", "saved_a_year"),
        ("How many minutes are saved a month?", "Minutes saved a month"),
    ],
)
def test_an_amount_is_that_of_the_rate_that_is_said(copilot: Copilot, question: str, column: str) -> None:
    assert call(copilot, question)["measures"] == [{"aggregate": "sum", "column": column}]


def test_a_word_of_the_language_is_no_code(copilot: Copilot) -> None:
    assert conditions(call(copilot, "How many helpers does Zlín have?")) == {("Brewery", "=", "Zlín")}
