"""Centre of excellence, hybrid or federated model: by criteria of the records, with what would flip the advice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from copilot.analysis.operating_model import MODELS, Criterion, Measured, advise
from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import pluralize, sentence
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.findings import Attachments, Computation, Reading, amount, build_result
from copilot.tools.linking import resolve_option, resolve_unit
from copilot.tools.quoting import Quotable, passages_about
from copilot.tools.recommend_operating_model import findings
from copilot.tools.recommend_operating_model.facts import read_facts
from copilot.tools.recommend_operating_model.findings import Case
from copilot.tools.recommend_operating_model.method import HIGHEST, LOWEST, METHOD, CriterionMethod
from copilot.tools.recommend_operating_model.phrasing import WORDING, fact
from copilot.types import Calculation, Cell, Finding, Quantity, Table, ToolResult, Viewer

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

    For "should we centralise AI", "should this unit have its own AI team". Criteria are computed from the records; what
    they do not hold is asked for.
    """

    model_config = ConfigDict(extra="forbid")

    unit: str | None = Field(default=None, description="A business unit; all without it.")
    weights: dict[str, float] = Field(
        default={}, description="Factor by criterion: 2 counts it double, 0 leaves it out."
    )
    judgements: dict[str, float] = Field(
        default={},
        description="Answers of people by criterion, such as speed, authority or funding: 1 points to the centre, 5 to "
        "the units.",
    )


def recommend_operating_model(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The model that the criteria point to, how firm that is, the runner-up, and what would change it."""
    view = sources.records.view(viewer)
    table = next((t for t in _TABLES if view.has(t)), None)
    if table is None:
        raise ToolError("The records hold no projects, roles or assessments to choose an operating model by.")
    case = _case(sources, view, arguments)
    hidden = sum(_hidden(view, table, case.unit) for table in _TABLES if view.has(table))
    documents = passages_about(sources, viewer, _QUERIES, _TERMS, _RELEVANT)
    reading = Reading(sources, view)
    criteria = _criteria(case)
    scope = case.unit or pluralize(len(case.facts.units), "unit")
    return build_result(
        _findings(case, _quotes(case, Quotable(reading, documents)), bool(documents), hidden),
        WORDING,
        Computation(
            source=view.sources[table],
            title=f"Operating model of {case.who}",
            locator=f"{pluralize(len(case.measured), 'criterion', 'criteria')}, {scope}, "
            f"{pluralize(case.facts.projects, 'project')} going on, as of {sources.today}",
            calculation=Calculation(
                method="weighted mean of what each criterion speaks for",
                formula="score of a model = Σ weight × pull ÷ Σ weight",
                inputs=(criteria,),
            ),
        ),
        reading,
        _attachments(case, criteria, hidden),
    )


def _case(sources: Sources, view: RecordView, arguments: Arguments) -> Case:
    unit = None if arguments.unit is None else resolve_unit(view, arguments.unit, _TABLES)
    method = METHOD.load(sources.workspace)
    facts = read_facts(sources, view, unit, method)
    criteria = method.criteria_of(unit)
    weights = {_named(criteria, name): factor for name, factor in arguments.weights.items()}
    if any(factor < 0 for factor in weights.values()):
        raise ToolError("A weight cannot be negative; 0 leaves a criterion out.")
    judged = {_named(criteria, name): _judgement(value) for name, value in arguments.judgements.items()}
    # What people judge takes the place of what was computed.
    told = [
        (Criterion(c.name, c.label, tuple(a.anchor for a in c.anchors)), facts.known[c.name].value)
        for c in criteria
        if c.name in facts.known and c.anchors and c.name not in judged
    ]
    told += [(method.judged(c), judged[c.name]) for c in criteria if c.name in judged]
    measured = tuple(Measured(c, held.value, weights.get(c.name, 1.0)) for c, held in told)
    return Case(method, facts, judged, measured, advise(measured), unit, sources.workspace.config.organisation)


def _hidden(view: RecordView, table: str, unit: str | None) -> int:
    has_unit = unit is not None and view.has(table, "unit")
    return view.hidden(table, [Filter(column="unit", value=unit)] if has_unit else [])


def _named(criteria: Sequence[CriterionMethod], asked: str) -> str:
    return resolve_option(asked, {c.name: (c.label,) for c in criteria}, "criterion")


def _judgement(value: float) -> Quantity:
    if not LOWEST <= value <= HIGHEST:
        raise ToolError(f"A judgement runs from 1 (centre) to 5 (units); {value:g} does not.")
    return amount(value, f"of {HIGHEST:g}", 2, "estimated")


def _quotes(case: Case, documents: Quotable) -> Iterator[Finding]:
    """What the documents say of when the first and the second model fit."""
    for model in case.advice.order[:_QUOTED] if case.advice else ():
        terms = re.compile(re.escape(MODELS[model][:_STEM]), re.IGNORECASE)
        if quote := documents.nearest(_FITS.format(model=MODELS[model]), terms):
            cited = (quote.evidence,)
            yield Finding(kind="quote", subject=MODELS[model], role="headline", text=quote.text, evidence=cited)


def _findings(case: Case, quotes: Iterator[Finding], has_documents: bool, hidden: int) -> Iterator[Finding]:
    advice = case.advice
    if advice is None:
        yield findings.too_few(case)
    else:
        yield findings.opening(case, advice)
        yield findings.sides(case, advice)
        yield findings.flips(case, advice)
        yield from quotes
    yield from findings.questions(case)
    yield from findings.criteria(case)
    if advice is not None:
        yield from findings.certainty(case, advice)
    if not has_documents:
        yield Finding(kind="no_documents", role="caveat")
    if len(case.facts.units) < 2 and case.unit is None:
        yield Finding(kind="one_unit", role="caveat")
    if hidden:
        yield Finding(kind="hidden", role="caveat")
    yield findings.method()


def _criteria(case: Case) -> Table:
    """Each criterion with what it was computed from, what it speaks for and its weight."""
    told = {f.subject: fact(f) for f in findings.criteria(case)}
    rows: list[tuple[Cell, ...]] = [
        (
            sentence(m.criterion.label).rstrip("."),
            told[m.criterion.name],
            *(round(float(pull), 2) for pull in m.pulls),
            m.weight,
        )
        for m in case.measured
    ]
    empty = [None] * (len(MODELS) + 1)
    rows += [(sentence(c.label).rstrip("."), "The records do not say.", *empty) for c in case.unknown]
    columns = ("Criterion", "By the records", *(f"For a {model}" for model in MODELS), "Weight")
    return Table(title=f"Criteria of the operating model of {case.who}", columns=columns, rows=tuple(rows))


def _attachments(case: Case, criteria: Table, hidden: int) -> Attachments:
    advice = case.advice
    if advice is None:
        return Attachments(tables=(criteria,), hidden_rows=hidden)
    scores = [(MODELS[i], round(float(advice.scores[i]), 2)) for i in advice.order]
    models = Table(
        title="Operating models, best first",
        columns=("Model", "Score of 1", "First in this share of weights"),
        rows=tuple((*score, round(float(advice.holds[i]), 2)) for score, i in zip(scores, advice.order, strict=True)),
    )
    chart = bars(f"Operating models for {case.who}", "Model", "Score of 1", scores)
    return Attachments(tables=(models, criteria), charts=(chart,), hidden_rows=hidden)
