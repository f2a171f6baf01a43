"""The scorers notice damage and leave harmless edits alone."""

from __future__ import annotations

from pathlib import Path

from eval_answers import sample
from run_folders import BAD, make_run

from evals.mutate import mutate, render

RIGHT = (
    "Model drift is a loss of accuracy over time [1].\n"
    "- The model fell from 88% to 79% in six months, and ISO 42001 asks for monitoring [1].\n"
    "- Pilots without a business owner stall [2]."
)
SAMPLES = [
    sample(
        id=f"s{i}",
        nuggets=(
            {"text": "Model drift is a loss of accuracy."},
            {"text": "Pilots without a business owner stall."},
        ),
        numbers=({"value": 79, "unit": "percent"},),
    )
    for i in range(8)
]


def test_damage_is_caught_and_harmless_edits_raise_no_alarm(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", SAMPLES, {s.id: RIGHT for s in SAMPLES})
    caught = {c.kind.name: c for c in mutate(run)}
    assert {name for name, c in caught.items() if c.n and not c.is_good} == set()
    assert all(caught[name].n >= 8 for name in ("wrong citation", "changed number", "swapped name", "negation"))
    assert "| changed number |" in render(list(caught.values()))


def test_only_right_answers_are_damaged(tmp_path: Path) -> None:
    run = make_run(tmp_path / "r", SAMPLES, {s.id: BAD for s in SAMPLES})
    assert {c.n for c in mutate(run)} == {0}
