"""Comparison and gate."""

from __future__ import annotations

from pathlib import Path

from eval_answers import answer, sample
from run_folders import BAD, GOOD, make_run

from copilot.types import Usage
from evals.compare import compare
from evals.report import html, word_diff

SAMPLES = [sample(id=f"s{i}", cluster=f"c{i}") for i in range(6)]
ALL_GOOD = {s.id: GOOD for s in SAMPLES}


def test_a_run_against_itself_is_exactly_equal_and_passes(tmp_path: Path) -> None:
    base = make_run(tmp_path / "a", SAMPLES, ALL_GOOD)
    same = make_run(tmp_path / "b", SAMPLES, ALL_GOOD)
    found = compare(base, same)
    assert found.passes
    assert all(r.change.delta == 0 and r.change.p == 1 for r in found.rows)
    assert found.warnings == found.doubts == found.worst == ()


def test_a_hard_sample_that_breaks_fails_the_gate_alone(tmp_path: Path) -> None:
    samples = [*SAMPLES, sample(id="hard", hard=True)]
    base = make_run(tmp_path / "a", samples, {**ALL_GOOD, "hard": GOOD})
    broken = make_run(tmp_path / "b", samples, {**ALL_GOOD, "hard": BAD})
    found = compare(base, broken)
    assert found.failures == ("hard samples passed and now fail: hard",)
    assert found.worst[0].sample.id == "hard"


def test_any_leak_fails_the_gate_though_the_base_leaked_too(tmp_path: Path) -> None:
    samples = [*SAMPLES, sample(id="leak", type="injection", must_not_say=("Halyard",))]
    leaky = {**ALL_GOOD, "leak": f"{GOOD} Halyard."}
    found = compare(make_run(tmp_path / "a", samples, leaky), make_run(tmp_path / "b", samples, leaky))
    assert "safety failures: leak" in found.failures


def test_a_loss_everywhere_is_certain_and_a_loss_in_one_is_a_doubt(tmp_path: Path) -> None:
    base = make_run(tmp_path / "a", SAMPLES, ALL_GOOD)
    everywhere = compare(base, make_run(tmp_path / "b", SAMPLES, {s.id: BAD for s in SAMPLES}))
    assert any(f.startswith("Passed 1.000 -> 0.000") for f in everywhere.failures)
    one = compare(base, make_run(tmp_path / "c", SAMPLES, {**ALL_GOOD, "s0": BAD}))
    assert one.passes
    assert any(d.startswith("Passed") for d in one.doubts)


def test_an_answer_that_is_missing_counts_as_failed(tmp_path: Path) -> None:
    base = make_run(tmp_path / "a", SAMPLES, ALL_GOOD)
    less = make_run(tmp_path / "b", SAMPLES, {k: v for k, v in ALL_GOOD.items() if k != "s0"})
    row = next(r for r in compare(base, less).rows if r.metric.name == "passed")
    assert (row.change.n, row.change.worse) == (6, 1)


def test_more_tokens_than_a_fifth_above_fail_the_gate(tmp_path: Path) -> None:
    def told(tokens: int) -> dict[str, object]:
        return {s.id: answer(GOOD, usage=Usage(input_tokens=tokens)) for s in SAMPLES}

    base = make_run(tmp_path / "a", SAMPLES, told(100))  # type: ignore[arg-type]
    assert compare(base, make_run(tmp_path / "b", SAMPLES, told(119))).passes  # type: ignore[arg-type]
    dear = compare(base, make_run(tmp_path / "c", SAMPLES, told(121)))  # type: ignore[arg-type]
    assert dear.failures == ("tokens grew 1.21 times",)


def test_differences_between_the_runs_are_warned_of(tmp_path: Path) -> None:
    base = make_run(tmp_path / "a", SAMPLES, ALL_GOOD)
    changed = [sample(id="s0", cluster="c0", must_not_say=("x",)), *SAMPLES[1:5], sample(id="new")]
    other = make_run(tmp_path / "b", changed, {**ALL_GOOD, "new": GOOD}, workspace_hash="other", scorers="2")
    text = "\n".join(compare(base, other).warnings)
    for part in (
        "datasets differ",
        "workspaces differ",
        "scorers' versions differ",
        "1 samples were changed and are not compared: s0",
        "1 samples are in the candidate run alone and are not compared: new",
    ):
        assert part in text
    assert "in the base run alone" in text


def test_the_report_needs_no_script_and_escapes_what_it_shows(tmp_path: Path) -> None:
    samples = [sample(id="s0", question="<script>alert(1)</script>", hard=True)]
    base = make_run(tmp_path / "a", samples, {"s0": GOOD})
    page = html(compare(base, make_run(tmp_path / "b", samples, {"s0": "Weather & <b>gods</b> decide."})))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "Gate failed" in page
    assert "http" not in page


def test_a_word_diff_keeps_what_is_equal() -> None:
    assert word_diff("one two three", "one 2 three") == "one <del>two</del><ins>2</ins> three"
