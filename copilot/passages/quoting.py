"""What to quote for a question: its nearest units in the best passages, with what belongs to them."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

import numpy as np

from copilot.language.words import STOP_WORDS, content_stems, stems
from copilot.passages import judging
from copilot.passages.bands import lies_within, sizes
from copilot.passages.conflicts import Conflict, conflicts, not_in_force
from copilot.passages.ranking import Numbers, network, signals
from copilot.passages.units import Unit, units
from copilot.reading.question import Shape
from copilot.retrieval.references import asked_for, documents_of, opens_with, without
from copilot.retrieval.sentences import plain
from copilot.types import Evidence

Why = Literal["lead", "support", "continuation", "list", "condition"]

ALIKE = 0.4
"""Two clauses of one section that share so much of their words say the same of different sizes."""
_TERM = re.compile(r"\*\*([^*]+)\*\*")
DEFINED = 0.7
"""So probably at least one of the best units answers where one defines the term that is asked about."""
_BEHIND = 0.01
"""By so much of their scores units that define the same term differ."""
SURE = 0.6
"""From this probability on the best unit answers by itself, as far as the shape asks for one thing: on four hands that
the ranking was not fitted on it answers for .65 of the questions so sure, a third of all. Two units instead of five
cost .01 to .03 of the marked sentences."""
ALONE = 0.7
"""From here on it is told alone: on six hands that nothing was trained on it answers for .93 of the fifth of questions
so sure. From .55 on, for .85 of a third, fewer answers would hold what nobody asked for, but some not all that was."""
NOT_IN_FORCE = 4.0
"""What a unit loses that was replaced or is of a draft, so that what holds and says the same comes first."""


class Meaning(Protocol):
    """Tells how near texts are to a question, as the retriever does."""

    def likeness(self, query: str, texts: Sequence[str]) -> list[float]:
        """The cosine of each text to the query."""


ONE_THING = 2
"""What is surely meant and what may be, where one thing is asked."""


@dataclass(frozen=True)
class Budget:
    units: int
    words: int
    passages: int = 2
    is_list: bool = False
    """Whether a list is wanted: it may take all the words, else half of them."""
    far: float = 5.0
    """A unit whose logarithm of odds is so much below the best one's says something else. At 3, six units come down to
    four on hands that the ranking was not fitted on and to two on XQuAD, with .95 of the marked sentences that the six
    hold; a foreign company's answers lost what was asked for below that."""
    near: float = 2.0
    """The same where the best units were read beside the question: on four hands that nothing was trained on, four at
    most come down to 3.1, one of which answers for .78 of the questions; of all six units, for .83."""
    sure: int = ONE_THING
    """The most units where the best one is surely what is asked for."""


_FACT, _TEXT = Budget(3, 110, far=3.0), Budget(4, 200, passages=3)
_WHOLE = Budget(5, 320, is_list=True, sure=5)
_BROAD = Budget(6, 240, passages=4, near=5.0, sure=6)
BUDGETS: Mapping[Shape, Budget] = {
    "number": _FACT, "name": _FACT, "date": _FACT, "yes_no": _FACT, "definition": _FACT, "ranking": _FACT,
    "list": _WHOLE, "procedure": _WHOLE, "rule": _TEXT, "comparison": _BROAD, "reasons": replace(_TEXT, sure=4),
    "overview": _BROAD, "plan": _WHOLE, "memo": Budget(12, 480, passages=5, near=5.0, sure=12), "none": _TEXT,
}  # fmt: skip


@dataclass(frozen=True)
class Quote:
    unit: Unit
    why: Why


