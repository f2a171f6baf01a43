"""The rule behind the operating-model advice: scores, and flips that do flip, by brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.analysis.operating_model import MODELS, Anchor, Criterion, Measured, advise, holds_against

CENTRE, HYBRID, FEDERATED = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
SCALE = Criterion("c", "C", (Anchor(0, CENTRE), Anchor(5, HYBRID), Anchor(10, FEDERATED)))
GRID = np.linspace(0, 10, 401)
PULLS = np.array([SCALE.pulls(value) for value in GRID])
values = st.floats(0, 10)
cases = st.lists(st.tuples(values, st.floats(0.2, 3)), min_size=4, max_size=7)


def measured(value: float, weight: float = 1.0) -> Measured:
    return Measured(SCALE, value, weight)


def leads(criteria: list[Measured], first: int) -> bool:
    """Whether no other model is clearly ahead of this one."""
    sums = np.sum([m.weight * m.pulls for m in criteria], axis=0)
    return bool(sums[first] > sums.max() - 1e-5)


def test_between_two_anchors_the_pulls_are_straight_and_beyond_them_they_stay() -> None:
    assert SCALE.pulls(2.5) == pytest.approx([0.5, 0.5, 0])
    assert SCALE.pulls(9.0) == pytest.approx([0, 0.2, 0.8])
    assert SCALE.pulls(-3.0) == pytest.approx(CENTRE)
    assert SCALE.pulls(99.0) == pytest.approx(FEDERATED)


def test_fewer_than_four_criteria_give_no_advice() -> None:
    assert advise([measured(5)] * 3) is None
    assert advise([measured(5)] * 3 + [measured(5, weight=0)]) is None
    assert advise([measured(5)] * 4) is not None


@given(cases)
def test_scores_and_shares_of_draws_sum_to_one_whatever_the_order(rows: list[tuple[float, float]]) -> None:
    advice, turned = advise([measured(*row) for row in rows]), advise([measured(*row) for row in reversed(rows)])
    assert advice is not None
    assert turned is not None
    assert advice.scores == pytest.approx(turned.scores)
    assert advice.scores.sum() == pytest.approx(1)
    assert advice.holds.sum() == pytest.approx(1)
    assert sorted(advice.order) == list(range(len(MODELS)))


@settings(max_examples=40)
@given(cases)
def test_a_flip_by_value_is_the_nearest_one_a_fine_search_finds(rows: list[tuple[float, float]]) -> None:
    criteria = [measured(*row) for row in rows]
    advice = advise(criteria)
    assert advice is not None
    if advice.scores[advice.first] - advice.scores[advice.second] < 1e-3:
        return
    found = {id(flip.measured): flip for flip in advice.value_flips}
    for own in criteria:
        sums = np.sum([m.weight * m.pulls for m in criteria if m is not own], axis=0) + own.weight * PULLS
        is_lost = sums[:, advice.first] <= sums.max(axis=1) - 1e-5
        if is_lost.any():
            nearest = np.abs(GRID[is_lost] - own.value).min()
            assert found[id(own)].size * 10 == pytest.approx(nearest, abs=10 / 400 + 1e-3)


@settings(max_examples=40)
@given(cases)
def test_past_a_flip_by_weight_another_model_leads_and_before_it_does_not(rows: list[tuple[float, float]]) -> None:
    criteria = [measured(*row) for row in rows]
    advice = advise(criteria)
    assert advice is not None
    if advice.scores[advice.first] - advice.scores[advice.second] < 1e-3:
        return
    for flip in advice.weight_flips:
        position = next(i for i, m in enumerate(criteria) if m is flip.measured)
        others = [*criteria[:position], *criteria[position + 1 :]]
        change = 0.1 * (flip.factor - 1)
        before, after = (
            replace(flip.measured, weight=flip.measured.weight * (flip.factor + c)) for c in (-change, change)
        )
        assert leads([*others, before], advice.first)
        if after.weight > 0 and abs(change) > 1e-2:
            assert not leads([*others, after], advice.first)


def test_what_every_weighting_favours_is_first_in_all_draws_and_what_none_does_in_none() -> None:
    advice = advise([measured(5)] * 6)
    assert advice is not None
    assert advice.holds == pytest.approx([0, 1, 0])
    assert advice.weight_flips == ()


def test_advice_holds_against_the_unknown_only_when_its_lead_is_larger() -> None:
    advice = advise([measured(5)] * 5)
    assert advice is not None
    assert holds_against(advice, [1.0] * 4)
    assert not holds_against(advice, [1.0] * 5)
