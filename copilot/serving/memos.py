"""Memos: the viewer's own, listed, drafted, exported and checked."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import KnowledgeError, SettingsError
from copilot.memos import desk
from copilot.memos.comparison import Check
from copilot.memos.export import export
from copilot.memos.memo import Memo
from copilot.memos.store import MemoInfo, Memos, State, Step
from copilot.serving.context import In, Reader, not_found
from copilot.serving.problems import declared
from copilot.tools.draft_memo.check import check_memo
from copilot.tools.draft_memo.tool import Arguments, draft
from copilot.types import Viewer

router = APIRouter(prefix="/api/memos", tags=["memos"])

Written = Literal["md", "docx", "pdf"]
MEDIA_TYPES: dict[Written, str] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_LONGEST_NAME, _LONGEST_TEXT = 200, 100_000
_BINARY = {"schema": {"type": "string", "format": "binary"}}


class EditedText(BaseModel):
    """What a person made of the text of a memo."""

    model_config = ConfigDict(extra="forbid")

    sections: dict[str, Annotated[str, Field(max_length=_LONGEST_TEXT)]] = Field(
        min_length=1,
        description="Text by name of section, a line for each sentence or item; `[3]` names source 3. Others stay.",
    )
    name: str = Field(max_length=_LONGEST_NAME, description="Of the person who changed it.")


class NewState(BaseModel):
    """Where a person brings a memo."""

    model_config = ConfigDict(extra="forbid")

    state: State
    name: str = Field(max_length=_LONGEST_NAME, description="Of the person who reviews or signs it off.")
    accepted: list[str] = Field(
        default=[],
        description="To sign off: the texts of the figures without a source (`unsourced` of the memo) that the person "
        "has seen and confirms, each of them.",
    )


@router.get("", responses=declared())
def memos(here: In, who: Reader) -> tuple[MemoInfo, ...]:
    """The viewer's memos, the newest first."""
    return _store(here).list(who)


@router.post("", status_code=201, responses=declared())
async def draft_memo(arguments: Arguments, here: In, who: Reader) -> Memo:
    """Drafts a memo and keeps it."""
    memo = await here.workers.run(lambda: draft(here.copilot.sources, who, arguments))
    await run_in_threadpool(_keep, here, memo)
    return memo


@router.get("/{id}", responses=declared(404))
def memo(id: str, here: In, who: Reader) -> Memo:
    """One memo with its sections, sources and provenance."""
    found = _read(here, id, who)
    here.copilot.note("opened memo", found.id, who.name)
    return found


@router.get(
    "/{id}/document",
    response_class=Response,
    responses=declared(404) | {200: {"content": dict.fromkeys(MEDIA_TYPES.values(), _BINARY)}},
)
async def document(id: str, here: In, who: Reader, format: Written = "pdf") -> Response:
    """The memo as a document."""
    found = await run_in_threadpool(_read, here, id, who)
    status = await run_in_threadpool(_store(here).status, id, who)
    content = await here.workers.run(lambda: export(found, format, status))
    await run_in_threadpool(_note_export, here, found, who, format)
    name = {"Content-Disposition": f'attachment; filename="{found.id}.{format}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=name)


@router.post("/{id}/check", responses=declared(404))
async def check(id: str, here: In, who: Reader) -> Check:
    """Computes the memo again on today's data: whether its recommendation still holds, and what changed."""
    found = await run_in_threadpool(_read, here, id, who)
    checked = await here.workers.run(lambda: check_memo(here.copilot.sources, who, found))
    await run_in_threadpool(here.copilot.note, "checked memo", found.id, who.name)
    return checked


@router.post("/{id}/versions", status_code=201, responses=declared(404, 409))
async def edit(id: str, text: EditedText, here: In, who: Reader) -> Memo:
    """Keeps a new version with the text of these sections changed; `unsourced` tells its figures without a source.

    Takes the role leader, pm or admin. A memo that is signed off, and a text that says nothing new, names a source or
    section that is not there, or leaves no motion, is a 409 with the reason.
    """
    await run_in_threadpool(_read, here, id, who)
    store, conversations = _store(here), here.copilot.conversations
    try:
        return await here.workers.run(lambda: desk.edit(store, conversations, who, id, text.sections, text.name))
    except SettingsError as error:
        raise HTTPException(409, str(error)) from None


@router.post("/{id}/steps", status_code=201, responses=declared(404, 409))
def advance(id: str, to: NewState, here: In, who: Reader) -> Step:
    """Takes a memo into review, signs it off, or makes it a draft again.

    Takes the role leader or admin. Signing off with a figure without a source that is not among `accepted` is a 409.
    """
    _read(here, id, who)
    try:
        return desk.advance(_store(here), here.copilot.conversations, who, id, to.state, to.name, to.accepted)
    except SettingsError as error:
        raise HTTPException(409, str(error)) from None


@router.get("/{id}/steps", responses=declared(404))
def steps(id: str, here: In, who: Reader) -> tuple[Step, ...]:
    """What became of a memo, the oldest step first; none while it is the draft it was."""
    _read(here, id, who)
    return _store(here).steps(id, who)


def _store(here: In) -> Memos:
    if here.copilot.memos is None:
        raise KnowledgeError("This server keeps no memos.")
    return here.copilot.memos


def _keep(here: In, memo: Memo) -> None:
    _store(here).keep(memo)
    here.copilot.note("kept memo", memo.id, memo.provenance.viewer, title=memo.title)


def _note_export(here: In, memo: Memo, who: Viewer, format: Written) -> None:
    here.copilot.note("exported", memo.id, who.name, title=memo.title, format=format)


def _read(here: In, id: str, who: Viewer) -> Memo:
    with not_found():
        return _store(here).read(id, who)
