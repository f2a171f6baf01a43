"""The change plan in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import filled, lowercase_first, says
from copilot.tools.findings import Wording, named, quantity, texts
from copilot.tools.lookup_metric import phrasing as metrics
from copilot.types import Finding

_SHOWN = {
    "score": "the assessment of {aspect} in {assessed_in} is {score}[ ({note:inside})]",
    "integration": "the project records its integration as {integration:words}",
    "human_oversight": "{human_oversight:inside} may overrule it",
    "blocker": "its team says: {blocker:inside}",
    "lacking": "{lacking:bare} of {recorded} {recorded:has/have} no integration yet",
    "held_up": "{held_up} {held_up:names/name} it as a blocker, such as {such_as}",
}
"""What the records show of a lever, by the value that tells it."""
_PLACES = ("first, now", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def lever(f: Finding) -> str:
    told = shows(f)
    return (
        f"{f.values['lever']}: the records show {f'that {told}' if told else 'nothing of it'}. {_to_do(f)} "
        f"Owner: {owner(f)}. When: {when(f)}. Measured by: {measured_by(f)}."
    )


def shows(f: Finding) -> str:
    """What the records show of a lever."""
    told = [filled(template, f.values) for name, template in _SHOWN.items() if name in f.values]
    if "events" in f.values:
        events = zip(*(texts(f, name) for name in ("events", "event_ids", "event_dates", "event_titles")), strict=True)
        told += [f"{kind} {id} of {day}: {lowercase_first(title)}" for kind, id, day, title in events]
    return "; ".join(told)


def owner(f: Finding) -> str:
    if f.values["owner"]:
        return filled("{owner} ({owner_as})", f.values)
    posts = named(f, "managers") if "managers" in f.values and quantity(f, "managers").value else "no change manager"
    nobody = "to be named[ (the documents say {owner_advised})][; {posts_in} has {posts}][ and {vacant}]"
    return filled(nobody, {**f.values, "posts": posts})


def when(f: Finding) -> str:
    """In use already: by need; before that: when the lever is due."""
    if f.values["before"]:
        return str(f.values["before"])
    return "keep up" if f.values["is_good"] else _PLACES[min(int(quantity(f, "place").value), len(_PLACES)) - 1]


def measured_by(f: Finding, *, in_full: bool = False) -> str:
    """A metric that an earlier lever gave is only named, unless it stands alone."""
    if "metric_metric" not in f.values:
        said = f.values["measured_by"]
        return f"no metric of the catalogue; {f'the documents say {said}' if said else 'one must be agreed'}"
    return str(f.values["metric_metric"]) if f.values["is_told"] and not in_full else _metric(f)


def _metric(f: Finding) -> str:
    """What a metric says, inside a sentence of another finding."""
    held = {name.removeprefix("metric_"): v for name, v in f.values.items() if name.startswith("metric_")}
    return metrics.value(Finding(values=held)).rstrip(".")


def _to_do(f: Finding) -> str:
    return filled("What to do, {is_quoted:the documents say/this tool proposes}: {measure}", f.values)


def workforce(f: Finding) -> str:
    affected = "that the output of {whole} affects employees"
    if not f.values["is_project"]:
        affected = "{affected} whose output affects employees"
    parts = {"affected": affected, "blocker": "that its team says: {blocker:inside}"}
    told = [filled(part, f.values) for name, part in parts.items() if f.values[name]]
    told += [_metric(f)] if "metric_metric" in f.values else []
    return f"Workforce: the records show {'; '.join(told) or 'nothing on whose work changes'}. {_to_do(f)}"


def questions(f: Finding) -> str:
    return f"Not in the records, and to be asked: {' '.join(texts(f, 'questions'))}"


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    opening = findings[0]
    if opening.kind == "project_standing":
        yield f"What is known of the adoption of {opening.values['name']}?"
    if unit := opening.values["unit"]:
        yield f"How ready is {unit} for change?"
    yield "How do we measure change management?"


WORDING = Wording(
    {
        "standing": says(
            "The change in {whole} is that of {projects} going on[; {with_plan:bare} of {recorded:bare} that record it "
            "have a plan for adoption]"
        ),
        "project_standing": says(
            "{whole}[ of {unit}]{is_staged: is in/ has no stage on record}[ {stage}][, {has_plan:with/without} a plan "
            "for adoption]"
        ),
        "adoption": metrics.value,
        "weakest_levers": says(
            "[The weakest of the levers assessed {is_one:is/are} {levers} with {score}. ][Start with {start}.]"
        ),
        "lever": lever,
        "workforce": workforce,
        "change_budget": says("{share} of the budget of [{projects} of ]{whole} is for change, {change} of {budget}"),
        "no_change_budget": says("How much of the budget is for change is not on record"),
        "questions": questions,
        "no_documents": says("The documents say nothing about these levers; the measures are this tool's own"),
        "nothing_known": says("The records do not say how people work with it, so no lever can be called the weakest"),
        "hidden": says("Rows that this viewer may not see are left out, so the picture is partial"),
        "method": says(
            "What the records show of a lever are the latest assessments, columns, metrics, incidents and decisions "
            "that name it. The levers stand {is_running:by need, the weakest assessment first/as they fall due before "
            "people start}; owners are those on record, and no date is set that none records"
        ),
    },
    follow_ups,
)
