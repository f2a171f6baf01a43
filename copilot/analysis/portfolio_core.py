"""The optimum of a 0/1 programme, found on the few options that the linear relaxation leaves in doubt.

For prices y ≥ 0 of the limits, no allowed choice is worth more than y·b + Σ max(0, v - Aᵀy), and a choice that
takes an option against the sign of its v - Aᵀy, or leaves one out against it, is worth less by that amount at
least. So once a choice is found that falls short of this bound by δ at the most, every option whose amount is
above δ is settled, and the others alone prove the optimum (reduced-cost fixing: Nemhauser and Wolsey, Integer and
Combinatorial Optimization, 1988, II.5.2): all of their sets that lose at most δ are tried, or, where these are too
many, the solver, HiGHS (Huangfu and Hall, 2018), is given a programme of them. That few options decide is the idea of
the core of Balas and Zemel (1980).
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.analysis.portfolio_deviations import Doubtful, TooMany, best_deviation
from copilot.analysis.scoring import Floats

# Fewer options than this are solved as they are.
_FEW = 200
# The first try leaves so many options open, the next at most so many times more, until all in doubt are open.
_CORE, _GROWTH = 16, 3
# Looking for simplifications first costs more than it saves on fewer options than this, and on the relaxation.
_PRESOLVED = 64
# Of the bound: what float sums over thousands of options may be off by.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Programme:
    """Maximise values · x for x of 0 and 1 with matrix · x ≤ limits."""

    values: Floats
    """One number an option."""
    matrix: Any
    """Limits × options, sparse by rows, scaled so that the largest coefficient of a row is 1."""
    limits: Floats


@dataclass(frozen=True)
class Optimum:
    chosen: NDArray[np.intp]
    """Positions of the options taken, the lowest first."""
    bound: float | None
    """No allowed choice is worth more; None where the choice is proved to be the best."""


class OutOfTime(Exception):
    """The time was up before any allowed choice was found."""


@dataclass(frozen=True)
class _Prices:
    bound: float
    gain: Floats
    """Of each option its value less what it takes of the limits at their prices."""

    @property
    def slack(self) -> float:
        return _ROUNDING * max(1.0, abs(self.bound))


def optimum(programme: Programme, seconds: float) -> Optimum | None:
    """The best choice within the time; None when no choice is allowed."""
    until = time.monotonic() + seconds
    count = len(programme.values)
    prices = _prices(programme) if count >= _FEW else None
    if prices is None:
        return _search(programme, None, np.arange(count), until)
    if tried := _by_deviations(programme, prices):
        return tried
    size = _CORE
    found: Optimum | None = None
    while size < count:
        core = np.sort(np.argsort(np.abs(prices.gain), kind="stable")[:size])
        try:
            found = _search(programme, prices, core, until) or found
        except OutOfTime:
            if found is None:
                raise
            return Optimum(found.chosen, prices.bound)
        if found is not None:
            short = prices.bound + prices.slack - float(programme.values[found.chosen].sum())
            doubtful = int((np.abs(prices.gain) <= short).sum())
            if found.bound is not None or doubtful <= size:
                return found
            size = min(size * _GROWTH, doubtful)
        else:
            size *= _GROWTH
    return _search(programme, None, np.arange(count), until)


def _by_deviations(programme: Programme, prices: _Prices) -> Optimum | None:
    """The optimum by trying all that could be it; None where that is too much."""
    losses = np.abs(prices.gain)
    sorted_losses = np.sort(losses)
    start = prices.gain > 0
    room = programme.limits - programme.matrix @ start
    most, short = float(sorted_losses[_CORE]), float("inf")
    while most < sorted_losses[-1]:
        items = np.flatnonzero(losses <= most)
        signs = np.where(start[items], -1.0, 1.0)
        uses = programme.matrix[:, items].toarray().T * signs[:, None]
        try:
            mask = best_deviation(Doubtful(losses[items], programme.values[items] * signs, uses, room), most)
        except TooMany:
            return None
        if mask is not None:
            chosen = start.copy()
            chosen[items[mask]] ^= True
            # Whatever is worth more than this choice loses less than it does.
            short = prices.bound + prices.slack - float(programme.values[chosen].sum())
            if short <= most:
                return Optimum(np.flatnonzero(chosen), None)
        most = min(short, float(sorted_losses[min(len(items) + _CORE, len(losses) - 1)]))
    return None


def relaxed(programme: Programme, drawn: Floats) -> Iterator[Floats]:
    """For each row of values (draws × options) the best choice when an option can be taken in part: shares, 0 to 1."""
    for values in drawn:
        found = _milp(values, programme.matrix, programme.limits, is_whole=False).x
        yield np.zeros(len(values)) if found is None else found


def _prices(programme: Programme) -> _Prices | None:
    """Of the linear relaxation; None when that finds none, which leaves the whole programme to the solver."""
    from scipy.optimize import linprog

    _silence()
    found = linprog(-programme.values, A_ub=programme.matrix, b_ub=programme.limits, bounds=(0, 1), method="highs")
    if found.status != 0:
        return None
    # Whatever the solver's tolerances, any prices that are not negative give a valid bound.
    prices = np.maximum(-found.ineqlin.marginals, 0.0)
    gain = programme.values - programme.matrix.T @ prices
    return _Prices(float(prices @ programme.limits + np.maximum(gain, 0.0).sum()), gain)


def _search(programme: Programme, prices: _Prices | None, core: NDArray[np.intp], until: float) -> Optimum | None:
    """The best choice with all options outside the core settled by their prices."""
    left = max(0.0, until - time.monotonic())
    found = _milp(*_reduced(programme, prices, core), seconds=left, is_whole=True)
    if found.x is None:
        if found.status == 1:
            raise OutOfTime
        return None
    chosen = np.sort(np.concatenate([_settled(prices, core), core[found.x > 0.5]]))
    if found.status == 0:
        return Optimum(chosen, None)
    value = float(programme.values[chosen].sum())
    bound = prices.bound if prices else -float(found.mip_dual_bound) if found.mip_dual_bound is not None else value
    return Optimum(chosen, max(value, bound))


def _settled(prices: _Prices | None, core: NDArray[np.intp]) -> NDArray[np.intp]:
    """The options outside the core that are taken."""
    if prices is None:
        return np.zeros(0, dtype=np.intp)
    taken = prices.gain > 0
    taken[core] = False
    return np.flatnonzero(taken)


def _reduced(programme: Programme, prices: _Prices | None, core: NDArray[np.intp]) -> tuple[Floats, Any, Floats]:
    taken = _settled(prices, core)
    used = programme.matrix[:, taken].sum(axis=1) if len(taken) else 0.0
    return programme.values[core], programme.matrix[:, core], programme.limits - used


def _milp(values: Floats, matrix: Any, limits: Floats, *, is_whole: bool, seconds: float = float("inf")) -> Any:
    from scipy.optimize import Bounds, LinearConstraint, milp

    _silence()
    return milp(
        -np.asarray(values, dtype=float),
        integrality=np.full(len(values), int(is_whole)),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(matrix, ub=limits)] if matrix.shape[0] else [],
        options={"mip_rel_gap": 0.0, "time_limit": seconds, "presolve": is_whole and len(values) >= _PRESOLVED},
    )


@cache
def _silence() -> None:
    """Lets what C prints go nowhere.

    HiGHS prints a line meant for its developers (its issue 2783), which would end up in what a program writes,
    such as JSON. Python's own output does not pass through the standard output of C.
    """
    name = {"linux": "stdout", "darwin": "__stdoutp"}.get(sys.platform)
    if name is None:
        return
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    ctypes.c_void_p.in_dll(libc, name).value = libc.fopen(os.devnull.encode(), b"w")
