"""Rows and computations as evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from copilot.language.formatting import format_cell, humanize
from copilot.records.store import ROW, RecordView
from copilot.types import Cell, Evidence

Row = Mapping[str, Cell]


def row_id(view: RecordView, table: str, row: Row) -> str:
    """`r-P-017`; for a table without a key the table and the row's place in its file."""
    key = view.tables[table].key
    return f"r-{row[key]}" if key and row.get(key) else f"r-{table}-{row[ROW]}"


def read_row(view: RecordView, table: str, row: Row, currency: str = "", as_of: date | None = None) -> Evidence:
    """A whole row, a line a column, and which columns are empty."""
    schema = view.tables[table]
    title = row.get(schema.title) if schema.title else None
    names = [c.name for c in schema.columns if c.name in row]
    lines = [f"{name}: {format_cell(row[name], name, currency)}" for name in names if row[name] is not None]
    if empty := [humanize(name) for name in names if row[name] is None]:
        lines.append(f"Not recorded: {', '.join(empty)}.")
    return Evidence(
        id=row_id(view, table, row),
        kind="record",
        source=view.sources[table],
        locator=f"row {row[ROW]}",
        title=str(title or row_id(view, table, row)[2:]),
        text="\n".join(lines),
        as_of=as_of,
    )


def computed(source: str, title: str, locator: str, lines: Sequence[str], as_of: date | None) -> Evidence:
    """What was computed, from what, with every figure in words."""
    text = "\n".join(line for line in lines if line)
    digest = hashlib.sha256("\0".join([source, title, locator, text]).encode()).hexdigest()[:8]
    return Evidence(
        id=f"x-{digest}",
        kind="computation",
        source=source,
        locator=locator,
        title=title,
        text=text,
        as_of=as_of,
    )
