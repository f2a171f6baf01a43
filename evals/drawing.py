"""Charts of runs: how a run did by type of question, and how runs did one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from copilot.drawing.charts import INK, PALETTE, framed
from evals.browse import RunRow, SliceRow

_SHARE: dict[str, Any] = {"type": "quantitative", "title": None, "scale": {"domain": [0, 1]}}
_PERCENT = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}


def slice_chart(rows: Sequence[SliceRow], title: str) -> dict[str, Any]:
    """A dot for each type with its 95% interval, clickable as the selection `type`."""
    values = [
        {"type": r.name, "mean": r.mean, "low": r.low, "high": r.high, "n": r.n, "label": f"{r.name} ({r.n})"}
        for r in rows
    ]
    category = {
        "field": "label",
        "type": "nominal",
        "sort": [v["label"] for v in values],
        "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": 150},
    }
    tooltip = [
        {"field": "type", "title": "Type"},
        {"field": "mean", "title": title, "format": ".0%"},
        {"field": "low", "title": "From", "format": ".0%"},
        {"field": "high", "title": "To", "format": ".0%"},
        {"field": "n", "title": "Questions"},
    ]
    along = {"field": "mean", **_SHARE, "axis": _PERCENT}
    return framed({
        "data": {"values": values},
        "height": {"step": 30},
        "encoding": {"y": category, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "rule", "color": PALETTE[0], "strokeWidth": 3, "opacity": 0.4},
                "encoding": {"x": {"field": "low", **_SHARE, "axis": _PERCENT}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 150, "color": PALETTE[0], "cursor": "pointer"},
                "params": [{"name": "type", "select": {"type": "point", "fields": ["type"]}}],
                "encoding": {
                    "x": along,
                    "opacity": {"condition": {"param": "type", "value": 1}, "value": 0.3},
                },
            },
            {
                "mark": {"type": "text", "dy": -13, "fontSize": 11, "color": INK},
                "encoding": {"x": along, "text": {"field": "mean", "format": ".0%"}},
            },
        ],
    })  # fmt: skip


def trend_chart(rows: Sequence[RunRow], metrics: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A line for each (metric, title) over finished runs of one dataset, in the order in which they began."""
    ordered = sorted(rows, key=lambda r: r.began)
    values = [
        {"place": place, "run": row.id, "metric": title, "mean": row.means[name]}
        for place, row in enumerate(ordered, 1)
        for name, title in metrics
        if name in row.means
    ]
    titles = [title for _, title in metrics]
    return framed({
        "data": {"values": values},
        "height": 300,
        "mark": {"type": "line", "point": {"size": 45}, "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "place", "type": "ordinal",
                "axis": {"title": "Run, the newest at the right", "labelAngle": 0, "ticks": False},
            },
            "y": {"field": "mean", **_SHARE, "axis": _PERCENT},
            "color": {
                "field": "metric", "type": "nominal", "title": None,
                "scale": {"domain": titles, "range": list(PALETTE[: len(titles)])},
                "legend": {"orient": "top", "columns": 2},
            },
            "tooltip": [
                {"field": "run", "title": "Run"},
                {"field": "metric", "title": "Metric"},
                {"field": "mean", "title": "Mean", "format": ".1%"},
            ],
        },
    })  # fmt: skip
