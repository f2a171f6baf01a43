"""Grades: texts with an order. Letters have one of themselves: A before B, an A+ before an A, AA before both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_LETTER = re.compile(r"(([a-h])\2{0,2})(\+{0,3}|-{0,3})", re.IGNORECASE)
MINUS = str.maketrans("−–", "--")
"""The signs that people type for a minus."""
_FEWEST = 2
_PART = 0.5
"""So large a part of the letters from A to the last must occur: G beside A is no grade."""


def is_letter(text: str) -> bool:
    """Whether a text is a letter as grades are written, such as B, b+, AA or A-."""
    return _LETTER.fullmatch(text.translate(MINUS)) is not None


def spelled(text: str) -> str:
    """A letter in capitals with a plain sign; any other text as it is."""
    return text.translate(MINUS).upper() if is_letter(text) else text


def sign(text: str) -> str:
    """The plus or minus behind a letter; empty where there is none."""
    found = _LETTER.fullmatch(text.translate(MINUS))
    return found[3] if found else ""


def letters(texts: Iterable[str]) -> tuple[str, ...]:
    """The grades that a column holds, the lowest first, A the highest; none where some text is no letter, or where they
    are too few, or too far apart to be an order."""
    held = set(texts)
    if not held or not all(map(is_letter, held)):
        return ()
    ordered = sorted({spelled(text) for text in held}, key=_from_the_top, reverse=True)
    kinds = {text[0] for text in ordered}
    are_near = len(kinds) >= _PART * (ord(max(kinds)) - ord("A") + 1)
    return tuple(ordered) if len(ordered) >= _FEWEST and are_near else ()


def meeting(order: Sequence[str], op: str, grade: str) -> tuple[str, ...] | None:
    """The grades of an order, lowest first, that compare so with one, which may be a letter that does not occur; None
    where that is no grade of the order."""
    places = {each.lower(): place for place, each in enumerate(order)}
    asked: float | None = places.get(grade.lower())
    if asked is None:
        asked = _between(order, grade)
    if asked is None:
        return None
    compared = {"<": asked.__gt__, "<=": asked.__ge__, ">": asked.__lt__, ">=": asked.__le__}[op]
    return tuple(each for each in order if compared(places[each.lower()]))


def _between(order: Sequence[str], grade: str) -> float | None:
    """Where a letter that does not occur stands among those that do: half a place before the next higher one."""
    if not is_letter(grade) or not all(map(is_letter, order)):
        return None
    ranks = [_from_the_top(spelled(each)) for each in order]
    own = _from_the_top(spelled(grade))
    if ranks == sorted(ranks, reverse=True):
        return sum(rank > own for rank in ranks) - 0.5
    return sum(rank < own for rank in ranks) - 0.5 if ranks == sorted(ranks) else None


def _from_the_top(letter: str) -> tuple[str, int, int]:
    """The smaller, the higher: by the letter, how often it stands, and its signs."""
    found = _LETTER.fullmatch(letter)
    assert found is not None
    return found[2].upper(), -len(found[1]), found[3].count("-") - found[3].count("+")
