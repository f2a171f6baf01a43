"""A metric read over the periods that a call asks for, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from copilot.language.calendar import BEGINNING, MONTHS_IN, Calendar, Grain, Period, first_day
from copilot.records.catalogue import Metric
from copilot.records.metric_query import Extent, Point, Span, extent, points
from copilot.records.store import RecordView
from copilot.types import Cell

Comparison = Literal["previous_period", "previous_year", "target"]

# Beyond this a table of months is no longer read; quarters say as much.
_MOST_MONTHS = 36


@dataclass(frozen=True)
class PeriodValue:
    """The metric in one period."""

    period: Period
    point: Point


@dataclass(frozen=True)
class GroupValue:
    group: Cell
    now: Point
    before: Point | None


@dataclass(frozen=True)
class MetricReading:
    metric: Metric
    by: str | None
    filters: Mapping[str, str]
    period: Period | None
    """None when the metric knows no time."""
    total: Point | None
    """Over the whole period; None when it has no data."""
    parts: tuple[PeriodValue, ...] = ()
    """The units the period was asked by, those with data."""
    months: tuple[PeriodValue, ...] = ()
    before: PeriodValue | None = None
    """What the total is compared with."""
    groups: tuple[GroupValue, ...] = ()
    extent: Extent | None = None


@dataclass(frozen=True)
class Request:
    """What a call asks for, its names resolved."""

    metric: Metric
    by: str | None
    filters: Mapping[str, str]
    period: Period | None
    grain: Grain | None
    compare: Comparison | None
    show_sql: bool = False
    against: Period | None = None
    """What the period is compared with in place of the one before."""


def read(view: RecordView, request: Request, calendar: Calendar) -> MetricReading:
    metric, filters = request.metric, request.filters
    if metric.time is None:
        snapshot = next(iter(points(view, metric, filters=filters)), None)
        groups = points(view, metric, by=request.by, filters=filters) if request.by else []
        paired = tuple(GroupValue(point.group, point, None) for point in groups)
        return MetricReading(metric, request.by, filters, None, snapshot, groups=paired)
    # Nothing counted for a group is a count of zero as long as something is counted for anyone.
    reach = extent(view, metric, {} if metric.counts_rows else filters)
    if reach is None:
        return MetricReading(metric, request.by, filters, request.period, None)

    period = _within(request.period, reach) or _latest(metric, reach, request.grain, calendar)
    earlier = request.against or _compared(period, request.compare, calendar)
    parts, months = _parts(period, request.grain, calendar), _units(period, "month", calendar)
    months = months if len(months) <= _MOST_MONTHS else []
    values = _values(view, request, [period, earlier, *parts, *months], reach, calendar)
    is_fair = _is_comparable(metric, reach, (period, earlier), calendar)
    return MetricReading(
        metric,
        request.by,
        filters,
        period,
        total=values[period].point if period in values else None,
        parts=tuple(values[part] for part in parts if part in values),
        months=tuple(values[month] for month in months if month in values),
        before=values.get(earlier) if is_fair else None,
        groups=tuple(_grouped(view, request, period, earlier if is_fair else None)) if request.by else (),
        extent=reach,
    )


def _values(
    view: RecordView, request: Request, periods: Sequence[Period], reach: Extent, calendar: Calendar
) -> dict[Period, PeriodValue]:
    found = _points(view, request.metric, periods, request.filters, None)
    if request.metric.counts_rows:
        found = _with_zeros(found, periods, reach, calendar)
    return {periods[p.span]: PeriodValue(periods[p.span], p) for p in found if p.span is not None}


def _is_comparable(metric: Metric, reach: Extent, periods: Iterable[Period], calendar: Calendar) -> bool:
    """Sums of periods are compared only where the data cover both."""
    until = calendar.tomorrow if metric.counts_rows else reach.covered_until
    covered = all(reach.first.replace(day=1) <= p.start and p.end <= until for p in periods)
    return covered or not metric.is_sum


def latest_value(
    view: RecordView, metric: Metric, filters: Mapping[str, str], calendar: Calendar
) -> PeriodValue | None:
    """The metric in its latest month with data."""
    reading = read(view, Request(metric, None, filters, None, None, "target"), calendar)
    if reading.total is None or reading.total.value is None:
        return None
    return PeriodValue(reading.period or calendar.days(calendar.today, calendar.tomorrow, "day"), reading.total)


def _within(period: Period | None, reach: Extent) -> Period | None:
    """A period without a beginning begins with the data."""
    if period is None or period.start > BEGINNING:
        return period
    return replace(period, start=min(reach.first.replace(day=1), period.last_day))


def _latest(metric: Metric, reach: Extent, grain: Grain | None, calendar: Calendar) -> Period:
    """The unit of the latest data; of a count, in which nothing is a value too, the latest complete one."""
    unit: Grain = grain or "month"
    fiscal = unit != "month" and calendar.has_fiscal_year
    if metric.counts_rows:
        return calendar.last(1, unit, fiscal)
    return calendar.units(calendar.containing(reach.last, unit, fiscal), 1, unit, fiscal)


def _parts(period: Period, grain: Grain | None, calendar: Calendar) -> list[Period]:
    """The units to tell a period by: those asked for, or those it was spoken of in."""
    unit = grain or period.grain
    if unit not in MONTHS_IN or period.start.day != 1:
        return [period]
    units = _units(period, unit, calendar)
    return units if len(units) > 1 else [period]


def _units(period: Period, grain: Grain, calendar: Calendar) -> list[Period]:
    """The months, quarters or years of a period, the first and last cut to it."""
    spoken_fiscal = "FY" in period.label
    fiscal = spoken_fiscal or (grain == "quarter" and calendar.has_fiscal_year and period.grain == "month")
    first = calendar.containing(period.start, grain, fiscal)
    units = []
    while first_day(first) < period.end:
        unit = calendar.units(first, 1, grain, fiscal)
        start, end = max(unit.start, period.start), min(unit.end, period.end)
        units.append(unit if (start, end) == (unit.start, unit.end) else calendar.days(start, end, grain))
        first += MONTHS_IN[grain]
    return units


def _compared(period: Period, compare: Comparison | None, calendar: Calendar) -> Period:
    """The period before, of the same length, or the same a year before."""
    if period.start.day == period.end.day == 1:
        months = 12 if compare == "previous_year" else _month(period.end) - _month(period.start)
        return _moved(period, months, calendar)
    back = timedelta(days=365) if compare == "previous_year" else period.end - period.start
    return calendar.days(period.start - back, period.end - back, period.grain)


def _moved(period: Period, months: int, calendar: Calendar) -> Period:
    """Whole months, so many earlier, under a name of the same kind."""
    first, after = _month(period.start) - months, _month(period.end) - months
    grain = period.grain if period.grain in MONTHS_IN else "month"
    count, rest = divmod(after - first, MONTHS_IN[grain])
    fiscal = "FY" in period.label
    if rest or first != calendar.containing(first_day(first), grain, fiscal):
        return calendar.days(first_day(first), first_day(after), grain)
    return calendar.units(first, count, grain, fiscal)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _grouped(view: RecordView, request: Request, period: Period, earlier: Period | None) -> Sequence[GroupValue]:
    periods = [period, earlier] if earlier else [period]
    found = _points(view, request.metric, periods, request.filters, request.by)
    now = [point for point in found if point.span == 0]
    before = {point.group: point for point in found if point.span == 1}
    return [GroupValue(point.group, point, before.get(point.group)) for point in now]


def _points(
    view: RecordView, metric: Metric, periods: Sequence[Period], filters: Mapping[str, str], by: str | None
) -> list[Point]:
    """The metric in each period; of a stock, its last month there."""
    if not metric.is_stock:
        return points(view, metric, [Span(period.start, period.end) for period in periods], by, filters)
    owned = [(number, span) for number, period in enumerate(periods) for span in _month_spans(period)]
    read = points(view, metric, [span for _, span in owned], by, filters)
    latest = {owned[point.span][0]: point.span for point in read if point.span is not None}
    return [
        replace(point, span=number) for number, month in sorted(latest.items()) for point in read if point.span == month
    ]


def _month_spans(period: Period) -> list[Span]:
    firsts = [first_day(month) for month in range(_month(period.start), _month(period.last_day) + 2)]
    return [
        Span(max(start, period.start), min(end, period.end)) for start, end in zip(firsts, firsts[1:], strict=False)
    ]


def _with_zeros(found: Sequence[Point], periods: Sequence[Period], reach: Extent, calendar: Calendar) -> list[Point]:
    by_span = {point.span: point for point in found}
    return [
        by_span.get(number, Point(number, None, 0.0, None, 0))
        for number, period in enumerate(periods)
        if number in by_span or (period.end > reach.first and period.start <= calendar.today)
    ]
