"""How the best set of projects may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.budgets import budget
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """The best set under the limits that are named; what must be in or out is named by its role."""
    given = budget(asked)
    said = {"budget": given.amount, "budget_change": given.share, "budget_added": given.added}
    arguments: dict[str, object] = {name: value for name, value in said.items() if value is not None}
    if asked.limit:
        arguments["most_projects"] = asked.limit
    out = [x.key for x in asked.records("projects", roles=("not",))]
    kept = [x.key for x in asked.records("projects") if x.key not in out]
    arguments |= {"exclude": out} if out else {}
    arguments |= {"must_have": kept} if kept else {}
    filters = [f for f in asked.filters("projects") if f["column"] not in ("id", "budget")]
    if filters := [f for f in filters if not given.says(f.get("value"))]:
        arguments["filters"] = filters
    shares, factors = asked.weight_changes()
    arguments |= {"weights": shares} if shares else {}
    arguments |= {"weight_changes": factors} if factors else {}
    under = f" under {given.phrase}" if given.phrase else ""
    yield Call("plan_portfolio", arguments, f"the best set of projects{under}")
