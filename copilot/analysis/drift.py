"""Whether a weekly quality has fallen, since when and how surely; how far model inputs have moved.

A fall is found by the CUSUM of Page (1954) on differences from the same week a year before, or from the first half of
the series; in shorter series also by the median slope of Theil (1950) and Sen (1968) with the trend test of Mann (1945)
and Kendall (1975), or by a limit. The shift of an input is its population stability index, the symmetric divergence of
Jeffreys (1946) between two histograms, with the limits of 0.10 and 0.25 that are usual in credit scoring (Siddiqi,
2006). A series is an array of one value a week; qualities are shares, 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]
Detector = Literal["year-over-year CUSUM", "CUSUM on the first half", "Theil-Sen slope", "threshold breach"]
Confidence = Literal["high", "medium", "low"]

SEASON = 52
"""Weeks in a season; with two of them each week is compared with the same week a year before."""
SHORTEST = 24
"""Below this many weeks there is no baseline to speak of."""
LATEST = 4
"""Weeks that the latest quality is the mean of."""
TREND = 26
"""Weeks that a slope is taken over."""

# Chosen on the generated series of seed 11 in tests/test_drift.py and reported there on another seed.
_SLACK = 0.75
_ALARM = 8.0
_ALARM_WITHOUT_SEASON = 14.0
_SMALLEST_FALL = 0.01
_SMALLEST_FALL_WITHOUT_SEASON = 0.02
_KENDALL_Z = 3.3
# Looked at before the last week that the sum was zero, to find the break.
_BEFORE = 26

WATCH, ACT = 0.10, 0.25
"""Population stability index from which an input is watched, and from which it is acted on, unless said otherwise."""
# Of the Herfindahl index; it must also rise by a tenth of its value.
_CONCENTRATION_RISE = 0.02


@dataclass(frozen=True)
class Decline:
    """A fall that a detector found and that still stands in the latest weeks."""

    detector: Detector
    onset: int
    """Index of the week it began in."""
    fall: float
    """How far the latest weeks are below what they are compared with; positive."""
    shape: Literal["step", "slide"]
    confidence: Confidence
    strength: float
    """How many times the alarm level was reached."""


@dataclass(frozen=True)
class Cusum:
    alarm: int | None
    """First index above the alarm level."""
    onset: int
    """Index after the sum was last zero before the alarm."""
    peak: float


@dataclass(frozen=True)
class Break:
    index: int
    shape: Literal["step", "slide"]


@dataclass(frozen=True)
class Shift:
    """How one input moved between training and lately."""

    psi: float
    distance: float
    """Kolmogorov-Smirnov distance: the largest gap between the two cumulative shares."""
    noise: float
    """The index that chance alone stays under nineteen times in twenty, with so many cases."""
    concentration: tuple[float, float]
    """Herfindahl index in training and lately; it rises when cases gather in fewer bins."""
    moved_bin: int
    """The bin whose share changed most, and that share in training and lately."""
    moved_share: tuple[float, float]
    watch: float = WATCH
    act: float = ACT
    """The indices from which it is watched, and acted on."""

    @property
    def is_concentrating(self) -> bool:
        before, now = self.concentration
        return now - before >= max(_CONCENTRATION_RISE, before / 10)

    @property
    def level(self) -> Literal["act", "watch", "stable"]:
        if self.psi < max(self.watch, self.noise):
            return "stable"
        return "act" if self.psi >= self.act else "watch"


def weekly(days: Sequence[int], values: Sequence[float]) -> Series:
    """The values on a grid of one a week from the first day on; weeks left out lie between neighbours."""
    at = (np.asarray(days, dtype=np.float64) - days[0]) // 7
    positions, places = np.unique(at, return_inverse=True)
    means = np.bincount(places, np.asarray(values, dtype=np.float64)) / np.bincount(places)
    return np.asarray(np.interp(np.arange(positions[-1] + 1), positions, means), dtype=np.float64)


def find_decline(values: Series, level: float | None = None, limit: float = 0.03) -> Decline | None:
    """The current decline: against the same weeks a year ago where the series is long enough, else within it.

    `level` is the validated quality and `limit` the fall below it that counts; both serve short series only.
    """
    if len(values) >= 2 * SEASON:
        return _against_last_year(values)
    if len(values) >= SHORTEST:
        return _against_first_half(values)
    return _short(values, level, limit)


def cusum(falls: Series, alarm: float = _ALARM) -> Cusum:
    """The one-sided sum of standardized falls, less the slack a step, never below zero (Page, 1954).

    `falls` and `alarm` are in standard deviations of a week.
    """
    total = peak = 0.0
    zero = -1
    alarmed: int | None = None
    onset = 0
    for index, fall in enumerate(falls.tolist()):
        total = max(0.0, total + fall - _SLACK)
        if total == 0.0:
            zero = index
            # A sum that fell back to zero after an alarm has recovered; what counts is the last alarm.
            alarmed, peak = None, 0.0
        elif total > alarm and alarmed is None:
            alarmed, onset = index, zero + 1
        peak = max(peak, total)
    return Cusum(alarmed, onset, peak)


def locate(values: Series) -> Break:
    """Where a series breaks downward: the best cut in two levels, or the best bend when that fits better.

    Both are fitted by least squares. The cut is one of binary segmentation (Scott and Knott, 1974); the bend, level and
    then a straight slope, is for slow slides, which a cut dates to their middle.
    """
    length = len(values)
    weeks = np.arange(length)
    starts = np.arange(1, max(2, length - 2))
    centred = values - values.mean()
    errors = []
    for shape in (weeks >= starts[:, None], np.maximum(0, weeks - starts[:, None] + 1)):
        design = shape - shape.mean(axis=1, keepdims=True)
        along = design @ centred
        explained = along**2 / np.maximum((design**2).sum(axis=1), 1e-12)
        errors.append(np.where(along < 0, explained, -1.0))
    step, slide = errors
    if step.max() >= slide.max():
        return Break(int(starts[step.argmax()]), "step")
    return Break(int(starts[slide.argmax()]), "slide")


def theil_sen(values: Series) -> float:
    """The median slope a week over all pairs of weeks (Theil, 1950; Sen, 1968)."""
    first, second = np.triu_indices(len(values), 1)
    return float(np.median((values[second] - values[first]) / (second - first))) if len(first) else 0.0


def kendall_z(values: Series) -> float:
    """Kendall's rank correlation with time in standard errors, no ties assumed (Mann, 1945); negative when falling."""
    first, second = np.triu_indices(len(values), 1)
    n = len(values)
    score = float(np.sign(values[second] - values[first]).sum())
    return score / float(np.sqrt(n * (n - 1) * (2 * n + 5) / 18)) if n > 2 else 0.0


