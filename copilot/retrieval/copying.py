"""A copy of the index for another machine to read, brought up to date by copying again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from copilot.errors import KnowledgeError
from copilot.retrieval.index import COPIED, chroma_folder, index_folder, locked, manifest_path, words_folder
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.snapshot import EXACT_LIMIT


def copy_index(state_dir: Path, target: Path) -> int:
    """Copy what a reader needs into the state folder `target`; the bytes of keywords that were new there.

    Readers of the copy see the old or the new state, and follow without a restart. The vectors of a large index must
    be on a Chroma server: an embedded one is not copied.
    """
    if not manifest_path(state_dir).is_file():
        raise KnowledgeError("There is no index to copy yet; run `bearing index`.")
    with locked(state_dir), closing(Manifest(manifest_path(state_dir), create=False)) as manifest:
        if manifest.counts()["chunks"] > EXACT_LIMIT and not manifest.meta("vectors_at"):
            raise KnowledgeError("An index of this size needs its vectors on a Chroma server before it can be copied.")
        generation = manifest.meta("generation")
        folder = index_folder(target)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / COPIED).is_file() and manifest_path(target).is_file():
            raise KnowledgeError(f"{target} holds an index of its own; name a folder for the copy alone.")
        (folder / COPIED).write_text(str(state_dir))
        copied = _copy_words(words_folder(state_dir, generation), words_folder(target, generation))
        if (owner := chroma_folder(state_dir) / "collection").is_file():
            chroma_folder(target).mkdir(exist_ok=True)
            shutil.copyfile(owner, chroma_folder(target) / owner.name)
        _copy_manifest(manifest_path(state_dir), manifest_path(target))
    for old in folder.glob("words-*"):
        if old != words_folder(target, generation):
            shutil.rmtree(old)
    return copied


def _copy_words(source: Path, target: Path) -> int:
    """Files of an earlier generation that stayed are taken from there."""
    if target.is_dir():
        return 0
    present = {path.name: path for folder in target.parent.glob("words-*") for path in folder.iterdir()}
    draft = target.with_name(f"draft-{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    copied = 0
    for path in source.iterdir():
        # Segments have names of their own for ever; the lists of them do not.
        if path.name in present and path.suffix != ".json":
            os.link(present[path.name], draft / path.name)
        else:
            shutil.copyfile(path, draft / path.name)
            copied += path.stat().st_size
    draft.rename(target)
    return copied


def _copy_manifest(source: Path, target: Path) -> None:
    draft = target.with_name(f"draft-{target.name}")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(draft)) as copy:
        original.backup(copy)
        # Without a log beside it, so that the file can be exchanged in one step.
        copy.execute("PRAGMA journal_mode = DELETE")
    draft.replace(target)
