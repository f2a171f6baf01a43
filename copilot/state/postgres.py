"""A schema of a PostgreSQL database that threads, processes and machines share, kept up to date as a file is."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg import conninfo, errors
from psycopg.pq import TransactionStatus

from copilot.errors import SettingsError, StateError
from copilot.state.places import Shared

_log = logging.getLogger(__name__)

# How long a write waits for that of another process, as it does for a file; writes here take milliseconds. A process
# that hangs in one, or whose machine is gone, gives the others their turn after the second.
_SESSION = {"lock_timeout": "30s", "idle_in_transaction_session_timeout": "20s"}
# Where the address does not say otherwise. A server that goes without a word is noticed after half a minute.
_CONNECTION = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "application_name": "bearing",
    "client_encoding": "UTF8",
}
_BUSY = {"55P03", "40P01"}
_FULL = {"53100", "53200", "58030"}
_READ_ONLY = {"25006", "42501"}
_DAMAGED = {"XX001", "XX002"}
# A refused connection has no code, only words.
_REFUSED = (
    (
        ("password authentication", "password supplied", "authentication failed", "pg_hba", 'role "'),
        "correct user and password in BEARING_STATE_URL",
    ),
    (("too many", "connection slots"), "raise its max_connections, or run fewer processes"),
    (("does not exist",), "make that database with createdb, or correct BEARING_STATE_URL"),
)

_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True)
class Row:
    """Read by name or by place, as rows of SQLite are."""

    places: Mapping[str, int]
    values: tuple[Any, ...]

    def __getitem__(self, key: int | str, /) -> Any:
        return self.values[self.places[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def keys(self) -> list[str]:
        return list(self.places)


class Connection:
    """Runs the SQL that the stores share with SQLite."""

    def __init__(self, place: Shared) -> None:
        # Another process may change the schema, which would break prepared statements.
        self._connection = psycopg.connect(
            conninfo.make_conninfo("", **(_CONNECTION | _address(place))),
            autocommit=True, row_factory=_rows, prepare_threshold=None,
        )  # fmt: skip
        # Whoever does not close it, as a command that is at its end, leaves nothing open either.
        weakref.finalize(self, self._connection.close)
        for name, value in (_SESSION | {"search_path": place.schema}).items():
            self.execute("SELECT set_config(?, ?, false)", (name, value))

    @property
    def closed(self) -> bool:
        return self._connection.closed

    def close(self) -> None:
        self._connection.close()

    def execute(self, query: str, values: Sequence[object] = (), /) -> psycopg.Cursor[Row]:
        # PostgreSQL keeps every character but this one.
        clean = [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values]
        return self._connection.execute(_translated(query), clean)

    def run(self, statement: str) -> None:
        """A statement in PostgreSQL's own words."""
        self._connection.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        # What follows a lock must see what was written before it was got, which stricter levels do not allow.
        self.run("BEGIN ISOLATION LEVEL READ COMMITTED")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):
                self.run("ROLLBACK")
            if self._connection.info.transaction_status != TransactionStatus.IDLE:
                self.close()
            raise

    def take_turn(self, name: str) -> None:
        """Waits until no other transaction is between here and its end."""
        self.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (name,))

    def may_make_tables(self, schema: str) -> bool:
        """In a schema that may have to be made first."""
        (allowed,) = self.execute(
            """SELECT CASE WHEN EXISTS (SELECT FROM pg_namespace WHERE nspname = ?)
            THEN has_schema_privilege(?, 'CREATE') ELSE has_database_privilege(current_database(), 'CREATE') END""",
            (schema, schema),
        ).fetchall()
        return bool(allowed[0])

    def version(self, place: Shared) -> int:
        """Of the schema of a store; 0 where there is none yet."""
        (known,) = self.execute("SELECT to_regclass(?)", (f"{place.schema}.versions",)).fetchall()
        found = known[0] and self.execute("SELECT version FROM versions WHERE store = ?", (place.store,)).fetchone()
        return int(found[0]) if found else 0


