"""What the governance rules say of the projects: what is blocked by which clause, who approves, what ends when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from copilot.gates.rules import FILE
from copilot.sources import Sources
from copilot.stages import Stages
from copilot.tools.governance import Review, Selection, open_review, source
from copilot.tools.governance_summary import Case, Summary, blocked_in_order, by_rule, summarize
from copilot.types import Cell, Table, Viewer


@dataclass(frozen=True)
class Governance:
    projects: int
    bound: int
    """Projects that at least one rule binds."""
    blocked_projects: int
    blocked: Table
    """A row for each blocking rule that a project does not meet; its first column is the project's id."""
    rules: Table
    """The rules that block, those that block most first."""
    waivers: Table
    expiring: Table
    asked: Table
    """Facts that would settle what is unknown."""
    hidden: int


def read_governance(sources: Sources, viewer: Viewer, unit: str = "") -> Governance | None:
    """The rules on the projects of a unit, or on all; None where the workspace has no rules or no projects."""
    view = sources.records.view(viewer)
    if not view.has("projects") or not (sources.workspace.root / FILE).is_file():
        return None
    review = open_review(sources, viewer)
    projects = [p for p in review.projects if not unit or p.facts.get("unit") == unit.casefold()]
    summary = summarize(review, projects, Selection(review.gates.rules))
    cases = [case for key in blocked_in_order(review, summary) for case in summary.blocked[key]]
    return Governance(
        projects=len(projects),
        bound=len(summary.bound),
        blocked_projects=len(summary.blocked),
        blocked=_table("Blocked", _BLOCKED, (_blocked(case) for case in cases)),
        rules=_table(
            "By rule", ("Rule", "Clause", "Projects", "Approved by", "Control"), _by_rule(review.stages, summary)
        ),
        waivers=_table("Waivers", ("Id", "Project", "Rule", "Waiver", "Until", "State"), _waivers(summary)),
        expiring=_table("Evidence due", ("Id", "Project", "Rule", "Counts until"), _expiring(summary)),
        asked=_table("Facts to ask for", ("Question", "Projects"), _asked(review, summary)),
        hidden=view.hidden("projects"),
    )


_BLOCKED = ("Id", "Project", "Unit", "Stage", "Rule", "Clause", "Approved by", "Since")


def _table(title: str, columns: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Table:
    return Table(title=title, columns=columns, rows=tuple(rows))


def _cell(case: Case, column: str) -> str | None:
    value = case.project.row.get(column)
    return None if value is None else str(value).replace("_", " ")


def _blocked(case: Case) -> tuple[Cell, ...]:
    since = case.since.isoformat() if case.since else None
    approvers = ", ".join(case.rule.approvers) or None
    where = (_cell(case, "name"), _cell(case, "unit"), _cell(case, "stage"))
    return (case.key, *where, case.rule.title, source(case.rule), approvers, since)


def _by_rule(stages: Stages, summary: Summary) -> Iterator[tuple[Cell, ...]]:
    for rule, cases in by_rule(stages, summary):
        yield rule.title, source(rule), len(cases), ", ".join(rule.approvers) or None, rule.controls or None


def _waivers(summary: Summary) -> Iterator[tuple[Cell, ...]]:
    for state, cases in (("ended", summary.expired_waivers), ("in force", summary.waived)):
        for case in cases:
            said = (_cell(case, "waiver"), _cell(case, "waiver_until"))
            yield case.key, _cell(case, "name"), case.rule.title, *said, state


def _expiring(summary: Summary) -> Iterator[tuple[Cell, ...]]:
    for day, project, rule in summary.expiring:
        yield str(project.row["id"]), str(project.row.get("name") or ""), rule.title, day.isoformat()


def _asked(review: Review, summary: Summary) -> Iterator[tuple[Cell, ...]]:
    for column, projects in summary.most_asked():
        yield review.gates.questions[column], projects
