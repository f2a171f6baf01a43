"""Which document replaced which, from what their authors wrote under `superseded_by`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from copilot.retrieval.types import DocumentInfo


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
    found = {id: _named(id, reference, names) for id, reference in references.items() if reference}
    in_time = {id: by for id, by in found.items() if by and not _is_earlier(infos[by], infos[id])}
    return {id: _successor(id, str(references[id]), by, in_time, infos) for id, by in found.items()}


def _successor(
    id: str, reference: str, by: str | None, in_time: Mapping[str, str], infos: Mapping[str, DocumentInfo]
) -> Successor:
    if by is None:
        return Successor(
            reference,
            remark=f"superseded_by names {reference!r}, which is no document here, so no day finds this version; "
            "add that document, or correct the name",
        )
    # The last of a circle that dates cut open is in force; one that nothing cuts would leave none in force.
    if id not in in_time or id in _chain(by, in_time):
        return Successor(
            None,
            remark=f"superseded_by names {by!r}, which begins no later than it or was replaced by it itself, so this "
            "version counts as in force; correct it",
        )
    effective = infos[by].effective
    undated = f"{by!r}, which replaced it, has no effective day, so no day finds this version; give it one"
    return Successor(by, effective, "" if effective else undated)


def _is_earlier(successor: DocumentInfo, replaced: DocumentInfo) -> bool:
    if successor.id == replaced.id:
        return True
    return bool(successor.effective and replaced.effective and successor.effective <= replaced.effective)


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
