"""The keyword index in buckets, so that a changed document rewrites one of them and not the whole.

A generation is a folder that holds one or more segments of tantivy for each bucket of documents. The next
generation links the segments of the buckets that stayed, writes those that did not, and lists them all in
`meta.json`, as tantivy does. A segment never holds a deleted text, so the word statistics, and with them every
score, are those of an index that was built at once.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from copilot.errors import StateError
from copilot.retrieval.entries import Entry

_META = "meta.json"
_BUCKETS = "buckets.json"
# About 0.25 s of CPU to rewrite one, and 32 of them at 100,000 chunks, which a query reads in about 4 ms.
_FULL = 4_000
# Each bucket costs every query a little, so beyond 250,000 chunks they grow instead.
_MOST = 64


def count_for(chunks: int, present: int) -> int:
    """How many buckets that many chunks need; as many as there are while these are neither crowded nor empty."""
    if present and chunks <= present * _FULL * 1.5 and (present == 1 or chunks >= present * _FULL / 4):
        return present
    count = 1
    while count < _MOST and chunks > count * _FULL:
        count *= 2
    return count


def present_count(folder: Path) -> int:
    """The buckets of a generation; 0 when it is not there or not complete."""
    return len(_listed(folder))


def _listed(folder: Path) -> list[list[dict[str, object]]]:
    try:
        listed: list[list[dict[str, object]]] = json.loads((folder / _BUCKETS).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return []
    return listed if (folder / _META).is_file() else []


def write(folder: Path, count: int, rewritten: Mapping[int, Iterable[Entry]], previous: Path) -> None:
    """A complete generation in a new folder: the buckets given, and the others as they are in `previous`."""
    # Here, so that a run without changes does not load tantivy.
    from copilot.retrieval import lexical

    folder.mkdir(parents=True)
    old = _listed(previous) if len(rewritten) < count else []
    segments: list[list[dict[str, object]]] = []
    meta: dict[str, object] = {}
    for bucket in range(count):
        if bucket in rewritten:
            part = folder / f"part-{bucket}"
            try:
                lexical.build(part, rewritten[bucket])
            except ValueError as error:
                # How tantivy says that it could not write a file.
                raise StateError(
                    f"The keywords in {str(folder)!r} cannot be written ({error}): free some space and try again; "
                    "the index that was there still answers."
                ) from None
            meta = json.loads((part / _META).read_text())
            segments.append(meta["segments"])  # type: ignore[arg-type]  # tantivy's own list
            _move(part, folder)
        else:
            segments.append(old[bucket])
            _link(previous, folder, old[bucket])
    meta = meta or json.loads((previous / _META).read_text())
    (folder / _BUCKETS).write_text(json.dumps(segments))
    meta["segments"] = [segment for listed in segments for segment in listed]
    (folder / _META).write_text(json.dumps(meta))


def _move(part: Path, folder: Path) -> None:
    for path in part.iterdir():
        if not path.name.startswith(".") and path.name != _META:
            path.rename(folder / path.name)
    shutil.rmtree(part)


def _link(source: Path, target: Path, segments: Iterable[Mapping[str, object]]) -> None:
    names = {str(segment["segment_id"]).replace("-", "") for segment in segments}
    for path in source.iterdir():
        if path.stem in names:
            try:
                os.link(path, target / path.name)
            except OSError:
                # Some shared folders know no links.
                shutil.copy2(path, target / path.name)
