"""Sentences of a tool with what they rest on, put together to its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.records.store import RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row, computed, read_row, row_id
from copilot.types import Chart, Evidence, Figure, Finding, Table, ToolResult


@dataclass(frozen=True)
class Said:
    text: str
    role: Literal["headline", "support", "caveat", "method"] = "support"
    rows: tuple[tuple[str, Row], ...] = ()
    """Tables and rows that the sentence rests on."""
    read: tuple[Evidence, ...] = ()
    """Passages and metrics that it rests on."""
    is_quote: bool = False
    """The words of what was read, in which nothing was computed."""


@dataclass(frozen=True)
class Computed:
    """What the computation behind the sentences is called, and where it looked."""

    table: str
    title: str
    locator: str
    lines: tuple[str, ...] = ()
    """What was computed beyond the sentences."""


@dataclass(frozen=True)
class Shown:
    """What goes with the sentences; a figure's evidence is the computation."""

    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    figures: tuple[Figure, ...] = ()
    follow_ups: tuple[str, ...] = ()
    hidden_rows: int = 0


def assembled(
    sources: Sources, view: RecordView, said: Sequence[Said], computation: Computed, shown: Shown
) -> ToolResult:
    """The result in which each sentence cites the computation, what was read, and its rows, in this order."""
    currency = sources.workspace.config.currency
    known = [s for s in said if s.text]
    x = computed(
        view.sources[computation.table],
        computation.title,
        computation.locator,
        [*(s.text for s in known if not s.is_quote), *computation.lines],
        sources.today,
    )
    rows = {row_id(view, table, row): (table, row) for s in known for table, row in s.rows}
    read = {item.id: item for s in known for item in s.read}
    return ToolResult(
        findings=tuple(
            Finding(
                text=s.text,
                role=s.role,
                evidence=(
                    *(() if s.is_quote else (x.id,)),
                    *(item.id for item in s.read),
                    *(row_id(view, table, row) for table, row in s.rows),
                ),
            )
            for s in known
        ),
        evidence=(x, *read.values(), *(read_row(view, t, r, currency, sources.today) for t, r in rows.values())),
        tables=shown.tables,
        charts=shown.charts,
        figures=tuple(f.model_copy(update={"evidence": x.id}) for f in shown.figures),
        follow_ups=shown.follow_ups,
        hidden_rows=shown.hidden_rows,
    )
