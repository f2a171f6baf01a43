"""The documents that the viewer may see, and a search over passages and records."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from copilot.retrieval.types import DocumentInfo, ScoredChunk
from copilot.serving.context import In, Reader, not_found
from copilot.serving.problems import declared
from copilot.upkeep.library import Shown

router = APIRouter(prefix="/api", tags=["library"])


@router.get("/documents", responses=declared())
def documents(
    here: In, who: Reader, after: str = "", limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[DocumentInfo]:
    """The documents by id, superseded ones included; the next page begins `after` the last id of this one."""
    return [info for info in here.library.list(who) if info.id > after][:limit]


@router.get("/documents/{id:path}", responses=declared(404))
def document(id: str, here: In, who: Reader) -> Shown:
    """A document: what is known of it, its passages in reading order, and what its owner should mend."""
    with not_found():
        shown = here.library.show(id, who)
    here.copilot.note("opened", shown.info.id, who.name)
    return shown


@router.get("/search", responses=declared())
async def search(
    here: In,
    who: Reader,
    query: Annotated[str, Query(min_length=1, max_length=1000)],
    top_k: Annotated[int, Query(ge=1, le=50)] = 8,
    kind: Literal["passage", "record"] | None = None,
    as_of: date | None = None,
) -> list[ScoredChunk]:
    """The passages and records nearest to a query, best first, among those in force on a day."""

    def found() -> list[ScoredChunk]:
        chunks = here.library.retriever.search(query, who, top_k, kind=kind, as_of=as_of)
        here.copilot.note("searched", query, who.name, sources=sorted({c.chunk.document_id for c in chunks}))
        return chunks

    return await here.workers.run(found)
