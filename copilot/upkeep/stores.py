"""What is kept: looked at without writing to it, and saved where a file is damaged."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from copilot.errors import StateError
from copilot.memos import store as memos
from copilot.settings import Settings
from copilot.state import audit, conversation_schema, conversations, jobs, keys, spending
from copilot.state.database import Database, Migration, connect_to_read, damaged, explained, newer, version
from copilot.state.places import Shared, place
from copilot.upkeep import snapshots

_LOCK_SECONDS = 30.0


def aside_folder(state: Path) -> Path:
    """A folder of this moment for what is moved out of the way; not made yet."""
    return state / "set-aside" / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")


@dataclass(frozen=True)
class Store:
    file: str
    migrations: Sequence[Migration]
    tables: tuple[str, ...]
    """What is counted to tell what it holds."""
    shared: Sequence[Sequence[str]] = ()
    """The migrations on PostgreSQL; none for what always lies in the state folder."""


CONVERSATIONS = Store(
    conversations.FILE, conversation_schema.MIGRATIONS, ("conversations", "turns"), conversation_schema.SHARED
)
SNAPSHOTS = Store("snapshots.sqlite", snapshots.MIGRATIONS, ("snapshots",))
STORES = (
    CONVERSATIONS,
    Store(memos.FILE, memos.MIGRATIONS, ("memos",), memos.SHARED),
    SNAPSHOTS,
    Store(keys.FILE, keys.MIGRATIONS, ("keys",), keys.SHARED),
    Store(spending.FILE, spending.MIGRATIONS, ("spending",), spending.SHARED),
    Store(jobs.FILE, jobs.MIGRATIONS, ("jobs",), jobs.SHARED),
)


def is_shared(store: Store, settings: Settings) -> bool:
    """Whether it lies in PostgreSQL."""
    return settings.state_url is not None and bool(store.shared)


def look_at(store: Store, settings: Settings) -> str:
    """What a store holds, wherever it lies. StateError says what is wrong with it."""
    if not is_shared(store, settings):
        return examine(store, settings.workspace_state())
    where = place(settings, store.file)
    assert isinstance(where, Shared)
    return _examine_shared(store, where)


def _examine_shared(store: Store, where: Shared) -> str:
    from copilot.state import postgres

    with postgres.reading(where) as connection:
        found = connection.version(where)
        if not found and not connection.may_make_tables(where.schema):
            raise postgres.no_right(where, "this user may not make what is missing")
        if not found:
            return f"nothing is kept yet at {postgres.shown(where)}"
        if found > len(store.shared):
            raise postgres.newer(where)
        counts = [f"{connection.execute(f'SELECT count(*) FROM {t}').fetchall()[0][0]} {t}" for t in store.tables]
    stands = "" if found == len(store.shared) else ", of an earlier version"
    return f"{', '.join(counts)}{stands}; schema {where.schema} at {postgres.shown(where)}"


def examine(store: Store, state: Path) -> str:
    """What a store holds. StateError says what is wrong with it."""
    path = state / store.file
    if not path.is_file():
        return "nothing is kept yet"
    try:
        with closing(connect_to_read(path, at_rest=True)) as connection:
            _check(path, connection, store)
            counts = [f"{_count(connection, table)} {table}" for table in store.tables]
            stands = "" if version(connection) == len(store.migrations) else ", of an earlier version"
    except (OSError, sqlite3.DatabaseError) as error:
        raise explained(path, error) from error
    return f"{', '.join(counts)}{stands}; {path.stat().st_size / 1e6:.1f} MB"


def _check(path: Path, connection: sqlite3.Connection, store: Store) -> None:
    found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise damaged(path, " ".join(found.split()))
    if version(connection) > len(store.migrations):
        raise newer(path)


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def examine_audit(settings: Settings) -> str:
    """Whether the audit trail is as it was written but for what a repair lost; StateError names the first fault."""
    found = read_audit(settings)
    if unexplained := [fault for fault in found.faults if fault not in found.lost]:
        raise StateError(f"{unexplained[0]} `bearing audit verify` tells all {len(found.faults)} faults.")
    lost = f"; lost when the file was repaired: {' '.join(found.lost)}" if found.lost else ""
    return f"{found.entries} entries, each as it was written{lost}"


def read_audit(settings: Settings, noted: Collection[str] = ()) -> audit.Verified:
    """What looking through the audit trail finds, without writing; `noted` are ends of it that were noted elsewhere."""
    path = place(settings, CONVERSATIONS.file)
    if isinstance(path, Shared):
        return _read_shared_audit(path, noted)
    if not path.is_file():
        return audit.check_chain((), 0, noted)
    try:
        with closing(connect_to_read(path, at_rest=True)) as connection:
            if version(connection) < len(CONVERSATIONS.migrations):
                raise StateError(f"{str(path)!r} is of an earlier version; the next question chains its audit trail.")
            return audit.verify(lambda query, *values: connection.execute(query, values).fetchall(), noted)
    except sqlite3.DatabaseError as error:
        raise explained(path, error) from error


def _read_shared_audit(where: Shared, noted: Collection[str]) -> audit.Verified:
    from copilot.state import postgres

    with postgres.reading(where) as connection:
        if connection.version(where) > len(CONVERSATIONS.shared):
            raise postgres.newer(where)
        if not connection.version(where):
            return audit.check_chain((), 0, noted)
        return audit.verify(lambda query, *values: connection.execute(query, values).fetchall(), noted)


def repair(store: Store, state: Path, aside: Path) -> str:
    """Saves into a new file what can be read of a damaged one, which is moved to `aside`; says what was saved.

    Empty where the store is not damaged. StateError where it cannot be used for another reason.
    """
    try:
        examine(store, state)
    except StateError as error:
        if not error.is_damage:
            raise
    else:
        return ""
    path = state / store.file
    set_aside(store, state, aside)
    saved = _salvage(aside / store.file, path, store)
    if store is SNAPSHOTS:
        with closing(snapshots.Snapshots(path)) as kept:
            kept.drop_incomplete()
    return (
        f"{', '.join(f'{count} {table}' for table, count in saved.items()) or 'nothing'} saved; the rest is in {aside}"
    )


def set_aside(store: Store, state: Path, aside: Path) -> None:
    """Moves a store out of the way; whoever has it open begins a new one with the next write."""
    aside.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{state / store.file}.lock", timeout=_LOCK_SECONDS):
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                shutil.move(state / f"{store.file}{ending}", aside / f"{store.file}{ending}")


def _salvage(source: Path, target: Path, store: Store) -> dict[str, int]:
    """Copies what can be read into a new file; how many rows of each table that was."""
    saved: dict[str, int] = {}
    with closing(_read_only(source)) as old:
        try:
            of_version = max(1, version(old))
        except sqlite3.DatabaseError:
            of_version = len(store.migrations)
        # Made as the old one was, then brought up to date with what it held.
        with closing(Database(target, store.migrations[:of_version])) as database:
            tables = [
                row["name"]
                for row in database.read(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
                )
            ]
        with closing(sqlite3.connect(target, isolation_level=None)) as new:
            new.execute("BEGIN IMMEDIATE")
            for table in tables:
                for row in _rows(old, table):
                    names = row.keys()
                    new.execute(
                        f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                        tuple(row),
                    )
                saved[table] = _count(new, table)
            # Of numbers that are never given twice; without it a lost end of the audit trail would leave no gap.
            for name, highest in _rows(old, "sqlite_sequence"):
                new.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
                new.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, highest))
            new.execute("COMMIT")
    with closing(Database(target, store.migrations)) as database:
        database.read("SELECT 1")
    return {table: count for table, count in saved.items() if table in store.tables}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """The rows before what cannot be read, from the front, and those after it, from the end."""
    for order in ("ASC", "DESC"):
        try:
            yield from connection.execute(f"SELECT * FROM {table} ORDER BY rowid {order}")
        except sqlite3.DatabaseError:
            continue
        return


def _read_only(path: Path) -> sqlite3.Connection:
    try:
        connection = connect_to_read(path)
    except sqlite3.DatabaseError:
        # Not even the list of tables can be read, so nothing will be.
        connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    return connection
