"""What threads and processes share, with its schema kept up to date: in a SQLite file, or in PostgreSQL."""

from __future__ import annotations

import errno
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from filelock import FileLock

from copilot.errors import StateError
from copilot.state.places import Place, Shared

if TYPE_CHECKING:
    from copilot.state.postgres import Schema

_log = logging.getLogger(__name__)

Migration = Sequence[str | Callable[[sqlite3.Connection], None]]
"""What brings a file to the next version of its schema: statements, or functions where SQL is not enough."""

# How long a write waits for that of another process; writes here take milliseconds.
_BUSY_SECONDS = 30.0

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_FULL_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_READ_ONLY_ERRNO = {errno.EACCES, errno.EPERM, errno.EROFS}


class Row(Protocol):
    def __getitem__(self, key: int | str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def keys(self) -> list[str]: ...


class Rows(Protocol):
    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...


class Connection(Protocol):
    """Inside a transaction."""

    def execute(self, query: str, values: Sequence[object] = ..., /) -> Rows: ...


class Database:
    """One interface with an engine for each place; the callers write SQL that both understand, with `?` for values."""

    def __init__(self, place: Place, migrations: Sequence[Migration], shared: Sequence[Sequence[str]] = ()) -> None:
        """`migrations` holds the statements of each version, oldest first; `shared` the same for PostgreSQL."""
        self._engine = SqliteFile(place, migrations) if isinstance(place, Path) else _schema(place, shared)

    def close(self) -> None:
        self._engine.close()

    def read(self, query: str, *values: object) -> Sequence[Row]:
        return self._engine.read(query, *values)

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction: all of it is stored, or nothing. It may call `read`."""
        return self._engine.write()

    def vacuum(self) -> None:
        """Gives the space of what was deleted back to the disk; PostgreSQL does it by itself."""
        if isinstance(self._engine, SqliteFile):
            self._engine.vacuum()


def _schema(place: Shared, migrations: Sequence[Sequence[str]]) -> Schema:
    # Not installed with every Bearing.
    from copilot.state.postgres import Schema

    return Schema(place, migrations)


class SqliteFile:
    """One connection under a lock: threads that come and go, as a web page's do, leave none behind.

    It is opened when it is first used. A file that cannot be written is read as it stands, and writing to it raises
    StateError, as does everything that a damaged file holds up; once it is mended, the same Database works again.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self._path = path
        self._migrations = migrations
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._is_read_only = False
        self._inode = 0

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def read(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, self._explained():
            return self._readable().execute(query, values).fetchall()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._explained():
            connection = self._writable()
            with _transaction(connection):
                # Another process of a newer version may have brought the file to its own schema meanwhile.
                self._refuse_newer(connection)
                yield connection

    def vacuum(self) -> None:
        with self._lock, self._explained():
            connection = self._writable()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _readable(self) -> sqlite3.Connection:
        if self._connection is not None and not self._is_replaced():
            return self._connection
        try:
            return self._writable()
        except (OSError, sqlite3.DatabaseError) as error:
            if not (_is_full(error) or _is_read_only(error)) or not self._path.is_file():
                raise
            connection = connect_to_read(self._path)
            _set_up(connection)
            self._refuse_newer(connection)
            return self._use(connection, is_read_only=True)

    def _writable(self) -> sqlite3.Connection:
        if self._connection is None or self._is_read_only or self._is_replaced():
            return self._use(self._open_to_write(), is_read_only=False)
        return self._connection

    def _is_replaced(self) -> bool:
        """A repair has set the file aside that this connection has open."""
        return not self._path.is_file() or self._path.stat().st_ino != self._inode

    def _use(self, connection: sqlite3.Connection, *, is_read_only: bool) -> sqlite3.Connection:
        self.close()
        self._connection, self._is_read_only, self._inode = connection, is_read_only, self._path.stat().st_ino
        return connection

    def _open_to_write(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            # Two processes that switch a new file to WAL at once can fail with "locked" without waiting.
            with FileLock(f"{self._path}.lock", timeout=_BUSY_SECONDS):
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        _set_up(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing; a power cut may lose the last commits, but never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        self._refuse_newer(connection)
        for number, statements in enumerate(self._migrations[version(connection) :], version(connection) + 1):
            with _transaction(connection):
                for statement in statements:
                    if isinstance(statement, str):
                        connection.execute(statement)
                    else:
                        statement(connection)
                connection.execute(f"PRAGMA user_version = {number}")

    def _refuse_newer(self, connection: sqlite3.Connection) -> None:
        if version(connection) > len(self._migrations):
            raise newer(self._path)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """A file that is damaged, locked, read-only or on a full disk is for the operator to mend."""
        try:
            yield
        except OSError as error:
            raise explained(self._path, error) from error
        except sqlite3.DatabaseError as error:
            # The subclasses but OperationalError are mistakes of the program.
            if type(error) not in (sqlite3.DatabaseError, sqlite3.OperationalError):
                raise
            raise explained(self._path, error) from error


def explained(path: Path, error: OSError | sqlite3.DatabaseError) -> StateError:
    """What is wrong with a file of the state folder, and the way out, in one sentence."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    # Logged here too: whoever asked is shown the error, and the operator is seldom the one who asked.
    _log.error("state cannot be used", extra={"path": str(path), "reason": reason})
    name = repr(str(path))
    if isinstance(error, TimeoutError) or _code(error) in _BUSY:
        return StateError(f"{name} is held by another process: try again when that has ended.")
    if _is_full(error):
        return StateError(
            f"{name} cannot be used, for its disk is full or failing ({reason}): free some space and try again; "
            "what was stored before is kept."
        )
    if _is_read_only(error):
        return StateError(
            f"{name} cannot be used ({reason}): let this user write to its folder, or set BEARING_STATE_DIR to another."
        )
    if is_damaged(error):
        return damaged(path, reason)
    return StateError(f"{name} cannot be used ({reason}): `bearing doctor` says what else is wrong.")


def damaged(path: Path, reason: str) -> StateError:
    return StateError(
        f"{str(path)!r} is damaged ({' '.join(reason.split())}): `bearing doctor --repair` saves what can "
        "be read of it and sets it aside, `bearing restore FILE` brings back a backup.",
        is_damage=True,
    )


def newer(path: Path) -> StateError:
    return StateError(
        f"{str(path)!r} was written by a newer version of Bearing: install that version, or bring back an older backup "
        "with `bearing restore FILE`."
    )


def connect_to_read(path: Path, *, at_rest: bool = False) -> sqlite3.Connection:
    """A connection that never writes to the file, also in a folder where SQLite cannot keep its own files.

    With `at_rest` nothing is written beside it either, as long as no process has it open.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    log = path.with_name(f"{path.name}-wal")
    if at_rest and not (log.is_file() and log.stat().st_size):
        return _connected(f"{address}&immutable=1")
    connection = _connected(address)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        connection.close()
        connection = _connected(f"{address}&immutable=1")
    return connection


def version(connection: sqlite3.Connection) -> int:
    """Of the schema of a file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _connected(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)


def _set_up(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back by itself after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_damaged(error: OSError | sqlite3.DatabaseError) -> bool:
    """The file is no database, or not a whole one."""
    return _code(error) in _DAMAGED


def _code(error: OSError | sqlite3.DatabaseError) -> int:
    """SQLite's primary code, 0 where it is no error of SQLite."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_full(error: OSError | sqlite3.DatabaseError) -> bool:
    return _code(error) in _FULL or (isinstance(error, OSError) and error.errno in _FULL_ERRNO)


def _is_read_only(error: OSError | sqlite3.DatabaseError) -> bool:
    return _code(error) in _READ_ONLY or (isinstance(error, OSError) and error.errno in _READ_ONLY_ERRNO)
