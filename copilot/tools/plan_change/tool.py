"""A plan for the change that a project or a unit needs: five levers, owners, sequence, measures, and the workforce."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from copilot.analysis.funnel import Ladder
from copilot.errors import ToolError
from copilot.passages.extract import Unit
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.assembly import Computed, Said, Shown, assembled
from copilot.tools.assess_readiness.facts import going_on
from copilot.tools.assess_readiness.scores import BEST
from copilot.tools.evidence import Row
from copilot.tools.linking import fold, resolve_record, resolve_unit
from copilot.tools.plan_change import levers as levers
from copilot.tools.plan_change import phrasing as say
from copilot.tools.plan_change.facts import Observed, Scope, change_managers, observe, read_lever
from copilot.tools.plan_change.phrasing import Measure
from copilot.tools.search_knowledge.passages import nearest_sentence, passages_about, sentences_of
from copilot.types import Evidence, Figure, Table, ToolResult, Viewer

_RELEVANT, _SPEAKS = 0.25, 0.3
"""Cosine of a passage, and of a sentence in it, from which on it speaks of change or of a lever."""
_TABLES = ("assessments", "projects", "observations", "roles")


class Arguments(BaseModel):
    """Plan the change that a project, a unit or the whole group needs so that people use its AI.

    Call this for "how should we manage the change for project X", "change management plan", "why do people not use
    it and what do we do", "how do we get adoption up", "training and communication plan", "reskilling". For each of
    five levers (communication, workflow, trust, training, incentives) it gives what the records show, the measure
    that the documents advise, the owner on record, the time and the metric; then the workforce side and what to ask.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="A project by name or id.")
    unit: str | None = Field(default=None, description="A business unit; without it and a project, all units.")


@dataclass(frozen=True)
class _Plan:
    scope: Scope
    measures: tuple[Measure, ...]
    """In the order in which to start them."""
    is_running: bool
    """People are meant to use it already."""
    adoption: Observed | None
    moved: Observed | None
    """Employees in other posts because of AI."""
    reskilling: Unit | None
    budget: Unit | None
    passages: dict[str, Evidence]
    hidden: int


