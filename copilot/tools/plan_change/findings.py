"""What is found for a plan of change: where it stands, each lever, the workforce, the money and what to ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize, sentence
from copilot.language.sentences import split_sentences
from copilot.passages.units import Unit
from copilot.tools.evidence import Row
from copilot.tools.findings import amount, count, share
from copilot.tools.plan_change.facts import LeverFacts, Observed, Scope, blockers
from copilot.tools.plan_change.method import Advised, Lever
from copilot.types import Finding, Quantity, Value

_LABEL = re.compile(r"^(?P<label>[A-Z][a-z]+(?: [a-z]+)?):\s+(?P<rest>.+)")
_OWNER = re.compile(r"\b(owner|responsible|accountable)\b", re.IGNORECASE)
_MEASURE = re.compile(r"\b(measure|metric|kpi|indicator)s?\b", re.IGNORECASE)
_QUOTED_WORDS = 45
_USE = "How many of the people who are meant to use it do so?"
_PLAN = "Is there a written plan for adoption?"


@dataclass(frozen=True)
class Measure:
    """What to do with one lever."""

    shown: LeverFacts
    quote: Unit | None
    """What the documents advise."""

    @property
    def lever(self) -> Lever:
        return self.shown.lever


@dataclass(frozen=True)
class Plan:
    scope: Scope
    measures: tuple[Measure, ...]
    """In the order in which to start them."""
    is_running: bool
    """People are meant to use it already."""
    good: float
    managers: tuple[Quantity, Quantity] | None
    """Filled and open posts for change."""
    adoption: Observed | None
    workforce: Advised
    moved: Observed | None
    """Employees in other posts because of AI."""
    reskilling: Unit | None
    cited: tuple[str, ...]
    """The project's row."""


def opening(plan: Plan) -> Iterator[Finding]:
    """Where it stands, how far people use it, the weakest levers, and with which to start."""
    yield _standing(plan)
    if plan.adoption is not None:
        found = plan.adoption.finding
        cited = (*found.evidence, *plan.cited)
        yield Finding(kind="adoption", role="headline", values=found.values, evidence=cited)
    scored = [(m.lever.label, m.shown.score) for m in plan.measures if m.shown.score is not None]
    start = plan.measures[0] if plan.is_running and plan.measures[0].shown.is_known else None
    if scored or start:
        lowest = min((score for _, score in scored), key=lambda score: score.value, default=None)
        weakest = tuple(label.lower() for label, score in scored if score == lowest)
        values: dict[str, Value] = {
            "levers": weakest,
            "is_one": len(weakest) == 1,
            "score": lowest,
            "start": start.lever.label.lower() if start else None,
        }
        yield Finding(kind="weakest_levers", role="headline", values=values, evidence=plan.cited)


def _standing(plan: Plan) -> Finding:
    scope, row = plan.scope, plan.scope.project
    if row is None:
        plans = [bool(r["adoption_plan"]) for r in scope.rows if r.get("adoption_plan") is not None]
        values: dict[str, Value] = {
            "whole": scope.subject,
            "unit": scope.unit,
            "projects": count(len(scope.rows), "project"),
            "with_plan": count(sum(plans), "project") if plans else None,
            "recorded": count(len(plans), "project"),
        }
        return Finding(kind="standing", role="headline", values=values)
    has_plan = row.get("adoption_plan")
    values = {
        "whole": scope.subject,
        "name": str(row.get("name") or row["id"]),
        "unit": scope.unit,
        "stage": humanize(str(row["stage"])) if row.get("stage") else None,
        "is_staged": bool(row.get("stage")),
        "has_plan": None if has_plan is None else bool(has_plan),
    }
    return Finding(kind="project_standing", subject=str(row["id"]), role="headline", values=values, evidence=plan.cited)


def levers(plan: Plan) -> Iterator[Finding]:
    """Each lever in its order; a metric that an earlier lever gave is only named."""
    told = {plan.adoption.metric.name} if plan.adoption else set[str]()
    for place, measure in enumerate(plan.measures, start=1):
        yield _lever(plan, measure, place, told)
        told |= {measure.shown.observed.metric.name} if measure.shown.observed else set()


def _lever(plan: Plan, measure: Measure, place: int, told: Collection[str]) -> Finding:
    shown, quote, observed = measure.shown, measure.quote, measure.shown.observed
    is_good = shown.score is not None and shown.score.value >= plan.good
    values: dict[str, Value] = {
        "lever": measure.lever.label,
        **shown.values,
        **_advised(measure.lever, quote),
        **_owner(plan, measure),
        "place": amount(place, "rank"),
        "before": None if plan.is_running else measure.lever.before,
        "is_good": is_good,
        **_observed(observed),
        "is_told": observed is not None and observed.metric.name in told,
        "measured_by": _labelled(quote, _MEASURE) or None,
    }
    return Finding(
        kind="lever",
        subject=measure.lever.name,
        role="headline",
        values=values,
        figures=("score",) if shown.score else (),
        evidence=(*_cited(quote, observed), *shown.cited, *plan.cited),
    )


