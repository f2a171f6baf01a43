"""The planted contradictions, duplicates and gaps in the evidence."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta

from evals.shipped.plan import AS_OF
from evals.shipped.situation_figures import ratio_by_month, total
from evals.shipped.situations import (
    Situation,
    Tables,
    credit_drift,
    feedback_loop,
    ignored_maintenance,
    pilot_purgatory,
    technology_budget,
    unready_data,
    vanity_metrics,
)

_AFFECTED = ("customers", "employees", "applicants")
_LIVE = ("scaling", "production")


def _days_before(days: int) -> str:
    return (AS_OF - timedelta(days=days)).isoformat()


def policy_contradictions(tables: Tables) -> Situation:
    projects = {p["name"]: p for p in tables["projects"]}
    scoring, triage = projects["Customer value scoring for promotions"], projects["Motor claims triage"]
    writer = projects["Product description writer"]
    weeks = [r for r in tables["model_quality"] if r["model_id"] == _model_of(tables, triage["id"])]
    return Situation(
        "S-08", "Records that contradict a policy",
        "A customer score classed as limited risk without a fairness test; a model far below its validated "
        "level without rollback; a vendor text generator in production without review.",
        ("projects.csv", "models.csv", "model_quality.csv", "decisions.csv", "incidents.csv"),
        (scoring["id"], triage["id"], writer["id"]),
        {
            scoring["id"]: {
                "risk_class": scoring["risk_class"], "scores_people": scoring["scores_people"],
                "affects": scoring["affects"], "stage": scoring["stage"],
                "fairness_tested_on": None, "validated_on": scoring["validated_on"],
                "gate": f"{scoring['gate']} on {scoring['gate_date']}",
                "rule": "AI Risk Classification Policy 4.2: scoring customers is high risk; "
                "AI Approval Gates Policy 4.8: a fairness test report before production; 3.4: a review "
                "every 12 months",
            },
            triage["id"]: {
                "model": weeks[0]["model_id"], "validated_quality": 0.91,
                "latest_quality": float(weeks[-1]["value"]), "step_in_week": "2026-07-06",
                "mean_since_step": round(
                    math.fsum(float(w["value"]) for w in weeks if w["week"] >= "2026-07-06")
                    / sum(w["week"] >= "2026-07-06" for w in weeks), 4,
                ),
                "status": next(m["status"] for m in tables["models"] if m["id"] == weeks[0]["model_id"]),
                "decisions": [d["id"] for d in tables["decisions"] if d["project_id"] == triage["id"]],
                "rule": "AI Model Validation and Monitoring Policy 5.4: suspend or roll back within 5 "
                "working days of a fall of more than 5 points",
            },
            writer["id"]: {
                "gate": writer["gate"], "stage": writer["stage"], "vendor": writer["vendor"],
                "vendor_reviewed_on": None, "validated_on": None, "business_owner": None,
                "decisions": [d["id"] for d in tables["decisions"] if d["project_id"] == writer["id"]],
                "rule": "AI Approval Gates Policy 3.3, 4.3 and 4.6; Third-Party and Generative AI Policy 3.1",
            },
            "other_live_projects_without_a_fairness_test": [
                p["id"] for p in tables["projects"]
                if p["stage"] in _LIVE and p["personal_data"] == "yes" and p["affects"] in _AFFECTED
                and not p["fairness_tested_on"] and p["id"] != scoring["id"]
            ],
        },
    )  # fmt: skip


def _model_of(tables: Tables, project: str) -> str:
    return next(m["id"] for m in tables["models"] if m["project_id"] == project)


def duplicates(tables: Tables) -> Situation:
    groups = {
        "churn": ("Loyalty member churn early warning", "Current account churn prediction",
                  "Motor policy churn model"),
        "document extraction": ("Loan document extraction", "Claims document extraction"),
        "knowledge assistants of one vendor": (
            "Store colleague knowledge assistant", "Shop-floor instructions assistant",
        ),
    }  # fmt: skip
    rows = {p["name"]: p for p in tables["projects"]}
    found = {
        topic: [{key: rows[name][key] for key in ("id", "unit", "stage", "platform", "budget")} for name in names]
        for topic, names in groups.items()
    }
    return Situation(
        "S-09", "Near-duplicates across units",
        "Three churn models on their own stacks in three units; two document readers; two assistants.",
        ("projects.csv",), tuple(p["id"] for group in found.values() for p in group), found,
    )  # fmt: skip


def dependencies(tables: Tables) -> Situation:
    stage = {p["id"]: p["stage"] for p in tables["projects"]}
    edges = {p["id"]: p["depends_on"].split(";") for p in tables["projects"] if p["depends_on"]}
    ready = ("scaling", "production")
    return Situation(
        "S-10", "Dependencies", "Some projects wait for others that are not ready.", ("projects.csv",),
        tuple(edges),
        {
            "depends_on": edges,
            "waiting_for_something_not_live": {
                one: waiting
                for one, needs in edges.items() if (waiting := [n for n in needs if stage[n] not in ready])
            },
        },
    )  # fmt: skip


def waivers(tables: Tables) -> Situation:
    rows = [p for p in tables["projects"] if p["waiver_until"]]
    return Situation(
        "S-11", "An expired waiver", "The collections model runs on a waiver that has ended.",
        ("projects.csv", "decisions.csv"), tuple(p["id"] for p in rows),
        {
            "expired": {p["id"]: p["waiver_until"] for p in rows if p["waiver_until"] < AS_OF.isoformat()},
            "in_force": {p["id"]: p["waiver_until"] for p in rows if p["waiver_until"] >= AS_OF.isoformat()},
        },
    )  # fmt: skip


def expired_evidence(tables: Tables) -> Situation:
    live = [p for p in tables["projects"] if p["stage"] in _LIVE]
    limits = {"high": _days_before(365), "limited": _days_before(730)}

    def older(column: str, limit: str) -> dict[str, str]:
        return {p["id"]: p[column] for p in live if p[column] and p[column] < limit}

    validations = {
        p["id"]: p["validated_on"] for p in live
        if p["risk_class"] in limits and p["validated_on"] and p["validated_on"] < limits[p["risk_class"]]
    }  # fmt: skip
    return Situation(
        "S-12", "Expired evidence",
        "Validation of high-risk systems lasts 12 months; small business credit scoring was validated in "
        "February 2025.",
        ("projects.csv",), tuple(validations),
        {
            "validation_expired": validations,
            "impact_assessment_older_than_12_months": older("dpia_date", _days_before(365)),
            "fairness_test_older_than_6_months": {
                p["id"]: p["fairness_tested_on"] for p in live
                if p["affects"] == "customers" and "" < p["fairness_tested_on"] < "2026-04-30"
            },
            "gate_older_than_12_months": older("gate_date", _days_before(365)),
        },
    )  # fmt: skip


def stale_metric(tables: Tables) -> Situation:
    newest: dict[str, str] = defaultdict(str)
    for row in tables["observations"]:
        newest[row["metric"]] = max(newest[row["metric"]], row["month"])
    return Situation(
        "S-13", "A stale metric", "The reuse rate has not been observed since May 2026.",
        ("observations.csv", "../metrics.yaml"), ("reuse_rate",),
        {"last_month": dict(newest), "stale": [m for m, month in newest.items() if month < "2026-08-01"]},
    )  # fmt: skip


def ambiguous_name(tables: Tables) -> Situation:
    named = {p["id"]: f"{p['name']} ({p['unit']})" for p in tables["projects"] if "Atlas" in p["name"]}
    return Situation(
        "S-14", "An ambiguous name", "Two projects are called Atlas for short; ask which is meant.",
        ("projects.csv",), tuple(named), {"Atlas": named},
    )  # fmt: skip


def disagreeing_benefits(tables: Tables) -> Situation:
    rows = [p for p in tables["projects"] if p["realised_benefit"]]
    far = {
        p["id"]: {
            "expected": int(p["expected_benefit"]), "expected_basis": p["expected_basis"],
            "realised": int(p["realised_benefit"]), "realised_basis": p["realised_basis"],
        }
        for p in rows
        if p["expected_basis"] == "assumed" and int(p["realised_benefit"]) < 0.5 * int(p["expected_benefit"])
    }  # fmt: skip
    return Situation(
        "S-15", "Assumed and measured benefits disagree", "What was assumed is more than twice what came.",
        ("projects.csv", "observations.csv"), tuple(far),
        {
            "less_than_half_of_what_was_assumed": far,
            "realised_by_basis": {
                basis: total([p for p in rows if p["realised_basis"] == basis], "realised_benefit")
                for basis in ("measured", "estimated", "assumed")
            },
            "expected_by_basis": {
                basis: total(
                    [p for p in tables["projects"] if p["expected_basis"] == basis], "expected_benefit"
                )
                for basis in ("measured", "estimated", "assumed")
            },
        },
    )  # fmt: skip


def restricted_rows(tables: Tables) -> Situation:
    found = {
        label: {
            name: [r.get("id", r.get("project_id", "")) for r in rows if r.get("label") == label]
            for name, rows in tables.items()
            if name not in ("observations", "stage_history") and any(r.get("label") == label for r in rows)
        }
        for label in ("board", "people")
    }
    hidden = [r for r in tables["observations"] if r["label"]]
    return Situation(
        "S-16", "Restricted rows", "Hidden from a viewer without the label; totals must say so.",
        ("projects.csv", "decisions.csv", "incidents.csv", "models.csv", "observations.csv"),
        tuple(p["id"] for p in tables["projects"] if p["label"]),
        {
            **found,
            "restricted_metric": sorted({r["metric"] for r in hidden}),
            "restricted_observations": len(hidden),
            "projects_in_all": len(tables["projects"]),
            "projects_without_labels": sum(not p["label"] for p in tables["projects"]),
            "budget_in_all": total(tables["projects"], "budget"),
            "budget_without_labels": total([p for p in tables["projects"] if not p["label"]], "budget"),
        },
    )  # fmt: skip


def model_upkeep(tables: Tables) -> Situation:
    live = [m for m in tables["models"] if m["status"] == "live"]
    last: dict[str, str] = {}
    for row in tables["model_quality"]:
        last[row["model_id"]] = row["week"]
    overdue = {
        m["id"]: (AS_OF - date.fromisoformat(m["trained_on"])).days - int(m["retrain_every_days"])
        for m in live if m["trained_on"] and m["retrain_every_days"]
    }  # fmt: skip
    return Situation(
        "S-17", "Versions, monitoring and retraining",
        "Approved versions that do not run, a model without monitoring, models past their retraining day.",
        ("models.csv", "model_quality.csv", "incidents.csv"), tuple(m["id"] for m in live),
        {
            "registry_differs_from_deployed": {
                m["id"]: f"{m['deployed_version']} runs, {m['registry_version']} approved"
                for m in live if m["registry_version"] and m["registry_version"] != m["deployed_version"]
            },
            "monitoring_ended": {
                m["id"]: last[m["id"]] for m in live if last.get(m["id"], "9") < "2026-10-01"
            },
            "never_monitored": [m["id"] for m in live if m["id"] not in last],
            "retraining_overdue_days": {k: days for k, days in overdue.items() if days > 0},
        },
    )  # fmt: skip


def staffing(tables: Tables) -> Situation:
    def count(role: str, unit: str | None = None, column: str = "headcount") -> float:
        rows = (r for r in tables["roles"] if r["role"] == role and unit in (None, r["unit"]))
        return sum(float(r[column]) for r in rows)

    engineers = ("data_engineer", "ml_engineer", "mlops_engineer")
    ratio = {
        unit: round(sum(count(e, unit) for e in engineers) / count("data_scientist", unit), 2)
        for unit in dict.fromkeys(r["unit"] for r in tables["roles"])
    }
    return Situation(
        "S-18", "Too few engineers",
        "The group has 1.3 engineers for each data scientist; the playbook speaks of five to ten.",
        ("roles.csv",), tuple(ratio),
        {
            "data_scientists": count("data_scientist"),
            "engineers": {role: count(role) for role in engineers},
            "open_engineer_positions": sum(count(e, None, "open_positions") for e in engineers),
            "engineers_per_data_scientist": round(
                sum(count(e) for e in engineers) / count("data_scientist"), 2
            ),
            "by_unit": ratio,
            "manufacturing_change_managers": count("change_manager", "Manufacturing"),
            "training_completion_manufacturing": ratio_by_month(
                tables, "training_completion", unit="Manufacturing"
            )["2026-10-01"],
        },
    )  # fmt: skip


def situations(tables: Tables) -> list[Situation]:
    """What a viewer without labels finds; only the restricted rows themselves are read from everything."""
    makers = (
        pilot_purgatory, credit_drift, ignored_maintenance, feedback_loop, unready_data, technology_budget,
        vanity_metrics, policy_contradictions, duplicates, dependencies, waivers, expired_evidence,
        stale_metric, ambiguous_name, disagreeing_benefits, restricted_rows, model_upkeep, staffing,
    )  # fmt: skip
    visible = {name: [r for r in rows if not r.get("label")] for name, rows in tables.items()}
    return [make(tables if make is restricted_rows else visible) for make in makers]
