"""What was decided of projects before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, name_of
from copilot.tools.project_record.tool import Arguments as RecordArguments
from copilot.tools.project_record.tool import project_record

_AGAINST = re.compile(
    r"\b(reject|refus|return|revok|stop|defer|postpon|declin|withdr|withh|halt|suspend|not (approv|fund)|no further)",
    re.I,
)


def last_decision(basis: MemoInputs, project: str) -> Row | None:
    """The latest decision on record about a project."""
    if not (basis.view.has("decisions", "project_id") and basis.view.has("decisions", "date")):
        return None
    filters = [Filter(column="project_id", value=project)]
    return next(iter(basis.view.select("decisions", filters, order_by=["-date"], limit=1)), None)


def decisions_told(basis: MemoInputs, project: str, are_against: bool) -> Iterator[Told]:
    """The decisions on record about a project that went against it, or those that did not."""
    if not basis.view.has("decisions", "project_id"):
        return
    found = basis.take(
        project_record(basis.sources, basis.viewer, RecordArguments(project=project, aspects=["decisions"]))
    )
    row = basis.row(project)
    for finding in (f for f in found if f.kind == "decision"):
        decided = basis.view.row("decisions", finding.subject) or {}
        if bool(_AGAINST.search(" ".join(str(cell) for cell in decided.values()))) is are_against:
            cited = (*finding.evidence, basis.reading.row("projects", row))
            told = finding.model_copy(update={"evidence": cited})
            yield Told(f"decided:{finding.evidence[0]}", told, f"On {name_of(row)}: ")
