"""A run in numbers: every metric with its n, and each type of question apart."""

from __future__ import annotations

from dataclasses import dataclass

from evals.runs import Run, mean
from evals.scorers import METRICS


@dataclass(frozen=True)
class Row:
    metric: str
    title: str
    n: int
    mean: float


@dataclass(frozen=True)
class Slice:
    name: str
    n: int
    means: dict[str, float]
    """Only metrics that apply to at least one of its samples."""
    counts: dict[str, int]
    """How many of its samples each mean is over."""

    def shown(self, metric: str) -> str:
        """A mean; with its n where the metric does not apply to the whole slice."""
        if metric not in self.means:
            return "–"
        n = self.counts[metric]
        return f"{self.means[metric]:.3f}" + ("" if n == self.n else f" ({n})")


@dataclass(frozen=True)
class Summary:
    run: str
    folder: str
    samples: int
    rows: tuple[Row, ...]
    slices: tuple[Slice, ...]
    failed: tuple[str, ...]
    errors: tuple[str, ...]
    cost: float | None

    def render(self) -> str:
        """The numbers as aligned text."""
        lines = [f"{self.run}: {self.samples} samples, {len(self.failed)} not passed ({self.folder})", ""]
        lines += [f"{'':<30}{'n':>5}{'mean':>9}"]
        lines += [f"{row.title:<30}{row.n:>5}{row.mean:>9.3f}" for row in self.rows]
        if self.cost is not None:
            lines.append(f"{'Cost of a question':<30}{self.samples:>5}{self.cost / self.samples:>9.4f}")
        shown = (
            "passed",
            "nuggets_vital",
            "numbers_exact",
            "citation_recall",
            "groundedness",
            "recall_10",
            "tools_ok",
        )
        lines += ["", f"{'by type':<16}{'n':>4}" + "".join(f"{name[:13]:>15}" for name in shown)]
        for part in self.slices:
            cells = "".join(f"{part.shown(m):>15}" for m in shown)
            lines.append(f"{part.name:<16}{part.n:>4}{cells}")
        if self.failed:
            lines += ["", f"Not passed: {', '.join(self.failed)}"]
        lines += [f"Error: {error}" for error in self.errors]
        return "\n".join(lines)


def summarise(run: Run) -> Summary:
    by_metric = run.by_metric()
    rows = tuple(
        Row(m.name, m.title, len(by_metric[m.name]), mean(by_metric[m.name].values()))
        for m in METRICS
        if m.name in by_metric
    )
    types: dict[str, list[str]] = {}
    for sample in run.dataset.samples:
        types.setdefault(sample.type, []).append(sample.id)
    slices = []
    for name, ids in types.items():
        counts = {metric: sum(i in values for i in ids) for metric, values in by_metric.items()}
        means = {metric: mean(by_metric[metric][i] for i in ids if i in by_metric[metric]) for metric in counts}
        slices.append(Slice(name, len(ids), {m: means[m] for m in means if counts[m]}, counts))
    passed = by_metric.get("passed", {})
    return Summary(
        run=run.manifest.id,
        folder=str(run.folder),
        samples=len(run.dataset.samples),
        rows=rows,
        slices=tuple(slices),
        failed=tuple(i for i in run.samples if passed.get(i, 0.0) < 1),
        errors=tuple(f"{o.sample}: {o.error}" for o in run.outputs() if o.error),
        cost=run.manifest.cost,
    )
