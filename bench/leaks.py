"""Asks 500 questions of a workspace and of its twin without the restricted parts, and compares the answers.

    python bench/leaks.py [--workspace DIR] [--viewer NAME] [--questions N] [--json FILE]

Prints each question whose answers differ, with what both say, and the share that is the same; exits 1 unless it is all.
Ctrl-C ends it with the figure so far.
The questions name what is restricted, ask for totals to which it would count, and are those of the shipped datasets.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from copilot import Copilot, Settings, open_copilot
from copilot.settings import shipped_workspace
from copilot.types import Viewer
from copilot.workspace import Workspace
from evals.samples import HELD_BACK, load, names
from evals.twin import differences, make_twin

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
_SHOWN = 300


def main() -> None:
    given = _arguments()
    workspace = Workspace.open(given.workspace)
    viewer = workspace.viewer(given.viewer)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        hidden = make_twin(given.workspace, place / "twin" / given.workspace.name, viewer)
        whole = open_copilot(Settings(workspace=given.workspace, state_dir=place / "state"))
        twin = open_copilot(Settings(workspace=place / "twin" / given.workspace.name, state_dir=place / "state"))
        found: Counter[str] = Counter()
        asked = same = 0
        questions = list(itertools.islice(dict.fromkeys(_questions(whole, workspace)), given.questions))
        with suppress(KeyboardInterrupt):
            for question in questions:
                other = differences(whole.ask(question, viewer=viewer.name), twin.ask(question, viewer=viewer.name))
                asked, same = asked + 1, same + (not other)
                found.update(other.keys())
                if other:
                    _print(question, other)
        whole.close()
        twin.close()
    print(f"{same} of {asked} answers are the same with and without {hidden} restricted documents and rows")
    for name, count in found.most_common():
        print(f"  {name}: {count}")
    if given.json:
        given.json.write_text(json.dumps({"questions": asked, "same": same, "hidden": hidden, **found}))
    sys.exit(same < asked)


def _print(question: str, found: dict[str, tuple[object, object]]) -> None:
    print(question)
    for name, (mine, other) in found.items():
        left, right = _apart(str(mine), str(other))
        print(f"    {name}\n        {left}\n        {right}", flush=True)


def _apart(one: str, other: str) -> tuple[str, str]:
    """Both from a little before the place where they part."""
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, place - 60)
    return one[start : start + _SHOWN], other[start : start + _SHOWN]


def _questions(copilot: Copilot, workspace: Workspace) -> Iterator[str]:
    """What names the restricted documents and records, what they would count to, and what the datasets ask."""
    everything = Viewer(name="everything", labels=frozenset(workspace.config.labels))
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


def _values_of_restricted(rows: list[dict[str, object]]) -> Iterator[tuple[str, object]]:
    """The columns and values of restricted projects that others share."""
    for column in rows[0] if rows else ():
        values = {row[column] for row in rows if row[column] is not None} if column not in ("label", "_row") else set()
        if len(values) <= _MOST_VALUES:
            named = dict.fromkeys(row[column] for row in rows if row["label"] and row[column] in values)
            yield from ((column, value) for value in named)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=shipped_workspace())
    parser.add_argument("--viewer")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
