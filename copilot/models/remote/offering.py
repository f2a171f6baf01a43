"""Which tools a remote model is offered: those that a question is likely to need, and a way to ask for others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.errors import ToolError
from copilot.tools import TOOLS
from copilot.tools.schema import Schemas, description, told_only

NAME = "more_tools"
LABEL = "Asking for more tools"
OFFERED = 4
"""Tools beside those that take any question; the reader's first two hold all that 49 questions of the evaluation sets
expect."""


class Arguments(BaseModel):
    """Be offered other tools from the next step on:"""

    model_config = ConfigDict(extra="forbid")

    names: list[str] = Field(min_length=1, max_length=len(TOOLS), description="Of those listed here.")


class Offering(AgentMiddleware[Any, Any, Any]):
    """Sends the tools that take any question, those that the reader wants most, and those that were called or asked for
    since the question; all others are one line of `more_tools`."""

    def __init__(self, wanted: Callable[[Sequence[BaseMessage]], Sequence[str]]) -> None:
        """`wanted` names the tools that a question wants, the surest first."""
        super().__init__()
        self._wanted = wanted
        self.tools = [told_only(NAME, Arguments)]

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        known = {tool.name for tool in TOOLS}
        own = [tool.name for tool in request.tools if not isinstance(tool, dict) and tool.name in known]
        names = self._offered(own, request.messages)
        schemas = _schemas(names)
        offered: list[Any] = []
        for tool in request.tools:
            if isinstance(tool, dict) or tool.name not in known | {NAME}:
                offered.append(tool)
            elif tool.name in names:
                offered.append(tool.model_copy(update={"args_schema": schemas[tool.name]}))
            elif tool.name == NAME and (others := [name for name in own if name not in names]):
                offered.append(tool.model_copy(update={"description": _listed(others)}))
        return handler(request.override(tools=offered))

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Any]) -> Any:
        if request.tool_call["name"] != NAME:
            return handler(request)
        names = _asked_for(request.tool_call["args"])
        unknown = sorted(set(names) - {tool.name for tool in TOOLS})
        if unknown or not names:
            raise ToolError(f"{NAME} takes names of tools that it lists{''.join(f'; {n!r} is none' for n in unknown)}.")
        said = f"Offered from now on: {', '.join(names)}."
        return ToolMessage(said, name=NAME, tool_call_id=str(request.tool_call["id"]))

    def _offered(self, own: Sequence[str], messages: Sequence[BaseMessage]) -> tuple[str, ...]:
        """Of the tools at hand those that are sent, in their order."""
        asked = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage))
        calls = [call for m in messages[asked:] if isinstance(m, AIMessage) for call in m.tool_calls]
        asked_for = {name for call in calls if call["name"] == NAME for name in _asked_for(call["args"])}
        wanted = self._wanted(messages[: asked + 1])[:OFFERED]
        general = (tool.name for tool in TOOLS if tool.searches or tool.substitutes)
        names = {*(call["name"] for call in calls), *asked_for, *wanted, *general}
        return tuple(name for name in own if name in names)


def _asked_for(arguments: object) -> list[str]:
    try:
        return Arguments.model_validate(arguments).names
    except ValidationError:
        return []


@cache
def _schemas(names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Of tools that are offered together: what an argument means is told with the first that has it."""
    schemas = Schemas()
    return {tool.name: schemas.of(tool.arguments) for tool in TOOLS if tool.name in names}


def _listed(names: Iterable[str]) -> str:
    of = {tool.name: description(tool.arguments).partition("\n")[0] for tool in TOOLS}
    return "\n".join([description(Arguments), *(f"{name}: {of[name]}" for name in names)])
