"""A shared conversation, as whoever opens its link may see it.

An answer was made from what its viewer saw. Whoever sees as much sees it whole. Anyone else sees it only where it
rests on passages and records alone, each of which they may open themselves: a figure that was computed from more than
they may see would tell of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from copilot.errors import KnowledgeError
from copilot.source_pages import open_source
from copilot.sources import Sources
from copilot.state.turns import Share, Turn
from copilot.types import Answer, Frozen, Viewer


class Shared(Frozen):
    title: str
    viewer: str
    """Who shared it."""
    at: datetime
    turns: tuple[Turn, ...]
    """As they stood then; one without an answer has one that is withheld."""


def shown(sources: Sources, share: Share, turns: Sequence[Turn], viewer: Viewer) -> tuple[Turn, ...]:
    """What the viewer may see of the turns that were answered when they were shared."""
    is_whole = _sees_as_much(sources, viewer, share.labels)
    mine = {"rating": None, "reasons": (), "comment": "", "earlier": 0}
    return tuple(
        turn.model_copy(update=mine | {"answer": turn.answer if is_whole else _part(sources, turn.answer, viewer)})
        for turn in turns
        if turn.answer and turn.asked_at <= share.at
    )


def _sees_as_much(sources: Sources, viewer: Viewer, labels: frozenset[str]) -> bool:
    """Whether the labels would show the viewer no row and no document more."""
    both = viewer.model_copy(update={"labels": viewer.labels | labels})
    own, more = sources.records.view(viewer), sources.records.view(both)
    if any(own.hidden(table) != more.hidden(table) for table in own.tables):
        return False
    documents = sources.retriever.documents if sources.retriever else None
    return documents is None or len(documents(viewer)) == len(documents(both))


def _part(sources: Sources, answer: Answer, viewer: Viewer) -> Answer | None:
    """The answer without what was said beside its sources; None where the viewer may not see all of them."""
    is_read = all(citation.kind in ("passage", "record") for citation in answer.citations)
    if not is_read or not answer.citations or answer.tables or answer.charts:
        return None
    try:
        for citation in answer.citations:
            open_source(sources, viewer, citation)
    except KnowledgeError:
        return None
    return answer.model_copy(
        update={"also_read": (), "warnings": (), "follow_ups": (), "tool_calls": (), "figures": ()}
    )
