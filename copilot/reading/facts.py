"""Which facts of one record a question asks for, and how probable it is that the record holds them.

The chooser says of each column how surely the question uses it, the reranker reads the question beside "the record with
that column". What is asked of a record is often not among its columns: who trained its staff is not who owns it. The
weights are in `facts.json`; `training/fit_facts.py` fits them on questions of hands that no other model of the reading
was trained on, each beside one that nothing holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.reading.certainty import HARDLY
from copilot.reading.logistic import logit, probability
from copilot.reading.profiles import Profile
from copilot.reading.question import Link, Shape
from copilot.reading.reranking import said, scores
from copilot.reading.rows import Restriction
from copilot.records.conditions import Filter
from copilot.records.differences import sides
from copilot.records.related import counted

if TYPE_CHECKING:
    from copilot.reading.asked import Asked

FILE = Path(__file__).parent / "model" / "facts.json"
Scored = tuple[str, float, float]
"""A column, with what the reranker and the chooser give it."""
SHAPES: frozenset[Shape] = frozenset({"number", "date", "name", "yes_no", "list", "none"})
"""Shapes of answers that tell facts; an overview tells the whole record."""
READ = 6
"""Columns that are read beside the question, those that the chooser is surest of."""
_BESIDE, _MARGIN = 2.0, 2.0
"""Further columns are asked for from this score on, and so near to the first, as log odds."""
_NAMED = 3.0
"""Added to a column that the question calls by its whole name."""
_SURE = 1e-4


@dataclass(frozen=True)
class Signals:
    """What tells a fact that is asked for from another; log odds but for the last."""

    ranked: float
    """The record with that column says what was asked."""
    chosen: float
    """The question uses the column."""
    lead: float
    """Both together, before the next column that is not told."""
    agrees: float
    """1 where a part of the question alone says such a column."""


@dataclass(frozen=True)
class Facts:
    columns: tuple[str, ...]
    """What is asked of the record, most surely first; none where nothing that it holds is."""
    certainty: float


def certainty(signals: Signals) -> float:
    """The probability, from 0 to 1."""
    return probability(FILE, signals)


def facts_of(asked: Asked, record: Link) -> Facts:
    """What is asked of a record."""
    shown = asked.of_table(record.table).shown
    if asked.reading.shape not in SHAPES:
        return Facts(shown, 1.0)
    scored = judged(asked, record)
    if not scored:
        return Facts((), 0.0)
    told = told_of(scored)
    # "Who keeps it, and how many hours does it save?": what a part says, and the question as a whole may well ask too.
    told += [name for name, _, chosen in scored if name in shown and name not in told and chosen >= 0]
    sure = certainty(signals(scored, told, {*shown, *named(asked, record)}))
    if sure < HARDLY:
        return Facts((), sure)
    computed = [name for name in shown if name not in {name for name, *_ in scored} and _is_computed(name)]
    return Facts((*told, *computed), sure)


def told_of(scored: Sequence[Scored]) -> list[str]:
    """The columns that are told: the first, and others that are asked for nearly as surely."""
    first, *others = ((name, ranked + chosen) for name, ranked, chosen in scored)
    return [first[0], *(name for name, score in others if score >= max(_BESIDE, first[1] - _MARGIN))]


def judged(asked: Asked, record: Link) -> list[Scored]:
    """The columns that may be asked for, the best first."""
    sure = asked.judged(record.table)
    own = [
        p for p in asked.columns.of_table(record.table) if p.holds not in ("key", "title") and not _is_computed(p.name)
    ]
    chosen = {p.name: logit(sure.sure(p.name, None, "shown", "measured"), _SURE) for p in own}
    read = sorted(own, key=lambda p: -chosen[p.name])[:READ]
    ranked = scores(asked.text, [said(_fact(asked, record, p), asked.columns.get) for p in read])
    called = named(asked, record)
    found = [(p.name, s, chosen[p.name] + _NAMED * (p.name in called)) for p, s in zip(read, ranked, strict=True)]
    return sorted(found, key=lambda x: -x[1] - x[2])


def named(asked: Asked, record: Link) -> set[str]:
    """The columns that the question calls by their whole name."""
    return {x.key for x in asked.links.of("column") if x.table == record.table and x.score == 1}


def signals(scored: Sequence[Scored], told: Sequence[str], said: Collection[str]) -> Signals:
    """Those of the columns that are told, beside what parts of the question say of themselves."""
    _, ranked, chosen = scored[0]
    others = [sum(other[1:]) for other in scored if other[0] not in told]
    lead = ranked + chosen - max(others, default=2 * logit(0.0, _SURE))
    return Signals(ranked, chosen, lead, float(bool({*told} & {*said})))


def _fact(asked: Asked, record: Link, profile: Profile) -> Restriction:
    schema = asked.view.tables[record.table]
    named = Filter(column=schema.title or schema.key or "", value=record.name or record.key)
    return Restriction(record.table, measure="list", conditions=(named,), shown=(profile.name,))


def _is_computed(column: str) -> bool:
    return len(sides(column)) > 1 or bool(counted(column))
