"""The sentences about projects that do the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from copilot.language.formatting import filled, join_and, join_first, says, sentence
from copilot.tools.findings import Wording, named, quantity, texts
from copilot.types import Finding

_ALIKE = "appear to do the same kind of work"
_UNITS = "[ with {units:a project/projects} of {units}][ about {about}]"
_MEMBERS = "{members} of {units}"
_MEASURED = (
    "On a labelled register that the limits were not chosen on, {precision} of the pairs found were right and {missed} "
    "of the right pairs were missed, so let the owners confirm"
)
_NOTHING = {
    "platform": "In no field of use do several units record a stack of their own.",
    "vendor": "No vendor on record supplies several units.",
    "base": "No project on record is one that projects of several units depend on.",
}
_ONCE = {
    (): "Where they run is not recorded; ask before choosing what to build once.",
    ("own",): "Each runs on a stack of its own; one base on a shared platform could serve all.",
    ("shared",): "All run on the shared platform; what is left to build once is data, features and the model itself.",
    ("own", "shared"): "Those on a stack of their own could move to the shared platform that the others use.",
}


def overlap(f: Finding) -> str:
    stake = "{budgets_together}, which is what is at stake and not a saving"
    if f.values["budget"] is None:
        stake = "; no budget of theirs is on record"
    return _says(f"Of {{projects}} that go on, {{members:bare}} in {{groups}} across units{_UNITS} {_ALIKE}{stake}")(f)


def group(f: Finding) -> str:
    parts = [f"{join_and(texts(f, 'names'))} {_ALIKE}"]
    if f.values["same"]:
        parts.append(filled("they share <{same} {same_values}>", f.values))
    if differ := [f"{column} ({_each(f, column)})" for column in texts(f, "differ")]:
        parts.append(f"they differ in {join_and(differ)}")
    return f"{'; '.join(parts)}{_budgets(f)}. {_once(f)}"


def _each(f: Finding, column: str) -> str:
    """The values in which they differ, with how many have each where that is told."""
    found, counts = f.values[f"differ_{column}"], f.values.get(f"differ_{column}_counts")
    return filled("<{counts:bare} {found}>" if counts else "{found}", {"found": found, "counts": counts})


def _once(f: Finding) -> str:
    """What could be built or bought once, by where the projects run today."""
    if f.values["vendor"] is not None:
        return f"They could be bought once: one contract with {f.values['vendor']} for all."
    other = "They are bought in different ways; one choice for all, built or bought, would do."
    return _ONCE.get(texts(f, "platforms"), other)


def _budgets(f: Finding) -> str:
    """Their budgets together; nothing when none is on record."""
    if f.values["budget"] is None:
        return ""
    known, members = quantity(f, "budgets").value, quantity(f, "members").value
    if known == 1 < members:
        return filled("; the one budget on record is {budget}", f.values)
    whose = (
        "their budgets" if known == members else "the budgets of the {budgets:bare} that {budgets:records/record} one"
    )
    return filled(f"; {whose} add up to {{budget}}", f.values)


def within_units(f: Finding) -> str:
    groups = [join_and(texts(f, name)) for name in f.values if name != "more"]
    more = [f"{named(f, 'more')}, in the table"] if quantity(f, "more").value else []
    return sentence(f"Alike within one unit: {'; '.join([*groups, *more])}")


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


_says = partial(says, budgets_together=_budgets)

WORDING = Wording(
    {
        "no_overlap": says(
            f"Among {{projects}} that go on, no two of different units {_ALIKE}{_UNITS}[within?; {{within}} within one "
            "unit]"
        ),
        "overlap": overlap,
        "group": group,
        "more_groups": says("The table shows {groups} across units"),
        "shared_platform": says(
            f"In {{platform}}, {_MEMBERS} run on stacks of their own: {{listed}}{{budgets_together}}",
            listed=lambda f: join_first(texts(f, "names"), rest=""),
            budgets_together=_budgets,
        ),
        "shared_vendor": _says(
            f"{{vendor}} supplies {_MEMBERS}: {{names}}{{budgets_together}}. One contract could cover them"
        ),
        "shared_base": _says(f"{{base}} is a base that {_MEMBERS} depend on{{budgets_together}}"),
        "nothing_shared": lambda f: _NOTHING[f.subject],
        "within_units": within_units,
        "no_descriptions": says("The projects have no description, so they are compared by their names alone"),
        "reliability": lambda f: says(
            f"{_MEASURED} it"
            if f.values["of"] == "pairs"
            else "Likeness is judged from what the records say the projects do, not from their code or data. "
            f"{_MEASURED} a group before you act on it"
        )(f),
        "many_projects": says("Among so many projects chance likeness is frequent: take the groups as a list to check"),
        "hidden": says("Projects that this viewer may not see are not compared, so the totals are partial"),
        "nothing_alike": says("No project that goes on appears to do what {name} does"),
        "ended": says("{name} has ended, so it is not compared with what goes on"),
        "near": says("Less alike, and worth a look: {names}"),
    },
    follow_ups,
)
