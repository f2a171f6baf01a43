"""Runs on disk: a folder with a manifest, the samples asked, the answers got and their scores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from copilot.errors import SettingsError
from copilot.types import Frozen, Usage
from evals.samples import Dataset, Sample
from evals.scorers import VERSION, judge
from evals.scores import Output, Score
from evals.text import READING
from evals.wording import Weights

MANIFEST, SAMPLES, ANSWERS, SCORES, WORDS = (
    "manifest.json", "samples.json", "answers.jsonl", "scores.jsonl", "words.json",
)  # fmt: skip
LOCK = ".lock"
JUDGED = "judged.jsonl"
"""Verdicts of a judge model, kept apart: they come later, cost money, and may be gone without harm."""
# As many as a stored baseline keeps, so that a run equals the baseline made of it.
DECIMALS = 6


class Price(Frozen):
    """Of a million tokens, in a currency of one's own choice."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, usage: Usage) -> float:
        return (usage.input_tokens * self.input + usage.output_tokens * self.output) / 1e6


class Manifest(Frozen):
    """What a run was made of, so that two can be compared."""

    id: str
    dataset: str
    dataset_hash: str
    workspace: str
    workspace_hash: str
    """Of every file of the workspace."""
    index: str
    """Version of the index and how much is in it."""
    settings: dict[str, Any]
    """Without secrets and without paths of the machine."""
    commit: str
    versions: dict[str, str]
    epochs: int
    filters: tuple[str, ...]
    today: str
    seed: int
    scorers: str
    """Version of the scorers that made the scores."""
    began: str
    finished: str = ""
    """Empty until every sample was asked; afterwards answers never change."""
    usage: Usage = Usage()
    seconds: float = 0.0
    price: Price | None = None
    """What tokens cost, where a person said it; the grounded model uses none."""

    @property
    def cost(self) -> float | None:
        """Of all answers, in the currency of the price."""
        return self.price.of(self.usage) if self.price else None

    @property
    def conditions(self) -> dict[str, str]:
        """What must be the same for a resumed run to be one run."""
        return {
            "dataset": self.dataset_hash,
            "workspace": self.workspace_hash,
            "settings": json.dumps(self.settings, sort_keys=True),
            "commit": self.commit,
            "epochs": str(self.epochs),
            "filters": ", ".join(self.filters),
        }


class Judged(Frozen):
    """The scores of one answer."""

    sample: str
    epoch: int
    scores: dict[str, Score]


