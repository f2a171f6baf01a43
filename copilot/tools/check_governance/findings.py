"""What both reports tell of a rule: how it was checked, what comes, what expires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from copilot.gates.conditions import as_text
from copilot.gates.facts import ProjectFacts
from copilot.gates.rules import FILE, Rule
from copilot.language.formatting import format_value
from copilot.tools.evidence import name_of
from copilot.tools.findings import amount, count
from copilot.tools.governance import EXPIRING_DAYS, Review, Selection
from copilot.tools.rule_findings import rule_values
from copilot.types import Calculation, Finding, Quantity, Table, Value


def rule_calculation(rule: Rule, title: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Calculation:
    """How a rule was checked: its conditions, and what they were held against."""
    conditions = {"applies where": as_text(rule.applies), "requires": as_text(rule.requires)}
    if rule.validity_days:
        conditions["evidence is in force for"] = format_value(count(rule.validity_days, "day"))
    shown = tuple(tuple(None if v is None else format_value(v) for v in row) for row in rows)
    return Calculation(
        method=f"rule {rule.id} of {FILE}",
        query="; ".join(f"{what} {text}" for what, text in conditions.items() if text),
        inputs=(Table(title=title, columns=tuple(columns), rows=shown),),
    )


def coming_rule(rule: Rule, projects: Quantity | None, evidence: tuple[str, ...]) -> Finding:
    """An unmet rule whose source does not apply yet; `projects` are those that do not meet it, of several."""
    values = {**rule_values(rule), "effective": rule.effective, "status": rule.status, "projects": projects}
    return Finding(kind="coming_rule", subject=rule.id, values=values, evidence=evidence)


def expiring_evidence(
    ends: Sequence[tuple[date, ProjectFacts, Rule]], top: int, evidence: tuple[str, ...], of: str | None = None
) -> Finding:
    """Evidence that counts today and will not at the end of the period looked at; `of` is the one project it is of."""
    return Finding(
        kind="expiring_evidence",
        values={
            "of": of,
            "pieces": count(len(ends), "piece"),
            "days": count(EXPIRING_DAYS, "day"),
            "names": tuple(name_of(project.row) for _, project, _ in ends[:top]),
            "until": tuple(day for day, _, _ in ends[:top]),
            "titles": tuple(rule.title for _, _, rule in ends[:top]),
        },
        evidence=evidence,
    )


def shortened(total: int, told: int, noun: str) -> Iterator[Finding]:
    """That not all of so many things are told one by one."""
    if total > told:
        yield Finding(kind="shortened", role="caveat", values={"total": count(total, noun), "told": amount(told)})


def method(review: Review, selection: Selection, projects: Quantity | None) -> Finding:
    rules = count(len(selection.rules), "rule")
    return Finding(kind="method", role="method", values={"rules": rules, "projects": projects, "day": review.today})
