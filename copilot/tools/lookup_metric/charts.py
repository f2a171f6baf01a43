"""A metric's tables and charts."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.drawing.charts import bars, lines
from copilot.language.calendar import Grain
from copilot.records.metric_reading import MetricReading, PeriodValue
from copilot.records.metric_values import cell, group_name
from copilot.types import Cell, Chart, Table

_GRAIN_NAMES: dict[Grain, str] = {"month": "month", "quarter": "quarter", "half": "half-year", "year": "year"}


def tables(reading: MetricReading, subject: str, names: Mapping[str, str], top: int | None) -> tuple[Table, ...]:
    found = []
    if reading.groups:
        found.append(_group_table(reading, subject, names, top))
    parts = reading.parts
    if len(parts) > 1:
        found.append(_series_table(reading, subject, parts))
    if len(reading.months) > 1 and reading.months != parts:
        found.append(_series_table(reading, subject, reading.months))
    return tuple(found)


def _series_table(reading: MetricReading, subject: str, values: tuple[PeriodValue, ...]) -> Table:
    metric = reading.metric
    targets = [cell(value.point.target, metric.unit) for value in values]
    has_target = any(target is not None for target in targets)
    rows = [
        (value.period.label, cell(value.point.value, metric.unit), *([target] if has_target else []))
        for value, target in zip(values, targets, strict=True)
    ]
    grain = _GRAIN_NAMES.get(values[0].period.grain, "period")
    columns = ("Period", metric.title, *(["Target"] if has_target else []))
    return Table(title=f"{subject} by {grain}", columns=columns, rows=tuple(rows))


def _group_table(reading: MetricReading, subject: str, names: Mapping[str, str], top: int | None) -> Table:
    metric, by = reading.metric, (reading.by or "").replace("_", " ")
    groups = reading.groups[:top]
    now = reading.period.label if reading.period else metric.title
    has_before = reading.before is not None and any(group.before for group in groups)
    has_target = any(group.now.target is not None for group in groups)
    rows: list[tuple[Cell, ...]] = []
    for group in groups:
        row: list[Cell] = [group_name(group.group, names), cell(group.now.value, metric.unit)]
        if has_before:
            row.append(cell(group.before.value if group.before else None, metric.unit))
        if has_target:
            row.append(cell(group.now.target, metric.unit))
        rows.append(tuple(row))
    columns = [by.capitalize(), now]
    if has_before and reading.before:
        columns.append(reading.before.period.label)
    if has_target:
        columns.append("Target")
    when = f", {reading.period.label}" if reading.period else ""
    return Table(title=f"{subject} by {by}{when}", columns=tuple(columns), rows=tuple(rows))


def charts(reading: MetricReading, subject: str, names: Mapping[str, str], top: int | None) -> tuple[Chart, ...]:
    metric, found = reading.metric, []
    measure = metric.title + ("" if metric.unit in ("share", "count") else f", {metric.unit}")
    percent = ".0%" if metric.unit == "share" else ""
    if reading.groups:
        by = (reading.by or "").replace("_", " ")
        when = f", {reading.period.label}" if reading.period else ""
        shown = [(group_name(g.group, names), v) for g in reading.groups[:top] if (v := g.now.value) is not None]
        found.append(bars(f"{subject} by {by}{when}", by.capitalize(), measure, shown, percent))
    series = reading.months if len(reading.months) > 1 else reading.parts
    if len(series) > 1:
        points = [
            (name, part.period.start.isoformat(), number)
            for part in series
            for name, number in ((metric.title, part.point.value), ("Target", part.point.target))
            if number is not None
        ]
        found.append(lines(subject, measure, points, number_format=percent))
    return tuple(found)
