"""Public questions whose answering sentences people marked, as passages to search and questions to ask.

A set is read from a folder of prepared files (one question a line, `candidates` = [heading, sentence, 1 where it
answers, else 0]), from a file of ClapNQ's form (`passages` with sentences, `output` with the selected ones), or from
`training/data/qa`. Nothing of the public ones is kept here; a set that is absent is left out.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from copilot.passages.units import Unit
from copilot.records.store import Records
from copilot.retrieval.index import manifest_path
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import sync
from copilot.sources import Sources
from copilot.types import Evidence
from copilot.workspace import Workspace

SEED = 11
QUESTIONS = 300
MOST_SENTENCES = 12
# Where people marked sentences of what they were shown; sizes keep the encoding of a set under two minutes.
PASSAGES = {"selqa": 600, "covidqa": 500, "pubmedqa": 400, "clapnq_train": 800, "squad_nqg": 600, "xquad": 600}


@dataclass(frozen=True)
class Marked:
    """A question and the sentences that answer it; none where nobody found any."""

    text: str
    gold: tuple[str, ...]


@dataclass
class MarkedSet:
    name: str
    passages: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Sentences of each passage, and its title."""
    questions: list[Marked] = field(default_factory=list)

    def add(self, title: str, sentences: list[str]) -> None:
        self.passages.setdefault(tuple(sentences), title)


def as_it_stands(unit: Unit, passages: Sequence[Evidence]) -> str:
    """The words of a unit as its passage has them: those of a table's row without the names of its columns."""
    if unit.kind != "row":
        return unit.text
    return next(e.text[unit.start : unit.end] for e in passages if e.id == unit.evidence)


def folded(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def read(path: Path) -> MarkedSet:
    """The set of a file: 300 questions drawn with a fixed seed, among the passages of more."""
    name = path.name.removesuffix(".gz").removesuffix(".jsonl")
    raw = path.read_bytes()
    rows = [json.loads(line) for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()]
    if "near_miss" in rows[0]:
        return _ours(name, rows)
    random.Random(SEED).shuffle(rows)
    return _clapnq(name, rows) if "passages" in rows[0] else _candidates(name, rows)


def _candidates(name: str, rows: list[dict[str, Any]]) -> MarkedSet:
    found = MarkedSet(name)
    for row in rows:
        if len(found.passages) >= PASSAGES.get(name, 600) and len(found.questions) >= QUESTIONS:
            break
        gold = tuple(text for _, text, answers in row["candidates"] if answers)
        if not gold:
            continue
        parts: dict[str, list[str]] = {}
        for n, (heading, text, _) in enumerate(row["candidates"]):
            # What pairs a passage with one of another text stands in two.
            parts.setdefault(f"{heading} {n}" if name == "pubmedqa" else heading, []).append(text)
        for heading, sentences in parts.items():
            near = next((n for n, text in enumerate(sentences) if text in gold), 0)
            first = max(0, min(near - MOST_SENTENCES // 2, len(sentences) - MOST_SENTENCES))
            found.add("" if name == "pubmedqa" else heading, sentences[first : first + MOST_SENTENCES])
        if len(found.questions) < QUESTIONS:
            found.questions.append(Marked(row["question"], gold))
    return found


def _ours(name: str, rows: list[dict[str, Any]]) -> MarkedSet:
    """A hand of `training/data/qa`: each passage with another that comes near and answers nothing."""
    found = MarkedSet(name)
    for row in rows:
        found.add(row["document"], [f"## {row['heading']}\n\n{row['passage']}"])
        found.add(row["document"], [f"## {row['heading']}, continued\n\n{row['near_miss']}"])
        found.questions += [Marked(q["q"], tuple(q["sentences"])) for q in row["questions"]]
    return found


def _clapnq(name: str, rows: list[dict[str, Any]]) -> MarkedSet:
    found = MarkedSet(name)
    for row in rows:
        for passage in row["passages"]:
            found.add(passage["title"], [s for s in passage["sentences"] if s.strip()])
        gold = tuple(s for output in row["output"] for s in output["selected_sentences"] if s.strip())
        found.questions.append(Marked(row["input"], gold))
    return found


def opened(found: MarkedSet, folder: Path) -> Sources:
    """The passages as a workspace of documents, indexed in the folder unless they are already."""
    root, state = folder / "workspace", folder / "state"
    if not manifest_path(state).is_file():
        root.mkdir(parents=True)
        state.mkdir()
        for number, (sentences, title) in enumerate(found.passages.items()):
            front = f"---\n{yaml.safe_dump({'title': title})}---\n" if title else ""
            (root / f"{number:04}.md").write_text(f"{front}{' '.join(sentences)}\n", encoding="utf-8")
    return indexed(root, state)


def indexed(root: Path, state: Path) -> Sources:
    workspace = Workspace.open(root)
    if not manifest_path(state).is_file():
        state.mkdir(parents=True, exist_ok=True)
        sync(workspace, None, state)
    records = Records.load(workspace)
    return Sources(workspace, records, None, Retriever(state), workspace.today())
