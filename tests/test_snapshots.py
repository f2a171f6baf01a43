"""What the workspace held on earlier days can be read again as it was."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from copilot.records.store import Records
from copilot.retrieval.states import DocumentState
from copilot.retrieval.types import DocumentInfo
from copilot.types import Viewer
from copilot.upkeep.snapshots import Snapshots
from copilot.workspace import Workspace

CORPUS = Path(__file__).parent / "fixtures" / "corpus"
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = date(2026, 6, 30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CORPUS, tmp_path / "corpus"))


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "state" / "snapshots.sqlite")


def take(snapshots: Snapshots, root: Path, day: date = DAY, now: datetime = NOW, documents=()) -> bool:
    workspace = Workspace.open(root)
    return snapshots.take(workspace, Records.load(workspace), documents, day, now)


def change(root: Path, old: str, new: str, table: str = "projects") -> None:
    path = root / "records" / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_snapshot_holds_every_row_as_it_was_for_each_viewer(snapshots: Snapshots, root: Path) -> None:
    take(snapshots, root)
    state = snapshots.load(snapshots.all()[0], Workspace.open(root))
    today = Records.load(Workspace.open(root))
    for viewer in (Viewer(), Viewer(name="chief_physician", labels=frozenset({"board"}))):
        then, now = state.records.view(viewer), today.view(viewer)
        assert {t: then.select(t) for t in then.tables} == {t: now.select(t) for t in now.tables}
        assert {t: then.hidden(t) for t in then.tables} == {t: now.hidden(t) for t in now.tables}


def test_nothing_is_kept_when_nothing_has_changed(snapshots: Snapshots, root: Path) -> None:
    assert take(snapshots, root)
    assert not take(snapshots, root, DAY + timedelta(days=1))
    # A file that was written again with the same content is no change either.
    change(root, "H-01", "H-01")
    assert not take(snapshots, root)
    assert len(snapshots.all()) == 1


def test_the_state_before_a_change_is_kept_beside_the_one_after(snapshots: Snapshots, root: Path) -> None:
    take(snapshots, root)
    name = str(Records.load(Workspace.open(root)).whole().row("projects", "H-01")["name"])
    change(root, name, "Another name")
    take(snapshots, root, DAY + timedelta(days=1), NOW + timedelta(days=1))
    states = [snapshots.load(s, Workspace.open(root)) for s in snapshots.all()]
    names = [state.records.whole().row("projects", "H-01")["name"] for state in states]
    assert names == [name, "Another name"]
    assert [s.snapshot.day for s in states] == [DAY, DAY + timedelta(days=1)]


def test_the_weights_and_documents_of_then_are_kept(snapshots: Snapshots, root: Path) -> None:
    info = DocumentInfo("policies/a.md", "A policy", effective=date(2026, 1, 1), label="board")
    take(snapshots, root, documents=[DocumentState(info, "passage", "abc", None)])
    (root / "workspace.yaml").write_text("organisation: Another\n")
    state = snapshots.load(snapshots.all()[0], Workspace.open(root))
    assert state.workspace.config.organisation == "Halden Care"
    assert [(d.id, d.sha256, d.label) for d in state.documents] == [("policies/a.md", "abc", "board")]


def add_project(root: Path, key: str) -> None:
    with (root / "records" / "projects.csv").open("a", encoding="utf-8") as file:
        file.write(f"{key},Case {key}\n")


def test_old_snapshots_are_thinned_to_days_and_months(snapshots: Snapshots, root: Path) -> None:
    for hours_ago in (24 * 130, 24 * 129, 24 * 40, 24 * 40 - 1, 24 * 2, 1):
        add_project(root, f"X-{hours_ago}")
        take(snapshots, root, DAY, NOW - timedelta(hours=hours_ago))
    ages = [round((NOW - s.taken) / timedelta(hours=1)) for s in snapshots.all()]
    assert ages == [24 * 129, 24 * 40 - 1, 24 * 2, 1]


def test_what_no_snapshot_uses_any_more_is_deleted(snapshots: Snapshots, root: Path, tmp_path: Path) -> None:
    for days_ago in (100, 99, 0):
        add_project(root, f"X-{days_ago}")
        take(snapshots, root, DAY, NOW - timedelta(days=days_ago))
    assert len(snapshots.all()) == 2
    with sqlite3.connect(tmp_path / "state" / "snapshots.sqlite") as connection:
        blocks = connection.execute("SELECT count(*) FROM blocks").fetchone()[0]
    # One a table and one for the documents; another for the one table that differs.
    assert blocks == len(Records.load(Workspace.open(root)).tables) + 2
