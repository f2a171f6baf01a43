"""The health of the models in use, the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from copilot.records.store import Filter
from copilot.sources import Sources
from copilot.tools.model_health import Health, read_health
from copilot.types import Viewer
from copilot.workspace import Thresholds

_DRAWN_WEEKS = 52


@dataclass(frozen=True)
class ModelLine:
    id: str
    name: str
    project: str
    owner: str
    validated: float | None
    """A share, 0 to 1, as are `latest` and `trend`."""
    latest: float | None
    """Mean of the last four weeks."""
    points: float | None
    """Latest less validated, in percentage points."""
    declining_since: date | None
    trend: tuple[float, ...]
    """By week, the last year of it."""
    state: str
    next_step: str
    rank: int
    """0 for what needs somebody today, 1 for what is to be watched, 2 for what holds."""


@dataclass(frozen=True)
class Models:
    lines: tuple[ModelLine, ...]
    hidden: int

    def count(self, rank: int) -> int:
        return sum(line.rank == rank for line in self.lines)


def read_models(sources: Sources, viewer: Viewer) -> Models:
    """The live models that the viewer may see; all of them where the records do not say which are live."""
    view = sources.records.view(viewer)
    filters = [Filter(column="status", value="live")] if view.has("models", "status") else []
    rows = view.select("models", filters)
    limits = sources.workspace.config.thresholds
    projects = view.select("projects") if view.has("projects") else []
    names = {str(row["id"]): str(row.get("name") or row["id"]) for row in projects}
    found = read_health(view, rows, limits, sources.today)
    lines = sorted((_line(health, names, limits) for health in found), key=lambda line: line.rank)
    return Models(tuple(lines), view.hidden("models", filters))


def _line(health: Health, projects: dict[str, str], limits: Thresholds) -> ModelLine:
    judged = _judged(health, limits)
    project = str(health.row.get("project_id") or "")
    return ModelLine(
        id=health.id,
        name=health.name,
        project=projects.get(project, project),
        owner=str(health.row.get("owner") or ""),
        validated=health.validated,
        latest=health.quality.latest if health.quality else None,
        points=health.points,
        declining_since=health.onset,
        trend=tuple(round(float(v), 4) for v in health.quality.values[-_DRAWN_WEEKS:]) if health.quality else (),
        state=judged.state,
        next_step=judged.next_step,
        rank=judged.rank,
    )


class _Judged(NamedTuple):
    rank: int
    state: str
    next_step: str


def _judged(health: Health, limits: Thresholds) -> _Judged:
    """How urgent it is, what is the matter, and what to do next; the first that applies."""
    is_beyond = health.points is not None and health.points < -100 * limits.quality_drop
    shifted = ", ".join(i.name.replace("_", " ") for i in health.shifted)
    unmeasured, overdue = health.unmeasured_days, health.overdue_days
    cases: tuple[tuple[object, int, str, str], ...] = (
        (
            is_beyond and health.decline, 0,
            "Below its validated level and falling", "Find the cause, then retrain and validate again",
        ),
        (is_beyond, 0, "Below its validated level", "Validate again"),
        (health.decline, 1, "Falling", "Find the cause before it passes the limit"),
        (health.quality is None, 1, "Never measured", "Measure its quality"),
        (unmeasured, 1, f"Not measured for {unmeasured} days", "Measure its quality"),
        (health.may_feed_itself, 1, "May learn from its own output", "Check on cases that it did not decide"),
        (shifted, 1, f"Inputs have shifted: {shifted}", "Look at these"),
        (
            health.runs_another_version, 1,
            "Runs another version than the approved one", "Deploy the approved version",
        ),
        (overdue, 1, f"Retraining overdue by {overdue} days", "Retrain"),
    )  # fmt: skip
    return next((_Judged(*case[1:]) for case in cases if case[0]), _Judged(2, "Holds its validated level", ""))
