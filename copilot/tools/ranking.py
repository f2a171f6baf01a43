"""The candidates ranked by one of the methods, with how firm that is and what would flip it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from copilot.analysis.acceptability import Acceptability, rank_acceptability
from copilot.analysis.flips import EstimateChange, WeightChange, swap_by_estimate, swap_by_weight, weight_change
from copilot.analysis.scoring import (
    Floats,
    Order,
    Quadrant,
    Scores,
    criterion_meaning,
    quadrant,
    ranking,
    rice,
    topsis,
    weighted_sum,
    wsjf,
)
from copilot.records.store import RecordView
from copilot.tools.candidates import Candidates, Weights, feasibility_position, value_position

Weighing = Literal["weighted_sum", "topsis"]
"""A method that weights bear on."""
Method = Literal["weighted_sum", "topsis", "rice", "wsjf"]
METHOD_NAMES = {"weighted_sum": "weighted sum", "topsis": "TOPSIS", "rice": "RICE", "wsjf": "WSJF"}

# Scores nearer than this are the same.
_SAME = 1e-6


@dataclass(frozen=True)
class Ranking:
    candidates: Candidates
    weights: Weights
    method: Method
    scores: Scores
    """Of the weighted sum, whatever the method."""
    score: Floats
    """Of the method: 0 to 100 for weighted sum and TOPSIS."""
    order: Order
    places: Order
    """Rank of each candidate, from 1."""
    firmness: Acceptability
    top: int
    scope: str
    """Which projects stand for choice, in words."""
    parts: tuple[str, ...] = ()
    """What stands for the parts of RICE or WSJF."""

    @property
    def is_of_100(self) -> bool:
        return self.method in ("weighted_sum", "topsis")

    @property
    def tied_first(self) -> int:
        """How many candidates share the highest score."""
        best = self.score[self.order[0]]
        return int((np.abs(self.score - best) < _SAME).sum())

    @property
    def leaders(self) -> list[int]:
        return [int(i) for i in self.order[: self.top]]

    def difficulty(self, position: int) -> float:
        at = feasibility_position(self.candidates.criteria)
        return float("nan") if at is None else 1.0 - float(self.candidates.estimates.likely[position, at])

    def value(self, position: int) -> float:
        at = value_position(self.candidates.criteria)
        return float("nan") if at is None else float(self.candidates.estimates.likely[position, at])

    def quadrant(self, position: int) -> Quadrant:
        return quadrant(self.value(position), self.difficulty(position))


class Weighed(NamedTuple):
    """Candidates under weights."""

    score: Floats
    """Of 100; NaN where nothing with a weight is recorded."""
    order: Order


@dataclass(frozen=True)
class Flip:
    """What would put one candidate before another."""

    ahead: int
    behind: int
    weight: WeightChange | None
    estimate: EstimateChange | None


def rank(
    view: RecordView,
    candidates: Candidates,
    weights: Weights,
    method: Method,
    top: int,
    draws: int,
    scope: str,
) -> Ranking:
    """The candidates by the method, and the firmness of their weighted sum."""
    known = candidates.estimates
    scores = weighted_sum(known.likely, weights.used)
    parts: tuple[str, ...] = ()
    if method == "weighted_sum" or method == "topsis":
        score, order = weighed(candidates, weights.used, method)
    else:
        score, parts = _by_parts(view, candidates, method)
        order = ranking(score / 100, np.ones(len(score)))
    top = min(top, len(order))
    firmness = rank_acceptability(known, weights.used, top, draws)
    return Ranking(candidates, weights, method, scores, score, order, ranks(order), firmness, top, scope, parts)


def weighed(candidates: Candidates, used: Floats, method: Weighing) -> Weighed:
    """The candidates by a method that weights bear on, `used` being one a criterion."""
    scores = weighted_sum(candidates.estimates.likely, used)
    if method == "weighted_sum":
        score = scores.score * 100
    else:
        score = topsis(candidates.raw, used, [c.direction == "up" for c in candidates.criteria]) * 100
    return Weighed(score, ranking(score / 100, scores.coverage))


def ranks(order: Order) -> Order:
    """The rank of each candidate, from 1."""
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(1, len(order) + 1)
    return places


def ranks_with_workspace_weights(found: Ranking) -> Order:
    """The rank each candidate would have by weighted sum under the workspace's own weights."""
    return ranks(weighed(found.candidates, found.weights.workspace, "weighted_sum").order)


