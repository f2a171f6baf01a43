"""Asks every question of a dataset, keeps what came, and judges it."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import uuid
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import chain, zip_longest
from pathlib import Path

from copilot import Copilot, Settings
from copilot.build import assemble, open_sources
from copilot.errors import LimitExceeded, ModelError, SettingsError
from copilot.retrieval.manifest import VERSION as INDEX_VERSION
from copilot.tools import TOOLS
from copilot.types import Answer, Evidence, ToolCall, Viewer
from copilot.workspace import Workspace
from evals.lint import lint
from evals.runs import MANIFEST, Manifest, Price, Run, now
from evals.samples import Dataset, Sample, load
from evals.scorers import VERSION, judge
from evals.scores import Output
from evals.statistics import SEED
from evals.summary import Summary, summarise
from evals.wording import Weights

PACKAGES = ("bearing", "langchain", "langgraph", "chromadb", "tantivy", "duckdb", "numpy")
# Settings that are secret, belong to the machine, or bear on no answer.
_APART = {
    "api_key", "workspace", "state_dir", "other_models", "log_level", "log_format", "slow_seconds", "rate", "worker",
}  # fmt: skip
TEXT_SUFFIXES = frozenset({".md", ".txt", ".csv", ".yaml", ".yml", ".html", ".eml"})

Progress = Callable[[int, int, str], None]
"""Told how many of how many answers are there, and of which sample the last is."""


def open_without_memos(settings: Settings) -> Copilot:
    """A copilot whose drafts leave no trace."""
    return assemble(settings, open_sources(settings))


def run(
    dataset: str,
    settings: Settings,
    out: Path | None = None,
    *,
    epochs: int = 1,
    filters: Sequence[str] = (),
    price: Price | None = None,
    open: Callable[[Settings], Copilot] = open_without_memos,
    progress: Progress | None = None,
) -> Summary:
    """Asks and judges a dataset. A folder that holds an unfinished run of the same kind is continued."""
    if epochs < 1:
        raise SettingsError(f"A run has at least one epoch, not {epochs}.")
    samples = load(dataset).only(filters)
    if faults := lint(samples, Workspace.open(settings.workspace)):
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise SettingsError(f"{samples.name} does not fit the workspace: {faults[0]}{more}.")
    # Opened before the folder is made, so that a broken workspace leaves no empty run.
    copilot = open(settings)
    record = _open(samples, settings, copilot, out, epochs, tuple(filters), price)
    if not record.manifest.finished:
        with record.writing():
            record.mend()
            _ask_the_rest(record, copilot, samples, epochs, progress)
            record.finish()
    return summarise(record)


def _ask_the_rest(record: Run, copilot: Copilot, samples: Dataset, epochs: int, progress: Progress | None) -> None:
    """Asks what the run lacks, epoch by epoch."""
    weights = record.weights
    asked = {(o.sample, o.epoch) for o in record.outputs()}
    plan = [(s, e) for e in range(epochs) for s in samples.samples]
    for done, (sample, epoch) in enumerate(plan, 1):
        if (sample.id, epoch) not in asked:
            output = ask(copilot, sample, epoch)
            record.keep(output, judge(sample, output, weights))
        if progress:
            progress(done, len(plan), sample.id)


def ask(copilot: Copilot, sample: Sample, epoch: int) -> Output:
    """The answer to a sample, its earlier questions asked before it, its other wordings after it."""
    try:
        answer = _in_conversation(copilot, sample)
        paraphrases = tuple(copilot.ask(text, viewer=sample.viewer) for text in sample.paraphrases)
        return Output(
            sample=sample.id,
            fingerprint=sample.fingerprint,
            epoch=epoch,
            answer=answer,
            evidence=read_again(copilot, answer, copilot.viewer(sample.viewer)),
            paraphrases=paraphrases,
        )
    except (ModelError, LimitExceeded) as error:
        # Anything else is wrong with the set-up or the program, and no verdict on an answer.
        text = f"{type(error).__name__}: {error}"
        return Output(sample=sample.id, fingerprint=sample.fingerprint, epoch=epoch, answer=None, error=text)


def _in_conversation(copilot: Copilot, sample: Sample) -> Answer:
    """A conversation exists only where earlier turns matter, and is forgotten afterwards."""
    if not sample.history:
        return copilot.ask(sample.question, viewer=sample.viewer)
    # Ids are never used twice: a forgotten conversation keeps its own.
    conversation = f"eval-{uuid.uuid4().hex}"
    try:
        for earlier in sample.history:
            copilot.ask(earlier, conversation=conversation, viewer=sample.viewer)
        return copilot.ask(sample.question, conversation=conversation, viewer=sample.viewer)
    finally:
        copilot.forget(conversation, viewer=sample.viewer)


def read_again(copilot: Copilot, answer: Answer, viewer: Viewer) -> tuple[Evidence, ...]:
    """All that the answer's tool calls read: tools are pure, so the same calls bring the same evidence.

    The best of each call come first, the fullest query before the others: calls run side by side, so the order in
    which they ended means nothing.
    """
    tools = {tool.name: tool for tool in TOOLS}
    results = [
        tools[call.name].run(copilot.sources, viewer, tools[call.name].arguments(**call.arguments)).evidence
        for call in sorted(answer.tool_calls, key=_fullest_first)
        if call.ok and call.name in tools
    ]
    in_turn = chain.from_iterable(zip_longest(*results))
    return tuple({item.id: item for item in in_turn if item is not None}.values())


def _fullest_first(call: ToolCall) -> tuple[int, str, str]:
    arguments = json.dumps(call.arguments, sort_keys=True, default=str)
    return -len(arguments), call.name, arguments


def _open(
    dataset: Dataset,
    settings: Settings,
    copilot: Copilot,
    out: Path | None,
    epochs: int,
    filters: tuple[str, ...],
    price: Price | None,
) -> Run:
    """The run's folder: a new one, or the unfinished one that is there."""
    folder = out or Path("runs") / f"{dataset.name}-{now().replace(':', '').removesuffix('+0000')}"
    manifest = _manifest(dataset, settings, copilot, folder.name, epochs, filters, price)
    if not (folder / MANIFEST).exists():
        if folder.exists() and any(folder.iterdir()):
            raise SettingsError(f"{str(folder)!r} holds other files; name a new or an empty folder.")
        return Run.create(folder, manifest, dataset, _weights(settings.workspace))
    record = Run(folder)
    mine, theirs = manifest.conditions, record.manifest.conditions
    different = [name for name in mine if mine[name] != theirs[name]]
    if different:
        raise SettingsError(f"{str(folder)!r} holds a run with another {', '.join(different)}; name a new folder.")
    return record


