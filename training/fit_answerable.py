"""Fits `copilot/passages/answerable.json` on public questions with marked sentences.

Run `PYTHONPATH=bench python training/fit_answerable.py FILE… --state FOLDER`; `bench/quoting.py` tests what comes out
on other corpora. Only sets whose licence allows what ships to be trained on them belong here. A row a set: how the
model of the other sets does on it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import logistic
import numpy as np
from abstention import HEADINGS, WRONGLY_REFUSED, Asked, asked_twice, numbers, report, scores
from marked import opened, read

from copilot.passages.answerable import FILE

_QUESTIONS = 600
"""What each set counts, whatever its size."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--state", type=Path, required=True, help="keeps the indexes for another run")
    given = parser.parse_args()
    sets = {found.name: asked_twice(opened(found, given.state / found.name), found) for found in map(read, given.files)}
    weights = fitted([*sets.values()])
    answerable = [q for questions in sets.values() for q in questions if q.is_answerable]
    least = round(float(np.quantile(scores(weights, answerable), WRONGLY_REFUSED)), 3)
    print(HEADINGS)
    for name, questions in sets.items():
        others = fitted([other for key, other in sets.items() if key != name])
        print(report(name, questions, others, least))
    FILE.write_text(json.dumps({"weights": weights, "least": least}, indent=2) + "\n", encoding="utf-8")


def fitted(sets: Sequence[Sequence[Asked]]) -> dict[str, float]:
    """What tells the answerable questions of all sets from the others."""
    # What the search missed is neither an answer nor a near miss.
    kept = [[q for q in questions if q.is_found or not q.is_answerable] for questions in sets]
    rows = numbers([q for questions in kept for q in questions])
    labels = np.array([float(q.is_answerable) for questions in kept for q in questions])
    shares = np.concatenate([np.full(len(questions), _QUESTIONS / len(questions)) for questions in kept])
    return logistic.fitted(rows, labels, [*asdict(kept[0][0].signals)], shares)


if __name__ == "__main__":
    main()
