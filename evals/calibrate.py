"""How far each scorer agrees with people who labelled the same answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from copilot.errors import SettingsError
from evals.runs import Run, lines
from evals.samples import Strict
from evals.statistics import kappa, rank_correlation

# A scorer enters a gate only with at least this agreement on at least so many labels.
GATE_KAPPA = 0.6
GATE_LABELS = 50
YES = 0.5
PREFERRED = "preferred"
"""The label of a blind review: 1 when the run's answer was better than that of `against`, 0.5 when neither was."""


class Label(Strict):
    """One person's verdict on one metric of one stored answer."""

    run: str
    """The run's folder, relative to the labels file or absolute."""
    sample: str
    epoch: int = 0
    metric: str
    label: float = Field(ge=0, le=1)
    """1 good, 0 bad, or a grade between."""
    reviewer: str = ""
    note: str = ""
    against: str = ""
    """The other run of a blind review."""


@dataclass(frozen=True)
class Agreement:
    metric: str
    n: int
    kappa: float
    """On both sides, above one half counts as yes."""
    rank_correlation: float
    too_kind: int
    """The scorer says yes and the person no."""
    too_harsh: int

    @property
    def may_gate(self) -> bool:
        return self.n >= GATE_LABELS and self.kappa >= GATE_KAPPA


def calibrate(labels: Path) -> list[Agreement]:
    """Agreement by metric with a JSONL file of labels."""
    found: dict[str, list[tuple[float, float]]] = {}
    scores: dict[str, dict[tuple[str, int, str], float]] = {}
    for label in read_labels(labels):
        if label.metric == PREFERRED:
            continue
        if label.run not in scores:
            scores[label.run] = _scores(Run((labels.parent / label.run).resolve()))
        key = (label.sample, label.epoch, label.metric)
        if key not in scores[label.run]:
            raise SettingsError(f"The run {label.run} has no score {label.metric!r} for {label.sample!r}.")
        found.setdefault(label.metric, []).append((scores[label.run][key], label.label))
    return [agreement(metric, pairs) for metric, pairs in sorted(found.items())]


def fit_for_gate(labels: Path) -> frozenset[str]:
    """The judge's metrics that agree with people well enough, on enough labels, to be used in a gate."""
    judged = {"judge_points", "judge_rubrics"}
    return frozenset(a.metric for a in calibrate(labels) if a.may_gate and a.metric in judged)


def agreement(metric: str, pairs: list[tuple[float, float]]) -> Agreement:
    """Agreement of (score, label) pairs."""
    said = [score > YES for score, _ in pairs]
    meant = [label > YES for _, label in pairs]
    both = list(zip(said, meant, strict=True))
    return Agreement(
        metric=metric,
        n=len(pairs),
        kappa=kappa(said, meant),
        rank_correlation=rank_correlation([s for s, _ in pairs], [h for _, h in pairs]),
        too_kind=sum(a and not b for a, b in both),
        too_harsh=sum(b and not a for a, b in both),
    )


def render(agreements: list[Agreement]) -> str:
    rows = [f"{'':<24}{'n':>5}{'kappa':>8}{'rank r':>8}{'too kind':>10}{'too harsh':>11}  fit for a gate"]
    rows += [
        f"{a.metric:<24}{a.n:>5}{a.kappa:>8.2f}{a.rank_correlation:>8.2f}{a.too_kind:>10}{a.too_harsh:>11}"
        f"  {'yes' if a.may_gate else 'no'}"
        for a in agreements
    ]
    return "\n".join(rows)


def read_labels(path: Path) -> list[Label]:
    if not path.is_file():
        raise SettingsError(f"There is no labels file {str(path)!r}.")
    found = []
    for number, line in enumerate(lines(path), 1):
        try:
            found.append(Label.model_validate_json(line))
        except ValidationError as error:
            raise SettingsError(f"{path.name}, line {number}: {error.errors()[0]['msg']}.") from None
    if not found:
        raise SettingsError(f"{path.name} holds no label.")
    return found


def _scores(run: Run) -> dict[tuple[str, int, str], float]:
    return {
        (judged.sample, judged.epoch, name): score.value
        for judged in run.scores()
        for name, score in judged.scores.items()
        if score.value is not None
    }
