"""A run in a process of its own, since it takes minutes and the page that starts it takes milliseconds."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.settings import Settings
from evals.runs import MANIFEST, SAMPLES, SCORES, Run, lines, now
from evals.samples import load

_LOG_SHOWN = 400


@dataclass(frozen=True)
class Progress:
    asked: int
    total: int
    """0 while the workspace is being read."""
    state: str
    """`starting`, `asking`, `finished` or `failed`."""
    last_words: str
    """The end of what the process printed, to explain a failure."""


@dataclass
class Started:
    """A run that this process began."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def progress(self) -> Progress:
        """Read from the files that the run writes."""
        ended = self.process.poll()
        asked = sum(1 for _ in lines(self.folder / SCORES))
        total = 0
        if all((self.folder / name).is_file() for name in (MANIFEST, SAMPLES)):
            run = Run(self.folder)
            total = len(run.dataset.samples) * run.manifest.epochs
        state = "asking" if total else "starting"
        if ended is not None:
            state = "finished" if ended == 0 else "failed"
        words = self.log.read_text(encoding="utf-8", errors="replace").strip() if state == "failed" else ""
        return Progress(asked, total, state, words[-_LOG_SHOWN:])

    def stop(self) -> None:
        """Ends the run; it can be resumed."""
        self.process.terminate()
        self.process.wait(10)


def start(dataset: str, settings: Settings, place: Path, filters: Sequence[str] = ()) -> Started:
    """Begins a run of a dataset in a new folder of `place`. Whatever else is set is inherited by environment."""
    stem = re.sub(r"[^\w-]", "-", load(dataset).only(filters).name)
    folder = place / f"{stem}-{now().replace(':', '').removesuffix('+0000')}"
    return _launch(folder, [dataset, *(part for text in filters for part in ("--filter", text))], settings)


def resume(run: Run, dataset: str, settings: Settings) -> Started:
    """Goes on with a run that was stopped; `dataset` is the file or the name that it asks."""
    manifest = run.manifest
    filters = [part for text in manifest.filters for part in ("--filter", text)]
    return _launch(run.folder, [dataset, "--epochs", str(manifest.epochs), *filters], settings)


def _launch(folder: Path, arguments: list[str], settings: Settings) -> Started:
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "copilot", "eval", "run", *arguments]
    with folder.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--workspace", str(settings.workspace), "--out", str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Started(folder, process)
