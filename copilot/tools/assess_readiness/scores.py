"""Scores of the areas of readiness: by the latest assessment of each unit and aspect, or by the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize
from copilot.records.store import Filter, RecordView
from copilot.tools.assess_readiness.method import ReadinessMethod, area_key
from copilot.tools.evidence import Row
from copilot.tools.linking import fold
from copilot.types import Finding

BEST = 5


@dataclass(frozen=True)
class Fact:
    """What the records tell of an area."""

    finding: Finding
    share: float | None = None
    """How good it is, 0 to 1, where that can be said without a judgement."""


@dataclass(frozen=True)
class Scored:
    """One aspect of one unit."""

    row: Row
    before: Row | None

    @property
    def unit(self) -> str:
        return str(self.row["unit"])

    @property
    def aspect(self) -> str:
        return humanize(str(self.row.get("aspect") or "the whole"))

    @property
    def score(self) -> float:
        return float(str(self.row["score"]))

    @property
    def change(self) -> float | None:
        return None if self.before is None else self.score - float(str(self.before["score"]))


@dataclass(frozen=True)
class Area:
    name: str
    label: str
    scored: tuple[Scored, ...]

    @property
    def score(self) -> float | None:
        return mean(s.score for s in self.scored)

    @property
    def change(self) -> float | None:
        """Over the aspects that were assessed before."""
        return mean(s.change for s in self.scored if s.change is not None)

    @property
    def units(self) -> dict[str, float]:
        """The mean of each unit, the lowest first."""
        by: dict[str, list[float]] = {}
        for scored in self.scored:
            by.setdefault(scored.unit, []).append(scored.score)
        return dict(sorted(((u, sum(s) / len(s)) for u, s in by.items()), key=lambda item: (item[1], item[0])))

    @property
    def aspects(self) -> dict[str, float]:
        """The mean of each aspect over the units, the lowest first."""
        by: dict[str, list[float]] = {}
        for scored in self.scored:
            by.setdefault(scored.aspect, []).append(scored.score)
        return dict(sorted(((a, sum(s) / len(s)) for a, s in by.items()), key=lambda item: (item[1], item[0])))

    @property
    def weakest(self) -> Scored | None:
        """The lowest score in the lowest aspect."""
        if not self.scored:
            return None
        aspect = next(iter(self.aspects))
        return min((s for s in self.scored if s.aspect == aspect), key=lambda s: (s.score, s.unit))


def mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def read_areas(view: RecordView, unit: str | None, method: ReadinessMethod) -> list[Area]:
    """All areas that are known of, those without an assessment empty."""
    rows: Sequence[Row] = []
    if view.has("assessments"):
        filters = [] if unit is None else [Filter(column="unit", value=unit)]
        rows = view.select("assessments", filters, order_by=["date"])
    by: dict[str, dict[tuple[str, str], list[Row]]] = {area.name: {} for area in method.areas}
    for row in rows:
        if row.get("score") is None or not row.get("unit") or not row.get("area"):
            continue
        key = (fold(str(row["unit"])), fold(str(row.get("aspect") or "")))
        by.setdefault(area_key(str(row["area"])), {}).setdefault(key, []).append(row)
    scored = {name: tuple(_scored(history) for history in found.values()) for name, found in by.items()}
    return [Area(name, method.label(name), found) for name, found in scored.items()]


def _scored(history: Sequence[Row]) -> Scored:
    """The latest row, and the last of an earlier day."""
    earlier = [row for row in history if row.get("date") != history[-1].get("date")]
    return Scored(history[-1], earlier[-1] if earlier else None)


def unassessed(areas: Sequence[Area], everywhere: Sequence[Area], unit: str | None) -> Mapping[str, list[str]]:
    """By area: the units, or for one unit the aspects, that others have a score of and this has not."""
    units = {s.unit for area in everywhere for s in area.scored}
    gaps = {}
    for area, whole in zip(areas, everywhere, strict=True):
        if not area.scored:
            continue
        if unit is None:
            missing = sorted(units - {s.unit for s in area.scored})
        else:
            missing = sorted({s.aspect for s in whole.scored} - {s.aspect for s in area.scored})
        if missing:
            gaps[area.name] = missing
    return gaps


@dataclass(frozen=True)
class Judged:
    """An area with its score and where the score comes from."""

    area: Area
    score: float | None
    facts: tuple[Fact, ...]
    rests_on_records: bool
    of_unit: float | None = None
    """Of the unit's assessments, where a project is judged from its records."""

    @property
    def by_records(self) -> float | None:
        """1 to 5 from the shares that the records hold; None where they hold none."""
        share = mean(fact.share for fact in self.facts)
        return None if share is None else 1 + (BEST - 1) * share


def judge(area: Area, facts: Sequence[Fact], *, is_project: bool) -> Judged:
    """Assessments come first for a unit or the organisation, the records of the project itself for a project."""
    judged = Judged(area, area.score, tuple(facts), False)
    if judged.by_records is not None and (is_project or area.score is None):
        return Judged(area, judged.by_records, tuple(facts), True, area.score)
    return judged
