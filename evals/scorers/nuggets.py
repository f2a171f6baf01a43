"""How much of a right answer is said: matchers decide where they are given, weighted words elsewhere."""

from __future__ import annotations

import re

from evals.samples import Matcher, Nugget, Sample
from evals.scorers.numbers import finds
from evals.scorers.refusal import declines
from evals.scores import NOT_APPLICABLE, Output, Score
from evals.support import Source, is_turned_round
from evals.text import content_stems, find_numbers, stem
from evals.wording import Weights, coverage, plain_words, sentences

SAID = 0.7
HALF_SAID = 0.5
# A matcher that misses may be beaten by words that nearly all are there, but never for full credit.
NEAR_MISS = 0.6
SPAN = 2


def holds(matcher: Matcher, text: str) -> bool:
    """Whether a text passes every test of a matcher."""
    tests = [_has_phrase(phrase, text) for phrase in matcher.contains]
    if matcher.any_of:
        tests.append(any(_has_phrase(phrase, text) for phrase in matcher.any_of))
    if matcher.regex:
        tests.append(re.search(matcher.regex, plain_words(text), re.I | re.S) is not None)
    if matcher.number:
        tests.append(finds(matcher.number, text, ()))
    return all(tests)


def _has_phrase(phrase: str, text: str) -> bool:
    """Whether the words of a phrase stand within two neighbouring sentences, in any order and inflection."""
    wanted = set(content_stems(phrase)) or {stem(w) for w in phrase.split()}
    said = sentences(text)
    return any(wanted <= set(content_stems(" ".join(said[i : i + SPAN]))) for i in range(len(said)))


def nugget_credit(nugget: Nugget, text: str, weights: Weights) -> float:
    """1 when said, 0.5 when half said, 0 when not."""
    if nugget.match and holds(nugget.match, text):
        return 1.0
    said = sentences(text)
    spans = [" ".join(said[i : i + SPAN]) for i in range(len(said))]
    wanted = frozenset(content_stems(nugget.text))
    best = max(spans, key=lambda s: coverage(wanted, frozenset(content_stems(s)), weights), default="")
    covered = coverage(wanted, frozenset(content_stems(best)), weights) if best else 0.0
    if nugget.match:
        return 0.5 if covered >= NEAR_MISS else 0.0
    printed = {round(n.value, 6) for n in find_numbers(text)}
    if any(round(n.value, 6) not in printed for n in find_numbers(nugget.text)):
        covered = min(covered, HALF_SAID - 0.01)
    if covered >= SAID and is_turned_round(nugget.text, [Source(best)], weights):
        return 0.0
    return 1.0 if covered >= SAID else 0.5 if covered >= HALF_SAID else 0.0


def score(sample: Sample, output: Output, weights: Weights) -> dict[str, Score]:
    names = ("nuggets_vital", "nuggets_all", "nuggets_strict")
    if not sample.nuggets or sample.expect in ("refusal", "clarification"):
        return dict.fromkeys(names, NOT_APPLICABLE)
    text = full_text(output)
    credit = [nugget_credit(n, text, weights) for n in sample.nuggets]
    pairs = list(zip(sample.nuggets, credit, strict=True))
    vital = [c for n, c in pairs if n.vital] or credit
    weighted = sum(c * (1.0 if n.vital else 0.5) for n, c in pairs)
    total = sum(1.0 if n.vital else 0.5 for n in sample.nuggets)
    missing = "; ".join(n.text for n, c in pairs if c < 1) or "nothing"
    explanation = f"not fully said: {missing}"
    return {
        "nuggets_vital": Score(value=sum(vital) / len(vital), explanation=explanation),
        "nuggets_all": Score(value=weighted / total, explanation=explanation),
        "nuggets_strict": Score(value=sum(c == 1 for c in vital) / len(vital), explanation=explanation),
    }


def full_text(output: Output) -> str:
    """What the person is told: the text and, line by line, the tables; nothing by a refusal."""
    if output.answer is None or declines(output.answer):
        return ""
    lines = [output.answer.text]
    for table in output.answer.tables:
        lines.append(f"{table.title}. ")
        lines += [", ".join(str(c) for c in row if c is not None) + "." for row in table.rows]
    return "\n".join(lines)
