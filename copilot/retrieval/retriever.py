"""Search over the index: BM25 and vectors side by side, fused, within what the viewer may see."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from copilot.errors import KnowledgeError
from copilot.retrieval.embedder import Embedder, Vectors
from copilot.retrieval.entries import Scope
from copilot.retrieval.index import manifest_path
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.ranking import rank, z_scores
from copilot.retrieval.sentences import SentenceVectors, sentences
from copilot.retrieval.snapshot import EXACT_LIMIT, Snapshot, open_snapshot
from copilot.retrieval.states import DocumentState
from copilot.retrieval.types import Chunk, DocumentInfo, ScoredChunk
from copilot.types import Viewer

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

NEAREST = 50
"""How many of the best passages are ranked again by their nearest sentence."""
_Result = TypeVar("_Result", bound=Collection[object])


class Retriever:
    """The index of one workspace, open for reading. It follows the index: a sync is seen by the next call."""

    def __init__(self, state_dir: Path, *, exact_limit: int = EXACT_LIMIT, chroma_url: str | None = None) -> None:
        self._state_dir = state_dir
        self._chroma_url = chroma_url
        self._exact_limit = exact_limit
        self._embedder = Embedder()
        self._lock = Lock()
        self._manifest: Manifest | None = None
        self._snapshot: Snapshot | None = None
        self._sentences: SentenceVectors | None = None

    def search(
        self,
        query: str,
        viewer: Viewer,
        top_k: int = 8,
        *,
        as_of: date | None = None,
        kind: Literal["passage", "record"] | None = None,
        documents: Collection[str] | None = None,
    ) -> list[ScoredChunk]:
        """The best chunks that the viewer may see, best first.

        Only what is in force is searched: without `as_of` whatever nothing has replaced, with it whatever was
        in force on that day. `kind` and `documents` (ids) narrow the search further.
        """
        if not query.strip() or top_k < 1 or (documents is not None and not documents):
            return []
        scope = Scope(
            labels=viewer.labels,
            as_of=as_of.toordinal() if as_of else None,
            kind=kind,
            documents=None if documents is None else frozenset(documents),
        )
        # Record rows are a sentence each already.
        wide = max(top_k, NEAREST) if kind == "passage" else top_k
        found: list[ScoredChunk] = self._read(lambda s: rank(s, query, self._embedder, scope, wide), [])
        return (self._by_sentence(query, found) if kind == "passage" else found)[:top_k]

    def _by_sentence(self, query: str, found: Sequence[ScoredChunk]) -> list[ScoredChunk]:
        """The same chunks, those with a sentence near to the query first."""
        texts = [sentences(scored.chunk.text) or [scored.chunk.text] for scored in found]
        nearness = self.likeness(query, [text for several in texts for text in several])
        best, start = [], 0
        for several in texts:
            best.append(max(nearness[start : start + len(several)]))
            start += len(several)
        near = z_scores(best)
        scored = [
            replace(s, score=(s.score + n) / 2, sentence=round(b, 6)) for s, n, b in zip(found, near, best, strict=True)
        ]
        return sorted(scored, key=lambda s: -s.score)

    def likeness(self, query: str, texts: Sequence[str]) -> list[float]:
        """The cosine of each text to the query, -1 to 1; meant for sentences of the index, whose vectors are kept."""
        if not texts:
            return []
        products = self._kept_sentences().vectors(texts).astype(np.float64) @ self._embedder.embed([query])[0].astype(
            np.float64
        )
        return [float(value) for value in products]

    def complete_sentences(
        self, progress: Callable[[int, int], None] | None = None, others: Sequence[str] = ()
    ) -> None:
        """Embeds the sentences of all passages, and `others`, that have no vector yet.

        A search that comes first embeds its own.
        """
        if self._current() is None:
            return
        kept = self._kept_sentences()
        states: dict[str, DocumentState] = self._read(lambda s: s.manifest.documents(), {})
        wanted = {id: state.sha256 for id, state in states.items() if state.kind == "passage"}
        # What is no document, under a name that no file can have.
        wanted[""] = hashlib.sha256("\0".join(others).encode()).hexdigest()
        texts: dict[str, list[str]] = {}
        for id in kept.outdated(wanted):
            chunks: list[Chunk] = self._read(lambda s, id=id: s.manifest.chunks_of(id), [])  # type: ignore[misc]
            texts[id] = [text for chunk in chunks for text in sentences(chunk.text) or [chunk.text]]
        if texts:
            kept.complete({**texts, **({"": list(others)} if "" in texts else {})}, wanted, progress)

    def _kept_sentences(self) -> SentenceVectors:
        with self._lock:
            if self._sentences is None:
                self._sentences = SentenceVectors(self._state_dir)
            return self._sentences

    def chunk(self, id: str, viewer: Viewer) -> Chunk | None:
        """The chunk of that id, or None when there is none that the viewer may see."""
        found: list[Chunk] = self._read(lambda snapshot: snapshot.manifest.chunk(id), [])
        return next((chunk for chunk in found if viewer.may_see(chunk.label)), None)

    def siblings(self, chunk: Chunk, viewer: Viewer) -> list[Chunk]:
        """The chunks of the document under the same parent heading, itself included, in reading order."""
        found: list[Chunk] = self._read(lambda snapshot: snapshot.manifest.chunks_of(chunk.document_id), [])
        parent = chunk.heading_path[:-1]
        return [c for c in found if viewer.may_see(c.label) and c.heading_path[:-1] == parent]

    def chunks_of(self, document_id: str, viewer: Viewer) -> list[Chunk]:
        """All chunks of a document in reading order; none when the viewer may not see it."""
        found: list[Chunk] = self._read(lambda snapshot: snapshot.manifest.chunks_of(document_id), [])
        return [chunk for chunk in found if viewer.may_see(chunk.label)]

    def documents(self, viewer: Viewer) -> list[DocumentInfo]:
        """The documents, not the record rows, that the viewer may see, superseded ones included, by id."""
        states: dict[str, DocumentState] = self._read(lambda snapshot: snapshot.manifest.documents(), {})
        return [s.info for s in states.values() if s.kind == "passage" and viewer.may_see(s.info.label)]

    def states(self) -> list[DocumentState]:
        """Everything indexed with the hash of its content, whatever its label: for snapshots, never to answer from."""
        states: dict[str, DocumentState] = self._read(lambda snapshot: snapshot.manifest.documents(), {})
        return list(states.values())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text; a dot product of two is their cosine."""
        return self._embedder.embed(texts)

    def as_langchain(self, viewer: Viewer, top_k: int = 8) -> BaseRetriever:
        """This search as a LangChain retriever, for one viewer."""
        from copilot.retrieval.langchain_retriever import LangChainRetriever

        return LangChainRetriever(retriever=self, viewer=viewer, top_k=top_k)

    def close(self) -> None:
        with self._lock:
            self._forget()
            if self._sentences:
                self._sentences.close()
                self._sentences = None

    def _read(self, read: Callable[[Snapshot], _Result], empty: _Result) -> _Result:
        """The result on one state of the index: read again when a sync has replaced that state meanwhile."""
        try:
            while snapshot := self._current():
                result = read(snapshot)
                if snapshot.is_current():
                    return result
        except sqlite3.DatabaseError as error:
            raise KnowledgeError(f"The index cannot be read ({error}); run `bearing index`.") from None
        return empty

    def _current(self) -> Snapshot | None:
        with self._lock:
            if self._manifest and self._manifest.is_replaced():
                self._forget()
            if self._manifest is None:
                path = manifest_path(self._state_dir)
                if not path.is_file():
                    return None
                self._manifest = Manifest(path, create=False)
            if self._snapshot is None or not self._snapshot.is_current():
                if self._snapshot:
                    self._snapshot.close()
                self._snapshot = open_snapshot(self._state_dir, self._manifest, self._exact_limit, self._chroma_url)
            return self._snapshot

    def _forget(self) -> None:
        if self._snapshot:
            self._snapshot.close()
        if self._manifest:
            self._manifest.close()
        self._snapshot = self._manifest = None
