"""Rows by the rows of another table that refer to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from small_workspaces import call, opened

from copilot import Answer, Copilot, Settings, open_copilot
from copilot.errors import ToolError

PROJECTS = """id,name,unit,stage,budget,owner
P-1,Berth planner,Harbour,production,400000,Ada Holm
P-2,Crane lookout,Harbour,pilot,150000,Jon Vik
P-3,Ice forecast,Fleet,production,220000,Ada Holm
P-4,Crew roster,Fleet,production,90000,Liv Moe
P-5,Fuel advisor,Fleet,pilot,310000,Liv Moe
"""
INCIDENTS = """id,title,project_id,date,severity,status,label
I-1,Two ships in one berth,P-1,2025-11-02,2,closed,
I-2,Berth given twice,P-1,2026-02-14,3,closed,
I-3,Ice reported as water,P-3,2026-03-03,3,open,
I-4,Wrong fuel advised,P-5,2026-03-20,2,closed,board
"""


SETTINGS = """as_of: 2026-04-20
viewers:
  clerk: {labels: []}
  chair: {labels: [board]}
default_viewer: clerk
"""


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    files = {"workspace.yaml": SETTINGS, "records/projects.csv": PROJECTS, "records/incidents.csv": INCIDENTS}
    yield from opened(tmp_path_factory, files)


def listed(answer: Answer) -> set[str]:
    return {str(row[0]) for table in answer.tables for row in table.rows}


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Which projects in production have never had an incident?", {"P-4"}),
        ("Which projects in production have had a severity 2 incident?", {"P-1"}),
        ("Which projects had more than one incident?", {"P-1"}),
        ("Which projects had an incident in 2025?", {"P-1"}),
        ("Which projects have had incidents that are still open?", {"P-3"}),
    ],
)
def test_rows_are_chosen_by_what_refers_to_them(copilot: Copilot, question: str, meant: set[str]) -> None:
    assert listed(copilot.ask(question)) == meant


def test_what_a_viewer_may_not_see_is_not_counted(copilot: Copilot) -> None:
    question = "Which projects have never had an incident?"
    clerk, chair = (listed(copilot.ask(question, viewer=name)) for name in ("clerk", "chair"))
    assert (clerk, chair) == ({"P-2", "P-4", "P-5"}, {"P-2", "P-4"})


def test_what_is_asked_of_the_other_table_itself_stays_there(copilot: Copilot) -> None:
    assert call(copilot, "How many incidents are still open?")["table"] == "incidents"


def test_a_sum_is_of_the_rows_that_are_referred_to(copilot: Copilot) -> None:
    arguments = {
        "table": "projects",
        "filters": [{"column": "number of incidents", "op": ">", "value": 0}],
        "measures": [{"aggregate": "sum", "column": "budget"}],
    }
    result = copilot.call("find_projects", viewer="clerk", **arguments)
    [measure] = [f for f in result.findings if f.kind == "measure"]
    assert measure.values["value"].value == 620_000  # type: ignore[union-attr]
    assert measure.calculation is not None
    assert "viewer_" not in str(measure.calculation.query)


def test_only_a_number_of_rows_says_which_count(copilot: Copilot) -> None:
    filters = [{"column": "budget", "op": ">", "value": 0, "where": [{"column": "severity", "value": 2}]}]
    with pytest.raises(ToolError, match="counts or names no rows"):
        copilot.call("find_projects", viewer="clerk", table="projects", filters=filters)


def test_a_metric_does_not_answer_for_rows_that_it_does_not_know(tmp_path: Path) -> None:
    root = tmp_path / "harbour"
    (root / "records").mkdir(parents=True)
    (root / "workspace.yaml").write_text("as_of: 2026-04-20\n")
    (root / "records" / "projects.csv").write_text(PROJECTS)
    (root / "records" / "incidents.csv").write_text(INCIDENTS)
    (root / "records" / "metrics.yaml").write_text(
        "metrics:\n  budget:\n    label: Total budget\n    table: projects\n    expression: sum(budget)\n"
        "    definition: Budget of all projects.\n"
    )
    with closing(open_copilot(Settings(workspace=root, state_dir=tmp_path / "state"))) as own:
        answer = own.ask("What is the total budget of projects that had an incident?")
    assert "620,000" in answer.text


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Which incidents happened in projects in pilot?", {"I-4"}),
        ("Which incidents belong to projects in production?", {"I-1", "I-2", "I-3"}),
    ],
)
def test_rows_are_chosen_by_what_they_refer_to(copilot: Copilot, question: str, meant: set[str]) -> None:
    assert listed(copilot.ask(question, viewer="chair")) == meant


def test_a_row_that_is_named_meets_conditions_or_not(copilot: Copilot) -> None:
    for op, meant in (("present", 3), ("missing", 1)):
        filters = [{"column": "project_id", "op": op, "where": [{"column": "stage", "value": "production"}]}]
        result = copilot.call("find_projects", viewer="chair", table="incidents", filters=filters)
        [counted] = [f for f in result.findings if f.kind == "count"]
        assert counted.values["count"].value == meant  # type: ignore[union-attr]
