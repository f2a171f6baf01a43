"""Whether a project meets the governance rules of its workspace: met, unmet, or unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from copilot.gates.conditions import AllOf, Cause, Check, Compiled, Context, checks, compiled
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import FurtherSource, Gates, Rule
from copilot.workspace import WorkspaceConfig

Outcome = Literal["met", "unmet", "unknown", "waived"]
Waiver = Literal["in force", "expired", "without end"]


@dataclass(frozen=True)
class RuleCheck:
    """What a rule says of one project. A rule that does not apply to it has none."""

    rule: Rule
    outcome: Outcome
    is_due: bool = True
    """The rule's source applies today; when not, it will."""

    @property
    def is_blocking(self) -> bool:
        return self.outcome == "unmet" and self.is_due and self.rule.severity == "blocking"


@dataclass(frozen=True)
class _Checked:
    rule: Rule
    scope: Compiled
    requires: Compiled
    is_due: bool
    binding: frozenset[int]
    """Places of the stages in which it binds."""


class Checker:
    """The rules of a workspace, compiled for one day and for what its records can tell."""

    def __init__(self, gates: Gates, config: WorkspaceConfig, known: Iterable[str], today: date) -> None:
        self._gates = gates
        self._today = today
        self._known = frozenset(known)
        self._stages = config.stages
        self._checked = tuple(self._compile(rule) for rule in gates.rules if not rule.has_ended(today))
        self._by_id = {checked.rule.id: checked for checked in self._checked}

    def findings(self, project: ProjectFacts, *, at_any_stage: bool = False) -> tuple[RuleCheck, ...]:
        """A finding for each rule that binds the project now, or would at some stage of it."""
        facts = project.facts
        stage = self._stages.place(facts.get("stage"))
        found = []
        for checked in self._checked:
            binds = True if at_any_stage else stage in checked.binding if stage >= 0 else None
            if binds is False:
                continue
            scope = checked.scope.test(facts)
            if scope is False:
                continue
            required = checked.requires.test(facts)
            if required is True:
                outcome: Outcome = "met"
            elif binds is None or scope is None or required is None:
                outcome = "unknown"
            else:
                outcome = "waived" if self.waiver(checked.rule, project) == "in force" else "unmet"
            found.append(RuleCheck(checked.rule, outcome, checked.is_due))
        return tuple(found)

    def has_ended(self, project: ProjectFacts) -> bool:
        return self._stages.has_ended(project.facts.get("stage"))

    def blocking(self, project: ProjectFacts) -> list[str]:
        """The ids of the blocking rules that the project does not meet today."""
        return [finding.rule.id for finding in self.findings(project) if finding.is_blocking]

    def causes(self, finding: RuleCheck, project: ProjectFacts) -> tuple[Cause, ...]:
        """The comparisons that make the requirement what it is."""
        return self._by_id[finding.rule.id].requires.causes(project.facts)

    def asked(self, finding: RuleCheck, project: ProjectFacts) -> tuple[str, ...]:
        """The columns to fill to settle an unknown finding; first those that tell whether it applies."""
        checked, facts = self._by_id[finding.rule.id], project.facts
        undecided = next((c for c in (checked.scope, checked.requires) if c.test(facts) is None), None)
        names = [cause.check.fact for cause in undecided.causes(facts)] if undecided else []
        unplaced = ["stage"] if self._stages.place(facts.get("stage")) < 0 else []
        return tuple(dict.fromkeys([*unplaced, *names]))

    def expires(self, rule: Rule, project: ProjectFacts) -> date | None:
        """The last day that the evidence counts, the first to end of several."""
        days = [
            date.fromisoformat(str(project.facts[check.fact])) + timedelta(days=rule.validity_days or 0)
            for check in checks(rule.requires)
            if check.op == "in_force" and project.facts.get(check.fact) is not None
        ]
        return min(days, default=None)

    def since(self, rule: Rule, project: ProjectFacts) -> date | None:
        """When an unmet rule began to be: the stage entered, the rule effective, or the evidence expired."""
        expired = self.expires(rule, project)
        entered = project.facts.get("stage_since")
        days = [
            rule.effective,
            date.fromisoformat(entered) if isinstance(entered, str) else None,
            expired + timedelta(days=1) if expired and expired < self._today else None,
        ]
        return max((day for day in days if day is not None), default=None)

    def also(self, rule: Rule, project: ProjectFacts) -> tuple[FurtherSource, ...]:
        """The further sources that ask the same of this project, now or later."""
        return tuple(
            source
            for source in rule.also
            if not source.has_ended(self._today)
            and (not source.jurisdictions or self._lies_in(source.jurisdictions, project))
        )

    def _lies_in(self, jurisdictions: Iterable[str], project: ProjectFacts) -> bool:
        held = project.facts.get("jurisdiction")
        return isinstance(held, tuple) and not self._codes(jurisdictions).isdisjoint(held)

    def _codes(self, jurisdictions: Iterable[str]) -> frozenset[str]:
        return frozenset(code for name in jurisdictions for code in self._gates.areas.get(name, {name.casefold()}))

    def _compile(self, rule: Rule) -> _Checked:
        context = Context(self._today, self._known, rule.validity_days)
        scope = rule.applies
        if rule.jurisdictions:
            codes = tuple(sorted(self._codes(rule.jurisdictions)))
            scope = AllOf((Check("jurisdiction", "in", codes), scope))
        return _Checked(
            rule=rule,
            scope=compiled(scope, context),
            requires=compiled(rule.requires, context),
            is_due=rule.applies_on(self._today),
            binding=frozenset(map(self._stages.place, self._stages.from_on(rule.from_stage))),
        )

    def waiver(self, rule: Rule, project: ProjectFacts) -> Waiver | None:
        """The state of the recorded waiver, when it names the rule."""
        text = project.facts.get("waiver")
        if not isinstance(text, str) or not rule.waivers:
            return None
        words = "|".join(re.escape(word.casefold()) for word in (rule.id, *rule.waivers))
        if not re.search(rf"(?<!\w)(?:{words})(?!\w)", text):
            return None
        until = project.facts.get("waiver_until")
        if until is None:
            return "without end"
        return "in force" if str(until) >= self._today.isoformat() else "expired"
