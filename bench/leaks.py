"""Asks 500 questions of a workspace and of its twin without the restricted parts, and compares the answers.

    python bench/leaks.py [--workspace DIR] [--viewer NAME] [--questions N] [--every K] [--json FILE]

Prints each question whose answers differ, with what both say, and the share that is the same; exits 1 unless it is all.
Ctrl-C ends it with the figure so far. `--every 10` asks each tenth of the questions, from all their kinds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

from copilot import Settings, open_copilot
from copilot.settings import shipped_workspace
from copilot.workspace import Workspace
from evals.twin import differences, make_twin
from evals.twin_questions import questions_of

_SHOWN = 300
_TOLD_EVERY = 25


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
        questions = list(questions_of(whole))[: given.questions : given.every]
        with suppress(KeyboardInterrupt):
            for question in questions:
                other = differences(whole.ask(question, viewer=viewer.name), twin.ask(question, viewer=viewer.name))
                asked, same = asked + 1, same + (not other)
                found.update(other.keys())
                if other:
                    _print(question, other)
                if not asked % _TOLD_EVERY:
                    print(f"{same} of {asked} the same, {len(questions)} in all", file=sys.stderr, flush=True)
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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, default=shipped_workspace())
    parser.add_argument("--viewer")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
