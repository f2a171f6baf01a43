"""What a rule was before it was replaced, where a question asks for it beside what holds now.

Whether it asks so is told by the meaning of the question and of runs of its words; which statements of the two versions
say what was asked by how well each answers and how much they speak of the same. `training/fit_versions.py` fits both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from copilot.passages.conflicts import not_in_force
from copilot.passages.quoting import AROUND_OTHERS, Quotation, Quote
from copilot.passages.ranked import NOT_IN_FORCE, Meaning, Ranked
from copilot.passages.units import Unit
from copilot.retrieval.embedder import encode
from copilot.retrieval.sentences import plain

FILE = Path(__file__).with_suffix(".json")
RUN, STEP = 6, 2
"""Words of a run, and by how many the next one begins later."""
LEAST, SURE = -0.3, 0.6
"""Log odds from which a question may speak of what held before, and from which it surely does: of 80 lines of hands
that were not learnt which do, .84 and .71, of 80 that only sound like it, .11 and .06, of 600 others .007 and .002."""
READ = 10
"""So many of the best statements of each version are set against those of the other."""
MOST = 2
"""So many things are told as they are and as they were."""
_REMEMBERED = 64
NEAR = 3.0
"""What is less likely than the first of them by more, as log odds, is not told."""


def runs(text: str) -> list[str]:
    """Runs of the words of a question; the whole where it is as short as one."""
    said = text.split()
    return [" ".join(said[at : at + RUN]) for at in range(0, max(1, len(said) - RUN + STEP), STEP)]


@lru_cache(maxsize=_REMEMBERED)
def odds_of_before(text: str) -> float:
    """The log odds that a question speaks of what documents said before they were replaced."""
    weights, said = _weights(), runs(text)
    parts = np.array([encode(run) for run in said]) @ np.array(weights["part"])
    of_parts = np.log(np.exp(parts).mean())
    return float(encode(text) @ np.array(weights["whole"]) + of_parts + weights["bias"])


def asks_for_before(text: str) -> bool:
    """Whether a question may speak of that."""
    return odds_of_before(text) >= LEAST


class Signals(NamedTuple):
    """What tells whether two statements are what is asked of two versions."""

    now: float
    """The score of the one in force, read beside the question."""
    before: float
    """That of the one before."""
    alike: float
    """The cosine of the two."""


@dataclass(frozen=True)
class Pair:
    """What a version says and what the one before said."""

    now: Unit
    before: Unit
    signals: Signals

    @property
    def odds(self) -> float:
        """The logarithm of the odds that both are meant, up to a constant."""
        by = _weights()["pair"]
        return float(sum(by[name] * value for name, value in self.signals._asdict().items()))


def pairs_of(ranked: Ranked, meaning: Meaning) -> list[Pair]:
    """The best statements of each version set against those of the one before it, the likeliest pair first."""
    found = [pair for now, before in _sides(ranked) for pair in _pairs(now, before, meaning)]
    return sorted(found, key=lambda pair: -pair.odds)


def with_before(ranked: Ranked, quotation: Quotation, meaning: Meaning) -> Quotation:
    """What holds and, beside each statement, what the version before said of the same: the likeliest pairs where the
    question surely asks for both, else what is quoted and what the other version says in place of the first of it.
    Unchanged where no two versions were found."""
    pairs = pairs_of(ranked, meaning)
    if odds_of_before(ranked.question) < SURE:
        return replace(quotation, quotes=(*quotation.quotes, *_other_version(quotation, pairs)))
    if not pairs:
        return quotation
    told: list[Quote] = []
    for pair in _apart(pairs):
        for quote in (Quote(pair.now, "now" if told else "lead"), Quote(pair.before, "before")):
            known = {q.unit for q in told}
            told += [q for q in _with_next(quote, ranked) if q is quote or q.unit not in known]
    return Quotation(tuple(told), is_of_versions=True)


def _other_version(quotation: Quotation, pairs: Sequence[Pair]) -> Iterator[Quote]:
    """What the other version says of what is quoted first."""
    first = quotation.quotes[0].unit if quotation.quotes else None
    for pair in pairs:
        if first in (pair.now, pair.before):
            yield Quote(pair.before, "before") if first == pair.now else Quote(pair.now, "now")
            return


def _with_next(quote: Quote, ranked: Ranked) -> list[Quote]:
    """A quote with the sentence that follows it in its passage, where both are short: a version may say in two what the
    other says in one."""
    unit = quote.unit
    after = (u for u in ranked.telling if u.evidence == unit.evidence and u.order == unit.order + 1)
    found = next((u for u in after if u.kind == unit.kind == "sentence" and not u.label), None)
    if found is None or len(f"{unit.text} {found.text}".split()) > AROUND_OTHERS:
        return [quote]
    return [quote, Quote(found, "continuation")]


def _apart(pairs: Sequence[Pair]) -> list[Pair]:
    """The likeliest pair, and those that come near to it and say something else on both sides."""
    told: list[Pair] = []
    for pair in pairs:
        if len(told) == MOST or pair.odds < pairs[0].odds - NEAR:
            break
        if not any(pair.now == other.now or pair.before == other.before for other in told):
            told.append(pair)
    return told


def _sides(ranked: Ranked) -> Iterator[tuple[Ranked, Ranked]]:
    """By document that was replaced: what holds in its place, and itself, each read beside the question."""
    successors = {item.source: item.replaced_by for item in ranked.evidence if not_in_force(item) == "superseded"}
    units = _by_document(ranked)

    @cache
    def read(source: str) -> Ranked:
        return ranked.within(units[source]).read_beside(ranked.question)

    for source, by in successors.items():
        seen = {source}
        while by in successors and by not in seen:
            seen.add(by)
            by = successors[by]
        if source in units and by in units and by not in successors:
            yield read(by), read(source)


def _by_document(ranked: Ranked) -> dict[str, list[Unit]]:
    sources = {item.id: item.source for item in ranked.evidence}
    found: dict[str, list[Unit]] = {}
    for unit in ranked.telling:
        found.setdefault(sources[unit.evidence], []).append(unit)
    return found


def _pairs(now: Ranked, before: Ranked, meaning: Meaning) -> Iterator[Pair]:
    earlier = _of_the_matter(before, now)
    written = [plain(unit.text) for unit in earlier]
    for unit in _of_the_matter(now, before):
        for other, likeness in zip(earlier, meaning.likeness(plain(unit.text), written), strict=True):
            yield Pair(unit, other, Signals(now.score(unit), before.score(other) + NOT_IN_FORCE, likeness))


def _of_the_matter(side: Ranked, other: Ranked) -> list[Unit]:
    """The best statements of a version, none of which speaks of the other one, as "it replaces the policy of 2024"."""
    title = other.evidence[0].document
    named = title if title != side.evidence[0].document else ""
    return [unit for unit in side.best if not (named and named in unit.text)][:READ]


@cache
def _weights() -> Mapping[str, Any]:
    """`whole` and `part` of shape (width,), and `bias`; `pair` by signal."""
    found: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
