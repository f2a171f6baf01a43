"""The chunks' vectors in Chroma, embedded or a server, with what a query filters on. Texts are not kept there."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from copilot.errors import KnowledgeError, StateError
from copilot.retrieval.embedder import MODEL, Vectors
from copilot.retrieval.entries import FOREVER, Entry, Match, Scope

_BATCH = 1000
_ATTEMPTS = 5
# Wide enough that the approximate search finds what an exact one would (recall@100 over .99).
_SEARCH_WIDTH = 400


_serial = itertools.count()


class ChromaVectors:
    """One collection. Only the holder of the index lock may write: two writers break it without an error."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._url = url
        self._name = f"{MODEL}-{_owner(folder)}" if url else MODEL
        self._lock = Lock()
        self._open()

    def _open(self) -> None:
        from chromadb.errors import ChromaError

        try:
            self._client = _server(self._url) if self._url else _embedded(self._folder)
            self._collection = self._created()
        except ChromaError as error:
            raise _unusable(self._url or self._folder, error) from None

    def _created(self) -> Any:
        # No embedding function: chromadb's own would be downloaded.
        return self._client.get_or_create_collection(
            self._name,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_WIDTH}},
        )

    def close(self) -> None:
        with self._lock:
            self._leave()

    def _leave(self) -> None:
        # The client of a server is shared for the life of the process: chromadb leaves its connections open.
        if not self._url:
            self._client.close()

    @contextmanager
    def reached(self) -> Iterator[None]:
        """A server that stops answering, or vectors that are damaged or on a full disk, are said in one line."""
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        try:
            yield
        except HTTPError:
            raise KnowledgeError(f"The Chroma server at {self._url} does not answer.") from None
        except ChromaError as error:
            raise _unusable(self._url or self._folder, error) from None

    def drop_other_models(self) -> None:
        ending = self._name.removeprefix(MODEL)
        for collection in self._client.list_collections():
            if collection.name.endswith(ending) and collection.name != self._name:
                self._client.delete_collection(collection.name)

    def empty(self) -> None:
        self._client.delete_collection(self._name)
        self._collection = self._created()

    def numbers(self) -> set[int]:
        return {_number(id) for id in self._collection.get(include=[])["ids"]}

    def holding(self, numbers: Collection[int]) -> set[int]:
        """Those of the numbers that are held."""
        ids = sorted(map(_id, numbers))
        batches = (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
        return {_number(id) for batch in batches for id in self._collection.get(ids=batch, include=[])["ids"]}

    def count(self) -> int:
        return int(self._collection.count())

    def add(self, entries: Sequence[Entry], vectors: Mapping[int, Vectors]) -> None:
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            self._collection.upsert(
                ids=[_id(entry.number) for entry in batch],
                embeddings=[vectors[entry.number] for entry in batch],
                metadatas=[_metadata(entry) for entry in batch],
            )

    def delete(self, numbers: Collection[int]) -> None:
        ids = sorted(map(_id, numbers))
        for start in range(0, len(ids), _BATCH):
            self._collection.delete(ids=ids[start : start + _BATCH])

    def nearest(self, vector: Vectors, top_k: int, scope: Scope | None = None) -> list[Match]:
        """The nearest entries, without a scope those of every label and day."""
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        for _ in range(_ATTEMPTS):
            with self._lock:
                try:
                    return self._query(vector, top_k, scope)
                except (ChromaError, HTTPError):
                    # While another process writes, what is in memory may not fit what is on disk.
                    self._leave()
                    self._open()
        raise StateError("The vectors of the index cannot be read: `bearing doctor --repair` builds them anew.")

    def _query(self, vector: Vectors, top_k: int, scope: Scope | None) -> list[Match]:
        found = self._collection.query(
            query_embeddings=[vector],
            n_results=top_k,
            where=_where(scope) if scope else None,
            include=["distances"],
        )
        ids, distances = found["ids"][0], found["distances"][0]
        return [Match(_number(id), 1.0 - distance) for id, distance in zip(ids, distances, strict=True)]


def _embedded(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    # chromadb keeps one engine a path for the life of the process, and that engine does not see what
    # another process writes. A path spelled anew gets an engine that reads the disk.
    path = f"{folder}{'/.' * (next(_serial) % 1000)}"
    return chromadb.PersistentClient(path, Settings(anonymized_telemetry=False))


@cache
def _server(url: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    address = urlsplit(url)
    secure = address.scheme == "https"
    try:
        return chromadb.HttpClient(
            address.hostname or "", address.port or (443 if secure else 8000), secure,
            settings=Settings(anonymized_telemetry=False),
        )  # fmt: skip
    except ValueError:
        raise KnowledgeError(f"The Chroma server at {url} cannot be reached.") from None


def _unusable(place: str | Path, error: Exception) -> StateError:
    return StateError(
        f"The vectors in {str(place)!r} cannot be used ({error}): free some space if the disk is full, otherwise "
        "`bearing doctor --repair` builds them anew."
    )


def _owner(folder: Path) -> str:
    """A name of this index alone, because a server holds the collections of many."""
    path = folder / "collection"
    if not path.is_file():
        path.write_text(uuid4().hex[:12])
    return path.read_text()


def _id(number: int) -> str:
    return f"{number:016x}"


def _number(id: str) -> int:
    return int(id, 16)


def _label(label: str | None) -> str:
    return f"={label}" if label else ""


def _document(id: str) -> str:
    # Chroma keeps what was deleted in its log for a while, so names of documents stay out of it.
    return hashlib.sha256(id.encode()).hexdigest()[:16]


def _metadata(entry: Entry) -> dict[str, str | int]:
    return {
        "label": _label(entry.chunk.label),
        "kind": entry.chunk.kind,
        "document": _document(entry.chunk.document_id),
        "effective": entry.effective,
        "superseded": entry.superseded,
    }


def _where(scope: Scope) -> dict[str, Any]:
    conditions: list[dict[str, Any]] = [{"label": {"$in": ["", *sorted(map(_label, scope.labels))]}}]
    in_force: dict[str, Any] = {"superseded": {"$eq": FOREVER}}
    if scope.as_of is not None:
        conditions.append({"effective": {"$lte": scope.as_of}})
        in_force = {"superseded": {"$gt": scope.as_of}}
    if scope.still_valid:
        in_force = {"$or": [in_force, {"document": {"$in": sorted(map(_document, scope.still_valid))}}]}
    conditions.append(in_force)
    if scope.kind is not None:
        conditions.append({"kind": {"$eq": scope.kind}})
    if scope.documents is not None:
        conditions.append({"document": {"$in": sorted(map(_document, scope.documents))}})
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}
