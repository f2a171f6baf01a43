"""How a memo may be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from copilot.reading.asked import Asked, as_argument
from copilot.reading.call import Call
from copilot.reading.certainty import DOUBTED, HARDLY
from copilot.reading.columns import PROJECTS
from copilot.reading.names import UNIT
from copilot.reading.question import Links, Span
from copilot.reading.reader import read
from copilot.tools.prioritize_projects.calls import asks_the_end
from copilot.tools.prioritize_projects.calls import calls as of_ranking

_OF_CANDIDATES = ("prioritize_projects", "plan_portfolio", "draft_memo")
"""What a subject asks for, read by itself, where the memo decides on it."""


def _is_free(topic: Span) -> bool:
    """Whether a subject, read by itself, asks for something else than which projects come first."""
    tools = read(topic.text, Links((), (), ())).tools
    return max(tools, key=lambda name: tools[name]) not in _OF_CANDIDATES


def _kept(asked: Asked) -> list[dict[str, Any]]:
    """The conditions on projects that the question surely names, more surely than on other rows, but for a unit."""
    first = next(iter(asked.readings), None)
    rows = next((r for r in asked.readings if r.table == PROJECTS), None)
    if first is None or rows is None:
        return []
    # The words that ask for a memo make a reading of rows less probable; one that leaves nothing out is meant.
    least = DOUBTED if rows.unresolved else HARDLY
    if rows.certainty < max(least, first.certainty):
        return []
    return [as_argument(c) for c in rows.conditions if c.column != UNIT]


def calls(asked: Asked) -> Iterator[Call]:
    """About the projects that are named, else a ranking of all candidates, under a budget where one is named; none
    where another subject is named, which this memo does not decide."""
    if asks_the_end(asked) and not asked.records("projects"):
        # What to fund is what a memo decides; what to stop the end of the ranking shows.
        yield from of_ranking(asked)
        return
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
    if not projects and (rows := _kept(asked)):
        arguments["filters"] = rows
    if not arguments and (asked.is_of_other_rows or any(map(_is_free, asked.reading.of("topic")))):
        return
    about = " and ".join(x.name or x.key for x in projects) or "the candidates"
    yield Call("draft_memo", arguments, f"memo on {about}")