def _observed(observed: Observed | None) -> dict[str, Value]:
    """What a metric says, as it says it."""
    return {} if observed is None else {f"metric_{name}": value for name, value in observed.finding.values.items()}


def _cited(quote: Unit | None, observed: Observed | None) -> tuple[str, ...]:
    return (*((quote.evidence,) if quote else ()), *(observed.finding.evidence[:1] if observed else ()))


def _advised(advised: Advised, quote: Unit | None) -> dict[str, Value]:
    return {"is_quoted": quote is not None, "measure": quoted(quote) if quote else advised.measure}


def _owner(plan: Plan, measure: Measure) -> dict[str, Value]:
    """The person on record, the same for all projects of the scope; else nobody, with the posts there are."""
    scope, lever = plan.scope, measure.lever
    for column in lever.owners:
        names = {str(row[column]) for row in scope.rows if row.get(column)}
        if len(names) == 1 and (scope.project is not None or len(scope.rows) > 1):
            return {"owner": names.pop(), "owner_as": humanize(column)}
    values: dict[str, Value] = {"owner": None, "owner_advised": _labelled(measure.quote, _OWNER) or None}
    if not lever.owners and plan.managers is not None:
        filled, vacant = plan.managers
        values |= {
            "managers": filled,
            "vacant": vacant if vacant.value else None,
            "posts_in": scope.unit or "the organisation",
        }
    return values


def quoted(unit: Unit) -> str:
    """The first sentences of what the documents say, without what they say of owners and measures in general."""
    kept: list[str] = []
    for part in _sentences(unit):
        label = _LABEL.match(part)
        if label and (_OWNER.search(label["label"]) or _MEASURE.search(label["label"])):
            continue
        if kept and len(" ".join([*kept, part]).split()) > _QUOTED_WORDS:
            break
        kept.append(part)
    return sentence(" ".join(kept) or unit.text)


def _sentences(unit: Unit) -> list[str]:
    """Without the bold words that head an item."""
    text = unit.text.removeprefix(f"**{unit.label}.**") if unit.label else unit.text
    return [part.strip() for part in split_sentences(text) if part.strip()]


def _labelled(quote: Unit | None, wanted: re.Pattern[str]) -> str:
    """What a quoted item says under a label, such as "Owner: the learning lead"."""
    found = (_LABEL.match(part) for part in (_sentences(quote) if quote else ()))
    return next((match["rest"].rstrip(".") for match in found if match and wanted.search(match["label"])), "")


def workforce(plan: Plan) -> Finding:
    """The people whose work changes: what is on record, and what is advised."""
    scope = plan.scope
    affected = [row for row in scope.rows if row.get("affects") == "employees"]
    values: dict[str, Value] = {
        "whole": scope.subject,
        "is_project": scope.project is not None,
        "affected": count(len(affected), "project") if affected else None,
        "blocker": (scope.project and blockers(scope.project, plan.workforce.words)) or None,
        **_observed(plan.moved),
        **_advised(plan.workforce, plan.reskilling),
    }
    return Finding(
        kind="workforce", role="headline", values=values, evidence=(*_cited(plan.reskilling, plan.moved), *plan.cited)
    )


def money(plan: Plan, currency: str) -> Finding:
    """The share of the budget for change, where both are on record."""
    scope = plan.scope
    both = [row for row in scope.rows if row.get("change_budget") is not None and row.get("budget")]
    if not both:
        return Finding(kind="no_change_budget", evidence=plan.cited)
    change, total = (sum(_amount(row, column) for row in both) for column in ("change_budget", "budget"))
    values: dict[str, Value] = {
        "share": share(change / total),
        "change": amount(change, currency, 2),
        "budget": amount(total, currency, 2),
        "whole": scope.subject,
        "projects": None if scope.project is not None else count(len(both), "project"),
    }
    return Finding(kind="change_budget", values=values, evidence=plan.cited)


def _amount(row: Row, column: str) -> float:
    return float(str(row[column]))


def questions(plan: Plan) -> Iterator[Finding]:
    """The facts that no record holds."""
    asked = [m.lever.ask for m in plan.measures if not m.shown.is_known]
    if plan.scope.project is not None:
        is_used = plan.adoption is not None and plan.adoption.is_of_project
        asked += [*([] if is_used else [_USE]), *([_PLAN] if plan.scope.project.get("adoption_plan") is None else [])]
    if plan.moved is None:
        asked.append(plan.workforce.ask)
    if asked:
        yield Finding(kind="questions", role="caveat", values={"questions": tuple(asked)})


def caveats(plan: Plan, hidden: int) -> Iterator[Finding]:
    kinds: Sequence[tuple[str, bool]] = (
        ("no_documents", not any(measure.quote for measure in plan.measures)),
        ("nothing_known", not any(measure.shown.is_known for measure in plan.measures)),
        ("hidden", bool(hidden)),
    )
    yield from (Finding(kind=kind, role="caveat") for kind, holds in kinds if holds)
