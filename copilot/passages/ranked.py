"""The units of the passages that a search brings, and how well each answers a question."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from copilot.language.words import STOP_WORDS, content_stems, stems
from copilot.passages import judging
from copilot.passages.bands import lies_within, sizes
from copilot.passages.conflicts import not_in_force
from copilot.passages.ranking import Numbers, network, signals
from copilot.passages.units import Unit, said_in_full, units
from copilot.retrieval.references import asked_for, documents_of, opens_with, without
from copilot.retrieval.sentences import plain
from copilot.types import Evidence

ALIKE = 0.4
"""Two clauses of one section that share so much of their words say the same of different sizes."""
_TERM = re.compile(r"\*\*([^*]+)\*\*")
DEFINED = 0.7
"""So probably at least one of the best units answers where one defines the term that is asked about."""
_BEHIND = 0.01
"""By so much of their scores units that define the same term differ."""
NOT_IN_FORCE = 4.0
"""What a unit loses that was replaced or is of a draft, so that what holds and says the same comes first."""


class Meaning(Protocol):
    """Tells how near texts are to a question, as the retriever does."""

    def likeness(self, query: str, texts: Sequence[str]) -> list[float]:
        """The cosine of each text to the query."""


@dataclass(frozen=True)
class Ranked:
    """The units of the passages found, and how well each answers a question."""

    question: str
    evidence: tuple[Evidence, ...]
    units: tuple[Unit, ...]
    """In the order of the passages, and of their text."""
    cosines: Mapping[Unit, float]
    coverage: Mapping[Unit, float]
    """Share of the question's words, weighted by how rare they are among the units, that each holds."""
    passages: Mapping[str, float]
    """The score of each passage, 0 for the least and 1 for the best of those found."""
    relevance: Mapping[str, float]
    """The cosine of each passage to the question; of one that was only read beside those found, the least of theirs."""
    not_in_force: frozenset[str] = frozenset()
    """Passages that were replaced, or are drafts."""
    is_further: bool = False
    """Whether the question continues another, which has been answered."""
    wants_definition: bool = False
    """Whether it is asked what something is."""
    judged: Mapping[Unit, float] = field(default_factory=dict)
    """How surely the first units answer, each read beside the question, as log odds."""

    @classmethod
    def of(cls, question: str, evidence: Sequence[Evidence], meaning: Meaning) -> Ranked:
        found = _read(evidence)
        # Beside the name of a part, what is asked about it tells which of its units is meant.
        asked = without(question) if content_stems(without(question)) else question
        cosines = meaning.likeness(asked, [plain(said_in_full(unit)) for unit in found])
        return cls(
            question, tuple(evidence), tuple(found), dict(zip(found, cosines, strict=True)),
            coverage_of(asked, found), _levelled(evidence), _relevance(evidence),
            frozenset(item.id for item in evidence if not_in_force(item)),
        )  # fmt: skip

    def beside(self, other: Ranked) -> Ranked:
        """The same units by the mean of two questions: what is asked now, and with what it continues."""

        def mean(one: Mapping[Unit, float], two: Mapping[Unit, float]) -> dict[Unit, float]:
            return {unit: (one[unit] + two[unit]) / 2 for unit in self.units}

        cosines, coverage = mean(self.cosines, other.cosines), mean(self.coverage, other.coverage)
        return replace(self, cosines=cosines, coverage=coverage, is_further=True)

    def read_beside(self, *questions: str) -> Ranked:
        """The same, its first units read beside a question, more where none surely answers; beside several, such as one
        alone and with what it continues, the mean counts."""

        def read(some: Sequence[Unit]) -> dict[Unit, float]:
            scores = [judging.scores(question, some) for question in questions]
            return {u: sum(own) / len(own) for u, own in zip(some, zip(*scores, strict=True), strict=True)}

        judged = read(self.best[: judging.MOST])
        if max(judged.values()) < judging.DOUBTED:
            judged |= read(self.best[judging.MOST : judging.MOST_OF_DOUBTED])
        return replace(self, judged=judged)

    @cached_property
    def telling(self) -> tuple[Unit, ...]:
        """The units that say something alone."""
        return tuple(unit for unit in self.units if not unit.is_label)

    @cached_property
    def signals(self) -> Numbers:
        """What tells how well each of them answers, a row each."""
        told = self.telling
        return signals(
            [self.cosines[u] for u in told],
            [self.coverage[u] for u in told],
            [self.relevance[u.evidence] for u in told],
            [self.passages[u.evidence] for u in told],
            [len(u.text.split()) for u in told],
        )

    @cached_property
    def _plain(self) -> Numbers:
        return network().scores(self.signals)

    @property
    def highest(self) -> float:
        """The score of the unit that answers best, in force or not."""
        return float(self._plain.max(initial=-math.inf))

    @cached_property
    def _scores(self) -> dict[Unit, float]:
        return self._scored("order")

    def _scored(self, purpose: judging.Purpose) -> dict[Unit, float]:
        lost = (NOT_IN_FORCE * (unit.evidence in self.not_in_force) for unit in self.telling)
        scores = {unit: float(s) - less for unit, s, less in zip(self.telling, self._plain, lost, strict=True)}
        if self.judged:
            scores = judging.together(scores, self.judged, self._held, purpose)
        found = scores | self._of_size(scores)
        best = max(found.values(), default=0.0)
        return found | {unit: best + 1.0 + _BEHIND * (found[unit] - best) for unit in self._defining}

    @cached_property
    def _defining(self) -> list[Unit]:
        """The units that have in bold the very term that is asked about, as a glossary does; where it is asked what
        something is, those that have the longest term that the question says."""
        asked = {term for term in content_stems(self.question) if term not in STOP_WORDS}
        bold = {u: _TERM.findall(u.text) for u in self.telling}
        told = [u for u, terms in bold.items() if any(asked and set(content_stems(term)) == asked for term in terms)]
        if told or not self.wants_definition:
            return told
        said = f" {' '.join(stems(self.question))} "
        sizes = {u: max((_said(term, said) for term in terms), default=0) for u, terms in bold.items()}
        longest = max(sizes.values(), default=0)
        return [u for u, size in sizes.items() if size == longest > 0]

    @cached_property
    def _held(self) -> dict[Unit, bool | None]:
        """Whether a size that the question names lies in a band of a unit; None where it names none of its kind."""
        asked = sizes(self.question)
        return {unit: lies_within(asked, unit.text) if asked else None for unit in self.telling}

    def _of_size(self, scores: Mapping[Unit, float]) -> dict[Unit, float]:
        """The scores of clauses that are alike but for the sizes for which they hold: the one in whose band the size
        asked about lies takes the best of theirs, and the others lose what is not in force loses."""
        within = {u: held for u, held in self._held.items() if held is not None}
        found: dict[Unit, float] = {}
        for unit in (u for u, held in within.items() if held):
            others = [
                u for u, held in within.items() if not held and section_of(u) == section_of(unit) and _alike(u, unit)
            ]
            if others:
                found[unit] = max(scores[u] for u in (unit, *others))
                found |= {u: scores[u] - NOT_IN_FORCE for u in others}
        return found

    def score(self, unit: Unit) -> float:
        """The logarithm of the odds that a unit answers, up to a constant; minus infinity for a label."""
        return self._scores.get(unit, -math.inf)

    @cached_property
    def best(self) -> tuple[Unit, ...]:
        """The units that say something alone, best first."""
        return tuple(sorted(self.telling, key=lambda u: -self.score(u)))

    @property
    def is_defined(self) -> bool:
        """Whether the best unit has what is asked about as a term of its own."""
        return bool(self._defining)

    @property
    def is_of_size(self) -> bool:
        """Whether a size that the question names lies in a band of the best unit, which was read beside it."""
        return bool(self.judged) and self._held.get(self.best[0]) is True

    @property
    def lead(self) -> float:
        """How probable it is, of all units, that the best one answers."""
        scores = np.array(list(self._scores.values()))
        return float(1 / np.exp(scores - scores.max()).sum()) if len(scores) else 0.0

    @cached_property
    def certainty(self) -> float:
        """How probable it is that one of the three best units answers."""
        return self._certainty("order")

    @cached_property
    def answered(self) -> float:
        """The same as it tells whether anything answers."""
        return self._certainty("answers")

    def _certainty(self, purpose: judging.Purpose) -> float:
        fitted = network()._replace(certain=judging.weights(purpose).certain) if self.judged else network()
        found = fitted.certainty(np.array(list(self._scored(purpose).values())))
        return max(found, DEFINED) if self.is_defined else found

    def within(self, kept: Iterable[Unit]) -> Ranked:
        """The same of these units and their passages alone."""
        chosen = set(kept)
        some = tuple(unit for unit in self.units if unit in chosen)
        ids = {unit.evidence for unit in some}
        evidence = tuple(item for item in self.evidence if item.id in ids)
        return replace(self, evidence=evidence, units=some)


