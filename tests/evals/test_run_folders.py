"""Runs on disk: resumed, immutable, judged again."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval_answers import WEIGHTS, sample
from run_folders import BAD, GOOD, keep, make_run, manifest

from copilot.errors import SettingsError
from evals.calibrate import agreement, calibrate
from evals.report import junit
from evals.runs import Run
from evals.samples import Dataset
from evals.show import show
from evals.summary import summarise


def test_a_finished_run_takes_no_more_answers(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample()], {"s": GOOD})
    with pytest.raises(SettingsError, match="finished"):
        keep(run, sample(), GOOD)


def test_a_half_written_line_is_dropped_and_the_rest_kept(tmp_path: Path) -> None:
    dataset = Dataset(name="hand", samples=(sample(), sample(id="t")))
    run = Run.create(tmp_path / "r", manifest(dataset, "r"), dataset, WEIGHTS)
    keep(run, sample(), GOOD)
    keep(run, sample(id="t"), GOOD)
    answers = run.folder / "answers.jsonl"
    answers.write_text(answers.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    run.mend()
    again = Run(run.folder)
    assert [o.sample for o in again.outputs()] == ["s"]
    assert [j.sample for j in again.scores()] == ["s"]


def test_epochs_are_averaged_within_a_sample(tmp_path: Path) -> None:
    dataset = Dataset(name="hand", samples=(sample(),))
    run = Run.create(tmp_path / "r", manifest(dataset, "r", epochs=2), dataset, WEIGHTS)
    keep(run, sample(), GOOD)
    keep(run, sample(), BAD, epoch=1)
    assert run.by_metric()["passed"] == {"s": 0.5}


def test_stored_answers_can_be_judged_again_by_corrected_samples(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample()], {"s": GOOD})
    before = (run.folder / "answers.jsonl").read_bytes()
    corrected = sample(nuggets=({"text": "Harvests depend on weather."},))
    run.rescore(Dataset(name="hand", samples=(corrected,)))
    assert Run(run.folder).by_metric()["passed"] == {"s": 0.0}
    assert (run.folder / "answers.jsonl").read_bytes() == before


def test_an_answer_is_not_judged_by_a_question_that_was_not_asked(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample()], {"s": GOOD})
    with pytest.raises(SettingsError, match="asks something else"):
        run.rescore(Dataset(name="hand", samples=(sample(question="How?"),)))


def test_judging_again_without_a_change_changes_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample()], {"s": GOOD})
    before = (run.folder / "scores.jsonl").read_bytes()
    run.rescore()
    assert (run.folder / "scores.jsonl").read_bytes() == before


def test_words_counted_by_another_version_judge_nothing_again(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample()], {"s": GOOD})
    words = run.folder / "words.json"
    words.write_text(words.read_text(encoding="utf-8").replace('"reading"', '"before"'), encoding="utf-8")
    with pytest.raises(SettingsError, match="ask its dataset again"):
        run.rescore()


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"is not a run: it has no manifest\.json"):
        Run(tmp_path)


def test_a_summary_shows_n_beside_each_mean_and_names_what_failed(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample(), sample(id="t")], {"s": GOOD, "t": BAD})
    summary = summarise(run)
    assert summary.failed == ("t",)
    assert {r.metric: r.n for r in summary.rows}["passed"] == 2
    assert "Not passed: t" in summary.render()


def test_one_answer_is_shown_with_its_scores_and_reasons(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample()], {"s": BAD})
    text = show(run, "s")
    assert "Question: Why?" in text
    assert "not fully said: Model drift loses accuracy." in text
    with pytest.raises(SettingsError, match="no sample 'x'"):
        show(run, "x")


def test_junit_counts_what_did_not_pass(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", [sample(), sample(id="t")], {"s": GOOD, "t": BAD})
    assert 'tests="2" failures="1"' in junit(run)
    assert 'name="t"' in junit(run)


def test_agreement_with_people_tells_too_kind_from_too_harsh() -> None:
    found = agreement("groundedness", [(1, 1), (1, 0), (0, 1), (0, 0)])
    assert (found.n, found.kappa, found.too_kind, found.too_harsh, found.may_gate) == (4, 0.0, 1, 1, False)


def test_labels_are_compared_with_the_run_they_were_given_to(tmp_path: Path) -> None:
    make_run(tmp_path / "r", [sample(), sample(id="t")], {"s": GOOD, "t": BAD})
    labels = tmp_path / "labels.jsonl"
    rows = [
        '{"run": "r", "sample": "s", "metric": "passed", "label": 1}',
        '{"run": "r", "sample": "t", "metric": "passed", "label": 0}',
    ]
    labels.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert [(a.metric, a.n, a.kappa) for a in calibrate(labels)] == [("passed", 2, 1.0)]
    labels.write_text('{"run": "r", "sample": "u", "metric": "passed", "label": 1}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="no score 'passed' for 'u'"):
        calibrate(labels)
