"""What the tools of a workspace read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from copilot.records.store import Records
from copilot.workspace import Workspace

if TYPE_CHECKING:
    # Opening the records alone must not load the embedding model or the metric compiler.
    from copilot.records.catalogue import Catalogue
    from copilot.retrieval.retriever import Retriever
    from copilot.state.conversations import Conversations
    from copilot.upkeep.snapshots import Snapshots


@dataclass(frozen=True)
class Sources:
    workspace: Workspace
    records: Records
    metrics: Catalogue | None
    """The metric catalogue; None when the workspace observes no metric."""
    retriever: Retriever | None
    """None when the workspace holds no document."""
    today: date
    """Periods such as "last quarter" count back from this day."""
    snapshots: Snapshots | None = None
    """What the workspace held earlier; None where nothing is kept."""
    conversations: Conversations | None = None
    """What was answered before."""
    stale: str = ""
    """Why the index is not up to date, for whoever reads an answer; empty where nothing keeps it from being so."""
