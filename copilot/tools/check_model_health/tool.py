"""Whether the models in use still work as validated, since when not, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.check_model_health.charts import charts, inputs_table, table
from copilot.tools.check_model_health.findings import of_aspect, of_one, overview, whole_calculation
from copilot.tools.check_model_health.phrasing import WORDING
from copilot.tools.evidence import Row
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.tools.linking import resolve_record, resolve_value
from copilot.tools.model_health import Aspect, Health, ordered_by, read_health
from copilot.tools.stated_otherwise import stated_otherwise
from copilot.types import Finding, ToolResult, Value, Viewer
from copilot.workspace import Thresholds

_RULES: Mapping[Aspect | None, frozenset[str]] = {
    "quality": frozenset({"quality_drop"}),
    "retraining": frozenset({"retraining"}),
    "version": frozenset(),
    None: frozenset({"quality_drop", "drift", "retraining"}),
}
"""Rules of the workspace that an answer rests on, by what it is about."""


class Arguments(BaseModel):
    """Check whether models in use still work as validated: quality, data drift, feedback loops, retraining.

    For "is model X drifting", "what needs retraining", "does it run the approved version". Without a model, project or
    unit it checks every live model, worst first; for one in trouble it gives the steps of a diagnosis. Quality is a
    share from 0 to 1, changes are in percentage points.
    """

    model_config = ConfigDict(extra="forbid")

    model: str | None = Field(default=None, description="A model by name or id, or its project.")
    project: str | None = Field(default=None, description="A project by name or id; all without it.")
    unit: str | None = Field(default=None, description="A business unit; all without it.")
    aspect: Aspect | None = Field(default=None, description="What alone is asked about; all without it.")
    top: int = Field(default=10, ge=1, le=100, description="How many to tell.")


@dataclass(frozen=True)
class _Scope:
    rows: Sequence[Row]
    of: str | None
    """Unit or project whose models they are."""
    status: str | None
    """`live`; None where the models were asked for by name."""
    filters: Sequence[Filter]

    @property
    def values(self) -> dict[str, Value]:
        return {"of": self.of, "status": self.status}

    @property
    def name(self) -> str:
        return f"{self.status or ''} models{f' of {self.of}' if self.of else ''}".strip()


def check_model_health(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Each model's quality against its validation, when a decline began, and what else its records show."""
    view = sources.records.view(viewer)
    if not view.has("models"):
        raise ToolError("The records hold no table of models.")
    scope, limits = _scope(view, arguments), sources.workspace.config.thresholds
    healths = read_health(view, scope.rows, limits, sources.today)
    if arguments.aspect is not None:
        healths = ordered_by(healths, arguments.aspect)
    reading, hidden = Reading(sources, view), view.hidden("models", scope.filters)
    measured = [h.quality.measured for h in healths if h.quality]
    who = f"{healths[0].id} alone" if len(healths) == 1 else f"{len(healths):,} {scope.name}"
    locator = f"{who}, {sum(measured):,} weekly measurements, as of {sources.today}"
    used = _RULES[arguments.aspect]
    told = _findings(healths, scope, arguments, limits, reading, hidden)
    return build_result(
        (*told, *stated_otherwise(reading, viewer, lambda rule: rule.subject in used)),
        WORDING,
        Computation(
            source=view.sources["model_quality" if measured else "models"],
            title="Model health",
            locator=locator,
            calculation=whole_calculation(healths, locator, limits),
        ),
        reading,
        _attached(healths, arguments.top, hidden),
    )


def _findings(
    healths: Sequence[Health], scope: _Scope, arguments: Arguments, limits: Thresholds, reading: Reading, hidden: int
) -> Iterator[Finding]:
    if not healths:
        yield Finding(kind="no_models", role="headline", values=scope.values)
    elif len(healths) == 1:
        yield from of_one(healths[0], reading, limits, arguments.aspect)
    elif arguments.aspect in ("retraining", "version"):
        yield of_aspect(healths, arguments.aspect, scope.values, reading)
    else:
        yield from overview(healths, arguments.top, limits, scope.values, reading)
    if hidden:
        yield Finding(kind="hidden", role="caveat")


def _attached(healths: Sequence[Health], top: int, hidden: int) -> Attachments:
    if len(healths) == 1:
        tables = (inputs_table(healths[0]),) if healths[0].inputs else ()
        return Attachments(tables=tables, charts=charts(healths, single=True), hidden_rows=hidden)
    shown = healths[:top]
    drawn = charts([h for h in shown if h.decline], single=False)
    return Attachments(tables=(table(shown),) if shown else (), charts=drawn, hidden_rows=hidden)


def _scope(view: RecordView, arguments: Arguments) -> _Scope:
    live = [Filter(column="status", value="live")] if view.has("models", "status") else []
    if arguments.model is not None:
        found = resolve_record(view, arguments.model, ("models", "projects"))
        if found.table == "models":
            filters = [Filter(column="id", value=found.key)]
            return _Scope(view.select("models", filters), None, None, filters)
        return _of_project(view, found.key, live)
    if arguments.project is not None:
        return _of_project(view, resolve_record(view, arguments.project).key, live)
    if arguments.unit is not None:
        unit = resolve_value(view, "projects", "unit", arguments.unit) if view.has("projects", "unit") else None
        if unit is None or not view.has("models", "project_id"):
            raise ToolError("The records do not say which unit a model belongs to.")
        owned = view.select("projects", [Filter(column="unit", value=unit)], ["id"])
        filters = [*live, Filter(column="project_id", op="in", value=tuple(r["id"] for r in owned))]
        return _Scope(view.select("models", filters), unit, "live" if live else None, filters)
    return _Scope(view.select("models", live), None, "live" if live else None, live)


def _of_project(view: RecordView, project: str, live: Sequence[Filter]) -> _Scope:
    """The live models of a project, or all of them when none is live."""
    if not view.has("models", "project_id"):
        raise ToolError("The records do not say which project a model belongs to.")
    row = view.row("projects", project) or {}
    name = f"{row.get('name') or project} ({project})"
    filters = [Filter(column="project_id", value=project)]
    rows = view.select("models", [*live, *filters])
    if rows:
        return _Scope(rows, name, "live" if live else None, [*live, *filters])
    return _Scope(view.select("models", filters), name, None, filters)
