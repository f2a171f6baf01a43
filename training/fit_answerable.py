"""Fits `copilot/passages/answerable.json` on public questions with marked sentences, and tests it on other corpora.

Run `PYTHONPATH=bench python training/fit_answerable.py --train FILE… --test FILE… --acts FOLDER --state FOLDER`. Each
question is asked twice: of all passages, and of those that hold none of the sentences that answer it, so that near
misses remain. Files with questions that nobody could answer are asked those instead. Only sets whose licence allows
what ships to be trained on them belong under `--train`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import yaml
from marked import folded, indexed, opened, read
from numpy.typing import NDArray
from quoting import QUESTIONS, asked

from copilot.passages.answerable import FILE, Signals
from copilot.passages.quoting import Ranked
from copilot.sources import Sources
from copilot.tools.search_knowledge.tool import Arguments, search_knowledge
from copilot.types import Evidence, Viewer

_TOP = 10
_RIDGE = 3.0
_WRONGLY_REFUSED = 0.15
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    signals: Signals
    is_answerable: bool
    is_found: bool
    """Whether an answering passage is among those found."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--train", "--test"):
        parser.add_argument(name, nargs="*", type=Path, default=[])
    parser.add_argument("--acts", type=Path)
    parser.add_argument("--state", type=Path, required=True)
    given = parser.parse_args()
    train = {path.name.split(".")[0]: of_marked(path, given.state) for path in given.train}
    test = {path.name.split(".")[0]: of_marked(path, given.state) for path in given.test if path.is_file()}
    if given.acts:
        test["acts"] = list(of_acts(given.acts, given.state))
    weights = fitted([*train.values()])
    pooled = [p for questions in train.values() for p in scores(weights, [q for q in questions if q.is_answerable])]
    least = round(float(np.quantile(pooled, _WRONGLY_REFUSED)), 3)
    print(
        f"{'':14}{'AUC':>6}{'refused at .15':>16}{'passage cosine alone':>24}{f'below {least}: wrongly / rightly':>32}"
    )
    for name, questions in train.items():
        others = fitted([other for key, other in train.items() if key != name])
        print(report(f"{name} *", questions, others, least), flush=True)
    for name, questions in test.items():
        print(report(name, questions, weights, least), flush=True)
    print("* by the model of the other training sets")
    FILE.write_text(json.dumps({"weights": weights, "least": least}, indent=2) + "\n", encoding="utf-8")


def of_marked(path: Path, state: Path) -> list[Asked]:
    found = read(path)
    sources = opened(found, state / found.name)
    has_unanswered = any(not question.gold for question in found.questions)
    return [
        one
        for question in found.questions
        for one in both(sources, question.text, [folded(g) for g in question.gold], has_unanswered)
    ]


def both(sources: Sources, question: str, gold: Sequence[str], has_unanswered: bool) -> Iterator[Asked]:
    evidence = search_knowledge(sources, Viewer(), Arguments(query=question, top_k=2 * _TOP)).evidence
    right = {item.id for item in evidence if any(g in folded(item.text) for g in gold)}
    if gold:
        yield one(sources, question, evidence, True, right)
    if not (gold and has_unanswered):
        yield one(sources, question, [item for item in evidence if item.id not in right], False)


def one(
    sources: Sources, question: str, evidence: Sequence[Evidence], is_answerable: bool, right: set[str] | None = None
) -> Asked:
    assert sources.retriever is not None
    found = [item for item in evidence if item.score is not None][:_TOP]
    ranked = Ranked.of(question, found, sources.retriever)
    return Asked(Signals.of(ranked), is_answerable, any(item.id in (right or ()) for item in found))


def of_acts(folder: Path, state: Path) -> Iterator[Asked]:
    """Questions on three public documents, and questions near to their subject that they do not answer."""
    sources = indexed(folder, state / "acts" / "state")
    for name in ("governance_questions.yaml", "everyday_questions.yaml"):
        for question in asked(QUESTIONS / name):
            evidence = search_knowledge(sources, Viewer(), Arguments(query=question.ask)).evidence
            yield one(sources, question.ask, evidence, True)
        for ask in yaml.safe_load((QUESTIONS / name).read_text(encoding="utf-8")).get("unanswered", []):
            yield one(sources, ask, search_knowledge(sources, Viewer(), Arguments(query=ask)).evidence, False)


def numbers(questions: Sequence[Asked]) -> Numbers:
    return np.array([list(asdict(question.signals).values()) for question in questions])


def fitted(sets: Sequence[Sequence[Asked]]) -> dict[str, float]:
    """Ridge logistic regression by Newton's method; each set counts the same, whatever its size."""
    # What the search missed is neither an answer nor a near miss.
    kept = [[q for q in questions if q.is_found or not q.is_answerable] for questions in sets]
    rows = numbers([q for questions in kept for q in questions])
    labels = np.array([float(q.is_answerable) for questions in kept for q in questions])
    shares = np.concatenate([np.full(len(questions), 600 / len(questions)) for questions in kept])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([(rows - mean) / spread, np.ones(len(rows))])
    ridge = np.diag([_RIDGE] * rows.shape[1] + [0.0])
    found = np.zeros(design.shape[1])
    for _ in range(30):
        probable = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (shares * (probable - labels)) + ridge @ found
        found -= np.linalg.solve((design.T * (shares * probable * (1 - probable))) @ design + ridge, slope)
    scaled = found[:-1] / spread
    names = list(asdict(kept[0][0].signals))
    return {
        name: round(float(w), 4) for name, w in zip([*names, "bias"], [*scaled, found[-1] - scaled @ mean], strict=True)
    }


def scores(weights: dict[str, float], questions: Sequence[Asked]) -> Numbers:
    *slopes, bias = weights.values()
    found: Numbers = 1 / (1 + np.exp(-(numbers(questions) @ np.array(slopes) + bias)))
    return found


def report(name: str, questions: Sequence[Asked], weights: dict[str, float], least: float) -> str:
    labels = np.array([q.is_answerable for q in questions])
    by_model, by_cosine = scores(weights, questions), numbers(questions)[:, 0]
    wrongly, rightly = (by_model[labels] < least).mean(), (by_model[~labels] < least).mean()
    return (
        f"{name:14}{area(by_model, labels):6.3f}{refused(by_model, labels):16.3f}"
        f"{area(by_cosine, labels):14.3f} / {refused(by_cosine, labels):.3f}{wrongly:22.3f} / {rightly:.3f}"
    )


def area(values: Numbers, labels: NDArray[np.bool_]) -> float:
    """Under the curve: how often an answerable question scores above one that is not."""
    right, wrong = values[labels][:, None], values[~labels][None, :]
    return float(((right > wrong) + (right == wrong) / 2).mean())


def refused(values: Numbers, labels: NDArray[np.bool_]) -> float:
    """Share of the unanswerable that falls where 15 per cent of the answerable do."""
    return float((values[~labels] < np.quantile(values[labels], _WRONGLY_REFUSED)).mean())


if __name__ == "__main__":
    main()
