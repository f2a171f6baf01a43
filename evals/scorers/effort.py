"""What an answer costs: time to the first word and in all, tokens, length, and the reader's effort."""

from __future__ import annotations

from evals.samples import Sample
from evals.scores import Output, Score
from evals.text import words
from evals.wording import Weights, sentences

# A sentence longer than this is read twice.
LONG_SENTENCE_WORDS = 35


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    answer = output.answer
    if answer is None:
        lost = Score(value=0.0, explanation=output.error)
        return dict.fromkeys(("readability", "words", "seconds", "first_token_seconds", "tokens"), lost)
    counts = [len(words(s)) for s in sentences(answer.text)]
    easy = sum(n <= LONG_SENTENCE_WORDS for n in counts)
    return {
        "readability": Score(
            value=easy / len(counts) if counts else 0.0,
            explanation=f"{len(counts)} sentences, {len(counts) - easy} over {LONG_SENTENCE_WORDS} words",
        ),
        "words": Score(value=float(sum(counts))),
        "seconds": Score(value=answer.seconds.total),
        "first_token_seconds": Score(value=answer.seconds.first_token),
        "tokens": Score(value=float(answer.usage.input_tokens + answer.usage.output_tokens)),
    }
