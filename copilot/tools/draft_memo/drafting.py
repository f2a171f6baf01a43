"""A memo of one kind on one request: what it is made of, how that is written down, and what a chat shows of it."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from copilot.errors import KnowledgeError
from copilot.memos.layout import lead as lead_of
from copilot.memos.memo import FIRMNESS, KINDS, Kind, Memo, MemoResult, Provenance, Section, SectionName, memo_id
from copilot.memos.plain import on_one_line
from copilot.memos.writer import Writer
from copilot.tools.draft_memo.inputs import SEED, MemoInputs
from copilot.tools.draft_memo.signature import addressee
from copilot.tools.draft_memo.template import SectionMethod, Shown, Template, Told
from copilot.tools.findings import Computation, Reading, Wording, build_result, count
from copilot.tools.method import Method
from copilot.types import Calculation, Finding, ToolResult, Value

Part = Callable[[], Iterator[Told | Shown]]


@dataclass(frozen=True)
class Drafting:
    kind: Kind
    basis: MemoInputs
    title: str
    """Where the request has none."""
    method: Method[Template]
    wording: Wording
    parts: Mapping[SectionName, Part]
    """What may stand in each section."""
    rests_on: str
    """What its own computation is made from, in words."""
    draws: int
    """Behind its firmness; 0 where nothing is drawn."""
    shown_in_chat: tuple[SectionName, ...]
    """Sections whose tables and charts a chat shows."""
    promoted: frozenset[SectionName] = frozenset()
    """Annexes that stand on the first page, as there is room for them."""
    follow_ups: tuple[str, ...] = ()
    only: frozenset[SectionName] | None = None
    """The sections that are drafted; all of them without it."""

    @property
    def template(self) -> Template:
        """The sections that the workspace wants; a KnowledgeError names one that a memo of the kind does not have."""
        workspace = self.basis.sources.workspace
        template = self.method.load(workspace)
        if strange := [s.name for s in template.sections if s.name not in self.parts]:
            known = ", ".join(self.parts)
            raise KnowledgeError(
                f"{workspace.root / self.method.file}: sections: a {KINDS[self.kind]} memo has no section "
                f"{strange[0]!r}; there are {known}."
            )
        if self.only is None:
            return template
        return template.model_copy(update={"sections": tuple(s for s in template.sections if s.name in self.only)})


def written(drafting: Drafting, title: str, arguments: Mapping[str, Any]) -> Memo:
    """The memo; `arguments` are those with which it can be drafted again."""
    basis = drafting.basis
    title = on_one_line(title) or on_one_line(drafting.title)
    writer = _write(drafting, title)
    provenance = _provenance(drafting, arguments)
    parts = [provenance.model_dump(mode="json", exclude={"versions", "labels"}), title]
    parts += [section.model_dump(mode="json") for section in writer.sections]
    parts += [source.sha256 for source in writer.sources]
    return Memo(
        id=memo_id(json.dumps(parts, sort_keys=True)),
        kind=drafting.kind,
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


def _write(drafting: Drafting, title: str) -> Writer:
    """Every section with what is found for it; what no other tool has said is a part of the memo's computation."""
    template, basis = drafting.template, drafting.basis
    parts = [(section.name, part) for section in template.sections for part in drafting.parts[section.name]()]
    told = [(name, part) for name, part in parts if isinstance(part, Told)]
    shown = [(name, part) for name, part in parts if isinstance(part, Shown)]
    own = build_result(
        (part.finding for _, part in told if not part.finding.text),
        drafting.wording,
        Computation(
            source=basis.view.sources["projects"],
            title=title,
            locator=f"from {drafting.rests_on}",
            calculation=Calculation(
                method=f"what {drafting.rests_on} show",
                inputs=tuple(part.table for _, part in shown if part.table and part.is_own),
            ),
        ),
        basis.reading,
    )
    said = iter(own.findings)
    blank = {
        s.name: Section(name=s.name, heading=s.heading, is_annex=s.annex and s.name not in drafting.promoted)
        for s in template.sections
    }
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
        cited = (*((own.evidence[0].id,) if drawn.is_own else ()), *drawn.evidence)
        writer.show(name, drawn.table, drawn.chart, cited)
    return writer


def _provenance(drafting: Drafting, arguments: Mapping[str, Any]) -> Provenance:
    basis, found = drafting.basis, drafting.basis.found
    weights = (
        {c.name: round(float(w), 6) for c, w in zip(found.candidates.criteria, found.weights.used, strict=True)}
        if found
        else {}
    )
    return Provenance(
        arguments=dict(arguments),
        viewer=basis.viewer.name,
        labels=basis.viewer.labels,
        today=basis.sources.today,
        weights=weights,
        draws=drafting.draws,
        seed=SEED,
        versions={"bearing": _own_version(), "python": platform.python_version(), "numpy": np.__version__},
    )


def _own_version() -> str:
    try:
        return importlib.metadata.version("bearing")
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def result(drafting: Drafting, memo: Memo) -> MemoResult:
    """The memo with what a chat shows of it."""
    basis = drafting.basis
    ids = {source.marker: source.evidence.id for source in memo.sources}
    told = [finding for section in drafting.template.sections for finding in _in_chat(section, memo, ids)]
    account = _account(drafting, memo)
    sections = [memo.section(name) for name in drafting.shown_in_chat]
    return MemoResult(
        findings=(*told, *account.findings),
        evidence=(*(source.evidence for source in memo.sources), *account.evidence),
        tables=tuple(s.table for s in sections if s.table is not None),
        charts=tuple(s.chart for s in sections if s.chart is not None),
        figures=basis.ranked.result.figures if basis.ranked else (),
        follow_ups=drafting.follow_ups,
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


def _account(drafting: Drafting, memo: Memo) -> ToolResult:
    """What was drafted, and how to have it as a document."""
    basis = drafting.basis
    values: dict[str, Value] = {
        "title": memo.title,
        "id": memo.id,
        "sources": count(len(memo.sources), "source"),
        "memo": KINDS[memo.kind],
        "firmness": None if memo.firmness == "none" else FIRMNESS[memo.firmness],
    }
    return build_result(
        [Finding(kind="account", role="method", values=values)],
        drafting.wording,
        Computation(
            source=basis.view.sources["projects"],
            title=f"Memo {memo.id}: {memo.title}",
            locator=f"drafted for {memo.provenance.viewer} on {memo.provenance.today}",
            calculation=Calculation(method="count of its sources"),
        ),
        Reading(basis.sources, basis.view),
    )
