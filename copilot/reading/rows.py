"""Which rows of which table a question means: conditions, groups, order and measure from its spans and links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from copilot.language.periods import find_period
from copilot.reading.columns import Columns, Holds, Profile
from copilot.reading.linking import number_of
from copilot.reading.question import Link, Links, Reading, Span
from copilot.records.conditions import Filter, Operator

# A span is taken for a column or value that it does not name from this cosine on.
NEAR_COLUMN = 0.45
NEAR_VALUE = 0.6
# Comparators in the order in which they are looked for; the first that a bound holds is meant.
_COMPARATORS: tuple[tuple[Operator, str], ...] = (
    ("<=", r"at most|no more than|not more than|up to|or less|or below|maximum|within|until|≤"),
    (">=", r"at least|no less than|not less than|or more|or above|minimum|from|since|≥"),
    ("<", r"under|below|less|fewer|before|earlier|smaller|younger|lower|short of|<"),
    (">", r"over|above|more|exceed\w*|after|later|beyond|greater|bigger|larger|older|north of|past|higher|>"),
)
_BETWEEN = re.compile(r"\b(?:between|from)\b", re.IGNORECASE)
_GRAINS = re.compile(r"\b(month|quarter|year|week)s?(?:ly)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Restriction:
    """The rows of one table that a question means, and what it asks of them."""

    table: str
    conditions: tuple[Filter, ...] = ()
    groups: tuple[str, ...] = ()
    measured: str | None = None
    """The column that is summed, averaged, ranked by."""
    shown: tuple[str, ...] = ()
    """Columns asked for beside the names of the rows."""
    order: str | None = None
    limit: int | None = None
    unresolved: tuple[str, ...] = ()
    """Spans for which the table has nothing."""
    support: float = 0.0
    """How much of what the question names this table holds."""


@dataclass
class _Builder:
    columns: Columns
    links: Links
    table: str
    today: date
    fiscal_start: int
    conditions: list[Filter] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    support: float = 0.0

    def of(self, span: Span, *kinds: str) -> list[Link]:
        """The links of this table within a span; the same text links once, a whole name before a part."""
        found = [x for x in self.links.within(span.start, span.end) if x.kind in kinds and x.table in (self.table, "")]
        return sorted(found, key=lambda x: (-x.score, x.start))

    def add(self, column: str, op: Operator, value: object = None) -> None:
        new = Filter(column=column, op=op, value=value)
        if new not in self.conditions:
            self.conditions.append(new)


def restrictions(
    text: str, links: Links, reading: Reading, columns: Columns, tables: Sequence[str], today: date, fiscal_start: int
) -> list[Restriction]:
    """What the question asks of each table, the one that holds most of what it names first; `tables` in their order."""
    found = [_of_table(text, links, reading, columns, table, today, fiscal_start) for table in tables]
    places = {table: n for n, table in enumerate(tables)}
    return sorted(found, key=lambda r: (-r.support, places[r.table]))


def _of_table(
    text: str, links: Links, reading: Reading, columns: Columns, table: str, today: date, fiscal_start: int
) -> Restriction:
    builder = _Builder(columns, links, table, today, fiscal_start)
    if any(x.table == table for x in links.of("table")):
        builder.support += 1.5
    for span in reading.of("filter", "scope", "compare"):
        _filter(builder, span)
    for span in reading.of("not"):
        _negated(builder, span)
    for span in reading.of("bound", "period"):
        _bound(builder, span)
    groups = [
        c for span in reading.of("group") if (c := _column(builder, span, "category", "person", "date", "yes_no"))
    ]
    compared = [c for c in builder.conditions if c.op == "in"] if reading.of("compare") else []
    groups += [c.column for c in compared if c.column not in groups]
    numeric: tuple[Holds, ...] = ("number", "date")
    needs_number = reading.measure in ("sum", "avg", "median", "min", "max", "difference")
    measured, shown = None, []
    for span in reading.of("measure"):
        if needs_number and measured is None:
            measured = _column(builder, span, *numeric)
        elif reading.measure in ("list", "none", "share") and (
            c := _column(builder, span, "number", "date", "person", "category", "text", "yes_no", quietly=True)
        ):
            shown.append(c)
    order = next((c for span in reading.of("order") if (c := _column(builder, span, *numeric, quietly=True))), None)
    if needs_number and measured is None:
        measured = order or _only_number(columns, table)
    numbers = [x for span in reading.of("limit") for x in links.within(span.start, span.end, "number")]
    limit = int(number_of(numbers[0])) if numbers and number_of(numbers[0]) >= 1 else None
    descending = reading.direction != "ascending"
    return Restriction(
        table=table,
        conditions=tuple(builder.conditions),
        groups=tuple(dict.fromkeys(g for g in groups if g))[:2],
        measured=measured,
        shown=tuple(dict.fromkeys(shown)),
        order=None if order is None or reading.direction == "none" else f"{'-' if descending else ''}{order}",
        limit=limit,
        unresolved=tuple(builder.unresolved),
        support=builder.support,
    )


def _filter(builder: _Builder, span: Span) -> None:
    """Rows that have a value, belong to a record, or for which something is so."""
    values = builder.of(span, "value", "person")
    if values:
        _equal(builder, values, "=", "in")
        return
    if own := [x for x in builder.of(span, "record") if x.score >= 0.6]:
        _records(builder, own)
        return
    foreign = list(builder.links.within(span.start, span.end, "record"))
    if foreign and (column := _reference(builder, foreign[0])):
        builder.add(column[0], "=", column[1])
        builder.support += 1
        return
    named = [p for x in builder.of(span, "column") if (p := builder.columns.get(builder.table, x.key))]
    if flag := next((p for p in named if p.holds == "yes_no"), None):
        builder.add(flag.name, "=", True)
        builder.support += 1
        return
    if builder.links.within(span.start, span.end, "period"):
        _bound(builder, span)
        return
    if span.role == "scope":
        return
    _by_likeness(builder, span, is_negated=False)


def _negated(builder: _Builder, span: Span) -> None:
    """Rows that have not a value, lack a cell, or for which something is not so."""
    if values := builder.of(span, "value", "person"):
        _equal(builder, values, "!=", "not in")
        return
    if own := builder.of(span, "record"):
        key = next((p.name for p in builder.columns.of_table(builder.table, "key")), None)
        if key:
            builder.add(key, "!=", own[0].key)
            builder.support += 0.5
        return
    for link in builder.of(span, "column"):
        if profile := builder.columns.get(builder.table, link.key):
            _lacks(builder, profile)
            return
    _by_likeness(builder, span, is_negated=True)


def _lacks(builder: _Builder, profile: Profile) -> None:
    if profile.holds == "yes_no":
        builder.add(profile.name, "=", False)
    else:
        builder.add(profile.name, "missing")
    builder.support += 1


def _by_likeness(builder: _Builder, span: Span, *, is_negated: bool) -> None:
    """A span that names nothing: the value or yes/no column, or what is missing, that comes nearest to it."""
    table = builder.columns.of_table(builder.table)
    flags = [p for p in table if p.holds == "yes_no"]
    if flag := builder.columns.nearest(span.text, flags, NEAR_COLUMN):
        builder.add(flag.name, "=", not is_negated)
        builder.support += 0.6
        return
    categories = [p for p in table if p.holds == "category"]
    if near := builder.columns.nearest_value(span.text, categories, NEAR_VALUE):
        builder.add(near[0].name, "!=" if is_negated else "=", near[1])
        builder.support += 0.6
        return
    if is_negated and (profile := builder.columns.nearest(span.text, table, NEAR_COLUMN)):
        _lacks(builder, profile)
        return
    builder.unresolved.append(span.text)


def _equal(builder: _Builder, values: Sequence[Link], one: Operator, several: Operator) -> None:
    """Values of one column are alternatives. A text that is a value of several columns means the first of them."""
    by_column: dict[str, list[Link]] = {}
    for link in values:
        taken = [x for found in by_column.values() for x in found]
        if not any(x.start < link.end and link.start < x.end for x in taken):
            by_column.setdefault(link.column, []).append(link)
    for column, found in by_column.items():
        keys = tuple(dict.fromkeys(x.key for x in found))
        builder.support += len(keys)
        earlier = next((c for c in builder.conditions if c.column == column and c.op in (one, several)), None)
        if earlier is not None:
            builder.conditions.remove(earlier)
            before = earlier.value if isinstance(earlier.value, tuple) else (earlier.value,)
            keys = tuple(dict.fromkeys([*map(str, before), *keys]))
        builder.add(column, several if len(keys) > 1 else one, keys if len(keys) > 1 else keys[0])


def _records(builder: _Builder, records: Sequence[Link]) -> None:
    key = next((p.name for p in builder.columns.of_table(builder.table, "key")), None)
    if key is None:
        return
    keys = tuple(dict.fromkeys(x.key for x in records))
    builder.add(key, "in" if len(keys) > 1 else "=", keys if len(keys) > 1 else keys[0])
    builder.support += 0.5


def _reference(builder: _Builder, record: Link) -> tuple[str, str] | None:
    """The column of this table that refers to a record of another, and how it writes it."""
    for profile in builder.columns.of_table(builder.table, "category", "person"):
        for value in profile.values:
            if value.casefold() in (record.key.casefold(), record.name.casefold()):
                return profile.name, value
    return None


def _bound(builder: _Builder, span: Span) -> None:
    """A condition by size or date: its comparator, its number or period, and the column it speaks of."""
    period = find_period(span.text, builder.today, builder.fiscal_start)
    numbers = list(builder.links.within(span.start, span.end, "number"))
    named = [p for x in builder.of(span, "column") if (p := builder.columns.get(builder.table, x.key))]
    if period is not None:
        dates = [p for p in named if p.holds == "date"] or list(builder.columns.of_table(builder.table, "date"))
        column = dates[0] if len(dates) == 1 else builder.columns.nearest(_around(builder, span), dates, 0.0)
        if column is None:
            builder.unresolved.append(span.text)
            return
        builder.add(column.name, ">=", period.start.isoformat())
        builder.add(column.name, "<", period.end.isoformat())
        builder.support += 0.5
        return
    if not numbers:
        _filter_by_presence(builder, span, named)
        return
    sizes = [p for p in named if p.holds == "number"] or list(builder.columns.of_table(builder.table, "number"))
    column = sizes[0] if len(sizes) == 1 else builder.columns.nearest(_around(builder, span), sizes, 0.0)
    if column is None:
        builder.unresolved.append(span.text)
        return
    values = sorted(number_of(x) for x in numbers)
    if len(values) > 1 and _BETWEEN.search(span.text):
        builder.add(column.name, ">=", values[0])
        builder.add(column.name, "<=", values[-1])
    else:
        builder.add(column.name, comparator(span.text), values[0])
    builder.support += 0.5


def _filter_by_presence(builder: _Builder, span: Span, named: Sequence[Profile]) -> None:
    if named:
        builder.add(named[0].name, "present")
    else:
        _by_likeness(builder, span, is_negated=False)


def _around(builder: _Builder, span: Span) -> str:
    return span.text


def comparator(text: str) -> Operator:
    """How a bound compares: "over", "at most", "or more"; equality where it does not say."""
    for op, words in _COMPARATORS:
        if re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE):
            return op
    return "="


def _column(builder: _Builder, span: Span, *holds: Holds, quietly: bool = False) -> str | None:
    """The column that a span names, else the one that comes nearest to it."""
    for link in builder.of(span, "column"):
        profile = builder.columns.get(builder.table, link.key)
        if profile is not None and profile.holds in holds:
            builder.support += 1
            return profile.name
    if "date" in holds and _GRAINS.search(span.text):
        dates = builder.columns.of_table(builder.table, "date")
        return dates[0].name if dates else None
    near = builder.columns.nearest(span.text, builder.columns.of_table(builder.table, *holds), NEAR_COLUMN)
    if near is None:
        if not quietly:
            builder.unresolved.append(span.text)
        return None
    builder.support += 0.4
    return near.name


def _only_number(columns: Columns, table: str) -> str | None:
    numbers = columns.of_table(table, "number")
    return numbers[0].name if len(numbers) == 1 else None
