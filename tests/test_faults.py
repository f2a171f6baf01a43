"""What happens when the state folder is full, read-only, damaged or of another version. Each fault is a real one."""

from __future__ import annotations

import gc
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from command_line import CORPUS, ROOT, Done, bearing, environment
from indexes import Indexes

from copilot import Settings
from copilot.errors import SettingsError
from copilot.state.conversations import Conversations
from copilot.state.jobs import Jobs
from copilot.state.keys import Keys
from copilot.state.spending import Spending
from copilot.types import Answer, Viewer
from copilot.upkeep.stores import STORES

QUESTION = "How many projects are in pilot?"
ADMIN = Viewer(name="root", role="admin")
ANSWER = Answer(id="a-1", question=QUESTION, status="answered", text="Six [1]. " + "It is so. " * 40)
FILES = [store.file for store in STORES]


@pytest.fixture(scope="module")
def whole(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The indexed state of the fixture workspace: sixty turns of a conversation, a memo, keys, jobs, tokens spent."""
    settings = indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path_factory.mktemp("whole")))
    state = settings.workspace_state()
    with closing(Conversations(state / "conversations.sqlite")) as store:
        store.ensure("c1", "everyone", "Pilots")
        for number in range(60):
            store.append("c1", "everyone", f"{QUESTION} {number}", ANSWER)
    assert run("memo", "new", folder=state).returncode == 0
    with (
        closing(Keys(state / "keys.sqlite")) as keys,
        closing(Spending(state / "spending.sqlite")) as spending,
        closing(Jobs(state / "jobs.sqlite")) as jobs,
    ):
        for number in range(60):
            keys.add(f"program {number}", "everyone", "leader")
            jobs.add("memo", {"title": f"memo {number}"}, ADMIN)
        spending.add(1)
    # What a command leaves open until its process ends is closed here too.
    gc.collect()
    return state


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """That state, of one test."""
    return Path(shutil.copytree(whole, tmp_path / "state" / whole.name))


def run(*arguments: str, folder: Path) -> Done:
    return bearing(*arguments, state=folder.parent)


def contents(folder: Path) -> dict[str, str]:
    """Of every file but those in which SQLite shares its memory."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def damage(path: Path, place: float = 0.0, share: float = 0.0) -> None:
    """Overwrites a page of a file, or a share of all pages; the first one makes it no database at all."""
    content = bytearray(path.read_bytes())
    start = int(len(content) * place) // 4096 * 4096
    end = start + max(4096, int(len(content) * share))
    content[start:end] = b"\xa5" * len(content[start:end])
    path.write_bytes(content)


def is_one_sentence(done: Done) -> bool:
    return done.stderr.startswith("bearing: ") and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def failed(done: Done) -> list[str]:
    return [line.split()[1].rstrip(":") for line in done.stdout.splitlines() if line.startswith("FAIL")]


def test_doctor_looks_at_everything_and_writes_nothing(folder: Path) -> None:
    before = contents(folder)
    done = run("doctor", folder=folder)
    assert (done.returncode, failed(done)) == (0, [])
    assert "conversations.sqlite: 1 conversations, 60 turns" in done.stdout
    assert "memos.sqlite: 1 memos" in done.stdout
    assert contents(folder) == before


@pytest.mark.parametrize("place", [0.0, 0.5])
def test_damaged_stores_are_found_told_and_mended(folder: Path, place: float) -> None:
    for file in FILES:
        damage(folder / file, place)
    answered = run("ask", QUESTION, folder=folder)
    assert answered.returncode == 0, answered.stderr
    # What the command leaves open until its process ends.
    gc.collect()
    before = contents(folder)
    looked = run("doctor", folder=folder)
    assert looked.returncode == 1
    assert set(FILES) <= set(failed(looked))
    assert "bearing doctor --repair" in looked.stdout
    assert contents(folder) == before
    mended = run("doctor", "--repair", folder=folder)
    assert (mended.returncode, failed(mended)) == (0, []), mended.stdout
    for file in FILES:
        assert [path.name for path in folder.glob(f"set-aside/*/{file}")] == [file]
    assert run("ask", QUESTION, "--conversation", "c2", folder=folder).returncode == 0


@pytest.mark.parametrize("file", FILES)
def test_one_damaged_store_is_found_and_mended_alone(folder: Path, file: str) -> None:
    damage(folder / file)
    assert file in failed(run("doctor", folder=folder))
    mended = run("doctor", "--repair", folder=folder)
    assert (mended.returncode, failed(mended)) == (0, []), mended.stdout
    assert {path.name for path in folder.glob("set-aside/*/*.sqlite")} == {file}


def test_what_a_damaged_file_of_conversations_still_holds_is_saved(folder: Path) -> None:
    path = folder / "conversations.sqlite"
    damage(path, 0.5)
    run("doctor", "--repair", folder=folder)
    with closing(Conversations(path)) as store:
        turns = store.turns("c1", "everyone")
        assert 40 <= len(turns) <= 60
        assert all(turn.answer == ANSWER for turn in turns if turn.answer)
        assert "repaired" in {entry.action for entry in store.audit(ADMIN)}


@pytest.mark.parametrize("leaf", ["middle", "last"])
def test_entries_of_the_audit_trail_that_a_repair_lost_are_told_and_removed_ones_are_a_fault(
    folder: Path, leaf: str
) -> None:
    path = folder / "conversations.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        pages = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'trail' AND pagetype = 'leaf' ORDER BY path"
        ).fetchall()
        (count,) = connection.execute("PRAGMA page_count").fetchone()
    damage(path, (pages[-1 if leaf == "last" else len(pages) // 2][0] - 0.5) / count)
    mended = run("doctor", "--repair", folder=folder)
    assert (mended.returncode, failed(mended)) == (0, []), mended.stdout
    with closing(Conversations(path)) as store:
        found = store.verify_audit()
        assert len(found.faults) == 1
        assert found.faults == found.gaps == found.lost
        assert found.lost[0] in mended.stdout
    assert bearing("audit", "verify", state=folder.parent).returncode == 1
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER trail_keeps_rows")
        connection.execute("DELETE FROM trail WHERE number = 2")
    assert failed(run("doctor", folder=folder)) == ["audit"]


@pytest.mark.parametrize("file", ["conversations.sqlite", "memos.sqlite"])
def test_a_damaged_store_is_one_sentence_to_whoever_needs_it(folder: Path, file: str) -> None:
    damage(folder / file)
    needs_it = {
        "conversations.sqlite": ("audit", "export"),
        "memos.sqlite": ("memo", "list"),
    }
    done = run(*needs_it[file], folder=folder)
    assert done.returncode == 2
    assert is_one_sentence(done)
    assert "--repair" in done.stderr


def test_an_answer_that_cannot_be_kept_says_so(folder: Path) -> None:
    damage(folder / "conversations.sqlite")
    done = run("ask", QUESTION, "--conversation", "c1", "--json", folder=folder)
    answer = Answer.model_validate_json(done.stdout)
    assert answer.status == "answered"
    assert any("not kept" in warning and "--repair" in warning for warning in answer.warnings)


def test_stores_of_a_newer_version_are_left_alone(folder: Path) -> None:
    def mark(file: str, version: int) -> int:
        with closing(sqlite3.connect(folder / file)) as connection:
            (before,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {version}")
        return int(before)

    ours = {file: mark(file, 99) for file in FILES}
    assert run("ask", QUESTION, folder=folder).returncode == 0
    assert set(FILES) <= set(failed(run("doctor", folder=folder)))
    for file in FILES:
        mark(file, ours[file])
    for file in FILES:
        mark(file, 99)
        before = (folder / file).read_bytes()
        done = run("doctor", "--repair", folder=folder)
        assert done.returncode == 2
        assert is_one_sentence(done)
        assert "newer version" in done.stderr
        assert (folder / file).read_bytes() == before
        mark(file, ours[file])


def index_files(folder: Path, pattern: str) -> Path:
    return next(path for path in sorted((folder / "index").rglob(pattern)) if path.stat().st_size)


@pytest.mark.parametrize("pattern", ["manifest.db", "chroma.sqlite3", "data_level0.bin", "*.term", "buckets.json"])
def test_a_damaged_file_of_the_index_is_found_and_built_anew(folder: Path, pattern: str) -> None:
    path = index_files(folder, pattern)
    path.write_bytes(b"\xa5" * path.stat().st_size)
    asked = run("ask", QUESTION, folder=folder)
    assert asked.returncode == 0 or is_one_sentence(asked)
    mended = run("doctor", "--repair", folder=folder)
    assert (mended.returncode, failed(mended)) == (0, []), mended.stdout
    assert run("ask", "What must happen before a model is used on a ward?", folder=folder).returncode == 0


def test_a_manifest_with_a_hole_is_one_sentence_with_the_way_out(folder: Path) -> None:
    damage(folder / "index" / "manifest.db", 0.25, share=0.5)
    done = run("index", folder=folder)
    assert done.returncode == 2
    assert is_one_sentence(done)
    assert "--repair" in done.stderr
    assert failed(run("doctor", folder=folder)) == ["index"]


def apart(script: str, folder: Path) -> list[dict[str, object]]:
    """Runs shell commands where they may mount disks of their own; what they print, as JSON objects."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a process mount a disk of its own")
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-euc", script],
        env=environment(folder.parent, FOLDER=str(folder), PYTHON=sys.executable), cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


ASKS = f"""
import json, os
from copilot import Settings, open_copilot
from copilot.commands.doctor import examine

def ask():
    settings = Settings.from_env()
    copilot = open_copilot(settings)
    for conversation in (None, "c1"):
        answer = copilot.ask({QUESTION!r}, conversation)
        print(json.dumps({{"status": answer.status, "warnings": answer.warnings}}))
    print(json.dumps({{"turns": len(copilot.conversations.turns("c1", "everyone"))}}))
    print(json.dumps({{"failed": [check.name for check in examine(settings) if not check.ok]}}))
    copilot.close()

ask()
"""
"""Asks with and without a conversation and looks with doctor, and says what came of it."""

SHOWS = f"""
from streamlit.testing.v1 import AppTest
from ui.launch import APP

app = AppTest.from_file(str(APP), default_timeout=300).run()
app.chat_input(key="question").set_value({QUESTION!r}).run()
print(json.dumps({{
    "faults": len(app.exception) + len(app.error),
    "cited": sum("#cite-" in element.value for element in app.markdown),
    "not kept": sum("not kept" in element.value for element in app.caption),
    "to rate": len(app.feedback),
}}))
"""
"""Asks on the page, and says what it shows."""


def test_a_folder_that_cannot_be_written_still_answers_and_its_page_says_that_it_is_not_kept(
    folder: Path, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(ASKS + SHOWS)
    read_only = 'mount --bind "$FOLDER" "$FOLDER"; mount -o remount,ro,bind "$FOLDER"\n'
    alone, in_conversation, kept, looked, shown = apart(f'{read_only}"$PYTHON" {program}', folder)
    for told in (alone, in_conversation):
        assert told["status"] == "answered"
        assert any("not kept" in w and "BEARING_STATE_DIR" in w for w in map(str, told["warnings"]))  # type: ignore[call-overload]
    assert kept["turns"] == 60
    assert looked["failed"] == ["state"]
    assert shown["faults"] == shown["to rate"] == 0
    assert shown["not kept"] == 1
    assert shown["cited"] > 0  # type: ignore[operator]


def test_a_full_disk_still_answers_and_loses_nothing(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(f'{ASKS}\nos.remove(os.environ["FOLDER"] + "/filler")\nask()\n')
    full = """
        cp -r "$FOLDER" "$FOLDER.copy"
        mount -t tmpfs -o size=40m tmpfs "$FOLDER"
        cp -r "$FOLDER.copy/." "$FOLDER"
        head -c 100M /dev/zero > "$FOLDER/filler" 2>/dev/null || true
    """
    rows = apart(f'{full}\n"$PYTHON" {program}', folder)
    alone, in_conversation, kept, looked, *later = rows
    assert alone["status"] == in_conversation["status"] == "answered"
    assert any("free some space" in str(w) for w in in_conversation["warnings"])  # type: ignore[attr-defined]
    assert kept["turns"] == 60
    assert "state" in looked["failed"]  # type: ignore[operator]
    assert [row.get("warnings") for row in later[:2]] == [[], []]
    assert later[2]["turns"] == 61


def test_a_clock_that_was_set_back_loses_nothing(folder: Path) -> None:
    path = folder / "conversations.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE conversations SET updated = '2099-01-01T00:00:00.000000+00:00'")
        connection.execute("UPDATE turns SET asked_at = '2099-01-01T00:00:00.000000+00:00', touched = asked_at")
    assert run("ask", QUESTION, "--conversation", "c1", folder=folder).returncode == 0
    with closing(Conversations(path)) as store:
        turns = store.turns("c1", "everyone")
        assert [turn.state for turn in turns] == ["answered"] * 61
        assert turns[-1].asked_at < turns[-2].asked_at
        assert store.verify_audit().faults == ()


def test_two_servers_on_one_state_answer_side_by_side(folder: Path) -> None:
    program = f"""if True:
        import sys
        from copilot import Settings, open_copilot
        copilot = open_copilot(Settings.from_env())
        for number in range(2):
            assert copilot.ask({QUESTION!r}, "shared").status == "answered"
        copilot.close()
    """
    processes = [
        subprocess.Popen([sys.executable, "-c", program], env=environment(folder.parent), cwd=ROOT) for _ in range(2)
    ]
    assert [process.wait() for process in processes] == [0, 0]
    with closing(Conversations(folder / "conversations.sqlite")) as store:
        turns = store.turns("shared", "everyone")
        assert [turn.state for turn in turns] == ["answered"] * 4
        assert store.verify_audit().faults == ()


@pytest.fixture
def asking(folder: Path) -> Iterator[list[str]]:
    """Another thread that goes on storing turns; the ids of those that were stored."""
    stored: list[str] = []
    stop = threading.Event()

    def work() -> None:
        with closing(Conversations(folder / "conversations.sqlite")) as store:
            while not stop.is_set():
                # A restore between the two takes the conversation away.
                with suppress(SettingsError):
                    store.ensure("busy", "everyone", "Busy")
                    stored.append(store.append("busy", "everyone", QUESTION, ANSWER))

    thread = threading.Thread(target=work)
    thread.start()
    yield stored
    stop.set()
    thread.join()


def test_a_backup_taken_while_people_ask_is_whole(folder: Path, asking: list[str], tmp_path: Path) -> None:
    while len(asking) < 5:
        pass
    done = run("backup", str(tmp_path / "kept.zip"), folder=folder)
    assert done.returncode == 0, done.stderr
    at_the_end = len(asking)
    other = Settings(workspace=CORPUS, state_dir=tmp_path / "other").workspace_state()
    assert bearing("restore", str(tmp_path / "kept.zip"), "--yes", state=other.parent).returncode == 0
    with closing(Conversations(other / "conversations.sqlite")) as store:
        restored = [turn.id for turn in store.turns("busy", "everyone")]
        assert 5 <= len(restored) <= at_the_end + 1
        assert restored == asking[: len(restored)]
        assert len(store.turns("c1", "everyone")) == 60
        assert store.verify_audit().faults == ()
    assert bearing("memo", "list", state=other.parent).stdout


def test_a_restore_while_people_ask_brings_the_old_state_and_they_go_on(
    folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert run("backup", str(tmp_path / "kept.zip"), folder=folder).returncode == 0
    stored: list[str] = request.getfixturevalue("asking")
    while len(stored) < 5:
        pass
    assert run("restore", str(tmp_path / "kept.zip"), folder=folder).returncode == 2
    assert run("restore", str(tmp_path / "kept.zip"), "--yes", folder=folder).returncode == 0
    restored = len(stored)
    while len(stored) < restored + 20:
        pass
    # The first of them may have been asked before the restore, and the thread stores more while they are read.
    since = set(stored[restored + 1 :])
    with closing(Conversations(folder / "conversations.sqlite")) as store:
        assert len(store.turns("c1", "everyone")) == 60
        left = {turn.id for turn in store.turns("busy", "everyone")}
        assert stored[0] not in left
        assert since <= left
        assert store.verify_audit().faults == ()
        assert "restored" in {entry.action for entry in store.audit(ADMIN)}
    assert list(folder.glob("set-aside/*/before-restore.zip"))


def test_a_damaged_state_comes_back_from_a_backup(folder: Path, tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "kept.zip"), folder=folder).returncode == 0
    for file in FILES:
        damage(folder / file)
    assert run("restore", str(tmp_path / "kept.zip"), "--yes", folder=folder).returncode == 0
    assert failed(run("doctor", folder=folder)) == []
    with closing(Conversations(folder / "conversations.sqlite")) as store:
        assert len(store.turns("c1", "everyone")) == 60


@pytest.mark.parametrize("fault", ["missing", "no archive", "changed"])
def test_a_file_that_is_no_whole_backup_is_refused_and_changes_nothing(
    folder: Path, tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "kept.zip"
    if fault == "no archive":
        path.write_bytes(b"no archive")
    if fault == "changed":
        assert run("backup", str(path), folder=folder).returncode == 0
        gc.collect()
        shutil.unpack_archive(path, tmp_path / "open")
        with (tmp_path / "open" / "memos.sqlite").open("ab") as file:
            file.write(b"more")
        shutil.make_archive(str(tmp_path / "kept"), "zip", tmp_path / "open")
    before = (folder / "conversations.sqlite").read_bytes()
    done = run("restore", str(path), "--yes", folder=folder)
    assert done.returncode == 2
    assert is_one_sentence(done)
    assert (folder / "conversations.sqlite").read_bytes() == before


def test_conversations_that_nobody_uses_any_more_are_deleted_and_their_space_is_freed(folder: Path) -> None:
    path = folder / "conversations.sqlite"
    with closing(Conversations(path)) as store:
        store.append("c1", "everyone", QUESTION, ANSWER)
        store.ensure("new", "everyone")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE conversations SET updated = '2020-01-01' WHERE id = 'c1'")
    size = path.stat().st_size
    done = bearing("ask", QUESTION, "--conversation", "new", state=folder.parent, BEARING_KEEP_DAYS="30")
    assert done.returncode == 0, done.stderr
    assert path.stat().st_size < size
    with closing(Conversations(path)) as store:
        assert [info.id for info in store.list("everyone")] == ["new"]
        assert [e.subject for e in store.audit(ADMIN) if e.action == "expired"] == ["c1"]
