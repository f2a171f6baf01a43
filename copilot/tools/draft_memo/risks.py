"""The risks of the projects proposed that the records show: incidents, model health, data, risk class, money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import join_and, number, percent
from copilot.memos.memo import SectionName
from copilot.memos.writer import Writer
from copilot.records.store import Filter
from copilot.tools.candidates import meaning
from copilot.tools.check_model_health import tool as check_model_health
from copilot.tools.draft_memo.inputs import Basis, name_of, short_name_of
from copilot.tools.evidence import Row, computed
from copilot.tools.linking import fold
from copilot.tools.project_record import tool as project_record
from copilot.types import ToolResult

_INCIDENTS = 2
_SECTION: SectionName = "risks"
_HIGH = frozenset({"high", "prohibited"})


def write_risks(basis: Basis, writer: Writer) -> None:
    if not basis.proposed:
        return
    rows = [basis.row(key) for key in basis.proposed]
    writer.read(basis.record(key) for key in basis.proposed)
    said = [*_over_all(basis, rows)]
    x = computed(
        basis.view.sources["projects"], "Risks on record of the projects of this memo",
        f"{len(rows):,} projects as of {basis.sources.today}", [text for _, text, _ in said], basis.sources.today,
    )  # fmt: skip
    writer.read([x])
    for key, text, projects in said:
        writer.say(_SECTION, key, text, [x.id, *(f"r-{p}" for p in projects)])
    for row in rows:
        _write_incidents(basis, writer, str(row["id"]))
        _write_models(basis, writer, str(row["id"]))


def _over_all(basis: Basis, rows: Sequence[Row]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """What the projects' own rows say, with the projects concerned."""
    view = basis.view
    if view.has("projects", "risk_class"):
        high = [r for r in rows if fold(str(r.get("risk_class") or "")) in _HIGH]
        unclassified = [r for r in rows if r.get("risk_class") is None]
        if high:
            classes = join_and(f"{name_of(r)} ({r['risk_class']})" for r in high)
            yield "risk_class", f"Of a high risk class: {classes}.", _ids(high)
        if unclassified:
            yield "unclassified", f"Not classified by risk: {_names(unclassified)}.", _ids(unclassified)
    yield from _data(basis, rows)
    for row in rows:
        if blocker := row.get("blocker"):
            text = f"The record of {name_of(row)} names an obstacle: {str(blocker).rstrip('.')}."
            yield f"blocker:{row['id']}", text, _ids([row])
        if over := _spent(row):
            yield f"spent:{row['id']}", f"{name_of(row)} has spent {over} of its budget.", _ids([row])
    absent = [table for table in ("incidents", "models") if not view.has(table)]
    if absent:
        text = f"The records hold no table of {join_and(absent, 'or')}, so what happens in use cannot be seen in them."
        yield "absent", text, []
    if view.has("incidents", "project_id"):
        without = [r for r in rows if not _incidents(basis, str(r["id"]))]
        if without:
            none = join_and((short_name_of(r) for r in without), "or")
            known = " that this viewer may see" if view.hidden("incidents") else ""
            yield "no_incident", f"No incident{known} is recorded of {none}.", _ids(without)


def _data(basis: Basis, rows: Sequence[Row]) -> Iterator[tuple[str, str, Sequence[str]]]:
    config = basis.sources.workspace.config
    at = meaning(config.criteria, ("data readiness",), ("data readiness", "data"))
    if at is None or not basis.view.has("projects", config.criteria[at].column):
        return
    criterion, least = config.criteria[at], config.thresholds.data_readiness_minimum
    label = criterion.label.lower()
    low, unknown = [], []
    for row in rows:
        value = row.get(criterion.column)
        if value is None:
            unknown.append(row)
        elif isinstance(value, int | float) and value < least:
            low.append(row)
    if low:
        values = join_and(f"{name_of(r)} ({number(float(str(r[criterion.column])))})" for r in low)
        yield "data", f"Below the minimum {label} of {number(least)}: {values}.", _ids(low)
    if unknown:
        yield "data_unknown", f"No {label} is recorded of {_names(unknown)}.", _ids(unknown)


def _spent(row: Row) -> str:
    """The share of the budget that is spent, when it is nine tenths or more."""
    budget, spend = row.get("budget"), row.get("spend")
    if not isinstance(budget, int | float) or not isinstance(spend, int | float) or budget <= 0:
        return ""
    share = spend / budget
    return percent(share) if share >= 0.9 else ""


def _incidents(basis: Basis, project: str) -> list[Row]:
    return [*basis.view.select("incidents", [Filter(column="project_id", value=project)], order_by=["-date"])]


def _write_incidents(basis: Basis, writer: Writer, project: str) -> None:
    if not basis.view.has("incidents", "project_id") or not _incidents(basis, project):
        return
    arguments = project_record.Arguments(project=project, aspects=["incidents"])
    told = project_record.project_record(basis.sources, basis.viewer, arguments)
    _say(writer, told, f"incident:{project}", basis, project, _INCIDENTS)


def _write_models(basis: Basis, writer: Writer, project: str) -> None:
    view = basis.view
    if not view.has("models", "project_id") or not view.has("model_quality"):
        return
    if not view.select("models", [Filter(column="project_id", value=project)]):
        return
    arguments = check_model_health.Arguments(project=project)
    told = check_model_health.check_model_health(basis.sources, basis.viewer, arguments)
    answers = told.model_copy(update={"statements": tuple(s for s in told.findings if s.role == "headline")})
    _say(writer, answers, f"model:{project}", basis, project, 1)


def _say(writer: Writer, told: ToolResult, key: str, basis: Basis, project: str, most: int) -> None:
    """The first statements of a tool about a project, led by its name where they do not hold it."""
    writer.read(told.evidence)
    name = short_name_of(basis.row(project))
    for n, statement in enumerate(told.findings[:most]):
        lead = "" if name in statement.text else f"{name}: "
        writer.say(_SECTION, f"{key}:{n}", f"{lead}{statement.text}", [*statement.evidence, f"r-{project}"])


def _ids(rows: Sequence[Row]) -> list[str]:
    return [str(row["id"]) for row in rows]


def _names(rows: Sequence[Row]) -> str:
    return join_and(name_of(row) for row in rows)
