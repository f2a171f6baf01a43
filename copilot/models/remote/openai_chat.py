"""ChatOpenAI with its failures made plain. Importing this takes seconds, so `remote` does it late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.exceptions import ModelError as LangChainModelError
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI

from copilot.models.remote.faults import check_finish, classify

# The field that sends a parameter which some services refuse, and its value when they do.
_DISPENSABLE = {"temperature": ("temperature", None), "stream_options": ("stream_usage", False)}
# ChatOpenAI lets the last five through when a reply lacks the parts of a completion.
_FAILURES = (
    openai.OpenAIError, LangChainModelError, OSError, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip


class RemoteChatModel(ChatOpenAI):
    """Every failure is a `copilot.errors.ModelError`, an answer that was cut off or refused included.

    A stream may fail after part of its text was given.
    """

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with _classified():
            while True:
                try:
                    result = super()._generate(messages, stop, run_manager, **kwargs)
                    break
                except openai.APIStatusError as error:
                    if not self._can_do_without(error):
                        raise
            # An IndexError, which is a failure too, when there is none.
            _check(result.generations[0])
            return result

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        chunks: list[ChatGenerationChunk] = []
        with _classified():
            while True:
                try:
                    for chunk in super()._stream(*args, **kwargs):
                        chunks.append(chunk)
                        yield chunk
                    break
                except openai.APIStatusError as error:
                    if chunks or not self._can_do_without(error):
                        raise
            _check(chunks[0] + chunks[1:])

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


def _check(generation: ChatGeneration) -> None:
    message = generation.message
    metadata = {**message.response_metadata, **(generation.generation_info or {})}
    check_finish(message.model_copy(update={"response_metadata": metadata}))


@contextmanager
def _classified() -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise classify(error) from None
