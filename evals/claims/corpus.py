"""Answers with what they were written from, and which of their sentences are true."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ConfigDict

from copilot.types import Evidence, EvidenceKind, Table


class Shown(BaseModel):
    """What was read, as the corpus writes it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    source: str
    text: str
    columns: tuple[str, ...] | None = None
    rows: tuple[tuple[str | int | float | None, ...], ...] | None = None

    @property
    def evidence(self) -> Evidence:
        kind: EvidenceKind = next((k for k in get_args(EvidenceKind) if k == self.kind), "computation")
        return Evidence(id=self.id, kind=kind, source=self.source, locator="", title=self.source, text=self.text)

    @property
    def tables(self) -> tuple[Table, ...]:
        if not self.rows:
            return ()
        columns = self.columns or tuple("" for _ in self.rows[0])
        return (Table(title=self.source, columns=columns, rows=self.rows),)


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sentence: str
    """Stands in the answer letter for letter."""
    true: bool
    kind: str


class Labelled(BaseModel):
    """An answer with what it was written from, and which of its sentences are true."""

    model_config = ConfigDict(extra="forbid")

    id: str
    language: str
    question: str
    evidence: tuple[Shown, ...]
    answer: str
    claims: tuple[Claim, ...]


def load(path: Path) -> list[Labelled]:
    """The answers of a file with one JSON object on each line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Labelled.model_validate_json(line) for line in lines if line.strip()]
