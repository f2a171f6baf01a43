"""What exports call their columns and values: `words.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from copilot.workspace import read_yaml

Phrases: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(lambda text: tuple(phrase.strip() for phrase in text.split(",")))
]
"""Written with commas between."""


class Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    headers: Mapping[str, Phrases]
    fillers: Phrases
    files: Mapping[str, Phrases]
    lives: Mapping[str, Phrases]
    negations: Phrases = Field(alias="not")
    values: Mapping[str, Mapping[str, Phrases]]
    status_by_life: Mapping[str, str]
    severities: tuple[Phrases, ...]
    makers: Phrases
    in_house: Phrases
    minutes: Phrases
    effective: Phrases
    document_owner: Phrases


WORDS = Words.model_validate(read_yaml(Path(__file__).with_name("words.yaml")))
