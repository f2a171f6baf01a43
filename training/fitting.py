"""How the networks that judge one text are fitted: AdamW, a rate for the encoder and one for its heads."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

_Batch = TypeVar("_Batch")
_Item = TypeVar("_Item")
POOL = 24
"""Batches that are drawn together, so that those of one length come side by side."""


def half_precision() -> torch.autocast:
    """Where the processor has bfloat16; where it only imitates that, a step takes ten times as long, and full precision
    is kept."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported())


def cut(
    found: Sequence[_Item], size: int, length: Callable[[_Item], object], rng: random.Random
) -> Iterator[list[_Item]]:
    """Batches of what was found in an order by chance, of about one length each."""
    some = list(found)
    rng.shuffle(some)
    batches = []
    for start in range(0, len(some), size * POOL):
        pool = sorted(some[start : start + size * POOL], key=length)  # type: ignore[arg-type]
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    rng.shuffle(batches)
    yield from batches


def fit(
    model: nn.Module,
    batches: Callable[[], Iterable[_Batch]],
    steps: int,
    epochs: int,
    rates: tuple[float, float],
    loss_of: Callable[[_Batch], Tensor],
    measure: Callable[[], object],
) -> None:
    """Trains what may learn, the `encoder` at the first rate and all else at the second, which fall to a fiftieth over
    the `steps`; says how it goes, and what `measure` says after each epoch."""
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    body, heads = ([p for n, p in named if n.startswith("encoder.") == is_body] for is_body in (True, False))
    optimizer = torch.optim.AdamW([{"params": body, "lr": rates[0]}, {"params": heads, "lr": rates[1]}],
                                  weight_decay=0.01, fused=True)  # fmt: skip
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1, (s + 1) / (0.06 * steps)) * max(0.02, 1 - s / steps)
    )
    began, step = time.monotonic(), 0
    for epoch in range(epochs):
        model.train()
        total, count = 0.0, 0
        for batch in batches():
            loss = loss_of(batch)
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
