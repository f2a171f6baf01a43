"""Whether an answer opens with what was asked, and how much of it says nothing that was asked."""

from __future__ import annotations

from evals.samples import Sample
from evals.scorers.nuggets import nugget_credit
from evals.scorers.numbers import finds
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.text import content_stems
from evals.wording import Weights, sentences

# A sentence that holds this many of the question's words is about it, whatever else it says.
_SHARED = 2


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    """`opens_directly`: the first sentence says a vital point or an expected number. `padding`: the share of sentences
    that say no expected point or number and hold next to none of the question's words; 0 where there is one sentence.
    """
    names = ("opens_directly", "padding")
    points = [n for n in sample.nuggets if n.vital] or list(sample.nuggets)
    if sample.expect != "answer" or not (points or sample.numbers):
        return dict.fromkeys(names, NOT_APPLICABLE)
    said = sentences(output.answer.text) if output.answer and output.answer.status == "answered" else []
    if not said:
        return dict.fromkeys(names, Score(value=0.0, explanation="nothing is said"))
    asked = frozenset(content_stems(sample.question))

    def says(sentence: str) -> bool:
        return any(nugget_credit(n, sentence, weights) > 0 for n in sample.nuggets) or any(
            finds(number, sentence, ()) for number in sample.numbers
        )

    def is_about(sentence: str) -> bool:
        return len(asked & frozenset(content_stems(sentence))) >= min(_SHARED, len(asked))

    idle = [s for s in said[1:] if not says(s) and not is_about(s)]
    return {
        "opens_directly": Score(value=float(says(said[0])), explanation=f"opens: {said[0]}"),
        "padding": Score(value=len(idle) / len(said), explanation=f"beside the point: {' / '.join(idle) or 'nothing'}"),
    }
