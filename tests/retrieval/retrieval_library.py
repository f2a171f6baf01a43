"""A workspace of documents with its index, as the tests of this folder use it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from copilot.retrieval.retriever import Retriever
from copilot.retrieval.snapshot import EXACT_LIMIT
from copilot.retrieval.sync import sync
from copilot.retrieval.types import ScoredChunk, SyncReport
from copilot.types import Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).parents[1] / "fixtures" / "corpus"

on_a_server_too = pytest.mark.parametrize("vectors_at", ["embedded", "server"], indirect=True)
"""Runs a test twice: with the vectors of its library in the state folder, and on a Chroma server."""


@dataclass
class Library:
    root: Path
    state: Path
    retriever: Retriever
    chroma_url: str | None = None

    def beside(self) -> Library:
        """The same documents, to be indexed from nothing."""
        state = self.state.parent / "fresh"
        state.mkdir()
        return Library(self.root, state, self.retriever, self.chroma_url)

    def reader(self, exact_limit: int = EXACT_LIMIT) -> Retriever:
        return Retriever(self.state, exact_limit=exact_limit, chroma_url=self.chroma_url)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sync(self) -> SyncReport:
        return sync(Workspace.open(self.root), None, self.state, chroma_url=self.chroma_url)

    def search(self, query: str, *labels: str, top_k: int = 8) -> list[ScoredChunk]:
        return self.retriever.search(query, Viewer(labels=frozenset(labels)), top_k)

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.state.rglob("*")) if path.is_file())
