"""Charts as Vega-Lite specs: inline data only, readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from copilot.types import Chart

# Mid-tones that keep their contrast on white and on near-black.
PALETTE = ("#3f7cc4", "#d08a2e", "#2f9e8f", "#9a6bb5", "#c8586a", "#7d8894")
INK = "#737c87"
_FAINT = "#8c96a055"
_FONT = "Inter, sans-serif"
# Letters of a name of which six stand in one line above a chart.
_SHORT_NAME = 10
_MONTHS = {"format": "%b %Y", "grid": False, "tickCount": {"interval": "month", "step": 3}, "labelOverlap": True}


def bars(
    title: str,
    category: str,
    measure: str,
    rows: Sequence[tuple[str, float]],
    number_format: str = "",
) -> Chart:
    """One horizontal bar a category, in the order given."""
    values = [{"category": name, "measure": value} for name, value in rows]
    written = {"field": "measure", "type": "quantitative", **({"format": number_format} if number_format else {})}
    spec = {
        "data": {"values": values},
        "height": {"step": 24},
        "encoding": {
            "y": _category(),
            "x": {
                "field": "measure",
                "type": "quantitative",
                "title": measure,
                # Each bar carries its value.
                "axis": {"grid": False, **_ticks([value for _, value in rows], number_format)},
            },
            "tooltip": [{"field": "category", "title": category}, {"field": "measure", "title": measure}],
        },
        "layer": [
            {"mark": {"type": "bar", "color": PALETTE[0], "cornerRadiusEnd": 2}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "color": INK},
                "encoding": {"text": {"format": ",~r", **written}},
            },
        ],
    }
    return Chart(title=title, spec=framed(spec))


def stacked_bars(
    title: str,
    category: str,
    measure: str,
    part: str,
    rows: Sequence[tuple[str, str, float]],
    colors: Mapping[str, str] | None = None,
) -> Chart:
    """One horizontal bar a category made of parts, as (category, part, size), in the order given; `colors` by part."""
    parts = list(dict.fromkeys(row[1] for row in rows))
    palette = {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(parts)} | dict(colors or {})
    values = [
        {"category": name, "part": piece, "measure": size, "order": parts.index(piece)} for name, piece, size in rows
    ]
    spec = {
        "data": {"values": values},
        "height": {"step": 26},
        "mark": {"type": "bar"},
        "encoding": {
            "y": _category(),
            "x": {
                "field": "measure",
                "type": "quantitative",
                "stack": "zero",
                "title": measure,
                "axis": _ticks([size for *_, size in rows], ""),
            },
            "color": {
                "field": "part",
                "type": "nominal",
                "title": None,
                "scale": {"domain": parts, "range": [palette[name] for name in parts]},
                "legend": {"orient": "top", "columns": 3 if max(map(len, parts), default=0) > _SHORT_NAME else 6},
            },
            "order": {"field": "order"},
            "tooltip": [
                {"field": "category", "title": category},
                {"field": "part", "title": part},
                {"field": "measure", "title": measure},
            ],
        },
    }
    return Chart(title=title, spec=framed(spec))


def lines(
    title: str,
    measure: str,
    rows: Sequence[tuple[str, str, float]],
    reference: tuple[str, float] | None = None,
    number_format: str = "",
) -> Chart:
    """A line a series over time, as (series, ISO date, value); `reference` names a level drawn across."""
    names = list(dict.fromkeys(row[0] for row in rows))
    values = [{"series": name, "date": day, "value": value} for name, day, value in rows]
    y = {
        "field": "value", "type": "quantitative", "title": measure, "scale": {"zero": False},
        "axis": _ticks([value for *_, value in rows], number_format),
    }  # fmt: skip
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": values},
            "mark": {"type": "line", "point": len(rows) <= 40},
            "encoding": {
                "x": {"field": "date", "type": "temporal", "title": None, "axis": _MONTHS},
                "y": y,
                "color": {
                    "field": "series",
                    "type": "nominal",
                    "title": None,
                    "scale": {
                        "domain": names,
                        "range": [PALETTE[i % len(PALETTE)] for i in range(len(names))],
                    },
                    "legend": {"orient": "top"} if len(names) > 1 else None,
                },
                "tooltip": [
                    {"field": "series", "title": "Series"},
                    {"field": "date", "type": "temporal", "title": "Date"},
                    {"field": "value", "title": measure},
                ],
            },
        }
    ]
    if reference is not None:
        layers += _reference(*reference)
    return Chart(title=title, spec=framed({"height": 260, "layer": layers}))


def _reference(name: str, level: float) -> Iterator[dict[str, Any]]:
    """A level across the chart, its name to the right of it, where no series runs."""
    y = {"field": "level", "type": "quantitative"}
    data = {"values": [{"level": level, "name": name}]}
    yield {
        "data": data,
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": INK},
        "encoding": {"y": y},
    }
    yield {
        "data": data,
        "mark": {"type": "text", "align": "left", "dx": 4, "color": INK},
        "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "name"}},
    }


def _category() -> dict[str, Any]:
    return {"field": "category", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 220}}


def _ticks(values: Sequence[float], number_format: str) -> dict[str, Any]:
    """Whole ticks where all values are whole, so that no half project is shown."""
    if number_format:
        return {"format": number_format}
    return {"tickMinStep": 1.0 if all(float(value).is_integer() for value in values) else 0.0}


def framed(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec in the manner all charts share: as wide as its container, no background, quiet axes."""
    axis = {
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": _FAINT,
        "tickColor": _FAINT,
        "gridColor": _FAINT,
        "titleFontWeight": 500,
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "background": "transparent",
        "config": {
            "font": _FONT,
            "view": {"stroke": None},
            "axis": axis,
            "legend": {"labelColor": INK, "titleColor": INK},
        },
        **spec,
    }
