"""How ready a project, a unit or the organisation is to scale AI: score by area, weakest link, next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import humanize, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.assess_readiness import findings
from copilot.tools.assess_readiness.facts import Subject, facts
from copilot.tools.assess_readiness.phrasing import WORDING
from copilot.tools.assess_readiness.scores import Judged, judge, unassessed
from copilot.tools.candidates import active_projects
from copilot.tools.evidence import Row, name_of
from copilot.tools.findings import Attachments, Computation, Reading, build_result
from copilot.tools.linking import resolve_option, resolve_project, resolve_unit
from copilot.tools.readiness import METHOD, ReadinessMethod
from copilot.tools.readiness_scores import BEST, Area, read_areas
from copilot.types import Calculation, Cell, Chart, Finding, Role, Table, ToolResult, Viewer

_TABLES = ("assessments", "projects", "roles")


class Arguments(BaseModel):
    """Say how ready a project, a unit or the whole organisation is to scale AI, area by area, and what to do next.

    For "are we ready", "MLOps maturity", "what is our weakest link". Scores run from 1 (absent) to 5 (exemplary), from
    the assessments and from the project records.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="A project by name or id; all without it.")
    unit: str | None = Field(default=None, description="A business unit; all without it.")
    area: str | None = Field(
        default=None,
        description="data_readiness, infrastructure, mlops, governance, change or culture; all without it.",
    )


@dataclass(frozen=True)
class _Scope:
    """What is judged."""

    of: str
    """What follows "the readiness of": a project, a unit or the organisation."""
    project: Row | None
    unit: str | None
    rows: tuple[Row, ...]
    """The projects that the records' facts are taken from."""
    hidden: int


