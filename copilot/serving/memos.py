"""Memos: the viewer's own, listed, drafted, exported and checked."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from copilot.errors import KnowledgeError
from copilot.memos.comparison import Check
from copilot.memos.export import export
from copilot.memos.memo import Memo
from copilot.memos.store import MemoInfo, Memos
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
_BINARY = {"schema": {"type": "string", "format": "binary"}}


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
    content = await here.workers.run(lambda: export(found, format))
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
