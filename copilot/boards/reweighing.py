"""The ranking that an answer leads with, under other weights than it was told with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError

from copilot.analysis.scoring import Floats, Order, shares
from copilot.boards.portfolio import Changes
from copilot.language.formatting import join_and
from copilot.records.store import Filter
from copilot.sources import Sources
from copilot.tools.candidates import Candidates
from copilot.tools.filter_phrasing import qualified
from copilot.tools.prioritize_projects import TOOL
from copilot.tools.prioritize_projects.tool import Arguments, standing
from copilot.tools.ranking import Weighing, ranks, weighed
from copilot.tools.trade_offs import asked_weights
from copilot.types import Answer, Finding, Table, Viewer
from copilot.workspace import Criterion


@dataclass(frozen=True)
class Reweighed:
    """What is told of the ranking under weights, against the answer's own."""

    changes: Changes
    """Among those that are told."""
    is_reordered: bool
    """Whether those that are told stand in another order."""
    table: Table
    question: str
    """Asks for this ranking."""


@dataclass(frozen=True)
class AnsweredRanking:
    """What an answer ranked, as far as the viewer may see it today."""

    candidates: Candidates
    shares: Mapping[str, float]
    """The answer's own weights, as shares of all weight by the name of a criterion on record."""
    told: int
    """How many the answer tells."""
    is_from_the_end: bool
    """It tells the last in place of the first."""
    has_changed: bool
    """Under the answer's own weights another order comes out today than it told."""
    method: Weighing
    filters: tuple[Filter, ...]
    named: tuple[str, ...]
    """The projects that the call named, where it ranks no others."""

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.candidates.criteria

    def under(self, weights: Mapping[str, float]) -> Reweighed:
        """The ranking under weights by the name of a criterion, relative to one another; equal ones where all are 0."""
        used = shares([weights.get(c.name, 0.0) for c in self.criteria])
        own = np.array([self.shares[c.name] for c in self.criteria])
        before, after = (weighed(self.candidates, given, self.method) for given in (own, used))
        was, now = (_told(order, self.told, self.is_from_the_end) for order in (before.order, after.order))
        places_before, places_after = ranks(before.order), ranks(after.order)
        name = self.candidates.short_name
        return Reweighed(
            Changes(tuple(name(i) for i in now if i not in was), tuple(name(i) for i in was if i not in now)),
            now != was,
            Table(
                title="Ranking under these weights",
                columns=("Place", "Before", "Id", "Project", "Score of 100"),
                rows=tuple(
                    (
                        int(places_after[i]),
                        int(places_before[i]),
                        self.candidates.ids[i],
                        name(i),
                        _score(after.score, i),
                    )
                    for i in now
                ),
            ),
            self._question({c.name: float(w) for c, w in zip(self.criteria, used, strict=True)}),
        )

    def _question(self, weights: Mapping[str, float]) -> str:
        projects = "project" if self.told == 1 else f"{self.told} projects"
        among = f" of {join_and(self.named)}" if self.named else ""
        asked = "are the weakest" if self.is_from_the_end else "should come first"
        return (
            f"Which {qualified(projects, self.filters)}{among} {asked} with these weights: "
            f"{spoken(self.criteria, weights)}?"
        )


def asked_ranking(answer: Answer) -> Arguments | None:
    """The arguments of the ranking that an answer leads with; None where it leads with anything else, with two
    projects side by side, or with scores that no weight bears on."""
    lead = next((call for call in answer.tool_calls if call.is_lead and call.ok), None)
    if lead is None or lead.name != TOOL.name:
        return None
    try:
        arguments = Arguments.model_validate(lead.arguments)
    except ValidationError:
        # Stored by an older version.
        return None
    is_weighed = arguments.method in ("weighted_sum", "topsis")
    return arguments if is_weighed and not arguments.compare else None


def read_ranking(
    sources: Sources, viewer: Viewer, arguments: Arguments, told: Sequence[Finding] = ()
) -> AnsweredRanking | None:
    """The ranking of a call on today's records; None where they allow none. `told` is what the call found for the
    answer. A ToolError says what of the call the records no longer have."""
    method = arguments.method
    if method not in ("weighted_sum", "topsis"):
        return None
    config = sources.workspace.config
    candidates, filters, _ = standing(sources.records.view(viewer), config, arguments)
    criteria = candidates.criteria
    if not candidates.rows or not criteria:
        return None
    asked = asked_weights(config, criteria, arguments.weights, arguments.weight_changes, arguments.comparisons)
    used = asked.weights.used
    order = weighed(candidates, used, method).order
    count, is_from_the_end = min(arguments.bottom or arguments.top, len(order)), arguments.bottom is not None
    answered = [finding.subject for finding in told if finding.kind == "reason"]
    today = [candidates.ids[i] for i in _told(order, count, is_from_the_end)]
    return AnsweredRanking(
        candidates=candidates,
        shares={c.name: float(w) for c, w in zip(criteria, used, strict=True)},
        told=count,
        is_from_the_end=is_from_the_end,
        has_changed=bool(answered) and answered != today,
        method=method,
        filters=tuple(filters),
        named=tuple(candidates.short_name(i) for i in range(len(order))) if arguments.projects else (),
    )


def own_shares(criteria: Sequence[Criterion]) -> dict[str, float]:
    """The organisation's weights, as shares of all weight by the name of a criterion."""
    own = shares([c.weight for c in criteria])
    return {c.name: float(share) for c, share in zip(criteria, own, strict=True)}


def spoken(criteria: Sequence[Criterion], weights: Mapping[str, float]) -> str:
    """Weights as a question names them: "risk 25%, business value 75%"."""
    return ", ".join(f"{c.label.lower()} {weights[c.name]:.0%}" for c in criteria)


def _told(order: Order, count: int, is_from_the_end: bool) -> list[int]:
    return [int(i) for i in (order[::-1] if is_from_the_end else order)[:count]]


def _score(score: Floats, position: int) -> float | None:
    return None if np.isnan(score[position]) else round(float(score[position]), 1)
