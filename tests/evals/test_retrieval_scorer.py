"""Ranking measures, worked by hand."""

from __future__ import annotations

import math
import random

import pytest
from eval_answers import DRIFT, PILOTS, WEIGHTS, answer, output, sample
from hypothesis import given
from hypothesis import strategies as st

from evals.scorers.retrieval import gains, ndcg, recall, reciprocal_rank, score

F = frozenset


def test_ndcg_by_hand() -> None:
    # Gains 3 (2^2 - 1) at rank 2 and 1 at rank 3; ideal 3 at rank 1 and 1 at rank 2.
    expected = (3 / math.log2(3) + 1 / math.log2(4)) / (3 + 1 / math.log2(3))
    assert ndcg([0, 2, 1], [1, 2]) == pytest.approx(expected)


def test_a_gold_passage_found_twice_counts_once() -> None:
    assert gains([F({0}), F({0}), F({1})], [2, 1]) == [2, 0, 1]


def test_recall_looks_no_deeper_than_asked() -> None:
    ranked = [F[int]()] * 10 + [F({0})]
    assert recall(ranked, [1]) == 0
    assert recall(ranked, [1], depth=None) == 1


def test_the_reciprocal_rank_is_that_of_the_first_gold_passage() -> None:
    assert reciprocal_rank([0, 0, 1, 2]) == pytest.approx(1 / 3)
    assert reciprocal_rank([0]) == 0


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(1, 3), min_size=1, max_size=6))
def test_ndcg_lies_between_nothing_and_the_ideal_order(found: list[int], ideal: list[int]) -> None:
    earned = [g for g in found if g in ideal][: len(ideal)]
    best = sorted(ideal, reverse=True)
    assert 0 <= ndcg(gains([F({best.index(g)}) for g in earned], best), best) <= 1 + 1e-9
    assert ndcg(best, best) == pytest.approx(1)


def test_searched_and_cited_passages_are_judged_apart() -> None:
    target = sample(
        passages=(
            {"document": "playbook/pilots.md", "quote": "Name an owner"},
            {"document": "playbook/drift.md", "quote": "**loss** of accuracy"},
        )
    )
    made = answer("Drift [1].", cites=(DRIFT,))
    scores = score(target, output(made, (PILOTS, DRIFT)), WEIGHTS)
    assert scores["ndcg_10"].value == pytest.approx(1)
    assert scores["cited_recall"].value == 0.5
    assert scores["cited_document_recall"].value == 0.5
    assert scores["mrr"].value == 1


def test_a_quote_of_another_passage_of_the_right_document_counts_for_the_document_alone() -> None:
    target = sample(passages=({"document": "playbook/drift.md", "quote": "something further down"},))
    scores = score(target, output("Drift [1]."), WEIGHTS)
    assert scores["recall_10"].value == 0
    assert scores["document_recall_10"].value == 1


def test_the_measures_agree_with_an_independent_judge() -> None:
    # Through trec_eval; ir-measures would hand the exponential gain to a Perl script, so the gain stands in the grades.
    provider = pytest.importorskip("ir_measures").pytrec_eval
    from ir_measures import RR, R, nDCG

    chance = random.Random(5)
    for query in range(200):
        places = chance.sample(range(30), 30)
        grades = [chance.randint(1, 3) for _ in range(chance.randint(1, 8))]
        ranked = [F({place}) if place < len(grades) else F[int]() for place in places[: chance.randint(1, 30)]]
        gold = {str(query): {f"d{unit}": 2**grade - 1 for unit, grade in enumerate(grades)}}
        found = {str(query): {f"d{place}": -float(rank) for rank, place in enumerate(places[: len(ranked)])}}
        judged = provider.calc_aggregate([nDCG @ 10, R @ 10, RR], gold, found)
        earned = gains(ranked, grades)
        ours = (ndcg(earned, grades), recall(ranked, grades), reciprocal_rank(earned))
        assert ours == pytest.approx((judged[nDCG @ 10], judged[R @ 10], judged[RR]), abs=1e-6)
