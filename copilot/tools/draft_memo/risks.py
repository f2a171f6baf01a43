"""The risks of the projects proposed that the records show: incidents, model health, data, risk class, money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.records.store import Filter
from copilot.tools.candidates import meaning
from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.standing import NEARLY_SPENT, model_levels, spent_share
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, name_of, short_name_of
from copilot.tools.findings import amount, share
from copilot.tools.linking import fold
from copilot.tools.project_record import tool as project_record
from copilot.types import Finding, Value

_INCIDENTS = 2
_HIGH = frozenset({"high", "prohibited"})


def risks(basis: MemoInputs) -> Iterator[Told]:
    if not basis.proposed:
        return
    rows = [basis.row(key) for key in basis.proposed]
    for row in rows:
        if blocker := row.get("blocker"):
            yield _told(basis, f"blocker:{row['id']}", [row], blocker=str(blocker).rstrip("."))
        if (spent := spent_share(row)) >= NEARLY_SPENT:
            yield _told(basis, f"spent:{row['id']}", [row], share=share(spent))
    if absent := tuple(table for table in ("incidents", "models") if not basis.view.has(table)):
        yield Told("absent", Finding(kind="absent_tables", values={"tables": absent}))
    has_incidents = basis.view.has("incidents", "project_id")
    without = [row for row in rows if has_incidents and not _incidents(basis, str(row["id"]))]
    if without:
        names, is_partial = tuple(map(short_name_of, without)), bool(basis.view.hidden("incidents"))
        yield _told(basis, "no_incident", without, names=names, is_partial=is_partial)
    for row in rows:
        yield from _of_incidents(basis, str(row["id"]))
        yield from _of_models(basis, str(row["id"]))


def _told(basis: MemoInputs, key: str, rows: Sequence[Row], **values: Value) -> Told:
    """A finding on projects, named after its key."""
    names: dict[str, Value] = {"name": name_of(rows[0]), "names": tuple(map(name_of, rows))}
    cited = basis.reading.rows("projects", rows)
    return Told(key, Finding(kind=key.partition(":")[0], values=names | values, evidence=cited))


def classes(basis: MemoInputs) -> Iterator[Told]:
    """The projects of a high class of risk, and those of none."""
    rows = [basis.row(key) for key in basis.proposed]
    if not basis.view.has("projects", "risk_class"):
        return
    if high := [row for row in rows if fold(str(row.get("risk_class") or "")) in _HIGH]:
        yield _told(basis, "risk_class", high, classes=tuple(str(row["risk_class"]) for row in high))
    if unclassified := [row for row in rows if row.get("risk_class") is None]:
        yield _told(basis, "unclassified", unclassified)


def data(basis: MemoInputs) -> Iterator[Told]:
    """The projects whose data is not ready, or not known to be."""
    rows = [basis.row(key) for key in basis.proposed]
    config = basis.sources.workspace.config
    at = meaning(config.criteria, ("data readiness",), ("data readiness", "data"))
    if at is None or not basis.view.has("projects", config.criteria[at].column):
        return
    criterion, least = config.criteria[at], config.thresholds.data_readiness_minimum
    label, levels = criterion.label.lower(), [(row, row.get(criterion.column)) for row in rows]
    low = [(row, float(v)) for row, v in levels if isinstance(v, int | float) and v < least]
    if low:
        values = tuple(amount(level, "", 2, "recorded") for _, level in low)
        minimum = amount(least, "", 2)
        yield _told(basis, "data", [row for row, _ in low], criterion=label, minimum=minimum, levels=values)
    if unknown := [row for row, level in levels if level is None]:
        yield _told(basis, "data_unknown", unknown, criterion=label)


def _incidents(basis: MemoInputs, project: str) -> list[Row]:
    return [*basis.view.select("incidents", [Filter(column="project_id", value=project)])]


def _of_incidents(basis: MemoInputs, project: str) -> Iterator[Told]:
    if basis.view.has("incidents", "project_id") and _incidents(basis, project):
        arguments = project_record.Arguments(project=project, aspects=["incidents"])
        found = basis.take(project_record.project_record(basis.sources, basis.viewer, arguments))
        yield from basis.about(project, f"incident:{project}", [f for f in found if f.kind == "incident"][:_INCIDENTS])


def _of_models(basis: MemoInputs, project: str) -> Iterator[Told]:
    if basis.view.has("model_quality"):
        row = basis.row(project)
        for finding in model_levels(basis, row):
            yield Told(f"model:{finding.subject}", finding, f"{short_name_of(row)}: ")
