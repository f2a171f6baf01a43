"""The command line as a person or a script meets it, on the fixture hospital."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import CORPUS, Done, bearing, bearing_alone, environment, run_python
from indexes import Indexes
from openai_server import OpenAIServer, Raw, Reply, failure

from copilot import Settings

KEY = "sk-SECRET-1234"
QUESTION = "How many projects are in pilot?"

KEYS = {
    "answer": {
        "id", "question", "status", "text", "citations", "also_read", "figures", "tables", "charts", "tool_calls",
        "follow_ups", "warnings", "model", "usage", "seconds",
    },
    "citations": {"marker", "kind", "source", "locator", "title", "quote", "as_of", "calculations"},
    "figures": {"text", "value", "unit", "marker"},
    "tables": {"title", "columns", "rows"},
    "charts": {"title", "spec"},
    "tool_calls": {"name", "arguments", "seconds", "ok", "is_lead", "certainty"},
    "usage": {"input_tokens", "output_tokens", "cost"},
    "seconds": {"total", "first_token", "retrieval", "tools"},
}  # fmt: skip
STATUSES = {"answered", "insufficient_evidence", "needs_clarification", "not_permitted"}


@pytest.fixture(scope="session")
def state(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder that all commands share."""
    state = tmp_path_factory.mktemp("cli-state")
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=state))
    return state


def answer_to(question: str, *options: str, state: Path, workspace: Path = CORPUS) -> dict[str, Any]:
    """The answer as JSON, of a run that ended well and said nothing else."""
    done = bearing("ask", question, "--json", *options, state=state, workspace=workspace)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    assert set(answer) == KEYS["answer"]
    assert answer["status"] in STATUSES
    return answer


def copy_of_the_corpus(folder: Path, *names: str) -> Path:
    """A workspace with only these files and folders of the fixture; with no name, all of them."""
    for source in CORPUS.iterdir():
        if not names or source.name in names:
            target = folder / source.name
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    return folder


def assert_one_clear_line(done: Done) -> None:
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("bearing: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


# index


def test_index_counts_what_it_holds_and_names_what_it_skipped(tmp_path: Path) -> None:
    workspace = copy_of_the_corpus(tmp_path / "w", "playbook", "records")
    (workspace / "playbook" / "broken.md").write_bytes(b"\x00\x01\x02\xff" * 100)
    (workspace / "playbook" / "ragged.csv").write_bytes(b"name,note\nA,x\nB,y,z\nC,w\n")
    first = bearing("index", "--workspace", str(workspace), state=tmp_path, workspace=None)
    assert first.returncode == 0
    assert "4 documents" in first.stdout
    assert " chunks" in first.stdout
    assert " records" in first.stdout
    assert "skipped playbook/broken.md: " in first.stdout
    assert "read in part playbook/ragged.csv: row 3 has more" in first.stdout


def test_a_second_index_finds_nothing_new(state: Path) -> None:
    done = bearing("index", state=state)
    assert done.returncode == 0
    assert "0 added, 0 changed, 0 removed" in done.stdout
    assert done.stderr == ""


# ask --json


@pytest.mark.parametrize("question", [QUESTION, "Which three projects should come first?"])
def test_the_json_of_an_answer_has_exactly_the_promised_keys(state: Path, question: str) -> None:
    answer = answer_to(question, state=state)
    for part in ("citations", "figures", "tables", "tool_calls"):
        assert answer[part], part
    for part in ("citations", "figures", "tables", "charts", "tool_calls"):
        for item in answer[part]:
            assert set(item) == KEYS[part]
    for part in ("usage", "seconds"):
        assert set(answer[part]) == KEYS[part]
    assert answer["status"] == "answered"
    assert answer["question"] == question
    assert {c["kind"] for c in answer["citations"]} <= {"passage", "record", "metric", "computation"}
    assert all(f["marker"] in {c["marker"] for c in answer["citations"]} for f in answer["figures"])


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("", "needs_clarification"),
        ("What is the capital of Australia?", "insufficient_evidence"),
        ("How many projects are in pilot, " + "please " * 566 + "?", "answered"),
    ],
    ids=["empty", "unanswerable", "4,000 characters"],
)
def test_every_status_is_a_success(state: Path, question: str, status: str) -> None:
    assert answer_to(question, state=state)["status"] == status


@pytest.mark.parametrize("question", ["asdf qwer zxcv", "Wie viele Projekte sind im Pilotbetrieb?", "🙃 \udcff '\"{[("])
def test_odd_questions_get_an_answer_in_proper_form(state: Path, question: str) -> None:
    assert answer_to(question, state=state)["text"]


