"""The whole way: a real copilot on the small workspace is asked, judged, compared and shown."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from eval_answers import PERMISSION_PAIR
from indexes import CORPUS, Indexes
from typer.testing import CliRunner

from copilot.errors import SettingsError
from copilot.settings import Settings
from evals.cli import app
from evals.compare import compare
from evals.run import run
from evals.runs import Run

DATASET = """
name: wards
samples:
- id: budget
  type: metric
  question: What is the total budget of all projects?
  numbers: [{value: BUDGET, unit: NOK, how: projects.csv}]
- id: follow-up
  type: multi-turn
  history: ["How many projects are in production?"]
  question: and in pilot?
  nuggets: [{text: "1 is in pilot.", match: {regex: "pilot"}}]
"""


def budget(workspace: Path) -> int:
    with (workspace / "records" / "projects.csv").open(encoding="utf-8", newline="") as file:
        return sum(
            int(row["budget"].replace(",", "")) for row in csv.DictReader(file) if row["budget"] and not row["label"]
        )


@pytest.fixture(scope="module")
def place(indexes: Indexes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evals")
    shutil.copytree(CORPUS, root / "wards")
    text = DATASET.replace("BUDGET", str(budget(root / "wards"))) + PERMISSION_PAIR
    (root / "set.yaml").write_text(text, encoding="utf-8")
    indexes.copy_to(settings(root))
    return root


def settings(place: Path, workspace: str = "wards") -> Settings:
    return Settings(workspace=place / workspace, state_dir=place / "state")


@pytest.fixture(scope="module")
def asked(place: Path) -> Path:
    """A finished run of the whole set, to be copied."""
    run(str(place / "set.yaml"), settings(place), place / "asked")
    return place / "asked"


def test_a_dataset_is_asked_and_two_runs_of_the_grounded_model_are_equal(place: Path, asked: Path) -> None:
    told: list[tuple[int, int, str]] = []
    summary = run(str(place / "set.yaml"), settings(place), place / "a", progress=lambda *at: told.append(at))
    assert "budget" not in summary.failed, summary.render()
    assert told[-1][:2] == (4, 4)
    found = compare(Run(place / "a"), Run(asked))
    assert found.passes, found.render()
    qualities = [r for r in found.rows if r.metric.kind != "measure" or r.metric.name == "words"]
    assert all(r.change.delta == 0 for r in qualities)


def test_an_unfinished_run_goes_on_where_it_stopped(place: Path, asked: Path) -> None:
    shutil.copytree(asked, place / "c")
    answers = place / "c" / "answers.jsonl"
    first, second = answers.read_text(encoding="utf-8").splitlines()[:2]
    answers.write_text(f"{first}\n{second[:80]}", encoding="utf-8")
    manifest = place / "c" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    finished = Run(place / "c").manifest.finished
    manifest.write_text(text.replace(f'"finished": "{finished}"', '"finished": ""'), encoding="utf-8")
    run(str(place / "set.yaml"), settings(place), place / "c")
    again = answers.read_text(encoding="utf-8").splitlines()
    assert again[0] == first
    assert [o.sample for o in Run(place / "c").outputs()] == [
        "budget",
        "follow-up",
        "appetite",
        "appetite-chief",
    ]


def test_a_finished_run_is_not_asked_again_and_another_set_does_not_enter_its_folder(place: Path, asked: Path) -> None:
    shutil.copytree(asked, place / "d")
    before = (place / "d" / "answers.jsonl").read_bytes()
    run(str(place / "set.yaml"), settings(place), place / "d")
    assert (place / "d" / "answers.jsonl").read_bytes() == before
    with pytest.raises(SettingsError, match="another dataset"):
        run(str(place / "set.yaml"), settings(place), place / "d", filters=["type=metric"])


def test_an_amount_that_is_off_by_one_per_cent_is_found_and_the_gate_fails(
    place: Path, asked: Path, indexes: Indexes
) -> None:
    # The workspace is changed where a tool that is off would change its result.
    shutil.copytree(place / "wards", place / "off")
    projects = place / "off" / "records" / "projects.csv"
    raised = f"{round(4_200_000 + 0.011 * budget(place / 'off')):,}"
    projects.write_text(projects.read_text(encoding="utf-8").replace("4,200,000", raised), encoding="utf-8")
    run(str(place / "set.yaml"), indexes.copy_to(settings(place, "off")), place / "wrong")
    found = compare(Run(asked), Run(place / "wrong"))
    assert "hard samples passed and now fail: budget" in found.failures
    assert any("workspaces differ" in w for w in found.warnings)


def test_the_run_says_what_it_was_made_of_and_holds_no_secret(place: Path) -> None:
    secret = settings(place).model_copy(update={"api_key": "hush-hush"})
    run(
        str(place / "set.yaml"),
        Settings.model_validate(secret.model_dump()),
        place / "e",
        filters=["id=budget"],
    )
    text = (place / "e" / "manifest.json").read_text(encoding="utf-8")
    manifest = Run(place / "e").manifest
    assert "hush-hush" not in text
    assert str(place) not in text
    assert manifest.today == "2026-06-30"
    assert manifest.workspace_hash
    assert manifest.finished


def test_conversations_of_an_evaluation_leave_no_trace(place: Path) -> None:
    from copilot import open_copilot

    run(str(place / "set.yaml"), settings(place), place / "f", filters=["type=multi-turn"])
    assert open_copilot(settings(place)).conversations.list("everyone") == ()


def test_the_commands_run_compare_show_and_judge_again(
    place: Path, indexes: Indexes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEARING_STATE_DIR", str(place / "state"))
    command = CliRunner().invoke
    folder = str(place / "cli")
    asked = command(app, ["run", str(place / "set.yaml"), "--workspace", str(place / "wards"), "--out", folder])
    assert asked.exit_code == 0, asked.output
    report, xml = place / "report.html", place / "junit.xml"
    equal = command(app, ["compare", folder, folder, "--out", str(report), "--junit", str(xml)])
    assert equal.exit_code == 0, equal.output
    assert "GATE PASSED" in equal.output
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "<testsuite" in xml.read_text(encoding="utf-8")
    assert "What is the total budget" in command(app, ["show", folder, "budget"]).output
    assert command(app, ["rescore", folder]).exit_code == 0
    assert "| damage |" in command(app, ["mutate", folder]).output
    log = place / "log.json"
    assert command(app, ["export", folder, "--out", str(log)]).exit_code == 0
    assert "What is the total budget" in log.read_text(encoding="utf-8")
    base = place / "base.jsonl"
    assert command(app, ["accept", folder, "--to", str(base)]).exit_code == 0
    again = ["gate", str(place / "set.yaml"), "--workspace", str(place / "wards"), "--baseline"]
    held = command(app, [*again, str(base), "--out", str(report)])
    assert held.exit_code == 0, held.output
    worse = place / "wards-less"
    shutil.copytree(place / "wards", worse)
    indexes.copy_to(settings(place, worse.name))
    projects = worse / "records" / "projects.csv"
    projects.write_text(projects.read_text(encoding="utf-8").replace("4,200,000", "4,900,000"), encoding="utf-8")
    fallen = command(app, ["gate", str(place / "set.yaml"), "--workspace", str(worse), "--baseline", str(base)])
    assert fallen.exit_code == 1
    assert "hard samples passed and now fail: budget" in fallen.output
    priced = ["run", str(place / "set.yaml"), "--workspace", str(place / "wards"), "--out", str(place / "priced")]
    assert "Cost of a question" in command(app, [*priced, "--price", "2,8"]).output
    assert command(app, [*priced, "--price", "much"]).exit_code == 2
    assert command(app, ["judge", folder]).exit_code == 1
    drafted = command(app, ["draft", "--workspace", str(place / "wards")])
    assert "playbook/model-monitoring.md" in drafted.output
