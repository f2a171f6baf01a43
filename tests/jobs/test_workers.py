"""Workers as an operator starts them: processes that are killed, stopped and followed by others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import raw_state
from command_line import bearing, environment
from indexes import CORPUS, Indexes

from copilot import Settings
from copilot.memos.store import FILE as MEMOS
from copilot.memos.store import Memos
from copilot.state.jobs import FILE, Job, Jobs
from copilot.state.places import place
from copilot.types import Viewer

ANA = Viewer(name="chief_physician", labels=frozenset({"board"}), role="admin")
SAMPLE = """name: feedback
description: Made of feedback.
samples:
- id: FB-001
  type: metric
  question: How many projects are in pilot?
  tools: [{name: find_projects}]
"""


@pytest.fixture
def settings(kept: Settings, indexes: Indexes) -> Settings:
    """The fixture hospital, indexed, with its state in files and then in PostgreSQL."""
    shutil.copytree(CORPUS, kept.workspace)
    return indexes.copy_to(kept)


@contextmanager
def worker(settings: Settings, *options: str) -> Iterator[subprocess.Popen[str]]:
    assert settings.state_dir is not None
    variables = environment(settings.state_dir, settings.workspace, **raw_state.variables(settings))
    command = [sys.executable, "-m", "copilot", "worker", *options]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def queue(settings: Settings) -> Iterator[Jobs]:
    with closing(Jobs(place(settings, FILE))) as jobs:
        yield jobs


def awaited(jobs: Jobs, id: str, wanted: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + 120
    while not wanted(job := jobs.read(id, ANA)):
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    return job


def is_running(job: Job) -> bool:
    return job.state == "running"


def test_a_job_whose_worker_is_killed_is_done_by_another_and_its_result_is_there_once(settings: Settings) -> None:
    with queue(settings) as jobs:
        id = jobs.add("memo", {"top": 2}, ANA).id
        with worker(settings, "--lease", "1") as first:
            awaited(jobs, id, is_running)
            first.kill()
        with worker(settings) as second:
            job = awaited(jobs, id, lambda job: job.has_ended)
            second.terminate()
            assert second.wait(60) == 0
        assert (job.state, job.attempts, job.failure) == ("done", 2, "")
        with closing(Memos(place(settings, MEMOS))) as memos:
            assert [memo.id for memo in memos.list(ANA)] == [job.result]


def test_a_worker_that_is_stopped_gives_its_job_back_at_once(settings: Settings) -> None:
    with queue(settings) as jobs, worker(settings) as process:
        id = jobs.add("memo", {"top": 2}, ANA).id
        awaited(jobs, id, is_running)
        process.terminate()
        assert process.wait(60) == 0
        assert (jobs.read(id, ANA).state, jobs.read(id, ANA).attempts) == ("waiting", 0)


@pytest.mark.parametrize("kept", ["files"], indirect=True)
def test_each_kind_is_done_and_what_fails_says_why_in_a_sentence(settings: Settings) -> None:
    (settings.workspace_state() / "feedback.yaml").write_text(SAMPLE, encoding="utf-8")
    with queue(settings) as jobs:
        asked = [
            jobs.add("index", {}, ANA),
            jobs.add("evaluation", {"dataset": "feedback"}, ANA),
            jobs.add("evaluation", {"dataset": "nothing"}, ANA),
            jobs.add("memo", {"unit": "Navy"}, ANA),
        ]
        with worker(settings, "--once") as process:
            assert process.wait(200) == 0
        index, evaluation, unknown, memo = (jobs.read(job.id, ANA) for job in asked)
    assert (index.state, index.failure) == ("done", "")
    assert "documents" in index.result
    assert evaluation.state == "done", evaluation.failure
    run = settings.workspace_state() / "runs" / evaluation.result
    assert (run / "answers.jsonl").read_text(encoding="utf-8").count("\n") == 1
    assert unknown.state == memo.state == "failed"
    assert "nothing" in unknown.failure
    assert "Navy" in memo.failure
    assert memo.attempts == 1


@pytest.mark.parametrize("kept", ["files"], indirect=True)
def test_a_job_that_is_cancelled_while_it_runs_leaves_nothing_and_its_process_ends(settings: Settings) -> None:
    with queue(settings) as jobs, worker(settings, "--once") as process:
        id = jobs.add("memo", {"top": 2}, ANA).id
        later = awaited(jobs, id, is_running)
        assert bearing("jobs", "cancel", later.id, state=_state(settings), workspace=settings.workspace).returncode == 0
        assert process.wait(60) == 0
        assert jobs.read(id, ANA).state == "cancelled"
        with closing(Memos(place(settings, MEMOS))) as memos:
            assert memos.list(ANA) == ()


def test_who_starts_a_worker_takes_it_along(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "copilot", "worker", "--attached"]
    with subprocess.Popen(command, stdin=reading, env=environment(tmp_path), stdout=subprocess.PIPE) as process:
        os.close(reading)
        os.close(writing)
        assert process.wait(60) == 0


def test_jobs_are_asked_for_listed_shown_and_cancelled_by_commands(tmp_path: Path) -> None:
    asked = bearing("jobs", "start", "memo", "--arguments", '{"top": 2}', "--viewer", "ward_manager", state=tmp_path)
    id = asked.stdout.strip()
    assert asked.returncode == 0, asked.stderr
    listed = bearing("jobs", "list", "--viewer", "ward_manager", state=tmp_path)
    assert id in listed.stdout
    assert "waiting" in listed.stdout
    shown = Job.model_validate_json(bearing("jobs", "show", id, "--viewer", "ward_manager", state=tmp_path).stdout)
    assert (shown.viewer, shown.arguments) == ("ward_manager", {"top": 2})
    assert bearing("jobs", "list", state=tmp_path).stdout == ""
    assert id in bearing("jobs", "list", "--all", state=tmp_path).stdout
    assert bearing("jobs", "cancel", id, "--viewer", "ward_manager", state=tmp_path).stdout == f"{id} is cancelled.\n"
    again = bearing("jobs", "start", "memo", "--arguments", '{"depth": 2}', state=tmp_path)
    assert (again.returncode, again.stdout) == (2, "")
    assert "depth" in again.stderr


def _state(settings: Settings) -> Path:
    assert settings.state_dir is not None
    return settings.state_dir
