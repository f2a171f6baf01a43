"""The parts of a question before the columns and values of a workspace: how near each comes to what may be meant."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from copilot.language.calendar import Period
from copilot.language.periods import find_period
from copilot.reading.choosing import MOST_COLUMNS, MOST_VALUES, Item, Judged, Key, Use, column_item, judge, value_item
from copilot.reading.columns import Choice, Columns
from copilot.reading.matching import Candidate, query
from copilot.reading.question import Link, Links, Reading, Role, Span
from copilot.records.conditions import Filter
from copilot.records.related import is_stored
from copilot.retrieval.fan_out import fan_out

# What it is worth, beside a cosine, that a span names the value or the column of a candidate.
NAMED, NAMED_COLUMN, NAMED_WHOLE = 0.6, 0.3, 0.5
JUDGED = 0.4
"""What it is worth, beside a cosine, that the chooser is sure of a candidate."""
TOLD_BEFORE = 0.4
"""What it is worth for an order that a column was told of, or restricted, in the answer that the question continues:
"the worst of them" is the worst by that. Chosen on 98 follow-ups of the hands that the models learn from."""
MEANT = 0.3
"""Less sure of the chooser, a column that no file holds is not meant, however near it comes to a part."""
ELSEWHERE = 0.3
"""What is left of that where only words outside a part of the question say the candidate."""
POINTED = 0.5
"""From here on a word says an item."""
# Candidates nearest to a part of the question, and to all of it, that the chooser reads.
_NEAR, _NEAR_ALL = 10, 14
# What says from when or until when, before a day or month that the reader marked alone.
_WHEN = re.compile(r"\b(?:since|until|till|before|after|by|from)\s+(?:the\s+)?$", re.IGNORECASE)


def may_be_meant(value: object, text: str) -> bool:
    """Whether a value may be meant without being said; one of more digits than letters, such as a version, is not."""
    if not isinstance(value, str) or value in text:
        return True
    return sum(c.isdigit() for c in value) <= sum(c.isalpha() for c in value)


@dataclass(frozen=True)
class Scored:
    candidate: Candidate
    score: float
    lead: float = 0.0
    """By how much it comes before the best that is about another column or value."""


@dataclass
class Spans:
    """A question with the means to say what its spans mean."""

    text: str
    links: Links
    reading: Reading
    columns: Columns
    today: date
    fiscal_start: int
    spoken: date | None = None
    """The start of the period that was spoken of before."""
    told: Collection[str] = ()
    """The columns that the answer before was about."""
    held: Sequence[Filter] = ()
    """Its conditions, which need not be said again."""
    _judged: dict[str, Judged] = field(default_factory=dict)

    def period(self, span: Span, ahead: bool = False) -> Period | None:
        """The time that a span means, with the word before it that says from when or until when; of a part of a time
        the whole."""
        named = [x for x in self.links.of("period") if x.start < span.end and span.start < x.end]
        start, end = min([span.start, *(x.start for x in named)]), max([span.end, *(x.end for x in named)])
        span = replace(span, start=start, end=end, text=self.text[start:end])
        word = _WHEN.search(self.text[: span.start])
        text = self.columns.speller.repaired(f"{word[0] if word else ''}{span.text}")
        return find_period(text, self.today, self.fiscal_start, ahead=ahead, spoken=self.spoken)

    def with_unit(self, span: Span) -> Span:
        """A span with the unit of its last number, where the reader left that out: "more than 18" months."""
        ends = [x.end for x in self.links.within(span.start, span.end, "number")]
        end = max([span.end, *ends])
        return replace(span, end=end, text=self.text[span.start : end])

    def best(
        self,
        span: Span,
        choice: Choice,
        links: Sequence[Link],
        fits: Sequence[bool] | None = None,
        is_one_of_several: bool = False,
    ) -> Scored | None:
        """The candidate nearest to a span of those that fit: cosine of the matcher, more where the span names its
        value or column, less where the span is one of several and others say the candidate."""
        if not choice.candidates:
            return None
        sure = self.sure(choice, span.role)
        scores = self.scores(span, choice) + JUDGED * (sure * self._said(span, choice) if is_one_of_several else sure)
        if links:
            scores = scores + np.array([max(_names(x, c, span) for x in links) for c in choice.candidates])
        if span.role == "order" and self.told:
            scores = scores + np.array([TOLD_BEFORE * (c.column in self.told) for c in choice.candidates])
        derived = np.array([not is_stored(c.column) for c in choice.candidates])
        barred = derived & (sure < MEANT)
        barred |= np.array([not may_be_meant(c.value, self.text) for c in choice.candidates])
        if fits is not None:
            barred |= ~np.array(fits, bool)
        if barred.all():
            return None
        scores = np.where(barred, -np.inf, scores)
        place = int(scores.argmax())
        chosen = choice.candidates[place]
        others = [n for n, c in enumerate(choice.candidates) if item_of(c) != item_of(chosen)]
        second = float(scores[others].max()) if others else 0.0
        return Scored(chosen, float(scores[place]), float(scores[place]) - max(second, 0.0))

    def sure(self, choice: Choice, role: Role) -> NDArray[np.float32]:
        """How surely the question uses each candidate."""
        return np.array(
            [self.judged(c.table).sure(*item_of(c), *uses_of(c, role)) for c in choice.candidates], np.float32
        )

    def _said(self, span: Span, choice: Choice) -> NDArray[np.float32]:
        """By candidate how much of what says its item stands in a span: 1 where the span says it as clearly as any word
        of the question, `ELSEWHERE` where other words alone do."""
        shares = []
        for candidate in choice.candidates:
            places = self.judged(candidate.table).said.get(item_of(candidate), ())
            most = max((p for *_, p in places), default=0.0)
            own = max((p for start, end, p in places if start < span.end and span.start < end), default=0.0)
            shares.append(own / most if most >= POINTED else 1.0)
        return ELSEWHERE + (1 - ELSEWHERE) * np.array(shares, np.float32)

    def judged(self, table: str) -> Judged:
        """What the chooser says of the columns of a table and of the values that come near."""
        self.read_beside(table)
        return self._judged[table]

    def read_beside(self, *tables: str) -> None:
        """Reads the question beside tables that it was not read beside yet, on all cores."""
        items = {table: list(self._items(table)) for table in tables if table not in self._judged}
        found = fan_out(lambda table: judge(self.text, table, items[table]), list(items), "threads")
        self._judged |= zip(items, found, strict=True)

    def _items(self, table: str) -> Iterator[Item]:
        """The columns and values of a table that come nearest to the question or a part of it; what it names first."""
        profiles = {p.name: p for p in self.columns.of_table(table)}
        named = [x for x in self.links.of("value", "person", "column") if x.table == table]
        columns = {x.key if x.kind == "column" else x.column: 2.0 for x in named}
        values = {(x.column, x.key): 2.0 for x in named if x.column in profiles and x.key in profiles[x.column].values}
        whole = Span("filter", 0, len(self.text), self.text)
        spans = [s for s in self.reading.spans if s.role not in ("limit", "topic")]
        for span, most in ((whole, _NEAR_ALL), *((s, _NEAR) for s in spans)):
            for candidate, score in self._nearest(span, self.columns.candidates(table), most):
                columns[candidate.column] = max(columns.get(candidate.column, 0.0), score)
            for candidate, score in self._nearest(span, self.columns.conditions(table), most):
                if candidate.op == "=" and isinstance(candidate.value, str):
                    key = (candidate.column, candidate.value)
                    values[key] = max(values.get(key, 0.0), score)
                else:
                    columns[candidate.column] = max(columns.get(candidate.column, 0.0), score)
        most_near = (
            sorted(columns, key=lambda c: -columns[c])[:MOST_COLUMNS] if len(profiles) > MOST_COLUMNS else profiles
        )
        yield from (column_item(p) for p in profiles.values() if p.name in most_near)
        for column, value in sorted(values, key=lambda k: -values[k])[:MOST_VALUES]:
            yield value_item(profiles[column], value)

    def _nearest(self, span: Span, choice: Choice, most: int) -> Iterator[tuple[Candidate, float]]:
        if choice.candidates:
            scores = self.scores(span, choice)
            yield from ((choice.candidates[n], float(scores[n])) for n in scores.argsort()[::-1][:most])

    def scores(self, span: Span, choice: Choice) -> NDArray[np.float32]:
        """How near each candidate comes to a span, as cosines."""
        return self.columns.scores(self._query(span), choice)

    def _query(self, span: Span) -> str:
        """The span in its question as the matcher reads it, without typing errors."""
        before, inside, after = (
            self.columns.speller.repaired(part)
            for part in (self.text[: span.start], self.text[span.start : span.end], self.text[span.end :])
        )
        return query(before + inside + after, len(before), len(before) + len(inside), span.role)


def item_of(candidate: Candidate) -> Key:
    """The column or value that a candidate is about."""
    return candidate.column, candidate.value if isinstance(candidate.value, str) else None


def uses_of(candidate: Candidate, role: Role) -> tuple[Use, ...]:
    """In which ways a question that means a candidate uses its item."""
    if candidate.op is None:
        return {"group": ("group",), "order": ("order", "measured")}.get(role, ("measured", "shown"))  # type: ignore[return-value]
    if isinstance(candidate.value, bool):
        return ("is",) if candidate.value else ("not",)
    if candidate.op == "=":
        return ("is",) if isinstance(candidate.value, str) else ("zero",) if candidate.value == 0 else ("=",)
    return ("not",) if candidate.op == "!=" else (candidate.op,)  # type: ignore[return-value]


def _names(link: Link, candidate: Candidate, span: Span) -> float:
    """What a link is worth to a candidate: most where it is its value and all of the span, less where its column."""
    score = link.score * math.sqrt((link.end - link.start) / (span.end - span.start))
    if link.kind in ("value", "person"):
        is_it = link.column == candidate.column and link.key == candidate.value
        return NAMED * score if is_it else 0.0
    if link.key != candidate.column or link.table != candidate.table:
        return 0.0
    # A column that is called by its whole name is meant, whatever comes near beside it.
    return NAMED_WHOLE if link.score == 1 and candidate.op is None else NAMED_COLUMN * score
