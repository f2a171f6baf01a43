"""The tools, as a list someone can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ValidationError

from copilot.errors import ToolError
from copilot.gates.rules import FILE as GATES_FILE
from copilot.records.names import nearest
from copilot.sources import Sources
from copilot.tools import search_records
from copilot.tools.assess_readiness import tool as assess_readiness
from copilot.tools.check_governance import tool as check_governance
from copilot.tools.check_model_health import tool as check_model_health
from copilot.tools.diagnose_scaling import tool as diagnose_scaling
from copilot.tools.draft_memo import tool as draft_memo
from copilot.tools.find_duplicates import tool as find_duplicates
from copilot.tools.find_projects import tool as find_projects
from copilot.tools.lookup_metric import tool as lookup_metric
from copilot.tools.plan_change import tool as plan_change
from copilot.tools.plan_portfolio import tool as plan_portfolio
from copilot.tools.prioritize_projects import tool as prioritize_projects
from copilot.tools.project_record import tool as project_record
from copilot.tools.recommend_operating_model import tool as recommend_operating_model
from copilot.tools.search_knowledge import tool as search_knowledge
from copilot.tools.what_changed import tool as what_changed
from copilot.types import ToolResult, Viewer


@dataclass(frozen=True)
class Tool:
    """A pure function over the workspace, with the arguments a chat model may give it."""

    name: str
    label: str
    """What it is doing, for a person who waits."""
    arguments: type[BaseModel]
    run: Callable[[Sources, Viewer, Any], ToolResult]


TOOLS: tuple[Tool, ...] = (
    Tool("search_knowledge", "Searching the documents", search_knowledge.Arguments, search_knowledge.search_knowledge),
    Tool("search_records", "Searching the records", search_records.Arguments, search_records.search_records),
    Tool("find_projects", "Counting over the records", find_projects.Arguments, find_projects.find_projects),
    Tool("project_record", "Reading the project's record", project_record.Arguments, project_record.project_record),
    Tool("prioritize_projects", "Scoring the projects", prioritize_projects.Arguments,
         prioritize_projects.prioritize_projects),
    Tool("lookup_metric", "Looking up the metric", lookup_metric.Arguments, lookup_metric.lookup_metric),
    Tool("check_model_health", "Checking the models", check_model_health.Arguments,
         check_model_health.check_model_health),
    Tool("diagnose_scaling", "Following the projects from idea to production", diagnose_scaling.Arguments,
         diagnose_scaling.diagnose_scaling),
    Tool("find_duplicates", "Comparing what the projects do", find_duplicates.Arguments,
         find_duplicates.find_duplicates),
    Tool("recommend_operating_model", "Weighing the operating models", recommend_operating_model.Arguments,
         recommend_operating_model.recommend_operating_model),
    Tool("plan_change", "Planning the change", plan_change.Arguments, plan_change.plan_change),
    Tool("plan_portfolio", "Choosing the best set of projects", plan_portfolio.Arguments,
         plan_portfolio.plan_portfolio),
    Tool("assess_readiness", "Scoring readiness", assess_readiness.Arguments, assess_readiness.assess_readiness),
    Tool("check_governance", "Checking the governance rules", check_governance.Arguments,
         check_governance.check_governance),
    Tool("what_changed", "Comparing with earlier", what_changed.Arguments, what_changed.what_changed),
    Tool("draft_memo", "Drafting the memo", draft_memo.Arguments, draft_memo.draft_memo),
)  # fmt: skip
LABELS = {tool.name: tool.label for tool in TOOLS}


def available(sources: Sources) -> Sequence[Tool]:
    """The tools that this workspace has something to answer from."""
    absent = set()
    if sources.retriever is None:
        absent |= {"search_knowledge", "search_records"}
    if not sources.records.tables:
        absent |= {"find_projects", "lookup_metric", "search_records", "what_changed"}
    if sources.metrics is None:
        absent.add("lookup_metric")
    if "projects" not in sources.records.tables:
        absent |= {"project_record", "prioritize_projects", "diagnose_scaling", "check_governance", "plan_portfolio",
                   "find_duplicates"}  # fmt: skip
        absent.add("draft_memo")
    if not (sources.workspace.root / GATES_FILE).is_file():
        absent.add("check_governance")
    if not {"assessments", "projects", "roles"} & sources.records.tables.keys():
        absent |= {"assess_readiness", "recommend_operating_model", "plan_change"}
    if "model_quality" not in sources.records.tables:
        absent.add("check_model_health")
    return [tool for tool in TOOLS if tool.name not in absent]


def named(name: str) -> Tool:
    """The tool of that name; a ToolError with the nearest names when there is none."""
    found = next((tool for tool in TOOLS if tool.name == name.replace("-", "_")), None)
    if found is None:
        near = tuple(nearest(name, [tool.name for tool in TOOLS]))
        raise ToolError(f"There is no tool {name!r}; the nearest are {', '.join(near)}.", near)
    return found


def run(name: str, sources: Sources, viewer: Viewer, arguments: Mapping[str, Any]) -> ToolResult:
    """What the tool of that name finds; a ToolError says what is wrong with the call."""
    tool = named(name)
    if tool not in available(sources):
        raise ToolError(f"{tool.name} has nothing to answer from in this workspace.")
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


def bind(tool: Tool, sources: Sources, viewer: Viewer) -> BaseTool:
    """The tool for one viewer, as LangChain calls it; its artifact is the ToolResult."""

    def call(**arguments: Any) -> tuple[str, ToolResult]:
        result = tool.run(sources, viewer, tool.arguments(**arguments))
        return result.render(), result

    return StructuredTool.from_function(
        func=call,
        name=tool.name,
        description=(tool.arguments.__doc__ or "").strip(),
        args_schema=tool.arguments,
        response_format="content_and_artifact",
    )
