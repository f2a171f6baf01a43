"""The stages of a project: their order, what each means, and what else people call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, RootModel, model_validator

StageMeaning = Literal["before", "pilot", "production", "stopped", "retired"]
"""`stopped` has ended without having been of use, `retired` after it was. A pilot comes before production too."""
MEANINGS: tuple[StageMeaning, ...] = get_args(StageMeaning)
_ENDED: frozenset[StageMeaning] = frozenset({"stopped", "retired"})

# How the name of a stage begins, or one of its words, where the workspace does not say what it means.
_NAMES: Mapping[StageMeaning, tuple[str, ...]] = {
    "stopped": ("stop", "cancel", "abandon", "reject", "withdraw", "discontinue", "on hold", "paused"),
    "retired": ("retire", "decommission", "close", "archive", "ended", "switched off", "phased out"),
    "production": ("production", "operation", "operational", "live", "deployed", "in use"),
    "pilot": ("pilot", "trial"),
}
# What people say of a project in a stage of that meaning, whatever the company calls it.
_SPOKEN: Mapping[StageMeaning, tuple[str, ...]] = {
    "pilot": ("pilot", "trial", "in trial", "being tried", "being tried out", "test phase"),
    "production": (
        "live", "in production", "in use", "in daily use", "in everyday use", "in service", "in operation",
        "operational", "deployed", "up and running",
    ),
    "stopped": ("stopped", "cancelled", "canceled", "killed", "abandoned", "shelved", "dropped", "scrapped", "binned"),
    "retired": ("retired", "switched off", "decommissioned", "phased out", "taken out of service"),
}  # fmt: skip
# The same in a few words, for a model that reads the name of a stage.
_TOLD: Mapping[StageMeaning, str] = {
    "before": "not yet tried", "pilot": "being tried out", "production": "in regular use", "stopped": "given up",
    "retired": "no longer used",
}  # fmt: skip
SETTLED = frozenset(told for means, told in _TOLD.items() if means != "before")
"""What stages are told to mean that are one to those who speak of them; what comes before a pilot is of many kinds."""
ENDED = frozenset(_TOLD[means] for means in _ENDED)
"""What stages of projects that have ended are told to mean."""
# Beside one of these words a name tells what a stage is not, as in "pre-production".
_NOT = frozenset({"pre", "not", "non", "before"})


class Stage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """As the records are to write it."""
    means: StageMeaning | None = None
    """None where the workspace does not say; a list of stages infers it."""
    synonyms: tuple[str, ...] = ()
    """Other spellings in the records and in questions."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: object) -> object:
        return {"name": data} if isinstance(data, str) else data


class Stages(RootModel[tuple[Stage, ...]]):
    """From first to last, at least one; each means something once they are together.

    What a stage does not say of itself its name tells; without a stage of production by name, the last one that has
    not ended is it. The others come before production, or have ended, by their place in the order.
    """

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _are_told_apart(self) -> Stages:
        if not self.root:
            raise ValueError("name at least one stage, or leave the key out")
        spelled = [_key(text) for stage in self.root for text in {stage.name, *stage.synonyms}]
        if twice := next((key for key in spelled if spelled.count(key) > 1), None):
            raise ValueError(f"{twice!r} stands for two stages")
        return self

    @classmethod
    def of(cls, names: Iterable[str]) -> Stages:
        return cls(tuple(Stage(name=name) for name in names))

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(stage.name for stage in self.root)

    @cached_property
    def meanings(self) -> tuple[StageMeaning, ...]:
        """What each stage means, in their order."""
        told = [stage.means or _by_name(stage.name) for stage in self.root]
        if "production" not in told:
            going = [place for place, means in enumerate(told) if means not in _ENDED]
            told[going[-1] if going else -1] = "production"
        first, last = told.index("production"), len(told) - 1 - told[::-1].index("production")
        return tuple(
            means or ("before" if place < first else "production" if place < last else "retired")
            for place, means in enumerate(told)
        )

    @property
    def is_production_told(self) -> bool:
        """Whether a stage says, or is called so, that it is production; else its place alone tells."""
        return any((stage.means or _by_name(stage.name)) == "production" for stage in self.root)

    @property
    def pilot(self) -> str:
        """The stage in which a project is tried out: the first pilot, else the last before production."""
        before = [n for n, means in zip(self.names, self.meanings, strict=True) if means == "before"]
        return next(iter(self.meaning("pilot")), before[-1] if before else self.production)

    @property
    def production(self) -> str:
        """The first stage that is production."""
        return self.meaning("production")[0]

    def meaning(self, *wanted: StageMeaning) -> tuple[str, ...]:
        """The names of the stages that mean one of these."""
        return tuple(n for n, means in zip(self.names, self.meanings, strict=True) if means in wanted)

    def place(self, stage: object) -> int:
        """Position from the first stage on, by a name or a synonym of it; -1 of what is none."""
        return self._places.get(_key(str(stage)), -1)

    def is_production(self, stage: object) -> bool:
        return self._means(stage) == "production"

    def is_stopped(self, stage: object) -> bool:
        return self._means(stage) == "stopped"

    def has_ended(self, stage: object) -> bool:
        return self._means(stage) in _ENDED

    def is_open(self, stage: object) -> bool:
        """Whether it comes before production; so does what is no stage."""
        return self._means(stage) not in ("production", *_ENDED)

    def from_on(self, first: str) -> tuple[str, ...]:
        """The stages from one on, named or told by what it means, that have not ended; from the first if it is none."""
        place = self.place(first)
        if place < 0 and (alike := [n for n in self.names if self._means(n) == first]):
            place = self.place(alike[0])
        return tuple(name for name in self.names[max(place, 0) :] if not self.has_ended(name))

    @cached_property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """By name what else it is called."""
        return {stage.name: stage.synonyms for stage in self.root}

    @cached_property
    def spoken(self) -> dict[str, tuple[str, ...]]:
        """By name what people say of a project in it, as far as that is no other stage's name."""
        return {
            name: tuple(text for text in _SPOKEN.get(means, ()) if _key(text) not in self._places)
            for name, means in zip(self.names, self.meanings, strict=True)
        }

    @cached_property
    def told(self) -> dict[str, str]:
        """What each stage means in a few words, where it says so itself or its name does; a place alone is a guess.
        What is between a pilot and production is neither tried nor untried."""
        said = {stage.name: stage.means or _by_name(stage.name) for stage in self.root}
        tried = next((place for place, means in enumerate(said.values()) if means == "pilot"), len(said))
        is_told = (means and (means != "before" or place < tried) for place, means in enumerate(said.values()))
        return {name: _TOLD[means] for (name, means), told in zip(said.items(), is_told, strict=True) if means and told}

    def _means(self, stage: object) -> StageMeaning | None:
        place = self.place(stage)
        return self.meanings[place] if place >= 0 else None

    @cached_property
    def _places(self) -> dict[str, int]:
        return {_key(text): place for place, stage in enumerate(self.root) for text in (stage.name, *stage.synonyms)}


def _by_name(name: str) -> StageMeaning | None:
    words = f" {_key(name)}"
    if _NOT & set(words.split()):
        return None
    return next((means for means, starts in _NAMES.items() if any(f" {start}" in words for start in starts)), None)


def _key(text: str) -> str:
    """The words of a name, however they are joined."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
