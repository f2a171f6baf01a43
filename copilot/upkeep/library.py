"""The documents of a workspace looked after: listed, shown, added, replaced by a new version, removed.

Everything here changes or reads files of the workspace; a sync then brings the index in step. Changes are made
by the holder of the index lock, so that a watcher or a page never reads a document half written.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from uuid import uuid4

import yaml

from copilot.errors import KnowledgeError
from copilot.retrieval import loaders
from copilot.retrieval.index import locked
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.types import Chunk, Document, DocumentInfo
from copilot.state.conversations import Conversations
from copilot.types import Viewer
from copilot.workspace import Workspace

_RECORDS = "records"
# Hidden or left by Office, sidecars, names with line breaks or not in UTF-8.
_NO_NAME = re.compile(r"^\.|^~\$|\.meta\.ya?ml$|[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class About:
    """What is written beside a document, in its sidecar; None leaves what the document itself says."""

    title: str | None = None
    owner: str | None = None
    effective: date | None = None
    """Day from which it is in force."""
    label: str | None = None
    """Access label; only viewers who hold it see the document."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A document with everything that the index holds of it."""

    info: DocumentInfo
    chunks: tuple[Chunk, ...]
    warnings: tuple[str, ...]
    """What a reader should know or its owner should mend."""


class Replaced(NamedTuple):
    """Ids of the version in force and of the one that was."""

    current: str
    kept: str


@dataclass(frozen=True)
class Library:
    """The documents of one workspace. Every call names who asks; what that viewer may not see is not there.

    To change them takes a role that may; PermissionDenied tells whose does not.
    """

    workspace: Workspace
    state_dir: Path
    retriever: Retriever
    conversations: Conversations
    """Its audit trail notes each change."""
    wait_seconds: float = 5.0
    """How long a change waits for another writer to end."""

    def list(self, viewer: Viewer) -> list[DocumentInfo]:
        """The documents in the index, superseded ones included, by id."""
        return self.retriever.documents(viewer)

    def show(self, id: str, viewer: Viewer) -> Shown:
        """A document's metadata, chunks and warnings; KnowledgeError when the viewer has no such document."""
        info = self._found(id, viewer)
        chunks = tuple(self.retriever.chunks_of(id, viewer))
        return Shown(info, chunks, tuple(_warnings(info, chunks)))

    def add(self, file: Path, about: About, folder: str = "documents", *, viewer: Viewer) -> str:
        """Copy a file into a folder of the workspace, with a sidecar that says what is known of it; its id.

        A sidecar that the file has already comes along; what `about` names goes before it.
        """
        viewer.require("upload")
        target = self._inside(folder) / file.name
        self._check(file, about)
        with locked(self.state_dir, self.wait_seconds):
            if target.exists():
                raise KnowledgeError(f"{self._id(target)} is there already; replace it, or give the file another name.")
            with _announced(target, {**_written_beside(file), **_named(about)}):
                _copy(file, target)
        self._note(viewer, "added document", self._id(target), target)
        return self._id(target)

    def replace(self, id: str, file: Path, viewer: Viewer, about: About) -> Replaced:
        """Put a new version in the place of a document, and keep the old one as superseded.

        The old one was in force until the day on which the new one begins: `about.effective`, or what the new
        file says itself. Owner, label and tags are taken over where neither of them names others.
        """
        viewer.require("upload")
        info = self._found(id, viewer)
        written = self._check(file, about)
        begins = about.effective or written.effective
        if begins is None:
            raise KnowledgeError("Say from which day the new version is in force.")
        if info.effective and begins <= info.effective:
            raise KnowledgeError(f"{id} is itself in force from {info.effective}; a new version begins later.")
        present = self._path(id)
        target = present.with_suffix(file.suffix)
        kept = present.with_name(f"{present.stem}--until-{begins}{present.suffix}")
        complete = About(
            title=about.title,
            owner=about.owner or written.owner or info.owner,
            effective=begins,
            label=about.label or written.label or info.label,
            tags=about.tags or written.tags or info.tags,
        )
        with locked(self.state_dir, self.wait_seconds):
            for path in {kept, target} - {present}:
                if path.exists():
                    raise KnowledgeError(f"{self._id(path)} is there already.")
            with _announced(kept, {**_written_beside(present), "superseded_by": target.name}):
                present.rename(kept)
            self._lead(id, self._id(kept))
            _sidecar(present).unlink(missing_ok=True)
            with _announced(target, {**_written_beside(file), **_named(complete)}):
                _copy(file, target)
        self._note(viewer, "replaced document", self._id(target), target)
        return Replaced(self._id(target), self._id(kept))

    def _note(self, viewer: Viewer, action: str, id: str, path: Path | None = None) -> None:
        about = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} if path else {}
        self.conversations.note_or_log(viewer.name, action, id, about)

    def _lead(self, id: str, kept: str) -> None:
        """What the old version replaced was replaced by it, not by the new one that has its name."""
        for state in self.retriever.states():
            if state.info.superseded_by == id and (path := self._path(state.info.id)).is_file():
                _write_beside(path, {**_written_beside(path), "superseded_by": kept})

    def remove(self, id: str, viewer: Viewer) -> None:
        """Delete a document and its sidecar from the workspace."""
        viewer.require("upload")
        self._found(id, viewer)
        path = self._path(id)
        with locked(self.state_dir, self.wait_seconds):
            path.unlink(missing_ok=True)
            _sidecar(path).unlink(missing_ok=True)
        self._note(viewer, "removed document", id)

    def _found(self, id: str, viewer: Viewer) -> DocumentInfo:
        infos = {info.id: info for info in self.list(viewer)}
        if id in infos:
            return infos[id]
        raise KnowledgeError(f"There is no document {id!r}; `bearing library list` names those there are.")

    def _path(self, id: str) -> Path:
        return self.workspace.root / PurePosixPath(id)

    def _id(self, path: Path) -> str:
        return path.relative_to(self.workspace.root).as_posix()

    def _inside(self, folder: str) -> Path:
        parts = PurePosixPath(folder).parts
        if not parts or PurePosixPath(folder).is_absolute() or parts[0] == _RECORDS:
            raise KnowledgeError(f"{folder!r} is no folder for documents; name one inside the workspace.")
        if any(part.startswith(".") for part in parts):
            raise KnowledgeError(f"{folder!r} leads out of the workspace or to a hidden folder.")
        return self.workspace.root.joinpath(*parts)

    def _check(self, file: Path, about: About) -> Document:
        """The file as it would be read; KnowledgeError when it cannot be a document here."""
        if _NO_NAME.search(file.name):
            raise KnowledgeError(f"{file.name!r} cannot be the name of a document.")
        if not file.is_file():
            raise KnowledgeError(f"There is no file {str(file)!r}.")
        try:
            written = loaders.load(loaders.SourceFile(file.name, file, ""), "")
        except KnowledgeError as error:
            raise KnowledgeError(f"{file.name} cannot be read: {error}.") from None
        known = self.workspace.config.labels
        label = about.label or written.label
        if label and label not in known:
            raise KnowledgeError(f"There is no label {label!r}; known are {', '.join(sorted(known)) or 'none'}.")
        return written


