from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from copilot.drawing.charts import bars, lines, stacked_bars
from copilot.drawing.matrix_chart import (
    Point,
    spread,
    value_difficulty,
)

SHARE = st.floats(0, 1)


def everything():
    points = [Point("One", 0.2, 0.9, "top"), Point("Two", 0.7, 0.3, "others")]
    return [
        value_difficulty("Value and difficulty", points, 1),
        bars("Projects by unit", "Unit", "Projects", [("Stores", 9), ("Bank", 7)]),
        stacked_bars("Score", "Project", "Score", "Criterion", [("One", "Value", 0.2), ("One", "Risk", 0.1)]),
        lines("Quality", "Accuracy", [("A", "2025-01-06", 0.88), ("A", "2025-01-13", 0.79)], ("Validated", 0.88)),
    ]


def data_of(spec):
    found = [spec["data"]] if "data" in spec else []
    return found + [d for layer in spec.get("layer", []) for d in data_of(layer)]


def test_a_chart_carries_its_data_and_reads_nothing_from_elsewhere():
    for chart in everything():
        sources = data_of(chart.spec)
        assert sources
        assert all(set(source) == {"values"} for source in sources)
        json.dumps(chart.spec)


def test_a_chart_fits_its_container_and_either_theme():
    for chart in everything():
        assert chart.spec["width"] == "container"
        assert chart.spec["background"] == "transparent"
        assert chart.spec["config"]["font"] == "Inter, sans-serif"


def test_projects_on_the_same_spot_are_drawn_beside_each_other_and_keep_their_values():
    points = [Point(f"P{i}", 0.5, 0.5, "top") for i in range(12)]
    spots = {(p.difficulty, p.value) for p in spread(points)}
    assert len(spots) == 12
    assert all(abs(d - 0.5) < 0.06 and abs(v - 0.5) < 0.06 for d, v in spots)
    dots = value_difficulty("Value and difficulty", points, 3).spec["layer"][6]["data"]["values"]
    assert {(dot["difficulty"], dot["value"]) for dot in dots} == {(0.5, 0.5)}
    assert dots[-1]["name"] == "P0"


def test_the_first_points_carry_numbers_and_the_key_has_their_whole_names():
    points = [Point("x" * 80 + str(i), (i + 1) / 12, (i + 1) / 12, "top") for i in range(10)]
    spec = value_difficulty("Value", points, 3).spec
    numbers = next(layer for layer in spec["layer"] if layer["mark"].get("color") == "white")["data"]["values"]
    assert [value["text"] for value in numbers] == ["1", "2", "3"]
    assert [line.split() for line in spec["title"]["text"]] == [[str(i + 1), points[i].label] for i in range(3)]


def test_points_that_come_with_numbers_keep_them_and_need_no_key():
    points = [Point(f"P{i}", 0.1 * i, 0.5, "top", mark=str(9 - i)) for i in range(3)]
    spec = value_difficulty("Value", points, 0).spec
    numbers = next(layer for layer in spec["layer"] if layer["mark"].get("color") == "white")["data"]["values"]
    assert [value["text"] for value in numbers] == ["9", "8", "7"]
    assert "title" not in spec


def test_counts_are_drawn_on_whole_ticks():
    spec = bars("n", "Unit", "Projects", [("A", 2), ("B", 1)]).spec
    assert spec["encoding"]["x"]["axis"]["tickMinStep"] == 1.0
    (line,) = lines("n", "Incidents", [("A", "2026-04-01", 1), ("A", "2026-05-01", 4)]).spec["layer"]
    assert line["encoding"]["y"]["axis"]["tickMinStep"] == 1.0


def test_a_bar_carries_its_value():
    marks = [layer["mark"]["type"] for layer in bars("n", "Unit", "Projects", [("A", 2)]).spec["layer"]]
    assert marks == ["bar", "text"]


@given(st.lists(st.tuples(SHARE, SHARE), min_size=2, max_size=8))
def test_numbered_points_do_not_hide_each_other_s_numbers(places):
    points = [Point(f"P{i}", d, v, "top", mark=str(i)) for i, (d, v) in enumerate(places)]
    layers = value_difficulty("Value", points, 8, (1, 10), (1, 10)).spec["layer"]
    numbers = next(layer for layer in layers if layer["mark"].get("color") == "white")["data"]["values"]
    assert [value["text"] for value in numbers] == [str(i) for i in range(len(points))]
    assert all(0 <= value[axis] <= 1 for value in numbers for axis in ("difficulty", "value"))


def test_the_axes_are_written_on_the_scale_of_the_criteria():
    points = [Point("One", 0.2, 0.9, "top"), Point("Two", 0.7, 0.3, "top")]
    dots = value_difficulty("Value", points, 2, (1, 10), (1, 10)).spec["layer"][6]
    assert len(dots["encoding"]["x"]["axis"]["values"]) == 10
    assert "(1 easy, 10 hard)" in dots["encoding"]["x"]["title"]
