"""State in PostgreSQL: a server that is away, full or refuses, and what of it is looked after."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest
import raw_state
from command_line import bearing
from indexes import CORPUS, Indexes
from postgres_server import Server
from pydantic import SecretStr

from copilot import Settings, logs, open_copilot
from copilot.errors import StateError
from copilot.state.conversations import FILE, Conversations
from copilot.state.places import Place, Shared, place
from copilot.state.spending import FILE as SPENDING
from copilot.state.spending import Spending
from copilot.types import Answer

PILOTS = "How many projects are in pilot?"
ANSWER = Answer(id="a-1", question=PILOTS, status="answered", text="Six.")
SECRET = "right%40Secret"


@pytest.fixture
def settings(postgres: Server, tmp_path: Path) -> Settings:
    """Of a workspace that need not be there."""
    return Settings(workspace=tmp_path / "workspace", state_dir=tmp_path / "state", state_url=SecretStr(postgres.url))


@pytest.fixture
def hospital(settings: Settings, indexes: Indexes) -> Settings:
    """The fixture hospital, indexed."""
    shutil.copytree(CORPUS, settings.workspace)
    return indexes.copy_to(settings)


def shared(settings: Settings) -> Shared:
    found = place(settings, FILE)
    assert isinstance(found, Shared)
    return found


def stored(where: Place) -> Conversations:
    """A store with one answered question in it."""
    store = Conversations(where)
    store.ensure("c", "ana")
    store.append("c", "ana", PILOTS, ANSWER)
    return store


def at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"state_url": SecretStr(url)})


def test_tokens_are_counted_for_all_processes(kept: Settings) -> None:
    with closing(Spending(place(kept, SPENDING))) as one, closing(Spending(place(kept, SPENDING))) as other:
        one.add(3)
        other.add(4)
        assert (one.today(), other.today()) == (7, 7)


def test_a_conversation_goes_on_after_the_server_was_away(hospital: Settings, postgres: Server) -> None:
    with closing(open_copilot(hospital)) as copilot:
        copilot.ask(PILOTS, "c")
        postgres.stop()
        try:
            unkept = copilot.ask("and in production?", "c")
        finally:
            postgres.start()
        assert "cannot be reached" in unkept.warnings[0]
        assert "BEARING_STATE_URL" in unkept.warnings[0]
        assert "in production" in copilot.ask("and in production?", "c").text
        assert [turn.question for turn in copilot.conversations.turns("c", "everyone")] == [
            PILOTS,
            "and in production?",
        ]
        assert copilot.conversations.verify_audit().faults == ()


def test_a_server_that_was_started_anew_between_two_calls_is_not_noticed(settings: Settings, postgres: Server) -> None:
    with closing(stored(shared(settings))) as store:
        postgres.stop()
        postgres.start()
        store.append("c", "ana", "And now?", ANSWER)
        postgres.stop("immediate")
        postgres.start()
        assert len(store.turns("c", "ana")) == 2


def test_a_process_has_one_connection_a_store_however_many_threads_ask(settings: Settings, postgres: Server) -> None:
    url = postgres.database()
    with closing(stored(shared(at(settings, url)))) as store:
        threads = [threading.Thread(target=store.append, args=("c", "ana", PILOTS, ANSWER)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(postgres.url) as connection:
            assert connection.execute(query, (url.rpartition("/")[2],)).fetchone() == (1,)
        assert len(store.turns("c", "ana")) == 9


def test_workspaces_in_one_database_do_not_meet(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"workspace": tmp_path / "other"})
    with closing(stored(shared(settings))), closing(Conversations(shared(other))) as second:
        assert second.list("ana") == ()


@pytest.mark.parametrize(
    ("address", "way_out"),
    [
        ("guarded:wrong%40Secret@127.0.0.1:{port}/postgres", "correct user and password in BEARING_STATE_URL"),
        ("guarded@127.0.0.1:{port}/postgres", "correct user and password in BEARING_STATE_URL"),
        ("guarded:{secret}@127.0.0.1:{port}/postgres", "let this user make and write the schema bearing_"),
        ("guarded:{secret}@127.0.0.1:{port}/nowhere?password={secret}", "make that database with createdb"),
        ("guarded:{secret}@127.0.0.1:1/postgres", "start the server, or correct BEARING_STATE_URL"),
        ("guarded:{secret}@nowhere.invalid/postgres", "start the server, or correct BEARING_STATE_URL"),
        ("guarded:{secret}@127.0.0.1:{port}/postgres?colour={secret}", "BEARING_STATE_URL cannot be read"),
    ],
)
def test_a_way_in_that_is_barred_is_told_with_its_way_out_and_without_the_password(
    guarded: Server, settings: Settings, address: str, way_out: str
) -> None:
    assert settings.state_dir is not None
    url = "postgresql://" + address.format(port=guarded.port, secret=SECRET)
    run = partial(bearing, state=settings.state_dir, BEARING_STATE_URL=url, BEARING_LOG_LEVEL="debug")
    listed, examined = run("keys", "list"), run("doctor")
    logs.configure(Settings())
    assert (listed.returncode, examined.returncode) == (2, 1)
    assert way_out in listed.stderr
    assert way_out in examined.stdout
    told = listed.stdout + listed.stderr + examined.stdout + examined.stderr
    assert "Secret" not in told
    assert "Traceback" not in told


@pytest.fixture(scope="module")
def guarded(postgres: Server) -> Server:
    """With a user who needs a password and may make nothing."""
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right@Secret'")
    return postgres


def test_a_user_who_was_given_the_schema_needs_no_other_right(guarded: Server, settings: Settings) -> None:
    where = shared(settings)
    with psycopg.connect(guarded.url) as connection:
        connection.execute(f"CREATE SCHEMA {where.schema} AUTHORIZATION guarded")
    url = f"postgresql://guarded:{SECRET}@127.0.0.1:{guarded.port}/postgres"
    with closing(stored(shared(at(settings, url)))) as store:
        assert len(store.turns("c", "ana")) == 1


def test_what_is_written_on_a_full_disk_is_refused_and_what_was_there_stays(settings: Settings) -> None:
    with closing(stored(shared(settings))) as store:
        raw_state.execute(
            shared(settings),
            """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE disk_full USING MESSAGE = 'No space left on device'; END $$""",
        )
        raw_state.execute(
            shared(settings),
            "CREATE TRIGGER full_disk BEFORE INSERT ON trail FOR EACH ROW EXECUTE FUNCTION full_disk()",
        )
        with pytest.raises(StateError, match="No space left.*free some space"):
            store.begin_turn("c", "ana", "Lost?")
        assert len(store.turns("c", "ana")) == 1
        raw_state.execute(shared(settings), "DROP TRIGGER full_disk ON trail")
        store.begin_turn("c", "ana", "Kept?")
        assert len(store.turns("c", "ana")) == 2


def test_a_database_that_may_only_be_read_is_read(settings: Settings, postgres: Server) -> None:
    url = postgres.database()
    where = shared(at(settings, url))
    stored(where).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only = on")
    with closing(Conversations(where)) as store:
        assert len(store.turns("c", "ana")) == 1
        with pytest.raises(StateError, match="read-only transaction"):
            store.begin_turn("c", "ana", "Why?")


def test_a_database_that_cannot_hold_every_character_is_refused(settings: Settings, postgres: Server) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    where = shared(at(settings, postgres.url.replace("/postgres", "/latin")))
    with closing(Conversations(where)) as store, pytest.raises(StateError, match="UTF8"):
        store.list("ana")


def test_tables_that_were_taken_away_are_made_anew(settings: Settings) -> None:
    where = shared(settings)
    with closing(stored(where)) as store:
        raw_state.execute(where, f"DROP SCHEMA {where.schema} CASCADE")
        with pytest.raises(StateError, match="cannot be used"):
            store.list("ana")
        assert store.list("ana") == ()
        store.ensure("c", "ana")


def test_an_audit_trail_cannot_be_emptied_at_once(settings: Settings) -> None:
    stored(shared(settings)).close()
    with pytest.raises(psycopg.IntegrityError, match="append-only"):
        raw_state.execute(shared(settings), "TRUNCATE trail")


def test_doctor_counts_what_is_kept_and_writes_nothing(hospital: Settings) -> None:
    def told() -> str:
        assert hospital.state_dir is not None
        return bearing(
            "doctor", state=hospital.state_dir, workspace=hospital.workspace, **raw_state.variables(hospital)
        ).stdout

    assert "ok   conversations in PostgreSQL: nothing is kept yet" in told()
    query = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
    with psycopg.connect(shared(hospital).url) as connection:
        assert connection.execute(query, (shared(hospital).schema,)).fetchone() == (0,)
    stored(shared(hospital)).close()
    assert "ok   conversations in PostgreSQL: 1 conversations, 1 turns; schema bearing_" in told()
    assert "ok   audit: 2 entries" in told()
    raw_state.execute(shared(hospital), "UPDATE versions SET version = 99")
    assert "FAIL conversations in PostgreSQL: 'postgresql://bearing@127.0.0.1:" in told()


@pytest.mark.parametrize(("command", "way"), [(("backup",), "pg_dump"), (("restore", "--yes"), "pg_restore")])
def test_backups_are_left_to_the_tools_of_postgresql(settings: Settings, command: tuple[str, ...], way: str) -> None:
    assert settings.state_dir is not None
    file = settings.state_dir / "b.zip"
    done = bearing(*command, str(file), state=settings.state_dir, **raw_state.variables(settings))
    assert done.returncode == 2
    assert way in done.stderr
    assert not file.exists()


def test_a_dump_brings_everything_back(settings: Settings, postgres: Server) -> None:
    where = shared(settings)
    dump = str(postgres.data / "dump")
    with closing(stored(where)) as store:
        turns, head = store.turns("c", "ana"), store.verify_audit().head
        postgres.call("pg_dump", "--format=custom", f"--schema={where.schema}", f"--file={dump}", where.url)
        store.append("c", "ana", "And since?", ANSWER)
        postgres.call("pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={where.url}", dump)
        assert store.turns("c", "ana") == turns
        assert (store.verify_audit().head, store.verify_audit().faults) == (head, ())
        store.append("c", "ana", "And now?", ANSWER)
        assert store.verify_audit([head]).faults == ()
    with pytest.raises(psycopg.IntegrityError, match="append-only"):
        raw_state.execute(where, "DELETE FROM trail")
