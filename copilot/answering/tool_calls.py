"""What stands around each call of a tool: its time is taken, and a call that fails is answered in words."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ToolCallRequest
from langchain_core.messages import ToolMessage

from copilot.errors import CopilotError, ToolError
from copilot.sources import Sources
from copilot.tools.embedding import nearest_in_meaning

_log = logging.getLogger(__name__)

FAILED = "Sorry, {name} failed by a fault of its own; the answer goes without it."
"""Said of a call that met a fault of the program, to the model and to the person."""
# A call with a wrong name is told so many that would be right.
_MOST_NAMES = 12


class Timing(AgentMiddleware[Any, Any, Any]):
    """Times each tool."""

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Any]) -> Any:
        began = time.perf_counter()
        message = handler(request)
        if isinstance(message, ToolMessage):
            message.response_metadata["seconds"] = time.perf_counter() - began
        return message


def error_text(error: Exception, request: ToolCallRequest, sources: Sources | None) -> str | None:
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
    return FAILED.format(name=name)
