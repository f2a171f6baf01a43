"""How a ranking may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.reading.asked import Asked, as_argument
from copilot.reading.call import Call
from copilot.tools.ending import asks_the_end, without_ending

_MOST = 5
"""So many are told where no number is said."""


def calls(asked: Asked) -> Iterator[Call]:
    """A ranking of all candidates, of those that meet conditions, or of two against each other."""
    named = asked.records("projects")
    compared = [x.key for x in named][:2] if len(named) >= 2 else []
    rows = asked.of_table("projects")
    arguments: dict[str, object] = {}
    is_end = not compared and asks_the_end(asked)
    conditions = without_ending(asked, rows.conditions) if is_end else rows.conditions
    if compared:
        arguments["compare"] = compared
    elif filters := [as_argument(c) for c in conditions if c.column != "id"]:
        arguments["filters"] = filters
    if asked.limit or is_end:
        most = 1 if asked.reading.shape == "name" else _MOST
        arguments["bottom" if is_end else "top"] = asked.limit or most
    shares, factors = asked.weight_changes()
    arguments |= {"weights": shares} if shares else {}
    arguments |= {"weight_changes": factors} if factors else {}
    phrase = " against ".join(x.name or x.key for x in named[:2]) if compared else "the candidates"
    first = "the last of the ranking" if is_end else "ranking"
    yield Call("prioritize_projects", arguments, f"{first} of {phrase} by all criteria", unresolved=rows.unresolved)
