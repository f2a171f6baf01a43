"""What falls due for projects: evidence that ends, waivers that end, models to be retrained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.gates.rules import FILE
from copilot.records.store import Filter
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.evidence import Row, day_of, short_name_of
from copilot.tools.governance import EXPIRING_DAYS, Selection, open_review
from copilot.tools.governance_summary import summarize


@dataclass(frozen=True)
class Due:
    day: date
    short: str
    """In a cell of a table."""
    what: str
    """In a sentence, after the day."""


def read_dues(basis: MemoInputs, rows: Sequence[Row]) -> dict[str, tuple[Due, ...]]:
    """By project what falls due soon or is overdue, the earliest first."""
    found: dict[str, list[Due]] = defaultdict(list)
    for key, due in (*_evidence(basis, rows), *_waivers(basis, rows), *_retraining(basis, rows)):
        found[key].append(due)
    return {key: tuple(sorted(dues, key=lambda due: due.day)) for key, dues in found.items()}


def _evidence(basis: MemoInputs, rows: Sequence[Row]) -> Iterator[tuple[str, Due]]:
    if not (basis.sources.workspace.root / FILE).is_file():
        return
    review, keys = open_review(basis.sources, basis.viewer), {str(row["id"]) for row in rows}
    projects = [project for project in review.projects if str(project.row["id"]) in keys]
    for day, project, rule in summarize(review, projects, Selection(review.gates.rules)).expiring:
        yield str(project.row["id"]), Due(day, "evidence ends", f"the evidence for “{rule.title}” ends")


def _waivers(basis: MemoInputs, rows: Sequence[Row]) -> Iterator[tuple[str, Due]]:
    for row in rows:
        until = day_of(row.get("waiver_until"))
        if row.get("waiver") and until is not None and until >= basis.sources.today:
            yield str(row["id"]), Due(until, "waiver ends", f"the waiver “{row['waiver']}” ends")


def _retraining(basis: MemoInputs, rows: Sequence[Row]) -> Iterator[tuple[str, Due]]:
    """The live models whose next training is overdue or comes as soon as evidence is looked at."""
    view, last = basis.view, basis.sources.today + timedelta(days=EXPIRING_DAYS)
    if not (view.has("models", "project_id") and view.has("models", "retraining_due")):
        return
    filters = [Filter(column="project_id", op="in", value=tuple(str(row["id"]) for row in rows))]
    if view.has("models", "status"):
        filters.append(Filter(column="status", value="live"))
    for model in view.select("models", filters) if rows else ():
        day = day_of(model.get("retraining_due"))
        if day is not None and day <= last:
            yield str(model["project_id"]), Due(day, "retraining", f"{short_name_of(model)} is to be retrained")
