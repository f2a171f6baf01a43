"""Everything the records say about one project or model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import format_cell, humanize, join_and
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row, computed, read_row, row_id
from copilot.tools.linking import resolve_record
from copilot.tools.project_record.facts import ROW_ASPECTS, Fact, Project
from copilot.tools.project_record.model_facts import model_facts
from copilot.tools.row_sentences import decision, incident
from copilot.types import Chart, Evidence, Figure, Finding, Table, ToolResult, Viewer

Aspect = Literal[
    "overview", "stage", "money", "criteria", "governance", "people", "models", "history", "incidents",
    "decisions", "adoption",
]  # fmt: skip
_ALL: tuple[Aspect, ...] = (
    "overview", "stage", "models", "money", "incidents", "criteria", "governance", "people", "adoption",
    "decisions", "history",
)  # fmt: skip


class Arguments(BaseModel):
    """Say what the records hold about one AI project or one model, by name or id.

    Call this when a question names a project or a model: what it is, stage, owner, budget, benefit, criteria,
    governance facts, its models with their quality over time, incidents, decisions, history. For several
    projects call find_projects; to rank call prioritize_projects; for a metric over time, such as adoption,
    call lookup_metric.
    """

    model_config = ConfigDict(extra="forbid")

    project: str = Field(min_length=1, description="Name or id of the project, or of a model.")
    aspects: list[Aspect] = Field(
        default=[],
        description="What to tell; everything when empty. `money` covers budget, spend and benefit.",
    )


@dataclass
class _Collected:
    """Facts and evidence of the aspects told so far."""

    facts: list[tuple[Aspect, Fact]] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    charts: list[Chart] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def add(self, aspect: Aspect, facts: Iterable[Fact], evidence: Iterable[Evidence] = ()) -> None:
        self.facts += [(aspect, fact) for fact in facts]
        self.evidence |= {e.id: e for e in evidence}


def project_record(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The facts of a project or model, each with the row or the computation that carries it."""
    view = sources.records.view(viewer)
    found = resolve_record(view, arguments.project, [t for t in ("projects", "models") if view.has(t)])
    model = view.row("models", found.key) if found.table == "models" else None
    project = view.row("projects", str(model.get("project_id"))) if model else view.row("projects", found.key)
    aspects: Sequence[Aspect] = list(dict.fromkeys(arguments.aspects)) or _ALL
    collected = _Collected()
    if model is not None:
        _tell_models(collected, sources, view, [model])
        aspects = [a for a in aspects if a != "models"] if arguments.aspects else ["overview", "incidents"]
    if project is None:
        if model is None:
            raise ToolError(f"There is no project {arguments.project!r}.")
        return _result(collected, sources, view, model, "models", arguments)
    row = read_row(view, "projects", project, sources.workspace.config.currency, sources.today)
    subject = Project(view, project, row.id, sources.workspace.config, sources.today)
    collected.evidence[row.id] = row
    for aspect in aspects:
        _tell(collected, sources, subject, aspect)
    return _result(collected, sources, view, project, "projects", arguments)


def _tell(collected: _Collected, sources: Sources, project: Project, aspect: Aspect) -> None:
    view = project.view
    if aspect in ROW_ASPECTS:
        collected.add(aspect, ROW_ASPECTS[aspect](project))
    elif aspect == "models":
        rows = _related(view, "models", project.id, "name")
        _tell_models(collected, sources, view, rows)
        if not rows and view.has("models"):
            collected.add(aspect, [project.fact(f"No model of {project.name} is recorded", derived=True)])
    elif aspect == "history":
        collected.add(aspect, _history(project, _related(view, "stage_history", project.id, "entered")))
    else:
        rows = _related(view, aspect, project.id, "-date")
        read = [read_row(view, aspect, r, sources.workspace.config.currency, sources.today) for r in rows]
        tell = incident if aspect == "incidents" else decision
        collected.add(aspect, [Fact(tell(r), (e.id,)) for r, e in zip(rows, read, strict=True)], read)
        if not rows and view.has(aspect):
            collected.add(aspect, [project.fact(f"No {humanize(aspect)[:-1]} of {project.name} is recorded", True)])


