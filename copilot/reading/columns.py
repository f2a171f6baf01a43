"""What the columns of a table hold, as far as a question about them needs to know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from copilot.language.calendar import MONTH_NAMES
from copilot.language.vocabulary import COLUMN_WORDS
from copilot.reading.matcher import matcher
from copilot.reading.matching import Candidate, Described, bounds, columns, conditions, metrics
from copilot.reading.names import STAGE, are_categories, spoken, units_of
from copilot.reading.people import are_people
from copilot.reading.profiles import Holds, Profile
from copilot.reading.spelling import Speller
from copilot.records.aggregating import Aggregate, Measure
from copilot.records.cells import YEARS
from copilot.records.conditions import Filter
from copilot.records.differences import less, time_from
from copilot.records.related import number_of, reference
from copilot.records.schema import TABLES, Column, TableSchema
from copilot.records.store import RecordView
from copilot.records.visibility import LABEL
from copilot.retrieval.embedder import DIMENSIONS, Embedder, Vectors
from copilot.stages import Stages
from copilot.types import Cell

PROJECTS = "projects"
_NUMBERS = ("number", "integer")
_LONGEST_SCALE = 10
_GROUPING: tuple[Holds, ...] = ("category", "person", "date", "yes_no")
_MOST_ENDS = 3
"""A table with more dates with which something ends has no times between them to ask for."""
_MOST_ALIKE = 8
"""Of more columns of one unit it is not asked which of them never exceeds which."""
_ROWS_WITH_BOTH = 3
"""In so many rows at least one date must come before another to begin what that ends, or one number be less."""


@dataclass(frozen=True)
class Choice:
    """What a span may mean, with a vector for each."""

    candidates: tuple[Candidate, ...]
    vectors: Vectors

    def kept(self, is_kept: Callable[[Candidate], bool]) -> Choice:
        """Those of which that is so."""
        held = [n for n, candidate in enumerate(self.candidates) if is_kept(candidate)]
        return Choice(tuple(self.candidates[n] for n in held), self.vectors[held])


@dataclass
class Columns:
    """The columns that one viewer may ask for, and how near a text comes to them."""

    profiles: tuple[Profile, ...]
    vectors: Mapping[str, Vectors] = field(default_factory=dict)
    """Of phrases of candidates, where they are known; others are made when they are needed."""
    embedder: Embedder = field(default_factory=matcher)
    """Vectors of queries and candidates in one space."""
    _known: dict[tuple[str, ...], Choice] = field(default_factory=dict)

    @classmethod
    def of(
        cls, view: RecordView, vectors: Mapping[str, Vectors] | None = None, stages: Stages | None = None
    ) -> Columns:
        """Those of all tables of a view; `stages` tell what theirs mean."""
        found: list[Profile] = []
        units = units_of(view)
        for table in view.tables.values():
            own = [_with_meanings(profile, stages) for profile in _profiles(view, table, units)]
            found += [*own, *_between_rows(view, table), *_between_dates(table, own)]
        return cls(tuple(found), vectors or {})

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Profile]:
        return {(p.table, p.name): p for p in self.profiles}

    @cached_property
    def main(self) -> str:
        """The table that most questions are about: that of projects, where there is one, else the first."""
        tables = [p.table for p in self.profiles]
        return PROJECTS if PROJECTS in tables else next(iter(tables), "")

    def get(self, table: str, name: str) -> Profile | None:
        return self._by_name.get((table, name))

    def of_table(self, table: str, *holds: Holds) -> tuple[Profile, ...]:
        return tuple(p for p in self.profiles if p.table == table and (not holds or p.holds in holds))

    def conditions(self, table: str) -> Choice:
        """All that a span may say of the rows of a table."""
        return self._once(("conditions", table), lambda: conditions(self.of_table(table)))

    def bounds(self, table: str, *holds: Holds) -> Choice:
        """All that a span may say of the numbers or dates of the rows."""
        return self._once(("bounds", table, *holds), lambda: bounds(self.of_table(table, *holds)))

    def candidates(self, table: str, *holds: Holds) -> Choice:
        """The columns of a table that a span may mean."""
        return self._once((table, *holds), lambda: columns(self.of_table(table, *holds)))

    def grouping(self, table: str) -> tuple[Profile, ...]:
        """The columns by which rows may be grouped: what holds few things, and dates."""
        return tuple(p for p in self.of_table(table) if p.holds in _GROUPING or p.is_scale)

    def groups(self, table: str) -> Choice:
        """Those columns as what a span may mean."""
        return self._once(("groups", table), lambda: columns(self.grouping(table)))

    def metrics(self, catalogue: Mapping[str, Described]) -> Choice:
        """The metrics of a catalogue, each with what people call it and what it counts."""
        return self._once(("metrics",), lambda: metrics(catalogue))

    @cached_property
    def speller(self) -> Speller:
        """Knows the words of these columns and of what they hold."""
        own = (text for p in self.profiles for text in (*p.texts, *p.values, p.table))
        return Speller([*own, *MONTH_NAMES])

    def scores(self, query: str, choice: Choice) -> NDArray[np.float32]:
        """How near each candidate comes to a query, as cosines."""
        scores: NDArray[np.float32] = choice.vectors @ self.embedder.embed([query])[0]
        return scores

    def phrases(self) -> Iterator[str]:
        """The phrases of all candidates, whose vectors an index may keep."""
        yield from (c.phrase for c in conditions(self.profiles))
        yield from (c.phrase for c in bounds(self.profiles))
        yield from (c.phrase for c in columns(self.profiles))

    def _once(self, key: tuple[str, ...], make: Callable[[], Iterator[Candidate]]) -> Choice:
        if key not in self._known:
            candidates = tuple(make())
            vectors = [v if (v := self.vectors.get(c.phrase)) is not None else self._made(c.phrase) for c in candidates]
            self._known[key] = Choice(candidates, np.array(vectors, np.float32).reshape(-1, DIMENSIONS))
        return self._known[key]

    def _made(self, phrase: str) -> Vectors:
        vector: Vectors = self.embedder.embed([phrase])[0]
        return vector


def _profiles(view: RecordView, table: TableSchema, units: Collection[str]) -> Iterator[Profile]:
    edges = _edges(view, table)
    begins, within = _begins(view, table, edges), _within(view, table, edges)
    numbers = {column.name for column in table.columns if column.type in _NUMBERS}
    for column in table.columns:
        if column.name.removesuffix("_low").removesuffix("_high") in numbers - {column.name}:
            # The ends of an estimate are told with it; nobody asks for them alone.
            continue
        called = (column.name, *view.aliases(table.name).get(column.name, ()), *_words(table, column))
        texts = tuple(dict.fromkeys(spoken(t) for t in called))
        holds, values = _holds(view, table, column, units, int(_size(edges.get("count"))))
        if column.name == LABEL and not values:
            # Who sees no restricted row is told nothing of labels.
            continue
        has_missing = edges.get(f"{column.name}:count") != edges.get("count")
        other = (column.references or "").partition(".")[0] if column.type != "list" else ""
        other = other if view.has(other) else ""
        plain = Profile(
            table.name, column.name, holds, texts, values, column.unit, has_missing=has_missing,
            is_list=column.type == "list", refers=other, titles=_titles(view, other, values) if other else (),
            order=column.order if holds == "category" else (), is_lower_better=column.is_lower_better,
        )  # fmt: skip
        least, most = edges.get(f"{column.name}:min"), edges.get(f"{column.name}:max")
        if holds == "number" and isinstance(most, int | float) and isinstance(least, int | float):
            years = tuple(view.values(table.name, column.name)) if _are_years(column, edges) else ()
            yield replace(
                plain, values=years, most=float(most), has_zero=least <= 0 <= most, is_scale=_is_scale(column, edges),
                within=within.get(column.name, ()),
            )  # fmt: skip
        elif holds == "date" and least is not None and most is not None:
            yield replace(plain, first_day=_day(least), last_day=_day(most), begins=begins.get(column.name, ""))
        else:
            yield plain


def _with_meanings(profile: Profile, stages: Stages | None) -> Profile:
    if stages is None or profile.name != STAGE:
        return profile
    return replace(profile, meanings=tuple(stages.told.get(value, "") for value in profile.values))


def _titles(view: RecordView, table: str, keys: Collection[str]) -> tuple[str, ...]:
    """What the rows of a table with these keys are called."""
    key, title = view.tables[table].key, view.tables[table].title
    if not (key and title and keys):
        return ()
    rows = view.select(table, [Filter(column=key, op="in", value=tuple(keys))], columns=[key, title])
    called = {str(row[key]).casefold(): str(row[title] or "") for row in rows}
    return tuple(called.get(value.casefold(), "") for value in keys)


def _between_rows(view: RecordView, table: TableSchema) -> Iterator[Profile]:
    """What no file holds: how many rows of each other table refer to a row."""
    counts = {number_of(other.name): other for other in view.tables.values() if _counts(other, table)}
    sides: tuple[Aggregate, ...] = ("min", "max")
    measures = [Measure(name=f"{name}:{side}", aggregate=side, column=name) for name in counts for side in sides]
    found = next(iter(view.aggregate(table.name, measures=measures)), {}) if counts else {}
    for name, other in counts.items():
        texts = dict.fromkeys((spoken(name), *(number_of(spoken(text)) for text in other.synonyms)))
        most = _size(found.get(f"{name}:max"))
        yield Profile(table.name, name, "number", tuple(texts), most=most, has_zero=not found.get(f"{name}:min"))


def _counts(other: TableSchema, table: TableSchema) -> bool:
    """Whether the rows of another table stand for themselves, and refer to rows of this one."""
    return bool(other.key and table.key) and other.name != table.name and reference(other, table) is not None


def _between_dates(table: TableSchema, own: Sequence[Profile]) -> Iterator[Profile]:
    """The days from a date with which something begins to the one with which it ends; none in a table of many dates,
    where each would be one more that nobody asks for."""
    ends = [profile for profile in own if profile.begins]
    for end in ends if len(ends) <= _MOST_ENDS else ():
        name = time_from(end.begins, end.name)
        yield Profile(table.name, name, "number", (spoken(name),), unit="day", has_missing=True)


def _words(table: TableSchema, column: Column) -> tuple[str, ...]:
    """Other words for a column of a table that every workspace has, and for one that says which project it is of."""
    if column.references:
        return COLUMN_WORDS.get(column.name, ())
    is_ours = table.name in TABLES and any(c.name == column.name for c in TABLES[table.name].columns)
    return COLUMN_WORDS.get(column.name, ()) if is_ours else ()


def _edges(view: RecordView, table: TableSchema) -> dict[str, Cell]:
    """The least and largest of each column of numbers and dates, how many rows have a value, and how many there are."""
    sized = [c.name for c in table.columns if c.type in (*_NUMBERS, "date")]
    sides: tuple[Aggregate, ...] = ("min", "max", "count")
    measures = [Measure(name=f"{name}:{side}", aggregate=side, column=name) for name in sized for side in sides]
    return next(iter(view.aggregate(table.name, measures=[Measure(name="count"), *measures])), {})


def _begins(view: RecordView, table: TableSchema, edges: Mapping[str, Cell]) -> dict[str, str]:
    """By column of dates the one with which the time begins that it ends: in no row later, and in some earlier; of
    several the one that orders the rows, else the fullest, else the earliest."""
    dates = [c.name for c in table.columns if c.type == "date"]
    pairs = [(start, end) for start in dates for end in dates if start != end]
    if not pairs:
        return {}
    sides: tuple[Aggregate, ...] = ("min", "max", "count")
    measures = [Measure(name=f"{s} {e} {a}", aggregate=a, column=time_from(s, e)) for s, e in pairs for a in sides]
    found = view.aggregate(table.name, measures=measures)[0]

    def rank(start: str) -> tuple[bool, float, str]:
        return start != table.time, -_size(edges.get(f"{start}:count")), str(edges.get(f"{start}:min"))

    begins: dict[str, str] = {}
    for start, end in sorted(pairs, key=lambda pair: rank(pair[0])):
        least, most, count = (_size(found[f"{start} {end} {side}"]) for side in sides)
        if count >= _ROWS_WITH_BOTH and least >= 0 < most:
            begins.setdefault(end, start)
    return begins


def _within(view: RecordView, table: TableSchema, edges: Mapping[str, Cell]) -> dict[str, tuple[str, ...]]:
    """By column of numbers those of its unit than which it is larger in no row, and less in some; whole numbers without
    a unit count alike."""
    alike: dict[str, list[str]] = {}
    for c in table.columns:
        if c.type in _NUMBERS and (c.unit or not (_is_scale(c, edges) or _are_years(c, edges))):
            alike.setdefault(c.unit, []).append(c.name)
    pairs = [pair for own in alike.values() if len(own) <= _MOST_ALIKE for pair in combinations(own, 2)]
    if not pairs:
        return {}
    sides: tuple[Aggregate, ...] = ("min", "max", "count")
    measures = [Measure(name=f"{w} {p} {a}", aggregate=a, column=less(w, p)) for p, w in pairs for a in sides]
    found = view.aggregate(table.name, measures=measures)[0]
    within: dict[str, tuple[str, ...]] = {}
    for one, other in pairs:
        least, most, count = (_size(found[f"{other} {one} {side}"]) for side in sides)
        if count >= _ROWS_WITH_BOTH and (least >= 0 < most or least < 0 >= most):
            part, whole = (one, other) if most > 0 else (other, one)
            within[part] = (*within.get(part, ()), whole)
    return within


def _is_scale(column: Column, edges: Mapping[str, Cell]) -> bool:
    least, most = (edges.get(f"{column.name}:{side}") for side in ("min", "max"))
    if not isinstance(least, int | float) or not isinstance(most, int | float) or column.unit:
        return False
    return float(least).is_integer() and float(most).is_integer() and 0 <= least < most <= _LONGEST_SCALE


def _are_years(column: Column, edges: Mapping[str, Cell]) -> bool:
    least, most = _size(edges.get(f"{column.name}:min")), _size(edges.get(f"{column.name}:max"))
    return column.type == "integer" and not column.unit and YEARS[0] <= least and most <= YEARS[1]


def _size(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _day(value: Cell) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _holds(
    view: RecordView, table: TableSchema, column: Column, units: Collection[str], rows: int
) -> tuple[Holds, tuple[str, ...]]:
    if column.name == table.key:
        return "key", ()
    if column.name == table.title:
        return "title", ()
    if column.type == "boolean":
        return "yes_no", ()
    if column.type == "date":
        return "date", ()
    if column.type in _NUMBERS:
        return "number", ()
    values = tuple(v for v in view.values(table.name, column.name) if v) if column.name not in table.text else ()
    if not are_categories(values, rows):
        return "text", ()
    is_of_people = column.name != STAGE and are_people(spoken(column.name), values, units)
    return ("person" if is_of_people else "category"), values
