"""Centre of excellence, hybrid or federated model: by criteria of the records, with what would flip the advice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from copilot.analysis.operating_model import MODELS, Criterion, Measured, advise
from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import join_and, number, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.assembly import Computed, Said, Shown, assembled
from copilot.tools.linking import link, resolve_unit
from copilot.tools.recommend_operating_model import phrasing as say
from copilot.tools.recommend_operating_model.facts import GROUP, JUDGED, UNIT, read_facts
from copilot.tools.recommend_operating_model.phrasing import Case
from copilot.tools.search_knowledge.passages import nearest_sentence, passages_about, sentences_of
from copilot.types import Cell, Evidence, Figure, Table, ToolResult, Viewer

_TABLES = ("projects", "roles", "assessments")
_QUOTED = 2
_STEM = 4
"""Letters that a model's name has in every spelling: centre and center, federated and federation."""
# The field's own names of the three models; a passage without any of them is about something else.
_TERMS = re.compile(
    r"\bcent(re|er)s? of excellence\b|\bCoE\b|\bfederat\w+|\bhub[ -]and[ -]spoke\b|\boperating models?\b"
    r"|\bembedded (AI )?teams?\b|\bdecentrali\w+|\bcentrali[sz]ed (AI |data science )?teams?\b",
    re.IGNORECASE,
)
_RELEVANT = 0.4
_QUERIES = (
    "operating model for AI: centre of excellence, federated or hybrid, and when each fits",
    "strengths and weaknesses of a central AI team and of AI teams in the business units",
)
_FITS = "a {model} fits an organisation when"


class Arguments(BaseModel):
    """Advise on the operating model for AI: centre of excellence, hybrid (hub and spoke) or federated.

    Call this for "should we centralise AI", "centre of excellence or federated", "hub and spoke", "where should our
    AI teams sit", "should this unit have its own AI team", "what would change that advice". Each criterion is
    computed from the organisation's own records; what they do not hold is asked for. For what the models are, or
    for a case that is not this organisation's, call search_knowledge.
    """

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(default=None, description="A business unit to advise on; the whole group without it.")
    weights: dict[str, float] = Field(
        default={}, description="Factor by criterion: 2 counts it double, 0 leaves it out. All count 1 by default."
    )
    judgements: dict[str, float] = Field(
        default={},
        description="Answers of people by criterion, from 1 (points to the centre) to 5 (points to the units): speed, "
        "authority, funding, or a criterion that the records do not tell.",
    )


