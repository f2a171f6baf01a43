"""Whether an area of readiness is judged by its assessments or by the records, and what is not assessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.tools.readiness_scores import BEST, Area, mean
from copilot.types import Finding


@dataclass(frozen=True)
class Fact:
    """What the records tell of an area."""

    finding: Finding
    share: float | None = None
    """How good it is, 0 to 1, where that can be said without a judgement."""


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
