"""The companies that outside hands made up fit what the product reads, and their questions fit them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from copilot.upkeep.checking import check
from copilot.workspace import Workspace
from evals.lint import lint
from evals.samples import load

COMPANIES = sorted((Path(__file__).parents[2] / "evals" / "companies").iterdir())


@pytest.mark.parametrize("company", COMPANIES, ids=lambda path: path.name)
def test_questions_fit_their_company(company: Path) -> None:
    dataset = load(str(company / "questions.yaml"))
    assert [i for i in check(company / "workspace") if i.severity == "error"] == []
    assert lint(dataset, Workspace.open(company / "workspace")) == []
    expected = Counter(sample.expect for sample in dataset.samples)
    assert len(dataset.samples) >= 50
    assert expected["refusal"] >= 5
    assert all(sample.nuggets or sample.expect == "refusal" for sample in dataset.samples)
