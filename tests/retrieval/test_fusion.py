"""The mathematics of the ranking, apart from any engine."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from copilot.retrieval.fusion import Candidates, fuse, z_scores


def candidates(seed: int, size: int, dimensions: int = 8) -> tuple[Candidates, np.ndarray]:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(size, dimensions))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    question = draw.normal(size=dimensions)
    question /= np.linalg.norm(question)
    bm25 = np.where(draw.random(size) < 0.3, np.nan, draw.random(size) * 20)
    cosines = vectors @ question
    sentences = np.maximum(cosines, draw.random(size))
    return Candidates(bm25, cosines, sentences, draw.random(size) < 0.8, vectors, np.arange(size)), question


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_every_candidate_has_a_finite_score(seed: int, size: int) -> None:
    found, question = candidates(seed, size)
    scores = fuse(found, question, 100)
    assert scores.shape == (size,)
    assert np.isfinite(scores).all()


@given(st.integers(0, 10_000), st.integers(6, 30))
def test_scores_do_not_depend_on_the_order_of_the_candidates(seed: int, size: int) -> None:
    found, question = candidates(seed, size)
    shuffled = np.random.default_rng(seed).permutation(size)
    arrays = (found.bm25, found.cosines, found.sentences, found.is_near, found.vectors, found.documents)
    moved = Candidates(*(array[shuffled] for array in arrays))
    np.testing.assert_allclose(fuse(moved, question, 100), fuse(found, question, 100)[shuffled], atol=1e-4)


def one_subject(documents: list[int]) -> tuple[Candidates, np.ndarray]:
    """0 to 4 are of one subject, the last poor in words; 5 stands alone and is best; 6 to 9 are about anything."""
    subject = np.array([[1, 0.05 * n, 0, 0, 0] for n in range(5)], dtype=float)
    others = np.array([[0, 0, 1, 0, 0], [0, -1, 0, 0.3, 0], [0, 0, -1, 1, 0], [0, -1, -1, -1, 0], [0, 1, 0, 0, -1]])
    vectors = np.vstack([subject, others])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    bm25 = np.array([9.0, 9.0, 9.0, 9.0, 1.0, 20.0, 1.0, 1.0, 1.0, 1.0])
    question = np.array([0.2, 0, 0.9, 0, 0.3])
    question /= np.linalg.norm(question)
    cosines = vectors @ question
    return Candidates(bm25, cosines, cosines, np.ones(10, dtype=bool), vectors, np.array(documents)), question


def test_a_text_among_good_neighbours_rises_and_none_is_lowered_for_standing_alone() -> None:
    found, question = one_subject(list(range(10)))
    plain, scores = z_scores(found, 100).mean, fuse(found, question, 100)
    assert scores.argmax() == plain.argmax() == 5
    # The rest of its subject stays about where it was.
    assert scores[4] - plain[4] > scores[0] - plain[0] + 0.1


def test_support_comes_from_other_documents_only() -> None:
    apart, question = one_subject(list(range(10)))
    together, _ = one_subject([0, 0, 0, 0, 0, 5, 6, 7, 8, 9])
    assert fuse(apart, question, 100)[4] > fuse(together, question, 100)[4] + 0.05


def test_one_leg_that_tells_nothing_leaves_the_order_to_the_other() -> None:
    found, _ = candidates(3, 12)
    cosines = found.cosines
    silent = Candidates(np.full(12, np.nan), cosines, cosines, np.ones(12, dtype=bool), found.vectors, found.documents)
    legs = z_scores(silent, 100)
    assert (legs.by_word == 0).all()
    assert (np.argsort(legs.mean) == np.argsort(found.cosines)).all()
