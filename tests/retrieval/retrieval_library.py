"""A workspace of documents with its index, as the tests of this folder use it."""

from dataclasses import dataclass
from pathlib import Path

from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.retrieval.types import ScoredChunk, SyncReport
from copilot.types import Viewer
from copilot.workspace import Workspace

CORPUS = Path(__file__).parents[1] / "fixtures" / "corpus"


@dataclass
class Library:
    root: Path
    state: Path
    retriever: Retriever

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sync(self) -> SyncReport:
        return sync(Workspace.open(self.root), None, self.state)

    def search(self, query: str, *labels: str, top_k: int = 8) -> list[ScoredChunk]:
        return self.retriever.search(query, Viewer(labels=frozenset(labels)), top_k)

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.state.rglob("*")) if path.is_file())
