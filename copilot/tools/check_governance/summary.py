"""All findings of all projects, counted and put in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from copilot.gates.checker import RuleCheck
from copilot.gates.conditions import checks
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import Rule
from copilot.tools.check_governance.findings import EXPIRING_DAYS, Review, Selection


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
class Census:
    """All findings of all projects, sorted by what is said of them."""

    bound: list[ProjectFacts] = field(default_factory=list)
    """Projects that at least one of the rules binds."""
    blocked: dict[str, list[Case]] = field(default_factory=dict)
    """By project, its unmet blocking rules, the oldest first."""
    contradictions: dict[str, list[Case]] = field(default_factory=dict)
    """By project, the rules that its own cells contradict."""
    undecided: int = 0
    """Projects with a rule that cannot be decided."""
    pairs: int = 0
    unknown_pairs: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    """By column, the projects for which it would have to be asked."""
    awaited: Counter[str] = field(default_factory=Counter)
    """By column, the undecided rules that wait for it, over all projects."""
    waived: list[Case] = field(default_factory=list)
    expired_waivers: list[Case] = field(default_factory=list)
    expiring: list[tuple[date, Case]] = field(default_factory=list)
    """Evidence that counts today and will not at the end of the period looked at."""
    upcoming: list[Case] = field(default_factory=list)
    """Unmet rules whose source does not apply yet."""

    def most_asked(self) -> list[tuple[str, int]]:
        """Columns with the projects for which they would have to be asked, what settles most first."""
        return sorted(self.asked.items(), key=lambda item: (-item[1], -self.awaited[item[0]], item[0]))


def take_census(review: Review, projects: Sequence[ProjectFacts], selection: Selection) -> Census:
    census, checker = Census(), review.checker
    columns = {rule.id: _columns(rule) for rule in review.gates.rules}
    remembered: dict[tuple[object, ...], tuple[str, ...]] = {}
    for project in projects:
        findings = review.findings(project, selection)
        if findings:
            census.bound.append(project)
        missing: set[str] = set()
        for finding in findings:
            census.pairs += 1
            if finding.outcome != "unknown":
                _count(review, census, project, finding)
                continue
            census.unknown_pairs += 1
            # Projects of an export with few columns are alike in what they lack: most are asked the same.
            key = (finding.rule.id, *(project.facts[column] for column in columns[finding.rule.id]))
            if key not in remembered:
                remembered[key] = checker.asked(finding, project)
            missing.update(remembered[key])
            census.awaited.update(remembered[key])
        census.undecided += bool(missing)
        census.asked.update(missing)
    for cases in census.blocked.values():
        cases.sort(key=lambda case: case.since or date.max)
    census.expiring.sort(key=lambda item: (item[0], item[1].key))
    return census


def _columns(rule: Rule) -> tuple[str, ...]:
    used = [check.fact for condition in (rule.applies, rule.requires) for check in checks(condition)]
    return tuple(dict.fromkeys(["stage", "jurisdiction", *used]))


def _count(review: Review, census: Census, project: ProjectFacts, finding: RuleCheck) -> None:
    rule, checker = finding.rule, review.checker
    if finding.outcome == "met":
        ends = checker.expires(rule, project) if rule.validity_days else None
        if ends and review.today <= ends <= review.today + timedelta(days=EXPIRING_DAYS):
            census.expiring.append((ends, Case(project, rule, None)))
        return
    case = Case(project, rule, checker.since(rule, project))
    if finding.outcome == "waived":
        census.waived.append(case)
        return
    if not finding.is_due:
        census.upcoming.append(case)
        return
    if finding.is_blocking:
        census.blocked.setdefault(case.key, []).append(case)
    if rule.record_says:
        census.contradictions.setdefault(case.key, []).append(case)
    if checker.waiver(rule, project) == "expired":
        census.expired_waivers.append(case)


def blocked_in_order(review: Review, census: Census) -> list[str]:
    """Blocked projects, those in the latest stage first, then those with the most unmet rules."""
    stages = [stage.casefold() for stage in review.sources.workspace.config.stages]

    def rank(key: str) -> tuple[int, int, str]:
        cases = census.blocked[key]
        stage = str(cases[0].project.facts.get("stage"))
        return (-stages.index(stage) if stage in stages else 1, -len(cases), key)

    return sorted(census.blocked, key=rank)


def contradictory_in_order(census: Census) -> list[str]:
    """Projects in production first, then those with the most contradictions."""

    def rank(key: str) -> tuple[bool, int, str]:
        cases = census.contradictions[key]
        return (cases[0].project.facts.get("stage") != "production", -len(cases), key)

    return sorted(census.contradictions, key=rank)


def by_rule(census: Census) -> list[tuple[Rule, list[Case]]]:
    cases: dict[str, list[Case]] = {}
    for case in (case for found in census.blocked.values() for case in found):
        cases.setdefault(case.rule.id, []).append(case)
    for found in cases.values():
        found.sort(key=lambda case: (case.project.facts.get("stage") != "production", case.key))
    return [(found[0].rule, found) for found in sorted(cases.values(), key=lambda f: (-len(f), f[0].rule.id))]
