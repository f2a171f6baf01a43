"""Which set of projects to fund under a budget and other limits, how firm that is, and what is left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import join_and, money, number, percent, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.candidates import chosen_rows, excludes_ended, gather
from copilot.tools.check_governance.findings import blocked_projects
from copilot.tools.evidence import computed, read_row, row_id
from copilot.tools.filter_phrasing import predicate
from copilot.tools.filters import Condition, linked
from copilot.tools.linking import resolve_record
from copilot.tools.plan_portfolio import phrasing as say
from copilot.tools.plan_portfolio.options import Asked, Options, read_options
from copilot.tools.plan_portfolio.plan import Limits, Plan, plan
from copilot.tools.prioritize_projects.findings import trade_offs
from copilot.tools.prioritize_projects.phrasing import WORDING
from copilot.tools.prioritize_projects.trade_offs import Comparison, asked_weights
from copilot.types import Cell, Chart, Evidence, Figure, Finding, Role, Table, ToolResult, Viewer

_ROWS_IN_TABLE = 40
_BARS_IN_CHART = 30


class Arguments(BaseModel):
    """Choose the best set of AI projects under a budget, a headcount or other limits, with a proof of it.

    Call this for "what should we fund with 5 million", "best portfolio", "which projects fit the budget", "what
    would 10% more budget bring". For an order of projects without limits call prioritize_projects. By default
    it chooses among what has not reached production and meets the blocking governance rules.
    """

    model_config = ConfigDict(extra="forbid")

    budget: float | None = Field(
        default=None,
        ge=0,
        description="Money to spend in the workspace's currency, set against the budgets not yet spent.",
    )
    headcount: float | None = Field(default=None, ge=0, description="Full-time equivalents there are.")
    most_projects: int | None = Field(default=None, ge=1, description="The most projects to choose.")
    most_high_risk: int | None = Field(default=None, ge=0, description="The most projects of a high risk class.")
    minimum_per_unit: int = Field(default=0, ge=0, le=20, description="Projects that each unit gets at least.")
    must_have: list[str] = Field(default=[], description="Projects that must be in, by name or id.")
    exclude: list[str] = Field(default=[], description="Projects that must not be in, by name or id.")
    filters: list[Condition] = Field(default=[], description="Conditions that the candidates must meet.")
    leave_out_blocked: bool = Field(
        default=True, description="Leave out projects that do not meet a blocking governance rule."
    )
    weights: dict[str, float] = Field(
        default={},
        description="Weight by criterion, as a share of all weight, 0 to 1; unnamed ones divide the rest.",
    )
    weight_changes: dict[str, float] = Field(
        default={}, description="Factor by criterion on the workspace's weight: 2 doubles it, 0 leaves it out."
    )
    comparisons: list[Comparison] = Field(
        default=[], description="Trade-offs between two criteria each, from which the weights are worked out."
    )
    alternatives: int = Field(default=1, ge=0, le=5, description="How many next-best sets to give.")
    top: int = Field(default=5, ge=1, le=50, description="How many of the chosen projects to describe.")


@dataclass(frozen=True)
class _Said:
    text: str
    role: Role = "support"
    about: tuple[int, ...] = ()


@dataclass(frozen=True)
class Planned:
    """A portfolio and what is said of it."""

    found: Plan | None
    """None when the records allow no choice."""
    scope: str
    """Which projects stand for choice, in words."""
    result: ToolResult


def plan_portfolio(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The best set with its proof, firmness, runner-up, what more budget would bring, and what is left out."""
    return planned(sources, viewer, arguments).result


