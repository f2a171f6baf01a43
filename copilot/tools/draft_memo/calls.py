"""How a memo may be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from copilot.language.vocabulary import ENDING
from copilot.language.words import stems
from copilot.reading.asked import Asked, as_argument
from copilot.reading.call import Call
from copilot.reading.certainty import DOUBTED, HARDLY
from copilot.reading.columns import PROJECTS
from copilot.reading.names import UNIT
from copilot.reading.question import Link, Links
from copilot.reading.reader import read
from copilot.records.conditions import Filter
from copilot.tools.draft_memo.meant import OTHER, meant
from copilot.tools.draft_memo.tool import PURPOSES
from copilot.tools.ending import without_ending

_OF_CANDIDATES = ("prioritize_projects", "plan_portfolio", "draft_memo")
"""What a subject asks for, read by itself, where the memo decides on it."""
CONTINUED = 0.6
"""From so probable on a follow-up says what for; else what it continues does."""
SURELY_OTHER = 0.5
"""From so probable on no memo is wanted."""


def _is_of_documents(asked: Asked) -> bool:
    """Whether a subject, read by itself, asks for something else than which projects come first."""
    read_alone = (read(topic.text, Links((), (), ())).tools for topic in asked.reading.of("topic"))
    return any(max(tools, key=lambda name: tools[name]) not in _OF_CANDIDATES for tools in read_alone)


def _kept(asked: Asked) -> list[Filter]:
    """The conditions on projects that the question surely names, more surely than on other rows, but for a unit."""
    first = next(iter(asked.readings), None)
    rows = next((r for r in asked.readings if r.table == PROJECTS), None)
    if first is None or rows is None:
        return []
    # The words that ask for a memo make a reading of rows less probable; one that leaves nothing out is meant.
    least = DOUBTED if rows.unresolved else HARDLY
    if rows.certainty < max(least, first.certainty):
        return []
    return [c for c in rows.conditions if c.column != UNIT]


def _said(asked: Asked) -> list[Filter]:
    """The conditions of parts that say of which rows; the words of stopping make any reading of them less sure."""
    is_said = any(not ENDING & {*stems(span.text)} for span in asked.reading.of("filter", "not"))
    return [c for c in asked.of_table(PROJECTS).conditions if c.column != UNIT] if is_said else []


def _purpose(asked: Asked) -> str:
    """What the memo is for, `OTHER` where a text is wanted that no memo is; empty where an earlier question tells."""
    probable = meant(asked.text)
    likeliest = max(probable, key=lambda name: probable[name])
    least = CONTINUED if asked.is_continued else SURELY_OTHER if likeliest == OTHER else 0.0
    if probable[likeliest] >= least:
        return likeliest
    return "" if asked.is_continued else max(PURPOSES, key=lambda name: probable[name])


def calls(asked: Asked) -> Iterator[Call]:
    """About the projects that are named, else a ranking of all candidates, under a budget where one is named; none
    where another subject is named, which no memo on projects tells."""
    projects, reader = _projects(asked), _reader(asked)
    rows = [] if projects else [c for c in _kept(asked) if reader is None or c.value != reader.key]
    unit = asked.unit()
    arguments: dict[str, Any] = {"projects": projects} if projects else {}
    arguments |= {"unit": unit} if unit else {}
    wanted = _purpose(asked)
    if wanted == OTHER:
        return
    if wanted == "stop":
        rows = without_ending(asked, rows or ([] if projects else _said(asked)))
    if rows:
        arguments["filters"] = [as_argument(c) for c in rows]
    if wanted in ("fund", "") and (budget := asked.amount()) is not None:
        arguments["budget"] = budget
    if wanted != "status":
        arguments |= _weighed(asked)
    if not arguments and (asked.is_of_other_rows or (wanted != "stop" and _is_of_documents(asked))):
        return
    if wanted in ("stop", "status") or (wanted and asked.is_continued):
        arguments["purpose"] = wanted
    if reader is not None:
        arguments["addressee"] = reader.name or reader.key
    is_of_some = any(name in arguments for name in ("projects", "unit", "filters"))
    # A memo on all projects is not what was asked for where a subject is named that the records do not have.
    left = () if is_of_some else asked.of_table(PROJECTS).unresolved
    yield Call("draft_memo", arguments, _phrase(asked, wanted), unresolved=left)


def _projects(asked: Asked) -> list[str]:
    """The projects that are named, or whose models are."""
    keys = [x.key for x in asked.records("projects")]
    models = (asked.view.row("models", x.key) for x in asked.records("models"))
    keys += [str(row["project_id"]) for row in models if row and row.get("project_id")]
    return list(dict.fromkeys(keys))


def _reader(asked: Asked) -> Link | None:
    """The person or body of the records that the memo is said to be to, or for; None where none is."""
    for link in asked.links.links:
        if link.kind == "person" or (link.kind == "value" and link.column == "body"):
            before = asked.text[: link.start].lower().removesuffix("the ").rstrip()
            if before.endswith((" to", " for")):
                return link
    return None


def _weighed(asked: Asked) -> dict[str, Any]:
    """How many are asked for, and by which weights."""
    shares, factors = asked.weight_changes()
    found: dict[str, Any] = {"top": min(asked.limit, 20)} if asked.limit else {}
    found |= {"weights": shares} if shares else {}
    return found | ({"weight_changes": factors} if factors else {})


def _phrase(asked: Asked, wanted: str) -> str:
    named = " and ".join(x.name or x.key for x in asked.records("projects", "models"))
    about = {"stop": "what to stop among ", "status": "how they stand, of "}.get(wanted, "")
    return f"memo on {about}{named or ('all projects' if wanted == 'status' else 'the candidates')}"
