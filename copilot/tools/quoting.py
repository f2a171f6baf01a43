"""Sentences of the documents that speak of one thing, found by meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from copilot.passages.units import Unit, units
from copilot.sources import Sources
from copilot.tools.findings import Reading
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.types import Evidence, Viewer

# Cosine of a sentence and what is looked for, from which on it speaks of that.
_SPEAKS = 0.45
_PREFERRED = 0.15
_SHORTEST = 6
"""Words; less is a heading, not a sentence to quote."""


def passages_about(
    sources: Sources, viewer: Viewer, queries: Sequence[str], terms: re.Pattern[str], relevance: float
) -> list[Evidence]:
    """The passages found that hold one of the terms and are as near to a query as asked; none without documents."""
    found: dict[str, Evidence] = {}
    if sources.retriever is None:
        return []
    for query in queries:
        for item in search_knowledge(sources, viewer, Arguments(query=query, top_k=8)).evidence:
            near = item.relevance is None or item.relevance >= relevance
            if near and terms.search(f"{item.title} {item.text}"):
                found.setdefault(item.id, item)
    # Siblings of a passage come without a similarity; alone they prove nothing.
    return list(found.values()) if any(item.relevance is not None for item in found.values()) else []


class Quotable:
    """The sentences of passages that a tool may quote, each once."""

    def __init__(self, reading: Reading, passages: Sequence[Evidence]) -> None:
        self._reading = reading
        self._passages = {item.id: item for item in passages}
        found = (unit for item in passages for unit in units(item))
        self._fresh = [u for u in found if len(u.text.split()) >= _SHORTEST and u.kind != "row" and not u.is_label]

    def nearest(
        self,
        query: str,
        terms: re.Pattern[str],
        *,
        minimum: float = _SPEAKS,
        under: re.Pattern[str] | None = None,
    ) -> Unit | None:
        """The sentence nearest in meaning to a query that holds one of the terms; None when none is near enough.

        An item headed by a term comes before others that are about as near, and with `under` likewise a sentence
        below a heading that holds one of its words.
        """
        retriever = self._reading.sources.retriever
        fresh = [u for u in self._fresh if terms.search(u.text)]
        if not fresh or retriever is None:
            return None
        vectors = retriever.embed([query, *(unit.text for unit in fresh)])
        likeness = vectors[1:] @ vectors[0]
        fits = [bool(terms.search(u.label)) + bool(under and under.search(u.heading)) for u in fresh]
        best = int((likeness + _PREFERRED * np.array(fits) - 2 * (likeness < minimum)).argmax())
        if likeness[best] < minimum:
            return None
        self._reading.add(self._passages[fresh[best].evidence])
        self._fresh = [u for u in self._fresh if u.text != fresh[best].text]
        return fresh[best]
