"""What the governance rules say of all projects: what is blocked, by what and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from copilot.gates.checker import Outcome
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import FILE, Rule
from copilot.language.formatting import format_quantity
from copilot.tools.check_governance.findings import coming_rule, expiring_evidence, method, rule_calculation, shortened
from copilot.tools.check_governance.phrasing import WORDING, scope
from copilot.tools.evidence import name_of
from copilot.tools.findings import Attachments, Computation, Reading, build_result, count
from copilot.tools.governance import Review, Selection, source
from copilot.tools.governance_summary import (
    Case,
    Summary,
    blocked_in_order,
    by_rule,
    contradictory_in_order,
    in_production_first,
    summarize,
)
from copilot.tools.rule_findings import as_date, cells, recorded, rule_values
from copilot.types import Calculation, Finding, Table, ToolResult, Value

_NAMED = 5
_ROWS = 50


def report_portfolio(review: Review, projects: Sequence[ProjectFacts], selection: Selection, top: int) -> ToolResult:
    """How many projects are blocked, by which rules and since when, in production first."""
    summary = summarize(review, projects, selection)
    ordered = blocked_in_order(review, summary)
    reading = Reading(review.sources, review.view)
    rules, looked_at = count(len(selection.rules), "rule"), count(len(projects), "project")
    checked = f"{format_quantity(rules)} on {format_quantity(looked_at)}"
    return build_result(
        _Portfolio(review, reading, summary, selection, top).findings(ordered, len(projects)),
        WORDING,
        Computation(
            source=review.view.sources["projects"],
            title="Governance rules on the portfolio",
            locator=", ".join(part for part in (scope(selection.values), checked) if part),
            calculation=_calculation(review, summary, selection),
        ),
        reading,
        Attachments(tables=_tables(review, summary, ordered, top), hidden_rows=review.view.hidden("projects")),
    )


class _Portfolio:
    """One call's report, finding by finding."""

    def __init__(self, review: Review, reading: Reading, summary: Summary, selection: Selection, top: int) -> None:
        self.review, self.reading, self.summary = review, reading, summary
        self.selection, self.top = selection, top

    def cited(self, projects: Iterable[ProjectFacts], rules: Iterable[Rule] = ()) -> tuple[str, ...]:
        rows = self.reading.rows("projects", (project.row for project in projects))
        passages = (self.reading.add(e) for rule in rules for e in self.review.passages(rule))
        return tuple(dict.fromkeys((*rows, *passages)))

    def findings(self, ordered: Sequence[str], looked_at: int) -> Iterator[Finding]:
        summary, top = self.summary, self.top
        if self.selection.are_each:
            for rule in self.selection.rules:
                yield from self._one_rule(rule)
        else:
            yield from self._opening(looked_at)
            yield from self._rules()
            for key in ordered[:top]:
                yield self._blocked(summary.blocked[key])
            yield from shortened(len(ordered), top, "blocked project")
            yield from self._contradictions()
        yield from self._undecided()
        for case in summary.waived[:top]:
            yield self._waiver("waived_rule", case)
        for case in summary.expired_waivers[:top]:
            yield self._waiver("expired_waiver", case)
        if summary.expiring:
            concerned = self.cited(project for _, project, _ in summary.expiring[:top])
            yield expiring_evidence(summary.expiring, top, concerned)
        for rule in {case.rule.id: case.rule for case in summary.upcoming}.values():
            unmet = [case.project for case in summary.upcoming if case.rule.id == rule.id]
            yield coming_rule(rule, count(len(unmet), "project"), self.cited(unmet[:_NAMED], [rule]))
        yield from self.review.stated_otherwise(self.reading, self.selection)
        yield method(self.review, self.selection, count(looked_at, "project"))
        if self.review.view.hidden("projects"):
            yield Finding(kind="hidden", role="caveat")

    def _opening(self, looked_at: int) -> Iterator[Finding]:
        summary = self.summary
        production = [str(p.row["id"]) for p in summary.bound if self.review.stages.is_production(p.facts.get("stage"))]
        yield Finding(
            kind="blocked_projects",
            role="headline",
            values={
                **self.selection.values,
                "blocked": count(len(summary.blocked), "blocked project"),
                "bound": count(len(summary.bound), "project"),
                "production": count(len(production), "project"),
                "production_blocked": count(sum(key in summary.blocked for key in production), "blocked project"),
                "looked_at": count(looked_at, "project"),
            },
            figures=("blocked",),
        )
        if summary.checks("unknown") * 2 > summary.checks():
            values: dict[str, Value] = {
                "unknown": count(summary.checks("unknown"), "check"),
                "checks": count(summary.checks(), "check"),
            }
            yield Finding(kind="mostly_unknown", role="headline", values=values)

    def _one_rule(self, rule: Rule) -> Iterator[Finding]:
        """Which projects do not meet it, of those that it binds."""
        unmet = [case for case in self.summary.unmet if case.rule.id == rule.id]
        cases = in_production_first(self.review.stages, unmet)
        named = cases[: self.top]
        production = [c for c in cases if self.review.stages.is_production(c.project.facts.get("stage"))]
        rows = [(name_of(case.project.row), str(case.project.row.get("stage")), case.since) for case in cases[:_ROWS]]
        yield Finding(
            kind="one_rule",
            subject=rule.id,
            role="headline",
            values={
                **self.selection.values,
                **rule_values(rule),
                "projects": count(len(cases), "project"),
                "bound": count(self.summary.bound_by(rule), "project"),
                "production": count(len(production), "project"),
                "since": min((case.since for case in cases if case.since), default=None),
                "names": tuple(name_of(case.project.row) for case in named),
                "more": count(len(cases) - len(named), "project"),
            },
            figures=("projects",),
            evidence=self.cited((case.project for case in named), [rule]),
            calculation=rule_calculation(rule, "Projects that do not meet it", ("Project", "Stage", "Since"), rows),
        )
        yield from self.review.other_figures(rule)

    def _rules(self) -> Iterator[Finding]:
        ranked = by_rule(self.review.stages, self.summary)
        if ranked:
            yield Finding(
                kind="most_unmet",
                role="headline",
                values={
                    "titles": tuple(rule.title for rule, _ in ranked[:3]),
                    "projects": tuple(count(len(cases), "project") for _, cases in ranked[:3]),
                },
                evidence=self.cited((), (rule for rule, _ in ranked[:3])),
            )
        for rule, cases in ranked[: self.top]:
            named = cases[:_NAMED]
            rows = [
                (name_of(case.project.row), str(case.project.row.get("stage")), case.since) for case in cases[:_ROWS]
            ]
            yield Finding(
                kind="unmet_rule_in_projects",
                subject=rule.id,
                values={
                    **rule_values(rule),
                    "projects": count(len(cases), "project"),
                    "since": min((case.since for case in cases if case.since), default=None),
                    "names": tuple(name_of(case.project.row) for case in named),
                    "more": count(len(cases) - len(named), "project"),
                },
                evidence=self.cited((case.project for case in named), [rule]),
                calculation=rule_calculation(rule, "Projects that do not meet it", ("Project", "Stage", "Since"), rows),
            )
            yield from self.review.other_figures(rule)

    def _blocked(self, cases: Sequence[Case]) -> Finding:
        project = cases[0].project
        return Finding(
            kind="blocked_project",
            subject=cases[0].key,
            values={
                "name": name_of(project.row),
                "stage": str(project.row.get("stage")),
                "unmet": count(len(cases), "blocking rule"),
                "since": cases[0].since,
                "titles": tuple(case.rule.title for case in cases),
            },
            evidence=self.cited([project]),
        )

    def _contradictions(self) -> Iterator[Finding]:
        found = self.summary.contradictions
        if not found:
            return
        places = sum(map(len, found.values()))
        values: dict[str, Value] = {"projects": count(len(found), "project"), "places": count(places, "place")}
        yield Finding(kind="contradictions", values=values)
        for key in contradictory_in_order(self.review.stages, self.summary)[: self.top]:
            yield contradiction(
                self.review, found[key], self.cited([found[key][0].project], (c.rule for c in found[key]))
            )

    def _undecided(self) -> Iterator[Finding]:
        if not self.summary.undecided:
            return
        asked = self.summary.most_asked()[:_NAMED]
        yield Finding(
            kind="undecided_projects",
            values={
                "projects": count(self.summary.undecided, "project"),
                "facts": tuple(column for column, _ in asked),
                "questions": tuple(self.review.gates.questions[column] for column, _ in asked),
                "counts": tuple(count(n, "project") for _, n in asked),
            },
        )

    def _waiver(self, kind: str, case: Case) -> Finding:
        row = case.project.row
        return Finding(
            kind=kind,
            subject=case.key,
            values={
                "name": name_of(case.project.row),
                "titles": (case.rule.title,),
                "waiver": str(row.get("waiver")),
                "until": as_date(row.get("waiver_until")),
            },
            evidence=self.cited([case.project], [case.rule]),
        )


