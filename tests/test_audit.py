"""The audit trail: that it cannot be changed without showing it, and what is in it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import raw_state
from command_line import CORPUS, Done, bearing
from hypothesis import given
from hypothesis import strategies as st
from indexes import Indexes

from copilot import Copilot, Settings
from copilot.reading.reader import shipped
from copilot.state.audit import check_chain
from copilot.state.conversation_schema import MIGRATIONS
from copilot.state.conversations import FILE, Conversations
from copilot.state.database import Database
from copilot.state.places import Place, place
from copilot.types import Viewer

QUESTION = "What must happen before a triage model is used?"
ADMIN = Viewer(name="root", role="admin")
COLUMNS = ("number", "at", "viewer", "action", "subject", "details", "previous", "hash")
Row = tuple[object, ...]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """A trail of twelve entries as it stands in the file."""
    path = tmp_path_factory.mktemp("trail") / "conversations.sqlite"
    with closing(Conversations(path)) as store:
        for number in range(12):
            store.note(f"viewer {number % 3}", "opened", f"policies/{number}.md", {"locator": f"lines {number}-9"})
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM trail ORDER BY number").fetchall()


def test_a_trail_as_it_was_written_has_no_fault(rows: list[Row]) -> None:
    found = check_chain(rows, 12)
    assert (found.entries, found.faults, found.head) == (12, (), f"12:{rows[-1][-1]}")
    assert check_chain(rows, 12, [f"7:{rows[6][-1]}"]).faults == ()


@given(
    at=st.integers(0, 11), column=st.sampled_from(COLUMNS[1:]), value=st.text(max_size=20) | st.integers() | st.none()
)
def test_an_entry_that_was_changed_is_found(rows: list[Row], at: int, column: str, value: object) -> None:
    place = COLUMNS.index(column)
    changed = [*rows]
    changed[at] = (*rows[at][:place], value, *rows[at][place + 1 :])
    assert bool(check_chain(changed, 12).faults) == (value != rows[at][place])


@given(first=st.integers(0, 11), count=st.integers(1, 12))
def test_entries_that_were_removed_are_found(rows: list[Row], first: int, count: int) -> None:
    assert check_chain(rows[:first] + rows[first + count :], 12).faults


@given(at=st.integers(0, 12), copied=st.integers(0, 11))
def test_an_entry_that_was_put_in_is_found(rows: list[Row], at: int, copied: int) -> None:
    """Also where those after it were numbered anew."""
    inserted = [*rows[:at], rows[copied], *rows[at:]]
    numbered = [(number, *row[1:]) for number, row in enumerate(inserted, 1)]
    assert check_chain(numbered, 13).faults


@given(order=st.permutations(range(12)))
def test_entries_in_another_order_are_found(rows: list[Row], order: list[int]) -> None:
    numbered = [(number, *rows[place][1:]) for number, place in enumerate(order, 1)]
    assert bool(check_chain(numbered, 12).faults) == (order != list(range(12)))


def test_a_trail_that_was_chained_anew_lacks_the_end_that_was_noted(rows: list[Row], tmp_path: Path) -> None:
    with closing(Conversations(tmp_path / "forged.sqlite")) as store:
        for _ in range(12):
            store.note("nobody", "opened", "something else")
        assert store.verify_audit().faults == ()
        (fault,) = store.verify_audit([f"12:{rows[-1][-1]}"]).faults
        assert f"12:{rows[-1][-1]}" in fault


def test_an_older_trail_is_carried_over_and_chained(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    with closing(Database(path, MIGRATIONS[:2])) as old, old.write() as connection:
        for turn, status in (("t1", "asked"), ("t1", "insufficient_evidence"), ("t2", "asked"), ("t2", "interrupted")):
            connection.execute(
                """INSERT INTO audit (at, viewer, conversation, turn, question, status, answer_id, evidence, versions)
                VALUES ('2026-01-01T00:00:00+00:00', 'ana', 'c1', ?, 'Why?', ?, 'a-1', ?, '{"bearing": "0.1"}')""",
                (turn, status, json.dumps([{"id": "p-1", "sha256": "ab"}])),
            )
    with closing(Conversations(path)) as store:
        entries = list(store.audit(ADMIN))
        assert [(e.action, e.subject) for e in entries] == [
            ("asked", "t1"), ("answered", "t1"), ("asked", "t2"), ("interrupted", "t2"), ("chained", "audit"),
        ]  # fmt: skip
        assert entries[1].details["status"] == "insufficient_evidence"
        assert entries[1].details["evidence"] == [{"id": "p-1", "sha256": "ab"}]
        assert {e.viewer for e in entries[:4]} == {"ana"}
        assert store.verify_audit().faults == ()


def run_with(settings: Settings, *arguments: str) -> Done:
    assert settings.state_dir is not None
    return bearing(*arguments, state=settings.state_dir, workspace=settings.workspace, **raw_state.variables(settings))


@pytest.fixture
def settings(indexes: Indexes, tmp_path: Path) -> Settings:
    workspace = tmp_path / "workspace"
    shutil.copytree(CORPUS, workspace)
    return Settings(workspace=workspace, state_dir=tmp_path / "state")


def entries(settings: Settings) -> list[tuple[str, str, str]]:
    with closing(Conversations(settings.workspace_state() / "conversations.sqlite")) as store:
        return [(entry.viewer, entry.action, entry.subject) for entry in store.audit(ADMIN)]


def test_an_answer_is_in_the_trail_with_what_it_rests_on_also_without_a_conversation(copilot: Copilot) -> None:
    before = sum(1 for _ in copilot.conversations.audit(ADMIN))
    answer = copilot.ask(QUESTION, viewer="chief_physician")
    (entry,) = copilot.conversations.audit(ADMIN, before)
    assert (entry.viewer, entry.action, entry.subject) == ("chief_physician", "answered", answer.id)
    assert entry.details["question"] == QUESTION
    read = {item["source"] for item in entry.details["evidence"]}
    assert read == {citation.source for citation in answer.citations} != set()


def test_what_is_loaded_before_the_first_question_asks_none(copilot: Copilot) -> None:
    before = sum(1 for _ in copilot.conversations.audit(ADMIN))
    shipped.cache_clear()
    copilot.prepare()
    assert shipped.cache_info().currsize == 1
    assert list(copilot.conversations.audit(ADMIN, before)) == []


def test_who_opened_a_source_or_called_a_tool_is_in_the_trail(copilot: Copilot) -> None:
    answer = copilot.ask(QUESTION)
    cited = next(citation for citation in answer.citations if citation.kind == "passage")
    before = sum(1 for _ in copilot.conversations.audit(ADMIN))
    copilot.source(cited)
    copilot.call("search_knowledge", query="triage")
    opened, called = copilot.conversations.audit(ADMIN, before)
    assert (opened.action, opened.subject, opened.details) == ("opened", cited.source, {"locator": cited.locator})
    assert (called.action, called.subject) == ("called", "search_knowledge")
    assert called.details["arguments"] == {"query": "triage"}
    assert cited.source in called.details["sources"]


def test_what_changes_documents_and_rules_is_in_the_trail(settings: Settings, tmp_path: Path) -> None:
    def run(*arguments: str) -> None:
        done = bearing(*arguments, state=tmp_path / "state", workspace=settings.workspace)
        assert done.returncode == 0, done.stderr

    run("index")
    note = tmp_path / "note.md"
    note.write_text("# Note\n\nA pilot needs an owner.\n")
    run("library", "add", str(note), "--viewer", "ward_manager")
    path = settings.workspace / "metrics.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    run("index")
    run("library", "remove", "documents/note.md", "--yes", "--viewer", "ward_manager")
    found = entries(settings)
    assert ("ward_manager", "added document", "documents/note.md") in found
    assert ("ward_manager", "removed document", "documents/note.md") in found
    assert ("", "changed rules", "metrics.yaml") in found


def test_memos_that_are_kept_and_exported_are_in_the_trail(settings: Settings, tmp_path: Path) -> None:
    done = bearing("memo", "new", "--format", "json", state=tmp_path / "state", workspace=settings.workspace)
    memo = json.loads(done.stdout)["id"]
    out = str(tmp_path / "memo.docx")
    exported = bearing(
        "memo", "export", memo, "--format", "docx", "--out", out, state=tmp_path / "state", workspace=settings.workspace
    )
    assert exported.returncode == 0, exported.stderr
    assert [e[1:] for e in entries(settings) if e[2] == memo] == [("kept memo", memo), ("exported", memo)]


def test_the_commands_verify_and_export_the_trail(kept: Settings, indexes: Indexes) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = run_with(kept, *arguments)
        return done.returncode, done.stdout

    shutil.copytree(CORPUS, kept.workspace)
    indexes.copy_to(kept)

    run("ask", QUESTION)
    code, said = run("audit", "verify")
    head = said.split()[-1].rstrip(".")
    assert code == 0
    code, exported = run("audit", "export")
    lines = [json.loads(line) for line in exported.splitlines()]
    assert f"{lines[-1]['number']}:{lines[-1]['hash']}" == head
    assert run("audit", "verify", "--noted", head)[0] == 0
    where = place(kept, FILE)
    forge(where, "UPDATE trail SET viewer = 'nobody' WHERE number = 1")
    code, said = run("audit", "verify")
    assert (code, said) == (1, "FAIL Entry 1 is not as it was written.\n")
    forge(where, "DELETE FROM trail WHERE number > 1")
    code, said = run("audit", "verify")
    assert code == 1
    assert f"Entries 2 to {lines[-1]['number'] + 1} are missing." in said
    assert run("ask", QUESTION)[0] == 0
    assert "are missing." in run("audit", "verify")[1]


def forge(where: Place, statement: str) -> None:
    """As whoever owns the store can: what stands in the way of changes is taken away first."""
    if isinstance(where, Path):
        for trigger in ("trail_keeps_values", "trail_keeps_rows"):
            raw_state.execute(where, f"DROP TRIGGER IF EXISTS {trigger}")
    else:
        raw_state.execute(where, "DROP TRIGGER IF EXISTS trail_keeps ON trail")
    raw_state.execute(where, statement)


def test_only_who_administers_exports_the_trail(settings: Settings, tmp_path: Path) -> None:
    path = settings.workspace / "workspace.yaml"
    text = path.read_text(encoding="utf-8").replace("{labels: []}", "{labels: [], role: pm}")
    path.write_text(text, encoding="utf-8")
    done = bearing(
        "audit", "export", "--viewer", "ward_manager", state=tmp_path / "state", workspace=settings.workspace
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "admin" in done.stderr
