"""The stages of an export, in the order of the life of a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from rapidfuzz import fuzz

from copilot.records.cells import NOTHING
from copilot.records.names import column_key
from copilot.stages import MEANINGS, StageMeaning
from copilot.upkeep.proposing.ages import stage_ages
from copilot.upkeep.proposing.columns import Reading
from copilot.upkeep.proposing.lives import ENDED, LIFE, life_called
from copilot.upkeep.proposing.meanings import LIKELY, SURE, Meanings, spoken

_MOST_STAGES = 12
_SPELLED_ALIKE = 85.0
_AT_ONCE = 31
"""Days after which a project is no longer in the stage in which it was first recorded."""
_RARE = 0.02
"""A stage that so few rows hold joins a larger one that means the same."""


@dataclass(frozen=True)
class Stage:
    name: str
    life: str
    """The stage in the life of any project that it is most like."""
    confidence: str
    count: int
    nearness: Mapping[str, float]
    """To each stage in the life of any project."""
    synonyms: tuple[str, ...] = ()

    @property
    def means(self) -> StageMeaning:
        return next((means for means in MEANINGS if means == self.life), "before")


def stages_of(readings: Sequence[Reading], meanings: Meanings) -> list[Stage]:
    """The stages in the order of life; one that is rare, or called nearly alike, joins the most frequent like it."""
    reading = next((r for r in readings if r.schema.name == "projects" and r.header("stage")), None)
    if reading is None:
        return []
    ages = stage_ages(reading, next((r for r in readings if r.schema.name == "stage_history"), None))
    every = _placed_by_age(_all_stages(reading, meanings), ages)
    total = sum(stage.count for stage in every)
    names = [spoken(stage.name) for stage in every]
    near = meanings.between(names, names)
    lives = {stage.life for stage in every if stage.count >= _RARE * total}
    kept: dict[int, Stage] = {}
    for place, stage in enumerate(every):
        is_joined = stage.count < _RARE * total or len(kept) >= _MOST_STAGES
        if is_joined and stage.confidence == "a guess":
            stage = replace(stage, life=max(lives, key=lambda life: stage.nearness[life]))
        # What is paused goes on one day, what is stopped does not.
        enough = SURE if stage.life == "stopped" else LIKELY
        alike = [
            k
            for k in kept
            if kept[k].life == stage.life
            and (is_joined or near[place, k] >= enough or _are_spelled_alike(names[place], names[k]))
        ]
        if alike:
            larger = kept[alike[0]]
            kept[alike[0]] = replace(larger, synonyms=(*larger.synonyms, stage.name))
        else:
            kept[place] = stage
    order = list(LIFE)
    return sorted(kept.values(), key=lambda s: (order.index(s.life), ages.get(column_key(s.name), inf), -s.count))


def _are_spelled_alike(one: str, other: str) -> bool:
    """A test in a store is no other than a store-test."""
    return bool(fuzz.token_sort_ratio(one.replace("-", " "), other.replace("-", " ")) >= _SPELLED_ALIKE)


def _placed_by_age(every: Sequence[Stage], ages: Mapping[str, float]) -> list[Stage]:
    """Those that nothing but a guess tells of, where the others that go on are as old.

    What begins with its project is an idea.
    """
    known: dict[str, list[float]] = {}
    for stage in every:
        if stage.confidence != "a guess" and stage.life not in ENDED and column_key(stage.name) in ages:
            known.setdefault(stage.life, []).append(ages[column_key(stage.name)])
    usual = {life: sum(each) / len(each) for life, each in known.items()}

    def placed(stage: Stage) -> Stage:
        age = ages.get(column_key(stage.name))
        if age is None or stage.confidence != "a guess" or stage.life in ENDED:
            return stage
        if age <= _AT_ONCE:
            return replace(stage, life="idea")
        return replace(stage, life=min(usual, key=lambda life: abs(usual[life] - age))) if usual else stage

    return [placed(stage) for stage in every]


def _all_stages(reading: Reading, meanings: Meanings) -> list[Stage]:
    """Every value of the column of stages, the most frequent first."""
    texts = reading.export.table.columns[reading.header("stage") or ""]
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        if text.lower() not in NOTHING:
            spellings.setdefault(column_key(text), Counter())[text] += 1
    counts = {each.most_common(1)[0][0]: each.total() for each in spellings.values()}
    names = sorted(counts, key=lambda name: -counts[name])
    anchors = [(life, phrase) for life, phrases in LIFE.items() for phrase in phrases]
    nearness = meanings.between([spoken(name) for name in names], [phrase for _, phrase in anchors])
    found = []
    for name, near in zip(names, nearness, strict=True):
        by_life = {life: max(n for n, (of, _) in zip(near, anchors, strict=True) if of == life) for life in LIFE}
        found.append(_read(name, counts[name], by_life, reading.export.terms.get(name.casefold(), "")))
    return found


def _read(name: str, count: int, by_life: Mapping[str, float], meaning: str) -> Stage:
    """By a word of its name, else by a word of what the file says that it means, else by what it is nearest to."""
    nearest = max(by_life, key=lambda life: by_life[life])
    if called := life_called(name):
        return Stage(name, called, "sure" if called == nearest else "likely", count, by_life)
    if called := life_called(meaning):
        return Stage(name, called, "likely", count, by_life)
    best, second = sorted(by_life.values(), reverse=True)[:2]
    sure = "sure" if best >= SURE or best - second >= 0.2 else "likely" if best - second >= 0.08 else "a guess"
    return Stage(name, nearest, sure, count, by_life)
