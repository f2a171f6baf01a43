"""Documents and records that are kept elsewhere and brought into the workspace."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml
from command_line import bearing, environment
from dav_server import NAME, PASSWORD, DavServer
from s3_server import BUCKET, KEY, S3Server

from copilot import Settings
from copilot.build import index, open_library
from copilot.commands.watching import Schedule
from copilot.errors import KnowledgeError, SettingsError
from copilot.types import Viewer
from copilot.upkeep.feeds import Pulled, pull
from copilot.workspace import DocumentFeed, Feeds, RecordFeed, Workspace, seconds_of

RULE = b"# Ice rule\n\nThe rink is closed when the ice is thinner than four centimetres.\n"
PAPER = b"# Merger\n\nThe rink merges with the pool in March.\n"
LABEL = b"label: board\n"
EVERYONE, BOARD = Viewer(), Viewer(name="chair", labels=frozenset({"board"}))


def configure(tmp_path: Path, **feeds: object) -> Settings:
    root = tmp_path / "rink"
    root.mkdir(exist_ok=True)
    said = {"labels": ["board"], "viewers": {"chair": {"labels": ["board"]}}, "feeds": feeds}
    (root / "workspace.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    database = f"duckdb://{tmp_path / 'rink.duckdb'}"
    return Settings.model_validate({"workspace": root, "state_dir": tmp_path / "state", "warehouse_url": database})


def seen(settings: Settings, viewer: Viewer) -> set[str]:
    library = open_library(settings)
    listed = {info.id for info in library.list(viewer)}
    library.retriever.close()
    return listed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "share"
    (made / "rules").mkdir(parents=True)
    (made / "rules" / "ice.md").write_bytes(RULE)
    (made / "merger.md").write_bytes(PAPER)
    (made / "merger.md.meta.yaml").write_bytes(LABEL)
    (made / "film.mp4").write_bytes(b"no document")
    return made


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with S3Server() as server:
        server.files = {
            "policies/rules/ice.md": RULE,
            "policies/merger.md": PAPER,
            "policies/merger.md.meta.yaml": LABEL,
            "others/lunch.md": b"# Lunch\n",
        }
        yield server


def from_bucket(tmp_path: Path, bucket: S3Server) -> Settings:
    feed = {"source": f"s3://{BUCKET}/policies", "to": "central", "options": bucket.options}
    return configure(tmp_path, documents=[feed])


def test_documents_of_a_folder_come_with_their_labels(tmp_path: Path, folder: Path) -> None:
    settings = configure(tmp_path, documents=[{"source": str(folder), "to": "central"}])
    assert pull(settings) == [Pulled(str(folder), changed=3)]
    index(settings)
    assert seen(settings, EVERYONE) == {"central/rules/ice.md"}
    assert seen(settings, BOARD) == {"central/rules/ice.md", "central/merger.md"}
    assert not (settings.workspace / "central" / "film.mp4").exists()


def test_what_changes_and_goes_there_changes_and_goes_here_and_nothing_else(tmp_path: Path, folder: Path) -> None:
    settings = configure(tmp_path, documents=[{"source": str(folder), "to": "central"}])
    pull(settings)
    own = settings.workspace / "central" / "own.md"
    own.write_text("# Own\n", encoding="utf-8")
    assert pull(settings) == [Pulled(str(folder))]
    (folder / "rules" / "ice.md").write_bytes(RULE.replace(b"four", b"five"))
    (folder / "merger.md").unlink()
    (folder / "merger.md.meta.yaml").unlink()
    assert pull(settings) == [Pulled(str(folder), changed=1, removed=2)]
    assert b"five" in (settings.workspace / "central" / "rules" / "ice.md").read_bytes()
    assert {path.name for path in (settings.workspace / "central").iterdir()} == {"rules", "own.md"}


def test_documents_come_from_a_bucket_and_only_what_changed_is_read_again(tmp_path: Path, bucket: S3Server) -> None:
    settings = from_bucket(tmp_path, bucket)
    (first,) = pull(settings)
    assert (first.error, first.changed) == ("", 3)
    assert bucket.reads[0] == "policies/merger.md.meta.yaml"
    index(settings)
    assert seen(settings, EVERYONE) == {"central/rules/ice.md"}
    bucket.reads.clear()
    bucket.files["policies/rules/ice.md"] = RULE + b"\nAlways.\n"
    (second,) = pull(settings)
    assert (second.changed, bucket.reads) == (1, ["policies/rules/ice.md"])


def test_a_bucket_that_cannot_be_read_or_is_empty_takes_nothing_away(
    tmp_path: Path, bucket: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = from_bucket(tmp_path, bucket)
    pull(settings)
    before = sorted((settings.workspace / "central").rglob("*"))
    files, bucket.files = bucket.files, {}
    (empty,) = pull(settings)
    bucket.files = files
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    (refused,) = pull(settings)
    assert "no document" in empty.error
    assert refused.error
    assert sorted((settings.workspace / "central").rglob("*")) == before


@pytest.fixture
def dav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DavServer]:
    accounts = tmp_path / "accounts"
    accounts.write_text(f"machine 127.0.0.1 login {NAME} password {PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(accounts))
    with DavServer() as server:
        server.files = {
            "files/AI policies/rules/Eis & Schnee/ice.md": RULE,
            "files/AI policies/merger.md": PAPER,
            "files/AI policies/merger.md.meta.yaml": LABEL,
            "files/AI policies/film.mp4": b"no document",
            "files/AI policies/.versions/merger.md": PAPER,
            "files/lunch.md": b"# Lunch\n",
        }
        yield server


def from_dav(tmp_path: Path, dav: DavServer, folder: str = "files/AI policies") -> Settings:
    return configure(tmp_path, documents=[{"source": f"dav://{dav.host}/{folder}", "to": "central"}])


def test_documents_of_a_webdav_server_come_with_their_labels_and_go_as_they_do_there(
    tmp_path: Path, dav: DavServer
) -> None:
    settings = from_dav(tmp_path, dav)
    (first,) = pull(settings)
    assert (first.error, first.changed) == ("", 3)
    assert dav.reads[0] == "files/AI policies/merger.md.meta.yaml"
    index(settings)
    assert seen(settings, EVERYONE) == {"central/rules/Eis & Schnee/ice.md"}
    assert seen(settings, BOARD) == {"central/rules/Eis & Schnee/ice.md", "central/merger.md"}
    dav.reads.clear()
    dav.files["files/AI policies/rules/Eis & Schnee/ice.md"] = RULE + b"\nAlways.\n"
    del dav.files["files/AI policies/merger.md"]
    (second,) = pull(settings)
    assert (second.changed, second.removed) == (1, 1)
    assert dav.reads == ["files/AI policies/rules/Eis & Schnee/ice.md"]


def test_a_webdav_server_without_etags_tells_changes_by_time_and_length(tmp_path: Path, dav: DavServer) -> None:
    dav.etags = False
    settings = from_dav(tmp_path, dav, "files/AI%20policies/")
    assert [feed.changed for feed in (*pull(settings), *pull(settings))] == [3, 0]
    dav.files["files/AI policies/merger.md"] += b"\nNo.\n"
    assert pull(settings)[0].changed == 1


def test_a_webdav_server_that_refuses_a_folder_or_the_password_takes_nothing_away(
    tmp_path: Path, dav: DavServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = from_dav(tmp_path, dav)
    pull(settings)
    before = sorted((settings.workspace / "central").rglob("*"))
    dav.refused.add("files/AI policies/rules/")
    assert "403 for /files/AI policies/rules/" in pull(settings)[0].error
    monkeypatch.setenv("NETRC", str(tmp_path / "nowhere"))
    assert "401" in pull(settings)[0].error
    monkeypatch.delenv("NETRC")
    within = {"source": f"dav://{NAME}:{PASSWORD}@{dav.host}/files", "to": "central"}
    assert "netrc" in pull(configure(tmp_path, documents=[within]))[0].error
    assert sorted((settings.workspace / "central").rglob("*")) == before


def test_a_source_may_come_to_two_folders(tmp_path: Path, folder: Path) -> None:
    settings = configure(tmp_path, documents=[{"source": str(folder), "to": to} for to in ("a", "b")])
    assert [feed.changed for feed in pull(settings)] == [3, 3]
    (folder / "merger.md").unlink()
    assert [feed.removed for feed in pull(settings)] == [1, 1]
    assert not (settings.workspace / "b" / "merger.md").exists()


def test_each_feed_is_due_as_often_as_it_says() -> None:
    hourly = DocumentFeed(source="s", to="a", every="1h")
    default, daily = DocumentFeed(source="s", to="b"), RecordFeed(table="t", query="SELECT 1", every="1d")
    feeds = Feeds(documents=(hourly, default), records=(daily,))
    hour = 3600.0
    now = 0.0
    schedule = Schedule(6 * hour, clock=lambda: now)
    assert (schedule.due(feeds), schedule.wait(feeds)) == (feeds, 0)
    schedule.note(feeds, [Pulled("s"), Pulled("s"), Pulled("t", error="away")])
    assert (schedule.due(feeds), schedule.wait(feeds)) == (Feeds(), hour)
    now = hour
    assert schedule.due(feeds).all() == (hourly,)
    schedule.note(Feeds(documents=(hourly,)), [Pulled("s")])
    now = 6 * hour
    # What failed does not wait for its day.
    assert schedule.due(feeds) == feeds
    schedule.note(feeds, [Pulled("s"), Pulled("s"), Pulled("t")])
    now = 12 * hour
    assert schedule.due(feeds).all() == (hourly, default)


def test_what_is_no_schedule_is_refused(tmp_path: Path) -> None:
    settings = configure(tmp_path, documents=[{"source": str(tmp_path), "to": "a", "every": "weekly"}])
    with pytest.raises(KnowledgeError, match="no span of time"):
        Workspace.open(settings.workspace)


def test_a_feed_that_fails_leaves_the_others_alone(tmp_path: Path, folder: Path) -> None:
    feeds = [{"source": str(tmp_path / "nowhere"), "to": "a"}, {"source": str(folder), "to": "b"}]
    gone, good = pull(configure(tmp_path, documents=[*feeds, {"source": "nothing://x", "to": "c"}]))[:2]
    assert gone.error
    assert (good.error, good.changed) == ("", 3)


@pytest.mark.parametrize("to", ["../out", "/etc", "records", "records/x", "a/../../b", "", ".", ".hidden"])
def test_a_feed_stays_in_a_folder_of_its_own(tmp_path: Path, to: str) -> None:
    settings = configure(tmp_path, documents=[{"source": str(tmp_path), "to": to}])
    with pytest.raises(KnowledgeError, match="feeds.documents"):
        Workspace.open(settings.workspace)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "rink.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE work (id VARCHAR, name VARCHAR, state VARCHAR, started DATE, secret VARCHAR)")
        connection.execute(
            "INSERT INTO work VALUES ('R-1', 'Ice, smooth', 'pilot', DATE '2026-01-31', NULL), "
            "('R-2', 'Merger', 'idea', NULL, 'board')"
        )
    return path


QUERY = "SELECT id, name, state AS stage, started, secret AS label FROM work ORDER BY id"


def test_records_come_from_a_query_with_their_labels(tmp_path: Path, database: Path) -> None:
    settings = configure(tmp_path, records=[{"table": "projects", "query": QUERY}])
    assert pull(settings) == [Pulled("projects", changed=1)]
    assert pull(settings) == [Pulled("projects")]
    text = (settings.workspace / "records" / "projects.csv").read_text(encoding="utf-8")
    assert text.splitlines()[1] == 'R-1,"Ice, smooth",pilot,2026-01-31,'
    _, records = index(settings)
    shown = [{row["id"] for row in records.view(viewer).select("projects")} for viewer in (EVERYONE, BOARD)]
    assert shown == [{"R-1"}, {"R-1", "R-2"}]


@pytest.mark.parametrize(
    "query", [QUERY.replace(", secret AS label", ""), "DELETE FROM work", "SELECT * FROM nothing", "SELEC id FROM work"]
)
def test_a_query_that_is_none_or_loses_the_labels_leaves_the_records_as_they_are(
    tmp_path: Path, database: Path, query: str
) -> None:
    pull(configure(tmp_path, records=[{"table": "projects", "query": QUERY}]))
    settings = configure(tmp_path, records=[{"table": "projects", "query": query}])
    before = (settings.workspace / "records" / "projects.csv").read_bytes()
    (refused,) = pull(settings)
    assert refused.error
    assert (settings.workspace / "records" / "projects.csv").read_bytes() == before


@pytest.mark.parametrize("span", ["", "1", "h", "1w", "-1h", "0m", "½h"])
def test_what_is_no_span_of_time_is_refused(span: str) -> None:
    with pytest.raises(SettingsError):
        seconds_of(span)


def test_the_command_brings_and_indexes_again_and_again(interruptible: None, tmp_path: Path, folder: Path) -> None:
    feed = {"source": str(folder), "to": "central", "every": "1s"}
    settings = configure(tmp_path, documents=[feed])
    command = [sys.executable, "-u", "-m", "copilot", "index", "--every", "1d", "--workspace", str(settings.workspace)]
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment(tmp_path / "state"), stdout=output, stderr=output)
        try:
            _await(lambda: "Ctrl-C" in log.read_text(), process)
            (folder / "rules" / "snow.md").write_bytes(b"# Snow\n\nSnow is cleared from the rink at six.\n")
            _await(lambda: "1 added" in log.read_text(), process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    assert "central/rules/snow.md" in seen(settings, EVERYONE)


def _await(is_so: object, process: subprocess.Popen[bytes]) -> None:
    assert callable(is_so)
    until = time.monotonic() + 240
    while not is_so():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.2)


def test_a_feed_that_fails_is_said_by_the_command_which_indexes_what_there_is(tmp_path: Path) -> None:
    settings = configure(tmp_path, documents=[{"source": str(tmp_path / "nowhere"), "to": "central"}])
    (settings.workspace / "own.md").write_text("# Own\n\nThe rink opens at nine.\n", encoding="utf-8")
    done = bearing("index", "--workspace", str(settings.workspace), state=tmp_path / "state")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "1 documents" in done.stdout
