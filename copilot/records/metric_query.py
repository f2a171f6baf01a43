"""A metric over periods and groups: the catalogue's entry becomes one query, its values typed literals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Any

from sqlglot import exp

from copilot.errors import ToolError
from copilot.records.catalogue import Metric, parse
from copilot.records.names import nearest
from copilot.records.store import RecordView
from copilot.types import Cell


@dataclass(frozen=True)
class Span:
    """Days from `start` up to, without, `end`."""

    start: date
    end: date


@dataclass(frozen=True)
class Point:
    """The metric in one span and group."""

    span: int | None
    """Position of the span that was asked for; None when the metric knows no time."""
    group: Cell
    value: float | None
    target: float | None
    rows: int


@dataclass(frozen=True)
class Extent:
    """When there are data."""

    first: date
    last: date
    months: tuple[date, ...]
    """First days of the months with data."""
    is_monthly: bool
    """Every date is the first of a month, so that it stands for the month."""

    @property
    def months_apart(self) -> int:
        """How many months usually lie between two with data: 1 for monthly data, 3 for quarterly."""
        gaps = [_months_between(a, b) for a, b in pairwise(self.months)]
        return int(median_low(gaps)) if gaps else 1

    @property
    def last_day(self) -> date:
        """The last day that the data are about."""
        return _months_later(self.last, 1) - timedelta(days=1) if self.is_monthly else self.last

    @property
    def covered_until(self) -> date:
        """The first day that the next data would be about."""
        if self.is_monthly:
            return _months_later(self.last, self.months_apart)
        return _months_later(self.last.replace(day=1), 1)

    @property
    def missing_months(self) -> tuple[date, ...]:
        count = _months_between(self.months[0], self.months[-1])
        span = (_months_later(self.months[0], number) for number in range(count))
        return tuple(month for month in span if month not in set(self.months))


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _months_later(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, 1)


def column_of(metric: Metric, dimension: str) -> str:
    if dimension not in metric.dimensions:
        there = ", ".join(metric.dimensions) or "nothing"
        raise ToolError(
            f"{metric.title} cannot be broken down by {dimension!r}; it is known by {there}.",
            nearest(dimension, metric.dimensions),
        )
    return metric.dimensions[dimension]


def hidden_rows(view: RecordView, metric: Metric, filters: Mapping[str, str], span: Span | None = None) -> int:
    """How many rows that the value is computed from are withheld from this viewer."""
    engine = view.engine(metric.table)
    whole, seen = engine.relation_tree(metric.table, whole=True), engine.relation_tree(metric.table)
    if whole == seen:
        return 0
    counts = []
    for relation in (whole, seen):
        select = exp.Select().select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(relation)
        select = _where(select, metric, filters)
        if span is not None and metric.time:
            day = exp.column(metric.time, quoted=True)
            select = select.where(day >= _day(span.start), day.copy() < _day(span.end))
        counts.append(int(engine.fetch(select)[0]["n"] or 0))
    return counts[0] - counts[1]


def points(
    view: RecordView,
    metric: Metric,
    spans: Sequence[Span] = (),
    by: str | None = None,
    filters: Mapping[str, str] | None = None,
) -> list[Point]:
    """The value in each span and group that has rows, spans in order, the largest value of a span first.

    Spans may overlap.
    """
    engine = view.engine(metric.table)
    spelling: Mapping[Cell, Cell] = {}
    if by and engine.column(metric.table, column_of(metric, by)).type == "text":
        spelling = engine.spelling(metric.table, column_of(metric, by))
    found = [_point(row, spelling) for row in engine.fetch(query(view, metric, spans, by, filters))]
    counted = [point for point in found if point.rows]
    return sorted(counted, key=lambda p: (p.span or 0, p.value is None, -(p.value or 0), str(p.group).lower()))


def query(
    view: RecordView,
    metric: Metric,
    spans: Sequence[Span] = (),
    by: str | None = None,
    filters: Mapping[str, str] | None = None,
) -> exp.Select:
    """The query of `points`, for any engine: `.sql(dialect=…)` writes it down."""
    engine = view.engine(metric.table)
    group = column_of(metric, by) if by else None
    select = exp.Select()
    dated = bool(spans and metric.time)
    if dated:
        select = select.select("_span").group_by("_span")
    if group:
        key: exp.Expression = exp.column(group, quoted=True)
        if engine.column(metric.table, group).type == "text":
            key = exp.func("LOWER", key)
        select = select.select(exp.alias_(key, "_group")).group_by(key.copy())
    select = select.select(exp.alias_(parse(metric.expression).copy(), "_value"))
    if metric.target:
        select = select.select(exp.alias_(parse(metric.target).copy(), "_target"))
    select = select.select(exp.alias_(exp.Count(this=exp.Star()), "_rows"))
    select = _from(select, view, metric, filters or {})
    if dated:
        day = exp.column(metric.time or "", quoted=True)
        select = select.join(_spans(spans), join_type="cross")
        select = select.where(day >= exp.column("_start"), day.copy() < exp.column("_end"))
    return select


def _spans(spans: Sequence[Span]) -> exp.Expression:
    """The spans as rows. They may overlap, so that one query gives a period, its parts and what it is compared with."""
    rows = [
        exp.Tuple(expressions=[exp.Literal.number(number), _day(span.start), _day(span.end)])
        for number, span in enumerate(spans)
    ]
    return exp.values(rows, alias="_spans", columns=["_span", "_start", "_end"])


def _day(day: date) -> exp.Expression:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def extent(view: RecordView, metric: Metric, filters: Mapping[str, str] | None = None) -> Extent | None:
    """When there are data of the metric; None when there are none, or it knows no time."""
    if metric.time is None:
        return None
    time = exp.column(metric.time, quoted=True)
    select = exp.Select().select(exp.alias_(time, "day")).distinct().where(time.copy().is_(exp.null()).not_())
    select = _from(select, view, metric, filters or {})
    days = sorted(date.fromisoformat(str(row["day"])[:10]) for row in view.engine(metric.table).fetch(select))
    if not days:
        return None
    months = tuple(sorted({day.replace(day=1) for day in days}))
    return Extent(days[0], days[-1], months, all(day.day == 1 for day in days))


def group_values(view: RecordView, metric: Metric, dimension: str) -> list[str]:
    """The values of a dimension that the metric has rows for, most frequent first."""
    column = exp.column(column_of(metric, dimension), quoted=True)
    select = exp.Select().select(exp.alias_(column, "value"), exp.alias_(exp.Count(this=exp.Star()), "n"))
    select = select.where(column.copy().is_(exp.null()).not_()).group_by(column.copy())
    rows = view.engine(metric.table).fetch(_from(select, view, metric, {}))
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (-int(row["n"] or 0), str(row["value"]))):
        found.setdefault(str(row["value"]).lower(), str(row["value"]))
    return list(found.values())


def _from(select: exp.Select, view: RecordView, metric: Metric, filters: Mapping[str, str]) -> exp.Select:
    return _where(select.from_(view.engine(metric.table).relation_tree(metric.table)), metric, filters)


def _where(select: exp.Select, metric: Metric, filters: Mapping[str, str]) -> exp.Select:
    for column, value in metric.where.items():
        select = select.where(exp.or_(*(_equals(column, v) for v in _values(value))))
    for dimension, value in filters.items():
        select = select.where(_equals(column_of(metric, dimension), value))
    return select


def _values(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _equals(column: str, value: object) -> exp.Expression:
    named = exp.column(column, quoted=True)
    if isinstance(value, str):
        text = exp.func("LOWER", exp.cast(named, "VARCHAR"))
        return exp.EQ(this=text, expression=exp.Literal.string(value.lower()))
    return exp.EQ(this=named, expression=exp.convert(value))


def _point(row: Mapping[str, Cell], spelling: Mapping[Cell, Cell]) -> Point:
    def amount(name: str) -> float | None:
        value = row.get(name)
        return None if value is None or isinstance(value, str) else float(value)

    span, group = row.get("_span"), row.get("_group")
    return Point(
        span=int(span) if isinstance(span, int) else None,
        group=spelling.get(group, group),
        value=amount("_value"),
        target=amount("_target"),
        rows=int(amount("_rows") or 0),
    )