def test_a_terminal_that_lacks_a_character_gets_the_answer_all_the_same(state: Path) -> None:
    # Both in one process, since each takes seconds to start.
    code = (
        "from contextlib import suppress; from copilot.commands.cli import main\n"
        "for options in ([], ['--json']):\n"
        "    with suppress(SystemExit): main(['ask', 'K\\u00f6ln?', *options])\n"
        "    print('--- ends')"
    )
    done = run_python("-c", code, state=state, PYTHONIOENCODING="ascii")
    shown, written, _ = done.stdout.split("--- ends\n")
    assert (shown != "", done.stderr, done.returncode) == (True, "", 0)
    assert json.loads(written)["question"] == "Köln?"


# Conversations and viewers


def test_a_conversation_remembers_the_question_before(state: Path) -> None:
    answer_to(QUESTION, "--conversation", "cli-1", state=state)
    answer = answer_to("and in production?", "--conversation", "cli-1", state=state)
    assert "of 8 projects are in production" in answer["text"]


def test_without_a_conversation_a_question_stands_alone(state: Path) -> None:
    answer_to("Tell me about Bed Planner", state=state)
    assert answer_to("and who owns it?", state=state)["status"] != "answered"


def test_a_viewer_sees_the_documents_of_their_labels(state: Path) -> None:
    question = "What does the board risk appetite say?"
    allowed = answer_to(question, "--viewer", "chief_physician", state=state)
    refused = answer_to(question, "--viewer", "ward_manager", state=state)
    assert "policies/board-risk-appetite.md" in {c["source"] for c in allowed["citations"]}
    assert "board-risk-appetite" not in json.dumps(refused["citations"])


# For people


def test_ask_prints_the_text_the_sources_and_what_to_ask_next(state: Path) -> None:
    done = bearing("ask", QUESTION, state=state)
    assert done.returncode == 0
    assert "3 of 8 projects are in pilot: " in done.stdout
    assert "[1] Projects, counted over all rows" in done.stdout
    assert "Ask next:" in done.stdout
    assert done.stderr == ""


def test_square_brackets_in_records_are_printed_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "w" / "records").mkdir(parents=True)
    (tmp_path / "w" / "records" / "projects.csv").write_text(
        "id,name,unit,stage\nA-1,Dock [/b] Planner,North [x],pilot\n", encoding="utf-8"
    )
    done = bearing("ask", QUESTION, state=tmp_path, workspace=tmp_path / "w")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Dock [/b] Planner") >= 2


def test_chat_answers_what_is_piped_in_and_ends(state: Path) -> None:
    done = bearing("chat", state=state, stdin=f"{QUESTION}\nand in production?\n")
    assert done.returncode == 0
    assert "3 of 8 projects are in pilot" in done.stdout
    assert "of 8 projects are in production" in done.stdout
    assert "Traceback" not in done.stderr


def test_chat_ends_at_an_empty_line(state: Path) -> None:
    done = bearing("chat", state=state, stdin=f"\n{QUESTION}\n")
    assert done.returncode == 0
    assert "3 of 8" not in done.stdout


