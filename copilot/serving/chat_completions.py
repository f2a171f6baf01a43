"""Bearing as a model: the part of the OpenAI protocol that chat front ends speak."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field

from copilot.errors import CopilotError
from copilot.serving.callers import Caller
from copilot.serving.context import Asker, EventStream, In
from copilot.serving.problems import declared_by_openai
from copilot.serving.serving import Serving
from copilot.serving.sourced import MARKER, appendix, reference
from copilot.types import Answer, Final, Restart, TextDelta

router = APIRouter(prefix="/v1", tags=["OpenAI protocol"])

MODEL = "bearing"
# How many earlier questions are asked again when the chat so far is not known here.
_REPLAYED = 3


class Part(BaseModel):
    type: Literal["text"]
    text: str


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool = False


class Chat(BaseModel):
    """A chat whose last message is the question. What else a client sends, such as a temperature, changes nothing."""

    model: Literal["bearing"]
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] = 1

    @property
    def said(self) -> list[tuple[str, str]]:
        """What the two said to each other, without instructions."""
        return [(m.role, m.text) for m in self.messages if m.role in ("user", "assistant")]


class UrlCitation(BaseModel):
    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """Where the text cites a source; the URL opens the passage or record for who may see it."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Reply(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    annotations: list[Annotation]


class Choice(BaseModel):
    index: int = 0
    message: Reply
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """What a remote model has counted; the built-in one counts nothing."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


@dataclass(frozen=True)
class _End:
    """An answer with the last piece of its text."""

    text: str
    annotations: list[Annotation]
    usage: Usage


@router.get("/models", responses=declared_by_openai())
async def models(here: In, who: Asker) -> Models:
    """The one model there is."""
    return Models(data=[Model(id=MODEL, owned_by=here.copilot.title)])


@router.post(
    "/chat/completions",
    response_model=Completion,
    responses=declared_by_openai() | EventStream.declared("The whole answer, or pieces of it as events."),
)
async def chat_completions(chat: Chat, request: Request, here: In, who: Asker) -> Completion | EventStream:
    """Answers the last message, with numbered sources below the text and as annotations."""
    if not chat.said or chat.messages[-1].role != "user":
        raise HTTPException(400, "The last message must be the user's.")
    base = str(request.base_url)
    pieces = here.workers.stream(lambda: _answered(here, chat, who, base))
    if chat.stream:
        return EventStream(_lines(pieces, chat))
    return await _whole(pieces)


def _answered(here: Serving, chat: Chat, who: Caller, base: str) -> Generator[str | _End, None, None]:
    """The text of the answer as it comes, then its end."""
    conversation = _conversation(here, chat, who)
    sent, begins = "", 0
    for event in here.copilot.stream(chat.messages[-1].text, conversation, who.viewer):
        if isinstance(event, Final):
            rest = appendix(event.answer)
            here.transcripts.keep(who.viewer, [*chat.said, ("assistant", sent + rest)], conversation)
            turn = here.copilot.conversations.turns(conversation, who.viewer, last=1)[0].id
            found = list(_annotations(event.answer, sent, begins, f"{base}api/turns/{turn}/sources"))
            yield _End(rest, found, _usage(event.answer))
        elif isinstance(event, TextDelta | Restart):
            # What was sent cannot be taken back: a line says that the text begins anew.
            piece = event.text if isinstance(event, TextDelta) else f"\n\n*{event.reason}*\n\n" if sent else ""
            sent += piece
            begins = len(sent) if isinstance(event, Restart) else begins
            yield piece


def _conversation(here: Serving, chat: Chat, who: Caller) -> str:
    """The conversation that the chat goes on with; where none is known, a new one that has heard the last questions."""
    earlier = chat.said[:-1]
    known = here.transcripts.take(who.viewer, earlier) if earlier else None
    if known and here.copilot.conversations.belongs_to(known, who.viewer):
        return known
    made = here.copilot.conversations.start(who.viewer)
    for question in [text for role, text in earlier if role == "user"][-_REPLAYED:]:
        here.copilot.ask(question, made, who.viewer)
    return made


def _annotations(answer: Answer, sent: str, begins: int, address: str) -> Iterator[Annotation]:
    cited = {c.marker: c for c in answer.citations}
    for found in MARKER.finditer(sent, begins):
        if citation := cited.get(int(found[1])):
            yield Annotation(
                url_citation=UrlCitation(
                    start_index=found.start(),
                    end_index=found.end(),
                    title=reference(citation),
                    url=f"{address}/{citation.marker}",
                )
            )


def _usage(answer: Answer) -> Usage:
    sent, made = answer.usage.input_tokens, answer.usage.output_tokens
    return Usage(prompt_tokens=sent, completion_tokens=made, total_tokens=sent + made)


async def _whole(pieces: AsyncIterator[str | _End]) -> Completion:
    text = ""
    async for piece in pieces:
        if isinstance(piece, _End):
            message = Reply(content=text + piece.text, annotations=piece.annotations)
            choices = [Choice(message=message)]
            return Completion(id=_id(), created=int(time.time()), model=MODEL, choices=choices, usage=piece.usage)
        text += piece
    raise AssertionError("a stream ends with its end")


async def _lines(pieces: AsyncIterator[str | _End], chat: Chat) -> AsyncIterator[bytes]:
    head = {"id": _id(), "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL}

    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        return _data(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})

    yield chunk({"role": "assistant", "content": ""})
    try:
        async for piece in pieces:
            if isinstance(piece, str):
                yield chunk({"content": piece})
                continue
            annotations = [a.model_dump() for a in piece.annotations]
            yield chunk({"content": piece.text, "annotations": annotations})
            yield chunk({}, "stop")
            if chat.stream_options and chat.stream_options.include_usage:
                yield _data(head | {"choices": [], "usage": piece.usage.model_dump()})
    except CopilotError as error:
        yield _data({"error": {"message": str(error), "type": "server_error", "param": None, "code": None}})
    yield format_sse_event(data_str="[DONE]")


def _data(content: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(content))


def _id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex[:24]}"
