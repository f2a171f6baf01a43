"""The stages of an export, in the order of the life of a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from copilot.records.cells import NOTHING
from copilot.records.names import column_key
from copilot.stages import MEANINGS, StageMeaning
from copilot.upkeep.proposing.columns import Reading
from copilot.upkeep.proposing.lives import LIFE
from copilot.upkeep.proposing.meanings import LIKELY, SURE, Meanings, spoken

_MOST_STAGES = 12
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
    every = _all_stages(readings, meanings)
    total = sum(stage.count for stage in every)
    names = [spoken(stage.name) for stage in every]
    near = meanings.between(names, names) if names else np.zeros((0, 0), np.float32)
    lives = {stage.life for stage in every if stage.count >= _RARE * total}
    kept: dict[int, Stage] = {}
    for place, stage in enumerate(every):
        is_joined = stage.count < _RARE * total or len(kept) >= _MOST_STAGES
        if is_joined and stage.confidence == "a guess":
            stage = replace(stage, life=max(lives, key=lambda life: stage.nearness[life]))
        alike = [k for k in kept if kept[k].life == stage.life and (is_joined or near[place, k] >= LIKELY)]
        if alike:
            larger = kept[alike[0]]
            kept[alike[0]] = replace(larger, synonyms=(*larger.synonyms, stage.name))
        else:
            kept[place] = stage
    order = list(LIFE)
    return sorted(kept.values(), key=lambda stage: (order.index(stage.life), -stage.count))


def _all_stages(readings: Sequence[Reading], meanings: Meanings) -> list[Stage]:
    """Every value of the column of stages, the most frequent first."""
    reading = next((r for r in readings if r.schema.name == "projects" and r.header("stage")), None)
    if reading is None:
        return []
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
        best, second = sorted(by_life.values(), reverse=True)[:2]
        sure = "sure" if best >= SURE or best - second >= 0.2 else "likely" if best - second >= 0.08 else "a guess"
        found.append(Stage(name, max(by_life, key=lambda life: by_life[life]), sure, counts[name], by_life))
    return found