def contradiction(review: Review, cases: Sequence[Case], evidence: tuple[str, ...]) -> Finding:
    """What one record says against policies; each cell with the rule that it contradicts."""
    project = cases[0].project
    said = [(column, case.rule) for case in cases for column in case.rule.record_says]
    return Finding(
        kind="contradiction",
        subject=cases[0].key,
        values={
            "name": name_of(project.row),
            "day": review.today,
            **recorded(review, (column for column, _ in said), project),
            "titles": tuple(rule.title for _, rule in said),
            "sources": tuple(source(rule) for _, rule in said),
            "effective": tuple(rule.effective or "" for _, rule in said),
        },
        evidence=evidence,
    )


def _calculation(review: Review, summary: Summary, selection: Selection) -> Calculation:
    """Of each rule, how many projects meet it."""
    outcomes: tuple[Outcome, ...] = ("unmet", "unknown", "waived", "met")
    rows = [
        (rule.title, rule.severity, *(summary.outcomes[rule.id, outcome] for outcome in outcomes))
        for rule in selection.rules
    ]
    return Calculation(
        method="each rule checked on each project that it binds: met, unmet, waived, or unknown where the records lack "
        "a fact",
        query=f"rules of {FILE} that bind at the stage of a project, on {review.today}",
        inputs=(
            Table(
                title="Projects by rule and outcome",
                columns=("Rule", "Severity", "Unmet", "Unknown", "Waived", "Met"),
                rows=tuple(rows),
            ),
        ),
    )


def _tables(review: Review, summary: Summary, ordered: Sequence[str], top: int) -> tuple[Table, ...]:
    blocked = [
        (key, cases[0].project.row.get("name"), cases[0].project.row.get("unit"),
         cases[0].project.row.get("stage"), len(cases), _day(cases[0].since),
         "; ".join(case.rule.title for case in cases))
        for key in ordered
        for cases in (summary.blocked[key],)
    ]  # fmt: skip
    against = [
        (case.key, case.project.row.get("name"), cells(recorded(review, case.rule.record_says, case.project)),
         _day(review.today), case.rule.title, source(case.rule), _day(case.rule.effective))
        for key in contradictory_in_order(review.stages, summary)
        for case in summary.contradictions[key]
    ]  # fmt: skip
    asked = [(column, review.gates.questions[column], n) for column, n in summary.most_asked()[: max(top, 20)]]
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
