"""Which set of projects to fund under a budget and other limits, how firm that is, and what is left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import join_and, percent, pluralize
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.candidates import chosen_rows, excludes_ended, gather, which_projects
from copilot.tools.filters import Condition, linked
from copilot.tools.findings import Attachments, Computation, Reading, build_result, count, known
from copilot.tools.governance import blocked_projects
from copilot.tools.linking import check_projects, resolve_record
from copilot.tools.plan_portfolio import findings, phrasing
from copilot.tools.plan_portfolio.budget import ChangedBudget, changed_budget
from copilot.tools.plan_portfolio.options import Options, Request, read_options
from copilot.tools.plan_portfolio.plan import Limits, Plan, plan
from copilot.tools.ranking_findings import weights
from copilot.tools.stated_otherwise import stated_otherwise
from copilot.tools.trade_offs import Comparison, asked_weights, trade_offs
from copilot.types import Calculation, Cell, Chart, Finding, Table, ToolResult, Value, Viewer
from copilot.workspace import Funding, WorkspaceConfig

_ROWS_IN_TABLE = 40
_BARS_IN_CHART = 30


class Arguments(BaseModel):
    """Choose the best set of AI projects under a budget, headcount or other limits, and prove it.

    For "what do we fund with 5 million", "with a third less". Leaves out what is in production or blocked by rules.
    """

    model_config = ConfigDict(extra="forbid")

    budget: float | None = Field(
        default=None,
        ge=0,
        description="Money there is to spend, set against budgets not yet spent.",
    )
    budget_change: float | None = Field(default=None, ge=0, description="Share of it, or of today's: 0.5 halves it.")
    """Without a budget, of the organisation's limit on all projects, or of what all that can be chosen would cost."""
    budget_added: float | None = Field(default=None, description="Money more, or below 0 less.")
    headcount: float | None = Field(default=None, ge=0, description="Full-time equivalents.")
    most_projects: int | None = Field(default=None, ge=1, description="Projects at the most.")
    most_high_risk: int | None = Field(default=None, ge=0, description="Of a high risk class.")
    minimum_per_unit: int = Field(default=0, ge=0, le=20, description="Projects a unit at least.")
    must_have: list[str] = Field(default=[], description="Projects that must be in.")
    exclude: list[str] = Field(default=[], description="Projects that must not.")
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    leave_out_blocked: bool = Field(
        default=True, description="Leave out what does not meet a blocking rule; true by default."
    )
    weights: dict[str, float] = Field(
        default={},
        description="Weight by criterion, 0 to 1; unnamed ones divide the rest.",
    )
    weight_changes: dict[str, float] = Field(
        default={}, description="Factor by criterion: 2 doubles its weight, 0 leaves it out."
    )
    comparisons: list[Comparison] = Field(
        default=[], description="Trade-offs between two criteria each, to work out the weights from."
    )
    alternatives: int = Field(default=1, ge=0, le=5, description="Next-best sets to give.")
    top: int = Field(default=5, ge=1, le=50, description="How many to tell.")

    @property
    def changes_budget(self) -> bool:
        return self.budget_change is not None or self.budget_added is not None


@dataclass(frozen=True)
class Planned:
    """A portfolio and what is said of it."""

    found: Plan | None
    """None when the records allow no choice."""
    result: ToolResult


