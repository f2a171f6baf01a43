"""One state of the index, as a reader sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from tempfile import gettempdir
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from copilot.errors import KnowledgeError, StateError
from copilot.retrieval import buckets
from copilot.retrieval.embedder import Vectors
from copilot.retrieval.entries import FOREVER, Scope
from copilot.retrieval.fusion import Numbers
from copilot.retrieval.index import chroma_folder, words_folder
from copilot.retrieval.manifest import VERSION, Manifest
from copilot.retrieval.states import Booleans, Columns, Successor
from copilot.retrieval.types import Chunk
from copilot.state.database import explained
from copilot.types import Viewer

if TYPE_CHECKING:
    from copilot.retrieval.lexical import LexicalIndex
    from copilot.retrieval.vectors import ChromaVectors

EXACT_LIMIT = 10_000
"""Up to so many chunks all vectors are compared: 15 MB, nothing approximate, and no chromadb to import first.
Beyond, Chroma searches."""


class Outdated(Exception):
    """A sync has made another generation meanwhile; what was read is to be read again."""


class Snapshot:
    """A generation of the index, whole; once a sync has made another, `is_current` tells."""

    def __init__(
        self, state_dir: Path, manifest: Manifest, generation: str, exact_limit: int, chroma_url: str | None = None
    ) -> None:
        self.manifest = manifest
        self.generation = generation
        self.columns: Columns = manifest.columns()
        few = len(self.columns.numbers) <= exact_limit
        self.vectors: Vectors | None = manifest.vectors() if few else None
        """Every vector in order of number, where there are few enough; otherwise Chroma is asked."""
        self._state_dir = state_dir
        self._chroma_url = chroma_url
        self._words: dict[frozenset[str], LexicalIndex] = {}
        self._opening = Lock()
        self.words()

    def is_current(self) -> bool:
        return self.manifest.meta("generation") == self.generation

    def close(self) -> None:
        if "chroma" in self.__dict__:
            self.chroma.close()

    def words(self, labels: frozenset[str] = frozenset()) -> LexicalIndex:
        """The keywords of what the holder of these labels may see.

        Raises Outdated when this generation is gone, and StateError when it is damaged.
        """
        held = labels & {label for label in self.columns.labels.values if label}
        with self._opening:
            if held not in self._words:
                try:
                    self._words[held] = buckets.opened(words_folder(self._state_dir, self.generation), held)
                except ValueError:
                    # A sync that ended meanwhile has removed the keywords of this generation.
                    if not self.is_current():
                        raise Outdated from None
                    raise StateError(
                        "The keywords of the index are damaged: `bearing doctor --repair` builds them anew."
                    ) from None
                except OSError as error:
                    raise explained(Path(gettempdir()), error) from error
            return self._words[held]

    @cached_property
    def chroma(self) -> ChromaVectors:
        from copilot.retrieval.vectors import ChromaVectors

        if self.manifest.meta("vectors_at") != (self._chroma_url or ""):
            raise KnowledgeError("The vectors of the index are kept elsewhere; run `bearing index`.")
        return ChromaVectors(chroma_folder(self._state_dir), self._chroma_url)

    @cached_property
    def row_of(self) -> Mapping[int, int]:
        return {number: row for row, number in enumerate(self.columns.numbers.tolist())}

    @cached_property
    def phrases(self) -> Mapping[str, Vectors]:
        """Texts beside the documents that questions are compared with, and their vectors."""
        return {text: np.frombuffer(blob, dtype=np.float32) for text, blob in self.manifest.phrases().items()}

    @cached_property
    def _near_duplicates(self) -> Mapping[int, int]:
        return self.manifest.near_duplicates()

    @cached_property
    def _duplicates_by_first(self) -> Mapping[int, list[int]]:
        groups: dict[int, list[int]] = {}
        for number, first in self._near_duplicates.items():
            groups.setdefault(first, []).append(number)
        return groups

    def one_of_each(self, numbers: Sequence[int]) -> list[int]:
        """The numbers in their order; of those that say the same only the first."""
        best: dict[int, int] = {}
        for number in numbers:
            best.setdefault(self._near_duplicates.get(number, number), number)
        return list(best.values())

    def copies(self, number: int, scope: Scope) -> tuple[Chunk, ...]:
        """The other chunks that say the same, those that a query may see."""
        if number not in self._near_duplicates:
            return ()
        visible = self.visible(scope)
        others = (other for other in self._duplicates_by_first[self._near_duplicates[number]] if other != number)
        found = self.manifest.chunks([other for other in others if visible[self.row_of[other]]])
        return tuple(sorted(found.values(), key=lambda chunk: (chunk.document_id, chunk.position)))

    @cached_property
    def _successors(self) -> Mapping[str, Successor]:
        return self.manifest.successors()

    def successor(self, document: str, viewer: Viewer) -> Successor | None:
        """The next version of a document that a viewer may see; None where none has replaced it for them."""
        seen: set[str] = set()
        while (by := self._successors.get(document)) is not None and document not in seen:
            if viewer.may_see(by.label):
                return by
            seen.add(document)
            document = by.id
        return None

    def still_valid(self, viewer: Viewer, day: int) -> frozenset[str]:
        """The documents that a version which the viewer may not see has replaced, and on that day no other."""
        withheld = (id for id, by in self._successors.items() if not viewer.may_see(by.label))
        return frozenset(
            id
            for id in withheld
            if (by := self.successor(id, viewer)) is None or (by.effective and day < by.effective.toordinal())
        )

    def vectors_of(self, numbers: Sequence[int]) -> Numbers:
        """One row a number, in double precision: the last bits of a float32 product depend on its size."""
        if self.vectors is None:
            found = self.manifest.vectors_of(numbers)
        else:
            found = self.vectors[[self.row_of[number] for number in numbers]]
        return found.astype(np.float64)

    def visible(self, scope: Scope) -> Booleans:
        """Which rows a query may see."""
        columns = self.columns
        visible = columns.labels.isin({None, *scope.labels})
        still_valid = columns.documents.isin(scope.still_valid)
        if scope.as_of is None:
            visible &= (columns.superseded == FOREVER) | still_valid
        else:
            visible &= (columns.effective <= scope.as_of) & ((scope.as_of < columns.superseded) | still_valid)
        if scope.kind is not None:
            visible &= columns.kinds.isin({scope.kind})
        if scope.documents is not None:
            visible &= columns.documents.isin(scope.documents)
        return visible


def open_snapshot(
    state_dir: Path, manifest: Manifest, exact_limit: int, chroma_url: str | None = None
) -> Snapshot | None:
    """The index as it is now, or None where nothing has been indexed yet."""
    version = manifest.version()
    if version is not None and version != VERSION:
        raise KnowledgeError("The index was made by another version of Bearing; run `bearing index`.")
    while version is not None and (generation := manifest.meta("generation")) != "0":
        with suppress(Outdated):
            snapshot = Snapshot(state_dir, manifest, generation, exact_limit, chroma_url)
            if snapshot.is_current():
                return snapshot
    return None