def state_of(info: DocumentInfo, today: date) -> str:
    """In a word or two, whether a document holds on a day."""
    if info.superseded_by and (info.superseded_on is None or info.superseded_on <= today):
        return "superseded"
    if info.effective is None:
        return "in force, no date"
    return "in force" if info.effective <= today else "not yet in force"


def _warnings(info: DocumentInfo, chunks: Collection[Chunk]) -> Iterator[str]:
    if info.superseded_by:
        since = f" since {info.superseded_on}" if info.superseded_on else ""
        yield f"It has been replaced by {info.superseded_by}{since}; answers use it only for days before."
        if info.superseded_on is None:
            yield f"{info.superseded_by} is not in the library or has no date, so no day finds this version."
    if info.effective is None:
        made = f"; its file is of {info.dated}" if info.dated else ""
        yield f"It does not say from which day it is in force, so it counts as always in force{made}."
    if info.owner is None:
        yield "It names no owner."
    if not chunks:
        yield "No text of it is in the index."


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + loaders.SIDECAR)


def _written_beside(path: Path) -> dict[str, object]:
    sidecar = _sidecar(path)
    return yaml.safe_load(sidecar.read_text(encoding="utf-8")) or {} if sidecar.is_file() else {}


def _write_beside(path: Path, written: dict[str, object]) -> None:
    text = yaml.safe_dump(written, allow_unicode=True, sort_keys=False)
    _whole(_sidecar(path), lambda draft: draft.write_text(text, encoding="utf-8"))


def _named(about: About) -> dict[str, object]:
    values = {"title": about.title, "owner": about.owner, "effective": about.effective, "label": about.label}
    return {name: value for name, value in {**values, "tags": list(about.tags)}.items() if value}


@contextmanager
def _announced(path: Path, written: dict[str, object]) -> Iterator[None]:
    """The sidecar stands before the document does, so that no run reads it without its label."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if written:
        _write_beside(path, written)
    try:
        yield
    except OSError as error:
        _sidecar(path).unlink(missing_ok=True)
        raise KnowledgeError(f"{path.name} cannot be written: {error.strerror}.") from None


def _copy(file: Path, target: Path) -> None:
    _whole(target, lambda draft: shutil.copyfile(file, draft))


def _whole(target: Path, write: Callable[[Path], object]) -> None:
    """Written under a hidden name first, so that nobody sees a part of it."""
    draft = target.with_name(f".{uuid4().hex}")
    try:
        write(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
