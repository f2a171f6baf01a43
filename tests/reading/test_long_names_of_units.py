"""One long name among those of a column that many rows share does not make free text of it."""

from __future__ import annotations

import pytest
from small_workspaces import copilot_on

from copilot import Copilot
from copilot.reading.names import are_categories

LONG = "Provincial Agency for the Care of Rivers, Dams, Canals and Weirs"
AGENCIES = ("Agency of Harbours", "Agency of Roads", LONG)
ROWS = [f"U-{n},Case {n},{AGENCIES[n % 3 if n < 21 else 0]},pilot" for n in range(30)]
copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Province\nas_of: 2026-05-01\n",
        "records/projects.csv": "\n".join(("id,name,unit,stage", *(r.replace(LONG, f'"{LONG}"') for r in ROWS))) + "\n",
    }
)


def test_what_repeats_is_a_category_and_what_does_not_is_text() -> None:
    few_long = ["Harbours", "Roads", "Bridges", *(f"Canal {n}" for n in range(17)), LONG]
    assert are_categories(few_long, rows=200)
    assert not are_categories(few_long, rows=30)
    assert not are_categories([f"{LONG} {n}" for n in range(20)], rows=2_000)
    assert are_categories([f"Office {n}" for n in range(300)], rows=2_000)
    assert not are_categories([], rows=10)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many projects does the Agency of Roads have?", "7 of 30"),
        ("How many projects of the Agency of Harbours are pilots?", "16 of 30"),
    ],
)
def test_the_other_units_are_found_by_their_names(copilot: Copilot, question: str, count: str) -> None:
    assert count in copilot.ask(question).text.partition("\n")[0]


@pytest.mark.parametrize("question", ["How many units have projects?", "How many units have pilots?"])
def test_how_many_of_a_column_counts_its_values_and_not_the_rows(copilot: Copilot, question: str) -> None:
    answer = copilot.ask(question)
    assert answer.text.startswith("There are 3 different units among the 30 projects")


def test_by_a_column_the_rows_are_still_counted(copilot: Copilot) -> None:
    answer = copilot.ask("How many projects are there by unit?")
    assert [row[1] for row in answer.tables[0].rows] == [16, 7, 7]
