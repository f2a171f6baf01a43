"""A chart as SVG or PNG, without a browser and without the network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from copilot.matrix_chart import PLOT_WIDTH
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
    """On paper a chart has the width its labels were placed for, instead of that of a screen."""
    return {**chart.spec, "width": int(PLOT_WIDTH), "background": "white"}
