"""The criteria of an operating model, each computed from the records, and what to ask where they hold nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from copilot.analysis.funnel import Ladder, conversion
from copilot.analysis.operating_model import Anchor, Criterion
from copilot.language.formatting import join_and, number, percent, pluralize
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.assess_readiness.facts import going_on, latest_roles, staff
from copilot.tools.assess_readiness.method import METHOD, ReadinessMethod
from copilot.tools.assess_readiness.scores import BEST, mean, read_areas
from copilot.tools.diagnose_scaling.paths import Portfolio, read_portfolio
from copilot.tools.evidence import Row
from copilot.tools.find_duplicates.similarity import MANY_TO_COMPARE, field_of, read_shared_work
from copilot.tools.linking import fold

# A unit can build by itself with at least these people; fewer cannot cover engineering, operation and absence.
_TEAM_SCIENTISTS, _TEAM_ENGINEERS = 1, 2
# Conversions of fewer pilots say nothing.
_ENOUGH_PILOTS = 5


_Pulls = tuple[float, float, float]
_CENTRE: _Pulls = (1.0, 0.0, 0.0)
_HYBRID: _Pulls = (0.0, 1.0, 0.0)
_FEDERATED: _Pulls = (0.0, 0.0, 1.0)
# For either of two models, and for one rather than another.
_CENTRE_OR_HYBRID: _Pulls = (0.5, 0.5, 0.0)
_HYBRID_OR_FEDERATED: _Pulls = (0.0, 0.5, 0.5)
_HYBRID_THEN_CENTRE: _Pulls = (0.3, 0.7, 0.0)
_HYBRID_THEN_FEDERATED: _Pulls = (0.0, 0.7, 0.3)


def _criterion(name: str, label: str, unit: str, *anchors: tuple[float, _Pulls]) -> Criterion:
    return Criterion(name, label, unit, tuple(Anchor(value, pulls) for value, pulls in anchors))


# `docs/advice.md` gives the reason of each anchor; a test keeps the two in step.
GROUP = (
    _criterion("specialists", "AI specialists", "people", (20, _CENTRE), (100, _HYBRID_OR_FEDERATED)),
    _criterion("teams", "Units with a complete team", "share", (0.0, _CENTRE), (1.0, _HYBRID_OR_FEDERATED)),
    _criterion("vacancies", "Vacant AI positions", "share", (0.05, _HYBRID_OR_FEDERATED), (0.3, _CENTRE_OR_HYBRID)),
    _criterion("portfolio", "Projects going on", "projects", (3, _CENTRE), (30, _HYBRID_OR_FEDERATED)),
    _criterion("maturity", "Units with a project in production", "share",
               (0.0, _CENTRE), (0.5, _HYBRID_THEN_FEDERATED)),
    _criterion("conversion", "Pilots that reach production", "share", (0.1, _CENTRE_OR_HYBRID), (0.5, _FEDERATED)),
    _criterion("platform", "Projects on the shared platform", "share", (0.0, _FEDERATED), (0.6, _HYBRID_THEN_CENTRE)),
    _criterion("duplicates", "Projects that do what another unit does", "share",
               (0.0, _FEDERATED), (0.15, _HYBRID_THEN_CENTRE)),
    _criterion("fields", "Projects in fields that units have in common", "share",
               (0.2, _FEDERATED), (0.8, _CENTRE_OR_HYBRID)),
    _criterion("risk", "Projects of high risk", "share", (0.05, _HYBRID_OR_FEDERATED), (0.4, _CENTRE_OR_HYBRID)),
    _criterion("jurisdictions", "Projects outside the main jurisdiction", "share",
               (0.0, _CENTRE_OR_HYBRID), (0.6, _HYBRID_OR_FEDERATED)),
    _criterion("control", "Governance and MLOps of the units", "score", (2.0, _CENTRE_OR_HYBRID), (4.0, _FEDERATED)),
)  # fmt: skip
_OF_UNIT = {
    "specialists": _criterion("specialists", "AI specialists", "people", (3, _CENTRE), (20, _HYBRID_OR_FEDERATED)),
    "portfolio": _criterion("portfolio", "Projects going on", "projects", (1, _CENTRE), (10, _HYBRID_OR_FEDERATED)),
    "maturity": _criterion("maturity", "Projects in production", "projects", (0, _CENTRE), (3, _HYBRID_THEN_FEDERATED)),
}
# Jurisdictions and complete teams compare units with each other.
UNIT = tuple(_OF_UNIT.get(c.name, c) for c in GROUP if c.name not in ("teams", "jurisdictions"))
JUDGED = tuple(
    _criterion(name, label, "score", (1, _CENTRE), (3, _HYBRID), (5, _FEDERATED))
    for name, label in (
        ("speed", "Need for fast local change"),
        ("authority", "Authority of the units"),
        ("funding", "Money held by the units"),
    )
)
"""Criteria that no record table holds: 1 points to the centre, 5 to the units."""
ASKS = {
    "specialists": "How many data scientists and engineers work on AI in each unit?",
    "teams": "Which units have data scientists and engineers of their own?",
    "vacancies": "How many AI positions are vacant?",
    "portfolio": "Which AI projects go on?",
    "maturity": "Which units have AI in production?",
    "conversion": "When did each project enter and leave its stages?",
    "platform": "Which projects run on a shared platform, on a stack of their own or with a vendor?",
    "duplicates": "What does each project do, and for which unit?",
    "fields": "In which field is each project used?",
    "risk": "Which projects are of high risk?",
    "jurisdictions": "Where is each project used?",
    "control": "How mature are governance and MLOps in each unit?",
    "speed": "How much do units gain by changing fast and locally, from 1 (little) to 5 (decisive)?",
    "authority": "How far do units decide for themselves, from 1 (the centre decides) to 5 (they do)?",
    "funding": "Who holds the money for AI, from 1 (the centre) to 5 (the units)?",
}


@dataclass(frozen=True)
class Fact:
    """A criterion's value with what it was counted from."""

    criterion: Criterion
    value: float
    text: str


