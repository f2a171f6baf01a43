"""Documents and records that are kept elsewhere, brought into the folder of the workspace as they change there.

Documents come from a folder, from WebDAV or from whatever fsspec reaches by a URL, with the metadata files beside them,
so that their labels come along; records are the rows of a query. A feed replaces and removes what it brought, nothing
else.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from copilot.errors import CopilotError, KnowledgeError, SettingsError
from copilot.records.visibility import LABEL
from copilot.retrieval.loaders import SIDECAR, SUFFIXES
from copilot.settings import Settings
from copilot.upkeep.webdav import WEBDAV, WebdavFolder
from copilot.workspace import DocumentFeed, Feeds, RecordFeed, Workspace

if TYPE_CHECKING:
    from copilot.records.warehouse import Fetched

_KNOWN = "feeds.json"
# What stores call the version of a file; those that an entry has tell whether it is another one.
_VERSION = ("e_tag", "ETag", "etag", "version", "size", "mtime", "last_modified", "LastModified", "modified", "created")
# Reached by obstore, which needs no client of each.
_OBJECT_STORES = ("s3", "gs", "az", "abfs")

Known = dict[str, dict[str, str]]
"""Of each feed of documents, by its source and its folder, the version of each file that it brought."""


@dataclass(frozen=True)
class Pulled:
    """What one feed brought."""

    source: str
    changed: int = 0
    removed: int = 0
    error: str = ""
    """Why it brought nothing new; what it brought before is still there."""

    def __str__(self) -> str:
        return f"{self.source}: {self.error or f'{self.changed} brought, {self.removed} removed'}"


class _Folder(Protocol):
    """A folder elsewhere. KnowledgeError where it cannot be read, SettingsError where what that needs is missing."""

    def versions(self) -> dict[str, str]:
        """Of each file by its path below the top; empty where the store tells none, so that the file is read again."""

    def fetch(self, name: str, target: Path) -> None:
        """Puts the file in place, whole."""

    def close(self) -> None: ...


def pull(settings: Settings, feeds: Feeds | None = None) -> list[Pulled]:
    """Brings what has changed since the last time, in the order of the documents and then the records of `feeds`.

    Without `feeds` it brings all of the workspace. A feed that fails says so and leaves the others alone. Raises
    KnowledgeError when workspace.yaml cannot be read.
    """
    root = settings.workspace
    feeds = Workspace.open(root).config.feeds if feeds is None else feeds
    state = settings.workspace_state() / _KNOWN
    known: Known = json.loads(state.read_text(encoding="utf-8")) if state.is_file() else {}
    done = []
    for documents in feeds.documents:
        # Before a source could be brought to two folders its address alone was the key.
        brought = known.setdefault(documents.name, known.pop(documents.source, {}))
        done.append(_tried(documents.source, partial(_documents, documents, root, brought)))
        state.write_text(json.dumps(known), encoding="utf-8")
    for records in feeds.records:
        done.append(_tried(records.table, partial(_records, records, root, settings)))
    return done


def _tried(source: str, work: Callable[[], Pulled]) -> Pulled:
    try:
        return work()
    except CopilotError as error:
        return Pulled(source, error=str(error))


def _documents(feed: DocumentFeed, root: Path, brought: dict[str, str]) -> Pulled:
    """`brought` is brought up to date file by file, so that a run that ends early is gone on with."""
    with closing(_opened(feed)) as folder:
        there = {name: version for name, version in folder.versions().items() if _is_wanted(name)}
        if not there:
            raise KnowledgeError("it holds no document; what it brought before is left as it is")
        changed = removed = 0
        # What says who may see a document comes before it and goes after it.
        for name in sorted(there, key=lambda name: (not name.endswith(SIDECAR), name)):
            target = root / feed.to / name
            if not there[name] or brought.get(name) != there[name] or not target.is_file():
                folder.fetch(name, target)
                brought[name] = there[name]
                changed += 1
    for name in sorted(brought.keys() - there.keys(), key=lambda name: (name.endswith(SIDECAR), name)):
        (root / feed.to / name).unlink(missing_ok=True)
        del brought[name]
        removed += 1
    return Pulled(feed.source, changed, removed)


def _opened(feed: DocumentFeed) -> _Folder:
    if feed.source.startswith(WEBDAV):
        return WebdavFolder(feed.source, feed.options)
    return _Store(feed.source, feed.options)


class _Store:
    """A folder wherever fsspec reaches."""

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        try:
            import fsspec
            from obstore.exceptions import BaseError
            from obstore.fsspec import register
        except ImportError as error:
            raise SettingsError(f'{error.name} is not installed: pip install "bearing[feeds]".') from None
        register(_OBJECT_STORES)
        # How fsspec, the stores behind it and the protocols say that they could not do it.
        self._faults = (OSError, ValueError, ImportError, BaseError)
        try:
            self._files, top = fsspec.url_to_fs(url, **options)
        except self._faults as error:
            raise _unreadable(error) from None
        self._top = top.rstrip("/")

    def versions(self) -> dict[str, str]:
        try:
            # fsspec remembers stores and what they listed for as long as the process runs.
            self._files.invalidate_cache()
            found = self._files.find(self._top, detail=True)
        except self._faults as error:
            raise _unreadable(error) from None
        return {path.removeprefix(self._top).lstrip("/"): _version(about) for path, about in found.items()}

    def close(self) -> None:
        """Stores stay open for the next time; fsspec keeps them."""

    def fetch(self, name: str, target: Path) -> None:
        part = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._files.get_file(f"{self._top}/{name}", str(part))
            part.replace(target)
        except self._faults as error:
            raise _unreadable(error) from None


def _unreadable(error: Exception) -> KnowledgeError:
    words = " ".join(str(error).split())
    return KnowledgeError(f"cannot be brought here ({words or type(error).__name__})")


def _is_wanted(name: str) -> bool:
    """What can be indexed, and what says something of it, below folders that no name leads out of."""
    parts = PurePosixPath(name).parts
    is_plain = all(not part.startswith((".", "~$")) and not set(part) & {"\\", ":"} for part in parts)
    return bool(parts) and is_plain and (name.endswith(SIDECAR) or PurePosixPath(name).suffix.lower() in SUFFIXES)


def _version(about: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={about[name]}" for name in _VERSION if about.get(name) is not None)


def _records(feed: RecordFeed, root: Path, settings: Settings) -> Pulled:
    from copilot.records.warehouse import Warehouse

    if settings.warehouse_url is None:
        raise SettingsError("needs the address of its database in BEARING_WAREHOUSE_URL")
    with closing(Warehouse(settings.warehouse_url.get_secret_value(), {})) as database:
        found = database.read(feed.query)
    target = root / "records" / f"{feed.table}.csv"
    if LABEL not in found.names and LABEL in _header(target):
        raise KnowledgeError(
            f"the query gives no {LABEL!r}, which the table has; without it everyone would see all rows"
        )
    return Pulled(feed.table, changed=int(_replace(target, found)))


def _header(path: Path) -> list[str]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _replace(target: Path, found: Fetched) -> bool:
    """Puts the rows in place of those that were there; whether they are others."""
    target.parent.mkdir(exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(found.names)
        writer.writerows(found.rows)
    if target.is_file() and part.read_bytes() == target.read_bytes():
        part.unlink()
        return False
    part.replace(target)
    return True