def shift(training: Sequence[float], recent: Sequence[float], watch: float = WATCH, act: float = ACT) -> Shift:
    """The distance between two histograms over the same bins, given as counts, and the indices it is judged by.

    Without a shift, the population stability index times 1 / (1/n + 1/m) is about chi-square with one degree of freedom
    less than there are bins (Yurdakul and Naranjo, 2020), which gives the noise.
    """
    before, now = np.asarray(training, dtype=np.float64), np.asarray(recent, dtype=np.float64)
    # Half a case a bin keeps the logarithm finite where a bin is empty.
    p, q = (before + 0.5) / (before.sum() + len(before) / 2), (now + 0.5) / (now.sum() + len(now) / 2)
    shares = before / max(before.sum(), 1.0), now / max(now.sum(), 1.0)
    moved = int(np.abs(shares[1] - shares[0]).argmax())
    return Shift(
        psi=float(((q - p) * np.log(q / p)).sum()),
        distance=float(np.abs(np.cumsum(shares[1] - shares[0])).max()),
        noise=_chance(len(before) - 1) * float(1 / max(before.sum(), 1.0) + 1 / max(now.sum(), 1.0)),
        concentration=(float((shares[0] ** 2).sum()), float((shares[1] ** 2).sum())),
        moved_bin=moved,
        moved_share=(float(shares[0][moved]), float(shares[1][moved])),
        watch=watch,
        act=act,
    )


