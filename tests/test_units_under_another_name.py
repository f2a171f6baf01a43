"""A business unit is one, by whatever title a table has it: no person, and nothing to ask back about."""

from __future__ import annotations

from small_workspaces import call, copilot_on

from copilot import Copilot

copilot = copilot_on(
    {
        "workspace.yaml": "organisation: Sorrel Yards\nas_of: 2026-01-15\n",
        "records/projects.csv": "id,name,unit,stage,budget,spend\n"
        "S-1,Hull Reader,Alder Quay,pilot,100,40\nS-2,Weld Watcher,Birch Dock,production,200,210\n"
        "S-3,Crane Planner,Alder Quay,production,300,150\n",
        "records/classes.csv": "class,station,people\nbasics,Alder Quay,12\nbasics,Birch Dock,9\nsafety,Alder Quay,7\n",
    }
)


def test_a_part_of_its_name_is_enough(copilot: Copilot) -> None:
    assert call(copilot, "How many projects are there at Alder?")["filters"] == [
        {"column": "unit", "value": "Alder Quay"}
    ]


def test_it_is_found_where_a_table_calls_it_otherwise(copilot: Copilot) -> None:
    filters = call(copilot, "How many people went through the classes at Alder Quay?")["filters"]
    assert {"column": "station", "value": "Alder Quay"} in filters
