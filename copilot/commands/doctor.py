"""`bearing doctor`: whether everything an answer needs is there, looked at without writing; `--repair` mends it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.errors import CopilotError, StateError
from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.retrieval.manifest import Manifest
    from copilot.upkeep.stores import Store

_PACKAGES = ("bearing", "langchain", "chromadb", "onnxruntime", "tantivy", "duckdb", "openai")
# Installed only with an extra.
_EXTRA_PACKAGES = ("streamlit", "typst")
# Less than an index run of a small workspace writes.
_LEAST_FREE_BYTES = 50_000_000


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str


def examine(settings: Settings) -> list[Check]:
    """Versions, workspace, each file of the state folder, index and model, each with what was found."""
    from copilot.upkeep import stores

    state = settings.workspace_state()
    return [
        _checked("versions", _versions),
        _checked("workspace", lambda: _workspace(settings)),
        _checked("state", lambda: _state(state)),
        *(_checked(_name(store, settings), partial(stores.look_at, store, settings)) for store in stores.STORES),
        _checked("audit", lambda: stores.examine_audit(settings)),
        _checked("index", lambda: _index(settings)),
        *(_checked("model", partial(_model, settings, name)) for name in settings.models()),
    ]


def repair(settings: Settings) -> Iterator[str]:
    """Mends what can be mended, and says of each thing what was done. What is damaged is kept under `set-aside/`."""
    from copilot.build import index
    from copilot.retrieval.index import set_aside
    from copilot.state.conversations import Conversations
    from copilot.state.places import place
    from copilot.upkeep import stores

    state = settings.workspace_state()
    aside = stores.aside_folder(state)
    for store in stores.STORES:
        # A database server mends itself, or is restored from a dump.
        if not stores.is_shared(store, settings) and (done := stores.repair(store, state, aside)):
            kept = Conversations(place(settings, stores.CONVERSATIONS.file))
            gaps = kept.verify_audit().gaps if store is stores.CONVERSATIONS else ()
            kept.note("", "repaired", store.file, {"found": done, "gaps": gaps})
            kept.close()
            yield f"{store.file}: {done}"
    if not _checked("index", lambda: _index(settings)).ok:
        set_aside(state, aside / "index")
        report, _ = index(settings)
        yield f"index: built anew, {report.chunks} chunks"


def _name(store: Store, settings: Settings) -> str:
    from copilot.upkeep.stores import is_shared

    return f"{Path(store.file).stem} in PostgreSQL" if is_shared(store, settings) else store.file


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except CopilotError as error:
        return Check(name, False, str(error))


def _versions() -> str:
    try:
        found = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
        for name in _EXTRA_PACKAGES:
            with suppress(importlib.metadata.PackageNotFoundError):
                found.append(f"{name} {importlib.metadata.version(name)}")
    except importlib.metadata.PackageNotFoundError as error:
        raise CopilotError(f"The package {error.name!r} is not installed.") from None
    return f"Python {platform.python_version()}, " + ", ".join(found)


def _workspace(settings: Settings) -> str:
    from copilot.upkeep.checking import check

    errors = [f for f in check(settings.workspace) if f.severity == "error"]
    if errors:
        raise CopilotError(f"{len(errors)} errors in {settings.workspace}; the first: {errors[0]}")
    return f"{settings.workspace} reads without an error"


def _state(state: Path) -> str:
    if not os.access(state, os.W_OK):
        raise StateError(
            f"{str(state)!r} cannot be written, so answers are not kept: let this user write to it, "
            "or set BEARING_STATE_DIR to another folder."
        )
    free = shutil.disk_usage(state).free
    if free < _LEAST_FREE_BYTES:
        raise StateError(f"The disk of {str(state)!r} has only {free / 1e6:.1f} MB left: free some space.")
    return f"{state} can be written; {free / 1e9:.1f} GB free"


def _index(settings: Settings) -> str:
    from copilot.retrieval.index import index_folder, looking, manifest_path

    state = settings.workspace_state()
    if not manifest_path(state).is_file():
        return "nothing is indexed yet; the first question does it, or `bearing index`"
    with looking(state, settings.chroma_url) as writer:
        health, counts = writer.examine(), writer.manifest.counts()
        version, last = writer.manifest.version(), writer.manifest.meta("last_change")
        remarks = "".join(f"\n       {remark}" for remark in _remarks(settings, writer.manifest))
    if not health.is_sound:
        raise StateError(f"{health}: `bearing doctor --repair` builds it anew.", is_damage=True)
    size = sum(path.stat().st_size for path in index_folder(state).rglob("*") if path.is_file()) / 1e6
    place = f"vectors on {settings.chroma_url}" if settings.chroma_url else "vectors in the state folder"
    return (
        f"{counts['passage']} documents and {counts['record']} records in {counts['chunks']} chunks; {health}; "
        f"version {version}, {size:.1f} MB, {place}, last changed {last}{remarks}"
    )


def _remarks(settings: Settings, manifest: Manifest) -> Iterator[str]:
    """Each file that is not indexed as it stands, or that its owner should mend."""
    from copilot.retrieval import loaders, succession

    known = manifest.files()
    found = {source.id: source.signature for source in loaders.find_sources(settings.workspace)}
    # Tables of the records stand among the files, but not in the list of documents.
    changed = [id for id, file in known.items() if found.get(id) != file.signature]
    if changed:
        yield f"{len(changed)} of the files have changed since; `bearing index` reads them"
    for path, file in sorted(known.items()):
        if file.reason or file.note:
            words = f"skipped {path}: {file.reason}" if file.reason else f"read in part {path}: {file.note}"
            yield " ".join(words.split())
    documents = {id: state for id, state in manifest.documents().items() if state.kind == "passage"}
    infos = {id: state.info for id, state in documents.items()}
    references = {id: state.superseded_ref for id, state in documents.items()}
    for id, successor in sorted(succession.successors(infos, references).items()):
        if successor.remark:
            yield " ".join(f"note on {id}: {successor.remark}".split())


def _model(settings: Settings, name: str) -> str:
    if name == "grounded":
        return "grounded, built in; needs no network"
    from copilot.models.remote.model import ping

    return ping(settings.model_copy(update={"model": name}))
