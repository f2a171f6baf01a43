"""A network that judges a question beside another text: its layers, loss and export, and how it is fitted."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import torch
from export_minilm import fuse, quantise, share_words, unpack
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import AutoModel

WIDTH, FROZEN = 384, 2
RATE, HEAD_RATE = 1e-4, 1e-3
OF_EACH = 0.3
"""Weight of telling each text by itself right or wrong, beside telling which of them is right."""
RARE = 3.0
"""What a right text counts against a wrong one."""
Batch = tuple[Tensor, ...]
"""Word pieces, mask and kinds of each pair, the number of its question, and 1 where the text is right."""


class Pair(nn.Module):
    def __init__(self, weights: Path, layers: int = 6, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            weights, attn_implementation=attention, add_pooling_layer=False, num_hidden_layers=layers,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        # Word pieces and the lowest layers stay as published: faster, and unseen words keep their places.
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN]):
            part.requires_grad_(False)
        self.dropout = nn.Dropout(0.1)
        self.right = nn.Linear(2 * WIDTH, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        # The question in the light of the other text, and that in the light of the question.
        both = []
        for side in (attention_mask * (1 - token_type_ids), attention_mask * token_type_ids):
            mask = side.unsqueeze(-1).to(states.dtype)
            both.append((states * mask).sum(1) / mask.sum(1).clamp(min=1))
        scores: Tensor = self.right(self.dropout(torch.cat(both, dim=1)))
        return scores


def opened(weights: Path, layers: int = 6) -> tuple[Pair, Tokenizer]:
    """The network as published, but for its head, and the tokenizer."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(weights, scratch)
        tokenizer = Tokenizer.from_file(str(scratch / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return Pair(scratch, layers), tokenizer


def padded(rows: Sequence[tuple[list[int], list[int]]], owners: Sequence[int], right: Sequence[float]) -> Batch:
    """Pairs as a batch."""
    longest = max(len(ids) for ids, _ in rows)
    ids, mask, kinds = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
    for r, (own, kind) in enumerate(rows):
        ids[r, : len(own)] = torch.tensor(own)
        mask[r, : len(own)] = 1
        kinds[r, : len(kind)] = torch.tensor(kind)
    return ids, mask, kinds, torch.tensor(owners), torch.tensor(right)


def scored(model: Pair, batch: Batch) -> Tensor:
    # Half precision makes the matrix products of training twice as fast; weights and loss stay in full.
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = model(*batch[:3])
    return found.float().squeeze(-1)


def loss_of(scores: Tensor, owners: Tensor, right: Tensor) -> Tensor:
    """The odds of the right texts among all of each question that has one, and whether each is right."""
    sizes = torch.bincount(owners)
    table = torch.full((len(sizes), int(sizes.max())), -1e9)
    places = torch.cat([torch.arange(n) for n in sizes.tolist()])
    table[owners, places] = scores
    good = torch.full_like(table, -1e9)
    good[owners[right > 0], places[right > 0]] = scores[right > 0]
    answered = torch.zeros(len(sizes), dtype=torch.bool)
    answered[owners[right > 0]] = True
    which = (table.logsumexp(1) - good.logsumexp(1))[answered].sum() / len(sizes)
    return which + OF_EACH * binary_cross_entropy_with_logits(scores, right, pos_weight=torch.tensor(RARE))


def fit(
    model: Pair, epochs: int, batches: Callable[[], Iterable[Batch]], steps: int, measure: Callable[[], object]
) -> None:
    """Trains with AdamW and a rate that falls to nothing; says how it goes."""
    body = [p for n, p in model.named_parameters() if n.startswith("encoder.") and p.requires_grad]
    optimizer = torch.optim.AdamW([{"params": body, "lr": RATE}, {"params": model.right.parameters(), "lr": HEAD_RATE}],
                                  weight_decay=0.01, fused=True)  # fmt: skip
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1, (s + 1) / (0.06 * steps)) * max(0.02, 1 - s / steps)
    )
    began, step = time.monotonic(), 0
    for epoch in range(epochs):
        model.train()
        total, count = 0.0, 0
        for batch in batches():
            loss = loss_of(scored(model, batch), *batch[3:])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total, count, step = total + float(loss.detach()), count + 1, step + 1
            if step % 50 == 0:
                print(f"step {step}/{steps} loss {total / count:.3f} {time.monotonic() - began:.0f} s", flush=True)
                total, count = 0.0, 0
        print(f"epoch {epoch + 1}: {time.monotonic() - began:.0f} s", measure(), flush=True)


def export(model: Pair, weights: Path, target: Path, layers: int = 6) -> None:
    """Writes the model with its weights in int8, the word pieces in the file that models of the folder share."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(weights, scratch)
        traced = Pair(scratch, layers, "eager").eval()
        traced.load_state_dict(model.state_dict())
        quantise(fuse(traced, scratch, {"right": {0: "batch"}}), target)
    share_words(target)