def assess_readiness(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """A score for each area with its evidence, the weakest link, the next step and what was not assessed."""
    view = sources.records.view(viewer)
    if not any(view.has(table) for table in _TABLES):
        raise ToolError("The records hold no assessments, no projects and no roles to judge readiness by.")
    scope, method, reading = _scope(sources, view, arguments), METHOD.load(sources.workspace), Reading(sources, view)
    everywhere = read_areas(view, None, method)
    areas = _same(everywhere, read_areas(view, scope.unit, method))
    cited = reading.rows("projects", [scope.project]) if scope.project is not None else ()
    of = name_of(scope.rows[0]) if len(scope.rows) == 1 else scope.of
    subject = Subject(sources, viewer, scope.rows, scope.unit, of, cited)
    judged = [
        judge(area, facts(subject, method.area(area.name), method), is_project=scope.project is not None)
        for area in _asked(areas, arguments.area)
    ]
    missing = unassessed(areas, _same(areas, everywhere), scope.unit)
    assessed = sum(len(j.area.scored) for j in judged)
    locator = (
        f"latest of {pluralize(assessed, 'assessed aspect')}, {pluralize(len(scope.rows), 'project')}, as of "
        f"{sources.today}"
    )
    return build_result(
        _findings(judged, scope, method, missing, reading, cited, arguments.area is not None),
        WORDING,
        Computation(
            source=next(view.sources[table] for table in _TABLES if view.has(table)),
            title=f"Readiness of {scope.of}",
            locator=locator,
            calculation=Calculation(
                method="mean over the areas; of each the latest assessments, or the records where there are none",
                query=locator,
                inputs=tuple(_tables(judged, scope))[:1],
            ),
        ),
        reading,
        Attachments(
            tables=tuple(_tables(judged, scope)), charts=tuple(_charts(judged, scope)), hidden_rows=scope.hidden
        ),
    )


def _scope(sources: Sources, view: RecordView, arguments: Arguments) -> _Scope:
    unit = None if arguments.unit is None else resolve_unit(view, arguments.unit, _TABLES)
    if arguments.project is not None:
        row = resolve_project(view, arguments.project)
        held = row.get("unit")
        unit = str(held) if held else unit
        return _Scope(name_of(row), row, unit, (row,), _hidden(view, "assessments", unit))
    hidden, of = _hidden(view, "assessments", unit), unit or sources.workspace.organisation
    if not view.has("projects") or (unit is not None and not view.has("projects", "unit")):
        return _Scope(of, None, unit, (), hidden)
    rows = active_projects(sources, view.select("projects", _of(unit)))
    return _Scope(of, None, unit, tuple(rows), hidden + _hidden(view, "projects", unit))


def _of(unit: str | None) -> list[Filter]:
    return [] if unit is None else [Filter(column="unit", value=unit)]


def _hidden(view: RecordView, table: str, unit: str | None) -> int:
    return view.hidden(table, _of(unit)) if view.has(table) else 0


def _same(model: Sequence[Area], areas: Sequence[Area]) -> list[Area]:
    """The areas in the order of the model, with an empty one where there is none."""
    by = {area.name: area for area in areas}
    return [by.get(area.name, Area(area.name, area.label, ())) for area in model]


def _asked(areas: Sequence[Area], asked: str | None) -> list[Area]:
    if asked is None:
        return list(areas)
    meant = resolve_option(asked, {area.name: (area.label, humanize(area.name)) for area in areas}, "area")
    return [area for area in areas if area.name == meant]


def _findings(
    judged: Sequence[Judged],
    scope: _Scope,
    method: ReadinessMethod,
    missing: Mapping[str, list[str]],
    reading: Reading,
    cited: tuple[str, ...],
    is_one_area: bool,
) -> Iterator[Finding]:
    order = findings.by_score(judged)
    role: Role = "headline" if is_one_area else "support"
    if not is_one_area or not order or order[0].rests_on_records:
        yield findings.opening(judged, scope.of, cited)
    for j in order:
        if not is_one_area or not j.rests_on_records:
            yield findings.area_score(j, method, scope.unit, scope.of if is_one_area else None, cited)
    for j in judged:
        if is_one_area or method.area(j.area.name).tells_aspects:
            yield from findings.aspects(j.area, role)
        yield from (fact.finding.model_copy(update={"role": role}) for fact in j.facts)
    for j in order:
        yield from findings.lowest_assessment(j.area, reading)
    for j in order:
        yield from findings.next_step(j.area, method, j is order[0] and len(order) > 1)
    for j in judged:
        yield from findings.deviation(j, method)
    yield from findings.gaps(judged, missing, scope.unit)
    if scope.hidden:
        yield Finding(kind="hidden", role="caveat")
    yield findings.method_finding(judged)


def _tables(judged: Sequence[Judged], scope: _Scope) -> Iterator[Table]:
    rows: list[tuple[Cell, ...]] = []
    for j in judged:
        weakest, change = j.area.weakest, j.area.change
        rows.append(
            (
                j.area.label,
                None if j.score is None else round(j.score, 1),
                None if change is None else round(change, 1),
                len(j.area.scored),
                None if weakest is None else f"{weakest.aspect} in {weakest.unit}",
                " ".join(WORDING.phrases[fact.finding.kind](fact.finding) for fact in j.facts) or None,
            )
        )
    columns = ("Area", f"Score of {BEST}", "Change", "Aspects assessed", "Lowest", "By the records")
    yield Table(title=f"Readiness of {scope.of}", columns=columns, rows=tuple(rows))
    units = sorted({s.unit for j in judged for s in j.area.scored})
    if scope.unit is None and len(units) > 1:
        means = {j.area.label: j.area.units for j in judged if j.area.scored}
        yield Table(
            title="Assessment by unit",
            columns=("Unit", *means),
            rows=tuple(
                (unit, *(round(by[unit], 1) if unit in by else None for by in means.values())) for unit in units
            ),
        )
    elif any(j.area.scored for j in judged):
        yield Table(
            title="Assessed aspects",
            columns=("Area", "Aspect", "Score", "Before", "Date", "Note"),
            rows=tuple(
                (
                    j.area.label,
                    s.aspect,
                    s.score,
                    None if s.before is None else s.before["score"],
                    s.row.get("date"),
                    s.row.get("note"),
                )
                for j in judged
                for s in j.area.scored
            ),
        )


def _charts(judged: Sequence[Judged], scope: _Scope) -> Iterator[Chart]:
    rows = [(j.area.label, round(j.score, 2)) for j in judged if j.score is not None]
    if len(rows) == 1:
        rows = [
            (name, round(value, 2))
            for name, value in next(j for j in judged if j.score is not None).area.aspects.items()
        ]
    if len(rows) > 1:
        yield bars(f"Readiness of {scope.of}", "Area", f"Score of {BEST}", rows)
