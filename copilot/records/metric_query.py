"""A metric over periods and groups: the catalogue's entry becomes one query, its values typed literals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlglot import exp

from copilot.errors import ToolError
from copilot.records.catalogue import Metric, parse
from copilot.records.names import nearest
from copilot.records.store import Filter, RecordView
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


def column_of(metric: Metric, dimension: str) -> str:
    if dimension not in metric.dimensions:
        there = ", ".join(metric.dimensions) or "nothing"
        raise ToolError(
            f"{metric.title} cannot be broken down by {dimension!r}; it is known by {there}.",
            nearest(dimension, metric.dimensions),
        )
    return metric.dimensions[dimension]


def row_filters(metric: Metric, filters: Mapping[str, str], span: Span | None = None) -> list[Filter]:
    """The conditions on rows, for counting what is withheld."""
    conditions = [
        Filter(column=column, op="in", value=_values(value)) for column, value in metric.where.items()
    ]
    conditions += [Filter(column=column_of(metric, name), value=value) for name, value in filters.items()]
    if span is not None and metric.time:
        conditions.append(Filter(column=metric.time, op=">=", value=span.start.isoformat()))
        conditions.append(Filter(column=metric.time, op="<", value=span.end.isoformat()))
    return conditions


def points(
    view: RecordView,
    metric: Metric,
    spans: Sequence[Span] = (),
    by: str | None = None,
    filters: Mapping[str, str] | None = None,
) -> list[Point]:
    """The value in each span and group that has rows, spans in order, the largest value of a span first."""
    group = column_of(metric, by) if by else None
    select = exp.Select()
    if spans and metric.time:
        select = select.select(exp.alias_(_span_number(metric.time, spans), "span")).group_by("span")
    spelling: Mapping[Cell, Cell] = {}
    if group:
        key: exp.Expression = exp.column(group, quoted=True)
        if view.column(metric.table, group).type == "text":
            key, spelling = exp.func("LOWER", key), view.spelling(metric.table, group)
        select = select.select(exp.alias_(key, "grouped")).group_by("grouped")
    select = select.select(exp.alias_(parse(metric.expression).copy(), "value"))
    if metric.target:
        select = select.select(exp.alias_(parse(metric.target).copy(), "target"))
    select = select.select(exp.alias_(exp.Count(this=exp.Star()), "n"))
    select = _from(select, view, metric, filters or {})
    if spans and metric.time:
        select = select.where(
            exp.column(metric.time, quoted=True) >= _literal(min(span.start for span in spans)),
            exp.column(metric.time, quoted=True) < _literal(max(span.end for span in spans)),
        )
    found = [_point(row, spelling) for row in view.run(select.sql(dialect="duckdb"))]
    counted = [
        point for point in found if point.rows and (point.span is not None or not spans or not metric.time)
    ]
    return sorted(
        counted, key=lambda p: (p.span or 0, p.value is None, -(p.value or 0), str(p.group).lower())
    )


def extent(view: RecordView, metric: Metric, filters: Mapping[str, str] | None = None) -> Extent | None:
    """When there are data of the metric; None when there are none, or it knows no time."""
    if metric.time is None:
        return None
    time = exp.column(metric.time, quoted=True)
    select = exp.Select().select(exp.alias_(time, "day")).distinct().where(time.copy().is_(exp.null()).not_())
    select = _from(select, view, metric, filters or {}).order_by("day")
    days = [date.fromisoformat(str(row["day"])) for row in view.run(select.sql(dialect="duckdb"))]
    if not days:
        return None
    months = tuple(sorted({day.replace(day=1) for day in days}))
    return Extent(days[0], days[-1], months, all(day.day == 1 for day in days))


def group_values(view: RecordView, metric: Metric, dimension: str) -> list[str]:
    """The values of a dimension that the metric has rows for, most frequent first."""
    column = exp.column(column_of(metric, dimension), quoted=True)
    select = exp.Select().select(exp.alias_(column, "value")).where(column.copy().is_(exp.null()).not_())
    select = _from(select, view, metric, {}).group_by("value").order_by("count(*) DESC", "value")
    found = {str(row["value"]).lower(): str(row["value"]) for row in view.run(select.sql(dialect="duckdb"))}
    return list(found.values())


def _from(select: exp.Select, view: RecordView, metric: Metric, filters: Mapping[str, str]) -> exp.Select:
    select = select.from_(exp.to_table(view.relation(metric.table), dialect="duckdb"))
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


def _span_number(time: str, spans: Sequence[Span]) -> exp.Expression:
    case = exp.Case()
    for number, span in enumerate(spans):
        day = exp.column(time, quoted=True)
        within = exp.and_(day >= _literal(span.start), day.copy() < _literal(span.end))
        case = case.when(within, exp.convert(number))
    return case


def _literal(day: date) -> exp.Expression:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def _point(row: Mapping[str, Cell], spelling: Mapping[Cell, Cell]) -> Point:
    def amount(name: str) -> float | None:
        value = row.get(name)
        return None if value is None or isinstance(value, str) else float(value)

    span, group = row.get("span"), row.get("grouped")
    return Point(
        span=int(span) if isinstance(span, int) else None,
        group=spelling.get(group, group),
        value=amount("value"),
        target=amount("target"),
        rows=int(amount("n") or 0),
    )
