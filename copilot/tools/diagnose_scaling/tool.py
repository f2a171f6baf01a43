"""Why projects do or do not get from pilot to production: the funnel and the causes of stalling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.gates.rules import gate_order
from copilot.language.formatting import humanize, join_and, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.diagnose_scaling import charts as drawing
from copilot.tools.diagnose_scaling import phrasing as findings
from copilot.tools.diagnose_scaling.paths import Portfolio, read_portfolio
from copilot.tools.diagnose_scaling.stall_causes import Found, causes, empty_note, find, technology_note
from copilot.tools.evidence import Row, computed, read_row, row_id
from copilot.tools.filter_phrasing import qualified
from copilot.tools.filters import Condition, linked
from copilot.tools.linking import resolve_value
from copilot.types import Evidence, Figure, Finding, Table, ToolResult, Viewer


class Arguments(BaseModel):
    """Diagnose how AI projects scale: the funnel by stage, conversion from pilot to production, causes.

    Call this for "why are we stuck in pilots", "how many pilots reached production", "pilot purgatory", "what
    blocks scaling", "how long do projects stay in a stage". It counts every project the asker may see. Days
    are calendar days; shares come with a 95% interval; each cause comes with its projects and a remedy.
    """

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(default=None, description="Business unit whose projects to look at; all without it.")
    since: date | None = Field(
        default=None,
        description="Start of a cohort (YYYY-MM-DD): only projects that entered the pilot on or "
        "after this day; "
        "those started on or after it where no stage history is kept.",
    )
    filters: list[Condition] = Field(default=[], description="Further conditions on projects that all must hold.")
    top_causes: int = Field(default=8, ge=1, le=10, description="How many causes to describe at the most.")


@dataclass(frozen=True)
class _Said:
    text: str
    rows: tuple[Row, ...] = ()
    role: Literal["headline", "support", "caveat", "method"] = "support"


@dataclass(frozen=True)
class _Causes:
    """The causes of the stalled projects, most frequent first, and how each is among those in production."""

    found: tuple[Found, ...]
    production: tuple[Found | None, ...]
    untold: tuple[str, ...]
    """Names of causes that the records hold nothing on."""


def diagnose_scaling(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """How many projects scale, where the others are, and what the records show of why."""
    view = sources.records.view(viewer)
    if not view.has("projects"):
        raise ToolError("The records hold no table of projects.")
    config = sources.workspace.config
    filters = _filters(view, arguments, config.stages)
    scope = _scope(arguments, filters)
    portfolio = read_portfolio(view, config.stages, filters, arguments.since, sources.today)
    judged = _judge(sources, portfolio)
    hidden = view.hidden("projects", filters)
    said = _said(portfolio, judged, scope, arguments.top_causes, hidden)
    x = _computation(sources, view, portfolio, said, scope)
    rows = {row_id(view, "projects", row): row for s in said for row in s.rows}
    return ToolResult(
        findings=tuple(
            Finding(text=s.text, evidence=(x.id, *(row_id(view, "projects", r) for r in s.rows)), role=s.role)
            for s in said
        ),
        evidence=(
            x,
            *(read_row(view, "projects", row, config.currency, sources.today) for row in rows.values()),
        ),
        tables=_tables(portfolio, judged),
        charts=(drawing.causes_chart(judged.found, findings.group_name(portfolio)),)
        if any(f.shown for f in judged.found)
        else (),
        figures=_figures(portfolio, x.id),
        follow_ups=_follow_ups(portfolio, judged),
        hidden_rows=hidden,
    )


def _filters(view: RecordView, arguments: Arguments, stages: Sequence[str]) -> list[Filter]:
    filters = linked(view, "projects", arguments.filters, stages)
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


def _judge(sources: Sources, portfolio: Portfolio) -> _Causes:
    stalled = portfolio.stalled.rows
    if not stalled:
        return _Causes((), (), ())
    pilot = portfolio.ladder.pilot
    peers = [row for row in portfolio.everyone if row.get("stage") == pilot]
    found, untold = [], []
    gates = gate_order(sources.workspace, (row.get("gate") for row in portfolio.everyone))
    for cause in causes(sources.workspace.config, peers, pilot, gates):
        judged = find(cause, stalled, portfolio.everyone)
        if judged is None:
            untold.append(cause.name.lower())
        else:
            found.append(judged)
    found.sort(key=lambda f: -len(f.shown))
    there = [find(f.cause, portfolio.in_production, portfolio.everyone) for f in found]
    return _Causes(tuple(found), tuple(there), tuple(untold))


def _said(portfolio: Portfolio, judged: _Causes, scope: str, top: int, hidden: int) -> list[_Said]:
    if not portfolio.paths and portfolio.since is None:
        what = "records its stage" if portfolio.rows else "is recorded"
        return [_Said(f"No project{scope} {what}, so the way to production cannot be told.", role="headline")]
    group, production = findings.group_name(portfolio), humanize(portfolio.ladder.production)
    named = [(f, there) for f, there in zip(judged.found, judged.production, strict=True) if f.shown][:top]
    said = [
        _Said(findings.opening(portfolio, scope), role="headline"),
        _Said(findings.stalled(portfolio, scope), role="headline"),
        _Said(findings.leading([f for f, _ in named], group), role="headline"),
        _Said(findings.contrast(named, production)),
        *(_Said(text) for text in findings.certainty(portfolio)),
        _Said(findings.unit_sentence(portfolio)),
        _Said(findings.stays(portfolio)),
    ]
    for found, there in named:
        text = findings.cause_sentence(found, group, production, there)
        said += [_Said(text, found.shown[: findings.NAMED]), _Said(findings.remedy(found))]
    said.append(_Said(findings.scaling_kinds(list(portfolio.rows.values()))))
    said += [_Said(text, role="caveat") for text in _caveats(portfolio, judged, hidden)]
    if any(f.cause.name == "Technology first" for f, _ in named):
        said.append(_Said(technology_note(), role="method"))
    return [s for s in said if s.text]


def _caveats(portfolio: Portfolio, judged: _Causes, hidden: int) -> list[str]:
    pilot = humanize(portfolio.ladder.pilot)
    texts = [empty_note([f for f in judged.found if f.shown])]
    if judged.untold:
        texts.append(f"The records hold nothing to judge these causes by: {join_and(judged.untold)}.")
    if portfolio.has_history and portfolio.since is None and (count := portfolio.skipped_pilot):
        texts.append(
            f"{pluralize(count, 'project')} {'is' if count == 1 else 'are'} first recorded in a later "
            "stage than "
            f"{pilot} and left out of the conversion."
        )
    if count := portfolio.unstaged:
        texts.append(
            f"{pluralize(count, 'project')} {'has' if count == 1 else 'have'} no stage that the workspace lists."
        )
    if hidden:
        texts.append("Totals leave out projects that this viewer may not see.")
    return texts


def _computation(
    sources: Sources, view: RecordView, portfolio: Portfolio, said: Sequence[_Said], scope: str
) -> Evidence:
    ladder = portfolio.ladder
    history = (
        f"{portfolio.stage_changes:,} stage changes of {view.sources['stage_history']}"
        if portfolio.has_history
        else "no stage history, only the stage of today"
    )
    return computed(
        view.sources["projects"],
        "Scaling funnel",
        f"{ladder.pilot} to {ladder.production}{scope}"
        + (f", since {portfolio.since}" if portfolio.since else "")
        + f", {len(portfolio.rows):,} rows, as of {sources.today}",
        [
            f"Computed over {pluralize(len(portfolio.rows), 'project')} of {view.sources['projects']} and {history}.",
            *(s.text for s in said),
        ],
        sources.today,
    )


def _tables(portfolio: Portfolio, judged: _Causes) -> tuple[Table, ...]:
    if not portfolio.paths:
        return ()
    tables = [drawing.funnel_table(portfolio), drawing.unit_table(portfolio)]
    if judged.found:
        group = findings.group_name(portfolio)
        tables.append(drawing.causes_table(judged.found, judged.production, group))
        tables.append(drawing.stalled_table(portfolio, judged.found))
    return tuple(table for table in tables if table is not None)


def _figures(portfolio: Portfolio, evidence: str) -> tuple[Figure, ...]:
    found, stalled = portfolio.conversion, len(portfolio.stalled.rows)
    group = findings.group_name(portfolio)
    figures = [Figure(text=f"{stalled:,}", value=stalled, unit=group, evidence=evidence)]
    if portfolio.has_history and found.entered:
        figures = [
            Figure(text=f"{found.entered:,}", value=found.entered, unit="projects", evidence=evidence),
            Figure(text=f"{found.reached:,}", value=found.reached, unit="projects", evidence=evidence),
            Figure(text=findings.share(found.share), value=found.share * 100, unit="percent", evidence=evidence),
            *figures,
        ]
    return tuple(figures) if portfolio.stalled.rows or len(figures) > 1 else ()


def _follow_ups(portfolio: Portfolio, judged: _Causes) -> tuple[str, ...]:
    pilot, production = humanize(portfolio.ladder.pilot), humanize(portfolio.ladder.production)
    asked = [f"How do projects get from {pilot} to {production}?"]
    columns = [f.cause.columns[0] for f in judged.found if f.shown and f.cause.is_empty_none]
    if columns:
        asked.append(f"Which projects in {pilot} have no {humanize(columns[0])}?")
    if len(units := findings.by_unit(portfolio)) > 1:
        asked.append(f"Why do projects of {next(iter(units))} stall in {pilot}?")
    return tuple(asked)
