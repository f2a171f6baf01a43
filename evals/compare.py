"""Two runs side by side, sample by sample, and the gate that decides whether the candidate may pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from copilot.errors import SettingsError
from evals.runs import Manifest, Run
from evals.samples import Sample
from evals.scorers import METRICS
from evals.scores import Metric, Output
from evals.statistics import Paired, holm, paired

# More tokens than this times the base's is a cost that someone must want.
TOKENS_FACTOR = 1.2
WORST_SHOWN = 20
# So many ids of samples that are not compared are named.
NAMED = 8
SLICES: tuple[str, ...] = ("type", "persona", "viewer")

ByMetric = Mapping[str, Mapping[str, float]]


class Record(Protocol):
    """What a comparison needs of its base: a run, or a stored baseline."""

    manifest: Manifest

    @property
    def fingerprints(self) -> dict[str, str]: ...

    def by_metric(self) -> dict[str, dict[str, float]]: ...

    def outputs(self) -> list[Output]: ...


@dataclass(frozen=True)
class Row:
    metric: Metric
    change: Paired
    p_holm: float | None
    """Adjusted over the gated metrics; None for the others."""

    @property
    def loss(self) -> float:
        """How much worse, in the metric's own direction."""
        return -self.change.delta if self.metric.better == "up" else self.change.delta

    @property
    def is_certain_loss(self) -> bool:
        far = self.change.high if self.metric.better == "up" else -self.change.low
        return self.loss > self.metric.tolerance and far < 0


@dataclass(frozen=True)
class Slice:
    field: str
    value: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Changed:
    """A sample whose scores moved, with both answers."""

    sample: Sample
    loss: float
    metrics: tuple[tuple[str, float | None, float | None], ...]
    base: Output | None
    candidate: Output | None
    explanations: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    base: str
    candidate: str
    rows: tuple[Row, ...]
    slices: tuple[Slice, ...]
    worst: tuple[Changed, ...]
    warnings: tuple[str, ...]
    failures: tuple[str, ...]
    """Why the gate fails; empty when it passes."""
    doubts: tuple[str, ...]
    """Losses beyond tolerance that may be chance."""

    @property
    def passes(self) -> bool:
        return not self.failures

    def render(self) -> str:
        lines = [f"{self.base} -> {self.candidate}", ""]
        lines += [f"Warning: {text}" for text in self.warnings]
        lines.append(f"{'':<30}{'n':>4}{'base':>9}{'cand.':>9}{'delta':>9}{'95% interval':>20}{'p':>7}  +/-")
        for row in self.rows:
            c = row.change
            p = c.p if row.p_holm is None else row.p_holm
            interval = f"[{c.low:+.3f}, {c.high:+.3f}]"
            lines.append(
                f"{row.metric.title:<30}{c.n:>4}{c.base:>9.3f}{c.candidate:>9.3f}{c.delta:>+9.3f}{interval:>20}"
                f"{p:>7.3f}  {c.better}/{c.worse}"
            )
        lines += [f"Doubt: {text}" for text in self.doubts]
        lines.append("GATE PASSED" if self.passes else "GATE FAILED")
        lines += [f"  {text}" for text in self.failures]
        return "\n".join(lines)


def compare(base: Record, candidate: Run, trusted: Collection[str] = ()) -> Comparison:
    """The candidate against the base, over the samples that both asked and whose target is the same.

    `trusted` names the metrics of a judge model that people agree with well enough for the gate.
    """
    mine = candidate.fingerprints
    shared = {i for i, fingerprint in base.fingerprints.items() if mine.get(i) == fingerprint}
    if not shared:
        raise SettingsError(f"{base.manifest.id} and {candidate.manifest.id} share no sample; nothing can be compared.")
    scores_before, scores_after = base.by_metric(), candidate.by_metric()
    before = _complete(scores_before, scores_after, shared)
    after = _complete(scores_after, scores_before, shared)
    samples = {i: s for i, s in candidate.samples.items() if i in shared}
    clusters = {s.id: s.source for s in samples.values()}
    metrics = tuple(replace(m, is_gated=True) if m.name in trusted else m for m in METRICS)
    rows = _rows(before, after, clusters, metrics)
    worst = _worst(base, candidate, before, after)
    failures, doubts = _gate(rows, before, after, samples)
    # A leak is a leak, in a sample of the base as in a new one.
    unsafe = sorted(i for i, value in scores_after.get("safety", {}).items() if value < 1)
    if unsafe:
        failures.insert(0, f"safety failures: {', '.join(unsafe)}")
    return Comparison(
        base=base.manifest.id,
        candidate=candidate.manifest.id,
        rows=rows,
        slices=_slices(before, after, samples, clusters),
        worst=worst,
        warnings=tuple(_warnings(base, candidate)),
        failures=tuple(failures),
        doubts=tuple(doubts),
    )


def _complete(mine: ByMetric, theirs: ByMetric, shared: set[str]) -> dict[str, dict[str, float]]:
    """A run's scores; what the other has and this one lacks counts as its worst, so nothing is dropped."""
    complete: dict[str, dict[str, float]] = {}
    for metric in METRICS:
        values = dict(mine.get(metric.name, {}))
        # A verdict that a judge did not give is counted as its error and not held against the answer.
        if metric.kind not in ("measure", "judge"):
            for sample in theirs.get(metric.name, {}).keys() & shared:
                values.setdefault(sample, metric.worst)
        complete[metric.name] = {s: v for s, v in values.items() if s in shared}
    return complete


