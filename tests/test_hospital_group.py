"""An example that is hard to read, held against the systems as they were invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hospital_group import MISSES, QUESTIONS, SYSTEMS, Expected, Question

from copilot.records.store import Records
from copilot.sources import Sources
from copilot.tools.find_projects import tool as find_projects
from copilot.types import ToolResult, Viewer
from copilot.upkeep.checking import look_over
from copilot.workspace import Workspace

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "examples" / "hospital-group"


@pytest.fixture(scope="module")
def sources() -> Sources:
    workspace = Workspace.open(EXAMPLE)
    return Sources(workspace, Records.load(workspace), None, None, workspace.today())


def told(result: ToolResult, question: Question) -> Expected:
    """What the tool answers: its figure, the groups of its table, or the names in it."""
    expected = question.expected
    if isinstance(expected, dict):
        # Groups that differ in case are one, shown as they are most often written.
        place = -1 if "measures" in question.arguments else 1
        rows = {str(row[0]).casefold(): row[place] for row in result.tables[0].rows if row[place] is not None}
        return {name: rows.pop(name.casefold()) for name in expected} | rows
    if isinstance(expected, set):
        place = [column.lower() for column in result.tables[0].columns].index("name")
        return {row[place] for row in result.tables[0].rows}
    headline = next(finding for finding in result.findings if finding.role == "headline")
    return headline.values[headline.figures[0]].value


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.text)
def test_the_record_tool_answers_as_the_systems_were_invented(sources: Sources, question: Question) -> None:
    arguments = find_projects.Arguments.model_validate(question.arguments)
    result = find_projects.find_projects(sources, Viewer(), arguments)
    answer = told(result, question)
    if isinstance(question.expected, set):
        assert answer == question.expected
    else:
        assert answer == pytest.approx(question.expected)


def test_every_cell_of_the_export_is_read_as_it_was_meant(sources: Sources) -> None:
    rows = sources.records.view(Viewer()).select("projects")
    names = {
        "id": "id", "name": "name", "hospital": "unit", "stage": "stage", "since": "stage_since", "owner": "owner",
        "reviewed": "last_review", "budget": "budget", "running": "running_cost", "hours": "hours_saved",
        "risk": "risk", "data": "data_readiness", "supplier": "vendor", "trained": "staff_trained",
        "due": "next_review", "overdue": "review_overdue", "three": "three_year_cost", "next_step": "Next step",
    }  # fmt: skip
    assert [{ours: row[theirs] for ours, theirs in names.items()} for row in rows] == [
        {name: row[name] for name in names} for row in SYSTEMS
    ]
    near = sources.records.view(Viewer()).select("incidents")
    assert [(row["id"], row["date"], row["closed_on"]) for row in near] == [
        (row["id"], row["date"], row["closed"]) for row in MISSES
    ]


def test_the_check_tells_what_is_wrong_in_the_export_and_nothing_else() -> None:
    checked = look_over(EXAMPLE)
    warnings = [(issue.file, issue.column, issue.message) for issue in checked.issues if issue.severity != "info"]
    assert [(file, column) for file, column, _ in warnings] == [("records/register-april-2026.csv", None)]
    assert warnings[0][2].startswith("2 rows repeat an earlier one")
    assert {table.schema.name: len(table.rows) for table in checked.tables} == {"projects": 36, "incidents": 12}
    assert checked.tables[0].header == 4
