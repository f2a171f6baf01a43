"""Proposes questions for documents that no sample asks about, for a person to correct."""

from __future__ import annotations

import re

import yaml

from copilot import Copilot
from evals.samples import DATASETS, load

_HEADING = {
    "what it is": "What do we mean by {topic}?",
    "why it matters": "Why should we care about {topic}?",
    "how to do it": "How do we go about {topic}?",
    "signs of trouble": "How would I notice that {topic} is going wrong?",
    "what to measure": "What should we track for {topic}?",
    "when it fits": "When is {topic} the right choice for us?",
}
_LIMIT = 240


def drafts(copilot: Copilot) -> list[dict[str, object]]:
    """One draft sample for each section of each document that no sample takes as gold."""
    datasets = [load(str(path)) for path in sorted(DATASETS.glob("*.yaml"))]
    asked = {p.document for d in datasets for s in d.samples for p in s.passages}
    retriever = copilot.sources.retriever
    if retriever is None:
        return []
    viewer = copilot.viewer()
    found: list[dict[str, object]] = []
    for document in retriever.documents(viewer):
        if document.id in asked or document.superseded_by:
            continue
        for chunk in retriever.chunks_of(document.id, viewer):
            heading = chunk.heading_path[-1] if chunk.heading_path else ""
            question = _HEADING.get(heading.lower(), f"What does {document.title} say about {heading.lower()}?")
            first = re.split(r"(?<=[.!?])\s", " ".join(chunk.text.split()), maxsplit=1)[0][:_LIMIT]
            found.append(
                {
                    "id": f"draft-{len(found) + 1:03}",
                    "type": "factual",
                    "question": question.format(topic=document.title.lower()),
                    "nuggets": [{"text": first}],
                    "passages": [{"document": document.id}],
                    "author": "draft",
                    "provenance": f"proposed from {document.id}, {chunk.locator}",
                }
            )
    return found


def render(samples: list[dict[str, object]]) -> str:
    """The drafts as a dataset file that a person can finish."""
    return yaml.safe_dump({"name": "drafts", "samples": samples}, sort_keys=False, allow_unicode=True, width=100)
