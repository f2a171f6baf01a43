"""All findings of all projects, counted and put in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from copilot.gates.checker import Outcome, RuleCheck
from copilot.gates.conditions import checks
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import Rule
from copilot.stages import Stages
from copilot.tools.governance import EXPIRING_DAYS, Review, Selection


@dataclass(frozen=True)
class Case:
    """A rule that a project does not meet."""

    project: ProjectFacts
    rule: Rule
    since: date | None

    @property
    def key(self) -> str:
        return str(self.project.row["id"])


@dataclass
class Summary:
    """All findings of all projects, sorted by what is said of them."""

    bound: list[ProjectFacts] = field(default_factory=list)
    """Projects that at least one of the rules binds."""
    blocked: dict[str, list[Case]] = field(default_factory=dict)
    """By project, its unmet blocking rules, the oldest first."""
    unmet: list[Case] = field(default_factory=list)
    """Unmet rules that bind today, blocking or not."""
    contradictions: dict[str, list[Case]] = field(default_factory=dict)
    """By project, the rules that its own cells contradict."""
    undecided: int = 0
    """Projects with a rule that cannot be decided."""
    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    """By rule and outcome, the projects that it binds."""
    asked: Counter[str] = field(default_factory=Counter)
    """By column, the projects for which it would have to be asked."""
    awaited: Counter[str] = field(default_factory=Counter)
    """By column, the undecided rules that wait for it, over all projects."""
    waived: list[Case] = field(default_factory=list)
    expired_waivers: list[Case] = field(default_factory=list)
    expiring: list[tuple[date, ProjectFacts, Rule]] = field(default_factory=list)
    """Evidence that counts today and will not at the end of the period looked at."""
    upcoming: list[Case] = field(default_factory=list)
    """Unmet rules whose source does not apply yet."""

    def checks(self, outcome: Outcome | None = None) -> int:
        """Rules checked on projects, those of one outcome or all."""
        return sum(n for (_, found), n in self.outcomes.items() if outcome in (None, found))

    def bound_by(self, rule: Rule) -> int:
        """Projects that a rule binds."""
        return sum(n for (id, _), n in self.outcomes.items() if id == rule.id)

    def most_asked(self) -> list[tuple[str, int]]:
        """Columns with the projects for which they would have to be asked, what settles most first."""
        return sorted(self.asked.items(), key=lambda item: (-item[1], -self.awaited[item[0]], item[0]))


def summarize(review: Review, projects: Sequence[ProjectFacts], selection: Selection) -> Summary:
    summary, checker = Summary(), review.checker
    columns = {rule.id: _columns(rule) for rule in review.gates.rules}
    remembered: dict[tuple[object, ...], tuple[str, ...]] = {}
    for project in projects:
        findings = review.findings(project, selection)
        if findings:
            summary.bound.append(project)
        missing: set[str] = set()
        for finding in findings:
            summary.outcomes[finding.rule.id, finding.outcome] += 1
            if finding.outcome != "unknown":
                _count(review, summary, project, finding, is_ahead=selection.is_ahead)
                continue
            # Projects of an export with few columns are alike in what they lack: most are asked the same.
            key = (finding.rule.id, *(project.facts[column] for column in columns[finding.rule.id]))
            if key not in remembered:
                remembered[key] = checker.asked(finding, project)
            missing.update(remembered[key])
            summary.awaited.update(remembered[key])
        summary.undecided += bool(missing)
        summary.asked.update(missing)
    for cases in summary.blocked.values():
        cases.sort(key=lambda case: case.since or date.max)
    summary.expiring.sort(key=lambda item: (item[0], str(item[1].row["id"])))
    return summary


def _columns(rule: Rule) -> tuple[str, ...]:
    used = [check.fact for condition in (rule.applies, rule.requires) for check in checks(condition)]
    return tuple(dict.fromkeys(["stage", "jurisdiction", *used]))


def _count(review: Review, summary: Summary, project: ProjectFacts, finding: RuleCheck, *, is_ahead: bool) -> None:
    rule, checker = finding.rule, review.checker
    if finding.outcome == "met":
        ends = checker.expires(rule, project) if rule.validity_days else None
        if ends and review.today <= ends <= review.today + timedelta(days=EXPIRING_DAYS):
            summary.expiring.append((ends, project, rule))
        return
    # What is asked ahead of its time is not unmet since any day.
    case = Case(project, rule, None if is_ahead else checker.since(rule, project))
    if finding.outcome == "waived":
        summary.waived.append(case)
        return
    if not finding.is_due:
        summary.upcoming.append(case)
        return
    summary.unmet.append(case)
    if finding.is_blocking:
        summary.blocked.setdefault(case.key, []).append(case)
    if rule.record_says:
        summary.contradictions.setdefault(case.key, []).append(case)
    if checker.waiver(rule, project) == "expired":
        summary.expired_waivers.append(case)


def blocked_in_order(review: Review, summary: Summary) -> list[str]:
    """Blocked projects, those in the latest stage first, then those with the most unmet rules."""
    stages = review.stages

    def rank(key: str) -> tuple[int, int, str]:
        cases = summary.blocked[key]
        return (-stages.place(cases[0].project.facts.get("stage")), -len(cases), key)

    return sorted(summary.blocked, key=rank)


def contradictory_in_order(stages: Stages, summary: Summary) -> list[str]:
    """Projects in production first, then those with the most contradictions."""

    def rank(key: str) -> tuple[bool, int, str]:
        cases = summary.contradictions[key]
        return (not stages.is_production(cases[0].project.facts.get("stage")), -len(cases), key)

    return sorted(summary.contradictions, key=rank)


def in_production_first(stages: Stages, cases: Iterable[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: (not stages.is_production(case.project.facts.get("stage")), case.key))


def by_rule(stages: Stages, summary: Summary) -> list[tuple[Rule, list[Case]]]:
    cases: dict[str, list[Case]] = {}
    for case in (case for found in summary.blocked.values() for case in found):
        cases.setdefault(case.rule.id, []).append(case)
    ordered = [in_production_first(stages, found) for found in cases.values()]
    return [(found[0].rule, found) for found in sorted(ordered, key=lambda f: (-len(f), f[0].rule.id))]
