"""The peers of `bench/retrieval.py`, each with its defaults and our embedding model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from haystack import Document as HaystackDocument
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from judged import Collection, Text, first_of_each
from langchain_chroma import Chroma
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from copilot.retrieval.embedder import encode, encode_each

DEPTH = 100
_BATCH = 1000


class _MiniLM(Embeddings):
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in encode_each(texts)]

    def embed_query(self, text: str) -> list[float]:
        return encode(text).tolist()


def searches(collection: Collection, folder: Path) -> Mapping[str, Callable[[str], list[Text]]]:
    """LangChain's splitter, Chroma and ensemble; Haystack's two retrievers joined by reciprocal ranks."""
    whole = [
        Document(page_content=f"{text.title}\n{text.body}".strip(), metadata={"id": text.document, "title": text.title})
        for text in collection.texts
    ]
    pieces = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(whole)
    vectors = _MiniLM().embed_documents([piece.page_content for piece in pieces])
    chroma = _chroma(pieces, vectors, folder)
    words = BM25Retriever.from_documents(pieces, k=DEPTH)
    ensemble = EnsembleRetriever(retrievers=[words, chroma], weights=[0.5, 0.5])
    haystack = _haystack(pieces, vectors)

    def texts(found: list[Document]) -> list[Text]:
        results = [Text(d.metadata["id"], d.metadata["title"], d.page_content) for d in found]
        return results if collection.is_workspace else first_of_each(results)

    return {
        "LangChain: Chroma": lambda question: texts(chroma.invoke(question)),
        "LangChain: EnsembleRetriever": lambda question: texts(ensemble.invoke(question)),
        "Haystack: BM25 and vectors, RRF": lambda question: texts(haystack(question)),
    }


def _chroma(pieces: list[Document], vectors: list[list[float]], folder: Path) -> Any:
    store = Chroma("peers", _MiniLM(), persist_directory=str(folder))
    for start in range(0, len(pieces), _BATCH):
        batch = pieces[start : start + _BATCH]
        # The vectors are at hand, so the store need not make them a second time.
        store._collection.add(
            ids=[str(start + place) for place in range(len(batch))],
            embeddings=vectors[start : start + _BATCH],
            documents=[piece.page_content for piece in batch],
            metadatas=[piece.metadata for piece in batch],
        )
    return store.as_retriever(search_kwargs={"k": DEPTH})


def _haystack(pieces: list[Document], vectors: list[list[float]]) -> Callable[[str], list[Document]]:
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            HaystackDocument(id=str(place), content=piece.page_content, meta=piece.metadata, embedding=vector)
            for place, (piece, vector) in enumerate(zip(pieces, vectors, strict=True))
        ]
    )
    words = InMemoryBM25Retriever(store, top_k=DEPTH)
    nearest = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def search(question: str) -> list[Document]:
        by_word = words.run(query=question)["documents"]
        by_meaning = nearest.run(query_embedding=encode(question).tolist())["documents"]
        joined = joiner.run(documents=[by_word, by_meaning])["documents"]
        return [Document(page_content=d.content, metadata=d.meta) for d in joined]

    return search
