"""Drafts a memo that asks for a decision: which projects come first, or whether to fund the ones named."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Mapping
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import join_and, money, pluralize
from copilot.memos.layout import lead as lead_of
from copilot.memos.memo import FIRMNESS, HEADINGS, Line, Memo, MemoResult, Provenance, SectionName, memo_id
from copilot.memos.plain import on_one_line
from copilot.memos.writer import Writer
from copilot.sources import Sources
from copilot.tools.draft_memo.choice import write_changes, write_decision, write_method
from copilot.tools.draft_memo.counterarguments import write_dissent
from copilot.tools.draft_memo.gates import write_gates
from copilot.tools.draft_memo.inputs import DRAWS, SEED, Asked, Basis, name_of, of_unit, read_basis, resolved
from copilot.tools.draft_memo.money import write_money
from copilot.tools.draft_memo.ranking import write_ranking
from copilot.tools.draft_memo.risks import write_risks
from copilot.tools.evidence import computed
from copilot.tools.filters import Condition, linked
from copilot.types import Finding, ToolResult, Viewer

# Of each section the chat shows so many lines, of the decision all; the memo has the rest.
_IN_CHAT: tuple[tuple[SectionName, int], ...] = (
    ("decision", 0), ("money", 2), ("gates", 2), ("risks", 1), ("changes", 1), ("dissent", 2),
)  # fmt: skip
_LONGEST_TITLE = 300


class Arguments(BaseModel):
    """Draft a memo for a decision: recommendation, ranking with its firmness, gates, risks, dissent, evidence.

    Call this for "draft a prioritization memo", "write a memo for the top 8 within 4 million", "funding memo for
    P-017", "board paper on which projects to fund". With `projects` it is a funding memo about these; without,
    it ranks what has not reached production, and with a budget chooses the best set. For an answer without a
    memo call prioritize_projects or plan_portfolio.
    """

    model_config = ConfigDict(extra="forbid")

    projects: list[str] = Field(
        default=[], max_length=12, description="Projects to decide on, by name or id; empty to prioritize all."
    )
    top: int = Field(default=8, ge=1, le=20, description="How many projects come first, or are chosen at the most.")
    budget: float | None = Field(
        default=None, gt=0, description="Money there is to spend, in the workspace's currency, such as 4000000."
    )
    unit: str | None = Field(default=None, description="Business unit whose projects are considered; all without it.")
    filters: list[Condition] = Field(default=[], description="Further conditions that the candidates must meet.")
    weights: dict[str, float] = Field(
        default={},
        description="Weight by criterion, as a share of all weight, 0 to 1; unnamed ones divide the rest.",
    )
    weight_changes: dict[str, float] = Field(
        default={}, description="Factor by criterion on the workspace's weight: 2 doubles it, 0 leaves it out."
    )
    title: str = Field(default="", max_length=_LONGEST_TITLE, description="Title of the memo; made up when empty.")


def draft_memo(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The memo, and of it what a chat shows; whoever holds a store may keep it."""
    basis = read_basis(sources, viewer, _asked(sources, viewer, arguments))
    memo = _write(basis, arguments)
    return _result(basis, memo)


def draft(sources: Sources, viewer: Viewer, arguments: Arguments) -> Memo:
    return _write(read_basis(sources, viewer, _asked(sources, viewer, arguments)), arguments)


def _asked(sources: Sources, viewer: Viewer, arguments: Arguments) -> Asked:
    view = sources.records.view(viewer)
    if not view.has("projects"):
        raise ToolError("The records hold no table of projects, so there is nothing to draft a memo on.")
    filters = list(arguments.filters)
    if arguments.unit is not None:
        if not view.has("projects", "unit"):
            raise ToolError("The projects table has no column 'unit'; leave the unit out.")
        filters.append(of_unit(view, arguments.unit))
    linked(view, "projects", filters, sources.workspace.config.stages)
    if arguments.budget is not None and not view.has("projects", "budget"):
        raise ToolError("The projects table has no column 'budget', so no set within a budget can be chosen.")
    return Asked(
        projects=resolved(view, arguments.projects),
        top=arguments.top,
        budget=arguments.budget,
        filters=tuple(filters),
        weights=arguments.weights,
        weight_changes=arguments.weight_changes,
    )


