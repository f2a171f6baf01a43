"""What changed between two openings of the fixture hospital, for those who may and may not see it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import golden
import pytest
from indexes import Indexes
from record_sources import BOARD, CORPUS, EVERYONE, of_kind, value
from record_sources import open_sources as open_records

from copilot import Copilot, Settings, open_copilot
from copilot.errors import ToolError
from copilot.tools.what_changed.baseline import last_visit
from copilot.tools.what_changed.tool import Arguments, what_changed
from copilot.types import Finding, ToolResult, Viewer

GATES = Path(__file__).resolve().parents[2] / "knowledge" / "gates.yaml"
FIRST, SECOND = date(2026, 6, 10), date(2026, 6, 30)
QUESTION = "Which two projects should come first?"


@dataclass(frozen=True)
class Story:
    """A hospital that was opened, asked, changed and opened again."""

    copilot: Copilot
    viewer: Viewer = EVERYONE

    def tell(self, viewer: Viewer = EVERYONE, **arguments: object) -> ToolResult:
        return what_changed(self.copilot.sources, viewer, Arguments.model_validate(arguments))


def edit(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def change(root: Path) -> None:
    records = root / "records"
    edit(
        records / "projects.csv",
        # Radiology Triage loses its value, and the labelled merger model its stage.
        ("H-03,Radiology Triage", "H-03,Radiology Reading"),
        ("planning,pilot,2026-02-15", "planning,stopped,2026-06-20"),
        ("H-04,Visit Router", "H-04,Visit Planner"),
    )
    lines = (records / "projects.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    assert header[-1] == "label"
    # The no-show reminder goes out of sight, the discharge letters are withdrawn, and a new project comes.
    lines = [line.rstrip(",") + ",board" if line.startswith("H-07") else line for line in lines]
    lines = [line for line in lines if not line.startswith("H-06")]
    lines.append(
        f"H-20,Ward Assistant,Answers questions on the ward,Home Care,NO,care,pilot{',' * 8}10,10,10,10,1,10,1,10"
        + "," * 18
    )
    (records / "projects.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    edit(root / "policies" / "triage-models.md", ("\n\n", "\n\nOne more sentence. "))
    edit(root / "policies" / "board-risk-appetite.md", ("\n\n", "\n\nOne more sentence. "))
    (root / "playbook" / "night-shifts.md").write_text("# Night shifts\n\nWhat to do at night.\n", encoding="utf-8")


def backdate(state: Path, viewer: str, days: int) -> None:
    """Makes the viewer's questions so many days older."""
    (path,) = state.rglob("conversations.sqlite")
    then = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE turns SET asked_at = ? WHERE conversation IN (SELECT id FROM conversations WHERE viewer = ?)",
            (then, viewer),
        )


