"""Whether a column or a file is called as one of ours is called in some language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from copilot.language.units import without_unit
from copilot.upkeep.proposing.meanings import spoken
from copilot.upkeep.proposing.words import WORDS, Phrases

_LEAST_CALLED, _LEAST_SHARE = 0.4, 0.33
"""How surely a name is that of a column which one of its words is a name of; the more of its letters, the surer. A word
in a whole question is none."""
_LONG_ENOUGH = 4
"""A word of so many letters stands for one that ends with it."""


def listed(text: str, lists: Iterable[Phrases]) -> int | None:
    """The place of the list that has the text."""
    folded = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    return next((place for place, phrases in enumerate(lists) if folded in phrases), None)


def how_called(header: str, table: str, column: str) -> float:
    """From 0 to 1 how surely the name is one that the column has; 1 for nothing but it."""
    written = _tokens(without_unit(spoken(header)))
    best = 0.0
    for said in _said(table, column):
        found = [next((w for w in written if _is_form(w, word)), None) for word in said]
        if all(found):
            share = sum(map(len, said)) / max(1, sum(map(len, written)))
            sure = _LEAST_CALLED + (1 - _LEAST_CALLED) * min(1.0, share)
            best = max(best, sure if share >= _LEAST_SHARE else 0.0)
    return best


def is_file_of(stem: str, table: str) -> bool:
    """Whether a file is called as the rows of a table are."""
    words = _tokens(stem)
    said = [_tokens(phrase) for phrase in WORDS.files.get(table, ())]
    return any(all(any(_is_form(written, word) for written in words) for word in phrase) for phrase in said)


@cache
def _said(table: str, column: str) -> tuple[tuple[str, ...], ...]:
    own = WORDS.headers.get(f"{table}.{column}", WORDS.headers.get(column, ()))
    return tuple(tuple(_tokens(phrase)) for phrase in own)


def _is_form(written: str, word: str) -> bool:
    """The word itself, in the plural, or as the last part of a longer one."""
    return written.removesuffix("s") == word.removesuffix("s") or (
        len(word) >= _LONG_ENOUGH and len(written) > len(word) + 2 and written.endswith(word)
    )


def _tokens(name: str) -> list[str]:
    """The words of a name, less those that tell nothing."""
    words = re.findall(r"[^\W\d_]+|#", name.casefold())
    return [word for word in words if word not in WORDS.fillers] or words