# Wrong calls


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("ask", QUESTION, "--workspace", "/no/such/folder"), "/no/such/folder"),
        (("index", "--workspace", "/no/such/folder"), "/no/such/folder"),
        (("workspace", "check", "/no/such/folder"), "/no/such/folder"),
        (("ask", QUESTION, "--viewer", "nobody"), "ward_manager"),
        (("chat", "--viewer", "nobody"), "ward_manager"),
        (("ask", QUESTION, "--conversation", "a b"), "'a b'"),
        (("ask", QUESTION, "--jsn"), "--jsn"),
        (("ask",), "question"),
        (("ui", "--port", "high"), "--port"),
        (("answer", QUESTION), "answer"),
        (("eval", "run", "no-such-dataset"), "no-such-dataset"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_in_one_line(state: Path, arguments: tuple[str, ...], named: str) -> None:
    done = bearing(*arguments, state=state)
    assert_one_clear_line(done)
    assert named in done.stderr


def test_a_wrong_call_ends_the_process_with_code_two(state: Path) -> None:
    done = bearing_alone("ask", QUESTION, "--viewer", "nobody", state=state)
    assert_one_clear_line(done)
    assert "ward_manager" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BEARING_MODLE", "grounded"),
        ("BEARING_MODEL", "gpt"),
        ("BEARING_TODAY", "yesterday"),
        ("BEARING_STATE_DIR", "/dev/null/state"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(state: Path, name: str, value: str) -> None:
    done = bearing("ask", QUESTION, "--json", **{"state": state, name: value})
    assert_one_clear_line(done)
    assert name in done.stderr


BROKEN = {
    "workspace.yaml": "organisation: [",
    "metrics.yaml": "metrics: [",
    "gates.yaml": "rules: [",
    "records/mapping.yaml": "tables: [",
    "records/projects.csv": "",
}


@pytest.mark.parametrize(("file", "text"), BROKEN.items(), ids=BROKEN)
def test_a_broken_workspace_is_told_in_one_line_that_names_the_file(tmp_path: Path, file: str, text: str) -> None:
    workspace = copy_of_the_corpus(tmp_path / "w", "records", "workspace.yaml")
    (workspace / file).write_text(text, encoding="utf-8")
    done = bearing("ask", "Which governance rules does Fall Risk Score miss?", state=tmp_path, workspace=workspace)
    assert_one_clear_line(done)
    assert str(workspace / file) in done.stderr


def test_an_unknown_key_of_the_workspace_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("organisation: Acme\ncolour: red\n", encoding="utf-8")
    done = bearing("ask", QUESTION, state=tmp_path / "state", workspace=tmp_path)
    assert_one_clear_line(done)
    assert "colour" in done.stderr


def test_without_arguments_the_help_lists_the_commands(state: Path) -> None:
    done = bearing(state=state)
    for command in ("index", "ask", "chat", "ui", "eval", "workspace", "doctor"):
        assert command in done.stdout
    assert "Traceback" not in done.stderr


# workspace check and doctor


def test_a_good_workspace_passes_the_check(state: Path) -> None:
    done = bearing("workspace", "check", str(CORPUS), state=state)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 errors" in done.stdout


def test_a_bad_workspace_is_told_by_file_row_and_column(tmp_path: Path) -> None:
    workspace = copy_of_the_corpus(tmp_path / "w")
    table = workspace / "records" / "projects.csv"
    table.write_text(table.read_text(encoding="utf-8").replace('"1,800,000"', "plenty"), encoding="utf-8")
    (workspace / "workspace.yaml").write_text("organisation: [", encoding="utf-8")
    done = bearing("workspace", "check", str(workspace), state=tmp_path)
    assert done.returncode == 2
    assert "records/projects.csv, row 3, column budget" in done.stdout
    assert done.stderr.startswith("bearing: ")
    assert done.stderr.count("\n") == 1


def test_doctor_finds_a_sound_installation_sound(state: Path) -> None:
    done = bearing("doctor", state=state)
    assert done.returncode == 0, done.stdout
    assert "FAIL" not in done.stdout
    for name in ("versions", "workspace", "index", "model"):
        assert f"ok   {name}: " in done.stdout


def test_doctor_fails_when_the_model_cannot_be_reached(state: Path) -> None:
    with OpenAIServer([Reply("unused")]) as gone:
        pass
    done = bearing("doctor", **remote(gone.url, state))
    assert done.returncode == 1
    assert "FAIL model: The model service could not be reached." in done.stdout
    assert "ok   index" in done.stdout
    assert "SECRET" not in done.stdout + done.stderr


def test_doctor_passes_when_the_model_is_offered(state: Path) -> None:
    with OpenAIServer([Reply("unused")], models=["test"]) as server:
        done = bearing("doctor", **remote(server.url, state))
    assert done.returncode == 0, done.stdout


def test_doctor_fails_on_a_broken_workspace(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("organisation: [", encoding="utf-8")
    done = bearing("doctor", state=tmp_path / "state", workspace=tmp_path)
    assert done.returncode == 1
    assert "FAIL workspace" in done.stdout
    assert "Traceback" not in done.stderr


def remote(url: str, state: Path) -> dict[str, Any]:
    return {"state": state, "BEARING_MODEL": "openai:test", "BEARING_BASE_URL": url, "BEARING_API_KEY": KEY}


@pytest.fixture
def failing_service() -> Iterator[OpenAIServer]:
    rejected: Raw = failure(401, f"Incorrect API key provided: {KEY}", "invalid_request_error", "invalid_api_key")
    with OpenAIServer([rejected]) as server:
        yield server


def test_an_answer_after_a_failed_model_is_still_one_json_object(state: Path, failing_service: OpenAIServer) -> None:
    done = bearing("ask", QUESTION, "--json", **remote(failing_service.url, state))
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["model"] == "grounded"
    assert "BEARING_API_KEY" in answer["warnings"][0]
    assert "SECRET" not in done.stdout


# Workspaces that hold only a part


def test_documents_alone_are_a_workspace(tmp_path: Path) -> None:
    workspace = copy_of_the_corpus(tmp_path / "w", "playbook", "policies")
    answer = answer_to(
        "How long is data kept that was copied for training a model?", state=tmp_path, workspace=workspace
    )
    assert answer["status"] == "answered"
    assert {c["kind"] for c in answer["citations"]} == {"passage"}
    assert "twenty-four months" in answer["text"]


def test_records_alone_are_a_workspace(tmp_path: Path) -> None:
    workspace = copy_of_the_corpus(tmp_path / "w", "records")
    answer = answer_to(QUESTION, state=tmp_path, workspace=workspace)
    assert answer["status"] == "answered"
    assert "in pilot[1]" in answer["text"]


def test_two_lines_of_settings_are_enough(tmp_path: Path) -> None:
    workspace = copy_of_the_corpus(tmp_path / "w", "playbook", "records")
    (workspace / "workspace.yaml").write_text("organisation: Two Lines\ncurrency: NOK\n", encoding="utf-8")
    answer = answer_to("Which three projects should come first?", state=tmp_path, workspace=workspace)
    assert answer["status"] == "answered"


def test_an_empty_folder_answers_that_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    answer = answer_to(QUESTION, state=tmp_path, workspace=tmp_path / "w")
    assert answer["status"] == "insufficient_evidence"


def test_the_library_is_looked_after_from_the_command_line(tmp_path: Path) -> None:
    workspace, state = tmp_path / "workspace", tmp_path / "state"
    shutil.copytree(CORPUS, workspace)
    file = tmp_path / "laser.md"
    file.write_text("The quorvex laser is locked at night.")

    def library(*arguments: str) -> Done:
        return bearing("library", *arguments, state=state, workspace=workspace)

    assert library("add", str(file), "--title", "Laser rules", "--effective", "2026-01-01").returncode == 0
    assert "documents/laser.md  Laser rules; no owner; from 2026-01-01" in library("list").stdout
    file.write_text("The quorvex laser is locked at all times.")
    replaced = library("replace", "documents/laser.md", str(file), "--effective", "2026-02-01")
    assert "laser--until-2026-02-01.md is kept" in replaced.stdout
    shown = library("show", "documents/laser.md").stdout
    assert "lines 1-1" in shown
    assert "locked at all times" in shown
    assert "note: It names no owner." in shown
    refused = library("remove", "documents/laser.md")
    assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
    assert library("remove", "documents/laser.md", "--yes").returncode == 0
    listed = library("list").stdout
    assert "documents/laser.md  " not in listed
    assert "until replaced (now laser.md)" in listed
    assert "board-risk-appetite" not in listed
    assert "board-risk-appetite" in library("list", "--viewer", "chief_physician").stdout


def test_the_watcher_ends_quietly_on_an_interrupt(interruptible: None, indexes: Indexes, tmp_path: Path) -> None:
    workspace, state = tmp_path / "workspace", tmp_path / "state"
    shutil.copytree(CORPUS, workspace)
    indexes.copy_to(Settings(workspace=workspace, state_dir=state))
    command = [sys.executable, "-u", "-m", "copilot", "index", "--watch"]
    with subprocess.Popen(
        command, env=environment(state, workspace), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        try:
            for line in run.stdout:
                if line.startswith("Watching"):
                    break
            (workspace / "dropped.md").write_text("The quorvex laser is locked at night.")
            assert run.stdout.readline().startswith("1 added, 0 changed, 0 removed")
            assert "checked: all" in run.stdout.readline()
            run.send_signal(signal.SIGINT)
            assert run.wait(20) == 0
            assert run.stderr.read() == ""
        finally:
            run.kill()


def test_usage_tells_what_was_asked_and_what_stayed_unanswered(indexes: Indexes, tmp_path: Path) -> None:
    indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path))
    for question in (QUESTION, "Who won the football world cup?"):
        assert bearing("ask", question, state=tmp_path).returncode == 0
    told = json.loads(bearing("usage", "--days", "2", "--json", state=tmp_path).stdout)
    assert told["outcomes"] == {"answered": 1, "insufficient_evidence": 1}
    assert [topic["question"] for topic in told["unanswered"]] == ["Who won the football world cup?"]
    assert "2 questions of 1 people" in bearing("usage", state=tmp_path).stdout
