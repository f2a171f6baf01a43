"""The sentences of a scaling diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import agree, format_value, join_and, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.types import Finding


def no_stages(f: Finding) -> str:
    what = "records its stage" if quantity(f, "projects").value else "is recorded"
    return f"No project{f.values['scope']} {what}, so the way to production cannot be told."


def stages_today(f: Finding) -> str:
    begun = f" begun{_since(f)}" if f.values["since"] else ""
    return (
        f"Of {named(f, 'projects')}{f.values['scope']}{begun} with a recorded stage, {_n(f, 'in_production')} "
        f"{_are(f, 'in_production')} in {f.values['production']} today and {_n(f, 'in_pilot')} in "
        f"{f.values['pilot']}; without a history of stages their conversion cannot be told."
    )


def no_pilots(f: Finding) -> str:
    return f"No project{f.values['scope']} has entered {f.values['pilot']}{_since(f)}."


def conversion(f: Finding) -> str:
    """How many that entered the pilot reached production, and where the others are."""
    have = agree(quantity(f, "reached"), "has", "have")
    others = [
        f"{format_value(number, bare=True)} {agree(number, 'is', 'are')} "
        f"{'still ' if stage == f.values['pilot'] else ''}{_whereabouts(stage)}"
        for stage, number in zip(texts(f, "stages"), quantities(f, "remaining"), strict=True)
    ]
    return sentence(
        f"Of {named(f, 'entered')}{f.values['scope']} that entered {f.values['pilot']}{_since(f)}, {_n(f, 'reached')} "
        f"({named(f, 'share')}) {have} reached {f.values['production']}"
        f"{f'; {join_and(others)}' if others else ''}"
    )


def stalled(f: Finding) -> str:
    median = f"; the median of the {_n(f, 'moved')} that moved on is {named(f, 'median')}" if f.values["median"] else ""
    undated = f"; for {_n(f, 'undated')} the day is not recorded" if quantity(f, "undated").value else ""
    return (
        f"{_n(f, 'stalled')} of the {named(f, 'in_pilot')}{f.values['scope']} in {f.values['pilot']} "
        f"{_are(f, 'stalled')} stalled, that is, there for more than {named(f, 'limit')}{median}{undated}."
    )


def not_beyond_pilot(f: Finding) -> str:
    return (
        f"{_n(f, 'stalled')} of them {agree(quantity(f, 'stalled'), 'has', 'have')} not got beyond "
        f"{f.values['pilot']}: {_n(f, 'still')} {_are(f, 'still')} still there, {_n(f, 'late')} of these for more "
        f"than {named(f, 'limit')}, and {_n(f, 'ended')} ended."
    )


def no_project_in_pilot(f: Finding) -> str:
    return f"No project{f.values['scope']} is in {f.values['pilot']} today."


def undated_pilots(f: Finding) -> str:
    return (
        f"Since when the {named(f, 'in_pilot')} in {f.values['pilot']} {_are(f, 'in_pilot')} there is not recorded, so "
        "all of them are looked at as if stalled."
    )


def leading_causes(f: Finding) -> str:
    each = [
        f"{cause} ({format_value(number, bare=True)}, {format_value(part)})"
        for cause, number, part in zip(
            texts(f, "causes"), quantities(f, "counts"), quantities(f, "shares"), strict=True
        )
    ]
    verb = "cause that the records show is" if len(each) == 1 else "causes that the records show most often are"
    return f"Among the {named(f, 'total')} {f.values['group']}, the {verb} {join_and(each)}."


def contrast(f: Finding) -> str:
    return (
        f"Set against the {named(f, 'there')} in {f.values['production']}, the widest difference is "
        f"{f.values['cause']}: {named(f, 'share')} against {named(f, 'share_there')}, which is a hint and no proof."
    )


def interval(f: Finding) -> str:
    return (
        f"The conversion from {f.values['pilot']} to {f.values['production']} of {named(f, 'share')} has a "
        f"{named(f, 'confidence')} interval from {named(f, 'low')} to {named(f, 'high')} (Wilson score, "
        f"{named(f, 'entered')})."
    )


def decided(f: Finding) -> str:
    return (
        f"Of the {_n(f, 'decided')} whose outcome is decided, {_n(f, 'reached')} reached {f.values['production']} and "
        f"{_n(f, 'ended')} ended before it, a conversion of {named(f, 'share')}."
    )


def conversion_by_unit(f: Finding) -> str:
    each = zip(texts(f, "units"), quantities(f, "reached"), quantities(f, "entered"), strict=True)
    parts = [f"{u} {format_value(r, bare=True)} of {format_value(e, bare=True)}" for u, r, e in each]
    more = f"; {named(f, 'more')} are in the table" if quantity(f, "more").value > 0 else ""
    return (
        f"By unit, of those that entered {f.values['pilot']} these reached {f.values['production']}: "
        f"{join_and(parts)}{more}."
    )


def stays(f: Finding) -> str:
    each = zip(texts(f, "stages"), quantities(f, "medians"), quantities(f, "moved"), strict=True)
    parts = (f"{stage} {format_value(days, bare=True)} ({format_value(moved)})" for stage, days, moved in each)
    return f"The median days until a project moves on are: {join_and(parts)}."


def cause(f: Finding) -> str:
    names = [*texts(f, "names"), *([f"{_n(f, 'more')} more"] if quantity(f, "more").value else [])]
    parts = [
        f"{_n(f, 'projects')} of the {named(f, 'total')} {f.values['group']} ({named(f, 'share')}) {f.values['does']}: "
        f"{join_and(names)}"
    ]
    if kinds := texts(f, "kinds"):
        each = zip(quantities(f, "of_kind"), kinds, strict=True)
        parts.append(f"among them {join_and(f'{format_value(n, bare=True)} with {kind}' for n, kind in each)}")
    if quantity(f, "unknown").value:
        parts.append(f"for {_n(f, 'unknown')} it is not recorded")
    if f.values["in_production"] is not None:
        there = f"{_n(f, 'shown_there')} of {_n(f, 'in_production')}"
        parts.append(f"of the projects in {f.values['production']} it is {there}")
    return f"{'; '.join(parts)}."


def remedy(f: Finding) -> str:
    return f"Against {f.values['cause']}: {f.values['remedy']}."


def scaling_kinds(f: Finding) -> str:
    each = zip(quantities(f, "counts"), texts(f, "kinds"), strict=True)
    parts = join_and(f"{format_value(number, bare=True)} by {kind} scaling" for number, kind in each)
    do = agree(quantity(f, "recorded"), "records how it scales", "record how they scale")
    return (
        f"Of {named(f, 'projects')}, {_n(f, 'recorded')} {do}: {parts}; {_n(f, 'unrecorded')} "
        f"{agree(quantity(f, 'unrecorded'), 'records', 'record')} nothing."
    )


def empty_means_none(f: Finding) -> str:
    columns = join_and(texts(f, "columns"), "or")
    return f"An empty {columns} is read as none; the records cannot tell it from a cell nobody filled in."


def untold_causes(f: Finding) -> str:
    return f"The records hold nothing to judge these causes by: {join_and(texts(f, 'causes'))}."


def skipped_pilot(f: Finding) -> str:
    return (
        f"{named(f, 'projects')} {_are(f, 'projects')} first recorded in a later stage than {f.values['pilot']} and "
        "left out of the conversion."
    )


def unstaged(f: Finding) -> str:
    have = agree(quantity(f, "projects"), "has", "have")
    return f"{named(f, 'projects')} {have} no stage that the workspace lists."


def hidden(f: Finding) -> str:
    return "Totals leave out projects that this viewer may not see."


def cause_note(f: Finding) -> str:
    return sentence(str(f.values["note"]))


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
        phrase.__name__: phrase
        for phrase in (
            no_stages, stages_today, no_pilots, conversion, stalled, not_beyond_pilot, no_project_in_pilot,
            undated_pilots, leading_causes, contrast, interval, decided, conversion_by_unit, stays, cause, remedy,
            scaling_kinds, empty_means_none, untold_causes, skipped_pilot, unstaged, hidden, cause_note,
        )
    },
    follow_ups,
)  # fmt: skip


def _n(f: Finding, name: str) -> str:
    return named(f, name, bare=True)


def _are(f: Finding, name: str) -> str:
    return agree(quantity(f, name), "is", "are")


def _since(f: Finding) -> str:
    return f" since {named(f, 'since')}" if f.values["since"] else ""


def _whereabouts(stage: str) -> str:
    """`in pilot`, but `stopped`."""
    return stage if stage.endswith("ed") else f"in {stage}"
