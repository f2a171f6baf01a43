"""The chat model that needs no key and no network: it links, reads, calls tools and says what they found.

Same messages, same workspace, same answer. It lives in LangChain's agent loop like any other chat model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, InstanceOf

from copilot.language.english import is_english
from copilot.language.formatting import humanize, join_and
from copilot.models.clarifying import clarified
from copilot.models.draft import Draft
from copilot.models.planning import BOTH, Plan, Planned, plan, points_back
from copilot.models.saying import TELLING, Documents, Outcome, say
from copilot.passages.answerable import least, probability
from copilot.passages.days import is_of_another_day
from copilot.passages.quoting import quote
from copilot.passages.ranked import Ranked, bound
from copilot.passages.versions import asks_for_before, with_before
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.columns import Columns
from copilot.reading.describing import described
from copilot.reading.linking import Linker
from copilot.reading.names import UNIT, workspace_names
from copilot.reading.parts import sides
from copilot.reading.question import LABELS, Earlier, Links, Reading
from copilot.reading.reader import shipped
from copilot.reading.restating import restated
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.suggestions import about
from copilot.tools import available, is_search, named
from copilot.tools.search_knowledge.tool import UNMENTIONED
from copilot.tools.tool import Tool
from copilot.types import ToolResult, Viewer

READ_BESIDE = 0.2
"""Where documents are wanted so surely, their units are read beside the question."""
_REMEMBERED = 64
# A remote model is told so many of the calls that this one would make.
CANDIDATES = 3
# So many turns before a question say what it may continue.
_TURNS = 3


class Turn(NamedTuple):
    """A question that was answered, and the call that led its answer."""

    question: str
    lead: Call | None = None
    subjects: tuple[str, ...] = ()
    """What the result of that call is about, by key or name."""
    choices: tuple[str, ...] = ()
    """What it was asked back with."""


class Memory:
    """What one viewer may name, and the questions read last."""

    def __init__(self, sources: Sources, viewer: Viewer) -> None:
        self.sources, self.viewer = sources, viewer
        self._asked: dict[tuple[str, Earlier | None], Asked] = {}
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
        phrases = self.sources.retriever.phrases() if self.sources.retriever else {}
        return Columns.of(self.view, phrases, self.sources.workspace.config.stages)

    def asked(self, text: str, earlier: Earlier | None = None) -> Asked:
        """The question, read beside what it may continue; read once while its answer is made."""
        key = (text, earlier)
        asked = self._asked.get(key)
        if asked is None:
            links = self.linker.link(text)
            read = shipped().read(text, links, earlier)
            links = self._with_described(text, links, read)
            asked = Asked(text, links, read, self.columns, self.view, self.sources, self.viewer, earlier)
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            self._asked[key] = asked
        return asked

    def _with_described(self, text: str, links: Links, read: Reading) -> Links:
        """The links, with the record that is described where what is wanted is about one."""
        first = next((name for name in read.ranked if name not in LABELS), None)
        if first is None or read.tools[first] < BOTH or self.sources.retriever is None:
            return links
        tool = named(first)
        is_of_one = "project" in tool.arguments.model_fields or tool.needs_figure
        # The figure of a unit is not that of one project in it.
        is_of_unit = tool.needs_figure and any(x.column == UNIT for x in links.of("value"))
        if tool.searches or not is_of_one or is_of_unit:
            return links
        return described(text, links, read, self.sources.retriever, self.view, self.viewer)

    def after(self, turns: Sequence[Turn]) -> Earlier | None:
        """What a question after these turns may continue."""
        earlier: Earlier | None = None
        for turn in turns[-_TURNS:]:
            asked = self.asked(turn.question, earlier)
            if earlier is not None and points_back(asked, shipped().thresholds):
                asked = replace(asked, is_continued=True)
            earlier = Earlier(asked.topic, self.linker.link(asked.topic), turn.lead.tool if turn.lead else "")
        return earlier

    def as_meant(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns, a question that was asked back and the reply to that made one, and one that names only another
        size than a question to the documents as that question with it."""
        found: list[Turn] = []
        for turn in turns:
            before = found[-1] if found else None
            choices = [c for c in before.choices if not c.endswith("?")] if before else []
            if before and before.choices:
                meant = clarified(before.question, choices, turn.question, self.linker, self.view)
                if meant:
                    found[-1] = turn._replace(question=meant)
                    continue
            elif before and (before.lead is None or is_search(before.lead.tool)):
                turn = turn._replace(question=restated(before.question, turn.question) or turn.question)
            found.append(turn)
        return found

    def planned(self, asked: Asked, tools: Sequence[Tool], before: Turn | None) -> Plan:
        """The calls for a question; made once, and used again when their results come back."""
        key = (asked.text, repr((asked.earlier, before)), tuple(t.name for t in tools))
        planned = self._planned.get(key)
        if planned is None:
            earlier, subjects = (before.lead, before.subjects) if before else (None, ())
            planned = plan(asked, tools, shipped().thresholds, earlier, subjects, self.asked)
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
        """The reply line by line; tool calls come whole, and first."""
        message = self._reply(messages, kwargs.get("tools") or [])
        first, *rest = str(message.content).splitlines(keepends=True) or [""]
        # What is known of the draft comes first: what may be chosen from is no claim.
        head = AIMessageChunk(content=first, tool_calls=message.tool_calls, additional_kwargs=message.additional_kwargs)
        yield _chunk(head, run_manager)
        for line in rest:
            yield _chunk(AIMessageChunk(content=line), run_manager)
        yield _chunk(AIMessageChunk(content="", chunk_position="last"), run_manager)

    def candidates(self, messages: Sequence[BaseMessage]) -> list[Call]:
        """The calls that it would make for the last question, without the searches, most probable first."""
        *turns, (question, *_) = self.memory.as_meant(_turns(messages))
        asked = self.memory.asked(question, self.memory.after(turns))
        planned = self.memory.planned(asked, available(self.sources), turns[-1] if turns else None)
        return [p.call for p in planned.calls if named(p.call.tool).searches is None][:CANDIDATES]

    def wanted(self, messages: Sequence[BaseMessage]) -> list[str]:
        """The tools that the last question wants: of the calls that it would make, then as the reader has them."""
        *turns, (question, *_) = self.memory.as_meant(_turns(messages))
        read = self.memory.asked(question, self.memory.after(turns)).reading
        suggested = [call.tool for call in self.candidates(messages)]
        return list(dict.fromkeys([*suggested, *(name for name in read.ranked if name not in LABELS)]))

    def _reply(self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> AIMessage:
        *turns, (question, *_) = self.memory.as_meant(_turns(messages))
        asked = self.memory.asked(question, self.memory.after(turns))
        known = [named(t["function"]["name"]) for t in tools]
        planned = self.memory.planned(asked, known, turns[-1] if turns else None)
        if planned.kind == "about_bearing":
            return self._about().message()
        results = _results_since_question(messages)
        if planned.kind == "ask_back" or (not results and not planned.calls):
            return say(asked, planned, (), Documents(), self._organisation).message()
        if not results:
            return _calls(planned.calls)
        return self._say(asked, planned, results).message()

    @property
    def _organisation(self) -> str:
        return self.sources.workspace.config.organisation

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
        draft = say(asked, planned, outcomes, self._documents(asked, planned, outcomes), self._organisation)
        if draft.status == "insufficient_evidence" and not is_english(asked.text):
            note = "The sources are in English; a question in English finds more."
            draft = draft.model_copy(update={"text": f"{draft.text}\n\n{note}"})
        return draft

    def _documents(self, asked: Asked, planned: Plan, outcomes: Sequence[Outcome]) -> Documents:
        searched = [o for o in outcomes if o.tool.searches == "passages" and o.result]
        if self.sources.retriever is None or not searched:
            return Documents()
        parts = planned.parts.get(searched[0].tool.name, ())
        if len(parts) > 1 and len(parts) == len(searched):
            found = [self._found(part, planned, [o]) for part, o in zip(parts, searched, strict=True)]
            if not any(d.do_answer for d in found) and sides(asked):
                # What is told of neither alone may be told of both.
                return self._found(asked, planned, searched)
            return Documents.together([replace(d, about=part.text) for d, part in zip(found, parts, strict=True)])
        return self._found(parts[0] if len(parts) == 1 else asked, planned, searched)

    def _found(self, asked: Asked, planned: Plan, searched: Sequence[Outcome]) -> Documents:
        """What the documents have on one question."""
        retriever = self.sources.retriever
        assert retriever is not None
        results = [o.result for o in searched if o.result]
        found = [e for result in results for e in result.evidence]
        asked = asked if planned.follows is None else asked.continuing(planned.follows)
        ranked = Ranked.of(asked.text, found, retriever)
        ranked = replace(ranked, wants_definition=asked.reading.shape == "definition")
        if asked.is_continued:
            ranked = ranked.beside(Ranked.of(asked.topic, found, retriever))
        if max(o.planned.probability for o in searched) >= READ_BESIDE and ranked.telling:
            # Read only with what it continues, what answered that would be told once more.
            ranked = ranked.read_beside(*dict.fromkeys((asked.text, asked.topic)))
        named_documents = [x.key for x in asked.documents]
        sides = [s.text for s in asked.reading.of("compare")]
        lacking = [{f.subject for f in result.findings if f.kind == UNMENTIONED} for result in results]
        unmentioned = sorted(set.intersection(*lacking)) if lacking else []
        shape = "memo" if asked.wants_all else asked.reading.shape
        quotation = quote(ranked, retriever, shape, named_documents, sides)
        if any(item.replaced_on for item in found) and asks_for_before(asked.text):
            quotation = with_before(ranked, quotation, retriever)
        if quotation.is_of_versions:
            # Both versions are meant, whichever is named, and the time that is named is that of one of them.
            named_documents, is_of_another = [], False
        else:
            fiscal_start = self.sources.workspace.config.fiscal_year_start_month
            is_of_another = is_of_another_day(quotation, found, asked.period, asked.today, fiscal_start)
        answers = 0.0 if is_of_another else probability(ranked, named_documents)
        told = bound(ranked, named_documents)
        return Documents(
            quotation,
            answers,
            tuple(found),
            tuple(unmentioned),
            0.0 if quotation.is_of_versions else least(asked.reading.shape, bool(ranked.judged)),
            told.certainty,
            answered=told.answered,
        )

    def _about(self) -> Draft:
        """What can be asked here."""
        found = about(self.sources, self.viewer)
        holds = ["its documents"] if found.documents else []
        holds += [f"its records of {join_and(humanize(table) for table in found.records)}"] if found.records else []
        lines = [
            f"I answer questions about the AI programme of {self.sources.workspace.title} from "
            f"{' and '.join(holds)}, with the source of every figure. For example:"
        ]
        # A name with a number in it would read as a figure without a source.
        told = {aim: [q for q in asked if not any(c.isdigit() for c in q)] for aim, asked in found.examples.items()}
        for aim, questions in told.items():
            lines += ["", f"**{aim}**", "", *(f"- {question}" for question in questions)]
        follow_ups = tuple(questions[0] for questions in told.values() if questions)
        return Draft(text="\n".join(lines), status="needs_clarification", follow_ups=follow_ups)


def _chunk(message: AIMessageChunk, run_manager: CallbackManagerForLLMRun | None) -> ChatGenerationChunk:
    chunk = ChatGenerationChunk(message=message)
    if run_manager:
        run_manager.on_llm_new_token(str(message.text), chunk=chunk)
    return chunk


def _results_since_question(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    return [m for m in messages[last:] if isinstance(m, ToolMessage)]


def _turns(messages: Sequence[BaseMessage]) -> list[Turn]:
    """The questions, each with the call that led its answer, as the conversation remembers it."""
    turns: list[Turn] = []
    calls: dict[str, Call] = {}
    results: dict[str, ToolResult] = {}
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append(Turn(str(message.text)))
            calls, results = {}, {}
        elif isinstance(message, ToolMessage) and isinstance(message.artifact, ToolResult):
            results[message.tool_call_id] = message.artifact
        elif isinstance(message, AIMessage) and turns:
            calls |= {str(c["id"]): Call(c["name"], c["args"]) for c in message.tool_calls}
            # Of an earlier turn only the call that led its answer is remembered; where none did, the search.
            draft = Draft.of(message)
            searches = [key for key, call in calls.items() if is_search(call.tool)]
            unanswered = draft is not None and draft.status == "insufficient_evidence"
            lead = next(iter([*(searches if unanswered else ()), *calls]), "")
            found = results[lead].findings if lead in results else ()
            subjects = tuple(dict.fromkeys(f.subject for f in found if f.subject and f.role in TELLING))
            choices = draft.follow_ups if draft is not None and draft.status == "needs_clarification" else ()
            call = calls.get(lead)
            if call is not None and draft is not None:
                call = replace(call, certainty=draft.certainty)
            turns[-1] = Turn(turns[-1].question, call, subjects, choices)
    if not turns:
        raise ValueError("a chat model needs a human message to answer")
    return turns


def _calls(planned: Sequence[Planned]) -> AIMessage:
    calls = [
        {"name": p.call.tool, "args": dict(p.call.arguments), "id": f"call_{n}", "type": "tool_call"}
        for n, p in enumerate(planned)
    ]
    return AIMessage(content="", tool_calls=calls)
