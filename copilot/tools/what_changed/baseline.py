"""Which earlier state of the workspace a question about changes compares with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from copilot.sources import Sources
from copilot.types import Finding, Viewer
from copilot.upkeep.snapshots import Snapshot, State

# A pause as long as this ends a visit.
_PAUSE = timedelta(hours=1)
# Visits further back than so many questions are not looked for.
TURNS_READ = 200


@dataclass(frozen=True)
class Baseline:
    since: date
    words: str
    """Since when, as a sentence says it."""
    state: State | None
    """The workspace as it was; None where no snapshot is kept, or none that differs from today's."""
    reaches: bool
    """Whether the snapshot is as old as was asked for."""
    note: Finding | None = None
    """What must be said of the date: that there was no earlier visit, or since when changes are known."""

    @property
    def compared(self) -> str:
        """Since when the two states differ, as a sentence says it."""
        if self.reaches or self.state is None:
            return self.words
        return f"since the first snapshot ({self.state.snapshot.day.isoformat()})"

    def then(self, sources: Sources) -> Sources | None:
        """The workspace of then, to be read by whatever reads that of today."""
        if self.state is None:
            return None
        return replace(
            sources,
            workspace=self.state.workspace,
            records=self.state.records,
            retriever=None,
            today=self.state.snapshot.day,
        )


def last_visit(times: Sequence[datetime], now: datetime) -> datetime | None:
    """When the visit before this one ended; `times` are those of all questions, oldest first."""
    later = now
    for time in reversed(times):
        if later - time >= _PAUSE:
            return time
        later = min(later, time)
    return None


def find_baseline(sources: Sources, viewer: Viewer, since: date | None) -> Baseline:
    """The state at a date, or, without one, at the end of the viewer's last visit."""
    if since is not None:
        return _at_date(sources, since)
    turns = sources.conversations.turns_of(viewer.name, TURNS_READ) if sources.conversations else ()
    visit = last_visit([turn.asked_at for turn in turns], datetime.now(UTC))
    if visit is not None:
        return _at_moment(sources, visit)
    found = _at_date(sources, _first_day(sources))
    return replace(found, note=Finding(kind="first_visit"))


def _first_day(sources: Sources) -> date:
    kept = sources.snapshots.all() if sources.snapshots else ()
    return min([sources.today, *(snapshot.day for snapshot in kept)])


def _at_date(sources: Sources, since: date) -> Baseline:
    kept = sources.snapshots.all() if sources.snapshots else ()
    before = [snapshot for snapshot in kept if snapshot.day < since]
    chosen = before[-1] if before else kept[0] if kept else None
    reaches = chosen is not None and (chosen in before or chosen.day <= since)
    words = f"since {since.isoformat()}"
    return Baseline(since, words, _loaded(sources, kept, chosen, reaches), reaches, _known_from(chosen, reaches))


def _at_moment(sources: Sources, moment: datetime) -> Baseline:
    kept = sources.snapshots.all() if sources.snapshots else ()
    before = [snapshot for snapshot in kept if snapshot.taken <= moment]
    chosen = before[-1] if before else kept[0] if kept else None
    words = f"since your last visit on {moment.date().isoformat()}"
    reaches = bool(before)
    since = chosen.day if reaches and chosen else min(moment.date(), sources.today)
    return Baseline(since, words, _loaded(sources, kept, chosen, reaches), reaches, _known_from(chosen, reaches))


def _known_from(chosen: Snapshot | None, reaches: bool) -> Finding | None:
    if chosen is None:
        return Finding(kind="no_snapshot")
    return None if reaches else Finding(kind="first_snapshot", values={"day": chosen.day})


def _loaded(sources: Sources, kept: Sequence[Snapshot], chosen: Snapshot | None, reaches: bool) -> State | None:
    """The chosen snapshot; not the newest one when it is too young, as it holds nothing but what is there today."""
    if sources.snapshots is None or chosen is None or (not reaches and chosen == kept[-1]):
        return None
    return sources.snapshots.load(chosen, sources.workspace)
