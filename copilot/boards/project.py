"""One project with all that the records hold of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.errors import ToolError
from copilot.gates.rules import FILE as GATES
from copilot.language.formatting import format_cell, humanize, percent
from copilot.records.catalogue import Metric
from copilot.records.store import ROW, Filter, RecordView
from copilot.sources import Sources
from copilot.tools.candidates import gather, weigh
from copilot.tools.evidence import Row
from copilot.tools.governance import Selection, open_review, source
from copilot.tools.lookup_metric.tool import Arguments as MetricArguments
from copilot.tools.lookup_metric.tool import lookup_metric
from copilot.types import Cell, Table, Viewer

_GROUPS = {
    "People": ("owner", "sponsor", "business_owner", "human_oversight", "headcount"),
    "Money": ("budget", "spend", "technology_budget", "change_budget", "production_budget", "expected_benefit",
              "expected_basis", "realised_benefit", "realised_basis"),
    "Use": ("unit", "domain", "jurisdiction", "affects", "scaling", "platform", "vendor", "integration",
            "adoption_plan", "depends_on", "blocker"),
    "Risk and controls": ("risk_class", "personal_data", "special_category_data", "scores_people", "decides_alone",
                          "generative", "gate", "gate_date", "dpia_date", "rights_assessment_date", "validated_on",
                          "fairness_tested_on", "waiver", "waiver_until"),
}  # fmt: skip
_OUTCOMES = ("unmet", "unknown", "waived", "met")
_METRICS_SHOWN = 8


@dataclass(frozen=True)
class Project:
    id: str
    name: str
    row: Row
    facts: tuple[Table, ...]
    """What is recorded, in groups; then whatever else the file holds."""
    criteria: Table | None
    stages: Table | None
    gates: Table | None
    """The rules that bind it, those unmet first."""
    models: Table | None
    metrics: Table | None
    incidents: Table | None
    decisions: Table | None


def read_project(sources: Sources, viewer: Viewer, id: str) -> Project | None:
    """The project of that id; None where the viewer has none."""
    view = sources.records.view(viewer)
    row = view.row("projects", id) if view.has("projects") else None
    if row is None:
        return None
    key = str(row["id"])
    return Project(
        id=key,
        name=str(row.get("name") or key),
        row=row,
        facts=tuple(_facts(sources, view, row)),
        criteria=_criteria(sources, view, row),
        stages=_rows(view, "stage_history", key, ("stage", "entered", "left", "note"), "entered", "Stages"),
        gates=_gates(sources, viewer, key),
        models=_rows(
            view, "models", key, ("id", "name", "kind", "status", "owner", "deployed_version"), "id", "Models"
        ),
        metrics=_metrics(sources, viewer, view, key),
        incidents=_rows(view, "incidents", key, ("id", "date", "severity", "title", "status"), "-date", "Incidents"),
        decisions=_rows(view, "decisions", key, ("id", "date", "body", "decision", "conditions"), "-date", "Decisions"),
    )


def _facts(sources: Sources, view: RecordView, row: Row) -> Iterator[Table]:
    columns = {column.name: column for column in view.tables["projects"].columns}
    told = {"id", "name", "description", "stage", "stage_since", "started", ROW}
    for criterion in sources.workspace.config.criteria:
        told |= {f"{criterion.column}{end}" for end in ("", "_low", "_high")}
    groups = dict(_GROUPS)
    known = {name for names in groups.values() for name in names}
    groups["Also recorded"] = tuple(name for name in columns if name not in known | told)
    for title, names in groups.items():
        held = [name for name in names if name in columns and row.get(name) is not None]
        cells = tuple((humanize(name).capitalize(), format_cell(row[name], columns[name].unit)) for name in held)
        if cells:
            yield Table(title=title, columns=("Field", "Value"), rows=cells)


def _criteria(sources: Sources, view: RecordView, row: Row) -> Table | None:
    config = sources.workspace.config
    found = gather(view, config, [row])
    if not found.criteria:
        return None
    used = weigh(config, found.criteria, {}, {}).used
    rows = []
    for at, criterion in enumerate(found.criteria):
        share, weight = float(found.estimates.likely[0, at]), float(used[at])
        low, high = (row.get(f"{criterion.column}{end}") for end in ("_low", "_high"))
        rows.append(
            (
                f"{criterion.label} ({criterion.scale[0]:g} to {criterion.scale[1]:g})",
                row.get(criterion.column),
                f"{low} to {high}" if low is not None and high is not None else None,
                percent(weight),
                None if share != share else round(100 * share * weight, 1),
            )
        )
    return Table(
        title="Criteria", columns=("Criterion", "Estimate", "Range", "Weight", "Points of the score"), rows=tuple(rows)
    )


def _rows(view: RecordView, table: str, project: str, columns: Sequence[str], order: str, title: str) -> Table | None:
    if not view.has(table, "project_id"):
        return None
    there = [name for name in columns if view.has(table, name)]
    ordered = [order] if order.removeprefix("-") in there else []
    found = view.select(table, [Filter(column="project_id", value=project)], there, ordered)
    if not found:
        return None
    names = tuple(humanize(name).capitalize() for name in there)
    return Table(title=title, columns=names, rows=tuple(tuple(_plain(row[name]) for name in there) for row in found))


def _plain(cell: Cell) -> Cell:
    return cell.replace("_", " ") if isinstance(cell, str) else cell


def _gates(sources: Sources, viewer: Viewer, key: str) -> Table | None:
    if not (sources.workspace.root / GATES).is_file():
        return None
    review = open_review(sources, viewer)
    project = next((p for p in review.projects if str(p.row["id"]) == key), None)
    checks = review.findings(project, Selection(review.gates.rules)) if project else []
    rows = tuple(
        (check.outcome, check.rule.title, check.rule.severity, source(check.rule), ", ".join(check.rule.approvers))
        for check in sorted(checks, key=lambda c: (_OUTCOMES.index(c.outcome), not c.is_blocking))
    )
    columns = ("Outcome", "Rule", "Severity", "Clause", "Approved by")
    return Table(title="Governance rules", columns=columns, rows=rows) if rows else None


def _metrics(sources: Sources, viewer: Viewer, view: RecordView, key: str) -> Table | None:
    """The latest value of each metric observed for the project, against its target."""
    if sources.metrics is None or not view.has("observations", "project_id"):
        return None
    filters = [Filter(column="project_id", value=key)]
    observed = {str(row["metric"]) for row in view.aggregate("observations", ["metric"], filters=filters)}
    rows = []
    for metric in sources.metrics.metrics.values():
        names = {str(value) for value in (metric.where.get("metric"), metric.name)}
        if names & observed and (said := _latest(sources, viewer, metric, key)):
            rows.append((metric.title, said, metric.owner or None))
    shown = tuple(rows[:_METRICS_SHOWN])
    return Table(title="Metrics", columns=("Metric", "Latest", "Owner"), rows=shown) if shown else None


def _latest(sources: Sources, viewer: Viewer, metric: Metric, project: str) -> str | None:
    if "project" not in metric.dimensions:
        return None
    try:
        result = lookup_metric(
            sources, viewer, MetricArguments(metric=metric.name, filters={"project": project}, compare="target")
        )
    except ToolError:
        # No value of this metric is known for it.
        return None
    return next((f.text for f in result.findings if f.role in ("headline", "support")), None)
