"""What a memo is made of: the sections of `memo.yaml`, and what stands in one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from copilot.memos.memo import SectionName
from copilot.tools.method import Method
from copilot.types import Chart, Finding, Frozen, Table


class SectionMethod(Frozen):
    name: SectionName
    heading: str = Field(min_length=1)
    annex: bool = False
    """It follows the first page."""
    in_chat: int | None = Field(default=None, ge=0)
    """How many of its lines a chat shows; all when it is left out."""


class Template(Frozen):
    sections: tuple[SectionMethod, ...]

    @model_validator(mode="after")
    def _check_names(self) -> Template:
        names = [section.name for section in self.sections]
        if "decision" not in names or len(set(names)) < len(names):
            raise ValueError("list the decision, and no section twice")
        return self


METHOD = Method("memo", Template, Path(__file__).parent)


@dataclass(frozen=True)
class Told:
    """A finding in a line of the memo; those that follow each other under one key are one line."""

    key: str
    """The same in a later draft."""
    finding: Finding
    """With its text where another tool has said it."""
    lead: str = ""
    """What stands before it."""


@dataclass(frozen=True)
class Shown:
    """The table or the chart of a section."""

    table: Table | None = None
    chart: Chart | None = None
    evidence: tuple[str, ...] = ()
    """What it rests on; the memo's own computation where that is all."""