def planned(sources: Sources, viewer: Viewer, arguments: Arguments) -> Planned:
    view, config = sources.records.view(viewer), sources.workspace.config
    _check(view, arguments)
    filters = linked(view, "projects", arguments.filters, config.stages)
    must = [resolve_record(view, name).key for name in arguments.must_have]
    excluded = [resolve_record(view, name).key for name in arguments.exclude]
    if both := sorted({*must} & {*excluded}):
        raise ToolError(f"{join_and(both)} cannot be both a must-have and excluded.")
    rows = chosen_rows(view, config, filters, [], must, False)
    candidates = gather(view, config, rows)
    hidden = view.hidden("projects", filters)
    if not rows or not candidates.criteria:
        return Planned(None, "", _without_choice(sources, view, len(rows), hidden))
    blocked = blocked_projects(sources, viewer)
    asked = Asked(
        frozenset(must),
        frozenset(excluded),
        blocked,
        arguments.leave_out_blocked,
        arguments.budget is not None,
        arguments.headcount is not None,
    )
    chosen = asked_weights(
        config, candidates.criteria, arguments.weights, arguments.weight_changes, arguments.comparisons
    )
    options = read_options(view, config, candidates, chosen.weights, asked)
    found = plan(options, _limits(arguments, config.currency), arguments.alternatives)
    scope = _scope(sources, filters, len(rows))
    said = list(_sentences(found, scope, arguments.top, hidden))
    if agreement := trade_offs(chosen):
        said.insert(1, _Said(WORDING.phrases[agreement.kind](agreement), agreement.role))
    return Planned(found, scope, _result(sources, view, found, [s for s in said if s.text], hidden))


def _check(view: RecordView, arguments: Arguments) -> None:
    if not view.has("projects"):
        raise ToolError("The records hold no table of projects.")
    if arguments.budget is None and arguments.headcount is None and arguments.most_projects is None:
        raise ToolError("A portfolio needs a limit; ask for the budget, the headcount or the most projects to choose.")
    wanted = {
        "budget": arguments.budget is not None,
        "headcount": arguments.headcount is not None,
        "risk_class": arguments.most_high_risk is not None,
        "unit": bool(arguments.minimum_per_unit),
    }
    for column, is_wanted in wanted.items():
        if is_wanted and not view.has("projects", column):
            raise ToolError(f"The projects table has no column {column!r}, so that limit cannot be kept.")


def _limits(arguments: Arguments, currency: str) -> Limits:
    return Limits(
        arguments.budget,
        arguments.headcount,
        arguments.most_projects,
        arguments.most_high_risk,
        arguments.minimum_per_unit,
        currency,
    )


def _scope(sources: Sources, filters: Sequence[Filter], count: int) -> str:
    config = sources.workspace.config
    conditions = [predicate(filters, count)] if filters else []
    if excludes_ended(config, filters, [], False):
        conditions.append(f"{'is' if count == 1 else 'are'} not yet in production")
    return f"{pluralize(count, 'project')}{f' that {join_and(conditions)}' if conditions else ''}"


def _result(sources: Sources, view: RecordView, found: Plan, said: Sequence[_Said], hidden: int) -> ToolResult:
    x = _computation(sources, view, found, [s.text for s in said])
    read = list(dict.fromkeys(i for s in said for i in s.about))
    rows = {i: found.options.row(i) for i in read}
    currency = sources.workspace.config.currency
    return ToolResult(
        findings=tuple(
            Finding(
                text=s.text,
                role=s.role,
                evidence=(x.id, *(row_id(view, "projects", rows[i]) for i in s.about)),
            )
            for s in said
        ),
        evidence=(x, *(read_row(view, "projects", row, currency, sources.today) for row in rows.values())),
        tables=tuple(_tables(found)),
        charts=tuple(_charts(found)),
        figures=tuple(_figures(found, x.id)),
        follow_ups=_follow_ups(found),
        hidden_rows=hidden,
    )


def _sentences(found: Plan, scope: str, top: int, hidden: int) -> Iterator[_Said]:
    chosen = found.chosen
    yield _Said(say.opening(found, scope), "headline", tuple(chosen[:6]))
    yield _Said(say.firmness(found), "headline")
    for i in chosen[:top]:
        yield _Said(say.one(found, i), "headline", (i,))
    yield _Said(say.proof(found))
    yield from (_Said(text) for text in say.alternatives(found))
    yield _Said(say.richer(found))
    yield from (_Said(text) for text in say.left_out(found))
    yield from (_Said(say.forced(found, tried), "support", (tried.option,)) for tried in found.forced)
    yield from (_Said(text, "caveat") for text in say.caveats(found))
    if hidden:
        yield _Said("The choice leaves out projects that this viewer may not see.", "caveat")
    yield _Said(say.weights(found), "method")
    yield _Said(say.method(found), "method")


