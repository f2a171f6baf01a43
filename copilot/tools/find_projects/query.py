"""What is asked of one table, and what the records answer."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from copilot.language.calendar import MONTHS_IN, Calendar, Period
from copilot.language.formatting import column_label, format_cell, humanize, noun, plural
from copilot.records.aggregating import Grouping, Measure
from copilot.records.schema import Column, TableSchema
from copilot.records.store import Filter, RecordView
from copilot.tools.evidence import Row, measured, recorded
from copilot.tools.filters import spoken
from copilot.tools.find_projects.arguments import Aggregate, Arguments, Grain, GroupCondition
from copilot.tools.findings import count, share
from copilot.types import Cell, Quantity, Value

ROWS = "number of rows"
METRIC = "metric"
"""The column by which observations name their metric."""
_ROWS_LISTED = 20
FEW = 5
"""So few rows are named beside their number, or beside what is computed over them."""
_WORDS: Mapping[str, str] = {
    "count": "number of recorded", "count distinct": "number of different", "sum": "sum", "mean": "average",
    "median": "median", "min": "lowest", "max": "highest", "share": "share",
}  # fmt: skip
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
_OF_DATES = {"min": "earliest", "max": "latest"}


@dataclass(frozen=True)
class Measured:
    """What is computed over rows."""

    aggregate: Aggregate
    column: Column | None = None
    of: Column | None = None
    """Of whose sum that of the column is a share."""

    @property
    def label(self) -> str:
        """Such as "sum of spend", "average budget", "count", "spend as a share of budget"."""
        if self.column is None:
            return self.aggregate
        if self.of is not None:
            return f"{column_label(self.column.name)} as a share of {column_label(self.of.name)}"
        name, aggregate = column_label(self.column.name), self.aggregate
        if aggregate in ("count", "count distinct"):
            return f"{_WORDS[aggregate]} {plural(name)}"
        word = _OF_DATES.get(aggregate) if self.column.type == "date" else None
        return f"{word or _WORDS[aggregate]}{' of' if aggregate in ('sum', 'share') else ''} {name}"

    def value(self, raw: Cell, row_noun: str) -> Value:
        """The result in its unit; None where no row records the column."""
        if self.aggregate == "count distinct":
            return count(_number(raw), f"different {column_label(self.column.name) if self.column else row_noun}")
        if self.aggregate == "count" or self.column is None:
            return count(_number(raw), row_noun)
        return recorded(raw, self.column) if isinstance(raw, str | None) else measured(float(raw), self.column.unit)

    @property
    def stored(self) -> Measure:
        """How a store computes it; of a share its parts."""
        column = self.column.name if self.column else None
        if self.aggregate == "share":
            return Measure(name=self.key, aggregate="sum" if column else "count", column=column)
        return Measure(name=self.key, aggregate=self.aggregate, column=column)

    @property
    def key(self) -> str:
        """The name of what a store computes."""
        return f"part of {self.label}" if self.aggregate == "share" else self.label

    @property
    def sums(self) -> tuple[Measured, Measured] | None:
        """What is set against one another, where one column is a share of another."""
        return (Measured("sum", self.column), Measured("sum", self.of)) if self.column and self.of else None

    @property
    def are_known(self) -> tuple[Filter, ...]:
        """That a row records both columns of a share: what has only one of them tells nothing of it."""
        return tuple(Filter(column=c.name, op="present") for c in (self.column, self.of) if c and self.of)


@dataclass(frozen=True)
class Order:
    """What comes first: by a column of rows, or of groups by a measure or by the groups' own column."""

    descending: bool
    column: Column | None = None
    measure: int | None = None
    group: int | None = None


@dataclass(frozen=True)
class Group:
    """The rows that have the grouped columns in common."""

    labels: tuple[str | None, ...]
    """None where the column is empty."""
    keys: tuple[Cell, ...]
    rows: int
    values: tuple[Value, ...]
    """One a measure."""
    parts: tuple[Quantity, Quantity] | None = None
    """Numerator and denominator of a share."""

    @property
    def is_known(self) -> bool:
        return any(label is not None for label in self.labels)


