"""Conversations of the viewer, the sources behind their answers, and feedback."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from copilot.serving.context import Asker, In, Reader, not_found
from copilot.serving.problems import declared
from copilot.source_pages import SourcePage
from copilot.state.turns import ConversationInfo, Feedback, Turn

router = APIRouter(prefix="/api", tags=["conversations"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Titled(_Strict):
    title: str = Field(default="", max_length=1000)


class Rating(_Strict):
    thumbs_up: bool | None
    """null withdraws the rating."""
    reasons: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=20)
    comment: str = Field(default="", max_length=10_000)


@router.get("/conversations", responses=declared())
def conversations(
    here: In, who: Asker, query: str = "", limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> tuple[ConversationInfo, ...]:
    """The viewer's conversations, the last used first; `query` is sought in titles and questions."""
    return here.copilot.conversations.list(who.viewer, query, limit)


@router.post("/conversations", status_code=201, responses=declared())
def start(titled: Titled, here: In, who: Asker) -> ConversationInfo:
    """Begins a conversation; without a title it takes that of its first question."""
    held = here.copilot.conversations
    return held.info(held.start(who.viewer, titled.title), who.viewer)


@router.get("/conversations/{conversation}", responses=declared(404))
def turns(conversation: str, here: In, who: Asker) -> tuple[Turn, ...]:
    """The questions of a conversation with their answers, in the order they were asked."""
    with not_found():
        return here.copilot.conversations.turns(conversation, who.viewer)


@router.patch("/conversations/{conversation}", responses=declared(404))
def rename(conversation: str, titled: Titled, here: In, who: Asker) -> ConversationInfo:
    with not_found():
        here.copilot.conversations.rename(conversation, who.viewer, titled.title)
        return here.copilot.conversations.info(conversation, who.viewer)


@router.delete("/conversations/{conversation}", status_code=204, responses=declared(404))
def delete(conversation: str, here: In, who: Asker) -> None:
    """Deletes a conversation with what the agent remembers of it; the audit trail stays."""
    with not_found():
        here.copilot.forget(conversation, who.viewer)


@router.get("/turns/{turn}/sources/{marker}", responses=declared(404))
def source(turn: str, marker: int, here: In, who: Asker) -> SourcePage:
    """The exact passage or record behind `marker` of the answer of a turn, be it cited or only read."""
    with not_found():
        answer = here.copilot.conversations.turn(turn, who.viewer).answer
        read = (*answer.citations, *answer.also_read) if answer else ()
        found = next((c for c in read if c.marker == marker), None)
        if found is None:
            raise HTTPException(404, f"The answer of turn {turn!r} has no source {marker}.")
        return here.copilot.source(found, who.viewer)


@router.put("/turns/{turn}/rating", status_code=204, responses=declared(404))
def rate(turn: str, rating: Rating, here: In, who: Asker) -> None:
    """Says what the viewer thinks of an answer; earlier ratings are kept."""
    with not_found():
        here.copilot.conversations.rate(turn, who.viewer, rating.thumbs_up, rating.reasons, rating.comment)


@router.get("/feedback", responses=declared())
def feedback(here: In, who: Reader) -> tuple[Feedback, ...]:
    """Every rated turn of every viewer: for evaluators and administrators."""
    found = here.copilot.conversations.feedback(who)
    here.copilot.note("opened feedback", "feedback", who.name, turns=[given.turn.id for given in found])
    return found
