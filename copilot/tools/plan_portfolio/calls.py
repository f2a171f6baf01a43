"""How the best set of projects may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """The best set under the limits that are named; what must be in or out is named by its role."""
    arguments: dict[str, object] = {}
    if (budget := asked.amount()) is not None:
        arguments["budget"] = budget
    if asked.limit:
        arguments["most_projects"] = asked.limit
    out = [x.key for x in asked.records("projects", roles=("not",))]
    kept = [x.key for x in asked.records("projects") if x.key not in out]
    arguments |= {"exclude": out} if out else {}
    arguments |= {"must_have": kept} if kept else {}
    if filters := [f for f in asked.filters("projects") if f["column"] not in ("id", "budget")]:
        arguments["filters"] = filters
    shares, factors = asked.weight_changes()
    arguments |= {"weights": shares} if shares else {}
    arguments |= {"weight_changes": factors} if factors else {}
    under = f" under {budget:,.0f}" if budget is not None else ""
    yield Call("plan_portfolio", arguments, f"the best set of projects{under}")
