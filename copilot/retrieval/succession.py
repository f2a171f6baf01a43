"""Which document replaced which, from what their authors wrote under `superseded_by`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from copilot.retrieval.types import DocumentInfo

_UNKNOWN = "which is no document here, so no day finds this version; add that document, or correct the name"
_BACK = "back to this version, so it counts as in force; correct it"
_UNDATED = "has no effective day, so no day finds this version; give it one"
_EARLIER = "begins before it, so no day finds this version; correct the days"


@dataclass(frozen=True)
class Successor:
    id: str | None
    """What its author wrote when no document is called so; None where it counts as not replaced."""
    effective: date | None = None
    remark: str = ""
    """What its owner should mend."""


def successors(infos: Mapping[str, DocumentInfo], references: Mapping[str, str | None]) -> dict[str, Successor]:
    """What replaced each document that names a successor."""
    names = _names(infos.values())
    named = {id: (reference, _named(id, reference, names)) for id, reference in references.items() if reference}
    links = {id: by for id, (_, by) in named.items() if by}
    onward = {id: by for id, by in links.items() if not _is_earlier(infos[by], infos[id])}
    found = {}
    for id, (reference, by) in named.items():
        if by is None:
            found[id] = Successor(reference, remark=f"superseded_by names {reference!r}, {_UNKNOWN}")
        # Days cut a circle open behind its last version; one that they do not cut would leave none in force.
        elif id in _chain(by, links) and (id not in onward or id in _chain(by, onward)):
            found[id] = Successor(None, remark=f"superseded_by leads by way of {by!r} {_BACK}")
        else:
            found[id] = _successor(infos[id], infos[by])
    return found


def _successor(replaced: DocumentInfo, by: DocumentInfo) -> Successor:
    if by.effective is None:
        return Successor(by.id, remark=f"{by.id!r}, which replaced it, {_UNDATED}")
    remark = f"{by.id!r}, which replaced it, {_EARLIER}" if _is_earlier(by, replaced) else ""
    return Successor(by.id, by.effective, remark)


def _is_earlier(successor: DocumentInfo, replaced: DocumentInfo) -> bool:
    return bool(successor.effective and replaced.effective and successor.effective < replaced.effective)


def _chain(id: str, successor: Mapping[str, str]) -> Iterator[str]:
    seen: set[str] = set()
    while id not in seen:
        yield id
        seen.add(id)
        if id not in successor:
            return
        id = successor[id]


def _names(infos: Iterable[DocumentInfo]) -> dict[str, str]:
    """Every way in which an author may name a document, to its id."""
    names: dict[str, str] = {}
    for info in sorted(infos, key=lambda info: info.id):
        path = PurePosixPath(info.id)
        for name in (info.id, path.name, path.stem, info.title):
            names.setdefault(_plain(name), info.id)
    return names


def _named(id: str, reference: str, names: Mapping[str, str]) -> str | None:
    beside = (PurePosixPath(id).parent / reference).as_posix()
    return names.get(_plain(beside)) or names.get(_plain(reference))


def _plain(name: str) -> str:
    """Without capitals, and with accents as one character: macOS writes them as two."""
    return unicodedata.normalize("NFC", name).casefold()
