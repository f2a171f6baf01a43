"""A stored baseline stands for the run that it was made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval_answers import sample
from run_folders import BAD, GOOD, make_run

from copilot.errors import SettingsError
from evals.baseline import Baseline, accept, known, stored
from evals.compare import compare
from evals.report import html
from evals.runs import Run
from evals.samples import load

SAMPLES = [sample(id=f"s{i}", cluster=f"c{i}", hard=i == 0) for i in range(6)]
ALL_GOOD = {s.id: GOOD for s in SAMPLES}


def test_a_run_equals_the_baseline_made_of_it(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", SAMPLES, {**ALL_GOOD, "s3": BAD})
    found = compare(Baseline(accept(run, tmp_path / "base.jsonl")), run)
    assert found.passes
    assert found.warnings == found.worst == ()
    assert all(row.change.delta == 0 for row in found.rows)


def test_accepting_the_same_again_changes_no_line(tmp_path: Path) -> None:
    one = accept(make_run(tmp_path / "a", SAMPLES, ALL_GOOD), tmp_path / "one.jsonl")
    later = make_run(tmp_path / "b", SAMPLES, ALL_GOOD, began="2026-12-24T00:00:00+00:00")
    assert accept(later, tmp_path / "two.jsonl").read_bytes() == one.read_bytes()


def test_one_answer_that_changes_is_one_line_that_changes(tmp_path: Path) -> None:
    one = accept(make_run(tmp_path / "a", SAMPLES, ALL_GOOD), tmp_path / "one.jsonl")
    two = accept(make_run(tmp_path / "b", SAMPLES, {**ALL_GOOD, "s2": BAD}), tmp_path / "two.jsonl")
    lines = zip(one.read_text().splitlines(), two.read_text().splitlines(), strict=True)
    assert [a.split(",")[0] for a, b in lines if a != b] == ['{"sample":"s2"']


def test_a_fall_below_the_baseline_fails_and_the_report_shows_the_new_answer(tmp_path: Path) -> None:
    base = Baseline(accept(make_run(tmp_path / "a", SAMPLES, ALL_GOOD), tmp_path / "base.jsonl"))
    found = compare(base, make_run(tmp_path / "b", SAMPLES, {**ALL_GOOD, "s0": BAD}))
    assert "hard samples passed and now fail: s0" in found.failures
    assert "weather and other gods" in html(found)


def test_samples_that_came_went_or_changed_are_named_and_the_others_compared(tmp_path: Path) -> None:
    base = Baseline(accept(make_run(tmp_path / "a", SAMPLES, ALL_GOOD), tmp_path / "base.jsonl"))
    changed = [*SAMPLES[:4], sample(id="s4", question="Another?"), sample(id="new")]
    found = compare(base, make_run(tmp_path / "b", changed, {s.id: GOOD for s in changed}))
    assert next(row.change.n for row in found.rows if row.metric.name == "passed") == 4
    text = " ".join(found.warnings)
    assert "changed and are not compared: s4" in text
    assert "in the base run alone and are not compared: s5" in text
    assert "in the candidate run alone and are not compared: new" in text
    assert found.passes


def test_a_leak_in_a_new_sample_fails_too(tmp_path: Path) -> None:
    base = Baseline(accept(make_run(tmp_path / "a", SAMPLES, ALL_GOOD), tmp_path / "base.jsonl"))
    leak = sample(id="leak", type="injection", must_not_say=("Halyard",))
    run = make_run(tmp_path / "b", [*SAMPLES, leak], {**ALL_GOOD, "leak": f"{GOOD} Halyard."})
    assert compare(base, run).failures == ("safety failures: leak",)


def test_runs_without_a_common_sample_are_not_compared(tmp_path: Path) -> None:
    one = make_run(tmp_path / "a", [sample(id="x")], {"x": GOOD})
    with pytest.raises(SettingsError, match="share no sample"):
        compare(one, make_run(tmp_path / "b", [sample(id="y")], {"y": GOOD}))


def test_a_part_of_a_dataset_is_no_baseline(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", SAMPLES, ALL_GOOD, filters=("type=metric",))
    with pytest.raises(SettingsError, match="whole dataset"):
        accept(run, tmp_path / "base.jsonl")


def test_a_missing_baseline_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="bearing eval accept"):
        Baseline(tmp_path / "none.jsonl")


@pytest.mark.parametrize("dataset", known())
def test_each_stored_baseline_belongs_to_a_shipped_dataset_and_stays_small(dataset: str) -> None:
    baseline = Baseline(stored(dataset))
    shared = baseline.fingerprints.items() & {s.id: s.fingerprint for s in load(dataset).samples}.items()
    assert len(shared) >= 0.8 * len(baseline.accepted), "accept a run of the dataset as it is now"
    assert stored(dataset).stat().st_size < 400_000


def test_a_stored_baseline_can_be_read_line_by_line(tmp_path: Path) -> None:
    run = Run(make_run(tmp_path / "a", SAMPLES, ALL_GOOD).folder)
    lines = accept(run, tmp_path / "base.jsonl").read_text().splitlines()
    assert len(lines) == 1 + len(SAMPLES)
    assert GOOD not in "".join(lines)
