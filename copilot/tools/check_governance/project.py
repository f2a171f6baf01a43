"""What the governance rules say of one project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from copilot.gates.checker import RuleCheck
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import GATES, Rule, Source
from copilot.language.formatting import join_and, pluralize, sentence
from copilot.tools.check_governance.findings import (
    EXPIRING_DAYS,
    Review,
    Role,
    Selection,
    asks_for_its_gate,
    missing,
    name,
    questions,
    source,
)
from copilot.tools.evidence import computed, read_row
from copilot.types import Evidence, Figure, Finding, Table, ToolResult

_ORDER = {"blocking": 0, "warning": 1}
_COLUMNS = (
    "Rule",
    "Outcome",
    "Severity",
    "Gate",
    "Source",
    "Record says, or question",
    "Since",
    "Approvers",
    "What to do",
)


@dataclass
class _Report:
    """Sentences with the rules whose passages carry them; the computation's text is made of the same."""

    findings: list[tuple[Role, str, tuple[Rule, ...]]] = field(default_factory=list)

    def say(self, role: Role, text: str, rules: Iterable[Rule] = ()) -> None:
        self.findings.append((role, text if text.endswith("?") else sentence(text), tuple(rules)))


@dataclass(frozen=True)
class _Standing:
    """The findings of one project by outcome."""

    unmet: tuple[RuleCheck, ...]
    """Due today, blocking ones first."""
    unknown: tuple[RuleCheck, ...]
    waived: tuple[RuleCheck, ...]
    met: tuple[RuleCheck, ...]
    upcoming: tuple[RuleCheck, ...]
    """Unmet, of a source that does not apply yet."""

    @property
    def blocking(self) -> list[RuleCheck]:
        return [finding for finding in self.unmet if finding.is_blocking]


def report_project(review: Review, project: ProjectFacts, selection: Selection, top: int) -> ToolResult:
    """Whether a project is blocked, by what, what is not known, waived, or soon to expire."""
    gate = selection.gate
    findings = review.findings(project, selection, at_any_stage=gate is not None)
    if gate:
        findings = [f for f in findings if not (f.rule.gate == gate and asks_for_its_gate(f.rule))]
    standing = _standing(findings)
    report = _Report()
    report.say("headline", _opening(project, standing, gate))
    _say_unmet(report, review, project, standing.unmet, top, has_stage=gate is None)
    _say_unknown(report, review, project, standing.unknown, top)
    _say_waivers(report, review, project, standing)
    _say_dates(report, review, project, standing)
    if gate is None:
        _say_next_gate(report, review, project, selection)
    checked = pluralize(len(selection.rules), "rule")
    report.say("method", f"Checked against {checked} of gates.yaml on {review.today}; the rules need legal review")
    return _result(review, project, report, standing, f"{checked} on {project.row['id']}")


def _standing(findings: Sequence[RuleCheck]) -> _Standing:
    def of(outcome: str, *, is_due: bool | None = None) -> tuple[RuleCheck, ...]:
        found = [f for f in findings if f.outcome == outcome and is_due in (None, f.is_due)]
        return tuple(sorted(found, key=lambda f: _ORDER[f.rule.severity]))

    return _Standing(
        unmet=of("unmet", is_due=True),
        unknown=of("unknown"),
        waived=of("waived"),
        met=of("met"),
        upcoming=of("unmet", is_due=False),
    )


def _opening(project: ProjectFacts, standing: _Standing, gate: str | None) -> str:
    title, stage = name(project), project.row.get("stage")
    at = f"Before gate {gate}, " if gate else ""
    unknown = len(standing.unknown)
    undecided = f"{pluralize(unknown, 'rule')} cannot be decided because facts are missing"
    if not any((standing.unmet, standing.unknown, standing.waived, standing.met)):
        return f"{at}{title}, at stage {stage or 'not recorded'}, is bound by none of the rules checked"
    if standing.blocking:
        blocking = pluralize(len(standing.blocking), "blocking rule")
        verb = "is" if len(standing.blocking) == 1 else "are"
        rest = undecided if unknown else "none is unknown"
        return f"{at}{title} is blocked: {blocking} {verb} unmet, and {rest}"
    if unknown:
        return f"{at}{title} is not known to be blocked: no blocking rule is unmet, but {undecided}"
    return f"{at}{title} is not blocked: no blocking rule is unmet and none is unknown"


def _say_unmet(
    report: _Report,
    review: Review,
    project: ProjectFacts,
    unmet: Sequence[RuleCheck],
    top: int,
    *,
    has_stage: bool,
) -> None:
    """`has_stage`: the project stands where the rules bind, so that it can be told since when."""
    for finding in unmet[:top]:
        rule = finding.rule
        since = review.checker.since(rule, project) if has_stage else None
        when = f", since {since}" if since else ""
        text = f"Unmet{when}: “{rule.title}” ({rule.severity}, {source(rule)}); the record says "
        report.say("support", text + missing(review, finding, project), [rule])
        if further := [_further(review, other) for other in review.checker.also(rule, project)]:
            report.say("support", f"“{rule.title}” is also asked by {join_and(further)}", [rule])
        if rule.status:
            report.say("caveat", f"On “{rule.title}”: {rule.status}")
    if len(unmet) > top:
        report.say("caveat", f"Of {pluralize(len(unmet), 'unmet rule')} the first {top} are told here")


