"""Scores of options on several criteria. Everything here is arithmetic on one matrix, options × criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from copilot.workspace import Criterion

Floats = NDArray[np.float64]
Order = NDArray[np.intp]

Quadrant = Literal["do first", "strategic bet", "fill-in", "refuse", "not placed"]

# An option that is known on less than this share of the weight is ranked after those known on more: one good
# figure alone must not put it first.
ENOUGH_COVERAGE = 0.5
# Scores closer than this are ties; floating-point sums differ by less.
TIE = 1e-9


@dataclass(frozen=True)
class Estimates:
    """What is known, options × criteria, each criterion brought to 0..1 with 1 best; NaN where nothing is known."""

    likely: Floats
    low: Floats
    high: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.likely)

    def rows(self, chosen: Sequence[int] | Order) -> Estimates:
        picked = np.asarray(chosen, dtype=np.intp)
        return Estimates(self.likely[picked], self.low[picked], self.high[picked])


@dataclass(frozen=True)
class Scores:
    """One number an option, but for the contributions."""

    score: Floats
    """Weighted mean over the criteria that are known, 0 to 1; NaN where none is."""
    low: Floats
    """The score if everything missing turned out worst."""
    high: Floats
    """The score if everything missing turned out best."""
    coverage: Floats
    """Share of the weight that is known."""
    contributions: Floats
    """What each criterion adds to the score, options × criteria; 0 where missing. A row sums to its score."""


def estimates(
    criteria: Sequence[Criterion], likely: Floats, low: Floats | None = None, high: Floats | None = None
) -> Estimates:
    """Raw values brought to 0..1 by each criterion's scale and direction; beyond the scale counts as its end.

    A missing bound equals the likely value; a missing likely value lies midway between its bounds.
    """
    raw = np.asarray(likely, dtype=float)
    lower = np.full_like(raw, np.nan) if low is None else np.asarray(low, dtype=float)
    upper = np.full_like(raw, np.nan) if high is None else np.asarray(high, dtype=float)
    middle = np.where(np.isnan(raw), (lower + upper) / 2, raw)
    lower = np.where(np.isnan(lower) | np.isnan(middle), middle, lower)
    upper = np.where(np.isnan(upper) | np.isnan(middle), middle, upper)
    stacked = np.stack([to_unit(criteria, values) for values in (middle, lower, upper)])
    return Estimates(stacked[0], stacked.min(axis=0), stacked.max(axis=0))


def to_unit(criteria: Sequence[Criterion], raw: Floats) -> Floats:
    """Raw values on 0..1 with 1 best."""
    ends = np.array([c.scale for c in criteria], dtype=float).reshape(-1, 2)
    unit = np.clip((raw - ends[:, 0]) / (ends[:, 1] - ends[:, 0]), 0.0, 1.0)
    turned: Floats = np.where([c.direction == "down" for c in criteria], 1.0 - unit, unit)
    return turned


def to_raw(criterion: Criterion, unit: float) -> float:
    """The value on the criterion's own scale that `to_unit` would bring to `unit`."""
    worst, best = criterion.scale if criterion.direction == "up" else criterion.scale[::-1]
    return worst + unit * (best - worst)


def shares(weights: Sequence[float] | Floats) -> Floats:
    """The weights as shares of their sum; equal ones when all are zero."""
    given = np.maximum(np.asarray(weights, dtype=float), 0.0)
    total = float(given.sum())
    return given / total if total > 0 else np.full(len(given), 1.0 / max(len(given), 1))


def weighted_sum(values: Floats, weights: Sequence[float] | Floats) -> Scores:
    """Simple additive weighting (Churchman and Ackoff, 1954), missing values left out; `values` are on 0..1."""
    weight = shares(weights)
    known = ~np.isnan(values)
    weighted = np.where(known, np.nan_to_num(values) * weight, 0.0)
    coverage = np.round(np.minimum((known * weight).sum(axis=1), 1.0), 12)
    low = weighted.sum(axis=1)
    safe = np.where(coverage > 0, coverage, np.nan)
    return Scores(
        score=np.clip(low / safe, 0.0, 1.0),
        low=low,
        high=np.minimum(low + 1.0 - coverage, 1.0),
        coverage=coverage,
        contributions=np.nan_to_num(weighted / safe[:, None]),
    )


