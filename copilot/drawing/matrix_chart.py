"""The value/difficulty matrix as a chart: the first points carry numbers, and a key below it says whose they are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from copilot.drawing.charts import INK, PALETTE, framed
from copilot.types import Chart

# The width that points are kept apart for; a wider container only gives them more room.
PLOT_WIDTH, PLOT_HEIGHT = 560.0, 400.0
_MOST_NAMED = 14
_MOST_TICKS, _FEW_TICKS = 10, 5
_MARK_WIDTH, _PUSHES = 17.0, 60
_SIZE = {"condition": {"test": "datum.mark", "value": 230}, "value": 60}
_SPACING = 6.5
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_KEY = {"orient": "bottom", "anchor": "start", "fontSize": 12, "fontWeight": "normal", "lineHeight": 17, "offset": 12}


@dataclass(frozen=True)
class Point:
    """An option in the value/difficulty matrix, both 0 to 1."""

    label: str
    difficulty: float
    value: float
    group: str
    detail: str = ""
    key: str = ""
    """What a selection of the point on a screen gives."""
    mark: str = ""
    """A number to write into the point."""


# At the corners of the plot.
_CAPTIONS = {"Do first": (0, 1), "Strategic bets": (1, 1), "Fill-ins": (0, 0), "Refuse": (1, 0)}
_PLACED_TEXT = {
    "x": {"field": "difficulty", "type": "quantitative"},
    "y": {"field": "value", "type": "quantitative"},
    "text": {"field": "text"},
}
Ends = tuple[float, float]


def value_difficulty(
    title: str,
    points: Sequence[Point],
    named: int,
    value: Ends = (0, 1),
    difficulty: Ends = (0, 1),
    size: tuple[float, float] = (PLOT_WIDTH, PLOT_HEIGHT),
) -> Chart:
    """Business value over difficulty, split at the middle; the first `named` points get numbers, unless they
    carry some, and a key of their names.

    `value` and `difficulty` are the ends of the scales that the axes are written on, the low one first; `size` is the
    width that it has on paper, and the height, in pixels, without the key.
    """
    key = [replace(p, mark=p.mark or str(n)) for n, p in enumerate(points[: min(named, _MOST_NAMED)], 1)]
    points = [*key, *points[len(key) :]]
    drawn = spread(points, size)
    # The first points are painted last, so that no other hides them.
    dots = [
        {
            "name": p.label, "difficulty": p.difficulty, "value": p.value, "group": p.group,
            "detail": p.detail, "key": p.key, "mark": p.mark, "x": spot.difficulty, "y": spot.value,
        }
        for p, spot in reversed(list(zip(points, drawn, strict=True)))
    ]  # fmt: skip
    x = _axis("x", f"Difficulty ({difficulty[0]:g} easy, {difficulty[1]:g} hard)", difficulty)
    y = _axis("y", f"Business value ({value[0]:g} least, {value[1]:g} most)", value)
    groups = list(dict.fromkeys(p.group for p in points))
    color = {
        "field": "group",
        "type": "nominal",
        "title": None,
        "scale": {"domain": groups, "range": _shades(groups)},
        "legend": {"orient": "top"} if len(groups) > 1 else None,
    }
    tooltip = [{"field": f, "title": f.capitalize()} for f in ("name", "value", "difficulty", "detail")]
    layers: list[dict[str, Any]] = [
        *_midlines(),
        *_captions(),
        {
            "data": {"values": dots},
            "mark": {"type": "circle", "opacity": 0.9},
            "encoding": {"x": x, "y": y, "color": color, "tooltip": tooltip, "size": _SIZE},
        },
        *_marks(drawn),
    ]
    spec: dict[str, Any] = {"height": int(size[1]), "usermeta": {"width": int(size[0])}, "layer": layers}
    names = [f"{p.mark}  {p.label}" for p in key]
    if names:
        spec |= {"description": f"{title}: {', '.join(names)}", "title": {"text": names, "color": INK, **_KEY}}
    return Chart(title=title, spec=framed(spec))


def spread(points: Sequence[Point], size: tuple[float, float] = (PLOT_WIDTH, PLOT_HEIGHT)) -> list[Point]:
    """The points where they are drawn: those on the same spot are laid around it, none on top of another.

    Estimates are mostly whole numbers, so many projects share a spot.
    """
    seen: Counter[tuple[float, float]] = Counter()
    drawn = []
    for point in points:
        place = seen[point.difficulty, point.value]
        seen[point.difficulty, point.value] += 1
        # A sunflower's spiral: even spacing however many there are.
        radius, angle = _SPACING * math.sqrt(place), place * _GOLDEN_ANGLE
        difficulty = point.difficulty + radius * math.cos(angle) / size[0]
        value = point.value + radius * math.sin(angle) / size[1]
        drawn.append(replace(point, difficulty=_inside(difficulty), value=_inside(value)))
    return _apart(drawn, size)


def _apart(points: list[Point], size: tuple[float, float]) -> list[Point]:
    """The points, those with a number pushed away from one another until each can be read."""
    marked = [i for i, point in enumerate(points) if point.mark]
    at = {i: complex(points[i].difficulty * size[0], points[i].value * size[1]) for i in marked}
    for _ in range(_PUSHES):
        for one, other in combinations(marked, 2):
            gap = at[other] - at[one]
            if abs(gap) < _MARK_WIDTH:
                push = (gap / abs(gap) if gap else 1) * (_MARK_WIDTH - abs(gap)) / 2
                at[one], at[other] = at[one] - push, at[other] + push
    return [
        replace(p, difficulty=_inside(at[i].real / size[0]), value=_inside(at[i].imag / size[1])) if i in at else p
        for i, p in enumerate(points)
    ]


def _inside(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 4)


def _axis(field: str, title: str, ends: Ends) -> dict[str, Any]:
    width = ends[1] - ends[0]
    steps = range(round(width) + 1) if 2 <= width <= _MOST_TICKS else range(_FEW_TICKS + 1)
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": {
            "grid": False,
            "values": [round(step / steps[-1], 4) for step in steps],
            "labelExpr": f"format(datum.value * {width:g} + {ends[0]:g}, '.3~g')",
        },
    }


def _marks(points: Sequence[Point]) -> Iterator[dict[str, Any]]:
    values = [{"text": p.mark, "difficulty": p.difficulty, "value": p.value} for p in points if p.mark]
    if values:
        white = {"type": "text", "color": "white", "fontSize": 10, "fontWeight": 600}
        yield {"data": {"values": values}, "mark": white, "encoding": _PLACED_TEXT}


def _midlines() -> Iterator[dict[str, Any]]:
    for channel in ("x", "y"):
        yield {
            "data": {"values": [{"middle": 0.5}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": INK, "opacity": 0.5},
            "encoding": {channel: {"field": "middle", "type": "quantitative"}},
        }


def _captions() -> Iterator[dict[str, Any]]:
    for text, (difficulty, value) in _CAPTIONS.items():
        mark = {
            "type": "text", "color": INK, "fontSize": 12, "fontWeight": 600, "opacity": 0.8,
            "align": "right" if difficulty else "left", "dx": -6 if difficulty else 6,
            "baseline": "top" if value else "bottom", "dy": 6 if value else -6,
        }  # fmt: skip
        values = [{"text": text, "difficulty": difficulty, "value": value}]
        yield {"data": {"values": values}, "mark": mark, "encoding": _PLACED_TEXT}


def _shades(groups: Sequence[str]) -> list[str]:
    """The first group stands out; the last, where there are several, is the background."""
    if len(groups) == 1:
        return [PALETTE[0]]
    return [*(PALETTE[i % len(PALETTE)] for i in range(len(groups) - 1)), PALETTE[-1]]
