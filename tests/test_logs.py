"""What an operator finds in the log: runs, refused files, faults and slow turns, and nothing that is confidential."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openai_server import Call, OpenAIServer, Reply, failure
from small_workspaces import SMALL, written

from copilot import Settings, logs, open_copilot
from copilot.retrieval.index import locked

KEY = "sk-SECRET-1234"
QUESTION = "How many projects are in pilot?"

Events = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A workspace with a document that is confidential and one that cannot be read, everything logged as JSON."""
    ships = "# Ships\n\nHalyard costs the hospital four ships a year.\n"
    workspace = written(tmp_path / "workspace", {**SMALL, "playbook/ships.md": ships})
    (workspace / "playbook" / "broken.pdf").write_bytes(b"\x00 The board approves Halyard.")
    yield Settings(workspace=workspace, state_dir=tmp_path / "state", log_level="debug", log_format="json")
    logs.configure(Settings())


@pytest.fixture
def events(capsys: pytest.CaptureFixture[str]) -> Events:
    """Reads what was logged since the last reading."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def ask(settings: Settings, question: str = QUESTION) -> None:
    logs.configure(settings)
    with closing(open_copilot(settings)) as copilot:
        copilot.ask(question)


def named(events: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [e for e in events if e["event"] == event]


def test_without_a_level_nothing_is_logged(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    ask(settings.model_copy(update={"log_level": "off"}))
    assert capsys.readouterr() == ("", "")


def test_an_index_run_is_logged_with_its_counts(settings: Settings, events: Events) -> None:
    ask(settings)
    (run,) = named(events(), "index run")
    assert (run["level"], run["logger"]) == ("INFO", "copilot.retrieval.sync")
    assert run["added"] == run["documents"] + run["records"] > 0
    assert run["seconds"] > 0
    ask(settings)
    (again,) = named(events(), "index run")
    assert (again["level"], again["added"], again["unchanged"]) == ("DEBUG", 0, run["added"])


def test_a_refused_file_is_logged_once_with_its_reason(settings: Settings, events: Events) -> None:
    ask(settings)
    (refused,) = named(events(), "file refused")
    assert (refused["level"], refused["path"]) == ("WARNING", "playbook/broken.pdf")
    assert refused["reason"]
    ask(settings)
    assert named(events(), "file refused") == []


def test_a_turn_is_logged_with_its_tools_and_a_slow_one_as_a_warning(settings: Settings, events: Events) -> None:
    ask(settings)
    (turn,) = named(events(), "turn")
    assert (turn["level"], turn["status"], turn["model"]) == ("INFO", "answered", "grounded")
    assert "find_projects" in turn["tools"]
    ask(settings.model_copy(update={"slow_seconds": 1e-6}))
    (slow,) = named(events(), "slow turn")
    assert (slow["level"], slow["tools"]) == ("WARNING", turn["tools"])
    assert slow["seconds"] > 0


def test_a_fault_of_the_remote_model_is_logged_by_its_kind(settings: Settings, events: Events) -> None:
    with OpenAIServer([failure(401, f"The key {KEY} is wrong.")]) as server:
        ask(settings.model_copy(update={"model": "openai:test", "base_url": server.url}))
    told = events()
    (fault,) = named(told, "remote model failed")
    assert (fault["level"], fault["model"], fault["kind"]) == ("WARNING", "openai:test", "auth")
    assert [turn["model"] for turn in named(told, "turn")] == ["grounded"]


def test_a_state_that_cannot_be_used_is_logged(settings: Settings, events: Events) -> None:
    path = settings.workspace_state() / "conversations.sqlite"
    path.write_bytes(b"no database at all" * 100)
    ask(settings)
    told = events()
    fault = named(told, "state cannot be used")[0]
    assert (fault["level"], fault["path"]) == ("ERROR", str(path))
    assert "not a database" in fault["reason"]
    assert [entry["action"] for entry in named(told, "not audited")] == ["indexed", "changed rules", "answered"]


def test_answers_from_an_index_that_another_process_writes_are_logged(settings: Settings, events: Events) -> None:
    ask(settings)
    events()
    with locked(settings.workspace_state()):
        ask(settings)
    (left,) = named(events(), "index left as it stands")
    assert left["level"] == "WARNING"
    assert f"process {os.getpid()}" in left["reason"]


@pytest.mark.parametrize("format", ["text", "json"])
def test_neither_keys_nor_questions_nor_documents_are_logged(
    settings: Settings, format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script = [Reply(calls=(Call(f"tell {KEY} of Halyard", {}),)), Reply("Halyard it is."), failure(500, KEY)]
    with OpenAIServer(script) as server:
        remote = {"model": "openai:test", "base_url": server.url, "api_key": KEY, "log_format": format}
        changed = Settings.model_validate(settings.model_dump() | remote)
        ask(changed, "What does Halyard cost us?")
        ask(changed, "What does Halyard cost us?")
    told = capsys.readouterr().err
    assert "remote model failed" in told
    assert "unknown" in told
    assert "Halyard" not in told
    assert "SECRET" not in told


def test_a_file_name_cannot_forge_a_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    (settings.workspace / "playbook" / "a\nERROR copilot forged.pdf").write_bytes(b"\x00")
    ask(settings.model_copy(update={"log_format": "text"}))
    lines = capsys.readouterr().err.splitlines()
    assert all(" copilot." in line and "Z " in line for line in lines)
    assert any('path="playbook/a\\nERROR copilot forged.pdf"' in line for line in lines)


def test_a_command_logs_to_standard_error_and_answers_on_standard_output(settings: Settings) -> None:
    done = bearing(settings, LOG_LEVEL="info", LOG_FORMAT="json")
    assert json.loads(done.stdout)["status"] == "answered"
    assert {json.loads(line)["event"] for line in done.stderr.splitlines()} == {"file refused", "index run", "turn"}


def test_a_level_that_does_not_exist_is_refused_in_one_line(settings: Settings) -> None:
    done = bearing(settings, LOG_LEVEL="loud")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("bearing: BEARING_LOG_LEVEL ('loud')")


def bearing(settings: Settings, **environment: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("BEARING_", "OPENAI_"))}
    ours |= {f"BEARING_{name}": value for name, value in environment.items()}
    ours |= {"BEARING_WORKSPACE": str(settings.workspace), "BEARING_STATE_DIR": str(settings.state_dir)}
    command = [sys.executable, "-m", "copilot", "ask", QUESTION, "--json"]
    return subprocess.run(command, env=ours, capture_output=True, text=True, check=False)
