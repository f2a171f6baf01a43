"""Statistics against hand counts and known values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.statistics import (
    bootstrap_interval,
    holm,
    kappa,
    paired,
    rank_correlation,
    sign_flip_p,
    wilson_interval,
)


def test_the_exact_p_counts_sign_patterns() -> None:
    # Three equal losses: only all-minus and all-plus are as extreme, 2 of 8.
    assert sign_flip_p(np.array([-1.0, -1.0, -1.0, 0.0])) == pytest.approx(2 / 8)
    # Differences 1, 2, 3: of the 8 sums only +6 and -6 reach 6.
    assert sign_flip_p(np.array([1.0, 2.0, 3.0])) == pytest.approx(2 / 8)


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip_p(np.zeros(30)) == 1.0


def test_many_differences_are_drawn_by_seed_and_never_give_zero() -> None:
    losses = np.full(40, -1.0)
    assert 0 < sign_flip_p(losses) < 0.001
    assert sign_flip_p(losses) == sign_flip_p(losses)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=12))
def test_p_lies_between_zero_and_one_and_does_not_depend_on_the_sign(values: list[float]) -> None:
    array = np.array(values)
    assert 0 < sign_flip_p(array) <= 1
    assert sign_flip_p(array) == sign_flip_p(-array)


def test_the_interval_of_a_constant_change_is_that_change() -> None:
    assert bootstrap_interval(np.full(10, 0.5), [str(i) for i in range(10)]) == (0.5, 0.5)


def test_samples_of_one_source_widen_the_interval() -> None:
    differences = np.array([1.0] * 5 + [0.0] * 5)
    apart = bootstrap_interval(differences, [str(i) for i in range(10)])
    together = bootstrap_interval(differences, ["a"] * 5 + ["b"] * 5)
    assert together[1] - together[0] > apart[1] - apart[0]


def test_a_paired_change_counts_better_and_worse_in_the_metrics_direction() -> None:
    change = paired({"a": 0, "b": 1, "c": 1}, {"a": 1, "b": 0, "c": 0, "d": 1})
    assert change is not None
    assert (change.n, change.better, change.worse) == (3, 1, 2)
    assert change.delta == pytest.approx(-1 / 3)
    down = paired({"a": 0}, {"a": 1}, up_is_better=False)
    assert down is not None
    assert (down.better, down.worse) == (0, 1)
    assert paired({"a": 1}, {"b": 1}) is None


def test_holm_by_hand() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


def test_kappa_by_hand() -> None:
    # Agreement 0.7, by chance 0.5.
    left = [True] * 5 + [False] * 5
    right = [True] * 4 + [False] + [True] * 2 + [False] * 3
    assert kappa(left, right) == pytest.approx((0.7 - (0.5 * 0.6 + 0.5 * 0.4)) / (1 - 0.5))
    assert kappa([True], [True]) == 1


def test_rank_correlation_shares_the_place_of_ties() -> None:
    assert rank_correlation([1, 2, 3], [10, 20, 30]) == pytest.approx(1)
    assert rank_correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert rank_correlation([1, 1, 2], [1, 1, 2]) == pytest.approx(1)
    assert rank_correlation([1, 1], [1, 2]) == 0


def test_a_share_has_the_interval_that_wilson_gives() -> None:
    # 26 of 42, by the formula worked by hand.
    assert wilson_interval(26 / 42, 42) == pytest.approx((0.468, 0.750), abs=0.001)
    assert wilson_interval(1.0, 3)[1] == 1.0
    assert wilson_interval(0.0, 0) == (0.0, 1.0)
