"""The change plan in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import agree, humanize, join_and, lowercase_first, says, sentence
from copilot.tools.findings import Wording, named, quantity, texts
from copilot.tools.lookup_metric import phrasing as metrics
from copilot.types import Finding

_PLACES = ("first, now", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def standing(f: Finding) -> str:
    plans = f"; {_n(f, 'with_plan')} of {_n(f, 'recorded')} that record it have a plan for adoption"
    return sentence(
        f"The change in {f.values['whole']} is that of {named(f, 'projects')} going on"
        f"{plans if f.values['with_plan'] else ''}"
    )


def project_standing(f: Finding) -> str:
    unit = f" of {f.values['unit']}" if f.values["unit"] else ""
    stage = f" is in {f.values['stage']}" if f.values["stage"] else " has no stage on record"
    has_plan = f.values["has_plan"]
    plan = "" if has_plan is None else f", {'with' if has_plan else 'without'} a plan for adoption"
    return f"{f.values['whole']}{unit}{stage}{plan}."


def weakest_levers(f: Finding) -> str:
    labels, parts = texts(f, "levers"), []
    if labels:
        verb = "is" if len(labels) == 1 else "are"
        parts.append(f"The weakest of the levers assessed {verb} {join_and(labels)} with {named(f, 'score')}.")
    if f.values["start"]:
        parts.append(f"Start with {f.values['start']}.")
    return " ".join(parts)


def lever(f: Finding) -> str:
    told = shows(f)
    return (
        f"{f.values['lever']}: the records show {f'that {told}' if told else 'nothing of it'}. {_to_do(f)} "
        f"Owner: {owner(f)}. When: {when(f)}. Measured by: {measured_by(f)}."
    )


def shows(f: Finding) -> str:
    """What the records show of a lever."""
    return "; ".join(_shows(f))


def _shows(f: Finding) -> Iterator[str]:
    held = f.values
    if "score" in held:
        note = f" ({lowercase_first(str(held['note']))})" if held["note"] else ""
        yield f"the assessment of {held['aspect']} in {held['assessed_in']} is {named(f, 'score')}{note}"
    if "integration" in held:
        yield f"the project records its integration as {humanize(str(held['integration']))}"
    if "human_oversight" in held:
        yield f"{lowercase_first(str(held['human_oversight']))} may overrule it"
    if "blocker" in held:
        yield f"its team says: {lowercase_first(str(held['blocker']))}"
    if "lacking" in held:
        have = agree(quantity(f, "recorded"), "has", "have")
        yield f"{_n(f, 'lacking')} of {named(f, 'recorded')} {have} no integration yet"
    if "held_up" in held:
        name = agree(quantity(f, "held_up"), "names", "name")
        yield f"{named(f, 'held_up')} {name} it as a blocker, such as {held['such_as']}"
    if "events" in held:
        events = zip(*(texts(f, name) for name in ("events", "event_ids", "event_dates", "event_titles")), strict=True)
        yield from (f"{kind} {id} of {day}: {lowercase_first(title)}" for kind, id, day, title in events)


def owner(f: Finding) -> str:
    held = f.values
    if held["owner"]:
        return f"{held['owner']} ({held['owner_as']})"
    nobody = "to be named" + (f" (the documents say {held['owner_advised']})" if held["owner_advised"] else "")
    if "managers" not in held:
        return nobody
    posts = named(f, "managers") if quantity(f, "managers").value else "no change manager"
    vacant = f" and {named(f, 'vacant')}" if quantity(f, "vacant").value else ""
    return f"{nobody}; {held['posts_in']} has {posts}{vacant}"


def when(f: Finding) -> str:
    """In use already: by need; before that: when the lever is due."""
    if f.values["before"]:
        return str(f.values["before"])
    return "keep up" if f.values["is_good"] else _PLACES[min(int(quantity(f, "place").value), len(_PLACES)) - 1]


def measured_by(f: Finding, *, in_full: bool = False) -> str:
    """A metric that was told before is only named, unless it stands alone."""
    if "metric_metric" not in f.values:
        said = f.values["measured_by"]
        return f"no metric of the catalogue; {f'the documents say {said}' if said else 'one must be agreed'}"
    return str(f.values["metric_metric"]) if f.values["is_told"] and not in_full else _metric(f)


def _metric(f: Finding) -> str:
    """What a metric says, inside a sentence of another finding."""
    held = {name.removeprefix("metric_"): v for name, v in f.values.items() if name.startswith("metric_")}
    return metrics.value(Finding(values=held)).rstrip(".")


def _to_do(f: Finding) -> str:
    source = "the documents say" if f.values["is_quoted"] else "this tool proposes"
    return f"What to do, {source}: {f.values['measure']}"


def workforce(f: Finding) -> str:
    told = "; ".join(_workforce(f)) or "nothing on whose work changes"
    return f"Workforce: the records show {told}. {_to_do(f)}"


def _workforce(f: Finding) -> Iterator[str]:
    if quantity(f, "affected").value:
        is_project = f.values["is_project"]
        yield (
            f"that the output of {f.values['whole']} affects employees"
            if is_project
            else (f"{named(f, 'affected')} whose output affects employees")
        )
    if f.values["blocker"]:
        yield f"that its team says: {lowercase_first(str(f.values['blocker']))}"
    if "metric_metric" in f.values:
        yield _metric(f)


def change_budget(f: Finding) -> str:
    whose = f"{named(f, 'projects')} of {f.values['whole']}" if f.values["projects"] else f.values["whole"]
    return f"{named(f, 'share')} of the budget of {whose} is for change, {named(f, 'change')} of {named(f, 'budget')}."


def questions(f: Finding) -> str:
    return f"Not in the records, and to be asked: {' '.join(texts(f, 'questions'))}"


def method(f: Finding) -> str:
    order = (
        "by need, the weakest assessment first" if f.values["is_running"] else "as they fall due before people start"
    )
    return (
        "What the records show of a lever are the latest assessments, columns, metrics, incidents and decisions that "
        f"name it. The levers stand {order}; owners are those on record, and no date is set that none records."
    )


def _n(f: Finding, name: str) -> str:
    return named(f, name, bare=True)


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    opening = findings[0]
    if opening.kind == "project_standing":
        yield f"What is known of the adoption of {opening.values['name']}?"
    if unit := opening.values["unit"]:
        yield f"How ready is {unit} for change?"
    yield "How do we measure change management?"


WORDING = Wording(
    {
        "standing": standing,
        "project_standing": project_standing,
        "adoption": metrics.value,
        "weakest_levers": weakest_levers,
        "lever": lever,
        "workforce": workforce,
        "change_budget": change_budget,
        "no_change_budget": says("How much of the budget is for change is not on record"),
        "questions": questions,
        "no_documents": says("The documents say nothing about these levers; the measures are this tool's own"),
        "nothing_known": says("The records do not say how people work with it, so no lever can be called the weakest"),
        "hidden": says("Rows that this viewer may not see are left out, so the picture is partial"),
        "method": method,
    },
    follow_ups,
)
