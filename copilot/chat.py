"""The copilot: one question in; steps and verified text out; an Answer at the end."""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ToolCallRequest,
    ToolErrorMiddleware,
)
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    RemoveMessage,
    ToolMessage,
)
from langchain_core.messages.ai import UsageMetadata
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph.state import CompiledStateGraph

from copilot.citations import Verifier
from copilot.errors import LimitExceeded, ModelError, ToolError
from copilot.memos.memo import MemoResult
from copilot.memos.store import Memos
from copilot.models.draft import Draft
from copilot.source_pages import SourcePage, open_source
from copilot.sources import Sources
from copilot.state.conversations import Conversations, title_of
from copilot.suggestions import suggest
from copilot.tools import LABELS, available, bind, run
from copilot.types import (
    Answer,
    Citation,
    Event,
    Final,
    Finding,
    Restart,
    Seconds,
    Status,
    Step,
    TextDelta,
    ToolCall,
    ToolResult,
    Usage,
    Viewer,
)
from copilot.verification.prose import ProseVerifier
from copilot.verification.repair import MOST_REPAIRED, repaired, request

_log = logging.getLogger(__name__)

# A turn calls the chat model at most this often; a longer one is going in circles.
MAX_MODEL_CALLS = 8
# A longer question is cut to its beginning and end, where what is asked stands.
MAX_QUESTION_CHARACTERS = 4000
# How often the text of a long answer is saved while it is written.
KEEP_SECONDS = 2.0
# A turn that takes longer is logged as slow.
SLOW_SECONDS = 10.0


@dataclass(frozen=True)
class ChatModels:
    """Who writes the answers: the grounded model for each viewer, and a remote one before it when configured."""

    grounded: Callable[[Viewer], BaseChatModel]
    remote: BaseChatModel | None = None
    remote_name: str = ""
    system_prompt: Callable[[Viewer], str] | None = None
    """What the remote model is told about its work."""


