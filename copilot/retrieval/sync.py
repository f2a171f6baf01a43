"""Bring the index in step with the workspace. What has not changed is neither read nor embedded again."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from copilot.errors import KnowledgeError
from copilot.records.store import Records
from copilot.retrieval import chunker, duplicates, loaders, succession
from copilot.retrieval.embedder import Encoder, Vectors, encode_each
from copilot.retrieval.entries import Entry
from copilot.retrieval.fan_out import fan_out
from copilot.retrieval.index import writing
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.rows import record_documents
from copilot.retrieval.sentences import Wording, packed
from copilot.retrieval.states import DocumentState, FileState, NewDocument
from copilot.retrieval.types import Document, DocumentInfo, SyncReport
from copilot.workspace import Workspace

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with (chunks embedded, chunks to embed)."""

# Vectors are saved as they are made, so that a killed run does not begin again.
_SAVE_EVERY = 64


@dataclass(frozen=True)
class Phrases:
    """Texts that questions are compared with, what makes their vectors, and the name of that model."""

    texts: Collection[str]
    encoder: Encoder
    model: str


def sync(
    workspace: Workspace,
    records: Records | None,
    state_dir: Path,
    progress: Progress | None = None,
    *,
    chroma_url: str | None = None,
    parallel: str = "threads",
    phrases: Phrases | None = None,
) -> SyncReport:
    """Index what is new or changed, forget what is gone, and say what happened.

    The vectors go to the Chroma server at `chroma_url`, or stay in the state folder without one. Reading and
    embedding are done where `parallel` says. `phrases` are texts beside the documents; their vectors are
    kept too.
    """
    started = time.perf_counter()
    with writing(state_dir, chroma_url) as writer:
        before = writer.manifest.documents()
        found = _find_changes(workspace, records, writer.manifest, before, parallel)
        changed = [id for id in found.loaded if id in before]
        renamed = _renamed(found, before)
        known = writer.manifest.files()
        refused = [path for path, file in found.files.items() if file.reason and file != known.get(path)]
        embedded, health = 0, None
        if found.loaded or found.removed or writer.is_unfinished:
            added, embedded = _prepare(found, writer.manifest, progress, parallel)
            near_duplicates = duplicates.in_families(writer.manifest, before, added, found.removed)
            meta = {**found.meta, "last_change": datetime.now().isoformat(sep=" ", timespec="seconds")}
            health = writer.replace(
                added=added, removed=found.removed, files=found.files, meta=meta, near_duplicates=near_duplicates
            )
        else:
            writer.remember(found.files, found.meta)
        if phrases is not None:
            _keep_phrases(phrases, writer.manifest, parallel)
        counts = writer.manifest.counts()
    report = SyncReport(
        added=len(found.loaded) - len(changed) - len(renamed),
        changed=len(changed),
        removed=len(found.removed) - len(renamed),
        unchanged=len(before) - len(changed) - len(found.removed),
        chunks=counts["chunks"],
        documents=counts["passage"],
        records=counts["record"],
        skipped=tuple((path, file.reason) for path, file in sorted(found.files.items()) if file.reason),
        seconds=time.perf_counter() - started,
        partly=tuple((path, file.note) for path, file in sorted(found.files.items()) if file.note),
        renamed=renamed,
        embedded=embedded,
        health=health,
        remarks=tuple(sorted(found.remarks.items())),
    )
    _log_run(report, refused)
    return report


def _log_run(report: SyncReport, refused: Sequence[str]) -> None:
    """The run, and each file that it refused and no earlier run did."""
    reasons = dict(report.skipped)
    for path in sorted(refused):
        _log.warning("file refused", extra={"path": path, "reason": reasons[path]})
    counts = ("added", "changed", "removed", "unchanged", "embedded", "documents", "records", "chunks")
    about = {name: getattr(report, name) for name in counts} | {"seconds": round(report.seconds, 3)}
    # Every command looks whether the index is up to date; most find that it is.
    _log.log(logging.DEBUG if report.health is None else logging.INFO, "index run", extra=about)


def _renamed(changes: _Changes, before: Mapping[str, DocumentState]) -> tuple[tuple[str, str], ...]:
    """Files that are gone, each with a new one of the same content."""
    gone: dict[str, list[str]] = {}
    for id in sorted(changes.removed, reverse=True):
        if before[id].kind == "passage":
            gone.setdefault(before[id].sha256, []).append(id)
    new = (document for id, document in sorted(changes.loaded.items()) if id not in before)
    return tuple((gone[d.sha256].pop(), d.id) for d in new if d.kind == "passage" and gone.get(d.sha256))


@dataclass
class _Changes:
    files: dict[str, FileState] = field(default_factory=dict)
    loaded: dict[str, Document] = field(default_factory=dict)
    """New and changed documents, as their authors wrote them."""
    removed: set[str] = field(default_factory=set)
    superseded_refs: dict[str, str | None] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)


