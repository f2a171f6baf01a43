from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.errors import StateError
from copilot.state.database import Database

FIRST = ("CREATE TABLE notes (text TEXT)",)
SECOND = ("ALTER TABLE notes ADD COLUMN author TEXT", "UPDATE notes SET author = 'unknown'")


def test_an_older_file_is_brought_up_to_date_with_its_contents(tmp_path: Path) -> None:
    old = Database(tmp_path / "notes.sqlite", [FIRST])
    with old.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
    old.close()
    new = Database(tmp_path / "notes.sqlite", [FIRST, SECOND])
    assert [tuple(row) for row in new.read("SELECT text, author FROM notes")] == [("kept", "unknown")]
    new.close()


def test_a_migration_that_fails_leaves_the_older_version(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    Database(path, [FIRST]).read("SELECT * FROM notes")
    with pytest.raises(StateError):
        Database(path, [FIRST, (*SECOND, "NOT SQL")]).read("SELECT 1")
    database = Database(path, [FIRST, SECOND])
    assert database.read("SELECT author FROM notes") == []
    database.close()


def test_many_processes_may_make_the_file_at_once(tmp_path: Path) -> None:
    code = """if True:
        import sys, pathlib
        from copilot.state.database import Database
        database = Database(pathlib.Path(sys.argv[1]), [("CREATE TABLE notes (text TEXT)",)])
        with database.write() as connection:
            connection.execute("INSERT INTO notes VALUES ('x')")
        database.close()
    """
    path = tmp_path / "new" / "notes.sqlite"
    processes = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    database = Database(path, [FIRST])
    assert len(database.read("SELECT * FROM notes")) == 4
    database.close()


def test_a_transaction_that_fails_is_undone_and_the_next_one_works(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes.sqlite", [FIRST])

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


def test_a_mistake_in_the_program_is_not_blamed_on_the_operator(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes.sqlite", [("CREATE TABLE notes (text TEXT NOT NULL)",)])
    with pytest.raises(sqlite3.IntegrityError), database.write() as connection:
        connection.execute("INSERT INTO notes VALUES (NULL)")
    database.close()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be used"):
        Database(tmp_path / "file" / "notes.sqlite", [FIRST]).read("SELECT * FROM notes")


def test_a_file_of_a_newer_version_is_refused_also_when_it_became_newer_meanwhile(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes.sqlite", [FIRST])
    with database.write() as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
    newer = Database(tmp_path / "notes.sqlite", [FIRST, SECOND])
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
