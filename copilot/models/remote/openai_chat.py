"""ChatOpenAI with its failures made plain. Importing this takes seconds, so `remote` does it late."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.exceptions import ModelError as LangChainModelError
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI

from copilot.models.remote.faults import are_calls_broken, arguments_of, check_finish, classify, fault
from copilot.models.remote.waiting import asked_wait, within

T = TypeVar("T", ChatResult, ChatGenerationChunk)

# The field that sends a parameter which some services refuse, and its value when they do.
_DISPENSABLE = {
    "temperature": ("temperature", None),
    "stream_options": ("stream_usage", False),
    "max_completion_tokens": ("max_tokens", None),
    "max_tokens": ("max_tokens", None),
}
# ChatOpenAI lets the last five through when a reply lacks the parts of a completion.
_FAILURES = (
    openai.OpenAIError, LangChainModelError, OSError, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip
# Another try may end otherwise.
_PASSING = ("rate", "server", "network")
_FIRST_WAIT_SECONDS = 0.5
# Some services heed no cap on tokens; nobody reads an answer of so many characters.
_MOST_CHARACTERS = 60_000
_SHOWN_ARGUMENTS = 300


class RemoteChatModel(ChatOpenAI):
    """Every failure is a `copilot.errors.ModelError`, an answer that was cut off or refused included.

    Calls whose arguments cannot be read are returned to the model once. A stream may fail after part of its text was
    given.
    """

    patience: float = 60.0
    """Seconds until the first words, all tries together, and of silence after them."""
    tries: int = 3

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        def ask(messages: list[BaseMessage]) -> ChatResult:
            return next(self._tried(lambda: iter([ChatOpenAI._generate(self, messages, stop, **kwargs)])))

        with _classified():
            result = ask(messages)
            # An IndexError, which is a failure too, when there is none.
            message = _finished(result.generations[0])
            if are_calls_broken(message):
                result = ask([*messages, *_returned(message)])
                message = _finished(result.generations[0])
            check_finish(message)
            return result

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        def ask(messages: list[BaseMessage]) -> Iterator[ChatGenerationChunk]:
            return self._tried(lambda: ChatOpenAI._stream(self, messages, stop, **kwargs))

        with _classified():
            whole, calls = yield from _text_at_once(ask(messages))
            message = _finished(whole)
            if are_calls_broken(message):
                yield _cost(whole)
                whole, calls = yield from _text_at_once(ask([*messages, *_returned(message)]))
                message = _finished(whole)
            check_finish(message)
            yield from calls

    def _tried(self, start: Callable[[], Iterator[T]]) -> Iterator[T]:
        """What `start` gives; while it has given nothing and there is time left, it is tried again."""
        ends = time.monotonic() + self.patience
        failed, has_begun = 0, False
        while True:
            try:
                for item in within(ends - time.monotonic(), self.patience, start):
                    has_begun = True
                    yield item
                return
            except _FAILURES as error:
                if has_begun:
                    raise
                if isinstance(error, openai.APIStatusError) and self._can_do_without(error):
                    continue
                failed += 1
                wait = _wait(error, failed)
                is_passing = classify(error).kind in _PASSING and failed < self.tries
                if not is_passing or time.monotonic() + wait >= ends:
                    raise
            time.sleep(wait)

    def _can_do_without(self, error: openai.APIStatusError) -> bool:
        """Leaves out, from now on, an optional parameter that the service has just refused."""
        if error.status_code not in (400, 422):
            return False
        for parameter, (field, without) in _DISPENSABLE.items():
            refused = parameter == error.param or parameter in error.message
            if refused and getattr(self, field) != without:
                setattr(self, field, without)
                return True
        return False


def _text_at_once(
    chunks: Iterator[ChatGenerationChunk],
) -> Generator[ChatGenerationChunk, None, tuple[ChatGenerationChunk, list[ChatGenerationChunk]]]:
    """Passes on text as it comes; gives the whole, and the chunks from the first call on, which may prove broken."""
    given: list[ChatGenerationChunk] = []
    held: list[ChatGenerationChunk] = []
    characters = 0
    for chunk in chunks:
        characters += len(chunk.text)
        if characters > _MOST_CHARACTERS:
            raise fault("truncated")
        if held or (isinstance(chunk.message, AIMessageChunk) and chunk.message.tool_call_chunks):
            held.append(chunk)
        else:
            given.append(chunk)
            yield chunk
    # An IndexError, which is a failure, where nothing came.
    first, *others = [*given, *held]
    return first + others if others else first, held


def _cost(whole: ChatGenerationChunk) -> ChatGenerationChunk:
    """Of a try that is made again, what it cost."""
    usage = whole.message.usage_metadata if isinstance(whole.message, AIMessageChunk) else None
    return ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage))


def _returned(message: BaseMessage) -> list[BaseMessage]:
    """A message whose calls cannot all be read, as it is given back: with empty arguments, and a word on each."""
    found = arguments_of(message)
    calls = [{"name": call.name, "args": {}, "id": call.id, "type": "tool_call"} for call in found]
    words = [
        "Not run, since another call could not be read; make it again."
        if call.is_object
        else f"These arguments are no JSON object; make the call again: {call.text[:_SHOWN_ARGUMENTS]}"
        for call in found
    ]
    results = [ToolMessage(word, tool_call_id=call.id) for call, word in zip(found, words, strict=True)]
    return [AIMessage(str(message.text), tool_calls=calls), *results]


def _wait(error: BaseException, failed: int) -> float:
    """Seconds until the next try: what the service asks for, or a little more each time."""
    response = error.response if isinstance(error, openai.APIStatusError) else None
    asked = asked_wait(response.headers) if response is not None else None
    return max(0.0, asked) if asked is not None else _FIRST_WAIT_SECONDS * 2 ** (failed - 1)


def _finished(generation: ChatGeneration) -> BaseMessage:
    """The message with why it ended."""
    message = generation.message
    metadata = {**message.response_metadata, **(generation.generation_info or {})}
    return message.model_copy(update={"response_metadata": metadata})


@contextmanager
def _classified() -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise classify(error) from None
