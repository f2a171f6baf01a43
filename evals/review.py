"""Blind review: two runs' answers side by side, in an order that hides which is which."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from evals.calibrate import PREFERRED, Label, read_labels
from evals.runs import Run
from evals.samples import Sample
from evals.scores import Output
from evals.statistics import sign_flip_p

Verdict = Literal["first", "second", "even"]


@dataclass(frozen=True)
class Pair:
    """One question with the answers of two runs, as a reviewer sees them."""

    sample: Sample
    first: Output
    second: Output
    is_swapped: bool
    """Whether the candidate comes first."""


@dataclass(frozen=True)
class Tally:
    candidate: int
    base: int
    even: int
    p: float
    """Of so uneven a count if neither run were better (exact up to 14 verdicts)."""


def waiting(base: Run, candidate: Run, labels: Path, reviewer: str, readable: Iterable[str]) -> list[str]:
    """The samples whose answers differ and that this reviewer has not judged, in an order of his own."""
    name = _name(candidate.folder, labels)
    judged = {
        (label.run, label.sample)
        for label in _labels(labels)
        if label.metric == PREFERRED and label.reviewer == reviewer
    }
    before, after = base.texts(), candidate.texts()
    same = base.fingerprints.items() & candidate.fingerprints.items()
    allowed = set(readable)
    open_ = [id for id, _ in same if id in allowed and before.get(id) != after.get(id) and (name, id) not in judged]
    return sorted(open_, key=lambda id: _chance(reviewer, id))


def pair(base: Run, candidate: Run, sample: str, reviewer: str) -> Pair:
    """Both first answers to a sample. The order is drawn by reviewer and sample, and stays."""
    old, new = base.answers_to(sample)[0], candidate.answers_to(sample)[0]
    is_swapped = _chance(sample, reviewer) % 2 == 0
    first, second = (new, old) if is_swapped else (old, new)
    return Pair(candidate.samples[sample], first, second, is_swapped)


def record(
    labels: Path,
    base: Run,
    candidate: Run,
    judged: Pair,
    reviewer: str,
    better: Verdict,
    right: tuple[bool | None, bool | None] = (None, None),
    note: str = "",
) -> None:
    """Appends a verdict: which answer is better, and of each whether it would pass. Nothing is overwritten."""
    preferred = 0.5 if better == "even" else float((better == "first") == judged.is_swapped)
    runs = (candidate, base) if judged.is_swapped else (base, candidate)
    found = [
        Label(
            run=_name(candidate.folder, labels), against=_name(base.folder, labels), sample=judged.sample.id,
            metric=PREFERRED, label=preferred, reviewer=reviewer, note=note,
        )
    ]  # fmt: skip
    found += [
        Label(run=_name(run.folder, labels), sample=judged.sample.id, metric="passed", label=float(is_right),
              reviewer=reviewer, note=note)
        for run, is_right in zip(runs, right, strict=True)
        if is_right is not None
    ]  # fmt: skip
    labels.parent.mkdir(parents=True, exist_ok=True)
    with labels.open("a", encoding="utf-8") as file:
        file.writelines(f"{label.model_dump_json(exclude_defaults=True)}\n" for label in found)


def tally(labels: Path, base: Run, candidate: Run) -> Tally:
    """The verdicts of all reviewers on two runs; of one reviewer on one sample the last counts."""
    names = _name(candidate.folder, labels), _name(base.folder, labels)
    last = {
        (label.reviewer, label.sample): label.label
        for label in _labels(labels)
        if label.metric == PREFERRED and (label.run, label.against) == names
    }
    signs = np.array([2 * value - 1 for value in last.values()], dtype=np.float64)
    return Tally(int((signs > 0).sum()), int((signs < 0).sum()), int((signs == 0).sum()), sign_flip_p(signs))


def _labels(path: Path) -> list[Label]:
    return read_labels(path) if path.is_file() else []


def _name(folder: Path, labels: Path) -> str:
    """As `calibrate` looks a run up: relative to the file of the labels."""
    return os.path.relpath(folder.resolve(), labels.parent.resolve())


def _chance(*parts: str) -> int:
    return int(hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8], 16)