def _related(view: RecordView, table: str, project: str, order: str) -> list[Row]:
    if not view.has(table, "project_id"):
        return []
    by = [order] if view.has(table, order.removeprefix("-")) else []
    return [*view.select(table, [Filter(column="project_id", value=project)], order_by=by)]


def _tell_models(collected: _Collected, sources: Sources, view: RecordView, rows: Sequence[Row]) -> None:
    for row in rows:
        told = model_facts(view, row, sources.workspace.config.thresholds.quality_drop, sources.today)
        read = read_row(view, "models", row, sources.workspace.config.currency, sources.today)
        collected.add("models", told.facts, [read, *told.evidence])
        collected.charts += told.charts
        collected.figures += told.figures


def _history(project: Project, rows: Sequence[Row]) -> list[Fact]:
    if not rows:
        return (
            [project.fact(f"No earlier stage of {project.name} is recorded", True)]
            if project.view.has("stage_history")
            else []
        )
    steps = [f"{humanize(str(r['stage']))} on {r['entered']}" for r in rows if r.get("entered")]
    notes = [f"{humanize(str(r['stage']))}: {str(r['note']).rstrip('.')}" for r in rows if r.get("note")]
    facts = [project.fact(f"{project.name} entered {join_and(steps)}", True)] if steps else []
    return [*facts, *([project.fact(f"Notes on its stages: {'; '.join(notes)}", True)] if notes else [])]


def _result(
    collected: _Collected, sources: Sources, view: RecordView, row: Row, table: str, arguments: Arguments
) -> ToolResult:
    derived = list(dict.fromkeys(fact.text for _, fact in collected.facts if fact.derived))
    x = computed(
        view.sources[table],
        f"Times, shares and history of {row.get('name') or row['id']}",
        f"{row['id']} as of {sources.today.isoformat()}",
        [f"As of {sources.today.isoformat()}.", *derived],
        sources.today,
    )
    if derived:
        collected.evidence[x.id] = x
    leading = collected.facts[0][0] if collected.facts else "overview"
    firsts = {next(i for i, (a, _) in enumerate(collected.facts) if a == aspect) for aspect, _ in collected.facts}
    statements = []
    for position, (aspect, fact) in enumerate(collected.facts):
        asked = aspect in arguments.aspects or (not arguments.aspects and aspect == leading)
        role: Literal["headline", "support"] = (
            "headline" if position == 0 or (asked and position in firsts) else "support"
        )
        evidence = (x.id, *fact.evidence) if fact.derived else fact.evidence
        statements.append(Finding(text=fact.text, evidence=evidence, role=role))
    return ToolResult(
        findings=tuple(statements),
        evidence=tuple(collected.evidence.values()),
        tables=(_key_facts(view, row, table, sources.workspace.config.currency),),
        charts=tuple(collected.charts),
        figures=tuple(collected.figures),
        follow_ups=_follow_ups(str(row.get("name") or row["id"]), table),
    )


_KEY_FACTS = {
    "projects": (
        "id", "unit", "stage", "stage_since", "owner", "sponsor", "business_owner", "budget", "spend",
        "change_budget", "expected_benefit", "expected_basis", "realised_benefit", "realised_basis",
        "risk_class", "gate", "gate_date",
    ),
    "models": (
        "id", "project_id", "status", "owner", "quality_metric", "validated_quality", "deployed_version",
        "registry_version", "trained_on", "retrain_every_days",
    ),
}  # fmt: skip


def _key_facts(view: RecordView, row: Row, table: str, currency: str) -> Table:
    names = [c for c in _KEY_FACTS[table] if view.has(table, c)]
    rows = tuple((humanize(c).capitalize(), humanize(format_cell(row[c], view.column(table, c).unit))) for c in names)
    return Table(
        title=f"Key facts of {row.get('name') or row_id(view, table, row)[2:]}",
        columns=("Fact", "Value"),
        rows=rows,
    )


def _follow_ups(name: str, table: str) -> tuple[str, ...]:
    if table == "models":
        return (f"What should be done when the quality of {name} falls?",)
    return (
        f"Where does {name} rank among the projects?",
        f"Which policy clauses apply to {name}?",
        f"What is known of the adoption of {name}?",
    )
