"""The tools, as a list someone can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel

from copilot.gates.rules import FILE as GATES_FILE
from copilot.sources import Sources
from copilot.tools import (
    assess_readiness,
    check_governance,
    check_model_health,
    diagnose_scaling,
    draft_memo,
    find_projects,
    lookup_metric,
    plan_portfolio,
    prioritize_projects,
    project_record,
    search_knowledge,
)
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
    Tool("find_projects", "Counting over the records", find_projects.Arguments, find_projects.find_projects),
    Tool("project_record", "Reading the project's record", project_record.Arguments, project_record.project_record),
    Tool("prioritize_projects", "Scoring the projects", prioritize_projects.Arguments,
         prioritize_projects.prioritize_projects),
    Tool("lookup_metric", "Looking up the metric", lookup_metric.Arguments, lookup_metric.lookup_metric),
    Tool("check_model_health", "Checking the models", check_model_health.Arguments,
         check_model_health.check_model_health),
    Tool("diagnose_scaling", "Following the projects from idea to production", diagnose_scaling.Arguments,
         diagnose_scaling.diagnose_scaling),
    Tool("plan_portfolio", "Choosing the best set of projects", plan_portfolio.Arguments,
         plan_portfolio.plan_portfolio),
    Tool("assess_readiness", "Scoring readiness", assess_readiness.Arguments, assess_readiness.assess_readiness),
    Tool("check_governance", "Checking the governance rules", check_governance.Arguments,
         check_governance.check_governance),
    Tool("draft_memo", "Drafting the memo", draft_memo.Arguments, draft_memo.draft_memo),
)  # fmt: skip
LABELS = {tool.name: tool.label for tool in TOOLS}


def available(sources: Sources) -> Sequence[Tool]:
    """The tools that this workspace has something to answer from."""
    absent = set()
    if sources.retriever is None:
        absent.add("search_knowledge")
    if not sources.records.tables:
        absent |= {"find_projects", "lookup_metric"}
    if sources.metrics is None:
        absent.add("lookup_metric")
    if "projects" not in sources.records.tables:
        absent |= {"project_record", "prioritize_projects", "diagnose_scaling", "check_governance", "plan_portfolio"}
        absent.add("draft_memo")
    if not (sources.workspace.root / GATES_FILE).is_file():
        absent.add("check_governance")
    if not {"assessments", "projects", "roles"} & sources.records.tables.keys():
        absent.add("assess_readiness")
    if "model_quality" not in sources.records.tables:
        absent.add("check_model_health")
    return [tool for tool in TOOLS if tool.name not in absent]


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
