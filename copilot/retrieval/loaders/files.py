"""The files of a workspace that are meant to be documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copilot.errors import KnowledgeError
from copilot.retrieval.loaders.metadata import stated, statements
from copilot.workspace import METHOD_FOLDER

SIDECAR = ".meta.yaml"
LARGEST_BYTES = 100_000_000
_SIDECARS = (SIDECAR, ".meta.yml")
_RECORDS = "records"
_BLOCK = 1 << 20


class Unsettled(KnowledgeError):
    """The file was not to be had; another time it may be."""


@dataclass(frozen=True)
class SourceFile:
    """A file that may be a document, with what tells whether it has changed since it was last read."""

    id: str
    """Path inside the workspace, with forward slashes."""
    path: Path
    signature: str
    """Sizes and times of the file and of its sidecar, and what documents.yaml says of it."""
    stated: Mapping[str, Any] = field(default_factory=dict)
    """What documents.yaml says of it."""

    @property
    def sidecar(self) -> Path:
        return self.path.with_name(self.path.name + SIDECAR)


def find_sources(root: Path) -> list[SourceFile]:
    """Every file under the workspace that is meant to be a document, supported or not, by id.

    KnowledgeError where documents.yaml cannot be used.
    """
    found = []
    about = statements(root)
    for path in _walk(root, root):
        if _is_setting(path, root) or _is_sidecar(path):
            continue
        signatures = [_signature(path), _signature(path.with_name(path.name + SIDECAR))]
        if signatures[0]:
            # A name that is no text would break whatever it is written to.
            id = path.relative_to(root).as_posix().encode("utf-8", "replace").decode()
            said = stated(id, about)
            found.append(SourceFile(id, path, " ".join([*signatures, *_written(said)]), said))
    return sorted(found, key=lambda source: source.id)


def _written(said: Mapping[str, Any]) -> list[str]:
    """What documents.yaml says of a document, as one text; nothing where that is nothing."""
    return [json.dumps(said, default=str, sort_keys=True)] if said else []


def _is_setting(path: Path, root: Path) -> bool:
    folders = (root, root / METHOD_FOLDER)
    return path.parent in folders and path.suffix in (".yaml", ".yml") and not path.name.endswith(_SIDECARS)


def _is_sidecar(path: Path) -> bool:
    """Whether the document that it is named after stands beside it."""
    return path.name.endswith(SIDECAR) and path.with_name(path.name.removesuffix(SIDECAR)).is_file()


def _signature(path: Path) -> str:
    """Empty when there is no such file, which may also have gone a moment ago."""
    try:
        stat = path.lstat()
    except FileNotFoundError:
        return ""
    # A copy may keep size and time of what it replaces; only the time of the change to the entry tells.
    return f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}"


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    try:
        paths = list(folder.iterdir())
    except FileNotFoundError:
        # It has gone since it was named.
        return
    except OSError as error:
        raise KnowledgeError(f"The folder {str(folder)!r} cannot be read: {error.strerror}.") from None
    for path in paths:
        # `~$plan.docx` is what Word leaves beside a document that is open.
        if path.name.startswith((".", "~$")) or path == root / _RECORDS:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, root)
        elif path.is_file() or path.is_symlink():
            yield path


def fingerprint(source: SourceFile) -> str:
    """Hash of all that the document is made of."""
    # A link may lead anywhere on the machine, or back to where it stands.
    if source.path.is_symlink():
        raise KnowledgeError("it is a link, and links are not followed; put the file itself here")
    if not source.path.as_posix().endswith(source.id):
        raise KnowledgeError("its name is not in UTF-8, so no citation could open it; rename it")
    if source.path.name.endswith(_SIDECARS):
        raise KnowledgeError(
            "it describes no file, so that its label protects none; name it after the whole name of one beside it, "
            f"such as plan.pdf{SIDECAR}"
        )
    digest = hashlib.sha256()
    for path in (source.path, source.sidecar):
        if path.is_file():
            for block in _blocks(path):
                digest.update(block)
            digest.update(b"\0")
    for text in _written(source.stated):
        digest.update(text.encode())
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise KnowledgeError(f"it is larger than {LARGEST_BYTES // 1_000_000} MB; split it")
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise Unsettled(f"it cannot be read: {error.strerror}") from None


def content_of(path: Path) -> bytes:
    return b"".join(_blocks(path))
