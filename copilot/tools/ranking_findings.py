"""What is told of a ranking by every tool that ranks: scores, why one stands where it does, what would flip it."""

from __future__ import annotations

import numpy as np

from copilot.analysis.flips import EstimateChange
from copilot.analysis.scoring import to_raw
from copilot.tools.candidates import Candidates, Weights
from copilot.tools.findings import Reading, amount, count, share
from copilot.tools.ranking import METHOD_NAMES, Flip, Ranking
from copilot.tools.ranking_calculations import score_calculation
from copilot.types import Finding, Quantity, Role, Value
from copilot.workspace import Criterion

# Among the top in at least this share of draws counts as safely there.
SAFE = 0.8


def score_of(found: Ranking, position: int) -> Quantity | None:
    """The score of a candidate: of 100, or in points of the method; None where a part of it is missing."""
    value = float(found.score[position])
    if np.isnan(value):
        return None
    return amount(value, "of 100", 1) if found.is_of_100 else amount(value, "", 2)


def reason(found: Ranking, reading: Reading, position: int) -> Finding:
    """Rank and score of one candidate, the two strongest contributions and the weakest."""
    values = found.candidates.estimates.likely[position]
    known = [j for j in range(len(values)) if not np.isnan(values[j]) and found.weights.used[j] > 0]
    gains = sorted(known, key=lambda j: -found.scores.contributions[position, j])
    lost = max(known, key=lambda j: found.weights.used[j] * (1 - values[j]), default=None)
    best = [j for j in gains if j != lost][:2] or gains[:1]
    weak = lost if lost is not None and lost not in best else None
    return Finding(
        kind="reason",
        subject=found.candidates.ids[position],
        role="headline",
        values={
            **scope_of(found),
            "name": found.candidates.name(position),
            "unit": _text(found.candidates.rows[position].get("unit")),
            "rank": amount(found.places[position], "rank"),
            "score": score_of(found, position),
            "strong": tuple(label_of(found, j) for j in best),
            "strong_values": tuple(estimate_of(found, position, j) for j in best),
            "weak": None if weak is None else label_of(found, weak),
            "weak_value": None if weak is None else estimate_of(found, position, weak),
            "top_share": share(found.firmness.top[position]) if len(found.order) > found.top else None,
        },
        figures=("score",),
        evidence=(row_of(found, reading, position),),
        calculation=score_calculation(found, position),
    )


def flip_finding(found: Ranking, reading: Reading, change: Flip, goal: str, role: Role = "support") -> Finding:
    """What would let the one behind reach a goal: `first_place`, `top`, `leave_last` or `before` the one ahead."""
    values: dict[str, Value] = {
        "behind": found.candidates.short_name(change.behind),
        "ahead": found.candidates.short_name(change.ahead),
        "goal": goal,
        "top": count(found.top, "project"),
    }
    if change.weight is not None:
        values |= {
            "weight": label_of(found, change.weight.criterion),
            "weight_before": share(change.weight.share_before, 1),
            "weight_after": share(change.weight.share_after, 1),
        }
    if change.estimate is not None:
        values |= _estimate_change(found, change.estimate, change.behind)
    ids = found.candidates.ids
    return Finding(
        kind="flip",
        subject=ids[change.behind],
        role=role,
        values=values,
        evidence=(row_of(found, reading, change.behind), row_of(found, reading, change.ahead))
        if role == "headline"
        else (),
    )


def _estimate_change(found: Ranking, change: EstimateChange, behind: int) -> dict[str, Value]:
    criterion = found.candidates.criteria[change.criterion]
    before = None if np.isnan(change.before) else _raw(criterion, to_raw(criterion, change.before), 2)
    return {
        "estimate": criterion.label.lower(),
        "estimate_of": "" if change.option == behind else found.candidates.short_name(change.option),
        "estimate_before": before,
        "estimate_after": _raw(criterion, to_raw(criterion, change.after), 2),
    }


def weights(candidates: Candidates, weighed: Weights) -> Finding:
    used = zip(candidates.criteria, weighed.used, strict=True)
    return Finding(
        kind="weights",
        role="method",
        values={"source": weighed.source, **{c.label.lower(): share(w, 1) for c, w in used}},
    )


def scope_of(found: Ranking) -> dict[str, Value]:
    return {
        "candidates": count(len(found.order), "project"),
        "scope": found.scope,
        "method": METHOD_NAMES[found.method],
        "top": count(found.top, "project"),
    }


def row_of(found: Ranking, reading: Reading, position: int) -> str:
    return reading.row("projects", found.candidates.rows[position])


def label_of(found: Ranking, criterion: int) -> str:
    return found.candidates.criteria[criterion].label.lower()


def estimate_of(found: Ranking, position: int, criterion: int) -> Quantity:
    """A criterion as recorded; on its own scale where only a range is."""
    c, value = found.candidates.criteria[criterion], float(found.candidates.raw[position, criterion])
    if np.isnan(value):
        value = to_raw(c, float(found.candidates.estimates.likely[position, criterion]))
    return _raw(c, value, 1)


def _raw(criterion: Criterion, value: float, precision: int) -> Quantity:
    unit = "month" if criterion.column == "time_to_value" else ""
    return Quantity(value=value, unit=unit, precision=precision, basis="estimated")


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)
