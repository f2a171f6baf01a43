"""The keyword index in buckets, so that a changed document rewrites one of them and not the whole.

A generation is a folder that holds one or more segments of tantivy for each bucket of documents and each access label
in it. The next generation links the segments of the buckets that stayed, writes those that did not, and lists them all
in `meta.json`, as tantivy does. A segment never holds a deleted text, so the word statistics, and with them every
score, are those of an index that was built at once; a view of some labels has those of an index without the others.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from copilot.errors import StateError
from copilot.retrieval.entries import Entry, written

if TYPE_CHECKING:
    from copilot.retrieval.lexical import LexicalIndex

Segment = dict[str, object]
"""As tantivy describes it."""
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


def opened(folder: Path, labels: Collection[str] | None = None) -> LexicalIndex:
    """A generation, of which labels leave only what may be seen with those; the rest counts in no statistics of words.

    Raises ValueError where there is no complete generation, and OSError when no temporary file can be written.
    """
    # Here, so that a run without changes does not load tantivy.
    from copilot.retrieval.lexical import LexicalIndex

    # A reader locks a file in its folder, and the generation may be where nothing can be written.
    view = TemporaryDirectory(prefix="bearing-words-", ignore_cleanup_errors=True)
    try:
        _view(folder, Path(view.name), labels)
        return LexicalIndex(Path(view.name))
    finally:
        view.cleanup()
        # The watcher that tantivy starts before it is told not to may have locked the folder while it was emptied.
        view.cleanup()


def _view(folder: Path, target: Path, labels: Collection[str] | None) -> None:
    """Makes an empty folder an index of what the holder of the labels may see."""
    lost = ValueError(f"{str(folder)!r} holds no keywords")
    if not (listed := _listed(folder)):
        raise lost
    visible = None if labels is None else {written(None), *map(written, labels)}
    chosen = [
        segment
        for bucket in listed
        for label, segments in bucket.items()
        if visible is None or label in visible
        for segment in segments
    ]
    try:
        _link(folder, target, chosen, os.symlink)
        meta = json.loads((folder / _META).read_text())
    except FileNotFoundError:
        # A later generation has taken its place meanwhile.
        raise lost from None
    (target / _META).write_text(json.dumps(meta | {"segments": chosen}))


def _listed(folder: Path) -> list[dict[str, list[Segment]]]:
    try:
        listed: list[dict[str, list[Segment]]] = json.loads((folder / _BUCKETS).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return []
    return listed if (folder / _META).is_file() else []


def write(folder: Path, count: int, rewritten: Mapping[int, Iterable[Entry]], previous: Path) -> None:
    """A complete generation in a new folder: the buckets given, and the others as they are in `previous`."""
    folder.mkdir(parents=True)
    old = _listed(previous) if len(rewritten) < count else []
    listed: list[dict[str, list[Segment]]] = []
    meta: dict[str, object] = {}
    for bucket in range(count):
        if bucket in rewritten:
            listed.append({})
            for label, entries in _by_label(rewritten[bucket]).items():
                meta, listed[-1][label] = _built(folder, entries)
        else:
            listed.append(old[bucket])
            _link(previous, folder, [segment for segments in old[bucket].values() for segment in segments], os.link)
    meta = meta or json.loads((previous / _META).read_text())
    (folder / _BUCKETS).write_text(json.dumps(listed))
    meta["segments"] = [segment for bucket in listed for segments in bucket.values() for segment in segments]
    (folder / _META).write_text(json.dumps(meta))


def _by_label(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {written(None): []}
    for entry in entries:
        found.setdefault(written(entry.chunk.label), []).append(entry)
    return found


def _built(folder: Path, entries: Iterable[Entry]) -> tuple[dict[str, object], list[Segment]]:
    """Adds segments of these entries to a folder: tantivy's description of an index of them, and the segments."""
    # Here, so that a run without changes does not load tantivy.
    from copilot.retrieval import lexical

    part = folder / "part"
    try:
        lexical.build(part, entries)
    except ValueError as error:
        # How tantivy says that it could not write a file.
        raise StateError(
            f"The keywords in {str(folder)!r} cannot be written ({error}): free some space and try again; "
            "the index that was there still answers."
        ) from None
    meta = json.loads((part / _META).read_text())
    _move(part, folder)
    return meta, meta["segments"]


def _move(part: Path, folder: Path) -> None:
    for path in part.iterdir():
        if not path.name.startswith(".") and path.name != _META:
            path.rename(folder / path.name)
    shutil.rmtree(part)


def _link(source: Path, target: Path, segments: Iterable[Segment], link: Callable[[Path, Path], None]) -> None:
    names = {str(segment["segment_id"]).replace("-", "") for segment in segments}
    for path in source.iterdir():
        if path.stem in names:
            try:
                link(path.absolute(), target / path.name)
            except OSError:
                # Some folders know no links.
                shutil.copy2(path, target / path.name)
