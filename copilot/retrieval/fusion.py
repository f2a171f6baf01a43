"""Three views of how well a text answers made one score, then corrected by what the candidates are like.

Three steps over a few hundred candidates at the most. The weighted mean of the z-scores of the words, of the whole
text's vector and of its nearest sentence's. Feedback: the question's vector moves towards the best candidates (Rocchio
1971). Support: a candidate whose nearest neighbours among the candidates score better than itself rises towards them,
as in score regularisation (Diaz 2005), but none is lowered: a text that alone answers has poor neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# Chosen on one collection and reported on others (docs/decisions/0009, 0015); values near these do about as well.
FEEDBACK = 0.5
"""How far the question's vector moves towards the best candidates, 0 to 1."""
FEEDBACK_SIZE = 5
SUPPORT = 0.5
"""How far a candidate rises towards its neighbours, 0 to 1."""
NEIGHBOURS = 5
WORDS = 0.4
"""What the view of the words counts beside one for each of the two by meaning."""
_FLAT = 1e-9
# OpenBLAS takes one thread up to this many multiplications.
_ONE_THREAD = 262_144


@dataclass(frozen=True)
class Candidates:
    """What the two searches found for one question, an entry of each array a candidate."""

    bm25: Numbers
    """nan where the keyword search did not return it."""
    cosines: Numbers
    sentences: Numbers
    """Cosine of the nearest sentence or heading; of the whole where a text is a single one."""
    is_near: NDArray[np.bool_]
    """Whether the vector search returned it."""
    vectors: Numbers
    """Unit vectors, a row a candidate."""
    documents: NDArray[np.int64]
    """A number a document: chunks of one are alike, whatever is asked."""


def products(rows: NDArray[Any], vector: NDArray[Any]) -> Numbers:
    """The product of each row with a vector, the same to the last bit whatever other rows there are."""
    # BLAS would share this among threads that wait for each other, and sum each row in an order that depends on all.
    found: Numbers = np.einsum("ij,j->i", rows, vector)
    return found


class Legs(NamedTuple):
    by_word: Numbers
    by_meaning: Numbers
    by_sentence: Numbers

    @property
    def mean(self) -> Numbers:
        # Meaning counts twice, since the two vectors err in different places.
        return (WORDS * self.by_word + self.by_meaning + self.by_sentence) / (WORDS + 2)


def z_scores(found: Candidates, depth: int) -> Legs:
    """Each view's scores in units of their spread, `depth` being how many the searches return at the most."""
    returned = ~np.isnan(found.bm25)
    if returned.sum() < depth:
        # These are all that match; the others have no word of the question, which is a score too.
        by_word = np.where(returned, found.bm25, 0.0)
        by_word = _standard(by_word, by_word)
    else:
        scores = found.bm25[returned]
        by_word = _standard(np.where(returned, found.bm25, scores.min()), scores)
    near = found.is_near
    return Legs(
        by_word, _standard(found.cosines, found.cosines[near]), _standard(found.sentences, found.sentences[near])
    )


def fuse(found: Candidates, question: Numbers, depth: int) -> Numbers:
    """The score of each candidate, comparable within one question only."""
    legs = z_scores(found, depth)
    if len(found.cosines) <= NEIGHBOURS:
        return legs.mean.round(6)
    fed = legs._replace(by_meaning=_fed_back(found, question, legs))
    return _supported(fed.mean, found).round(6)


def _fed_back(found: Candidates, question: Numbers, legs: Legs) -> Numbers:
    """The second leg anew, by a question that moved towards the best candidates, one of each document."""
    vectors = found.vectors
    order = np.argsort(-legs.mean, kind="stable")
    _, first = np.unique(found.documents[order], return_index=True)
    best = order[np.sort(first)[:FEEDBACK_SIZE]]
    weights = np.clip(legs.mean[best], 0.0, None)
    centre = weights @ vectors[best]
    length = np.linalg.norm(centre)
    if length < _FLAT:
        return legs.by_meaning
    cosines = products(vectors, (1 - FEEDBACK) * question + FEEDBACK * centre / length)
    # On the scale that the leg had, so that both legs weigh as before.
    fed: Numbers = _standard(cosines, cosines) * legs.by_meaning.std() + legs.by_meaning.mean()
    return fed


def _supported(scores: Numbers, found: Candidates) -> Numbers:
    likeness = _likeness(found.vectors.astype(np.float32))
    # Texts of one subject are all alike to a degree; only what exceeds that tells neighbours.
    likeness = np.clip(likeness - np.median(likeness), 0.0, None) ** 2
    # Support comes from other documents; a long one would lift itself.
    likeness[found.documents[:, None] == found.documents] = 0.0
    nearest = np.argpartition(-likeness, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
    weights = np.take_along_axis(likeness, nearest, axis=1)
    around = (weights * scores[nearest]).sum(axis=1) / (weights.sum(axis=1) + _FLAT)
    has_neighbours = weights.sum(axis=1) > _FLAT
    rise: Numbers = np.where(has_neighbours, np.maximum(around - scores, 0.0), 0.0)
    return scores + SUPPORT * rise


def _likeness(vectors: NDArray[np.float32]) -> Numbers:
    """Each cosine of two rows; in single precision, since scores are rounded."""
    # A larger product is shared among threads that wait for each other: on busy cores that takes 70 ms, not 1.
    rows = max(1, _ONE_THREAD // vectors.size)
    pieces = [vectors[start : start + rows] @ vectors.T for start in range(0, len(vectors), rows)]
    return np.vstack(pieces).astype(np.float64)


def _standard(values: Numbers, sample: Numbers) -> Numbers:
    """The values' distance from the sample's mean in units of its spread; all 0 where it has none."""
    if not sample.size or sample.std() < _FLAT:
        return np.zeros_like(values)
    standard: Numbers = (values - sample.mean()) / sample.std()
    return standard
