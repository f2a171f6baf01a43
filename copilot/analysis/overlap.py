"""Which projects do the same thing: similarity of their texts, and groups of those that are alike.

The similarity adds the cosine of the embeddings, the cosine of the words weighted by rarity (Spärck Jones, 1972), and
whether both name one field of use. A group is bounded by its least alike pair, as in complete linkage (Sørensen, 1948).
Weights and limits were chosen on `tests/fixtures/same_work/build.csv` and are reported on `report.csv`
(`tests/test_overlap.py`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEANING, WORDS = 0.6, 0.4
FIELD, NO_FIELD = 0.1, 0.05
"""Added when both record one field of use, and when one of them records none; taken off when they differ."""
ALIKE = 0.44
"""From this similarity on two projects count as doing the same thing."""
NEAR = 0.37
"""A group holds no two projects that are less alike than this."""
MANY, RISE = 100, 0.1
"""Beyond so many projects both limits rise by this for each tenfold, as chance pairs grow with its square."""


@dataclass(frozen=True)
class Limits:
    alike: float
    near: float

    @classmethod
    def of(cls, projects: int) -> Limits:
        rise = RISE * max(0.0, math.log10(max(1, projects) / MANY))
        return cls(ALIKE + rise, NEAR + rise)


@dataclass(frozen=True)
class Group:
    members: tuple[int, ...]
    """Positions, the lowest first."""
    similarity: float
    """Mean over its pairs."""


def similarity(vectors: Floats, words: Sequence[frozenset[str]], fields: Sequence[str | None]) -> Floats:
    """A symmetric matrix, projects × projects.

    `vectors` are unit vectors, projects × dimensions; `words` are stems without function words.
    """
    found = MEANING * np.asarray(vectors @ vectors.T, dtype=np.float64) + WORDS * _shared_words(words)
    codes = {field: code for code, field in enumerate(dict.fromkeys(f for f in fields if f is not None), start=1)}
    field = np.array([codes.get(f, 0) if f is not None else 0 for f in fields])
    known = (field[:, None] > 0) & (field[None, :] > 0)
    found += np.where(known, np.where(field[:, None] == field[None, :], FIELD, -FIELD), NO_FIELD)
    np.fill_diagonal(found, 1.0)
    return found


def _shared_words(words: Sequence[frozenset[str]]) -> Floats:
    """The cosine of word sets in which a word of few projects weighs more than a word of many, projects × projects."""
    from scipy.sparse import csr_matrix

    count = len(words)
    seen = Counter(word for own in words for word in own)
    place = {word: position for position, word in enumerate(sorted(seen))}
    rows = [row for row, own in enumerate(words) for _ in own]
    columns = [place[word] for own in words for word in sorted(own)]
    weights = [math.log(1 + count / seen[word]) for own in words for word in sorted(own)]
    matrix = csr_matrix((weights, (rows, columns)), shape=(count, max(1, len(place))))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    products: Floats = (matrix @ matrix.T).toarray()
    return products / np.outer(lengths, lengths)


def groups(alike: Floats, units: Sequence[str | None]) -> list[Group]:
    """Groups of two and more; nobody belongs to two. `alike` is projects × projects.

    Pairs of different units found them before pairs of one unit, the most alike first.
    """
    limits = Limits.of(len(alike))
    pairs = [(int(i), int(j)) for i, j in zip(*np.where(np.triu(alike, 1) >= limits.alike), strict=True)]
    group_of = {i: [i] for i in range(len(alike))}
    for i, j in sorted(pairs, key=lambda pair: (units[pair[0]] == units[pair[1]], -alike[pair], pair)):
        first, second = group_of[i], group_of[j]
        if first is second or alike[np.ix_(first, second)].min() < limits.near:
            continue
        first += second
        group_of.update(dict.fromkeys(second, first))
    found = {id(members): sorted(members) for members in group_of.values() if len(members) > 1}
    return sorted((Group(tuple(m), _mean(alike, m)) for m in found.values()), key=lambda g: (-g.similarity, g.members))


def _mean(alike: Floats, members: Sequence[int]) -> float:
    inside = alike[np.ix_(members, members)]
    return float(inside[np.triu_indices(len(members), 1)].mean())
