"""Readiness in sentences: the score of each area, what carries it, the weakest link and the next step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.language.formatting import join_and, lowercase_first, number, pluralize, sentence
from copilot.tools.assess_readiness.facts import Fact, from_records
from copilot.tools.assess_readiness.scores import BEST, Area, Scored

# Assessment and records further apart than this, on the scale of 1 to 5, deserve a look.
_APART = 1.0
_STEPS = {
    "data_readiness": "agree on an owner for each source that the next projects need, and close the gaps in access "
    "and quality that hold them up, the most shared source first",
    "infrastructure": "put one path from a finished model into daily operation on a platform that several projects "
    "share, and connect it to the systems people work in",
    "mlops": "start with what every live model needs: a registry entry, monitored quality and a tested way back, "
    "and automate releases after that",
    "governance": "name who decides at each gate and what evidence it asks for, and clear the oldest open findings",
    "change": "plan training, communication and changed ways of working with the users of one project, with money "
    "set aside for it, and measure use from the first week",
    "culture": "let teams test one idea in their own work with data at hand, and show openly what was learned, "
    "failures included",
}


@dataclass(frozen=True)
class Judged:
    """An area with its score and where the score comes from."""

    area: Area
    score: float | None
    facts: tuple[Fact, ...]
    rests_on_records: bool
    of_unit: float | None = None
    """Of the unit's assessments, where a project is judged from its records."""


def judge(area: Area, found: Sequence[Fact], *, is_project: bool) -> Judged:
    """Assessments come first for a unit or the group, the records of the project itself for a project."""
    own = tuple(fact for fact in found if fact.area == area.name)
    recorded = from_records(found, area.name)
    if recorded is not None and (is_project or area.score is None):
        return Judged(area, recorded, own, True, area.score)
    return Judged(area, area.score, own, False)


def score(value: float) -> str:
    return number(round(value, 1))


def opening(judged: Sequence[Judged], whole: str) -> str:
    known = sorted((j for j in judged if j.score is not None), key=lambda j: (round(j.score or 0, 1), j.area.name))
    if not known:
        return f"The records hold nothing on the readiness {whole}: no assessment and no fact of a project."
    if len(known) == 1:
        return f"{_label(known[0])} {whole} scores {score(known[0].score or 0)} of {BEST}."
    average = sum(j.score or 0 for j in known) / len(known)
    lowest = [j for j in known if round(j.score or 0, 1) == round(known[0].score or 0, 1)]
    verb, link = ("is", "link") if len(lowest) == 1 else ("are", "links")
    weakest = f"the weakest {link} {verb} {join_and(j.area.label for j in lowest)} with {score(known[0].score or 0)}"
    best = known[-1]
    text = f"The readiness {whole} is {score(average)} of {BEST} over {pluralize(len(known), 'area')}: {weakest}"
    return f"{text}, the strongest {best.area.label} with {score(best.score or 0)}."


def _label(judged: Judged) -> str:
    return judged.area.label[:1].upper() + judged.area.label[1:]


def area(judged: Judged, unit: str | None, whole: str = "") -> str:
    """The score of one area with what it rests on, its change and its weakest part."""
    if judged.score is None:
        return ""
    text = f"{_label(judged)}{whole and f' {whole}'} scores {score(judged.score)} of {BEST}"
    if judged.rests_on_records:
        text += " by the records"
        if judged.of_unit is not None:
            text += f"; the assessment of its unit gives {score(judged.of_unit)}"
        return text + "."
    found = judged.area
    text += f" from {pluralize(len(found.scored), 'assessed aspect')}"
    if unit is None:
        text += f" of {pluralize(len(found.units), 'unit')}"
    text += _since(found)
    aspect, lowest = next(iter(found.aspects.items()))
    parts = [f"{aspect} with {score(lowest)}"] if len(found.aspects) > 1 else []
    if unit is None and len(found.units) > 1:
        name, low = next(iter(found.units.items()))
        parts.append(f"{name} with {score(low)}")
    return f"{text}{f'; lowest {_be(parts)} {join_and(parts)}' if parts else ''}."


def _be(parts: Sequence[str]) -> str:
    return "is" if len(parts) == 1 else "are"


def _since(found: Area) -> str:
    change = found.change
    if change is None:
        return ", with no assessment before"
    before = len([s for s in found.scored if s.before is not None])
    on = "" if before == len(found.scored) else f" on the {before:,} assessed before"
    if round(abs(change), 1) == 0:
        return f", as in the assessment before{on}"
    return f", {'up' if change > 0 else 'down'} {score(abs(change))} on the assessment before{on}"


def aspects(found: Area) -> str:
    parts = [f"{name} {score(value)}" for name, value in found.aspects.items()]
    return sentence(f"The aspects of {found.label}, lowest first: {join_and(parts)}") if len(parts) > 1 else ""


def weakest(found: Scored, label: str) -> str:
    """What the assessor saw at the lowest score."""
    if not (note := found.row.get("note")):
        return ""
    return sentence(
        f"Lowest in {label} is {found.aspect} in {found.unit} with {score(found.score)}: {lowercase_first(str(note))}"
    )


def step(judged: Judged, is_weakest: bool) -> str:
    if judged.score is None:
        return ""
    general = "settle with those concerned what its lowest aspect lacks, and who closes that by when"
    lead = "The next step, at the weakest link" if is_weakest else "A next step"
    return sentence(f"{lead}, for {judged.area.label}: {_STEPS.get(judged.area.name, general)}")


def apart(judged: Judged) -> str:
    recorded = from_records(judged.facts, judged.area.name)
    if judged.rests_on_records or recorded is None or judged.score is None:
        return ""
    if abs(recorded - judged.score) < _APART:
        return ""
    side = "weaker" if recorded < judged.score else "stronger"
    return (
        f"The records look {side} on {judged.area.label} than the assessment: their shares would give "
        f"{score(recorded)} against {score(judged.score)}."
    )


def gaps(judged: Sequence[Judged], missing: Mapping[str, list[str]], unit: str | None) -> Iterator[str]:
    """What has not been assessed."""
    empty = [j.area.label for j in judged if not j.area.scored]
    if empty:
        where = "" if unit is None else f" in {unit}"
        yield sentence(f"Not assessed{where}: {join_and(empty)}")
    labels = {j.area.name: j.area.label for j in judged}
    by: dict[tuple[str, ...], list[str]] = {}
    for name, lacking in missing.items():
        if name in labels:
            by.setdefault(tuple(lacking), []).append(labels[name])
    for what, areas in by.items():
        yield sentence(f"In {join_and(areas)} there is no assessment of {join_and(what)}")


def method(judged: Iterable[Judged], days: Sequence[str]) -> str:
    known = list(judged)
    texts = []
    if days:
        span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
        texts.append(
            f"Assessment scores run from 1 to {BEST}; the latest of each unit and aspect counts ({span}), and an area "
            "is the mean of its aspects."
        )
    if any(j.rests_on_records for j in known):
        texts.append(
            f"By the records an area scores 1 where none of its facts is as it should be and {BEST} where all are; "
            "the ratio of staff and the share for change are told and not scored."
        )
    return " ".join(texts)
