"""Drafts a memo that asks for a decision: which projects come first, or whether to fund the ones named."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import join_and
from copilot.language.formatting import money as printed_money
from copilot.memos.layout import lead as lead_of
from copilot.memos.memo import FIRMNESS, Memo, MemoResult, Provenance, Section, SectionName, memo_id
from copilot.memos.plain import on_one_line
from copilot.memos.writer import Writer
from copilot.sources import Sources
from copilot.tools.draft_memo.changes import changes, method
from copilot.tools.draft_memo.conditions import conditions
from copilot.tools.draft_memo.counterarguments import counterarguments
from copilot.tools.draft_memo.decision import decision
from copilot.tools.draft_memo.gates import gates
from copilot.tools.draft_memo.inputs import DRAWS, SEED, MemoInputs, Request, of_unit, read_inputs, resolved
from copilot.tools.draft_memo.money import money
from copilot.tools.draft_memo.phrasing import WORDING
from copilot.tools.draft_memo.ranking import ranking, reasons
from copilot.tools.draft_memo.risks import risks
from copilot.tools.draft_memo.signature import addressee, signature
from copilot.tools.draft_memo.template import METHOD, SectionMethod, Shown, Template, Told
from copilot.tools.evidence import name_of
from copilot.tools.filters import Condition, linked
from copilot.tools.findings import Computation, Reading, build_result, count
from copilot.types import Calculation, Finding, ToolResult, Value, Viewer

_PARTS: Mapping[SectionName, Callable[[MemoInputs], Iterator[Told] | Iterator[Told | Shown]]] = {
    "decision": decision, "money": money, "ranking": ranking, "conditions": conditions, "signature": signature,
    "reasons": reasons, "gates": gates, "risks": risks, "changes": changes,
    "dissent": counterarguments, "method": method,
}  # fmt: skip
_LONGEST_TITLE = 300


class Arguments(BaseModel):
    """Draft a memo for a decision: recommendation, ranking with its firmness, gates, risks, dissent, evidence.

    For "write a memo for the top 8 within 4 million", "funding memo for P-017". With `projects` it is about these;
    without, it ranks what has not reached production, and with a budget chooses the best set.
    """

    model_config = ConfigDict(extra="forbid")

    projects: list[str] = Field(default=[], max_length=12, description="Only these, by name or id.")
    top: int = Field(default=8, ge=1, le=20, description="Projects that come first, or are chosen at the most.")
    budget: float | None = Field(
        default=None, gt=0, description="Money there is to spend, set against budgets not yet spent."
    )
    unit: str | None = Field(default=None, description="A business unit; all without it.")
    filters: list[Condition] = Field(default=[], description="Conditions that all must hold.")
    weights: dict[str, float] = Field(
        default={},
        description="Weight by criterion, 0 to 1; unnamed ones divide the rest.",
    )
    weight_changes: dict[str, float] = Field(
        default={}, description="Factor by criterion: 2 doubles its weight, 0 leaves it out."
    )
    title: str = Field(default="", max_length=_LONGEST_TITLE, description="Made up when empty.")


def draft_memo(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """The memo, and of it what a chat shows; whoever holds a store may keep it."""
    basis = read_inputs(sources, viewer, _asked(sources, viewer, arguments))
    memo = _write(basis, arguments)
    return _result(basis, memo)


def draft(sources: Sources, viewer: Viewer, arguments: Arguments) -> Memo:
    return _write(read_inputs(sources, viewer, _asked(sources, viewer, arguments)), arguments)


def _asked(sources: Sources, viewer: Viewer, arguments: Arguments) -> Request:
    view = sources.records.view(viewer)
    if not view.has("projects"):
        raise ToolError("The records hold no table of projects, so there is nothing to draft a memo on.")
    filters = list(arguments.filters)
    if arguments.unit is not None:
        if not view.has("projects", "unit"):
            raise ToolError("The projects table has no column 'unit'; leave the unit out.")
        filters.append(of_unit(view, arguments.unit))
    linked(view, "projects", filters)
    if arguments.budget is not None and not view.has("projects", "budget"):
        raise ToolError("The projects table has no column 'budget', so no set within a budget can be chosen.")
    return Request(
        projects=resolved(view, arguments.projects),
        top=arguments.top,
        budget=arguments.budget,
        filters=tuple(filters),
        weights=arguments.weights,
        weight_changes=arguments.weight_changes,
    )


def _write(basis: MemoInputs, arguments: Arguments) -> Memo:
    template = METHOD.load(basis.sources.workspace)
    title = on_one_line(arguments.title) or on_one_line(_title(basis))
    writer = _written(basis, template, title)
    provenance = _provenance(basis, arguments)
    parts = [provenance.model_dump(mode="json", exclude={"versions", "labels"}), title]
    parts += [section.model_dump(mode="json") for section in writer.sections]
    parts += [source.sha256 for source in writer.sources]
    return Memo(
        id=memo_id(json.dumps(parts, sort_keys=True)),
        kind="funding" if basis.asked.projects else "prioritization",
        title=title,
        organisation=on_one_line(basis.sources.workspace.title),
        addressee=on_one_line(addressee(basis)),
        calls=basis.calls,
        firmness=basis.firmness,
        is_partial=basis.is_partial,
        sections=writer.sections,
        sources=writer.sources,
        provenance=provenance,
        warnings=writer.warnings,
    )


def _written(basis: MemoInputs, template: Template, title: str) -> Writer:
    """Every section with what is found for it; what no other tool has said is a part of the memo's computation."""
    parts = [(section.name, part) for section in template.sections for part in _PARTS[section.name](basis)]
    told = [(name, part) for name, part in parts if isinstance(part, Told)]
    shown = [(name, part) for name, part in parts if isinstance(part, Shown)]
    own = build_result(
        (part.finding for _, part in told if not part.finding.text),
        WORDING,
        Computation(
            source=basis.view.sources["projects"],
            title=title,
            locator="from the ranking, the portfolio, the governance rules and the records",
            calculation=Calculation(
                method="what the ranking, the portfolio, the rules and the records show",
                inputs=tuple(part.table for _, part in shown if part.table and not part.evidence),
            ),
        ),
        basis.reading,
    )
    said = iter(own.findings)
    blank = {s.name: Section(name=s.name, heading=s.heading, is_annex=s.annex) for s in template.sections}
    writer = Writer(own.evidence, blank)
    for (name, key), line in groupby(told, lambda item: (item[0], item[1].key)):
        found = [(part.lead, part.finding if part.finding.text else next(said)) for _, part in line]
        writer.say(
            name,
            key,
            " ".join(f"{lead}{finding.text}" for lead, finding in found),
            [id for _, finding in found for id in finding.evidence],
            is_caveat=all(finding.role == "caveat" for _, finding in found),
        )
    for name, drawn in shown:
        writer.show(name, drawn.table, drawn.chart, drawn.evidence or (own.evidence[0].id,))
    return writer


