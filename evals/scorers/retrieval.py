"""Whether the gold passages were found, and how high, among the passages searched and the passages cited."""

from __future__ import annotations

import math
from collections.abc import Sequence

from copilot.types import Evidence
from evals.lint import plain
from evals.samples import GoldPassage, Sample
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.wording import Weights

DEPTH = 10


def ndcg(gains: Sequence[int], ideal: Sequence[int]) -> float:
    """Normalised discounted cumulative gain: a gain of 2^grade - 1, halved where log2(rank + 1) is 2."""
    best = _dcg(sorted(ideal, reverse=True))
    return _dcg(gains) / best if best else 0.0


def _dcg(grades: Sequence[int]) -> float:
    return sum((2.0**g - 1) / math.log2(rank + 1) for rank, g in enumerate(grades[:DEPTH], 1))


def reciprocal_rank(gains: Sequence[int]) -> float:
    return next((1 / rank for rank, g in enumerate(gains, 1) if g), 0.0)


def gains(ranked: Sequence[frozenset[int]], grades: Sequence[int]) -> list[int]:
    """The grade that each place earns. Every gold unit counts once, where it is first met."""
    left = set(range(len(grades)))
    earned = []
    for units in ranked:
        new = units & left
        best = max(new, key=lambda u: grades[u], default=None)
        earned.append(0 if best is None else grades[best])
        left -= new
    return earned


def recall(ranked: Sequence[frozenset[int]], grades: Sequence[int], depth: int | None = DEPTH) -> float:
    found = frozenset[int]().union(*ranked[:depth])
    return len(found) / len(grades) if grades else 0.0


def is_passage(gold: GoldPassage, item: Evidence) -> bool:
    """Whether what was read holds the quote; without a quote any part of the document does."""
    return item.source == gold.document and plain(gold.quote) in plain(item.text)


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    names = (
        "ndcg_10",
        "recall_10",
        "mrr",
        "document_recall_10",
        "document_mrr",
        "cited_recall",
        "cited_document_recall",
    )
    if not sample.passages:
        return dict.fromkeys(names, NOT_APPLICABLE)
    grades = [p.grade for p in sample.passages]
    ranked = [_units(sample.passages, item) for item in output.searched]
    documents = list(dict.fromkeys(p.document for p in sample.passages))
    read = list(dict.fromkeys(item.source for item in output.searched))
    by_document = [frozenset({documents.index(source)}) if source in documents else frozenset() for source in read]
    cited = list(output.cited.values())
    cited_units = [_units(sample.passages, item) for item in cited]
    cited_documents = {item.source for item in cited} & set(documents)
    earned = gains(ranked, grades)
    lost = [p.document for i, p in enumerate(sample.passages) if not any(i in units for units in ranked)]
    found = f"{len(ranked)} passages read; not among them: {', '.join(dict.fromkeys(lost)) or 'none'}"
    return {
        "ndcg_10": Score(value=ndcg(earned, grades), explanation=found),
        "recall_10": Score(value=recall(ranked, grades), explanation=found),
        "mrr": Score(value=reciprocal_rank(earned)),
        "document_recall_10": Score(value=recall(by_document, [1] * len(documents)), explanation=found),
        "document_mrr": Score(value=reciprocal_rank([len(units) for units in by_document])),
        "cited_recall": Score(
            value=recall(cited_units, grades, depth=None),
            explanation=f"cites {', '.join(dict.fromkeys(item.source for item in cited)) or 'nothing'}",
        ),
        "cited_document_recall": Score(value=len(cited_documents) / len(documents)),
    }


def _units(passages: Sequence[GoldPassage], item: Evidence) -> frozenset[int]:
    return frozenset(i for i, gold in enumerate(passages) if is_passage(gold, item))
