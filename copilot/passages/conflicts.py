"""Where what is quoted disagrees with another document, or is no longer or not yet in force."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from copilot.language.numbers import find_numbers
from copilot.language.words import content_stems
from copilot.passages.units import Unit
from copilot.retrieval.references import asked_for
from copilot.retrieval.sentences import plain
from copilot.types import Evidence

if TYPE_CHECKING:
    from copilot.passages.ranked import Meaning

ALIKE = 0.7
"""Cosine of two statements from which on they speak of the same thing, if they share as many words too."""
_SHARED = 0.65
_DRAFT = re.compile(r"(?<![a-z])draft(?![a-z])", re.IGNORECASE)
_MOST_COMPARED = 24
_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: n for n, word in enumerate(_ONES.split(), 1)} | {
    word: 10 * n for n, word in enumerate(_TENS.split(), 2)
}
_WORD = "|".join(_VALUES)
_SPELLED = re.compile(rf"\b({_WORD})(?:[- ]({_WORD}))?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Conflict:
    kind: Literal["figures", "superseded", "draft"]
    units: tuple[Unit, ...]
    """Of `figures` the two statements, the quoted one first; else the one quoted."""
    document: str = ""
    """Else the title of the document, and the day on which it was replaced."""
    replaced_on: date | None = None


def conflicts(
    quoted: Sequence[Unit], others: Sequence[Unit], evidence: Sequence[Evidence], meaning: Meaning
) -> tuple[Conflict, ...]:
    """What a reader of the quoted units should know; `others` are the units found, best first."""
    read = {item.id: item for item in evidence}
    found = [
        Conflict(state, (unit,), item.document, item.replaced_on)
        for unit in _one_a_document(quoted)
        if (item := read[unit.evidence]) and (state := not_in_force(item))
    ]
    stated = {unit: figures(unit.text) for unit in [*quoted, *others[:_MOST_COMPARED]]}
    for unit in quoted:
        rivals = [u for u in stated if u.document != unit.document and _differ(stated[unit], stated[u])]
        rivals = [u for u in rivals if _share(unit, u) >= _SHARED]
        for rival, cosine in zip(
            rivals, meaning.likeness(plain(unit.text), [plain(u.text) for u in rivals]), strict=True
        ):
            if cosine >= ALIKE and not any({unit, rival} == {*c.units} for c in found):
                found.append(Conflict("figures", (unit, rival)))
    return tuple(found)


def not_in_force(evidence: Evidence) -> Literal["superseded", "draft"] | None:
    """Whether a passage is of a version that was replaced, or of one that calls itself a draft."""
    if evidence.replaced_on is not None:
        return "superseded"
    document = evidence.document or evidence.title.partition(" › ")[0]
    return "draft" if _DRAFT.search(f"{evidence.source} {document}") else None


def figures(text: str) -> dict[str, set[float]]:
    """The figures of a text by what they count: a currency, a unit of time, per cent, or nothing."""
    for reference in asked_for(text):
        if reference.is_structural or reference.is_id:
            text = text.replace(reference.text, " ")
    text = _SPELLED.sub(lambda m: str(_VALUES[m[1].lower()] + (_VALUES[m[2].lower()] if m[2] else 0)), text)
    found: dict[str, set[float]] = {}
    for number in find_numbers(text):
        found.setdefault(number.unit, set()).add(number.value)
    return found


def _differ(one: dict[str, set[float]], other: dict[str, set[float]]) -> bool:
    shared = one.keys() & other.keys() - {""}
    return any(not one[kind] & other[kind] for kind in shared)


def _share(one: Unit, other: Unit) -> float:
    """Share of the words of the shorter statement, figures aside, that the other has too."""
    left, right = (set(content_stems(_without_figures(u.text))) for u in (one, other))
    return len(left & right) / max(1, min(len(left), len(right)))


def _without_figures(text: str) -> str:
    text = _SPELLED.sub(" ", text)
    for number in find_numbers(text):
        text = text.replace(number.text, " ")
    return text


def _one_a_document(found: Sequence[Unit]) -> list[Unit]:
    return list({unit.document: unit for unit in reversed(found)}.values())[::-1]
