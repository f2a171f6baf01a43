"""What the records hold of a model: its quality week by week, retraining, version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from copilot.drawing.charts import lines
from copilot.language.formatting import humanize
from copilot.records.store import Filter, RecordView
from copilot.tools.evidence import Row, day_of, measured, recorded
from copilot.tools.findings import Reading, amount, count
from copilot.types import Calculation, Chart, Finding, Quantity, Table, Value

# Weeks averaged before a fall counts, so that one bad week does not.
_SMOOTHING = 4
# A smaller difference is none: a tenth of a percentage point is printed.
_NOTHING = 0.0005


@dataclass(frozen=True)
class Quality:
    """The weekly quality of a model, oldest first."""

    weeks: tuple[str, ...]
    values: tuple[float, ...]

    def below_since(self, level: float) -> str | None:
        """First week of the run, unbroken to the latest, in which the four-week average is below a level."""
        since = None
        for position in range(len(self.values) - 1, -1, -1):
            recent = self.values[max(0, position - _SMOOTHING + 1) : position + 1]
            if sum(recent) / len(recent) >= level:
                break
            since = self.weeks[position]
        return since


def quality(view: RecordView, model: str) -> Quality:
    if not view.has("model_quality"):
        return Quality((), ())
    filters = [Filter(column="model_id", value=model), Filter(column="value", op="present")]
    rows = view.select("model_quality", filters, ["week", "value"], ["week"])
    return Quality(tuple(str(r["week"]) for r in rows), tuple(float(str(r["value"])) for r in rows))


def of_model(row: Row, reading: Reading) -> Iterator[Finding]:
    """The findings of one model, each with its row."""
    view, id = reading.view, str(row["id"])
    columns = ["kind", "status", "purpose", "deployed_version", "registry_version", "deployed_on", "uses_own_output"]
    cells = {c: recorded(row.get(c), view.column("models", c)) if view.has("models", c) else None for c in columns}
    about: dict[str, Value] = {"name": str(row.get("name") or id), "id": id}
    found = [*_quality(row, quality(view, id), reading), *_retraining(row, reading.sources.today)]
    if cells["deployed_version"]:
        found.append(Finding(kind="version", values={c: cells[c] for c in columns[3:6]}))
    if row.get("uses_own_output"):
        found.append(Finding(kind="feedback_loop"))
    found.append(Finding(kind="model", values={c: cells[c] for c in columns[:3]}))
    evidence = (reading.row("models", row),)
    for finding in found:
        yield finding.model_copy(update={"subject": id, "values": {**about, **finding.values}, "evidence": evidence})


def _quality(row: Row, weekly: Quality, reading: Reading) -> Iterator[Finding]:
    """From the first week to the latest, against the validation, and since when it is too low."""
    if not weekly.values:
        return
    metric = humanize(str(row.get("quality_metric") or "quality"))
    first, latest = weekly.values[0], weekly.values[-1]
    calculation = Calculation(
        method="quality week by week",
        query=f"model_quality, model_id = {row['id']}, {len(weekly.weeks):,} weeks",
        inputs=(
            Table(
                title=metric.capitalize(),
                columns=("Week", metric.capitalize()),
                rows=tuple(zip(weekly.weeks, weekly.values, strict=True)),
            ),
        ),
    )
    yield Finding(
        kind="quality_change",
        values={
            "metric": metric,
            "first": measured(first, "share", "measured"),
            "first_week": date.fromisoformat(weekly.weeks[0]),
            "latest": measured(latest, "share", "measured"),
            "latest_week": date.fromisoformat(weekly.weeks[-1]),
            "change": _points(latest - first),
        },
        figures=("latest",),
        calculation=calculation,
    )
    validated = row.get("validated_quality")
    if not isinstance(validated, int | float):
        yield Finding(kind="not_validated", values={"metric": metric})
        return
    yield Finding(
        kind="quality_gap",
        values={
            "metric": metric,
            "latest": measured(latest, "share", "measured"),
            "validated": measured(float(validated), "share", "recorded"),
            "gap": _points(latest - float(validated)),
        },
        calculation=calculation,
    )
    drop = reading.sources.workspace.config.thresholds.quality_drop
    since = weekly.below_since(float(validated) - drop)
    if since is not None and len(weekly.values) >= _SMOOTHING:
        values: dict[str, Value] = {"metric": metric, "limit": _points(drop), "since": date.fromisoformat(since)}
        yield Finding(kind="quality_below", values=values, calculation=calculation)


def _points(difference: float) -> Quantity:
    return amount(0.0 if abs(difference) < _NOTHING else difference * 100, "points", 1)


def _retraining(row: Row, today: date) -> Iterator[Finding]:
    trained, interval, due = row.get("trained_on"), row.get("retrain_every_days"), day_of(row.get("retraining_due"))
    if due is None or not isinstance(trained, str) or not isinstance(interval, int | float):
        return
    yield Finding(
        kind="retraining",
        values={
            "trained_on": date.fromisoformat(trained),
            "interval": count(int(interval), "day"),
            "due": due,
            "overdue": count(max(0, (today - due).days), "day"),
            "today": today,
        },
        calculation=Calculation(method="days since retraining was due", formula="due = trained on + interval"),
    )


def quality_chart(row: Row, view: RecordView) -> Iterator[Chart]:
    """The quality by week beside that of the validation."""
    weekly = quality(view, str(row["id"]))
    if len(weekly.values) < 2:
        return
    name, metric = str(row.get("name") or row["id"]), humanize(str(row.get("quality_metric") or "quality"))
    validated = row.get("validated_quality")
    reference = ("Validated", float(validated)) if isinstance(validated, int | float) else None
    points = [(name, week, value) for week, value in zip(weekly.weeks, weekly.values, strict=True)]
    yield lines(f"{metric.capitalize()} of {name} by week", metric.capitalize(), points, reference, ".0%")
