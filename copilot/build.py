"""From settings to a wired copilot: the only place that chooses concrete classes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.errors import KnowledgeError, SettingsError, StateError
from copilot.reading import matcher
from copilot.reading.columns import Columns
from copilot.records.catalogue import Catalogue
from copilot.records.store import Records
from copilot.retrieval import copying
from copilot.retrieval.retriever import Retriever
from copilot.retrieval.sync import Phrases, sync
from copilot.retrieval.types import SyncReport
from copilot.settings import Settings
from copilot.sources import Sources
from copilot.state.conversations import FILE as CONVERSATIONS
from copilot.state.conversations import Conversations
from copilot.state.places import place
from copilot.types import Viewer
from copilot.upkeep.library import Library
from copilot.upkeep.snapshots import Snapshots
from copilot.workspace import Workspace

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from copilot.chat import Copilot
    from copilot.memos.store import Memos
    from copilot.telemetry import Telemetry

_log = logging.getLogger(__name__)
_SNAPSHOTS = "snapshots.sqlite"

Progress = Callable[[int, int], None]
"""Told how many of how many chunks are embedded."""


def switch_off_telemetry() -> None:
    """Tells every dependency that would send usage data not to; a name set by the operator stays."""
    for name, value in (
        ("ANONYMIZED_TELEMETRY", "False"),
        ("LANGSMITH_TRACING", "false"),
        ("LANGCHAIN_TRACING_V2", "false"),
        ("HF_HUB_OFFLINE", "1"),
        ("HF_HUB_DISABLE_TELEMETRY", "1"),
        ("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false"),
        ("DO_NOT_TRACK", "1"),
    ):
        os.environ.setdefault(name, value)


def index(settings: Settings, progress: Progress | None = None) -> tuple[SyncReport, Records]:
    """Brings the index of the workspace up to date with its files; raises as `open_copilot` does.

    Unlike `open_copilot`, it raises KnowledgeError whenever another process is writing the index.
    """
    switch_off_telemetry()
    workspace = Workspace.open(settings.workspace)
    records = _records(workspace, settings)
    state = settings.workspace_state()
    with closing(records):
        report = _sync(settings, workspace, records, progress)
    retriever, snapshots = Retriever(state, chroma_url=settings.chroma_url), Snapshots(state / _SNAPSHOTS)
    conversations = _conversations(settings)
    with closing(retriever), closing(snapshots), closing(conversations):
        _take(snapshots, workspace, records, retriever, workspace.today(settings.today))
        _audit_rules(conversations, workspace, report)
    return report, records


def _sync(settings: Settings, workspace: Workspace, records: Records, progress: Progress | None) -> SyncReport:
    return sync(
        workspace,
        records,
        settings.workspace_state(),
        progress,
        chroma_url=settings.chroma_url,
        parallel=settings.parallel,
        phrases=_phrases(workspace, records),
    )


def copy_index(settings: Settings, target: Path) -> Path:
    """Copies the index to the state folder of another machine; where in it."""
    state = settings.workspace_state()
    folder = target.expanduser().resolve() / state.name
    copying.copy_index(state, folder)
    return folder


def open_library(settings: Settings) -> Library:
    """The documents of the workspace, to be looked after; what is changed shows after the next `index`."""
    state = settings.workspace_state()
    retriever = Retriever(state, chroma_url=settings.chroma_url)
    return Library(Workspace.open(settings.workspace), state, retriever, _conversations(settings))


def open_sources(settings: Settings, progress: Progress | None = None) -> Sources:
    """The workspace, read and indexed; when another process is indexing, the index as it stands."""
    switch_off_telemetry()
    workspace = Workspace.open(settings.workspace)
    records = _records(workspace, settings)
    state = settings.workspace_state()
    metrics = Catalogue.load(workspace, records)
    retriever = Retriever(state, chroma_url=settings.chroma_url)
    report = None
    try:
        report = _sync(settings, workspace, records, progress)
        stale = ""
    except (KnowledgeError, StateError) as error:
        # Another writer is at work, or nothing can be written. The old index answers meanwhile; without one there is
        # nothing to answer from.
        if not retriever.states():
            raise
        _log.warning("index left as it stands", extra={"reason": str(error)})
        # That somebody else is bringing it up to date is no news for who asks.
        stale = f"Changed documents may be missing: {error}" if isinstance(error, StateError) else ""
    today, snapshots = workspace.today(settings.today), Snapshots(state / _SNAPSHOTS)
    conversations = _conversations(settings)
    _take(snapshots, workspace, records, retriever, today)
    _audit_rules(conversations, workspace, report)
    return Sources(
        workspace=workspace,
        records=records,
        metrics=metrics,
        retriever=retriever,
        today=today,
        snapshots=snapshots,
        conversations=conversations,
        stale=stale,
    )


def _conversations(settings: Settings) -> Conversations:
    return Conversations(place(settings, CONVERSATIONS))


def _take(snapshots: Snapshots, workspace: Workspace, records: Records, retriever: Retriever, today: date) -> None:
    """Keeps what there is today; questions about other days can do without where it cannot be kept."""
    with suppress(StateError):
        snapshots.take(workspace, records, retriever.states(), today)


def _audit_rules(conversations: Conversations, workspace: Workspace, report: SyncReport | None) -> None:
    """Notes what an index run changed, and which of the files have changed that say how answers are made."""
    if report is not None and report.added + report.changed + report.removed:
        about = {name: getattr(report, name) for name in ("added", "changed", "removed")}
        conversations.note_or_log("", "indexed", workspace.title, about)
    rules = workspace.rules()
    known: dict[str, str] = {}
    with suppress(StateError):
        known = conversations.last_noted("changed rules").get("files", {})
    if changed := sorted(name for name in rules.keys() | known.keys() if rules.get(name) != known.get(name)):
        conversations.note_or_log("", "changed rules", ", ".join(changed), {"files": rules})


def _records(workspace: Workspace, settings: Settings) -> Records:
    """The record tables, beside a warehouse where workspace.yaml names tables of one."""
    tables = workspace.config.warehouse.tables
    if not tables:
        return Records.load(workspace)
    if settings.warehouse_url is None:
        raise SettingsError(
            f"workspace.yaml says that {', '.join(tables)} is in a warehouse; set BEARING_WAREHOUSE_URL to its address."
        )
    from copilot.records.warehouse import Warehouse

    return Records.load(workspace, Warehouse(settings.warehouse_url.get_secret_value(), tables))


def _phrases(workspace: Workspace, records: Records) -> Phrases:
    """What a span of a question may mean in the records, for whoever may see all of them."""
    everyone = Viewer(labels=frozenset(workspace.config.labels))
    return Phrases(tuple(Columns.of(records.view(everyone)).phrases()), matcher.encode, matcher.name())


def open_copilot(settings: Settings | None = None, progress: Progress | None = None) -> Copilot:
    """A copilot over the workspace that the settings name, indexed and ready; without settings, by the environment.

    The first call on a workspace reads and embeds all its documents, later ones what changed. Close the copilot when it
    is no longer needed.

    Raises SettingsError when a setting, the model's name or the state folder is wrong, and KnowledgeError when the
    workspace's own files (workspace.yaml, records, metrics.yaml) cannot be read, or when another process writes the
    first index. A document that cannot be read raises nothing: it is left out, with its reason in the index.
    """
    from copilot.memos.store import FILE, Memos

    settings = settings or Settings.from_env()
    sources = open_sources(settings, progress)
    if settings.keep_days is not None and sources.conversations is not None:
        with suppress(StateError):
            sources.conversations.expire(settings.keep_days)
    return assemble(settings, sources, Memos(place(settings, FILE)))


def assemble(settings: Settings, sources: Sources, memos: Memos | None = None) -> Copilot:
    """Chat models, tools and memory around sources that are open; without a store no memo is kept."""
    from copilot.answering.running import ChatModels
    from copilot.chat import Copilot
    from copilot.models.grounded import GroundedChatModel, Memory
    from copilot.state.spending import FILE as SPENDING
    from copilot.state.spending import Spending

    remote = _remote_models(settings)
    models = ChatModels(
        grounded=lambda viewer: GroundedChatModel(sources=sources, viewer=viewer, memory=Memory(sources, viewer)),
        remote=remote,
        names=settings.models(),
        system_prompt=lambda viewer: _system_prompt(sources, viewer),
        history_tokens=settings.history_tokens,
        turn_tokens=settings.turn_tokens,
        day_tokens=settings.day_tokens,
        spending=Spending(place(settings, SPENDING)) if remote else None,
        prices=settings.prices(),
    )
    _drop_former_memory(settings.workspace_state())
    conversations = sources.conversations or _conversations(settings)
    return Copilot(sources, models, conversations, settings.viewer, memos, settings.slow_seconds, _telemetry(settings))


def _remote_models(settings: Settings) -> dict[str, BaseChatModel]:
    """Those that may be asked, by name."""
    if settings.models() == ("grounded",):
        return {}
    from copilot.models.remote.model import remote_model

    names = [name for name in settings.models() if name != "grounded"]
    return {name: remote_model(settings.model_copy(update={"model": name})) for name in names}


def _telemetry(settings: Settings) -> Telemetry:
    """What the settings want watched; SettingsError where what that needs is not installed."""
    from copilot.telemetry import Telemetry

    try:
        if settings.otlp_url is not None:
            from copilot.telemetry.traces import Traces
        if settings.metrics:
            from copilot.telemetry.metrics import Metrics
    except ImportError as error:
        raise SettingsError(f'{error.name} is not installed: pip install "bearing[telemetry]".') from None
    return Telemetry(
        Traces(settings.otlp_url, version("bearing")) if settings.otlp_url is not None else None,
        Metrics() if settings.metrics else None,
    )


def _system_prompt(sources: Sources, viewer: Viewer) -> str:
    from copilot.models.remote.card import card
    from copilot.prompts import render

    config = sources.workspace.config
    return render(
        "system",
        organisation=sources.workspace.title,
        today=sources.today.isoformat(),
        currency=config.currency or "no stated currency",
        viewer=viewer.name,
        card=card(sources, viewer),
    )


def _drop_former_memory(state: Path) -> None:
    """Earlier versions kept a second copy of each conversation, which grew with its square."""
    for path in state.glob("agent.sqlite*"):
        with suppress(OSError):
            path.unlink(missing_ok=True)
