"""How probable it is that a metric is what a question asks for: a logistic model over what says so.

The weights are in `certainty.json`; `training/fit_metrics.py` fits them on questions of hands that the reader was not
trained on, on metrics, rows and what no table holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from copilot.reading.asked import Asked
from copilot.reading.logistic import logit, probability
from copilot.reading.matching import Described, query
from copilot.reading.question import Span
from copilot.records.catalogue import Metric
from copilot.tools.lookup_metric.reading import scores, written

FILE = Path(__file__).with_suffix(".json")
_SURE = 0.05
"""What the reader wants more or less surely counts alike: a metric that is named is one, whatever it wants."""


@dataclass(frozen=True)
class Signals:
    """What tells a metric that is asked for from another, and from what is none."""

    named: float
    """1 where it is named in full; less where only nearly, 0 where not."""
    near: float
    """How near what is measured, or the whole question, comes to it, as a cosine."""
    lead: float
    """By how much that is nearer than any other metric is to the same."""
    wanted: float
    """How surely the reader wants a metric, as log odds."""
    read: float
    """How surely the question asks for it, read beside it as a whole, as log odds."""


def certainty(signals: Signals) -> float:
    """The probability, from 0 to 1."""
    return probability(FILE, signals)


def signals(asked: Asked, metric: Metric) -> Signals:
    """Those of one metric for a question."""
    named = max((x.score for x in asked.links.of("metric") if x.key == metric.name), default=0.0)
    near, lead = _nearness(asked, metric)
    (read,) = scores(asked.text, [written(metric.title, metric.synonyms, metric.definition)])
    return Signals(named, near, lead, logit(asked.reading.tools.get("lookup_metric", 0.0), _SURE), read)


def nearest(asked: Asked, span: Span) -> list[tuple[str, float]]:
    """The metrics with the cosine of a part of the question to each, the nearest first."""
    known = asked.sources.metrics.metrics if asked.sources.metrics else {}
    if not known:
        return []
    described = {name: Described((m.label or name, *m.synonyms), m.definition) for name, m in known.items()}
    choice = asked.columns.metrics(described)
    cosines = asked.columns.scores(query(asked.text, span.start, span.end, span.role), choice)
    best: dict[str, float] = {}
    for candidate, score in zip(choice.candidates, cosines, strict=True):
        best[candidate.column] = max(best.get(candidate.column, -1.0), float(score))
    return sorted(best.items(), key=lambda x: -x[1])


def whole(asked: Asked) -> Span:
    """The question as one part that says what is measured."""
    return Span("measure", 0, len(asked.text), asked.text)


def _nearness(asked: Asked, metric: Metric) -> tuple[float, float]:
    found = []
    for span in (*asked.reading.of("measure", "topic")[:2], whole(asked)):
        known = dict(nearest(asked, span))
        others = max((score for name, score in known.items() if name != metric.name), default=0.0)
        found.append((known[metric.name], known[metric.name] - others))
    return max(found)