def plan_portfolio(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The best set with its proof, firmness, runner-up, what more budget would bring, and what is left out."""
    return planned(sources, viewer, arguments).result


def planned(sources: Sources, viewer: Viewer, arguments: Arguments) -> Planned:
    view, config = sources.records.view(viewer), sources.workspace.config
    asked, own = arguments, own_limits(arguments, config.funding)
    arguments = asked.model_copy(update=own)
    _check(view, arguments)
    filters = linked(view, "projects", arguments.filters)
    must = [resolve_record(view, name).key for name in arguments.must_have]
    excluded = [resolve_record(view, name).key for name in arguments.exclude]
    if both := sorted({*must} & {*excluded}):
        raise ToolError(f"{join_and(both)} cannot be both a must-have and excluded.")
    rows = chosen_rows(view, config, filters, [], must, False)
    candidates = gather(view, config, rows)
    hidden = view.hidden("projects", filters)
    reading = Reading(sources, view)
    if not rows or not candidates.criteria:
        return Planned(None, _without_choice(reading, len(rows), hidden))
    request = Request(
        frozenset(must),
        frozenset(excluded),
        blocked_projects(sources, viewer),
        arguments.leave_out_blocked,
        arguments.budget is not None or asked.changes_budget,
        arguments.headcount is not None,
    )
    weighed = asked_weights(
        config, candidates.criteria, arguments.weights, arguments.weight_changes, arguments.comparisons
    )
    options = read_options(view, config, candidates, weighed.weights, request)
    for position, reason in options.bars.items():
        if candidates.ids[position] in must:
            why = phrasing.why(findings.reason_values(reason))
            raise ToolError(f"{candidates.name(position)} must be in, but it {why}.")
    changed = _changed(asked, config, options) if asked.changes_budget else None
    if changed is not None:
        own.pop("budget", None)
    found = plan(options, _limits(arguments, changed, config), arguments.alternatives)
    best = findings.best_set(
        found, which_projects(filters, len(rows), are_open=excludes_ended(filters, [], False)), reading
    )
    own_base = ("budget",) if changed is not None and changed.origin == "limit" else ()
    used = {*own, *own_base, *(() if arguments.weights else ("criteria",))}
    lead = [best, *known(None if changed is None else findings.changed_budget(changed))]
    told = _findings(found, reading, lead, trade_offs(weighed), list(own), arguments.top, is_partial=hidden > 0)
    result = build_result(
        (*told, *stated_otherwise(reading, viewer, lambda rule: rule.subject in used)),
        phrasing.WORDING,
        Computation(
            source=view.sources["projects"],
            title=f"Portfolio of {pluralize(len(rows), 'project')}",
            locator=f"mixed-integer optimum under {phrasing.limits(best)}, {pluralize(len(rows), 'project')}, "
            f"{found.draws:,} draws, seed 0",
            calculation=findings.whole_calculation(found),
        ),
        reading,
        Attachments(tables=tuple(_tables(found)), charts=tuple(_charts(found)), hidden_rows=hidden),
    )
    return Planned(found, result)


def _limits(arguments: Arguments, changed: ChangedBudget | None, config: WorkspaceConfig) -> Limits:
    return Limits(
        arguments.budget if changed is None else changed.amount,
        arguments.headcount,
        arguments.most_projects,
        arguments.most_high_risk,
        arguments.minimum_per_unit,
        config.currency,
        None if changed is None else changed.before,
    )


def _changed(asked: Arguments, config: WorkspaceConfig, options: Options) -> ChangedBudget:
    """The budget after the change that is asked for; the organisation's limit is one on all projects."""
    limit = None if asked.filters else config.funding.budget
    share = 1.0 if asked.budget_change is None else asked.budget_change
    return changed_budget(asked.budget, limit, options.costs, share, asked.budget_added or 0.0, config.currency)


def own_limits(arguments: Arguments, funding: Funding) -> dict[str, float]:
    """The limits of the organisation that the call says nothing of, by argument."""
    said = {name for name in arguments.model_fields_set if getattr(arguments, name) is not None}
    return {name: limit for name, limit in funding.model_dump(exclude_defaults=True).items() if name not in said}


def _check(view: RecordView, arguments: Arguments) -> None:
    check_projects(view)
    has_budget = arguments.budget is not None or arguments.changes_budget
    if not has_budget and arguments.headcount is None and arguments.most_projects is None:
        raise ToolError("A portfolio needs a limit; ask for the budget, the headcount or the most projects to choose.")
    wanted = {
        "budget": has_budget,
        "headcount": arguments.headcount is not None,
        "risk_class": arguments.most_high_risk is not None,
        "unit": bool(arguments.minimum_per_unit),
    }
    for column, is_wanted in wanted.items():
        if is_wanted and not view.has("projects", column):
            raise ToolError(f"The projects table has no column {column!r}, so that limit cannot be kept.")


def _findings(
    found: Plan,
    reading: Reading,
    lead: Sequence[Finding],
    agreement: Finding | None,
    own: Sequence[str],
    top: int,
    *,
    is_partial: bool,
) -> Iterator[Finding]:
    """Everything that is found, the answer first as `lead`; `own` are the limits of the organisation."""
    yield from lead
    yield from known(findings.against_before(found))
    if own:
        yield Finding(kind="own_limits", role="support", values={"limits": tuple(own)})
    yield from known(agreement, findings.set_firmness(found))
    yield from (findings.chosen(found, reading, i) for i in found.chosen[:top])
    yield findings.proof(found)
    yield from findings.alternatives(found)
    yield from known(findings.more_budget(found))
    yield from findings.left_out(found)
    yield from (findings.forced(found, reading, tried) for tried in found.forced)
    yield from findings.caveats(found)
    if is_partial:
        yield Finding(kind="hidden", role="caveat")
    yield weights(found.options.candidates, found.options.weights)
    yield findings.objective(found)


def _without_choice(reading: Reading, candidates: int, hidden: int) -> ToolResult:
    finding = Finding(kind="no_candidates", role="caveat")
    if candidates:
        values: dict[str, Value] = {"candidates": count(candidates, "project")}
        finding = Finding(kind="no_criteria", role="caveat", values=values)
    calculation = Calculation(method="count of the projects that stand for choice and of their criteria")
    return build_result(
        [finding],
        phrasing.WORDING,
        Computation(reading.view.sources["projects"], "Portfolio", f"{candidates:,} candidates", calculation),
        reading,
        Attachments(hidden_rows=hidden),
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
    outside = found.outside
    if outside:
        shown = outside[:_ROWS_IN_TABLE]
        title = "Left out"
        if len(outside) > len(shown):
            title += f", the first {len(shown)} of {len(outside):,}"
        yield Table(
            title=title,
            columns=(*columns, "In the best set in", "Why"),
            rows=tuple(
                (
                    *_cells(options, i),
                    percent(float(found.share[i])),
                    phrasing.why(findings.reason_values(found.reason(i))),
                )
                for i in shown
            ),
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
