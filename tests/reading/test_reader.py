from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.reading.matcher import matcher
from copilot.reading.question import Direction, Link, Links, Measure, Role, Shape
from copilot.reading.reader import MODEL, Reader, read, trimmed

NOTHING = Links()


def record(text, name):
    start = text.index(name)
    return Links((Link("record", name, start, start + len(name), name),))


def test_what_ships_is_what_the_card_names():
    named = re.findall(r"\| (\S+) \| ([0-9a-f]{64}) \|", (MODEL / "card.md").read_text(encoding="utf-8"))
    folders = {"tokenizer.json": Path(MODEL).parents[1] / "retrieval" / "minilm"}
    assert {name for name, _ in named} == {"reader.onnx", "labels.json", "tokenizer.json"}
    for name, expected in named:
        content = (folders.get(name, MODEL) / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == expected, name


@pytest.mark.parametrize(
    ("text", "tool", "shape"),
    [
        ("How many pilots do we have in Denmark?", "find_projects", "number"),
        ("hello there, what can you do", "about_bearing", None),
        ("Write a memo to the board about our pilots", "draft_memo", "memo"),
        ("Which projects should we fund with 3 million?", "plan_portfolio", None),
        ("Why do so few pilots reach production?", "diagnose_scaling", "reasons"),
        ("how do I bake bread", "none", "none"),
    ],
)
def test_plain_questions_are_read(text, tool, shape):
    reading = read(text, NOTHING)
    assert tool in reading.ranked[:2]
    assert shape is None or reading.shape == shape


def test_the_same_question_is_read_alike_whatever_the_record_is_called():
    texts = [f"Who owns {name} and when does it start?" for name in ("Bed Planner", "Kørelog", "H₂ Forecast 2")]
    readings = [
        read(t, record(t, name)) for t, name in zip(texts, ("Bed Planner", "Kørelog", "H₂ Forecast 2"), strict=True)
    ]
    assert len({tuple(r.tools.values()) for r in readings}) == 1
    assert [r.of("scope")[0].text for r in readings if r.of("scope")] == ["Bed Planner", "Kørelog", "H₂ Forecast 2"]


def test_a_label_is_believed_from_its_threshold_on():
    limits = Reader(MODEL).thresholds
    assert read("hello, who are you?", NOTHING).tools["about_bearing"] >= limits["about_bearing"]
    plain = read("How many pilots do we have in Denmark?", NOTHING)
    assert all(plain.tools[label] < limits[label] for label in ("about_bearing", "clarify", "none"))
    assert plain.follows < limits["follows"]


def test_reading_is_deterministic_and_thread_safe():
    texts = [f"How many pilots started in {year}, and who leads them?" for year in range(2000, 2020)]
    alone = [read(text, NOTHING) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: read(text, NOTHING), texts)) == alone


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "?", "\n\t", "[]|", "�\x00\x01", "什么是人工智能项目？", "كم مشروع", "🚀🚀 pilots?"),
        *("a" * 5000, "why " * 3000, "e\u0301" * 40),
    ],
    ids=range(12),
)
def test_odd_texts_are_read_without_fail(text):
    reading = read(text, NOTHING)
    assert set(reading.shapes) == set(get_args(Shape))
    assert reading.shape in get_args(Shape)
    assert reading.measure in get_args(Measure)
    assert reading.direction in get_args(Direction)
    assert all(0 <= score <= 1 for score in reading.tools.values())


@st.composite
def questions(draw):
    words = st.sampled_from(
        ["how", "many", "pilots", "in", "Århus", "over", "2", "m€,", "(and", "H₂-Forecast)", "?", "“who”"]
    )
    text = " ".join(draw(st.lists(words | st.text(max_size=8), max_size=20)))
    ends = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted), max_size=3))
    return text, Links(tuple(Link("record", "x", start, end, text[start:end]) for start, end in ends))


@settings(deadline=None, max_examples=60)
@given(questions())
def test_spans_lie_in_the_text_and_never_overlap(case):
    text, links = case
    end = 0
    for span in read(text, links).spans:
        assert end <= span.start < span.end <= len(text)
        assert span.text == text[span.start : span.end]
        assert span.role in get_args(Role)
        assert 0 <= span.score <= 1
        assert trimmed(text, span.start, span.end) == (span.start, span.end)
        end = span.end


def test_a_question_costs_no_more_to_read_than_two_to_embed():
    text = "Which of the pilots in Denmark cost more than two million last year, and who leads them?"
    embedder = matcher()

    def cost(run: Callable[[str], object]) -> float:
        run(text)
        began = process_time()
        for number in range(20):
            run(f"{text} {number}")
        return process_time() - began

    assert cost(lambda asked: read(asked, NOTHING)) < 2 * cost(lambda asked: embedder.embed([asked]))
