"""What a chat model is reminded of: the earlier turns of a conversation, as messages made from what was stored."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from copilot.models.draft import Draft
from copilot.retrieval import tokens
from copilot.state.turns import Turn
from copilot.types import Finding, ToolCall, ToolResult

REMEMBERED_TURNS = 20
"""A question refers to one of the last few."""
LEFT_OUT = "What it found is left out; call it again to use it."
_MARKER = re.compile(r"\[\d+\]")


def remembered(
    turns: Sequence[Turn], most_tokens: int | None = None, found: Sequence[Finding] = ()
) -> list[BaseMessage]:
    """The newest answered turns, oldest first; with `most_tokens`, as many whole ones as fit.

    A turn is its question, the call that its answer leads with, and the verified text; beside the last call stands what
    it `found`, which no chat model is sent. What was looked up in vain leads no answer: nothing goes on from it.
    """
    kept: list[BaseMessage] = []
    for place, turn in reversed([*enumerate(turns)]):
        messages = _messages(turn, f"earlier_{place}", found if turn is turns[-1] else ())
        if most_tokens is not None and (most_tokens := most_tokens - sum(map(_size, messages))) < 0:
            break
        kept = messages + kept
    return kept


def _messages(turn: Turn, id: str, found: Sequence[Finding]) -> list[BaseMessage]:
    if turn.answer is None or not turn.answer.text:
        return []
    messages: list[BaseMessage] = [HumanMessage(turn.question)]
    was_refused = turn.answer.status == "insufficient_evidence"
    lead = None if was_refused else leading(turn.answer.tool_calls)
    if lead is not None:
        result = ToolResult(findings=tuple(found))
        call = {"name": lead.name, "args": lead.arguments, "id": id, "type": "tool_call"}
        messages += [AIMessage("", tool_calls=[call]), ToolMessage(LEFT_OUT, tool_call_id=id, artifact=result)]
    text = _MARKER.sub("", turn.answer.text)
    if turn.answer.status == "needs_clarification":
        # The next question may be one of the choices.
        return [*messages, Draft(text=text, status=turn.answer.status, follow_ups=turn.answer.follow_ups).message()]
    if lead is not None and lead.certainty < 1:
        return [*messages, Draft(text=text, certainty=lead.certainty).message()]
    return [*messages, AIMessage(text)]


def leading(calls: Sequence[ToolCall]) -> ToolCall | None:
    """The call that the answer leads with; of turns stored before that was noted, the first one."""
    found = [call for call in calls if call.ok]
    return next((call for call in found if call.is_lead), found[0] if found else None)


def _size(message: BaseMessage) -> int:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return tokens.count(str(message.text) + (json.dumps(calls, default=str) if calls else ""))
