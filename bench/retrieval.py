"""Search compared: our parts, ours whole, LangChain's recipe and Haystack's, all with the same embedding model.

Run `python bench/retrieval.py DIR…` with folders in BEIR form (`corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv`). The
shipped workspace with its own questions is always measured too. One row a system: nDCG@10, recall@10, and the median
CPU milliseconds of a question with its embedding. Peers that are not installed are named with what installs them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import yaml
from judged import Collection, Text, first_of_each, judge, read_beir, read_workspace

from copilot.retrieval import fusion
from copilot.retrieval.embedder import Embedder
from copilot.retrieval.entries import Scope
from copilot.retrieval.fusion import Candidates, Numbers
from copilot.retrieval.index import manifest_path
from copilot.retrieval.manifest import Manifest
from copilot.retrieval.ranking import DEPTH, rank
from copilot.retrieval.snapshot import EXACT_LIMIT, Snapshot, open_snapshot
from copilot.retrieval.sync import sync
from copilot.retrieval.types import Chunk
from copilot.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
PEERS = ("langchain_chroma", "langchain_text_splitters", "langchain_community", "rank_bm25", "haystack")
INSTALL = "pip install langchain-chroma langchain-text-splitters langchain-community rank-bm25 haystack-ai"
Search = Callable[[str], list[Text]]


@dataclass(frozen=True)
class Row:
    system: str
    ndcg_10: float
    recall_10: float
    cpu_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    own = "retrieval" if (ROOT / "evals" / "datasets" / "retrieval.yaml").is_file() else "dev"
    collections = [read_beir(folder) for folder in parser.parse_args().folders]
    for collection in [*collections, read_workspace(ROOT / "knowledge", own)]:
        print(f"\n{collection.name}: {len(collection.texts)} documents, {len(collection.questions)} questions")
        print(f"{'':34}{'nDCG@10':>9}{'recall@10':>11}{'CPU ms p50':>12}")
        for row in measured(collection):
            print(f"{row.system:34}{row.ndcg_10:9.4f}{row.recall_10:11.4f}{row.cpu_ms:12.1f}", flush=True)
        if missing := [name for name in PEERS if find_spec(name) is None]:
            print(f"LangChain's and Haystack's recipes: not installed ({', '.join(missing)}); {INSTALL}")


def measured(collection: Collection) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        snapshot = indexed(collection, Path(folder))
        yield from (row(name, collection, search) for name, search in our_searches(snapshot, collection).items())
        if all(find_spec(name) for name in PEERS):
            from retrieval_peers import searches

            for name, search in searches(collection, Path(folder) / "peers").items():
                yield row(name, collection, search)


def row(system: str, collection: Collection, search: Search) -> Row:
    seconds, results = [], []
    for question in collection.questions:
        began = time.process_time()
        results.append(search(question))
        seconds.append(time.process_time() - began)
    quality = judge(results, list(collection.questions.values()))
    return Row(system, quality.ndcg_10, quality.recall_10, statistics.median(seconds) * 1000)


def indexed(collection: Collection, folder: Path) -> Snapshot:
    """The collection as a workspace, read and indexed the way any workspace is."""
    root, state = folder / "workspace", folder / "state"
    state.mkdir()
    if collection.is_workspace:
        root = collection.root
    else:
        for text in collection.texts:
            path = root / file_name(text.document)
            path.parent.mkdir(parents=True, exist_ok=True)
            front = yaml.safe_dump({"title": text.title}) if text.title else ""
            path.write_text(f"---\n{front}---\n{text.body}\n", encoding="utf-8")
    sync(Workspace.open(root), None, state)
    snapshot = open_snapshot(state, Manifest(manifest_path(state), create=False), EXACT_LIMIT)
    assert snapshot is not None
    return snapshot


def file_name(document: str) -> str:
    # An identifier may hold what no file name may.
    return f"{document.encode().hex()}.md"


def plain(found: Candidates, _question: Numbers, depth: int) -> Numbers:
    """The mean of the two searches' z-scores, the recipe to be better than."""
    legs = fusion.z_scores(found, depth)
    return (legs.by_word + legs.by_meaning) / 2


def our_searches(snapshot: Snapshot, collection: Collection) -> Mapping[str, Search]:
    documents = [text.document for text in collection.texts]
    names = {name if collection.is_workspace else file_name(name): name for name in documents}
    scope = Scope(labels=frozenset(filter(None, snapshot.columns.labels.values)))

    def texts(chunks: Sequence[Chunk]) -> list[Text]:
        found = [Text(names[chunk.document_id], chunk.title, chunk.text) for chunk in chunks]
        return found if collection.is_workspace else first_of_each(found)

    def keywords(question: str) -> list[Text]:
        numbers = [match.number for match in snapshot.words(scope.labels).search(question, scope, DEPTH)]
        chunks = snapshot.manifest.chunks(numbers)
        return texts([chunks[number] for number in numbers])

    def ranked(fuse: Callable[[Candidates, Numbers, int], Numbers]) -> Search:
        embedder = Embedder()
        return lambda q: texts([s.chunk for s in rank(snapshot, q, embedder, scope, DEPTH, fuse=fuse)])

    return {
        "keywords alone (BM25, tantivy)": keywords,
        "vectors alone (MiniLM int8)": ranked(lambda found, _question, _depth: found.cosines),
        "plain z-score fusion": ranked(plain),
        "Bearing": ranked(fusion.fuse),
    }


if __name__ == "__main__":
    main()
