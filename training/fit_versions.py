"""Fits `copilot/passages/versions.json`: whether a question speaks of what held before, and which statements of two
versions of a document it sets against each other.

    python training/fit_versions.py words       the question: by its vector and by those of runs of its words
    PYTHONPATH=bench python training/fit_versions.py pairs       the statements, after that

Reads `training/data/editions`, whose hands each wrote two documents in two versions, with questions on what changed;
those of `TESTED` are only measured. Questions of `training/data/qa` stand beside them, which speak of no version.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import listwise  # noqa: E402

from copilot.passages import versions  # noqa: E402
from copilot.passages.ranked import Ranked  # noqa: E402
from copilot.passages.units import Unit  # noqa: E402
from copilot.passages.versions import FILE, MOST, NEAR, Signals, pairs_of, runs  # noqa: E402
from copilot.retrieval.embedder import Embedder  # noqa: E402

DATA = Path(__file__).parent / "data"
TESTED = ("e07", "e08")
OTHERS, OF_OTHERS = {"qa": 40, "hands": 20}, 0.5
"""Questions of each hand that stand beside, and what each counts."""
_MARKED = re.compile(r"\[([^|\]]*)\|[^\]]*\]")
RIDGE, RATE, STEPS = 2e-4, 0.05, 400


class Words(NamedTuple):
    """Questions by their vectors."""

    whole: Any
    """Shape (n, width)."""
    parts: Any
    """Shape (runs, width): of the runs of words of each."""
    starts: Any
    """Where those of each begin."""
    labels: Any
    shares: Any


def read_words(hands: Sequence[Path], others: Sequence[Path]) -> Words:
    said: list[tuple[str, bool, float]] = []
    for hand in hands:
        known = json.loads(hand.read_text(encoding="utf-8"))
        said += [(line["q"], line["before"], 1.0) for line in known["lines"]]
        said += [(asked["q"], True, 1.0) for asked in known["questions"]]
    chance = random.Random(11)
    for hand in others:
        asked = asked_by(hand)
        most = min(OTHERS[hand.parent.name], len(asked))
        said += [(text, False, OF_OTHERS) for text in chance.sample(asked, most)]
    embedder = Embedder()
    parts = [embedder.embed(runs(text)) for text, *_ in said]
    starts = np.cumsum([0, *(len(own) for own in parts)])
    return Words(
        embedder.embed([text for text, *_ in said]), np.concatenate(parts), starts,
        np.array([float(label) for _, label, _ in said]), np.array([share for *_, share in said]),
    )  # fmt: skip


def asked_by(hand: Path) -> list[str]:
    """The questions of a hand of `qa` or `hands`, without marks."""
    lines = [json.loads(line) for line in hand.read_text(encoding="utf-8").splitlines()]
    if hand.parent.name == "qa":
        return [question["q"] for line in lines for question in line["questions"]]
    return [_MARKED.sub(r"\1", line["t"]) for line in lines]


def fit_words(known: Words) -> dict[str, Any]:
    """By gradient descent with Adam: the log odds are those of the whole and, of the runs, nearly the highest."""
    width = known.whole.shape[1]
    found = np.concatenate([np.zeros(width), np.random.default_rng(0).normal(0, 0.3, width), [0.0]])
    first, second = np.zeros_like(found), np.zeros_like(found)
    total, sizes = known.shares.sum(), np.diff(known.starts)
    for step in range(1, STEPS + 1):
        by, by_part, bias = found[:width], found[width:-1], found[-1]
        shown = np.exp(known.parts @ by_part)
        sums = np.add.reduceat(shown, known.starts[:-1])
        odds = known.whole @ by + np.log(sums / sizes) + bias
        off = known.shares * (1 / (1 + np.exp(-odds)) - known.labels) / total
        of_part = shown * np.repeat(off / sums, sizes)
        slope = np.concatenate([known.whole.T @ off, known.parts.T @ of_part, [off.sum()]])
        slope[:-1] += 2 * RIDGE * found[:-1]
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        found -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return {
        "whole": np.round(found[:width], 4).tolist(),
        "part": np.round(found[width:-1], 4).tolist(),
        "bias": round(float(found[-1]), 4),
    }


def measure_words(hands: Sequence[Path], others: Sequence[Path]) -> None:
    asked = {
        (key, is_so): [x["q"] for h in hands for x in json.loads(h.read_text())[key] if x.get("before", True) == is_so]
        for key, is_so in (("lines", True), ("lines", False), ("questions", True))
    }
    asked[("others", False)] = random.Random(5).sample([text for hand in others for text in asked_by(hand)], 600)
    for (name, is_so), texts in asked.items():
        odds = np.array([versions.odds_of_before(text) for text in texts])
        shares = ", ".join(f"{np.mean(odds >= least):.3f} from {least} on" for least in (-0.5, 0.0, 0.5, 1.0, 2.0))
        print(f"{name} that {'do' if is_so else 'do not'}, {len(texts)}: {shares}")


class Question(NamedTuple):
    signals: Any
    """Shape (pairs, signals)."""
    holds: Any
    """Shape (pairs, 2): whether the statement in force, and the one before it, is one that is meant."""
    units: Sequence[tuple[int, int]]
    """Which two statements each pair is of."""
    wanted: tuple[int, int]
    """How many are meant of the version in force and of the one before."""


def asked_of(hand: Path) -> Iterator[Question]:
    """What the product finds of each question of a hand, on a workspace of its documents."""
    from marked import as_it_stands, folded, indexed

    from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
    from copilot.types import Viewer

    known = json.loads(hand.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        for document in known["documents"]:
            head = {"title": document["title"], "effective": document["effective"]}
            head |= {"superseded_by": document["replaced_by"]} if "replaced_by" in document else {}
            file = root / document["id"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"---\n{yaml.safe_dump(head)}---\n{document['text']}\n", encoding="utf-8")
        (root / "workspace.yaml").write_text("organisation: Own\nas_of: 2026-06-01\n", encoding="utf-8")
        sources = indexed(root, Path(folder) / "state")
        assert sources.retriever is not None
        searches: list[dict[str, Any]] = [{"documents": [d["id"]]} for d in known["documents"]]
        for search, document in zip(searches, known["documents"], strict=True):
            if "replaced_on" in document:
                search["as_of"] = date.fromisoformat(document["replaced_on"]) - timedelta(days=1)
        for one in known["questions"]:
            calls = [Arguments(query=one["q"], **search) for search in searches]
            evidence = {e.id: e for call in calls for e in search_knowledge(sources, Viewer(), call).evidence}
            ranked = Ranked.of(one["q"], list(evidence.values()), sources.retriever)
            pairs = pairs_of(ranked, sources.retriever)
            wanted = [[folded(text) for text in one[side]] for side in ("new", "old")]

            def says(unit: Unit, texts: Sequence[str], ranked: Ranked = ranked) -> bool:
                own = folded(as_it_stands(unit, ranked.evidence))
                return any(own in text or text in own for text in texts)

            yield Question(
                np.array([pair.signals for pair in pairs]),
                np.array([(says(p.now, wanted[0]), says(p.before, wanted[1])) for p in pairs]),
                [(id(p.now), id(p.before)) for p in pairs],
                (len(wanted[0]), len(wanted[1])),
            )
        sources.retriever.close()


def told(question: Question, by: Any, most: int = MOST) -> list[int]:
    """The pairs that would be told."""
    scores = question.signals @ by
    chosen: list[int] = []
    for n in np.argsort(-scores, kind="stable"):
        if len(chosen) == most or scores[n] < scores.max() - NEAR:
            break
        now, before = question.units[n]
        if all(now != question.units[m][0] and before != question.units[m][1] for m in chosen):
            chosen.append(int(n))
    return chosen


def measure_pairs(name: str, by: Any, found: Sequence[Question]) -> None:
    """Of questions on one thing, whether the first pair holds it on both sides; of all, whether all is told."""
    ones = [q for q in found if q.wanted == (1, 1)]
    first = [q.holds[told(q, by, 1)[0]] for q in ones]
    whole, pairs = [], []
    for question in found:
        chosen = told(question, by)
        held = question.holds[chosen].sum(axis=0)
        whole.append(all(h >= w for h, w in zip(held, question.wanted, strict=True)))
        pairs.append(len(chosen))
    both, now, before = (float(x) for x in (np.mean(np.all(first, axis=1)), *np.mean(first, axis=0)))
    print(f"{name}: one thing, first pair {both:.3f} of {len(ones)}, in force {now:.3f}, before {before:.3f}", end="; ")
    print(f"all that is meant {np.mean(whole):.3f} of {len(found)}, in {np.mean(pairs):.2f} pairs")


def main() -> None:
    hands = sorted((DATA / "editions").glob("e*.json"))
    learnt, tested = ([h for h in hands if (h.stem in TESTED) == is_tested] for is_tested in (False, True))
    written = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    if sys.argv[1] == "words":
        others = sorted([*(DATA / "qa").glob("q*.jsonl"), *(DATA / "hands").glob("h*.jsonl")])
        written |= fit_words(read_words(learnt, others[::2]))
        FILE.write_text(json.dumps(written) + "\n", encoding="utf-8")
        measure_words(tested, others[1::2])
        return
    written["pair"] = dict.fromkeys(Signals._fields, 1.0)
    FILE.write_text(json.dumps(written) + "\n", encoding="utf-8")
    known = [question for hand in learnt for question in asked_of(hand)]
    unseen = [question for hand in tested for question in asked_of(hand)]
    by = listwise.fitted([(q.signals, q.holds.all(axis=1)) for q in known], (1.0, 1.0, 2.0), 0.8)
    written["pair"] = dict(zip(Signals._fields, np.round(by, 3).tolist(), strict=True))
    print(written["pair"])
    measure_pairs("learnt", by, known)
    measure_pairs("tested", by, unseen)
    FILE.write_text(json.dumps(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
