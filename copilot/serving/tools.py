"""The tools, each a route of its own with the schema of its arguments."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from copilot.serving.context import Asker, In, Reader
from copilot.serving.problems import declared
from copilot.serving.serving import Serving
from copilot.serving.tool_info import ToolInfo, describe
from copilot.tools import available
from copilot.tools.tool import Tool
from copilot.types import ToolResult


def router(here: Serving) -> APIRouter:
    """Routes of the tools that this workspace has something to answer from."""
    made = APIRouter(prefix="/api/tools", tags=["tools"])
    tools = available(here.copilot.sources)
    described = [describe(tool) for tool in tools]

    @made.get("", responses=declared())
    async def tools_(who: Asker) -> list[ToolInfo]:
        """The tools, each with the schema of its arguments."""
        return described

    for tool in tools:
        made.add_api_route(
            f"/{tool.name}",
            _endpoint(tool),
            methods=["POST"],
            operation_id=tool.name,
            summary=tool.label,
            description=tool.arguments.__doc__,
            response_model=ToolResult,
            responses=declared(),
        )
    return made


def _endpoint(tool: Tool) -> Any:
    async def call(arguments: BaseModel, here: In, who: Reader) -> ToolResult:
        given = arguments.model_dump(exclude_unset=True)
        return await here.workers.run(lambda: here.copilot.call_as(who, tool.name, given))

    call.__annotations__["arguments"] = tool.arguments
    return call
