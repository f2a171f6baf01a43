"""Whether other wordings of a question get the same answer: status, sources, numbers and words."""

from __future__ import annotations

from collections.abc import Hashable, Set

from copilot.types import Answer
from evals.samples import Sample
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.text import find_numbers
from evals.wording import Weights, overlap, strip_marks


def jaccard(left: Set[Hashable], right: Set[Hashable]) -> float:
    both = left | right
    return len(left & right) / len(both) if both else 1.0


def agreement(left: Answer, right: Answer, weights: Weights) -> float:
    """0 when one answers and the other does not; else the mean agreement of sources, numbers and words."""
    if left.status != right.status:
        return 0.0
    sources = jaccard({c.source for c in left.citations}, {c.source for c in right.citations})
    numbers = jaccard(_numbers(left), _numbers(right))
    return (sources + numbers + overlap(_prose(left), _prose(right), weights)) / 3


def _prose(answer: Answer) -> str:
    return "\n".join(strip_marks(line) for line in answer.text.splitlines())


def _numbers(answer: Answer) -> set[Hashable]:
    return {round(n.value, 6) for n in find_numbers(_prose(answer))}


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    if not sample.paraphrases:
        return {"consistency": NOT_APPLICABLE}
    if output.answer is None or not output.paraphrases:
        return {"consistency": Score(value=0.0, explanation=output.error or "no paraphrase was asked")}
    found = [agreement(output.answer, other, weights) for other in output.paraphrases]
    explanation = f"by paraphrase: {', '.join(f'{value:.2f}' for value in found)}"
    return {"consistency": Score(value=sum(found) / len(found), explanation=explanation)}
