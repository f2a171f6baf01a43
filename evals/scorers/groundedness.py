"""The share of sentences that something read in this turn carries, cited or not."""

from __future__ import annotations

from evals.samples import Sample
from evals.scorers.citations import whole
from evals.scorers.refusal import declines
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.support import Source, support
from evals.text import content_stems
from evals.wording import Weights, claims, windows

# A sentence that needs more sources than this together is a patchwork of words, not a claim that was read.
SOURCES = 3


def carriers(claim: str, sources: list[Source], weights: Weights) -> list[Source]:
    """The sources that share most with a claim."""
    wanted = frozenset(content_stems(claim))

    def best(source: Source) -> float:
        shared = {wanted & window for window in windows(source.text)}
        return max(map(weights.total, shared), default=0.0)

    return sorted(sources, key=best, reverse=True)[:SOURCES]


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    if sample.expect != "answer":
        return {"groundedness": NOT_APPLICABLE}
    made = claims(output.answer.text) if output.answer and not declines(output.answer) else []
    if not made:
        return {"groundedness": Score(value=0.0, explanation="nothing is claimed")}
    sources = [whole(item) for item in (*output.evidence, *output.cited.values())]
    question = f"{' '.join(sample.history)} {sample.question}"
    loose = []
    for claim in made:
        verdict = support(claim.text, carriers(claim.text, sources, weights), weights, question)
        if not verdict.is_supported:
            loose.append(f"{claim.text} ({verdict.reason})")
    return {
        "groundedness": Score(
            value=1 - len(loose) / len(made),
            explanation=f"{len(made)} sentences; loose: {' / '.join(loose[:3]) or 'none'}",
        )
    }
