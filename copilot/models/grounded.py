"""The chat model that needs no key and no network: it plans tool calls by rules and composes from their results.

Same messages, same workspace, same answer. It lives in LangChain's agent loop like any other chat model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, InstanceOf

from copilot.models import guard
from copilot.models.composer import Draft, ToolOutcome, compose
from copilot.models.entities import Lexicon
from copilot.models.frame import Frame, read
from copilot.models.planner import Plan, plan
from copilot.models.plans.call import Call
from copilot.sources import Sources
from copilot.tools import named
from copilot.types import ToolResult, Viewer

# How many earlier questions a follow-up may lean on.
MEMORY = 6
DRAFT = "draft"
"""Key in `additional_kwargs` of the final message: status, follow-ups and the calls whose tables are shown."""


class GroundedChatModel(BaseChatModel):
    """Plans and composes for one viewer of one workspace."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    sources: InstanceOf[Sources]
    viewer: Viewer
    lexicon: InstanceOf[Lexicon]

    @property
    def _llm_type(self) -> str:
        return "grounded"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": "grounded"}

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        return self.bind(tools=[convert_to_openai_tool(t) for t in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = self._reply(messages, kwargs.get("tools") or [])
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """The reply line by line; tool calls come whole."""
        message = self._reply(messages, kwargs.get("tools") or [])
        lines = str(message.content).splitlines(keepends=True)
        for line in lines[:-1]:
            yield _chunk(AIMessageChunk(content=line), run_manager)
        last = AIMessageChunk(
            content=lines[-1] if lines else "",
            tool_calls=message.tool_calls,
            additional_kwargs=message.additional_kwargs,
            chunk_position="last",
        )
        yield _chunk(last, run_manager)

    def _reply(self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> AIMessage:
        frame = self._frame(messages)
        refusal = self._refusal(frame.text)
        if refusal is not None:
            return _final(refusal)
        planned = plan(frame, [t["function"]["name"] for t in tools])
        results = _results_since_question(messages)
        if not results and planned.calls and not planned.choices:
            return _calls(planned)
        return _final(self._compose(frame, planned, results))

    def _frame(self, messages: Sequence[BaseMessage]) -> Frame:
        """The last question, read in the light of the ones before it."""
        questions = [str(m.text) for m in messages if isinstance(m, HumanMessage)][-MEMORY:]
        frame: Frame | None = None
        config = self.sources.workspace.config
        for question in questions:
            frame = read(question, self.lexicon, self.sources.today, config.fiscal_year_start_month, frame)
        if frame is None:
            raise ValueError("a chat model needs a human message to answer")
        return frame

    def _refusal(self, question: str) -> Draft | None:
        config = self.sources.workspace.config
        label = guard.restricted_label(question, config.labels, self.viewer.labels)
        if label is not None:
            return Draft(
                f"That is kept for holders of the label “{label}”, and you are asking as {self.viewer.name}. "
                "Ask its owner, or ask me about what you may see.",
                status="not_permitted",
            )
        if guard.is_instruction(question):
            return Draft(
                "I answer questions from the documents and records that you may see; a question cannot change "
                "those rules. Ask me about the strategy, the policies or the projects instead.",
                status="not_permitted",
            )
        return None

    def _compose(self, frame: Frame, planned: Plan, results: Sequence[ToolMessage]) -> Draft:
        findings, errors = [], []
        for message in results:
            call = next((c for c in planned.calls if _call_id(planned, c) == message.tool_call_id), None)
            fit = call.fit if call else 0.0
            if isinstance(message.artifact, ToolResult):
                ignored = call.left_out if call else ()
                findings.append(
                    ToolOutcome(named(str(message.name)), fit, message.artifact, message.tool_call_id, ignored)
                )
            elif message.status == "error" and fit >= 0.5:
                errors.append(str(message.content))
        organisation = self.sources.workspace.config.organisation
        draft = compose(frame, planned, findings, errors, organisation, self.sources.retriever)
        if draft.status == "insufficient_evidence" and not guard.is_english(frame.text):
            draft.text += "\n\nThe sources are in English; a question in English finds more."
        return draft


def _chunk(message: AIMessageChunk, run_manager: CallbackManagerForLLMRun | None) -> ChatGenerationChunk:
    chunk = ChatGenerationChunk(message=message)
    if run_manager:
        run_manager.on_llm_new_token(str(message.text), chunk=chunk)
    return chunk


def _results_since_question(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    return [m for m in messages[last:] if isinstance(m, ToolMessage)]


def _call_id(planned: Plan, call: Call) -> str:
    return f"call_{planned.calls.index(call)}"


def _calls(planned: Plan) -> AIMessage:
    calls = [
        {"name": c.tool, "args": dict(c.arguments), "id": f"call_{n}", "type": "tool_call"}
        for n, c in enumerate(planned.calls)
    ]
    return AIMessage(content="", tool_calls=calls)


def _final(draft: Draft) -> AIMessage:
    about = {
        "status": draft.status,
        "follow_ups": list(draft.follow_ups),
        "shown": list(draft.shown),
        "warnings": draft.warnings,
    }
    return AIMessage(content=draft.text, additional_kwargs={DRAFT: about})
