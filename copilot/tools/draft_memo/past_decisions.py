"""What was decided of projects before."""

from __future__ import annotations

from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.evidence import Row


def last_decision(basis: MemoInputs, project: str) -> Row | None:
    """The latest decision on record about a project."""
    if not (basis.view.has("decisions", "project_id") and basis.view.has("decisions", "date")):
        return None
    filters = [Filter(column="project_id", value=project)]
    return next(iter(basis.view.select("decisions", filters, order_by=["-date"], limit=1)), None)
