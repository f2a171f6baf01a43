"""Passages that state another rule than the data of the workspace do.

Which passage speaks of a rule is told as everywhere here: by how near it comes to what would be asked, and by the judge
that reads the two together. What it fits better than the rule, it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

import numpy as np

from copilot.gates.clauses import SAME, other_approvers, sums_of_two
from copilot.gates.stated import MONEY, PLAIN, StatedFigure, StatedRule, other_subjects
from copilot.language.formatting import join_and
from copilot.language.quantities import DAYS_IN, Amount, find_amounts
from copilot.language.units import CODES
from copilot.language.words import content_stems
from copilot.passages.judging import LENGTHS, written
from copilot.passages.units import Unit, said_in_full, units
from copilot.retrieval import pairs
from copilot.retrieval.embedder import Vectors, load_verified
from copilot.retrieval.sentences import plain
from copilot.retrieval.types import Document
from copilot.types import Evidence

FILE = Path(__file__).parents[1] / "reading" / "model" / "judge.onnx"
"""The small judge: rules are compared with many passages, and by how surely it takes one for an answer `LEAST` and the
others are set."""
Embed = Callable[[Sequence[str]], Vectors]

LEAST = 6.5
"""From which sum of judge and nearness on a passage speaks of a rule; docs/decisions/0071 has the rates of error."""
_NEARNESS = 8.0
"""What a cosine counts beside the log odds of the judge."""
_OF_A_NAME = 10.0
"""The same of a passage that must call what the rule is about, as many that state something else do."""
_BESIDE_A_NAME = 2.5
_BESIDE_NAMES = 0.0
"""The same of a passage that sets figures beside one name of the rule, and beside several."""
_SHORTLIST = 24
_YEARS = range(1900, 2100)
_SAME_MATTER = 0.6
"""Cosine of two questions from which on they are about the same."""
_FAR = 0.3
"""What is not nearer to a question than this is not read beside it."""
_READ = 4
"""Passages that are read beside each question, the nearest."""

_MOST_KNOWN = 8192
_KNOWN: dict[tuple[str, str], float] = {}
"""By question and unit as the judge reads it."""


@dataclass(frozen=True)
class Contradiction:
    """Figures of the data, and the passage that states others."""

    rule: StatedRule
    figures: tuple[StatedFigure, ...]
    unit: Unit
    stated: tuple[str, ...]
    """In the words of the passage."""

    @property
    def key(self) -> str:
        """Where in the file of the rule its figures stand."""
        return join_and(dict.fromkeys(figure.key for figure in self.figures))

    @property
    def said(self) -> str:
        return join_and(figure.said for figure in self.figures)


@dataclass(frozen=True)
class Contradicted:
    """A contradiction with the place of its passage."""

    contradiction: Contradiction
    document: Document
    place: str


@dataclass(frozen=True)
class _Amount:
    words: str
    value: float


def contradictions(
    rule: StatedRule, others: Iterable[StatedRule], found: Sequence[Unit], embed: Embed
) -> list[Contradiction]:
    """What the units, of documents in force, state otherwise than a rule; `others` are what else they may be about.

    A document that states the figure of the data somewhere contradicts it nowhere: what it says besides is about
    something near.
    """
    speaking = _about(rule, others, found, embed)
    stated = {unit: _amounts(unit, rule) for unit in speaking}
    told: list[Contradiction] = []
    for _, own in groupby(sorted(speaking, key=_document), key=_document):
        told += _of_document(rule, {unit: stated[unit] for unit in own})
    return told


def contradicted(
    rules: Sequence[StatedRule], documents: Iterable[Document], currency: str, embed: Embed
) -> Iterator[Contradicted]:
    """What documents in force state otherwise than the rules.

    Without an index: of all units those that share most words with a rule are read, the rarer ones counting more.
    """
    places: dict[Unit, tuple[Document, str]] = {}
    for number, document in enumerate(documents):
        for part, section in enumerate(document.sections):
            told = Evidence(
                id=f"{number}.{part}",
                kind="passage",
                source=document.id,
                locator=section.place,
                title=" › ".join((document.title, *(h for h in section.heading_path if h != document.title))),
                text=section.text,
            )
            places |= {unit: (document, section.part(unit.start, unit.end).place) for unit in units(told)}
    words = {unit: set(content_stems(f"{unit.document} {unit.heading} {unit.text}")) for unit in places}
    spread = Counter(word for found in words.values() for word in found)
    others = (*rules, *other_subjects(currency))
    for rule in rules:
        asked = set(content_stems(" ".join(rule.questions)))
        weights = {
            unit: sum(1 / spread[word] for word in asked & found) for unit, found in words.items() if asked & found
        }
        near = (u for u in sorted(weights, key=lambda unit: -weights[unit]) if speaks_of(u, rule))
        for contradiction in contradictions(rule, others, list(islice(near, _SHORTLIST)), embed):
            yield Contradicted(contradiction, *places[contradiction.unit])


def speaks_of(unit: Unit, rule: StatedRule) -> bool:
    """Whether a unit states a figure in the unit of a rule, and calls what must be called."""
    return bool(_amounts(unit, rule)) and (not rule.called or _calls(unit, rule.called))


def _calls(unit: Unit, names: Iterable[str]) -> bool:
    words = set(content_stems(f"{unit.heading} {said_in_full(unit)}"))
    return any(stems and stems <= words for stems in (set(content_stems(name)) for name in names))


def _document(unit: Unit) -> str:
    return unit.document


def _about(rule: StatedRule, others: Iterable[StatedRule], found: Sequence[Unit], embed: Embed) -> list[Unit]:
    telling = [unit for unit in dict.fromkeys(found) if not unit.is_label and speaks_of(unit, rule)]
    if not telling:
        return []
    vectors = embed([plain(said_in_full(unit)) for unit in telling])
    scores = _scores(rule, telling, vectors, embed)
    likely = [at for at, score in scores.items() if score >= _least(rule, telling[at])]
    # What sets figures beside several names of a rule is about nothing else.
    sure = [at for at in likely if _least(rule, telling[at]) == _BESIDE_NAMES]
    likely = [at for at in likely if at not in sure]
    for other in others:
        if not likely:
            break
        if other.subject == rule.subject or other.unit != rule.unit or _is_same(rule, other, embed):
            continue
        rivals = _scores(other, [telling[at] for at in likely], vectors[likely], embed)
        likely = [at for place, at in enumerate(likely) if rivals.get(place, -np.inf) <= scores[at]]
    return [telling[at] for at in (*sure, *likely)]


def _least(rule: StatedRule, unit: Unit) -> float:
    names = len({figure for figure, _ in _named(rule, unit)})
    if not names:
        return _OF_A_NAME if rule.called else LEAST
    return _BESIDE_A_NAME if names == 1 else _BESIDE_NAMES


def _is_same(rule: StatedRule, other: StatedRule, embed: Embed) -> bool:
    """Whether what is asked of every workspace is what this one names itself."""
    if not rule.is_named or other.is_named:
        return False
    return float((embed(rule.questions) @ embed(other.questions).T).max()) >= _SAME_MATTER


def _scores(rule: StatedRule, units: Sequence[Unit], vectors: Vectors, embed: Embed) -> dict[int, float]:
    """How surely the units nearest to a rule speak of it, by their places."""
    best: dict[int, float] = {}
    cosines = vectors @ embed(rule.questions).T
    for question, near in zip(rule.questions, cosines.T, strict=True):
        nearest = [int(at) for at in np.argsort(-near)[:_READ] if near[at] >= _FAR]
        judged = _judged(question, [units[at] for at in nearest])
        for at, score in zip(nearest, judged, strict=True):
            best[at] = max(best.get(at, -np.inf), score + _NEARNESS * float(near[at]))
    return best


def _judged(question: str, units: Sequence[Unit]) -> list[float]:
    """How surely each unit answers, as log odds; each pair is judged once, since answer after answer compares the same
    rules with the same passages."""
    texts = [written(unit) for unit in units]
    known = {text: score for text in texts if (score := _KNOWN.get((question, text))) is not None}
    fresh = list(dict.fromkeys(text for text in texts if text not in known))
    known |= zip(fresh, pairs.scores(load_verified(FILE), question, fresh, LENGTHS), strict=True)
    if len(_KNOWN) > _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN.update({(question, text): known[text] for text in fresh})
    return [known[text] for text in texts]


def _of_document(rule: StatedRule, stated: Mapping[Unit, Sequence[_Amount]]) -> Iterator[Contradiction]:
    if any(figure.names for figure in rule.figures):
        yield from _beside_names(rule, stated)
        return
    yield from _other_approvers(rule, stated)
    values = [amount.value for amounts in stated.values() for amount in amounts]
    missing = [figure for figure in rule.figures if not _holds(figure, values, rule.unit)]
    for unit, amounts in stated.items():
        other = [a.words for a in amounts if not any(_holds(f, [a.value], PLAIN) for f in rule.figures)]
        if other and missing:
            yield Contradiction(rule, tuple(missing), unit, tuple(dict.fromkeys(other)))
            return


def _other_approvers(rule: StatedRule, stated: Mapping[Unit, Sequence[_Amount]]) -> Iterator[Contradiction]:
    """Passages on an amount of the rule that name others than those who decide by the data."""
    for unit, amounts in stated.items():
        figure = next((f for f in rule.figures if _holds(f, [a.value for a in amounts], rule.unit)), None)
        others = other_approvers(rule.approvers, rule.deciders, unit.text) if figure else ()
        if figure and others and rule.unit not in (PLAIN, "day", "percent"):
            own = StatedFigure(f"{figure.key}.approvers", figure.values, join_and(rule.approvers))
            yield Contradiction(rule, (own,), unit, others)


def _beside_names(rule: StatedRule, stated: Mapping[Unit, Sequence[_Amount]]) -> Iterator[Contradiction]:
    """Figures of several things, each beside the name of its own."""
    found: dict[StatedFigure, list[tuple[Unit, _Amount]]] = {}
    for unit in stated:
        for figure, amount in _named(rule, unit):
            found.setdefault(figure, []).append((unit, amount))
    other: dict[Unit, list[tuple[StatedFigure, str]]] = {}
    for figure, beside in found.items():
        if not _holds(figure, [amount.value for _, amount in beside], PLAIN):
            unit, amount = beside[0]
            other.setdefault(unit, []).append((figure, amount.words))
    for unit, told in other.items():
        yield Contradiction(rule, tuple(figure for figure, _ in told), unit, tuple(words for _, words in told))


def _named(rule: StatedRule, unit: Unit) -> Iterator[tuple[StatedFigure, _Amount]]:
    """The amounts of a unit, each with the figure whose name stands before it or, where none does, behind."""
    text = _said(unit)
    amounts = [a for a in find_amounts(text) if _value(a, rule.unit) is not None]
    starts = [0, *(a.end for a in amounts)]
    ends = [*(a.start for a in amounts), len(text)]
    between = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    is_before = _name_in(between[0], rule.figures) is not None
    for place, amount in enumerate(amounts):
        figure = _name_in(between[place if is_before else place + 1], rule.figures)
        value = _value(amount, rule.unit)
        if figure is not None and value is not None:
            yield figure, _Amount(text[amount.start : amount.end], value)


def _name_in(words: str, figures: Iterable[StatedFigure]) -> StatedFigure | None:
    """The one whose longest name stands in the words."""
    padded = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in words.casefold()).split())} "
    found = [(len(name), figure) for figure in figures for name in figure.names if f" {name} " in padded]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _amounts(unit: Unit, rule: StatedRule) -> list[_Amount]:
    text = _said(unit)
    found = ((a, _value(a, rule.unit)) for a in find_amounts(text))
    return [_Amount(text[a.start : a.end], value) for a, value in found if value is not None]


def _said(unit: Unit) -> str:
    """The text of a unit without the number of its clause."""
    text = plain(unit.text)
    return text.removeprefix(unit.label).lstrip(". ") if unit.kind == "clause" else text


def _value(amount: Amount, unit: str) -> float | None:
    """An amount in a unit; None where it is of another."""
    is_money = amount.unit in CODES
    if unit == "day":
        return amount.value * DAYS_IN[amount.unit] if amount.unit in DAYS_IN else None
    if unit == "percent":
        return amount.value if amount.unit in ("percent", "point") else None
    if unit == PLAIN:
        is_year = amount.value in _YEARS
        return None if amount.unit or amount.is_part or is_year else amount.value
    if unit == MONEY:
        return amount.value if is_money or (not amount.unit and amount.scale > 1) else None
    return amount.value if amount.unit == unit or (not amount.unit and amount.scale > 1) else None


def _holds(figure: StatedFigure, values: Sequence[float], unit: str) -> bool:
    """Whether one of the values is the figure; of times two together may be: a term and by how much it is extended."""
    known = [*values, *(sums_of_two(values) if unit == "day" else ())]
    return any(abs(value - own) <= SAME * abs(own) for value in known for own in figure.values)
