"""A question before a workspace: what the grammars of the tools ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from copilot.language.calendar import MONTH_NAMES, Period
from copilot.language.periods import compared_with, find_period, find_periods, sets_beside_a_year_ago
from copilot.language.vocabulary import SEVERAL, WHOLE_STEMS
from copilot.language.words import STOP_WORDS, stem, stems, words
from copilot.reading.call import Call
from copilot.reading.certainty import DOUBTED
from copilot.reading.choosing import Judged
from copilot.reading.columns import PROJECTS, Columns
from copilot.reading.describing import APART
from copilot.reading.linking import is_known_word, number_of, tokens_of
from copilot.reading.names import UNIT
from copilot.reading.question import Earlier, Link, Links, Reading, Role, Shape
from copilot.reading.reader import AFTER
from copilot.reading.reconsidering import near, reconsidered
from copilot.reading.rows import Restriction, restrictions
from copilot.reading.spans import Spans
from copilot.reading.widening import widened
from copilot.records.conditions import Filter
from copilot.records.differences import sides
from copilot.records.schema import OBSERVATIONS
from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.types import Viewer

# Factors that a person says in words.
_FACTORS = {"double": 2.0, "doubled": 2.0, "twice": 2.0, "triple": 3.0, "tripled": 3.0, "thrice": 3.0, "half": 0.5,
            "halved": 0.5}  # fmt: skip
_ONE = stem("one")
_MONTHS = frozenset(name.lower() for name in MONTH_NAMES)
LIKE_ONE = 0.3
"""Cosine from which on one of a few records is meant by what is said of it; of all that there are more is asked."""
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|per\s?cent)", re.IGNORECASE)
_TIMES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:times|x)\b", re.IGNORECASE)
_CASE, _LONG = 24, 36
"""Words; a question of more is a case, and of a long one several things are asked."""
_ONE_THING: tuple[Shape, ...] = ("number", "name", "date", "yes_no", "rule")
_AMOUNT = 1000.0
"""A number from here on is an amount of money, unless it has a unit of its own."""


@dataclass(frozen=True)
class Asked:
    """One question as a viewer of one workspace asked it."""

    text: str
    links: Links
    reading: Reading
    columns: Columns
    view: RecordView
    sources: Sources
    viewer: Viewer
    earlier: Earlier | None = None
    """What it may continue."""
    is_continued: bool = False
    """Whether it does."""
    table: str = ""
    """The one table that is asked of, where an earlier call says so."""
    subjects: tuple[str, ...] = ()
    """What the earlier answer was about, by key or name, where its call does not say it in conditions."""
    told: tuple[str, ...] = ()
    """The columns that the earlier call computed, ordered by, showed or restricted."""
    held: tuple[Filter, ...] = ()
    """The conditions on rows that it had."""

    @property
    def topic(self) -> str:
        """What is to be searched for: the question, with what it continues."""
        return f"{self.earlier.text}{AFTER}{self.text}" if self.earlier and self.is_continued else self.text

    def rows_before(self, table: str) -> list[dict[str, Any]]:
        """The condition that only the row of a table that is pointed at is meant, or those that the earlier answer
        named; none where it named none."""
        pointed = [x.key for x in self.links.of("record") if x.table == table and x.start == x.end]
        schema = self.view.tables[table]
        keys = pointed or [s for s in self.subjects if schema.key and self._holds(table, s)]
        return [{"column": schema.key, "op": "in", "value": keys}] if keys else []

    def continuing(self, earlier: Call, subjects: Sequence[str] = ()) -> Asked:
        """The question with what an earlier call was about, where it names nothing of the kind itself."""
        carried = []
        for name, kinds in (("project", ("projects", "models")), ("model", ("models",))):
            key = earlier.arguments.get(name)
            if isinstance(key, str) and not self.links.of("record"):
                carried += [self._carried(key, table) for table in kinds if self._holds(table, key)][:1]
        metric = earlier.arguments.get("metric")
        if isinstance(metric, str) and not self.links.of("metric"):
            carried.append(Link("metric", metric, 0, 0, metric))
        if self.earlier is not None and not self.links.of("document"):
            carried += [replace(x, start=0, end=0, text="") for x in self.earlier.links.of("document")]
        table = str(earlier.arguments.get("table") or "")
        if not carried and (one := self._pointed_at(table, subjects)) is not None:
            carried.append(one)
        names_another = any(x.table != table for x in self.links.of("table", "record"))
        return replace(
            self,
            links=replace(self.links, links=(*self.links.links, *carried)),
            is_continued=True,
            table=table if self.view.has(table) and not names_another else "",
            subjects=() if table or self.links.of("record") else tuple(subjects),
            told=tuple(_columns_of(earlier)),
            held=_conditions_of(earlier),
        )

    @property
    def points_to_several(self) -> bool:
        """Whether the question says "of those" or "them"; "those in Lyon" are others."""
        said = words(self.text)
        parts = {span.start for span in self.reading.of("filter", "not", "bound", "period")}
        for place, word in enumerate(said):
            after_of = place > 0 and said[place - 1].text.lower() == "of"
            picks_others = word.text.lower() == "those" and parts & {w.start for w in said[place + 1 : place + 3]}
            if word.text.lower() in SEVERAL and (after_of or not picks_others):
                return True
        return False

    def _pointed_at(self, table: str, subjects: Sequence[str]) -> Link | None:
        """The one record of those before that is meant by "it", or by "the one in Lyon"."""
        if self.links.of("record") or self.reading.of("order", "limit") or self.reading.measure in ("count", "share"):
            # "How many others cost more?" is asked of many.
            return None
        tables = dict.fromkeys(t for t in (table, PROJECTS, "models") if t)
        found = [(s, next((t for t in tables if self._holds(t, s)), "")) for s in subjects]
        rows = [(key, own) for key, own in found if own]
        if len(rows) > 1:
            pointing = [words for text in self._pointing() if (words := _words_beside_one(text))]
            said = [
                (key, own)
                for key, own in rows
                if any({*map(stem, part)} <= self._said_of(own, key) for part in pointing)
            ]
            rows = said or self._nearest_of(rows, " ".join(pointing[0]) if pointing else "")
        is_meant = bool(self.reading.of("back")) or len(found) > 1
        return self._carried(*rows[0]) if len(rows) == 1 and is_meant else None

    def _pointing(self) -> Iterator[str]:
        """The parts that point to one of several: "the one in Lyon", "the chatbot one"."""
        for span in self.reading.of("back", "scope", "filter", "measure"):
            after = next(iter(words(self.text[span.end :])), None)
            if _ONE in stems(span.text) or (after is not None and after.stem == _ONE):
                yield span.text

    def _nearest_of(self, rows: Sequence[tuple[str, str]], part: str) -> list[tuple[str, str]]:
        """The record whose name comes clearly nearest to what is said of it; none where none does."""
        retriever = self.sources.retriever
        if not part or retriever is None:
            return []
        near = retriever.likeness(part, [self._carried(key, own).name for key, own in rows])
        best, second = sorted(near, reverse=True)[:2]
        return [rows[near.index(best)]] if best >= LIKE_ONE and best - second >= APART else []

    def _said_of(self, table: str, key: str) -> set[str]:
        """The words of a record: its name and what it holds."""
        row = self.view.row(table, key) or {}
        return {stem for value in row.values() if isinstance(value, str) for stem in stems(value)}

    def _holds(self, table: str, key: str) -> bool:
        return self.view.has(table) and self.view.row(table, key) is not None

    def _carried(self, key: str, table: str) -> Link:
        title = self.view.tables[table].title
        row = self.view.row(table, key) or {}
        return Link("record", key, 0, 0, "", table, name=str(row.get(title or "") or ""))

    @property
    def today(self) -> date:
        return self.sources.today

    @cached_property
    def period(self) -> Period | None:
        """The span of time that is spoken of."""
        return find_period(self.text, self.today, self._fiscal_start, spoken=self._spoken)

    @property
    def is_beside_a_year_ago(self) -> bool:
        """Whether what was a year ago is asked for beside what is."""
        return sets_beside_a_year_ago(self.text, self.today, self._fiscal_start)

    @property
    def compared_with(self) -> str:
        """The time with which another is compared, as it is said; empty where there is none."""
        return compared_with(self.text, self.today, self._fiscal_start)

    @property
    def two_times(self) -> tuple[str, str] | None:
        """Two times of one length that are asked for one after the other, the earlier first, as they are said: "in
        December, and how many in April?"."""
        found = find_periods(self.text, self.today, self._fiscal_start)
        if (
            self.period is None
            or len(found) != 2
            or self.period.span != found[0].span
            or found[0].grain != found[1].grain
        ):
            return None
        first, second = sorted(found, key=lambda period: period.start)
        return (self.text[slice(*first.span)], self.text[slice(*second.span)]) if first.end <= second.start else None

    @property
    def _fiscal_start(self) -> int:
        return self.sources.workspace.config.fiscal_year_start_month

    @cached_property
    def _spoken(self) -> date | None:
        """The start of the period that was spoken of before."""
        if self.earlier is None or not self.is_continued:
            return None
        before = find_period(self.earlier.text, self.today, self._fiscal_start)
        return before.start if before else None

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """What is written like a name and stands nowhere in the records or documents."""
        retriever = self.sources.retriever
        linked_to_nothing = [n for n in self.links.unknown if " " not in n or self._is_asked_about(n)]
        whole = [n for n in linked_to_nothing if " " in n]
        names = dict.fromkeys([*linked_to_nothing, *(w for w in self._capitals() if not any(w in n for n in whole))])
        if retriever is None or not names:
            return tuple(names)
        # Who answers for a document stands above it, in no passage.
        owners = {part for document in retriever.documents(self.viewer) for part in stems(document.owner or "")}
        unheard = (n for n in names if not owners.issuperset(stems(n)))
        return tuple(n for n in unheard if not retriever.mentions(n, self.viewer))

    @cached_property
    def documents(self) -> tuple[Link, ...]:
        """The documents that are named, by a day the minutes of that day; a month names none of its minutes."""
        period, times = self.period, self.links.of("period")
        named = [
            x
            for x in self.links.of("document")
            if not any(t.start <= x.start and x.end <= t.end and x.end > x.start for t in times)
        ]
        if period is not None and (period.end - period.start).days == 1 and self.sources.retriever is not None:
            for document in self.sources.retriever.documents(self.viewer):
                own = find_period(document.title, self.today, self._fiscal_start)
                if own is not None and own.grain == "day" and own.start == period.start:
                    text = self.text[slice(*period.span)]
                    named.append(Link("document", document.id, *period.span, text, name=document.title))
        return tuple({x.key: x for x in named}.values())

    @cached_property
    def unnamed(self) -> tuple[str, ...]:
        """What the question is about where nothing here has such a name, nor is one of its words mentioned anywhere."""
        retriever = self.sources.retriever
        scopes = [s for s in self.reading.of("scope") if not self.links.names(s.start, s.end)]
        if retriever is None or not scopes:
            return ()
        # "The playbook" is the folder of that name.
        paths = {part for document in retriever.documents(self.viewer) for part in stems(document.id)}

        def is_known(word: str) -> bool:
            return len(word) < 3 or stem(word) in paths or retriever.mentions(word, self.viewer)

        return tuple(s.text for s in scopes if not all(map(is_known, _content_words(s.text))))

    def _is_asked_about(self, name: str) -> bool:
        """Whether the question is about a name of several words, which may be that of an audience or of a day."""
        start = self.text.find(name)
        spans = self.reading.of("scope", "measure", "compare", "topic")
        return any(span.start < start + len(name) and start < span.end for span in spans)

    def _capitals(self) -> Iterator[str]:
        """Words with a capital in what the question is about that are names of nothing here."""
        for span in self.reading.of("filter", "not", "scope", "compare", "among"):
            for token in tokens_of(self.text[span.start : span.end]):
                start, end = span.start + token.start, span.start + token.end
                is_name = token.is_capital and start > 0 and len(token.text) > 2 and not self.text.isupper()
                if (
                    is_name
                    and not is_known_word(token.folded)
                    and not self.links.names(start, end)
                    and token.folded not in STOP_WORDS | _MONTHS
                ):
                    yield token.text

    @property
    def is_case(self) -> bool:
        """Whether a case is told at length that names no record: what is known of such cases is asked, not ours."""
        return len(self.text.split()) > _CASE and not any(x.score == 1 for x in self.links.of("record"))

    @property
    def wants_all(self) -> bool:
        """Whether all that bears on a case is asked, not one thing."""
        is_long = len(self.text.split()) > _LONG
        return self.is_case and (is_long or self.reading.shape not in _ONE_THING)

    @cached_property
    def restrictions(self) -> tuple[Restriction, ...]:
        """What is asked of each table, the one that holds most of what is named first."""
        return tuple(self._widened(r) for r in self._restrictions)

    @cached_property
    def _restrictions(self) -> tuple[Restriction, ...]:
        return tuple(restrictions(self._spans, self._tables, self._main))

    def _widened(self, reading: Restriction) -> Restriction:
        return widened(reading, self.columns.get, self.links.links)

    @cached_property
    def readings(self) -> tuple[Restriction, ...]:
        """The same judged as wholes, what is near them too; what goes on from another question says too little."""
        return (
            self.restrictions
            if self.is_continued
            else tuple(map(self._widened, reconsidered(self._spans, self._restrictions, self._main)))
        )

    @property
    def is_of_other_rows(self) -> bool:
        """Whether the question names a table, and none of it holds projects."""
        tables = {x.table for x in self.links.of("table")}
        return bool(tables) and PROJECTS not in tables

    def judged(self, table: str) -> Judged:
        """How surely the question uses each column and value of a table."""
        return self._spans.judged(table)

    def near(self, reading: Restriction) -> list[Restriction]:
        """What differs from a reading in one part, the most probable first."""
        return [other.reading for other in near(self._spans, reading)]

    @property
    def is_hardly_read(self) -> bool:
        """Whether what it asks of rows is probably something else than what was found."""
        return bool(self.readings) and self.readings[0].certainty < DOUBTED

    @cached_property
    def _tables(self) -> tuple[str, ...]:
        if self.table:
            return (self.table,)
        # What metrics are computed from is asked through them, unless its rows are named.
        named = {x.table for x in self.links.of("table")}
        hidden = {OBSERVATIONS.name} - named if self.sources.metrics is not None else set()
        return tuple(t for t in dict.fromkeys(p.table for p in self.columns.profiles) if t not in hidden)

    @property
    def _main(self) -> str:
        """The table that most questions are about."""
        return self.table or self.columns.main

    @cached_property
    def _spans(self) -> Spans:
        return Spans(
            self.text, self.links, self.reading, self.columns, self.today, self._fiscal_start, self._spoken,
            self.told, self.held,
        )  # fmt: skip

    def of_table(self, table: str) -> Restriction:
        """What is asked of one table."""
        return next((r for r in self.restrictions if r.table == table), Restriction(table))

    def records(self, *tables: str, roles: Sequence[Role] = ()) -> list[Link]:
        """The records of these tables that are named, each once; in spans of these roles where any are given."""
        found = [x for x in self.links.of("record") if x.table in tables]
        if roles:
            spans = self.reading.of(*roles)
            found = [x for x in found if any(s.start < x.end and x.start < s.end for s in spans)]
        return list({(x.table, x.key): x for x in found}.values())

    def unit(self) -> str | None:
        """The one business unit that is named."""
        keys = dict.fromkeys(x.key for x in self.links.of("value") if x.column == UNIT)
        return next(iter(keys)) if len(keys) == 1 else None

    def units(self) -> list[str]:
        return list(dict.fromkeys(x.key for x in self.links.of("value") if x.column == UNIT))

    def named(self, kind: str) -> str | None:
        """The first thing of a kind that is named: a metric, a gate, a criterion."""
        return next((x.key for x in self.links.links if x.kind == kind), None)

    @property
    def limit(self) -> int | None:
        """How many are asked for."""
        for span in self.reading.of("limit"):
            for link in self.links.within(span.start, span.end, "number"):
                if 1 <= number_of(link) <= 100:
                    return int(number_of(link))
        return None

    def amount(self, besides: tuple[int, int] = (0, 0)) -> float | None:
        """The sum of money that is named: the largest number that is no year and has no other unit; `besides` a part
        that is not looked at."""
        start, end = besides
        found = [number_of(x) for x in self.links.of("number") if not (x.start < end and start < x.end)]
        return max((n for n in found if n >= _AMOUNT and not 1990 <= n <= 2100), default=None)

    def filters(self, table: str) -> list[dict[str, Any]]:
        """The conditions on the rows of a table, as a caller writes them."""
        return [as_argument(f) for f in self.of_table(table).conditions]

    def weight_changes(self) -> tuple[dict[str, float], dict[str, float]]:
        """Weights as shares, and factors on the workspace's weights, by criterion: "value 60 %", "risk twice"."""
        shares: dict[str, float] = {}
        factors: dict[str, float] = {}
        for span in self.reading.of("whatif"):
            named = [x.key for x in self.links.within(span.start, span.end, "criterion")]
            if not named:
                continue
            words = [_FACTORS[w] for w in re.findall(r"\w+", span.text.lower()) if w in _FACTORS]
            if percent := _PERCENT.search(span.text):
                shares[named[0]] = float(percent[1].replace(",", ".")) / 100
            elif times := _TIMES.search(span.text):
                factors[named[0]] = float(times[1].replace(",", "."))
            elif words:
                factors[named[0]] = words[0]
        for span in self.reading.of("not"):
            for link in self.links.within(span.start, span.end, "criterion"):
                factors[link.key] = 0.0
        return shares, factors


