"""Metrics that a question describes without naming them: "how happy were customers in October?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.records.catalogue import Catalogue

# On questions by hand that gave a period and no metric's name, the right metric was the nearest or as near as this to
# it in nine of ten, and questions that no metric answers stayed below.
_LEAST = 0.45
_MARGIN = 0.05
# What every metric and every question here is about tells none from another, and makes all of them alike.
_SUBJECT = re.compile(
    r"(?:\b(?:of|in|for|from|with|by) )?(?:\b(?:the|our|an?) )?\b(?:AI|artificial intelligence)\b", re.I
)


@dataclass(frozen=True)
class MetricMeanings:
    """The texts that say what each metric is, and how near they are to a question."""

    texts: tuple[tuple[str, str], ...]
    """(metric, text)"""
    dated: frozenset[str]
    """Metrics that can be told for a period."""
    shares: frozenset[str]
    likeness: Callable[[str, Sequence[str]], Sequence[float]]

    @classmethod
    def of(cls, catalogue: Catalogue, likeness: Callable[[str, Sequence[str]], Sequence[float]]) -> MetricMeanings:
        metrics = catalogue.metrics
        dated = frozenset(name for name, metric in metrics.items() if metric.time)
        shares = frozenset(name for name, metric in metrics.items() if metric.unit == "share")
        return cls(metric_texts(catalogue), dated, shares, likeness)

    def near(self, question: str, shares: bool = False) -> tuple[str, ...]:
        """The metrics of a period, or the shares, that a question may describe: nearest first, two at the most."""
        possible = self.shares if shares else self.dated
        texts = [(name, text) for name, text in self.texts if name in possible]
        nearest: dict[str, float] = {}
        cosines = self.likeness(_told(question), [text for _, text in texts])
        for (name, _), cosine in zip(texts, cosines, strict=True):
            nearest[name] = max(cosine, nearest.get(name, -1.0))
        ranked = sorted(nearest, key=lambda name: -nearest[name])
        best = nearest[ranked[0]] if ranked else 0.0
        return tuple(n for n in ranked[:2] if nearest[n] >= max(_LEAST, best - _MARGIN))


def metric_texts(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Label, synonyms and definition of each metric, as (metric, text), without the subject that all have in common."""
    return tuple(
        (name, told)
        for name, metric in catalogue.metrics.items()
        for text in (metric.title, *metric.synonyms, metric.definition)
        if (told := _told(text))
    )


def _told(text: str) -> str:
    return " ".join(_SUBJECT.sub(" ", text).split())
