"""The corpus of labelled sentences, and what the check of answers says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import evals.claims
from evals.claims.corpus import Labelled, load
from evals.claims.scoring import Report, score
from evals.cli import app

DEV = Path(evals.claims.__file__).parent / "dev.jsonl"


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
    assert report.total.false_passed.percent <= 13
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
