"""Runs written by hand, without asking anyone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval_answers import DRIFT, PILOTS, WEIGHTS, answer

from copilot.types import Answer
from evals.runs import Manifest, Run
from evals.samples import Dataset, Sample
from evals.scorers import judge
from evals.scores import Output

GOOD = "Model drift loses accuracy, a loss of accuracy over time [1]."
BAD = "Harvests depend on weather and other gods."


def manifest(dataset: Dataset, id: str, **changes: Any) -> Manifest:
    values: dict[str, Any] = {
        "id": id, "dataset": dataset.name, "dataset_hash": dataset.hash, "workspace": "w",
        "workspace_hash": "h", "index": "1", "settings": {"model": "grounded"}, "commit": "c", "versions": {},
        "epochs": 1, "filters": (), "today": "2026-10-31", "seed": 1, "scorers": "1",
        "began": "2026-11-01T00:00:00+00:00",
    }  # fmt: skip
    return Manifest.model_validate({**values, **changes})


def make_run(folder: Path, samples: list[Sample], answers: dict[str, str | Answer], **changes: Any) -> Run:
    """A finished run in which each sample got that text."""
    dataset = Dataset(name="hand", samples=tuple(samples))
    run = Run.create(folder, manifest(dataset, folder.name, **changes), dataset, WEIGHTS)
    for sample in samples:
        if sample.id in answers:
            keep(run, sample, answers[sample.id])
    run.finish()
    return run


def keep(run: Run, sample: Sample, text: str | Answer, epoch: int = 0) -> None:
    made = answer(text) if isinstance(text, str) else text
    output = Output(
        sample=sample.id, fingerprint=sample.fingerprint, epoch=epoch, answer=made, evidence=(DRIFT, PILOTS)
    )
    run.keep(output, judge(sample, output, WEIGHTS))
