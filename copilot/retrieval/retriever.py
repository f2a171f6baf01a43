"""Search over the index: BM25 and vectors side by side, fused, within what the viewer may see."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Literal, TypeVar

import numpy as np

from copilot.retrieval.embedder import Embedder, Vectors
from copilot.retrieval.entries import Entry, Scope
from copilot.retrieval.exact import is_mentioned, unknown_references
from copilot.retrieval.index import explained_fault, manifest_path
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.ranking import rank
from copilot.retrieval.sentences import Wording, unpacked
from copilot.retrieval.snapshot import EXACT_LIMIT, Outdated, Snapshot, open_snapshot
from copilot.retrieval.states import DocumentState
from copilot.retrieval.types import Chunk, DocumentInfo, ScoredChunk
from copilot.types import Viewer

_HANDED = 300
"""The sentences of so many passages fill the embedder's memory."""
_Source = TypeVar("_Source", Chunk, DocumentInfo)
_Result = TypeVar("_Result", bound=Collection[object])


class Retriever:
    """The index of one workspace, open for reading. It follows the index: a sync is seen by the next call.

    Safe to share between threads. While there is no index, nothing is found; a method that reads it raises
    StateError when its files cannot be used, and KnowledgeError when the Chroma server does not answer.
    """

    def __init__(self, state_dir: Path, *, exact_limit: int = EXACT_LIMIT, chroma_url: str | None = None) -> None:
        self._state_dir = state_dir
        self._chroma_url = chroma_url
        self._exact_limit = exact_limit
        self._embedder = Embedder()
        self._lock = Lock()
        self._manifest: Manifest | None = None
        self._snapshot: Snapshot | None = None
        # Apart from the questions' vectors, which are never those of a packed sentence.
        self._sentences = Embedder()
        self._handed = _RecentlyReturned()

    def search(
        self,
        query: str,
        viewer: Viewer,
        top_k: int = 8,
        *,
        as_of: date | None = None,
        kind: Literal["passage", "record"] | None = None,
        documents: Collection[str] | None = None,
        per_document: int | None = None,
        expansions: Sequence[str] = (),
    ) -> list[ScoredChunk]:
        """The best chunks that the viewer may see, best first.

        Only what is in force is searched, on the day `as_of` or else today. `kind` and `documents` (ids) narrow the
        search further; `per_document` is how many chunks of one document may be among the results;
        `expansions` are further words to look for. An empty query, or a `top_k` below 1, finds nothing.
        """
        if not query.strip() or top_k < 1 or (documents is not None and not documents):
            return []

        def ranked(snapshot: Snapshot) -> list[ScoredChunk]:
            scope = _scope(snapshot, viewer, as_of, kind, documents)
            found = rank(snapshot, query, self._embedder, scope, top_k, per_document, expansions)
            self._handed.note(scored.chunk for scored in found)
            return [replace(scored, chunk=_as_seen(snapshot, scored.chunk, viewer)) for scored in found]

        return self._read(ranked, [])

    def likeness(self, query: str, texts: Sequence[str]) -> list[float]:
        """The cosine of each text to the query, -1 to 1.

        Meant for sentences of chunks that were returned lately, whose vectors are kept. Any other text is embedded
        first.
        """
        if not texts:
            return []
        if not all(map(self._sentences.has, texts)):
            self._read(self._recall, ())
        products = self._sentences.embed(texts).astype(np.float64) @ self._embedder.embed([query])[0].astype(np.float64)
        return [float(value) for value in products]

    def _recall(self, snapshot: Snapshot) -> tuple[()]:
        """Reads the vectors of the sentences of the chunks returned since the last time."""
        chunks = self._handed.taken()
        blobs = snapshot.manifest.sentences_of(list(chunks))
        for number, blob in blobs.items():
            views = Wording.of(chunks[number]).views
            self._sentences.remember(dict(zip(views, unpacked(blob), strict=True)))
        return ()

    def phrases(self) -> Mapping[str, Vectors]:
        """The vectors of the phrases that were indexed beside the documents."""
        return self._read(lambda snapshot: snapshot.phrases, {})

    def unknown_references(self, query: str, viewer: Viewer, *, as_of: date | None = None) -> list[str]:
        """References of the query, such as "Article 214", that nothing the viewer may see has or mentions."""

        def unknown(snapshot: Snapshot) -> list[str]:
            return unknown_references(snapshot, query, _scope(snapshot, viewer, as_of))

        return self._read(unknown, [])

    def mentions(self, name: str, viewer: Viewer) -> bool:
        """Whether any passage or record that the viewer may see has the word or words of a name."""

        def found(snapshot: Snapshot) -> list[str]:
            return [name] if is_mentioned(snapshot, name, _scope(snapshot, viewer)) else []

        nothing: list[str] = []
        return bool(self._read(found, nothing))

    def chunk(self, id: str, viewer: Viewer) -> Chunk | None:
        """The chunk of that id, or None when there is none that the viewer may see."""
        return next(iter(self._chunks(viewer, lambda manifest: manifest.chunk(id))), None)

    def siblings(self, chunk: Chunk, viewer: Viewer) -> list[Chunk]:
        """The chunks of the document under the same parent heading, itself included, in reading order."""
        parent = chunk.heading_path[:-1]
        return [c for c in self.chunks_of(chunk.document_id, viewer) if c.heading_path[:-1] == parent]

    def section(self, chunk: Chunk, viewer: Viewer) -> list[Chunk]:
        """The chunks that make up the whole section of which this one is a part, in reading order."""
        return [c for c in self.chunks_of(chunk.document_id, viewer) if c.heading_path == chunk.heading_path]

    def chunks_of(self, document_id: str, viewer: Viewer) -> list[Chunk]:
        """All chunks of a document in reading order; none when the viewer may not see it."""
        return self._chunks(viewer, lambda manifest: manifest.chunks_of(document_id))

    def _chunks(self, viewer: Viewer, read: Callable[[Manifest], list[Chunk]]) -> list[Chunk]:
        def visible(snapshot: Snapshot) -> list[Chunk]:
            chunks = [chunk for chunk in read(snapshot.manifest) if viewer.may_see(chunk.label)]
            self._handed.note(chunks)
            return [_as_seen(snapshot, chunk, viewer) for chunk in chunks]

        return self._read(visible, [])

    def documents(self, viewer: Viewer) -> list[DocumentInfo]:
        """The documents, not the record rows, that the viewer may see, superseded ones included, by id."""

        def visible(snapshot: Snapshot) -> list[DocumentInfo]:
            passages = (s.info for s in snapshot.manifest.documents().values() if s.kind == "passage")
            return [_as_seen(snapshot, info, viewer) for info in passages if viewer.may_see(info.label)]

        return self._read(visible, [])

    def states(self) -> list[DocumentState]:
        """Everything indexed with the hash of its content, whatever its label: for snapshots, never to answer from."""
        states: dict[str, DocumentState] = self._read(lambda snapshot: snapshot.manifest.documents(), {})
        return list(states.values())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, texts by 384, float32; a dot product of two is their cosine."""
        return self._embedder.embed(texts)

    def close(self) -> None:
        with self._lock:
            self._forget()

    def _read(self, read: Callable[[Snapshot], _Result], empty: _Result) -> _Result:
        """The result on one state of the index: read again when a sync has replaced that state meanwhile."""
        try:
            while snapshot := self._current():
                with suppress(Outdated):
                    result = read(snapshot)
                    if snapshot.is_current():
                        return result
        except sqlite3.DatabaseError as error:
            raise explained_fault(self._state_dir, error) from None
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


class _RecentlyReturned:
    """Passages returned lately whose sentences nobody has asked for yet, by number."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._chunks: dict[int, Chunk] = {}

    def note(self, chunks: Iterable[Chunk]) -> None:
        with self._lock:
            self._chunks |= {Entry.of(chunk).number: chunk for chunk in chunks if chunk.kind == "passage"}
            for number in list(self._chunks)[:-_HANDED]:
                del self._chunks[number]

    def taken(self) -> dict[int, Chunk]:
        with self._lock:
            chunks, self._chunks = self._chunks, {}
            return chunks


def _scope(
    snapshot: Snapshot,
    viewer: Viewer,
    as_of: date | None = None,
    kind: Literal["passage", "record"] | None = None,
    documents: Collection[str] | None = None,
) -> Scope:
    day = (as_of or date.today()).toordinal()
    return Scope(
        labels=viewer.labels,
        as_of=day,
        kind=kind,
        documents=None if documents is None else frozenset(documents),
        still_valid=snapshot.still_valid(viewer, day),
    )


def _as_seen(snapshot: Snapshot, source: _Source, viewer: Viewer) -> _Source:
    """A document or chunk with the successor that the viewer may see; without one it is in force for them."""
    if source.superseded_by is None:
        return source
    by = snapshot.successor(source.id if isinstance(source, DocumentInfo) else source.document_id, viewer)
    return replace(source, superseded_by=by.id if by else None, superseded_on=by.effective if by else None)