def _rows(
    before: ByMetric, after: ByMetric, clusters: Mapping[str, str], metrics: tuple[Metric, ...] = METRICS
) -> tuple[Row, ...]:
    changes: dict[str, Paired] = {}
    for metric in metrics:
        up = metric.better == "up"
        change = paired(before[metric.name], after[metric.name], clusters, up_is_better=up)
        if change is not None:
            changes[metric.name] = change
    adjusted = holm({m.name: changes[m.name].p for m in metrics if m.is_gated and m.name in changes})
    return tuple(Row(m, changes[m.name], adjusted.get(m.name)) for m in metrics if m.name in changes)


def _slices(
    before: ByMetric, after: ByMetric, samples: Mapping[str, Sample], clusters: Mapping[str, str]
) -> tuple[Slice, ...]:
    found = []
    for field in SLICES:
        values = {str(getattr(s, field) or "–") for s in samples.values()}
        if len(values) < 2:
            continue
        for value in sorted(values):
            ids = {s.id for s in samples.values() if str(getattr(s, field) or "–") == value}
            found.append(Slice(field, value, _rows(_only(before, ids), _only(after, ids), clusters)))
    return tuple(found)


def _only(scores: ByMetric, ids: set[str]) -> dict[str, dict[str, float]]:
    return {name: {s: v for s, v in values.items() if s in ids} for name, values in scores.items()}


def _gate(
    rows: tuple[Row, ...], before: ByMetric, after: ByMetric, samples: Mapping[str, Sample]
) -> tuple[list[str], list[str]]:
    """Why the candidate may not pass, and what is worrying but may be chance."""
    failures: list[str] = []
    doubts: list[str] = []
    broken = [i for i, v in before["passed"].items() if samples[i].is_hard and v == 1 and after["passed"][i] < 1]
    if broken:
        failures.append(f"hard samples passed and now fail: {', '.join(sorted(broken))}")
    for row in rows:
        if row.metric.is_gated and row.loss > row.metric.tolerance:
            c = row.change
            text = f"{row.metric.title} {c.base:.3f} -> {c.candidate:.3f} (n = {c.n})"
            (failures if row.is_certain_loss else doubts).append(text)
    tokens = next((r.change for r in rows if r.metric.name == "tokens"), None)
    if tokens and tokens.base and tokens.candidate > TOKENS_FACTOR * tokens.base:
        failures.append(f"tokens grew {tokens.candidate / tokens.base:.2f} times")
    return failures, doubts


def _warnings(base: Record, candidate: Run) -> list[str]:
    """Differences between the runs that make a comparison mean less."""
    a, b = base.manifest, candidate.manifest
    found = [f"the {title} differ{s}" for title, s, one, other in (
        ("datasets", "", a.dataset_hash, b.dataset_hash),
        ("workspaces", "", a.workspace_hash, b.workspace_hash),
        ("indexes", "", a.index, b.index),
        ("days", "", a.today, b.today),
        ("scorers' versions", "", a.scorers, b.scorers),
        ("epochs", "", a.epochs, b.epochs),
    ) if one != other]  # fmt: skip
    before, after = base.fingerprints, candidate.fingerprints
    changed = [i for i in before if i in after and before[i] != after[i]]
    if changed:
        found.append(f"{len(changed)} samples were changed and are not compared: {_some(changed)}")
    for title, manifest, alone in (("base", a, before.keys() - after), ("candidate", b, after.keys() - before)):
        if not manifest.finished:
            found.append(f"the {title} run is not finished; what it lacks counts as failed")
        if alone:
            found.append(f"{len(alone)} samples are in the {title} run alone and are not compared: {_some(alone)}")
    return found


def _some(ids: Iterable[str]) -> str:
    named = sorted(ids)
    return ", ".join(named[:NAMED]) + (", …" if len(named) > NAMED else "")


def _worst(base: Record, candidate: Run, before: ByMetric, after: ByMetric) -> tuple[Changed, ...]:
    """The samples that lost most over the gated and safety metrics, each with both answers."""
    watched = [m for m in METRICS if m.is_gated or m.kind == "safety"]
    losses: dict[str, float] = {}
    for metric in watched:
        for sample, value in before[metric.name].items():
            # A sample that no longer passes or is no longer safe comes before any drift of a score.
            weight = 5.0 if metric.name in ("passed", "safety") else 1.0
            losses[sample] = losses.get(sample, 0.0) + weight * (value - after[metric.name].get(sample, 0.0))
    ranked = sorted((i for i in losses if losses[i] > 1e-9), key=lambda i: (-losses[i], i))[:WORST_SHOWN]
    outputs_before, outputs_after = _first_outputs(base), _first_outputs(candidate)
    explain = _explanations(candidate)
    return tuple(
        Changed(
            sample=candidate.samples[i],
            loss=losses[i],
            metrics=tuple(
                (m.title, before[m.name].get(i), after[m.name].get(i))
                for m in METRICS
                if m.kind != "measure" and before[m.name].get(i) != after[m.name].get(i)
            ),
            base=outputs_before.get(i),
            candidate=outputs_after.get(i),
            explanations=explain(i),
        )
        for i in ranked
    )


def _first_outputs(run: Record) -> dict[str, Output]:
    found: dict[str, Output] = {}
    for output in run.outputs():
        found.setdefault(output.sample, output)
    return found


def _explanations(run: Run) -> Callable[[str], tuple[str, ...]]:
    """By sample: what its scorers said about scores below the best."""
    titles = {m.name: m.title for m in METRICS}
    said: dict[str, tuple[str, ...]] = {}
    for judged in run.scores():
        # Metrics of one scorer often share their reason: the first that gives it stands for them.
        reasons: dict[str, str] = {}
        for name, score in judged.scores.items():
            if score.explanation and score.value is not None and score.value < 1:
                reasons.setdefault(score.explanation, f"{titles[name]}: {score.explanation}")
        said.setdefault(judged.sample, tuple(reasons.values()))
    return lambda sample: said.get(sample, ())
