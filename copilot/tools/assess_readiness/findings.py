"""How ready the subject is, area by area: the scores, what carries them, the next steps, and what is not assessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from copilot.language.formatting import lowercase_first
from copilot.tools.assess_readiness.scores import Judged
from copilot.tools.findings import Reading, amount, count
from copilot.tools.readiness import ReadinessMethod
from copilot.tools.readiness_scores import BEST, Area, Scored
from copilot.types import Calculation, Finding, Quantity, Role, Table, Value

_ROWS = 50


def score(value: float) -> Quantity:
    return amount(value, f"of {BEST}", 1)


def by_score(judged: Sequence[Judged]) -> list[Judged]:
    """The areas with a score, the lowest first."""
    return sorted((j for j in judged if j.score is not None), key=lambda j: (round(j.score or 0, 1), j.area.name))


def opening(judged: Sequence[Judged], of: str, evidence: tuple[str, ...]) -> Finding:
    """The mean of the areas, the weakest and the strongest."""
    known = by_score(judged)
    if not known:
        return Finding(kind="no_readiness", role="headline", values={"of": of}, evidence=evidence)
    scores = [round(j.score or 0, 1) for j in known]
    values: dict[str, Value] = {
        "of": of,
        "score": score(sum(j.score or 0 for j in known) / len(known)),
        "areas": count(len(known), "area"),
        "weakest": tuple(j.area.label for j, s in zip(known, scores, strict=True) if s == scores[0]),
        "weakest_score": score(known[0].score or 0),
        "strongest": known[-1].area.label,
        "strongest_score": score(known[-1].score or 0),
    }
    return Finding(kind="readiness", role="headline", values=values, evidence=evidence)


def area_score(
    judged: Judged, method: ReadinessMethod, unit: str | None, of: str | None, evidence: tuple[str, ...]
) -> Finding:
    """The score of one area with what it rests on, its change and its weakest parts; `of` is told where it alone is."""
    found, value = judged.area, judged.score
    assert value is not None, "only areas with a score are told"
    values: dict[str, Value] = {"area": found.label, "of": of, "score": score(value)}
    if judged.rests_on_records:
        values |= {"by_records": True, "of_unit": None if judged.of_unit is None else score(judged.of_unit)}
    else:
        values |= {"by_records": False, **_assessed(found, unit)}
    meaning = method.area(found.name).meaning
    return Finding(
        kind="area_score",
        subject=found.name,
        role="headline",
        values=values,
        figures=("score",),
        evidence=evidence if judged.rests_on_records else (),
        calculation=_calculation(judged, meaning),
    )


def _assessed(found: Area, unit: str | None) -> dict[str, Value]:
    """What an assessed score rests on, how it has changed, and its lowest aspect and unit where there are several."""
    before, change = sum(s.before is not None for s in found.scored), round(found.change or 0, 1)
    aspect = next(iter(found.aspects.items())) if len(found.aspects) > 1 else None
    lowest = next(iter(found.units.items())) if unit is None and len(found.units) > 1 else None
    return {
        "aspects": count(len(found.scored), "assessed aspect"),
        "units": count(len(found.units), "unit") if unit is None else None,
        "direction": None if not before else "up" if change > 0 else "down" if change < 0 else "same",
        "change": amount(abs(change), "", 1),
        "before": amount(before) if before < len(found.scored) else None,
        "lowest_aspect": aspect and aspect[0],
        "lowest_aspect_score": aspect and score(aspect[1]),
        "lowest_unit": lowest and lowest[0],
        "lowest_unit_score": lowest and score(lowest[1]),
    }


def _calculation(judged: Judged, meaning: str) -> Calculation:
    about = f" of {meaning}" if meaning else ""
    if judged.rests_on_records:
        rows = tuple((f.finding.kind.replace("_", " "), f.share) for f in judged.facts if f.share is not None)
        return Calculation(
            method=f"from the records{about}",
            formula=f"score = 1 + {BEST - 1} × mean of the shares that are as they should be",
            inputs=(Table(title=judged.area.label, columns=("Fact", "Share"), rows=rows),),
        )
    rows_assessed = tuple(
        (s.unit, s.aspect, s.score, None if s.before is None else float(str(s.before["score"])), str(s.row.get("date")))
        for s in judged.area.scored[:_ROWS]
    )
    columns = ("Unit", "Aspect", "Score", "Before", "Date")
    return Calculation(
        method=f"mean of the latest assessments{about}",
        formula="score = mean over units and aspects of the latest score",
        inputs=(Table(title=judged.area.label, columns=columns, rows=rows_assessed),),
    )


def aspects(found: Area, role: Role) -> Iterator[Finding]:
    if len(found.aspects) > 1:
        values: dict[str, Value] = {
            "area": found.label,
            "aspects": tuple(found.aspects),
            "scores": tuple(amount(value, "", 1) for value in found.aspects.values()),
        }
        yield Finding(kind="aspects", subject=found.name, role=role, values=values)


def lowest_assessment(found: Area, reading: Reading) -> Iterator[Finding]:
    """What the assessor saw at the lowest score."""
    lowest: Scored | None = found.weakest
    if lowest is not None and (note := lowest.row.get("note")):
        values: dict[str, Value] = {
            "area": found.label,
            "aspect": lowest.aspect,
            "unit": lowest.unit,
            "score": score(lowest.score),
            "note": lowercase_first(str(note)),
        }
        row = reading.row("assessments", lowest.row)
        yield Finding(kind="lowest_assessment", subject=found.name, values=values, evidence=(row,))


def next_step(found: Area, method: ReadinessMethod, is_weakest: bool) -> Iterator[Finding]:
    if step := method.step(found.name):
        values: dict[str, Value] = {"area": found.label, "step": step, "is_weakest": is_weakest}
        yield Finding(kind="next_step", subject=found.name, values=values)


def deviation(judged: Judged, method: ReadinessMethod) -> Iterator[Finding]:
    """That the records say something else than the assessment."""
    recorded, assessed = judged.by_records, judged.score
    if judged.rests_on_records or recorded is None or assessed is None:
        return
    if abs(recorded - assessed) >= method.deviation:
        values: dict[str, Value] = {
            "area": judged.area.label,
            "recorded": score(recorded),
            "assessed": score(assessed),
            "is_weaker": recorded < assessed,
        }
        yield Finding(kind="deviation", subject=judged.area.name, role="caveat", values=values)


def gaps(judged: Sequence[Judged], missing: Mapping[str, list[str]], unit: str | None) -> Iterator[Finding]:
    """What has not been assessed."""
    if empty := tuple(j.area.label for j in judged if not j.area.scored):
        yield Finding(kind="unassessed_areas", role="caveat", values={"areas": empty, "unit": unit})
    labels = {j.area.name: j.area.label for j in judged}
    by: dict[tuple[str, ...], list[str]] = {}
    for name, lacking in missing.items():
        if name in labels:
            by.setdefault(tuple(lacking), []).append(labels[name])
    for parts, areas in by.items():
        yield Finding(kind="unassessed_parts", role="caveat", values={"areas": tuple(areas), "parts": parts})


def method_finding(judged: Sequence[Judged]) -> Finding:
    days = sorted({date.fromisoformat(str(s.row["date"])) for j in judged for s in j.area.scored if s.row.get("date")})
    values: dict[str, Value] = {
        "best": amount(BEST),
        "worst": amount(1),
        "first": days[0] if days else None,
        "last": days[-1] if days else None,
        "by_records": any(j.rests_on_records for j in judged),
    }
    return Finding(kind="method", role="method", values=values)
