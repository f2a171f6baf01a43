"""What the governance rules say of one project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from copilot.gates.checker import RuleCheck
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import FILE, Rule, Source
from copilot.language.formatting import format_quantity
from copilot.tools.check_governance.findings import coming_rule, expiring_evidence, method, rule_calculation, shortened
from copilot.tools.check_governance.phrasing import WORDING
from copilot.tools.evidence import name_of
from copilot.tools.findings import Attachments, Computation, Reading, build_result, count
from copilot.tools.governance import EXPIRING_DAYS, Review, Selection, asks_for_its_gate, source
from copilot.tools.rule_findings import as_date, lacking, questions, rule_values, shortfall
from copilot.types import Calculation, Finding, Role, Table, ToolResult, Value
from copilot.workspace import NO_GATE

_ORDER = {"blocking": 0, "warning": 1}
_COLUMNS = (
    "Rule", "Outcome", "Severity", "Gate", "Source", "Record says, or question", "Since", "Approvers", "What to do",
)  # fmt: skip


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
        return [check for check in self.unmet if check.is_blocking]

    @property
    def state(self) -> str:
        if self.blocking:
            return "blocked"
        if self.unknown:
            return "undecided"
        return "clear" if any((self.unmet, self.waived, self.met)) else "unbound"


def report_project(review: Review, project: ProjectFacts, selection: Selection, top: int) -> ToolResult:
    """Whether a project is blocked, by what, what is not known, waived, or soon to expire."""
    reading = Reading(review.sources, review.view)
    standing = _standing(review, project, selection)
    report = _Project(review, reading, project, standing, selection)
    shown = [*standing.unmet, *standing.unknown, *standing.waived]
    return build_result(
        report.findings(top),
        WORDING,
        Computation(
            source=review.view.sources["projects"],
            title=f"Governance rules on {name_of(project.row)}",
            locator=f"{format_quantity(count(len(selection.rules), 'rule'))} on {project.row['id']}",
            calculation=report.calculation(),
        ),
        reading,
        Attachments(tables=(_table(review, project, shown),) if shown else ()),
    )


def _standing(review: Review, project: ProjectFacts, selection: Selection) -> _Standing:
    found = review.findings(project, selection, at_any_stage=selection.gate is not None)
    if selection.gate:
        found = [c for c in found if not (c.rule.gate == selection.gate and asks_for_its_gate(c.rule))]

    def of(outcome: str, *, is_due: bool | None = None) -> tuple[RuleCheck, ...]:
        alike = [check for check in found if check.outcome == outcome and is_due in (None, check.is_due)]
        return tuple(sorted(alike, key=lambda check: _ORDER[check.rule.severity]))

    return _Standing(
        unmet=of("unmet", is_due=True),
        unknown=of("unknown"),
        waived=of("waived"),
        met=of("met"),
        upcoming=of("unmet", is_due=False),
    )


@dataclass(frozen=True)
class _Project:
    """One call's report, finding by finding."""

    review: Review
    reading: Reading
    project: ProjectFacts
    standing: _Standing
    selection: Selection

    def findings(self, top: int) -> Iterator[Finding]:
        unmet = self.standing.unmet
        yield self._verdict()
        if self.selection.gate is not None:
            yield from self._approvers()
        for check in unmet[:top]:
            yield from self._unmet(check)
        yield from shortened(len(unmet), top, "unmet rule")
        yield from self._unknown(top)
        yield from self._waivers()
        yield from self._dates()
        if self.selection.gate is None:
            yield from self._next_gate()
        yield from self.review.stated_otherwise(self.reading, self.selection)
        yield method(self.review, self.selection, None)

    def calculation(self) -> Calculation:
        standing = self.standing
        outcomes = {
            "unmet": standing.unmet, "unknown": standing.unknown, "waived": standing.waived, "met": standing.met,
            "unmet, not in force yet": standing.upcoming,
        }  # fmt: skip
        rows = [(c.rule.title, outcome, c.rule.severity) for outcome, checks in outcomes.items() for c in checks]
        return Calculation(
            method="each rule checked on the record: met, unmet, waived, or unknown where the record lacks a fact",
            query=f"rules of {FILE} that bind at the stage of the project, on {self.review.today}",
            inputs=(Table(title="Rules by outcome", columns=("Rule", "Outcome", "Severity"), rows=tuple(rows)),),
        )

    def finding(
        self,
        kind: str,
        values: dict[str, Value],
        rules: Iterable[Rule] = (),
        role: Role = "support",
        figures: tuple[str, ...] = (),
        calculation: Calculation | None = None,
    ) -> Finding:
        return Finding(
            kind=kind,
            subject=str(self.project.row["id"]),
            role=role,
            values=values,
            figures=figures,
            evidence=self.cited(rules),
            calculation=calculation,
        )

    def cited(self, rules: Iterable[Rule]) -> tuple[str, ...]:
        passages = [self.reading.add(e) for rule in rules for e in self.review.passages(rule)]
        return tuple(dict.fromkeys([self.reading.row("projects", self.project.row), *passages]))

    def _verdict(self) -> Finding:
        stage = self.project.row.get("stage")
        values: dict[str, Value] = {
            "name": name_of(self.project.row),
            "stage": str(stage) if stage else None,
            "gate": self.selection.gate,
            "state": self.standing.state,
            "blocking": count(len(self.standing.blocking), "blocking rule"),
            "unknown": count(len(self.standing.unknown), "rule"),
        }
        return self.finding("verdict", values, role="headline", figures=("blocking",))

    def _unmet(self, check: RuleCheck) -> Iterator[Finding]:
        rule, review = check.rule, self.review
        lacks = shortfall(review, check, self.project)
        # Where another gate is asked about, the project does not stand where the rule binds.
        since = None if self.selection.gate else review.checker.since(rule, self.project)
        columns = ("columns", "recorded", "asked", "limits")
        rows = zip(*(lacks[key] for key in columns), strict=True)
        yield self.finding(
            "unmet_rule",
            {**rule_values(rule), "since": since, **lacks},
            [rule],
            calculation=rule_calculation(
                rule, name_of(self.project.row), ("Column", "Recorded", "Asked", "Limit"), rows
            ),
        )
        if also := review.checker.also(rule, self.project):
            yield self.finding("further_sources", self._further(rule, also), [rule])
        if rule.status:
            yield self.finding("rule_status", {"title": rule.title, "status": rule.status}, role="caveat")
        yield from review.other_figures(rule)

    def _further(self, rule: Rule, also: Sequence[Source]) -> dict[str, Value]:
        coming = [of.effective if of.effective and of.effective > self.review.today else None for of in also]
        return {
            "title": rule.title,
            "sources": tuple(source(of) for of in also),
            "from": tuple(day or "" for day in coming),
            "statuses": tuple(of.status for of in also),
        }

    def _unknown(self, top: int) -> Iterator[Finding]:
        by_facts: dict[tuple[str, ...], list[Rule]] = {}
        for check in self.standing.unknown:
            by_facts.setdefault(self.review.checker.asked(check, self.project), []).append(check.rule)
        for columns, rules in sorted(by_facts.items(), key=lambda item: -len(item[1]))[:top]:
            values: dict[str, Value] = {
                "titles": tuple(rule.title for rule in rules),
                "facts": columns,
                "questions": tuple(self.review.gates.questions[column] for column in columns),
            }
            yield self.finding("unknown_rules", values, rules)

    def _waivers(self) -> Iterator[Finding]:
        row, unmet = self.project.row, [check.rule for check in self.standing.unmet]
        waiver: dict[str, Value] = {
            "name": name_of(self.project.row),
            "waiver": str(row.get("waiver")),
            "until": as_date(row.get("waiver_until")),
        }
        for check in self.standing.waived:
            yield self.finding("waived_rule", {**waiver, "titles": (check.rule.title,)}, [check.rule])
        if not row.get("waiver"):
            return
        states = {rule.id: self.review.checker.waiver(rule, self.project) for rule in unmet}
        ended = [rule for rule in unmet if states[rule.id] == "expired"]
        void = [rule for rule in unmet if states[rule.id] == "without end"]
        if ended:
            yield self.finding("expired_waiver", {**waiver, "titles": tuple(rule.title for rule in ended)}, ended)
        elif void:
            yield self.finding("void_waiver", waiver, void)
        elif unmet and not self.standing.waived:
            yield self.finding("unused_waiver", waiver, role="caveat")

    def _dates(self) -> Iterator[Finding]:
        today, project = self.review.today, self.project
        days = [(self.review.checker.expires(check.rule, project), check.rule) for check in self.standing.met]
        ends = [(day, project, rule) for day, rule in days if day and today <= day <= today + timedelta(EXPIRING_DAYS)]
        if ends:
            ends.sort(key=lambda end: (end[0], end[2].id))
            yield expiring_evidence(ends, len(ends), self.cited(rule for _, _, rule in ends), name_of(project.row))
        for check in self.standing.upcoming:
            yield coming_rule(check.rule, None, self.cited([check.rule]))

    def _next_gate(self) -> Iterator[Finding]:
        """What the gate after the last one passed asks, where that does not bind yet."""
        following, review = self._following(), self.review
        if following is None or review.checker.has_ended(self.project):
            return
        binding = {check.rule.id for check in review.checker.findings(self.project)}
        coming = [
            check.rule
            for check in review.findings(self.project, self.selection, at_any_stage=True)
            if check.is_blocking and check.rule.gate == following and check.rule.id not in binding
        ]
        coming = [rule for rule in coming if not asks_for_its_gate(rule)]
        if coming:
            values: dict[str, Value] = {
                "gate": following,
                "rules": count(len(coming), "more rule"),
                "titles": tuple(rule.title for rule in coming),
                "approvers": _approved_by(coming),
            }
            yield self.finding("next_gate", values, coming)

    def _approvers(self) -> Iterator[Finding]:
        """Who approves what the gate that is asked about asks of the project."""
        checked = [check.rule for checks in (self.standing.unmet, self.standing.unknown) for check in checks]
        # Where all of it is met, those who approved it.
        rules = checked or [check.rule for check in self.standing.met]
        if named := _approved_by(rules):
            values: dict[str, Value] = {"gate": self.selection.gate, "approvers": named}
            yield self.finding("gate_approvers", values, [rule for rule in rules if rule.approvers])

    def _following(self) -> str | None:
        """The gate after the last one passed; where none is recorded, the one before the stages to come."""
        order, passed = self.review.gates.order, self.project.facts.get("gate")
        if passed == NO_GATE or passed is None and not any(gate.before_stage for gate in order):
            return order[0].id if order else None
        if passed is None:
            stages = self.review.stages
            place = stages.place(self.project.facts.get("stage"))
            ahead = [gate.id for gate in order if stages.place(gate.before_stage) > place >= 0]
            return ahead[0] if ahead else None
        places = [number for number, gate in enumerate(order) if gate.id.casefold() == passed]
        return order[places[0] + 1].id if places and places[0] + 1 < len(order) else None


def _approved_by(rules: Iterable[Rule]) -> tuple[str, ...] | None:
    """Who approves what some rules ask for, each once; None where none of them says."""
    return tuple(dict.fromkeys(name for rule in rules for name in rule.approvers)) or None


def _table(review: Review, project: ProjectFacts, checks: Sequence[RuleCheck]) -> Table:
    rows = []
    for check in checks:
        rule, is_unknown = check.rule, check.outcome == "unknown"
        since = None if is_unknown else review.checker.since(rule, project)
        says = (
            questions(review, review.checker.asked(check, project))
            if is_unknown
            else lacking(shortfall(review, check, project))
        )
        rows.append(
            (
                rule.title,
                check.outcome,
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
