from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copilot.analysis.acceptability import rank_acceptability
from copilot.analysis.flips import swap_by_estimate, swap_by_weight, weight_change
from copilot.analysis.scoring import (
    criterion_meaning,
    estimates,
    quadrant,
    ranking,
    rice,
    shares,
    to_raw,
    topsis,
    weighted_sum,
    wsjf,
)
from copilot.workspace import DEFAULT_CRITERIA, Criterion

NAN = float("nan")
UNIT = st.one_of(st.floats(0, 1).map(lambda x: round(x, 3)), st.just(NAN))


@st.composite
def matrices(draw, missing=True, most=8):
    shape = (draw(st.integers(2, most)), draw(st.integers(2, 4)))
    return draw(arrays(float, shape, elements=UNIT if missing else st.floats(0, 1).map(lambda x: round(x, 3))))


@st.composite
def problems(draw, missing=True):
    values = draw(matrices(missing))
    weights = draw(arrays(float, values.shape[1], elements=st.floats(0.05, 5).map(lambda x: round(x, 2))))
    return values, weights


def unit_estimates(values):
    return estimates([Criterion(name=f"c{j}", scale=(0, 1)) for j in range(values.shape[1])], values)


# Weighted sum


def test_a_score_is_the_weighted_mean_of_what_is_known():
    scores = weighted_sum(np.array([[1.0, 0.0], [0.5, NAN], [NAN, NAN]]), [3, 1])
    assert scores.score[:2] == pytest.approx([0.75, 0.5])
    assert np.isnan(scores.score[2])
    assert scores.coverage == pytest.approx([1.0, 0.75, 0.0])
    assert (scores.low[1], scores.high[1]) == pytest.approx((0.375, 0.625))
    assert (scores.low[2], scores.high[2]) == (0.0, 1.0)


@given(problems())
def test_scores_and_their_intervals_lie_between_nothing_and_one(problem):
    scores = weighted_sum(*problem)
    known = ~np.isnan(scores.score)
    assert ((scores.score[known] >= 0) & (scores.score[known] <= 1)).all()
    assert (scores.low - 1e-9 <= np.where(known, scores.score, scores.low)).all()
    assert (scores.high + 1e-9 >= np.where(known, scores.score, scores.high)).all()
    assert scores.contributions[known].sum(axis=1) == pytest.approx(scores.score[known])


@given(problems(missing=False), st.data(), st.floats(0.01, 20))
def test_raising_a_weight_never_lowers_the_best_project_on_that_criterion(problem, data, raised):
    values, weights = problem
    criterion = data.draw(st.integers(0, values.shape[1] - 1))
    best = int(values[:, criterion].argmax())

    def ahead(w):
        score = weighted_sum(values, w).score
        return int((score > score[best] + 1e-9).sum())

    more = weights.copy()
    more[criterion] += raised
    assert ahead(more) <= ahead(weights)


@given(problems(), st.randoms())
def test_shuffling_the_projects_changes_no_score_and_no_acceptability(problem, random):
    values, weights = problem
    order = list(range(len(values)))
    random.shuffle(order)
    plain, shuffled = weighted_sum(values, weights), weighted_sum(values[order], weights)
    assert np.array_equal(plain.score[order], shuffled.score, equal_nan=True)
    a = rank_acceptability(unit_estimates(values), weights, 2, draws=300)
    b = rank_acceptability(unit_estimates(values[order]), weights, 2, draws=300)
    assert a.first[order] == pytest.approx(b.first)
    assert a.top[order] == pytest.approx(b.top)
    assert np.allclose(a.confidence[order], b.confidence, equal_nan=True)


def test_a_project_known_on_less_than_half_of_the_weight_is_ranked_after_the_others():
    values = np.array([[1.0, NAN, NAN], [0.2, 0.2, 0.2], [NAN, NAN, NAN]])
    scores = weighted_sum(values, [1, 1, 1])
    assert list(ranking(scores.score, scores.coverage)) == [1, 0, 2]


def test_weights_that_are_all_zero_count_as_equal():
    assert shares([0, 0]) == pytest.approx([0.5, 0.5])


# Scales


def test_a_lower_value_is_better_where_the_criterion_points_down():
    risk = Criterion(name="risk", direction="down")
    found = estimates(
        [risk],
        np.array([[1.0], [10.0], [5.5], [42.0]]),
        np.array([[NAN]] * 4),
        np.array([[8.0], [NAN], [9.0], [NAN]]),
    )
    assert found.likely[:, 0] == pytest.approx([1.0, 0.0, 0.5, 0.0])
    assert found.low[0, 0] == pytest.approx(to_low := (10 - 8) / 9)
    assert to_raw(risk, to_low) == pytest.approx(8.0)
    assert (found.low <= found.likely).all()
    assert (found.likely <= found.high).all()


