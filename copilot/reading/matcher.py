"""The trained matcher: spans of questions, and conditions and columns of tables, as vectors of one space.

`training/train_matcher.py` makes it; `matching.py` says how spans and candidates are written for it.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from copilot.retrieval.embedder import Embedder, Network, Vectors, load_verified

FILE = Path(__file__).parent / "model" / "matcher.onnx"


@cache
def _network() -> Network:
    return load_verified(FILE)


@cache
def name() -> str:
    """Name and first hash digits of the file; vectors of another matcher do not compare with these."""
    return f"matcher-{hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]}"


# Those who see the same columns compare with the same candidates, and an index made anew holds them again.
@lru_cache(maxsize=4096)
def encode(text: str) -> Vectors:
    """The vector of a span or candidate, of length 1."""
    network = _network()
    ids = np.array([network.tokenizer.encode(text).ids], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    vector: Vectors = network.session.run(None, inputs)[0][0]
    return vector


def matcher() -> Embedder:
    """A matcher with a memory of the texts seen last."""
    return Embedder(encode)
