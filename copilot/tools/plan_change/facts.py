"""What the records show of each lever of change, for a project, a unit or everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize, lowercase_first, number, pluralize
from copilot.records.catalogue import Metric
from copilot.records.metric_query import group_values
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.assess_readiness.facts import latest_roles
from copilot.tools.assess_readiness.method import METHOD
from copilot.tools.assess_readiness.scores import BEST, Area, read_areas
from copilot.tools.evidence import Row
from copilot.tools.linking import fold
from copilot.tools.lookup_metric import tool as metrics
from copilot.tools.plan_change.levers import Lever
from copilot.types import Evidence, Viewer

_EVENTS = 2
"""Incidents, decisions and notes told for a lever, the latest."""
_CHANGE_AREAS = ("change", "culture")
_EVENT_TABLES = (("incidents", ("title", "description")), ("decisions", ("decision", "reason", "conditions")))


@dataclass(frozen=True)
class Scope:
    """For what the plan is made."""

    project: Row | None
    unit: str | None
    rows: tuple[Row, ...]
    """Projects going on within it."""

    @property
    def whole(self) -> str:
        if self.project is not None:
            title = self.project.get("name")
            return f"{title} ({self.project['id']})" if title and title != self.project["id"] else str(title)
        return self.unit or "all units"


@dataclass(frozen=True)
class Observed:
    """What a metric says within the scope."""

    metric: Metric
    text: str
    read: Evidence
    is_off_target: bool
    is_of_project: bool


@dataclass(frozen=True)
class Shown:
    """What the records show of one lever."""

    lever: Lever
    score: float | None
    """The lowest assessment, 1 to 5."""
    texts: tuple[str, ...]
    rows: tuple[tuple[str, Row], ...]
    observed: Observed | None

    @property
    def is_known(self) -> bool:
        return bool(self.texts) or self.observed is not None

    @property
    def need(self) -> float:
        """How badly it is needed: the gap to the best score; without a score, whether its metric misses its target."""
        if self.score is not None:
            return BEST - self.score
        return 2.0 if self.observed and self.observed.is_off_target else 1.0


def read_lever(sources: Sources, viewer: Viewer, view: RecordView, scope: Scope, lever: Lever) -> Shown:
    texts, rows = list[str](), list[tuple[str, Row]]()
    assessed = _assessed(read_areas(view, scope.unit, METHOD.load(sources.workspace)), lever)
    if assessed is not None:
        note = f" ({lowercase_first(str(assessed['note']))})" if assessed.get("note") else ""
        what = f"the assessment of {humanize(str(assessed['aspect']))} in {assessed['unit']}"
        texts.append(f"{what} is {number(_score(assessed))} of {BEST}{note}")
        rows.append(("assessments", assessed))
    texts += _columns(scope, lever)
    for table, row, text in _events(view, scope, lever)[:_EVENTS]:
        texts.append(text)
        rows.append((table, row))
    observed = observe(sources, viewer, scope, lever.measures)
    return Shown(lever, None if assessed is None else _score(assessed), tuple(texts), tuple(rows), observed)


def _score(row: Row) -> float:
    return float(str(row["score"]))


def _assessed(areas: Sequence[Area], lever: Lever) -> Row | None:
    """The lowest of the latest assessments that are of the lever, of change before those of culture."""
    for name in _CHANGE_AREAS:
        found = [s.row for a in areas if a.name == name for s in a.scored if lever.terms.search(humanize(s.aspect))]
        if found:
            return min(found, key=lambda row: (_score(row), str(row["unit"])))
    return None


def blockers(row: Row, terms: re.Pattern[str]) -> str:
    """The clauses of what holds a project up that hold one of the terms."""
    clauses = re.split(r"[,;:.]\s+", str(row.get("blocker") or "").rstrip("."))
    return ", ".join(clause.removeprefix("and ") for clause in clauses if terms.search(clause))


def _columns(scope: Scope, lever: Lever) -> Iterator[str]:
    """What the projects record of the lever in columns."""
    if scope.project is not None:
        row = scope.project
        if lever.name == "workflow" and row.get("integration"):
            yield f"the project records its integration as {humanize(str(row['integration']))}"
        if lever.name == "trust" and row.get("human_oversight"):
            yield f"{lowercase_first(str(row['human_oversight']))} may overrule it"
        if held := blockers(row, lever.terms):
            yield f"its team says: {lowercase_first(held)}"
        return
    if lever.name == "workflow" and (known := [row for row in scope.rows if row.get("integration")]):
        lacking = sum(fold(str(row["integration"])) in ("none", "planned") for row in known)
        have = "has" if len(known) == 1 else "have"
        yield f"{lacking:,} of {pluralize(len(known), 'project')} {have} no integration yet"
    if held_up := [row for row in scope.rows if blockers(row, lever.terms)]:
        name = "names" if len(held_up) == 1 else "name"
        first = held_up[0].get("name") or held_up[0]["id"]
        yield f"{pluralize(len(held_up), 'project')} {name} it as a blocker, such as {first}"


def _events(view: RecordView, scope: Scope, lever: Lever) -> list[tuple[str, Row, str]]:
    """Incidents and decisions of the project whose words are of the lever, the latest first."""
    found: list[tuple[str, str, Row, str]] = []
    for table, columns in _EVENT_TABLES:
        # Of many projects too much would be told of other things in these words.
        if scope.project is None or not view.has(table, "project_id"):
            continue
        for row in view.select(table, [Filter(column="project_id", value=str(scope.project["id"]))]):
            if lever.terms.search(" ".join(str(row[c]) for c in columns if row.get(c))):
                title = lowercase_first(str(row[columns[0]]))
                kind = humanize(table).removesuffix("s")
                text = f"{kind} {row['id']} of {row.get('date') or 'unknown date'}: {title}"
                found.append((str(row.get("date") or ""), table, row, text))
    found.sort(key=lambda item: (item[0], item[3]), reverse=True)
    return [(table, row, text) for _, table, row, text in found]


def observe(sources: Sources, viewer: Viewer, scope: Scope, wanted: re.Pattern[str]) -> Observed | None:
    """The first metric of the catalogue that is so called and has data for the project, else for its unit.

    One that only has a synonym of the name comes last.
    """
    if sources.metrics is None:
        return None
    # A share or a score says how far things are; a count only that something was done.
    known = sorted(sources.metrics.metrics.values(), key=lambda metric: metric.unit in ("", "count", "number"))
    for names in (_titles, _synonyms):
        named = [metric for metric in known if not metric.vanity and wanted.search(names(metric))]
        for dimension, value in _groups(scope):
            for metric in named:
                if dimension in metric.dimensions and (found := _look_up(sources, viewer, metric, dimension, value)):
                    return found
    return None


def _titles(metric: Metric) -> str:
    return f"{humanize(metric.name)} {metric.title}"


def _synonyms(metric: Metric) -> str:
    return " ".join(metric.synonyms)


def _groups(scope: Scope) -> list[tuple[str, str]]:
    project = [("project", str(scope.project["id"]))] if scope.project is not None else []
    return [*project, *([("unit", scope.unit)] if scope.unit else [])] or [("unit", "")]


def _look_up(sources: Sources, viewer: Viewer, metric: Metric, dimension: str, value: str) -> Observed | None:
    """The latest value of a group, of everybody without a value; None when the viewer sees no data of it."""
    view = sources.records.view(viewer)
    if value and fold(value) not in map(fold, group_values(view, metric, dimension)):
        return None
    filters: dict[str, str] = {dimension: value} if value else {}
    asked = metrics.Arguments(metric=metric.name, filters=filters, compare="target")
    found = metrics.lookup_metric(sources, viewer, asked)
    if not found.figures:
        return None
    wrong = "above the target" if metric.direction == "down" else "below the target"
    is_off = any(wrong in s.text for s in found.findings)
    return Observed(metric, found.findings[0].text, found.evidence[0], is_off, dimension == "project")


def change_managers(view: RecordView, unit: str | None) -> tuple[float, float] | None:
    """Filled and open positions for change in a unit; None when no role is called so."""
    rows = [row for row in latest_roles(view, unit) if "change" in fold(str(row["role"])).split()]
    if not rows:
        return None
    filled = sum(float(v) for row in rows if isinstance(v := row.get("headcount"), int | float))
    vacant = sum(float(v) for row in rows if isinstance(v := row.get("open_positions"), int | float))
    return filled, vacant
