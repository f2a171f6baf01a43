"""How a ranking may be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.vocabulary import ENDING
from copilot.language.words import stems, words
from copilot.reading.asked import Asked, as_argument
from copilot.reading.call import Call
from copilot.records.conditions import Filter

_MOST = 5
"""So many are told where no number is said."""


def asks_the_end(asked: Asked) -> bool:
    """Whether the last are asked for, "which three can I stop?"; what says of which projects says nothing of that, as
    "the stopped ones"."""
    of_rows = asked.reading.of("filter", "scope", "not", "among", "measure")
    said = [w for w in words(asked.text) if not any(s.start <= w.start < s.end for s in of_rows)]
    return any(w.stem in ENDING for w in said)


def without_ending(asked: Asked, conditions: Sequence[Filter]) -> list[Filter]:
    """The conditions without that of having ended, where its word says what is to be done, not of which rows: "which
    three can I stop?"."""
    of_rows = {stem for span in asked.reading.of("filter", "scope", "not", "among") for stem in stems(span.text)}
    ended = asked.sources.workspace.config.stages.has_ended
    if of_rows & ENDING:
        return list(conditions)
    return [c for c in conditions if not (c.column == "stage" and all(map(ended, _values(c))))]


def _values(condition: Filter) -> tuple[object, ...]:
    return condition.value if isinstance(condition.value, tuple) else (condition.value,)


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
