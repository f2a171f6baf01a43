"""Known ways to damage a right answer, and harmless edits that must raise no alarm."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from copilot.types import Answer
from evals.support import find_names
from evals.text import find_numbers

_MARKER = re.compile(r"\[(\d+)\]")
_VERB = re.compile(r"\b(is|are|was|were|has|have|can|must|should|needs?|gives?|shows?|takes?|makes?)\b(?! not)")
_AUXILIARIES = frozenset(("is", "are", "was", "were", "has", "have", "can", "must", "should"))
_OTHER_NAMES = ("Zephyr", "Quillon", "OECD", "Marlowe", "ISO 27701", "ITU")
_SYNONYMS = {
    "large": "big",
    "begin": "start",
    "often": "frequently",
    "therefore": "hence",
}

Damage = Callable[[Answer, random.Random], Answer | None]
"""The damaged answer; None where there is nothing of the kind to damage."""


def _with_text(answer: Answer, text: str) -> Answer | None:
    return answer.model_copy(update={"text": text}) if text != answer.text else None


def _wrong_citation(answer: Answer, chance: random.Random) -> Answer | None:
    """A marker leads to a source that was never read."""
    places = list(_MARKER.finditer(answer.text))
    if not places:
        return None
    at = chance.choice(places)
    return _with_text(answer, f"{answer.text[: at.start()]}[97]{answer.text[at.end() :]}")


def _swapped_citation(answer: Answer, chance: random.Random) -> Answer | None:
    """Each marker leads to the next source instead of its own."""
    markers = sorted({int(n) for n in _MARKER.findall(answer.text)})
    if len(markers) < 2:
        return None
    following = dict(zip(markers, [*markers[1:], markers[0]], strict=True))
    return _with_text(answer, _MARKER.sub(lambda m: f"[{following[int(m[1])]}]", answer.text))


def _dropped_citation(answer: Answer, chance: random.Random) -> Answer | None:
    """A line loses its markers."""
    lines = answer.text.split("\n")
    cited = [i for i, line in enumerate(lines) if _MARKER.search(line) and not line.startswith(("#", "|"))]
    if not cited:
        return None
    at = chance.choice(cited)
    lines[at] = _MARKER.sub("", lines[at])
    return _with_text(answer, "\n".join(lines))


def _invented_sentence(answer: Answer, chance: random.Random) -> Answer | None:
    """A sentence that no source holds is added, with a citation that exists."""
    marker = chance.choice(_MARKER.findall(answer.text) or ["1"])
    invented = chance.choice((
        f"An outside audit confirmed a saving of EUR 41.7 million within 17 weeks [{marker}].",
        f"Competitors such as Zephyr gave the approach up after customers complained of delays [{marker}].",
        f"The supervisory board praised the programme and extended its mandate by another decade [{marker}].",
    ))  # fmt: skip
    return _with_text(answer, f"{answer.text}\n\n{invented}")


def _changed_number(answer: Answer, chance: random.Random) -> Answer | None:
    """One number of the prose is another."""
    numbers = [
        n
        for n in find_numbers(answer.text)
        if n.unit != "date" and answer.text[n.start - 1 : n.start] != "[" and not _opens_line(answer.text, n.start)
    ]
    if not numbers:
        return None
    chosen = chance.choice(numbers)
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", answer.text[chosen.start : chosen.end])
    if digits is None:
        return None
    start, end = chosen.start + digits.start(), chosen.start + digits.end()
    value = float(digits.group().replace(",", ""))
    changed = value * 1.37 + 3
    printed = f"{changed:,.{chosen.decimals}f}"
    return _with_text(answer, answer.text[:start] + printed + answer.text[end:])


def _opens_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _swapped_name(answer: Answer, chance: random.Random) -> Answer | None:
    """A name becomes that of something else."""
    found = [m for m in find_names(answer.text) if _in_claim(answer.text, m.start())]
    if not found:
        return None
    name = chance.choice(found)
    alike = [o for o in _OTHER_NAMES if o.isupper() == name.group().isupper() and o != name.group()]
    other = chance.choice(alike)
    return _with_text(answer, answer.text[: name.start()] + other + answer.text[name.end() :])


def _negated(answer: Answer, chance: random.Random) -> Answer | None:
    """A cited sentence says the contrary."""
    places = [m for m in _VERB.finditer(answer.text) if _in_claim(answer.text, m.start())]
    if not places:
        return None
    verb = chance.choice(places)
    word = verb.group()
    denied = f"{word} not" if word in _AUXILIARIES else f"never {word}"
    return _with_text(answer, answer.text[: verb.start()] + denied + answer.text[verb.end() :])


def _in_claim(text: str, at: int) -> bool:
    end = text.find("\n", at)
    line = text[text.rfind("\n", 0, at) + 1 : len(text) if end < 0 else end]
    return bool(_MARKER.search(line)) and not line.startswith(("#", "|"))


def _truncated(answer: Answer, chance: random.Random) -> Answer | None:
    """Only the first cited line is left."""
    lines = [line for line in answer.text.split("\n") if _MARKER.search(line)]
    return _without_tables(answer, lines[0]) if len(lines) > 1 else None


def _refused(answer: Answer, chance: random.Random) -> Answer:
    """A refusal where an answer was due."""
    text = "The knowledge base does not say."
    empty: dict[str, object] = {
        "text": text,
        "status": "insufficient_evidence",
        "citations": (),
        "tables": (),
    }
    return answer.model_copy(update=empty)


def _emptied(answer: Answer, chance: random.Random) -> Answer:
    return answer.model_copy(update={"text": "", "citations": (), "tables": ()})


def _without_tables(answer: Answer, text: str) -> Answer:
    return answer.model_copy(update={"text": text, "tables": ()})


def _reworded(answer: Answer, chance: random.Random) -> Answer | None:
    """Harmless: a word becomes its synonym."""
    pattern = re.compile(rf"\b({'|'.join(_SYNONYMS)})\b")
    return _with_text(answer, pattern.sub(lambda m: _SYNONYMS[m[1]], answer.text))


def _with_preamble(answer: Answer, chance: random.Random) -> Answer | None:
    """Harmless: a polite opening without a claim."""
    return _with_text(answer, f"Here is what the sources say:\n\n{answer.text}")


def _as_list(answer: Answer, chance: random.Random) -> Answer | None:
    """Harmless: paragraphs become list items."""
    lines = answer.text.split("\n")
    changed = [f"- {line}" if line[:1].isalpha() and _MARKER.search(line) else line for line in lines]
    return _with_text(answer, "\n".join(changed))


def _in_bold(answer: Answer, chance: random.Random) -> Answer | None:
    """Harmless: numbers in bold."""
    return _with_text(answer, re.sub(r"(?<![\w.,\[*-])(\d+%)(?![\w*])", r"**\1**", answer.text))


@dataclass(frozen=True)
class Kind:
    name: str
    damage: Damage
    target: float
    """The share that must be caught; of a harmless edit, that may be."""
    is_harmless: bool = False
    least_points: int = 0
    """Only answers with so many expected points are damaged: fewer may all stand in what is left."""


KINDS: tuple[Kind, ...] = (
    Kind("wrong citation", _wrong_citation, 0.95),
    Kind("swapped citation", _swapped_citation, 0.95),
    Kind("dropped citation", _dropped_citation, 0.95),
    Kind("invented sentence", _invented_sentence, 0.95),
    Kind("changed number", _changed_number, 0.95),
    Kind("swapped name", _swapped_name, 0.95),
    Kind("negation", _negated, 0.80),
    Kind("truncation", _truncated, 0.60, least_points=2),
    Kind("refusal", _refused, 0.95),
    Kind("empty answer", _emptied, 0.95),
    Kind("harmless: synonyms", _reworded, 0.02, is_harmless=True),
    Kind("harmless: preamble", _with_preamble, 0.02, is_harmless=True),
    Kind("harmless: list items", _as_list, 0.02, is_harmless=True),
    Kind("harmless: bold", _in_bold, 0.02, is_harmless=True),
)