def _said(term: str, question: str) -> int:
    """How many words of a term a question says, one after the other: all or none."""
    own = stems(term)
    return len(own) if own and f" {' '.join(own)} " in question else 0


def _read(evidence: Sequence[Evidence]) -> list[Unit]:
    """The units of all passages; a table that is cut keeps the names of its columns."""
    at = {(item.source, item.position): item for item in evidence}
    found: dict[str, list[Unit]] = {}
    for item in sorted(evidence, key=lambda item: (item.source, item.position or 0)):
        before = at.get((item.source, (item.position or 0) - 1))
        above = found.get(before.id, []) if before and before.title == item.title else []
        found[item.id] = units(item, above[-1].columns if above else ())
    return [unit for item in evidence for unit in found[item.id]]


def _levelled(evidence: Sequence[Evidence]) -> dict[str, float]:
    scored = {item.id: item.score for item in evidence if item.score is not None}
    low, high = min(scored.values(), default=0.0), max(scored.values(), default=0.0)
    # What was only read beside the passages found counts as the last of them.
    return {e.id: (scored.get(e.id, low) - low) / (high - low) if high > low else 1.0 for e in evidence}


def _relevance(evidence: Sequence[Evidence]) -> dict[str, float]:
    least = min((item.relevance for item in evidence if item.relevance is not None), default=0.0)
    return {item.id: least if item.relevance is None else item.relevance for item in evidence}


