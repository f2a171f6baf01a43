"""What to quote for a question: its nearest units in the best passages, with what belongs to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.language.words import stems
from copilot.passages.conflicts import Conflict, conflicts
from copilot.passages.ranked import Meaning, Ranked, asks_for_the_whole, bound, section_of
from copilot.passages.units import Unit
from copilot.reading.question import Shape
from copilot.retrieval.references import asked_for, documents_of, opens_with

Why = Literal["lead", "support", "continuation", "list", "condition", "context", "now", "before"]
"""`before` says what held before the document of the quote that it follows, and `now` what else holds beside it."""

SURE = 0.6
"""From this probability on the best unit answers by itself, as far as the shape asks for one thing: on four hands that
the ranking was not fitted on it answers for .65 of the questions so sure, a third of all. Two units instead of five
cost .01 to .03 of the marked sentences."""
ALONE = 0.7
"""From here on it is told alone: of 180 questions to the documents of nine companies 54 are so sure, and it answers .87
of them. From .5 on, .80 of 95, fewer answers would hold what nobody asked for, but some not all that was."""
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
    around: int = 100
    """Words of the passage of the best unit that are quoted, from that unit on: of 180 questions to nine companies all
    that answers is told for .69 so, in 96 words."""
    others: int = 1
    """Passages beside that of the best unit from which is quoted."""


AROUND_OTHERS = 40
"""Words of another passage that are quoted with its best unit."""
MAY_BELONG = 9.0
"""The `far` of what stands beside the best unit in its passage."""
MOST_NAMED = 3
"""Parts of its document that are quoted because the best unit names them."""
_FACT, _TEXT = Budget(3, 110, far=3.0), Budget(4, 200, passages=3)
_WHOLE = Budget(5, 320, is_list=True, sure=5, around=0, others=5)
_BROAD = Budget(6, 240, passages=4, near=5.0, sure=6, around=0, others=6)
BUDGETS: Mapping[Shape, Budget] = {
    "number": _FACT, "name": _FACT, "date": _FACT, "yes_no": _FACT, "definition": _FACT, "ranking": _FACT,
    "list": _WHOLE, "procedure": _WHOLE, "rule": _TEXT, "comparison": _BROAD, "reasons": replace(_TEXT, sure=4),
    "overview": _BROAD, "plan": _WHOLE, "memo": Budget(12, 480, passages=5, near=5.0, sure=12, around=0, others=12),
    "none": _TEXT,
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
    is_of_versions: bool = False
    """Whether the question surely asks for what holds and what held before."""

    @property
    def has_before(self) -> bool:
        return any(quote.why == "before" for quote in self.quotes)


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
    told = [q.unit for q in quotes if q.why != "context"]
    return Quotation(tuple(quotes), conflicts(told, known.best, ranked.evidence, meaning))


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
        if len({u.evidence for u in (*chosen, unit)} - {known.best[0].evidence}) > budget.others:
            continue
        added = _with_its_own(unit, known, budget, chosen)
        if chosen and words + _words(added) > budget.words:
            continue
        picked, words = picked + 1, words + _words(added)
        chosen |= added
    for unit in [u for u, why in chosen.items() if why in ("lead", "support")] if budget.around else ():
        most = budget.around if unit.evidence == known.best[0].evidence else AROUND_OTHERS
        chosen |= {u: "context" for u in _around(unit, known, most) if u not in chosen}
    return _in_order(known, chosen)


def _around(unit: Unit, known: Ranked, most: int) -> list[Unit]:
    """What stands beside a unit in its passage up to what is far from it, in turn what follows and what precedes, up to
    so many words in all; a row stands alone, and an item in its list."""
    if unit.kind in ("item", "row"):
        return []
    own = [u for u in known.telling if u.evidence == unit.evidence and u.kind != "row"]
    at, least = own.index(unit), known.score(unit) - MAY_BELONG
    sides = [iter(own[at + 1 :]), iter(own[:at][::-1])]
    words, found = _words([unit]), []
    while sides:
        side = sides.pop(0)
        other = next(side, None)
        if other is not None and known.score(other) >= least and words + _words([other]) <= most:
            words += _words([other])
            found.append(other)
            sides.append(side)
    return found


def _says(one: Unit, other: Unit) -> bool:
    """Whether a unit says all of another, figures included."""
    return one == other or set(stems(other.text)) <= set(stems(one.text))


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
    sections = list(dict.fromkeys(section_of(unit) for unit in known.best))[:most]
    return [unit for unit in known.best if section_of(unit) in sections]


def _with_its_own(unit: Unit, known: Ranked, budget: Budget, chosen: Collection[Unit]) -> dict[Unit, Why]:
    """A unit with its list, what opens that, and the conditions of what it says."""
    listed = _list_of(unit, known)
    fits = _words(listed) <= (budget.words if budget.is_list else budget.words // 2)
    added: dict[Unit, Why] = {unit: "support" if chosen else "lead"}
    if fits and (budget.is_list or not chosen):
        added |= {u: "list" for u in listed if u != unit}
    elif listed and _announces(listed[0]) and listed[0] != unit:
        added[listed[0]] = "list"
    named = () if chosen else _named(unit, known)
    added |= {u: "condition" for u in (*_conditions(unit, known), *named) if u not in added}
    return {u: why for u, why in added.items() if u not in chosen}


def _words(found: Iterable[Unit]) -> int:
    return sum(len(unit.text.split()) for unit in found)


def _list_of(unit: Unit, known: Ranked) -> list[Unit]:
    """The list in which a unit stands or that it opens, with what opens it; empty where there is none."""
    places = {item.id: item.position for item in known.evidence}
    own = [u for u in known.units if section_of(u) == section_of(unit)]
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


def _conditions(unit: Unit, known: Ranked) -> list[Unit]:
    """The other clauses of its document that name the clause that a unit is: "by exception to clause 3.1"."""
    if unit.kind != "clause":
        return []
    named = re.compile(rf"\bclause {re.escape(unit.label)}(?![\d.]*\d)")
    others = (u for u in known.telling if u != unit and u.document == unit.document)
    return [other for other in others if named.search(other.text)][:2]


def _named(unit: Unit, known: Ranked) -> list[Unit]:
    """The clauses of its document and the items of its section that a unit names: "without point 1 or point 3"."""
    named = () if documents_of(unit.text) else asked_for(unit.text)
    if not named:
        return []
    texts = {item.id: item.text for item in known.evidence}

    def as_opened(other: Unit) -> str:
        # Units of lists stand behind their numbers.
        text = texts[other.evidence]
        return text[text.rfind("\n", 0, other.start) + 1 : other.end]

    own = [u for u in known.telling if u != unit and u.document == unit.document and u.kind in ("clause", "item")]
    near = [u for u in own if u.kind == "clause" or section_of(u) == section_of(unit)]
    return [u for u in near if any(opens_with(as_opened(u), reference) for reference in named)][:MOST_NAMED]


def _in_order(known: Ranked, chosen: Mapping[Unit, Why]) -> list[Quote]:
    """Section by section, the best one first; in each what answers best, then the rest as it stands there."""
    places = {item.id: item.position or 0 for item in known.evidence}
    sections = list(dict.fromkeys(section_of(unit) for unit in known.best if unit in chosen))
    ordered: list[Quote] = []
    for section in sections:
        own = sorted((u for u in chosen if section_of(u) == section), key=lambda u: (places[u.evidence], u.order))
        best = max(own, key=known.score)
        is_list = any(chosen[u] == "list" for u in own)
        first = own.index(next(u for u in own if chosen[u] != "context") if is_list else best)
        own = [*own[first:], *own[:first]]
        ordered += [Quote(u, chosen[u]) for u in own]
    return [_continued(quote, above) for above, quote in zip([None, *ordered], ordered, strict=False)]


def _continued(quote: Quote, above: Quote | None) -> Quote:
    follows = above and above.unit.evidence == quote.unit.evidence and quote.unit.order == above.unit.order + 1
    goes_on = follows and quote.unit.kind != "item" and quote.why in ("support", "context")
    return Quote(quote.unit, "continuation") if goes_on else quote
