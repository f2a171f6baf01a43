"""The copilot: one question in; steps and verified text out; an Answer at the end."""

from __future__ import annotations

import logging
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
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
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langgraph.graph.state import CompiledStateGraph

from copilot.citations import Verifier
from copilot.errors import CopilotError, LimitExceeded, ModelError, SettingsError, StateError, ToolError
from copilot.language.english import is_english
from copilot.memos.memo import MemoResult
from copilot.memos.store import Memos
from copilot.models.draft import Draft
from copilot.models.grounded import GroundedChatModel
from copilot.models.history import REMEMBERED_TURNS, leading, remembered
from copilot.models.remote.calculating import CALCULATION, LABEL, NAME, Calculating
from copilot.models.remote.telling import Telling
from copilot.sharing import Shared, shown
from copilot.source_pages import SourcePage, open_source, page_image
from copilot.sources import Sources
from copilot.state.conversations import Conversations, Share, Turn, title_of
from copilot.state.spending import Spending
from copilot.stopping import go_on
from copilot.suggestions import About, about, suggest
from copilot.telemetry import Telemetry, Watched
from copilot.tools import LABELS as TOOL_LABELS
from copilot.tools import available, bind, run
from copilot.tools.embedding import nearest_in_meaning
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

LABELS = {**TOOL_LABELS, NAME: LABEL}
# A turn calls the chat model at most this often; a longer one is going in circles.
MAX_MODEL_CALLS = 8
# A longer question is cut to its beginning and end, where what is asked stands.
MAX_QUESTION_CHARACTERS = 4000
# A call with a wrong name is told so many that would be right.
_MOST_NAMES = 12
# Said of a call that met a fault of the program, to the model and to the person.
_FAILED = "Sorry, {name} failed by a fault of its own; the answer goes without it."
# How often the text of a long answer is saved while it is written.
KEEP_SECONDS = 2.0
# A turn that takes longer is logged as slow.
SLOW_SECONDS = 10.0


@dataclass(frozen=True)
class ChatModels:
    """Who writes the answers: the grounded model for each viewer, and remote ones where they are configured."""

    grounded: Callable[[Viewer], GroundedChatModel]
    names: tuple[str, ...] = ("grounded",)
    """Those that may be chosen, the default first."""
    remote: Mapping[str, BaseChatModel] = field(default_factory=dict)
    """By name all of these but the grounded one."""
    system_prompt: Callable[[Viewer], str] | None = None
    """What a remote model is told about its work."""
    history_tokens: int = 0
    """How much of a conversation it is reminded of."""
    turn_tokens: int | None = None
    """What it may use for one question."""
    day_tokens: int | None = None
    """What it may use in a day."""
    spending: Spending | None = None
    """Where its tokens are counted."""
    prices: tuple[float, float] | None = None
    """Of a million tokens that the first remote one is sent, and that it gives."""


