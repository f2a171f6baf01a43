"""Questions with the passages that answer them: a folder in BEIR form, or a workspace with a set of samples."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from evals.samples import load
from evals.scorers.retrieval import gains, ndcg, recall


@dataclass(frozen=True)
class Text:
    """A document, or what a search returned of one."""

    document: str
    title: str
    body: str


@dataclass(frozen=True)
class Gold:
    document: str
    quote: str
    """Empty where the whole document is the answer."""
    grade: int

    def is_in(self, found: Text) -> bool:
        return self.document == found.document and folded(self.quote) in folded(found.body)


@dataclass(frozen=True)
class Collection:
    name: str
    root: Path
    is_workspace: bool
    """Whether `root` holds the documents' own files."""
    texts: tuple[Text, ...]
    questions: Mapping[str, tuple[Gold, ...]]


def folded(text: str) -> str:
    return " ".join(re.sub(r"[*_`>#|]", " ", text.casefold()).split())


def read_beir(folder: Path) -> Collection:
    """`corpus.jsonl`, `queries.jsonl` and the judgements of `qrels/test.tsv`, or of the first file there."""
    texts = tuple(
        Text(str(row["_id"]), str(row.get("title") or ""), str(row["text"])) for row in _lines(folder / "corpus.jsonl")
    )
    queries = {str(row["_id"]): str(row["text"]) for row in _lines(folder / "queries.jsonl")}
    files = sorted((folder / "qrels").glob("*.tsv"), key=lambda path: (path.name != "test.tsv", path.name))
    golds: dict[str, list[Gold]] = {}
    with files[0].open(encoding="utf-8", newline="") as file:
        for query, document, grade in list(csv.reader(file, delimiter="\t"))[1:]:
            if int(grade) > 0 and query in queries:
                golds.setdefault(queries[query], []).append(Gold(document, "", int(grade)))
    return Collection(folder.name, folder, False, texts, {question: tuple(found) for question, found in golds.items()})


def read_workspace(root: Path, dataset: str) -> Collection:
    """The Markdown documents of a workspace, and the samples of a dataset that name their passages."""
    texts = []
    for path in sorted(root.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        front = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
        title = re.search(r"^title: (.+)$", front[1], re.MULTILINE) if front else None
        body = text[front.end() :] if front else text
        texts.append(Text(path.relative_to(root).as_posix(), title[1] if title else "", body))
    questions = {
        sample.question: tuple(Gold(p.document, p.quote, p.grade) for p in sample.passages)
        for sample in load(dataset).samples
        if sample.passages
    }
    return Collection(f"{root.name} ({dataset})", root, True, tuple(texts), questions)


def _lines(path: Path) -> Iterable[Mapping[str, object]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def first_of_each(found: Sequence[Text]) -> list[Text]:
    """Documents in the order of their first piece."""
    first: dict[str, Text] = {}
    for text in found:
        first.setdefault(text.document, text)
    return list(first.values())


@dataclass(frozen=True)
class Quality:
    """Means over the questions of a collection."""

    ndcg_10: float
    recall_10: float


def judge(results: Sequence[Sequence[Text]], golds: Sequence[Sequence[Gold]]) -> Quality:
    """How good the results of each question are, by the same mathematics as the evaluation's scorer."""
    ndcgs, recalls = [], []
    for found, wanted in zip(results, golds, strict=True):
        grades = [gold.grade for gold in wanted]
        held = [frozenset(i for i, gold in enumerate(wanted) if gold.is_in(text)) for text in found[:10]]
        ndcgs.append(ndcg(gains(held, grades), grades))
        recalls.append(recall(held, grades))
    return Quality(fmean(ndcgs), fmean(recalls))
