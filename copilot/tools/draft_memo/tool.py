"""Drafts a memo that asks for a decision or reports: what to fund, what to stop, or how projects stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.memos.memo import Memo, SectionName
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.draft_memo.drafting import Drafting, result, written
from copilot.tools.draft_memo.funding import funding
from copilot.tools.draft_memo.inputs import Request, of_unit, resolved
from copilot.tools.draft_memo.status.report import reporting
from copilot.tools.draft_memo.stop.inputs import most_to_stop
from copilot.tools.draft_memo.stop.proposal import stopping
from copilot.tools.draft_memo.template import LONGEST_TITLE
from copilot.tools.filters import Condition, linked
from copilot.types import ToolResult, Viewer

Purpose = Literal["fund", "stop", "status"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
# Projects that come first, and of a status memo those on its first page.
_TOP, _TOP_OF_STATUS = 8, 6
_PREVIEWED: frozenset[SectionName] = frozenset({"decision", "money", "ranking", "list"})
# Arguments of later than the first memos; where they say nothing, a memo is a version of those before.
_LATER: Mapping[str, Any] = {"purpose": "fund", "addressee": "", "must_have": [], "exclude": []}


class Arguments(BaseModel):
    """Draft a memo for a board: motion, figures, ranking with its firmness, gates, risks, dissent, evidence.

    For "write a memo for the top 8 within 4 million", "funding memo for P-017", with `stop` for "a memo on what to
    stop", "should we continue P-017", with `status` for "a status note on the pilots". With `projects` it is about
    these; without, about all that have not reached production, or, for `status`, have not ended.
    """

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose = Field(
        default="fund",
        description="`fund`: what to give money to; `stop`: what to stop or continue; `status`: where projects stand.",
    )
    projects: list[str] = Field(default=[], max_length=12, description="Only these, by name or id.")
    top: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="Projects that come first, or are chosen, at the most, 8 without it; with `stop` that come last.",
    )
    budget: float | None = Field(
        default=None, gt=0, description="Money there is to spend, set against budgets not yet spent."
    )
    must_have: list[str] = Field(default=[], description="Projects that must be funded, with a budget or without.")
    exclude: list[str] = Field(default=[], description="Projects that must not.")
    unit: str | None = Field(default=None, description="A business unit; all without it.")
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    weights: dict[str, float] = Field(
        default={},
        description="Weight by criterion, 0 to 1; unnamed ones divide the rest.",
    )
    weight_changes: dict[str, float] = Field(
        default={}, description="Factor by criterion: 2 doubles its weight, 0 leaves it out."
    )
    addressee: str = Field(
        default="", max_length=LONGEST_TITLE, description="Who it is for; the body that decides when empty."
    )
    title: str = Field(default="", max_length=LONGEST_TITLE, description="Made up when empty.")


def draft_memo(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The memo, and of it what a chat shows; whoever holds a store may keep it."""
    drafting = _drafting(sources, viewer, arguments)
    return result(drafting, _memo(drafting, arguments))


def draft(sources: Sources, viewer: Viewer, arguments: Arguments) -> Memo:
    return _memo(_drafting(sources, viewer, arguments), arguments)


def preview(sources: Sources, viewer: Viewer, arguments: Arguments) -> Memo:
    """What it would propose: the motion, the money and the table, without all else that takes the time."""
    return _memo(replace(_drafting(sources, viewer, arguments), only=_PREVIEWED), arguments)


def _memo(drafting: Drafting, arguments: Arguments) -> Memo:
    return written(drafting, arguments.title, _given(arguments, drafting.basis.asked))


def _given(arguments: Arguments, asked: Request) -> Mapping[str, Any]:
    """The arguments, as they can be given again: ids outlast names, and a number that was made up stays."""
    given = arguments.model_dump(mode="json") | {
        "projects": list(asked.projects),
        "top": asked.top,
        "must_have": list(asked.must),
        "exclude": list(asked.excluded),
    }
    return {name: value for name, value in given.items() if _LATER.get(name) != value}


def _drafting(sources: Sources, viewer: Viewer, arguments: Arguments) -> Drafting:
    asked = _asked(sources, viewer, arguments)
    if arguments.purpose == "stop":
        return stopping(sources, viewer, asked)
    return reporting(sources, viewer, asked) if arguments.purpose == "status" else funding(sources, viewer, asked)


def _asked(sources: Sources, viewer: Viewer, arguments: Arguments) -> Request:
    view = sources.records.view(viewer)
    if not view.has("projects"):
        raise ToolError("The records hold no table of projects, so there is nothing to draft a memo on.")
    filters = list(arguments.filters)
    if arguments.unit is not None:
        if not view.has("projects", "unit"):
            raise ToolError("The projects table has no column 'unit'; leave the unit out.")
        filters.append(of_unit(view, arguments.unit))
    linked(view, "projects", filters)
    _check_budget(view, arguments)
    _check_set(arguments)
    asked = Request(
        projects=resolved(view, arguments.projects),
        top=arguments.top or (_TOP_OF_STATUS if arguments.purpose == "status" else _TOP),
        budget=arguments.budget,
        filters=tuple(filters),
        weights=arguments.weights,
        weight_changes=arguments.weight_changes,
        addressee=arguments.addressee,
        must=resolved(view, arguments.must_have),
        excluded=resolved(view, arguments.exclude),
    )
    return most_to_stop(sources, viewer, asked) if arguments.purpose == "stop" and arguments.top is None else asked


def _check_budget(view: RecordView, arguments: Arguments) -> None:
    if arguments.budget is None:
        return
    if arguments.purpose != "fund":
        raise ToolError("A budget is for a memo on what to fund; leave it out, or the purpose.")
    if not view.has("projects", "budget"):
        raise ToolError("The projects table has no column 'budget', so no set within a budget can be chosen.")


def _check_set(arguments: Arguments) -> None:
    if not arguments.must_have and not arguments.exclude:
        return
    if arguments.purpose != "fund" or arguments.projects:
        raise ToolError(
            "`must_have` and `exclude` are for a memo that chooses what to fund; leave them out, or `purpose` and "
            "`projects`."
        )
