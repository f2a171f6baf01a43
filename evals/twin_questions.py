"""What a workspace and its twin without the restricted parts are asked.

The questions name the restricted documents and records, ask for totals to which those would count, and are those of the
shipped datasets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from copilot import Copilot
from copilot.types import Viewer
from evals.samples import HELD_BACK, load, names

_OF_ONE = (
    "What does “{}” say?",
    "Tell me about {}.",
    "Who decides on {}?",
    "Is {} at risk?",
    "How much does {} cost?",
    "What changed in {}?",
)
_OF_MANY = ("How many projects have the {} {}?", "Which projects with the {} {} should come first?")
_OF_A_METRIC = ("What is the {}?", "How did the {} develop over the last year?", "What is the {} by unit?")
# Columns with so few values that a question may name one.
_MOST_VALUES = 20


def questions_of(copilot: Copilot) -> tuple[str, ...]:
    """Each once, of a copilot of the whole workspace."""
    return tuple(dict.fromkeys(_questions(copilot)))


def _questions(copilot: Copilot) -> Iterator[str]:
    everything = Viewer(name="everything", labels=frozenset(copilot.sources.workspace.config.labels))
    for name in _restricted(copilot, everything):
        yield from (template.format(name) for template in _OF_ONE)
    view = copilot.sources.records.view(everything)
    for metric in copilot.sources.metrics.metrics.values() if copilot.sources.metrics else ():
        yield from (template.format(metric.title.lower()) for template in _OF_A_METRIC)
    rows = view.select("projects") if view.has("projects") else []
    for column, value in _values_of_restricted(rows):
        yield from (template.format(column.replace("_", " "), value) for template in _OF_MANY)
    for dataset in names():
        if dataset != HELD_BACK:
            yield from (sample.question for sample in load(dataset).samples)


def _restricted(copilot: Copilot, everything: Viewer) -> Iterator[str]:
    if copilot.sources.retriever is not None:
        yield from (document.title for document in copilot.sources.retriever.documents(everything) if document.label)
    view = copilot.sources.records.view(everything)
    for table in ("projects", "models", "incidents", "decisions"):
        for row in view.select(table) if view.has(table) else ():
            if row.get("label"):
                yield from (str(row[name]) for name in ("id", "name", "title") if row.get(name))


def _values_of_restricted(rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, object]]:
    """The columns and values of restricted projects that others share."""
    for column in rows[0] if rows else ():
        values = {row[column] for row in rows if row[column] is not None} if column not in ("label", "_row") else set()
        if len(values) <= _MOST_VALUES:
            named = dict.fromkeys(row[column] for row in rows if row["label"] and row[column] in values)
            yield from ((column, value) for value in named)
