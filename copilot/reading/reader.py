"""The trained reader: which tools a question needs, what shape of answer it wants, what each part of it does.

`model/card.md` says how the model was trained and how well it reads; `training/train.py` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copilot.language.words import words
from copilot.reading.masking import Masked, mask
from copilot.reading.names import spoken
from copilot.reading.question import Earlier, Links, Reading, Role, Span
from copilot.retrieval.embedder import load_network, verified

MODEL = Path(__file__).parent / "model"

Scores = NDArray[np.float32]

# What no span begins or ends with; marks of quantity such as "%" and ">" stay.
_TRIMMED = " \t\r\n\u00a0,.;:!?…\"'`´‘’“”«»()[]{}-–—/|"


AFTER = " / "
"""Between two turns that a question may continue."""
# Words of an earlier turn that the reader sees, from its end.
_CONTEXT = 24


class Word(NamedTuple):
    """A word of the masked text and the scores of its tags."""

    start: int
    end: int
    tags: Scores


def read(text: str, links: Links, earlier: Earlier | None = None) -> Reading:
    """What the shipped model makes of a question."""
    return shipped().read(text, links, earlier)


def context(earlier: Earlier, is_masked: bool = True) -> str:
    """What a question may continue, as the reader sees it beside the question: the tool that answered, and what was
    asked."""
    said = mask(earlier.text, earlier.links).text if is_masked else earlier.text
    said = " ".join(said.split()[-_CONTEXT:])
    return f"{spoken(earlier.tool)}: {said}" if earlier.tool else said


@cache
def shipped() -> Reader:
    for name in ("reader.onnx", "labels.json"):
        verified(MODEL / name, MODEL / "card.md")
    return Reader(MODEL)


class Reader:
    """A trained model in a folder: `reader.onnx`, and its labels and thresholds in `labels.json`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "reader.onnx"
        self._labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self._steps = _allowed_steps(len(self._labels["roles"]))

    @property
    def thresholds(self) -> Mapping[str, float]:
        """From which score on `about_bearing`, `clarify`, `none` and `follows` are believed."""
        thresholds: Mapping[str, float] = self._labels["thresholds"]
        return thresholds

    def read(self, text: str, links: Links, earlier: Earlier | None = None) -> Reading:
        masked = mask(text, links)
        network = load_network(self._file)
        encoding = network.tokenizer.encode(masked.text, None if earlier is None else context(earlier))
        # One text at a time: int8 activations are scaled by the whole batch.
        ids, kinds = (np.array([x], dtype=np.int64) for x in (encoding.ids, encoding.type_ids))
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": kinds}
        tools, shape, measure, direction, follows, tags = (scores[0] for scores in network.session.run(None, inputs))
        shapes = dict(zip(self._labels["shapes"], _softmax(shape).tolist(), strict=True))
        return Reading(
            tools=dict(
                zip(self._labels["tools"], (1 / (1 + np.exp(self._labels["offset"] - tools))).tolist(), strict=True)
            ),
            shape=self._labels["shapes"][int(shape.argmax())],
            measure=self._labels["measures"][int(measure.argmax())],
            direction=self._labels["directions"][int(direction.argmax())],
            spans=tuple(joined(text, self._spans(text, masked, list(_words(encoding, _softmax(tags)))))),
            shapes=shapes,
            follows=float(1 / (1 + np.exp(-follows[0]))),
        )

    def _spans(self, text: str, masked: Masked, words: Sequence[Word]) -> Iterator[Span]:
        path = _best_path(np.array([w.tags for w in words]), self._steps) if words else []
        i = 0
        while i < len(words):
            j = i + 1
            if path[i] == 0:
                i = j
                continue
            while j < len(words) and path[j] == path[i] + 1:
                j += 1
            role: Role = self._labels["roles"][(path[i] - 1) // 2]
            score = float(np.mean([words[k].tags[path[k]] for k in range(i, j)]))
            start, end = trimmed(text, *masked.original(words[i].start, words[j - 1].end))
            if start < end:
                yield Span(role, start, end, text[start:end], score)
            i = j


def joined(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans, one of bare articles and the like as a part of the one that follows it with the same role."""
    before: Span | None = None
    for span in spans:
        if before is not None:
            is_bare = all(word.is_stop for word in words(before.text)) and not text[before.end : span.start].strip()
            if is_bare and before.role == span.role:
                span = replace(span, start=before.start, text=text[before.start : span.end])
            else:
                yield before
        before = span
    if before is not None:
        yield before


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of a part without the space and punctuation at its borders."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip(_TRIMMED)), end - len(part) + len(part.rstrip(_TRIMMED))


def _words(encoding: Any, tags: Scores) -> Iterator[Word]:
    """The words of the question with the scores of their first piece; the model's special tokens are none."""
    own = zip(encoding.word_ids, encoding.sequence_ids, strict=True)
    numbers = [number if sequence == 0 else None for number, sequence in own]
    i = 0
    while i < len(numbers):
        j = i + 1
        while j < len(numbers) and numbers[j] == numbers[i]:
            j += 1
        if numbers[i] is not None:
            yield Word(encoding.offsets[i][0], encoding.offsets[j - 1][1], tags[i])
        i = j


def _softmax(scores: Scores) -> Scores:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Scores = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _allowed_steps(roles: int) -> Scores:
    """0 where a tag may follow another, else minus infinity. Tag 0 is outside, 2r + 1 opens role r, 2r + 2 goes on."""
    steps = np.zeros((2 * roles + 1, 2 * roles + 1), dtype=np.float32)
    for inside in range(2, 2 * roles + 1, 2):
        steps[:, inside] = -np.inf
        steps[inside - 1 : inside + 1, inside] = 0
    return steps


def _best_path(probabilities: Scores, steps: Scores) -> list[int]:
    """The most probable sequence of tags in which a role goes on only where it was opened (Viterbi)."""
    logs = np.log(probabilities + 1e-9)
    best = logs[0].copy()
    best[2::2] = -np.inf
    pointers = []
    for row in logs[1:]:
        totals = best[:, None] + steps
        pointers.append(totals.argmax(axis=0))
        best = totals.max(axis=0) + row
    path = [int(best.argmax())]
    for pointer in reversed(pointers):
        path.append(int(pointer[path[-1]]))
    return path[::-1]
