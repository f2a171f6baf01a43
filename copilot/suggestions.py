"""Questions that a workspace can answer, to start a conversation from, and what there is to ask about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from copilot.sources import Sources
from copilot.tools import available
from copilot.types import Viewer


@dataclass(frozen=True)
class About:
    """What a viewer can ask about here."""

    documents: int
    records: Mapping[str, int]
    """Rows by table."""
    examples: Mapping[str, tuple[str, ...]]
    """Questions by what somebody is here for: to decide, to run a project, to check."""


def about(sources: Sources, viewer: Viewer) -> About:
    view = sources.records.view(viewer)
    examples = {
        "To decide": tuple(_to_decide(sources)),
        "To run a project": tuple(_to_run(sources, viewer)),
        "To check": tuple(_to_check(sources)),
    }
    return About(
        documents=len(sources.retriever.documents(viewer)) if sources.retriever else 0,
        records={table: int(str(view.aggregate(table)[0]["count"])) for table in view.tables},
        examples={aim: questions for aim, questions in examples.items() if questions},
    )


def _to_decide(sources: Sources) -> Iterator[str]:
    held = _held(sources)
    if "prioritize_projects" in held:
        yield "Which five projects should come first, and how firm is that ranking?"
    if "draft_memo" in held:
        yield "Draft a memo for the top five projects."
    if "diagnose_scaling" in held:
        yield "Why do pilots not reach production?"


def _to_run(sources: Sources, viewer: Viewer) -> Iterator[str]:
    view = sources.records.view(viewer)
    stages = sources.workspace.config.stages
    rows = view.select("projects") if view.has("projects", "name") else []
    for row in [row for row in rows if row["name"] and stages.is_open(row.get("stage"))][:1]:
        yield f"Tell me about {row['name']}."
        if "check_governance" in _held(sources):
            yield f"Is {row['name']} blocked, and what is missing?"
    for title in _titles(sources, viewer)[:1]:
        yield f"What does “{title}” say?"


def _to_check(sources: Sources) -> Iterator[str]:
    held = _held(sources)
    if "check_model_health" in held:
        yield "Which models have lost quality?"
    if "check_governance" in held:
        yield "Which gate rules block most projects?"
    yield from _on_metrics(sources)


def _held(sources: Sources) -> set[str]:
    return {tool.name for tool in available(sources)}


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
    yield from _on_metrics(sources)
    for title in _titles(sources, viewer):
        yield f"What does “{title}” say?"
    if view.has("projects"):
        yield "How many projects are there in each stage?"


def _on_metrics(sources: Sources) -> Iterator[str]:
    metrics = sources.metrics.metrics.values() if sources.metrics else ()
    for metric in [m for m in metrics if m.label and not m.vanity][:1]:
        yield f"How has {metric.label.lower()} developed over the last two quarters?"


def _titles(sources: Sources, viewer: Viewer) -> list[str]:
    """A few titles from across the list of documents."""
    documents = sources.retriever.documents(viewer) if sources.retriever else ()
    titles = [d.title for d in documents if d.superseded_by is None]
    step = max(1, len(titles) // 4)
    return titles[step // 2 :: step]
