"""Assessment and role rows."""

from __future__ import annotations

from datetime import date

from evals.shipped.assessment_plans import ASPECTS, ASSESSORS, LAST_YEAR, NOTES, ROLES, SCORES
from evals.shipped.build_projects import Row
from evals.shipped.plan import AS_OF
from evals.shipped.rng import Stream, working_day


def _note(area: str, aspect: str, score: float) -> str:
    low, middle, high = NOTES[area, aspect]
    return low if score <= 2 else middle if score < 3.5 else high


def _previous(unit: str, area: str, aspect: str, score: float) -> float:
    if (unit, aspect) in LAST_YEAR:
        return LAST_YEAR[unit, aspect]
    better = Stream(unit, area, aspect).pick(("0", "0", "0.5", "0.5", "1"))
    return max(1.0, score - float(better))


def assessment_rows() -> list[Row]:
    rows = []
    for unit, areas in SCORES.items():
        for year in (2025, 2026):
            for area, aspects in ASPECTS.items():
                day = working_day(date(year, 9, 8 + Stream(unit, area, str(year)).whole(0, 18)))
                scores = [float(s) for s in areas[area].split()]
                for aspect, score in zip(aspects, scores, strict=True):
                    shown = score if year == 2026 else _previous(unit, area, aspect, score)
                    rows.append({
                        "unit": unit, "date": day.isoformat(), "area": area, "aspect": aspect,
                        "score": f"{shown:g}",
                        "assessor": ASSESSORS[area], "note": _note(area, aspect, shown), "label": "",
                    })  # fmt: skip
    return rows


def role_rows() -> list[Row]:
    rows = []
    for unit, roles in ROLES.items():
        for role, text in roles.items():
            filled, unfilled = text.split()
            rows.append({
                "unit": unit, "role": role, "headcount": filled, "open_positions": unfilled,
                "as_of": AS_OF.isoformat(),
            })  # fmt: skip
    return rows
