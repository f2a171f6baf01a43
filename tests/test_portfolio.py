from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from copilot.analysis.portfolio import Problem, TooLong, at_least, at_most, best, needs, next_best, relaxations
from copilot.analysis.portfolio_deviations import Doubtful, TooMany, best_deviation
from copilot.analysis.portfolio_firmness import ENUMERATED, inclusion


def by_brute_force(problem: Problem) -> list[tuple[float, tuple[int, ...]]]:
    """Every allowed set with its value, the best first."""
    options = range(len(problem.values))
    sets = (c for n in range(len(problem.values) + 1) for c in itertools.combinations(options, n))
    return sorted(((float(problem.values[list(s)].sum()), s) for s in sets if problem.allows(s)), reverse=True)


@st.composite
def problems(draw, smallest: int = 1, largest: int = 8) -> Problem:
    count = draw(st.integers(smallest, largest))
    numbers = st.lists(st.integers(0, 40), min_size=count, max_size=count)
    costs, people = draw(numbers), draw(numbers)
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=4))
    group = sorted(draw(st.sets(st.integers(0, count - 1), min_size=1)))
    return Problem(
        np.array(draw(numbers), dtype=float),
        (
            at_most("budget", costs, draw(st.integers(0, 40 * count))),
            at_most("headcount", people, draw(st.integers(0, 40 * count))),
            needs("order", [(a, b) for a, b in pairs if a != b]),
            at_least("unit", [(group, draw(st.integers(0, 2)))]),
        ),
    )


@settings(max_examples=60)
@given(problems())
def test_the_best_set_is_the_one_that_trying_all_sets_finds(problem: Problem) -> None:
    allowed = by_brute_force(problem)
    found = best(problem)
    assert (found is None) == (not allowed)
    if found is not None:
        assert found.value == pytest.approx(allowed[0][0])
        assert problem.allows(found.chosen)
        assert found.gap == 0


@settings(max_examples=40)
@given(problems())
def test_the_next_best_set_is_the_second_of_all_sets(problem: Problem) -> None:
    allowed = by_brute_force(problem)
    if not allowed:
        return
    first = best(problem)
    assert first is not None
    second = next_best(problem, [first])
    assert (second is None) == (len(allowed) == 1)
    if second is not None:
        assert second.chosen != first.chosen
        assert second.value == pytest.approx(allowed[1][0])


@settings(max_examples=40)
@given(problems(), st.integers(1, 50))
def test_adding_budget_never_lowers_the_optimum(problem: Problem, more: int) -> None:
    row = problem.constraints[0].rows[0]
    costs = [dict(zip(row.options, row.coefficients, strict=True)).get(i, 0) for i in range(len(problem.values))]
    richer = problem.without("budget").also(at_most("budget", costs, row.upper + more))
    before, after = best(problem), best(richer)
    if before is not None:
        assert after is not None
        assert after.value >= before.value - 1e-9


@settings(max_examples=30)
@given(problems(), st.randoms())
def test_shuffling_the_options_leaves_the_optimum_as_it_is(problem: Problem, random) -> None:
    place = list(range(len(problem.values)))
    random.shuffle(place)
    values = np.empty(len(place))
    values[place] = problem.values
    moved = tuple(
        type(c)(
            c.name,
            tuple(type(r)(tuple(place[i] for i in r.options), r.coefficients, r.lower, r.upper) for r in c.rows),
        )
        for c in problem.constraints
    )
    one, other = best(problem), best(Problem(values, moved))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.value == pytest.approx(other.value)


def test_a_problem_without_options_has_the_empty_set() -> None:
    found = best(Problem(np.zeros(0), ()))
    assert found is not None
    assert found.chosen == ()


def test_a_limit_is_kept_exactly_although_the_solver_has_a_tolerance() -> None:
    problem = Problem(np.array([1.0, 1.0]), (at_most("budget", [500_000.0, 500_000.4], 1_000_000.0),))
    found = best(problem)
    assert found is not None
    assert len(found.chosen) == 1


def test_each_constraint_that_alone_stands_in_the_way_is_named_with_what_would_do() -> None:
    problem = Problem(
        np.ones(3),
        (
            at_most("budget", [5.0, 7.0, 9.0], 10.0),
            at_most("headcount", [1.0, 1.0, 1.0], 3.0),
            at_least("must", [([0, 1], 2)]),
        ),
    )
    assert best(problem) is None
    assert [(r.name, r.least) for r in relaxations(problem)] == [("budget", 12.0), ("must", None)]


def test_inclusion_is_exact_where_every_set_can_be_tried() -> None:
    rng = np.random.default_rng(0)
    problem = Problem(rng.uniform(10, 90, 9), (at_most("budget", rng.uniform(1, 9, 9), 18.0), needs("order", [(0, 1)])))
    drawn = problem.values * rng.normal(1, 0.2, (40, 9))
    exact = np.zeros(9)
    for values in drawn:
        exact[list(by_brute_force(Problem(values, problem.constraints))[0][1])] += 1 / 40
    assert inclusion(problem, [()], drawn) == pytest.approx(exact)


def test_inclusion_among_many_options_is_near_that_of_exact_solutions() -> None:
    rng = np.random.default_rng(1)
    count = 40
    assert count > ENUMERATED
    costs = np.round(rng.lognormal(3, 0.8, count))
    problem = Problem(
        rng.uniform(20, 90, count),
        (
            at_most("budget", costs, float(costs.sum()) * 0.3),
            at_least("units", [(list(range(i, count, 8)), 1) for i in range(8)]),
            needs("order", [(0, 1), (5, 9)]),
        ),
    )
    drawn = problem.values * rng.normal(1, 0.1, (30, count))
    base = best(problem)
    assert base is not None
    exact = np.zeros(count)
    for values in drawn:
        found = best(Problem(values, problem.constraints))
        assert found is not None
        exact[list(found.chosen)] += 1 / 30
    near = inclusion(problem, [base.chosen], drawn)
    assert np.abs(near - exact).mean() < 0.04
    assert np.abs(near - exact).max() < 0.3