def recommend_operating_model(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The model that the criteria point to, how firm that is, the runner-up, and what would change it."""
    view = sources.records.view(viewer)
    table = next((t for t in _TABLES if view.has(t)), None)
    if table is None:
        raise ToolError("The records hold no projects, roles or assessments to choose an operating model by.")
    case = _case(sources, view, arguments)
    known = passages_about(sources, viewer, _QUERIES, _TERMS, _RELEVANT)
    said = list(_sentences(case, list(_quotes(sources, case, known)), bool(known)))
    scope = case.unit or pluralize(len(case.facts.units), "unit")
    computation = Computed(
        table,
        f"Operating model of {case.who}",
        f"{pluralize(len(case.measured), 'criterion', 'criteria')}, {scope}, "
        f"{pluralize(case.facts.projects, 'project')} going on, as of {sources.today}",
        tuple(say.criterion(case, m) for m in case.measured),
    )
    return assembled(sources, view, said, computation, _shown(case))


def _case(sources: Sources, view: RecordView, arguments: Arguments) -> Case:
    unit = None if arguments.unit is None else resolve_unit(view, arguments.unit, _TABLES)
    facts = read_facts(sources, view, unit)
    criteria = (*(UNIT if unit else GROUP), *JUDGED)
    weights = {_named(criteria, name): factor for name, factor in arguments.weights.items()}
    if any(factor < 0 for factor in weights.values()):
        raise ToolError("A weight cannot be negative; 0 leaves a criterion out.")
    judged = {_named(criteria, name): _judgement(value) for name, value in arguments.judgements.items()}
    texts = {fact.criterion.name: fact.text for fact in facts.known}
    # What people judge takes the place of what was computed.
    computed = [fact for fact in facts.known if fact.criterion.name not in judged]
    measured = [Measured(f.criterion, f.value, weights.get(f.criterion.name, 1.0)) for f in computed]
    for criterion in criteria:
        if (value := judged.get(criterion.name)) is not None:
            as_judged = replace(JUDGED[0], name=criterion.name, label=criterion.label)
            measured.append(Measured(as_judged, value, weights.get(criterion.name, 1.0)))
            texts[criterion.name] = f"judged {number(value)} on a scale of 1 (centre) to 5 (units)"
    unknown = tuple(c for c in facts.unknown if c.name not in judged)
    hidden = sum(_hidden(view, table, unit) for table in _TABLES if view.has(table))
    return Case(
        facts, tuple(measured), advise(measured), texts, unknown, unit, sources.workspace.config.organisation, hidden
    )


def _hidden(view: RecordView, table: str, unit: str | None) -> int:
    has_unit = unit is not None and view.has(table, "unit")
    return view.hidden(table, [Filter(column="unit", value=unit)] if has_unit else [])


def _named(criteria: Sequence[Criterion], asked: str) -> str:
    found = link(asked, {c.name: (c.label,) for c in criteria})
    if found.value is None:
        known = join_and(c.name for c in criteria)
        raise ToolError(f"There is no criterion {asked!r}; there are {known}.", found.nearest)
    return found.value


def _judgement(value: float) -> float:
    if not 1 <= value <= 5:
        raise ToolError(f"A judgement runs from 1 (centre) to 5 (units); {value:g} does not.")
    return value


def _quotes(sources: Sources, case: Case, known: Sequence[Evidence]) -> Iterator[Said]:
    """What the documents say of when the first and the second model fit."""
    if case.advice is None:
        return
    passages, sentences = {item.id: item for item in known}, sentences_of(known)
    used: list[str] = []
    for model in case.advice.order[:_QUOTED]:
        named = re.compile(re.escape(MODELS[model][:_STEM]), re.IGNORECASE)
        query = _FITS.format(model=MODELS[model])
        if quote := nearest_sentence(sources, sentences, query, terms=named, used=used):
            used.append(quote.text)
            yield Said(quote.text, "headline", read=(passages[quote.evidence],), is_quote=True)


def _sentences(case: Case, quotes: Sequence[Said], has_documents: bool) -> Iterator[Said]:
    if case.advice is None:
        yield Said(say.too_few(case), "headline")
        yield Said(say.questions(case, len(case.unknown)), "headline")
    else:
        yield Said(say.opening(case, case.advice), "headline")
        yield Said(say.sides(case, case.advice), "headline")
        yield Said(say.flips(case, case.advice), "headline")
        yield from quotes
        yield Said(say.questions(case), "headline")
    for measured in sorted(case.measured, key=lambda m: -float(m.pulls.max())):
        yield Said(say.criterion(case, measured))
    if case.advice is not None:
        yield Said(say.certainty(case, case.advice), "caveat")
    if not has_documents:
        yield Said("The documents say nothing about operating models, so this rests on the criteria alone.", "caveat")
    if len(case.facts.units) < 2 and case.unit is None:
        yield Said("The records do not tell several units apart, so nothing can be said of how they differ.", "caveat")
    if case.hidden:
        yield Said("Rows that this viewer may not see are left out, so the figures are partial.", "caveat")
    yield Said(say.METHOD, "method")


def _shown(case: Case) -> Shown:
    advice = case.advice
    rows: list[tuple[Cell, ...]] = [
        (m.criterion.label, case.texts[m.criterion.name], *(round(float(pull), 2) for pull in m.pulls), m.weight)
        for m in case.measured
    ]
    rows += [(c.label, say.UNKNOWN, *([None] * len(MODELS)), None) for c in case.unknown]
    columns = ("Criterion", "By the records", *(f"For a {model}" for model in MODELS), "Weight")
    tables = [Table(title=f"Criteria of the operating model of {case.who}", columns=columns, rows=tuple(rows))]
    if advice is None:
        return Shown(tables=tuple(tables), hidden_rows=case.hidden, follow_ups=("Which projects are in production?",))
    scores = [(MODELS[i], round(float(advice.scores[i]), 2)) for i in advice.order]
    holds = [round(float(advice.holds[i]), 2) for i in advice.order]
    tables.insert(
        0,
        Table(
            title="Operating models, best first",
            columns=("Model", "Score of 1", "First in this share of draws"),
            rows=tuple((*score, share) for score, share in zip(scores, holds, strict=True)),
        ),
    )
    return Shown(
        tables=tuple(tables),
        charts=(bars(f"Operating models for {case.who}", "Model", "Score of 1", scores),),
        figures=tuple(Figure(text=number(value), value=value, unit=f"score of {name}") for name, value in scores),
        follow_ups=(f"When does a {MODELS[advice.first]} fit?", "Which projects duplicate each other?"),
        hidden_rows=case.hidden,
    )
