"""Whether it is told which questions the passages answer, on questions that have lost their answer and others.

Each question is asked twice: of all passages, and of those that hold none of the sentences that answer it, so that
near misses remain. A set with questions that nobody could answer is asked those instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from marked import MarkedSet, folded
from numpy.typing import NDArray

from copilot.passages.answerable import Signals
from copilot.passages.ranked import Ranked
from copilot.sources import Sources
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.types import Evidence, Viewer

WRONGLY_REFUSED = 0.15
HEADINGS = (
    f"{'':16}{'AUC':>6}{'refused at .15':>16}{'passage cosine alone':>22}{'shared threshold: wrongly / rightly':>37}"
)
_TOP = 10
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    signals: Signals
    passage: float
    """Cosine of the nearest passage."""
    is_answerable: bool
    is_found: bool
    """Whether an answering passage is among those found."""


def asked_twice(sources: Sources, found: MarkedSet) -> list[Asked]:
    has_unanswered = any(not question.gold for question in found.questions)
    return [
        asked
        for question in found.questions
        for asked in _both(sources, question.text, [folded(g) for g in question.gold], has_unanswered)
    ]


def _both(sources: Sources, question: str, gold: Sequence[str], has_unanswered: bool) -> Iterator[Asked]:
    evidence = search_knowledge(sources, Viewer(), Arguments(query=question, top_k=2 * _TOP)).evidence
    right = {item.id for item in evidence if any(g in folded(item.text) for g in gold)}
    if gold:
        yield _asked(sources, question, evidence, True, right)
    if not (gold and has_unanswered):
        yield _asked(sources, question, [item for item in evidence if item.id not in right], False)


def asked_once(sources: Sources, question: str, is_answerable: bool) -> Asked:
    evidence = search_knowledge(sources, Viewer(), Arguments(query=question)).evidence
    return _asked(sources, question, evidence, is_answerable)


def _asked(
    sources: Sources, question: str, evidence: Sequence[Evidence], is_answerable: bool, right: set[str] | None = None
) -> Asked:
    assert sources.retriever is not None
    found = [item for item in evidence if item.relevance is not None][:_TOP]
    ranked = Ranked.of(question, found, sources.retriever)
    signals = Signals.of(ranked.read_beside(question) if ranked.telling else ranked)
    nearest = max(item.relevance or 0.0 for item in found)
    return Asked(signals, nearest, is_answerable, any(item.id in (right or ()) for item in found))


def numbers(questions: Sequence[Asked], names: Sequence[str]) -> Numbers:
    """Shape (questions, signals)."""
    return np.array([[asdict(question.signals)[name] for name in names] for question in questions])


def scores(weights: Mapping[str, float], questions: Sequence[Asked]) -> Numbers:
    names = [name for name in weights if name != "bias"]
    slopes = np.array([weights[name] for name in names])
    found: Numbers = 1 / (1 + np.exp(-(numbers(questions, names) @ slopes + weights["bias"])))
    return found


def report(name: str, questions: Sequence[Asked], weights: Mapping[str, float], least: float) -> str:
    labels = np.array([q.is_answerable for q in questions])
    by_model, by_cosine = scores(weights, questions), np.array([q.passage for q in questions])
    wrongly, rightly = (by_model[labels] < least).mean(), (by_model[~labels] < least).mean()
    return (
        f"{name:16}{_area(by_model, labels):6.3f}{_refused(by_model, labels):16.3f}"
        f"{_area(by_cosine, labels):14.3f} / {_refused(by_cosine, labels):.3f}{wrongly:29.3f} / {rightly:.3f}"
    )


def _area(values: Numbers, labels: NDArray[np.bool_]) -> float:
    """Under the curve: how often an answerable question scores above one that is not."""
    right, wrong = values[labels][:, None], values[~labels][None, :]
    return float(((right > wrong) + (right == wrong) / 2).mean())


def _refused(values: Numbers, labels: NDArray[np.bool_]) -> float:
    """Share of the unanswerable that falls where 15 per cent of the answerable do."""
    return float((values[~labels] < np.quantile(values[labels], WRONGLY_REFUSED)).mean())
