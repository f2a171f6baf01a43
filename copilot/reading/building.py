"""The conditions of one table as they are found, and what may be meant by a part of a question."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from copilot.language.calendar import Period
from copilot.language.quantities import Comparison
from copilot.language.vocabulary import ROW_STEMS
from copilot.language.words import words
from copilot.reading.choosing import USES, Use
from copilot.reading.columns import Choice
from copilot.reading.matching import Candidate
from copilot.reading.profiles import Holds
from copilot.reading.question import Link, LinkKind, Measure, Role, Span
from copilot.reading.spans import Scored, Spans, uses_of
from copilot.records.conditions import Filter, Operator
from copilot.records.related import some_or_none
from copilot.types import Cell

# A span means no candidate that scores less: the cosine of the matcher, and what it names.
LEAST = 0.35
# A name is whole from this score of its link on.
WHOLE = 0.7
CONDITIONS: tuple[Use, ...] = USES[: USES.index("during") + 1]
NAMING: tuple[Use, ...] = ("is", "not", "group", "among")
"""How a question uses a value that it names."""
LEFT = 0.15
"""A value in another form is no name of it where the chooser is less sure."""
TAKEN = 0.9
"""From here on the chooser is sure enough of a condition that no part of the question was found to say."""
SIZED = frozenset({"<", "<=", ">", ">=", "="})
_SETS = frozenset({"=", "!=", "in", "not in"})


Having = tuple[Comparison, float]
"""How the number of rows of a group compares with a size."""


Find = Callable[["Builder", Span], None]
"""Finds the conditions that a part of a question says of a table."""


@dataclass
class Builder:
    """The conditions of one table as they are found, span by span."""

    asked: Spans
    table: str
    conditions: list[Filter] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    explained: list[Span] = field(default_factory=list)
    support: float = 0.0
    measure: Measure = "none"
    """What is asked of the rows."""
    having: Having | None = None
    """Which groups of the rows are asked for."""
    relates: bool = False
    """Whether a part names another table whose rows refer to these, or that these name."""
    windows: list[tuple[str, Period]] = field(default_factory=list)
    """The columns of dates that lie in a time with its start and end said, and that time."""
    kept: str = ""
    """The column of those groups."""
    graded: list[tuple[int, int]] = field(default_factory=list)
    """Where the question compares with a grade: start and end."""
    has_measure: bool = False
    """Whether the column that is measured was found."""
    said: list[tuple[Span, Filter]] = field(default_factory=list)
    """The one condition that a part of the question says, of those that say one."""
    matches: list[Scored] = field(default_factory=list)
    """What parts were taken for."""

    @cached_property
    def spoken_of(self) -> float:
        """Where the rows of the table are first spoken of, of the main one as systems or tools too; infinity where they
        are not."""
        links = self.asked.links.of("table")
        named = [x.start for x in links if x.table == self.table]
        if self.table == self.asked.columns.main:
            said = (w for w in words(self.asked.text) if w.stem in ROW_STEMS)
            named += [w.start for w in said if not any(x.start < w.end and w.start < x.end for x in links)]
        return min(named, default=math.inf)

    def links(self, span: Span, *kinds: LinkKind) -> list[Link]:
        """The links of this table within a span, whole names first; no value in another form, such as "to stop" for
        what is stopped, of which the chooser thinks nothing, unless it is written as a name."""
        found = [x for x in self.asked.links.within(span.start, span.end, *kinds) if x.table in (self.table, "")]
        judged = self.asked.judged(self.table)
        kept = [
            x
            for x in found
            if x.kind != "value"
            or x.score == 1
            or (x.start > 0 and x.text[:1].isupper())
            or judged.sure(x.column, x.key, *NAMING) >= LEFT
        ]
        return sorted(kept, key=lambda x: (-x.score, x.start))

    def tells_when(self, value: str) -> bool:
        """Whether the question says of a value when it came to be, as a date of the rows does, and not that it is so
        now: "initiated in 2023"."""
        own = [x for x in self.asked.links.links if x.table == self.table and x.text.casefold() == value.casefold()]
        profiles = [self.asked.columns.get(self.table, x.key) for x in own if x.kind == "column"]
        return all(x.kind == "column" for x in own) and any(p is not None and p.holds == "date" for p in profiles)

    def note(self, span: Span, before: Sequence[Filter]) -> None:
        """Keeps what a part said beside the conditions that there were before it: several where it names a value of
        each."""
        new = [c for c in self.conditions if c not in before]
        if len(new) == 1:
            self.said.append((span, new[0]))
            return
        links = self.asked.links.within(span.start, span.end, "value", "person")
        for one in new:
            own = [x for x in links if (x.column, x.key) == (one.column, one.value)]
            self.said += [(Span(span.role, x.start, x.end, x.text), one) for x in own[:1]]

    def add(self, column: str, op: Operator, value: Cell | tuple[Cell, ...] = None) -> None:
        new = some_or_none(column, op) if op in ("missing", "present") else Filter(column=column, op=op, value=value)
        if new not in self.conditions:
            self.conditions.append(new)

    def choose(
        self, span: Span, choice: Choice, least: float = LEAST, is_one_of_several: bool = False
    ) -> Candidate | None:
        """The candidate that the span means, by the matcher and by what it names; None where none comes near."""
        links = self.links(span, "value", "person", "column")
        fits = [self.fits(span, c, links) for c in choice.candidates]
        best = self.asked.best(span, choice, links, fits, is_one_of_several)
        if best is None or best.score < least:
            return None
        self.support += best.score
        self.explained.append(span)
        self.matches.append(best)
        return best.candidate

    def beside(self, span: Span, chosen: Candidate) -> list[Cell]:
        """The values that a span means: the chosen one, and others of its column of which the chooser is as sure, where
        none is said word for word."""
        is_said = isinstance(chosen.value, str) and chosen.value.casefold() in span.text.casefold()
        if not isinstance(chosen.value, str) or is_said or self.links(span, "value", "person"):
            return [chosen.value]
        judged, uses = self.asked.judged(self.table), uses_of(chosen, span.role)
        own = [v for c, v in judged.uses if c == chosen.column and v not in (None, chosen.value)]
        others = [v for v in own if judged.sure(chosen.column, v, *uses) >= TAKEN]
        return [chosen.value, *others]

    def may_have(self, candidate: Candidate) -> bool:
        """Whether the rows can have nothing in the way of a candidate: no value, or the value zero."""
        profile = self.asked.columns.get(self.table, candidate.column)
        if profile is None or candidate.op not in ("missing", "=") or isinstance(candidate.value, str | bool):
            return True
        return profile.may_be("missing" if candidate.op == "missing" else "zero")

    def fits(self, span: Span, candidate: Candidate, links: Sequence[Link]) -> bool:
        """Whether a candidate can be meant beside what is meant already, and where a value is named, with its sign."""
        if candidate.op in ("=", "!=") and isinstance(candidate.value, str):
            is_named = any(x.key == candidate.value and x.column == candidate.column for x in links)
            if is_named and (candidate.op == "!=") != (span.role == "not"):
                return False
        if not self.may_have(candidate):
            return False
        # What is compared is not meant at once; what is said twice is meant once.
        is_again = any(s.text.casefold() == span.text.casefold() for s in self.explained)
        held = [] if any(x.key == candidate.value for x in links) else self.asked.held
        return (
            is_again or span.role == "compare" or not any(contradicts(candidate, c) for c in (*self.conditions, *held))
        )


def contradicts(candidate: Candidate, known: Filter) -> bool:
    """Whether no row could meet both, or the candidate would say the same again."""
    if candidate.column != known.column:
        return False
    if isinstance(candidate.value, bool) or {candidate.op, known.op} & {"missing", "present"}:
        return True
    if candidate.op in _SETS and known.op in _SETS:
        return candidate.value in (known.value if isinstance(known.value, tuple) else (known.value,))
    return (candidate.op, candidate.value) == (known.op, known.value)


def group_of(builder: Builder, span: Span, quietly: bool = False) -> str | None:
    """The column by which a span says that rows are grouped."""
    return _column(builder, span, builder.asked.columns.groups(builder.table), quietly=quietly)


def column_of(
    builder: Builder,
    span: Span,
    holds: Sequence[Holds],
    least: float = LEAST,
    quietly: bool = False,
    is_one_of_several: bool = False,
) -> str | None:
    """The column that a span means."""
    candidates = builder.asked.columns.candidates(builder.table, *holds)
    return _column(builder, span, candidates, least, quietly, is_one_of_several)


def _column(
    builder: Builder,
    span: Span,
    choice: Choice,
    least: float = LEAST,
    quietly: bool = False,
    is_one_of_several: bool = False,
) -> str | None:
    chosen = builder.choose(span, choice, least, is_one_of_several)
    if chosen is None and not quietly:
        builder.unresolved.append(span.text)
    return chosen.column if chosen else None


def of_all(builder: Builder, role: Role, holds: Sequence[Holds], least: float = LEAST) -> str | None:
    """The column that the question as a whole means, where no part of it says which."""
    whole = Span(role, 0, len(builder.asked.text), builder.asked.text)
    best = builder.asked.best(whole, builder.asked.columns.candidates(builder.table, *holds), ())
    return best.candidate.column if best is not None and best.score >= least else None


def computable(
    conditions: Iterable[Filter], measured: str | None, order: str | None = None, beside: str | None = None
) -> Iterator[Filter]:
    """Conditions on rows of which something is computed from these columns, or by which they are ordered: nothing is
    over rows that lack it, so that "the average budget, without those that have none" is of those that have one; and
    the share of one column in another says nothing of which of them is more."""
    columns = (measured, order)
    for one in conditions:
        if beside and one.value is None and {one.column, one.than} == {measured, beside}:
            continue
        is_lack = one.op == "missing" and one.column in columns
        yield some_or_none(one.column, "present") if is_lack else one