def test_a_range_without_a_likely_value_counts_at_its_middle():
    value = Criterion(name="value", scale=(0, 10))
    found = estimates([value], np.array([[NAN], [NAN]]), np.array([[2.0], [2.0]]), np.array([[6.0], [NAN]]))
    assert found.likely[0, 0] == pytest.approx(0.4)
    assert np.isnan(found.likely[1, 0])
    assert np.isnan(found.low[1, 0])


# Acceptability


@settings(max_examples=40)
@given(problems(), st.integers(1, 3), st.sampled_from([None, 50.0]))
def test_acceptabilities_sum_to_one_and_to_the_number_of_places(problem, top_k, concentration):
    values, weights = problem
    top_k = min(top_k, len(values))
    found = rank_acceptability(unit_estimates(values), weights, top_k, 200, concentration)
    assert found.first.sum() == pytest.approx(1.0)
    assert found.top.sum() == pytest.approx(top_k)
    assert (found.first <= found.top + 1e-9).all()


def test_a_project_that_is_best_on_everything_is_always_first():
    values = np.array([[0.9, 0.9], [0.5, 0.4], [0.1, 0.8]])
    found = rank_acceptability(unit_estimates(values), [1, 1], 1, 500, None)
    assert found.first[0] == 1.0
    assert found.confidence[0] == 1.0
    assert found.central_weights[0] == pytest.approx([0.5, 0.5], abs=0.05)
    assert np.isnan(found.central_weights[1]).all()


def test_two_opposite_projects_share_the_first_place_when_nothing_is_known_of_the_weights():
    found = rank_acceptability(unit_estimates(np.array([[1.0, 0.0], [0.0, 1.0]])), [9, 1], 1, 10_000, None)
    assert found.first == pytest.approx([0.5, 0.5], abs=0.02)
    assert found.central_weights[0] == pytest.approx([0.75, 0.25], abs=0.02)


def test_estimates_are_drawn_from_a_triangle_and_missing_ones_from_the_whole_scale():
    one = [Criterion(name="c", scale=(0, 1))]
    # Against a certain 0.5, a triangle (0, 0.2, 1) wins with (1 - 0.5)² / (1 - 0.2) = 0.3125.
    ranged = estimates(one, np.array([[0.2], [0.5]]), np.array([[0.0], [NAN]]), np.array([[1.0], [NAN]]))
    assert rank_acceptability(ranged, [1], 1, 20_000).first[0] == pytest.approx(0.3125, abs=0.01)
    unknown = estimates(one, np.array([[NAN], [0.3]]))
    assert rank_acceptability(unknown, [1], 1, 20_000).first[0] == pytest.approx(0.7, abs=0.01)


def test_the_same_seed_gives_the_same_draws():
    values = unit_estimates(np.random.default_rng(1).random((6, 3)))
    assert np.array_equal(rank_acceptability(values, [1, 2, 3], 2).top, rank_acceptability(values, [1, 2, 3], 2).top)


def test_a_criterion_without_weight_is_never_drawn():
    found = rank_acceptability(unit_estimates(np.array([[0.0, 1.0], [0.1, 0.0]])), [1, 0], 1, 500)
    assert list(found.first) == [0.0, 1.0]


# Flips


@given(problems())
def test_the_weight_that_flips_two_projects_ties_them_and_no_smaller_change_does(problem):
    values, weights = problem
    scores = weighted_sum(values[:2], weights).score
    if np.isnan(scores).any() or abs(scores[0] - scores[1]) < 1e-3:
        return
    ahead, behind = (0, 1) if scores[0] > scores[1] else (1, 0)
    change = swap_by_weight(values, weights, ahead, behind)

    def lead(share, criterion):
        w = shares(weights)
        others = np.delete(w, criterion)
        moved = np.insert(others / others.sum() * (1 - share), criterion, share)
        after = weighted_sum(values[[ahead, behind]], moved).score
        return after[0] - after[1]

    if change is not None:
        assert lead(change.share_after, change.criterion) <= 1e-3
    for criterion in range(values.shape[1]):
        today = shares(weights)[criterion]
        reach = change.size - 1e-3 if change else 1.0
        tried = [s for s in np.linspace(0.0, 0.999, 60) if abs(s - today) < reach]
        assert all(not lead(s, criterion) < -1e-3 for s in tried)


@given(problems())
def test_the_estimate_that_flips_two_projects_brings_them_level(problem):
    values, weights = problem
    scores = weighted_sum(values[:2], weights).score
    if np.isnan(scores).any() or scores[0] <= scores[1]:
        return
    change = swap_by_estimate(values, weights, 0, 1)
    if change is not None:
        moved = values.copy()
        moved[change.option, change.criterion] = change.after
        after = weighted_sum(moved[:2], weights).score
        assert after[0] == pytest.approx(after[1], abs=1e-6)


