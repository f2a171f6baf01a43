"""Who may call: keys, made and ended from the command line, and what happens without any."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2
import pytest
import raw_state
from command_line import bearing, environment
from hypothesis import given
from hypothesis import strategies as st
from indexes import CORPUS, Indexes
from postgres_server import Server
from pydantic import SecretStr
from served import Served, running

from copilot import Copilot, Settings
from copilot.state.keys import FILE, Keys
from copilot.state.places import place


@pytest.fixture
def indexed(indexes: Indexes, tmp_path: Path) -> Path:
    """A state folder that holds the index, so that a server is ready at once."""
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path))
    return tmp_path


def test_a_call_without_a_key_or_with_a_wrong_one_is_refused(served: Served) -> None:
    key = served.key()
    for wrong in (None, "x", key[:-1], f"{key}x", key.upper(), f"bearing_{'0' * 8}_{'a' * 43}", "a.b.c"):
        with served.client(wrong) as client:
            response = client.get("/api/caller")
            assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
            assert client.post("/api/ask", json={"question": "a"}).status_code == 401
            assert client.get("/v1/models").json()["error"]["code"] == 401
            assert client.post("/mcp", json={}).status_code == 401


def test_a_key_says_who_calls(served: Served) -> None:
    with served.caller("chief_physician", "evaluator") as client:
        who = client.get("/api/caller").json()
    assert (who["viewer"], who["role"], who["name"]) == ("chief_physician", "evaluator", "a test")


def test_a_key_of_a_viewer_who_is_gone_reads_nothing(served: Served) -> None:
    with served.caller("somebody") as client:
        response = client.get("/api/documents")
    assert response.status_code == 403
    assert "somebody" in response.json()["detail"]


def test_a_revoked_and_an_expired_key_end_at_once(served: Served) -> None:
    key = served.key()
    with served.client(key) as client:
        assert client.get("/api/caller").status_code == 200
        served.keys.revoke(key.split("_")[1])
        assert client.get("/api/caller").status_code == 401
    over = served.keys.add("old", "everyone", "leader", datetime.now(UTC) - timedelta(seconds=1))
    with served.client(over) as client:
        assert client.get("/api/caller").status_code == 401


def test_no_key_can_be_read_from_the_file(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.sqlite")
    key = keys.add("a test", "everyone", "leader")
    keys.close()
    secret = key.split("_", 2)[2].encode()
    assert all(secret not in path.read_bytes() for path in tmp_path.iterdir())
    assert sqlite3.connect(tmp_path / "keys.sqlite").execute("SELECT count(*) FROM keys").fetchone() == (1,)


@pytest.fixture(scope="module", params=["files", "postgres"])
def keys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    settings = Settings(workspace=tmp_path_factory.mktemp("keys"), state_dir=tmp_path_factory.mktemp("state"))
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres")
        settings = settings.model_copy(update={"state_url": SecretStr(server.url)})
    with closing(Keys(place(settings, FILE))) as found:
        found.add("a test", "everyone", "leader")
        yield found


@given(st.one_of(st.text(), st.text().map(lambda text: f"bearing_{text}")))
def test_no_other_text_is_a_key(keys: Keys, text: str) -> None:
    assert keys.find(text) is None


def test_keys_are_made_listed_and_revoked_by_commands(kept: Settings) -> None:
    shutil.copytree(CORPUS, kept.workspace)
    assert kept.state_dir is not None
    run = partial(bearing, "keys", state=kept.state_dir, workspace=kept.workspace, **raw_state.variables(kept))
    made = run("add", "Open WebUI", "--viewer", "ward_manager", "--role", "pm")
    id = made.stdout.split("_")[1]
    listed = run("list").stdout
    assert all(word in listed for word in (id, "ward_manager", "pm", "valid", "Open WebUI"))
    assert made.stdout.strip() not in listed
    assert run("revoke", id).returncode == 0
    assert "revoked" in run("list").stdout
    assert run("revoke", id).returncode == 2


@pytest.mark.parametrize("wrong", [("--viewer", "nobody"), ("--viewer", "ward_manager", "--role", "king")])
def test_a_key_for_nobody_is_not_made(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    assert bearing("keys", "add", "x", *wrong, state=tmp_path).returncode == 2
    assert bearing("keys", "list", state=tmp_path).stdout == ""


@pytest.mark.parametrize("command", [("serve",), ("mcp", "--http")])
def test_without_keys_only_this_machine_is_served(indexed: Path, command: tuple[str, ...]) -> None:
    refused = bearing(*command, "--host", "0.0.0.0", "--port", "0", state=indexed)
    assert refused.returncode == 2
    assert "bearing keys add" in refused.stderr


def test_where_a_key_was_ever_made_calls_need_one(indexed: Path) -> None:
    made = bearing("keys", "add", "x", "--viewer", "ward_manager", state=indexed).stdout
    bearing("keys", "revoke", made.split("_")[1], state=indexed)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "copilot", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment(indexed), stderr=subprocess.DEVNULL) as server:
        try:
            while server.poll() is None:
                try:
                    assert httpx2.get(f"http://127.0.0.1:{port}/api/caller").status_code == 401
                    break
                except httpx2.ConnectError:
                    time.sleep(0.1)
            assert httpx2.get(f"http://127.0.0.1:{port}/ready").status_code == 200
        finally:
            server.terminate()
    assert server.returncode == 0


def test_without_keys_another_name_of_this_machine_is_refused(copilot: Copilot, folder: Path) -> None:
    with running(copilot, folder, is_local=True) as served, served.client(None) as client:
        assert client.get("/api/caller").json()["role"] == "admin"
        for headers in ({"Host": "elsewhere.example"}, {"Host": "elsewhere.example:8700"}):
            assert client.get("/api/caller", headers=headers).status_code == 400


def test_a_page_of_another_site_cannot_call_without_being_asked(copilot: Copilot, folder: Path) -> None:
    simple = {"Origin": "https://elsewhere.example", "Content-Type": "text/plain"}
    with running(copilot, folder, is_local=True) as served, served.client(None) as client:
        response = client.post("/api/ask", content='{"question": "a"}', headers=simple)
        assert response.status_code == 422
        assert "access-control-allow-origin" not in response.headers
        asked = client.options("/api/ask", headers=simple | {"Access-Control-Request-Method": "POST"})
        assert "access-control-allow-origin" not in asked.headers
