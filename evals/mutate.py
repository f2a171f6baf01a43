"""Damages right answers in known ways and counts which scorers notice: a test of the tests."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

from evals.damages import KINDS, Kind
from evals.runs import Run
from evals.samples import Sample
from evals.scorers import judge
from evals.scores import Output
from evals.wording import Weights

WATCHED = (
    "passed", "nuggets_vital", "nuggets_all", "numbers_exact", "citation_recall", "citation_precision",
    "groundedness", "cited_recall", "refusal_ok",
)  # fmt: skip


_SEED = 7
# An answer is damaged so often, each time in another place where it has several.
DRAWS = 3


@dataclass(frozen=True)
class Caught:
    kind: Kind
    n: int
    """Answers that could be damaged in this way."""
    by_any: int
    by_metric: dict[str, int]

    @property
    def share(self) -> float:
        return self.by_any / self.n if self.n else 0.0

    @property
    def is_good(self) -> bool:
        if not self.n:
            return False
        return self.share <= self.kind.target if self.kind.is_harmless else self.share >= self.kind.target


def mutate(run: Run) -> list[Caught]:
    """What the scorers notice in a run's right answers, damaged: any watched score that falls."""
    weights, samples = run.weights, run.samples
    right = [
        (samples[o.sample], o)
        for o in run.outputs()
        if o.epoch == 0 and o.answer and samples[o.sample].expect == "answer"
    ]
    before = {o.sample: _watched(s, o, weights) for s, o in right}
    right = [(s, o) for s, o in right if before[s.id].get("passed") == 1.0]
    return [_catch(kind, right, before, weights) for kind in KINDS]


def _catch(
    kind: Kind,
    right: list[tuple[Sample, Output]],
    before: dict[str, dict[str, float]],
    weights: Weights,
) -> Caught:
    by_metric = dict.fromkeys(WATCHED, 0)
    n = by_any = 0
    seen: dict[str, set[str]] = {}
    for (sample, output), draw in product(right, range(DRAWS)):
        assert output.answer is not None
        if len(sample.nuggets) + len(sample.numbers) < kind.least_points:
            continue
        damaged = kind.damage(output.answer, random.Random(f"{_SEED} {draw} {kind.name} {sample.id}"))
        if damaged is None or damaged.text in seen.setdefault(sample.id, set()):
            continue
        seen[sample.id].add(damaged.text)
        n += 1
        after = _watched(sample, output.model_copy(update={"answer": damaged}), weights)
        fallen = [m for m in WATCHED if m in before[sample.id] and after[m] < before[sample.id][m] - 1e-9]
        for metric in fallen:
            by_metric[metric] += 1
        by_any += bool(fallen)
    return Caught(kind, n, by_any, by_metric)


def _watched(sample: Sample, output: Output, weights: Weights) -> dict[str, float]:
    scores = judge(sample, output, weights)
    return {m: value for m in WATCHED if (value := scores[m].value) is not None}


def render(caught: list[Caught]) -> str:
    """The table, as Markdown."""
    rows = ["| damage | n | caught by any | needed | " + " | ".join(WATCHED) + " |"]
    rows.append("|---" * (len(WATCHED) + 4) + "|")
    for c in caught:
        bound = f"{'at most' if c.kind.is_harmless else 'at least'} {c.kind.target:.0%}"
        shares = " | ".join(f"{c.by_metric[m] / c.n:.0%}" if c.n else "–" for m in WATCHED)
        verdict = "" if c.is_good else " ✗"
        rows.append(f"| {c.kind.name} | {c.n} | {c.share:.0%}{verdict} | {bound} | {shares} |")
    return "\n".join(rows)
