"""What a funding memo says of money: what is left to spend, and what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.tools.draft_memo.inputs import Basis, name_of
from copilot.tools.draft_memo.template import Told
from copilot.tools.evidence import Row
from copilot.tools.findings import amount
from copilot.tools.project_record.tool import Arguments, project_record
from copilot.types import Finding, Value

_TOLD = 6


def money(basis: Basis) -> Iterator[Told]:
    """Nothing for a prioritization memo, whose portfolio says what it costs."""
    if not basis.asked.projects:
        return
    for key in basis.proposed:
        found = basis.take(project_record(basis.sources, basis.viewer, Arguments(project=key, aspects=["money"])))
        yield from basis.about(key, f"money:{key}", found[:_TOLD])
    yield from (Told("together", finding) for finding in _together(basis))


def _together(basis: Basis) -> Iterator[Finding]:
    """What the projects still need against what there is; nothing where neither is known."""
    rows = [basis.row(key) for key in basis.proposed]
    left = {str(row["id"]): _left(row) for row in rows}
    known = [amount for amount in left.values() if amount is not None]
    cited = basis.reading.rows("projects", rows)
    if known:
        total = amount(sum(known), basis.currency, 2)
        yield Finding(kind="left_to_spend", values={"left": total}, evidence=cited)
        if (asked := basis.asked.budget) is not None:
            gap = asked - total.value
            values: dict[str, Value] = {
                "asked": amount(asked, basis.currency, 2, "assumed"),
                "gap": amount(abs(gap), basis.currency, 2),
                "is_enough": gap >= 0,
            }
            yield Finding(kind="asked_money", values=values, evidence=cited)
    unknown = tuple(name_of(row) for row in rows if left[str(row["id"])] is None)
    if unknown:
        yield Finding(kind="no_budget", values={"names": unknown}, evidence=cited)


def _left(row: Row) -> float | None:
    budget, spend = row.get("budget"), row.get("spend")
    if not isinstance(budget, int | float):
        return None
    return max(float(budget) - (float(spend) if isinstance(spend, int | float) else 0.0), 0.0)
