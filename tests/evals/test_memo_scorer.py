"""Memos: sections that are there and filled, figures that can be traced."""

from __future__ import annotations

import pytest
from eval_answers import WEIGHTS, answer, output, sample

from copilot.types import Figure
from evals.scorers.memo import score, sections

WANTED = sample(type="memo", sections=("Recommendation", "Risks", "What would change the decision"))


def value(metric: str, text: str, **more: object) -> float | None:
    return score(WANTED, output(answer(text, **more)), WEIGHTS)[metric].value


def test_a_section_counts_only_with_text_under_it() -> None:
    assert sections("## Risks\n\n## Costs\nEUR 2 million") == {"Risks": False, "Costs": True}
    assert sections("**Risks.** Drift [1].\n**Costs:**") == {"Risks": True, "Costs": False}


def test_sections_are_found_as_headings_and_as_labels_in_any_inflection() -> None:
    text = "# Recommendations\nDo it.\n\n**Risk.** Drift.\n\n### What would change this decision\nA new budget."
    assert value("memo_complete", text) == 1
    assert value("memo_complete", "# Recommendation\nDo it.") == pytest.approx(1 / 3)


def test_a_refusal_where_a_memo_was_due_has_no_section() -> None:
    assert value("memo_complete", "# Risks\nNone.", status="insufficient_evidence") == 0
    assert value("memo_traceable", "The share is 4% [1].", status="insufficient_evidence") == 0


def test_a_number_is_traceable_when_its_sentence_cites_what_was_read() -> None:
    text = "The model fell from 88% to 79% [1]. Retraining costs EUR 40,000. A share of 12% was seen [9]."
    assert value("memo_traceable", text) == pytest.approx(1 / 3)


def test_a_figure_without_its_citation_is_loose() -> None:
    figures = (Figure(text="88%", value=88, unit="percent", marker=1), Figure(text="5", value=5, unit=""))
    assert value("memo_traceable", "The model fell from 88% to 79% [1].", figures=figures) == pytest.approx(2 / 3)


def test_other_samples_are_not_judged_as_memos() -> None:
    scores = score(sample(), output("The share is 4%."), WEIGHTS)
    assert {s.value for s in scores.values()} == {None}
