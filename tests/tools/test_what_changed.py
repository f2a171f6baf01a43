"""What changed between two openings of the fixture hospital, for those who may and may not see it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from record_sources import BOARD, CORPUS, EVERYONE, answers, said, unsupported
from record_sources import open_sources as open_records

from copilot import Copilot, Settings, open_copilot
from copilot.errors import ToolError
from copilot.tools.what_changed.baseline import last_visit
from copilot.tools.what_changed.tool import Arguments, what_changed
from copilot.types import ToolResult, Viewer

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
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    root, state = Path(shutil.copytree(CORPUS, folder / "hospital")), folder / "state"
    shutil.copy(GATES, root / "gates.yaml")
    before = open_copilot(Settings(workspace=root, state_dir=state, today=FIRST))
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


def test_a_changed_cell_is_told_with_its_old_and_new_value_and_the_row(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["records"])
    assert "Radiology Reading (H-03) changed name from Radiology Triage to Radiology Reading." in said(result)
    told = next(s for s in result.findings if "Radiology Reading" in s.text)
    assert "r-H-03" in told.evidence
    assert ("projects", "Radiology Reading (H-03)", "changed", "name", "Radiology Triage", "Radiology Reading") in (
        result.tables[0].rows
    )


def test_rows_that_came_and_went_are_told(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["records"])
    assert "Ward Assistant (H-20) was added." in said(result)
    assert "Discharge Letters (H-06) was removed." in said(result)


def test_what_a_viewer_may_not_see_is_neither_told_nor_counted(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["records"])
    assert "Clinic Merger" not in result.render()
    # The reminder is still there, only out of sight; it was not removed.
    assert "No-show Reminder" not in result.render()
    assert answers(result)[0].startswith(
        "Since 2026-06-15, 4 rows of the records differ: 1 added, 1 removed and 2 changed"
    )
    assert "No-show Reminder" not in story.tell(since="2026-06-15", top=9).render()
    assert "so what changed is partial" in said(result)
    assert result.hidden_rows > 0


def test_a_viewer_with_the_label_is_told_more(story: Story) -> None:
    text = said(story.tell(BOARD, since="2026-06-15", about=["records"]))
    assert "Clinic Merger Model (H-09) changed stage from pilot to stopped and stage since" in text
    assert "partial" not in text


def test_the_ranking_of_then_is_set_against_that_of_now(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["ranking"], top=2)
    assert answers(result)[0].startswith(
        "The ranking no longer holds as it was: in the top 2 Ward Assistant (H-20) came in"
    )
    assert "Ward Assistant (H-20), new among the candidates, ranks 1 with" in said(result)


def test_a_recommendation_that_no_longer_holds_is_told_with_what_is_different(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["recommendations"])
    assert "no longer hold" in answers(result)[0]
    text = said(result)
    assert f"“{QUESTION}”, answered on" in text
    assert "Ward Assistant (H-20) would come in" in text
    assert [row[3] for row in result.tables[0].rows if row[0] == QUESTION] == ["no longer holds"]


def test_recommendations_to_others_are_their_own(story: Story) -> None:
    alone = story.tell(Viewer(name="ward_manager"), since="2026-06-15", about=["recommendations"])
    assert QUESTION not in alone.render()


def test_governance_findings_that_moved_are_told(story: Story) -> None:
    result = story.tell(since="2026-06-15", about=["gates"])
    assert "changed" in answers(result)[0] or "no finding" in answers(result)[0]
    assert "H-09" not in result.render()


def test_documents_that_are_new_or_changed_are_told_to_those_who_may_read_them(story: Story) -> None:
    text = said(story.tell(since="2026-06-15", about=["documents"]))
    assert "“Night shifts” (playbook/night-shifts.md) is new." in text
    assert "(policies/triage-models.md) has changed." in text
    assert "board-risk-appetite" not in text
    assert "(policies/board-risk-appetite.md) has changed." in said(story.tell(BOARD, since="2026-06-15"))


def test_without_a_date_it_is_since_the_last_visit(story: Story) -> None:
    text = said(story.tell(about=["records"]))
    assert "since your last visit on" in text.lower()
    assert "Ward Assistant (H-20) was added." in text


def test_a_first_visit_is_said_to_be_the_first(story: Story) -> None:
    text = said(story.tell(Viewer(name="ward_manager"), about=["records"]))
    assert "No earlier visit of yours is on record" in text


def test_a_date_before_the_first_snapshot_says_since_when_changes_are_known(story: Story) -> None:
    result = story.tell(since="2026-04-01", about=["records", "metrics"])
    assert "The first snapshot of the workspace shows 2026-06-10" in said(result)
    assert "Since the first snapshot (2026-06-10), 4 rows of the records differ" in said(result)
    assert "By their own dates the records hold" in said(result)
    assert any(t.title == "Metrics then and now" for t in result.tables)


def test_a_unit_narrows_what_is_told(story: Story) -> None:
    text = said(story.tell(since="2026-06-15", unit="home care", about=["records"]))
    assert "Visit Planner (H-04) changed name" in text
    assert "Radiology" not in text


def test_every_sentence_stands_in_what_it_cites(story: Story) -> None:
    for arguments in ({}, {"since": "2026-06-15"}, {"since": "2025-01-01"}, {"since": "2026-06-15", "project": "H-03"}):
        assert unsupported(story.tell(**arguments)) == []


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
    assert answers(result)[0].startswith("By their own dates the records hold")
    assert "No snapshot of the records has been kept" in said(result)


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
