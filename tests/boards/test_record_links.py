"""The rows of a table as links to the records they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.boards.record_links import RecordLink, record_links
from copilot.records.store import Records, RecordView
from copilot.types import Cell, Table, Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).resolve().parents[1] / "fixtures" / "corpus"


@pytest.fixture(scope="module")
def records() -> Records:
    return Records.load(Workspace.open(CORPUS))


def linked(view: RecordView, *rows: tuple[Cell, ...]) -> dict[int, RecordLink]:
    columns = tuple(f"Column {n}" for n in range(len(rows[0])))
    return record_links(view, Table(title="Inputs", columns=columns, rows=rows))


def test_a_row_leads_to_the_record_that_its_id_or_its_name_means(records: Records) -> None:
    view = records.view(Viewer())
    name = str((view.row("projects", "H-03") or {})["name"])
    rows = (("H-03", 1), (f"{name} (H-03)", 2), (f"{name} (H-03, Ward)", 3), (name, 4), ("All", 5), (None, 6))
    assert linked(view, *rows) == {n: RecordLink("project", "H-03", 0) for n in range(4)}
    assert linked(view, (1, name)) == {0: RecordLink("project", "H-03", 1)}


def test_a_row_of_another_table_leads_to_its_own_page_or_to_its_project(records: Records) -> None:
    view = records.view(Viewer())
    model = view.select("models")[0]
    assert linked(view, (str(model["id"]), 0.9)) == {0: RecordLink("model", str(model["id"]), 0)}
    incident = next(row for row in view.select("incidents") if row["project_id"])
    assert linked(view, (str(incident["id"]),)) == {0: RecordLink("project", str(incident["project_id"]), 0)}


def test_a_record_that_the_viewer_may_not_see_is_no_link(records: Records) -> None:
    assert linked(records.view(Viewer()), ("H-09",), ("Clinic Merger (H-09)",)) == {}
    board = records.view(Viewer(name="board", labels=frozenset({"board"})))
    assert linked(board, ("H-09",)) == {0: RecordLink("project", "H-09", 0)}
