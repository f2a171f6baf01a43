"""How a memo may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """About the projects that are named, else a ranking of all candidates, under a budget where one is named."""
    arguments: dict[str, object] = {}
    if projects := asked.records("projects"):
        arguments["projects"] = [x.key for x in projects]
    if (budget := asked.amount()) is not None:
        arguments["budget"] = budget
    if asked.limit:
        arguments["top"] = min(asked.limit, 20)
    if unit := asked.unit():
        arguments["unit"] = unit
    shares, factors = asked.weight_changes()
    arguments |= {"weights": shares} if shares else {}
    arguments |= {"weight_changes": factors} if factors else {}
    about = " and ".join(x.name or x.key for x in projects) or "the candidates"
    yield Call("draft_memo", arguments, f"memo on {about}")