@dataclass(frozen=True)
class Query:
    """What is asked of one table, and by whom."""

    view: RecordView
    schema: TableSchema
    meant: Arguments
    """The call as it is meant, with the names that sentences use."""
    filters: tuple[Filter, ...]
    among: tuple[Filter, ...]
    measures: tuple[Measured, ...]
    groups: tuple[Column, ...]
    grain: Grain
    order: Order | None
    limit: int | None
    shown: tuple[Column, ...]
    calendar: Calendar
    times: tuple[Period, ...]
    """Those that are set beside one another, by the one column of dates that is grouped by."""
    titles: Mapping[str, str]
    """What people call the metrics that a table names."""

    @property
    def table(self) -> str:
        return self.schema.name

    @property
    def noun(self) -> str:
        """What one row is called."""
        return noun(self.table, 1)

    @property
    def all_filters(self) -> tuple[Filter, ...]:
        return (*self.among, *self.filters)

    @property
    def said(self) -> list[Filter]:
        """The conditions as sentences tell them."""
        return [f for condition in self.meant.filters for f in spoken(self.view, self.table, condition)]

    @property
    def said_among(self) -> list[Filter]:
        return [f for condition in self.meant.among for f in spoken(self.view, self.table, condition)]

    def count(self, filters: Sequence[Filter]) -> int:
        return int(_number(self.view.aggregate(self.table, measures=[Measure(name="n")], filters=filters)[0]["n"]))

    @cached_property
    def matching(self) -> int:
        return sum(g.rows for g in self.all_groups) if self.times else self.count(self.all_filters)

    @cached_property
    def total(self) -> int:
        """Rows of the whole that the filters are set against."""
        return self.count(self.among)

    def measured(self, measure: Measured, filters: Sequence[Filter]) -> Cell:
        """One result over the rows that meet some filters."""
        return self.view.aggregate(self.table, (), [measure.stored], filters)[0][measure.key]

    def rows(self) -> list[Row]:
        """The rows to list, none where only groups or measures were asked for; those that are counted, and the few over
        which something is computed, can be seen."""
        by = self.order.column if self.order else None
        computes = any(m.column is not None or m.aggregate != "count" for m in self.measures)
        if (self.groups or (computes and not self.are_few_measured)) and by is None:
            return []
        order = [f"{'-' if self.order and self.order.descending else ''}{by.name}"] if by else []
        wanted = [c.name for c in (*self.schema.columns, *(c for c in self.shown if c.sql))]
        limit = None if self.are_firsts else self.limit or _ROWS_LISTED
        rows = self.view.select(self.table, self.all_filters, wanted, order, limit)
        return [self._titled(row) for row in (self._firsts(rows) if self.are_firsts else rows)]

    @property
    def are_few_measured(self) -> bool:
        """Whether one column is computed over so few rows, picked by conditions, that each can be told with its own."""
        if len(self.measures) != 1 or self.groups or not self.said:
            return False
        (one,) = self.measures
        is_stored = one.column is not None and not one.column.sql and one.aggregate in ("sum", "mean")
        return is_stored and 1 < self.matching <= FEW

    @property
    def are_firsts(self) -> bool:
        """Whether the first rows of each group are asked for."""
        return bool(self.groups and self.meant.per_group and self.order and self.order.column)

    def _firsts(self, rows: Sequence[Row]) -> list[Row]:
        """Of rows in their order the first of each group that have what orders them."""
        by = self.order.column.name if self.order and self.order.column else ""
        held: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            cells = [row[c.name] for c in self.groups]
            if row[by] is not None and None not in cells:
                held.setdefault(tuple(str(c).lower() for c in cells), []).append(row)
        return [row for _, own in sorted(held.items()) for row in own[: self.meant.per_group]]

    def name(self, row: Row) -> str:
        """What a row is called, with its key."""
        key = str(row[self.schema.key]) if self.schema.key and row.get(self.schema.key) else ""
        title = str(row[self.schema.title]).rstrip(".") if self.schema.title and row.get(self.schema.title) else ""
        if title and key and title != key:
            return f"{title} ({key})"
        cells = [format_cell(row[c.name], c.unit) for c in self.schema.columns[:3] if row.get(c.name) is not None]
        return title or key or " ".join(map(humanize, cells)) or "a row without entries"

    @cached_property
    def grouped(self) -> tuple[Group, ...]:
        """The groups that are kept, the largest first measure first unless another order is asked for; dates in their
        order."""
        having = self.meant.having
        return self.all_groups if having is None else tuple(g for g in self.all_groups if _is_kept(g, having))

    @cached_property
    def all_groups(self) -> tuple[Group, ...]:
        """All groups in that order; where some are to be kept, also those of the whole that no row is in."""
        measures = self.measures or (Measured("count"),)
        if self.times:
            return tuple(self._by_times(measures))
        found = {self._keys(row): row for row in self._by_group(measures, self.all_filters)}
        wholes = {}
        if set_against := next((m for m in measures if m.sums), None):
            rows = self._by_group(set_against.sums or (), (*self.all_filters, *set_against.are_known))
            wholes = {self._keys(row): row for row in rows}
        elif shares := [m for m in measures if m.aggregate == "share"]:
            wholes = {self._keys(row): row for row in self._by_group(shares, self.among)}
        elif self.meant.having is not None:
            wholes = {self._keys(row): row for row in self._by_group((Measured("count"),), self.among)}
        elif set_beside := self._set_beside():
            wholes = {self._keys(row): row for row in self._by_group((Measured("count"),), set_beside)}
        groups = [self._group(keys, found.get(keys), wholes.get(keys)) for keys in dict.fromkeys([*found, *wholes])]
        return tuple(self._ordered(groups))

    def _set_beside(self) -> tuple[Filter, ...]:
        """The values of the one column that rows are grouped by which are set beside one another: one that no row is in
        is told too; none where something else than rows is counted."""
        own = [f for f in self.all_filters if [f.column] == [c.name for c in self.groups] and f.op == "in"]
        are_counted = all(m.column is None and m.aggregate == "count" for m in self.measures)
        return tuple(own) if are_counted else ()

    def _by_times(self, measures: Sequence[Measured]) -> Iterator[Group]:
        """The rows of each time that is set beside the others, in the order in which they were said."""
        date_column = self.groups[0].name
        stored = {m.key: m.stored for m in measures}
        for period in self.times:
            within = (
                Filter(column=date_column, op=">=", value=period.start.isoformat()),
                Filter(column=date_column, op="<", value=period.end.isoformat()),
            )
            wanted = [Measure(name=ROWS), *stored.values()]
            row = self.view.aggregate(self.table, (), wanted, (*self.all_filters, *within))[0]
            values = tuple(measure.value(row[measure.key], self.noun) for measure in measures)
            label = f"{period.label} so far" if period.end > self.calendar.tomorrow else period.label
            yield Group((label,), (period.start.isoformat(),), int(_number(row[ROWS])), values)

    def _by_group(self, measures: Sequence[Measured], filters: Sequence[Filter]) -> list[Row]:
        stored = {m.key: m.stored for m in measures}
        return [*self.view.aggregate(self.table, self.keys, [Measure(name=ROWS), *stored.values()], filters)]

    @property
    def keys(self) -> list[str | Grouping]:
        return [
            Grouping(column=c.name, grain=self.grain, shift=self._shift) if c.type == "date" else c.name
            for c in self.groups
        ]

    @property
    def is_fiscal(self) -> bool:
        """Quarters follow the fiscal year when there is one of its own; years only when said to."""
        return self.calendar.has_fiscal_year and self.grain == "quarter"

    @property
    def _shift(self) -> int:
        return self.calendar.offset(self.is_fiscal) % MONTHS_IN[self.grain]

    def _keys(self, row: Row) -> tuple[Cell, ...]:
        return tuple(row[c.name] for c in self.groups)

    def _group(self, keys: tuple[Cell, ...], row: Row | None, whole: Row | None) -> Group:
        values: list[Value] = []
        parts = None
        for measure in self.measures or (Measured("count"),):
            if measure.sums:
                one, other = (s.value(whole[s.key] if whole else 0, self.noun) for s in measure.sums)
                if isinstance(one, Quantity) and isinstance(other, Quantity):
                    parts = one, other
                values.append(ratio(*parts) if parts else None)
            elif measure.aggregate == "share":
                parts = self.parts(measure, row[measure.key] if row else 0, whole[measure.key] if whole else 0)
                values.append(ratio(*parts))
            elif row is None:
                values.append(measure.value(0, self.noun) if measure.aggregate.startswith("count") else None)
            else:
                values.append(measure.value(row[measure.key], self.noun))
        labels = tuple(self._label(c, key) for c, key in zip(self.groups, keys, strict=True))
        return Group(labels, keys, int(_number(row[ROWS])) if row else 0, tuple(values), parts)

    def parts(self, measure: Measured, part: Cell, whole: Cell) -> tuple[Quantity, Quantity]:
        """Numerator and denominator of a share."""
        if measure.column is None:
            return count(_number(part), self.noun), count(_number(whole), self.noun)
        return measured(_number(part), measure.column.unit), measured(_number(whole), measure.column.unit)

    def _label(self, column: Column, key: Cell) -> str | None:
        if key is None:
            return None
        if column.type == "date":
            day = date.fromisoformat(str(key))
            return self.calendar.name(day.year * 12 + day.month - 1, self.grain, self.is_fiscal)
        text = str(key)
        if column.type == "integer" and column.name.lower().endswith("year"):
            return text
        if column.name == METRIC and text in self.titles:
            return self.titles[text]
        return self._names.get((column.name, text)) or humanize(format_cell(key, column.unit))

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        """How rows are called whose keys a grouped column holds."""
        return {(c.name, k): name for c in self.groups for k, name in row_names(self.view, self.table, c.name).items()}

    def _ordered(self, groups: list[Group]) -> list[Group]:
        order = self.order
        if order is None or order.column is not None:
            by_time = bool(self.groups) and self.groups[0].type == "date"
            order = Order(False, group=0) if by_time else Order(True, measure=0)
        measures = self.measures or (Measured("count"),)

        def value(group: Group) -> tuple[bool, float | str]:
            if order.group is not None:
                key, column = group.keys[order.group], self.groups[order.group]
                if isinstance(key, str) and key in column.order:
                    return False, column.order.index(key)
                return key is None, key if isinstance(key, int | float) else str(key).lower()
            if order.measure is None:
                return False, group.rows
            held = sortable(group.values[order.measure], measures[order.measure].column)
            return held is None, held or 0.0

        groups.sort(key=lambda group: [(key is None, str(key).lower()) for key in group.keys])
        known = [group for group in groups if not value(group)[0]]
        known.sort(key=lambda group: value(group)[1], reverse=order.descending)
        return [*known, *(group for group in groups if value(group)[0])]

    def _titled(self, row: Row) -> Row:
        """The row with the metric it is about under its title."""
        name = row.get(METRIC)
        return {**row, METRIC: self.titles[str(name)]} if name in self.titles else row


