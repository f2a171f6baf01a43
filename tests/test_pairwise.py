"""Weights from judgements of two criteria at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.analysis.pairwise import ACCEPTABLE, Judgement, elicit


def test_two_criteria_divide_as_they_are_judged() -> None:
    (group,) = elicit([Judgement(3, 1, 2.0)])
    assert group.members == (1, 3)
    assert group.shares == pytest.approx([1 / 3, 2 / 3])
    assert (group.consistency_ratio, group.clash) == (0.0, None)


def test_three_judgements_agree_with_the_closed_form() -> None:
    # Of three criteria the geometric means are the eigenvector, and the eigenvalue is 1 + c + 1/c with
    # c³ = a12·a23/a13 (Saaty, 1980).
    (group,) = elicit([Judgement(1, 0, 3.0), Judgement(0, 2, 5.0), Judgement(1, 2, 7.0)])
    means = np.array([(1 / 3 * 5) ** (1 / 3), 21 ** (1 / 3), (1 / 35) ** (1 / 3)])
    assert group.shares == pytest.approx(means / means.sum())
    c = (1 / 3 * 7 / 5) ** (1 / 3)
    assert group.consistency_ratio == pytest.approx((c + 1 / c - 2) / 2 / 0.58)


def test_the_judgement_that_clashes_most_is_found() -> None:
    pairs = [(0, 1, 2.0), (1, 2, 2.0), (2, 3, 2.0), (0, 2, 4.0), (1, 3, 4.0), (3, 0, 5.0)]
    (group,) = elicit([Judgement(*pair) for pair in pairs])
    assert group.clash == Judgement(3, 0, 5.0)
    assert group.implied == pytest.approx(1 / 8)
    assert group.consistency_ratio > ACCEPTABLE


def test_criteria_that_nothing_connects_stand_in_groups_of_their_own() -> None:
    groups = elicit([Judgement(0, 1, 2.0), Judgement(2, 3, 3.0)])
    assert [g.members for g in groups] == [(0, 1), (2, 3)]
    assert elicit([]) == []


WEIGHTS = st.lists(st.floats(0.5, 9), min_size=3, max_size=7)


@given(WEIGHTS, st.integers(0, 2**21))
def test_judgements_taken_from_weights_give_these_back(weights: list[float], chosen: int) -> None:
    pairs = [(i, j) for i in range(len(weights)) for j in range(i + 1, len(weights))]
    # A chain connects all; any of the other pairs may be judged too.
    asked = [(i, j) for n, (i, j) in enumerate(pairs) if j == i + 1 or chosen >> n & 1]
    (group,) = elicit([Judgement(i, j, weights[i] / weights[j]) for i, j in asked])
    assert group.shares == pytest.approx(np.array(weights) / sum(weights))
    assert group.consistency_ratio == pytest.approx(0, abs=1e-6)


@given(WEIGHTS, st.floats(1.5, 9))
def test_raising_a_judgement_raises_the_weight_of_the_better_criterion(weights: list[float], factor: float) -> None:
    judged = [Judgement(i, j, weights[i] / weights[j]) for i in range(len(weights)) for j in range(i)]
    raised = [Judgement(judged[0].one, judged[0].other, judged[0].times * factor), *judged[1:]]
    (before,), (after,) = elicit(judged), elicit(raised)
    assert after.shares[judged[0].one] > before.shares[judged[0].one]


def test_the_same_pair_judged_twice_counts_as_the_geometric_mean() -> None:
    (group,) = elicit([Judgement(0, 1, 2.0), Judgement(1, 0, 2.0)])
    assert group.shares == pytest.approx([0.5, 0.5])
    assert group.clash == Judgement(0, 1, 2.0)
    assert group.implied == pytest.approx(0.5)
