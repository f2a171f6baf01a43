"""Long work over the Model Context Protocol: started, looked at and ended; a worker does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp.types import CallToolResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from copilot.jobs import kinds
from copilot.serving.callers import Caller
from copilot.serving.question import checked
from copilot.serving.serving import Serving
from copilot.state.jobs import Job, Kind
from copilot.types import Viewer


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StartJob(_Strict):
    """Start work that takes minutes and outlives this conversation; returns the job at once, with its id.

    `memo` drafts and keeps a memo, `index` brings the index up to date with files and feeds (role pm), `evaluation`
    asks every question of a set and scores the answers (role evaluator).
    """

    kind: Kind
    arguments: dict[str, Any] = Field(
        default={},
        description=(
            "Of a memo: those of the tool draft_memo. Of an evaluation: `dataset`, the name of a set, and `filters`, a "
            "list of FIELD=VALUE. An index run has none."
        ),
    )


class ShowJobs(_Strict):
    """Look at jobs: one with its state and its result or failure, or the latest of this viewer, the newest first."""

    id: str | None = Field(default=None, description="Id of a job, as `start_job` returned it; all without it.")


class CancelJob(_Strict):
    """End a job that waits or runs."""

    id: str = Field(description="Id of the job, as `start_job` returned it.")


@dataclass(frozen=True)
class JobTool:
    told: Tool
    call: Callable[[Serving, Caller, Mapping[str, Any]], CallToolResult]


def _start(here: Serving, who: Caller, given: Mapping[str, Any]) -> CallToolResult:
    asked = checked(StartJob, "start_job", given)
    request = kinds.requested(asked.kind, asked.arguments)
    return _told([kinds.start(here.jobs, here.copilot.conversations, request, _viewer(here, who))])


def _show(here: Serving, who: Caller, given: Mapping[str, Any]) -> CallToolResult:
    asked, viewer = checked(ShowJobs, "jobs", given), _viewer(here, who)
    return _told(here.jobs.list(viewer) if asked.id is None else [here.jobs.read(asked.id, viewer)])


def _cancel(here: Serving, who: Caller, given: Mapping[str, Any]) -> CallToolResult:
    asked = checked(CancelJob, "cancel_job", given)
    return _told([kinds.cancel(here.jobs, here.copilot.conversations, asked.id, _viewer(here, who))])


def _viewer(here: Serving, who: Caller) -> Viewer:
    return here.copilot.viewer(who.viewer).model_copy(update={"role": who.role})


def _told(jobs: Sequence[Job]) -> CallToolResult:
    lines = "\n".join(map(_line, jobs)) or "There are no jobs."
    told = {"jobs": [job.model_dump(mode="json") for job in jobs]}
    return CallToolResult(content=[TextContent(text=lines)], structured_content=told)


def _line(job: Job) -> str:
    memo = f" Read bearing://memos/{job.result}." if job.kind == "memo" and job.result else ""
    became = job.result or job.failure
    return f"{job.id} ({job.kind}) is {job.state}{': ' + became if became else '.'}{memo}"


def _tool(name: str, title: str, arguments: type[BaseModel], call: Any, *, reads_only: bool = False) -> JobTool:
    told = Tool(
        name=name,
        title=title,
        description=" ".join((arguments.__doc__ or "").split()),
        input_schema=arguments.model_json_schema(),
        annotations=ToolAnnotations(read_only_hint=reads_only, open_world_hint=False),
    )
    return JobTool(told, call)


JOB_TOOLS: Mapping[str, JobTool] = {
    tool.told.name: tool
    for tool in (
        _tool("start_job", "Start long work", StartJob, _start),
        _tool("jobs", "Look at long work", ShowJobs, _show, reads_only=True),
        _tool("cancel_job", "End long work", CancelJob, _cancel),
    )
}
