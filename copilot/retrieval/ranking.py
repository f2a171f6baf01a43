"""Words, meaning and nearest sentence fused into one ranking, what the question names exactly before all else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from copilot.retrieval import fusion
from copilot.retrieval.embedder import DIMENSIONS, Embedder, Vectors
from copilot.retrieval.entries import Scope
from copilot.retrieval.exact import exact_hits
from copilot.retrieval.fusion import Candidates, Numbers
from copilot.retrieval.sentences import unpacked
from copilot.retrieval.snapshot import Snapshot
from copilot.retrieval.states import Booleans
from copilot.retrieval.types import ScoredChunk

DEPTH = 100
"""How many candidates each of the two searches gives to the fusion."""
_FEW = 300

Fusion = Callable[[Candidates, Numbers, int], Numbers]


def rank(
    snapshot: Snapshot,
    query: str,
    embedder: Embedder,
    scope: Scope,
    top_k: int,
    per_document: int | None = None,
    expansions: Sequence[str] = (),
    fuse: Fusion = fusion.fuse,
) -> list[ScoredChunk]:
    """The best chunks in scope, of each document no more than `per_document`; `expansions` are further words."""
    widened = " ".join((query, *expansions))
    # Both searches leave Python's lock, so that the longer one is all there is to wait for.
    with ThreadPoolExecutor(max_workers=1) as beside:
        words = beside.submit(snapshot.words(scope.labels).search, widened, scope, DEPTH)
        vector = embedder.embed([widened])[0].astype(np.float64)
        near = set(_nearest(snapshot, vector, scope))
    # A half-written run may have left words that the manifest does not name.
    bm25 = {match.number: match.score for match in words.result() if match.number in snapshot.row_of}
    exact = exact_hits(snapshot, query, vector, scope)
    numbers = sorted(near | bm25.keys() | set(exact))
    if not numbers:
        return []
    vectors = snapshot.vectors_of(numbers)
    by_whole = fusion.products(vectors, vector).round(6)
    by_sentence = _nearest_sentences(snapshot, numbers, vector)
    found = Candidates(
        bm25=np.array([bm25.get(number, np.nan) for number in numbers]),
        cosines=by_whole,
        sentences=np.array([by_sentence.get(number, whole) for number, whole in zip(numbers, by_whole, strict=True)]),
        is_near=np.array([number in near for number in numbers]),
        vectors=vectors,
        documents=snapshot.columns.documents.codes[[snapshot.row_of[number] for number in numbers]],
    )
    fused = dict(zip(numbers, fuse(found, vector, DEPTH).tolist(), strict=True))
    highest = max(fused.values())
    # What is exact stands above all that is only alike.
    fused |= {number: highest + len(exact) - place for place, number in enumerate(exact)}
    order = snapshot.one_of_each(sorted(numbers, key=lambda number: (-fused[number], number)))
    chosen = _spread(snapshot, order, per_document)[:top_k]
    chunks = snapshot.manifest.chunks(chosen)
    cosines = dict(zip(numbers, found.cosines.tolist(), strict=True))
    nearest = dict(zip(numbers, found.sentences.tolist(), strict=True))
    return [
        ScoredChunk(
            chunks[number],
            fused[number],
            cosines[number],
            bm25.get(number, 0.0),
            number in exact,
            copies=snapshot.copies(number, scope),
            sentence=nearest[number],
        )
        for number in chosen
        if number in chunks
    ]


def _nearest_sentences(snapshot: Snapshot, numbers: Sequence[int], vector: Numbers) -> dict[int, float]:
    """The cosine of the nearest sentence or heading of each chunk that has several."""
    blobs = snapshot.manifest.sentences_of(numbers)
    if not blobs:
        return {}
    cosines = fusion.products(unpacked(b"".join(blobs.values())), vector.astype(np.float32))
    starts = np.cumsum([0, *(len(blob) // DIMENSIONS for blob in blobs.values())])[:-1]
    return dict(zip(blobs, np.maximum.reduceat(cosines, starts).astype(np.float64).round(6).tolist(), strict=True))


def _spread(snapshot: Snapshot, order: Sequence[int], per_document: int | None) -> list[int]:
    if per_document is None:
        return list(order)
    kept: list[int] = []
    taken: dict[int, int] = {}
    for number in order:
        document = int(snapshot.columns.documents.codes[snapshot.row_of[number]])
        taken[document] = taken.get(document, 0) + 1
        if taken[document] <= per_document:
            kept.append(number)
    return kept


def _nearest(snapshot: Snapshot, vector: Numbers, scope: Scope) -> Iterable[int]:
    """The nearest chunks in scope."""
    visible = snapshot.visible(scope)
    if snapshot.vectors is None:
        return _nearest_in_chroma(snapshot, vector.astype(np.float32), scope, visible)
    rows = np.flatnonzero(visible)
    nearness = (snapshot.vectors @ vector.astype(np.float32))[rows]
    best = rows[np.argsort(-nearness, kind="stable")[:DEPTH]]
    return [int(number) for number in snapshot.columns.numbers[best]]


def _nearest_in_chroma(snapshot: Snapshot, vector: Vectors, scope: Scope, visible: Booleans) -> list[int]:
    # Entries that the manifest does not name are there only while a sync runs, or where one was killed.
    unfinished = snapshot.manifest.meta("unfinished") == "yes"
    unnamed = max(0, snapshot.chroma.count() - len(visible)) if unfinished else 0
    withheld = int(len(visible) - visible.sum()) + unnamed
    if withheld <= _FEW:
        # The nearest of all, and as many more as are withheld, hold the nearest that are not: the chunks that
        # Chroma's own filter finds in 25 times the time.
        found = snapshot.chroma.nearest(vector, DEPTH + withheld)
    else:
        found = snapshot.chroma.nearest(vector, DEPTH + min(unnamed, _FEW), scope)
    rows = ((match.number, snapshot.row_of.get(match.number)) for match in found)
    return [number for number, row in rows if row is not None and visible[row]][:DEPTH]
