"""How near names and texts come to each other in meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.retrieval.embedder import Embedder

LEAST, LIKELY, SURE = 0.4, 0.62, 0.8
"""A cosine with which a column of the file is taken for one of ours, and from which on that is likely, and sure."""


class Meanings:
    """How near texts come to each other in meaning."""

    def __init__(self) -> None:
        self._embedder = Embedder()

    def between(self, texts: Sequence[str], others: Sequence[str]) -> NDArray[np.float32]:
        """Cosines, a row a text."""
        nearness: NDArray[np.float32] = self._embedder.embed(texts) @ self._embedder.embed(others).T
        return nearness


def spoken(name: str) -> str:
    """A name as it is said, without the unit or the note in brackets behind it."""
    return re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", name.replace("_", " ")).strip().lower() or name
