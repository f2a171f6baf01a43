"""Paired statistics over samples: what changed, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

RESAMPLES = 5000
SEED = 20261031
LEVEL = 0.95
# Two to this power sign patterns are tried one by one; beyond it they are drawn.
EXACT_DIFFERENCES = 14
_TINY = 1e-9


@dataclass(frozen=True)
class Paired:
    """A metric of two runs over the samples that both have."""

    n: int
    base: float
    candidate: float
    delta: float
    low: float
    high: float
    """The 95% interval of the delta."""
    p: float
    better: int
    worse: int


def paired(
    base: Mapping[str, float],
    candidate: Mapping[str, float],
    clusters: Mapping[str, str] | None = None,
    *,
    up_is_better: bool = True,
) -> Paired | None:
    """The change over the samples of both, each cluster moving as one; None when they share none."""
    ids = sorted(base.keys() & candidate.keys())
    if not ids:
        return None
    differences = np.array([candidate[i] - base[i] for i in ids], dtype=np.float64)
    low, high = bootstrap_interval(differences, [(clusters or {}).get(i, i) for i in ids])
    gained = int((differences > _TINY).sum())
    lost = int((differences < -_TINY).sum())
    return Paired(
        n=len(ids),
        base=float(np.mean([base[i] for i in ids])),
        candidate=float(np.mean([candidate[i] for i in ids])),
        delta=float(differences.mean()),
        low=low,
        high=high,
        p=sign_flip_p(differences),
        better=gained if up_is_better else lost,
        worse=lost if up_is_better else gained,
    )


def bootstrap_interval(differences: np.ndarray, clusters: list[str]) -> tuple[float, float]:
    """The interval of the mean when whole clusters are drawn again and again."""
    if not differences.any():
        return 0.0, 0.0
    names = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    member = np.array([names[c] for c in clusters])
    sums = np.bincount(member, weights=differences, minlength=len(names))
    sizes = np.bincount(member, minlength=len(names))
    drawn = np.random.default_rng(SEED).integers(0, len(names), (RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def sign_flip_p(differences: np.ndarray) -> float:
    """How often a mean at least this far from zero arises when every difference may have either sign."""
    moved = differences[np.abs(differences) > _TINY]
    observed = abs(moved.sum()) - _TINY
    if len(moved) == 0:
        return 1.0
    if len(moved) <= EXACT_DIFFERENCES:
        patterns = (np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1
        return float((np.abs((patterns * 2 - 1) @ moved) >= observed).mean())
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], (RESAMPLES, len(moved)))
    extreme = int((np.abs(signs @ moved) >= observed).sum())
    # The observed pattern counts as one of the draws, so that p is never zero.
    return (extreme + 1) / (RESAMPLES + 1)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """P-values adjusted for asking several questions at once."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, p * (len(p_values) - place)))
        adjusted[name] = highest
    return adjusted


def wilson_interval(share: float, n: int) -> tuple[float, float]:
    """The 95% interval of a share of n (Wilson 1927); it stays within 0 and 1 and holds for small n."""
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def kappa(left: list[bool], right: list[bool]) -> float:
    """Cohen's agreement beyond chance; 1 when both always say the same single thing."""
    n = len(left)
    agreed = sum(a == b for a, b in zip(left, right, strict=True)) / n
    yes = sum(left) / n * (sum(right) / n)
    chance = yes + (1 - sum(left) / n) * (1 - sum(right) / n)
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def rank_correlation(left: list[float], right: list[float]) -> float:
    """Spearman's: how alike two orders are, ties sharing their mean place; 0 when one side is constant."""
    from scipy.stats import spearmanr

    if len(set(left)) == 1 or len(set(right)) == 1:
        return 0.0
    return float(spearmanr(left, right).statistic)
