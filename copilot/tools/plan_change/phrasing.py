"""The change plan in sentences: where it stands, each lever, the workforce, the money and what to ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from copilot.language import formatting as wording
from copilot.language.formatting import humanize, join_and, lowercase_first, number, percent, pluralize, sentence
from copilot.language.sentences import split_sentences
from copilot.passages.extract import Unit
from copilot.tools.assess_readiness.scores import BEST
from copilot.tools.evidence import Row
from copilot.tools.plan_change import levers as levers
from copilot.tools.plan_change.facts import Observed, Scope, Shown, blockers
from copilot.tools.plan_change.levers import Lever

NOBODY = "to be named"
_GOOD = 4.0
"""An assessment from which on a lever needs no more than care."""
_PLACES = ("first, now", "second", "third", "fourth", "fifth")
_LABEL = re.compile(r"^(?P<label>[A-Z][a-z]+(?: [a-z]+)?):\s+(?P<rest>.+)")
_OWNER = re.compile(r"\b(owner|responsible|accountable)\b", re.IGNORECASE)
_MEASURE = re.compile(r"\b(measure|metric|kpi|indicator)s?\b", re.IGNORECASE)
_QUOTED_WORDS = 45


@dataclass(frozen=True)
class Measure:
    """What to do with one lever."""

    lever: Lever
    shown: Shown
    quote: Unit | None
    """What the documents advise."""
    owner: str
    when: str


def owner(lever: Lever, scope: Scope, managers: tuple[float, float] | None, quote: Unit | None) -> str:
    """The person on record, the same for all projects of the scope; else nobody, with the posts there are."""
    for column in lever.owners:
        names = {str(row[column]) for row in scope.rows if row.get(column)}
        if len(names) == 1 and (scope.project is not None or len(scope.rows) > 1):
            return f"{names.pop()} ({humanize(column)})"
    said = _labelled(quote, _OWNER)
    nobody = f"{NOBODY} (the documents say {said})" if said else NOBODY
    if lever.owners or managers is None:
        return nobody
    filled, vacant = managers
    posts = f"{number(filled)} change {'manager' if filled == 1 else 'managers'}" if filled else "no change manager"
    where = scope.unit or "the organisation"
    return f"{nobody}; {where} has {posts}" + (f" and {pluralize(round(vacant), 'open post')}" if vacant else "")


def when(shown: Shown, is_running: bool, place: int) -> str:
    """In use already: by need; before that: when the lever is due."""
    if not is_running:
        return shown.lever.before
    if shown.score is not None and shown.score >= _GOOD:
        return "keep up"
    return _PLACES[place - 1]


def opening(scope: Scope, measures: Sequence[Measure], adoption: Observed | None, is_running: bool) -> str:
    parts = [_standing(scope)]
    if adoption is not None:
        parts.append(adoption.text)
    scored = [m for m in measures if m.shown.score is not None]
    if scored:
        weakest = min(scored, key=lambda m: m.shown.score or 0)
        same = [m.lever.label.lower() for m in scored if m.shown.score == weakest.shown.score]
        verb = "is" if len(same) == 1 else "are"
        parts.append(f"The weakest of the levers assessed {verb} {join_and(same)} with {_score(weakest)} of {BEST}.")
    if is_running and measures[0].shown.is_known:
        parts.append(f"Start with {measures[0].lever.label.lower()}.")
    return " ".join(parts)


def _score(measure: Measure) -> str:
    return number(measure.shown.score or 0)


def _standing(scope: Scope) -> str:
    if scope.project is None:
        plans = [bool(row["adoption_plan"]) for row in scope.rows if row.get("adoption_plan") is not None]
        tail = f"; {sum(plans):,} of {len(plans):,} that record it have a plan for adoption" if plans else ""
        return f"The change in {scope.whole} is that of {pluralize(len(scope.rows), 'project')} going on{tail}."
    row = scope.project
    stage = f" is in {humanize(str(row['stage']))}" if row.get("stage") else " has no stage on record"
    has_plan = row.get("adoption_plan")
    plan = "" if has_plan is None else f", {'with' if has_plan else 'without'} a plan for adoption"
    return f"{scope.whole}{f' of {scope.unit}' if scope.unit else ''}{stage}{plan}."


def lever(measure: Measure, named: Collection[str]) -> str:
    """One lever; a metric that was told before is only named."""
    shown = measure.shown
    told = "; ".join(shown.texts) or "nothing of it"
    source = "the documents say" if measure.quote else "this tool proposes"
    return (
        f"{measure.lever.label}: the records show that {told}. What to do, {source}: {proposal(measure)} "
        f"Owner: {measure.owner}. When: {measure.when}. Measured by: {measured_by(measure, named)}."
    ).replace("show that nothing", "show nothing")


def shows(shown: Shown) -> str | None:
    return "; ".join(shown.texts) or None


def proposal(measure: Measure) -> str:
    return measure.lever.own if measure.quote is None else quoted(measure.quote)


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


def measured_by(measure: Measure, named: Collection[str] = ()) -> str:
    observed = measure.shown.observed
    if observed is not None:
        return observed.metric.title if observed.metric.name in named else observed.text.rstrip(".")
    said = _labelled(measure.quote, _MEASURE)
    return f"no metric of the catalogue{f'; the documents say {said}' if said else '; one must be agreed'}"


def workforce(scope: Scope, moved: Observed | None, reskilling: Unit | None) -> str:
    """The people whose work changes: what is on record, and what is advised."""
    parts = list(_affected(scope))
    if moved is not None:
        parts.append(moved.text.rstrip("."))
    told = "; ".join(parts) if parts else "nothing on whose work changes"
    source = "the documents say" if reskilling else "this tool proposes"
    advised = quoted(reskilling) if reskilling else levers.RESKILLING_OWN
    return f"Workforce: the records show {told}. What to do, {source}: {advised}"


def _affected(scope: Scope) -> Iterator[str]:
    affected = [row for row in scope.rows if row.get("affects") == "employees"]
    if scope.project is not None and affected:
        yield f"that the output of {scope.whole} affects employees"
    elif affected:
        yield f"{pluralize(len(affected), 'project')} whose output affects employees"
    if scope.project is not None and (held := blockers(scope.project, levers.RESKILLING_TERMS)):
        yield f"that its team says: {lowercase_first(held)}"


def money(scope: Scope, currency: str) -> str:
    """The share of the budget for change, where both are on record."""
    both = [row for row in scope.rows if row.get("change_budget") is not None and row.get("budget")]
    if not both:
        return "How much of the budget is for change is not on record."
    change, total = (sum(_amount(row, column) for row in both) for column in ("change_budget", "budget"))
    whose = scope.whole if scope.project is not None else f"{pluralize(len(both), 'project')} of {scope.whole}"
    return (
        f"{percent(change / total)} of the budget of {whose} is for change, {wording.money(change, currency)} of "
        f"{wording.money(total, currency)}."
    )


def _amount(row: Row, column: str) -> float:
    return float(str(row[column]))


def questions(measures: Sequence[Measure], scope: Scope, adoption: Observed | None, knows_moves: bool) -> str:
    """The facts that no record holds."""
    asked = [m.lever.asks for m in measures if not m.shown.is_known]
    if scope.project is not None and (adoption is None or not adoption.is_of_project):
        asked.append("How many of the people who are meant to use it do so?")
    if scope.project is not None and scope.project.get("adoption_plan") is None:
        asked.append("Is there a written plan for adoption?")
    if not knows_moves:
        asked.append("Whose tasks change, how many people are they, and which routes into other work are there?")
    return f"Not in the records, and to be asked: {' '.join(asked)}" if asked else ""


def method(is_running: bool) -> str:
    order = "the weakest assessment first" if is_running else "as they fall due before people start"
    return (
        "What the records show of a lever are the latest assessments, columns, metrics, incidents and decisions that "
        f"name it. The levers stand {order}; owners are those on record, and no date is set that none records."
    )
