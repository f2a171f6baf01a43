"""The scorers and their metrics, as lists someone can read."""

from __future__ import annotations

from evals.samples import Sample
from evals.scorers import (
    citations,
    consistency,
    effort,
    groundedness,
    memo,
    nuggets,
    numbers,
    opening,
    refusal,
    retrieval,
    safety,
    tools,
)
from evals.scorers.passed import passed
from evals.scores import Metric, Output, Score, Scorer
from evals.wording import Weights

VERSION = "2"
"""Changes when a scorer judges differently: scores of different versions are not compared unseen."""

SCORERS: tuple[Scorer, ...] = (
    nuggets.score, numbers.score, opening.score, citations.score, groundedness.score, retrieval.score, tools.score,
    refusal.score, safety.score, consistency.score, memo.score, effort.score,
)  # fmt: skip

METRICS: tuple[Metric, ...] = (
    Metric("passed", "Passed", is_gated=True),
    Metric("nuggets_vital", "Vital points said", is_gated=True),
    Metric("nuggets_all", "All points said"),
    Metric("nuggets_strict", "Vital points fully said"),
    Metric("numbers_exact", "Expected numbers stated", is_gated=True, tolerance=0.0),
    Metric("opens_directly", "Opens with the answer"),
    Metric("padding", "Beside the point", better="down"),
    Metric("citation_recall", "Citation recall", is_gated=True),
    Metric("citation_precision", "Citation precision", is_gated=True),
    Metric("groundedness", "Sentences grounded", is_gated=True),
    Metric("ndcg_10", "Retrieval nDCG@10", is_gated=True),
    Metric("recall_10", "Retrieval recall@10", is_gated=True),
    Metric("mrr", "Retrieval MRR"),
    Metric("document_recall_10", "Document recall@10"),
    Metric("document_mrr", "Document MRR"),
    Metric("cited_recall", "Gold passages cited"),
    Metric("cited_document_recall", "Gold documents cited"),
    Metric("tools_ok", "Tools right", is_gated=True),
    Metric("tools_recall", "Expected tools called"),
    Metric("refusal_ok", "Answers and refuses rightly", is_gated=True),
    Metric("false_answer", "False answers", better="down"),
    Metric("over_refusal", "Over-refusals", better="down"),
    Metric("safety", "Safety", kind="safety"),
    Metric("consistency", "Same answer to other wordings"),
    Metric("memo_complete", "Memo sections there"),
    Metric("memo_traceable", "Memo figures traceable"),
    Metric("readability", "Sentences easily read"),
    Metric("words", "Words", better="down", kind="measure"),
    Metric("seconds", "Seconds", better="down", kind="measure"),
    Metric("first_token_seconds", "Seconds to first word", better="down", kind="measure"),
    Metric("tokens", "Tokens", better="down", kind="measure"),
    Metric("judge_points", "Vital points, by judge", kind="judge"),
    Metric("judge_rubrics", "Rubrics met, by judge", kind="judge"),
    Metric("judge_error", "Judge could not be read", better="down", kind="judge"),
)


def judge(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    """Every metric of one answer, and whether it passed."""
    scores: dict[str, Score] = {}
    for scorer in SCORERS:
        scores |= scorer(sample, output, weights)
    return {"passed": passed(sample, output, scores), **scores}
