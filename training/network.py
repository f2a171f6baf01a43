"""The reader as a torch module: MiniLM with a head for each thing that is read, its loss, and its training."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from examples import DIRECTIONS, MEASURES, SHAPES, TAGS, TOOLS, Example, beside, lettered, tags_of, told, varied
from fitting import half_precision
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import AutoModel

from copilot.reading.question import Earlier
from copilot.reading.reader import context

HEADS = {
    "tools": len(TOOLS), "shape": len(SHAPES), "measure": len(MEASURES), "direction": len(DIRECTIONS), "follows": 1,
}  # fmt: skip
WIDTH = 384
SHARES = (0.3, 0.5, 0.7)
"""Shares of what was learnt that are tried where training went on from a state."""
RARE = 3.0
"""What a tool that is wanted counts against one that is not: of nineteen at most two are."""
State = Mapping[str, Tensor]

_LONGEST = 128
# Batches are cut from a shuffled pool sorted by length, so that little of a batch is padding.
_POOL = 16
_UNMARKED = -100


@dataclass(frozen=True)
class Recipe:
    """How to train."""

    epochs: int = 6
    batch: int = 32
    encoder_rate: float = 1.5e-4
    head_rate: float = 2e-3
    masked: float = 0.6
    """Share of the lines that are read with their names masked."""
    continued: float = 0.85
    """Share of the follow-ups that are read beside what they follow."""
    beside: float = 0.15
    """Share of the other lines that are read beside a question that they do not follow."""
    acceptable: float = 0.35
    """Target of a tool that is not wrong and not the one."""
    smoothing: float = 0.05
    tools_weight: float = 8.0
    shape_weight: float = 0.5
    measure_weight: float = 0.5
    direction_weight: float = 0.3
    follows_weight: float = 0.5
    tags_weight: float = 2.0


@dataclass(frozen=True)
class Batch:
    ids: Tensor
    mask: Tensor
    kinds: Tensor
    """0 for pieces of the question, 1 for what it may continue."""
    tools: Tensor
    shape: Tensor
    measure: Tensor
    direction: Tensor
    follows: Tensor
    tags: Tensor


class ReaderNetwork(nn.Module):
    def __init__(self, weights: Path) -> None:
        super().__init__()
        # No dropout inside the encoder: it takes two fifths of the time, and the noise in the text does its work.
        self.encoder = AutoModel.from_pretrained(
            weights,
            attn_implementation="eager",
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, size) for name, size in HEADS.items()})
        self.tags = nn.Linear(WIDTH, TAGS)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, ...]:
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        # What a question may continue is seen by attention; only the question itself is summed up.
        mask = (attention_mask * (1 - token_type_ids)).unsqueeze(-1).to(states.dtype)
        mean = self.dropout((states * mask).sum(1) / mask.sum(1).clamp(min=1e-9))
        return *(head(mean) for head in self.heads.values()), self.tags(self.dropout(states))


class Collator:
    """Makes batches; in training each line is read masked or not, and mistyped or not, by chance."""

    def __init__(self, tokenizer: Tokenizer, recipe: Recipe, seed: int) -> None:
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.enable_padding()
        self.tokenizer, self.recipe, self.chance = tokenizer, recipe, random.Random(seed)
        self.beside: dict[str, list[Example]] = {}

    def epoch(self, examples: Sequence[Example]) -> Iterator[Batch]:
        self.beside = beside(examples)
        shuffled = [replace(x, earlier=self._earlier(x)) for x in examples]
        self.chance.shuffle(shuffled)
        pool = self.recipe.batch * _POOL
        batches = []
        for start in range(0, len(shuffled), pool):
            by_length = sorted(shuffled[start : start + pool], key=_size)
            batches += [by_length[i : i + self.recipe.batch] for i in range(0, len(by_length), self.recipe.batch)]
        self.chance.shuffle(batches)
        for batch in batches:
            yield self.batch(batch, is_training=True)

    def batch(self, examples: Sequence[Example], is_training: bool) -> Batch:
        masked = [not is_training or self.chance.random() < self.recipe.masked for _ in examples]
        letters = [lettered(x, m) for x, m in zip(examples, masked, strict=True)]
        if is_training:
            letters = [varied(x, self.chance) for x in letters]
        encodings = self.tokenizer.encode_batch(
            [
                text.text if example.earlier is None else (text.text, context(example.earlier, is_masked))
                for example, text, is_masked in zip(examples, letters, masked, strict=True)
            ]
        )
        tags = []
        for example, text, encoding in zip(examples, letters, encodings, strict=True):
            roles = [role for _, _, role in example.spans or ()]
            found = tags_of(text, encoding.offsets, roles)
            unread = example.spans is None
            tags.append(
                [
                    _UNMARKED if unread or sequence != 0 else t
                    for t, sequence in zip(found, encoding.sequence_ids, strict=True)
                ]
            )
        return Batch(
            torch.tensor([x.ids for x in encodings]),
            torch.tensor([x.attention_mask for x in encodings]),
            torch.tensor([x.type_ids for x in encodings]),
            torch.stack([self._tools(x) for x in examples]),
            *(
                torch.tensor([_UNMARKED if value is None else names.index(value) for value in values])
                for names, values in (
                    (SHAPES, [x.shape for x in examples]),
                    (MEASURES, [x.measure for x in examples]),
                    (DIRECTIONS, [x.direction for x in examples]),
                )
            ),
            torch.tensor([_UNMARKED if x.kind == "tools only" else float(x.kind == "follow-up") for x in examples]),
            torch.tensor(tags),
        )

    def _earlier(self, example: Example) -> Earlier | None:
        """What stands beside an example in training: what it continues, or by chance something that it does not."""
        if example.earlier is not None:
            return example.earlier if self.chance.random() < self.recipe.continued else None
        others = self.beside.get(example.workspace, ())
        return told(self.chance.choice(others)) if others and self.chance.random() < self.recipe.beside else None

    def _tools(self, example: Example) -> Tensor:
        target = torch.zeros(len(TOOLS))
        for tool in example.acceptable:
            target[TOOLS.index(tool)] = self.recipe.acceptable
        for tool in example.tools:
            target[TOOLS.index(tool)] = 1.0
        return target


def _size(example: Example) -> int:
    return len(example.text) + (len(context(example.earlier)) if example.earlier else 0)


def outputs_of(network: ReaderNetwork, batch: Batch) -> tuple[Tensor, ...]:
    # Half precision makes the matrix products of training twice as fast or more; weights and loss stay in full.
    with half_precision():
        outputs = network(batch.ids, batch.mask, batch.kinds)
    return tuple(scores.float() for scores in outputs)


def loss_of(outputs: tuple[Tensor, ...], batch: Batch, recipe: Recipe) -> Tensor:
    tools, shape, measure, direction, follows, tags = outputs
    rare = torch.full((len(TOOLS),), RARE)
    loss = recipe.tools_weight * binary_cross_entropy_with_logits(tools, batch.tools, pos_weight=rare)
    known = batch.follows != _UNMARKED
    if bool(known.any()):
        loss = loss + recipe.follows_weight * binary_cross_entropy_with_logits(
            follows.squeeze(-1)[known], batch.follows[known]
        )
    for weight, scores, labels in (
        (recipe.shape_weight, shape, batch.shape),
        (recipe.measure_weight, measure, batch.measure),
        (recipe.direction_weight, direction, batch.direction),
        (recipe.tags_weight, tags.flatten(0, 1), batch.tags.flatten()),
    ):
        # A batch of the older hands alone has no label of these, and a mean over nothing is no number.
        if bool((labels != _UNMARKED).any()):
            loss = loss + weight * cross_entropy(
                scores, labels, ignore_index=_UNMARKED, label_smoothing=recipe.smoothing
            )
    return loss


def train(
    weights: Path,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    validation: Sequence[Example],
    recipe: Recipe,
    seed: int = 0,
    start: State | None = None,
    say: Callable[[str], object] = print,
) -> ReaderNetwork:
    """The network after the epoch that read the validation hands best; with `start` it goes on from there, and the
    best mean of the two is taken."""
    torch.manual_seed(seed)
    network = ReaderNetwork(weights)
    if start is not None:
        network.load_state_dict(start)
    collator = Collator(tokenizer, recipe, seed)
    heads = [p for name, p in network.named_parameters() if not name.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [
            {"params": network.encoder.parameters(), "lr": recipe.encoder_rate},
            {"params": heads, "lr": recipe.head_rate},
        ],
        weight_decay=0.01,
        fused=True,
    )
    steps = recipe.epochs * math.ceil(len(examples) / recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (0.1 * steps)) * max(0.0, 1 - step / steps)
    )
    best, best_state = -1.0, network.state_dict()
    for epoch in range(recipe.epochs):
        began, total = time.monotonic(), 0.0
        network.train()
        for batch in collator.epoch(examples):
            loss = loss_of(outputs_of(network, batch), batch, recipe)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        mean, figures = told_of(validate(network, collator, validation))
        say(f"epoch {epoch + 1}: loss {total * recipe.epochs / steps:.3f}, {figures}, {time.monotonic() - began:.0f} s")
        if mean > best:
            best, best_state = mean, {name: value.clone() for name, value in network.state_dict().items()}
    learnt = best_state
    for share in (0.0, *SHARES) if start is not None else ():
        between = mean_of((start, 1 - share), (learnt, share))
        network.load_state_dict(between)
        mean, figures = told_of(validate(network, collator, validation))
        say(f"share {share}: {figures}")
        if mean > best:
            best, best_state = mean, between
    network.load_state_dict(best_state)
    return network.eval()


def mean_of(*states: tuple[State, float]) -> State:
    """The weighted mean of networks that were trained from the same published weights; the shares add up to 1.

    Method: Wortsman et al., Model soups: averaging weights of multiple fine-tuned models, ICML 2022.
    """
    return {name: sum(state[name] * share for state, share in states) for name in states[0][0]}


def told_of(scores: Mapping[str, float]) -> tuple[float, str]:
    mean = sum(scores.values()) / len(scores)
    return mean, ", ".join(f"{name} {score:.4f}" for name, score in scores.items()) + f", mean {mean:.4f}"


def validate(network: ReaderNetwork, collator: Collator, examples: Sequence[Example]) -> dict[str, float]:
    """Shares read right: an acceptable tool first, shape, measure, direction, and tags of the words in a span."""
    network.eval()
    right = dict.fromkeys(("tool", "shape", "measure", "direction", "tags"), 0)
    counted = dict.fromkeys(right, 0)
    ordered = sorted(examples, key=_size)
    with torch.no_grad():
        for start in range(0, len(ordered), 32):
            some = ordered[start : start + 32]
            batch = collator.batch(some, is_training=False)
            tools, shape, measure, direction, _, tags = outputs_of(network, batch)
            for example, first in zip(some, tools.argmax(-1).tolist(), strict=True):
                right["tool"] += TOOLS[first] in (*example.tools, *example.acceptable)
                counted["tool"] += 1
            for name, scores, labels in (
                ("shape", shape, batch.shape),
                ("measure", measure, batch.measure),
                ("direction", direction, batch.direction),
                ("tags", tags, batch.tags),
            ):
                found = scores.argmax(-1)
                there = labels != _UNMARKED
                if name == "tags":
                    there &= (labels > 0) | (found > 0)
                right[name] += int(((found == labels) & there).sum())
                counted[name] += int(there.sum())
    return {name: right[name] / max(1, counted[name]) for name in right}
