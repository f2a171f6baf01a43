"""Whether two figures may be of the same kind of thing, by the words that stand with them."""

from __future__ import annotations

import re

from copilot.verification.figures import Read, same
from copilot.verification.grounds import Grounds, Held, Line
from copilot.verification.languages import languages
from copilot.verification.sentence import Sentence

# Number words up to this one stand everywhere.
_COMMON = 4
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}


def says(figure: Read, sentence: Sentence, held: Held, grounds: Grounds) -> bool:
    """Whether a place holds the same figure, of the same kind of thing."""
    if not same(figure, held.figure):
        return False
    if figure.kind == held.figure.kind == "number":
        return _is_counted(figure, sentence, held, grounds)
    if "number" not in (figure.kind, held.figure.kind) or "date" in (figure.kind, held.figure.kind):
        return True
    if is_wordless(held.line):
        return True
    if figure.kind == "number":
        if sentence.noun(figure) is None or held.figure.kind == "time":
            return True
        return _is_of(held.figure, sentence.words) or _is_counted(figure, sentence, held, grounds)
    if held.unit and figure.kind == "money":
        return figure.unit in _currencies(held.unit)
    if figure.kind == "percent" and held.figure.step and abs(held.figure.value) <= 1:
        return True
    return _is_of(figure, _words(f"{held.header or held.line.text} {held.line.title}"))


def _is_counted(figure: Read, sentence: Sentence, held: Held, grounds: Grounds) -> bool:
    """Whether what a number counts is known where it stands, or at all."""
    noun = sentence.noun(figure)
    if noun is None or noun.text.lower().startswith(tuple(sentence.language.generic)) or figure.hedge:
        return True
    meant = frozenset().union(*(grounds.vocabulary.meant(term.stem) for term in sentence.counted(figure)))
    if _currencies(held.unit) or held.figure.kind in ("percent", "money"):
        return bool(meant & held.near)
    return bool(meant) or held.line.language != sentence.language


def _is_of(typed: Read, words: frozenset[str]) -> bool:
    """Whether words say that a bare number is one of money, a share or a time."""
    if typed.unit.lower() in words:
        return True
    for language in languages().values():
        if not words.isdisjoint({"money": language.money, "percent": language.share}.get(typed.kind, ())):
            return True
        if typed.kind == "time" and any(unit == typed.unit and word in words for word, unit in language.units.items()):
            return True
    return typed.kind in ("points", "fraction", "factor")


def comparable(said: Read, held: Read) -> bool:
    """Whether one could be the other at all."""
    kinds = {said.kind, held.kind}
    if len(kinds) == 1:
        return True
    if "id" in kinds:
        return False
    return "number" in kinds or kinds <= {"percent", "fraction", "points"}


def is_wordless(line: Line) -> bool:
    """A line of a calculator has no words to go by."""
    return not line.cells and "=" in line.text


def is_rare(figure: Read) -> bool:
    """Whether a figure hardly stands there by chance."""
    if figure.is_word:
        return figure.value > _COMMON
    return len(re.sub(r"\D", "", figure.text).strip("0")) >= 2 or figure.kind in ("percent", "money", "date")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+|%", text.lower()))


def _currencies(unit: str) -> set[str]:
    return {_SIGNS.get(word, word) for word in re.findall(r"[A-Z]{3}|[€$£¥]", unit)}
