"""Fits `copilot/reading/model/people.json`: whether a column of names holds people.

    python training/fit_people.py

Columns of all workspaces of the training data whose values are written like the names of people; whether they are says
the type that the workspace's writer gave. A row is told by a model of the hands in the other folds.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from check_utterances import DATA, workspace  # noqa: E402

from copilot.reading.names import spoken  # noqa: E402
from copilot.reading.people import FILE, described, look_like_people  # noqa: E402
from copilot.retrieval.embedder import encode  # noqa: E402

FOLDS, RIDGE, STEPS = 6, 0.3, 25
Numbers = NDArray[np.float64]


def columns() -> Iterator[tuple[int, str, bool]]:
    """The fold of each column's hand, what is read of it, and whether it holds people."""
    for file in sorted((DATA / "workspaces").glob("*.yaml")):
        about = workspace(file.stem)
        units = set(map(str, about.get("units") or ()))
        for data in about["tables"].values():
            for column, facts in data["columns"].items():
                values = [*dict.fromkeys(row[column] for row in data["rows"] if row[column])]
                is_asked = facts.get("type") in ("person", "category") and values and not units & {*values}
                if is_asked and look_like_people(values):
                    hand = file.stem.partition("-")[0]
                    yield (
                        zlib.crc32(hand.encode()) % FOLDS,
                        described(spoken(column), values),
                        facts["type"] == "person",
                    )


def fitted(vectors: Numbers, people: Numbers) -> Numbers:
    """Ridge logistic regression by Newton's method; vectors are of length 1 already."""
    design = np.column_stack([vectors, np.ones(len(vectors))])
    ridge = np.diag([RIDGE] * vectors.shape[1] + [1e-6])
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        probable = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (probable - people) + ridge @ found
        found -= np.linalg.solve((design.T * (probable * (1 - probable))) @ design + ridge, slope)
    return found


def main() -> None:
    folds, texts, held = zip(*columns(), strict=True)
    vectors, people, fold = np.array([*map(encode, texts)], dtype=float), np.array(held, dtype=float), np.array(folds)
    design = np.column_stack([vectors, np.ones(len(vectors))])
    told = np.zeros(len(people))
    for part in range(FOLDS):
        told[fold == part] = design[fold == part] @ fitted(vectors[fold != part], people[fold != part])
    wrong = (told > 0) != (people > 0)
    print(f"{len(people)} columns, {people.mean():.2f} of people; right by hands not fitted on: {1 - wrong.mean():.3f}")
    print("\n".join(text for text, is_wrong in zip(texts, wrong, strict=True) if is_wrong))
    *weights, bias = fitted(vectors, people)
    FILE.write_text(json.dumps({"weights": [round(w, 3) for w in weights], "bias": round(bias, 3)}) + "\n", "utf-8")


if __name__ == "__main__":
    main()
