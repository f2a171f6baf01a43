"""What holds projects up before production, and what helps: the causes of `stall_causes.yaml` among some projects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.tools.diagnose_scaling.stall_causes import Judge
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, name_of
from copilot.tools.findings import count, listed
from copilot.types import Finding, Value

_NAMED = 8


def causes(basis: MemoInputs, rows: Sequence[Row]) -> Iterator[Told]:
    """The causes that most of the projects from the pilot on show, each with the remedy."""
    stages = basis.sources.workspace.config.stages
    tried = [row for row in rows if stages.is_open(row.get("stage")) and _is_tried(basis, row)]
    if not tried:
        return
    judge = Judge.of(basis.sources, basis.view.tables["projects"].columns, basis.view.select("projects"), stages.pilot)
    found = [shown for cause in judge.causes if (shown := judge.find(cause, tried)) and shown.shown]
    for each in sorted(found, key=lambda f: -len(f.shown)):
        values: dict[str, Value] = {
            "cause": each.cause.name,
            "projects": count(len(each.shown), "project"),
            "of": count(len(tried), "project") if len(tried) > 1 else None,
            "names": listed([name_of(row) for row in each.shown], _NAMED) if len(rows) > 1 else None,
            "remedy": each.cause.remedy,
        }
        cited = basis.reading.rows("projects", each.shown)
        yield Told(f"cause:{each.cause.name}", Finding(kind="stall_cause", values=values, evidence=cited))


def _is_tried(basis: MemoInputs, row: Row) -> bool:
    stages = basis.sources.workspace.config.stages
    return stages.place(row.get("stage")) >= stages.place(stages.pilot)
