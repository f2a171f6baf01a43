"""Traces for an OpenTelemetry collector, by the semantic conventions for generative AI.

A question is a span `invoke_agent`; the calls of chat models and of tools are spans beneath it. Names, numbers and
kinds of errors are sent, and no text of a question, an answer, an argument or a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as names
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context

if TYPE_CHECKING:
    from copilot.telemetry import Watched

_AGENT = "bearing"
# A collector that is gone holds up the end of a command for so long.
_TIMEOUT_SECONDS = 5.0
_BUILT_IN = "grounded"


class Traces:
    def __init__(self, url: str, version: str) -> None:
        """`url` is that of an OTLP collector over HTTP, such as `http://localhost:4318`."""
        exporter = OTLPSpanExporter(f"{url.rstrip('/')}/v1/traces", timeout=_TIMEOUT_SECONDS)
        # One of our own: what dependencies would trace, texts among it, goes to the global one, which there is not.
        self._provider = TracerProvider(resource=Resource.create({"service.name": _AGENT, "service.version": version}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("copilot", version)

    def begin(self, conversation: str | None) -> Trace:
        """The trace of a question that is asked now."""
        return Trace(self._tracer, conversation)

    def close(self) -> None:
        """Sends what has not been sent."""
        self._provider.shutdown()


class Trace(BaseCallbackHandler):
    """The spans of one question. Models and tools may call from several threads."""

    def __init__(self, tracer: Tracer, conversation: str | None) -> None:
        self._tracer = tracer
        told = {names.GEN_AI_OPERATION_NAME: "invoke_agent", names.GEN_AI_AGENT_NAME: _AGENT}
        if conversation is not None:
            told[names.GEN_AI_CONVERSATION_ID] = conversation
        # Not made the current span: the thread that reads the events may do other work between two of them.
        self._root = tracer.start_span(f"invoke_agent {_AGENT}", kind=SpanKind.INTERNAL, attributes=told)
        self._open: dict[UUID, Span] = {}

    def end(self, watched: Watched) -> None:
        for span in self._open.values():
            span.end()
        self._root.set_attribute("bearing.outcome", watched.outcome)
        if watched.failures:
            self._root.set_attribute("bearing.model.failures", watched.failures)
        if watched.failure:
            _fail(self._root, watched.failure)
        if (answer := watched.answer) is not None:
            self._root.set_attributes(
                {
                    names.GEN_AI_PROVIDER_NAME: _provider(answer.model),
                    names.GEN_AI_REQUEST_MODEL: answer.model,
                    names.GEN_AI_USAGE_INPUT_TOKENS: answer.usage.input_tokens,
                    names.GEN_AI_USAGE_OUTPUT_TOKENS: answer.usage.output_tokens,
                    "bearing.answer.id": answer.id,
                }
            )
            if answer.usage.cost is not None:
                self._root.set_attribute("bearing.usage.cost", answer.usage.cost)
        self._root.end()

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        model = str((metadata or {}).get("ls_model_name") or _BUILT_IN)
        told = {names.GEN_AI_PROVIDER_NAME: _provider(model), names.GEN_AI_REQUEST_MODEL: model}
        self._start(run_id, "chat", model, SpanKind.CLIENT if model != _BUILT_IN else SpanKind.INTERNAL, told)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        last = response.generations[-1][-1]
        span = self._open.get(run_id)
        if span and isinstance(last, ChatGeneration) and isinstance(last.message, AIMessage):
            span.set_attributes(_used(last.message))
        self._end(run_id)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, error)

    def on_tool_start(self, serialized: dict[str, Any], input_str: str, *, run_id: UUID, **given: Any) -> None:
        name = str(serialized.get("name"))
        told = {names.GEN_AI_TOOL_NAME: name, names.GEN_AI_TOOL_TYPE: "function"}
        if call := given.get("tool_call_id"):
            told[names.GEN_AI_TOOL_CALL_ID] = str(call)
        self._start(run_id, "execute_tool", name, SpanKind.INTERNAL, told)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        self._end(run_id, error)

    def _start(self, id: UUID, operation: str, of: str, kind: SpanKind, told: Mapping[str, str]) -> None:
        self._open[id] = self._tracer.start_span(
            f"{operation} {of}",
            context=set_span_in_context(self._root),
            kind=kind,
            attributes={names.GEN_AI_OPERATION_NAME: operation, **told},
        )

    def _end(self, id: UUID, error: BaseException | None = None) -> None:
        if span := self._open.pop(id, None):
            if error is not None:
                _fail(span, type(error).__name__)
            span.end()


def _provider(model: str) -> str:
    """Remote models are reached by the OpenAI protocol, whoever runs them."""
    return _AGENT if model == _BUILT_IN else "openai"


def _fail(span: Span, kind: str) -> None:
    # The words of an error may hold what was asked.
    span.set_attribute(ERROR_TYPE, kind)
    span.set_status(StatusCode.ERROR)


def _used(message: AIMessage) -> dict[str, Any]:
    about = message.response_metadata
    told: dict[str, Any] = {}
    if usage := message.usage_metadata:
        told[names.GEN_AI_USAGE_INPUT_TOKENS] = usage["input_tokens"]
        told[names.GEN_AI_USAGE_OUTPUT_TOKENS] = usage["output_tokens"]
    if reason := about.get("finish_reason"):
        told[names.GEN_AI_RESPONSE_FINISH_REASONS] = [str(reason)]
    if model := about.get("model_name"):
        told[names.GEN_AI_RESPONSE_MODEL] = str(model)
    return told
