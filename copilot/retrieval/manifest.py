"""The SQLite file that says what is in the index. What it does not name does not exist."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from copilot.retrieval.embedder import DIMENSIONS, MODEL, Vectors
from copilot.retrieval.entries import Entry
from copilot.retrieval.states import (
    Category,
    Columns,
    DocumentState,
    FileState,
    NearDuplicates,
    NewDocument,
    Successor,
    chunk_of,
    chunk_rows,
    document_row,
    info_of,
)
from copilot.retrieval.types import Chunk
from copilot.state.database import connect_to_read

VERSION = f"10 {MODEL}"
"""Changes with what makes an older index unusable: the tables, how chunks are made, the vectors' model."""
# Cached vectors are of texts as this version cuts them into sentences.
_VECTORS = f"{MODEL}, sentences 3"

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files (path TEXT PRIMARY KEY, signature TEXT NOT NULL, sha256 TEXT NOT NULL, reason TEXT,
    note TEXT NOT NULL);
CREATE TABLE documents (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, sha256 TEXT NOT NULL, title TEXT NOT NULL, owner TEXT,
    effective TEXT, superseded_ref TEXT, superseded_by TEXT, superseded_on TEXT, label TEXT,
    tags TEXT NOT NULL, spread INTEGER NOT NULL, dated TEXT);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, document_id TEXT NOT NULL, position INTEGER NOT NULL,
    heading_path TEXT NOT NULL, text TEXT NOT NULL, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL,
    effective INTEGER NOT NULL, superseded INTEGER NOT NULL, text_sha TEXT NOT NULL,
    place TEXT NOT NULL);