def ranking(score: Floats, coverage: Floats) -> Order:
    """Positions, best first: well-covered options by score, then thinly covered ones, then those without.

    Options that tie keep the order they came in.
    """
    tier = np.where(np.isnan(score), 2, np.where(coverage < ENOUGH_COVERAGE - TIE, 1, 0))
    rounded = np.round(np.nan_to_num(score) / TIE) * TIE
    return np.lexsort((np.arange(len(score)), -rounded, tier))


def topsis(raw: Floats, weights: Sequence[float] | Floats, rising: Sequence[bool]) -> Floats:
    """Closeness to the ideal option, 0 to 1, one number an option: TOPSIS (Hwang and Yoon, 1981).

    Columns of `raw` are normalised by length; `rising` says of each whether more is better. Missing values, which the
    original does not know, are left out.
    """
    lengths = np.sqrt(np.nansum(raw**2, axis=0))
    scaled = raw / np.where(lengths > 0, lengths, 1.0) * shares(weights)
    usable = ~np.isnan(scaled).all(axis=0)
    scaled = scaled[:, usable]
    up = np.asarray(rising, dtype=bool)[usable]
    if not scaled.size:
        return np.full(len(raw), np.nan)
    top, bottom = np.nanmax(scaled, axis=0), np.nanmin(scaled, axis=0)
    to_best = np.sqrt(np.nansum((scaled - np.where(up, top, bottom)) ** 2, axis=1))
    to_worst = np.sqrt(np.nansum((scaled - np.where(up, bottom, top)) ** 2, axis=1))
    span = to_best + to_worst
    # Options that all coincide are as near to the best as to the worst.
    closeness = np.divide(to_worst, span, out=np.full(len(raw), 0.5), where=span > 0)
    return np.where(np.isnan(scaled).all(axis=1), np.nan, closeness)


def rice(reach: Floats, impact: Floats, confidence: Floats, effort: Floats) -> Floats:
    """Reach × impact × confidence ÷ effort; NaN where a part is missing or the effort is not positive.

    As published by Sean McBride of Intercom. Any unit will do, if all options are given in the same.
    """
    return reach * impact * confidence / np.where(effort > 0, effort, np.nan)


def wsjf(value: Floats, time_criticality: Floats, risk_reduction: Floats, job_size: Floats) -> Floats:
    """Cost of delay ÷ job size; NaN where a part is missing or the size is not positive.

    Weighted shortest job first (Reinertsen, The Principles of Product Development Flow, 2009), with the cost of delay
    as the sum of three estimates, as the Scaled Agile Framework takes it.
    """
    return (value + time_criticality + risk_reduction) / np.where(job_size > 0, job_size, np.nan)


def quadrant(value: float, difficulty: float) -> Quadrant:
    """Where an option falls in the value/difficulty matrix, both 0 to 1, split at the middle of the scale."""
    if np.isnan(value) or np.isnan(difficulty):
        return "not placed"
    if value >= 0.5:
        return "do first" if difficulty <= 0.5 else "strategic bet"
    return "fill-in" if difficulty <= 0.5 else "refuse"


def criterion_meaning(criteria: Sequence[Criterion], words: Sequence[str]) -> int | None:
    """Where the criterion stands whose name, else whose synonyms, say one of the words."""
    names = [(c.name, c.label) for c in criteria]
    for said in (names, [c.synonyms for c in criteria]):
        for word in words:
            for position, phrases in enumerate(said):
                if any(f" {word} " in f" {p.lower().replace('_', ' ')} " for p in phrases):
                    return position
    return None
