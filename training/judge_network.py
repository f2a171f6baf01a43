"""The judge as a torch module: all-mpnet-base-v2 reading a question and a unit as one text; and its export."""

from __future__ import annotations

from pathlib import Path

import mpnet
import torch
from mpnet import WIDTH
from torch import Tensor, nn
from torch.nn.functional import normalize

NEAR, NONE = 12.0, -6.0
"""What the cosine of question and unit, each read in the light of the other, counts before anything is learnt, and the
log odds without it: so the first steps begin from what the published weights tell, where a head of zeros took hundreds
of steps to come to it."""


class Judge(nn.Module):
    def __init__(self, weights: Path, told: int = 0) -> None:
        """`told` more numbers say something else of each pair, as log odds."""
        super().__init__()
        self.encoder = mpnet.encoder(weights)
        self.dropout = nn.Dropout(0.1)
        self.right = nn.Linear(3 * WIDTH, 1)
        self.says = nn.Linear(3 * WIDTH, told) if told else None
        with torch.no_grad():
            self.right.weight.zero_()
            self.right.weight[0, 2 * WIDTH :] = NEAR
            self.right.bias.fill_(NONE)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        both = []
        for side in (attention_mask * (1 - token_type_ids), attention_mask * token_type_ids):
            mask = side.unsqueeze(-1).to(states.dtype)
            both.append(normalize((states * mask).sum(1) / mask.sum(1).clamp(min=1), dim=1))
        found = torch.cat([*both, both[0] * both[1]], dim=1)
        scores: Tensor = self.right(found)
        return scores if self.says is None else torch.cat([scores, self.says(self.dropout(found))], dim=1)


def opened(weights: Path, told: int = 0, start: Path | None = None) -> Judge:
    """The network on the published weights of a folder, or as a training left it in `start`."""
    model = Judge(weights, told)
    if start:
        loaded = model.load_state_dict(mpnet.learnt(start), strict=False)
        assert not loaded.unexpected_keys, loaded
    return model


def export(model: Judge, weights: Path, target: Path) -> None:
    """Writes the model; what it tells beside which unit is right is left out."""
    traced = Judge(weights).eval()
    traced.load_state_dict({k: v for k, v in model.state_dict().items() if not k.startswith("says.")})
    mpnet.export(traced, weights, target, {"right": {0: "batch"}})