@dataclass
class _Turn:
    """What one question has gathered so far."""

    question: str
    verifier: Verifier
    watched: Watched
    model: str = "grounded"
    prices: tuple[float, float] | None = None
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
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

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

    Where a method takes `viewer`, it is a name from `workspace.yaml` or of someone who has signed in; None stands for
    the default one, and an unknown name raises SettingsError. Every method may raise StateError when the state folder
    cannot be used, and KnowledgeError when the index cannot be read.
    """

    def __init__(
        self,
        sources: Sources,
        models: ChatModels,
        conversations: Conversations,
        viewer: str | None = None,
        memos: Memos | None = None,
        slow_seconds: float = SLOW_SECONDS,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.sources = sources
        self.conversations = conversations
        self.memos = memos
        self.telemetry = telemetry or Telemetry()
        self._models = models
        self._default_viewer = viewer
        self._slow_seconds = slow_seconds
        self._agents: dict[tuple[Viewer, str], CompiledStateGraph[Any, Any, Any, Any]] = {}
        self._signed_in: dict[str, Viewer] = {}

    @property
    def title(self) -> str:
        return self.sources.workspace.title

    @property
    def models(self) -> tuple[str, ...]:
        """Chat models that a question may be put to, the default first."""
        return self._models.names

    @property
    def viewers(self) -> tuple[str, ...]:
        """Everyone who may be signed in, the default first."""
        config = self.sources.workspace.config
        return tuple(dict.fromkeys([self.viewer().name, *config.viewers]))

    def viewer(self, name: str | None = None) -> Viewer:
        return self._signed_in.get(name or "") or self.sources.workspace.viewer(name or self._default_viewer)

    def sign_in(self, claims: Mapping[str, object]) -> Viewer:
        """Lets a person in by the claims of an identity token that the caller has checked.

        From then on the name of the viewer that comes back may be passed to every method, so callers pass only names
        of whom they signed in themselves. Raises PermissionDenied where `sign_in` in workspace.yaml has no place for
        the person.
        """
        viewer = self.sources.workspace.signed_in(claims)
        self._signed_in[viewer.name] = viewer
        return viewer

    def visit(self, name: str) -> Viewer:
        """Lets whoever reaches the page in as a viewer of workspace.yaml, with a role only where one is given there."""
        viewer = self.sources.workspace.visitor(name)
        self._signed_in[name] = viewer
        return viewer

    @property
    def signs_in(self) -> bool:
        """People come in with the organisation's own sign-in."""
        return self.sources.workspace.config.sign_in is not None

    def suggestions(self, viewer: str | None = None) -> tuple[str, ...]:
        """Questions that this workspace can answer for this viewer, to start from."""
        return suggest(self.sources, self.viewer(viewer))

    def about(self, viewer: str | None = None) -> About:
        """What this viewer can ask about here, with examples."""
        return about(self.sources, self.viewer(viewer))

    def source(self, citation: Citation, viewer: str | None = None) -> SourcePage:
        """The exact passage or record behind a citation, as this viewer may see it.

        Raises KnowledgeError when the source is gone or has changed since, or is not for this viewer.
        """
        who = self.viewer(viewer)
        page = open_source(self.sources, who, citation)
        self.note("opened", page.source, who.name, locator=page.locator)
        return page

    def page_image(self, citation: Citation, viewer: str | None = None) -> bytes | None:
        """PNG of the page of a PDF that is cited, with the quote marked; None where there is none to show.

        Raises KnowledgeError when the source is gone, or is not for this viewer.
        """
        return page_image(self.sources, self.viewer(viewer), citation)

    def share(self, conversation: str, viewer: str | None = None) -> Share:
        """Lets others open one of the viewer's conversations by a link, as it stands now; the audit trail says so."""
        return self.conversations.share(conversation, self.viewer(viewer))

    def shared(self, link: str, viewer: str | None = None) -> Shared:
        """What a link opens to this viewer: all that is asked, and the answers that they may see.

        Raises SettingsError where the link opens nothing, or no longer does.
        """
        who, share = self.viewer(viewer), self.conversations.shared(link)
        turns = self.conversations.turns(share.conversation, share.viewer)
        title = self.conversations.info(share.conversation, share.viewer).title
        self.note("opened conversation", share.conversation, who.name)
        return Shared(title=title, viewer=share.viewer, at=share.at, turns=shown(self.sources, share, turns, who))

    def note(self, action: str, subject: str, viewer: str | None = None, **details: Any) -> None:
        """Adds what a viewer did to the audit trail; where it cannot be written, to the log."""
        self.conversations.note_or_log(self.viewer(viewer).name, action, subject, details)

    def call(self, tool: str, viewer: str | None = None, **arguments: Any) -> ToolResult:
        """What one tool finds, without a chat: text, evidence, tables, charts and figures.

        Raises ToolError, which says what would be right, when there is no such tool, it has nothing to answer from in
        this workspace, or an argument is unknown, missing or wrong.
        """
        who = self.viewer(viewer)
        result = run(tool, self.sources, who, arguments)
        self.note("called", tool, who.name, arguments=arguments, sources=sorted({e.source for e in result.evidence}))
        return result

    def prepare(self) -> None:
        """Loads what the first question loads for all later ones, by a suggested one that is told and kept nowhere."""
        question = next(iter(self.suggestions()), "What is here?")
        for _ in self._answer(_Turn(question, Verifier(question), Watched()), self.viewer(), None):
            pass

    def ask(
        self,
        question: str,
        conversation: str | None = None,
        viewer: str | None = None,
        *,
        model: str | None = None,
    ) -> Answer:
        """The answer to a question: `stream` read to its end. Raises what `stream` raises.

        That the documents do not say, or that more must be asked first, is an Answer with that `status`, no error. Its
        `seconds` are of wall-clock time.
        """
        for event in self.stream(question, conversation, viewer, model=model):
            if isinstance(event, Final):
                return event.answer
        raise AssertionError("a stream ends with a Final")

    def stream(
        self,
        question: str,
        conversation: str | None = None,
        viewer: str | None = None,
        *,
        instead_of: str | None = None,
        model: str | None = None,
    ) -> Iterator[Event]:
        """Steps and verified text as they come, then one Final.

        With a conversation, earlier questions in it are remembered and the turn is stored; without one, the
        question stands alone, and only the audit trail tells of it. `instead_of` is a turn of it whose place the
        question takes, so that neither that nor what followed is remembered. `model` is one of `models`, by default the
        first. Whoever stops reading early interrupts the turn, and its text so far is kept; so does the switch of
        `copilot.stopping`, by Stopped. Where the state folder cannot be written, the answer comes all the same, with a
        warning that it is not kept.

        A remote model that fails raises nothing: a Restart is given and the built-in model answers, with a warning in
        the Answer. Raises SettingsError for a conversation id that is malformed or not this viewer's, and for a model
        that is none of `models`; LimitExceeded when the built-in model comes to no answer in MAX_MODEL_CALLS calls.
        """
        who = self.viewer(viewer)
        with self.telemetry.turn(conversation) as watched:
            turn = self._begin(question, watched, model)
            yield from self._watched(turn, question, conversation, who, instead_of)

    def _watched(
        self, turn: _Turn, question: str, conversation: str | None, who: Viewer, instead_of: str | None
    ) -> Iterator[Event]:
        if self.sources.stale:
            turn.warnings.append(self.sources.stale)
        stored: str | None = None
        if conversation is not None:
            try:
                self.conversations.ensure(conversation, who.name, title_of(question))
                stored = self.conversations.begin_turn(conversation, who.name, question, instead_of)
            except StateError as error:
                turn.warnings.append(f"This answer is not kept: {error}")
                conversation = None
        kept = turn.began
        finished = False
        try:
            for event in self._answer(turn, who, conversation):
                yield event
                go_on()
                if stored is not None and isinstance(event, TextDelta) and time.perf_counter() - kept > KEEP_SECONDS:
                    with suppress(StateError):
                        self.conversations.keep_partial(stored, turn.text)
                    kept = time.perf_counter()
            answer = self._keep(_assemble(turn), turn, who, stored)
            self._log_turn(answer)
            turn.watched.answer = answer
            finished = True
            yield Final(answer=answer)
        finally:
            self._count(turn.tokens)
            if stored is not None and not finished:
                with suppress(StateError):
                    self.conversations.interrupt_turn(stored, turn.text)

    def _keep(self, answer: Answer, turn: _Turn, viewer: Viewer, stored: str | None) -> Answer:
        """Stores the answer and audits it; where that cannot be, the answer says so."""
        try:
            if stored is not None:
                self.conversations.finish_turn(stored, answer, turn.verifier.cited, turn.findings)
                self._keep_memos(turn)
            else:
                self.conversations.note_answer(viewer.name, answer, turn.verifier.cited)
        except StateError as error:
            _log.error("not audited", extra={"action": "answered", "subject": answer.id})
            if not any(warning.startswith("This answer is not kept") for warning in answer.warnings):
                warning = f"This answer is not kept: {error}"
                return answer.model_copy(update={"warnings": (*answer.warnings, warning)})
        return answer

    def close(self) -> None:
        """Lets go of the files that are open."""
        self.conversations.close()
        if self.sources.snapshots is not None:
            self.sources.snapshots.close()
        if self.memos is not None:
            self.memos.close()
        if self._models.spending is not None:
            self._models.spending.close()
        self.telemetry.close()
        if self.sources.retriever is not None:
            self.sources.retriever.close()

    def forget(self, conversation: str, viewer: str | None = None) -> None:
        """Deletes a conversation, which is all that a model remembers of it. The audit trail stays.

        The id cannot be used again. Raises SettingsError when the viewer has no such conversation.
        """
        self.conversations.delete(conversation, self.viewer(viewer).name)

    def _keep_memos(self, turn: _Turn) -> None:
        """Tools draft and change nothing; the turn that is stored keeps what they drafted."""
        for _, result in turn.results:
            if isinstance(result, MemoResult) and self.memos is not None:
                self.memos.keep(result.memo)
                self.note("kept memo", result.memo.id, result.memo.provenance.viewer, title=result.memo.title)

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

    def _begin(self, question: str, watched: Watched, chosen: str | None) -> _Turn:
        name = chosen or self.models[0]
        if name not in self.models:
            raise SettingsError(f"There is no model {name!r} here; there is {', '.join(self.models)}.")
        # A lone surrogate, as a terminal in another encoding passes on, can be neither stored nor printed.
        text = " ".join(question.encode("utf-8", "replace").decode().split())
        warnings = []
        if len(text) > MAX_QUESTION_CHARACTERS:
            half = MAX_QUESTION_CHARACTERS // 2
            warnings.append(f"The question has {len(text):,} characters; only its first and last {half:,} were read.")
            text = f"{text[:half]} {text[-half:]}"
        verifier = ProseVerifier(text) if name in self._models.remote else Verifier(text)
        prices = self._models.prices if name == next(iter(self._models.remote), None) else None
        return _Turn(text, verifier, watched, model=name, prices=prices, warnings=warnings)

    def _answer(self, turn: _Turn, viewer: Viewer, conversation: str | None) -> Iterator[Event]:
        if not any(c.isalnum() for c in turn.question):
            turn.draft = Draft(status="needs_clarification")
            yield turn.say("Ask a question about the strategy, the policies, the projects or the metrics.")
            return
        # The last of them is the question itself.
        turns = (
            () if conversation is None else self.conversations.turns(conversation, viewer.name, REMEMBERED_TURNS + 1)
        )
        told = turns[:-1]
        if model := self._models.remote.get(turn.model):
            try:
                self._check_day()
                yield from self._run(turn, viewer, remembered(told, self._models.history_tokens))
                yield from self._repair(turn, model)
                return
            except (ModelError, LimitExceeded) as error:
                kind = error.kind if isinstance(error, ModelError) else "limit"
                _log.warning("remote model failed", extra={"model": turn.model, "kind": kind})
                turn.watched.failures.append(kind)
                yield Restart(reason=str(error))
                turn.start_over(f"{error} The built-in model answered instead.")
        yield from self._run(turn, viewer, remembered(told, found=self._found_last(told, viewer)))

    def _found_last(self, told: Sequence[Turn], viewer: Viewer) -> Sequence[Finding]:
        """What the call found that led the answer before."""
        lead = leading(told[-1].answer.tool_calls) if told and told[-1].answer else None
        return self.conversations.findings_of(told[-1].id, viewer.name, lead.name) if lead else ()

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
            reply = model.invoke(request(turn.question, verifier.failures), {"callbacks": turn.watched.callbacks})
        except ModelError as error:
            _log.warning("repair failed", extra={"model": turn.model, "kind": error.kind})
            turn.watched.failures.append(error.kind)
            return
        turn.count(reply.usage_metadata)
        draft = repaired(verifier.draft, verifier.failures, str(reply.text))
        turn.text, turn.verifier = "", verifier.again()
        yield Restart(reason="Sentences that were not borne out by the sources are put right.")
        yield turn.say(turn.verifier.feed(draft) + turn.verifier.close())

    def _run(self, turn: _Turn, viewer: Viewer, earlier: list[BaseMessage]) -> Iterator[Event]:
        """One pass of the agent loop, its events turned into ours."""
        messages = [*earlier, HumanMessage(turn.question)]
        stream = self._agent(viewer, turn.model).stream(
            {"messages": messages},
            {"recursion_limit": 60, "callbacks": turn.watched.callbacks},
            stream_mode=["messages", "updates"],
        )
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
        most = self._models.turn_tokens if turn.model != "grounded" else None
        if message.tool_calls and most is not None and turn.tokens >= most:
            raise LimitExceeded(f"The question has used its budget of {most:,} tokens.")
        if message.tool_calls and (turn.text or turn.verifier.close()):
            # What a model says before it calls tools is no part of the answer.
            turn.forget_text()
            yield Restart(reason="The model went on to look things up.")
        for call in message.tool_calls:
            id = str(call["id"])
            turn.pending[id] = (call["name"], call["args"])
            turn.asked.append(id)
            yield Step(id=id, tool=call["name"], label=LABELS.get(call["name"], call["name"]))

    def _count(self, tokens: int) -> None:
        """Adds to what was used today; an answer does not fail because that cannot be written."""
        if not tokens or self._models.spending is None:
            return
        try:
            self._models.spending.add(tokens)
        except CopilotError as error:
            _log.error("tokens not counted", extra={"tokens": tokens, "reason": str(error)})

    def _check_day(self) -> None:
        most, spending = self._models.day_tokens, self._models.spending
        if most is not None and spending is not None and spending.today() >= most:
            raise LimitExceeded(f"Today's budget of {most:,} tokens is used up.")

    def _tool_ended(self, turn: _Turn, message: ToolMessage) -> Step:
        name, arguments = turn.pending.pop(message.tool_call_id, (str(message.name), {}))
        seconds, ok = float(message.response_metadata.get("seconds", 0.0)), message.status != "error"
        if isinstance(message.artifact, ToolResult):
            turn.results.append((message.tool_call_id, message.artifact))
            turn.verifier.read(message.artifact.evidence, message.artifact.tables, message.artifact.findings)
        if message.content == (failed := _FAILED.format(name=name)):
            turn.warnings.append(failed)
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

    def _agent(self, viewer: Viewer, model: str) -> CompiledStateGraph[Any, Any, Any, Any]:
        key, remote = (viewer, model), self._models.remote.get(model)
        if key not in self._agents:
            grounded, prompt = self._models.grounded(viewer), self._models.system_prompt
            telling = [Telling(grounded.candidates)] if remote else []
            calculating = [Calculating()] if remote else []
            self._agents[key] = create_agent(
                remote or grounded,
                bind(available(self.sources), self.sources, viewer),
                system_prompt=prompt(viewer) if remote and prompt else None,
                middleware=[
                    *telling,
                    _Bookkeeping(),
                    ToolErrorMiddleware(partial(_tool_error, sources=self.sources if remote else None)),
                    *calculating,
                    ModelCallLimitMiddleware(run_limit=MAX_MODEL_CALLS, exit_behavior="error"),
                ],
            )
        return self._agents[key]


