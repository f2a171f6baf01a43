"""A metric's tables and Vega-Lite charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copilot.language.calendar import Grain
from copilot.tools.lookup_metric import phrasing as wording
from copilot.tools.lookup_metric.reading import Reading, Value
from copilot.types import Cell, Chart, Table

_NOT_RECORDED = "not recorded"
_GRAIN_NAMES: dict[Grain, str] = {"month": "month", "quarter": "quarter", "half": "half-year", "year": "year"}


def group_name(group: Cell, names: Mapping[str, str]) -> str:
    text = _NOT_RECORDED if group is None else str(group)
    return f"{names[text]} ({text})" if text in names else text.replace("_", " ")


def tables(reading: Reading, subject: str, names: Mapping[str, str], top: int | None) -> tuple[Table, ...]:
    found = []
    if reading.groups:
        found.append(_group_table(reading, subject, names, top))
    parts = reading.parts
    if len(parts) > 1:
        found.append(_series_table(reading, subject, parts))
    if len(reading.months) > 1 and reading.months != parts:
        found.append(_series_table(reading, subject, reading.months))
    return tuple(found)


def _series_table(reading: Reading, subject: str, values: tuple[Value, ...]) -> Table:
    metric = reading.metric
    targets = [wording.cell(value.point.target, metric.unit) for value in values]
    has_target = any(target is not None for target in targets)
    rows = [
        (value.period.label, wording.cell(value.point.value, metric.unit), *([target] if has_target else []))
        for value, target in zip(values, targets, strict=True)
    ]
    grain = _GRAIN_NAMES.get(values[0].period.grain, "period")
    columns = ("Period", metric.title, *(["Target"] if has_target else []))
    return Table(title=f"{subject} by {grain}", columns=columns, rows=tuple(rows))


def _group_table(reading: Reading, subject: str, names: Mapping[str, str], top: int | None) -> Table:
    metric, by = reading.metric, (reading.by or "").replace("_", " ")
    groups = reading.groups[:top]
    now = reading.period.label if reading.period else metric.title
    has_before = reading.before is not None and any(group.before for group in groups)
    has_target = any(group.now.target is not None for group in groups)
    rows: list[tuple[Cell, ...]] = []
    for group in groups:
        row: list[Cell] = [group_name(group.group, names), wording.cell(group.now.value, metric.unit)]
        if has_before:
            row.append(wording.cell(group.before.value if group.before else None, metric.unit))
        if has_target:
            row.append(wording.cell(group.now.target, metric.unit))
        rows.append(tuple(row))
    columns = [by.capitalize(), now]
    if has_before and reading.before:
        columns.append(reading.before.period.label)
    if has_target:
        columns.append("Target")
    when = f", {reading.period.label}" if reading.period else ""
    return Table(title=f"{subject} by {by}{when}", columns=tuple(columns), rows=tuple(rows))


def charts(reading: Reading, subject: str, names: Mapping[str, str], top: int | None) -> tuple[Chart, ...]:
    found = []
    if reading.groups:
        found.append(_bars(reading, subject, names, top))
    series = reading.months if len(reading.months) > 1 else reading.parts
    if len(series) > 1:
        found.append(_line(reading, subject, series))
    return tuple(found)


def _axis(reading: Reading) -> dict[str, Any]:
    title = reading.metric.title + ("" if reading.metric.unit in ("share", "count") else f", {reading.metric.unit}")
    return {"title": title, **({"format": ".0%"} if reading.metric.unit == "share" else {})}


def _line(reading: Reading, subject: str, series: tuple[Value, ...]) -> Chart:
    values = []
    for value in series:
        start, label = value.period.start.isoformat(), value.period.label
        for name, number in ((reading.metric.title, value.point.value), ("Target", value.point.target)):
            if number is not None:
                values.append({"start": start, "period": label, "series": name, "value": number})
    spec = {
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "start", "type": "temporal", "title": None},
            "y": {"field": "value", "type": "quantitative", "axis": _axis(reading), "scale": {"zero": False}},
            "color": {"field": "series", "type": "nominal", "title": None},
            "tooltip": [
                {"field": "period", "title": "Period"},
                {"field": "series", "title": "Series"},
                {"field": "value", "type": "quantitative", "title": reading.metric.title},
            ],
        },
    }
    return Chart(title=subject, spec=spec)


def _bars(reading: Reading, subject: str, names: Mapping[str, str], top: int | None) -> Chart:
    values = [
        {"group": group_name(group.group, names), "value": group.now.value}
        for group in reading.groups[:top]
        if group.now.value is not None
    ]
    by = (reading.by or "").replace("_", " ")
    spec = {
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "y": {"field": "group", "type": "nominal", "sort": "-x", "title": None},
            "x": {"field": "value", "type": "quantitative", "axis": _axis(reading)},
            "tooltip": [
                {"field": "group", "title": by.capitalize()},
                {"field": "value", "type": "quantitative", "title": reading.metric.title},
            ],
        },
    }
    when = f", {reading.period.label}" if reading.period else ""
    return Chart(title=f"{subject} by {by}{when}", spec=spec)