def test_a_weight_change_can_bring_a_project_over_the_line():
    values = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.7]])
    change = weight_change(values, [0.8, 0.2], option=2, top_k=2)
    assert change is not None
    assert change.share_before == pytest.approx(0.2 if change.criterion == 1 else 0.8)
    # The first option falls behind at 0.1 + 0.6 s = 0.9 - 0.8 s, before the second does.
    share = change.share_after if change.criterion == 1 else 1 - change.share_after
    assert share == pytest.approx(4 / 7, abs=1e-3)


def test_nothing_flips_a_project_that_is_worse_on_everything():
    values = np.array([[0.9, 0.9], [0.1, 0.1]])
    assert swap_by_weight(values, [1, 1], 0, 1) is None
    assert swap_by_estimate(values, [1, 1], 0, 1) is None


# Other methods


def topsis_by_hand(rows, weights, rising):
    """The textbook's steps, one cell at a time."""
    columns = list(zip(*rows, strict=True))
    total = sum(weights)
    weighted = [
        [x / sum(y * y for y in column) ** 0.5 * w / total for x in column]
        for column, w in zip(columns, weights, strict=True)
    ]
    best = [max(c) if up else min(c) for c, up in zip(weighted, rising, strict=True)]
    worst = [min(c) if up else max(c) for c, up in zip(weighted, rising, strict=True)]
    result = []
    for i in range(len(rows)):
        near = sum((c[i] - b) ** 2 for c, b in zip(weighted, best, strict=True)) ** 0.5
        far = sum((c[i] - b) ** 2 for c, b in zip(weighted, worst, strict=True)) ** 0.5
        result.append(far / (near + far))
    return result


def test_topsis_equals_the_textbook_computed_cell_by_cell():
    rows = [[250, 16, 12, 5], [200, 16, 8, 3], [300, 32, 16, 4], [275, 32, 8, 4], [225, 16, 16, 2]]
    weights, rising = [0.25, 0.25, 0.25, 0.25], [False, True, True, True]
    assert topsis(np.array(rows, float), weights, rising) == pytest.approx(topsis_by_hand(rows, weights, rising))


def test_topsis_equals_an_independent_library():
    # pymcdm 1.4.0, TOPSIS with vector normalisation, run on these numbers.
    rows = [[250, 16, 12, 5], [200, 16, 8, 3], [300, 32, 16, 4], [275, 32, 8, 4], [225, 16, 16, 2]]
    expected = [0.36394735, 0.39591421, 0.60408579, 0.54673696, 0.4410244]
    found = topsis(np.array(rows, float), [0.4, 0.3, 0.2, 0.1], [False, True, True, True])
    assert found == pytest.approx(expected, abs=1e-7)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 7))
def test_topsis_equals_pymcdm_on_whatever_numbers(seed, options, width):
    methods = pytest.importorskip("pymcdm.methods")
    normalizations = pytest.importorskip("pymcdm.normalizations")
    rng = np.random.default_rng(seed)
    raw, weights, rising = (
        rng.uniform(0.5, 10, (options, width)),
        shares(rng.uniform(0.1, 1, width)),
        rng.random(width) < 0.6,
    )
    # Its default is another normalisation, with scores that differ.
    judge = methods.TOPSIS(normalization_function=normalizations.vector_normalization)
    expected = judge(raw, weights, np.where(rising, 1, -1), validation=False)
    assert topsis(raw, weights, list(rising)) == pytest.approx(expected, abs=1e-9)


@given(problems())
def test_topsis_lies_between_nothing_and_one_and_leaves_missing_values_out(problem):
    values, weights = problem
    closeness = topsis(values, weights, [True] * values.shape[1])
    known = ~np.isnan(values).all(axis=1)
    assert (np.isnan(closeness) == ~known).all()
    assert ((closeness[known] >= 0) & (closeness[known] <= 1)).all()


def test_rice_and_wsjf_divide_by_the_effort_and_need_every_part():
    two, part = np.array([2.0, 2.0, NAN]), np.array([4.0, 0.0, 4.0])
    assert np.array_equal(rice(two, two, two, part), [2.0, NAN, NAN], equal_nan=True)
    assert np.array_equal(wsjf(two, two, two, part), [1.5, NAN, NAN], equal_nan=True)


# The matrix


@pytest.mark.parametrize(
    ("value", "difficulty", "expected"),
    [
        (0.8, 0.2, "do first"),
        (0.5, 0.5, "do first"),
        (0.8, 0.8, "strategic bet"),
        (0.2, 0.2, "fill-in"),
        (0.2, 0.8, "refuse"),
        (NAN, 0.8, "not placed"),
    ],
)
def test_the_middle_of_the_scale_divides_the_quadrants(value, difficulty, expected):
    assert quadrant(value, difficulty) == expected


def test_a_criterion_is_found_by_its_name_before_its_synonyms_and_by_whole_words():
    assert criterion_meaning(DEFAULT_CRITERIA, ["business value", "value"]) == 0
    assert criterion_meaning(DEFAULT_CRITERIA, ["ease"]) == 1
    assert criterion_meaning([Criterion(name="disease")], ["ease"]) is None
