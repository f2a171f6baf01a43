"""Projects that do the same kind of work: how well they are found, and what holds whatever they are."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copilot.analysis.overlap import ALIKE, NEAR, Limits, groups, similarity
from copilot.language.words import content_stems
from copilot.retrieval.embedder import encode_each

SETS = Path(__file__).parent / "fixtures" / "same_work"
"""Registers of invented organisations, labelled by hand; `same` names what several projects do alike."""

Pairs = set[tuple[int, int]]


def pairs(name: str, fields: bool = True) -> tuple[Pairs, Pairs]:
    """The pairs found, and those labelled."""
    with (SETS / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = [f"{row['name']}. {row['description']}" for row in rows]
    alike = similarity(
        np.stack(list(encode_each(texts))).astype(float),
        [frozenset(content_stems(text)) for text in texts],
        [row["domain"] if fields else None for row in rows],
    )
    found = {pair for group in groups(alike, [row["unit"] for row in rows]) for pair in combinations(group.members, 2)}
    same = {
        (i, j) for i, j in combinations(range(len(rows)), 2) if rows[i]["same"] and rows[i]["same"] == rows[j]["same"]
    }
    return found, same


@pytest.mark.parametrize(
    ("name", "fields", "precision", "recall"),
    [
        ("build.csv", True, 0.57, 0.78),
        ("report.csv", True, 0.80, 0.57),
        ("build.csv", False, 0.41, 0.50),
        ("report.csv", False, 0.62, 0.35),
    ],
)
def test_like_projects_are_found_as_well_as_the_answers_say(
    name: str, fields: bool, precision: float, recall: float
) -> None:
    found, same = pairs(name, fields)
    assert len(found & same) / len(found) >= precision
    assert len(found & same) / len(same) >= recall


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    size = draw(st.integers(1, 9))
    half = draw(arrays(np.float64, (size, size), elements=st.sampled_from([0.0, NEAR, 0.4, ALIKE, 0.5, 0.7])))
    whole = np.triu(half, 1)
    return whole + whole.T + np.eye(size)


@given(matrices(), st.data())
def test_nobody_belongs_to_two_groups_and_no_group_holds_strangers(alike: np.ndarray, data: st.DataObject) -> None:
    units = data.draw(st.lists(st.sampled_from(["a", "b", None]), min_size=len(alike), max_size=len(alike)))
    members = [member for group in groups(alike, units) for member in group.members]
    assert len(members) == len(set(members))
    for group in groups(alike, units):
        inside = [alike[pair] for pair in combinations(group.members, 2)]
        assert min(inside) >= NEAR
        assert max(inside) >= ALIKE


def test_a_pair_across_units_comes_before_a_nearer_pair_within_one() -> None:
    alike = np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.0], [0.5, 0.0, 1.0]])
    assert [group.members for group in groups(alike, ["a", "a", "b"])] == [(0, 2)]
    assert [group.members for group in groups(alike, ["a", "b", "b"])] == [(0, 1)]


def test_one_field_of_use_brings_projects_nearer_and_another_parts_them() -> None:
    vectors, words = np.eye(2), [frozenset({"fraud"}), frozenset({"fraud"})]
    same, unknown, other = (similarity(vectors, words, f)[0, 1] for f in (["x", "x"], ["x", None], ["x", "y"]))
    assert same > unknown > other


def test_projects_without_any_word_are_like_nothing() -> None:
    assert groups(similarity(np.eye(2), [frozenset(), frozenset()], [None, None]), [None, None]) == []


def test_among_many_projects_more_similarity_is_asked_for() -> None:
    assert Limits.of(42) == Limits.of(100) == Limits(ALIKE, NEAR)
    assert Limits.of(1000).alike == pytest.approx(ALIKE + 0.1)
