"""The sentences on readiness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import format_value, join_and, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.types import Finding


def no_readiness(f: Finding) -> str:
    return f"The records hold nothing on the readiness of {f.values['of']}: no assessment and no fact of a project."


def readiness(f: Finding) -> str:
    weakest, low = texts(f, "weakest"), named(f, "weakest_score", bare=True)
    if quantity(f, "areas").value == 1:
        return sentence(f"{weakest[0]} of {f.values['of']} scores {named(f, 'score')}")
    link = "weakest link is" if len(weakest) == 1 else "weakest links are"
    return (
        f"The readiness of {f.values['of']} is {named(f, 'score')} over {named(f, 'areas')}: the {link} "
        f"{join_and(weakest)} with {low}, the strongest {f.values['strongest']} with "
        f"{named(f, 'strongest_score', bare=True)}."
    )


def area_score(f: Finding) -> str:
    of = f" of {f.values['of']}" if f.values["of"] else ""
    text = f"{f.values['area']}{of} scores {named(f, 'score')}"
    if f.values["by_records"]:
        unit = f.values["of_unit"]
        beside = f"; the assessment of its unit gives {format_value(unit, bare=True)}" if unit else ""
        return sentence(f"{text} by the records{beside}")
    units = f" of {named(f, 'units')}" if f.values["units"] else ""
    parts = [
        f"{f.values[part]} with {named(f, f'{part}_score', bare=True)}"
        for part in ("lowest_aspect", "lowest_unit")
        if f.values[part]
    ]
    lowest = f"; lowest {'is' if len(parts) == 1 else 'are'} {join_and(parts)}" if parts else ""
    return sentence(f"{text} from {named(f, 'aspects')}{units}, {_since(f)}{lowest}")


def _since(f: Finding) -> str:
    covers = f", which covers {named(f, 'before')} of them" if f.values["before"] else ""
    direction = f.values["direction"]
    if direction is None:
        return "with no assessment before"
    if direction == "same":
        return f"as in the assessment before{covers}"
    return f"{direction} {named(f, 'change')} on the assessment before{covers}"


def aspects(f: Finding) -> str:
    both = zip(texts(f, "aspects"), quantities(f, "scores"), strict=True)
    parts = join_and(f"{name} {format_value(score)}" for name, score in both)
    return sentence(f"The aspects of {f.values['area']}, lowest first: {parts}")


def cell(f: Finding) -> str:
    if says := f.values["says"]:
        return sentence(f"{f.values['of']} {says}".replace("{value}", str(f.values["value"])))
    return sentence(f"The {f.values['column']} of {f.values['of']}: {f.values['value']}")


def share_of_projects(f: Finding) -> str:
    return sentence(
        f"{named(f, 'good', bare=True)} of {named(f, 'projects')} of {f.values['of']} ({named(f, 'share')}) "
        f"{f.values['says']}"
    )


def criterion_level(f: Finding) -> str:
    level, minimum = named(f, "level"), f"the minimum of {named(f, 'minimum')}"
    if "projects" not in f.values:
        relation = "below" if f.values["is_below"] else "not below"
        return f"The {f.values['criterion']} of {f.values['of']} is {level}, {relation} {minimum}."
    are = "is" if quantity(f, "below").value == 1 else "are"
    return (
        f"The mean {f.values['criterion']} of {named(f, 'projects')} of {f.values['of']} that record it is {level}; "
        f"{named(f, 'below', bare=True)} of them {are} below {minimum}."
    )


def staff_ratio(f: Finding) -> str:
    where = f" of {f.values['unit']}" if f.values["unit"] else ""
    engineers = f"The staff{where} counts {named(f, 'engineers')} {f.values['engineers_label']}"
    if f.values["ratio"] is None:
        return f"{engineers} and no data scientist."
    scientists = "data scientist" if quantity(f, "scientists").value == 1 else "data scientists"
    return f"{engineers} to {named(f, 'scientists')} {scientists}, {named(f, 'ratio')} engineers per data scientist."


def measured_models(f: Finding) -> str:
    has = "has its" if quantity(f, "measured").value == 1 else "have their"
    live = f"{named(f, 'measured', bare=True)} of {named(f, 'live')}"
    return f"{live} of {f.values['of']} {has} quality on record."


def unmet_rules(f: Finding) -> str:
    if titles := texts(f, "titles"):
        return sentence(f"{f.values['of']} does not meet: {'; '.join(titles)}")
    return f"{f.values['of']} has no unmet blocking rule."


def blocked_projects(f: Finding) -> str:
    blocked = f"{named(f, 'blocked', bare=True)} of {named(f, 'projects')} of {f.values['of']}"
    does = "does" if quantity(f, "blocked").value == 1 else "do"
    return f"{blocked} {does} not meet a blocking governance rule."


def change_budget(f: Finding) -> str:
    of = f"{named(f, 'projects')} of {f.values['of']}" if f.values["projects"] else f.values["of"]
    amounts = f"{named(f, 'change', bare=True)} of {named(f, 'budget')}"
    return f"{named(f, 'share')} of the budget of {of} is for change, {amounts}."


def lowest_assessment(f: Finding) -> str:
    where = f"{f.values['aspect']} in {f.values['unit']} with {named(f, 'score', bare=True)}"
    return sentence(f"Lowest in {f.values['area']} is {where}: {f.values['note']}")


def next_step(f: Finding) -> str:
    lead = "The next step, at the weakest link" if f.values["is_weakest"] else "A next step"
    return sentence(f"{lead}, for {f.values['area']}: {f.values['step']}")


def deviation(f: Finding) -> str:
    side = "weaker" if f.values["is_weaker"] else "stronger"
    return (
        f"The records look {side} on {f.values['area']} than the assessment: their shares would give "
        f"{named(f, 'recorded', bare=True)} against {named(f, 'assessed', bare=True)}."
    )


def unassessed_areas(f: Finding) -> str:
    where = f" in {f.values['unit']}" if f.values["unit"] else ""
    return sentence(f"Not assessed{where}: {named(f, 'areas')}")


def unassessed_parts(f: Finding) -> str:
    return f"In {named(f, 'areas')} there is no assessment of {named(f, 'parts')}."


def hidden(f: Finding) -> str:
    return "The scores and facts leave out rows that this viewer may not see."


def method(f: Finding) -> str:
    parts = []
    if f.values["first"]:
        is_day = f.values["first"] == f.values["last"]
        span = named(f, "first") if is_day else f"{named(f, 'first')} to {named(f, 'last')}"
        parts.append(
            f"Assessment scores run from {named(f, 'worst')} to {named(f, 'best')}; the latest of each unit and aspect "
            f"counts ({span}), and an area is the mean of its aspects."
        )
    if f.values["by_records"]:
        parts.append(
            f"By the records an area scores {named(f, 'worst')} where none of its facts is as it should be and "
            f"{named(f, 'best')} where all are; facts that are neither right nor wrong are told and not scored."
        )
    return " ".join(parts)


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    """How the weakest area gets better, and how its weakest unit stands."""
    areas = [f for f in findings if f.kind == "area_score"]
    opening = findings[0]
    if opening.kind == "no_readiness":
        yield "How many projects are there, by stage?"
    elif areas or opening.kind == "readiness":
        weakest = areas[0].values["area"] if areas else texts(opening, "weakest")[0]
        yield f"How can {weakest} be improved?"
    if areas and (unit := areas[0].values.get("lowest_unit")):
        yield f"How ready is {unit}?"


WORDING = Wording(
    {
        phrase.__name__: phrase
        for phrase in (
            no_readiness, readiness, area_score, aspects, cell, share_of_projects, criterion_level, staff_ratio,
            measured_models, unmet_rules, blocked_projects, change_budget, lowest_assessment, next_step, deviation,
            unassessed_areas, unassessed_parts, hidden, method,
        )
    },
    follow_ups,
)  # fmt: skip
