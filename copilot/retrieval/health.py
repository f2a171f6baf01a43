"""Whether the engines hold what the manifest names, all of it and nothing else."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from copilot.retrieval.chunker import indexed_text
from copilot.retrieval.entries import FOREVER, Entry, Scope
from copilot.retrieval.lexical import LexicalIndex
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.types import Health
from copilot.retrieval.vectors import ChromaVectors

# Up to so many chunks the vectors are compared one by one; beyond, by their count and by what the run changed.
_COMPARED = 10_000
_SAMPLE = 20
_NEAREST = 10
# As long as a question, and more chunks than a document has.
_ASKED = 200
_MOST_CHUNKS = 20_000
# Texts that say the same have the same vector; any of them may be found in place of another.
_SAME = 0.9999


def examine(
    manifest: Manifest,
    vectors: ChromaVectors,
    words: LexicalIndex,
    *,
    added: Collection[int] = (),
    removed: Collection[int] = (),
    whole: bool = False,
) -> Health:
    """Compare both engines with the manifest, and ask both for a sample of the chunks as a question would."""
    live = manifest.numbers()
    by_word = words.numbers()
    drawn = _drawn(live)
    if whole or len(live) <= _COMPARED:
        by_vector = vectors.numbers()
        unheld, surplus = len(live - by_vector), len(by_vector - live)
    else:
        difference = len(live) - vectors.count()
        wanted = {*added, *drawn}
        unheld = max(len(wanted - vectors.holding(wanted)), difference)
        surplus = max(len(vectors.holding(removed)), -difference)
    sample = manifest.entries_of(drawn)
    lost_vectors = _not_found(manifest, vectors, sample) if not unheld else 0
    return Health(
        chunks=len(live),
        without_vector=max(unheld, lost_vectors, 0),
        without_words=max(len(live - by_word), sum(not _found_by_words(words, entry) for entry in sample)),
        dead=max(surplus, 0) + len(by_word - live),
    )


def _drawn(numbers: Collection[int]) -> list[int]:
    """A sample that is another one after every change."""
    ordered = list(numbers)
    return random.Random(sum(ordered)).sample(ordered, min(_SAMPLE, len(ordered)))


def _not_found(manifest: Manifest, vectors: ChromaVectors, sample: Sequence[Entry]) -> int:
    """How many of the sample a search for their own vectors does not find."""
    lost = 0
    numbers = [entry.number for entry in sample]
    for number, vector in zip(numbers, manifest.vectors_of(numbers), strict=True):
        found = vectors.nearest(vector, _NEAREST)
        full_of_duplicates = len(found) == _NEAREST and found[-1].score >= _SAME
        lost += not (full_of_duplicates or any(match.number == number for match in found))
    return lost


def _found_by_words(words: LexicalIndex, entry: Entry) -> bool:
    if entry.superseded != FOREVER:
        return True
    chunk = entry.chunk
    scope = Scope(frozenset({chunk.label} if chunk.label else ()), documents=frozenset({chunk.document_id}))
    found = words.search(indexed_text(chunk)[:_ASKED], scope, _MOST_CHUNKS)
    # A text of nothing but marks has no word to be found by.
    return not found or any(match.number == entry.number for match in found)