class Run:
    """One run's folder, open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = self.read_manifest(folder)
        try:
            self.dataset = Dataset.model_validate_json((folder / SAMPLES).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(f"{str(folder)!r} is not a run: it has no {Path(error.filename).name}.") from None
        except ValidationError as error:
            raise SettingsError(f"{str(folder)!r} cannot be read as a run: {error.errors()[0]['msg']}.") from None

    @staticmethod
    def read_manifest(folder: Path) -> Manifest:
        """The manifest alone, where the samples are not needed."""
        try:
            return Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingsError(f"{str(folder)!r} is not a run: it has no {MANIFEST}.") from None
        except ValidationError as error:
            raise SettingsError(f"{str(folder)!r} cannot be read as a run: {error.errors()[0]['msg']}.") from None

    @classmethod
    def create(cls, folder: Path, manifest: Manifest, dataset: Dataset, weights: Weights) -> Run:
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / SAMPLES, dataset.model_dump_json(indent=1, exclude_defaults=True))
        counted = {"reading": READING, "documents": weights.documents, "frequency": dict(weights.frequency)}
        write(folder / WORDS, json.dumps(counted))
        write(folder / MANIFEST, manifest.model_dump_json(indent=1))
        return cls(folder)

    @property
    def samples(self) -> dict[str, Sample]:
        return {s.id: s for s in self.dataset.samples}

    @property
    def fingerprints(self) -> dict[str, str]:
        return {s.id: s.fingerprint for s in self.dataset.samples}

    @property
    def weights(self) -> Weights:
        data = json.loads((self.folder / WORDS).read_text(encoding="utf-8"))
        if data.get("reading") != READING:
            raise SettingsError(
                f"The run {self.manifest.id} counted its words as another version reads them; ask its dataset again."
            )
        return Weights(data["documents"], data["frequency"])

    def outputs(self) -> list[Output]:
        return [Output.model_validate_json(line) for line in lines(self.folder / ANSWERS)]

    def scores(self) -> list[Judged]:
        """By the scorers, with the verdicts of a judge model where one was asked."""
        verdicts = {(j.sample, j.epoch): j.scores for j in map(_judged, lines(self.folder / JUDGED))}
        scored = map(_judged, lines(self.folder / SCORES))
        return [j.model_copy(update={"scores": {**j.scores, **verdicts.get((j.sample, j.epoch), {})}}) for j in scored]

    def answers_to(self, sample: str) -> list[Output]:
        """The answers to one sample, by epoch; the others are passed over unread."""
        return [Output.model_validate_json(line) for line in _of(sample, self.folder / ANSWERS)]

    def scores_of(self, sample: str) -> list[Judged]:
        verdicts = {j.epoch: j.scores for j in map(_judged, _of(sample, self.folder / JUDGED))}
        scored = map(_judged, _of(sample, self.folder / SCORES))
        return [j.model_copy(update={"scores": {**j.scores, **verdicts.get(j.epoch, {})}}) for j in scored]

    def texts(self) -> dict[str, str]:
        """What was first answered, by sample."""
        found: dict[str, str] = {}
        for line in lines(self.folder / ANSWERS):
            entry = json.loads(line)
            found.setdefault(entry["sample"], entry["answer"]["text"] if entry["answer"] else entry["error"])
        return found

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keeps other processes from writing to the run."""
        try:
            with FileLock(self.folder / LOCK, timeout=0):
                yield
        except Timeout:
            raise SettingsError(f"The run {self.manifest.id} is being written by another process.") from None

    def is_being_written(self) -> bool:
        try:
            with FileLock(self.folder / LOCK, timeout=0):
                return False
        except Timeout:
            return True

    def keep(self, output: Output, scores: dict[str, Score]) -> None:
        """Adds an answer and its scores. A finished run takes no more."""
        if self.manifest.finished:
            raise SettingsError(f"The run {self.manifest.id} is finished; its answers do not change.")
        judged = Judged(sample=output.sample, epoch=output.epoch, scores=scores)
        for name, line in ((SCORES, judged.model_dump_json()), (ANSWERS, output.model_dump_json())):
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def mend(self) -> None:
        """Drops what a killed run left half written: answers are whole lines, and each has its scores."""
        outputs = self.outputs()
        asked = {(o.sample, o.epoch) for o in outputs}
        kept = [j for j in map(_judged, lines(self.folder / SCORES)) if (j.sample, j.epoch) in asked]
        write(self.folder / ANSWERS, "".join(o.model_dump_json() + "\n" for o in outputs))
        write(self.folder / SCORES, "".join(j.model_dump_json() + "\n" for j in kept))

    def finish(self) -> None:
        answers = [o.answer for o in self.outputs() if o.answer]
        usage = Usage(
            input_tokens=sum(a.usage.input_tokens for a in answers),
            output_tokens=sum(a.usage.output_tokens for a in answers),
        )
        seconds = round(sum(a.seconds.total for a in answers), 3)
        self._note(finished=now(), usage=usage, seconds=seconds)

    def rescore(self, dataset: Dataset | None = None) -> None:
        """Judges the stored answers again, by the run's own samples or by those of a corrected dataset."""
        if dataset is not None:
            corrected = {s.id: s for s in dataset.samples}
            missing = sorted(self.samples.keys() - corrected.keys())
            if missing:
                raise SettingsError(f"The dataset {dataset.name} lacks {missing[0]!r}, which this run asked.")
            samples = tuple(corrected[s.id] for s in self.dataset.samples)
            for before, after in zip(self.dataset.samples, samples, strict=True):
                if (before.question, before.history, before.viewer) != (
                    after.question,
                    after.history,
                    after.viewer,
                ):
                    raise SettingsError(f"{after.id} asks something else now; its answer must be asked for again.")
            self.dataset = self.dataset.model_copy(update={"samples": samples})
        weights, samples_by_id = self.weights, self.samples
        judged = [
            Judged(sample=o.sample, epoch=o.epoch, scores=judge(samples_by_id[o.sample], o, weights))
            for o in self.outputs()
        ]
        write(self.folder / SAMPLES, self.dataset.model_dump_json(indent=1, exclude_defaults=True))
        write(self.folder / SCORES, "".join(j.model_dump_json() + "\n" for j in judged))
        self._note(scorers=VERSION, dataset_hash=self.dataset.hash)

    def _note(self, **changes: Any) -> None:
        self.manifest = self.manifest.model_copy(update=changes)
        write(self.folder / MANIFEST, self.manifest.model_dump_json(indent=1))

    def by_metric(self) -> dict[str, dict[str, float]]:
        """Metric, then sample: the mean over epochs to six decimals. Only samples to which the metric applies."""
        gathered: dict[str, dict[str, list[float]]] = {}
        for judged in self.scores():
            for name, score in judged.scores.items():
                if score.value is not None:
                    gathered.setdefault(name, {}).setdefault(judged.sample, []).append(score.value)
        return {
            name: {sample: round(sum(values) / len(values), DECIMALS) for sample, values in by_sample.items()}
            for name, by_sample in gathered.items()
        }


def lines(path: Path) -> Iterator[str]:
    """The whole lines of a file, one by one; one that a killed process left unfinished is passed over."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.endswith("\n") and line.strip():
                yield line


def _judged(line: str) -> Judged:
    return Judged.model_validate_json(line)


def _of(sample: str, path: Path) -> Iterator[str]:
    # The models write their first field first.
    opening = f'{{"sample":{json.dumps(sample, ensure_ascii=False)},'
    return (line for line in lines(path) if line.startswith(opening))


def write(path: Path, text: str) -> None:
    """Replaces a file in one step, so that a kill leaves the old one or the new one."""
    beside = path.with_suffix(path.suffix + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
