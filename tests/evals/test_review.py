"""Blind review, runs looked through, and runs in the background."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from eval_answers import sample
from indexes import CORPUS, Indexes
from run_folders import BAD, GOOD, make_run

from copilot.errors import SettingsError
from copilot.settings import Settings
from copilot.types import Viewer
from copilot.workspace import Workspace
from evals import background, browse, review
from evals.calibrate import calibrate, read_labels
from evals.drawing import slice_chart, trend_chart
from evals.runs import Run

SAMPLES = [sample(id=f"s{i}") for i in range(6)]
HARVEST = {s.id: BAD for s in SAMPLES}


@pytest.fixture
def two(tmp_path: Path) -> tuple[Run, Run, Path]:
    base = make_run(tmp_path / "a", SAMPLES, {**{s.id: GOOD for s in SAMPLES}, "s5": BAD})
    return base, make_run(tmp_path / "b", SAMPLES, HARVEST), tmp_path / "labels.jsonl"


def test_only_answers_that_differ_and_may_be_read_are_reviewed(two: tuple[Run, Run, Path]) -> None:
    base, candidate, labels = two
    ids = review.waiting(base, candidate, labels, "ada", ["s0", "s1", "s5"])
    assert sorted(ids) == ["s0", "s1"]


def test_the_order_of_two_answers_is_drawn_and_stays(two: tuple[Run, Run, Path]) -> None:
    base, candidate, _ = two
    swapped = [review.pair(base, candidate, s.id, "ada").is_swapped for s in SAMPLES]
    assert {True, False} == set(swapped)
    assert swapped == [review.pair(base, candidate, s.id, "ada").is_swapped for s in SAMPLES]
    for s in SAMPLES[:5]:
        found = review.pair(base, candidate, s.id, "ada")
        assert found.first.answer is not None
        assert (found.first.answer.text == BAD) == found.is_swapped


def test_verdicts_are_appended_and_unblinded_in_the_tally(two: tuple[Run, Run, Path]) -> None:
    base, candidate, labels = two
    for at, s in enumerate(SAMPLES[:3]):
        found = review.pair(base, candidate, s.id, "ada")
        better = "even" if at == 2 else "second" if found.is_swapped else "first"
        right = (not found.is_swapped, found.is_swapped)
        review.record(labels, base, candidate, found, "ada", better, right)
    told = review.tally(labels, base, candidate)
    assert (told.candidate, told.base, told.even) == (0, 2, 1)
    assert told.p == pytest.approx(0.5)
    assert sorted(review.waiting(base, candidate, labels, "ada", [s.id for s in SAMPLES])) == ["s3", "s4"]
    assert len(review.waiting(base, candidate, labels, "bob", [s.id for s in SAMPLES])) == 5
    assert len(read_labels(labels)) == 9


def test_the_labels_of_a_review_calibrate_the_scorers(two: tuple[Run, Run, Path]) -> None:
    base, candidate, labels = two
    for s in SAMPLES[:3]:
        found = review.pair(base, candidate, s.id, "ada")
        review.record(labels, base, candidate, found, "ada", "even", (not found.is_swapped, found.is_swapped))
    assert [(a.metric, a.n, a.kappa) for a in calibrate(labels)] == [("passed", 6, 1.0)]


def test_runs_of_this_workspace_are_found_the_newest_first(tmp_path: Path) -> None:
    make_run(tmp_path / "old", SAMPLES, {}, workspace="corpus", began="2026-10-01T00:00:00+00:00")
    make_run(tmp_path / "new", SAMPLES, {}, workspace="corpus", began="2026-11-01T00:00:00+00:00")
    make_run(tmp_path / "other", SAMPLES, {}, workspace="elsewhere")
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "manifest.json").write_text("{}", encoding="utf-8")
    assert [p.name for p in browse.find_runs([tmp_path, tmp_path / "none"], CORPUS)] == ["new", "old"]


def test_a_run_is_summed_up_with_the_n_of_each_mean(two: tuple[Run, Run, Path]) -> None:
    row = browse.sum_up(two[0].folder)
    assert (row.asked, row.total, row.finished, row.running) == (6, 6, True, False)
    assert row.means["passed"] == pytest.approx(5 / 6)
    assert row.counts["passed"] == 6


def test_an_answer_is_read_only_by_who_sees_all_that_the_asker_sees() -> None:
    workspace = Workspace.open(CORPUS)
    chief, ward = workspace.viewer("chief_physician"), workspace.viewer("ward_manager")
    assert browse.may_read("chief_physician", workspace, chief)
    assert not browse.may_read("chief_physician", workspace, ward)
    assert browse.may_read("ward_manager", workspace, chief)
    assert browse.may_read(None, workspace, Viewer())
    assert not browse.may_read("of another workspace", workspace, chief)


def test_charts_show_each_type_and_each_run_in_order(two: tuple[Run, Run, Path]) -> None:
    rows = browse.samples(two[0].folder, Workspace.open(CORPUS), Viewer())
    chart = slice_chart(browse.slices(rows), "Passed")
    assert [v["label"] for v in chart["data"]["values"]] == ["advice (6)"]
    trend = trend_chart([browse.sum_up(run.folder) for run in two[:2]], [("passed", "Passed")])
    assert [v["mean"] for v in trend["data"]["values"]] == [pytest.approx(5 / 6), 0.0]


def test_one_answer_is_read_without_the_others(two: tuple[Run, Run, Path]) -> None:
    found = two[0].answers_to("s5")
    assert [o.answer.text for o in found if o.answer] == [BAD]
    assert two[0].scores_of("s5")[0].scores["passed"].value == 0
    assert two[0].answers_to("s") == []


def test_a_run_is_written_by_one_process_at_a_time(two: tuple[Run, Run, Path]) -> None:
    run = two[0]
    with run.writing():
        assert run.is_being_written()
        with pytest.raises(SettingsError, match="being written"), Run(run.folder).writing():
            pass
    assert not run.is_being_written()


def await_end(started: background.Started) -> background.Progress:
    deadline = time.monotonic() + 120
    while (progress := started.progress()).state in ("starting", "asking") and time.monotonic() < deadline:
        time.sleep(0.1)
    return progress


def test_a_run_in_the_background_tells_how_far_it_is(
    indexes: Indexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEARING_STATE_DIR", str(tmp_path / "state"))
    dataset = tmp_path / "set.yaml"
    dataset.write_text(
        'name: two\nsamples:\n- {id: a, type: advice, question: "Why do pilots stall?", expect: any}\n'
        '- {id: b, type: advice, question: "What is drift?", expect: any}\n',
        encoding="utf-8",
    )
    settings = indexes.copy_to(Settings(workspace=CORPUS, state_dir=tmp_path / "state"))
    started = background.start(str(dataset), settings, tmp_path / "runs")
    assert await_end(started) == background.Progress(2, 2, "finished", "")
    assert Run(started.folder).manifest.finished


def test_a_run_that_cannot_begin_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEARING_STATE_DIR", str(tmp_path / "state"))
    dataset = tmp_path / "odd.yaml"
    dataset.write_text(
        'name: odd\nsamples:\n- {id: a, type: advice, question: "Why?", expect: any, viewer: nobody}\n',
        encoding="utf-8",
    )
    started = background.start(str(dataset), Settings(workspace=CORPUS), tmp_path / "runs")
    progress = await_end(started)
    assert progress.state == "failed"
    assert "nobody is called 'nobody'" in progress.last_words
