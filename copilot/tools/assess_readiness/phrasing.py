"""The sentences on readiness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import filled, says, sentence
from copilot.tools.findings import Wording, quantity, texts
from copilot.types import Finding


def readiness(f: Finding) -> str:
    if quantity(f, "areas").value == 1:
        return says("{weakest} of {of} scores {score}")(f)
    return says(
        "The readiness of {of} is {score} over {areas}: the weakest {weakest:link is/links are} {weakest} with "
        "{weakest_score:bare}, the strongest {strongest} with {strongest_score:bare}"
    )(f)


def area_score(f: Finding) -> str:
    if f.values["by_records"]:
        beside = "[; the assessment of its unit gives {of_unit:bare}]"
        return says(f"{{area}}[ of {{of}}] scores {{score}} by the records{beside}")(f)
    parts = [f"{{{part}}} with {{{part}_score:bare}}" for part in ("lowest_aspect", "lowest_unit") if f.values[part]]
    lowest = f"; lowest {'is' if len(parts) == 1 else 'are'} {' and '.join(parts)}" if parts else ""
    covers = "[, which covers {before} of them]"
    since = f"{{direction}} {{change}} on the assessment before{covers}"
    if f.values["direction"] is None:
        since = "with no assessment before"
    elif f.values["direction"] == "same":
        since = f"as in the assessment before{covers}"
    return says(f"{{area}}[ of {{of}}] scores {{score}} from {{aspects}}[ of {{units}}], {since}{lowest}")(f)


def cell(f: Finding) -> str:
    if says_so := f.values["says"]:
        return sentence(f"{f.values['of']} {says_so}".replace("{value}", str(f.values["value"])))
    return says("The {column} of {of}: {value}")(f)


def criterion_level(f: Finding) -> str:
    if "projects" not in f.values:
        return says("The {criterion} of {of} is {level}, {is_below:below/not below} the minimum of {minimum}")(f)
    return says(
        "The mean {criterion} of {projects} of {of} that record it is {level}; {below:bare} of them {below:is/are} "
        "below the minimum of {minimum}"
    )(f)


def staff_ratio(f: Finding) -> str:
    to = "and no data scientist"
    if f.values["ratio"] is not None:
        to = "to {scientists} data {scientists:scientist/scientists}, {ratio} engineers per data scientist"
    return says(f"The staff[ of {{unit}}] counts {{engineers}} {{engineers_label}} {to}")(f)


def unmet_rules(f: Finding) -> str:
    if titles := texts(f, "titles"):
        return sentence(f"{f.values['of']} does not meet: {'; '.join(titles)}")
    return says("{of} has no unmet blocking rule")(f)


def method(f: Finding) -> str:
    parts = []
    if f.values["first"]:
        last = "" if f.values["first"] == f.values["last"] else " to {last}"
        parts.append(
            "Assessment scores run from {worst} to {best}; the latest of each unit and aspect counts "
            f"({{first}}{last}), and an area is the mean of its aspects."
        )
    if f.values["by_records"]:
        parts.append(
            "By the records an area scores {worst} where none of its facts is as it should be and {best} where all "
            "are; facts that are neither right nor wrong are told and not scored."
        )
    return filled(" ".join(parts), f.values)


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
        "no_readiness": says(
            "The records hold nothing on the readiness of {of}: no assessment and no fact of a project"
        ),
        "readiness": readiness,
        "area_score": area_score,
        "aspects": says("The aspects of {area}, lowest first: <{aspects} {scores}>"),
        "cell": cell,
        "share_of_projects": says("{good:bare} of {projects} of {of} ({share}) {says}"),
        "criterion_level": criterion_level,
        "staff_ratio": staff_ratio,
        "measured_models": says("{measured:bare} of {live} of {of} {measured:has its/have their} quality on record"),
        "unmet_rules": unmet_rules,
        "blocked_projects": says(
            "{blocked:bare} of {projects} of {of} {blocked:does/do} not meet a blocking governance rule"
        ),
        "change_budget": says("{share} of the budget of [{projects} of ]{of} is for change, {change:bare} of {budget}"),
        "lowest_assessment": says("Lowest in {area} is {aspect} in {unit} with {score:bare}: {note}"),
        "next_step": says("{is_weakest:The next step, at the weakest link/A next step}, for {area}: {step}"),
        "deviation": says(
            "The records look {is_weaker:weaker/stronger} on {area} than the assessment: their shares would give "
            "{recorded:bare} against {assessed:bare}"
        ),
        "unassessed_areas": says("Not assessed[ in {unit}]: {areas}"),
        "unassessed_parts": says("In {areas} there is no assessment of {parts}"),
        "hidden": says("The scores and facts leave out rows that this viewer may not see"),
        "method": method,
    },
    follow_ups,
)
