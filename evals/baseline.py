"""The last accepted run of a dataset, small enough to keep beside the code: scores and fingerprints, no answers."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from copilot.errors import SettingsError
from copilot.types import Frozen
from evals.runs import Manifest, Run, lines, write
from evals.scores import Output

BASELINES = Path(__file__).resolve().parent / "baseline"
# Time differs from run to run and from machine to machine, so it is no part of what is accepted.
UNSTABLE = frozenset({"seconds", "first_token_seconds"})


class Accepted(Frozen):
    """One sample's line. A line that changes in a review is an answer that changed."""

    sample: str
    fingerprint: str
    answer: str
    """Hash of the texts of its answers, by epoch."""
    scores: dict[str, float]


class Baseline:
    """A stored baseline, read. It stands for a run where two are compared."""

    def __init__(self, path: Path) -> None:
        found = list(lines(path))
        if not found:
            raise SettingsError(f"There is no baseline {str(path)!r}; make one with `bearing eval accept RUN`.")
        try:
            self.manifest = Manifest.model_validate_json(found[0])
            self.accepted = tuple(Accepted.model_validate_json(line) for line in found[1:])
        except ValidationError as error:
            raise SettingsError(f"{path.name} cannot be read as a baseline: {error.errors()[0]['msg']}.") from None

    @property
    def fingerprints(self) -> dict[str, str]:
        return {a.sample: a.fingerprint for a in self.accepted}

    def by_metric(self) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for accepted in self.accepted:
            for metric, value in accepted.scores.items():
                found.setdefault(metric, {})[accepted.sample] = value
        return found

    def outputs(self) -> list[Output]:
        """None: what the answers said is not kept."""
        return []


def accept(run: Run, path: Path | None = None) -> Path:
    """Stores a finished run as the baseline of its dataset; gives the file."""
    manifest = run.manifest
    if not manifest.finished:
        raise SettingsError(f"The run {manifest.id} is not finished; only a whole run can be a baseline.")
    if manifest.filters:
        raise SettingsError(f"The run {manifest.id} asked only {', '.join(manifest.filters)}; run the whole dataset.")
    by_metric, texts = run.by_metric(), _texts(run)
    accepted = [
        Accepted(
            sample=id,
            fingerprint=fingerprint,
            answer=hashlib.sha256(texts.get(id, "").encode()).hexdigest()[:12],
            scores={m: values[id] for m, values in by_metric.items() if id in values and m not in UNSTABLE},
        )
        for id, fingerprint in sorted(run.fingerprints.items())
    ]
    # Without what differs between two runs of one version, so that accepting the same again changes no line.
    stable = manifest.model_copy(update={"id": "baseline", "began": "", "finished": manifest.today, "seconds": 0.0})
    path = path or stored(manifest.dataset)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, "".join(f"{line.model_dump_json()}\n" for line in (stable, *accepted)))
    return path


def stored(dataset: str) -> Path:
    """Where the baseline of a dataset is kept."""
    return BASELINES / f"{dataset}.jsonl"


def known() -> tuple[str, ...]:
    """The datasets with a stored baseline."""
    return tuple(path.stem for path in sorted(BASELINES.glob("*.jsonl")))


def _texts(run: Run) -> dict[str, str]:
    texts: dict[str, str] = {}
    for output in run.outputs():
        text = output.answer.text if output.answer else output.error
        texts[output.sample] = f"{texts.get(output.sample, '')}{text}\0"
    return texts