def _find_changes(
    workspace: Workspace,
    records: Records | None,
    manifest: Manifest,
    before: Mapping[str, DocumentState],
    parallel: str,
) -> _Changes:
    changes = _Changes()
    tables = set(records.sources.values()) if records else set()
    sources = {s.id: s for s in loaders.find_sources(workspace.root) if s.id not in tables}
    known = manifest.files()
    suspects = []
    for source in sources.values():
        file = known.get(source.id)
        if file and file.signature == source.signature:
            changes.files[source.id] = file
        else:
            suspects.append(_Suspect(source, file))
    for suspect, found in zip(suspects, fan_out(_read_if_changed, suspects, parallel), strict=True):
        changes.files[suspect.source.id] = found.state
        if found.document:
            changes.loaded[suspect.source.id] = found.document
    kept = {path for path, file in changes.files.items() if file.reason is None}
    _read_records(workspace, records, manifest, before, changes)
    for id, state in before.items():
        if state.kind == "passage" and id not in kept:
            changes.removed.add(id)
    _resolve_supersession(before, sources, changes)
    return changes


class _Suspect(NamedTuple):
    """A file that may have changed, with what it was when last read."""

    source: loaders.SourceFile
    known: FileState | None


class _Found(NamedTuple):
    state: FileState
    document: Document | None
    """None when it has not changed, or cannot be used."""


def _read_if_changed(suspect: _Suspect) -> _Found:
    source, known = suspect
    sha256 = ""
    try:
        sha256 = loaders.fingerprint(source)
        if known and known.sha256 == sha256 and known.reason is None:
            return _Found(FileState(source.signature, sha256, None, known.note), None)
        document = loaders.load(source, sha256)
        return _Found(FileState(source.signature, sha256, None, document.note), document)
    except loaders.Unsettled as error:
        # Without a signature it is read again by the next run.
        return _Found(FileState("", "", str(error)), None)
    except KnowledgeError as error:
        return _Found(FileState(source.signature, sha256, str(error)), None)


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
    references = {id: standing[id].superseded_ref for id in infos if id in standing}
    references |= {id: document.superseded_by for id, document in changes.loaded.items()}
    for id, successor in succession.successors(infos, references).items():
        if successor.remark:
            changes.remarks[id] = successor.remark
        by, on = successor.id, successor.effective
        if id in standing:
            info = standing[id].info
            if (by, on) == (info.superseded_by, info.superseded_on) or not _read_again(sources[id], changes):
                continue
        changes.loaded[id] = replace(changes.loaded[id], superseded_by=by, superseded_on=on)
        changes.superseded_refs[id] = references[id]


def _read_again(source: loaders.SourceFile, changes: _Changes) -> bool:
    """False when it can no longer be read, so that it is left out."""
    found = _read_if_changed(_Suspect(source, None))
    changes.files[source.id] = found.state
    if found.document:
        changes.loaded[source.id] = found.document
    else:
        changes.removed.add(source.id)
    return found.document is not None


def _info(document: Document) -> DocumentInfo:
    return DocumentInfo(document.id, document.title, effective=document.effective)


class _Prepared(NamedTuple):
    documents: list[NewDocument]
    embedded: int


def _prepare(changes: _Changes, manifest: Manifest, progress: Progress | None, parallel: str) -> _Prepared:
    """New and changed documents cut into chunks, and the vectors of their texts in the manifest."""
    added = []
    wordings: dict[str, Wording] = {}
    for id, document in changes.loaded.items():
        entries = tuple(Entry.of(chunk) for chunk in chunker.split(document))
        of_document = [Wording.of(entry.chunk) for entry in entries]
        text_shas = tuple(wording.sha for wording in of_document)
        wordings |= zip(text_shas, of_document, strict=True)
        added.append(NewDocument(document, changes.superseded_refs.get(id), entries, text_shas))
    missing = {sha: wordings[sha] for sha in sorted(wordings.keys() - manifest.cached(wordings.keys()).keys())}
    _embed(missing, manifest, progress, parallel)
    return _Prepared(added, len(missing))


def _embed(wordings: Mapping[str, Wording], manifest: Manifest, progress: Progress | None, parallel: str) -> None:
    whole: dict[str, bytes] = {}
    sentences: dict[str, bytes] = {}
    vectors = _vectors_of(list(wordings.values()), parallel)
    for done, (sha, (first, *views)) in enumerate(zip(wordings, vectors, strict=True), 1):
        whole[sha] = first.tobytes()
        if views:
            sentences[sha] = packed(views)
        if len(whole) == _SAVE_EVERY or done == len(wordings):
            manifest.save_vectors(whole, sentences)
            whole, sentences = {}, {}
        if progress:
            progress(done, len(wordings))


def _vectors_of(wordings: Sequence[Wording], parallel: str) -> Iterator[list[Vectors]]:
    """The vectors of each wording's texts. A text of several is embedded once."""
    left = Counter(text for wording in wordings for text in wording.texts)
    texts = list(left)
    made = zip(texts, encode_each(texts, parallel), strict=True)
    waiting: dict[str, Vectors] = {}
    for wording in wordings:
        while not all(text in waiting for text in wording.texts):
            text, vector = next(made)
            waiting[text] = vector
        yield [waiting[text] for text in wording.texts]
        left.subtract(wording.texts)
        for text in wording.texts:
            if not left[text]:
                waiting.pop(text, None)


def _keep_phrases(phrases: Phrases, manifest: Manifest, parallel: str) -> None:
    stored, texts = manifest.phrases().keys(), {*phrases.texts, phrases.model}
    # The name of the model stands among them: vectors of another one are of no use.
    known = stored if phrases.model in stored else set()
    new, gone = sorted(texts - known), stored - texts
    if new or gone:
        made = zip(new, encode_each(new, parallel, phrases.encoder), strict=True) if new else ()
        manifest.save_phrases({text: vector.tobytes() for text, vector in made}, gone)
