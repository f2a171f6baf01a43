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
