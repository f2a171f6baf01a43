"""The search as a LangChain retriever, for those who want it alone."""

from __future__ import annotations

from datetime import date
from typing import Literal

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from copilot.retrieval.retriever import Retriever
from copilot.retrieval.types import ScoredChunk
from copilot.types import Viewer


class LangChainRetriever(BaseRetriever):
    """What one viewer may find. A copy with other fields, `model_copy(update={…})`, shares the open index."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    viewer: Viewer = Viewer()
    top_k: int = 8
    as_of: date | None = None
    """Search what was in force on that day; by default today."""
    kind: Literal["passage", "record"] | None = None
    per_document: int | None = None
    """At most so many chunks of one document."""

    def similarity_search(self, query: str, k: int | None = None) -> list[Document]:
        """The best `k` chunks, as a LangChain vector store names this."""
        return [document for document, _ in self.similarity_search_with_score(query, k)]

    def similarity_search_with_score(self, query: str, k: int | None = None) -> list[tuple[Document, float]]:
        """The best `k` chunks in the order of the fused score, each with its cosine, -1 to 1."""
        found = self.retriever.search(
            query,
            self.viewer,
            self.top_k if k is None else k,
            as_of=self.as_of,
            kind=self.kind,
            per_document=self.per_document,
        )
        return [(_document(scored), scored.cosine) for scored in found]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return self.similarity_search(query)


def _document(scored: ScoredChunk) -> Document:
    chunk = scored.chunk
    return Document(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "source": chunk.document_id,
            "title": chunk.title,
            "heading_path": list(chunk.heading_path),
            "locator": chunk.locator,
            "effective": chunk.effective.isoformat() if chunk.effective else None,
            "superseded_on": chunk.superseded_on.isoformat() if chunk.superseded_on else None,
            "score": scored.score,
            "is_exact": scored.is_exact,
        },
    )
