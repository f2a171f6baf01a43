"""The levers of change of `levers.yaml`: what names each, who answers for it, what to do where documents are silent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from copilot.tools.method import Method
from copilot.types import Frozen


def _pattern(words: object) -> object:
    """Any of the words, whole, `*` standing for any letters."""
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise ValueError("give a list of words")
    ways = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"\b({ways})\b", re.IGNORECASE)


Words = Annotated[re.Pattern[str], BeforeValidator(_pattern)]


class Sought(Frozen):
    """What to look for in the documents, and words of which a sentence must hold one."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    query: str = Field(min_length=1)
    words: Words


class Advised(Sought):
    """What is followed by metrics, and has a measure where the documents have none."""

    metrics: Words
    measure: str = Field(min_length=1)
    ask: str = Field(min_length=1)
    """The question where no record speaks of it."""


class Lever(Advised):
    name: str
    label: str = Field(min_length=1)
    owners: tuple[str, ...] = ()
    """Columns of the person who answers for it, the fittest first."""
    before: str = Field(min_length=1)
    """When to do it, in a project that people do not use yet."""
    column: Literal["integration", "human_oversight"] | None = None
    """Of the projects, that tells of it."""


class Levers(Frozen):
    levers: tuple[Lever, ...] = Field(min_length=1)
    workforce: Advised
    budget: Sought
    adoption: Words
    """Of the metrics that tell how many people use it."""
    about: Words
    """Without one of them a passage is not about change."""
    areas: tuple[str, ...] = Field(min_length=1)
    """Of the assessments, in which a lever is looked for; the first that has it counts."""
    good: float
    """An assessment from which on a lever needs no more than care."""


METHOD = Method("levers", Levers, Path(__file__).parent)
