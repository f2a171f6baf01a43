from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import command_line
import psycopg
import pytest
import raw_state

from copilot import Settings
from copilot.errors import StateError
from copilot.state.database import Database
from copilot.state.places import Place, place

FIRST = ("CREATE TABLE notes (text TEXT)",)
SECOND = ("ALTER TABLE notes ADD COLUMN author TEXT", "UPDATE notes SET author = 'unknown'")


def opened(place: Place, migrations: Sequence[Sequence[str]]) -> Database:
    """With migrations that are the same on both engines."""
    return Database(place, migrations, migrations)


@pytest.fixture
def notes(kept: Settings) -> Place:
    return place(kept, "notes.sqlite")


def test_an_older_store_is_brought_up_to_date_with_its_contents(notes: Place) -> None:
    old = opened(notes, [FIRST])
    with old.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
    old.close()
    new = opened(notes, [FIRST, SECOND])
    assert [tuple(row) for row in new.read("SELECT text, author FROM notes")] == [("kept", "unknown")]
    new.close()


def test_a_migration_that_fails_leaves_the_older_version(notes: Place) -> None:
    with closing(opened(notes, [FIRST])) as old:
        old.read("SELECT * FROM notes")
    with closing(opened(notes, [FIRST, (*SECOND, "NOT SQL")])) as failing, pytest.raises(StateError):
        failing.read("SELECT 1")
    database = opened(notes, [FIRST, SECOND])
    assert database.read("SELECT author FROM notes") == []
    database.close()


def test_many_processes_may_make_the_store_at_once(kept: Settings, notes: Place) -> None:
    code = """if True:
        from copilot import Settings
        from copilot.state.database import Database
        from copilot.state.places import place
        first = [("CREATE TABLE notes (text TEXT)",)]
        database = Database(place(Settings.from_env(), "notes.sqlite"), first, first)
        with database.write() as connection:
            connection.execute("INSERT INTO notes VALUES ('x')")
        database.close()
    """
    assert kept.state_dir is not None
    environment = command_line.environment(kept.state_dir, kept.workspace, **raw_state.variables(kept))
    processes = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    database = opened(notes, [FIRST])
    assert len(database.read("SELECT * FROM notes")) == 4
    database.close()


def test_a_transaction_that_fails_is_undone_and_the_next_one_works(notes: Place) -> None:
    database = opened(notes, [FIRST])

    def write_and_fail() -> None:
        with database.write() as connection:
            connection.execute("INSERT INTO notes VALUES ('lost')")
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    with database.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
    assert [row["text"] for row in database.read("SELECT text FROM notes")] == ["kept"]
    database.close()


def test_a_mistake_in_the_program_is_not_blamed_on_the_operator(notes: Place) -> None:
    database = opened(notes, [("CREATE TABLE notes (text TEXT NOT NULL)",)])
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)), database.write() as connection:
        connection.execute("INSERT INTO notes VALUES (NULL)")
    database.close()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be used"):
        Database(tmp_path / "file" / "notes.sqlite", [FIRST]).read("SELECT * FROM notes")


def test_a_store_of_a_newer_version_is_refused_also_when_it_became_newer_meanwhile(notes: Place) -> None:
    database = opened(notes, [FIRST])
    with database.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
    newer = opened(notes, [FIRST, SECOND])
    assert len(newer.read("SELECT author FROM notes")) == 1
    with pytest.raises(StateError, match="newer version"), database.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('lost')")
    assert len(newer.read("SELECT author FROM notes")) == 1
    newer.close()
    database.close()


def test_a_file_that_was_set_aside_while_it_was_open_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    database = Database(path, [FIRST])
    with database.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('aside')")
    path.rename(tmp_path / "aside.sqlite")
    with database.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('new')")
    assert [row["text"] for row in Database(path, [FIRST]).read("SELECT text FROM notes")] == ["new"]
    database.close()
