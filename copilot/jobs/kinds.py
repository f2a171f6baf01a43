"""What may be asked of workers, and by whom: the same as may do it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from copilot.errors import SettingsError
from copilot.state.conversations import Conversations
from copilot.state.jobs import Job, Jobs, Kind
from copilot.tools.draft_memo.tool import Arguments
from copilot.types import Permission, Viewer

PERMISSIONS: Mapping[Kind, Permission] = {"index": "upload", "evaluation": "evaluate"}
"""What it takes beside a viewer."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EvaluationArguments(_Strict):
    dataset: str = Field(
        pattern=r"^[a-z][a-z0-9_-]{0,63}$",
        description="Name of a shipped set of questions, or `feedback` for those that were made of feedback here.",
    )
    filters: list[Annotated[str, Field(pattern=r"^[a-z_]{1,40}=[^=]{1,200}$")]] = Field(
        default=[], max_length=10, description="FIELD=VALUE, such as type=metric; only questions that fit all."
    )


class MemoJob(_Strict):
    """Draft a memo and keep it; its result is the id of the memo."""

    kind: Literal["memo"]
    arguments: Arguments = Arguments()


class IndexJob(_Strict):
    """Bring the index up to date with the workspace's files, and these with its feeds."""

    kind: Literal["index"]


class EvaluationJob(_Strict):
    """Ask every question of a set and score the answers; its result is the id of the run."""

    kind: Literal["evaluation"]
    arguments: EvaluationArguments


Request = Annotated[MemoJob | IndexJob | EvaluationJob, Field(discriminator="kind")]
_REQUESTS: TypeAdapter[MemoJob | IndexJob | EvaluationJob] = TypeAdapter(Request)


def requested(kind: str, arguments: Mapping[str, Any]) -> MemoJob | IndexJob | EvaluationJob:
    """The job of that kind; SettingsError says what is wrong with it."""
    given: dict[str, Any] = {"kind": kind} | ({"arguments": dict(arguments)} if arguments else {})
    try:
        return _REQUESTS.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        raise SettingsError(f"{where or 'kind'}: {first['msg']}.") from None


def start(jobs: Jobs, conversations: Conversations, asked: MemoJob | IndexJob | EvaluationJob, viewer: Viewer) -> Job:
    """Adds the job, and an entry to the audit trail.

    Raises PermissionDenied for whose role does not allow what it does, and LimitExceeded where too many wait.
    """
    if permission := PERMISSIONS.get(asked.kind):
        viewer.require(permission)
    arguments = {} if isinstance(asked, IndexJob) else asked.arguments.model_dump(mode="json", exclude_defaults=True)
    job = jobs.add(asked.kind, arguments, viewer)
    conversations.note_or_log(viewer.name, "started job", job.id, {"kind": job.kind, "arguments": job.arguments})
    return job


def cancel(jobs: Jobs, conversations: Conversations, id: str, viewer: Viewer) -> Job:
    """Ends a job, with an entry in the audit trail; raises as `Jobs.cancel` does."""
    job = jobs.cancel(id, viewer)
    conversations.note_or_log(viewer.name, "cancelled job", job.id, {"kind": job.kind, "viewer": job.viewer})
    return job
