"""A network that judges a question beside another text: its layers, loss and export."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from export_minilm import fuse, quantise, share_words, unpack
from fitting import half_precision
from shipped import state_of
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import AutoModel

WIDTH, FROZEN = 384, 2
RATES = 1e-4, 1e-3
"""Of the encoder and of the head."""
OF_EACH = 0.3
"""Weight of telling each text by itself right or wrong, beside telling which of them is right."""
RARE = 3.0
"""What a right text counts against a wrong one."""
Batch = tuple[Tensor, ...]
"""Word pieces, mask and kinds of each pair, the number of its question, and 1 where the text is right."""


class Pair(nn.Module):
    def __init__(self, weights: Path, layers: int = 6, attention: str = "sdpa", told: int = 0) -> None:
        """`told` more numbers say something else of each pair, as log odds."""
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
        self.says = nn.Linear(2 * WIDTH, told) if told else None

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        # The question in the light of the other text, and that in the light of the question.
        both = []
        for side in (attention_mask * (1 - token_type_ids), attention_mask * token_type_ids):
            mask = side.unsqueeze(-1).to(states.dtype)
            both.append((states * mask).sum(1) / mask.sum(1).clamp(min=1))
        read = self.dropout(torch.cat(both, dim=1))
        scores: Tensor = self.right(read)
        return scores if self.says is None else torch.cat([scores, self.says(read)], dim=1)


def opened(weights: Path, layers: int = 6, told: int = 0, start: Path | None = None) -> tuple[Pair, Tokenizer]:
    """The network as published, but for its heads, or as in the shipped model `start`, whose missing layers are as
    published; and the tokenizer."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(weights, scratch)
        tokenizer = Tokenizer.from_file(str(scratch / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        model = Pair(scratch, layers, told=told)
        if start:
            own = state_of(start)
            missing = model.load_state_dict(own, strict=False).missing_keys
            assert not {_part(name) for name in missing} & {_part(name) for name in own}, missing
        return model, tokenizer


def _part(name: str) -> str:
    """The layer or the head that a weight belongs to."""
    return ".".join(name.split(".")[:4]) if name.startswith("encoder.encoder.") else name.partition(".")[0]


def padded(
    rows: Sequence[tuple[list[int], list[int]]], owners: Sequence[int], right: Sequence[float], pad: int = 0
) -> Batch:
    """Pairs as a batch, the shorter ones filled up with the word piece `pad`."""
    longest = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), longest), pad)
    mask, kinds = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(2))
    for r, (own, kind) in enumerate(rows):
        ids[r, : len(own)] = torch.tensor(own)
        mask[r, : len(own)] = 1
        kinds[r, : len(kind)] = torch.tensor(kind)
    return ids, mask, kinds, torch.tensor(owners), torch.tensor(right)


def read(model: nn.Module, batch: Batch) -> Tensor:
    """Shape (pairs, 1 + told)."""
    # Half precision makes the matrix products of training twice as fast; weights and loss stay in full.
    with half_precision():
        found = model(*batch[:3])
    scores: Tensor = found.float()
    return scores


def scored(model: Pair, batch: Batch) -> Tensor:
    return read(model, batch)[:, 0]


def loss_of(model: Pair, batch: Batch) -> Tensor:
    return which_is_right(scored(model, batch), *batch[3:5])


def which_is_right(scores: Tensor, owners: Tensor, right: Tensor) -> Tensor:
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


def export(model: Pair, weights: Path, target: Path, layers: int = 6) -> None:
    """Writes the model with its weights in int8, the word pieces in the file that models of the folder share; what it
    tells beside which text is right is left out."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        unpack(weights, scratch)
        traced = Pair(scratch, layers, "eager").eval()
        traced.load_state_dict({k: v for k, v in model.state_dict().items() if not k.startswith("says.")})
        quantise(fuse(traced, scratch, {"right": {0: "batch"}}), target)
    share_words(target)
