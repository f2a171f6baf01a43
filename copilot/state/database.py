"""A SQLite file that several threads and processes share, with its schema kept up to date."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from copilot.errors import SettingsError

_log = logging.getLogger(__name__)

# How long a write waits for that of another process; writes here take milliseconds.
_BUSY_SECONDS = 30.0


class Database:
    """One connection under a lock: threads that come and go, as a web page's do, leave none behind."""

    def __init__(self, path: Path, migrations: Sequence[Sequence[str]]) -> None:
        """`migrations` holds the statements of each version of the schema, oldest first."""
        self._path = path
        self._lock = threading.RLock()
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                # Two processes that switch a new file to WAL at once can fail with "locked" without waiting.
                with FileLock(f"{path}.lock", timeout=_BUSY_SECONDS):
                    self._prepare(migrations)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def read(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, self._explained():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is stored, or nothing. It may call `read`."""
        with self._lock, self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has already rolled back by itself after some errors, such as a full disk.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _prepare(self, migrations: Sequence[Sequence[str]]) -> None:
        connection = self._connection
        connection.row_factory = sqlite3.Row
        connection.create_function("folded", 1, str.casefold, deterministic=True)
        connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing; a power cut may lose the last commits, but never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(migrations):
            raise SettingsError(f"{str(self._path)!r} was written by a newer version of Bearing; upgrade to read it.")
        for number, statements in enumerate(migrations[version:], version + 1):
            with self.write():
                for statement in statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """A file that is damaged, locked, read-only or on a full disk is for the operator to mend."""
        try:
            yield
        except OSError as error:
            raise self._fault(error.strerror or str(error)) from error
        except sqlite3.DatabaseError as error:
            # The subclasses but OperationalError are mistakes of the program.
            if type(error) not in (sqlite3.DatabaseError, sqlite3.OperationalError):
                raise
            raise self._fault(str(error)) from error

    def _fault(self, reason: str) -> SettingsError:
        # Logged here too: whoever asked is shown the error, and the operator is seldom the one who asked.
        _log.error("state cannot be used", extra={"path": str(self._path), "reason": reason})
        return SettingsError(f"{str(self._path)!r} cannot be used: {reason}.")
