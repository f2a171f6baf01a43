"""Questions that a workspace can answer, to start a conversation from."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.sources import Sources
from copilot.types import Viewer


def suggest(sources: Sources, viewer: Viewer, count: int = 4) -> tuple[str, ...]:
    """Up to `count` questions of different kinds, made from what the viewer may see."""
    return tuple(dict.fromkeys(_questions(sources, viewer)))[:count]


def _questions(sources: Sources, viewer: Viewer) -> Iterator[str]:
    view = sources.records.view(viewer)
    if any(view.has("projects", c.column) for c in sources.workspace.config.criteria):
        yield "Which five projects should come first, and how firm is that ranking?"
    if view.has("projects", "stage") and view.has("projects", "unit"):
        stages = view.values("projects", "stage")
        if stages:
            yield f"How many projects are in {stages[0].lower().replace('_', ' ')}, by unit?"
    documents = sources.retriever.documents(viewer) if sources.retriever else ()
    titles = [d.title for d in documents if d.superseded_by is None]
    if sources.metrics is not None:
        plain = [m for m in sources.metrics.metrics.values() if m.label and not m.vanity]
        if plain:
            yield f"How has {plain[0].label.lower()} developed over the last two quarters?"
    for title in _spread(titles):
        yield f"What does “{title}” say?"
    if view.has("projects"):
        yield "How many projects are there in each stage?"


def _spread(titles: list[str]) -> list[str]:
    """A few titles from across the list."""
    step = max(1, len(titles) // 4)
    return titles[step // 2 :: step]
