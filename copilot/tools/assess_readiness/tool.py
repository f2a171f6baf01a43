"""How ready a project, a unit or the group is to scale AI: score by area, weakest link, next step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.drawing.charts import bars
from copilot.errors import ToolError
from copilot.language.formatting import humanize, pluralize
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.assess_readiness import phrasing as say
from copilot.tools.assess_readiness.facts import facts, going_on
from copilot.tools.assess_readiness.phrasing import Judged, judge
from copilot.tools.assess_readiness.scores import BEST, Area, Scored, read_areas, unassessed
from copilot.tools.evidence import Row, computed, read_row, row_id
from copilot.tools.linking import link, resolve_record, resolve_unit
from copilot.types import Cell, Chart, Evidence, Figure, Finding, Table, ToolResult, Viewer

_TABLES = ("assessments", "projects", "roles")


class Arguments(BaseModel):
    """Say how ready a project, a unit or the whole group is to scale AI, area by area, and what to do next.

    Call this for "are we ready", "data readiness", "MLOps maturity", "how mature is governance", "readiness for
    change", "culture", "what is our weakest link", "how many engineers per data scientist". Scores run from 1
    (absent) to 5 (exemplary), from the assessments and from the project records.
    """

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, description="A project by name or id; without it, a unit or all.")
    unit: str | None = Field(default=None, description="A business unit; the whole group without it.")
    area: str | None = Field(
        default=None,
        description="One area, such as data_readiness, infrastructure, mlops, governance, change or culture; all "
        "without it.",
    )


@dataclass(frozen=True)
class _Scope:
    """What is judged."""

    project: Row | None
    unit: str | None
    rows: tuple[Row, ...]
    """The projects that the records' facts are taken from."""
    hidden: int

    @property
    def whole(self) -> str:
        """What follows "the readiness"."""
        if self.project is not None:
            return f"of {_name(self.project)}"
        return f"of {self.unit}" if self.unit else "of the group"

    @property
    def said(self) -> str:
        """What the projects are called in a fact."""
        if len(self.rows) == 1:
            return _name(self.rows[0])
        return f"of {self.unit}" if self.unit else "of all units"


@dataclass(frozen=True)
class _Said:
    text: str
    role: Literal["headline", "support", "caveat", "method"] = "support"
    about: tuple[tuple[str, Row], ...] = ()
    """Tables and rows that the sentence rests on."""


def assess_readiness(sources: Sources, viewer: Viewer, arguments: Arguments) -> ToolResult:
    """A score for each area with its evidence, the weakest link, the next step and what was not assessed."""
    view = sources.records.view(viewer)
    if not any(view.has(table) for table in _TABLES):
        raise ToolError("The records hold no assessments, no projects and no roles to judge readiness by.")
    scope = _scope(sources, view, arguments)
    everywhere = read_areas(view, None)
    areas = _same(everywhere, read_areas(view, scope.unit))
    found = facts(sources, viewer, scope.rows, scope.unit, scope.said) if scope.rows or not scope.project else []
    judged = [judge(area, found, is_project=scope.project is not None) for area in _asked(areas, arguments.area)]
    missing = unassessed(areas, _same(areas, everywhere), scope.unit)
    said = [s for s in _sentences(judged, scope, missing, arguments.area is not None) if s.text]
    x = _computation(sources, view, judged, scope, [s.text for s in said])
    rows = {row_id(view, table, row): (table, row) for s in said for table, row in s.about}
    currency = sources.workspace.config.currency
    return ToolResult(
        findings=tuple(
            Finding(text=s.text, role=s.role, evidence=(x.id, *(row_id(view, table, row) for table, row in s.about)))
            for s in said
        ),
        evidence=(x, *(read_row(view, t, row, currency, sources.today) for t, row in rows.values())),
        tables=tuple(_tables(judged, scope)),
        charts=tuple(_charts(judged, scope)),
        figures=tuple(
            Figure(text=say.score(j.score), value=round(j.score, 1), unit=f"of {BEST}", evidence=x.id)
            for j in judged
            if j.score is not None
        ),
        follow_ups=_follow_ups(judged, scope),
        hidden_rows=scope.hidden,
    )


def _name(row: Row) -> str:
    title = row.get("name")
    return f"{title} ({row['id']})" if title and title != row["id"] else str(row["id"])


def _scope(sources: Sources, view: RecordView, arguments: Arguments) -> _Scope:
    unit = None if arguments.unit is None else resolve_unit(view, arguments.unit, _TABLES)
    if arguments.project is not None:
        if not view.has("projects"):
            raise ToolError("The records hold no table of projects.")
        row = view.row("projects", resolve_record(view, arguments.project).key)
        assert row is not None, "a resolved project has a row"
        held = row.get("unit")
        unit = str(held) if held else unit
        return _Scope(row, unit, (row,), _hidden(view, "assessments", unit))
    hidden = _hidden(view, "assessments", unit)
    if not view.has("projects") or (unit is not None and not view.has("projects", "unit")):
        return _Scope(None, unit, (), hidden)
    rows = going_on(sources, view.select("projects", _of(unit)))
    return _Scope(None, unit, tuple(rows), hidden + _hidden(view, "projects", unit))


