"""Runs as logs of inspect-ai, read by inspect-ai itself where an interpreter that has it is named."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from eval_answers import answer, call, sample
from run_folders import BAD, GOOD, make_run

from copilot.errors import SettingsError
from evals.inspect_log import write_log

INTERPRETER = "INSPECT_PYTHON"
READ = """
import json, sys
from inspect_ai.log import read_eval_log
log = read_eval_log(sys.argv[1])
print(json.dumps({
    "status": log.status, "task": log.eval.task, "samples": len(log.samples),
    "means": {s.name: s.metrics["mean"].value for s in log.results.scores},
    "passed": {f"{s.id}/{s.epoch}": s.scores["passed"].value for s in log.samples},
    "answers": [s.output.completion for s in log.samples],
    "tools": [c.function for s in log.samples for m in s.messages for c in getattr(m, "tool_calls", None) or []],
    "why": log.samples[1].scores["passed"].explanation,
}))
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    samples = [sample(id="s", history=("Before?",)), sample(id="t")]
    made = answer(GOOD, tool_calls=(call("search_knowledge", query="drift"),))
    run = make_run(tmp_path / "r", samples, {"s": made, "t": BAD})
    assert write_log(run, tmp_path / "log.json") == 2
    return tmp_path / "log.json"


def test_inspect_ai_reads_the_log(log: Path) -> None:
    interpreter = os.environ.get(INTERPRETER)
    if not interpreter:
        pytest.skip(f"{INTERPRETER} names no Python that has inspect-ai; it cannot be installed beside Bearing")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([interpreter, "-c", READ, str(log)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout.splitlines()[-1])
    assert (read["status"], read["task"], read["samples"]) == ("success", "hand", 2)
    assert read["means"]["passed"] == 0.5
    assert read["passed"] == {"s/1": 1.0, "t/1": 0.0}
    assert read["answers"] == [GOOD, BAD]
    assert read["tools"] == ["search_knowledge"]
    assert "short" in read["why"]


def test_the_log_holds_every_answer_with_its_scores_and_no_score_that_does_not_apply(log: Path) -> None:
    data = json.loads(log.read_text(encoding="utf-8"))
    assert [s["id"] for s in data["samples"]] == ["s", "t"]
    assert [m["content"] for m in data["samples"][0]["input"]] == ["Before?", "Why?"]
    assert all(s["value"] is not None for entry in data["samples"] for s in entry["scores"].values())


def test_exporting_again_changes_nothing(log: Path, tmp_path: Path) -> None:
    from evals.runs import Run

    write_log(Run(tmp_path / "r"), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == log.read_bytes()


def test_a_file_that_inspect_ai_would_not_know_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample()], {"s": GOOD})
    with pytest.raises(SettingsError, match="must end in .json"):
        write_log(run, tmp_path / "log.eval")
