"""The sentences of the governance check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from copilot.gates.rules import FILE
from copilot.language.formatting import format_value, join_and, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, texts
from copilot.types import Finding, Quantity, Value


def verdict(f: Finding) -> str:
    """Whether the project is blocked, before a gate where one is asked about."""
    who = f"Before {_gate(f.values['gate'])}, {f.values['name']}" if f.values["gate"] else str(f.values["name"])
    undecided = f"{named(f, 'unknown')} cannot be decided because facts are missing"
    blocking = f"{named(f, 'blocking')} {_be(f, 'blocking')} unmet"
    none_unknown = quantity(f, "unknown").value == 0
    return sentence(
        {
            "unbound": f"{who}, at stage {format_value(f.values['stage'])}, is bound by none of the rules checked",
            "blocked": f"{who} is blocked: {blocking}, and {'none is unknown' if none_unknown else undecided}",
            "undecided": f"{who} is not known to be blocked: no blocking rule is unmet, but {undecided}",
            "clear": f"{who} is not blocked: no blocking rule is unmet and none is unknown",
        }[str(f.values["state"])]
    )


def unmet_rule(f: Finding) -> str:
    when = f", since {named(f, 'since')}" if f.values["since"] else ""
    rule = f"{_title(f)} ({f.values['severity']}, {f.values['source']})"
    return sentence(f"Unmet{when}: {rule}; the record says {lacking(f.values)}")


def lacking(values: Mapping[str, Value]) -> str:
    """What the record holds in each column that decides, and what must be there instead."""
    columns, recorded, asked, limits = (_items(values, key) for key in ("columns", "recorded", "asked", "limits"))
    parts = (
        f"{column}: {format_value(held)}" + (f", {demand} {format_value(limit)}".rstrip() if demand else "")
        for column, held, demand, limit in zip(columns, recorded, asked, limits, strict=True)
    )
    return ("; or " if values["is_choice"] else "; ").join(parts)


def cells(values: Mapping[str, Value]) -> str:
    """Columns with what the record holds in them."""
    both = zip(_items(values, "columns"), _items(values, "recorded"), strict=True)
    return join_and(f"{column}: {format_value(held)}" for column, held in both)


def further_sources(f: Finding) -> str:
    told = []
    for of, day, status in zip(texts(f, "sources"), _items(f.values, "from"), texts(f, "statuses"), strict=True):
        notes = [note for note in (f"from {format_value(day)}" if day else "", status) if note]
        told.append(f"{of} ({'; '.join(notes)})" if notes else of)
    return sentence(f"{_title(f)} is also asked by {join_and(told)}")


def rule_status(f: Finding) -> str:
    return sentence(f"On {_title(f)}: {f.values['status']}")


def other_figure(f: Finding) -> str:
    stated = join_and(texts(f, "stated"))
    return sentence(f"The rule {_title(f)} asks for {named(f, 'asked')}, and {f.values['source']} states {stated}")


def unknown_rules(f: Finding) -> str:
    return f"Not known: {_titles(texts(f, 'titles'))}; to decide, ask: {' '.join(texts(f, 'questions'))}"


def waived_rule(f: Finding) -> str:
    return sentence(
        f"{f.values['name']}: {_titles(texts(f, 'titles'))} is waived until {named(f, 'until')} ({_waiver(f)})"
    )


def expired_waiver(f: Finding) -> str:
    titles = texts(f, "titles")
    return sentence(
        f"{f.values['name']}: the waiver {_waiver(f)} ended on {named(f, 'until')}, so {_titles(titles)} "
        f"{'counts' if len(titles) == 1 else 'count'} as unmet"
    )


def void_waiver(f: Finding) -> str:
    return f"The waiver {_waiver(f)} has no end date and is void."


def unused_waiver(f: Finding) -> str:
    return f"A waiver is recorded ({_waiver(f)}), but it names no rule that is unmet."


def expiring_evidence(f: Finding) -> str:
    verb = "expires" if quantity(f, "pieces").value == 1 else "expire"
    ends = zip(texts(f, "names"), _items(f.values, "until"), texts(f, "titles"), strict=True)
    of = f" on {f.values['of']}" if f.values["of"] else ""
    each = join_and(
        f"“{title}” on {format_value(day)}" if of else f"{name} on {format_value(day)} (“{title}”)"
        for name, day, title in ends
    )
    first = ", first" if quantity(f, "pieces").value > len(texts(f, "names")) else ""
    return sentence(f"{named(f, 'pieces')} of evidence{of} {verb} in the next {named(f, 'days')}{first}: {each}")


def coming_rule(f: Finding) -> str:
    where = f" in {named(f, 'projects')}" if f.values["projects"] else ""
    note = f"; {f.values['status']}" if f.values["status"] else ""
    return sentence(f"From {named(f, 'effective')} {_title(f)} ({f.values['source']}) would be unmet{where}{note}")


def next_gate(f: Finding) -> str:
    gate = _gate(f.values["gate"])
    return sentence(
        f"For {gate}, its next, {named(f, 'rules')} {_be(f, 'rules')} not met yet: {_titles(texts(f, 'titles'))}"
    )


def shortened(f: Finding) -> str:
    return f"Of {named(f, 'total')} only the first {named(f, 'told')} {_be(f, 'told')} told one by one."


def method(f: Finding) -> str:
    on = f" on {named(f, 'projects')}" if f.values["projects"] else ""
    return f"Checked {named(f, 'rules')} of {FILE}{on}, as of {named(f, 'day')}; the rules need legal review."


def hidden(f: Finding) -> str:
    return "Totals leave out projects that this viewer may not see."


def scope(values: Mapping[str, Value]) -> str:
    """What a check of all projects is narrowed to; empty when to nothing."""
    gate, about, unit = (values[key] for key in ("gate", "about", "unit"))
    before = "as if before " if values.get("ahead") else ""
    parts = [f"{before}{_gate(gate)}" if gate else "", f"rules on {about}" if about else "", str(unit or "")]
    return ", ".join(part for part in parts if part)


def blocked_projects(f: Finding) -> str:
    narrowed = f" ({scope(f.values)})" if scope(f.values) else ""
    has = "has" if quantity(f, "blocked").value == 1 else "have"
    production = (
        f", among them {named(f, 'production_blocked', bare=True)} of {named(f, 'production', bare=True)} in production"
        if quantity(f, "production").value
        else ""
    )
    looked_at = f"{named(f, 'looked_at')} {'was' if quantity(f, 'looked_at').value == 1 else 'were'} looked at"
    return sentence(
        f"{named(f, 'blocked', bare=True)} of {named(f, 'bound')} that the rules bind{narrowed} {has} at least one "
        f"blocking rule unmet{production}; {looked_at}"
    )


def mostly_unknown(f: Finding) -> str:
    return (
        f"Most of it is not known: in {named(f, 'unknown', bare=True)} of {named(f, 'checks')} the records lack a fact "
        "that the rule needs."
    )


def most_unmet(f: Finding) -> str:
    most = _counted(f, "titles", "projects")
    return sentence(f"Unmet most often {'is' if len(texts(f, 'titles')) == 1 else 'are'} {join_and(most)}")


def unmet_rule_in_projects(f: Finding) -> str:
    oldest = f", in the longest case since {named(f, 'since')}" if f.values["since"] else ""
    more = [f"{named(f, 'more', bare=True)} more"] if quantity(f, "more").value else []
    projects = join_and([*texts(f, "names"), *more])
    return sentence(f"{_title(f)} ({f.values['source']}) is unmet in {named(f, 'projects')}{oldest}: {projects}")


def blocked_project(f: Finding) -> str:
    since = f", the oldest since {named(f, 'since')}" if f.values["since"] else ""
    return sentence(
        f"{f.values['name']}, in {f.values['stage']}, has {named(f, 'unmet')} unmet{since}: "
        f"{_titles(texts(f, 'titles'))}"
    )


def contradictions(f: Finding) -> str:
    return sentence(
        f"The records of {named(f, 'projects')} contradict a policy or law that is in force, in {named(f, 'places')}"
    )


def contradiction(f: Finding) -> str:
    """The cells by the rule that they contradict."""
    says: dict[str, list[str]] = {}
    keys = ("columns", "recorded", "titles", "sources", "effective")
    for column, held, title, of, day in zip(*(_items(f.values, key) for key in keys), strict=True):
        since = f", effective {format_value(day)}" if day else ""
        says.setdefault(f"“{title}” ({of}{since})", []).append(f"{column}: {format_value(held)}")
    told = "; ".join(f"{join_and(held)}, against {rule}" for rule, held in says.items())
    return sentence(f"The record of {f.values['name']}, as of {named(f, 'day')}, says {told}")


def undecided_projects(f: Finding) -> str:
    asked = join_and(_counted(f, "questions", "counts"))
    return sentence(f"In {named(f, 'projects')} a rule cannot be decided; the facts to ask for most often: {asked}")


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    """Of one project its state and those like it; of all the first one blocked and what to do meanwhile."""
    first = findings[0]
    if first.kind == "verdict":
        yield f"What is the state of {first.values['name']}?"
        yield "Which projects have a blocking rule unmet?"
        return
    blocked = next((f for f in findings if f.kind == "blocked_project"), None)
    if blocked:
        yield f"What blocks {blocked.values['name']}?"
    yield "Which projects should come first without those that are blocked?"


WORDING = Wording(
    {
        phrase.__name__: phrase
        for phrase in (
            verdict, unmet_rule, further_sources, rule_status, unknown_rules, waived_rule, expired_waiver, void_waiver,
            unused_waiver, expiring_evidence, coming_rule, next_gate, shortened, method, hidden, blocked_projects,
            mostly_unknown, most_unmet, unmet_rule_in_projects, blocked_project, contradictions, contradiction,
            undecided_projects, other_figure,
        )
    },
    follow_ups,
)  # fmt: skip


def _gate(name: Value) -> str:
    """Gate G3, or the gate “Clinical board”."""
    return f"the gate “{name}”" if " " in str(name) else f"gate {name}"


def _title(f: Finding) -> str:
    return f"“{f.values['title']}”"


def _titles(titles: Iterable[str]) -> str:
    return join_and(f"“{title}”" for title in titles)


def _waiver(f: Finding) -> str:
    return f"“{f.values['waiver']}”"


def _be(f: Finding, name: str) -> str:
    return "is" if quantity(f, name).value == 1 else "are"


def _counted(f: Finding, names: str, counts: str) -> Iterator[str]:
    both = zip(texts(f, names), quantities(f, counts), strict=True)
    return (f"“{name}” ({format_value(number)})" for name, number in both)


def _items(values: Mapping[str, Value], name: str) -> tuple[Quantity | date | str, ...]:
    """A list of names, days and quantities."""
    value = values[name]
    return value if isinstance(value, tuple) else ()
