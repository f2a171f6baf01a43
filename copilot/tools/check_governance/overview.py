"""What the governance rules say of all projects: what is blocked, by what and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import Rule
from copilot.language.formatting import join_and, pluralize, sentence
from copilot.tools.check_governance.findings import EXPIRING_DAYS, Review, Role, Selection, name, recorded, source
from copilot.tools.check_governance.summary import (
    Case,
    Census,
    blocked_in_order,
    by_rule,
    contradictory_in_order,
    take_census,
)
from copilot.tools.evidence import computed, read_row
from copilot.types import Evidence, Figure, Finding, Table, ToolResult

_NAMED = 5


@dataclass
class _Report:
    findings: list[tuple[Role, str, tuple[str, ...], tuple[Rule, ...]]] = field(default_factory=list)

    def say(self, role: Role, text: str, projects: Iterable[ProjectFacts] = (), rules: Iterable[Rule] = ()) -> None:
        keys = tuple(dict.fromkeys(str(p.row["id"]) for p in projects))
        self.findings.append((role, sentence(text), keys, tuple(rules)))


def report_portfolio(
    review: Review, projects: Sequence[ProjectFacts], selection: Selection, what: str, top: int
) -> ToolResult:
    """How many projects are blocked, by which rules and since when, in production first."""
    census = take_census(review, projects, selection)
    ordered = blocked_in_order(review, census)
    report = _Report()
    _say_blocked(report, review, census, len(projects), what)
    _say_rules(report, census, top)
    for case in ordered[:top]:
        _say_project(report, census.blocked[case])
    if len(ordered) > top:
        report.say("caveat", f"Of {pluralize(len(ordered), 'blocked project')} the first {top} are told one by one")
    _say_contradictions(report, review, census, top)
    _say_unknown(report, review, census)
    _say_waivers(report, census, top)
    _say_expiring(report, census, top)
    _say_upcoming(report, census)
    checked = f"{pluralize(len(selection.rules), 'rule')} on {pluralize(len(projects), 'project')}"
    report.say("method", f"Checked {checked} on {review.today}; the rules of gates.yaml need legal review")
    hidden = review.view.hidden("projects")
    if hidden:
        report.say("caveat", "Totals leave out projects that this viewer may not see")
    tables = _tables(review, census, ordered, top)
    return _result(review, report, census, tables, f"{what}, {checked}", hidden)


def _say_blocked(report: _Report, review: Review, census: Census, total: int, what: str) -> None:
    blocked, bound = len(census.blocked), len(census.bound)
    scope = f" ({what})" if what else ""
    verb = "has" if blocked == 1 else "have"
    least = "at least one blocking rule unmet"
    text = f"{blocked:,} of {pluralize(bound, 'project')} that the rules bind{scope} {verb} {least}"
    production = [p for p in census.bound if p.facts.get("stage") == "production"]
    if production:
        stuck = sum(str(p.row["id"]) in census.blocked for p in production)
        text += f", among them {stuck:,} of {len(production):,} in production"
    report.say("headline", f"{text}; {pluralize(total, 'project')} were looked at")
    if census.unknown_pairs * 2 > census.pairs:
        share = f"{census.unknown_pairs:,} of {census.pairs:,} checks"
        report.say("headline", f"Most of it is not known: in {share} the records lack a fact that the rule needs")


def _say_rules(report: _Report, census: Census, top: int) -> None:
    ranked = by_rule(census)
    if ranked:
        most = join_and(f"“{rule.title}” ({pluralize(len(cases), 'project')})" for rule, cases in ranked[:3])
        verb = "is" if len(ranked) == 1 else "are"
        report.say("headline", f"Unmet most often {verb} {most}", rules=[rule for rule, _ in ranked[:3]])
    for rule, cases in ranked[:top]:
        since = min((case.since for case in cases if case.since), default=None)
        oldest = f", in the longest case since {since}" if since else ""
        named = [name(case.project) for case in cases[:_NAMED]]
        rest = [f"{len(cases) - _NAMED:,} more"] if len(cases) > _NAMED else []
        where = f"unmet in {pluralize(len(cases), 'project')}{oldest}: {join_and([*named, *rest])}"
        text = f"“{rule.title}” ({source(rule)}) is {where}"
        report.say("support", text, [case.project for case in cases[:_NAMED]], [rule])


def _say_project(report: _Report, cases: Sequence[Case]) -> None:
    project = cases[0].project
    since = f", the oldest since {cases[0].since}" if cases[0].since else ""
    titles = join_and(f"“{case.rule.title}”" for case in cases)
    count = pluralize(len(cases), "blocking rule")
    text = f"{name(project)}, in {project.row.get('stage')}, has {count} unmet{since}: {titles}"
    report.say("support", text, [project])


def _say_contradictions(report: _Report, review: Review, census: Census, top: int) -> None:
    if not census.contradictions:
        return
    projects = pluralize(len(census.contradictions), "project")
    places = sum(map(len, census.contradictions.values()))
    text = f"The records of {projects} contradict a policy or law that is in force, in {places:,} places"
    report.say("support", text)
    for key in contradictory_in_order(census)[:top]:
        cases = census.contradictions[key]
        project = cases[0].project
        says = "; ".join(
            f"{recorded(review, case.rule.record_says, project)}, against “{case.rule.title}” "
            f"({source(case.rule)}{f', effective {case.rule.effective}' if case.rule.effective else ''})"
            for case in cases
        )
        text = f"The record of {name(project)}, as of {review.today}, says {says}"
        report.say("support", text, [project], [case.rule for case in cases])


def _say_unknown(report: _Report, review: Review, census: Census) -> None:
    if not census.undecided:
        return
    asked = join_and(
        f"“{review.gates.questions[column]}” ({pluralize(count, 'project')})"
        for column, count in census.most_asked()[:_NAMED]
    )
    of = pluralize(census.undecided, "project")
    report.say("support", f"In {of} a rule cannot be decided; the facts to ask for most often: {asked}")


def _say_waivers(report: _Report, census: Census, top: int) -> None:
    for case in census.waived[:top]:
        until, text = case.project.row.get("waiver_until"), case.project.row.get("waiver")
        said = f"{name(case.project)}: “{case.rule.title}” is waived until {until} (“{text}”)"
        report.say("support", said, [case.project], [case.rule])
    for case in census.expired_waivers[:top]:
        until, text = case.project.row.get("waiver_until"), case.project.row.get("waiver")
        ended = f"{name(case.project)}: the waiver “{text}” ended on {until}"
        said = f"{ended}, so “{case.rule.title}” counts as unmet"
        report.say("support", said, [case.project], [case.rule])


def _say_expiring(report: _Report, census: Census, top: int) -> None:
    if not census.expiring:
        return
    soon = census.expiring[:top]
    count = len(census.expiring)
    verb = "expires" if count == 1 else "expire"
    each = join_and(f"{name(case.project)} on {ends} (“{case.rule.title}”)" for ends, case in soon)
    text = f"{pluralize(count, 'piece')} of evidence {verb} in the next {EXPIRING_DAYS} days, first: {each}"
    report.say("support", text, [case.project for _, case in soon])


def _say_upcoming(report: _Report, census: Census) -> None:
    rules = {case.rule.id: case.rule for case in census.upcoming}
    for rule in rules.values():
        cases = [case for case in census.upcoming if case.rule.id == rule.id]
        note = f"; {rule.status}" if rule.status else ""
        text = f"From {rule.effective} “{rule.title}” ({source(rule)}) would be unmet in "
        text += f"{pluralize(len(cases), 'project')}{note}"
        report.say("support", text, [case.project for case in cases[:_NAMED]], [rule])


def _tables(review: Review, census: Census, ordered: Sequence[str], top: int) -> tuple[Table, ...]:
    blocked = [
        (key, cases[0].project.row.get("name"), cases[0].project.row.get("unit"),
         cases[0].project.row.get("stage"), len(cases), _day(cases[0].since),
         "; ".join(case.rule.title for case in cases))
        for key in ordered
        for cases in (census.blocked[key],)
    ]  # fmt: skip
    against = [
        (case.key, case.project.row.get("name"), recorded(review, case.rule.record_says, case.project),
         _day(review.today), case.rule.title, source(case.rule), _day(case.rule.effective))
        for key in contradictory_in_order(census)
        for case in census.contradictions[key]
    ]  # fmt: skip
    asked = [(column, review.gates.questions[column], n) for column, n in census.most_asked()[: max(top, 20)]]
    tables = (
        Table(title="Projects with an unmet blocking rule", rows=tuple(blocked),
              columns=("Id", "Name", "Unit", "Stage", "Blocking rules unmet", "Since", "Rules")),
        Table(title="Records that contradict a policy", rows=tuple(against),
              columns=("Id", "Name", "Record says", "As of", "Rule", "Source", "Effective")),
        Table(title="Facts to ask for", rows=tuple(asked), columns=("Column", "Question", "Projects")),
    )  # fmt: skip
    return tuple(table for table in tables if table.rows)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _result(
    review: Review, report: _Report, census: Census, tables: tuple[Table, ...], locator: str, hidden: int
) -> ToolResult:
    x = computed(
        review.view.sources["projects"],
        "Governance rules on the portfolio",
        locator.removeprefix(", "),
        [text for _, text, _, _ in report.findings],
        review.today,
    )
    rows: dict[str, Evidence] = {}
    passages: dict[str, Evidence] = {}
    by_key: Mapping[str, ProjectFacts] = {str(p.row["id"]): p for p in census.bound}
    statements = []
    for role, text, keys, rules in report.findings:
        for key in keys:
            rows.setdefault(
                key,
                read_row(review.view, "projects", by_key[key].row, review.currency, review.today),
            )
        found = {e.id: e for rule in rules for e in review.passages(rule)}
        passages |= found
        ids = (x.id, *(rows[key].id for key in keys), *found)
        statements.append(Finding(text=text, evidence=ids, role=role))
    blocked = len(census.blocked)
    first = next(iter(rows.values()), None)
    return ToolResult(
        findings=tuple(statements),
        evidence=(x, *rows.values(), *passages.values()),
        tables=tables,
        figures=(Figure(text=f"{blocked:,}", value=blocked, unit="projects blocked", evidence=x.id),),
        follow_ups=(
            *((f"What blocks {first.title}?",) if first else ()),
            "Which projects should come first without those that are blocked?",
        ),
        hidden_rows=hidden,
    )
