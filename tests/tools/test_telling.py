"""What a chat model is told of tools and of what they found: all of it, and nothing twice."""

from __future__ import annotations

import json

from copilot.tools import TOOLS
from copilot.tools.schema import Schemas
from copilot.tools.telling import MOST_ROWS, passages_told, tell
from copilot.types import Evidence, Finding, Table, ToolResult

PILOTS = Finding(
    kind="project", subject="P-1", text="Bed Planner (P-1) of Wards has 3 users.", evidence=("x-1.0", "r-P-1")
)
PARTS = (
    Evidence(id="x-1.0", kind="computation", source="records/projects.csv", locator="", title="List", text=""),
    Evidence(id="r-P-1", kind="record", source="records/projects.csv", locator="row 1", title="Bed Planner", text=""),
)


def passage(id: str, text: str, relevance: float | None = None) -> Evidence:
    return Evidence(
        id=id, kind="passage", source="a.md", locator="lines 1-2", title="A", text=text, relevance=relevance
    )


def test_an_argument_is_told_in_full_once_and_by_its_type_after_that() -> None:
    schemas = Schemas()
    told = {tool.name: schemas.of(tool.arguments) for tool in TOOLS}
    conditions = [name for name, schema in told.items() if '"op"' in json.dumps(schema)]
    assert conditions == ["find_projects"]
    assert told["find_projects"]["properties"]["filters"]["items"]["required"] == ["column"]
    assert told["find_projects"]["properties"]["among"]["items"] == {"type": "object"}
    assert told["plan_portfolio"]["properties"]["filters"] == {"type": "array", "items": {"type": "object"}}
    for tool in TOOLS:
        assert set(told[tool.name]["properties"]) == set(tool.arguments.model_fields)


def test_a_row_that_a_finding_says_is_not_told_again() -> None:
    rows = (("P-1", "Bed Planner", "Wards", 3), ("P-2", "Rota", "Wards", 5))
    told = tell(ToolResult(findings=(PILOTS,), evidence=PARTS, tables=(
        Table(title="Projects", columns=("Id", "Name", "Unit", "Users"), rows=rows),)))  # fmt: skip
    assert told.splitlines() == [
        "Bed Planner (P-1) of Wards has 3 users. [#x-1.0]",
        "",
        "Table: Projects (all: Unit Wards)",
        "Id|Name|Users",
        "P-2|Rota|5",
    ]


def test_a_table_that_the_findings_say_is_left_out() -> None:
    table = Table(title="Projects", columns=("Id", "Users"), rows=(("P-1", 3),))
    assert "Table" not in tell(ToolResult(findings=(PILOTS,), evidence=PARTS, tables=(table,)))


def test_of_a_long_table_the_first_rows_are_told_and_how_many_more_there_are() -> None:
    table = Table(title="Projects", columns=("Id", "Budget"), rows=tuple((f"P-{n}", n * 1000.0) for n in range(2, 30)))
    told = tell(ToolResult(findings=(PILOTS,), evidence=PARTS, tables=(table,))).splitlines()
    assert told[4] == "P-2|2,000"
    assert told[-1] == f"and {28 - MOST_ROWS} more rows"
    assert len(told) == 4 + MOST_ROWS + 1


def test_a_passage_is_told_once_a_turn_with_how_near_it_is() -> None:
    opening = Finding(kind="passage", text="Keep data.", evidence=("p-1",))
    result = ToolResult(findings=(opening,), evidence=(passage("p-1", "Keep data. For two years.", 0.612),))
    first = tell(result)
    assert first.count("Keep data.") == 1
    assert "relevance 0.61" in first
    assert passages_told(result) == {"p-1"}
    again = tell(result, passages_told(result))
    assert "[#p-1]" in again
    assert "two years" not in again


def test_no_more_passages_are_told_than_there_is_room_for() -> None:
    opening = Finding(kind="passage", text="a", evidence=("p-0",))
    result = ToolResult(
        findings=(opening,), evidence=tuple(passage(f"p-{n}", f"{n} " + "long " * 500) for n in range(9))
    )
    assert passages_told(result) == {"p-0", "p-1", "p-2"}
    assert len(tell(result)) < 9000
    assert "[#p-5]" not in tell(result)
