"""The projects asked about with their way through the stages, and which of them are stalled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from copilot.analysis.funnel import Conversion, Flow, Path, Stay, conversion, flows, in_order
from copilot.records.store import Filter, RecordView
from copilot.stages import Stages
from copilot.tools.evidence import Row, day_of
from copilot.types import Cell


@dataclass(frozen=True)
class Stalled:
    """The projects whose causes are looked for."""

    rows: tuple[Row, ...]
    without_day: int
    """Projects in the stage that do not record since when."""
    is_judged_by_days: bool


@dataclass(frozen=True)
class Portfolio:
    rows: Mapping[str, Row]
    """Projects asked about, by id."""
    everyone: Sequence[Row]
    """All projects the viewer may see."""
    paths: tuple[Path, ...]
    """Ways of the projects asked about that record a stage; of the cohort only, where one is asked for."""
    stages: Stages
    stage_changes: int
    """Rows of stage history read; 0 when only the stage of today is known."""
    since: date | None
    today: date

    @property
    def has_history(self) -> bool:
        return self.stage_changes > 0

    @cached_property
    def flows(self) -> list[Flow]:
        return flows(self.paths, self.stages, self.today)

    @property
    def pilot(self) -> Flow:
        return next(f for f in self.flows if f.stage == self.stages.pilot)

    @property
    def conversion(self) -> Conversion:
        return conversion(self.paths, self.stages)

    @property
    def piloted(self) -> list[Path]:
        return [p for p in self.paths if p.first(self.stages.pilot) is not None]

    @property
    def unconverted(self) -> list[Path]:
        """Entered the pilot and have not reached production."""
        return [p for p in self.piloted if not p.is_converted(self.stages)]

    @property
    def in_pilot(self) -> list[Path]:
        return [p for p in self.paths if p.now.stage == self.stages.pilot]

    @property
    def in_production(self) -> list[Row]:
        return [self.rows[p.project] for p in self.paths if self.stages.is_production(p.now.stage)]

    @property
    def unstaged(self) -> int:
        """Projects whose stage is not recorded, or is none of the workspace's."""
        return sum(self.stages.place(text(row.get("stage"))) < 0 for row in self.rows.values())

    @property
    def skipped_pilot(self) -> int:
        """First recorded in a later stage than the pilot, so that nothing is known of their pilot."""
        after = self.stages.place(self.stages.pilot)
        return sum(self.stages.place(p.stays[0].stage) > after for p in self.paths)

    def days(self, path: Path) -> int | None:
        return path.now.days(self.today)

    @cached_property
    def stalled(self) -> Stalled:
        """Of a cohort those that did not get beyond the pilot; otherwise those that are too long in it."""
        if self.since is not None and self.has_history:
            left = [p for p in self.unconverted if p.now.stage == self.stages.pilot or self._has_ended(p)]
            return Stalled(self._rows(left), 0, is_judged_by_days=False)
        days = {p.project: self.days(p) for p in self.in_pilot}
        if not any(d is not None for d in days.values()):
            return Stalled(self._rows(self.in_pilot), len(days), is_judged_by_days=False)
        limit = self.pilot.stalled_after
        late = [p for p in self.in_pilot if (days[p.project] or 0) > limit]
        return Stalled(self._rows(late), sum(d is None for d in days.values()), is_judged_by_days=True)

    def _rows(self, paths: Sequence[Path]) -> tuple[Row, ...]:
        return tuple(self.rows[p.project] for p in paths)

    def _has_ended(self, path: Path) -> bool:
        return self.stages.has_ended(path.now.stage)


def read_portfolio(
    view: RecordView, stages: Stages, filters: Sequence[Filter], since: date | None, today: date
) -> Portfolio:
    everyone = view.select("projects")
    asked = everyone if not filters else view.select("projects", filters)
    rows = {str(row["id"]): row for row in asked}
    history = _history(view, rows, today)
    paths = [path for id, row in rows.items() if (path := _path(id, row, history.get(id, ()))) is not None]
    changes = sum(len(stays) for stays in history.values())
    if since is not None:
        paths = [p for p in paths if (begun := _begun(p, rows[p.project], stages, changes)) and begun >= since]
    return Portfolio(rows, everyone, tuple(paths), stages, changes, since, today)


def text(value: Cell) -> str | None:
    return None if value is None else str(value)


def _begun(path: Path, row: Row, stages: Stages, stage_changes: int) -> date | None:
    """The day that puts a project into a cohort: of entering the pilot, or of its start without a history."""
    return path.entered(stages.pilot) if stage_changes else day_of(row.get("started"))


def _history(view: RecordView, rows: Mapping[str, Row], today: date) -> Mapping[str, tuple[Stay, ...]]:
    needed = ("project_id", "stage", "entered")
    if not all(view.has("stage_history", column) for column in needed):
        return {}
    stays: dict[str, list[Stay]] = defaultdict(list)
    for row in view.select("stage_history", order_by=["entered"]):
        entered, id = day_of(row["entered"]), str(row["project_id"])
        if id in rows and row["stage"] and entered is not None and entered <= today:
            stays[id].append(Stay(str(row["stage"]), entered, day_of(row.get("left"))))
    return {id: in_order(found) for id, found in stays.items()}


def _path(id: str, row: Row, stays: Sequence[Stay]) -> Path | None:
    """The recorded history, completed by today's stage where that says more."""
    stage = text(row.get("stage"))
    if stage is not None and (not stays or stays[-1].stage != stage):
        stays = (*stays, Stay(stage, day_of(row.get("stage_since"))))
    return Path(id, tuple(stays)) if stays else None
