"""Metric observations by month, unit and project."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from evals.shipped.benefits import benefit_rows
from evals.shipped.build_projects import Row, entries, stage_today
from evals.shipped.observation_plans import (
    ADOPTION,
    AUTOMATION,
    CATALOGUE_COVERAGE,
    CLICK_CONCENTRATION,
    FALSE_ALERTS,
    FOLLOWED,
    FORECAST_ERROR,
    OVERRIDES,
    PROFILES,
    Series,
)
from evals.shipped.plan import FIRST_MONTH, Project
from evals.shipped.portfolio import PROJECTS, UNIT_OF, UNITS
from evals.shipped.rng import Stream, add_months, season

MONTHS = tuple(add_months(FIRST_MONTH, n) for n in range(36))
_PROJECT = {p.slug: p for p in PROJECTS}
STALE_SINCE = date(2026, 6, 1)
"""The reuse rate was last observed the month before."""


def observation(
    metric: str,
    month: date,
    numerator: float,
    denominator: float | None = None,
    *,
    unit: str = "",
    project: Project | None = None,
    target: float | None = None,
    label: str = "",
) -> Row:
    return {
        "metric": metric, "month": month.isoformat(),
        "unit": unit or (UNIT_OF[project.slug] if project else ""),
        "project_id": project.id if project else "", "numerator": f"{numerator:.10g}",
        "denominator": "" if denominator is None else f"{denominator:.10g}",
        "target": "" if target is None else f"{target:g}",
        "label": label or (project.label if project else ""),
    }  # fmt: skip


def _months_of(project: Project) -> tuple[date, ...]:
    """The months in which it was a pilot or more, after the first partial one."""
    path = entries(project)
    begun = next(e.entered for e in path if e.stage in ("pilot", "scaling", "production"))
    ended = path[-1].entered if path[-1].stage in ("stopped", "retired") else None
    return tuple(m for m in MONTHS if m > begun and (ended is None or m < ended))


def _line(start: float, end: float, position: int, count: int) -> float:
    return end if count <= 1 else start + (end - start) * position / (count - 1)


def _ratio(metric: str, plans: dict[str, Series], noise: float) -> Iterable[Row]:
    for slug, series in plans.items():
        project, stream = _PROJECT[slug], Stream(metric, slug)
        months = _months_of(project)
        if slug == "press-maintenance":
            # Measured since it went live in all four plants.
            months = tuple(m for m in months if m >= date(2026, 4, 1))
        for n, month in enumerate(months):
            size = max(8, round(series.size * (1 + 0.06 * season(month.month) + stream.noise(0.02))))
            if metric == "adoption_rate":
                size = series.size
            share = _line(series.start, series.end, n, len(months))
            if 0 < n < len(months) - 1:
                share += stream.noise(noise * share)
            share = min(0.995, max(0.005, share))
            yield observation(metric, month, round(size * share), size, project=project, target=series.target)


def _late_rise(metric: str, slug: str, since: date, to: float) -> dict[date, float]:
    """A share that rises from a month on, for the systems that went wrong this summer."""
    months = [m for m in MONTHS if m >= since]
    start = OVERRIDES[slug].end
    return {m: _line(start, to, n + 1, len(months) + 1) for n, m in enumerate(months)}


def _overrides() -> Iterable[Row]:
    late = {
        _PROJECT["credit-personal"].id: _late_rise("override_rate", "credit-personal", date(2026, 6, 1), 0.142),
        _PROJECT["claims-triage"].id: _late_rise("override_rate", "claims-triage", date(2026, 7, 1), 0.168),
    }
    for row in _ratio("override_rate", OVERRIDES, 0.03):
        share = late.get(row["project_id"], {}).get(date.fromisoformat(row["month"]))
        yield row if share is None else row | {"numerator": str(round(float(row["denominator"]) * share))}


def _unit_rows(unit: str) -> Iterable[Row]:
    profile, count = PROFILES[unit], len(MONTHS)
    stream = Stream(unit, "observations")
    live = 2 + len([p for p in PROJECTS if UNIT_OF[p.slug] == unit and stage_today(p) == "production"])
    for n, month in enumerate(MONTHS):
        days = (add_months(month, 1) - month).days
        minutes = days * 1440 * live
        up = min(0.9999, _line(*profile.uptime, n, count) + stream.noise(0.0007))
        yield observation("model_uptime", month, round(minutes * up), minutes, unit=unit, target=0.995)
        deployments = stream.whole(1, 3) + (n > 18) + (unit == "E-Commerce") * 3
        lasted = _line(*profile.deploy_days, n, count) * (1 + stream.noise(0.07))
        yield observation("time_to_deploy_days", month, round(lasted * deployments), deployments, unit=unit, target=60)
        if profile.satisfaction:
            answers = round((900 + 400 * live) * (1 + 0.1 * season(month.month) + stream.noise(0.05)))
            mark = _line(*profile.satisfaction, n, count) + stream.noise(0.05)
            yield observation("customer_satisfaction", month, round(answers * mark), answers, unit=unit, target=7.5)
        predictions = round(profile.predictions * (0.7 + 0.3 * n / count + 0.05 * season(month.month)))
        price = _line(*profile.cost_per_thousand, n, count) * (1 + stream.noise(0.02))
        yield observation("inference_cost", month, round(predictions * price), predictions, unit=unit)
        trained = max(
            0,
            round(_line(*profile.trained, n, count) * (1 + 0.25 * season(month.month) + stream.noise(0.08))),
        )
        yield observation("people_trained", month, trained, unit=unit)
        needed, begin, end = profile.training
        done = round(needed * (_line(begin, end, n, count) + stream.noise(0.006)))
        yield observation("training_completion", month, done, needed, unit=unit, target=0.9)
        if month < STALE_SINCE:
            parts = 140 + 9 * n
            shared = round(parts * (_line(*profile.reuse, n, count) + stream.noise(0.008)))
            yield observation("reuse_rate", month, shared, parts, unit=unit, target=0.4)
        if month.month in (1, 4, 7, 10):
            asked, begin, end = profile.sentiment
            answers = round(asked * (1 + stream.noise(0.03)))
            mark = _line(begin, end, n, count) + stream.noise(0.03)
            yield observation("employee_sentiment", month, round(answers * mark), answers, unit=unit, target=3.8)
        stored = _line(*profile.terabytes, n, count) * (1 + stream.noise(0.006))
        yield observation("terabytes_collected", month, round(stored), unit=unit)
        built = max(0, round(_line(*profile.built, n, count) * (1 + stream.noise(0.1))))
        yield observation("models_built", month, built, unit=unit)


def _stage_on(project: Project, day: date) -> str | None:
    return next((e.stage for e in reversed(entries(project)) if e.entered < day), None)


def _portfolio_rows(unit: str) -> Iterable[Row]:
    """Pilots begun and platform use, counted from the register itself."""
    projects = [p for p in PROJECTS if UNIT_OF[p.slug] == unit]
    for month in MONTHS:
        after = add_months(month, 1)
        begun = sum(month <= e.entered < after for p in projects for e in entries(p) if e.stage == "pilot")
        yield observation("pilots_launched", month, begun, unit=unit)
        # Projects with a label stay out of a figure that everyone may read.
        active = [
            p for p in projects
            if not p.label and _stage_on(p, after) in ("proof_of_concept", "pilot", "scaling", "production")
        ]  # fmt: skip
        shared = sum(p.platform == "shared" for p in active)
        yield observation("shared_platform_share", month, shared, len(active), unit=unit, target=0.7)


def _loop_rows() -> Iterable[Row]:
    project = _PROJECT["recommendations"]
    for metric, series in (
        ("click_concentration", CLICK_CONCENTRATION),
        ("catalogue_coverage", CATALOGUE_COVERAGE),
    ):
        stream = Stream(metric)
        for n, month in enumerate(MONTHS):
            # Flat for a year, then the model feeds on its own choices.
            share = _line(series.start, series.end, max(0, n - 11), len(MONTHS) - 11) + stream.noise(0.004)
            if n == len(MONTHS) - 1:
                share = series.end
            size = round(series.size * (1 + 0.08 * season(month.month) * (metric == "click_concentration")))
            yield observation(metric, month, round(size * share), size, project=project, target=series.target)


def _workforce_rows() -> Iterable[Row]:
    for unit in ("Meridian Bank", "Insurance", "Logistics", "Group Services"):
        stream = Stream(unit, "positions")
        for month in MONTHS[24:]:
            moved = stream.whole(2, 14)
            yield observation("positions_reassigned", month, moved, unit=unit, label="people")


def observation_rows() -> list[Row]:
    rows = [
        observation(metric, month, amount, project=_PROJECT[slug])
        for metric, slug, month, amount in benefit_rows(MONTHS)
    ]
    rows += _ratio("adoption_rate", ADOPTION, 0.02)
    rows += _ratio("recommendations_followed", FOLLOWED, 0.025)
    rows += _ratio("automation_rate", AUTOMATION, 0.015)
    rows += _ratio("false_alert_rate", FALSE_ALERTS, 0.015)
    rows += _ratio("forecast_error", FORECAST_ERROR, 0.03)
    rows += _overrides()
    for unit in (u.name for u in UNITS):
        rows += _unit_rows(unit)
        rows += _portfolio_rows(unit)
    rows += _loop_rows()
    rows += _workforce_rows()
    return sorted(rows, key=lambda r: (r["metric"], r["month"], r["unit"], r["project_id"]))
