"""The chat model that needs no key and no network: it links, reads, calls tools and says what they found.

Same messages, same workspace, same answer. It lives in LangChain's agent loop like any other chat model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, InstanceOf

from copilot.language.english import is_english
from copilot.models.draft import Draft
from copilot.models.planning import Plan, Planned, plan
from copilot.models.saying import Documents, Outcome, say
from copilot.passages.answerable import least, probability
from copilot.passages.quoting import Ranked, quote
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.columns import Columns
from copilot.reading.linking import Linker
from copilot.reading.names import workspace_names
from copilot.reading.reader import shipped
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.suggestions import suggest
from copilot.tools import available, named
from copilot.tools.search_knowledge.tool import UNMENTIONED
from copilot.tools.tool import Tool
from copilot.types import ToolResult, Viewer

_REMEMBERED = 64
# A remote model is told so many of the calls that this one would make.
CANDIDATES = 3


class Memory:
    """What one viewer may name, and the questions read last."""

    def __init__(self, sources: Sources, viewer: Viewer) -> None:
        self.sources, self.viewer = sources, viewer
        self._asked: dict[str, Asked] = {}
        self._planned: dict[tuple[str, str, tuple[str, ...]], Plan] = {}

    @cached_property
    def linker(self) -> Linker:
        config = self.sources.workspace.config
        names = list(workspace_names(self.sources, self.viewer))
        return Linker(names, self.sources.today, config.fiscal_year_start_month)

    @cached_property
    def view(self) -> RecordView:
        return self.sources.records.view(self.viewer)

    @cached_property
    def columns(self) -> Columns:
        return Columns.of(self.view, self.sources.retriever.phrases() if self.sources.retriever else {})

    def asked(self, text: str) -> Asked:
        """The question, read; read once while its answer is made."""
        asked = self._asked.get(text)
        if asked is None:
            links = self.linker.link(text)
            read = shipped().read(text, links)
            asked = Asked(text, links, read, self.columns, self.view, self.sources, self.viewer)
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            self._asked[text] = asked
        return asked

    def planned(self, asked: Asked, tools: Sequence[Tool], earlier: Call | None) -> Plan:
        """The calls for a question; made once, and used again when their results come back."""
        key = (asked.text, repr(earlier), tuple(t.name for t in tools))
        planned = self._planned.get(key)
        if planned is None:
            planned = plan(asked, tools, shipped().thresholds, earlier)
            if len(self._planned) >= _REMEMBERED:
                self._planned.clear()
            self._planned[key] = planned
        return planned


class GroundedChatModel(BaseChatModel):
    """Answers for one viewer of one workspace."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    sources: InstanceOf[Sources]
    viewer: Viewer
    memory: InstanceOf[Memory]

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

    def candidates(self, messages: Sequence[BaseMessage]) -> list[Call]:
        """The calls that it would make for the last question, without the searches, most probable first."""
        asked = self.memory.asked(str(messages[-1].text))
        planned = self.memory.planned(asked, available(self.sources), _earlier(messages))
        return [p.call for p in planned.calls if named(p.call.tool).searches is None][:CANDIDATES]

    def _reply(self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> AIMessage:
        questions = [str(m.text) for m in messages if isinstance(m, HumanMessage)]
        if not questions:
            raise ValueError("a chat model needs a human message to answer")
        asked = self.memory.asked(questions[-1])
        known = [named(t["function"]["name"]) for t in tools]
        planned = self.memory.planned(asked, known, _earlier(messages))
        if planned.kind == "about_bearing":
            return self._about().message()
        results = _results_since_question(messages)
        if planned.kind == "ask_back" or (not results and not planned.calls):
            return say(asked, planned, (), Documents(), self._organisation).message()
        if not results:
            return _calls(self._searching(planned, questions))
        return self._say(asked, planned, results).message()

    @property
    def _organisation(self) -> str:
        return self.sources.workspace.config.organisation

    def _searching(self, planned: Plan, questions: Sequence[str]) -> Sequence[Planned]:
        """The calls; what is searched for on a follow-up is completed by the question before it."""
        if planned.follows is None or len(questions) < 2:
            return planned.calls
        topic = f"{questions[-2]} {questions[-1]}"
        return [
            Planned(Call(p.call.tool, {**p.call.arguments, "query": topic}, p.call.phrase), p.probability)
            if "query" in p.call.arguments
            else p
            for p in planned.calls
        ]

    def _say(self, asked: Asked, planned: Plan, results: Sequence[ToolMessage]) -> Draft:
        outcomes = []
        for message in results:
            place = int(message.tool_call_id.rpartition("_")[2])
            call = planned.calls[place]
            outcomes.append(
                Outcome(
                    call,
                    named(call.call.tool),
                    message.tool_call_id,
                    message.artifact if isinstance(message.artifact, ToolResult) else None,
                    str(message.content) if message.status == "error" else "",
                )
            )
        draft = say(asked, planned, outcomes, self._documents(asked, outcomes), self._organisation)
        if draft.status == "insufficient_evidence" and not is_english(asked.text):
            note = "The sources are in English; a question in English finds more."
            draft = draft.model_copy(update={"text": f"{draft.text}\n\n{note}"})
        return draft

    def _documents(self, asked: Asked, outcomes: Sequence[Outcome]) -> Documents:
        retriever = self.sources.retriever
        found = [e for o in outcomes if o.tool.searches == "passages" and o.result for e in o.result.evidence]
        if retriever is None or not found:
            return Documents()
        ranked = Ranked.of(asked.text, found, retriever)
        named_documents = list(dict.fromkeys(x.key for x in asked.links.of("document")))
        sides = [s.text for s in asked.reading.of("compare")]
        unmentioned = [f.subject for o in outcomes if o.result for f in o.result.findings if f.kind == UNMENTIONED]
        quotation = quote(ranked, retriever, "memo" if asked.is_case else asked.reading.shape, named_documents, sides)
        answers = probability(ranked, named_documents)
        return Documents(quotation, answers, tuple(found), tuple(unmentioned), least(asked.reading.shape))

    def _about(self) -> Draft:
        """What can be asked here."""
        documents = len(self.sources.retriever.documents(self.viewer)) if self.sources.retriever else 0
        tables = self.sources.records.view(self.viewer).tables
        holds = [f"{documents:,} documents"] if documents else []
        holds += [f"records of {', '.join(tables)}"] if tables else []
        examples = suggest(self.sources, self.viewer)
        lines = [
            f"I answer questions about the AI programme of {self.sources.workspace.title} from "
            f"{' and '.join(holds)}, with the source of every figure. For example:",
            "",
            *(f"- {q}" for q in examples),
        ]
        return Draft(text="\n".join(lines), status="needs_clarification", follow_ups=examples)


def _chunk(message: AIMessageChunk, run_manager: CallbackManagerForLLMRun | None) -> ChatGenerationChunk:
    chunk = ChatGenerationChunk(message=message)
    if run_manager:
        run_manager.on_llm_new_token(str(message.text), chunk=chunk)
    return chunk


def _results_since_question(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    return [m for m in messages[last:] if isinstance(m, ToolMessage)]


def _earlier(messages: Sequence[BaseMessage]) -> Call | None:
    """The call that led the answer before this question, as the conversation remembers it."""
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    made = (c for m in reversed(messages[:last]) if isinstance(m, AIMessage) for c in m.tool_calls)
    return next((Call(c["name"], c["args"]) for c in made), None)


def _calls(planned: Sequence[Planned]) -> AIMessage:
    calls = [
        {"name": p.call.tool, "args": dict(p.call.arguments), "id": f"call_{n}", "type": "tool_call"}
        for n, p in enumerate(planned)
    ]
    return AIMessage(content="", tool_calls=calls)
