"""What a tool is, and what a workspace must hold for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from copilot.gates.rules import FILE as GATES_FILE
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.continuing import continued
from copilot.sources import Sources
from copilot.tools.method import Method
from copilot.types import Finding, ToolResult, Viewer


def no_evidence(asked: Asked) -> float:
    return 0.0


def undecided(asked: Asked, finding: Finding) -> bool | None:
    return None


@dataclass(frozen=True)
class Tool:
    """A pure function over the workspace, with the arguments a chat model may give it."""

    name: str
    label: str
    """What it is doing, for a person who waits."""
    arguments: type[BaseModel]
    run: Callable[[Sources, Viewer, Any], ToolResult]
    is_available: Callable[[Sources], bool]
    """Whether the workspace has something that it can answer from."""
    calls: Callable[[Asked], Iterable[Call]]
    """How a question may ask for it: the typed calls that its names and spans make."""
    continues: Callable[[Call, Call, Asked], Call] = continued
    """How a call of a follow-up goes on from an earlier one of the same tool."""
    evidence: Callable[[Asked], float] = no_evidence
    """How surely what the workspace holds says that it is wanted, 0 to 1, whatever the reader thinks."""
    decides: Callable[[Asked, Finding], bool | None] = undecided
    """Whether a finding says yes or no to a question that wants one of them; None where it does not say."""
    substitutes: frozenset[str] = frozenset()
    """Tools whose questions it takes where they are not there or have no call for them."""
    is_slow: bool = False
    """It takes more than a fraction of a second, so it runs only where it is what is asked for."""
    methods: tuple[Method[Any], ...] = ()
    """What it takes for granted, as files that a workspace may replace."""
    searches: Literal["passages", "rows"] | None = None
    """It samples what is near, and computes nothing."""
    is_ordered: bool = False
    """Its findings run from first to last, so that none of them is moved forward."""
    is_record: bool = False
    """It reads one project's record aloud."""
    quotes_documents: bool = False
    """It quotes the documents itself, and what single records say of its matter."""
    needs_figure: bool = False
    """Without a figure it has found nothing."""
    most_findings: int = 8
    """Findings of it that one answer holds at the most."""


def has_index(sources: Sources) -> bool:
    return sources.retriever is not None


def has_records(sources: Sources) -> bool:
    return bool(sources.records.tables)


def has_records_index(sources: Sources) -> bool:
    return has_index(sources) and has_records(sources)


def has_metrics(sources: Sources) -> bool:
    return has_records(sources) and sources.metrics is not None


def has_projects(sources: Sources) -> bool:
    return "projects" in sources.records.tables


def has_gates(sources: Sources) -> bool:
    return has_projects(sources) and (sources.workspace.root / GATES_FILE).is_file()


def has_assessments(sources: Sources) -> bool:
    return not {"assessments", "projects", "roles"}.isdisjoint(sources.records.tables)
