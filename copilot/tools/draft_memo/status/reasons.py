"""What the records show against the projects, one by one, what the rules ask of them, and what falls due."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.memos.memo import VERDICTS
from copilot.tools.draft_memo.gates import blocking_rules, blocking_today
from copilot.tools.draft_memo.standing import findings, model_levels
from copilot.tools.draft_memo.status.inputs import StatusInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import name_of
from copilot.tools.findings import amount, count, listed
from copilot.tools.rule_findings import rule_values
from copilot.types import Finding, Value

_TOLD = 20
"""Projects that are told one by one."""
_RULES, _INCIDENTS = 1, 2
"""Told on the first page."""


def reasons(status: StatusInputs) -> Iterator[Told]:
    """Of each project that is not on track what the records show against it; of few all that they show."""
    if status.is_of_few:
        yield from _in_full(status)
        return
    rows = status.of("blocked", "off_track", "at_risk")
    for row in rows[:_TOLD]:
        key = str(row["id"])
        for n, finding in enumerate(findings(status.basis, status.standings[key])):
            yield Told(f"why:{key}", finding, "" if n else f"{name_of(row)}, {VERDICTS[status.state(row)].lower()}: ")
    if len(rows) > _TOLD:
        values: dict[str, Value] = {"more": count(len(rows) - _TOLD, "further project")}
        yield Told("why:more", Finding(kind="further_projects", values=values))


def _in_full(status: StatusInputs) -> Iterator[Told]:
    """How their models stand, which rules block them, and what else there is, of each."""
    basis = status.basis
    leads = {str(row["id"]): "" if len(status.rows) == 1 else f"{name_of(row)}: " for row in status.rows}
    for row in status.rows:
        for finding in model_levels(basis, row):
            yield Told(f"model:{finding.subject}", finding, leads[str(row["id"])])
    yield from blocking_today(basis)
    for key, lead in leads.items():
        told = (f for f in findings(basis, status.standings[key]) if f.kind not in ("unmet", "fallen"))
        yield from (Told(f"why:{key}:{finding.kind}:{n}", finding, lead) for n, finding in enumerate(told))


def conditions(status: StatusInputs) -> Iterator[Told]:
    """What a board must know of risks, and which days come up."""
    if not status.is_of_few:
        yield from _rules(status)
        yield from _models(status)
        yield from _incidents(status)
    yield from _dues(status)


def _rules(status: StatusInputs) -> Iterator[Told]:
    """The rules that block most projects, and who approves each."""
    for rule, rows, cited in blocking_rules(status.basis)[:_RULES]:
        values = {
            **rule_values(rule),
            "projects": count(len(rows), "project"),
            "approvers": tuple(rule.approvers) or None,
        }
        yield Told(f"rule:{rule.id}", Finding(kind="blocking_rule", values=values, evidence=cited))


def _models(status: StatusInputs) -> Iterator[Told]:
    """How many models stand below their validated level, and which is the furthest."""
    fallen = [(standing, health) for standing in status.standings.values() for health in standing.fallen]
    if fallen:
        standing, health = min(fallen, key=lambda pair: pair[1].points or 0.0)
        told = next(f for f in findings(status.basis, standing) if f.values.get("model") == health.title)
        values = {**told.values, "models": count(len(fallen), "model"), "name": name_of(standing.row)}
        values["more"] = len(fallen) > 1
        yield Told("models_low", Finding(kind="models_low", values=values, evidence=told.evidence))


def _incidents(status: StatusInputs) -> Iterator[Told]:
    """The gravest incidents that are open."""
    rows = [incident for standing in status.standings.values() for incident in standing.incidents]
    gravest = sorted(rows, key=lambda row: (row.get("severity") is None, row.get("severity"), str(row.get("date"))))
    if gravest:
        values: dict[str, Value] = {
            "open": count(len(rows), "incident"),
            "is_many": len(rows) > 1,
            "titles": listed([str(row.get("title") or row["id"]).rstrip(".") for row in gravest], _INCIDENTS),
        }
        cited = status.basis.reading.rows("incidents", gravest[:_INCIDENTS])
        yield Told("incidents", Finding(kind="open_incidents", values=values, evidence=cited))


def _dues(status: StatusInputs) -> Iterator[Told]:
    """What has been overdue for longest, and what falls due next."""
    found = [(due, row) for row in status.rows for due in status.dues.get(str(row["id"]), ())]
    found.sort(key=lambda pair: pair[0].day)
    today = status.basis.sources.today
    for kind, dues in (
        ("overdue", [pair for pair in found if pair[0].day < today]),
        ("next_due", [pair for pair in found if pair[0].day >= today]),
    ):
        if dues:
            due, row = dues[0]
            values: dict[str, Value] = {
                "day": due.day,
                "what": due.what,
                "name": name_of(row),
                "owner": str(row.get("owner") or "") or None,
                "more": amount(len(dues) - 1) if len(dues) > 1 else None,
                "last": dues[-1][0].day,
            }
            record = status.basis.reading.row("projects", row)
            yield Told(kind, Finding(kind=kind, values=values, evidence=(record,)))
