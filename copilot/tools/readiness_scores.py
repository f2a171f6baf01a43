"""Scores of the areas of readiness, by the latest assessment of each unit and aspect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.language.formatting import humanize
from copilot.records.store import Filter, RecordView
from copilot.tools.evidence import Row
from copilot.tools.linking import fold
from copilot.tools.readiness import ReadinessMethod, area_key

BEST = 5


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
