"""Charts in the colours of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class _Palette:
    text: str
    muted: str
    line: str
    series: tuple[str, ...]


_LIGHT = _Palette(
    "#0F1722", "#56616E", "#DFE2DC", ("#1F5FA8", "#23805B", "#B4570F", "#7A4FB5", "#8C6D12", "#5B6B7B")
)
_DARK = _Palette(
    "#E7EAEE", "#A3AEBB", "#323A46", ("#8AB4F0", "#6FBF9B", "#E8A366", "#BDA2EA", "#DCC06A", "#9FADBB")
)
_FONT = "Inter, sans-serif"


def chart(spec: dict[str, Any], *, is_dark: bool) -> dict[str, Any]:
    """The specification with our fonts and colours wherever it leaves them open, on a transparent ground."""
    palette = _DARK if is_dark else _LIGHT
    config = {
        "background": "transparent",
        "font": _FONT,
        "axis": {
            "labelColor": palette.muted, "titleColor": palette.muted, "titleFontWeight": "normal",
            "gridColor": palette.line, "domainColor": palette.line, "tickColor": palette.line,
            "labelFontSize": 12, "titleFontSize": 12, "labelLimit": 220,
        },
        "legend": {"labelColor": palette.text, "titleColor": palette.muted, "labelFontSize": 12,
                   "titleFontWeight": "normal", "orient": "bottom"},
        "header": {"labelColor": palette.text, "titleColor": palette.muted},
        "title": {"color": palette.text, "fontSize": 13, "anchor": "start"},
        "text": {"color": palette.text, "fontSize": 12},
        "rule": {"color": palette.muted},
        "view": {"stroke": palette.line},
        "mark": {"color": palette.series[0]},
        "range": {"category": list(palette.series)},
    }  # fmt: skip
    return {**spec, "config": _merge(config, spec.get("config", {})), "background": "transparent"}


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`, dictionary by dictionary."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged
