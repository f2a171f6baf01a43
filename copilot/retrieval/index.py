"""The index on disk: `manifest.db` says what is in it, `chroma/` has the vectors, `words-N/` the words.

The two engines are never trusted alone. A run adds to them, then commits the new list of chunks to the
manifest in one transaction, then deletes what the list no longer names. Killed anywhere, it leaves the old
list or the new one; entries that no list names are ignored, and the next run removes them.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from copilot.errors import KnowledgeError, StateError
from copilot.retrieval import buckets
from copilot.retrieval.embedder import Vectors
from copilot.retrieval.entries import Entry
from copilot.retrieval.manifest import VERSION, Manifest
from copilot.retrieval.states import FileState, NearDuplicates, NewDocument, bucket_hash
from copilot.retrieval.types import Health
from copilot.state.database import connect_to_read, explained, is_damaged

if TYPE_CHECKING:
    from copilot.retrieval.vectors import ChromaVectors

_log = logging.getLogger(__name__)

COPIED = "copied"
"""A file of this name says that the index is a copy, which only its origin may write."""
_WAIT_SECONDS = 5.0
_BATCH = 1000


def index_folder(state_dir: Path) -> Path:
    return state_dir / "index"


def manifest_path(state_dir: Path) -> Path:
    return index_folder(state_dir) / "manifest.db"


def words_folder(state_dir: Path, generation: str) -> Path:
    return index_folder(state_dir) / f"words-{generation}"


def chroma_folder(state_dir: Path) -> Path:
    return index_folder(state_dir) / "chroma"


@contextmanager
def writing(
    state_dir: Path, chroma_url: str | None = None, wait_seconds: float = _WAIT_SECONDS
) -> Iterator[IndexWriter]:
    """The index open for its one writer. StateError says why it cannot be written."""
    if (copied := index_folder(state_dir) / COPIED).is_file():
        raise KnowledgeError(f"This index is a copy of {copied.read_text()}; documents are indexed there.")
    with locked(state_dir, wait_seconds), _explained(state_dir), closing(IndexWriter(state_dir, chroma_url)) as writer:
        yield writer


@contextmanager
def looking(state_dir: Path, chroma_url: str | None = None) -> Iterator[IndexWriter]:
    """A copy of the index, to be examined: nothing is written to the index itself, and vectors on a server stay there.

    Raises StateError where it is damaged or its files cannot be read, and KnowledgeError where another process writes
    it or another version of Bearing made it.
    """
    with TemporaryDirectory(prefix="bearing-index-") as folder, _explained(state_dir):
        copy = Path(folder)
        # Where no lock can be written, nobody else writes either.
        lock = FileLock(state_dir / "index.lock", timeout=_WAIT_SECONDS)
        try:
            with lock if os.access(state_dir, os.W_OK) else nullcontext():
                shutil.copytree(index_folder(state_dir), index_folder(copy))
        except Timeout:
            raise KnowledgeError("The index is being written; look at it when that ends.") from None
        for path in (manifest_path(copy), chroma_folder(copy) / "chroma.sqlite3"):
            if path.is_file() and (fault := _fault(path)):
                raise _damaged(index_folder(state_dir) / path.relative_to(index_folder(copy)), fault)
        with closing(Manifest(manifest_path(copy), create=False)) as manifest:
            if manifest.version() != VERSION:
                raise KnowledgeError("The index was made by another version of Bearing; run `bearing index`.")
        with closing(IndexWriter(copy, chroma_url)) as writer:
            yield writer


def set_aside(state_dir: Path, aside: Path) -> None:
    """Moves what is damaged out of the way, so that the next run builds it anew; vectors that can be read stay."""
    with locked(state_dir):
        aside.mkdir(parents=True, exist_ok=True)
        for path in index_folder(state_dir).iterdir():
            if path.name == COPIED or (path.name.startswith("manifest.db") and not _fault(manifest_path(state_dir))):
                continue
            shutil.move(path, aside / path.name)


def _fault(path: Path) -> str:
    """What is wrong inside a SQLite file; empty where nothing is."""
    try:
        with closing(connect_to_read(path)) as database:
            found = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found


def _damaged(path: Path, reason: str) -> StateError:
    return StateError(
        f"{str(path)!r} is damaged ({' '.join(reason.split())}): `bearing doctor --repair` builds the index anew.",
        is_damage=True,
    )


def explained_fault(state_dir: Path, error: sqlite3.DatabaseError) -> StateError:
    """What is wrong with the manifest, and the way out."""
    path = manifest_path(state_dir)
    return _damaged(path, str(error)) if is_damaged(error) else explained(path, error)


@contextmanager
def locked(state_dir: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Alone with the index and its documents. The lock is the operating system's, so it dies with its holder."""
    lock = FileLock(state_dir / "index.lock", timeout=wait_seconds)
    holder = state_dir / "index.lock.holder"
    with _explained(state_dir):
        index_folder(state_dir).mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            words = f"The index is being written by {_described(holder)}; try again when it ends."
            raise KnowledgeError(words) from None
    try:
        with _explained(state_dir):
            now = datetime.now().isoformat(sep=" ", timespec="seconds")
            holder.write_text(json.dumps({"process": os.getpid(), "since": now}))
        yield
    finally:
        lock.release()