@dataclass
class _Turn:
    """What one question has gathered so far."""

    question: str
    verifier: Verifier
    model: str = "grounded"
    began: float = field(default_factory=time.perf_counter)
    results: list[tuple[str, ToolResult]] = field(default_factory=list)
    """Each with the id of its call, which some services use again in the next round of calls."""
    pending: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Ids of the calls made, in order; a service may use one again in a later round."""
    calls: list[tuple[int, ToolCall]] = field(default_factory=list)
    """With the place of each among those made."""
    text: str = ""
    draft: Draft | None = None
    """What the built-in model says of its answer."""
    input_tokens: int = 0
    output_tokens: int = 0
    first_token: float = 0.0
    warnings: list[str] = field(default_factory=list)

    def say(self, text: str) -> TextDelta:
        if not self.first_token:
            self.first_token = time.perf_counter() - self.began
        self.text += text
        return TextDelta(text=text)

    def count(self, usage: UsageMetadata | None) -> None:
        """Adds what a call of the model used."""
        if usage:
            self.input_tokens += usage["input_tokens"]
            self.output_tokens += usage["output_tokens"]

    def place(self, id: str) -> int:
        """Where a call stands among those made, the latest of its id."""
        return len(self.asked) - 1 - self.asked[::-1].index(id) if id in self.asked else len(self.asked)

    @property
    def findings(self) -> dict[str, tuple[Finding, ...]]:
        """What each tool found that was called once; two calls of one tool are not told apart."""
        names = {place: call.name for place, call in self.calls if call.ok}
        found = [(names.get(self.place(id), ""), result.findings) for id, result in self.results]
        told = Counter(name for name, _ in found)
        return {name: findings for name, findings in found if name and told[name] == 1}

    def forget_text(self) -> None:
        """Drops the text so far; what was read stays readable."""
        self.text, self.draft = "", None
        self.verifier = self.verifier.again()

    def start_over(self, warning: str) -> None:
        """Hands the question to the grounded model, with a word on why."""
        self.model, self.verifier, self.text, self.draft = "grounded", Verifier(self.question), "", None
        self.results, self.pending, self.asked, self.calls = [], {}, [], []
        self.warnings.append(warning)


class Copilot:
    """Answers questions about one workspace. Safe to share between threads.

    Where a method takes `viewer`, it is a name from `workspace.yaml`; None stands for the default one, and an unknown
    name raises SettingsError. Every method may raise SettingsError when the state folder cannot be used, and
    KnowledgeError when the index cannot be read.
    """

    def __init__(
        self,
        sources: Sources,
        models: ChatModels,
        conversations: Conversations,
        checkpointer: SqliteSaver,
        viewer: str | None = None,
        memos: Memos | None = None,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self.sources = sources
        self.conversations = conversations
        self.memos = memos
        self._models = models
        self._checkpointer = checkpointer
        self._default_viewer = viewer
        self._slow_seconds = slow_seconds
        self._agents: dict[tuple[Viewer, bool, bool], CompiledStateGraph[Any, Any, Any, Any]] = {}

    @property
    def title(self) -> str:
        return self.sources.workspace.title

    @property
    def viewers(self) -> tuple[str, ...]:
        """Everyone who may be signed in, the default first."""
        config = self.sources.workspace.config
        return tuple(dict.fromkeys([self.viewer().name, *config.viewers]))

    def viewer(self, name: str | None = None) -> Viewer:
        return self.sources.workspace.viewer(name or self._default_viewer)

    def suggestions(self, viewer: str | None = None) -> tuple[str, ...]:
        """Questions that this workspace can answer for this viewer, to start from."""
        return suggest(self.sources, self.viewer(viewer))

    def source(self, citation: Citation, viewer: str | None = None) -> SourcePage:
        """The exact passage or record behind a citation, as this viewer may see it.

        Raises KnowledgeError when the source is gone or has changed since, or is not for this viewer.
        """
        return open_source(self.sources, self.viewer(viewer), citation)

    def call(self, tool: str, viewer: str | None = None, **arguments: Any) -> ToolResult:
        """What one tool finds, without a chat: text, evidence, tables, charts and figures.

        Raises ToolError, which says what would be right, when there is no such tool, it has nothing to answer from in
        this workspace, or an argument is unknown, missing or wrong.
        """
        return run(tool, self.sources, self.viewer(viewer), arguments)

    def ask(self, question: str, conversation: str | None = None, viewer: str | None = None) -> Answer:
        """The answer to a question: `stream` read to its end. Raises what `stream` raises.

        That the documents do not say, or that more must be asked first, is an Answer with that `status`, no error. Its
        `seconds` are of wall-clock time.
        """
        for event in self.stream(question, conversation, viewer):
            if isinstance(event, Final):
                return event.answer
        raise AssertionError("a stream ends with a Final")

    def stream(self, question: str, conversation: str | None = None, viewer: str | None = None) -> Iterator[Event]:
        """Steps and verified text as they come, then one Final.

        With a conversation, earlier questions in it are remembered and the turn is stored; without one, the
        question stands alone and leaves no trace. Whoever stops reading early interrupts the turn, and its text so far
        is kept.

        A remote model that fails raises nothing: a Restart is given and the built-in model answers, with a warning in
        the Answer. Raises SettingsError for a conversation id that is malformed or not this viewer's, and
        LimitExceeded when the built-in model comes to no answer in MAX_MODEL_CALLS calls.
        """
        who = self.viewer(viewer)
        stored: str | None = None
        if conversation is not None:
            self.conversations.ensure(conversation, who.name, title_of(question))
            stored = self.conversations.begin_turn(conversation, who.name, question)
        turn = self._begin(question)
        kept = turn.began
        finished = False
        try:
            for event in self._answer(turn, who, conversation):
                yield event
                if stored is not None and isinstance(event, TextDelta) and time.perf_counter() - kept > KEEP_SECONDS:
                    self.conversations.keep_partial(stored, turn.text)
                    kept = time.perf_counter()
            answer = _assemble(turn)
            self._log_turn(answer)
            if stored is not None:
                self.conversations.finish_turn(stored, answer, turn.verifier.cited, turn.findings)
                self._keep_memos(turn)
            finished = True
            yield Final(answer=answer)
        finally:
            if stored is not None and not finished:
                self.conversations.interrupt_turn(stored, turn.text)

    def close(self) -> None:
        """Lets go of the files that are open."""
        self.conversations.close()
        if self.sources.snapshots is not None:
            self.sources.snapshots.close()
        if self.memos is not None:
            self.memos.close()
        self._checkpointer.conn.close()
        if self.sources.retriever is not None:
            self.sources.retriever.close()

    def forget(self, conversation: str, viewer: str | None = None) -> None:
        """Deletes a conversation with all that the agent remembers of it. The audit trail stays.

        The id cannot be used again. Raises SettingsError when the viewer has no such conversation.
        """
        who = self.viewer(viewer)
        self.conversations.delete(conversation, who.name)
        self._checkpointer.delete_thread(f"{who.name}/{conversation}")

    def _keep_memos(self, turn: _Turn) -> None:
        """Tools draft and change nothing; the turn that is stored keeps what they drafted."""
        for _, result in turn.results:
            if isinstance(result, MemoResult) and self.memos is not None:
                self.memos.keep(result.memo)

    def _log_turn(self, answer: Answer) -> None:
        # A remote model may make up the name of a tool, and put into it what it likes.
        tools = [call.name if call.name in LABELS else "unknown" for call in answer.tool_calls]
        about = {
            "answer": answer.id,
            "status": answer.status,
            "model": answer.model,
            "seconds": answer.seconds.total,
            "first_token_seconds": answer.seconds.first_token,
            "tools": tools,
        }
        if answer.seconds.total > self._slow_seconds:
            _log.warning("slow turn", extra=about)
        else:
            _log.info("turn", extra=about)

    def _begin(self, question: str) -> _Turn:
        # A lone surrogate, as a terminal in another encoding passes on, can be neither stored nor printed.
        text = " ".join(question.encode("utf-8", "replace").decode().split())
        warnings = []
        if len(text) > MAX_QUESTION_CHARACTERS:
            half = MAX_QUESTION_CHARACTERS // 2
            warnings.append(f"The question has {len(text):,} characters; only its first and last {half:,} were read.")
            text = f"{text[:half]} {text[-half:]}"
        if self._models.remote is None:
            return _Turn(text, Verifier(text), warnings=warnings)
        return _Turn(text, ProseVerifier(text), model=self._models.remote_name, warnings=warnings)

    def _answer(self, turn: _Turn, viewer: Viewer, conversation: str | None) -> Iterator[Event]:
        if not any(c.isalnum() for c in turn.question):
            turn.draft = Draft(status="needs_clarification")
            yield turn.say("Ask a question about the strategy, the policies, the projects or the metrics.")
            return
        message = HumanMessage(turn.question, id=f"q-{uuid.uuid4().hex[:12]}")
        if self._models.remote is not None:
            try:
                yield from self._run(turn, viewer, message, conversation, remote=True)
                yield from self._repair(turn, self._models.remote)
                return
            except (ModelError, LimitExceeded) as error:
                kind = error.kind if isinstance(error, ModelError) else "limit"
                _log.warning("remote model failed", extra={"model": turn.model, "kind": kind})
                yield Restart(reason=str(error))
                turn.start_over(f"{error} The built-in model answered instead.")
        yield from self._run(turn, viewer, message, conversation, remote=False)

    def _repair(self, turn: _Turn, model: BaseChatModel) -> Iterator[Event]:
        """Has the model put right what did not stand the check; ModelError when most of the answer did not."""
        if not isinstance(turn.verifier, ProseVerifier) or not turn.verifier.failures:
            return
        failures = turn.verifier.failures
        if turn.results and len(failures) <= MOST_REPAIRED:
            yield from self._rewrite(turn, turn.verifier, model)
        if 2 * len(turn.verifier.failures) > turn.verifier.claims:
            unproven = "Most of what the model said is not borne out by what was found."
            unread = "The model answered without looking anything up."
            raise ModelError("unverified", unproven if turn.results else unread)

    def _rewrite(self, turn: _Turn, verifier: ProseVerifier, model: BaseChatModel) -> Iterator[Event]:
        """One more call for the sentences that failed; where it fails, their marks stay."""
        try:
            reply = model.invoke(request(turn.question, verifier.failures))
        except ModelError as error:
            _log.warning("repair failed", extra={"model": turn.model, "kind": error.kind})
            return
        turn.count(reply.usage_metadata)
        draft = repaired(verifier.draft, verifier.failures, str(reply.text))
        turn.text, turn.verifier = "", verifier.again()
        yield Restart(reason="Sentences that were not borne out by the sources are put right.")
        yield turn.say(turn.verifier.feed(draft) + turn.verifier.close())

    def _run(
        self, turn: _Turn, viewer: Viewer, message: HumanMessage, conversation: str | None, *, remote: bool
    ) -> Iterator[Event]:
        """One pass of the agent loop, its events turned into ours."""
        agent = self._agent(viewer, remote=remote, remembers=conversation is not None)
        config: Any = {"configurable": {"thread_id": f"{viewer.name}/{conversation}"}, "recursion_limit": 60}
        messages: list[BaseMessage] = [message]
        if conversation is not None and not remote and self._models.remote is not None:
            messages = [*_leftovers(agent, config, message.id), message]
        stream = agent.stream(
            {"messages": messages}, config, stream_mode=["messages", "updates"],
            durability="exit" if conversation is not None else None,
        )  # fmt: skip
        try:
            for mode, event in stream:
                yield from self._events(turn, mode, event)
        except ModelCallLimitExceededError:
            raise LimitExceeded(
                f"The model looked things up {MAX_MODEL_CALLS} times without coming to an answer."
            ) from None
        if rest := turn.verifier.close():
            yield turn.say(rest)

    def _events(self, turn: _Turn, mode: str, event: Any) -> Iterator[Event]:
        if mode == "messages":
            chunk, about = event
            if about.get("langgraph_node") == "model" and isinstance(chunk, AIMessageChunk):
                turn.draft = Draft.of(chunk) or turn.draft
                if chunk.text and (ready := turn.verifier.feed(str(chunk.text))):
                    yield turn.say(ready)
            return
        for node, update in event.items():
            for message in (update or {}).get("messages", ()):
                if node == "model" and isinstance(message, AIMessage):
                    yield from self._model_spoke(turn, message)
                elif node == "tools" and isinstance(message, ToolMessage):
                    yield self._tool_ended(turn, message)

    def _model_spoke(self, turn: _Turn, message: AIMessage) -> Iterator[Event]:
        turn.count(message.usage_metadata)
        if message.tool_calls and (turn.text or turn.verifier.close()):
            # What a model says before it calls tools is no part of the answer.
            turn.forget_text()
            yield Restart(reason="The model went on to look things up.")
        for call in message.tool_calls:
            id = str(call["id"])
            turn.pending[id] = (call["name"], call["args"])
            turn.asked.append(id)
            yield Step(id=id, tool=call["name"], label=LABELS.get(call["name"], call["name"]))

    def _tool_ended(self, turn: _Turn, message: ToolMessage) -> Step:
        name, arguments = turn.pending.pop(message.tool_call_id, (str(message.name), {}))
        seconds, ok = float(message.response_metadata.get("seconds", 0.0)), message.status != "error"
        if isinstance(message.artifact, ToolResult):
            turn.results.append((message.tool_call_id, message.artifact))
            turn.verifier.read(message.artifact.evidence, message.artifact.tables, message.artifact.findings)
        call = ToolCall(name=name, arguments=arguments, seconds=round(seconds, 4), ok=ok)
        # Calls run side by side and end in any order; they are told in the order in which they were made.
        turn.calls.append((turn.place(message.tool_call_id), call))
        return Step(
            id=message.tool_call_id,
            tool=name,
            label=LABELS.get(name, name),
            done=True,
            seconds=seconds,
            ok=ok,
        )

    def _agent(self, viewer: Viewer, *, remote: bool, remembers: bool) -> CompiledStateGraph[Any, Any, Any, Any]:
        key = (viewer, remote, remembers)
        if key not in self._agents:
            model = self._models.remote if remote else None
            prompt = self._models.system_prompt
            self._agents[key] = create_agent(
                model or self._models.grounded(viewer),
                [bind(tool, self.sources, viewer) for tool in available(self.sources)],
                system_prompt=prompt(viewer) if remote and prompt else None,
                middleware=[
                    _Bookkeeping(),
                    ToolErrorMiddleware(_tool_error),
                    ModelCallLimitMiddleware(run_limit=MAX_MODEL_CALLS, exit_behavior="error"),
                ],
                checkpointer=self._checkpointer if remembers else None,
            )
        return self._agents[key]


class _Bookkeeping(AgentMiddleware[Any, Any, Any]):
    """Times each tool, and keeps the results' objects out of the stored conversation."""

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Any]) -> Any:
        began = time.perf_counter()
        message = handler(request)
        if isinstance(message, ToolMessage):
            message.response_metadata["seconds"] = time.perf_counter() - began
        return message

    def after_agent(self, state: dict[str, Any], runtime: Any) -> dict[str, Any] | None:
        heavy = [m for m in state["messages"] if isinstance(m, ToolMessage) and m.artifact is not None]
        return {"messages": [m.model_copy(update={"artifact": None}) for m in heavy]} if heavy else None


