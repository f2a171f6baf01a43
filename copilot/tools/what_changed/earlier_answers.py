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
from copilot.sources import Sources
from copilot.state.conversations import Conversations, title_of
from copilot.state.turns import Turn
from copilot.tools.evidence import read_row
from copilot.tools.findings import count
from copilot.tools.plan_portfolio import tool as plan_portfolio
from copilot.tools.prioritize_projects import tool as prioritize_projects
from copilot.tools.what_changed.baseline import TURNS_READ, Baseline
from copilot.tools.what_changed.sections import Section, section
from copilot.types import Finding, Table, ToolResult, Value, Viewer

# As many different recommendations, the newest first, are made again.
_MOST = 8


@dataclass(frozen=True)
class _Recommender:
    arguments: type[BaseModel]
    run: Callable[[Sources, Viewer, Any], ToolResult]
    kind: str
    """Of the findings that each name one project that is recommended."""
    what: str
    is_ordered: bool
    """Whether the order of what it picks is part of what it recommends."""
    cheaply: Mapping[str, Any]
    """Arguments that leave out what is not compared, such as how firm it is."""


_RECOMMENDERS: Mapping[str, _Recommender] = {
    "prioritize_projects": _Recommender(
        prioritize_projects.Arguments, prioritize_projects.prioritize_projects, "reason", "ranking", True,
        {"draws": 100},
    ),
    "plan_portfolio": _Recommender(
        plan_portfolio.Arguments, plan_portfolio.plan_portfolio, "chosen", "set", False, {"alternatives": 0}
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Given:
    """A recommendation of an earlier answer."""

    turn: Turn
    tool: str
    arguments: dict[str, Any]

    @property
    def day(self) -> date:
        return self.turn.asked_at.date()


def in_answers(sources: Sources, viewer: Viewer, baseline: Baseline) -> Section | None:
    """Each recommendation that no longer holds with what is different, and how many still do; None without any."""
    conversations = sources.conversations
    if conversations is None:
        return None
    given = list(_recommendations(conversations.turns_of(viewer.name, TURNS_READ)))[:_MOST]
    checked = [(g, f) for g in given if (f := _check(sources, viewer, conversations, g)) is not None]
    if not checked:
        return None
    gone = [finding for _, finding in checked if not finding.values["holds"]]
    first = Finding(
        kind="recommendations",
        values={"given": count(len(checked), "recommendation"), "gone": count(len(gone), "recommendation")},
        figures=("gone",),
    )
    rows = tuple(
        (g.turn.question, g.day.isoformat(), g.tool, "holds" if f.values["holds"] else "no longer holds")
        for g, f in checked
    )
    table = Table(title="Earlier recommendations", columns=("Question", "Answered", "Tool", "Today"), rows=rows)
    told = gone or [finding for _, finding in checked]
    return section(first, told, "The calls of earlier answers, made again on today's records", baseline, [table])


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


def _check(sources: Sources, viewer: Viewer, conversations: Conversations, given: _Given) -> Finding | None:
    """Whether a recommendation holds today; None where what it picked is not on record."""
    tool = _RECOMMENDERS[given.tool]
    about: dict[str, Value] = {"question": title_of(given.turn.question), "answered": given.day, "what": tool.what}
    before = _picked(conversations.findings_of(given.turn.id, viewer.name, given.tool), tool.kind)
    try:
        arguments = tool.arguments.model_validate({**given.arguments, **tool.cheaply})
        now = _picked(tool.run(sources, viewer, arguments).findings, tool.kind)
    except (ToolError, ValidationError) as error:
        reason = str(error) if isinstance(error, ToolError) else "its arguments are of an older version"
        return Finding(kind="not_repeatable", subject=given.tool, values={**about, "holds": False, "reason": reason})
    old = {key: name for key, name in before.items() if not _is_withheld(sources, viewer, key)}
    if not before or not old:
        return None
    is_same = list(old) == list(now) if tool.is_ordered else set(old) == set(now)
    names = {**old, **now}
    leaders = tuple(names[next(iter(side))] for side in (old, now) if side) if tool.is_ordered else ()
    return Finding(
        kind="recommendation",
        subject=given.tool,
        values={
            **about,
            "holds": is_same,
            "came_in": tuple(names[key] for key in entered(list(old), list(now))),
            "fell_out": tuple(names[key] for key in entered(list(now), list(old))),
            "leaders": leaders if len(set(leaders)) > 1 else (),
            **_records_changed(sources, viewer, conversations, given.turn),
        },
    )


def _picked(findings: Sequence[Finding], kind: str) -> dict[str, str]:
    """Id to name of what was recommended, in order; of two compared the one ahead."""
    found = [f for f in findings if f.kind == "comparison"] or [f for f in findings if f.kind == kind]
    return {f.subject: str(f.values["ahead" if f.kind == "comparison" else "name"]) for f in found}


def _is_withheld(sources: Sources, viewer: Viewer, project: str) -> bool:
    """Whether a project is there today and the viewer may not see it any more."""
    records = sources.records
    return (
        records.view(viewer).row("projects", project) is None and records.whole().row("projects", project) is not None
    )


def _records_changed(sources: Sources, viewer: Viewer, conversations: Conversations, turn: Turn) -> dict[str, Value]:
    """How many of the records that the answer cited read otherwise today."""
    view = sources.records.view(viewer)
    hashes = {e.id: e.sha256 for e in conversations.evidence_of(turn.id, viewer.name)}
    cited = {id.removeprefix("r-"): sha for id, sha in hashes.items() if id.startswith("r-")}
    rows = {key: view.row("projects", key) for key in cited} if view.has("projects") else {}
    found = {key: row for key, row in rows.items() if row is not None}
    texts = {key: read_row(view, "projects", row).text for key, row in found.items()}
    changed = [key for key, text in texts.items() if hashlib.sha256(text.encode()).hexdigest() != cited[key]]
    return {"changed_records": count(len(changed), "project record"), "cited": count(len(found), "project record")}