@contextmanager
def _explained(state_dir: Path) -> Iterator[None]:
    """A fault of a file of the index is said in one sentence; one of a document is not for here."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not (is_damaged(error) or isinstance(error, sqlite3.OperationalError)):
            raise
        raise explained_fault(state_dir, error) from error
    except OSError as error:
        if error.filename is not None and not Path(error.filename).is_relative_to(state_dir):
            raise
        raise explained(index_folder(state_dir), error) from error


def _described(holder: Path) -> str:
    try:
        found = json.loads(holder.read_text())
        return f"process {found['process']} since {found['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"


class IndexWriter:
    """What a sync does to the index, in the order that survives being killed."""

    def __init__(self, state_dir: Path, chroma_url: str | None = None) -> None:
        self._state_dir = state_dir
        self._chroma_url = chroma_url
        self.manifest = _open_or_reset(manifest_path(state_dir))

    def close(self) -> None:
        self.manifest.close()

    @property
    def is_unfinished(self) -> bool:
        """The last run was killed, or kept its vectors elsewhere, so the engines may not hold what is named."""
        return (
            self.manifest.meta("unfinished") == "yes"
            or self.manifest.meta("vectors_at") != (self._chroma_url or "")
            or not self._bucket_count()
        )

    def replace(
        self,
        *,
        added: Sequence[NewDocument],
        removed: Collection[str],
        files: Mapping[str, FileState],
        meta: Mapping[str, str],
        near_duplicates: NearDuplicates,
    ) -> Health:
        """Make the index hold `added`, in place of documents with the same ids, and not hold `removed`.

        Returns what the self-check found, after a repair where one was needed.
        """
        replaced = {*removed, *(new.document.id for new in added)}
        fresh = {entry.number: entry for new in added for entry in new.entries}
        before = self.manifest.numbers()
        live = before - self.manifest.numbers_of(replaced) | fresh.keys()
        unfinished = self.is_unfinished
        forgotten = self.manifest.text_shas_of(replaced)
        with closing(self._vectors()) as vectors, vectors.reached():
            held = before
            if unfinished:
                vectors.drop_other_models()
                held = vectors.numbers()
            self.manifest.set_meta(unfinished="yes", vectors_at=self._chroma_url or "")
            missing = live - held
            lost = self.manifest.entries_of(missing - fresh.keys())
            self._add(vectors, [*lost, *(fresh[number] for number in sorted(missing & fresh.keys()))], added)
            generation = self._write_words(len(live), replaced, fresh.values())
            meta = {**meta, "generation": generation}
            self.manifest.commit(files=files, removed=removed, added=added, meta=meta, near_duplicates=near_duplicates)
            vectors.delete(held - live)
            health = self._examine(vectors, added=missing, removed=held - live, whole=unfinished)
            if not health.is_sound:
                _log.warning("index repaired", extra={"reason": str(health)})
                health = self._repair(vectors)
        self._clean(forgotten)
        return health

    def examine(self) -> Health:
        """Compare the engines with the manifest, entry by entry."""
        with closing(self._vectors()) as vectors, vectors.reached():
            return self._examine(vectors, whole=True)

    def _examine(
        self, vectors: ChromaVectors, *, added: Collection[int] = (), removed: Collection[int] = (), whole: bool
    ) -> Health:
        from copilot.retrieval import health

        try:
            words = buckets.opened(self._words())
        except ValueError as error:
            raise _damaged(self._words(), str(error)) from None
        return health.examine(self.manifest, vectors, words, added=added, removed=removed, whole=whole)

    def _repair(self, vectors: ChromaVectors) -> Health:
        """Both engines written anew from the manifest."""
        vectors.empty()
        self._add(vectors, list(self.manifest.entries_in([0], 1)), ())
        generation = self._write_words(self.manifest.counts()["chunks"], (), (), whole=True)
        self.manifest.set_meta(generation=generation)
        health = self._examine(vectors, whole=True)
        if not health.is_sound:
            raise KnowledgeError(f"The index fails its self-check: {health}. Delete {index_folder(self._state_dir)}.")
        return health

    def _vectors(self) -> ChromaVectors:
        from copilot.retrieval.vectors import ChromaVectors

        return ChromaVectors(chroma_folder(self._state_dir), self._chroma_url)

    def _words(self) -> Path:
        return words_folder(self._state_dir, self.manifest.meta("generation"))

    def _bucket_count(self) -> int:
        return buckets.present_count(self._words())

    def _write_words(
        self, chunks: int, replaced: Collection[str], fresh: Collection[Entry], whole: bool = False
    ) -> str:
        """A new generation of the keywords, in which only the buckets of changed documents are written anew."""
        present = self._bucket_count()
        count = buckets.count_for(chunks, present)
        touched = range(count) if whole or count != present else {bucket_hash(id) % count for id in replaced}
        entries: dict[int, list[Entry]] = {bucket: [] for bucket in touched}
        kept = (e for e in self.manifest.entries_in(touched, count) if e.chunk.document_id not in replaced)
        for entry in chain(kept, fresh):
            entries[bucket_hash(entry.chunk.document_id) % count].append(entry)
        # Never a name that was used before: a reader tells by it that the index has changed.
        generation = str(time.time_ns())
        buckets.write(words_folder(self._state_dir, generation), count, entries, self._words())
        return generation

    def remember(self, files: Mapping[str, FileState], meta: Mapping[str, str]) -> None:
        """Keep what was seen of files whose documents have not changed, so that they are not read again."""
        if files != self.manifest.files():
            self.manifest.save_files(files)
        if any(self.manifest.meta(name) != value for name, value in meta.items()):
            self.manifest.set_meta(**meta)

    def _add(self, vectors: ChromaVectors, entries: Sequence[Entry], added: Sequence[NewDocument]) -> None:
        """To Chroma, with the vectors known by the hash of the text where the manifest does not name it yet."""
        sha_of = {e.number: sha for new in added for e, sha in zip(new.entries, new.text_shas, strict=True)}
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            cached = self.manifest.cached({sha_of[e.number] for e in batch if e.number in sha_of})
            found = {e.number: _vector(cached[sha_of[e.number]]) for e in batch if e.number in sha_of}
            old = [entry.number for entry in batch if entry.number not in sha_of]
            vectors.add(batch, found | dict(zip(old, self.manifest.vectors_of(old), strict=True)))

    def _clean(self, text_shas: Collection[str]) -> None:
        generation = self._words().name
        for folder in index_folder(self._state_dir).glob("words-*"):
            if folder.name != generation:
                shutil.rmtree(folder, ignore_errors=True)
        self.manifest.forget(text_shas)
        self.manifest.set_meta(unfinished="no")


def _vector(blob: bytes) -> Vectors:
    return np.frombuffer(blob, dtype=np.float32)


def _open_or_reset(path: Path) -> Manifest:
    try:
        manifest = Manifest(path, create=True)
        if manifest.version() != VERSION:
            manifest.reset()
    except sqlite3.DatabaseError as error:
        # A full disk is no reason to throw away what is on it.
        if not is_damaged(error):
            raise
        # Not a database, or a damaged one: everything in it can be made again.
        for remains in path.parent.glob(path.name + "*"):
            remains.unlink()
        manifest = Manifest(path, create=True)
        manifest.reset()
    return manifest
