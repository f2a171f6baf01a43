"""Long work that a worker does, also when its caller has long gone."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, HTTPException, Response

from copilot.errors import SettingsError
from copilot.jobs import kinds
from copilot.serving.context import In, Reader, not_found
from copilot.serving.problems import declared
from copilot.state.jobs import Job

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

_ADDRESS = {"Location": {"description": "Where the job is shown.", "schema": {"type": "string"}}}


@router.post("", status_code=202, responses=declared() | {202: {"headers": _ADDRESS}})
def start(asked: kinds.Request, response: Response, here: In, who: Reader) -> Job:
    """Asks for a memo, an index run (role pm) or an evaluation (role evaluator); `GET` its address for what became."""
    job = kinds.start(here.jobs, here.copilot.conversations, asked, who)
    response.headers["Location"] = f"{router.prefix}/{job.id}"
    return job


@router.get("", responses=declared())
def jobs(here: In, who: Reader, whose: Literal["own", "all"] = "own") -> tuple[Job, ...]:
    """The latest jobs, the newest first: the viewer's own, or everyone's for administrators."""
    return here.jobs.list_all(who) if whose == "all" else here.jobs.list(who)


@router.get("/{id}", responses=declared(404))
def job(id: str, here: In, who: Reader) -> Job:
    """One job with its state, and its result or why it failed."""
    with not_found():
        return here.jobs.read(id, who)


@router.post("/{id}/cancel", responses=declared(404, 409))
def cancel(id: str, here: In, who: Reader) -> Job:
    """Ends a job that waits or runs."""
    with not_found():
        here.jobs.read(id, who)
    try:
        return kinds.cancel(here.jobs, here.copilot.conversations, id, who)
    except SettingsError as error:
        raise HTTPException(409, str(error)) from None
