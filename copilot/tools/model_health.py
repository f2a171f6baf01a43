"""What the records tell of each model's health, read for all models in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast

from copilot.analysis.drift import LATEST, Decline, Series, Shift, find_decline, shift, weekly
from copilot.records.schema import TableSchema
from copilot.records.store import RecordView
from copilot.tools.evidence import Row, day_of, name_of, number_of, short_name_of
from copilot.workspace import Thresholds

# Quality that was not measured for longer than this is called out.
UNMEASURED_AFTER_DAYS = 28
_EPOCH = date(1970, 1, 1)

Aspect = Literal["quality", "retraining", "version"]
COLUMNS: Mapping[Aspect, tuple[str, ...]] = {
    "quality": ("validated_quality",),
    "retraining": ("retraining_due", "trained_on", "retrain_every_days"),
    "version": ("runs_unapproved_version", "deployed_version", "registry_version"),
}
"""The columns of `models` that a question about each aspect is about."""


@dataclass(frozen=True)
class Quality:
    """Quality by week, oldest first."""

    first: date
    last: date
    """Week of the last measurement."""
    values: Series
    measured: int
    """Weeks with a measurement; the others are drawn between neighbours."""
    latest_cases: int | None
    """Cases of the latest weeks, where recorded."""

    @property
    def latest(self) -> float:
        return float(self.values[-LATEST:].mean())

    def week(self, index: int) -> date:
        return self.first + timedelta(weeks=index)


@dataclass(frozen=True)
class Input:
    name: str
    bins: tuple[str, ...]
    training: tuple[int, ...]
    """Cases in each bin."""
    recent: tuple[int, ...]
    shift: Shift


@dataclass(frozen=True)
class Health:
    row: Row
    quality: Quality | None
    decline: Decline | None
    inputs: tuple[Input, ...]
    """Largest shift first."""
    incidents: tuple[Row, ...]
    """Latest first."""
    today: date

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def name(self) -> str:
        return short_name_of(self.row)

    @property
    def title(self) -> str:
        return name_of(self.row)

    @property
    def validated(self) -> float | None:
        return number_of(self.row, "validated_quality")

    @property
    def points(self) -> float | None:
        """Latest less validated quality in percentage points, of the rounded figures so that they add up."""
        if self.quality is None or self.validated is None:
            return None
        return round(round(self.quality.latest * 100, 1) - round(self.validated * 100, 1), 1)

    @property
    def onset(self) -> date | None:
        return self.quality.week(self.decline.onset) if self.quality and self.decline else None

    @property
    def shifted(self) -> tuple[Input, ...]:
        return tuple(i for i in self.inputs if i.shift.level == "act")

    @property
    def watched(self) -> tuple[Input, ...]:
        return tuple(i for i in self.inputs if i.shift.level == "watch")

    @property
    def concentrating(self) -> tuple[Input, ...]:
        return tuple(i for i in self.inputs if i.shift.is_concentrating)

    @property
    def may_feed_itself(self) -> bool:
        moved = bool(self.shifted or self.watched or self.concentrating)
        return self.row.get("uses_own_output") is True and moved

    @property
    def retraining_due(self) -> date | None:
        return day_of(self.row.get("retraining_due"))

    @property
    def overdue_days(self) -> int:
        return max(0, (self.today - self.retraining_due).days) if self.retraining_due else 0

    @property
    def has_versions(self) -> bool:
        """Whether both the version that runs and the one that is approved are recorded."""
        return self.row.get("runs_unapproved_version") is not None

    @property
    def runs_another_version(self) -> bool:
        return self.row.get("runs_unapproved_version") is True

    @property
    def unmeasured_days(self) -> int:
        """Days without a measurement, once they are too many."""
        if self.quality is None:
            return 0
        days = (self.today - self.quality.last).days
        return days if days > UNMEASURED_AFTER_DAYS else 0

    @property
    def needs_diagnosis(self) -> bool:
        return bool(self.decline or self.shifted or self.may_feed_itself or self.unmeasured_days)

    @property
    def badness(self) -> tuple[float, ...]:
        """Falls come first, the largest before the others; then shifted inputs, then what is overdue."""
        fall = max(-(self.points or 0.0), 100 * self.decline.fall) if self.decline else 0.0
        return (
            fall,
            float(len(self.shifted)),
            float(self.may_feed_itself),
            float(self.unmeasured_days),
            float(self.overdue_days),
            -(self.points or 0.0),
        )


def can_judge(tables: Mapping[str, TableSchema]) -> bool:
    """Whether the records tell anything of the health of models: their quality, their inputs, when they were trained
    and are to be again, or which version runs and which is approved."""
    if "models" not in tables:
        return False
    held = {column.name for column in tables["models"].columns}
    tells = held & {"retraining_due", "runs_unapproved_version"}
    return bool(tells) or "model_quality" in tables or "feature_bins" in tables


def ordered_by(healths: Sequence[Health], aspect: Aspect) -> list[Health]:
    """The worst in an aspect first."""
    if aspect == "retraining":
        return sorted(healths, key=lambda h: -h.overdue_days)
    if aspect == "version":
        return sorted(healths, key=lambda h: not h.runs_another_version)
    return list(healths)


def read_health(view: RecordView, models: Sequence[Row], limits: Thresholds, today: date) -> list[Health]:
    """The health of each of the models, worst first."""
    qualities, inputs, incidents = _qualities(view, today), _inputs(view, limits), _incidents(view)
    found = []
    for row in models:
        id, level = str(row["id"]), row.get("validated_quality")
        quality = qualities.get(id)
        validated = float(level) if isinstance(level, int | float) else None
        decline = find_decline(quality.values, validated, limits.quality_drop) if quality else None
        found.append(Health(row, quality, decline, inputs.get(id, ()), tuple(incidents.get(id, ())), today))
    return sorted(found, key=lambda h: (*(-b for b in h.badness), h.id))


def _qualities(view: RecordView, today: date) -> dict[str, Quality]:
    if not all(view.has("model_quality", c) for c in ("model_id", "week", "value")):
        return {}
    cases = "cases" if view.has("model_quality", "cases") else "NULL"
    rows = view.run(
        f"SELECT model_id, list(week - DATE '1970-01-01' ORDER BY week) AS days, "
        f"list(value ORDER BY week) AS quality, list({cases} ORDER BY week) AS cases "
        f"FROM {view.relation('model_quality')} WHERE week <= ? AND value IS NOT NULL GROUP BY model_id",
        [today],
    )
    return {str(row["model_id"]): _quality(row) for row in rows}


def _quality(row: Mapping[str, Any]) -> Quality:
    days = cast(list[int], row["days"])
    latest = [c for c in cast(list[int | None], row["cases"])[-LATEST:] if c]
    return Quality(
        first=_EPOCH + timedelta(days=days[0]),
        last=_EPOCH + timedelta(days=days[-1]),
        values=weekly(days, cast(list[float], row["quality"])),
        measured=len(set(days)),
        latest_cases=sum(latest) if len(latest) == min(LATEST, len(days)) else None,
    )


def _inputs(view: RecordView, limits: Thresholds) -> dict[str, tuple[Input, ...]]:
    needed = ("model_id", "feature", "bin", "position", "training_count", "recent_count")
    if not all(view.has("feature_bins", c) for c in needed):
        return {}
    rows: list[dict[str, Any]] = view.run(
        "SELECT model_id, feature, list(bin ORDER BY position) AS bins, "
        "list(coalesce(training_count, 0) ORDER BY position) AS before, "
        "list(coalesce(recent_count, 0) ORDER BY position) AS now "
        f"FROM {view.relation('feature_bins')} GROUP BY model_id, feature ORDER BY min(_row)"
    )
    found: dict[str, list[Input]] = defaultdict(list)
    for row in rows:
        if sum(row["before"]) and sum(row["now"]):
            bins = tuple(str(b) for b in row["bins"])
            before, now = tuple(row["before"]), tuple(row["now"])
            moved = shift(before, now, limits.drift_watch, limits.drift_act)
            found[row["model_id"]].append(Input(str(row["feature"]), bins, before, now, moved))
    return {model: tuple(sorted(inputs, key=lambda i: -i.shift.psi)) for model, inputs in found.items()}


def _incidents(view: RecordView) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    if view.has("incidents", "model_id"):
        order = ["-date"] if view.has("incidents", "date") else []
        for row in view.select("incidents", order_by=order):
            if row["model_id"]:
                found[str(row["model_id"])].append(row)
    return found
