"""Questions: whole answers, and answers as they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator

from fastapi import APIRouter, HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import format_sse_event

from copilot.chat import Copilot
from copilot.errors import CopilotError, SettingsError
from copilot.serving.callers import Caller
from copilot.serving.context import Asker, EventStream, In
from copilot.serving.problems import declared, problem_of
from copilot.serving.question import Question
from copilot.serving.serving import Serving
from copilot.types import Answer, Event

router = APIRouter(prefix="/api", tags=["ask"])

# Proxies close a connection on which nothing comes for a minute.
_KEEP_ALIVE_SECONDS = 15.0


@router.get("/suggestions", responses=declared())
async def suggestions(here: In, who: Asker) -> tuple[str, ...]:
    """Questions that can be answered here, to start from."""
    return await here.workers.run(lambda: here.copilot.suggestions(who.viewer))


@router.post("/ask", responses=declared(409))
async def ask(asked: Question, here: In, who: Asker) -> Answer:
    """The answer to a question, with its citations, figures, tables and charts."""
    await run_in_threadpool(_claim, here.copilot, asked.conversation, who)
    return await here.workers.run(lambda: here.copilot.ask(asked.question, asked.conversation, who.viewer))


@router.post(
    "/ask/stream",
    response_class=EventStream,
    status_code=200,
    responses=declared(409) | EventStream.declared("Events `step`, `text`, `restart`, then `answer` or `error`."),
)
async def ask_stream(asked: Question, here: In, who: Asker) -> EventStream:
    """The answer as it is made, as server-sent events.

    `step` says what is being looked up, `text` brings the next piece of the text, `restart` voids the text so far. The
    last event is `answer` with the whole answer, or `error` with a problem. Who stops reading ends the work.
    """
    await run_in_threadpool(_claim, here.copilot, asked.conversation, who)
    events = here.workers.stream(lambda: _turn(here, asked.question, asked.conversation, who))
    return EventStream(_lines(events))


def _turn(here: Serving, question: str, conversation: str | None, who: Caller) -> Generator[Event, None, None]:
    yield from here.copilot.stream(question, conversation, who.viewer)


def _claim(copilot: Copilot, conversation: str | None, who: Caller) -> None:
    """Makes sure that the caller may go on with the conversation; else HTTPException 409."""
    if conversation is None or copilot.conversations.belongs_to(conversation, who.viewer):
        return
    try:
        copilot.conversations.ensure(conversation, who.viewer)
    except SettingsError as error:
        raise HTTPException(409, str(error)) from None


async def _lines(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    """Each event as lines of the wire, and a comment now and then while nothing comes."""
    pending = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({pending}, timeout=_KEEP_ALIVE_SECONDS)
            if not done:
                yield format_sse_event(comment="working")
                continue
            event = pending.result()
            yield format_sse_event(event=event.type, data_str=event.model_dump_json())
            pending = asyncio.ensure_future(anext(events))
    except StopAsyncIteration:
        return
    except CopilotError as error:
        yield format_sse_event(event="error", data_str=problem_of(error).model_dump_json())
    finally:
        pending.cancel()
