"""The tools, as a list someone can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import ValidationError

from copilot.errors import ToolError
from copilot.records.names import nearest
from copilot.sources import Sources
from copilot.stopping import go_on
from copilot.tools.assess_readiness import TOOL as assess_readiness
from copilot.tools.check_governance import TOOL as check_governance
from copilot.tools.check_model_health import TOOL as check_model_health
from copilot.tools.diagnose_scaling import TOOL as diagnose_scaling
from copilot.tools.draft_memo import TOOL as draft_memo
from copilot.tools.find_duplicates import TOOL as find_duplicates
from copilot.tools.find_projects import TOOL as find_projects
from copilot.tools.lookup_metric import TOOL as lookup_metric
from copilot.tools.plan_change import TOOL as plan_change
from copilot.tools.plan_portfolio import TOOL as plan_portfolio
from copilot.tools.prioritize_projects import TOOL as prioritize_projects
from copilot.tools.project_record import TOOL as project_record
from copilot.tools.recommend_operating_model import TOOL as recommend_operating_model
from copilot.tools.schema import Schemas, description
from copilot.tools.search_knowledge import TOOL as search_knowledge
from copilot.tools.search_records import TOOL as search_records
from copilot.tools.tool import Tool
from copilot.tools.what_changed import TOOL as what_changed
from copilot.types import ToolResult, Viewer

TOOLS: tuple[Tool, ...] = (
    search_knowledge,
    search_records,
    find_projects,
    project_record,
    prioritize_projects,
    lookup_metric,
    check_model_health,
    diagnose_scaling,
    find_duplicates,
    recommend_operating_model,
    plan_change,
    plan_portfolio,
    assess_readiness,
    check_governance,
    what_changed,
    draft_memo,
)
LABELS = {tool.name: tool.label for tool in TOOLS}
METHODS = tuple(method for tool in TOOLS for method in tool.methods)
"""What a workspace may replace under method/."""


def available(sources: Sources) -> Sequence[Tool]:
    """The tools that this workspace has something to answer from."""
    return [tool for tool in TOOLS if tool.is_available(sources)]


def named(name: str) -> Tool:
    """The tool of that name; a ToolError with the nearest names when there is none."""
    found = next((tool for tool in TOOLS if tool.name == name.replace("-", "_")), None)
    if found is None:
        near = tuple(nearest(name, [tool.name for tool in TOOLS]))
        raise ToolError(f"There is no tool {name!r}; the nearest are {', '.join(near)}.", near)
    return found


def is_search(name: str) -> bool:
    """Whether a call of that name searches; of a tool that there is not, as a remote model may have called one, no."""
    return any(tool.name == name and tool.searches is not None for tool in TOOLS)


def run(name: str, sources: Sources, viewer: Viewer, arguments: Mapping[str, Any]) -> ToolResult:
    """What the tool of that name finds; a ToolError says what is wrong with the call."""
    tool = named(name)
    if tool not in available(sources):
        raise ToolError(f"{tool.name} has nothing to answer from in this workspace.")
    return _run(tool, sources, viewer, arguments)


def _run(tool: Tool, sources: Sources, viewer: Viewer, arguments: Mapping[str, Any]) -> ToolResult:
    go_on()
    try:
        checked = tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise ToolError(_problem(tool, error)) from None
    return tool.run(sources, viewer, checked)


def _problem(tool: Tool, error: ValidationError) -> str:
    # A misspelt argument is the reason when another is missing.
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        near = ", ".join(nearest(where, list(tool.arguments.model_fields)))
        return f"{tool.name} has no argument {where!r}; the nearest are {near}."
    shown = "" if first["type"] == "missing" else f" ({first['input']!r})"
    return f"{tool.name}: {where}{shown}: {first['msg']}."


def bind(tools: Sequence[Tool], sources: Sources, viewer: Viewer) -> list[BaseTool]:
    """The tools for one viewer, as LangChain calls them; the artifact of each is its ToolResult."""
    schemas = Schemas()
    return [_bound(tool, schemas.of(tool.arguments), sources, viewer) for tool in tools]


def _bound(tool: Tool, schema: dict[str, Any], sources: Sources, viewer: Viewer) -> BaseTool:
    def call(**arguments: Any) -> tuple[str, ToolResult]:
        result = _run(tool, sources, viewer, arguments)
        return result.render(), result

    return StructuredTool.from_function(
        func=call,
        name=tool.name,
        description=description(tool.arguments),
        args_schema=schema,
        response_format="content_and_artifact",
        infer_schema=False,
    )
