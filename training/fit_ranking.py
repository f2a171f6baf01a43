"""Fits `copilot/passages/ranking.json`, the network that puts the units of the passages found in order.

Run `PYTHONPATH=bench python training/fit_ranking.py FILE… --state FOLDER [--test NAME…]`: files as `bench/marked.py`
reads them, hands of `training/data/qa` and public ones whose licence allows what ships to be trained on them. The
loss is the logarithm of the odds that a marked unit has among all units of its question. Sets named as tests are left
out and only measured: an answering unit first, and the marked units among the first three and six.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from marked import MarkedSet, as_it_stands, folded, opened, read

from copilot.passages.ranked import Ranked
from copilot.passages.ranking import FILE, SIGNALS, Network, Numbers, leads
from copilot.sources import Sources
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.types import Viewer

_HIDDEN, _EPOCHS, _BATCH, _RATE, _DECAY = 8, 25, 64, 0.01, 1e-3
_PUBLIC = 6
"""A public set, whose questions are mostly in the words of their passages, counts as so many hands."""
_SEED = 0
_QUESTIONS, _STEPS = 240, 30


@dataclass(frozen=True)
class Question:
    signals: Numbers
    """Shape (units, SIGNALS)."""
    is_marked: Numbers
    """1.0 for a unit that answers, else 0.0."""
    marked: int
    """How many sentences were marked, found or not."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--state", type=Path, required=True, help="keeps the indexes for another run")
    parser.add_argument("--test", nargs="*", default=[])
    given = parser.parse_args()
    hands = {path.stem for path in given.files if path.suffix == ".jsonl"}
    sets = {found.name: asked(opened(found, given.state / found.name), found) for found in map(read, given.files)}
    times = {name: 1 if name in hands else _PUBLIC for name in sets if name not in given.test}
    trained = [q for name, count in times.items() for q in count * sets[name]]
    fitted = fit([q for q in trained if q.is_marked.any()])
    print(f"{'set':16}{'first':>8}{'in 3':>8}{'in 6':>8}")
    for name, questions in sets.items():
        told = measured(fitted, questions)
        print(f"{name:16}{told[0]:8.3f}{told[1]:8.3f}{told[2]:8.3f}{'' if name in given.test else '  trained on'}")
    fitted = fitted._replace(certain=certain(fitted, [*times], sets))
    written = {name: np.round(value, 4).tolist() for name, value in fitted._asdict().items()}
    FILE.write_text(json.dumps(written) + "\n", encoding="utf-8")


def asked(sources: Sources, found: MarkedSet) -> list[Question]:
    """The questions of a set that have an answer, before what the search brings."""
    assert sources.retriever is not None
    questions = []
    for question in found.questions:
        if not question.gold:
            continue
        evidence = search_knowledge(sources, Viewer(), Arguments(query=question.text)).evidence
        ranked = Ranked.of(question.text, evidence, sources.retriever)
        gold = [folded(g) for g in question.gold]
        texts = [folded(as_it_stands(unit, evidence)) for unit in ranked.telling]
        marked = np.array([float(bool(t) and any(t in g or g in t for g in gold)) for t in texts])
        questions.append(Question(ranked.signals, marked, len(gold)))
    return questions


def fit(questions: Sequence[Question]) -> Network:
    """Adam (Kingma and Ba 2015) on the listwise loss, by questions drawn at random."""
    chance = np.random.default_rng(_SEED)
    rows = np.concatenate([q.signals for q in questions])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    weights = [chance.normal(0, SIGNALS**-0.5, (SIGNALS, _HIDDEN)), np.zeros(_HIDDEN), chance.normal(0, 0.3, _HIDDEN)]
    first, second = ([np.zeros_like(w) for w in weights] for _ in range(2))
    step = 0
    for _ in range(_EPOCHS):
        order = chance.permutation(len(questions))
        for start in range(0, len(order), _BATCH):
            step += 1
            some = [questions[n] for n in order[start : start + _BATCH]]
            slopes = _slopes(some, mean, spread, weights)
            for n, slope in enumerate(slopes):
                slope += _DECAY * len(some) * weights[n]
                first[n] = 0.9 * first[n] + 0.1 * slope
                second[n] = 0.999 * second[n] + 0.001 * slope**2
                moved = first[n] / (1 - 0.9**step) / (np.sqrt(second[n] / (1 - 0.999**step)) + 1e-8)
                weights[n] = weights[n] - _RATE * moved
    return Network(mean, spread, *weights, np.zeros(3))


def certain(network: Network, names: Sequence[str], sets: Mapping[str, Sequence[Question]]) -> Numbers:
    """Logistic regression by Newton's method of whether one of the three best units is marked; a set counts as one."""
    rows, labels, shares = [], [], []
    for name in names:
        asked = [q for q in sets[name] if len(q.signals)]
        for question in asked:
            scores = network.scores(question.signals)
            rows.append(leads(scores))
            labels.append(float(question.is_marked[np.argsort(-scores)[:3]].any()))
            shares.append(_QUESTIONS / len(asked))
    design, wanted, weights = np.array(rows), np.array(labels), np.array(shares)
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        probable = 1 / (1 + np.exp(-design @ found))
        curve = (design.T * (weights * probable * (1 - probable))) @ design + np.eye(len(found))
        found = found - np.linalg.solve(curve, design.T @ (weights * (probable - wanted)) + found)
    return found


def _slopes(questions: Sequence[Question], mean: Numbers, spread: Numbers, weights: Sequence[Numbers]) -> list[Numbers]:
    """The gradient of the loss of some questions by each of the weights."""
    inner, bias, outer = weights
    found = [np.zeros_like(w) for w in weights]
    for question in questions:
        standard = (question.signals - mean) / spread
        hidden = np.tanh(standard @ inner + bias)
        scores = hidden @ outer
        odds = np.exp(scores - scores.max())
        marked = odds * question.is_marked
        error = odds / odds.sum() - marked / max(marked.sum(), 1e-12)
        back = np.outer(error, outer) * (1 - hidden**2)
        found[0] += standard.T @ back
        found[1] += back.sum(axis=0)
        found[2] += hidden.T @ error
    return found


def measured(network: Network, questions: Sequence[Question]) -> tuple[float, float, float]:
    """An answering unit first; share of the marked sentences among the first three and six."""
    shares = []
    for question in questions:
        order = np.argsort(-network.scores(question.signals)) if len(question.signals) else np.array([], int)
        hits = question.is_marked[order]
        most = max(1, question.marked)
        shares.append([hits[:1].sum(), *(min(1.0, hits[:n].sum() / most) for n in (3, 6))])
    first, three, six = np.mean(shares, axis=0)
    return float(first), float(three), float(six)


if __name__ == "__main__":
    main()
