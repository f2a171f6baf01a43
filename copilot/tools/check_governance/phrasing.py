"""The sentences of the governance check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from copilot.gates.rules import FILE
from copilot.language.formatting import filled, format_value, join_and, says
from copilot.tools.findings import Wording, names_and_more, quantity, quoted, texts
from copilot.tools.rule_findings import items, lacking
from copilot.tools.stated_otherwise import STATED_OTHERWISE
from copilot.types import Finding, Value

_UNDECIDED = "{unknown} cannot be decided because facts are missing"
_VERDICTS = {
    "unbound": "at stage {stage}, is bound by none of the rules checked",
    "blocked": f"is blocked: {{blocking}} {{blocking:is/are}} unmet, and [unknown?{_UNDECIDED}|none is unknown]",
    "undecided": f"is not known to be blocked: no blocking rule is unmet, but {_UNDECIDED}",
    "clear": "is not blocked: no blocking rule is unmet and none is unknown",
}


def verdict(f: Finding) -> str:
    """Whether the project is blocked, before a gate where one is asked about."""
    state = str(f.values["state"])
    comma = "," if state == "unbound" else ""
    return _says(f"[Before {{of_gate}}, ]{{name}}{comma} {_VERDICTS[state]}")(f)


def further_sources(f: Finding) -> str:
    told = []
    for of, day, status in zip(*(items(f.values, key) for key in ("sources", "from", "statuses")), strict=True):
        notes = [f"from {format_value(day)}" if day else "", format_value(status)]
        told.append(f"{of} ({note})" if (note := "; ".join(filter(None, notes))) else str(of))
    return says("“{title}” is also asked by {told}", told=lambda _: join_and(told))(f)


def unknown_rules(f: Finding) -> str:
    return f"Not known: {quoted(f, 'titles')}; to decide, ask: {' '.join(texts(f, 'questions'))}"


def expiring_evidence(f: Finding) -> str:
    each = "“{titles}” on {until}" if f.values["of"] else "{names} on {until} (“{titles}”)"
    first = ", first" if quantity(f, "pieces").value > len(items(f.values, "names")) else ""
    return says("{pieces} of evidence[ on {of}] {pieces:expires/expire} in the next {days}" + f"{first}: <{each}>")(f)


def scope(values: Mapping[str, Value]) -> str:
    """What a check of all projects is narrowed to; empty when to nothing."""
    gate = _gate(values["gate"])
    before = f"as if before {gate}" if values.get("ahead") and gate else gate
    return ", ".join(part for part in (before, filled("[rules on {about}]", values), str(values["unit"] or "")) if part)


def contradiction(f: Finding) -> str:
    """The cells by the rule that they contradict."""
    held: dict[str, list[str]] = {}
    keys = ("columns", "recorded", "titles", "sources", "effective")
    for column, cell, title, of, day in zip(*(items(f.values, key) for key in keys), strict=True):
        since = f", effective {format_value(day)}" if day else ""
        held.setdefault(f"“{title}” ({of}{since})", []).append(f"{column}: {format_value(cell)}")
    told = "; ".join(f"{join_and(cells)}, against {rule}" for rule, cells in held.items())
    return says("The record of {name}, as of {day}, says {told}", told=lambda _: told)(f)


_binds_none = says("“{title}” ({source}) binds no project[ in {unit}] today")
_met = says("“{title}” ({source}) is unmet in none of the {bound} that it binds[ in {unit}]")
_unmet = says(
    "“{title}” ({source}) is unmet in {projects:bare} of the {bound} that it binds[ in {unit}]"
    "[production?, {production:bare} of them in production][, in the longest case since {since}]: {listed}",
    listed=names_and_more,
)


def one_rule(f: Finding) -> str:
    """Of the projects that a rule binds those that do not meet it."""
    if not quantity(f, "bound").value:
        return _binds_none(f)
    return _unmet(f) if quantity(f, "projects").value else _met(f)


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


def _gate(name: Value) -> str:
    """Gate G3, or the gate “Clinical board”; empty for none."""
    if not name:
        return ""
    return f"the gate “{name}”" if " " in str(name) else f"gate {name}"


_says = partial(says, of_gate=lambda f: _gate(f.values["gate"]), narrowed=lambda f: scope(f.values))

WORDING = Wording(
    {
        **STATED_OTHERWISE,
        "verdict": verdict,
        "unmet_rule": says(
            "Unmet[, since {since}]: “{title}” ({severity}, {source}); the record says {lacking}",
            lacking=lambda f: lacking(f.values),
        ),
        "further_sources": further_sources,
        "rule_status": says("On “{title}”: {status}"),
        "unknown_rules": unknown_rules,
        "waived_rule": says("{name}: {titles:quoted} is waived until {until} (“{waiver}”)"),
        "expired_waiver": says(
            "{name}: the waiver “{waiver}” ended on {until}, so {titles:quoted} {titles:counts/count} as unmet"
        ),
        "void_waiver": says("The waiver “{waiver}” has no end date and is void"),
        "unused_waiver": says("A waiver is recorded (“{waiver}”), but it names no rule that is unmet"),
        "expiring_evidence": expiring_evidence,
        "coming_rule": says("From {effective} “{title}” ({source}) would be unmet[ in {projects}][; {status}]"),
        "next_gate": _says(
            "For {of_gate}, its next, {rules} {rules:is/are} not met yet: {titles:quoted}[; approved by {approvers}]"
        ),
        "gate_approvers": _says("What {of_gate} asks for is approved by {approvers}"),
        "shortened": says("Of {total} only the first {told} {told:is/are} told one by one"),
        "method": says(f"Checked {{rules}} of {FILE}[ on {{projects}}], as of {{day}}; the rules need legal review"),
        "hidden": says("Totals leave out projects that this viewer may not see"),
        "blocked_projects": _says(
            "{blocked:bare} of {bound} that the rules bind[ ({narrowed})] {blocked:has/have} at least one blocking "
            "rule unmet[production?, among them {production_blocked:bare} of {production:bare} in production]; "
            "{looked_at} {looked_at:was/were} looked at"
        ),
        "one_rule": one_rule,
        "mostly_unknown": says(
            "Most of it is not known: in {unknown:bare} of {checks} the records lack a fact that the rule needs"
        ),
        "most_unmet": says("Unmet most often {titles:is/are} <“{titles}” ({projects})>"),
        "unmet_rule_in_projects": says(
            "“{title}” ({source}) is unmet in {projects}[, in the longest case since {since}]: {listed}",
            listed=names_and_more,
        ),
        "blocked_project": says("{name}, in {stage}, has {unmet} unmet[, the oldest since {since}]: {titles:quoted}"),
        "contradictions": says("The records of {projects} contradict a policy or law that is in force, in {places}"),
        "contradiction": contradiction,
        "other_approvers": says("The rule “{title}” is approved by {approvers}, and {source} names {others}"),
        "other_figure": says("The rule “{title}” asks for {asked}, and {source} states <{stated}>"),
        "undecided_projects": says(
            "In {projects} a rule cannot be decided; the facts to ask for most often: <“{questions}” ({counts})>"
        ),
    },
    follow_ups,
)