def plan_change(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The levers in the order to start them, each with records, measure, owner, time and metric."""
    view = sources.records.view(viewer)
    if not any(view.has(table) for table in _TABLES):
        raise ToolError("The records hold nothing about projects, adoption, training or change to plan by.")
    plan = _plan(sources, viewer, view, _scope(sources, view, arguments))
    said = list(_sentences(plan, sources.workspace.config.currency))
    table = next(t for t in (*_TABLES[1:], _TABLES[0]) if view.has(t))
    computation = Computed(table, f"Change plan for {plan.scope.whole}", f"five levers, as of {sources.today}")
    scores = [(m.lever.label.lower(), m.shown.score) for m in plan.measures if m.shown.score is not None]
    shown = Shown(
        tables=(_table(plan),),
        figures=tuple(Figure(text=f"{score:g}", value=score, unit=f"of {BEST}, {name}") for name, score in scores),
        follow_ups=_follow_ups(plan),
        hidden_rows=plan.hidden,
    )
    return assembled(sources, view, said, computation, shown)


def _scope(sources: Sources, view: RecordView, arguments: Arguments) -> Scope:
    if arguments.project is not None:
        if not view.has("projects"):
            raise ToolError("The records hold no table of projects.")
        row = view.row("projects", resolve_record(view, arguments.project).key)
        assert row is not None, "a resolved project has a row"
        return Scope(row, str(row["unit"]) if row.get("unit") else None, (row,))
    unit = None if arguments.unit is None else resolve_unit(view, arguments.unit, _TABLES)
    rows: list[Row] = going_on(sources, view.select("projects")) if view.has("projects") else []
    return Scope(None, unit, tuple(r for r in rows if unit is None or fold(str(r.get("unit") or "")) == fold(unit)))


def _plan(sources: Sources, viewer: Viewer, view: RecordView, scope: Scope) -> _Plan:
    queries = [*(lever.query for lever in levers.LEVERS), levers.RESKILLING, levers.BUDGET]
    passages = passages_about(sources, viewer, queries, levers.CHANGE_TERMS, _RELEVANT)
    sentences = sentences_of(passages)
    managers = change_managers(view, scope.unit)
    found = [read_lever(sources, viewer, view, scope, lever) for lever in levers.LEVERS]
    adoption = observe(sources, viewer, scope, levers.LEVERS[1].measures)
    is_running = _is_running(sources, scope) or (adoption is not None and adoption.is_of_project)
    if is_running:
        # Where people should use it already, the weakest lever comes first.
        found.sort(key=lambda shown: -shown.need)
    used: list[str] = []
    measures = []
    for place, shown in enumerate(found, start=1):
        terms = shown.lever.terms
        quote = nearest_sentence(sources, sentences, shown.lever.query, minimum=_SPEAKS, terms=terms, used=used)
        used += [quote.text] if quote else []
        owner = say.owner(shown.lever, scope, managers, quote)
        when = say.when(shown, is_running, place)
        measures.append(Measure(shown.lever, shown, quote, owner, when))
    return _Plan(
        scope,
        tuple(measures),
        is_running,
        adoption,
        observe(sources, viewer, scope, levers.RESKILLING_MEASURES),
        nearest_sentence(
            sources,
            sentences,
            levers.RESKILLING,
            minimum=_SPEAKS,
            terms=levers.RESKILLING_TERMS,
            used=used,
            prefer="steps",
        ),
        nearest_sentence(sources, sentences, levers.BUDGET, terms=levers.BUDGET_TERMS, used=used, prefer="steps"),
        {item.id: item for item in passages},
        _hidden(view, scope),
    )


def _is_running(sources: Sources, scope: Scope) -> bool:
    """Whether the project, or any project of the unit, has reached production."""
    production = fold(Ladder.of(sources.workspace.config.stages).production)
    return any(fold(str(row.get("stage") or "")) == production for row in scope.rows)


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


def _sentences(plan: _Plan, currency: str) -> Iterator[Said]:
    scope = plan.scope
    project = (("projects", scope.project),) if scope.project is not None else ()
    metric = (plan.adoption.read,) if plan.adoption else ()
    yield Said(say.opening(scope, plan.measures, plan.adoption, plan.is_running), "headline", project, metric)
    named = {plan.adoption.metric.name} if plan.adoption else set[str]()
    for measure in plan.measures:
        read = [plan.passages[measure.quote.evidence]] if measure.quote else []
        read += [measure.shown.observed.read] if measure.shown.observed else []
        rows = (*measure.shown.rows, *project)
        yield Said(say.lever(measure, named), "headline", rows, tuple(read))
        named |= {measure.shown.observed.metric.name} if measure.shown.observed else set()
    about: tuple[Evidence, ...] = (plan.passages[plan.reskilling.evidence],) if plan.reskilling else ()
    about += (plan.moved.read,) if plan.moved else ()
    yield Said(say.workforce(scope, plan.moved, plan.reskilling), "headline", project, about)
    yield Said(say.money(scope, currency), "support", project)
    if plan.budget:
        yield Said(plan.budget.text, "support", read=(plan.passages[plan.budget.evidence],), is_quote=True)
    yield Said(say.questions(plan.measures, scope, plan.adoption, plan.moved is not None), "caveat")
    if not any(measure.quote for measure in plan.measures):
        yield Said("The documents say nothing about these levers; the measures are this tool's own.", "caveat")
    if not any(measure.shown.is_known for measure in plan.measures):
        yield Said("The records do not say how people work with it, so no lever can be called the weakest.", "caveat")
    if plan.hidden:
        yield Said("Rows that this viewer may not see are left out, so the picture is partial.", "caveat")
    yield Said(say.method(plan.is_running), "method")


def _table(plan: _Plan) -> Table:
    return Table(
        title=f"Change plan for {plan.scope.whole}",
        columns=("Order", "Lever", "The records show", "Measure", "Owner", "When", "Measured by"),
        rows=tuple(
            (
                place,
                m.lever.label,
                say.shows(m.shown),
                say.proposal(m),
                m.owner,
                m.when,
                say.measured_by(m),
            )
            for place, m in enumerate(plan.measures, start=1)
        ),
    )


def _follow_ups(plan: _Plan) -> tuple[str, ...]:
    asked: list[str] = []
    if plan.scope.project is not None:
        asked.append(f"What is known of the adoption of {plan.scope.project.get('name') or plan.scope.project['id']}?")
    if plan.scope.unit:
        asked.append(f"How ready is {plan.scope.unit} for change?")
    return (*asked, "How do we measure change management?")
