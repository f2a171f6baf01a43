"""Incident and decision rows."""

from __future__ import annotations

from evals.shipped.build_models import IDS as MODEL_IDS
from evals.shipped.build_projects import Row, project_rows
from evals.shipped.decision_plans import DECISIONS
from evals.shipped.incident_plans import INCIDENTS
from evals.shipped.portfolio import PROJECTS, UNIT_OF

_IDS = {p.slug: p.id for p in PROJECTS}


def incident_rows() -> list[Row]:
    return [
        {
            "id": f"I-{n:03d}", "date": i.date, "unit": UNIT_OF[i.project], "project_id": _IDS[i.project],
            "model_id": MODEL_IDS[i.model] if i.model else "", "severity": str(i.severity), "title": i.title,
            "description": i.description, "status": i.status, "closed_on": i.closed, "label": i.label,
        }
        for n, i in enumerate(sorted(INCIDENTS, key=lambda i: i.date), 1)
    ]  # fmt: skip


def decision_rows() -> list[Row]:
    gates = {row["id"]: row["gate_date"] for row in project_rows()}
    dated = [(gates[_IDS[d.project]] if d.date == "gate" else d.date, d) for d in DECISIONS]
    return [
        {
            "id": f"D-{n:03d}", "date": day, "project_id": _IDS.get(d.project, ""), "body": d.body,
            "decision": d.decision, "reason": d.reason, "conditions": d.conditions, "label": d.label,
        }
        for n, (day, d) in enumerate(sorted(dated, key=lambda pair: pair[0]), 1)
    ]  # fmt: skip
