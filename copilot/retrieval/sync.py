"""Bring the index in step with the workspace. What has not changed is neither read nor embedded again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from copilot.errors import KnowledgeError
from copilot.records.store import Records
from copilot.retrieval import chunker, loaders
from copilot.retrieval.embedder import encode_each
from copilot.retrieval.entries import Entry
from copilot.retrieval.index import IndexWriter, writing
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.rows import record_documents
from copilot.retrieval.states import DocumentState, FileState, NewDocument
from copilot.retrieval.types import Document, DocumentInfo, SyncReport
from copilot.workspace import Workspace

Progress = Callable[[int, int], None]
"""Called with (chunks embedded, chunks to embed)."""

# Vectors are saved as they are made, so that a killed run does not begin again.
_SAVE_EVERY = 64


def sync(
    workspace: Workspace, records: Records | None, state_dir: Path, progress: Progress | None = None
) -> SyncReport:
    """Index what is new or changed, forget what is gone, and say what happened."""
    started = time.perf_counter()
    with writing(state_dir) as writer:
        before = writer.manifest.documents()
        found = _find_changes(workspace, records, writer.manifest, before)
        changed = [id for id in found.loaded if id in before]
        if found.loaded or found.removed or writer.is_unfinished:
            _write(found, writer, progress)
        else:
            writer.remember(found.files, found.meta)
        counts = writer.manifest.counts()
    return SyncReport(
        added=len(found.loaded) - len(changed),
        changed=len(changed),
        removed=len(found.removed),
        unchanged=len(before) - len(changed) - len(found.removed),
        chunks=counts["chunks"],
        documents=counts["passage"],
        records=counts["record"],
        skipped=tuple((path, file.reason) for path, file in sorted(found.files.items()) if file.reason),
        seconds=time.perf_counter() - started,
        partly=tuple((path, file.note) for path, file in sorted(found.files.items()) if file.note),
    )


@dataclass
class _Changes:
    files: dict[str, FileState] = field(default_factory=dict)
    loaded: dict[str, Document] = field(default_factory=dict)
    """New and changed documents, as their authors wrote them."""
    removed: set[str] = field(default_factory=set)
    superseded_refs: dict[str, str | None] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)


def _find_changes(
    workspace: Workspace, records: Records | None, manifest: Manifest, before: Mapping[str, DocumentState]
) -> _Changes:
    changes = _Changes()
    tables = set(records.sources.values()) if records else set()
    sources = {s.id: s for s in loaders.find_sources(workspace.root) if s.id not in tables}
    known = manifest.files()
    for source in sources.values():
        _read_if_changed(source, known.get(source.id), changes)
    kept = {path for path, file in changes.files.items() if file.reason is None}
    _read_records(workspace, records, manifest, before, changes)
    for id, state in before.items():
        if state.kind == "passage" and id not in kept:
            changes.removed.add(id)
    _resolve_supersession(before, sources, changes)
    return changes


def _read_if_changed(source: loaders.SourceFile, known: FileState | None, changes: _Changes) -> None:
    if known and known.signature == source.signature:
        changes.files[source.id] = known
        return
    sha256, reason, note = "", None, ""
    try:
        sha256 = loaders.fingerprint(source)
        if not (known and known.sha256 == sha256):
            changes.loaded[source.id] = document = loaders.load(source, sha256)
            note = document.note
        else:
            reason, note = known.reason, known.note
    except KnowledgeError as error:
        reason = str(error)
    changes.files[source.id] = FileState(source.signature, sha256, reason, note)


def _read_records(
    workspace: Workspace,
    records: Records | None,
    manifest: Manifest,
    before: Mapping[str, DocumentState],
    changes: _Changes,
) -> None:
    signature = _records_signature(workspace, records)
    changes.meta["records"] = signature
    if signature == manifest.meta("records"):
        return
    seen = set()
    for document in record_documents(records) if records else ():
        seen.add(document.id)
        state = before.get(document.id)
        if not (state and state.sha256 == document.sha256):
            changes.loaded[document.id] = document
    changes.removed |= {id for id, state in before.items() if state.kind == "record" and id not in seen}


def _records_signature(workspace: Workspace, records: Records | None) -> str:
    """Tells whether any row can have changed, without reading one."""
    if records is None:
        return "none"
    paths = {workspace.root / source for source in records.sources.values()}
    paths |= set((workspace.root / "records").rglob("*"))
    parts = []
    for path in sorted(paths):
        if path.is_file():
            stat = path.stat()
            parts.append(f"{path}:{stat.st_size}:{stat.st_mtime_ns}")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _resolve_supersession(
    before: Mapping[str, DocumentState], sources: Mapping[str, loaders.SourceFile], changes: _Changes
) -> None:
    """Look up what replaced each document; one whose successor moved or changed its date is read again."""
    standing = {id: state for id, state in before.items() if id not in changes.removed and id not in changes.loaded}
    infos = {id: state.info for id, state in standing.items() if state.kind == "passage"}
    infos |= {id: _info(document) for id, document in changes.loaded.items() if document.kind == "passage"}
    names = _names(infos.values())
    for id, document in changes.loaded.items():
        changes.superseded_refs[id] = document.superseded_by
    for id, state in standing.items():
        if state.superseded_ref:
            by, on = _successor(id, state.superseded_ref, names, infos)
            if (by, on) != (state.info.superseded_by, state.info.superseded_on):
                changes.loaded[id] = loaders.load(sources[id], state.sha256)
                changes.superseded_refs[id] = state.superseded_ref
    for id, reference in changes.superseded_refs.items():
        if reference:
            by, on = _successor(id, reference, names, infos)
            changes.loaded[id] = replace(changes.loaded[id], superseded_by=by, superseded_on=on)


def _info(document: Document) -> DocumentInfo:
    return DocumentInfo(document.id, document.title, effective=document.effective)


def _names(infos: Iterable[DocumentInfo]) -> dict[str, str]:
    """Every way in which an author may name a document, to its id."""
    names: dict[str, str] = {}
    for info in sorted(infos, key=lambda info: info.id):
        path = PurePosixPath(info.id)
        for name in (info.id, path.name, path.stem, info.title):
            names.setdefault(name.casefold(), info.id)
    return names


class _Successor(NamedTuple):
    id: str
    effective: date | None


def _successor(id: str, reference: str, names: Mapping[str, str], infos: Mapping[str, DocumentInfo]) -> _Successor:
    beside = (PurePosixPath(id).parent / reference).as_posix()
    found = names.get(beside.casefold()) or names.get(reference.casefold())
    if found is None or found == id:
        return _Successor(reference, None)
    return _Successor(found, infos[found].effective)


def _write(changes: _Changes, writer: IndexWriter, progress: Progress | None) -> None:
    added = []
    texts: dict[str, str] = {}
    for id, document in changes.loaded.items():
        entries = tuple(Entry.of(chunk) for chunk in chunker.split(document))
        text_shas = []
        for entry in entries:
            text = chunker.indexed_text(entry.chunk)
            sha = hashlib.sha256(text.encode()).hexdigest()[:32]
            text_shas.append(sha)
            texts[sha] = text
        added.append(NewDocument(document, changes.superseded_refs.get(id), entries, tuple(text_shas)))
    _embed_missing(texts, writer.manifest, progress)
    writer.replace(added=added, removed=changes.removed, files=changes.files, meta=changes.meta)


def _embed_missing(texts: Mapping[str, str], manifest: Manifest, progress: Progress | None) -> None:
    known = manifest.cached(texts.keys())
    missing = sorted(texts.keys() - known.keys())
    made: dict[str, bytes] = {}
    for done, (sha, vector) in enumerate(zip(missing, encode_each([texts[s] for s in missing]), strict=True), 1):
        made[sha] = vector.tobytes()
        if len(made) == _SAVE_EVERY or done == len(missing):
            manifest.save_vectors(made)
            made = {}
        if progress:
            progress(done, len(missing))
