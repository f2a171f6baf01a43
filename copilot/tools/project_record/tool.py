"""Everything the records say about one project or model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import format_cell, humanize
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row
from copilot.tools.findings import Attachments, Computation, Reading, Wording, build_result
from copilot.tools.linking import resolve_record
from copilot.tools.project_record.findings import ASPECTS, Aspect, Project, cells
from copilot.tools.project_record.model_findings import of_model, quality_chart
from copilot.tools.project_record.phrasing import PHRASES, about_model, about_project
from copilot.types import Calculation, Finding, Table, ToolResult, Viewer


class Arguments(BaseModel):
    """Say what the records hold about one AI project or one model, by name or id.

    What it is, stage, owner, money, benefit, criteria, governance facts, its models' quality over time, incidents,
    decisions, history.
    """

    model_config = ConfigDict(extra="forbid")

    project: str = Field(min_length=1, description="A project or model by name or id.")
    aspects: list[Aspect] = Field(
        default=[],
        description="What to tell; everything when empty.",
    )
    columns: list[str] = Field(default=[], max_length=6, description="Single columns that are asked for.")


def project_record(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """What is found of a project or model, each with the row or the computation that carries it."""
    view = sources.records.view(viewer)
    found = resolve_record(view, arguments.project, [t for t in ("projects", "models") if view.has(t)])
    model = view.row("models", found.key) if found.table == "models" else None
    row = view.row("projects", str(model.get("project_id"))) if model else view.row("projects", found.key)
    if row is None and model is None:
        raise ToolError(f"There is no project {arguments.project!r}.")
    reading = Reading(sources, view)
    asked, about = [*_asked(row, model, reading, arguments.columns)], [*_told(row, model, reading, arguments)]
    # Whoever asks for single cells is told what the record is, and no more.
    told = [*asked, *(about[:1] if asked and not arguments.aspects else about)]
    main, table = (row, "projects") if row is not None else (model or {}, "models")
    name = str(main.get("name") or main["id"])
    charted = [str(f.subject) for f in told if f.kind == "quality_change"]
    return build_result(
        told,
        Wording(PHRASES, (about_project if table == "projects" else about_model)(name)),
        Computation(
            source=view.sources[table],
            title=f"Record of {name}",
            locator=f"{main['id']} as of {sources.today.isoformat()}",
            calculation=Calculation(method="cells of the record, times and shares of them"),
        ),
        reading,
        Attachments(
            tables=(_key_facts(view, main, table, name),),
            charts=tuple(
                chart for id in charted if (at := view.row("models", id)) for chart in quality_chart(at, view)
            ),
        ),
    )


def _told(row: Row | None, model: Row | None, reading: Reading, arguments: Arguments) -> Iterator[Finding]:
    """The findings of each aspect; the first of all, and of each aspect asked for, are the answer."""
    aspects: Sequence[Aspect] = list(dict.fromkeys(arguments.aspects)) or list(ASPECTS)
    if model is not None:
        yield from _headed(of_model(model, reading), True)
        aspects = [a for a in aspects if a != "models"] if arguments.aspects else ["overview", "incidents"]
    is_first = model is None
    for aspect in aspects if row is not None else []:
        found = [*ASPECTS[aspect](Project(row or {}, reading))]
        yield from _headed(found, is_first or aspect in arguments.aspects)
        is_first = is_first and not found


def _asked(row: Row | None, model: Row | None, reading: Reading, names: Sequence[str]) -> Iterator[Finding]:
    """The cells that are asked for, of the model where it has the column, else of its project."""
    view = reading.view
    for table, record in (("models", model), ("projects", row)):
        own = [c for c in names if record is not None and view.has(table, c)]
        names = [c for c in names if c not in own]
        if own and record is not None:
            yield cells(record, table, own, reading)


def _headed(findings: Iterable[Finding], is_answer: bool) -> Iterator[Finding]:
    for position, finding in enumerate(findings):
        yield finding.model_copy(update={"role": "headline"}) if is_answer and not position else finding


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


def _key_facts(view: RecordView, row: Row, table: str, name: str) -> Table:
    names = [c for c in _KEY_FACTS[table] if view.has(table, c)]
    rows = tuple((humanize(c).capitalize(), humanize(format_cell(row[c], view.column(table, c).unit))) for c in names)
    return Table(
        title=f"Key facts of {name}",
        columns=("Fact", "Value"),
        rows=rows,
    )
