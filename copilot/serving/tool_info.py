"""What other programs are told of a tool."""

from __future__ import annotations

from typing import Any

from copilot.tools.tool import Tool
from copilot.types import Frozen


class ToolInfo(Frozen):
    name: str
    description: str
    """For whoever chooses among them, a chat model included."""
    arguments: dict[str, Any]
    """JSON Schema of the arguments."""


def describe(tool: Tool) -> ToolInfo:
    return ToolInfo(
        name=tool.name,
        description=" ".join((tool.arguments.__doc__ or "").split()),
        arguments=tool.arguments.model_json_schema(),
    )
