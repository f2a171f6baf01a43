"""Measured benefit month by month; the last twelve months add up to what the project's row says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date

from evals.shipped.build_projects import live_since
from evals.shipped.portfolio import PROJECTS
from evals.shipped.rng import Stream, season

_KINDS = {"cost": "cost_saved", "revenue": "revenue_uplift", "loss": "losses_avoided"}
# Systems of long standing earn a little less each year, which hides what new ones add.
_EARLIER = 1.09
_EARLIEST = 1.27
_FADING = {"credit-personal": 0.55, "recommendations": 0.8}
"""Benefit of the last month against the first of the last twelve."""


def _weight(slug: str, stream: Stream, position: int, month: date) -> float:
    weight = 1 + 0.05 * season(month.month) + stream.noise(0.02)
    if position < 12:
        return weight * _EARLIEST
    if position < 24:
        return weight * _EARLIER
    return weight * (1 - (1 - _FADING.get(slug, 1.0)) * (position - 24) / 11)


def benefit_rows(months: Sequence[date]) -> Iterable[tuple[str, str, date, int]]:
    """Metric, project, month and amount in EUR, once for its kind and once for the total."""
    for project in PROJECTS:
        if not project.real or project.real.split()[1] != "m":
            continue
        amount, _, kind = project.real.split()
        since, stream = live_since(project), Stream(project.slug, "benefit")
        weights = {
            month: _weight(project.slug, stream, n, month)
            for n, month in enumerate(months) if since is None or month > since
        }  # fmt: skip
        year = [m for m in months[-12:] if m in weights]
        total, scale = round(float(amount) * 1000), math.fsum(weights[m] for m in year)
        monthly = {m: round(total * weights[m] / scale, -2) for m in weights}
        monthly[year[-1]] += total - sum(monthly[m] for m in year)
        for month, value in monthly.items():
            yield _KINDS[kind], project.slug, month, round(value)
            yield "realised_benefit", project.slug, month, round(value)
