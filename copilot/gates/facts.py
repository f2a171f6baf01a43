"""What governance rules are checked against: a project's cells, and a few facts from other tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from copilot.gates.conditions import Fact, fact
from copilot.records.schema import Column
from copilot.records.store import RecordView
from copilot.types import Cell

DERIVED = (
    Column("change_share", "number", "Share of the budget set aside for change and adoption, 0 to 1."),
    Column("live_models", "number", "Number of its models that are live."),
    Column(
        "quality_fall_points",
        "number",
        "Largest fall of a live model below its validated quality, mean of its last four measured weeks, in "
        "percentage points; models without a measurement are left out.",
    ),
    Column(
        "days_since_measured",
        "number",
        "Days since the quality of a live model was measured; of several, the one measured longest ago.",
    ),
    Column(
        "days_since_training",
        "number",
        "Days since a live model was trained; of several models, the one trained longest ago.",
    ),
    Column(
        "outdated_models",
        "number",
        "Number of live models whose running version is not the newest approved one.",
    ),
    Column("open_severe_incidents", "number", "Number of open incidents of severity 1 or 2."),
)
"""Facts computed from the budget, models, model_quality and incidents of a project."""

_QUALITY = """
    SELECT model_id, max(week) AS latest, avg(value) AS value FROM (
        SELECT model_id, week, value, row_number() OVER (PARTITION BY model_id ORDER BY week DESC) AS n
        FROM {relation} WHERE value IS NOT NULL
    ) WHERE n <= 4 GROUP BY model_id
"""
_LIVE = (("models", "project_id"), ("models", "status"))
_NEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    "change_share": (("projects", "change_budget"), ("projects", "budget")),
    "live_models": _LIVE,
    "quality_fall_points": (*_LIVE, ("models", "validated_quality"), ("model_quality", "value")),
    "days_since_measured": (*_LIVE, ("model_quality", "week")),
    "days_since_training": (*_LIVE, ("models", "trained_on")),
    "outdated_models": (*_LIVE, ("models", "deployed_version"), ("models", "registry_version")),
    "open_severe_incidents": tuple(("incidents", name) for name in ("project_id", "severity", "status")),
}


@dataclass(frozen=True)
class ProjectFacts:
    row: Mapping[str, Cell]
    """As recorded, the derived facts added."""
    facts: Mapping[str, Fact]
    """As conditions compare them."""


def known_facts(view: RecordView) -> frozenset[str]:
    """The names of which the records can tell something: the columns that are there and what they allow."""
    columns = {column.name for column in view.tables["projects"].columns}
    return frozenset(columns | {name for name, needs in _NEEDS.items() if all(view.has(*n) for n in needs)})


def read_facts(view: RecordView, vocabulary: Mapping[str, Column], today: date) -> list[ProjectFacts]:
    """The facts of every project the viewer may see."""
    known = known_facts(view)
    derived = _derived(view, known, today)
    return [
        project_facts({**row, **derived.get(str(row.get("id")), {})}, vocabulary, known)
        for row in view.select("projects")
    ]


def project_facts(row: Mapping[str, Cell], vocabulary: Mapping[str, Column], known: Iterable[str]) -> ProjectFacts:
    """The facts of a projects row; what it does not hold is unknown."""
    shared = {name: row.get(name) for name in known}
    shared["change_share"] = share_of(row.get("change_budget"), row.get("budget"))
    facts = {name: fact(shared.get(name), column) for name, column in vocabulary.items()}
    return ProjectFacts({**row, **shared}, facts)


def share_of(part: Cell, whole: Cell) -> float | None:
    """0 to 1; None where one of the cells holds no number, or the whole is nothing."""
    if not isinstance(part, int | float) or not isinstance(whole, int | float) or whole <= 0:
        return None
    return part / whole


def _derived(view: RecordView, known: frozenset[str], today: date) -> dict[str, dict[str, Cell]]:
    """Facts from other tables, by project."""
    found: dict[str, dict[str, Cell]] = {str(row["id"]): {} for row in view.select("projects", columns=["id"])}
    if "live_models" in known:
        live: dict[str, list[Mapping[str, Cell]]] = {project: [] for project in found}
        for model in view.select("models"):
            if str(model["status"]).lower() == "live" and str(model["project_id"]) in live:
                live[str(model["project_id"])].append(model)
        quality = _quality(view) if view.has("model_quality") else {}
        for project, models in live.items():
            found[project] |= _of_models(models, quality, today)
    if "open_severe_incidents" in known:
        for project in found:
            found[project]["open_severe_incidents"] = 0
        for incident in view.select("incidents"):
            project, severity = str(incident["project_id"]), incident["severity"]
            is_severe = isinstance(severity, int | float) and severity <= 2
            if project in found and is_severe and str(incident["status"]).lower() == "open":
                found[project]["open_severe_incidents"] = int(found[project]["open_severe_incidents"] or 0) + 1
    return found


def _quality(view: RecordView) -> dict[str, Mapping[str, Cell]]:
    rows = view.run(_QUALITY.format(relation=view.relation("model_quality")))
    return {str(row["model_id"]): row for row in rows}


def _of_models(
    models: list[Mapping[str, Cell]], quality: Mapping[str, Mapping[str, Cell]], today: date
) -> dict[str, Cell]:
    measured = [quality.get(str(model["id"]), {}) for model in models]
    falls = [_fall(m, q.get("value")) for m, q in zip(models, measured, strict=True)]
    versions = [(m.get("deployed_version"), m.get("registry_version")) for m in models]
    outdated = [None if None in pair else pair[0] != pair[1] for pair in versions]
    return {
        "live_models": len(models),
        "quality_fall_points": max((f for f in falls if f is not None), default=None),
        "days_since_measured": _largest([_days_since(q.get("latest"), today) for q in measured]),
        "days_since_training": _largest([_days_since(m.get("trained_on"), today) for m in models]),
        "outdated_models": None if None in outdated else sum(map(bool, outdated)),
    }


def _fall(model: Mapping[str, Cell], value: Cell) -> float | None:
    validated = model.get("validated_quality")
    if not isinstance(validated, int | float) or not isinstance(value, int | float):
        return None
    fall = 100 * (validated - value)
    is_error = "error" in str(model.get("quality_metric")).lower()
    return round(-fall if is_error else fall, 1)


def _days_since(day: Cell, today: date) -> float | None:
    return (today - date.fromisoformat(str(day))).days if day is not None else None


def _largest(values: list[float | None]) -> float | None:
    """The worst of the models; unknown as soon as one of them is, and when there is none."""
    numbers = [v for v in values if v is not None]
    return max(numbers) if numbers and len(numbers) == len(values) else None
