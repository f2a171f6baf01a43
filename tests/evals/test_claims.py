"""The corpus of labelled sentences, and what the check of answers says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import evals.claims
from evals.claims.corpus import Labelled, load
from evals.claims.scoring import Report, replay, score
from evals.cli import app

CLAIMS = Path(evals.claims.__file__).parent
DEV = CLAIMS / "dev.jsonl"


@pytest.fixture(scope="module")
def samples() -> list[Labelled]:
    return load(DEV)


@pytest.fixture(scope="module")
def report(samples: list[Labelled]) -> Report:
    return score(samples, fakes=1)


def test_every_labelled_sentence_stands_in_its_answer(samples: list[Labelled]) -> None:
    assert sum(len(s.claims) for s in samples) >= 300
    assert [c.sentence for s in samples for c in s.claims if c.sentence not in s.answer] == []
    assert {s.language for s in samples} == {"en", "de", "fr"}


def test_few_true_sentences_are_flagged_and_few_false_ones_pass(report: Report) -> None:
    assert report.total.true_flagged.percent <= 3
    assert report.total.false_passed.percent <= 11
    assert report.total.fakes_passed.percent <= 3


def test_every_mistake_is_told_with_its_sentence(report: Report) -> None:
    total = report.total
    told = total.true_flagged.hits + total.false_passed.hits + total.fakes_passed.hits
    assert len(report.mistakes) == told


def test_the_command_prints_kinds_and_languages(tmp_path: Path, samples: list[Labelled]) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(samples[1].model_dump_json(exclude_none=True) + "\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["claims", str(file), "--mistakes"])
    assert result.exit_code == 0
    assert "random figures passed" in result.output
    assert "direction" in result.output


@pytest.fixture(scope="module")
def drafts() -> dict[str, int]:
    """How many sentences are flagged in answers of a strong model; in `i1` falsehoods were planted."""
    return {name: len(flagged) for name, _, flagged in replay(CLAIMS / "drafts.json")}


def test_few_true_sentences_of_a_strong_model_are_flagged(drafts: dict[str, int]) -> None:
    assert sum(count for name, count in drafts.items() if name != "i1") <= 5
    assert {name: drafts[name] for name in drafts if name.startswith("s")} == dict.fromkeys(
        ("s5", "s10", "s11", "s14", "s17"), 0
    )


def test_at_most_two_planted_falsehoods_pass(drafts: dict[str, int]) -> None:
    assert drafts["i1"] >= 11


@pytest.mark.parametrize(("name", "flagged", "passed"), [("fresh", 4, 10), ("fresh2", 16, 16), ("heldback", 23, 38)])
def test_other_sentences_are_told_no_worse_than_they_were(name: str, flagged: float, passed: float) -> None:
    total = score(load(CLAIMS / f"{name}.jsonl"), fakes=0).total
    assert total.true_flagged.percent <= flagged
    assert total.false_passed.percent <= passed
