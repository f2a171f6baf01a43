"""Figures read from the rows, the plain way."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from evals.shipped.build_projects import Row

Figures = dict[str, Any]
"""What is written to YAML."""


def total(rows: Sequence[Row], column: str) -> int:
    return round(math.fsum(float(r[column]) for r in rows if r[column]))


def share(project: Row, column: str) -> float:
    return round(float(project[column]) / float(project["budget"]), 4)


def ratio_by_month(
    tables: Mapping[str, Sequence[Row]], metric: str, project: str = "", unit: str = ""
) -> dict[str, float]:
    """Numerator over denominator in each month, for one project or one unit."""
    return {
        r["month"]: round(float(r["numerator"]) / float(r["denominator"]), 4)
        for r in tables["observations"]
        if r["metric"] == metric and (r["project_id"] == project if project else r["unit"] == unit)
    }


def latest(series: Mapping[str, float]) -> dict[str, float]:
    month = max(series)
    return {month: series[month]}


def yearly_totals(tables: Mapping[str, Sequence[Row]], metric: str) -> list[int]:
    """Sums of the three years that begin in November 2023, 2024 and 2025."""
    years = [0.0, 0.0, 0.0]
    for row in tables["observations"]:
        if row["metric"] == metric:
            year, month = int(row["month"][:4]), int(row["month"][5:7])
            years[year - 2023 - (month < 11)] += float(row["numerator"])
    return [round(y) for y in years]


def population_stability(tables: Mapping[str, Sequence[Row]], model: str) -> dict[str, float]:
    """The index of each input, between training and lately."""
    bins: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in tables["feature_bins"]:
        if row["model_id"] == model:
            bins[row["feature"]].append((int(row["training_count"]), int(row["recent_count"])))
    found = {}
    for feature, counts in bins.items():
        trained, recent = sum(a for a, _ in counts), sum(b for _, b in counts)
        index = math.fsum((b / recent - a / trained) * math.log((b / recent) / (a / trained)) for a, b in counts)
        found[feature] = round(index, 3)
    return found