def row_names(view: RecordView, table: str, column: str) -> dict[str, str]:
    """Key to name with key of the rows that a column names: those of its own table, or of the one it refers to."""
    other = (view.column(table, column).references or "").partition(".")[0]
    schema = view.tables.get(table if column == view.tables[table].key else other)
    if schema is None or not schema.key or not schema.title or schema.title == schema.key:
        return {}
    rows = view.select(schema.name, columns=[schema.key, schema.title])
    return {
        str(r[schema.key]): f"{r[schema.title]} ({r[schema.key]})" for r in rows if r[schema.key] and r[schema.title]
    }


def ratio(part: Quantity, whole: Quantity) -> Quantity | None:
    return share(part.value / whole.value) if whole.value else None


def _is_kept(group: Group, having: GroupCondition) -> bool:
    held = group.values[0]
    return isinstance(held, Quantity) and group.is_known and _COMPARED[having.op](held.value, having.value)


def _number(raw: Cell) -> float:
    return float(raw) if isinstance(raw, int | float) else 0.0


def sortable(value: Value, column: Column | None = None) -> float | None:
    """A number by which a value is put in order, that of a grade its place in its column; nothing of other texts."""
    if isinstance(value, date):
        return float(value.toordinal())
    if isinstance(value, str) and column is not None and value in column.order:
        return float(column.order.index(value))
    return value.value if isinstance(value, Quantity) else None
