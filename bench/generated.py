"""A large workspace made from a seed: projects with criteria and facts, models with quality, observations."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SEED = 7
PROJECTS, MODELS, WEEKS, OBSERVATIONS = 2_000, 200, 104, 1_000_000
UNITS = tuple(f"Unit {letter}" for letter in "ABCDEFGHIJKL")
STAGES = ("idea", "proof_of_concept", "pilot", "scaling", "production")
TODAY = date(2026, 6, 30)

METRICS = """
metrics:
  adoption_rate:
    label: Adoption rate
    definition: Share of the people meant to use a system who do.
    table: observations
    expression: SUM(numerator) / SUM(denominator)
    where: {metric: adoption_rate}
    time: month
    dimensions: {unit: unit, project: project_id}
    unit: share
    owner: Change office
"""


def write_workspace(root: Path, gates: Path, observations: int = OBSERVATIONS) -> None:
    rng = np.random.default_rng(SEED)
    (root / "records").mkdir(parents=True)
    (root / "workspace.yaml").write_text(f"as_of: {TODAY}\ncurrency: EUR\n")
    (root / "metrics.yaml").write_text(METRICS)
    shutil.copy(gates, root / "gates.yaml")
    _write(root, "projects", _projects(rng))
    _write(root, "models", _models(rng))
    _write(root, "model_quality", _quality(rng))
    _write(root, "observations", _observations(rng, observations))


def _write(root: Path, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    with (root / "records" / f"{table}.csv").open("w", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row))
                writer.writeheader()
            writer.writerow(row)


def _projects(rng: np.random.Generator) -> Iterable[Mapping[str, object]]:
    for n in range(PROJECTS):
        row: dict[str, object] = {"id": f"P-{n:04}", "name": f"Project number {n}", "unit": UNITS[n % len(UNITS)]}
        row |= {"jurisdiction": rng.choice(["EU", "UK", "US"]), "stage": rng.choice(STAGES)}
        row |= {
            "stage_since": TODAY - timedelta(days=int(rng.integers(900))),
            "budget": int(rng.integers(1, 900)) * 1000,
        }
        for criterion in ("business_value", "feasibility", "strategic_importance", "risk", "data_readiness"):
            low, likely, high = np.round(np.sort(rng.uniform(1, 10, 3)), 1)
            row |= {criterion: likely, f"{criterion}_low": low, f"{criterion}_high": high}
        low, likely, high = np.sort(rng.integers(1, 36, 3))
        row |= {"time_to_value": likely, "time_to_value_low": low, "time_to_value_high": high}
        row |= {"change_budget": int(rng.integers(1, 200)) * 1000, "headcount": int(rng.integers(1, 20))}
        row |= {"risk_class": rng.choice(["minimal", "limited", "high"])}
        row |= {"affects": rng.choice(["customers", "employees", "nobody"])}
        for flag in ("adoption_plan", "personal_data", "scores_people", "decides_alone", "generative"):
            row[flag] = rng.choice(["yes", "no", ""], p=[0.4, 0.4, 0.2])
        for day in ("validated_on", "fairness_tested_on", "security_assessed_on", "rollback_tested_on", "dpia_date"):
            row[day] = TODAY - timedelta(days=int(rng.integers(500))) if rng.random() < 0.6 else ""
        yield row


def _models(rng: np.random.Generator) -> Iterable[Mapping[str, object]]:
    for n in range(MODELS):
        trained = TODAY - timedelta(days=int(rng.integers(500)))
        yield {
            "id": f"M-{n:03}", "project_id": f"P-{n:04}", "name": f"Model number {n}", "status": "live",
            "quality_metric": "accuracy", "validated_quality": 0.9, "registry_version": "2.0",
            "deployed_version": "2.0", "trained_on": trained, "retrain_every_days": 180,
        }  # fmt: skip


def _quality(rng: np.random.Generator) -> Iterable[Mapping[str, object]]:
    weeks = np.arange(WEEKS)
    first = TODAY - timedelta(weeks=WEEKS)
    for n in range(MODELS):
        season = 0.01 * np.sin(2 * np.pi * weeks / 52 + n)
        # Every fourth model falls, half of these suddenly.
        begin = int(rng.integers(60, 95))
        fall = np.where(weeks < begin, 0.0, 0.05 if n % 8 else 0.08 * (weeks - begin) / WEEKS) if n % 4 == 0 else 0.0
        values = 0.9 + season - fall + rng.normal(0, 0.005, WEEKS)
        for week, value in zip(weeks.tolist(), values.tolist(), strict=True):
            yield {
                "model_id": f"M-{n:03}",
                "week": first + timedelta(weeks=week),
                "value": round(value, 4),
                "cases": 900,
            }


def _observations(rng: np.random.Generator, count: int) -> Iterable[Mapping[str, object]]:
    months = [date(2016 + n // 12, n % 12 + 1, 1) for n in range(126)]
    month, project = rng.integers(len(months), size=count).tolist(), rng.integers(PROJECTS, size=count).tolist()
    used, meant = rng.integers(1, 90, size=count).tolist(), rng.integers(90, 200, size=count).tolist()
    for m, p, numerator, denominator in zip(month, project, used, meant, strict=True):
        yield {
            "metric": "adoption_rate", "month": months[m], "unit": UNITS[p % len(UNITS)], "project_id": f"P-{p:04}",
            "numerator": numerator, "denominator": denominator,
        }  # fmt: skip
