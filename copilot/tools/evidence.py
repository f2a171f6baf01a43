"""Rows as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from copilot.language.formatting import format_cell, humanize
from copilot.records.schema import TABLES, Column
from copilot.records.store import ROW, RecordView
from copilot.retrieval.types import Chunk
from copilot.types import Basis, Cell, Evidence, Quantity, Value

Row = Mapping[str, Cell]


def name_of(row: Row) -> str:
    """`Search ranking (P-018)`; the id alone where the row has no name of its own."""
    name = row.get("name")
    return f"{name} ({row['id']})" if name and name != row["id"] else str(row["id"])


def short_name_of(row: Row) -> str:
    return str(row.get("name") or row["id"])


def number_of(row: Row, column: str) -> float | None:
    """The number in a cell; None where it holds none."""
    value = row.get(column)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def left_to_spend(row: Row) -> float | None:
    """The approved budget less what is spent, a missing amount spent counting as nothing; None without a budget."""
    budget = number_of(row, "budget")
    return None if budget is None else max(budget - (number_of(row, "spend") or 0.0), 0.0)


def day_of(cell: Cell) -> date | None:
    """The day in a cell; None where it holds none."""
    return date.fromisoformat(cell) if isinstance(cell, str) else None


def row_id(view: RecordView, table: str, row: Row) -> str:
    """`r-P-017`; for a table of ours without a key, or one that is not ours, the table and the row's place in its file.

    Keys of foreign tables may be the same in two of them.
    """
    key = view.tables[table].key if table in TABLES else None
    return f"r-{row[key]}" if key and row.get(key) else f"r-{table}-{row[ROW]}"


def read_row(view: RecordView, table: str, row: Row, as_of: date | None = None) -> Evidence:
    """A whole row, a line a column, and which columns are empty."""
    schema = view.tables[table]
    title = row.get(schema.title) if schema.title else None
    names = [c.name for c in schema.columns if c.name in row]
    units = {c.name: c.unit for c in schema.columns}
    lines = [f"{name}: {format_cell(row[name], units[name])}" for name in names if row[name] is not None]
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


def recorded(cell: Cell, column: Column) -> Value:
    """A cell as a value of a finding, in the unit of its column."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return measured(float(cell), column.unit, "recorded")
    return date.fromisoformat(cell) if column.type == "date" else cell


def measured(value: float, unit: str, basis: Basis = "computed") -> Quantity:
    """A number in the unit of a column, as exactly as it is printed."""
    if unit == "percent":
        return Quantity(value=value / 100, unit="share", precision=1, basis=basis)
    if unit == "share":
        # What is not from 0 to 1 is no share, whatever the column is for.
        is_share = 0 <= value <= 1
        return Quantity(value=value, unit="share" if is_share else "", precision=1 if is_share else 2, basis=basis)
    # Cents of a large computed sum say nothing.
    is_rounded = value.is_integer() or (basis == "computed" and abs(value) >= 1000)
    return Quantity(value=value, unit=unit, precision=0 if is_rounded else 2, basis=basis)


def passage_of(chunk: Chunk) -> Evidence:
    """A part of a document as evidence that was not searched for."""
    path = [heading for heading in chunk.heading_path if heading != chunk.title]
    return Evidence(
        id=chunk.id,
        kind="passage",
        source=chunk.document_id,
        locator=chunk.locator,
        title=" › ".join([chunk.title, *path]),
        text=chunk.text,
        as_of=chunk.effective,
        position=chunk.position,
    )
