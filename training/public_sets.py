"""Public questions with marked sentences, read beside ours so that a model does not forget their kind."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Public:
    """A public question, with sentences that answer it and others."""

    question: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def public(files: Sequence[Path], with_headings: bool = False) -> list[list[Public]]:
    """By file (`.jsonl.gz`) its questions, each `candidates` of heading, sentence and 1 where that answers."""
    return [
        [_of(json.loads(line), with_headings) for line in gzip.decompress(file.read_bytes()).splitlines()]
        for file in files
    ]


def _of(row: dict[str, object], with_headings: bool) -> Public:
    right: list[str] = []
    wrong: list[str] = []
    for heading, text, is_right in row["candidates"]:  # type: ignore[attr-defined]
        (right if is_right else wrong).append(f"{heading}: {text}" if heading and with_headings else text)
    return Public(str(row["question"]), tuple(right), tuple(wrong))