def flip(found: Ranking, ahead: int, behind: int) -> Flip:
    """The smallest single changes that put the one behind before the one ahead."""
    values = found.candidates.estimates.likely
    return Flip(
        ahead,
        behind,
        swap_by_weight(values, found.weights.used, ahead, behind),
        swap_by_estimate(values, found.weights.used, ahead, behind),
    )


def flip_line(found: Ranking, places: int) -> Flip | None:
    """What would bring the first candidate outside the first places into them."""
    if len(found.order) <= places:
        return None
    last, next_one = int(found.order[places - 1]), int(found.order[places])
    gap = found.scores.score[last] - found.scores.score[next_one]
    if np.isnan(gap) or gap < _SAME:
        # What ties needs no change to change places.
        return None
    values = found.candidates.estimates.likely
    return Flip(
        last,
        next_one,
        weight_change(values, found.weights.used, next_one, places),
        swap_by_estimate(values, found.weights.used, last, next_one),
    )


def wins_against(found: Ranking, one: int, other: int, draws: int) -> float:
    """Share of plausible weights and estimates in which one candidate ranks before the other."""
    pair = found.candidates.estimates.rows([one, other])
    return float(rank_acceptability(pair, found.weights.used, 1, draws).first[0])


def _by_parts(
    view: RecordView, candidates: Candidates, method: Literal["rice", "wsjf"]
) -> tuple[Floats, tuple[str, ...]]:
    if method == "rice":
        parts = [
            _part(view, candidates, "reach", ("strategic importance", "strategy")),
            _part(view, candidates, "impact", ("business value", "impact", "benefit")),
            _part(view, candidates, "confidence", ("data readiness", "data", "feasibility")),
            _size(view, candidates, "effort"),
        ]
        values = [part.values for part in parts]
        return rice(*values), tuple(part.label for part in parts)
    parts = [
        _part(view, candidates, "value", ("business value", "impact", "benefit")),
        _part(view, candidates, "time_criticality", ("strategic importance", "strategy")),
        _part(view, candidates, "risk_reduction", ()),
        _size(view, candidates, "job_size"),
    ]
    value, urgency, reduction, size = (part.values for part in parts)
    return wsjf(value, urgency, reduction, size), tuple(part.label for part in parts)


@dataclass(frozen=True)
class _Part:
    values: Floats
    label: str


def _part(view: RecordView, candidates: Candidates, name: str, stand_ins: tuple[str, ...]) -> _Part:
    """A part of a formula: the column of that name, else a criterion that stands in, else left out."""
    said = name.replace("_", " ")
    if (column := candidates.column(view, name)) is not None:
        return _Part(column, said)
    at = criterion_meaning(candidates.criteria, stand_ins)
    if at is None:
        # Nothing to multiply by and nothing to add: 1 in a product of shares, 0 in a sum.
        return _Part(np.full(len(candidates.rows), 0.0 if name == "risk_reduction" else 1.0), f"{said} left out")
    label = f"{candidates.criteria[at].label.lower()} for {said}"
    # Confidence is a share, the other parts are points of ten.
    return _Part(candidates.estimates.likely[:, at] * (1.0 if name == "confidence" else 10.0), label)


def _size(view: RecordView, candidates: Candidates, name: str) -> _Part:
    """The effort: its own column, else the months to value, else the headcount, else the difficulty."""
    said = name.replace("_", " ")
    for column in (name, "effort"):
        if (values := candidates.column(view, column)) is not None:
            return _Part(values, said if column == name else f"{column} for {said}")
    at = criterion_meaning(candidates.criteria, ("time to value", "time"))
    if at is not None:
        return _Part(candidates.raw[:, at], f"{candidates.criteria[at].label.lower()} for {said}")
    if (values := candidates.column(view, "headcount")) is not None:
        return _Part(values, f"headcount for {said}")
    at = feasibility_position(candidates.criteria)
    if at is None:
        return _Part(np.ones(len(candidates.rows)), f"{said} left out")
    difficulty = 1.1 - candidates.estimates.likely[:, at]
    return _Part(difficulty, f"lack of {candidates.criteria[at].label.lower()} for {said}")
