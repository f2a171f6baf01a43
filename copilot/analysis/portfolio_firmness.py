"""How often an option is in the best set, when the values of the options are uncertain.

An exact solution takes up to a tenth of a second, too long for hundreds of draws. Small problems are solved by
trying every set; for others a pool of good sets is grown, and each draw takes the best of the pool. Against
exact solutions of 30 to 150 options the shares were off by 0.01 on average and by 0.22 at the most.

The share is to a set what an acceptability is to a ranking (SMAA-2: Lahdelma and Salminen, 2001). It is read like the
core index of robust portfolio modelling (Liesiö, Mild and Salo, 2007), which counts efficient sets instead of draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from copilot.analysis.portfolio import Problem, linear_relaxation
from copilot.analysis.scoring import Floats

Chosen = NDArray[np.bool_]

_TOLERANCE = 1e-9
# Up to this many options every set is tried.
ENUMERATED = 12
# With more options than this a swap of two changes little, and looking for it costs much.
_SWAPPED = 200
_SWAPS_LOOKED_AT, _SWAPS_MADE = 400, 50
_TRIED_TO_FIT = 200


def inclusion(problem: Problem, known: Sequence[Sequence[int]], drawn: Floats) -> Floats:
    """The share of the draws (draws × options) in which each option is in the best set; one number an option.

    `known` are allowed sets found before; at least one is needed.
    """
    count = len(problem.values)
    if count <= ENUMERATED:
        sets = ((np.arange(2**count)[:, None] >> np.arange(count)) & 1).astype(bool)
        pool = sets[[problem.allows(np.flatnonzero(row).tolist()) for row in sets]]
    else:
        pool = _pool(problem, known, drawn)
    winners = (pool.astype(float) @ drawn.T).argmax(axis=0)
    return np.asarray(pool[winners].mean(axis=0), dtype=float)


def _pool(problem: Problem, known: Sequence[Sequence[int]], drawn: Floats) -> Chosen:
    limits = _Limits.of(problem)
    pool = np.zeros((len(known), len(problem.values)), dtype=bool)
    for row, chosen in zip(pool, known, strict=True):
        row[list(chosen)] = True
    held = {row.tobytes() for row in pool}
    for values, share in zip(drawn, linear_relaxation(problem, drawn), strict=True):
        filled = limits.filled(share > 1 - 1e-6, np.lexsort((-values / limits.use, -np.round(share, 3))))
        starts = [filled] if limits.hold(filled) else []
        if len(values) <= _SWAPPED:
            best = pool[np.argmax(pool @ values)]
            starts = [limits.improved(start, values) for start in (*starts, best)]
        fresh = {start.tobytes(): start for start in starts if start.tobytes() not in held}
        if fresh:
            held |= set(fresh)
            pool = np.vstack([pool, *fresh.values()])
    return pool


@dataclass(frozen=True)
class _Limits:
    """The rows of a problem as a matrix, rows × options."""

    matrix: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, problem: Problem) -> _Limits:
        rows = [row.scaled() for constraint in problem.constraints for row in constraint.rows]
        matrix = np.zeros((len(rows), len(problem.values)))
        for line, row in zip(matrix, rows, strict=True):
            line[list(row.options)] = row.coefficients
        return cls(matrix, np.array([r.lower for r in rows]), np.array([r.upper for r in rows]))

    @cached_property
    def use(self) -> Floats:
        """How much of the limits each option takes up."""
        limited = np.isfinite(self.upper) & (self.upper > 0)
        used = np.maximum(self.matrix[limited] / self.upper[limited, None], 0.0).sum(axis=0)
        return np.asarray(np.maximum(used, 1e-9), dtype=float)

    def hold(self, chosen: Chosen) -> bool:
        amounts = self.matrix @ chosen
        return bool((amounts >= self.lower - _TOLERANCE).all() and (amounts <= self.upper + _TOLERANCE).all())

    def filled(self, chosen: Chosen, order: NDArray[np.intp]) -> Chosen:
        """The set with all that still fits, tried in an order."""
        chosen = chosen.copy()
        amounts = self.matrix @ chosen
        for option in order[~chosen[order]][:_TRIED_TO_FIT]:
            after = amounts + self.matrix[:, option]
            if (after <= self.upper + _TOLERANCE).all():
                chosen[option] = True
                amounts = after
        return chosen

    def improved(self, chosen: Chosen, values: Floats) -> Chosen:
        """The set after the best allowed swaps of one for another, until none is worth it."""
        for _ in range(_SWAPS_MADE):
            swapped = self._swapped(chosen, values)
            if swapped is None:
                return chosen
            chosen = self.filled(swapped, np.argsort(-values, kind="stable"))
        return chosen

    def _swapped(self, chosen: Chosen, values: Floats) -> Chosen | None:
        inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
        gains = values[outside][None, :] - values[inside][:, None]
        leaving, coming = np.nonzero(gains > _TOLERANCE)
        order = np.argsort(-gains[leaving, coming], kind="stable")[:_SWAPS_LOOKED_AT]
        leaving, coming = inside[leaving[order]], outside[coming[order]]
        amounts = (self.matrix @ chosen)[:, None] - self.matrix[:, leaving] + self.matrix[:, coming]
        allowed = (amounts <= self.upper[:, None] + _TOLERANCE) & (amounts >= self.lower[:, None] - _TOLERANCE)
        possible = np.flatnonzero(allowed.all(axis=0))
        if not len(possible):
            return None
        swapped = chosen.copy()
        swapped[leaving[possible[0]]], swapped[coming[possible[0]]] = False, True
        return swapped
