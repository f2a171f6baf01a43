"""What the records show of the health of models: one in detail, or many with the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from copilot.analysis.drift import LATEST, SEASON, SHORTEST, TREND
from copilot.language.formatting import NAMED, format_quantity, humanize, join_and
from copilot.tools.check_model_health.charts import table
from copilot.tools.check_model_health.diagnosis import steps
from copilot.tools.evidence import Row, day_of
from copilot.tools.findings import Reading, amount, count, share
from copilot.tools.model_health import UNMEASURED_AFTER_DAYS, Aspect, Health, Input
from copilot.types import Calculation, Finding, Quantity, Role, Table, Value
from copilot.workspace import Thresholds

_NAMED_INCIDENTS = 3
# Weeks or models that an opened calculation shows.
_ROWS = 50


def of_one(health: Health, reading: Reading, limits: Thresholds, aspect: Aspect | None = None) -> Iterator[Finding]:
    """The state of a model, what its records show besides, and what to do where it may be failing."""
    own = (reading.row("models", health.row),)

    def finding(kind: str, values: dict[str, Value], role: Role = "support", of: Calculation | None = None) -> Finding:
        named = {"model": health.name, **values}
        return Finding(kind=kind, subject=health.id, role=role, values=named, evidence=own, calculation=of)

    if aspect == "retraining":
        yield finding("retraining", _retraining(health), "headline")
    if aspect == "version":
        yield finding("version", _version(health), "headline")
    if aspect in ("retraining", "version"):
        return
    yield state(health, reading, "headline", ("validated", "latest", "change"))
    if (status := health.row.get("status")) and status != "live":
        yield finding("not_live", {"status": humanize(str(status))}, "caveat")
    if detected := _detection(health):
        yield finding("detection", detected, of=_series(health))
    if health.unmeasured_days and health.quality:
        yield finding("stale_measurement", {"last": health.quality.last, "days": count(health.unmeasured_days, "day")})
    moved = [*health.shifted, *health.watched]
    for i in moved:
        yield finding("input_shift", _shift(i), of=_histogram(i))
    if still := tuple(humanize(i.name) for i in health.inputs if i not in moved):
        yield finding(
            "stable_inputs", {"inputs": still, "has_others": bool(moved), "watch": amount(limits.drift_watch, "", 2)}
        )
    elif not health.inputs:
        yield finding("no_histograms", {})
    if health.row.get("uses_own_output") is not False:
        yield finding("feedback_loop", _feedback(health))
    yield finding("retraining", _retraining(health))
    yield finding("version", _version(health))
    for row in health.incidents[:_NAMED_INCIDENTS]:
        yield _incident(health, row, reading)
    if not health.incidents:
        yield Finding(kind="no_incident", subject=health.id, values={"model": health.name})
    if health.needs_diagnosis:
        for number, (task, values) in enumerate(steps(health, limits), 1):
            yield finding("diagnosis_step", {"step": amount(number), "task": task, **values})
    yield finding("measures", _measures(health, limits), "method")


def state(health: Health, reading: Reading, role: Role, figures: Sequence[str] = ()) -> Finding:
    """Latest quality against the validated one: `decline`, `no_decline` or `no_measurement`."""
    quality, decline = health.quality, health.decline
    values: dict[str, Value] = {
        "model": health.name,
        "shifted": tuple(humanize(i.name) for i in health.shifted),
        "shifted_count": count(len(health.shifted), "input"),
    }
    if quality is not None:
        weeks = len(quality.values)
        values |= {
            "validated": None if health.validated is None else _measured(health.validated),
            "latest": _measured(quality.latest),
            "weeks": count(min(LATEST, weeks), "week"),
            "last": quality.last if health.unmeasured_days else None,
            "change": points(health.points),
            "series": count(weeks, "week"),
        }
        if decline is None:
            values |= {"baseline": _baseline(weeks), "trend": count(TREND, "week")}
        else:
            values |= {
                "onset": health.onset,
                "fall": points(decline.fall * 100),
                "detector": decline.detector,
                "confidence": decline.confidence,
            }
    return Finding(
        kind="no_measurement" if quality is None else "decline" if decline else "no_decline",
        subject=health.id,
        role=role,
        values=values,
        figures=tuple(name for name in figures if values.get(name)),
        evidence=(reading.row("models", health.row),),
        calculation=_series(health),
    )


def overview(
    healths: Sequence[Health], top: int, limits: Thresholds, scope: dict[str, Value], reading: Reading
) -> Iterator[Finding]:
    """How many models are declining, those one by one, what else is wrong with how many, and the others."""
    if not any(h.quality for h in healths):
        values = {**scope, "models": count(len(healths), "model")}
        yield Finding(kind="nothing_measured", role="headline", values=values, evidence=_rows(healths, reading))
        yield from _troubles(healths, reading)
        return
    declining = [h for h in healths if h.decline]
    beyond = [h for h in declining if h.points is not None and -h.points > limits.quality_drop * 100]
    yield Finding(
        kind="declining_models",
        role="headline",
        values={
            **scope,
            "declining": count(len(declining), "declining model"),
            "models": count(len(healths), "model"),
            **_named(declining),
        },
        figures=("declining", "models"),
        evidence=_rows(declining, reading),
    )
    if beyond:
        yield Finding(
            kind="beyond_limit",
            role="headline",
            values={"models": count(len(beyond), "model"), "limit": points(limits.quality_drop * 100)},
            evidence=_rows(beyond, reading),
        )
    yield from (state(h, reading, "headline") for h in healths[:top] if h.decline)
    yield from _troubles(healths, reading)
    yield from (state(h, reading, "support") for h in healths[:top] if not h.decline)
    yield Finding(kind="measures_of_all", role="method")


def of_aspect(healths: Sequence[Health], aspect: Aspect, scope: dict[str, Value], reading: Reading) -> Finding:
    """Which models are late with their retraining, or run another version than the approved one; or that none is, and
    of how many that cannot be told."""
    kind = {"retraining": "overdue_retraining", "version": "other_version"}[aspect]
    _, has, detail = next(trouble for trouble in _TROUBLES if trouble[0] == kind)
    found = [h for h in healths if has(h)]
    known = [h for h in healths if (h.retraining_due if aspect == "retraining" else h.has_versions)]
    next_due = min((h.retraining_due for h in known if h.retraining_due), default=None)
    return Finding(
        kind=kind if found else f"no_{kind}",
        role="headline",
        values={
            **scope,
            "models": count(len(found), "model"),
            "checked": count(len(known), "model"),
            "unknown": count(len(healths) - len(known), "model"),
            "next": next_due if aspect == "retraining" and not found else None,
            **_named(found),
            "details": tuple(detail(h) for h in found[:NAMED]),
        },
        figures=("models",) if found else (),
        evidence=_rows(found or known, reading),
    )


def _troubles(healths: Sequence[Health], reading: Reading) -> Iterator[Finding]:
    """What else is wrong with some of the models, each trouble in a finding."""
    for kind, has, detail in _TROUBLES:
        found = [h for h in healths if has(h)]
        if found and not (kind == "unmeasured_models" and len(found) == len(healths)):
            values: dict[str, Value] = {"models": count(len(found), "model"), **_named(found)}
            values["details"] = tuple(detail(h) for h in found[:NAMED])
            if kind == "stale_measurements":
                values["limit"] = count(UNMEASURED_AFTER_DAYS, "day")
            yield Finding(kind=kind, values=values, evidence=_rows(found, reading))


_TROUBLES: tuple[tuple[str, Callable[[Health], object], Callable[[Health], Quantity | date | str]], ...] = (
    ("shifted_inputs", lambda h: h.shifted, lambda h: _names(h.shifted)),
    ("feedback_signs", lambda h: h.may_feed_itself, lambda h: _names(h.concentrating)),
    ("overdue_retraining", lambda h: h.overdue_days, lambda h: count(h.overdue_days, "day")),
    ("other_version", lambda h: h.runs_another_version, lambda h: _other_version(h)),
    ("stale_measurements", lambda h: h.unmeasured_days, lambda h: h.quality.last if h.quality else ""),
    ("unmeasured_models", lambda h: h.quality is None, lambda h: ""),
)
"""Kind, which models have it, and what is told of each."""


def points(value: float | None) -> Quantity | None:
    return None if value is None else amount(value, "points", 1)


def _measured(value: float) -> Quantity:
    return Quantity(value=value, unit="share", precision=1, basis="measured")


def _named(healths: Sequence[Health]) -> dict[str, Value]:
    return {
        "names": tuple(h.name for h in healths[:NAMED]),
        "ids": tuple(h.id for h in healths[:NAMED]),
        "more": count(max(0, len(healths) - NAMED), "model"),
    }


def _rows(healths: Iterable[Health], reading: Reading) -> tuple[str, ...]:
    return reading.rows("models", [h.row for h in healths][:NAMED])


def _names(inputs: Iterable[Input]) -> str:
    return join_and(humanize(i.name) for i in inputs)


def _other_version(health: Health) -> str:
    return f"{health.row['deployed_version']} instead of {health.row['registry_version']}"


def _detection(health: Health) -> dict[str, Value]:
    decline, quality = health.decline, health.quality
    if decline is None or quality is None:
        return {}
    without_season = "no second season" if len(quality.values) < 2 * SEASON else "weak signal"
    reasons = {"high": "strong signal", "medium": without_season, "low": "short series"}
    return {
        "detector": decline.detector,
        "series": count(len(quality.values), "week"),
        "fall": points(decline.fall * 100),
        "shape": decline.shape,
        "strength": amount(decline.strength, "", 1),
        "confidence": decline.confidence,
        "reason": reasons[decline.confidence],
    }


def _measures(health: Health, limits: Thresholds) -> dict[str, Value]:
    moved = [*health.shifted, *health.watched]
    return {
        "detector": health.decline.detector if health.decline else None,
        "baseline": _baseline(len(health.quality.values)) if health.quality else None,
        "inputs": tuple(humanize(i.name) for i in moved),
        "indices": tuple(amount(i.shift.psi, "", 2) for i in moved),
        "distances": tuple(amount(i.shift.distance, "", 2) for i in moved),
        "watch": amount(limits.drift_watch, "", 2),
        "act": amount(limits.drift_act, "", 2),
    }


def _baseline(weeks: int) -> str:
    """What the latest weeks are compared with."""
    return "a year before" if weeks >= 2 * SEASON else "first half" if weeks >= SHORTEST else "none"


def _shift(moved: Input) -> dict[str, Value]:
    before, now = moved.shift.moved_share
    return {
        "input": humanize(moved.name),
        "index": amount(moved.shift.psi, "", 2),
        "level": moved.shift.level,
        "watch": amount(moved.shift.watch, "", 2),
        "act": amount(moved.shift.act, "", 2),
        "distance": amount(moved.shift.distance, "", 2),
        "bin": moved.bins[moved.shift.moved_bin],
        "before": share(before, 1),
        "now": share(now, 1),
    }


def _feedback(health: Health) -> dict[str, Value]:
    if health.row.get("uses_own_output") is None:
        return {"state": "not recorded"}
    if not health.may_feed_itself:
        return {"state": "no sign" if health.inputs else "no histograms"}
    values: dict[str, Value] = {
        "state": "suspected",
        "concentrating": tuple(humanize(i.name) for i in health.concentrating),
        "drifted": tuple(humanize(i.name) for i in (*health.shifted, *health.watched)),
    }
    if health.concentrating:
        before, now = health.concentrating[0].shift.concentration
        values |= {"before": amount(before, "", 2), "now": amount(now, "", 2)}
    return values


def _retraining(health: Health) -> dict[str, Value]:
    due = health.retraining_due
    if due is None:
        return {"due": None}
    return {
        "trained": day_of(health.row.get("trained_on")),
        "interval": count(float(str(health.row["retrain_every_days"])), "day"),
        "due": due,
        "overdue": count(health.overdue_days, "day"),
    }


def _version(health: Health) -> dict[str, Value]:
    running, newest = health.row.get("deployed_version"), health.row.get("registry_version")
    return {
        "running": str(running) if running else None,
        "newest": str(newest) if newest else None,
        "deployed": day_of(health.row.get("deployed_on")),
    }


def _incident(health: Health, row: Row, reading: Reading) -> Finding:
    severity = row.get("severity")
    return Finding(
        kind="incident",
        subject=str(row["id"]),
        values={
            "model": health.name,
            "model_id": health.id,
            "day": day_of(row.get("date")),
            "severity": amount(float(severity), basis="recorded") if isinstance(severity, int | float) else None,
            "status": humanize(str(row["status"])) if row.get("status") else None,
            "title": str(row.get("title") or "no title").rstrip("."),
        },
        evidence=(reading.row("incidents", row),),
    )


def method(limits: Thresholds) -> str:
    """How the figures come about."""
    drop = format_quantity(amount(limits.quality_drop * 100, "points", 1))
    return (
        f"Latest quality is the mean of the last {LATEST} weeks; a fall of more than {drop} below the validated level "
        "is worth a warning. "
        f"From {2 * SEASON} weeks on each week is compared with the same week {SEASON} weeks before, below that with "
        f"the first half of the series; under {SHORTEST} weeks only a limit and a slope."
    )


def _series(health: Health) -> Calculation | None:
    """The latest weeks of a model's quality."""
    quality = health.quality
    if quality is None:
        return None
    first = max(0, len(quality.values) - _ROWS)
    rows = [
        (quality.week(n).isoformat(), round(float(quality.values[n]), 4)) for n in range(first, len(quality.values))
    ]
    detector = f"; decline by {health.decline.detector}" if health.decline else ""
    return Calculation(
        method=f"mean of the last {LATEST} weeks against the validated quality{detector}",
        formula="change = latest quality − validated quality, in percentage points",
        query=f"SELECT week, value FROM model_quality WHERE model_id = '{health.id}' AND week <= '{health.today}' "
        "AND value IS NOT NULL ORDER BY week",
        inputs=(
            Table(title=f"Quality of {health.title}, latest weeks", columns=("Week", "Quality"), rows=tuple(rows)),
        ),
    )


def _histogram(moved: Input) -> Calculation:
    rows = zip(moved.bins, moved.training, moved.recent, strict=True)
    return Calculation(
        method="population stability index of the histograms in training and lately",
        formula="Σ (q − p) × ln(q / p), p and q being the shares of a bin in training and lately, half a case added",
        inputs=(Table(title=humanize(moved.name), columns=("Bin", "Training", "Lately"), rows=tuple(rows)),),
    )


def whole_calculation(healths: Sequence[Health], scope: str, limits: Thresholds) -> Calculation:
    return Calculation(
        method=method(limits),
        formula="change = latest quality − validated quality, in percentage points",
        query=scope,
        inputs=(table(healths[:_ROWS]),),
    )
