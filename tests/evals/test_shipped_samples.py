"""The shipped questions are many enough, of every kind, and ask about every planted situation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from evals.samples import DATASETS, Sample, load

SHIPPED = sorted(p.stem for p in DATASETS.glob("*.yaml"))
SITUATIONS = Path(__file__).parents[1] / "shipped" / "situations.yaml"
# A slice much smaller than this says nothing; the figures weigh what leaders ask against what costs most when wrong.
LEAST = {
    "factual": 40, "comparison": 20, "diagnosis": 15, "advice": 20, "metric": 30, "prioritization": 15, "memo": 10,
    "multi-turn": 15, "unanswerable": 25, "injection": 20, "permission": 30,
}  # fmt: skip


@pytest.fixture(scope="module")
def open_samples() -> list[Sample]:
    """All that is asked for development, and the canaries."""
    return [s for name in ("review", "dev", "canary") for s in load(name).samples]


def test_there_are_enough_samples_of_every_type(open_samples: list[Sample]) -> None:
    counted = Counter(s.type for s in open_samples)
    assert {kind: n for kind, n in LEAST.items() if counted[kind] < n} == {}
    assert sum(counted.values()) >= sum(LEAST.values())


def test_sixty_samples_are_held_back() -> None:
    assert len(load("heldback").samples) >= 60


def test_half_of_the_unanswerable_questions_are_near_misses(open_samples: list[Sample]) -> None:
    unanswerable = [s for s in open_samples if s.type == "unanswerable"]
    assert sum("near-miss" in s.tags for s in unanswerable) >= len(unanswerable) / 2


def test_every_planted_situation_is_asked_about(open_samples: list[Sample]) -> None:
    planted = {s["id"] for s in yaml.safe_load(SITUATIONS.read_text(encoding="utf-8"))["situations"]}
    assert planted - {tag for s in open_samples for tag in s.tags} == set()


def test_no_question_is_asked_twice_but_by_another_viewer(open_samples: list[Sample]) -> None:
    asked = Counter((s.question, s.history, s.viewer) for s in open_samples)
    assert [question for question, n in asked.items() if n > 1] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_sample_says_who_wrote_and_who_read_it(name: str) -> None:
    assert [s.id for s in load(name).samples if not (s.author and s.reviewer)] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_set_belongs_to_one_split(name: str) -> None:
    split = {"heldback": "test", "canary": "canary"}.get(name, "dev")
    assert {s.split for s in load(name).samples} == {split}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_question_does_not_hold_what_its_answer_must_not_say(name: str) -> None:
    faults = [
        (s.id, words)
        for s in load(name).samples
        for words in s.must_not_say
        if not words.startswith("re:") and words.lower() in s.question.lower() and s.type == "permission"
    ]
    assert faults == []
