"""Fits `copilot/reading/model/tables.json`: which table a question means.

python training/fit_tables.py        reads lines and sayings of the validation hands, tests on those of the test hands
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from check_utterances import DATA, parse, spans  # noqa: E402
from evaluate_calls import space  # noqa: E402
from examples import split_of  # noqa: E402
from sayings import sayings  # noqa: E402

from copilot.reading.asked import Asked  # noqa: E402
from copilot.reading.reader import read  # noqa: E402
from copilot.reading.tables import FILE, TableSignals, signals  # noqa: E402
from copilot.types import Viewer  # noqa: E402

EVERY = 3
"""Of the lines of the hands one in so many is read."""
STEPS, RATE, DECAY = 400, 0.05, 0.5
MAIN = 1.0
"""The weight of the main table, by hand: workspaces of the training data have two others that are asked about as often,
real ones have many, most of them details of the main one. Fitted it is -.65."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    rows: Numbers
    """Shape (tables, signals)."""
    meant: int
    is_saying: bool


def asked(hands: Sequence[str]) -> Iterator[Question]:
    for hand in hands:
        for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines()[::EVERY]:
            line = json.loads(raw)
            if line["tools"][0] == "find_projects" and len(line["call"]) == 1 and not line.get("before"):
                yield from _question(line["w"], spans(line["t"])[0], parse(line["call"][0])[1]["table"], False)
    for _, saying in sayings(hands):
        if saying.table and not saying.column:
            yield from _question(saying.workspace, saying.text, saying.table, True)


def _question(name: str, text: str, table: str, is_saying: bool) -> Iterator[Question]:
    where = space(name)
    links = where.linker.link(text)
    one = Asked(text, links, read(text, links, None), where.columns, where.view, where.sources, Viewer())
    found, known, main = one.restrictions, where.columns.get, where.tables[0]
    tables = [r.table for r in found]
    if table in tables:
        rows = np.array([[*asdict(s).values()] for s in signals(text, found, known, main)], np.float64)
        yield Question(rows, tables.index(table), is_saying)


def fitted(found: Sequence[Question]) -> dict[str, float]:
    """Adam (Kingma and Ba 2015) on the logarithm of the odds of the meant table among all."""
    names = [f.name for f in fields(TableSignals)]
    every = np.concatenate([q.rows for q in found])
    spread = every.std(axis=0) + 1e-6
    weight, first, second = (np.zeros(every.shape[1]) for _ in range(3))
    is_free = np.array([name != "main" for name in names])
    weight[~is_free] = MAIN * spread[~is_free]
    for step in range(1, STEPS + 1):
        slope = -DECAY * weight
        for q in found:
            odds = np.exp((q.rows / spread) @ weight)
            slope += (q.rows / spread)[q.meant] - (odds / odds.sum()) @ (q.rows / spread)
        slope /= len(found)
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weight = weight + is_free * RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return {name: round(float(w), 4) for name, w in zip(names, weight / spread, strict=True)}


def main() -> None:
    hands = sorted(p.stem for p in (DATA / "hands").glob("h*.jsonl"))
    by_split = {s: [h for h in hands if split_of(h) == s] for s in ("validation", "test")}
    found = {split: list(asked(own)) for split, own in by_split.items()}
    weights = fitted(found["validation"])
    FILE.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    for split, own in found.items():
        for is_saying in (False, True):
            some = [q for q in own if q.is_saying == is_saying]
            right = [int((q.rows @ np.array([*weights.values()])).argmax()) == q.meant for q in some]
            print(split, "sayings" if is_saying else "lines", f"{np.mean(right):.3f} of {len(right)}", flush=True)


if __name__ == "__main__":
    main()
