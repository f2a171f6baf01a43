"""What is different from an earlier day or visit, what that did to ranking, gates and metrics, what no longer holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import humanize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.evidence import computed, read_row, row_id
from copilot.tools.linking import resolve_record, resolve_value
from copilot.tools.what_changed.baseline import Baseline, find_baseline
from copilot.tools.what_changed.earlier_answers import in_answers
from copilot.tools.what_changed.effects import in_gates, in_metrics, in_ranking
from copilot.tools.what_changed.sections import (
    Hidden,
    Line,
    Scope,
    Section,
    by_own_dates,
    in_documents,
    in_records,
    record_changes,
)
from copilot.types import Evidence, Finding, ToolResult, Viewer

_VISIT = "What changed since my last visit?"

About = Literal["records", "ranking", "gates", "metrics", "documents", "recommendations"]


class Arguments(BaseModel):
    """Say what changed since a date or since the asker's last visit, and which recommendations no longer hold.

    Call this for "what changed since March", "what is new since my last visit", "does last week's ranking still
    hold". It compares snapshots of the records and documents, then and now: rows and cells, scores and ranks,
    governance findings, metrics, documents, and the asker's own earlier answers. For how one metric developed call
    lookup_metric.
    """

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(
        default=None, description="Changes from this day on (YYYY-MM-DD). Default: since the asker's last visit."
    )
    about: list[About] = Field(default=[], description="Kinds of change to tell; empty for all of them.")
    project: str | None = Field(default=None, description="Only what concerns this project, by name or id.")
    unit: str | None = Field(default=None, description="Only what concerns this business unit.")
    top: int = Field(default=5, ge=1, le=50, description="How many places of the ranking to compare.")


def what_changed(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Each kind of change as sentences with their evidence, and tables of all of it."""
    if arguments.since is not None and arguments.since > sources.today:
        raise ToolError(
            f"{arguments.since} lies after {sources.today}, the day the records describe; name an earlier one."
        )
    view = sources.records.view(viewer)
    scope = _scope(view, arguments)
    baseline = find_baseline(sources, viewer, arguments.since)
    then = baseline.then(sources)
    hidden = max(sum(v.hidden(name) for name in v.tables) for v in _views(sources, then, viewer))
    sections = list(_sections(sources, then, viewer, baseline, scope, arguments))
    result = _result(sources, view, baseline, sections, hidden)
    return result if arguments.since is None else result.model_copy(update={"follow_ups": (*result.follow_ups, _VISIT)})


def _views(sources: Sources, then: Sources | None, viewer: Viewer) -> Iterator[RecordView]:
    yield sources.records.view(viewer)
    if then is not None:
        yield then.records.view(viewer)


def _scope(view: RecordView, arguments: Arguments) -> Scope:
    if arguments.project is not None:
        key = resolve_record(view, arguments.project).key
        return Scope(frozenset([key]), {"project": key})
    if arguments.unit is not None:
        unit = resolve_value(view, "projects", "unit", arguments.unit)
        rows = view.select("projects", [Filter(column="unit", value=unit)], columns=["id"])
        return Scope(frozenset(str(row["id"]) for row in rows), {"unit": unit})
    return Scope()


def _sections(
    sources: Sources, then: Sources | None, viewer: Viewer, baseline: Baseline, scope: Scope, arguments: Arguments
) -> Iterator[Section]:
    wanted = set(arguments.about) or {"records", "ranking", "gates", "metrics", "documents", "recommendations"}
    is_whole = scope.projects is None
    found: list[Section | None] = []
    hidden: Hidden | None = None
    if then is not None and baseline.state is not None:
        hidden = Hidden.of(then, sources, viewer, baseline.state)
    if "ranking" in wanted and then is not None and hidden is not None and arguments.project is None:
        found.append(in_ranking(then, sources, viewer, scope, hidden.projects, baseline, arguments.top))
    if "recommendations" in wanted and is_whole:
        found.append(in_answers(sources, viewer))
    if "records" in wanted:
        if then is not None and hidden is not None:
            changes = record_changes(then.records.view(viewer), sources.records.view(viewer), hidden, scope)
            found.append(in_records(changes, baseline, sources))
        if not baseline.reaches:
            found.append(by_own_dates(sources.records.view(viewer), baseline.since, scope))
    if "gates" in wanted and then is not None:
        found.append(in_gates(then, sources, viewer, scope, baseline))
    if "metrics" in wanted:
        found.append(in_metrics(then, sources, viewer, scope, baseline))
    if "documents" in wanted and is_whole:
        found.append(in_documents(baseline.state, sources, viewer, baseline))
    # A question about everything is told its changes; that a kind has none is told when it was asked for.
    told = [section for section in found if section is not None]
    yield from told if arguments.about else _changes_first(told)


def _changes_first(sections: Sequence[Section]) -> list[Section]:
    return sorted(sections, key=lambda section: len(section.lines) == 1 and not section.tables)


def _result(
    sources: Sources, view: RecordView, baseline: Baseline, sections: Sequence[Section], hidden: int
) -> ToolResult:
    statements: list[Finding] = []
    evidence: dict[str, Evidence] = {}
    currency = sources.workspace.config.currency
    for section in [*sections, *_caveats(sources, baseline, hidden, is_told=bool(sections))]:
        lines = [line.text for line in section.lines]
        lines += [" | ".join(str(cell) for cell in row if cell is not None) for t in section.tables for row in t.rows]
        locator = f"{baseline.words}, {_compared(baseline)}"
        x = computed("records", section.title, locator, lines, sources.today)
        evidence[x.id] = x
        for line in section.lines:
            ids = [x.id]
            for table, row in line.rows:
                ids.append(row_id(view, table, row))
                evidence[ids[-1]] = read_row(view, table, row, currency, sources.today)
            statements.append(Finding(text=line.text, role=line.role, evidence=tuple(ids)))
    return ToolResult(
        findings=tuple(statements),
        evidence=tuple(evidence.values()),
        tables=tuple(table for section in sections for table in section.tables),
        follow_ups=("Which projects should come first?",),
        hidden_rows=hidden,
    )


def _compared(baseline: Baseline) -> str:
    if baseline.state is None:
        return "without a snapshot"
    return f"compared with the snapshot of {baseline.state.snapshot.day.isoformat()}"


def _caveats(sources: Sources, baseline: Baseline, hidden: int, *, is_told: bool) -> Iterator[Section]:
    lines = []
    if baseline.note:
        lines.append(Line(baseline.note, "caveat" if is_told else "headline"))
    if baseline.state is not None:
        day = baseline.state.snapshot.day.isoformat()
        both = f"Then is the snapshot of {day}, now is {sources.today.isoformat()}"
        lines.append(Line(f"{both}; the rules are those of today on both sides.", "caveat"))
        for table in baseline.state.too_large:
            lines.append(
                Line(
                    f"The table of {humanize(table)} is too large to be kept, so its cells are not compared.", "caveat"
                )
            )
    if hidden:
        lines.append(Line("Rows that this viewer may not see are left out, so what changed is partial.", "caveat"))
    if lines:
        yield Section("Comparison", tuple(lines))
