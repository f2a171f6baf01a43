"""A plan for the change that a project or a unit needs: levers, owners, sequence, measures, and the workforce."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import pluralize
from copilot.passages.units import Unit
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.candidates import active_projects
from copilot.tools.evidence import Row
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.tools.linking import fold, resolve_project, resolve_unit
from copilot.tools.plan_change import findings
from copilot.tools.plan_change import phrasing as say
from copilot.tools.plan_change.facts import LeverReader, Scope, change_managers
from copilot.tools.plan_change.findings import Measure, Plan
from copilot.tools.plan_change.method import METHOD
from copilot.tools.quoting import Quotable, passages_about
from copilot.types import Calculation, Finding, Table, ToolResult, Viewer

_RELEVANT, _SPEAKS = 0.25, 0.3
"""Cosine of a passage, and of a sentence in it, from which on it speaks of change or of a lever."""
_TABLES = ("assessments", "projects", "observations", "roles")

# Headings under which stands what to do.
_STEPS = re.compile(
    r"\b(how|steps?|do|approach|procedures?|process(es)?|actions?|remed(y|ies)|requirements?|practices?|guidance|plans?"
    r"|responses?)\b",
    re.IGNORECASE,
)


class Arguments(BaseModel):
    """Plan the change that a project, a unit or the whole group needs so that people use its AI.

    For "change management plan", "why do people not use it", "training and communication plan". By lever
    (communication, workflow, trust, training, incentives) it gives what the records show, the measure that the
    documents advise, owner, time and metric.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="A project by name or id; all without it.")
    unit: str | None = Field(default=None, description="A business unit; all without it.")


def plan_change(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The levers in the order to start them, each with records, measure, owner, time and metric."""
    view = sources.records.view(viewer)
    if not any(view.has(table) for table in _TABLES):
        raise ToolError("The records hold nothing about projects, adoption, training or change to plan by.")
    scope, method, reading = _scope(sources, view, arguments), METHOD.load(sources.workspace), Reading(sources, view)
    reader = LeverReader(sources, viewer, scope, method, reading)
    sought = [*method.levers, method.workforce, method.budget]
    passages = passages_about(sources, viewer, [s.query for s in sought], method.about, _RELEVANT)
    documents = Quotable(reading, passages)
    plan = _plan(reader, documents)
    hidden = _hidden(view, scope)
    budget = documents.nearest(method.budget.query, method.budget.words, under=_STEPS)
    found = [*_findings(plan, budget, sources, hidden)]
    table = next(t for t in (*_TABLES[1:], _TABLES[0]) if view.has(t))
    order = _table(plan, found)
    return build_result(
        found,
        say.WORDING,
        Computation(
            source=view.sources[table],
            title=f"Change plan for {scope.subject}",
            locator=f"{pluralize(len(method.levers), 'lever')}, as of {sources.today}",
            calculation=Calculation(method="levers by what the records show of each", inputs=(order,)),
        ),
        reading,
        Attachments(tables=(order,), hidden_rows=hidden),
    )


def _scope(sources: Sources, view: RecordView, arguments: Arguments) -> Scope:
    if arguments.project is not None:
        row = resolve_project(view, arguments.project)
        return Scope(row, str(row["unit"]) if row.get("unit") else None, (row,))
    unit = None if arguments.unit is None else resolve_unit(view, arguments.unit, _TABLES)
    rows: list[Row] = active_projects(sources, view.select("projects")) if view.has("projects") else []
    return Scope(None, unit, tuple(r for r in rows if unit is None or fold(str(r.get("unit") or "")) == fold(unit)))


def _plan(reader: LeverReader, documents: Quotable) -> Plan:
    method, scope, reading = reader.method, reader.scope, reader.reading
    shown = [reader.read(lever) for lever in method.levers]
    adoption = reader.observe(method.adoption)
    is_running = _is_running(reader.sources, scope) or (adoption is not None and adoption.is_of_project)
    if is_running:
        # Where people should use it already, the weakest lever comes first.
        shown.sort(key=lambda found: -found.need)
    return Plan(
        scope=scope,
        measures=tuple(Measure(s, documents.nearest(s.lever.query, s.lever.words, minimum=_SPEAKS)) for s in shown),
        is_running=is_running,
        good=method.good,
        managers=change_managers(reading.view, scope.unit),
        adoption=adoption,
        workforce=method.workforce,
        moved=reader.observe(method.workforce.metrics),
        reskilling=documents.nearest(method.workforce.query, method.workforce.words, minimum=_SPEAKS, under=_STEPS),
        cited=(reading.row("projects", scope.project),) if scope.project is not None else (),
    )


def _is_running(sources: Sources, scope: Scope) -> bool:
    """Whether the project, or any project of the unit, has reached production."""
    stages = sources.workspace.config.stages
    return any(stages.is_production(row.get("stage")) for row in scope.rows)


def _hidden(view: RecordView, scope: Scope) -> int:
    """Rows withheld of the tables that are read: of the unit, and what happened to the project."""
    unit = [] if scope.unit is None else [Filter(column="unit", value=scope.unit)]
    filters = dict.fromkeys(("assessments", "observations"), unit)
    if scope.project is None:
        filters["projects"] = unit
    else:
        of_project = [Filter(column="project_id", value=str(scope.project["id"]))]
        filters |= dict.fromkeys(("incidents", "decisions"), of_project)
    return sum(
        view.hidden(table, [f for f in chosen if view.has(table, f.column)])
        for table, chosen in filters.items()
        if view.has(table)
    )


def _findings(plan: Plan, budget: Unit | None, sources: Sources, hidden: int) -> Iterator[Finding]:
    yield from findings.opening(plan)
    yield from findings.levers(plan)
    yield findings.workforce(plan)
    yield findings.money(plan, sources.workspace.config.currency)
    if budget:
        yield Finding(kind="quote", text=budget.text, evidence=(budget.evidence,))
    yield from findings.questions(plan)
    yield from findings.caveats(plan, hidden)
    yield Finding(kind="method", role="method", values={"is_running": plan.is_running})


def _table(plan: Plan, found: list[Finding]) -> Table:
    return Table(
        title=f"Change plan for {plan.scope.subject}",
        columns=("Order", "Lever", "The records show", "Measure", "Owner", "When", "Measured by"),
        rows=tuple(
            (
                place,
                str(f.values["lever"]),
                say.shows(f) or None,
                str(f.values["measure"]),
                say.owner(f),
                say.when(f),
                say.measured_by(f, in_full=True),
            )
            for place, f in enumerate((f for f in found if f.kind == "lever"), start=1)
        ),
    )
