"""Runs for a person to look through: what there is, how each did, and one answer at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from copilot.errors import SettingsError
from copilot.settings import Settings
from copilot.types import Viewer
from copilot.workspace import Workspace
from evals.runs import ANSWERS, MANIFEST, SCORES, Run, lines, mean
from evals.samples import Sample
from evals.statistics import wilson_interval

CARDS = ("passed", "groundedness", "citation_precision", "refusal_ok")
"""What a run is summed up by, beside its time and cost."""


@dataclass(frozen=True)
class RunRow:
    """One run, summed up."""

    id: str
    folder: Path
    dataset: str
    model: str
    began: str
    asked: int
    total: int
    """Answers that a whole run has."""
    finished: bool
    running: bool
    means: Mapping[str, float]
    """Of `CARDS`, where they apply."""
    counts: Mapping[str, int]
    seconds: float | None
    """The median over its answers."""
    cost: float | None
    """Of one question, where a price was given."""
    commit: str


@dataclass(frozen=True)
class SampleRow:
    """One sample of a run, without its answer."""

    id: str
    type: str
    question: str
    passed: float | None
    """None while it is not asked."""
    scores: Mapping[str, float]
    seconds: float | None
    visible: bool
    """Whether the viewer may read what was answered."""


@dataclass(frozen=True)
class SliceRow:
    name: str
    n: int
    mean: float
    low: float
    high: float
    """The 95% interval of the share (Wilson)."""


def folders(settings: Settings) -> tuple[Path, ...]:
    """Where runs are looked for: those of this workspace's state, and `runs/` of the working directory."""
    return (settings.workspace_state() / "runs", Path("runs").resolve())


def find_runs(places: Iterable[Path], workspace: Path) -> list[Path]:
    """The folders of the runs over a workspace of that name, the newest first."""
    found: list[tuple[str, Path]] = []
    for place in places:
        for path in place.glob(f"*/{MANIFEST}"):
            try:
                manifest = Run.read_manifest(path.parent)
            except SettingsError:
                # Another program's folder, or a run of a later version.
                continue
            if manifest.workspace == workspace.name:
                found.append((manifest.began, path.parent))
    return [folder for _, folder in sorted(found, reverse=True)]


def changed_at(folder: Path) -> tuple[int, ...]:
    """What changes when a run does, for whoever keeps what was read of it."""
    stats = [(folder / name).stat() for name in (MANIFEST, SCORES, ANSWERS) if (folder / name).is_file()]
    return tuple(part for stat in stats for part in (stat.st_mtime_ns, stat.st_size))


def sum_up(folder: Path) -> RunRow:
    run = Run(folder)
    by_metric = run.by_metric()
    seconds = by_metric.get("seconds", {})
    manifest = run.manifest
    asked = sum(1 for _ in lines(folder / SCORES))
    return RunRow(
        id=manifest.id,
        folder=folder,
        dataset=manifest.dataset,
        model=str(manifest.settings.get("model", "")),
        began=manifest.began,
        asked=asked,
        total=len(run.dataset.samples) * manifest.epochs,
        finished=bool(manifest.finished),
        running=not manifest.finished and run.is_being_written(),
        means={name: mean(by_metric[name].values()) for name in CARDS if name in by_metric},
        counts={name: len(by_metric[name]) for name in CARDS if name in by_metric},
        seconds=median(seconds.values()) if seconds else None,
        cost=manifest.cost / asked if manifest.cost is not None and asked else None,
        commit=manifest.commit,
    )


def samples(folder: Path, workspace: Workspace, viewer: Viewer) -> list[SampleRow]:
    """Every sample of a run, in the order of the dataset."""
    run = Run(folder)
    by_metric = run.by_metric()
    return [
        SampleRow(
            id=sample.id,
            type=sample.type,
            question=sample.question,
            passed=by_metric.get("passed", {}).get(sample.id),
            scores={name: values[sample.id] for name, values in by_metric.items() if sample.id in values},
            seconds=by_metric.get("seconds", {}).get(sample.id),
            visible=may_read(sample.viewer, workspace, viewer),
        )
        for sample in run.dataset.samples
    ]


def slices(rows: Iterable[SampleRow]) -> list[SliceRow]:
    """The share that passed by type of question, the best first."""
    gathered: dict[str, list[float]] = {}
    for row in rows:
        if "passed" in row.scores:
            gathered.setdefault(row.type, []).append(row.scores["passed"])
    found = []
    for name, values in gathered.items():
        low, high = wilson_interval(mean(values), len(values))
        found.append(SliceRow(name, len(values), mean(values), low, high))
    return sorted(found, key=lambda s: (-s.mean, s.name))


def may_read(asked_as: str | None, workspace: Workspace, viewer: Viewer) -> bool:
    """Whether a viewer may read what another was answered: only who sees all that the other sees."""
    known = {"everyone", workspace.config.default_viewer, *workspace.config.viewers}
    if asked_as is not None and asked_as not in known:
        return False
    return workspace.viewer(asked_as).labels <= viewer.labels


def require(sample: Sample, workspace: Workspace, viewer: Viewer) -> None:
    if not may_read(sample.viewer, workspace, viewer):
        raise SettingsError(f"{sample.id} was asked by someone who sees more than {viewer.name}.")
