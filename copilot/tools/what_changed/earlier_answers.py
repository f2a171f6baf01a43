"""Which recommendations given before no longer hold: their tool calls made again on today's records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from copilot.analysis.changes import entered
from copilot.errors import ToolError
from copilot.language.formatting import join_and, pluralize, sentence
from copilot.sources import Sources
from copilot.state.conversations import Conversations, Turn, title_of
from copilot.tools.evidence import read_row
from copilot.tools.plan_portfolio import tool as plan_portfolio
from copilot.tools.prioritize_projects import tool as prioritize_projects
from copilot.tools.what_changed.baseline import TURNS_READ
from copilot.tools.what_changed.sections import Line, Section
from copilot.types import Table, ToolResult, Viewer

# As many different recommendations, the newest first, are made again.
_MOST = 8


@dataclass(frozen=True)
class _Recommender:
    arguments: type[BaseModel]
    run: Callable[[Sources, Viewer, Any], ToolResult]
    what: str
    is_ordered: bool
    """Whether the order of what it picks is part of what it recommends."""
    cheaply: Mapping[str, Any]
    """Arguments that leave out what is not compared, such as how firm it is."""


_RECOMMENDERS: Mapping[str, _Recommender] = {
    "prioritize_projects": _Recommender(
        prioritize_projects.Arguments, prioritize_projects.prioritize_projects, "ranking", True, {"draws": 100}
    ),
    "plan_portfolio": _Recommender(
        plan_portfolio.Arguments, plan_portfolio.plan_portfolio, "set", False, {"alternatives": 0}
    ),
}


@dataclass(frozen=True)
class _Given:
    """A recommendation of an earlier answer."""

    turn: Turn
    tool: str
    arguments: dict[str, Any]

    @property
    def day(self) -> date:
        return self.turn.asked_at.date()


@dataclass(frozen=True)
class _Checked:
    given: _Given
    holds: bool
    text: str


def in_answers(sources: Sources, viewer: Viewer) -> Section | None:
    """Each recommendation that no longer holds with what is different, and how many still do; None without any."""
    conversations = sources.conversations
    if conversations is None:
        return None
    given = list(_recommendations(conversations.turns_of(viewer.name, TURNS_READ)))[:_MOST]
    checked = [c for g in given if (c := _check(sources, viewer, conversations, g)) is not None]
    if not checked:
        return None
    gone = [c for c in checked if not c.holds]
    if gone:
        verb = "no longer holds" if len(gone) == 1 else "no longer hold"
        first = f"{pluralize(len(gone), 'recommendation')} of the {len(checked):,} given to you earlier {verb}"
    else:
        first = f"all {pluralize(len(checked), 'recommendation')} given to you earlier still hold on today's records"
        if len(checked) == 1:
            first = "the one recommendation given to you earlier still holds on today's records"
    lines = [Line(sentence(first), "headline"), *(Line(c.text) for c in gone or checked)]
    rows = tuple(
        (c.given.turn.question, c.given.day.isoformat(), c.given.tool, "holds" if c.holds else "no longer holds")
        for c in checked
    )
    table = Table(title="Earlier recommendations", columns=("Question", "Answered", "Tool", "Today"), rows=rows)
    return Section("Earlier recommendations", tuple(lines), (table,))


def _recommendations(turns: Sequence[Turn]) -> Iterator[_Given]:
    """The newest answer to each call, newest first; an answer with two calls of a tool cannot be told apart."""
    seen = set()
    for turn in reversed(turns):
        calls = turn.answer.tool_calls if turn.answer else ()
        for name in _RECOMMENDERS:
            of_tool = [call for call in calls if call.name == name and call.ok]
            if len(of_tool) == 1 and (key := (name, repr(sorted(of_tool[0].arguments.items())))) not in seen:
                seen.add(key)
                yield _Given(turn, name, of_tool[0].arguments)


def _check(sources: Sources, viewer: Viewer, conversations: Conversations, given: _Given) -> _Checked | None:
    tool = _RECOMMENDERS[given.tool]
    about = f"“{title_of(given.turn.question)}”, answered on {given.day.isoformat()}"
    try:
        arguments = tool.arguments.model_validate({**given.arguments, **tool.cheaply})
        again = tool.run(sources, viewer, arguments)
    except (ToolError, ValidationError) as error:
        reason = str(error) if isinstance(error, ToolError) else "its arguments are of an older version"
        return _Checked(given, False, sentence(f"{about}, cannot be computed today: {reason}"))
    title = again.tables[0].title if again.tables else ""
    answer = given.turn.answer
    before = next((t for t in answer.tables if t.title == title), None) if answer else None
    if before is None:
        return None
    most = getattr(arguments, "top", None) if tool.is_ordered else None
    old, new = _picked(before, most), _picked(again.tables[0], most)
    if pair := set(getattr(arguments, "compare", ())):
        old, new = (
            {key: name for key, name in _picked(t, None).items() if key in pair} for t in (before, again.tables[0])
        )
        if len(old) < len(pair):
            # The table of then did not reach down to them.
            return None
    old = {key: name for key, name in old.items() if not _is_withheld(sources, viewer, key)}
    changed = _records_changed(sources, viewer, conversations, given.turn)
    cited = f"; {changed}" if changed else ""
    if old == new or (not tool.is_ordered and set(old) == set(new)):
        return _Checked(given, True, sentence(f"{about}: the {tool.what} is the same today{cited}"))
    return _Checked(given, False, sentence(f"{about}: {_difference(tool, old, new)}{cited}"))


def _is_withheld(sources: Sources, viewer: Viewer, project: str) -> bool:
    """Whether a project is there today and the viewer may not see it any more."""
    records = sources.records
    return (
        records.view(viewer).row("projects", project) is None and records.whole().row("projects", project) is not None
    )


def _picked(table: Table, most: int | None) -> dict[str, str]:
    """Id to name of what was recommended, in order."""
    id, name = table.columns.index("Id"), table.columns.index("Project")
    return {str(row[id]): f"{row[name]} ({row[id]})" for row in table.rows[:most]}


def _difference(tool: _Recommender, old: Mapping[str, str], new: Mapping[str, str]) -> str:
    names = {**old, **new}
    came, left = entered(list(old), list(new)), entered(list(new), list(old))
    parts = [f"{join_and(names[key] for key in came)} would come in"] if came else []
    parts += [f"{join_and(names[key] for key in left)} would fall out"] if left else []
    first, leads = next(iter(old), None), next(iter(new), None)
    if tool.is_ordered and first is not None and leads is not None and first != leads:
        parts.append(f"{names[first]} led then and {names[leads]} leads now")
    return f"the {tool.what} is another today: {join_and(parts) or 'the order has changed'}"


def _records_changed(sources: Sources, viewer: Viewer, conversations: Conversations, turn: Turn) -> str:
    """How many of the records that the answer cited read otherwise today."""
    view = sources.records.view(viewer)
    hashes = {e.id: e.sha256 for e in conversations.evidence_of(turn.answer.id if turn.answer else "")}
    cited = {id.removeprefix("r-"): sha for id, sha in hashes.items() if id.startswith("r-")}
    rows = {key: view.row("projects", key) for key in cited} if view.has("projects") else {}
    found = {key: row for key, row in rows.items() if row is not None}
    currency = sources.workspace.config.currency
    changed = [
        key
        for key, row in found.items()
        if hashlib.sha256(read_row(view, "projects", row, currency).text.encode()).hexdigest() != cited[key]
    ]
    return (
        f"{len(changed):,} of the {pluralize(len(found), 'project record')} it cited read otherwise now"
        if changed
        else ""
    )
