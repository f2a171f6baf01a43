"""Vectors, metric tables and state on servers, two API processes behind a proxy: one is killed, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import chroma_server
import httpx2
import psycopg
import pytest
import raw_state
from api_processes import Api, Process, Proxy, proxied, serving
from indexes import CORPUS, Indexes
from postgres_server import Server
from pydantic import SecretStr
from warehouses import in_postgres, without_observations

from copilot import Settings, index
from copilot.build import copy_index
from copilot.commands.doctor import examine
from copilot.state.conversations import FILE
from copilot.state.keys import FILE as KEYS
from copilot.state.keys import Keys
from copilot.state.places import Shared, place

COUNT = "How many projects are in pilot?"
METRIC = "What was weekly use in the last quarter?"
RULE = "How long is training data kept?"
STOPPED = "and in production?"
# A lock of the test's own, for which the end of one answer waits.
LOCK = 4711


@pytest.fixture(scope="module")
def settings(postgres: Server, indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Of the fixture hospital with vectors, observations and state on servers, indexed."""
    folder = tmp_path_factory.mktemp("servers")
    with chroma_server.running(folder / "chroma") as chroma_url:
        settings = Settings(
            workspace=without_observations(CORPUS, folder / "workspace"),
            state_dir=folder / "first",
            state_url=SecretStr(postgres.url),
            warehouse_url=SecretStr(in_postgres(CORPUS, postgres.database())),
            chroma_url=chroma_url,
        )
        index(indexes.copy_to(settings))
        yield settings


@pytest.fixture
def key(settings: Settings) -> Iterator[str]:
    with closing(Keys(place(settings, KEYS))) as keys:
        yield keys.add("a front end", "everyone", "leader")


def test_nothing_that_was_acknowledged_is_lost_with_the_process_that_said_it(
    settings: Settings, key: str, tmp_path: Path
) -> None:
    """Each process has a state folder of its own, as on two machines; the second reads a copy of the index."""
    copy_index(settings, tmp_path)
    second = settings.model_copy(update={"state_dir": tmp_path})
    with ExitStack() as stack:
        processes = [stack.enter_context(serving(each)) for each in (settings, second)]
        for process in processes:
            process.await_ready()
        proxy, port = stack.enter_context(proxied([process.port for process in processes]))
        front = Api(port, key)

        told = [ask(front, question) for question in (COUNT, METRIC, RULE)]
        rated = front.call("GET", "/api/conversations/c").json()[1]["id"]
        assert front.call("PUT", f"/api/turns/{rated}/rating", json={"thumbs_up": True}).status_code == 204
        memo = front.call("POST", "/api/memos", json={"top": 2}).json()
        assert {process.port for process in processes} == set(proxy.handed)

        job = front.call("POST", "/api/jobs", json={"kind": "memo", "arguments": {"top": 3}}).headers["location"]
        left = kill_in_mid_answer(front, proxy, processes, settings)
        told.append(ask(front, STOPPED))
        told.append(ask(front, METRIC))
        assert set(proxy.handed[-2:]) == {left.port}

        turns = front.call("GET", "/api/conversations/c").json()
        assert [turn["question"] for turn in turns] == [COUNT, METRIC, RULE, STOPPED, STOPPED, METRIC]
        assert [turn["state"] for turn in turns] == ["answered"] * 3 + ["answering"] + ["answered"] * 2
        assert [turn["answer"] for turn in turns if turn["answer"]] == told
        assert turns[1]["rating"] is True
        assert front.call("GET", f"/api/memos/{memo['id']}").json() == memo
        later = awaited(front, job)
        assert {info["id"] for info in front.call("GET", "/api/memos").json()} == {memo["id"], later}
    assert [check for check in examine(settings) if not check.ok] == []


def awaited(front: Api, job: str) -> str:
    """What a job has made, by the worker of the process that was killed or by that of the other."""
    while (told := front.call("GET", job).json())["state"] in ("waiting", "running"):
        time.sleep(0.1)
    assert told["state"] == "done", told
    return str(told["result"])


def ask(front: Api, question: str) -> dict[str, Any]:
    told = front.call("POST", "/api/ask", json={"question": question, "conversation": "c"})
    assert told.status_code == 200
    answer: dict[str, Any] = told.json()
    assert answer["status"] == "answered"
    assert answer["warnings"] == []
    return answer


def kill_in_mid_answer(front: Api, proxy: Proxy, processes: list[Process], settings: Settings) -> Process:
    """Kills the process that is about to store an answer, whose reader sees it break off; the one that is left."""
    where = place(settings, FILE)
    assert isinstance(where, Shared)
    raw_state.execute(
        where,
        f"""CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$""",
    )
    raw_state.execute(
        where,
        """CREATE TRIGGER wait BEFORE UPDATE ON turns FOR EACH ROW WHEN (NEW.state = 'answered')
        EXECUTE FUNCTION wait()""",
    )
    with psycopg.connect(where.url) as holder, front.client() as client:
        holder.execute(f"SELECT pg_advisory_lock({LOCK})")
        asked = {"question": STOPPED, "conversation": "c"}
        with client.stream("POST", "/api/ask/stream", json=asked) as response:
            lines = response.iter_lines()
            next(lines)
            (hit,) = [process for process in processes if process.port == proxy.handed[-1]]
            hit.running.kill()
            with pytest.raises(httpx2.RemoteProtocolError):
                list(lines)
    raw_state.execute(where, "DROP TRIGGER wait ON turns")
    return next(process for process in processes if process is not hit)
