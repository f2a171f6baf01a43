"""What a scorer gives, and what the workbench must know of each number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from copilot.types import Answer, Evidence, Frozen
from evals.samples import Sample
from evals.wording import Weights


class Score(Frozen):
    """A scorer's verdict on one answer."""

    value: float | None
    """0 to 1 for qualities, seconds or counts for measures; None when the sample asks for none of it."""
    explanation: str = ""


NOT_APPLICABLE = Score(value=None)


class Output(Frozen):
    """What the copilot gave for one sample, with all that it read."""

    sample: str
    fingerprint: str
    epoch: int = 0
    answer: Answer | None
    """None when asking failed; `error` then says how."""
    evidence: tuple[Evidence, ...] = ()
    """All that its tools read in this turn, in the order in which it came."""
    paraphrases: tuple[Answer, ...] = ()
    error: str = ""

    @property
    def searched(self) -> list[Evidence]:
        """The passages that searching brought, best first."""
        return [item for item in self.evidence if item.kind == "passage"]

    @property
    def cited(self) -> dict[int, Evidence]:
        """What stands behind each marker: the whole of what was read, or the quote alone."""
        if self.answer is None:
            return {}
        read = {(e.kind, e.source, e.locator, e.title): e for e in self.evidence}
        found = {}
        for c in self.answer.citations:
            whole = read.get((c.kind, c.source, c.locator, c.title))
            found[c.marker] = whole or Evidence(
                id=f"c-{c.marker}",
                kind=c.kind,
                source=c.source,
                locator=c.locator,
                title=c.title,
                text=c.quote,
            )
        return found


@dataclass(frozen=True)
class Metric:
    name: str
    title: str
    better: Literal["up", "down"] = "up"
    kind: Literal["quality", "safety", "measure", "judge"] = "quality"
    """`measure` is in its own unit and never counts as a pass or a fail; `judge` is a model's opinion."""
    tolerance: float = 0.02
    """How far its mean may fall before the gate calls it a regression."""
    is_gated: bool = False

    @property
    def worst(self) -> float:
        return 0.0 if self.better == "up" else 1.0


Scorer = Callable[[Sample, Output, Weights], dict[str, Score]]
"""Scores by metric. Whether one is None depends on the sample, never on the answer."""
