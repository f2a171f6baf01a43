"""Which operating model fits: what each criterion speaks for, scores, firmness, and what would flip the advice.

A criterion has anchors: at this value it speaks so much for each model. Between two anchors the pulls are straight
lines, beyond the outer ones they stay. A model's score is the weighted mean of its pulls: an additive model of value
with piecewise linear values (Keeney and Raiffa, 1976). The anchors are planning values of a method,
so the firmness is measured over other anchors and weights too, as acceptability (SMAA-2: Lahdelma and Salminen, 2001).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MODELS = ("centre of excellence", "hybrid", "federated model")
ENOUGH = 4
"""With fewer criteria known there is no advice."""
DRAWS = 4_000
SHIFT = 0.25
"""Anchors are drawn up to this share of their span away."""
_PAST = 1e-6


@dataclass(frozen=True)
class Anchor:
    value: float
    pulls: tuple[float, float, float]
    """For each of MODELS; they sum to 1."""


@dataclass(frozen=True)
class Criterion:
    name: str
    label: str
    anchors: tuple[Anchor, ...]
    """By value, at least two."""

    @property
    def span(self) -> float:
        return self.anchors[-1].value - self.anchors[0].value

    def pulls(self, values: float | Floats) -> Floats:
        """What values speak for: an array of the shape of the values × models, which sums to 1 over the models."""
        at = [anchor.value for anchor in self.anchors]
        columns = [np.interp(values, at, [anchor.pulls[i] for anchor in self.anchors]) for i in range(len(MODELS))]
        return np.stack(columns, axis=-1)


@dataclass(frozen=True)
class Measured:
    criterion: Criterion
    value: float
    weight: float = 1.0

    @property
    def pulls(self) -> Floats:
        return self.criterion.pulls(self.value)


@dataclass(frozen=True)
class ValueFlip:
    """The nearest value of one criterion at which the advice changes."""

    measured: Measured
    value: float
    model: int

    @property
    def size(self) -> float:
        """As a share of what the criterion's anchors span."""
        return abs(self.value - self.measured.value) / self.measured.criterion.span


@dataclass(frozen=True)
class WeightFlip:
    measured: Measured
    factor: float
    """On today's weight; below 1 it would have to count for less."""
    model: int

    @property
    def size(self) -> float:
        """Three times as much is as large a change as a third."""
        return abs(float(np.log(max(self.factor, 1e-3))))


@dataclass(frozen=True)
class Advice:
    measured: tuple[Measured, ...]
    scores: Floats
    """One a model, in the order of MODELS; they sum to 1."""
    holds: Floats
    """Share of draws of weights and anchors in which each model is first."""
    value_flips: tuple[ValueFlip, ...]
    """At most one a criterion, the smallest first."""
    weight_flips: tuple[WeightFlip, ...]

    @property
    def order(self) -> list[int]:
        return sorted(range(len(MODELS)), key=lambda i: (-round(float(self.scores[i]), 9), i))

    @property
    def first(self) -> int:
        return self.order[0]

    @property
    def second(self) -> int:
        return self.order[1]

    @property
    def is_tied(self) -> bool:
        return bool(np.isclose(self.scores[self.first], self.scores[self.second]))


def advise(measured: Sequence[Measured]) -> Advice | None:
    """None when fewer criteria than ENOUGH are known and weigh something."""
    known = [m for m in measured if m.weight > 0]
    if len(known) < ENOUGH:
        return None
    sums = _sums(known)
    values = [flip for position in range(len(known)) if (flip := _value_flip(known, position)) is not None]
    return Advice(
        tuple(known),
        sums / sums.sum(),
        _holds(known),
        tuple(sorted(values, key=lambda flip: flip.size)),
        tuple(sorted(_weight_flips(known), key=lambda flip: flip.size)),
    )


def holds_against(advice: Advice, unknown: Sequence[float]) -> bool:
    """Whether the advice stays if criteria of these weights, unknown today, all spoke for the runner-up."""
    total = sum(m.weight for m in advice.measured)
    raised = advice.scores[advice.second] * total + sum(unknown)
    return bool(advice.scores[advice.first] * total > raised)


def _sums(measured: Sequence[Measured]) -> Floats:
    found: Floats = np.sum([m.weight * m.pulls for m in measured], axis=0)
    return found


def _holds(measured: Sequence[Measured]) -> Floats:
    """How often each model is first when weights are drawn evenly from all, and anchors around their own.

    One share a model. The weight of a criterion multiplies what is drawn for it.
    """
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(len(measured)), DRAWS) * [m.weight for m in measured]
    shifts = rng.uniform(-SHIFT, SHIFT, (DRAWS, len(measured)))
    sums = np.zeros((DRAWS, len(MODELS)))
    for position, own in enumerate(measured):
        shifted = own.value + shifts[:, position] * own.criterion.span
        sums += weights[:, position, None] * own.criterion.pulls(shifted)
    found: Floats = np.bincount(sums.argmax(axis=1), minlength=len(MODELS)) / DRAWS
    return found


def _value_flip(measured: Sequence[Measured], position: int) -> ValueFlip | None:
    """The nearest value of one criterion, between its outer anchors, past which another model leads."""
    own = measured[position]
    rest = _sums(measured) - own.weight * own.pulls
    today = int(np.argmax(rest + own.weight * own.pulls))
    low, high = own.criterion.anchors[0].value, own.criterion.anchors[-1].value
    # Values beyond the outer anchors count as those.
    here = min(high, max(low, own.value))
    for value in sorted(_ties(own, rest, today), key=lambda value: abs(value - here)):
        past = value + np.sign(value - here or 1.0) * _PAST * own.criterion.span
        sums = rest + own.weight * own.criterion.pulls(past)
        if low <= past <= high and (model := int(np.argmax(sums))) != today:
            return ValueFlip(own, value, model)
    return None


def _ties(own: Measured, rest: Floats, today: int) -> Iterator[float]:
    """Values at which the leading model ties with another, each pair of anchors in turn."""
    for left, right in zip(own.criterion.anchors, own.criterion.anchors[1:], strict=False):
        at_left, at_right = (rest + own.weight * np.array(anchor.pulls) for anchor in (left, right))
        for other in range(len(MODELS)):
            before, after = at_left[today] - at_left[other], at_right[today] - at_right[other]
            if other != today and before != after and 0 <= (way := before / (before - after)) <= 1:
                yield float(left.value + way * (right.value - left.value))


def _weight_flips(measured: Sequence[Measured]) -> Iterator[WeightFlip]:
    """For each criterion the nearest weight, from nothing upwards, at which the leading model ties."""
    sums = _sums(measured)
    today = int(np.argmax(sums))
    for own in measured:
        ties = []
        for other in range(len(MODELS)):
            slope = own.pulls[today] - own.pulls[other]
            if other == today or abs(slope) < _PAST:
                continue
            weight = own.weight - (sums[today] - sums[other]) / slope
            if weight >= 0:
                ties.append((abs(weight - own.weight), weight, other))
        if ties:
            _, weight, other = min(ties)
            yield WeightFlip(own, float(weight / own.weight), other)