def _tool_error(error: Exception, request: ToolCallRequest) -> str | None:
    """A wrong call goes back to the model as text; anything else is a bug and ends the run."""
    if isinstance(error, ToolError):
        unsaid = [name for name in error.nearest if name not in str(error)]
        nearest = f" Nearest: {'; '.join(unsaid)}." if unsaid else ""
        return f"{error}{nearest}"
    return None


def _leftovers(agent: CompiledStateGraph[Any, Any, Any, Any], config: Any, question: str | None) -> list[BaseMessage]:
    """Removes what a failed run left in the stored conversation after this question."""
    messages = agent.get_state(config).values.get("messages", [])
    at = next((i for i, m in enumerate(messages) if m.id == question), len(messages))
    return [RemoveMessage(id=str(m.id)) for m in messages[at:]]


def _assemble(turn: _Turn) -> Answer:
    verifier = turn.verifier
    calls = [call for _, call in sorted(turn.calls, key=lambda placed: placed[0])]
    cited = {item.id for item in verifier.cited}
    draft = turn.draft or Draft()
    results = [
        result
        for id, result in sorted(turn.results, key=lambda found: turn.place(found[0]))
        if (id in draft.shown if turn.draft else any(e.id in cited for e in result.evidence))
    ]
    warnings = [*turn.warnings, *verifier.warnings, *draft.warnings]
    status = _status(turn, bool(cited))
    follow_ups = draft.follow_ups or [q for r in results for q in r.follow_ups]
    return Answer(
        id=f"a-{uuid.uuid4().hex[:12]}",
        question=turn.question,
        status=status,
        text=turn.text.strip(),
        citations=verifier.citations,
        figures=verifier.figures({f.text: f for r in results for f in r.figures}),
        tables=tuple(t for r in results for t in r.tables),
        charts=tuple(c for r in results for c in r.charts),
        tool_calls=tuple(calls),
        follow_ups=tuple(dict.fromkeys(follow_ups))[:4],
        warnings=tuple(dict.fromkeys(warnings)),
        model=turn.model,
        usage=Usage(input_tokens=turn.input_tokens, output_tokens=turn.output_tokens),
        seconds=Seconds(
            total=round(time.perf_counter() - turn.began, 4),
            first_token=round(turn.first_token, 4),
            retrieval=round(sum(c.seconds for c in calls if c.name == "search_knowledge"), 4),
            tools=round(sum(c.seconds for c in calls), 4),
        ),
    )


def _status(turn: _Turn, is_cited: bool) -> Status:
    """What the model said of its answer; without a citation nothing counts as answered."""
    if turn.draft is not None and (turn.draft.status != "answered" or is_cited):
        return turn.draft.status
    if turn.text.rstrip().endswith("?") and (not is_cited or "\n" not in turn.text.strip()):
        return "needs_clarification"
    if is_cited and not (isinstance(turn.verifier, ProseVerifier) and turn.verifier.refuses):
        return "answered"
    return "insufficient_evidence"
