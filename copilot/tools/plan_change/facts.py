"""What the records show of each lever of change, for a project, a unit or everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize
from copilot.records.catalogue import Metric
from copilot.records.metric_query import group_values
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row, name_of
from copilot.tools.findings import Reading, amount, count
from copilot.tools.linking import fold
from copilot.tools.lookup_metric import tool as metrics
from copilot.tools.plan_change.method import Lever, Levers
from copilot.tools.readiness import METHOD as READINESS
from copilot.tools.readiness_scores import BEST, Area, read_areas
from copilot.tools.staff import latest_roles
from copilot.types import Finding, Quantity, Value, Viewer

_EVENTS = 2
"""Incidents and decisions told for a lever, the latest."""
_EVENT_TABLES = (("incidents", ("title", "description")), ("decisions", ("decision", "reason", "conditions")))
_NOT_INTEGRATED = ("none", "planned")


@dataclass(frozen=True)
class Scope:
    """For what the plan is made."""

    project: Row | None
    unit: str | None
    rows: tuple[Row, ...]
    """Projects going on within it."""

    @property
    def subject(self) -> str:
        if self.project is not None:
            return name_of(self.project)
        return self.unit or "all units"


@dataclass(frozen=True)
class Observed:
    """What a metric says within the scope."""

    metric: Metric
    finding: Finding
    is_off_target: bool
    is_of_project: bool


@dataclass(frozen=True)
class LeverFacts:
    """What the records show of one lever."""

    lever: Lever
    score: Quantity | None
    """The lowest assessment, 1 to 5."""
    values: dict[str, Value]
    cited: tuple[str, ...]
    observed: Observed | None

    @property
    def is_known(self) -> bool:
        return bool(self.values) or self.observed is not None

    @property
    def need(self) -> float:
        """How badly it is needed: the gap to the best score; without a score, whether its metric misses its target."""
        if self.score is not None:
            return BEST - self.score.value
        return 2.0 if self.observed and self.observed.is_off_target else 1.0


@dataclass(frozen=True)
class LeverReader:
    """What is read of a lever, and for whom."""

    sources: Sources
    viewer: Viewer
    scope: Scope
    method: Levers
    reading: Reading

    def read(self, lever: Lever) -> LeverFacts:
        values, cited = dict[str, Value](), list[str]()
        areas = read_areas(self.reading.view, self.scope.unit, READINESS.load(self.sources.workspace))
        row = _assessed(areas, lever, self.method.areas)
        score = None if row is None else amount(_score(row), f"of {BEST}", 2, "recorded")
        if row is not None:
            values |= {
                "score": score,
                "aspect": humanize(str(row["aspect"])),
                "assessed_in": str(row["unit"]),
                "note": str(row["note"]) if row.get("note") else None,
            }
            cited.append(self.reading.row("assessments", row))
        values |= _of_project(self.scope.project, lever) if self.scope.project else _of_projects(self.scope.rows, lever)
        events = _events(self.reading.view, self.scope, lever)[:_EVENTS]
        if events:
            values["events"] = tuple(humanize(table).removesuffix("s") for table, _, _ in events)
            values["event_ids"] = tuple(str(row["id"]) for _, row, _ in events)
            values["event_dates"] = tuple(str(row.get("date") or "unknown date") for _, row, _ in events)
            values["event_titles"] = tuple(title for _, _, title in events)
            cited += [self.reading.row(table, row) for table, row, _ in events]
        return LeverFacts(lever, score, values, tuple(cited), self.observe(lever.metrics))

    def observe(self, wanted: re.Pattern[str]) -> Observed | None:
        """The first metric of the catalogue that is so called and has data for the project, else for its unit.

        One that only has a synonym of the name comes last.
        """
        if self.sources.metrics is None:
            return None
        # A share or a score says how far things are; a count only that something was done.
        known = sorted(self.sources.metrics.metrics.values(), key=lambda m: m.unit in ("", "count", "number"))
        for names in (_titles, _synonyms):
            named = [metric for metric in known if not metric.vanity and wanted.search(names(metric))]
            for dimension, value in _groups(self.scope):
                for metric in named:
                    if dimension in metric.dimensions and (found := self._look_up(metric, dimension, value)):
                        return found
        return None

    def _look_up(self, metric: Metric, dimension: str, value: str) -> Observed | None:
        """The latest value of a group, of everybody without a value; None when the viewer sees no data of it."""
        if value and fold(value) not in map(fold, group_values(self.reading.view, metric, dimension)):
            return None
        filters: dict[str, str] = {dimension: value} if value else {}
        asked = metrics.Arguments(metric=metric.name, filters=filters, compare="target")
        found = metrics.lookup_metric(self.sources, self.viewer, asked)
        answer = found.findings[0]
        if answer.kind != "value":
            return None
        for item in found.evidence:
            if item.id in answer.evidence:
                self.reading.add(item)
        is_off = any(f.values["is_missed"] is True for f in found.findings if f.kind == "target")
        return Observed(metric, answer, is_off, dimension == "project")


def _score(row: Row) -> float:
    return float(str(row["score"]))


def _assessed(areas: Sequence[Area], lever: Lever, names: Sequence[str]) -> Row | None:
    """The lowest of the latest assessments that are of the lever, those of the first areas before others."""
    for name in names:
        found = [s.row for a in areas if a.name == name for s in a.scored if lever.words.search(humanize(s.aspect))]
        if found:
            return min(found, key=lambda row: (_score(row), str(row["unit"])))
    return None


def blockers(row: Row, words: re.Pattern[str]) -> str:
    """The clauses of what holds a project up that hold one of the words."""
    clauses = re.split(r"[,;:.]\s+", str(row.get("blocker") or "").rstrip("."))
    return ", ".join(clause.removeprefix("and ") for clause in clauses if words.search(clause))


def _of_project(row: Row, lever: Lever) -> dict[str, Value]:
    """What a project records of the lever in columns."""
    values: dict[str, Value] = {}
    if lever.column and row.get(lever.column):
        values[lever.column] = str(row[lever.column])
    if held := blockers(row, lever.words):
        values["blocker"] = held
    return values


def _of_projects(rows: Sequence[Row], lever: Lever) -> dict[str, Value]:
    values: dict[str, Value] = {}
    known = [str(row["integration"]) for row in rows if row.get("integration")] if lever.column == "integration" else []
    if known:
        lacking = sum(fold(name) in _NOT_INTEGRATED for name in known)
        values |= {"lacking": count(lacking, "project"), "recorded": count(len(known), "project")}
    if held_up := [row for row in rows if blockers(row, lever.words)]:
        first = str(held_up[0].get("name") or held_up[0]["id"])
        values |= {"held_up": count(len(held_up), "project"), "such_as": first}
    return values


def _events(view: RecordView, scope: Scope, lever: Lever) -> list[tuple[str, Row, str]]:
    """Incidents and decisions of the project whose words are of the lever, with their titles, the latest first."""
    found: list[tuple[str, Row, str]] = []
    for table, columns in _EVENT_TABLES:
        # Of many projects too much would be told of other things in these words.
        if scope.project is None or not view.has(table, "project_id"):
            continue
        for row in view.select(table, [Filter(column="project_id", value=str(scope.project["id"]))]):
            if lever.words.search(" ".join(str(row[c]) for c in columns if row.get(c))):
                found.append((table, row, str(row[columns[0]])))
    return sorted(
        found, key=lambda event: (str(event[1].get("date") or ""), event[0], str(event[1]["id"])), reverse=True
    )


def _titles(metric: Metric) -> str:
    return f"{humanize(metric.name)} {metric.title}"


def _synonyms(metric: Metric) -> str:
    return " ".join(metric.synonyms)


def _groups(scope: Scope) -> Iterator[tuple[str, str]]:
    """The dimension and its value by which a metric is looked up, the nearest to the scope first."""
    if scope.project is not None:
        yield "project", str(scope.project["id"])
    if scope.unit or scope.project is None:
        yield "unit", scope.unit or ""


def change_managers(view: RecordView, unit: str | None) -> tuple[Quantity, Quantity] | None:
    """Filled and open positions for change in a unit; None when no role is called so."""
    rows = [row for row in latest_roles(view, unit) if "change" in fold(str(row["role"])).split()]
    if not rows:
        return None
    filled, vacant = (
        sum(float(v) for row in rows if isinstance(v := row.get(column), int | float))
        for column in ("headcount", "open_positions")
    )
    return amount(filled, "change manager", 2), count(round(vacant), "open post")
