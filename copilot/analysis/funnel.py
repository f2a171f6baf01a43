"""How projects move through their stages: who entered, who moved on, how long it took, and who is stuck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import median

from copilot.stages import Stages

STALLED_DAYS = 180
"""A project is stalled once it is in a stage for longer than this, or than most that moved on needed."""
# With fewer completed stays than this their median says nothing.
_ENOUGH = 5
_Z = 1.959964


@dataclass(frozen=True)
class Stay:
    stage: str
    entered: date | None
    left: date | None = None

    def days(self, today: date) -> int | None:
        return ((self.left or today) - self.entered).days if self.entered else None


@dataclass(frozen=True)
class Path:
    """One project's way, oldest stay first; the last stay is where it is now."""

    project: str
    stays: tuple[Stay, ...]

    @property
    def now(self) -> Stay:
        return self.stays[-1]

    def first(self, stage: str) -> int | None:
        return next((n for n, stay in enumerate(self.stays) if stay.stage == stage), None)

    def entered(self, stage: str) -> date | None:
        position = self.first(stage)
        return None if position is None else self.stays[position].entered

    def is_converted(self, stages: Stages) -> bool:
        """Whether it came to production after it had entered the pilot."""
        position = self.first(stages.pilot)
        return position is not None and any(stages.is_production(stay.stage) for stay in self.stays[position:])


@dataclass(frozen=True)
class Flow:
    """What became of the projects that entered a stage."""

    stage: str
    entered: int
    now: int
    moved_on: int
    """Went from it to a later stage that is no end."""
    ended: int
    days_until_move: tuple[int, ...]
    days_so_far: tuple[int, ...]

    @property
    def median_until_move(self) -> float | None:
        return median(self.days_until_move) if self.days_until_move else None

    @property
    def median_so_far(self) -> float | None:
        return median(self.days_so_far) if self.days_so_far else None

    @property
    def stalled_after(self) -> float:
        """Days after which a project that is still there counts as stalled."""
        if len(self.days_until_move) < _ENOUGH:
            return STALLED_DAYS
        return min(STALLED_DAYS, median(self.days_until_move))


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True)
class Conversion:
    """Of those that entered the pilot, how many reached production."""

    entered: int
    reached: int

    @property
    def share(self) -> float:
        return self.reached / self.entered if self.entered else 0.0

    @property
    def interval(self) -> Interval:
        return wilson(self.reached, self.entered)


def wilson(count: int, total: int) -> Interval:
    """The 95% interval of a share by its score (Wilson, 1927); it stays within 0 and 1 and is sound for few cases."""
    if total == 0:
        return Interval(0.0, 1.0)
    share, square = count / total, _Z**2
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = _Z * sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def flows(paths: Iterable[Path], stages: Stages, today: date) -> list[Flow]:
    """One flow a stage, in the order of the stages."""
    paths = list(paths)
    return [_flow(stage, paths, stages, today) for stage in stages.names]


def _flow(stage: str, paths: Sequence[Path], stages: Stages, today: date) -> Flow:
    entered = now = moved_on = ended = 0
    until_move, so_far = [], []
    for path in paths:
        visits = [n for n, stay in enumerate(path.stays) if stay.stage == stage]
        if not visits:
            continue
        entered += 1
        last = visits[-1]
        days = path.stays[last].days(today)
        if last == len(path.stays) - 1:
            now += 1
            so_far += [] if days is None else [days]
        elif stages.has_ended(path.stays[last + 1].stage):
            ended += 1
        elif stages.place(path.stays[last + 1].stage) > stages.place(stage):
            moved_on += 1
            until_move += [] if days is None else [days]
    return Flow(stage, entered, now, moved_on, ended, tuple(until_move), tuple(so_far))


def conversion(paths: Iterable[Path], stages: Stages) -> Conversion:
    """From the pilot to production."""
    entered = [path for path in paths if path.first(stages.pilot) is not None]
    return Conversion(len(entered), sum(path.is_converted(stages) for path in entered))


def in_order(stays: Iterable[Stay]) -> tuple[Stay, ...]:
    """Stays by the day entered, each left at the latest when the next begins."""
    ordered = sorted(stays, key=lambda stay: stay.entered or date.min)
    closed = [
        Stay(stay.stage, stay.entered, stay.left or following.entered)
        for stay, following in zip(ordered, ordered[1:], strict=False)
    ]
    return (*closed, ordered[-1]) if ordered else ()
