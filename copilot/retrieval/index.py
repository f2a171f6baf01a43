"""The index on disk: `manifest.db` says what is in it, `chroma/` has the vectors, `words-N/` the words.

The two engines are never trusted alone. A run adds to them, then commits the new list of chunks to the
manifest in one transaction, then deletes what the list no longer names. Killed anywhere, it leaves the old
list or the new one; entries that no list names are ignored, and the next run removes them.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from copilot.errors import KnowledgeError
from copilot.retrieval.embedder import Vectors
from copilot.retrieval.manifest import VERSION, Manifest
from copilot.retrieval.states import FileState, NewDocument

_WAIT_SECONDS = 5.0


def index_folder(state_dir: Path) -> Path:
    return state_dir / "index"


def manifest_path(state_dir: Path) -> Path:
    return index_folder(state_dir) / "manifest.db"


def words_folder(state_dir: Path, generation: str) -> Path:
    return index_folder(state_dir) / f"words-{generation}"


def chroma_folder(state_dir: Path) -> Path:
    return index_folder(state_dir) / "chroma"


@contextmanager
def writing(state_dir: Path, wait_seconds: float = _WAIT_SECONDS) -> Iterator[IndexWriter]:
    """The index open for its one writer. The lock is the operating system's, so it dies with its holder."""
    folder = index_folder(state_dir)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(state_dir / "index.lock", timeout=wait_seconds)
    holder = state_dir / "index.lock.holder"
    try:
        lock.acquire()
    except Timeout:
        raise KnowledgeError(f"The index is being written by {_described(holder)}; try again when it ends.") from None
    try:
        now = datetime.now().isoformat(sep=" ", timespec="seconds")
        holder.write_text(json.dumps({"process": os.getpid(), "since": now}))
        writer = IndexWriter(state_dir)
        try:
            yield writer
        finally:
            writer.close()
    finally:
        lock.release()


def _described(holder: Path) -> str:
    try:
        found = json.loads(holder.read_text())
        return f"process {found['process']} since {found['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"


class IndexWriter:
    """What a sync does to the index, in the order that survives being killed."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self.manifest = _open_or_reset(manifest_path(state_dir))

    def close(self) -> None:
        self.manifest.close()

    @property
    def is_unfinished(self) -> bool:
        """The last run was killed, so the engines may hold entries that the manifest does not name."""
        return self.manifest.meta("unfinished") == "yes"

    def replace(
        self,
        *,
        added: Sequence[NewDocument],
        removed: Collection[str],
        files: Mapping[str, FileState],
        meta: Mapping[str, str],
    ) -> None:
        """Make the index hold `added`, in place of documents with the same ids, and not hold `removed`."""
        from copilot.retrieval import lexical
        from copilot.retrieval.vectors import ChromaVectors

        replaced = {*removed, *(new.document.id for new in added)}
        fresh = {entry.number: entry for new in added for entry in new.entries}
        live = {e.number: e for e in self.manifest.entries() if e.chunk.document_id not in replaced} | fresh
        before = self.manifest.numbers()
        with closing(ChromaVectors(chroma_folder(self._state_dir))) as vectors:
            held = before
            if self.is_unfinished or vectors.count() != len(before):
                vectors.drop_other_models()
                held = vectors.numbers()
            self.manifest.set_meta(unfinished="yes")
            missing = sorted(live.keys() - held)
            vectors.add([live[number] for number in missing], self._vectors_for(missing, added))
            # Never a name that was used before: a reader tells by it that the index has changed.
            generation = str(time.time_ns())
            lexical.build(words_folder(self._state_dir, generation), live.values())
            self.manifest.commit(files=files, removed=removed, added=added, meta={**meta, "generation": generation})
            vectors.delete(held - live.keys())
        self._clean(generation)

    def remember(self, files: Mapping[str, FileState], meta: Mapping[str, str]) -> None:
        """Keep what was seen of files whose documents have not changed, so that they are not read again."""
        if files != self.manifest.files():
            self.manifest.save_files(files)
        if any(self.manifest.meta(name) != value for name, value in meta.items()):
            self.manifest.set_meta(**meta)

    def _vectors_for(self, numbers: Sequence[int], added: Sequence[NewDocument]) -> Mapping[int, Vectors]:
        """Vectors of chunks, those that the manifest does not name yet by the hash of their text."""
        sha_of = {e.number: sha for new in added for e, sha in zip(new.entries, new.text_shas, strict=True)}
        cached = self.manifest.cached({sha_of[number] for number in numbers if number in sha_of})
        fresh = {n: np.frombuffer(cached[sha_of[n]], dtype=np.float32) for n in numbers if n in sha_of}
        old = [number for number in numbers if number not in sha_of]
        return fresh | dict(zip(old, self.manifest.vectors_of(old), strict=True))

    def _clean(self, generation: str) -> None:
        for folder in index_folder(self._state_dir).glob("words-*"):
            if folder.name != f"words-{generation}":
                shutil.rmtree(folder, ignore_errors=True)
        self.manifest.set_meta(unfinished="no")
        self.manifest.forget()


def _open_or_reset(path: Path) -> Manifest:
    try:
        manifest = Manifest(path, create=True)
        if manifest.version() != VERSION:
            manifest.reset()
    except sqlite3.DatabaseError:
        # Not a database, or a damaged one: everything in it can be made again.
        for remains in path.parent.glob(path.name + "*"):
            remains.unlink()
        manifest = Manifest(path, create=True)
        manifest.reset()
    return manifest
