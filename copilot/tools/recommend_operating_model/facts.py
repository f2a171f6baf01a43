"""The criteria of an operating model that the records tell, each with what it was computed from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from copilot.analysis.funnel import conversion
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.candidates import active_projects
from copilot.tools.evidence import Row
from copilot.tools.findings import amount, count, share
from copilot.tools.linking import fold
from copilot.tools.readiness import METHOD as READINESS
from copilot.tools.readiness import ReadinessMethod
from copilot.tools.readiness_scores import BEST, mean, read_areas
from copilot.tools.recommend_operating_model.method import OperatingModel
from copilot.tools.shared_work import MANY_TO_COMPARE, field_of, read_shared_work
from copilot.tools.staff import latest_roles, staff
from copilot.tools.stage_paths import Portfolio, read_portfolio
from copilot.types import Quantity, Value


@dataclass(frozen=True)
class Fact:
    """What the records tell of a criterion."""

    name: str
    value: Quantity
    """Compared with the anchors."""
    values: dict[str, Value]
    """What it was computed from."""


@dataclass(frozen=True)
class Facts:
    known: dict[str, Fact]
    """By criterion."""
    units: tuple[str, ...]
    projects: int


@dataclass(frozen=True)
class _Reader:
    sources: Sources
    view: RecordView
    unit: str | None
    rows: tuple[Row, ...]
    """Projects going on, of the unit asked about."""
    units: tuple[str, ...]
    everyone: tuple[Row, ...]
    """Projects going on, of all units."""
    readiness: ReadinessMethod
    method: OperatingModel

    @property
    def where(self) -> Value:
        return self.unit or count(len(self.units), "unit")

    def recorded(self, column: str) -> list[str]:
        return [fold(str(row[column])) for row in self.rows if row.get(column) is not None]


def read_facts(sources: Sources, view: RecordView, unit: str | None, method: OperatingModel) -> Facts:
    reader = _reader(sources, view, unit, method)
    readers = (_people, _portfolio, _conversion, _platform, _overlap, _fields, _risk, _control)
    return Facts({fact.name: fact for read in readers for fact in read(reader)}, reader.units, len(reader.rows))


def _reader(sources: Sources, view: RecordView, unit: str | None, method: OperatingModel) -> _Reader:
    rows: list[Row] = active_projects(sources, view.select("projects")) if view.has("projects") else []
    named = [*(row.get("unit") for row in rows), *(row.get("unit") for row in latest_roles(view, None))]
    units = {fold(str(name)): str(name) for name in reversed(named) if name}
    own = [row for row in rows if unit is None or fold(str(row.get("unit") or "")) == fold(unit)]
    readiness = READINESS.load(sources.workspace)
    return _Reader(sources, view, unit, tuple(own), tuple(sorted(units.values())), tuple(rows), readiness, method)


def _part(name: str, part: float, whole: float, noun: str = "project", **values: Value) -> Fact:
    """So many of a whole."""
    value = share(part / whole)
    return Fact(name, value, {"part": amount(part, noun, 2), "whole": amount(whole, noun, 2), "share": value, **values})


def _people(reader: _Reader) -> Iterator[Fact]:
    words, team = reader.readiness.staff, reader.method.team
    whole = staff(reader.view, reader.unit, words)
    if whole is not None:
        people = amount(whole.engineers + whole.scientists, "", 2)
        yield Fact("specialists", people, {"people": people, "where": reader.where})
    if len(reader.units) > 1:
        teams = [found for unit in reader.units if (found := staff(reader.view, unit, words)) is not None]
        complete = sum(s.scientists >= team.scientists and s.engineers >= team.engineers for s in teams)
        if teams:
            least: dict[str, Value] = {
                "scientists": count(team.scientists, "data scientist"),
                "engineers": count(team.engineers, "engineer"),
            }
            yield _part("teams", complete, len(teams), "unit", **least)
    roles = latest_roles(reader.view, reader.unit)
    filled, vacant = _sum(roles, "headcount"), _sum(roles, "open_positions")
    if vacant is not None and filled is not None and filled + vacant > 0:
        yield _part("vacancies", vacant, filled + vacant, "AI position")


def _sum(rows: Sequence[Row], column: str) -> float | None:
    values = [float(v) for row in rows if isinstance(v := row.get(column), int | float)]
    return sum(values) if values else None


def _portfolio(reader: _Reader) -> Iterator[Fact]:
    if not reader.rows:
        return
    projects = count(len(reader.rows), "project")
    yield Fact("portfolio", projects, {"projects": projects, "where": reader.where})
    stages = reader.sources.workspace.config.stages
    staged = [row for row in reader.rows if row.get("stage")]
    live = [row for row in staged if stages.is_production(row["stage"])]
    if staged and reader.unit:
        projects = count(len(live), "project")
        yield Fact("maturity", projects, {"projects": projects, "unit": reader.unit})
    elif staged and len(reader.units) > 1:
        there = {fold(str(row["unit"])) for row in live if row.get("unit")}
        yield _part("maturity", len(there), len(reader.units), "unit")
    places = Counter(reader.recorded("jurisdiction"))
    if places and len(reader.units) > 1:
        outside = places.total() - places.most_common(1)[0][1]
        yield _part("jurisdictions", outside, places.total())


def _conversion(reader: _Reader) -> Iterator[Fact]:
    if not reader.view.has("projects"):
        return
    config = reader.sources.workspace.config
    portfolio = read_portfolio(reader.view, config.stages, [], None, reader.sources.today)
    if not portfolio.has_history:
        return
    shares = _conversions(portfolio, reader.method.pilots)
    if reader.unit is not None:
        own = shares.get(fold(reader.unit))
        if own is not None:
            yield Fact("conversion", share(own), {"share": share(own), "unit": reader.unit})
    elif shares:
        middle = share(median(shares.values()))
        yield Fact("conversion", middle, {"share": middle, "units": count(len(shares), "unit")})


def _conversions(portfolio: Portfolio, least: int) -> dict[str, float]:
    """Share of pilots that reached production, by folded unit, where there were enough."""
    piloted = defaultdict(list)
    for path in portfolio.piloted:
        if unit := portfolio.rows[path.project].get("unit"):
            piloted[fold(str(unit))].append(path)
    return {unit: conversion(paths, portfolio.stages).share for unit, paths in piloted.items() if len(paths) >= least}


def _platform(reader: _Reader) -> Iterator[Fact]:
    recorded = reader.recorded("platform")
    if recorded:
        yield _part("platform", recorded.count("shared"), len(recorded))


def _overlap(reader: _Reader) -> Iterator[Fact]:
    # Comparing very many takes seconds, and find_duplicates does it when asked.
    if not reader.rows or len(reader.units) < 2 or len(reader.everyone) > MANY_TO_COMPARE:
        return
    work = read_shared_work(reader.sources, reader.view)
    own = {row["id"] for row in reader.rows}
    alike = {row["id"] for overlap in work.across for row in overlap.rows} & own
    yield _part("duplicates", len(alike), len(own))


def _fields(reader: _Reader) -> Iterator[Fact]:
    field = field_of(reader.view) if reader.rows and len(reader.units) > 1 else None
    if field is None:
        return
    units: dict[str, set[str]] = defaultdict(set)
    for row in reader.everyone:
        if row.get(field) and row.get("unit"):
            units[fold(str(row[field]))].add(fold(str(row["unit"])))
    recorded = reader.recorded(field)
    if recorded:
        yield _part("fields", sum(len(units[name]) > 1 for name in recorded), len(recorded))


def _risk(reader: _Reader) -> Iterator[Fact]:
    classes = reader.recorded("risk_class")
    if classes:
        high = sum(name in ("high", "prohibited") for name in classes)
        yield _part("risk", high, len(classes), "classified project")


def _control(reader: _Reader) -> Iterator[Fact]:
    areas = read_areas(reader.view, reader.unit, reader.readiness)
    own = [area for area in areas if area.name in ("governance", "mlops") and area.scored]
    average = mean(area.score for area in own)
    if average is not None:
        score = amount(average, f"of {BEST}", 1)
        yield Fact("control", score, {"areas": tuple(area.label for area in own), "score": score})