def _of(unit: str | None) -> list[Filter]:
    return [] if unit is None else [Filter(column="unit", value=unit)]


def _hidden(view: RecordView, table: str, unit: str | None) -> int:
    return view.hidden(table, _of(unit)) if view.has(table) else 0


def _same(model: Sequence[Area], areas: Sequence[Area]) -> list[Area]:
    """The areas in the order of the model, with an empty one where there is none."""
    by = {area.name: area for area in areas}
    return [by.get(area.name, Area(area.name, ())) for area in model]


def _asked(areas: Sequence[Area], asked: str | None) -> list[Area]:
    if asked is None:
        return list(areas)
    names = {area.name: (area.label, humanize(area.name)) for area in areas}
    found = link(asked, names)
    if found.value is None:
        known = ", ".join(humanize(area.name) for area in areas)
        raise ToolError(f"There is no area {asked!r}; there are {known}.", found.nearest)
    return [area for area in areas if area.name == found.value]


def _sentences(
    judged: Sequence[Judged], scope: _Scope, missing: Mapping[str, list[str]], is_one_area: bool
) -> Iterator[_Said]:
    project = (("projects", scope.project),) if scope.project is not None else ()
    known = [j for j in judged if j.score is not None]
    order = sorted(known, key=lambda j: (round(j.score or 0, 1), j.area.name))
    if not is_one_area or not known or known[0].rests_on_records:
        yield _Said(say.opening(judged, scope.whole), "headline", project)
    for j in order:
        if not is_one_area or not j.rests_on_records:
            yield _Said(
                say.area(j, scope.unit, scope.whole if is_one_area else ""),
                "headline",
                project if j.rests_on_records else (),
            )
    for j in judged:
        if is_one_area or j.area.name == "mlops":
            yield _Said(say.aspects(j.area), "headline" if is_one_area else "support")
        yield from (_Said(fact.text, "headline" if is_one_area else "support", project) for fact in j.facts)
    for j in order:
        if (lowest := j.area.weakest) is not None:
            yield _Said(say.weakest(lowest, j.area.label), "support", _rows(lowest))
    yield from (_Said(say.step(j, j is order[0] and len(order) > 1)) for j in order)
    yield from (_Said(say.apart(j), "caveat") for j in judged)
    yield from (_Said(text, "caveat") for text in say.gaps(judged, missing, scope.unit))
    if scope.hidden:
        yield _Said("The scores and facts leave out rows that this viewer may not see.", "caveat")
    yield _Said(say.method(judged, _days(judged)), "method")


def _rows(scored: Scored) -> tuple[tuple[str, Row], ...]:
    return (("assessments", scored.row),)


def _days(judged: Sequence[Judged]) -> list[str]:
    return sorted({str(s.row["date"]) for j in judged for s in j.area.scored if s.row.get("date")})


def _computation(
    sources: Sources, view: RecordView, judged: Sequence[Judged], scope: _Scope, said: Sequence[str]
) -> Evidence:
    scored = [s for j in judged for s in j.area.scored]
    lines = [
        f"{s.unit}, {j.area.label}, {s.aspect}: {say.score(s.score)}"
        + ("" if s.before is None else f", before {say.score(float(str(s.before['score'])))}")
        + "."
        for j in judged
        for s in j.area.scored
    ]
    source = next(view.sources[table] for table in _TABLES if view.has(table))
    return computed(
        source,
        f"Readiness {scope.whole}",
        f"latest of {pluralize(len(scored), 'assessed aspect')}, {pluralize(len(scope.rows), 'project')}, "
        f"as of {sources.today}",
        [*said, *lines],
        sources.today,
    )


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
                " ".join(fact.text for fact in j.facts) or None,
            )
        )
    columns = ("Area", f"Score of {BEST}", "Change", "Aspects assessed", "Lowest", "By the records")
    yield Table(title=f"Readiness {scope.whole}", columns=columns, rows=tuple(rows))
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
        yield bars(f"Readiness {scope.whole}", "Area", f"Score of {BEST}", rows)


def _follow_ups(judged: Sequence[Judged], scope: _Scope) -> tuple[str, ...]:
    known = [j for j in judged if j.score is not None]
    if not known:
        return ("How many projects are there, by stage?",)
    weakest = min(known, key=lambda j: (j.score or 0, j.area.name))
    asked = [f"How can {weakest.area.label} be improved?"]
    if scope.unit is None and (units := weakest.area.units):
        asked.append(f"How ready is {next(iter(units))}?")
    return tuple(asked)
