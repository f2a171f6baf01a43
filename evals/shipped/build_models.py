"""Model rows, their weekly quality, and histograms of their inputs."""

from __future__ import annotations

from datetime import date, timedelta

from evals.shipped.build_projects import Row, live_since, stage_today
from evals.shipped.features import FEATURES
from evals.shipped.model_plans import MODELS
from evals.shipped.people import model_owner
from evals.shipped.plan import AS_OF, Model, Project
from evals.shipped.portfolio import PROJECTS
from evals.shipped.rng import Stream, season, working_day

_PROJECT = {p.slug: p for p in PROJECTS}
FIRST_WEEK = date(2024, 11, 4)
LAST_WEEK = date(2026, 10, 26)
IDS = {m.name: f"M-{n:03d}" for n, m in enumerate(MODELS, 1)}


def _deployed(model: Model) -> date | None:
    if model.deployed:
        return date.fromisoformat(model.deployed)
    if model.status == "development":
        return None
    stream = Stream(model.name, "deployed")
    since = live_since(_PROJECT[model.project])
    assert since is not None, model.name
    # Usually retrained about on time; never before the project served real work.
    age = stream.whole(25, model.retrain - model.trained_days_before - 8)
    return max(since, working_day(AS_OF - timedelta(days=age)))


def _model_row(model: Model) -> Row:
    stream = Stream(model.name, "row")
    project = _PROJECT[model.project]
    deployed = _deployed(model)
    version = model.version or f"{stream.whole(1, 5)}.{stream.whole(0, 6)}"
    trained = deployed - timedelta(days=model.trained_days_before + stream.whole(0, 6)) if deployed else None
    if model.name == "Personal loan default score":
        trained = date(2026, 3, 2)
    until = trained - timedelta(days=stream.whole(20, 60)) if trained else None
    known = model.course != "none"
    return {
        "id": IDS[model.name], "project_id": project.id, "name": model.name, "purpose": model.purpose,
        "kind": model.kind, "owner": model_owner(project), "status": model.status,
        "quality_metric": model.metric, "validated_quality": f"{model.validated:g}" if known else "",
        "registry_version": (model.registry or version) if deployed and known else "",
        "deployed_version": version if deployed else "",
        "deployed_on": deployed.isoformat() if deployed else "",
        "trained_on": trained.isoformat() if trained and known else "",
        "training_data_until": until.isoformat() if until and known and project.platform != "vendor" else "",
        "retrain_every_days": str(model.retrain) if model.retrain and deployed else "",
        "uses_own_output": "yes" if model.own_output else _own_output(project),
        "label": model.label,
    }  # fmt: skip


def _own_output(project: Project) -> str:
    """Nobody has asked for every model yet."""
    return "" if stage_today(project) == "pilot" and Stream(project.slug, "own").chance(0.5) else "no"


def model_rows() -> list[Row]:
    return [_model_row(m) for m in MODELS]


def _expected(model: Model, week: date) -> float:
    """The quality a week would show without noise."""
    kind, *rest = model.course.split(":")
    value = model.validated
    if kind == "slide":
        begin, end, last = date.fromisoformat(rest[0]), date.fromisoformat(rest[1]), float(rest[2])
        share = min(1.0, max(0.0, (week - begin).days / (end - begin).days))
        return value + (last - value) * share
    if kind == "step":
        return float(rest[1]) if week >= date.fromisoformat(rest[0]) else value
    if kind == "improve":
        share = (week - FIRST_WEEK).days / (LAST_WEEK - FIRST_WEEK).days
        return value + (float(rest[0]) - value) * share
    return value


def _weeks(model: Model) -> list[date]:
    since = live_since(_PROJECT[model.project])
    assert since is not None, model.name
    begin = max(FIRST_WEEK, since + timedelta(days=(7 - since.weekday()) % 7))
    kind, *rest = model.course.split(":")
    end = date.fromisoformat(rest[0]) if kind == "steady" and rest else LAST_WEEK
    return [begin + timedelta(weeks=n) for n in range((end - begin).days // 7 + 1)]


def _quality(model: Model) -> list[Row]:
    stream = Stream(model.name, "quality")
    swing = 0.012 if model.course == "season" else 0.002
    noise = 0.004 if model.course.startswith(("slide", "step")) else 0.006
    volume = stream.whole(4, 60) * 100
    rows = []
    for week in _weeks(model):
        value = _expected(model, week) - swing * season(week.month) * 0.5 + stream.noise(noise)
        if model.name == "Personal loan default score" and week == LAST_WEEK:
            value = 0.79
        cases = round(volume * (1 + 0.15 * season(week.month)) + stream.noise(volume * 0.03))
        rows.append({
            "model_id": IDS[model.name], "week": week.isoformat(), "value": f"{min(value, 0.999):.4f}",
            "cases": str(cases),
        })  # fmt: skip
    return rows


def quality_rows() -> list[Row]:
    return [row for m in MODELS if m.status == "live" and m.course != "none" for row in _quality(m)]


def feature_rows() -> list[Row]:
    rows = []
    for feature in FEATURES:
        stream = Stream(feature.model, feature.name, "bins")
        for position, (label, before, after) in enumerate(feature.bins, 1):
            trained = before / 100 * feature.trained + stream.noise(feature.trained * 0.001)
            recent = after / 100 * feature.recent + stream.noise(feature.recent * 0.003)
            rows.append({
                "model_id": IDS[feature.model], "feature": feature.name, "bin": label,
                "position": str(position), "training_count": str(round(trained)),
                "recent_count": str(round(recent)),
            })  # fmt: skip
    return rows
