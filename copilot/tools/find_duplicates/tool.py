"""Projects that do the same thing, where they differ, and what could be built once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import humanize
from copilot.language.words import stems
from copilot.language.words import words as find_words
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.find_duplicates import findings
from copilot.tools.find_duplicates.findings import Scope, named
from copilot.tools.find_duplicates.phrasing import WORDING
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.tools.linking import check_projects, fold, resolve_project, resolve_value
from copilot.tools.shared_work import MANY_TO_COMPARE, Overlap, SharedWork, read_shared_work, words_of
from copilot.types import Calculation, Chart, Finding, Role, Table, ToolResult, Viewer

_NEAREST = 3


class Arguments(BaseModel):
    """Find projects of different units that do the same thing, and what could be built or bought once.

    For "overlapping projects", "what could we merge", "where could units share a platform or a vendor". Budgets are
    what is at stake, not savings.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="A project by name or id; all without it.")
    units: list[str] = Field(default=[], description="Only where each of these units has a project.", max_length=10)
    about: str | None = Field(default=None, description="Only groups with a project that mentions one of these words.")
    shared: Literal["platform", "vendor", "base"] | None = Field(
        default=None,
        description="Lead with what units could share; a `base` is what several projects depend on.",
    )


def find_duplicates(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Groups of projects across units that appear to do one thing, the largest budgets first."""
    view = sources.records.view(viewer)
    check_projects(view)
    work, hidden, reading = read_shared_work(sources, view), view.hidden("projects"), Reading(sources, view)
    scope = _scope(view, work, arguments, reading)
    if arguments.project is not None:
        found, what = _like(scope, arguments.project, hidden), "projects like one"
    else:
        found, what = _groups(scope, arguments.shared, hidden), "groups of like projects"
    is_whole = arguments.project is None
    return build_result(
        found,
        WORDING,
        _computation(work, view, what),
        reading,
        Attachments(
            tables=tuple(_tables(scope)) if is_whole else (),
            charts=tuple(_charts(scope)) if is_whole else (),
            hidden_rows=hidden,
        ),
    )


def _computation(work: SharedWork, view: RecordView, what: str) -> Computation:
    columns = ", ".join(c for c in ("name", "description", work.field) if c and view.has("projects", c))
    alike = f"{work.limits.alike:.2f}"
    return Computation(
        source=view.sources["projects"],
        title="Projects that do the same thing",
        locator=f"{what}, by {columns}, {len(work.rows):,} rows, likeness from {alike}",
        calculation=Calculation(
            method=f"likeness of all projects that have not ended, by {columns}; pairs from {alike} on found groups",
            query="stage is none that has ended",
        ),
    )


def _scope(view: RecordView, work: SharedWork, arguments: Arguments, reading: Reading) -> Scope:
    if arguments.units and not view.has("projects", "unit"):
        raise ToolError("The projects table does not say which unit a project belongs to.")
    units = tuple(resolve_value(view, "projects", "unit", unit) for unit in arguments.units)
    about = _mentioned(work, arguments.about or "")
    across, within = (
        tuple(
            overlap
            for overlap in found
            if set(map(fold, units)) <= set(map(fold, overlap.units))
            and (not about or any(set(stems(about)) & words_of(row) for row in overlap.rows))
        )
        for found in (work.across, work.within)
    )
    return Scope(work, across, within, units, about, reading.sources.workspace.config.currency, reading)


def _mentioned(work: SharedWork, about: str) -> str:
    """The words that some project mentions; the others say nothing here."""
    known = frozenset(stem for row in work.rows for stem in words_of(row))
    return " ".join(word.text for word in find_words(about) if word.stem in known)


def _groups(scope: Scope, shared: str | None, hidden: int) -> Iterator[Finding]:
    """The groups across units, what units could share, and the groups within one."""
    role: Role = "headline" if shared is None else "support"
    if shared is not None:
        yield from findings.shared_needs(scope, shared, "headline")
    yield findings.opening(scope, role)
    for overlap in scope.across[: findings.NAMED]:
        yield findings.group(scope, overlap, role)
    yield from findings.more_groups(scope)
    for need in findings.NEEDS:
        if need != shared:
            yield from findings.shared_needs(scope, need, "support")
    yield from findings.within_units(scope)
    yield from findings.caveats(scope, hidden, len(scope.work.rows) > MANY_TO_COMPARE)


def _like(scope: Scope, asked: str, hidden: int) -> Iterator[Finding]:
    """What resembles one project, the most alike first."""
    work, view = scope.work, scope.reading.view
    project = resolve_project(view, asked)
    place = next((i for i, row in enumerate(work.rows) if row["id"] == project["id"]), None)
    if place is None:
        yield findings.alone(scope, project, "ended")
        return
    own, limits, alike = work.rows[place], work.limits, work.alike[place]
    order = sorted((i for i in range(len(work.rows)) if i != place), key=lambda i: (-alike[i], i))
    same = [i for i in order if alike[i] >= limits.alike]
    if not same:
        yield findings.alone(scope, own, "nothing_alike")
    for i in same[: findings.NAMED]:
        yield findings.group(scope, Overlap((own, work.rows[i]), float(alike[i])), "headline")
    near = [work.rows[i] for i in order if limits.near <= alike[i] < limits.alike]
    yield from findings.near(scope, near[:_NEAREST])
    yield findings.reliability("pairs")
    if hidden:
        yield Finding(kind="hidden", role="caveat")


def _tables(scope: Scope) -> Iterator[Table]:
    groups = [*scope.across, *scope.within]
    field = scope.work.field
    columns = [c for c in ("unit", field, "stage", "platform", "vendor", "owner", "budget") if c]
    if groups:
        yield Table(
            title="Projects that do the same kind of work",
            columns=("Group", "Project", *(humanize(c).capitalize() for c in columns)),
            rows=tuple(
                (place, named(row), *(row.get(c) for c in columns))
                for place, overlap in enumerate(groups, start=1)
                for row in overlap.rows
            ),
        )


def _charts(scope: Scope) -> Iterator[Chart]:
    rows = [(" / ".join(str(r.get("name") or r["id"]) for r in o.rows), o.at_stake) for o in scope.across if o.at_stake]
    if len(rows) > 1:
        unit = f"Budget, {scope.currency}" if scope.currency else "Budget"
        yield bars("Budgets of projects that appear to do the same kind of work", "Group", unit, rows)