@dataclass(frozen=True)
class Quotation:
    """What is quoted, in the order in which it is said."""

    quotes: tuple[Quote, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


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
        cosines = meaning.likeness(asked, [plain(unit.text) for unit in found])
        return cls(
            question, tuple(evidence), tuple(found), dict(zip(found, cosines, strict=True)),
            _coverage(asked, found), _levelled(evidence), _relevance(evidence),
            frozenset(item.id for item in evidence if not_in_force(item)),
        )  # fmt: skip

    def beside(self, other: Ranked) -> Ranked:
        """The same units by the mean of two questions: what is asked now, and with what it continues."""

        def mean(one: Mapping[Unit, float], two: Mapping[Unit, float]) -> dict[Unit, float]:
            return {unit: (one[unit] + two[unit]) / 2 for unit in self.units}

        cosines, coverage = mean(self.cosines, other.cosines), mean(self.coverage, other.coverage)
        return replace(self, cosines=cosines, coverage=coverage, is_further=True)

    def read_beside(self, *questions: str) -> Ranked:
        """The same, its first units read beside a question; beside several, such as one alone and with what it
        continues, the mean counts."""
        first = self.best[: judging.MOST]
        read = [judging.scores(question, first) for question in questions]
        return replace(
            self, judged={u: sum(own) / len(own) for u, own in zip(first, zip(*read, strict=True), strict=True)}
        )

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
        lost = (NOT_IN_FORCE * (unit.evidence in self.not_in_force) for unit in self.telling)
        scores = {unit: float(s) - less for unit, s, less in zip(self.telling, self._plain, lost, strict=True)}
        if self.judged:
            scores = judging.together(scores, self.judged, self._held)
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
            others = [u for u, held in within.items() if not held and _section(u) == _section(unit) and _alike(u, unit)]
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

    @property
    def certainty(self) -> float:
        """How probable it is that one of the three best units answers."""
        fitted = network()._replace(certain=judging.weights().certain) if self.judged else network()
        found = fitted.certainty(np.array(list(self._scores.values())))
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


def _coverage(question: str, found: Sequence[Unit]) -> dict[Unit, float]:
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


def _is_of(unit: Unit, name: str) -> bool:
    words, title = set(stems(name)), set(stems(unit.document))
    return len(words & title) >= len(words) / 2 or name in unit.text


def quote(
    ranked: Ranked,
    meaning: Meaning,
    shape: Shape = "none",
    documents: Collection[str] = (),
    sides: Sequence[str] = (),
) -> Quotation:
    """What answers the question in the words of the documents; nothing where none of those it names was found.

    `documents` are the ids of those that it names, `sides` what it compares.
    """
    budget = BUDGETS[shape]
    known = bound(ranked, documents)
    if shape == "comparison" and len(sides) > 1:
        share = Budget(max(2, budget.units // len(sides)), budget.words // len(sides), passages=1)
        about = [bound(Ranked.of(side, ranked.evidence, meaning), documents) for side in sides]
        said: dict[Unit, Quote] = {}
        for side in about:
            said |= {q.unit: q for q in _quotes(side.within(u for u in side.units if u not in said), share)}
        quotes = list(said.values())
    else:
        quotes = _quotes(known, budget)
    return Quotation(tuple(quotes), conflicts([q.unit for q in quotes], known.best, ranked.evidence, meaning))


def _quotes(known: Ranked, budget: Budget) -> list[Quote]:
    if not known.best:
        return []
    if asks_for_the_whole(known):
        return [Quote(u, "lead" if n == 0 else "continuation") for n, u in enumerate(_opening(known, budget))]
    chosen: dict[Unit, Why] = {}
    picked = words = 0
    floor = known.score(known.best[0]) - (budget.near if known.judged else budget.far)
    most = min(budget.units, budget.sure) if known.lead >= SURE else budget.units
    if known.lead >= ALONE and budget.sure <= ONE_THING and not known.is_further:
        # What was asked before may be surer of its answer than what is asked now.
        most = 1
    for unit in _concentrated(known, budget.passages):
        if picked == most or known.score(unit) < floor:
            break
        if any(_says(other, unit) for other in chosen):
            continue
        added = _with_its_own(unit, known, budget, chosen)
        if chosen and words + _words(added) > budget.words:
            continue
        picked, words = picked + 1, words + _words(added)
        chosen |= added
    return _in_order(known, chosen)


def _says(one: Unit, other: Unit) -> bool:
    """Whether a unit says all of another, figures included."""
    return one == other or set(stems(other.text)) <= set(stems(one.text))


def asks_for_the_whole(known: Ranked) -> bool:
    """Whether a question has no words beside the part that it names."""
    return bool(asked_for(known.question)) and not content_stems(without(known.question))


def _opening(known: Ranked, budget: Budget) -> list[Unit]:
    """A named part from its beginning."""
    kept: list[Unit] = []
    places = {item.id: (item.source, item.position or 0) for item in known.evidence}
    for unit in sorted(known.best, key=lambda u: (places[u.evidence], u.order)):
        if kept and _words([*kept, unit]) > budget.words:
            break
        kept.append(unit)
    return kept


def _concentrated(known: Ranked, most: int) -> list[Unit]:
    """The units of the sections in which the best ones stand, best first."""
    sections = list(dict.fromkeys(_section(unit) for unit in known.best))[:most]
    return [unit for unit in known.best if _section(unit) in sections]


def _alike(one: Unit, other: Unit) -> bool:
    """Whether two units share most of their words."""
    first, second = ({s for s in stems(u.text) if s.isalpha()} for u in (one, other))
    return len(first & second) >= ALIKE * len(first | second)


def _section(unit: Unit) -> tuple[str, str]:
    # A section that is cut into passages is one; without a heading each passage is by itself.
    return (unit.document, unit.heading or unit.evidence)


def _with_its_own(unit: Unit, known: Ranked, budget: Budget, chosen: Collection[Unit]) -> dict[Unit, Why]:
    """A unit with its list, what opens that, and the conditions of what it says."""
    listed = _list_of(unit, known)
    fits = _words(listed) <= (budget.words if budget.is_list else budget.words // 2)
    added: dict[Unit, Why] = {unit: "support" if chosen else "lead"}
    if fits and (budget.is_list or not chosen):
        added |= {u: "list" for u in listed if u != unit}
    elif listed and _announces(listed[0]) and listed[0] != unit:
        added[listed[0]] = "list"
    added |= {u: "condition" for u in _conditions(unit, known) if u not in added}
    return {u: why for u, why in added.items() if u not in chosen}


def _words(found: Iterable[Unit]) -> int:
    return sum(len(unit.text.split()) for unit in found)


def _list_of(unit: Unit, known: Ranked) -> list[Unit]:
    """The list in which a unit stands or that it opens, with what opens it; empty where there is none."""
    places = {item.id: item.position for item in known.evidence}
    own = [u for u in known.units if _section(u) == _section(unit)]
    own.sort(key=lambda u: (places[u.evidence] or 0, u.order))
    at = own.index(unit)
    if unit.kind != "item":
        if at + 1 == len(own) or own[at + 1].kind != "item" or not _opens(unit, own[at + 1]):
            return []
        first = at + 1
    else:
        first = at
        while first and own[first - 1].kind == "item" and _goes_on(own[first - 1], own[first], places):
            first -= 1
    last = first
    while last + 1 < len(own) and own[last + 1].kind == "item" and _goes_on(own[last], own[last + 1], places):
        last += 1
    lead = own[first - 1 : first] if first and _opens(own[first - 1], own[first]) else []
    return [*lead, *own[first : last + 1]]


def _opens(lead: Unit, item: Unit) -> bool:
    if lead.evidence == item.evidence:
        return item.lead == lead.order
    return item.order == 0 and _announces(lead)


def _announces(unit: Unit) -> bool:
    return unit.kind != "item" and unit.text.rstrip("*_ ").endswith(":")


def _goes_on(above: Unit, below: Unit, places: Mapping[str, int | None]) -> bool:
    if above.evidence == below.evidence:
        return above.group == below.group
    return below.order == 0 and (places[below.evidence] or 0) == (places[above.evidence] or 0) + 1


# Words with which English limits what stands beside it.
_LIMITS = re.compile(
    r"\b(?:unless|except\w*|however|provided that|notwithstanding|derogation|only (?:if|where|when)|shall not apply"
    r"|does not apply|do not apply)\b",
    re.IGNORECASE,
)


def _conditions(unit: Unit, known: Ranked) -> list[Unit]:
    """What limits a unit: beside it in its paragraph or list of clauses, or naming the clause that it is."""
    number = re.compile(rf"\bclause {re.escape(unit.label)}(?![\d.]*\d)") if unit.kind == "clause" else None
    found = []
    for other in known.units:
        if other == unit or other.is_label or other.document != unit.document or not _LIMITS.search(other.text):
            continue
        is_beside = other.evidence == unit.evidence and abs(other.order - unit.order) == 1
        is_part = other.kind != "item" and (other.group == unit.group or other.kind == "clause")
        if (is_beside and is_part) or (number and number.search(other.text)):
            found.append(other)
    return found[:2]


def _in_order(known: Ranked, chosen: Mapping[Unit, Why]) -> list[Quote]:
    """Section by section, the best one first; in each what answers best, then the rest as it stands there."""
    places = {item.id: item.position or 0 for item in known.evidence}
    sections = list(dict.fromkeys(_section(unit) for unit in known.best if unit in chosen))
    ordered: list[Quote] = []
    for section in sections:
        own = sorted((u for u in chosen if _section(u) == section), key=lambda u: (places[u.evidence], u.order))
        best = max(own, key=known.score)
        if chosen[best] != "list" and not any(why == "list" for u, why in chosen.items() if u in own):
            own = [best, *(u for u in own if u != best)]
        ordered += [Quote(u, chosen[u]) for u in own]
    return [_continued(quote, above) for above, quote in zip([None, *ordered], ordered, strict=False)]


def _continued(quote: Quote, above: Quote | None) -> Quote:
    follows = above and above.unit.evidence == quote.unit.evidence and quote.unit.order == above.unit.order + 1
    return Quote(quote.unit, "continuation") if follows and quote.why == "support" else quote
