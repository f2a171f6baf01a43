"""A backup of the state folder in one file, and the way back, both while people ask.

A ZIP archive: the stores as SQLite copies them, each whole and of one moment; the other files that people made; and
`backup.json`, which holds the hash of each. The index is not in it, since it can be built from the workspace.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from copilot.errors import SettingsError, StateError
from copilot.state.database import Database, connect_to_read, explained
from copilot.types import Frozen
from copilot.upkeep.stores import STORES, Store, aside_folder, examine, set_aside

_CONTENTS = "backup.json"
_FORMAT = 1
# What people made beside the stores: proposed samples, verdicts of reviews.
_FILES = ("*.jsonl", "*.yaml")
# Pages copied before others may write again.
_PAGES = 1000


class Contents(Frozen):
    """What a backup says of itself."""

    format: int
    made: datetime
    bearing: str
    workspace: str
    audit_head: str
    """Number and hash of the last entry of the audit trail, for `bearing audit verify --noted`."""
    sha256: dict[str, str]
    """Of each file."""


def back_up(state: Path, workspace: str, target: Path, audit_head: str = "") -> Contents:
    """Writes a backup; StateError where a store is damaged or the file cannot be written."""
    draft = target.with_name(f".{target.name}.draft")
    with TemporaryDirectory(prefix="bearing-backup-") as folder, _explained(target):
        copies = [_copied(store, state, Path(folder)) for store in STORES if (state / store.file).is_file()]
        files = [*copies, *(path for pattern in _FILES for path in sorted(state.glob(pattern)))]
        contents = Contents(
            format=_FORMAT,
            made=datetime.now(UTC),
            bearing=metadata.version("bearing"),
            workspace=workspace,
            audit_head=audit_head,
            sha256={path.name: _sha256(path) for path in files},
        )
        try:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in files:
                    archive.write(path, path.name)
                archive.writestr(_CONTENTS, contents.model_dump_json(indent=2))
            draft.chmod(0o600)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return contents


def restore(source: Path, state: Path) -> Contents:
    """Brings the state folder back to what a backup holds; who asks meanwhile sees the old state or the new one.

    Raises SettingsError where the file is no backup or a changed one, and StateError where one of its stores is
    damaged or newer than this version, before anything is changed.
    """
    with TemporaryDirectory(prefix="bearing-restore-") as folder, _explained(state):
        contents = _unpack(source, Path(folder))
        stores = [store for store in STORES if store.file in contents.sha256]
        for store in stores:
            # Also finds what is damaged or of a newer version.
            examine(store, Path(folder))
            with closing(Database(Path(folder) / store.file, store.migrations)) as database:
                database.read("SELECT 1")
        for store in stores:
            _put_back(Path(folder) / store.file, state / store.file, store)
        for name in sorted(contents.sha256.keys() - {store.file for store in stores}):
            draft = state / f".{name}.draft"
            draft.write_bytes((Path(folder) / name).read_bytes())
            draft.replace(state / name)
    return contents


def _copied(store: Store, state: Path, folder: Path) -> Path:
    examine(store, state)
    copy = folder / store.file
    with closing(connect_to_read(state / store.file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target, pages=_PAGES)
        target.execute("PRAGMA journal_mode = DELETE")
    return copy


def _put_back(copy: Path, path: Path, store: Store) -> None:
    """Page by page in one transaction, so that connections that are open stay so."""
    try:
        examine(store, path.parent)
    except StateError:
        # A file that is damaged or of a newer version cannot take the pages in.
        set_aside(store, path.parent, aside_folder(path.parent))
    with closing(Database(path, store.migrations)) as present:
        present.read("SELECT 1")
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(path, timeout=30)) as target:
        source.backup(target)


def _unpack(source: Path, folder: Path) -> Contents:
    try:
        with zipfile.ZipFile(source) as archive:
            contents = Contents.model_validate_json(archive.read(_CONTENTS))
            for name, sha256 in contents.sha256.items():
                if Path(name).name != name or not name:
                    raise SettingsError(f"{str(source)!r} is no backup of Bearing: it names {name!r}.")
                (folder / name).write_bytes(archive.read(name))
                if _sha256(folder / name) != sha256:
                    raise SettingsError(f"{str(source)!r} was changed: {name} is not what was backed up.")
    except FileNotFoundError:
        raise SettingsError(f"There is no file {str(source)!r}.") from None
    except (zipfile.BadZipFile, KeyError, ValidationError, EOFError, NotImplementedError) as error:
        raise SettingsError(f"{str(source)!r} is no backup of Bearing, or a damaged one ({error}).") from None
    if contents.format != _FORMAT:
        raise SettingsError(f"{str(source)!r} was made by a newer version of Bearing; restore it with that.")
    return contents


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.DatabaseError) as error:
        raise explained(path, error) from error
