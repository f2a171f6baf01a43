"""The sentences of a scaling diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import filled, says, sentence
from copilot.tools.findings import Wording, names_and_more, texts
from copilot.types import Finding


def conversion(f: Finding) -> str:
    """How many that entered the pilot reached production, and where the others are."""
    pilot, places = f.values["pilot"], []
    for stage in texts(f, "stages"):
        # `in pilot`, but `stopped`.
        place = stage if stage.endswith("ed") else f"in {stage}"
        places.append(f"still {place}" if stage == pilot else place)
    others = "; <{remaining:bare} {remaining:is/are} {where}>" if places else ""
    text = (
        "Of {entered}{scope} that entered {pilot}[ since {since}], {reached:bare} ({share}) {reached:has/have} reached "
        f"{{production}}{others}"
    )
    return sentence(filled(text, {**f.values, "where": tuple(places)}))


def cause(f: Finding) -> str:
    """How many projects show it, which, of what kind, and how it is where scaling succeeded."""
    return says(
        "{projects:bare} of the {total} {group} ({share}) {does}: {listed}"
        "[kinds?; among them <{of_kind:bare} with {kinds}>]"
        "[unknown?; for {unknown:bare} it is not recorded]"
        "[; of the projects in {production} it is {shown_there:bare} of {in_production:bare}]",
        listed=names_and_more,
    )(f)


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    by = {f.kind: f for f in reversed(findings)}
    stages = next((f.values for f in findings if "pilot" in f.values and "production" in f.values), None)
    if stages is None:
        return
    yield f"How do projects get from {stages['pilot']} to {stages['production']}?"
    if "empty_means_none" in by:
        yield f"Which projects in {stages['pilot']} have no {texts(by['empty_means_none'], 'columns')[0]}?"
    if "conversion_by_unit" in by:
        yield f"Why do projects of {texts(by['conversion_by_unit'], 'units')[0]} stall in {stages['pilot']}?"


WORDING = Wording(
    {
        "no_stages": says(
            "No project{scope} [projects?records its stage|is recorded], so the way to production cannot be told"
        ),
        "stages_today": says(
            "Of {projects}{scope}[ begun since {since}] with a recorded stage, {in_production:bare} "
            "{in_production:is/are} in {production} today and {in_pilot:bare} in {pilot}; without a history of stages "
            "their conversion cannot be told"
        ),
        "no_pilots": says("No project{scope} has entered {pilot}[ since {since}]"),
        "conversion": conversion,
        "stalled": says(
            "{stalled:bare} of the {in_pilot}{scope} in {pilot} {stalled:is/are} stalled, that is, there for more than "
            "{limit}[; the median of the {moved:bare} that moved on is {median}][undated?; for {undated:bare} the day "
            "is not recorded]"
        ),
        "stalled_by_group": says(
            "{most} {most:has/have} the most projects {group}, {number:bare}[is_tied? each] of the {total:bare}"
            "[others?; <{others} {counts:bare}> follow][more?; {more} are in the table]"
        ),
        "not_beyond_pilot": says(
            "{stalled:bare} of them {stalled:has/have} not got beyond {pilot}: {still:bare} {still:is/are} still "
            "there, {late:bare} of these for more than {limit}, and {ended:bare} ended"
        ),
        "no_project_in_pilot": says("No project{scope} is in {pilot} today"),
        "undated_pilots": says(
            "Since when the {in_pilot} in {pilot} {in_pilot:is/are} there is not recorded, so all of them are looked "
            "at as if stalled"
        ),
        "leading_causes": says(
            "Among the {total} {group}, the {causes:cause that the records show is/causes that the records show most "
            "often are} <{causes} ({counts:bare}, {shares})>"
        ),
        "contrast": says(
            "Set against the {there} in {production}, the widest difference is {cause}: {share} against {share_there}, "
            "which is a hint and no proof"
        ),
        "interval": says(
            "The conversion from {pilot} to {production} of {share} rests on {entered}, so anything from {low} to "
            "{high} is plausible for those to come"
        ),
        "decided": says(
            "Of the {decided:bare} whose outcome is decided, {reached:bare} reached {production} and {ended:bare} "
            "ended before it, a conversion of {share}"
        ),
        "conversion_by_unit": says(
            "By unit, of those that entered {pilot} these reached {production}: <{units} {reached:bare} of "
            "{entered:bare}>[more?; {more} are in the table]"
        ),
        "stays": says("The median days until a project moves on are: <{stages} {medians:bare} ({moved})>"),
        "cause": cause,
        "remedy": says("Against {cause}: {remedy}"),
        "scaling_kinds": says(
            "Of {projects}, {recorded:bare} {recorded:records how it scales/record how they scale}: <{counts:bare} by "
            "{kinds} scaling>; {unrecorded:bare} {unrecorded:records/record} nothing"
        ),
        "empty_means_none": says(
            "An empty {columns:or} is read as none; the records cannot tell it from a cell nobody filled in"
        ),
        "untold_causes": says("The records hold nothing to judge these causes by: {causes}"),
        "skipped_pilot": says(
            "{projects} {projects:is/are} first recorded in a later stage than {pilot} and left out of the conversion"
        ),
        "unstaged": says("{projects} {projects:has/have} no stage that the workspace lists"),
        "hidden": says("Totals leave out projects that this viewer may not see"),
        "cause_note": says("{note}"),
    },
    follow_ups,
)