@pytest.fixture(scope="module")
def story(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    root, state = Path(shutil.copytree(CORPUS, folder / "hospital")), folder / "state"
    shutil.copy(GATES, root / "gates.yaml")
    settings = indexes.copy_to(Settings(workspace=root, state_dir=state, today=FIRST))
    # The snapshot that comes with the index is of another day.
    (settings.workspace_state() / "snapshots.sqlite").unlink()
    before = open_copilot(settings)
    for viewer in ("everyone", "chief_physician"):
        before.ask(QUESTION, conversation=f"first-{viewer}", viewer=viewer)
    before.ask("Which projects should we fund with a budget of 2 million?", conversation="first-everyone")
    before.close()
    (snapshots,) = state.rglob("snapshots.sqlite")
    with sqlite3.connect(snapshots) as connection:
        connection.execute("UPDATE snapshots SET taken = ?", ((datetime.now(UTC) - timedelta(days=9)).isoformat(),))
    backdate(state, "everyone", 5)
    change(root)
    after = open_copilot(Settings(workspace=root, state_dir=state, today=SECOND))
    yield Story(after)
    after.close()


def only(result: ToolResult, kind: str) -> Finding:
    (finding,) = of_kind(result, kind)
    return finding


def row(result: ToolResult, subject: str) -> Finding:
    return next(f for f in of_kind(result, "row_change") if f.subject == subject)


def test_a_changed_cell_is_told_with_its_old_and_new_value_and_the_row(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["records"])
    told = row(result, "H-03")
    assert (told.values["columns"], told.values["before"], told.values["after"]) == (
        ("name",), ("Radiology Triage",), ("Radiology Reading",),
    )  # fmt: skip
    assert "r-H-03" in told.evidence
    assert ("projects", "Radiology Reading (H-03)", "changed", "name", "Radiology Triage", "Radiology Reading") in (
        result.tables[0].rows
    )


def test_rows_that_came_and_went_are_told(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["records"])
    assert (row(result, "H-20").values["change"], row(result, "H-06").values["change"]) == ("added", "removed")


def test_what_a_viewer_may_not_see_is_neither_told_nor_counted(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["records"])
    assert "Clinic Merger" not in result.render()
    # The reminder is still there, only out of sight; it was not removed.
    assert "No-show Reminder" not in result.render()
    changes = only(result, "record_changes")
    assert [value(changes, name) for name in ("rows", "added", "removed", "changed")] == [4, 1, 1, 2]
    assert "No-show Reminder" not in story.tell(since="2026-06-15", top=9).render()
    assert of_kind(result, "hidden")
    assert result.hidden_rows > 0


def test_a_viewer_with_the_label_is_told_more(story: Story) -> None:
    result = story.tell(BOARD, since="2026-06-15", about=["records"])
    merger = row(result, "H-09")
    assert merger.values["columns"] == ("stage", "stage since")
    assert merger.values["after"] == ("stopped", date(2026, 6, 20))
    assert not of_kind(result, "hidden")


def test_the_ranking_of_then_is_set_against_that_of_now(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["ranking"], top=2)
    change = only(result, "ranking_change")
    assert (change.values["is_same"], change.values["came_in"]) == (False, ("Ward Assistant (H-20)",))
    newcomer = next(f for f in of_kind(result, "rank_move") if f.subject == "H-20")
    assert (newcomer.values["rank_then"], value(newcomer, "rank_now")) == (None, 1)


def test_a_recommendation_that_no_longer_holds_is_told_with_what_is_different(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["recommendations"])
    assert value(only(result, "recommendations"), "gone") == len(of_kind(result, "recommendation"))
    ranking = next(f for f in of_kind(result, "recommendation") if f.values["question"] == QUESTION)
    assert ranking.values["holds"] is False
    assert ranking.values["came_in"] == ("Ward Assistant (H-20)",)
    assert [row[3] for row in result.tables[0].rows if row[0] == QUESTION] == ["no longer holds"]


def test_recommendations_to_others_are_their_own(story: Story) -> None:
    alone = story.tell(Viewer(name="ward_manager"), since="2026-06-15", about=["recommendations"])
    assert QUESTION not in alone.render()


def test_governance_findings_that_moved_are_told(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["gates"])
    assert result.findings[0].kind in ("gate_changes", "no_gate_change")
    assert "H-09" not in result.render()


def test_documents_that_are_new_or_changed_are_told_to_those_who_may_read_them(story: Story) -> None:
    told = {f.subject: f.values["change"] for f in of_kind(story.tell(since="2026-06-15"), "document_change")}
    assert told == {"playbook/night-shifts.md": "new", "policies/triage-models.md": "changed"}
    board = {f.subject for f in of_kind(story.tell(BOARD, since="2026-06-15"), "document_change")}
    assert "policies/board-risk-appetite.md" in board


def test_without_a_date_it_is_since_the_last_visit(story: Story) -> None:
    result = story.tell(about=["records"])
    assert str(only(result, "record_changes").values["compared"]).startswith("since your last visit on")
    assert row(result, "H-20").values["change"] == "added"


def test_a_first_visit_is_said_to_be_the_first(story: Story) -> None:
    assert of_kind(story.tell(Viewer(name="ward_manager"), about=["records"]), "first_visit")


def test_a_date_before_the_first_snapshot_says_since_when_changes_are_known(story: Story) -> None:
    result = story.tell(since="2026-04-01", about=["records", "metrics"])
    assert only(result, "first_snapshot").values["day"] == FIRST
    assert only(result, "record_changes").values["compared"] == "since the first snapshot (2026-06-10)"
    assert of_kind(result, "dated_events")
    assert any(t.title == "Metrics then and now" for t in result.tables)


def test_a_unit_narrows_what_is_told(story: Story) -> None:
    result = story.tell(since="2026-06-15", unit="home care", about=["records"])
    assert {f.subject for f in of_kind(result, "row_change")} == {"H-04", "H-20"}


def test_the_sentences_are_as_reviewed(story: Story, rewrite_golden: bool) -> None:
    calls: tuple[dict[str, object], ...] = (
        {"since": "2026-06-15", "about": ["ranking", "records", "gates", "metrics", "documents"]},
        {"since": "2026-04-01", "about": ["records", "documents"]},
        {"since": "2026-06-15", "unit": "home care"},
        {"since": "2026-06-15", "project": "H-03"},
    )
    told = {str(call): story.tell(**call) for call in calls}
    told["the board"] = story.tell(BOARD, since="2026-06-15", about=["records", "ranking"])
    golden.check_supported("what_changed", told, rewrite=rewrite_golden)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"since": "2027-01-01"}, "2027-01-01 lies after 2026-06-30"),
        ({"unit": "Harbour"}, "No project has the unit 'Harbour'; the nearest are"),
        ({"project": "H-99"}, "There is no project 'H-99'"),
    ],
)
def test_a_wrong_call_is_explained(story: Story, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        story.tell(**arguments)


def test_where_nothing_was_kept_only_dated_rows_are_told() -> None:
    result = what_changed(open_records(CORPUS), EVERYONE, Arguments(since=date(2026, 1, 1)))
    assert result.findings[0].kind == "dated_events"
    assert of_kind(result, "no_snapshot")


def test_a_visit_ends_with_a_pause() -> None:
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    times = [now - timedelta(days=3), now - timedelta(minutes=30), now - timedelta(minutes=1)]
    assert last_visit(times, now) == now - timedelta(days=3)
    assert last_visit(times[1:], now) is None
    assert last_visit([], now) is None


def test_plain_speech_reaches_it_in_the_chat(story: Story) -> None:
    answer = story.copilot.ask("What changed since 15 June 2026?")
    assert "what_changed" in [c.name for c in answer.tool_calls]
    assert answer.status == "answered"
    assert "Ward Assistant (H-20)" in answer.text
    answer = story.copilot.ask("Does the ranking of two weeks ago still hold?")
    assert answer.text.startswith("The ranking no longer holds") or "no longer hold" in answer.text


def test_the_beginning_of_time_is_a_day_like_others() -> None:
    result = what_changed(open_records(CORPUS), EVERYONE, Arguments(since=date.min))
    assert result.findings