@dataclass(frozen=True)
class Facts:
    known: tuple[Fact, ...]
    unknown: tuple[Criterion, ...]
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
    method: ReadinessMethod

    @property
    def where(self) -> str:
        return f"in {self.unit}" if self.unit else f"in {pluralize(len(self.units), 'unit')}"

    def recorded(self, column: str) -> list[str]:
        return [fold(str(row[column])) for row in self.rows if row.get(column) is not None]


def read_facts(sources: Sources, view: RecordView, unit: str | None) -> Facts:
    """The criteria that the records tell, and those they do not."""
    reader = _reader(sources, view, unit)
    criteria = {c.name: c for c in (UNIT if unit else GROUP)}
    found: dict[str, Fact] = {}
    readers = (_people, _portfolio, _conversion, _platform, _overlap, _fields, _risk, _control)
    for name, value, text in (item for read in readers for item in read(reader)):
        if name in criteria:
            found[name] = Fact(criteria[name], value, text)
    unknown = tuple(c for name, c in criteria.items() if name not in found)
    known = tuple(found[name] for name in criteria if name in found)
    return Facts(known, (*unknown, *JUDGED), reader.units, len(reader.rows))


_Item = tuple[str, float, str]
"""Name of a criterion, its value, and the value in words."""


def _reader(sources: Sources, view: RecordView, unit: str | None) -> _Reader:
    rows: list[Row] = going_on(sources, view.select("projects")) if view.has("projects") else []
    named = [*(row.get("unit") for row in rows), *(row.get("unit") for row in latest_roles(view, None))]
    units = {fold(str(name)): str(name) for name in reversed(named) if name}
    own = [row for row in rows if unit is None or fold(str(row.get("unit") or "")) == fold(unit)]
    return _Reader(
        sources, view, unit, tuple(own), tuple(sorted(units.values())), tuple(rows), METHOD.load(sources.workspace)
    )


def _people(reader: _Reader) -> Iterator[_Item]:
    roles = latest_roles(reader.view, reader.unit)
    whole = staff(reader.view, reader.unit, reader.method.staff)
    if whole is not None:
        people = whole.engineers + whole.scientists
        text = f"{number(people)} data scientists and engineers (full-time equivalents) {reader.where}"
        yield "specialists", people, text
    if len(reader.units) > 1:
        teams = {
            unit: found for unit in reader.units if (found := staff(reader.view, unit, reader.method.staff)) is not None
        }
        complete = [u for u, s in teams.items() if s.scientists >= _TEAM_SCIENTISTS and s.engineers >= _TEAM_ENGINEERS]
        if teams:
            text = (
                f"{len(complete):,} of {pluralize(len(teams), 'unit')} with AI staff have at least "
                f"{_TEAM_SCIENTISTS} data scientist and {_TEAM_ENGINEERS} engineers"
            )
            yield "teams", len(complete) / len(teams), text
    filled, vacant = _sum(roles, "headcount"), _sum(roles, "open_positions")
    if vacant is not None and filled is not None and filled + vacant > 0:
        share = vacant / (filled + vacant)
        text = f"{number(vacant)} of {number(filled + vacant)} AI positions ({percent(share)}) are vacant"
        yield "vacancies", share, text


def _sum(rows: Sequence[Row], column: str) -> float | None:
    values = [float(v) for row in rows if isinstance(v := row.get(column), int | float)]
    return sum(values) if values else None