def _against_last_year(values: Series) -> Decline | None:
    change = values[SEASON:] - values[:-SEASON]
    spread = max(_noise(values) * np.sqrt(2), _robust_spread(change[: len(change) // 2]))
    found = cusum(-change / spread)
    fall = -float(change[-LATEST:].mean())
    if found.alarm is None or fall < _SMALLEST_FALL:
        return None
    start = max(0, found.onset - _BEFORE)
    place = locate(change[start:])
    strength = found.peak / _ALARM
    confidence: Confidence = "high" if strength >= 2 and fall >= 2 * spread / np.sqrt(LATEST) else "medium"
    return Decline("year-over-year CUSUM", SEASON + start + place.index, fall, place.shape, confidence, strength)


def _against_first_half(values: Series) -> Decline | None:
    half = len(values) // 2
    baseline = values[:half]
    spread = max(float(baseline.std(ddof=1)), _noise(values))
    found = cusum((baseline.mean() - values[half:]) / spread, alarm=_ALARM_WITHOUT_SEASON)
    fall = float(baseline.mean() - values[-LATEST:].mean())
    recent = values[-TREND:]
    slope = theil_sen(recent)
    strength = found.peak / _ALARM_WITHOUT_SEASON
    detector: Detector
    if found.alarm is not None and fall >= _SMALLEST_FALL_WITHOUT_SEASON:
        detector, start = "CUSUM on the first half", max(0, half + found.onset - _BEFORE)
    elif (
        kendall_z(recent) <= -_KENDALL_Z
        and -slope * len(recent) >= 2 * _SMALLEST_FALL_WITHOUT_SEASON
        and -slope * len(recent) >= 3 * spread
    ):
        detector, start = "Theil-Sen slope", len(values) - len(recent)
        fall, strength = -slope * (len(recent) - 1), kendall_z(recent) / -_KENDALL_Z
    else:
        return None
    place = locate(values[start:])
    # Within less than a season a swing of the season looks like a fall.
    confidence: Confidence = "medium" if strength >= 2 and len(values) >= SEASON else "low"
    return Decline(detector, start + place.index, fall, place.shape, confidence, strength)


def _short(values: Series, level: float | None, limit: float) -> Decline | None:
    if len(values) < LATEST:
        return None
    below = level - float(values[-LATEST:].mean()) if level is not None else 0.0
    slope = theil_sen(values)
    place = locate(values) if len(values) > 4 else Break(0, "step")
    if level is not None and below >= limit:
        # Where every week is below the limit the fall is older than the series.
        onset = place.index if float(values[: place.index].mean()) > level - limit else 0
        return Decline("threshold breach", onset, below, place.shape, "low", below / limit)
    fall = -slope * (len(values) - 1)
    if len(values) >= 8 and fall >= limit and kendall_z(values) <= -2:
        return Decline("Theil-Sen slope", place.index, fall, place.shape, "low", fall / limit)
    return None


def _noise(values: Series) -> float:
    """Spread from one week to the next, which neither level nor season enters."""
    return max(_robust_spread(np.diff(values)) / float(np.sqrt(2)), 1e-6)


def _robust_spread(values: Series) -> float:
    """The standard deviation of normal values from their median absolute deviation (Hampel, 1974)."""
    return float(np.median(np.abs(values - np.median(values)))) * 1.4826 if len(values) else 0.0


def _chance(freedom: int) -> float:
    """The 95% point of chi-square, by the approximation of Wilson and Hilferty (1931)."""
    if freedom < 1:
        return 0.0
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + 1.645 * spread**0.5) ** 3)