def _write(basis: Basis, arguments: Arguments) -> Memo:
    writer = Writer()
    write_decision(basis, writer)
    write_money(basis, writer)
    write_ranking(basis, writer)
    write_gates(basis, writer)
    write_risks(basis, writer)
    write_changes(basis, writer)
    write_dissent(basis, writer)
    write_method(basis, writer)
    provenance = _provenance(basis, arguments)
    title = on_one_line(arguments.title) or on_one_line(_title(basis))
    parts = [provenance.model_dump(mode="json", exclude={"versions", "labels"}), title]
    parts += [section.model_dump(mode="json") for section in writer.sections]
    parts += [source.sha256 for source in writer.sources]
    return Memo(
        id=memo_id(json.dumps(parts, sort_keys=True)),
        kind="funding" if basis.asked.projects else "prioritization",
        title=title,
        organisation=on_one_line(basis.sources.workspace.title),
        calls=basis.calls,
        firmness=basis.firmness,
        is_partial=basis.is_partial,
        sections=writer.sections,
        sources=writer.sources,
        provenance=provenance,
        warnings=writer.warnings,
    )


def _title(basis: Basis) -> str:
    if basis.asked.projects:
        return f"Funding of {join_and(name_of(basis.row(key)) for key in basis.proposed)}"[:_LONGEST_TITLE]
    within = f" within {money(basis.asked.budget, basis.currency)}" if basis.asked.budget is not None else ""
    return f"AI portfolio: the first {basis.asked.top}{within}"


def _provenance(basis: Basis, arguments: Arguments) -> Provenance:
    found = basis.found
    weights = (
        {c.name: round(float(w), 6) for c, w in zip(found.candidates.criteria, found.weights.used, strict=True)}
        if found
        else {}
    )
    return Provenance(
        # Ids outlast names.
        arguments=arguments.model_dump(mode="json") | {"projects": list(basis.asked.projects)},
        viewer=basis.viewer.name,
        labels=basis.viewer.labels,
        today=basis.sources.today,
        weights=weights,
        draws=DRAWS,
        seed=SEED,
        versions={"bearing": _own_version(), "python": platform.python_version(), "numpy": np.__version__},
    )


def _own_version() -> str:
    try:
        return importlib.metadata.version("bearing")
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _result(basis: Basis, memo: Memo) -> MemoResult:
    ids = {source.marker: source.evidence.id for source in memo.sources}
    statements: list[Finding] = []
    for name, most in _IN_CHAT:
        lines = memo.section(name).lines
        told = lines if name == "decision" else [line for line in lines if not line.is_caveat][:most] or lines[:most]
        statements += [_statement(name, line, ids) for line in told]
    account = _account(memo)
    x = computed(
        basis.view.sources["projects"], f"Memo {memo.id}: {memo.title}",
        f"drafted for {memo.provenance.viewer} on {memo.provenance.today}", [account], memo.provenance.today,
    )  # fmt: skip
    statements.append(Finding(text=account, evidence=(x.id,), role="method"))
    ranking = memo.section("ranking")
    return MemoResult(
        findings=tuple(statements),
        evidence=(*(source.evidence for source in memo.sources), x),
        tables=tuple(t for t in (ranking.table, memo.section("gates").table) if t is not None),
        charts=(ranking.chart,) if ranking.chart else (),
        figures=basis.ranked.result.figures,
        follow_ups=basis.ranked.result.follow_ups,
        hidden_rows=basis.view.hidden("projects"),
        memo=memo,
    )


def _statement(section: SectionName, line: Line, ids: Mapping[int, str]) -> Finding:
    """A line with a word on which part of the memo it is."""
    lead = lead_of(line).rstrip(".") if section == "decision" else HEADINGS[section]
    role: Literal["headline", "support", "caveat"] = "support" if section != "decision" else "headline"
    return Finding(
        text=f"{lead}: {line.text}" if lead else line.text,
        evidence=tuple(ids[marker] for marker in line.markers),
        role="caveat" if line.is_caveat else role,
    )


def _account(memo: Memo) -> str:
    """What was drafted, how firm it is, and how to have it as a document."""
    lines = sum(len(section.lines) for section in memo.sections)
    return (
        f"The memo “{memo.title}” has the id {memo.id}, {pluralize(lines, 'sentence')} and "
        f"{pluralize(len(memo.sources), 'source')}; the recommendation of this {memo.kind} memo is "
        f"{FIRMNESS[memo.firmness]}. A conversation keeps it: `bearing memo export {memo.id} --format pdf` writes "
        "it as PDF, and `md`, `docx` or `json` likewise; `bearing memo new` drafts one without a conversation."
    )
