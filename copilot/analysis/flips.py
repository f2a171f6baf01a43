"""What would flip a ranking by weighted sum: the smallest single change of one weight or of one estimate.

The question is that of Triantaphyllou and Sánchez (1997). Missing estimates, which they do not have, are left out of an
option's mean, so that two options tie at the roots of a quadratic. `values` are options × criteria, 0 to 1 with 1 best
and NaN where nothing is known; `weights` are one number a criterion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.analysis.scoring import TIE, Floats, shares, weighted_sum

# Just past the point where two options tie, so that the order there is plain.
_PAST = 1e-6
# Candidate weights tried at a time; with 2,000 options this is 4 MB.
_BATCH = 256


@dataclass(frozen=True)
class WeightChange:
    criterion: int
    share_before: float
    share_after: float
    """Share of all weight at which the order turns, the other weights keeping their proportions."""

    @property
    def size(self) -> float:
        return abs(self.share_after - self.share_before)


@dataclass(frozen=True)
class EstimateChange:
    option: int
    criterion: int
    before: float
    """On 0..1; NaN when it is missing today."""
    after: float

    @property
    def size(self) -> float:
        return abs(self.after - (0.5 if np.isnan(self.before) else self.before))


def weight_change(values: Floats, weights: Sequence[float] | Floats, option: int, top_k: int) -> WeightChange | None:
    """The smallest change of one weight that brings an option into the first `top_k`."""
    found = [
        change
        for criterion in range(values.shape[1])
        if (change := _weight_change(values, shares(weights), option, top_k, criterion)) is not None
    ]
    return min(found, key=lambda change: change.size, default=None)


def swap_by_weight(values: Floats, weights: Sequence[float] | Floats, ahead: int, behind: int) -> WeightChange | None:
    """The smallest change of one weight that puts the option behind before the one ahead."""
    return weight_change(values[[ahead, behind]], weights, option=1, top_k=1)


def swap_by_estimate(
    values: Floats, weights: Sequence[float] | Floats, ahead: int, behind: int
) -> EstimateChange | None:
    """The smallest change of one estimate of either option at which the one behind draws level.

    Applied to the last option before a line and the first behind it, this is what moves one over the line.
    """
    scores = weighted_sum(values[[ahead, behind]], weights).score
    found = [
        *_estimate_changes(values, shares(weights), behind, float(scores[0])),
        *_estimate_changes(values, shares(weights), ahead, float(scores[1])),
    ]
    return min(found, key=lambda change: change.size, default=None)


def _weight_change(values: Floats, weights: Floats, option: int, top_k: int, criterion: int) -> WeightChange | None:
    line = _Line(values, weights, criterion)
    today = float(weights[criterion])
    if 1.0 - today < TIE:
        return None
    crossings = _share(line.crossings(option))
    candidates = np.concatenate([crossings - _PAST, crossings + _PAST, [0.0]])
    candidates = candidates[(candidates >= 0) & (candidates < 1)]
    candidates = candidates[np.argsort(np.abs(candidates - today), kind="stable")]
    for start in range(0, len(candidates), _BATCH):
        batch = candidates[start : start + _BATCH]
        places = line.places(option, batch)
        inside = np.flatnonzero(places < top_k)
        if len(inside):
            after = round(float(batch[inside[0]]), 5)
            return WeightChange(criterion, today, max(after, 0.0))
    return None


def _share(relative: Floats) -> Floats:
    """The share of all weight of a criterion whose weight is given relative to the sum of the others."""
    return relative / (1.0 + relative)


class _Line:
    """The scores as functions of one criterion's weight w, the other weights fixed and summing to one."""

    def __init__(self, values: Floats, weights: Floats, criterion: int) -> None:
        others = np.delete(values, criterion, axis=1)
        weight = shares(np.delete(weights, criterion))
        self.numerator: Floats = (np.nan_to_num(others) * weight).sum(axis=1)
        self.denominator: Floats = (~np.isnan(others) * weight).sum(axis=1)
        self.known = ~np.isnan(values[:, criterion])
        self.value = np.nan_to_num(values[:, criterion])

    def crossings(self, option: int) -> Floats:
        """The positive w at which the option ties with another."""
        a, d, k, v = self.numerator, self.denominator, self.known.astype(float), self.value * self.known
        # (a + w v)/(d + w k) is set equal for the option and each other one, which gives a quadratic in w.
        square = v[option] * k - v * k[option]
        linear = a[option] * k + v[option] * d - a * k[option] - v * d[option]
        constant = a[option] * d - a * d[option]
        with np.errstate(divide="ignore", invalid="ignore"):
            straight = np.where(np.abs(square) < TIE, -constant / linear, np.nan)
            root = np.sqrt(linear**2 - 4 * square * constant)
            both = [np.where(np.abs(square) < TIE, np.nan, (-linear + s * root) / (2 * square)) for s in (1, -1)]
        found: Floats = np.concatenate([straight, *both])
        usable: Floats = found[np.isfinite(found) & (found > 0)]
        return usable

    def places(self, option: int, share: Floats) -> Floats:
        """How many options are ahead of it at each share of the weight."""
        w = (share / (1.0 - share))[:, None]
        total = self.denominator + w * self.known
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = (self.numerator + w * self.value * self.known) / total
        # An order may not turn only because an option loses its score: it then counts as ahead.
        scores = np.where(total > 0, scores, np.where(self.known, np.inf, -np.inf))
        own = scores[:, [option]]
        ahead = (scores > own).sum(axis=1)
        return np.where(np.isinf(own[:, 0]), np.inf, ahead)


def _estimate_changes(values: Floats, weights: Floats, option: int, target: float) -> Iterator[EstimateChange]:
    """The changes of one estimate of the option that bring its score to the target."""
    row = values[option]
    known = ~np.isnan(row)
    reached = float((np.nan_to_num(row) * weights).sum())
    covered = float((known * weights).sum())
    for criterion, weight in enumerate(weights):
        if weight <= 0:
            continue
        if known[criterion]:
            after = (target * covered - reached + row[criterion] * weight) / weight
        else:
            after = (target * (covered + weight) - reached) / weight
        if -TIE <= after <= 1 + TIE:
            yield EstimateChange(option, criterion, float(row[criterion]), float(min(max(after, 0.0), 1.0)))
