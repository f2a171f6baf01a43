"""What is different from an earlier day or visit, what that did to ranking, gates and metrics, what no longer holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.calendar import BEGINNING
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.tools.linking import resolve_record, resolve_value
from copilot.tools.what_changed.baseline import Baseline, find_baseline
from copilot.tools.what_changed.earlier_answers import in_answers
from copilot.tools.what_changed.effects import in_gates, in_metrics, in_ranking
from copilot.tools.what_changed.phrasing import WORDING
from copilot.tools.what_changed.records import Hidden, by_own_dates, in_documents, in_records, record_changes
from copilot.tools.what_changed.sections import Scope, Section, compared
from copilot.types import Calculation, Finding, Role, ToolResult, Value, Viewer

_VISIT = "What changed since my last visit?"

About = Literal["records", "ranking", "gates", "metrics", "documents", "recommendations"]


class Arguments(BaseModel):
    """Say what changed since a date or since the asker's last visit, and which recommendations no longer hold.

    It compares then and now: rows, scores and ranks, governance findings, metrics, documents, and the asker's own
    earlier answers. For how one metric developed call lookup_metric.
    """

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(
        default=None, description="From this day on (YYYY-MM-DD); by default since the last visit."
    )
    about: list[About] = Field(default=[], description="Kinds of change; all when empty.")
    project: str | None = Field(default=None, description="A project by name or id; all without it.")
    unit: str | None = Field(default=None, description="A business unit; all without it.")
    top: int = Field(default=5, ge=1, le=50, description="How many to tell.")


def what_changed(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Each kind of change with its evidence, and tables of all of it."""
    if arguments.since is not None and arguments.since > sources.today:
        raise ToolError(
            f"{arguments.since} lies after {sources.today}, the day the records describe; name an earlier one."
        )
    view = sources.records.view(viewer)
    scope = _scope(view, arguments)
    # The day before that which is named must exist.
    since = arguments.since and max(arguments.since, BEGINNING)
    baseline = find_baseline(sources, viewer, since)
    then = baseline.then(sources)
    hidden = max(sum(v.hidden(name) for name in v.tables) for v in _views(sources, then, viewer))
    reading = Reading(sources, view)
    sections = list(_sections(reading, then, viewer, baseline, scope, arguments))
    findings = [f for told in sections for f in told.findings]
    asked = ("Which projects should come first?", *([_VISIT] if arguments.since is not None else []))
    return build_result(
        [*findings, *_caveats(sources, baseline, hidden, "caveat" if sections else "headline")],
        replace(WORDING, follow_ups=lambda found: asked),
        Computation(
            source="records",
            title="What changed",
            locator=compared(baseline),
            calculation=Calculation(method="rows, scores, outcomes and values of then beside those of now"),
        ),
        reading,
        Attachments(tables=tuple(table for told in sections for table in told.tables), hidden_rows=hidden),
    )


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
    reading: Reading, then: Sources | None, viewer: Viewer, baseline: Baseline, scope: Scope, arguments: Arguments
) -> Sequence[Section]:
    sources, view = reading.sources, reading.view
    wanted = set(arguments.about) or {"records", "ranking", "gates", "metrics", "documents", "recommendations"}
    is_whole = scope.projects is None
    found: list[Section | None] = []
    hidden: Hidden | None = None
    if then is not None and baseline.state is not None:
        hidden = Hidden.of(then, sources, viewer, baseline.state)
    if "ranking" in wanted and then is not None and hidden is not None and arguments.project is None:
        found.append(in_ranking(then, sources, viewer, scope, hidden.projects, baseline, arguments.top))
    if "recommendations" in wanted and is_whole:
        found.append(in_answers(sources, viewer, baseline))
    if "records" in wanted:
        if then is not None and hidden is not None:
            changes = record_changes(then.records.view(viewer), view, hidden, scope)
            found.append(in_records(changes, baseline, reading))
        if not baseline.reaches:
            found.append(by_own_dates(reading, baseline, scope))
    if "gates" in wanted and then is not None:
        found.append(in_gates(then, sources, viewer, scope, baseline))
    if "metrics" in wanted:
        found.append(in_metrics(then, sources, viewer, scope, baseline))
    if "documents" in wanted and is_whole:
        found.append(in_documents(baseline.state, sources, viewer, baseline))
    told = [section for section in found if section is not None]
    # A question about everything is told its changes; that a kind has none is told when it was asked for.
    return told if arguments.about else sorted(told, key=lambda section: not section.has_changes)


def _caveats(sources: Sources, baseline: Baseline, hidden: int, role: Role) -> Iterator[Finding]:
    """What must be said of the date, of what was compared, and of what is out of sight."""
    if baseline.note is not None:
        yield baseline.note.model_copy(update={"role": role})
    if baseline.state is not None:
        days: dict[str, Value] = {"then": baseline.state.snapshot.day, "now": sources.today}
        yield Finding(kind="comparison", role="caveat", values=days)
        for table in baseline.state.too_large:
            yield Finding(kind="too_large", role="caveat", values={"table": table})
    if hidden:
        yield Finding(kind="hidden", role="caveat")