def _columns_of(call: Call) -> Iterator[str]:
    """The columns that a call over a table names."""
    arguments = call.arguments
    measured = [m["column"] for m in _listed(arguments.get("measures")) if isinstance(m, dict) and m.get("column")]
    yield from (side for name in measured for side in sides(str(name)))
    named = [*_listed(arguments.get("columns")), *(f.column for f in _conditions_of(call))]
    if arguments.get("order_by"):
        named.insert(0, str(arguments["order_by"]).lstrip("-"))
    yield from (side for name in named for side in sides(str(name)))


def _conditions_of(call: Call) -> tuple[Filter, ...]:
    """The conditions on rows of a call over a table; none of a metric, whose filters are by dimension, and none that a
    remote model wrote otherwise."""
    found = []
    for stated in _listed(call.arguments.get("filters")):
        with suppress(ValidationError):
            found.append(Filter.model_validate(stated))
    return tuple(found)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _words_beside_one(text: str) -> list[str]:
    return [word for word in _content_words(text) if stem(word) != _ONE]


def _content_words(text: str) -> list[str]:
    return [w.text for w in words(text) if not w.is_stop and w.stem not in WHOLE_STEMS]


def as_argument(condition: Filter) -> dict[str, Any]:
    """A condition as the arguments of a tool hold it."""
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    written: dict[str, Any] = {"column": condition.column}
    if condition.op != "=":
        written["op"] = condition.op
    if value is not None:
        written["value"] = value
    if condition.than:
        written["than"] = condition.than
    if condition.where:
        written["where"] = [as_argument(c) for c in condition.where]
    if condition.or_else:
        written["or_else"] = [as_argument(c) for c in condition.or_else]
    return written
