"""How firm a ranking is: stochastic multicriteria acceptability analysis (SMAA-2: Lahdelma and Salminen, 2001).

Weights and estimates are drawn many times; an acceptability is the share of draws in which an option takes a
place. Seeded, and independent of the order of the options. Unlike in the original, weights are by default drawn
around stated ones instead of from all weights alike. Estimates are shares of a scale, 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.analysis.scoring import Estimates, Floats, shares

Singles = NDArray[np.float32]

DRAWS_IN_CHAT = 2_000
"""Worst difference between seeds about 0.025; 10,000 draws bring the standard error to 0.005."""

ROUGHLY = 50.0
"""Concentration of the weights: a weight of 20% then varies by about 6 points (one standard deviation)."""

# Draws made at a time: 256 × 2,000 options in single precision are 2 MB a buffer, which stays in the cache.
_CHUNK = 256
_STEPS = 65_536
_SEED = 0
# Options whose central weights are tried for the confidence factor; beyond them it is close to nothing.
_CONFIDENCE_OPTIONS = 24
_CONFIDENCE_DRAWS = 1_024


@dataclass(frozen=True)
class Acceptability:
    """The rank acceptability, confidence factor and central weights of SMAA-2, one number an option."""

    first: Floats
    """Share of draws in which the option ranks first; they sum to 1."""
    top: Floats
    """Share of draws in which it is among the first `top_k`; they sum to `top_k`."""
    confidence: Floats
    """Share of draws in which it ranks first under its own central weights; NaN when not tried."""
    central_weights: Floats
    """Mean of the weights under which it ranks first, options × criteria; NaN when it never does."""
    draws: int


def rank_acceptability(
    known: Estimates,
    weights: Sequence[float] | Floats,
    top_k: int,
    draws: int = DRAWS_IN_CHAT,
    concentration: float | None = ROUGHLY,
) -> Acceptability:
    """Draws weights around the given ones and estimates within their ranges.

    Weights come from a Dirichlet distribution centred on the given ones (`concentration` None: uniformly from
    all weights; given zeros stay zero), estimates from a triangle over low, likely and high, missing ones
    uniformly from their whole scale. `known` is options × criteria, `weights` one number a criterion.
    """
    count, width = known.likely.shape
    if not count or not width:
        empty = np.full(count, np.nan)
        return Acceptability(empty, empty, empty, np.full((count, width), np.nan), 0)
    order = _canonical(known)
    sampler = _Sampler(known.rows(order))
    rng = np.random.Generator(np.random.SFC64(_SEED))
    first, top = np.zeros(count), np.zeros(count)
    central = np.zeros((count, width))
    top_k = max(1, min(top_k, count))
    for size in _chunks(draws):
        drawn = _draw_weights(rng, shares(weights), size, concentration)
        scores = sampler.scores(rng, drawn)
        winners = scores.argmax(axis=1)
        first += np.bincount(winners, minlength=count)
        np.add.at(central, winners, drawn)
        # The options before the line, found without sorting the rest.
        ahead = np.argpartition(scores, count - top_k, axis=1)[:, count - top_k :]
        top += np.bincount(ahead.ravel(), minlength=count)
    wins = np.where(first > 0, first, np.nan)
    result = Acceptability(first / draws, top / draws, np.full(count, np.nan), central / wins[:, None], draws)
    confidence = _confidence(rng, sampler, result)
    return _in_original_order(known, order, result, confidence)


def drawn_scores(known: Estimates, weights: Sequence[float] | Floats, draws: int) -> Floats:
    """Scores of all options, draws × options; weights and estimates are drawn as in `rank_acceptability`."""
    order = _canonical(known)
    rng = np.random.Generator(np.random.SFC64(_SEED))
    scores = np.empty((draws, len(order)))
    drawn = _draw_weights(rng, shares(weights), draws, ROUGHLY)
    scores[:, order] = _Sampler(known.rows(order)).scores(rng, drawn)
    return scores


def _chunks(draws: int) -> Iterator[int]:
    for start in range(0, draws, _CHUNK):
        yield min(_CHUNK, draws - start)


def _canonical(known: Estimates) -> NDArray[np.intp]:
    """The options ordered by content, so that the same draw reaches the same option however the rows come."""
    columns = np.nan_to_num(np.hstack([known.likely, known.low, known.high]), nan=-1.0)
    return np.lexsort(columns.T[::-1])


def _draw_weights(rng: np.random.Generator, centre: Floats, size: int, concentration: float | None) -> Singles:
    shape = (centre > 0).astype(float) if concentration is None else centre * concentration
    # A Dirichlet draw is gamma draws divided by their sum; the floor keeps tiny shapes from dividing by zero.
    gammas = rng.standard_gamma(np.broadcast_to(shape, (size, len(centre)))) + np.where(shape > 0, 1e-12, 0.0)
    drawn: Singles = (gammas / gammas.sum(axis=1, keepdims=True)).astype(np.float32)
    return drawn


class _Sampler:
    """Draws scores of all options: a fixed part by one product, and the uncertain estimates one by one.

    Its own arrays are criteria × options.
    """

    def __init__(self, known: Estimates) -> None:
        low, high = np.nan_to_num(known.low, nan=0.0), np.nan_to_num(known.high, nan=1.0)
        mode = np.nan_to_num(known.likely, nan=0.0)
        self._fixed: Singles = low.T.astype(np.float32)
        self._width = (high - low).T.astype(np.float32)
        peak = np.divide(mode - low, high - low, out=np.zeros_like(low), where=high > low)
        self._peak = peak.T.astype(np.float32)
        self._missing = np.isnan(known.likely).T
        self._uncertain = [np.flatnonzero(self._width[j]) for j in range(self._width.shape[0])]

    def scores(self, rng: np.random.Generator, weights: Singles) -> Singles:
        """Draws × options, for weights of draws × criteria."""
        total: Singles = weights @ self._fixed
        for j, options in enumerate(self._uncertain):
            if not len(options):
                continue
            raised = self._above_low(rng, len(weights), j, options)
            raised *= weights[:, j, None]
            if len(options) == total.shape[1]:
                total += raised
            else:
                total[:, options] += raised
        return total

    def sample(self, rng: np.random.Generator, size: int) -> Singles:
        """Draws of the estimates themselves: criteria × draws × options."""
        values = np.repeat(self._fixed[:, None, :], size, axis=1)
        for j, options in enumerate(self._uncertain):
            if len(options):
                values[j][:, options] += self._above_low(rng, size, j, options)
        return values

    def _above_low(self, rng: np.random.Generator, size: int, criterion: int, options: NDArray[np.intp]) -> Singles:
        """How far above their low ends the estimates are drawn, draws × options.

        (1 - c)·min + c·max of two uniform draws has the triangular distribution with its mode at c (Stein and Keblis,
        2009); a single uniform draw stands where nothing is known.
        """
        one, two = _uniform(rng, (2, size, len(options)))
        missing = self._missing[criterion, options]
        if missing.any():
            two[:, missing] = one[:, missing]
        smaller = np.minimum(one, two)
        np.maximum(one, two, out=two)
        two -= smaller
        width = self._width[criterion, options] / np.float32(_STEPS)
        raised: Singles = two * (self._peak[criterion, options] * width)
        raised += smaller * width
        return raised


def _uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.uint16]:
    """Uniform draws in steps of 1/65,536: finer than any estimate, and several times cheaper than floats."""
    count = math.prod(shape)
    raw = np.asarray(rng.bit_generator.random_raw(-(-count // 4)), dtype=np.uint64)
    return raw.view(np.uint16)[:count].reshape(shape)


def _confidence(rng: np.random.Generator, sampler: _Sampler, found: Acceptability) -> Floats:
    tried = np.argsort(-found.first, kind="stable")[:_CONFIDENCE_OPTIONS]
    tried = tried[found.first[tried] > 0]
    central = found.central_weights[tried].astype(np.float32)
    wins = np.zeros(len(tried))
    # A fixed volume a time, so that 2,000 options take no more memory than 100.
    size = max(1, min(_CHUNK, 100_000 // len(found.first)))
    rounds = -(-_CONFIDENCE_DRAWS // size)
    for _ in range(rounds):
        values = sampler.sample(rng, size)
        for position, option in enumerate(tried):
            scores = np.tensordot(central[position], values, axes=1)
            wins[position] += (scores.argmax(axis=1) == option).sum()
    confidence = np.full(len(found.first), np.nan)
    confidence[tried] = wins / (rounds * size)
    return confidence


def _in_original_order(
    known: Estimates, order: NDArray[np.intp], found: Acceptability, confidence: Floats
) -> Acceptability:
    """Undoes the canonical order; options that are alike in every estimate share what they won together."""
    ordered = known.rows(order)
    columns = np.nan_to_num(np.hstack([ordered.likely, ordered.low, ordered.high]), nan=-1.0)
    new = np.ones(len(order), dtype=bool)
    new[1:] = (columns[1:] != columns[:-1]).any(axis=1)
    group = np.cumsum(new) - 1

    def shared(values: Floats) -> Floats:
        result = np.empty_like(values)
        result[order] = (np.bincount(group, values) / np.bincount(group))[group]
        return result

    tried = ~np.isnan(confidence)
    together = np.bincount(group, tried)[group] > 0
    confidence = np.where(together, np.nan_to_num(confidence), np.nan)
    weighted = np.nan_to_num(found.central_weights) * found.first[:, None]
    first = shared(found.first)
    central = np.column_stack([shared(weighted[:, j]) for j in range(weighted.shape[1])])
    return Acceptability(
        first=first,
        top=shared(found.top),
        confidence=shared(confidence),
        central_weights=central / np.where(first > 0, first, np.nan)[:, None],
        draws=found.draws,
    )