def coverage_of(question: str, found: Sequence[Unit]) -> dict[Unit, float]:
    """Share of the question's words, weighted by how rare they are among the units, that each holds."""
    held = {unit: set(content_stems(unit.text)) for unit in found}
    asked = set(content_stems(question))
    weights = {t: math.log(1 + len(found) / (1 + sum(t in stems for stems in held.values()))) for t in asked}
    total = sum(weights.values()) or 1.0
    return {unit: sum(weights[t] for t in asked & stems) / total for unit, stems in held.items()}


def bound(ranked: Ranked, documents: Collection[str] = ()) -> Ranked:
    """The units of the documents and of the parts that a question names; all where it names none."""
    sources = {item.id: item.source for item in ranked.evidence}
    kept = [u for u in ranked.units if not documents or sources[u.evidence] in documents]
    asked = asked_for(ranked.question)
    named = {item.id for item in ranked.evidence if item.is_named}
    within = [u for u in kept if u.evidence in named] if asked else []
    if within and not documents:
        # "Article 17 of the GDPR" is not that of another law.
        kept = within = [u for u in within if all(_is_of(u, name) for name in documents_of(ranked.question))]
    own = [u for u in within if any(opens_with(t, r) for r in asked for t in (u.text, *u.heading.split(" › ")))]
    return ranked.within(own or within or kept)


def asks_for_the_whole(known: Ranked) -> bool:
    """Whether a question has no words beside the part that it names."""
    return bool(asked_for(known.question)) and not content_stems(without(known.question))


def _is_of(unit: Unit, name: str) -> bool:
    words, title = set(stems(name)), set(stems(unit.document))
    return len(words & title) >= len(words) / 2 or name in unit.text


def _alike(one: Unit, other: Unit) -> bool:
    """Whether two units share most of their words."""
    first, second = ({s for s in stems(u.text) if s.isalpha()} for u in (one, other))
    return len(first & second) >= ALIKE * len(first | second)


def section_of(unit: Unit) -> tuple[str, str]:
    # A section that is cut into passages is one; without a heading each passage is by itself.
    return (unit.document, unit.heading or unit.evidence)
