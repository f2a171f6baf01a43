"""How likely it is that what a search found answers the question at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

from copilot.retrieval.types import ScoredChunk

# Fitted by logistic regression on 26 answerable questions and 43 that the shipped documents do not answer; measured on
# others (docs/retrieval.md). Shares of words found, BM25 and the fused score added nothing to the likeness.
_SLOPE = 14.5
_MIDDLE = 0.38
_BEST = 3


def confidence(found: Sequence[ScoredChunk]) -> float:
    """0 to 1, from the likeness of the three nearest results to the question; 1 for an exact reference.

    Even odds of an answer are 0.5. Questions about another subject come near 0; one that only sounds like the
    documents' subject may not.
    """
    if any(scored.is_exact for scored in found):
        return 1.0
    nearest = sorted((scored.cosine for scored in found), reverse=True)[:_BEST]
    if not nearest:
        return 0.0
    return 1 / (1 + math.exp(-_SLOPE * (sum(nearest) / len(nearest) - _MIDDLE)))
