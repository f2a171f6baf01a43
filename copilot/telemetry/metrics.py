"""Metrics in the form that Prometheus reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from copilot.models.remote.calculating import NAME
from copilot.tools import LABELS

if TYPE_CHECKING:
    from copilot.telemetry import Watched

_TOOLS = {*LABELS, NAME}
# Of seconds: from an answer of the built-in model to one that a remote model took its whole time for.
_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120)


class Metrics:
    """Counts of one process since it began."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._questions = self._counter("questions", "Questions, by how they ended", "outcome", "model")
        self._failures = self._counter("model_failures", "Calls of the remote model that failed, by kind", "kind")
        self._tokens = self._counter("tokens", "Tokens of the remote model", "direction")
        self._cost = self._counter("cost", "What those cost, in the currency of BEARING_TOKEN_PRICES")
        self._calls = self._counter("tool_calls", "Calls of tools", "tool", "outcome")
        self._seconds = self._histogram("answer_seconds", "Time from question to answer", "model")
        self._first = self._histogram("first_text_seconds", "Time from question to the first text", "model")

    def count(self, watched: Watched) -> None:
        """Adds a question that has ended."""
        answer = watched.answer
        self._questions.labels(watched.outcome, answer.model if answer else "").inc()
        for kind in watched.failures:
            self._failures.labels(kind).inc()
        if answer is None:
            return
        self._seconds.labels(answer.model).observe(answer.seconds.total)
        self._first.labels(answer.model).observe(answer.seconds.first_token)
        self._tokens.labels("input").inc(answer.usage.input_tokens)
        self._tokens.labels("output").inc(answer.usage.output_tokens)
        self._cost.inc(answer.usage.cost or 0.0)
        for call in answer.tool_calls:
            # A remote model may make up names; each would be a series of its own.
            self._calls.labels(call.name if call.name in _TOOLS else "unknown", "ok" if call.ok else "error").inc()

    def exposition(self) -> bytes:
        """All of them, in the text that Prometheus scrapes."""
        return generate_latest(self._registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"bearing_{name}", about, labels, registry=self._registry)

    def _histogram(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(f"bearing_{name}", about, labels, registry=self._registry, buckets=_BUCKETS)
