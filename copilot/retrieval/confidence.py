"""How likely it is that what a search found answers the question at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

from copilot.retrieval.types import ScoredChunk

# Fitted by logistic regression on 72 answerable questions of the development set and 56 that the shipped documents do
# not answer; measured on others (docs/retrieval.md). Three nearest in place of one, the fused score, its distance to
# the next and shares of words found added nothing.
_SLOPE = 10.7
_MIDDLE = 0.41


def confidence(found: Sequence[ScoredChunk]) -> float:
    """0 to 1, from the likeness of the nearest passage and of the nearest sentence; 1 for an exact reference.

    Even odds of an answer are 0.5. Questions about another subject come near 0; one that only sounds like the
    documents' subject may not.
    """
    if any(scored.is_exact for scored in found):
        return 1.0
    if not found:
        return 0.0
    likeness = (max(scored.cosine for scored in found) + max(scored.sentence for scored in found)) / 2
    return 1 / (1 + math.exp(-_SLOPE * (likeness - _MIDDLE)))
