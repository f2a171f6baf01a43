"""The running of a turn: a chat model is asked, its tools are called, and what it says is checked and put right."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolErrorMiddleware
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langgraph.graph.state import CompiledStateGraph

from copilot.answering.tool_calls import FAILED, Timing, error_text
from copilot.answering.turn import OpenTurn
from copilot.errors import CopilotError, LimitExceeded, ModelError
from copilot.models.draft import Draft
from copilot.models.grounded import GroundedChatModel
from copilot.models.history import REMEMBERED_TURNS, leading, remembered
from copilot.models.remote import calculating, offering
from copilot.models.remote.calculating import Calculating
from copilot.models.remote.offering import Offering
from copilot.models.remote.telling import Telling
from copilot.sources import Sources
from copilot.state.conversations import Conversations
from copilot.state.spending import Spending
from copilot.state.turns import Turn
from copilot.tools import LABELS as TOOL_LABELS
from copilot.tools import available, bind
from copilot.types import Event, Finding, Restart, Step, ToolCall, ToolResult, Viewer
from copilot.verification.prose import ProseVerifier
from copilot.verification.repair import MOST_REPAIRED, repaired, request

_log = logging.getLogger(__name__)

LABELS = {**TOOL_LABELS, **{m.NAME: m.LABEL for m in (calculating, offering)}}
# A turn calls the chat model at most this often; a longer one is going in circles.
MAX_MODEL_CALLS = 8


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

    def count(self, tokens: int) -> None:
        """Adds to what was used today; an answer does not fail because that cannot be written."""
        try:
            if tokens and self.spending is not None:
                self.spending.add(tokens)
        except CopilotError as error:
            _log.error("tokens not counted", extra={"tokens": tokens, "reason": str(error)})

    def check_day(self) -> None:
        """LimitExceeded once what they may use in a day is used up."""
        most = self.day_tokens
        if most is not None and self.spending is not None and self.spending.today() >= most:
            raise LimitExceeded(f"Today's budget of {most:,} tokens is used up.")


class Runner:
    """Runs turns, each with the agent of its viewer and its chat model."""

    def __init__(self, sources: Sources, models: ChatModels, conversations: Conversations) -> None:
        self._sources, self._models, self._conversations = sources, models, conversations
        self._agents: dict[tuple[Viewer, str], CompiledStateGraph[Any, Any, Any, Any]] = {}

    def run(self, turn: OpenTurn) -> Iterator[Event]:
        """Steps and verified text; what a remote model fails at the built-in one answers."""
        if not any(c.isalnum() for c in turn.question):
            turn.draft = Draft(status="needs_clarification")
            yield turn.say("Ask a question about the strategy, the policies, the projects or the metrics.")
            return
        told: Sequence[Turn] = ()
        if turn.conversation is not None:
            # The last of them is the question itself.
            told = self._conversations.turns(turn.conversation, turn.viewer.name, REMEMBERED_TURNS + 1)[:-1]
        if model := self._models.remote.get(turn.model):
            try:
                self._models.check_day()
                yield from self._loop(turn, remembered(told, self._models.history_tokens))
                yield from self._repair(turn, model)
                return
            except (ModelError, LimitExceeded) as error:
                kind = error.kind if isinstance(error, ModelError) else "limit"
                _log.warning("remote model failed", extra={"model": turn.model, "kind": kind})
                turn.watched.failures.append(kind)
                yield Restart(reason=str(error))
                turn.start_over(f"{error} The built-in model answered instead.")
        yield from self._loop(turn, remembered(told, found=self._found_last(told, turn.viewer)))

    def _found_last(self, told: Sequence[Turn], viewer: Viewer) -> Sequence[Finding]:
        """What the call found that led the answer before."""
        lead = leading(told[-1].answer.tool_calls) if told and told[-1].answer else None
        return self._conversations.findings_of(told[-1].id, viewer.name, lead.name) if lead else ()

    def _repair(self, turn: OpenTurn, model: BaseChatModel) -> Iterator[Event]:
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

    def _rewrite(self, turn: OpenTurn, verifier: ProseVerifier, model: BaseChatModel) -> Iterator[Event]:
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

    def _loop(self, turn: OpenTurn, earlier: list[BaseMessage]) -> Iterator[Event]:
        """One pass of the agent loop, its events turned into ours."""
        messages = [*earlier, HumanMessage(turn.question)]
        stream = self._agent(turn.viewer, turn.model).stream(
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

    def _events(self, turn: OpenTurn, mode: str, event: Any) -> Iterator[Event]:
        if mode == "messages":
            chunk, about = event
            if about.get("langgraph_node") == "model" and isinstance(chunk, AIMessageChunk):
                turn.draft = Draft.of(chunk) or turn.draft
                if turn.draft is not None and turn.draft.status == "needs_clarification":
                    turn.verifier.name(turn.draft.follow_ups)
                if chunk.text and (ready := turn.verifier.feed(str(chunk.text))):
                    yield turn.say(ready)
            return
        for node, update in event.items():
            for message in (update or {}).get("messages", ()):
                if node == "model" and isinstance(message, AIMessage):
                    yield from self._model_spoke(turn, message)
                elif node == "tools" and isinstance(message, ToolMessage):
                    yield self._tool_ended(turn, message)

    def _model_spoke(self, turn: OpenTurn, message: AIMessage) -> Iterator[Event]:
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

    def _tool_ended(self, turn: OpenTurn, message: ToolMessage) -> Step:
        name, arguments = turn.pending.pop(message.tool_call_id, (str(message.name), {}))
        seconds, ok = float(message.response_metadata.get("seconds", 0.0)), message.status != "error"
        if isinstance(message.artifact, ToolResult):
            turn.results.append((message.tool_call_id, message.artifact))
            turn.verifier.read(message.artifact.evidence, message.artifact.tables, message.artifact.findings)
        if message.content == (failed := FAILED.format(name=name)):
            turn.warnings.append(failed)
        call = ToolCall(name=name, arguments=arguments, seconds=round(seconds, 4), ok=ok)
        # Calls run side by side and end in any order; they are told in the order in which they were made.
        turn.calls.append((turn.place(message.tool_call_id), call))
        label = LABELS.get(name, name)
        return Step(id=message.tool_call_id, tool=name, label=label, done=True, seconds=seconds, ok=ok)

    def _agent(self, viewer: Viewer, model: str) -> CompiledStateGraph[Any, Any, Any, Any]:
        key, remote = (viewer, model), self._models.remote.get(model)
        if key not in self._agents:
            grounded, prompt = self._models.grounded(viewer), self._models.system_prompt
            self._agents[key] = create_agent(
                remote or grounded,
                bind(available(self._sources), self._sources, viewer),
                system_prompt=prompt(viewer) if remote and prompt else None,
                middleware=[
                    Timing(),
                    ToolErrorMiddleware(partial(error_text, sources=self._sources if remote else None)),
                    *([Offering(grounded.wanted), Telling(grounded.candidates), Calculating()] if remote else []),
                    ModelCallLimitMiddleware(run_limit=MAX_MODEL_CALLS, exit_behavior="error"),
                ],
            )
        return self._agents[key]