class _Bookkeeping(AgentMiddleware[Any, Any, Any]):
    """Times each tool."""

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Any]) -> Any:
        began = time.perf_counter()
        message = handler(request)
        if isinstance(message, ToolMessage):
            message.response_metadata["seconds"] = time.perf_counter() - began
        return message


def _tool_error(error: Exception, request: ToolCallRequest, sources: Sources | None) -> str | None:
    """A wrong call, and a fault of ours, go back to the model as text; what the operator must mend ends the run.

    With sources the names that would be right are told, for a model that can choose.
    """
    name = request.tool_call["name"]
    if isinstance(error, ToolError):
        names = error.nearest
        if sources is not None and error.valid:
            names = tuple(nearest_in_meaning(sources, error.asked, error.valid, _MOST_NAMES))
        unsaid = [name for name in names if name not in str(error)]
        return f"{error} Valid: {', '.join(names)}." if unsaid else str(error)
    if isinstance(error, CopilotError):
        return None
    # Its words may hold what a viewer should not see.
    at = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(at.filename).name}:{at.lineno}"
    _log.error("tool failed", extra={"tool": name, "error": type(error).__name__, "where": where})
    return _FAILED.format(name=name)


def _assemble(turn: _Turn) -> Answer:
    verifier = turn.verifier
    cited = {item.id for item in verifier.cited}
    draft = turn.draft or Draft()
    lead = _lead(turn)
    calls = [
        call.model_copy(update={"is_lead": place == lead})
        for place, call in sorted(turn.calls, key=lambda placed: placed[0])
    ]
    results = [
        result
        for id, result in sorted(turn.results, key=lambda found: turn.place(found[0]))
        if (id in draft.shown if turn.draft else any(e.id in cited for e in result.evidence))
    ]
    warnings = [*turn.warnings, *verifier.warnings, *draft.warnings]
    status = _status(turn, bool(cited))
    # Those of the tools are in English.
    follow_ups = draft.follow_ups or [q for r in results for q in r.follow_ups if is_english(turn.question)]
    return Answer(
        id=f"a-{uuid.uuid4().hex[:12]}",
        question=turn.question,
        status=status,
        text=turn.text.strip(),
        citations=verifier.citations,
        also_read=verifier.also_read,
        figures=verifier.figures({f.text: f for r in results for f in r.figures}),
        tables=tuple(t for r in results for t in r.tables),
        charts=tuple(c for r in results for c in r.charts),
        tool_calls=tuple(calls),
        follow_ups=tuple(dict.fromkeys(follow_ups))[:4],
        warnings=tuple(dict.fromkeys(warnings)),
        model=turn.model,
        usage=_usage(turn),
        seconds=Seconds(
            total=round(time.perf_counter() - turn.began, 4),
            first_token=round(turn.first_token, 4),
            retrieval=round(sum(c.seconds for c in calls if c.name == "search_knowledge"), 4),
            tools=round(sum(c.seconds for c in calls), 4),
        ),
    )