CREATE INDEX chunks_by_id ON chunks (id);
CREATE INDEX chunks_by_document ON chunks (document_id, position);
CREATE INDEX chunks_by_text ON chunks (text_sha);
CREATE TABLE twins (number INTEGER PRIMARY KEY, first INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (text_sha TEXT PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sentences (text_sha TEXT PRIMARY KEY, vectors BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS phrases (text TEXT PRIMARY KEY, vector BLOB NOT NULL);
"""
_CHUNKS = """
SELECT c.number, c.id, c.document_id, d.title, d.kind, c.heading_path, c.text, c.first_line, c.last_line,
    c.position, d.effective, d.superseded_by, d.superseded_on, d.label, c.place
FROM chunks c JOIN documents d ON d.id = c.document_id"""
_OF_CHUNKS = ("vectors", "sentences")
_KEPT = (*_OF_CHUNKS, "phrases")
_FEW = 500
_MAPPED_BYTES = 2**31 - 1
_CACHE_KIB = 16_000
_T = TypeVar("_T")


class Manifest:
    """One open connection; safe to use from several threads."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self._database = _connected(path, create=create)
        weakref.finalize(self, self._database.close)
        self._lock = Lock()
        self._path = path
        self._inode = path.stat().st_ino
        self._execute("PRAGMA busy_timeout = 5000")
        # A search reads a few hundred vectors at random, which mapped into memory takes an eighth of the time.
        self._execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        self._execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        # Deleted text is overwritten, so that a removed document leaves no trace in the file.
        self._execute("PRAGMA secure_delete = ON")
        if create:
            self._execute("PRAGMA journal_mode = WAL")

    def is_replaced(self) -> bool:
        """The file that this connection reads is no longer the one at its path."""
        return not self._path.is_file() or self._path.stat().st_ino != self._inode

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _execute(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def _many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._database.executemany(sql, rows)

    # Reading

    def version(self) -> str | None:
        """None when the file holds no index yet."""
        if not self._execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
            return None
        return self.meta("version")

    def meta(self, name: str) -> str:
        rows = self._execute("SELECT value FROM meta WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def files(self) -> dict[str, FileState]:
        return {path: FileState(*rest) for path, *rest in self._execute("SELECT * FROM files")}

    def documents(self) -> dict[str, DocumentState]:
        rows = self._execute(
            """SELECT id, title, owner, effective, superseded_by, superseded_on, label, tags, dated, kind,
            sha256, superseded_ref FROM documents ORDER BY id"""
        )
        return {row[0]: DocumentState(info_of(row), *row[9:]) for row in rows}

    def counts(self) -> Mapping[str, int]:
        """Documents by kind, and chunks."""
        kinds = dict(self._execute("SELECT kind, count(*) FROM documents GROUP BY kind"))
        ((chunks,),) = self._execute("SELECT count(*) FROM chunks")
        return {"passage": 0, "record": 0, **kinds, "chunks": chunks}

    def numbers(self) -> set[int]:
        return {number for (number,) in self._execute("SELECT number FROM chunks")}

    def numbers_of(self, documents: Collection[str]) -> set[int]:
        return {
            number
            for batch in _batches(sorted(documents))
            for (number,) in self._execute(f"SELECT number FROM chunks WHERE document_id IN ({_marks(batch)})", batch)
        }

    def text_shas_of(self, documents: Collection[str]) -> set[str]:
        return {
            sha
            for batch in _batches(sorted(documents))
            for (sha,) in self._execute(f"SELECT text_sha FROM chunks WHERE document_id IN ({_marks(batch)})", batch)
        }

    def columns(self) -> Columns:
        rows = self._execute(
            """SELECT c.number, c.document_id, d.label, d.kind, c.effective, c.superseded
            FROM chunks c JOIN documents d ON d.id = c.document_id ORDER BY c.number"""
        )
        numbers, documents, labels, kinds, effective, superseded = zip(*rows, strict=True) if rows else [()] * 6
        return Columns(
            numbers=np.array(numbers, dtype=np.int64),
            documents=Category.of(documents),
            labels=Category.of(labels),
            kinds=Category.of(kinds),
            effective=np.array(effective, dtype=np.int64),
            superseded=np.array(superseded, dtype=np.int64),
        )

    def successors(self) -> dict[str, Successor]:
        """By the id of each document that was replaced."""
        rows = self._execute(
            """SELECT d.id, d.superseded_by, d.superseded_on, s.label
            FROM documents d LEFT JOIN documents s ON s.id = d.superseded_by WHERE d.superseded_by IS NOT NULL"""
        )
        return {id: Successor(by, date.fromisoformat(on) if on else None, label) for id, by, on, label in rows}

    def near_duplicates(self) -> dict[int, int]:
        """Number of each chunk that has near-duplicates to that of the first of them."""
        return dict(self._execute("SELECT number, first FROM twins"))

    def entries_in(self, buckets: Collection[int], count: int) -> Iterator[Entry]:
        """The entries of the documents in some of `count` buckets."""
        for batch in _batches(sorted(buckets)):
            for row in self._execute(f"{_CHUNKS} WHERE d.spread % ? IN ({_marks(batch)})", (count, *batch)):
                yield Entry(row[0], chunk_of(row))

    def entries_of(self, numbers: Collection[int]) -> list[Entry]:
        return [Entry(number, chunk) for number, chunk in sorted(self.chunks(numbers).items())]

    def chunks(self, numbers: Collection[int]) -> dict[int, Chunk]:
        return {
            row[0]: chunk_of(row)
            for batch in _batches(list(numbers))
            for row in self._execute(f"{_CHUNKS} WHERE c.number IN ({_marks(batch)})", batch)
        }

    def chunk(self, id: str) -> list[Chunk]:
        """The chunks of that id: one, unless two tables use the same key."""
        return [chunk_of(row) for row in self._execute(f"{_CHUNKS} WHERE c.id = ? ORDER BY c.document_id", (id,))]

    def chunks_of(self, document_id: str) -> list[Chunk]:
        rows = self._execute(f"{_CHUNKS} WHERE c.document_id = ? ORDER BY c.position", (document_id,))
        return [chunk_of(row) for row in rows]

    def vectors(self) -> Vectors:
        """The vector of every chunk, rows in order of number."""
        rows = self._execute(
            "SELECT v.vector FROM chunks c JOIN vectors v ON v.text_sha = c.text_sha ORDER BY c.number"
        )
        return _matrix(blob for (blob,) in rows)

    def vectors_of(self, numbers: Sequence[int]) -> Vectors:
        """One row a number, in the order given."""
        found = {
            number: blob
            for batch in _batches(numbers)
            for number, blob in self._execute(
                f"""SELECT c.number, v.vector FROM chunks c JOIN vectors v ON v.text_sha = c.text_sha
                WHERE c.number IN ({_marks(batch)})""",
                batch,
            )
        }
        return _matrix(found[number] for number in numbers)

    def sentences_of(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The packed vectors of the sentences of those that have any."""
        return {
            number: blob
            for batch in _batches(numbers)
            for number, blob in self._execute(
                f"""SELECT c.number, s.vectors FROM chunks c JOIN sentences s ON s.text_sha = c.text_sha
                WHERE c.number IN ({_marks(batch)})""",
                batch,
            )
        }

    def phrases(self) -> dict[str, bytes]:
        """Texts beside the documents that questions are compared with, and the vector of each."""
        return dict(self._execute("SELECT text, vector FROM phrases"))

    def cached(self, text_shas: Collection[str]) -> dict[str, bytes]:
        return {
            sha: blob
            for batch in _batches(sorted(text_shas))
            for sha, blob in self._execute(
                f"SELECT text_sha, vector FROM vectors WHERE text_sha IN ({_marks(batch)})", batch
            )
        }

    # Writing: only by the holder of the lock

    def reset(self) -> None:
        """An empty index of this version. The cached vectors stay when they are of the same model."""
        keep = self.version() is not None and self.meta("model") == _VECTORS
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            for (name,) in self._database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall():
                if not (keep and name in _KEPT):
                    self._database.execute(f'DROP TABLE "{name}"')
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    self._database.execute(statement)
            meta = {"version": VERSION, "model": _VECTORS, "generation": "0", "unfinished": "yes"}
            self._many("INSERT INTO meta VALUES (?, ?)", meta.items())

    def set_meta(self, **values: str) -> None:
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._many("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def save_files(self, files: Mapping[str, FileState]) -> None:
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._replace_files(files)

    def save_vectors(self, vectors: Mapping[str, bytes], sentences: Mapping[str, bytes]) -> None:
        """Of texts and of their sentences, by the hash of the text."""
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._many("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors.items())
            self._many("INSERT OR REPLACE INTO sentences VALUES (?, ?)", sentences.items())

    def save_phrases(self, vectors: Mapping[str, bytes], gone: Collection[str]) -> None:
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._many("INSERT OR REPLACE INTO phrases VALUES (?, ?)", vectors.items())
            self._many("DELETE FROM phrases WHERE text = ?", ((text,) for text in gone))

    def commit(
        self,
        *,
        files: Mapping[str, FileState],
        removed: Collection[str],
        added: Sequence[NewDocument],
        meta: Mapping[str, str],
        near_duplicates: NearDuplicates,
    ) -> None:
        """The one moment at which readers see the new index."""
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            gone = [(id,) for id in {*removed, *(new.document.id for new in added)}]
            self._many("DELETE FROM chunks WHERE document_id = ?", gone)
            self._many("DELETE FROM documents WHERE id = ?", gone)
            self._many(f"INSERT INTO documents VALUES ({_marks(range(13))})", map(document_row, added))
            rows = (row for new in added for row in chunk_rows(new))
            self._many(f"INSERT INTO chunks VALUES ({_marks(range(12))})", rows)
            self._many("DELETE FROM twins WHERE number = ?", ((number,) for number in near_duplicates.examined))
            self._database.execute("DELETE FROM twins WHERE number NOT IN (SELECT number FROM chunks)")
            self._many("INSERT OR REPLACE INTO twins VALUES (?, ?)", near_duplicates.first_of.items())
            self._replace_files(files)
            self._many("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())

    def forget(self, text_shas: Collection[str]) -> None:
        """Remove those of the vectors that no chunk uses, and what was deleted from SQLite's log."""
        unused = [f"DELETE FROM {table} WHERE text_sha NOT IN (SELECT text_sha FROM chunks)" for table in _OF_CHUNKS]
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            for batch in _batches(sorted(text_shas)):
                for statement in unused:
                    self._database.execute(f"{statement} AND text_sha IN ({_marks(batch)})", batch)
            kept = "SELECT (SELECT count(*) FROM vectors) = (SELECT count(DISTINCT text_sha) FROM chunks)"
            # A killed run may have made vectors that were then never used.
            if self._database.execute(kept).fetchone() != (1,):
                for statement in unused:
                    self._database.execute(statement)
        self._execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _replace_files(self, files: Mapping[str, FileState]) -> None:
        self._database.execute("DELETE FROM files")
        rows = ((path, f.signature, f.sha256, f.reason, f.note) for path, f in files.items())
        self._many("INSERT INTO files VALUES (?, ?, ?, ?, ?)", rows)


def _connected(path: Path, *, create: bool) -> sqlite3.Connection:
    mode = "rwc" if create else "rw"
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False, isolation_level=None
    )
    try:
        database.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        database.close()
        if create:
            raise
        # In a folder that cannot be written it is read as it stands.
        return connect_to_read(path)
    return database


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _batches(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _FEW):
        yield values[start : start + _FEW]


def _matrix(blobs: Iterable[bytes]) -> Vectors:
    return np.frombuffer(b"".join(blobs), dtype=np.float32).reshape(-1, DIMENSIONS)
