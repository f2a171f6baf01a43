"""Whether the models in use still work as validated, since when not, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.formatting import NAMED, humanize, join_and, join_first, pluralize, sentence
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.check_model_health.charts import charts, figures, follow_ups, inputs_table, table
from copilot.tools.check_model_health.diagnosis import steps
from copilot.tools.check_model_health.health import UNMEASURED_AFTER_DAYS, Health, read_health
from copilot.tools.check_model_health.phrasing import (
    detection,
    incident_sentences,
    input_sentences,
    iso,
    limits,
    loop,
    retraining,
    summary,
    unmeasured,
    version,
)
from copilot.tools.evidence import Row, computed, read_row, row_id
from copilot.tools.linking import resolve_record, resolve_value
from copilot.types import Evidence, Finding, ToolResult, Viewer


class Arguments(BaseModel):
    """Check whether models in use still work as validated: quality, data drift, feedback loops, retraining.

    Call this for "is model X drifting", "why did accuracy fall", "which models are declining", "what needs
    retraining", "does it run the approved version". Without a model, project or unit it checks every live
    model, worst first; for one model in trouble it also gives the steps of a diagnosis. Quality is a share
    from 0 to 1, changes are in percentage points.
    """

    model_config = ConfigDict(extra="forbid")

    model: str | None = Field(default=None, description="Name or id of a model, or of the project it belongs to.")
    project: str | None = Field(default=None, description="Name or id of a project whose models to check.")
    unit: str | None = Field(default=None, description="Business unit whose models to check.")
    top: int = Field(default=10, ge=1, le=100, description="How many of the worst models to describe.")


Role = Literal["headline", "support", "caveat"]


@dataclass(frozen=True)
class _Scope:
    rows: Sequence[Row]
    name: str
    """What follows "models": "of Retail Stores", or nothing."""
    status: str
    """`live`, or empty where the models were asked for by name."""
    filters: Sequence[Filter]


@dataclass(frozen=True)
class _Said:
    text: str
    ids: tuple[str, ...] = ()
    """Evidence besides the computation."""
    role: Role = "support"


def check_model_health(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """Each model's quality against its validation, when a decline began, and what else its records show."""
    view = sources.records.view(viewer)
    if not view.has("models"):
        raise ToolError("The records hold no table of models.")
    scope = _scope(view, arguments)
    drop = sources.workspace.config.thresholds.quality_drop
    healths = read_health(view, scope.rows, drop, sources.today)
    if not healths:
        return _none(sources, view, scope)
    single = len(healths) == 1
    shown = healths[: arguments.top]
    said = _single(healths[0], drop) if single else _overview(scope, healths, shown, drop)
    if hidden := view.hidden("models", scope.filters):
        said.append(
            _Said("Models that this viewer may not see are left out, so the figures are partial.", role="caveat")
        )
    x = _computation(sources, view, scope, healths, said, drop)
    return ToolResult(
        findings=tuple(Finding(text=s.text, evidence=(x.id, *s.ids), role=s.role) for s in said),
        evidence=(x, *_rows_read(sources, view, healths, said)),
        tables=(inputs_table(healths[0]),) if single and healths[0].inputs else () if single else (table(shown),),
        charts=charts(healths if single else [h for h in shown if h.decline], single),
        figures=figures(healths, single, x.id),
        follow_ups=follow_ups(healths, single),
        hidden_rows=hidden,
    )


def _scope(view: RecordView, arguments: Arguments) -> _Scope:
    live = [Filter(column="status", value="live")] if view.has("models", "status") else []
    if arguments.model is not None:
        found = resolve_record(view, arguments.model, ("models", "projects"))
        if found.table == "models":
            filters = [Filter(column="id", value=found.key)]
            return _Scope(view.select("models", filters), "", "", filters)
        return _of_project(view, found.key, live)
    if arguments.project is not None:
        return _of_project(view, resolve_record(view, arguments.project).key, live)
    if arguments.unit is not None:
        unit = resolve_value(view, "projects", "unit", arguments.unit) if view.has("projects", "unit") else None
        if unit is None or not view.has("models", "project_id"):
            raise ToolError("The records do not say which unit a model belongs to.")
        owned = view.select("projects", [Filter(column="unit", value=unit)], ["id"])
        filters = [*live, Filter(column="project_id", op="in", value=tuple(r["id"] for r in owned))]
        return _Scope(view.select("models", filters), f" of {unit}", "live " if live else "", filters)
    return _Scope(view.select("models", live), "", "live " if live else "", live)


def _of_project(view: RecordView, project: str, live: Sequence[Filter]) -> _Scope:
    """The live models of a project, or all of them when none is live."""
    if not view.has("models", "project_id"):
        raise ToolError("The records do not say which project a model belongs to.")
    row = view.row("projects", project) or {}
    name = f" of {row.get('name') or project} ({project})"
    filters = [Filter(column="project_id", value=project)]
    rows = view.select("models", [*live, *filters])
    if rows:
        return _Scope(rows, name, "live " if live else "", [*live, *filters])
    return _Scope(view.select("models", filters), name, "", filters)


def _none(sources: Sources, view: RecordView, scope: _Scope) -> ToolResult:
    hidden = view.hidden("models", scope.filters)
    text = f"The records hold no {scope.status}models{scope.name}."
    withheld = "Models that this viewer may not see are left out." if hidden else ""
    x = computed(
        view.sources["models"],
        "Model health",
        f"{scope.status}models{scope.name}, 0 rows",
        [text, withheld],
        sources.today,
    )
    caveats = [Finding(text=withheld, evidence=(x.id,), role="caveat")] if withheld else []
    return ToolResult(
        findings=(Finding(text=text, evidence=(x.id,), role="headline"), *caveats),
        evidence=(x,),
        hidden_rows=hidden,
    )


