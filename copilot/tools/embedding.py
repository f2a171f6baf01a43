"""The meaning of texts as vectors, with or without an index of documents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.sources import Sources

Vectors = NDArray[np.float64]


def nearest_in_meaning(sources: Sources, asked: str, names: Sequence[str], most: int) -> list[str]:
    """Of names of columns, values or records as many as wanted, the nearest in meaning first."""
    words = [name.replace("_", " ") for name in (asked, *names)]
    vectors = embed(sources, words)
    likeness = vectors[1:] @ vectors[0]
    return [names[n] for n in np.argsort(-likeness, kind="stable")[:most]]


def embed(sources: Sources, texts: Sequence[str]) -> Vectors:
    """A unit vector a text, so that a dot product is the cosine; the retriever remembers those it has seen."""
    # Loading the network takes time that tools without texts need not spend.
    from copilot.retrieval.embedder import DIMENSIONS, encode_each

    if sources.retriever is not None:
        return np.asarray(sources.retriever.embed(texts), dtype=np.float64)
    return np.asarray(list(encode_each(texts)), dtype=np.float64).reshape(len(texts), DIMENSIONS)
