"""How a ranking may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked
from copilot.reading.call import Call


def calls(asked: Asked) -> Iterator[Call]:
    """A ranking of all candidates, of those that meet conditions, or of two against each other."""
    named = asked.records("projects")
    compared = [x.key for x in named][:2] if len(named) >= 2 else []
    rows = asked.of_table("projects")
    arguments: dict[str, object] = {}
    if compared:
        arguments["compare"] = compared
    elif filters := [f for f in asked.filters("projects") if f["column"] != "id"]:
        arguments["filters"] = filters
    if asked.limit:
        arguments["top"] = asked.limit
    shares, factors = asked.weight_changes()
    arguments |= {"weights": shares} if shares else {}
    arguments |= {"weight_changes": factors} if factors else {}
    phrase = " against ".join(x.name or x.key for x in named[:2]) if compared else "the candidates"
    yield Call("prioritize_projects", arguments, f"ranking of {phrase} by all criteria", unresolved=rows.unresolved)
