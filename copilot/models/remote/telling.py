"""How a remote model is told the question and what its calls found."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage

from copilot.reading.call import Call
from copilot.tools.telling import passages_told, tell
from copilot.types import ToolResult


class Telling(AgentMiddleware[Any, Any, Any]):
    """Puts suggested calls below the question, and each passage into one result of a turn."""

    def __init__(self, suggest: Callable[[Sequence[BaseMessage]], Sequence[Call]]) -> None:
        super().__init__()
        self._suggest = suggest

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        return handler(request.override(messages=self._told(request.messages)))

    def _told(self, messages: Sequence[BaseMessage]) -> list[Any]:
        asked = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage))
        passages: set[str] = set()
        told: list[BaseMessage] = []
        for place, message in enumerate(messages):
            if place == asked:
                told.append(message.model_copy(update={"content": self._question(messages[: asked + 1])}))
            elif isinstance(message, ToolMessage) and isinstance(message.artifact, ToolResult):
                told.append(message.model_copy(update={"content": tell(message.artifact, passages)}))
                passages |= passages_told(message.artifact)
            else:
                told.append(message)
        return told

    def _question(self, messages: Sequence[BaseMessage]) -> str:
        calls = [f"{call.tool} {_arguments(call)}" for call in self._suggest(messages)]
        return "\n".join([str(messages[-1].text), *(["", "Suggested calls:", *calls] if calls else [])])


def _arguments(call: Call) -> str:
    return json.dumps(call.arguments, ensure_ascii=False, default=str)
