"""A chart as SVG or PNG, without a browser and without the network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from copilot.drawing.matrix_chart import PLOT_WIDTH
from copilot.memos.plain import printable
from copilot.types import Chart

FONTS = Path(__file__).with_name("fonts")
_PIXELS_PER_POINT = 3.0


def svg(chart: Chart) -> str:
    text: str = _converter().vegalite_to_svg(_sized(chart))
    return text


def png(chart: Chart) -> bytes:
    image: bytes = _converter().vegalite_to_png(_sized(chart), scale=_PIXELS_PER_POINT)
    return image


@cache
def _converter() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert


def _sized(chart: Chart) -> dict[str, Any]:
    """On paper a chart has the width it was made for, instead of that of a screen."""
    width = chart.spec.get("usermeta", {}).get("width", int(PLOT_WIDTH))
    spec: dict[str, Any] = _printable({**chart.spec, "width": width, "background": "white"})
    return spec


def _printable(part: Any) -> Any:
    """The part of a spec with texts that the renderer can draw: a control character would end the process."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, dict):
        return {key: _printable(value) for key, value in part.items()}
    return [_printable(value) for value in part] if isinstance(part, list) else part