def _single(health: Health, drop: float) -> list[_Said]:
    own = (f"r-{health.id}",)
    status = health.row.get("status")
    caveats = [f"{health.title} is not live but {humanize(str(status))}."] if status and status != "live" else []
    facts = [detection(health), unmeasured(health), *input_sentences(health), loop(health)]
    facts += [retraining(health), version(health)]
    incidents = [_Said(text, (f"r-{id}",)) for id, text in incident_sentences(health)]
    return [
        _Said(summary(health), own, "headline"),
        *(_Said(text, own, "caveat") for text in caveats),
        *(_Said(text, own) for text in facts if text),
        *(incidents or [_Said(f"No incident linked to {health.title} is recorded.")]),
        *(_Said(text, own) for text in (steps(health, drop) if health.needs_diagnosis else ())),
    ]


def _overview(scope: _Scope, healths: Sequence[Health], shown: Sequence[Health], drop: float) -> list[_Said]:
    declining = [h for h in healths if h.decline]
    beyond = [h for h in declining if h.points is not None and -h.points > drop * 100]
    kind = f"{scope.status}models{scope.name}"
    opening = (
        f"{len(declining):,} of {len(healths):,} {kind} {'is' if len(declining) == 1 else 'are'} declining"
        if declining
        else f"None of the {len(healths):,} {kind} is declining"
    )
    if declining:
        opening += f": {_named(declining)}"
    said = [_Said(sentence(opening), _ids(declining[:NAMED]), "headline")]
    limit = f"{drop * 100:.1f} points"
    if beyond:
        verb = "has" if len(beyond) == 1 else "have"
        said.append(
            _Said(
                f"Of the declining models, {len(beyond):,} {verb} fallen more than {limit} below the validated level.",
                _ids(beyond[:NAMED]),
                "headline",
            )
        )
    said += [_Said(summary(h), _ids([h]), "headline") for h in shown if h.decline]
    return [*said, *_further(healths), *(_Said(summary(h), _ids([h])) for h in shown if not h.decline)]


def _further(healths: Sequence[Health]) -> list[_Said]:
    """What else is wrong with some of the models, each trouble in a sentence."""
    troubles: list[tuple[str, Callable[[Health], object], Callable[[Health], str]]] = [
        ("{} shifted inputs", lambda h: h.shifted, lambda h: join_and(humanize(i.name) for i in h.shifted)),
        (
            "{} signs of a feedback loop",
            lambda h: h.may_feed_itself,
            lambda h: join_and(humanize(i.name) for i in h.concentrating),
        ),
        (
            "{} a retraining that is overdue",
            lambda h: h.overdue_days,
            lambda h: pluralize(h.overdue_days, "day"),
        ),
        (
            "{} another version running than the newest approved one",
            lambda h: h.runs_another_version,
            lambda h: f"{h.row['deployed_version']} instead of {h.row['registry_version']}",
        ),
        (
            f"{{}} no measurement for more than {UNMEASURED_AFTER_DAYS} days",
            lambda h: h.unmeasured_days,
            lambda h: f"last in the week of {iso(h.quality.last if h.quality else None)}",
        ),
        ("{} no quality measurement at all", lambda h: h.quality is None, lambda h: ""),
    ]
    said = []
    for phrase, has, about in troubles:
        found = [h for h in healths if has(h)]
        if found:
            what = phrase.format(f"{pluralize(len(found), 'model')} {'has' if len(found) == 1 else 'have'}")
            said.append(_Said(sentence(f"{what}: {_named(found, about)}"), _ids(found[:NAMED])))
    return said


def _named(healths: Sequence[Health], about: Callable[[Health], str] = lambda h: "") -> str:
    names = []
    for health in healths:
        known = ", ".join(t for t in (health.id if health.name != health.id else "", about(health)) if t)
        names.append(f"{health.name} ({known})" if known else health.name)
    # The table holds the worst only, so it is not pointed to.
    return join_first(names, rest="")


def _ids(healths: Iterable[Health]) -> tuple[str, ...]:
    return tuple(f"r-{h.id}" for h in healths)


def _computation(
    sources: Sources,
    view: RecordView,
    scope: _Scope,
    healths: Sequence[Health],
    said: Sequence[_Said],
    drop: float,
) -> Evidence:
    measured = [h.quality for h in healths if h.quality]
    weeks = sum(q.measured for q in measured)
    who = healths[0].id if len(healths) == 1 else f"{scope.status}models{scope.name}"
    return computed(
        view.sources["model_quality" if measured else "models"],
        "Model health",
        f"{who}, {len(healths):,} models, {weeks:,} weekly measurements, as of {iso(sources.today)}",
        [
            f"Computed over {pluralize(len(healths), 'model')} and {weeks:,} weekly measurements up to "
            f"{iso(sources.today)}.",
            limits(drop),
            *(s.text for s in said),
        ],
        sources.today,
    )


def _rows_read(sources: Sources, view: RecordView, healths: Sequence[Health], said: Sequence[_Said]) -> list[Evidence]:
    """The rows of the models and incidents that the sentences cite."""
    cited = {id for s in said for id in s.ids}
    rows = [("models", h.row) for h in healths] + [("incidents", row) for h in healths for row in h.incidents]
    found = {row_id(view, table, row): (table, row) for table, row in rows}
    currency, today = sources.workspace.config.currency, sources.today
    return [read_row(view, *found[id], currency, today) for id in found if id in cited]
