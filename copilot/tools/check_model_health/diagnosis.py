"""The diagnosis of a model that may be failing, step by step: what the records answer of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import sqrt

from copilot.language.formatting import humanize
from copilot.tools.evidence import day_of
from copilot.tools.findings import amount, count
from copilot.tools.model_health import Health
from copilot.types import Value
from copilot.workspace import Thresholds

# A release within this time before the decline is a suspect.
_RELEASE_BEFORE = timedelta(days=42)
# The week of a fall is known to about a week.
_WEEK = timedelta(days=7)


def steps(health: Health, limits: Thresholds) -> Iterator[tuple[str, dict[str, Value]]]:
    """Eight tasks in the order the work is done, each with what the records tell of it."""
    yield "confirm", _confirm(health)
    yield "check the pipeline", _pipeline(health)
    moved = [*health.shifted, *health.watched]
    groups = tuple(f"{humanize(i.name)} {i.bins[i.shift.moved_bin]}" for i in moved[:2])
    yield "segment", {"groups": groups}
    yield "tell data drift from concept drift", _drift(health)
    yield "decide", _decide(health)
    validated = None if health.validated is None else amount(health.validated, "share", 1, "measured")
    yield "validate", {"validated": validated, "is_shifted": bool(health.shifted)}
    yield "deploy in steps", {"running": _version(health, "deployed_version")}
    yield (
        "monitor",
        {
            "limit": amount(limits.quality_drop * 100, "points", 1),
            "watch": amount(limits.drift_watch, "", 2),
            "act": amount(limits.drift_act, "", 2),
            "has_histograms": bool(health.inputs),
        },
    )


def _confirm(health: Health) -> dict[str, Value]:
    """Whether the change may be chance."""
    cases = health.quality.latest_cases if health.quality else None
    if health.quality is None or not cases:
        return {"is_measured": health.quality is not None, "cases": None}
    level = min(max(health.quality.latest, 0.0), 1.0)
    chance = 1.96 * sqrt(level * (1 - level) / cases) * 100
    return {
        "is_measured": True,
        "cases": count(cases, "case"),
        "chance": amount(chance, "points", 1),
        "change": None if health.points is None else amount(health.points, "points", 1),
        "is_beyond_chance": health.points is not None and abs(health.points) > chance,
    }


def _pipeline(health: Health) -> dict[str, Value]:
    open_ones = (str(i["id"]) for i in health.incidents if i.get("status") and i["status"] != "closed")
    return {
        "shape": health.decline.shape if health.decline else None,
        "onset": health.onset,
        "released": _released_before(health),
        "runs_another_version": health.runs_another_version,
        "last": health.quality.last if health.quality and health.unmeasured_days else None,
        "open_incidents": tuple(open_ones),
    }


def _drift(health: Health) -> dict[str, Value]:
    moved = health.shifted or health.watched
    if not health.inputs:
        state = "no histograms"
    elif moved:
        state = "shifted" if health.shifted else "watched"
    else:
        state = "still and falling" if health.decline else "still"
    return {"state": state, "inputs": tuple(humanize(i.name) for i in moved)}


def _decide(health: Health) -> dict[str, Value]:
    """What the records support doing."""
    options, decline, released = list[str](), health.decline, _released_before(health)
    if health.runs_another_version:
        options.append("release")
    if decline is not None and decline.shape == "step":
        options += ["roll back", "repair"] if released else ["repair"]
    if health.may_feed_itself:
        options.append("retrain on other cases")
    elif decline is not None and (health.shifted or health.watched):
        options.append("retrain on recent cases")
    elif decline is not None and decline.shape == "slide":
        options.append("retrain later")
    if health.overdue_days:
        options.append("catch up")
    if decline is not None and health.shifted:
        options.append("restrict")
    owner = health.row.get("owner")
    return {
        "options": tuple(options),
        "running": _version(health, "deployed_version"),
        "newest": _version(health, "registry_version"),
        "released": released,
        "overdue": count(health.overdue_days, "day"),
        "owner": str(owner) if owner else None,
    }


def _version(health: Health, column: str) -> str | None:
    version = health.row.get(column)
    return str(version) if version else None


def _released_before(health: Health) -> date | None:
    """The day of the release that came shortly before the fall, if one did."""
    deployed = day_of(health.row.get("deployed_on"))
    if health.onset is None or deployed is None:
        return None
    return deployed if -_WEEK <= health.onset - deployed <= _RELEASE_BEFORE else None
