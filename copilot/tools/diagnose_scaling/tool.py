"""Why projects do or do not get from pilot to production: the funnel and the causes of stalling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.records.names import nearest
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.diagnose_scaling import charts as drawing
from copilot.tools.diagnose_scaling import findings
from copilot.tools.diagnose_scaling.findings import Diagnosis
from copilot.tools.diagnose_scaling.phrasing import WORDING
from copilot.tools.diagnose_scaling.stall_causes import Judge
from copilot.tools.filter_phrasing import predicate, qualified
from copilot.tools.filters import Condition, linked
from copilot.tools.findings import Attachments, Computation, Reading, build_result, known
from copilot.tools.linking import check_projects, resolve_value
from copilot.tools.stage_paths import Portfolio, read_portfolio
from copilot.types import Finding, Table, ToolResult, Viewer


class Arguments(BaseModel):
    """Diagnose how AI projects scale: the funnel by stage, conversion from pilot to production, causes.

    For "why are we stuck in pilots", "what blocks scaling", "how long do projects stay in a stage". Shares come with a
    95% interval; each cause with its projects and a remedy.
    """

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(default=None, description="A business unit; all without it.")
    since: date | None = Field(
        default=None,
        description="Only projects that entered the pilot from this day on (YYYY-MM-DD).",
    )
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    group_by: str | None = Field(
        default=None, description="Column of the projects, such as unit, whose values are set side by side."
    )
    top_causes: int = Field(default=8, ge=1, le=10, description="Causes at the most.")


def diagnose_scaling(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """How many projects scale, where the others are, and what the records show of why."""
    view = sources.records.view(viewer)
    check_projects(view)
    config = sources.workspace.config
    filters = _filters(view, arguments)
    _check_group(view, arguments.group_by)
    scope = _scope(arguments, filters)
    portfolio = read_portfolio(view, config.stages, filters, arguments.since, sources.today)
    found = _diagnosis(sources, view, portfolio, scope, arguments)
    hidden = view.hidden("projects", filters)
    tables, reading = _tables(found), Reading(sources, view)
    since = f", since {portfolio.since}" if portfolio.since else ""
    return build_result(
        _findings(found, reading, hidden),
        WORDING,
        Computation(
            source=view.sources["projects"],
            title="Scaling funnel",
            locator=f"{portfolio.stages.pilot} to {portfolio.stages.production}{scope}{since}, "
            f"{len(portfolio.rows):,} rows, as of {sources.today}",
            calculation=findings.whole_calculation(portfolio, predicate(filters), tables[:2]),
        ),
        reading,
        Attachments(tables=tables, charts=tuple(drawing.causes_chart(found)), hidden_rows=hidden),
    )


def _check_group(view: RecordView, column: str | None) -> None:
    if column is not None and not view.has("projects", column):
        near = ", ".join(nearest(column, [known.name for known in view.tables["projects"].columns]))
        raise ToolError(f"The projects have no column {column!r}; the nearest are {near}.")


def _filters(view: RecordView, arguments: Arguments) -> list[Filter]:
    filters = linked(view, "projects", arguments.filters)
    if arguments.unit is not None:
        if not view.has("projects", "unit"):
            raise ToolError("The projects table does not say which unit a project belongs to.")
        unit = resolve_value(view, "projects", "unit", arguments.unit)
        filters.append(Filter(column="unit", value=unit))
    return filters


def _scope(arguments: Arguments, filters: Sequence[Filter]) -> str:
    """What follows "projects": "of Retail Stores", or nothing."""
    if arguments.unit is not None and len(filters) == 1:
        return f" of {filters[0].value}"
    return qualified("projects", filters).removeprefix("projects")


def _diagnosis(sources: Sources, view: RecordView, portfolio: Portfolio, scope: str, arguments: Arguments) -> Diagnosis:
    stalled, top, by = portfolio.stalled.rows, arguments.top_causes, arguments.group_by
    if not stalled:
        return Diagnosis(portfolio, scope, (), (), (), top, by)
    columns = view.tables["projects"].columns
    judge = Judge.of(sources, columns, portfolio.everyone, portfolio.stages.pilot)
    judged = [(cause, judge.find(cause, stalled)) for cause in judge.causes]
    found = sorted((f for _, f in judged if f is not None), key=lambda f: -len(f.shown))
    return Diagnosis(
        portfolio,
        scope,
        tuple(found),
        tuple(judge.find(f.cause, portfolio.in_production) for f in found),
        tuple(cause.name.lower() for cause, f in judged if f is None),
        top,
        by,
    )


def _findings(found: Diagnosis, reading: Reading, hidden: int) -> Iterator[Finding]:
    """Everything that is found, the answer first."""
    portfolio = found.portfolio
    if not portfolio.paths and portfolio.since is None:
        yield findings.no_stages(found)
        return
    groups, opening, units = findings.stalled_by_group(found), findings.opening(found), findings.units(found)
    if groups is None:
        yield opening
    else:
        yield groups
        if units and found.by == "unit":
            yield units.model_copy(update={"role": "headline"})
            units = None
    yield from known(findings.stalled(found), findings.leading_causes(found), findings.contrast(found))
    if groups is not None:
        yield opening.model_copy(update={"role": "support"})
    yield from findings.certainty(found)
    yield from known(units, findings.stays(portfolio))
    for own, there in found.told:
        yield from findings.cause(found, own, there, reading)
    yield from known(findings.scaling_kinds(list(portfolio.rows.values())))
    yield from findings.caveats(found, hidden)
    yield from (findings.note(own.cause) for own, _ in found.told if own.cause.note)


def _tables(found: Diagnosis) -> tuple[Table, ...]:
    if not found.portfolio.paths:
        return ()
    tables = [drawing.funnel_table(found.portfolio), drawing.unit_table(found.portfolio)]
    tables = [drawing.group_table(found), *tables] if found.by else tables
    if found.found:
        tables += [drawing.causes_table(found), drawing.stalled_table(found)]
    return tuple(table for table in tables if table is not None)
