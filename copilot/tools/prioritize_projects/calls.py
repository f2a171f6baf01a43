"""How a ranking may be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.language.vocabulary import ENDING
from copilot.language.words import words
from copilot.reading.asked import Asked
from copilot.reading.call import Call

_MOST = 5
"""So many are told where no number is said."""


def asks_the_end(asked: Asked) -> bool:
    """Whether the last are asked for, "which three can I stop?"; what says of which projects says nothing of that, as
    "the stopped ones"."""
    of_rows = asked.reading.of("filter", "scope", "not", "among", "measure")
    said = [w for w in words(asked.text) if not any(s.start <= w.start < s.end for s in of_rows)]
    return any(w.stem in ENDING for w in said)


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
    is_end = not compared and asks_the_end(asked)
    if asked.limit or is_end:
        most = 1 if asked.reading.shape == "name" else _MOST
        arguments["bottom" if is_end else "top"] = asked.limit or most
    shares, factors = asked.weight_changes()
    arguments |= {"weights": shares} if shares else {}
    arguments |= {"weight_changes": factors} if factors else {}
    phrase = " against ".join(x.name or x.key for x in named[:2]) if compared else "the candidates"
    first = "the last of the ranking" if is_end else "ranking"
    yield Call("prioritize_projects", arguments, f"{first} of {phrase} by all criteria", unresolved=rows.unresolved)
