"""Weights from judgements of two criteria at a time, as in the analytic hierarchy process (Saaty, 1980).

Not every pair needs a judgement: the weights are the logarithmic least squares ones, which for all pairs are the
geometric means of the rows (Crawford and Williams, 1985) and for some pairs exist as long as these connect the
criteria (Bozóki, Fülöp and Rónyai, 2010). The consistency ratio compares the principal eigenvalue of the matrix, with
what was not judged filled in from the weights, with that of random matrices; the random index for missing judgements
is the one of Ágoston and Csató (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copilot.analysis.scoring import Floats

ACCEPTABLE = 0.10
"""Judgements of a higher consistency ratio should be looked at again (Saaty)."""

# Squares of logarithms: what float sums may be off by.
_AGREES = 1e-12
# Mean consistency index of random matrices of 3, 4, … criteria (Saaty).
_RANDOM_INDEX = (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)


@dataclass(frozen=True)
class Judgement:
    """One criterion is so many times as important as another."""

    one: int
    other: int
    times: float


@dataclass(frozen=True)
class Group:
    """Criteria that judgements connect."""

    members: tuple[int, ...]
    shares: Floats
    """Weights within the group, in the order of its members; they sum to 1."""
    consistency_ratio: float
    """0 where no judgement can contradict another."""
    clash: Judgement | None
    """The judgement without which the others agree best; None where all agree, or none can be checked by others."""
    implied: float
    """How many times as important the others make the first of the clashing two; 1 where nothing clashes."""


def elicit(judgements: Sequence[Judgement]) -> list[Group]:
    """The groups that the judgements connect, each with its weights; criteria without a judgement are in none."""
    return [_solved(members, judgements) for members in _connected(judgements)]


def _connected(judgements: Sequence[Judgement]) -> list[tuple[int, ...]]:
    groups: list[set[int]] = []
    for judgement in judgements:
        pair = {judgement.one, judgement.other}
        touched = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair] + [pair.union(*touched)]
    return sorted(tuple(sorted(group)) for group in groups)


def _solved(members: tuple[int, ...], judgements: Sequence[Judgement]) -> Group:
    own = [j for j in judgements if j.one in members]
    fitted = _fitted(members, own)
    shares = np.exp(fitted.logs) / np.exp(fitted.logs).sum()
    ratio = _consistency_ratio({member: at for at, member in enumerate(members)}, own, shares)
    clash, implied = None, 1.0
    if fitted.squares > _AGREES:
        # Without it the others still have to connect the criteria, or nothing would speak against it.
        rests = [(own[:at] + own[at + 1 :], judgement) for at, judgement in enumerate(own)]
        checked = [(_fitted(members, rest), j) for rest, j in rests if _connected(rest) == [members]]
        if checked:
            others, clash = min(checked, key=lambda found: found[0].squares)
            implied = float(np.exp(others.logs[members.index(clash.one)] - others.logs[members.index(clash.other)]))
    return Group(members, shares, ratio, clash, implied)


@dataclass(frozen=True)
class _Fitted:
    logs: Floats
    """Logarithms of the weights, in the order of the members."""
    squares: float
    """What the judgements deviate from them, squared and summed."""


def _fitted(members: tuple[int, ...], judgements: Sequence[Judgement]) -> _Fitted:
    # One row a judgement, log w_one - log w_other = log times, and one that fixes the scale.
    rows = np.zeros((len(judgements) + 1, len(members)))
    for row, judgement in zip(rows, judgements, strict=False):
        row[members.index(judgement.one)], row[members.index(judgement.other)] = 1.0, -1.0
    rows[-1] = 1.0
    logs = np.log([*(j.times for j in judgements), 1.0])
    weights = np.asarray(np.linalg.lstsq(rows, logs, rcond=None)[0], dtype=float)
    return _Fitted(weights, float(((rows @ weights - logs) ** 2).sum()))


def _consistency_ratio(place: dict[int, int], judgements: Sequence[Judgement], shares: Floats) -> float:
    count = len(place)
    if count < 3:
        return 0.0
    logs, times = np.zeros((count, count)), np.zeros((count, count))
    for judgement in judgements:
        one, other = place[judgement.one], place[judgement.other]
        logs[one, other] += np.log(judgement.times)
        logs[other, one] -= np.log(judgement.times)
        times[one, other] += 1
        times[other, one] += 1
    judged = times > 0
    # Several judgements of one pair count as their geometric mean.
    matrix = np.where(judged, np.exp(logs / np.maximum(times, 1)), shares[:, None] / shares[None, :])
    missing = count * (count - 1) / 2 - judged.sum() / 2
    index = _RANDOM_INDEX[min(count - 3, len(_RANDOM_INDEX) - 1)] * (1 - 2 * missing / ((count - 1) * (count - 2)))
    if index <= 1e-9:
        return 0.0
    largest = float(np.linalg.eigvals(matrix).real.max())
    return float(max(0.0, (largest - count) / (count - 1) / index))