_NOISY = """
import numpy as np
from copilot.analysis.portfolio import Problem, at_most, at_least, best
for seed in range(12):
    rng = np.random.default_rng(seed)
    costs, people = np.round(rng.lognormal(12.5, 0.8, 75), -3), np.round(rng.lognormal(1, 0.6, 75) * 2) / 2
    groups = [([i for i in range(75) if i % 8 == u], 1) for u in range(8)]
    best(Problem(rng.uniform(20, 90, 75), (at_most("b", costs, costs.sum() * 0.3),
         at_most("h", people, people.sum() * 0.35), at_least("u", groups))))
print("done")
"""


def test_the_solver_prints_nothing() -> None:
    ran = subprocess.run([sys.executable, "-c", _NOISY], capture_output=True, text=True, check=True)
    assert ran.stdout == "done\n"


def test_two_thousand_options_are_solved_with_no_gap() -> None:
    rng = np.random.default_rng(1)
    count = 2_000
    costs = np.round(rng.lognormal(12.5, 0.8, count), -3)
    people = np.round(rng.lognormal(1, 0.6, count) * 2) / 2
    pairs = [(int(a), int(b)) for a, b in rng.integers(0, count, (300, 2)) if a != b]
    problem = Problem(
        rng.uniform(20, 90, count),
        (
            at_most("budget", costs, float(costs.sum()) * 0.3),
            at_most("headcount", people, float(people.sum()) * 0.35),
            at_most("high risk", (rng.random(count) < 0.2) * 1.0, 100),
            at_least("units", [(list(range(i, count, 12)), 2) for i in range(12)]),
            needs("order", pairs),
        ),
    )
    found = best(problem)
    assert found is not None
    assert found.gap == 0


def by_the_solver_alone(problem: Problem) -> float:
    """The optimum without any option settled beforehand."""
    rows = [row for constraint in problem.constraints for row in constraint.rows]
    matrix = np.zeros((len(rows), len(problem.values)))
    for line, row in zip(matrix, rows, strict=True):
        line[list(row.options)] = row.coefficients
    limits = LinearConstraint(matrix, [row.lower for row in rows], [row.upper for row in rows])
    whole = np.ones(len(problem.values))
    exactly = {"mip_rel_gap": 0.0}
    found = milp(-problem.values, integrality=whole, bounds=Bounds(0, 1), constraints=[limits], options=exactly)
    return -float(found.fun)


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from([0.02, 0.1, 0.4]), st.booleans())
def test_settling_the_clear_options_first_does_not_change_the_optimum(seed: int, share: float, whole: bool) -> None:
    rng = np.random.default_rng(seed)
    count = 260
    values, costs = rng.uniform(10, 90, count), rng.integers(1, 60, count).astype(float)
    problem = Problem(
        np.round(values) if whole else values,
        (
            at_most("budget", costs, float(costs.sum()) * share),
            at_most("risk", (rng.random(count) < 0.3) * 1.0, 12),
            at_least("units", [(list(range(unit, count, 5)), 2) for unit in range(5)]),
            needs("order", [(int(a), int(b)) for a, b in rng.integers(0, count, (40, 2)) if a != b]),
        ),
    )
    found = best(problem)
    assert found is not None
    assert problem.allows(found.chosen)
    assert found.gap == 0
    assert found.value == pytest.approx(by_the_solver_alone(problem), abs=1e-6)


def test_many_options_under_impossible_limits_have_no_set() -> None:
    problem = Problem(np.ones(300), (at_most("few", np.ones(300), 3), at_least("many", [(range(300), 4)])))
    assert best(problem) is None


def test_a_search_without_time_says_so() -> None:
    rng = np.random.default_rng(0)
    problem = Problem(rng.uniform(1, 9, 150), (at_most("budget", rng.uniform(1, 9, 150), 99.5),))
    with pytest.raises(TooLong):
        best(problem, 0)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 9), st.floats(0, 6))
def test_the_best_deviation_is_the_one_that_trying_all_finds(seed: int, count: int, most: float) -> None:
    rng = np.random.default_rng(seed)
    doubtful = Doubtful(
        losses=rng.uniform(0, 2, count),
        values=rng.normal(0, 5, count),
        uses=rng.integers(-4, 5, (count, 2)).astype(float),
        room=rng.integers(-3, 6, 2).astype(float),
    )
    masks = [np.array(mask) for mask in itertools.product([False, True], repeat=count)]
    allowed = [
        mask
        for mask in masks
        if doubtful.losses[mask].sum() <= most and (doubtful.uses[mask].sum(axis=0) <= doubtful.room).all()
    ]
    found = best_deviation(doubtful, most)
    assert (found is None) == (not allowed)
    if found is not None:
        assert doubtful.values[found].sum() == pytest.approx(max(doubtful.values[mask].sum() for mask in allowed))
        assert any((found == mask).all() for mask in allowed)


def test_more_deviations_than_are_worth_trying_are_given_up() -> None:
    free = Doubtful(np.zeros(30), np.ones(30), np.zeros((30, 1)), np.zeros(1))
    with pytest.raises(TooMany):
        best_deviation(free, 1.0)