class Schema:
    """One connection under a lock: threads that come and go, as a web page's do, leave none behind.

    It connects when it is first used, and again when the server has been away. Writes of a store take turns, as those
    to a file do, so that what one has read still holds when it writes.
    """

    def __init__(self, place: Shared, migrations: Sequence[Sequence[str]]) -> None:
        self._place = place
        self._migrations = migrations
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._is_writing = False

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def read(self, query: str, *values: object) -> list[Row]:
        with self._lock, self._explained():
            if self._is_writing:
                return self._ready().execute(query, values).fetchall()
            return self._retried(lambda: self._ready().execute(query, values).fetchall())

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._lock, self._explained():
            # One that the server has closed meanwhile is found out here, before anything is written.
            self._retried(lambda: self._ready().run("SELECT"))
            connection = self._ready()
            with connection.transaction():
                connection.take_turn(_turn(self._place))
                # Another process of a newer version may have brought the schema to its own meanwhile.
                _refuse_newer(connection.version(self._place), self._migrations, self._place)
                self._is_writing = True
                try:
                    yield connection
                finally:
                    self._is_writing = False

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with explaining(self._place):
                yield
        except StateError:
            # The next call connects and looks at the schema anew: it may have been mended, restored or taken away.
            self.close()
            raise

    def _retried(self, act: Callable[[], _Given]) -> _Given:
        """Once more, on a new connection, where the one that there was has come to its end."""
        known = self._connection
        is_open = known is not None and not known.closed
        try:
            return act()
        except psycopg.OperationalError:
            if known is None or not is_open or not known.closed:
                raise
            return act()

    def _ready(self) -> Connection:
        if self._connection is None or self._connection.closed:
            connection = Connection(self._place)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _prepare(self, connection: Connection) -> None:
        ((encoding,),) = connection.execute("SHOW server_encoding").fetchall()
        if encoding != "UTF8":
            raise StateError(f"{shown(self._place)!r} keeps {encoding}: make a database whose encoding is UTF8.")
        found = connection.version(self._place)
        _refuse_newer(found, self._migrations, self._place)
        if found == len(self._migrations):
            return
        schema, store = self._place.schema, self._place.store
        with connection.transaction():
            # Two stores that make the schema at once would meet.
            connection.take_turn(schema)
            connection.take_turn(_turn(self._place))
            if not connection.execute("SELECT FROM pg_namespace WHERE nspname = ?", (schema,)).fetchall():
                connection.run(f"CREATE SCHEMA {schema}")
            connection.run("CREATE TABLE IF NOT EXISTS versions (store TEXT PRIMARY KEY, version INTEGER NOT NULL)")
            for statements in self._migrations[connection.version(self._place) :]:
                for statement in statements:
                    connection.run(statement)
            connection.execute(
                """INSERT INTO versions VALUES (?, ?)
                ON CONFLICT (store) DO UPDATE SET version = greatest(versions.version, excluded.version)""",
                (store, len(self._migrations)),
            )


@contextmanager
def reading(place: Shared) -> Iterator[Connection]:
    """A connection that writes nothing, not even a schema."""
    with explaining(place):
        connection = Connection(place)
        try:
            connection.run("SET default_transaction_read_only = on")
            yield connection
        finally:
            connection.close()


@contextmanager
def explaining(place: Shared) -> Iterator[None]:
    """A server that is away, full or refuses is for the operator to mend."""
    try:
        yield
    except (errors.IntegrityError, errors.DataError):
        # Mistakes of the program.
        raise
    except psycopg.Error as error:
        raise explained(place, error) from error


def explained(place: Shared, error: psycopg.Error) -> StateError:
    """What is wrong, and the way out, in one sentence without a password."""
    reason = _reason(place, error)
    # Logged here too: whoever asked is shown the error, and the operator is seldom the one who asked.
    _log.error("state cannot be used", extra={"path": shown(place), "reason": reason})
    name, code = repr(shown(place)), error.sqlstate or ""
    if code in _BUSY:
        return StateError(f"{name} is held by another process: try again when that has ended.")
    if code in _FULL:
        return StateError(
            f"{name} cannot be used, for its disk is full or failing ({reason}): free some space there and try again; "
            "what was stored before is kept."
        )
    if code in _READ_ONLY:
        return no_right(place, reason)
    if code in _DAMAGED:
        return StateError(f"{name} is damaged ({reason}): restore the schema {place.schema} from a dump of pg_dump.")
    if not code or code.startswith(("08", "57P")):
        return StateError(f"{name} cannot be reached ({reason}): {_way_in(reason)}.")
    return StateError(f"{name} cannot be used ({reason}): `bearing doctor` says what else is wrong.")


def no_right(place: Shared, reason: str) -> StateError:
    return StateError(
        f"{shown(place)!r} cannot be used ({reason}): let this user make and write the schema {place.schema}, "
        "or set BEARING_STATE_URL to another."
    )


def _way_in(reason: str) -> str:
    for words, way in _REFUSED:
        if any(word in reason for word in words):
            return way
    return "start the server, or correct BEARING_STATE_URL; Bearing connects again by itself"


def newer(place: Shared) -> StateError:
    return StateError(
        f"{shown(place)!r} was written by a newer version of Bearing: install that version, or restore an older dump "
        f"of the schema {place.schema}."
    )


def shown(place: Shared) -> str:
    """Its address without a password."""
    known = _address(place)
    user = f"{known['user']}@" if "user" in known else ""
    port = f":{known['port']}" if "port" in known else ""
    return f"postgresql://{user}{known.get('host', '')}{port}/{known.get('dbname', '')}"


def _address(place: Shared) -> dict[str, Any]:
    try:
        return dict(conninfo.conninfo_to_dict(place.url))
    except psycopg.ProgrammingError:
        # What it says may hold a part of the password.
        raise SettingsError("BEARING_STATE_URL cannot be read; write postgresql://USER:…@HOST:PORT/DATABASE.") from None


def _reason(place: Shared, error: psycopg.Error) -> str:
    said = error.diag.message_primary or str(error)
    reason = " ".join(said.rpartition("FATAL: ")[2].split())
    password = _address(place).get("password")
    return reason.replace(password, "…") if password else reason


def _refuse_newer(found: int, migrations: Sequence[Sequence[str]], place: Shared) -> None:
    if found > len(migrations):
        raise newer(place)


def _turn(place: Shared) -> str:
    return f"{place.schema}.{place.store}"


@lru_cache(maxsize=200)
def _translated(query: str) -> str:
    return query.replace("%", "%%").replace("?", "%s")


def _rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    places = {column.name: place for place, column in enumerate(cursor.description or ())}
    return lambda values: Row(places, tuple(values))
