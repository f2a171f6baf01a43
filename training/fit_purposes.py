"""Fits `copilot/tools/draft_memo/meant.json`: what a memo is asked for, told by the meaning of the request.

python training/fit_purposes.py        reads `training/data/memos`, tests on one hand

A softmax regression on the vectors of the search's embedder; to be fitted anew where that changes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from copilot.retrieval.embedder import encode  # noqa: E402
from copilot.tools.draft_memo.meant import MEANT, OTHER, WEIGHTS  # noqa: E402

DATA = Path(__file__).parent / "data" / "memos"
TESTED = "m02"
RIDGE, RATE, MOMENTUM, STEPS = 1e-3, 0.5, 0.9, 1500


def read(hand: Path) -> tuple[Any, Any]:
    """The vectors of a hand's requests, shape (n, width), and the place of the purpose of each."""
    rows = [json.loads(line) for line in hand.read_text(encoding="utf-8").splitlines()]
    return np.stack([encode(row["t"]) for row in rows]), np.array([MEANT.index(row["purpose"]) for row in rows])


def shares(rows: Any, by: Any, bias: Any) -> Any:
    logits = rows @ by + bias
    found = np.exp(logits - logits.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)


def fitted(rows: Any, meant: Any) -> tuple[Any, Any]:
    """Weights of shape (width, purposes) and their biases, by gradient descent with momentum."""
    by, bias = np.zeros((rows.shape[1], len(MEANT))), np.zeros(len(MEANT))
    moved_by, moved_bias = np.zeros_like(by), np.zeros_like(bias)
    for _ in range(STEPS):
        off = shares(rows, by, bias) - np.eye(len(MEANT))[meant]
        moved_by = MOMENTUM * moved_by + rows.T @ off / len(rows) + RIDGE * by
        moved_bias = MOMENTUM * moved_bias + off.mean(axis=0)
        by, bias = by - RATE * moved_by, bias - RATE * moved_bias
    return by, bias


def main() -> None:
    hands = {file.stem: read(file) for file in sorted(DATA.glob("m*.jsonl"))}
    rows, meant = (np.concatenate(part) for part in zip(*(x for n, x in hands.items() if n != TESTED), strict=True))
    by, bias = fitted(rows, meant)
    tested, right = hands[TESTED]
    told = shares(tested, by, bias).argmax(axis=1)
    is_memo = right < MEANT.index(OTHER)
    print(f"{len(rows)} learnt; right of {len(tested)}: {np.mean(told == right):.3f}", end=", ")
    print(f"of those for a memo {np.mean((told == right)[is_memo]):.3f}")
    written = {"by": np.round(by, 3).tolist(), "bias": np.round(bias, 3).tolist()}
    WEIGHTS.write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