def _portfolio(reader: _Reader) -> Iterator[_Item]:
    if not reader.rows:
        return
    yield "portfolio", len(reader.rows), f"{pluralize(len(reader.rows), 'project')} going on {reader.where}"
    production = fold(Ladder.of(reader.sources.workspace.config.stages).production)
    staged = [row for row in reader.rows if row.get("stage")]
    live = [row for row in staged if fold(str(row["stage"])) == production]
    if staged and reader.unit:
        yield "maturity", len(live), f"{pluralize(len(live), 'project')} of {reader.unit} in production"
    elif staged and len(reader.units) > 1:
        there = {fold(str(row["unit"])) for row in live if row.get("unit")}
        share = len(there) / len(reader.units)
        text = f"{len(there):,} of {pluralize(len(reader.units), 'unit')} have a project in production"
        yield "maturity", share, text
    places = Counter(reader.recorded("jurisdiction"))
    if places and len(reader.units) > 1:
        outside = places.total() - places.most_common(1)[0][1]
        text = f"{outside:,} of {pluralize(places.total(), 'project')} are used outside the most frequent jurisdiction"
        yield "jurisdictions", outside / places.total(), text


def _conversion(reader: _Reader) -> Iterator[_Item]:
    if not reader.view.has("projects"):
        return
    config = reader.sources.workspace.config
    portfolio = read_portfolio(reader.view, config.stages, [], None, reader.sources.today)
    if not portfolio.has_history:
        return
    shares = _conversions(portfolio)
    if reader.unit is not None:
        own = shares.get(fold(reader.unit))
        if own is not None:
            yield "conversion", own, f"{percent(own)} of the pilots of {reader.unit} reached production"
    elif shares:
        middle = median(shares.values())
        units = pluralize(len(shares), "unit")
        text = f"{percent(middle)} of pilots reached production in the median of {units} with enough pilots"
        yield "conversion", middle, text


def _conversions(portfolio: Portfolio) -> dict[str, float]:
    """Share of pilots that reached production, by folded unit, where there were enough."""
    piloted = defaultdict(list)
    for path in portfolio.piloted:
        if unit := portfolio.rows[path.project].get("unit"):
            piloted[fold(str(unit))].append(path)
    ladder = portfolio.ladder
    return {
        unit: conversion(paths, ladder.pilot, ladder.production).share
        for unit, paths in piloted.items()
        if len(paths) >= _ENOUGH_PILOTS
    }


def _platform(reader: _Reader) -> Iterator[_Item]:
    recorded = reader.recorded("platform")
    if recorded:
        count = recorded.count("shared")
        share = count / len(recorded)
        text = f"{count:,} of {pluralize(len(recorded), 'project')} ({percent(share)}) run on the shared platform"
        yield "platform", share, text


def _overlap(reader: _Reader) -> Iterator[_Item]:
    # Comparing very many takes seconds, and find_duplicates does it when asked.
    if not reader.rows or len(reader.units) < 2 or len(reader.everyone) > MANY_TO_COMPARE:
        return
    work = read_shared_work(reader.sources, reader.view)
    own = {row["id"] for row in reader.rows}
    alike = {row["id"] for overlap in work.across for row in overlap.rows} & own
    share = len(alike) / len(own)
    text = f"{len(alike):,} of {pluralize(len(own), 'project')} ({percent(share)}) appear to do what another unit does"
    yield "duplicates", share, text


def _fields(reader: _Reader) -> Iterator[_Item]:
    field = field_of(reader.view) if reader.rows and len(reader.units) > 1 else None
    if field is None:
        return
    units: dict[str, set[str]] = defaultdict(set)
    for row in reader.everyone:
        if row.get(field) and row.get("unit"):
            units[fold(str(row[field]))].add(fold(str(row["unit"])))
    recorded = reader.recorded(field)
    if recorded:
        common = sum(len(units[name]) > 1 for name in recorded)
        share = common / len(recorded)
        text = f"{common:,} of {pluralize(len(recorded), 'project')} ({percent(share)}) are in a field that units share"
        yield "fields", share, text


def _risk(reader: _Reader) -> Iterator[_Item]:
    classes = reader.recorded("risk_class")
    if classes:
        high = sum(name in ("high", "prohibited") for name in classes)
        share = high / len(classes)
        text = f"{high:,} of {pluralize(len(classes), 'classified project')} ({percent(share)}) are of high risk"
        yield "risk", share, text


def _control(reader: _Reader) -> Iterator[_Item]:
    areas = [
        a for a in read_areas(reader.view, reader.unit, reader.method) if a.name in ("governance", "mlops") and a.scored
    ]
    average = mean(area.score for area in areas)
    if average is not None:
        are = "is" if len(areas) == 1 else "are"
        text = f"{join_and(area.label for area in areas)} {are} assessed at {number(round(average, 1))} of {BEST}"
        yield "control", average, text