def _usage(turn: _Turn) -> Usage:
    spent = (turn.input_tokens, turn.output_tokens)
    cost = sum(p * tokens / 1e6 for p, tokens in zip(turn.prices, spent, strict=True)) if turn.prices else None
    return Usage(input_tokens=spent[0], output_tokens=spent[1], cost=cost)


def _lead(turn: _Turn) -> int | None:
    """The place of the call that the answer leads with: the model says so, or its first citation does."""
    if turn.draft is not None:
        return turn.place(turn.draft.shown[0]) if turn.draft.shown else None
    read_by = {e.id: id for id, result in reversed(turn.results) for e in result.evidence}
    computed = {e.id for _, result in turn.results for e in result.evidence if e.title == CALCULATION}
    first = next((item.id for item in turn.verifier.cited if item.id not in computed), None)
    return turn.place(read_by[first]) if first in read_by else None


def _status(turn: _Turn, is_cited: bool) -> Status:
    """What the model said of its answer; without a citation nothing counts as answered."""
    if turn.draft is not None and (turn.draft.status != "answered" or is_cited):
        return turn.draft.status
    if turn.text.rstrip().endswith("?") and (not is_cited or "\n" not in turn.text.strip()):
        return "needs_clarification"
    if is_cited and not (isinstance(turn.verifier, ProseVerifier) and turn.verifier.refuses):
        return "answered"
    return "insufficient_evidence"
