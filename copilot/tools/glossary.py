"""What words of method mean, for a reader who meets them in an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter

from copilot.workspace import read_yaml

_FILE = Path(__file__).with_suffix(".yaml")


class Term(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[str, ...]
    """All ways in which tools write it."""
    says: str
    """What it means, in plain words."""
    in_body: bool = False
    """Whether it may also stand where an answer does not tell its method."""


class Found(NamedTuple):
    """A word of method in a text."""

    start: int
    end: int
    id: str


@cache
def glossary() -> dict[str, Term]:
    """The words of method by their ids."""
    return TypeAdapter(dict[str, Term]).validate_python(read_yaml(_FILE))


def terms_in(text: str) -> Iterator[Found]:
    """The words of method in a text, in their order."""
    ids = _ids()
    for found in _pattern().finditer(text):
        yield Found(found.start(), found.end(), ids[found[0]])


@cache
def _ids() -> dict[str, str]:
    """Ids by all that is written for them, at the start of a sentence too."""
    ways = ((way, id) for id, term in glossary().items() for word in term.words for way in (word, _begun(word)))
    return dict(ways)


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_ids(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _begun(word: str) -> str:
    return word[:1].upper() + word[1:]
