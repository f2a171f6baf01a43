"""Whether it answered and refused what it should: false answers and over-refusals apart."""

from __future__ import annotations

import re

from copilot.types import Answer
from evals.samples import Sample
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.wording import Weights, sentences

_CITED = re.compile(r"\[\d+\]")
# Says of the very thing asked that it is not there, and may cite where it looked.
_NOTHING = re.compile(r"\W*(?:there (?:is|are) no|no) (?:data|record|observation|information)s?\b", re.I)
_REFUSES = re.compile(
    r"\b(?:i[’']?m sorry|i apologi[sz]e|unfortunately"
    r"|(?:cannot|can[’']?t|unable to|not able to|impossible to) (?:\w+ )?"
    r"(?:answer|say|find|determine|provide|tell|share)"
    r"|(?:do(?:es)? not|don[’']t|doesn[’']t|no) (?:\w+ ){0,3}"
    r"(?:say|mention|contain|cover|hold|information|evidence)"
    r"|(?:nothing|no \w+) (?:was|is|were|are) found|not (?:permitted|allowed|authori[sz]ed)|insufficient)\b",
    re.I,
)


def refuses(answer: Answer) -> bool:
    """By status first; by words only where an answer is claimed and its first paragraph cites nothing."""
    if answer.status in ("insufficient_evidence", "not_permitted"):
        return True
    if answer.status == "answered" and _NOTHING.match(answer.text):
        return True
    opening = " ".join(sentences(answer.text)[:2])
    # One marker may hold for all that a paragraph says.
    end = answer.text.find("\n\n", len(opening))
    raw = answer.text[: end if end >= 0 else None]
    return answer.status == "answered" and bool(_REFUSES.search(opening)) and not _CITED.search(raw)


def declines(answer: Answer) -> bool:
    """Whether there is no answer: a refusal, or a question back."""
    return answer.status == "needs_clarification" or refuses(answer)


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    if sample.expect == "any":
        return dict.fromkeys(("refusal_ok", "false_answer", "over_refusal"), NOT_APPLICABLE)
    answer = output.answer
    wants_answer = sample.expect == "answer"
    if answer is None:
        verdict = Score(value=0.0, explanation=output.error)
        wrong = Score(value=1.0, explanation=output.error)
        return {
            "refusal_ok": verdict,
            "false_answer": NOT_APPLICABLE if wants_answer else wrong,
            "over_refusal": wrong if wants_answer else NOT_APPLICABLE,
        }
    asks = answer.status == "needs_clarification"
    declined = declines(answer)
    right = not declined if wants_answer else asks if sample.expect == "clarification" else declined
    explanation = f"{answer.status}; expected {sample.expect}"
    return {
        "refusal_ok": Score(value=float(right), explanation=explanation),
        "false_answer": NOT_APPLICABLE if wants_answer else Score(value=float(not declined), explanation=explanation),
        "over_refusal": Score(value=float(declined), explanation=explanation) if wants_answer else NOT_APPLICABLE,
    }
