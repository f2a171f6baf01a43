"""The sentences about projects that do the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import agree, format_value, join_and, join_first, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.types import Finding

_ALIKE = "appear to do the same kind of work"
_NOTHING = {
    "platform": "In no field of use do several units record a stack of their own.",
    "vendor": "No vendor on record supplies several units.",
    "base": "No project on record is one that projects of several units depend on.",
}


def no_overlap(f: Finding) -> str:
    extra = f"; {named(f, 'within')} within one unit" if quantity(f, "within").value else ""
    return f"Among {named(f, 'projects')} that go on, no two of different units {_ALIKE}{_asked(f)}{extra}."


def overlap(f: Finding) -> str:
    text = (
        f"Of {named(f, 'projects')} that go on, {_n(f, 'members')} in {named(f, 'groups')} across units{_asked(f)} "
        f"{_ALIKE}"
    )
    if f.values["budget"] is None:
        return f"{text}; no budget of theirs is on record."
    return f"{text}{_budgets(f)}, which is what is at stake and not a saving."


def group(f: Finding) -> str:
    parts = [f"{join_and(texts(f, 'names'))} {_ALIKE}"]
    if same := [f"{c} {v}" for c, v in zip(texts(f, "same"), texts(f, "same_values"), strict=True)]:
        parts.append(f"they share {join_and(same)}")
    if differ := [f"{column} ({join_and(_each(f, column))})" for column in texts(f, "differ")]:
        parts.append(f"they differ in {join_and(differ)}")
    return f"{'; '.join(parts)}{_budgets(f)}. {_once(f)}"


def _each(f: Finding, column: str) -> list[str]:
    """The values in which they differ, with how many have each where that is told."""
    found, counts = texts(f, f"differ_{column}"), f"differ_{column}_counts"
    if counts not in f.values:
        return list(found)
    both = zip(quantities(f, counts), found, strict=True)
    return [f"{format_value(number, bare=True)} {value}" for number, value in both]


def _once(f: Finding) -> str:
    """What could be built or bought once, by where the projects run today."""
    if f.values["vendor"] is not None:
        return f"They could be bought once: one contract with {f.values['vendor']} for all."
    platforms = texts(f, "platforms")
    known = {
        (): "Where they run is not recorded; ask before choosing what to build once.",
        ("own",): "Each runs on a stack of its own; one base on a shared platform could serve all.",
        ("shared",): "All run on the shared platform; what is left to build once is data, features and the model "
        "itself.",
        ("own", "shared"): "Those on a stack of their own could move to the shared platform that the others use.",
    }
    return known.get(platforms, "They are bought in different ways; one choice for all, built or bought, would do.")


def more_groups(f: Finding) -> str:
    return f"The table shows {named(f, 'groups')} across units."


def shared_platform(f: Finding) -> str:
    names = join_first(texts(f, "names"), rest="")
    return f"In {f.values['platform']}, {_members(f)} run on stacks of their own: {names}{_budgets(f)}."


def shared_vendor(f: Finding) -> str:
    names = join_and(texts(f, "names"))
    return f"{f.values['vendor']} supplies {_members(f)}: {names}{_budgets(f)}. One contract could cover them."


def shared_base(f: Finding) -> str:
    return f"{f.values['base']} is a base that {_members(f)} depend on{_budgets(f)}."


def nothing_shared(f: Finding) -> str:
    return _NOTHING[f.subject]


def within_units(f: Finding) -> str:
    groups = [join_and(texts(f, name)) for name in f.values if name != "more"]
    more = [f"{named(f, 'more')}, in the table"] if quantity(f, "more").value else []
    return sentence(f"Alike within one unit: {'; '.join([*groups, *more])}")


def no_descriptions(f: Finding) -> str:
    return "The projects have no description, so they are compared by their names alone."


def reliability(f: Finding) -> str:
    measured = (
        f"On a labelled register that the limits were not chosen on, {named(f, 'precision')} of the pairs found were "
        f"right and {named(f, 'missed')} of the right pairs were missed"
    )
    if f.values["of"] == "pairs":
        return f"{measured}, so let the owners confirm it."
    return (
        "Likeness is judged from what the records say the projects do, not from their code or data. "
        f"{measured}, so let the owners confirm a group before you act on it."
    )


def many_projects(f: Finding) -> str:
    return "Among so many projects chance likeness is frequent: take the groups as a list to check."


def hidden(f: Finding) -> str:
    return "Projects that this viewer may not see are not compared, so the totals are partial."


def nothing_alike(f: Finding) -> str:
    return f"No project that goes on appears to do what {f.values['name']} does."


def ended(f: Finding) -> str:
    return f"{f.values['name']} has ended, so it is not compared with what goes on."


def near(f: Finding) -> str:
    return f"Less alike, and worth a look: {join_and(texts(f, 'names'))}."


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    kinds = {f.kind for f in findings}
    if "no_overlap" in kinds:
        yield "How many projects are there in each unit?"
    elif "overlap" in kinds:
        first = next(f for f in findings if f.kind == "group")
        yield f"Does anyone else do what {first.values['name']} does?"
        yield "Should we run a centre of excellence or a federated model?"
    else:
        yield "Which projects duplicate each other?"


WORDING = Wording(
    {
        phrase.__name__: phrase
        for phrase in (
            no_overlap, overlap, group, more_groups, shared_platform, shared_vendor, shared_base, nothing_shared,
            within_units, no_descriptions, reliability, many_projects, hidden, nothing_alike, ended, near,
        )
    },
    follow_ups,
)  # fmt: skip


def _n(f: Finding, name: str) -> str:
    return named(f, name, bare=True)


def _asked(f: Finding) -> str:
    """What follows "groups": ` with projects of Bank and Shop about churn`, or nothing."""
    units = texts(f, "units")
    whose = f" with {'a project' if len(units) == 1 else 'projects'} of {join_and(units)}" if units else ""
    return whose + (f" about {f.values['about']}" if f.values["about"] else "")


def _members(f: Finding) -> str:
    return f"{named(f, 'members')} of {join_and(texts(f, 'units'))}"


def _budgets(f: Finding) -> str:
    """Their budgets together; nothing when none is on record."""
    if f.values["budget"] is None:
        return ""
    known, members = quantity(f, "budgets"), quantity(f, "members")
    if known.value == 1 < members.value:
        return f"; the one budget on record is {named(f, 'budget')}"
    whose = "their budgets add" if known.value == members.value else (
        f"the budgets of the {_n(f, 'budgets')} that {agree(known, 'records', 'record')} one add"
    )  # fmt: skip
    return f"; {whose} up to {named(f, 'budget')}"