def _title(basis: MemoInputs) -> str:
    if basis.asked.projects:
        return f"Funding of {join_and(name_of(basis.row(key)) for key in basis.proposed)}"[:_LONGEST_TITLE]
    within = f" within {printed_money(basis.asked.budget, basis.currency)}" if basis.asked.budget is not None else ""
    return f"AI portfolio: the first {basis.asked.top}{within}"


def _provenance(basis: MemoInputs, arguments: Arguments) -> Provenance:
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


def _result(basis: MemoInputs, memo: Memo) -> MemoResult:
    ids = {source.marker: source.evidence.id for source in memo.sources}
    template = METHOD.load(basis.sources.workspace)
    told = [finding for section in template.sections for finding in _in_chat(section, memo, ids)]
    account = _account(basis, memo)
    ranking = memo.section("ranking")
    return MemoResult(
        findings=(*told, *account.findings),
        evidence=(*(source.evidence for source in memo.sources), *account.evidence),
        tables=tuple(t for t in (ranking.table, memo.section("gates").table) if t is not None),
        charts=(ranking.chart,) if ranking.chart else (),
        figures=basis.ranked.result.figures,
        follow_ups=basis.ranked.result.follow_ups,
        hidden_rows=basis.view.hidden("projects"),
        memo=memo,
    )


def _in_chat(section: SectionMethod, memo: Memo, ids: Mapping[int, str]) -> Iterator[Finding]:
    """The lines of a section that a chat shows, each with a word on which part of the memo it is."""
    lines, most = memo.section(section.name).lines, section.in_chat
    if most is not None:
        lines = tuple(line for line in lines if not line.is_caveat)[:most] or lines[:most]
    is_decision = section.name == "decision"
    for line in lines:
        lead = lead_of(line).rstrip(".") if is_decision else section.heading
        yield Finding(
            kind=section.name,
            subject=line.key,
            role="caveat" if line.is_caveat else "headline" if is_decision else "support",
            text=f"{lead}: {line.text}" if lead else line.text,
            evidence=tuple(ids[marker] for marker in line.markers),
        )


def _account(basis: MemoInputs, memo: Memo) -> ToolResult:
    """What was drafted, and how to have it as a document."""
    values: dict[str, Value] = {
        "title": memo.title,
        "id": memo.id,
        "sources": count(len(memo.sources), "source"),
        "memo": memo.kind,
        "firmness": FIRMNESS[memo.firmness],
    }
    return build_result(
        [Finding(kind="account", role="method", values=values)],
        WORDING,
        Computation(
            source=basis.view.sources["projects"],
            title=f"Memo {memo.id}: {memo.title}",
            locator=f"drafted for {memo.provenance.viewer} on {memo.provenance.today}",
            calculation=Calculation(method="count of its sources"),
        ),
        Reading(basis.sources, basis.view),
    )
