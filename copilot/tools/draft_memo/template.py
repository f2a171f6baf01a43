"""What a memo of each kind is made of: the sections of its YAML file, and what stands in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from copilot.language.formatting import join_and
from copilot.memos.memo import SectionName
from copilot.tools.method import Method
from copilot.types import Cell, Chart, Finding, Frozen, Table


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


LONGEST_TITLE = 300
# Projects that a title names.
_TITLED = 3
METHOD = Method("memo", Template, Path(__file__).parent)
STOP_METHOD = Method("stop_memo", Template, Path(__file__).parent / "stop")
STATUS_METHOD = Method("status_memo", Template, Path(__file__).parent / "status")


def some(names: Sequence[str]) -> str:
    """The first names and how many more there are, for a title."""
    rest = len(names) - _TITLED
    return join_and([*names[:_TITLED], f"{rest} more"] if rest > 0 else names)


def table_of(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    """The table without the columns that hold nothing for any row."""
    kept = [j for j in range(len(columns)) if not rows or any(row[j] is not None for row in rows)]
    return Table(
        title=title,
        columns=tuple(columns[j] for j in kept),
        rows=tuple(tuple(row[j] for j in kept) for row in rows),
    )


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
    """What it rests on of what was read."""
    is_own: bool = False
    """It holds figures of the memo's own computation."""