def _manifest(
    dataset: Dataset,
    settings: Settings,
    copilot: Copilot,
    id: str,
    epochs: int,
    filters: tuple[str, ...],
    price: Price | None,
) -> Manifest:
    retriever = copilot.sources.retriever
    documents = len(retriever.documents(Viewer())) if retriever else 0
    return Manifest(
        id=id,
        dataset=dataset.name,
        dataset_hash=dataset.hash,
        workspace=settings.workspace.name,
        workspace_hash=workspace_hash(settings.workspace),
        index=f"{INDEX_VERSION}, {documents} documents for everyone",
        settings=settings.model_dump(mode="json", exclude=_APART),
        commit=_commit(),
        versions={"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        epochs=epochs,
        filters=filters,
        today=copilot.sources.today.isoformat(),
        seed=SEED,
        scorers=VERSION,
        began=now(),
        price=price,
    )


def workspace_hash(root: Path) -> str:
    """Of the names and contents of every file."""
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith(".")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _weights(root: Path) -> Weights:
    """Words weighed by the documents of the workspace: two runs over the same workspace weigh alike."""
    paths = sorted(p for p in root.rglob("*") if p.suffix.lower() in TEXT_SUFFIXES and p.is_file())
    paragraphs = (
        part
        for path in paths
        if path.suffix.lower() != ".csv"
        for part in path.read_text(encoding="utf-8", errors="replace").split("\n\n")
    )
    return Weights.of(part for part in paragraphs if part.strip())


def _commit() -> str:
    """The commit of the checkout, with a plus when files differ from it; empty outside a checkout."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return ""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return head.stdout.strip()[:12] + ("+" if changed.stdout.strip() else "")
