"""The answer scorer: how well a unit of a passage answers a question, by a trained model that reads both together.

`model/scorer.md` says how it was trained and how well it tells answers from near misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from copilot.retrieval.embedder import load_network

FILE = Path(__file__).parent / "model" / "scorer.onnx"
# Words of a heading, from its end, where what it says last is nearest to the text.
_HEADING = 14


def pair(question: str, heading: str, text: str) -> tuple[str, str]:
    """A question and a text as the model reads them."""
    about = " ".join(heading.split()[-_HEADING:])
    return question, f"{about}: {text}" if about else text


def scores(pairs: Sequence[tuple[str, str]], file: Path = FILE) -> list[float]:
    """A log odds for each pair of a question and a text; one pair at a time, as int8 activations scale with a batch."""
    network = load_network(file)
    found = []
    for question, text in pairs:
        encoding = network.tokenizer.encode(question, text)
        ids, kinds = (np.array([x], dtype=np.int64) for x in (encoding.ids, encoding.type_ids))
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": kinds}
        found.append(float(network.session.run(None, inputs)[0][0]))
    return found
