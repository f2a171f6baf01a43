"""Where each planted situation is hidden, and the figures to be found there, read from the rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from evals.shipped.build_projects import Row
from evals.shipped.plan import AS_OF, COHORT_START
from evals.shipped.situation_figures import (
    Figures,
    latest,
    population_stability,
    ratio_by_month,
    share,
    total,
    yearly_totals,
)

Tables = Mapping[str, Sequence[Row]]

CAUSES = (
    "no business owner", "no production budget", "data not ready", "integration none", "no gate evidence",
    "no adoption plan", "technology first",
)  # fmt: skip


@dataclass(frozen=True)
class Situation:
    id: str
    topic: str
    what: str
    files: tuple[str, ...]
    keys: tuple[str, ...]
    findings: Figures


def causes_of(project: Row) -> list[str]:
    """The causes of a stalled pilot that its row shows."""
    shown = (
        not project["business_owner"],
        not project["production_budget"],
        float(project["data_readiness"]) < 6,
        project["integration"] == "none",
        project["gate"] in ("none", "G1"),
        project["adoption_plan"] == "no",
        float(project["change_budget"]) <= 0.1 * float(project["budget"]),
    )
    return [cause for cause, is_shown in zip(CAUSES, shown, strict=True) if is_shown]


def _by_name(rows: Sequence[Row], name: str) -> Row:
    return next(r for r in rows if r["name"] == name)


def _about(tables: Tables, table: str, project: str) -> list[str]:
    return [r["id"] for r in tables[table] if r["project_id"] == project]


def cohort_entries(tables: Tables) -> dict[str, str]:
    """Projects that began a pilot in the past two years, and the day."""
    start = COHORT_START.isoformat()
    return {
        r["project_id"]: r["entered"]
        for r in tables["stage_history"] if r["stage"] == "pilot" and r["entered"] >= start
    }  # fmt: skip


def pilot_purgatory(tables: Tables) -> Situation:
    entered = cohort_entries(tables)
    cohort = [p for p in tables["projects"] if p["id"] in entered]
    by_stage = {s: [p["id"] for p in cohort if p["stage"] == s] for s in ("production", "pilot", "stopped")}
    stalled = [p for p in cohort if p["stage"] != "production"]
    causes = {c: [p["id"] for p in stalled if c in causes_of(p)] for c in CAUSES}
    limit = (AS_OF - timedelta(days=270)).isoformat()
    return Situation(
        "S-01", "Pilot purgatory",
        "Forty pilots began between 1 November 2024 and 31 October 2026; two reached production.",
        ("projects.csv", "stage_history.csv", "decisions.csv"), tuple(sorted(entered)),
        {
            "pilots_started": len(cohort), "reached_production": by_stage["production"],
            "still_pilots": by_stage["pilot"], "stopped": by_stage["stopped"],
            "counts": {stage: len(ids) for stage, ids in by_stage.items()},
            "started_by_unit": dict(Counter(p["unit"] for p in cohort)),
            "started_by_year": {
                "2024-11 to 2025-10": sum(day < "2025-11-01" for day in entered.values()),
                "2025-11 to 2026-10": sum(day >= "2025-11-01" for day in entered.values()),
            },
            "causes_among_the_stalled": {
                c: {"count": len(ids), "projects": ids} for c, ids in causes.items()
            },
            "in_pilot_today": sum(p["stage"] == "pilot" for p in tables["projects"]),
            "in_pilot_today_by_unit": dict(Counter(
                p["unit"] for p in tables["projects"] if p["stage"] == "pilot"
            )),
            "pilots_older_than_270_days": [
                p["id"] for p in tables["projects"] if p["stage"] == "pilot" and p["stage_since"] < limit
            ],
        },
    )  # fmt: skip


def credit_drift(tables: Tables) -> Situation:
    project = _by_name(tables["projects"], "Credit risk scoring for personal loans")
    model = _by_name(tables["models"], "Personal loan default score")
    weeks = [(r["week"], float(r["value"])) for r in tables["model_quality"] if r["model_id"] == model["id"]]
    validated = float(model["validated_quality"])
    due = date.fromisoformat(model["trained_on"]) + timedelta(days=int(model["retrain_every_days"]))
    overrides = ratio_by_month(tables, "override_rate", project["id"])
    stability = population_stability(tables, model["id"])

    def crossed(drop: float) -> str:
        """The first week from which quality stayed below the limit."""
        above = [week for week, value in weeks if value >= validated - drop]
        return next(week for week, _ in weeks if week > above[-1])

    return Situation(
        "S-02", "Model drift and data drift",
        "The credit model fell from 0.88 to 0.79 while a campaign brought older applicants.",
        ("models.csv", "model_quality.csv", "feature_bins.csv", "decisions.csv", "incidents.csv",
         "observations.csv"),
        (project["id"], model["id"]),
        {
            "validated_quality": validated, "latest_week": weeks[-1][0], "latest_quality": weeks[-1][1],
            "fall_in_points": round((validated - weeks[-1][1]) * 100, 1),
            "slide_began": "2026-05-18", "below_3_points_since": crossed(0.03),
            "below_5_points_since": crossed(0.05),
            "deployed_version": model["deployed_version"], "registry_version": model["registry_version"],
            "deployed_on": model["deployed_on"], "trained_on": model["trained_on"],
            "retraining_due": due.isoformat(), "retraining_overdue_days": (AS_OF - due).days,
            "population_stability_index": stability,
            "features_above_0.25": [name for name, value in stability.items() if value > 0.25],
            "override_rate": {m: overrides[m] for m in ("2026-05-01", "2026-10-01")},
            "decisions": _about(tables, "decisions", project["id"]),
            "incidents": _about(tables, "incidents", project["id"]),
        },
    )  # fmt: skip


def ignored_maintenance(tables: Tables) -> Situation:
    project = _by_name(tables["projects"], "Predictive maintenance for press lines")
    model = _by_name(tables["models"], "Press failure predictor")
    weeks = [float(r["value"]) for r in tables["model_quality"] if r["model_id"] == model["id"]]
    scores = {
        f"{r['area']}/{r['aspect']} {r['date'][:4]}": float(r["score"])
        for r in tables["assessments"]
        if r["unit"] == "Manufacturing" and r["aspect"] in ("trust", "incentives", "trust_in_technology")
    }
    sentiment = ratio_by_month(tables, "employee_sentiment", unit="Manufacturing")
    return Situation(
        "S-03", "A model that works and is ignored",
        "The maintenance model keeps its quality of 0.85; fewer and fewer recommendations are followed.",
        ("models.csv", "model_quality.csv", "observations.csv", "assessments.csv", "incidents.csv",
         "decisions.csv", "roles.csv"),
        (project["id"], model["id"]),
        {
            "validated_quality": float(model["validated_quality"]),
            "quality_mean_of_all_weeks": round(math.fsum(weeks) / len(weeks), 3), "latest_quality": weeks[-1],
            "recommendations_followed": ratio_by_month(tables, "recommendations_followed", project["id"]),
            "adoption_rate": ratio_by_month(tables, "adoption_rate", project["id"]),
            "assessment_scores": scores, "employee_sentiment": latest(sentiment),
            "employee_sentiment_first": dict([next(iter(sentiment.items()))]),
            "technology_share": share(project, "technology_budget"),
            "adoption_plan": project["adoption_plan"],
            "decisions": _about(tables, "decisions", project["id"]),
            "incidents": _about(tables, "incidents", project["id"]),
        },
    )  # fmt: skip


def feedback_loop(tables: Tables) -> Situation:
    project = _by_name(tables["projects"], "Product recommendations")
    models = [m["id"] for m in tables["models"] if m["uses_own_output"] == "yes"]
    first, last = "2023-11-01", "2026-10-01"
    found: Figures = {}
    for metric in ("click_concentration", "catalogue_coverage"):
        series = ratio_by_month(tables, metric, project["id"])
        found[metric] = {m: series[m] for m in (first, "2024-10-01", "2025-10-01", last)}
    model = _by_name(tables["models"], "Next product recommender")
    return Situation(
        "S-04", "Feedback loop",
        "The recommender learns from clicks on what it showed: clicks concentrate, coverage falls, its own "
        "quality measure rises.",
        ("models.csv", "model_quality.csv", "observations.csv", "feature_bins.csv", "incidents.csv",
         "decisions.csv"),
        (project["id"], *models),
        found
        | {
            "uses_own_output": models, "validated_quality": float(model["validated_quality"]),
            "latest_quality": next(
                float(r["value"]) for r in reversed(tables["model_quality"]) if r["model_id"] == model["id"]
            ),
            "population_stability_index": population_stability(tables, model["id"]),
            "decisions": _about(tables, "decisions", project["id"]),
            "incidents": _about(tables, "incidents", project["id"]),
        },
    )  # fmt: skip


def unready_data(tables: Tables) -> Situation:
    project = _by_name(tables["projects"], "Inventory optimisation for stores")
    return Situation(
        "S-05", "Unready data behind an attractive pilot",
        "Five pilot stores did well; data for 500 stores is not ready.",
        ("projects.csv", "decisions.csv", "assessments.csv"),
        (project["id"], *project["depends_on"].split(";")),
        {
            "business_value": float(project["business_value"]),
            "data_readiness": {
                bound: float(project[f"data_readiness{suffix}"])
                for bound, suffix in (("low", "_low"), ("likely", ""), ("high", "_high"))
            },
            "expected_benefit": int(project["expected_benefit"]), "expected_basis": project["expected_basis"],
            "causes": causes_of(project), "depends_on": project["depends_on"].split(";"),
            "decisions": _about(tables, "decisions", project["id"]),
            "retail_data_readiness_2026": {
                r["aspect"]: float(r["score"]) for r in tables["assessments"]
                if r["unit"] == "Retail Stores" and r["area"] == "data_readiness" and r["date"][:4] == "2026"
            },
        },
    )  # fmt: skip


def technology_budget(tables: Tables) -> Situation:
    split = [p for p in tables["projects"] if p["technology_budget"]]
    flagship = _by_name(split, "Group AI platform")
    return Situation(
        "S-06", "Ninety per cent of the budget on technology",
        "The platform spends 90 per cent on technology and 10 per cent on change; many projects do the same.",
        ("projects.csv", "decisions.csv"), (flagship["id"],),
        {
            "flagship": {k: int(flagship[k]) for k in ("budget", "technology_budget", "change_budget")},
            "projects_with_a_split": len(split),
            "technology_share_at_least_0.9": [
                p["id"] for p in split if int(p["technology_budget"]) >= 0.9 * int(p["budget"])
            ],
            "change_share_at_least_0.2": [
                p["id"] for p in split if int(p["change_budget"]) >= 0.2 * int(p["budget"])
            ],
            "technology_share_of_all": round(total(split, "technology_budget") / total(split, "budget"), 4),
            "change_share_of_all": round(total(split, "change_budget") / total(split, "budget"), 4),
        },
    )  # fmt: skip


def vanity_metrics(tables: Tables) -> Situation:
    years = ("pilots_launched", "models_built", "realised_benefit")
    stock = [r for r in tables["observations"] if r["metric"] == "terabytes_collected"]
    return Situation(
        "S-07", "Vanity metrics",
        "Pilots, models and terabytes rise; measured benefit has been flat for two years.",
        ("observations.csv", "../metrics.yaml"), (*years, "terabytes_collected"),
        {
            **{f"{metric}_by_year_from_november": yearly_totals(tables, metric) for metric in years},
            "terabytes_collected": {
                month: total([r for r in stock if r["month"] == month], "numerator")
                for month in ("2023-11-01", "2024-11-01", "2025-11-01", "2026-10-01")
            },
        },
    )  # fmt: skip