def _further(review: Review, other: Source) -> str:
    notes = [f"from {other.effective}"] if other.effective and other.effective > review.today else []
    notes += [other.status] if other.status else []
    return f"{source(other)} ({'; '.join(notes)})" if notes else source(other)


def _say_unknown(
    report: _Report, review: Review, project: ProjectFacts, unknown: Sequence[RuleCheck], top: int
) -> None:
    by_facts: dict[tuple[str, ...], list[Rule]] = {}
    for finding in unknown:
        by_facts.setdefault(review.checker.asked(finding, project), []).append(finding.rule)
    for columns, rules in sorted(by_facts.items(), key=lambda item: -len(item[1]))[:top]:
        titles = join_and(f"“{rule.title}”" for rule in rules)
        report.say("support", f"Not known: {titles}; to decide, ask: {questions(review, columns)}", rules)


def _say_waivers(report: _Report, review: Review, project: ProjectFacts, standing: _Standing) -> None:
    text, until = project.row.get("waiver"), project.row.get("waiver_until")
    for finding in standing.waived:
        report.say("support", f"{finding.rule.title}: waived until {until} (“{text}”)", [finding.rule])
    if not text:
        return
    states = {f.rule.id: review.checker.waiver(f.rule, project) for f in standing.unmet}
    ended = [f.rule for f in standing.unmet if states[f.rule.id] == "expired"]
    void = [f.rule for f in standing.unmet if states[f.rule.id] == "without end"]
    if ended:
        titles = join_and(f"“{rule.title}”" for rule in ended)
        report.say("support", f"The waiver “{text}” ended on {until}, so {titles} counts as unmet", ended)
    elif void:
        report.say("support", f"The waiver “{text}” has no end date and is void", void)
    elif standing.unmet and not standing.waived:
        report.say("caveat", f"A waiver is recorded (“{text}”), but it names no rule that is unmet")


def _say_dates(report: _Report, review: Review, project: ProjectFacts, standing: _Standing) -> None:
    limit = review.today + timedelta(days=EXPIRING_DAYS)
    for finding in standing.met:
        ends = review.checker.expires(finding.rule, project)
        if ends is not None and review.today <= ends <= limit:
            report.say("support", f"Evidence expires on {ends}: {finding.rule.title}", [finding.rule])
    for finding in standing.upcoming:
        rule = finding.rule
        note = f"; {rule.status}" if rule.status else ""
        report.say("support", f"From {rule.effective} unmet: {rule.title} ({source(rule)}){note}", [rule])


def _say_next_gate(report: _Report, review: Review, project: ProjectFacts, selection: Selection) -> None:
    """What the gate after the last one passed asks, where that does not bind yet."""
    passed = str(project.row.get("gate") or "none").upper()
    following = "G1" if passed == "NONE" else _after(passed)
    binding = {f.rule.id for f in review.checker.findings(project)}
    if following is None or review.checker.has_ended(project):
        return
    coming = [
        f.rule
        for f in review.findings(project, selection, at_any_stage=True)
        if f.is_blocking and f.rule.gate == following and f.rule.id not in binding
    ]
    coming = [rule for rule in coming if not asks_for_its_gate(rule)]
    if coming:
        more = f"{pluralize(len(coming), 'more rule')} {'is' if len(coming) == 1 else 'are'} not met yet"
        titles = join_and(f"“{rule.title}”" for rule in coming)
        report.say("support", f"For gate {following}, its next, {more}: {titles}", coming)


def _after(gate: str) -> str | None:
    return GATES[GATES.index(gate) + 1] if gate in GATES[:-1] else None


def _result(review: Review, project: ProjectFacts, report: _Report, standing: _Standing, locator: str) -> ToolResult:
    row = read_row(review.view, "projects", project.row, review.currency, review.today)
    x = computed(
        review.view.sources["projects"],
        f"Governance rules on {name(project)}",
        locator,
        [text for _, text, _ in report.findings],
        review.today,
    )
    passages: dict[str, Evidence] = {}
    statements = []
    for role, text, rules in report.findings:
        found = [e for rule in rules for e in review.passages(rule)]
        passages |= {e.id: e for e in found}
        ids = (x.id, row.id, *dict.fromkeys(e.id for e in found))
        statements.append(Finding(text=text, evidence=ids, role=role))
    title = name(project)
    shown = [*standing.unmet, *standing.unknown, *standing.waived]
    return ToolResult(
        findings=tuple(statements),
        evidence=(x, row, *passages.values()),
        tables=(_table(review, project, shown),) if shown else (),
        figures=(
            Figure(
                text=str(len(standing.blocking)),
                value=len(standing.blocking),
                unit="blocking rules unmet",
                evidence=x.id,
            ),
        ),
        follow_ups=(
            f"What is the state of {title}?",
            "Which projects in production have a blocking rule unmet?",
        ),
    )


def _table(review: Review, project: ProjectFacts, findings: Sequence[RuleCheck]) -> Table:
    rows = []
    for finding in findings:
        rule = finding.rule
        is_unknown = finding.outcome == "unknown"
        since = None if is_unknown else review.checker.since(rule, project)
        says = (
            questions(review, review.checker.asked(finding, project))
            if is_unknown
            else missing(review, finding, project)
        )
        rows.append(
            (
                rule.title,
                finding.outcome,
                rule.severity,
                rule.gate,
                source(rule),
                says,
                since.isoformat() if since else None,
                "; ".join(rule.approvers),
                rule.controls,
            )
        )
    return Table(title="Rules that are not met", columns=_COLUMNS, rows=tuple(rows))
