"""What a memo says of money: the benefit and what it rests on, the cost, the payback, and what stays unspent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from copilot.tools.draft_memo.inputs import MemoInputs
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row, left_to_spend, name_of, number_of
from copilot.tools.findings import amount, count
from copilot.tools.linking import fold
from copilot.types import Finding, Value

_BASES = ("measured", "estimated", "assumed")
_MONTHS = 12


def money(basis: MemoInputs) -> Iterator[Told]:
    """Of the projects to be funded; of those asked about where none is."""
    keys = [call.project for call in basis.verdicts("fund")] or list(basis.asked.projects)
    rows = [basis.row(key) for key in keys]
    if not rows:
        return
    cited = basis.reading.rows("projects", rows)
    for finding in (*benefit(basis, rows), *_cost(basis, rows), *payback(rows), *_unspent(basis)):
        yield Told(finding.kind, finding if finding.evidence else finding.model_copy(update={"evidence": cited}))


def benefit(basis: MemoInputs, rows: Sequence[Row]) -> Iterator[Finding]:
    known = [row for row in rows if number_of(row, "expected_benefit") is not None]
    if not known:
        yield Finding(kind="no_benefit_known", values={"names": tuple(map(name_of, rows))})
        return
    missing = tuple(name_of(row) for row in rows if row not in known) or None
    values = {**by_basis(basis.currency, known, "expected"), "missing": missing}
    yield Finding(kind="benefit", values=values)


def by_basis(currency: str, rows: Sequence[Row], which: Literal["expected", "realised"]) -> dict[str, Value]:
    """The benefit a year of rows that record it, and how much of it is measured, estimated or assumed."""
    sums: dict[str, float] = dict.fromkeys(_BASES, 0.0)
    for row in rows:
        of = fold(str(row.get(f"{which}_basis") or ""))
        sums[of] = sums.get(of, 0.0) + (number_of(row, f"{which}_benefit") or 0.0)
    parts = {of: amount(sums[of], currency, 2) for of in _BASES if sums[of]}
    rest = sum(value for of, value in sums.items() if of not in _BASES)
    return {
        "total": amount(sum(sums.values()), currency, 2),
        "bases": tuple(parts),
        "parts": tuple(parts.values()),
        "rest": amount(rest, currency, 2) if rest else None,
        "missing": None,
    }


def _cost(basis: MemoInputs, rows: Sequence[Row]) -> Iterator[Finding]:
    left = [value for row in rows if (value := left_to_spend(row)) is not None]
    if left:
        running = [value for row in rows if (value := number_of(row, "production_budget")) is not None]
        values: dict[str, Value] = {
            "left": amount(sum(left), basis.currency, 2),
            "running": amount(sum(running), basis.currency, 2) if running else None,
        }
        yield Finding(kind="left_to_spend", values=values)
        if (asked := basis.asked.budget) is not None and basis.asked.projects:
            gap = asked - sum(left)
            values = {
                "asked": amount(asked, basis.currency, 2, "assumed"),
                "gap": amount(abs(gap), basis.currency, 2),
                "is_enough": gap >= 0,
            }
            yield Finding(kind="asked_money", values=values)
    yield from no_budget(rows)


def no_budget(rows: Sequence[Row]) -> Iterator[Finding]:
    if unknown := tuple(name_of(row) for row in rows if left_to_spend(row) is None):
        yield Finding(kind="no_budget", values={"names": unknown})


def payback(rows: Sequence[Row]) -> Iterator[Finding]:
    """The months until what is spent from now on has come back, of the projects that record cost and benefit."""
    both = [row for row in rows if left_to_spend(row) is not None and number_of(row, "expected_benefit") is not None]
    months = months_to_return(both)
    if months is None:
        return
    firm = [row for row in both if fold(str(row.get("expected_basis") or "")) in ("measured", "estimated")]
    cautious = months_to_return(both, firm) if len(firm) < len(both) else None
    values: dict[str, Value] = {
        "months": count(months, "month"),
        "cautious": count(cautious, "month") if cautious is not None and cautious != months else None,
        "of": None if len(both) == len(rows) else count(len(both), "project"),
    }
    yield Finding(kind="payback", values=values)


def months_to_return(rows: Sequence[Row], bringing: Sequence[Row] | None = None) -> int | None:
    """Whole months; None where nothing is left to spend, or running costs as much as they bring."""
    cost = sum(left_to_spend(row) or 0.0 for row in rows)
    a_year = sum(number_of(row, "expected_benefit") or 0.0 for row in (rows if bringing is None else bringing))
    a_year -= sum(number_of(row, "production_budget") or 0.0 for row in rows)
    return -int(-cost * _MONTHS // a_year) if cost > 0 and a_year > 0 else None


def _unspent(basis: MemoInputs) -> Iterator[Finding]:
    """What of the budget the best set leaves, and why no more is chosen."""
    plan, budget = basis.plan, basis.asked.budget
    if plan is None or budget is None or budget - plan.cost <= 0:
        return
    reasons = Counter(reason.kind for reason in plan.options.bars.values())
    limit = plan.limits.most_projects
    values: dict[str, Value] = {
        "gap": amount(budget - plan.cost, basis.currency, 2),
        "budget": amount(budget, basis.currency, 2, "assumed"),
        "limit": count(limit, "project") if limit is not None and len(plan.chosen) >= limit else None,
        "blocked": _counted(reasons["blocked"]),
        "no_cost": _counted(reasons["no_cost"]),
        "not_scored": _counted(reasons["not_scored"]),
        "dependency": _counted(reasons["dependency"] + reasons["hidden"]),
    }
    yield Finding(kind="unspent", values=values, evidence=basis.carried)


def _counted(projects: int) -> Value:
    return count(projects, "project") if projects else None