def _computation(sources: Sources, view: RecordView, found: Plan, said: Sequence[str]) -> Evidence:
    count = len(found.options.candidates.rows)
    lines = [f"In the set: {say.one(found, i)}" for i in found.chosen]
    lines += [f"Left out: {say.one(found, i)}" for i in found.left_out]
    return computed(
        view.sources["projects"],
        f"Portfolio of {pluralize(count, 'project')}",
        f"mixed-integer optimum under {say.limits(found)}, {count:,} projects, {found.draws:,} draws, seed 0",
        [f"Chosen from {pluralize(len(found.options.open), 'project')} of {count:,}.", *said, *lines],
        sources.today,
    )


def _without_choice(sources: Sources, view: RecordView, count: int, hidden: int) -> ToolResult:
    text = (
        f"{pluralize(count, 'project')} stand for choice but record none of the prioritization criteria, so no set "
        "can be called better than another."
        if count
        else "No project meets the conditions and stands for choice."
    )
    x = computed(view.sources["projects"], "Portfolio", f"{count:,} candidates", [text], sources.today)
    return ToolResult(
        findings=(Finding(text=text, evidence=(x.id,), role="headline"),),
        evidence=(x,),
        follow_ups=("How many projects are there, by stage?",),
        hidden_rows=hidden,
    )


def _tables(found: Plan) -> Iterator[Table]:
    options, columns = found.options, ("Id", "Project", "Unit", "Score", "Cost", "Headcount")
    yield Table(
        title="Chosen projects",
        columns=(*columns, "Risk class", "In the best set in", "Unmet blocking rules"),
        rows=tuple(
            (
                *_cells(options, i),
                options.row(i).get("risk_class"),
                percent(float(found.share[i])),
                "; ".join(options.blocked(i)) or None,
            )
            for i in found.chosen
        ),
    )
    reasons = {i: say.why_left_out(found, i) for i in found.left_out}
    reasons |= {i: options.bars[i].text for i in sorted(options.bars, key=lambda i: (-options.score[i], i))}
    if reasons:
        shown = list(reasons)[:_ROWS_IN_TABLE]
        title = "Left out"
        if len(reasons) > len(shown):
            title += f", the first {len(shown)} of {len(reasons):,}"
        yield Table(
            title=title,
            columns=(*columns, "In the best set in", "Why"),
            rows=tuple((*_cells(options, i), percent(float(found.share[i])), reasons[i]) for i in shown),
        )


def _cells(options: Options, position: int) -> tuple[Cell, ...]:
    cost, headcount = float(options.cost[position]), float(options.headcount[position])
    score = float(options.scores.score[position])
    return (
        str(options.row(position)["id"]),
        options.candidates.short_name(position),
        options.row(position).get("unit"),
        None if np.isnan(score) else round(score * 100, 1),
        None if np.isnan(cost) else cost,
        None if np.isnan(headcount) else headcount,
    )


def _charts(found: Plan) -> Iterator[Chart]:
    costs = [(i, float(found.options.cost[i])) for i in found.chosen if found.options.cost[i] > 0]
    largest = sorted(costs, key=lambda pair: (-pair[1], pair[0]))[:_BARS_IN_CHART]
    if len(largest) > 1:
        measure = f"Budget not yet spent {found.limits.currency}".strip()
        rows = [(found.options.candidates.short_name(i), cost) for i, cost in largest]
        yield bars("Cost of the chosen projects", "Project", measure, rows)


def _figures(found: Plan, evidence: str) -> Iterator[Figure]:
    value, count = round(found.selection.value, 1), len(found.chosen)
    yield Figure(text=f"{count:,}", value=count, unit="projects", evidence=evidence)
    if count:
        yield Figure(text=number(value), value=value, unit="points", evidence=evidence)
        text = money(found.cost, found.limits.currency)
        yield Figure(text=text, value=found.cost, unit=found.limits.currency or "cost", evidence=evidence)


def _follow_ups(found: Plan) -> tuple[str, ...]:
    asked = []
    if found.chosen:
        asked.append(f"What is the state of {found.options.candidates.short_name(found.chosen[0])}?")
    if any(bar.kind == "blocked" for bar in found.options.bars.values()):
        asked.append("Which projects are blocked by governance rules?")
    asked.append("Which projects should come first?")
    return tuple(asked)
