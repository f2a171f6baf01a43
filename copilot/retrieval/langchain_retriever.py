"""The search as a LangChain retriever, for those who want it alone."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from copilot.retrieval.retriever import Retriever
from copilot.types import Viewer


class LangChainRetriever(BaseRetriever):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    viewer: Viewer
    top_k: int = 8

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                id=scored.chunk.id,
                page_content=scored.chunk.text,
                metadata={
                    "source": scored.chunk.document_id,
                    "title": scored.chunk.title,
                    "heading_path": list(scored.chunk.heading_path),
                    "locator": scored.chunk.locator,
                    "score": scored.score,
                },
            )
            for scored in self.retriever.search(query, self.viewer, self.top_k)
        ]
