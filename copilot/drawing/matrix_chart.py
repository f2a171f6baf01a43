"""The value/difficulty matrix as a chart, its labels placed so that they can be read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from copilot.drawing.charts import INK, PALETTE, framed
from copilot.types import Chart

# The width that labels are placed for; a wider container only gives them more room.
PLOT_WIDTH, PLOT_HEIGHT = 560.0, 400.0
_LETTER_WIDTH, _CAPITAL_WIDTH, _WIDE_WIDTH, _LINE_HEIGHT = 5.9, 7.8, 11.0, 13.0
# From here on the scripts of East Asia, whose letters are as wide as they are high.
_WIDE = "\u2e80"
_MOST_LABELS = 14
_MOST_TICKS, _FEW_TICKS = 10, 5
_MARK_WIDTH, _PUSHES = 17.0, 60
_SIZE = {"condition": {"test": "datum.mark", "value": 230}, "value": 60}
_SPACING = 6.5
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
# A name is cut to the first length, and further where it has no room.
_LABEL_LENGTHS = (34, 26, 18)


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
    """A number to write into the point, in place of a name beside it."""


@dataclass(frozen=True)
class Anchor:
    """Where a label stands beside its point."""

    align: str
    baseline: str
    dx: float
    dy: float


_ANCHORS = (
    Anchor("left", "middle", 8, 0),
    Anchor("right", "middle", -8, 0),
    Anchor("center", "bottom", 0, -7),
    Anchor("center", "top", 0, 8),
    Anchor("left", "bottom", 6, -5),
    Anchor("left", "top", 6, 6),
    Anchor("right", "bottom", -6, -5),
    Anchor("right", "top", -6, 6),
)


@dataclass(frozen=True)
class Label:
    text: str
    anchor: Anchor


@dataclass(frozen=True)
class _Caption:
    text: str
    difficulty: float
    value: float
    anchor: Anchor


_CAPTIONS = (
    _Caption("Do first", 0.0, 1.0, Anchor("left", "top", 6, 6)),
    _Caption("Strategic bets", 1.0, 1.0, Anchor("right", "top", -6, 6)),
    _Caption("Fill-ins", 0.0, 0.0, Anchor("left", "bottom", 6, -6)),
    _Caption("Refuse", 1.0, 0.0, Anchor("right", "bottom", -6, -6)),
)
_PLACED_TEXT = {
    "x": {"field": "difficulty", "type": "quantitative"},
    "y": {"field": "value", "type": "quantitative"},
    "text": {"field": "text"},
}


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def is_inside(self, width: float, height: float) -> bool:
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


Ends = tuple[float, float]


def value_difficulty(
    title: str,
    points: Sequence[Point],
    labelled: int,
    value: Ends = (0, 1),
    difficulty: Ends = (0, 1),
    size: tuple[float, float] = (PLOT_WIDTH, PLOT_HEIGHT),
) -> Chart:
    """Business value over difficulty, split at the middle; the first `labelled` points get their names.

    `value` and `difficulty` are the ends of the scales that the axes are written on, the low one first; `size` is the
    width that it has on paper, and the height, in pixels. Names are placed for the usual size.
    """
    drawn = spread(points, size)
    labels = place_labels(drawn, labelled)
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
        *_labels(drawn, labels),
    ]
    return Chart(
        title=title, spec=framed({"height": int(size[1]), "usermeta": {"width": int(size[0])}, "layer": layers})
    )


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


def place_labels(points: Sequence[Point], labelled: int) -> list[Label | None]:
    """A label for each point, greedily, so that none covers a point, a caption or another label.

    Where the whole name has no room it is cut; None where nothing fits, and beyond the first `labelled`.
    """
    dots = [(p.difficulty * PLOT_WIDTH, (1 - p.value) * PLOT_HEIGHT) for p in points]
    taken = [_Box(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    taken += [label_box(_corner(c), c.anchor, c.text) for c in _CAPTIONS]
    placed: list[Label | None] = []
    for index, point in enumerate(points):
        label = None
        if index < min(labelled, _MOST_LABELS) and not point.mark:
            others = [box for i, box in enumerate(taken) if i != index]
            label = next(_fitting(dots[index], point.label, others), None)
        if label is not None:
            taken.append(label_box(dots[index], label.anchor, label.text))
        placed.append(label)
    return placed


def _fitting(dot: tuple[float, float], name: str, others: Sequence[_Box]) -> Iterator[Label]:
    for length in _LABEL_LENGTHS:
        for anchor in _ANCHORS:
            box = label_box(dot, anchor, shorten(name, length))
            if box.is_inside(PLOT_WIDTH, PLOT_HEIGHT) and not any(box.overlaps(other) for other in others):
                yield Label(shorten(name, length), anchor)


def _corner(caption: _Caption) -> tuple[float, float]:
    return caption.difficulty * PLOT_WIDTH, (1 - caption.value) * PLOT_HEIGHT


def shorten(label: str, length: int = _LABEL_LENGTHS[0]) -> str:
    return label if len(label) <= length else label[: length - 1].rstrip() + "…"


def label_box(dot: tuple[float, float], anchor: Anchor, text: str) -> _Box:
    width = sum(map(_letter_width, text))
    x, y = dot[0] + anchor.dx, dot[1] + anchor.dy
    left = {"left": x, "right": x - width, "center": x - width / 2}[anchor.align]
    top = {"top": y, "bottom": y - _LINE_HEIGHT, "middle": y - _LINE_HEIGHT / 2}[anchor.baseline]
    return _Box(left, top, left + width, top + _LINE_HEIGHT)


def _letter_width(letter: str) -> float:
    return _WIDE_WIDTH if letter >= _WIDE else _CAPITAL_WIDTH if letter.isupper() else _LETTER_WIDTH


def _marks(points: Sequence[Point]) -> Iterator[dict[str, Any]]:
    values = [{"text": p.mark, "difficulty": p.difficulty, "value": p.value} for p in points if p.mark]
    if values:
        white = {"type": "text", "color": "white", "fontSize": 10, "fontWeight": 600}
        yield {"data": {"values": values}, "mark": white, "encoding": _PLACED_TEXT}


def _labels(points: Sequence[Point], labels: Sequence[Label | None]) -> Iterator[dict[str, Any]]:
    """A text layer for each anchor in use: Vega-Lite cannot offset marks by their data."""
    for anchor in _ANCHORS:
        values = [
            {"text": label.text, "difficulty": p.difficulty, "value": p.value}
            for p, label in zip(points, labels, strict=True)
            if label is not None and label.anchor == anchor
        ]
        if values:
            yield {
                "data": {"values": values},
                "mark": {**_text(anchor), "fontSize": 11},
                "encoding": _PLACED_TEXT,
            }


def _midlines() -> Iterator[dict[str, Any]]:
    for channel in ("x", "y"):
        yield {
            "data": {"values": [{"middle": 0.5}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": INK, "opacity": 0.5},
            "encoding": {channel: {"field": "middle", "type": "quantitative"}},
        }


def _captions() -> Iterator[dict[str, Any]]:
    for caption in _CAPTIONS:
        yield {
            "data": {"values": [{"text": caption.text, "difficulty": caption.difficulty, "value": caption.value}]},
            "mark": {**_text(caption.anchor), "fontSize": 12, "fontWeight": 600, "opacity": 0.55},
            "encoding": _PLACED_TEXT,
        }


def _text(anchor: Anchor) -> dict[str, Any]:
    return {
        "type": "text",
        "align": anchor.align,
        "baseline": anchor.baseline,
        "dx": anchor.dx,
        "dy": anchor.dy,
        "color": INK,
    }


def _shades(groups: Sequence[str]) -> list[str]:
    """The first group stands out; the last, where there are several, is the background."""
    if len(groups) == 1:
        return [PALETTE[0]]
    return [*(PALETTE[i % len(PALETTE)] for i in range(len(groups) - 1)), PALETTE[-1]]
