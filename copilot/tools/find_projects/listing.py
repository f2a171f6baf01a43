"""Selected rows as sentences and a table."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.formatting import NAMED, format_cell, humanize, join_first, noun, sentence
from copilot.tools.evidence import Row, row_id
from copilot.tools.filters import Selection
from copilot.types import Evidence, Finding, Table

# More rows than this are named in one sentence instead of one each.
_ROWS_WITH_A_SENTENCE = 7
# What a list shows of a row unless told otherwise.
_SHOWN = ("unit", "stage", "stage_since", "project_id", "status", "severity", "date")
_SHOWN_OF_UNITS = ("area", "aspect", "score", "role", "headcount", "open_positions")


def _shown_columns(selection: Selection) -> tuple[str, ...]:
    return _SHOWN if selection.schema.key else (*_SHOWN, *_SHOWN_OF_UNITS)


def names(selection: Selection, rows: Sequence[Row], matching: int) -> str:
    """The listed rows by name, in one sentence."""
    if not rows:
        return ""
    named = join_first(name(selection, row) for row in rows)
    if len(rows) < matching:
        return f"The first {len(rows):,} of the {matching:,} are {named}."
    return f"{'They are' if len(rows) > 1 else 'It is'} {named}."


def ordering(selection: Selection, order_by: str, rows: Sequence[Row], matching: int) -> str:
    """The listed rows with what they are ordered by."""
    if not rows:
        return ""
    column = selection.view.column(selection.table, order_by.removeprefix("-"))
    high, low = ("latest", "earliest") if column.type == "date" else ("highest", "lowest")
    shown = join_first(f"{name(selection, row)} with {selection.said(row, column.name)}" for row in rows)
    count = f"the first {len(rows):,} of {matching:,}" if len(rows) < matching else f"the {matching:,}"
    way = f"{high if order_by.startswith('-') else low} first"
    verb = "is" if len(rows) == 1 else "are"
    return sentence(f"By {humanize(column.name)}, {way}, {count} {noun(selection.table, matching)} {verb} {shown}")


def details(selection: Selection, rows: Sequence[Row], matching: int, x: Evidence) -> list[Finding]:
    """A sentence a row while they are few, one for all when they are many."""
    ids = [row_id(selection.view, selection.table, row) for row in rows]
    if len(rows) > _ROWS_WITH_A_SENTENCE:
        return [Finding(text=names(selection, rows, matching), evidence=(x.id, *ids[:NAMED]))]
    return [Finding(text=_row_sentence(selection, row), evidence=(id,)) for row, id in zip(rows, ids, strict=True)]


def name(selection: Selection, row: Row) -> str:
    """What a row is called, with its id."""
    schema = selection.schema
    key = str(row[schema.key]) if schema.key and row.get(schema.key) else ""
    title = str(row[schema.title]).rstrip(".") if schema.title and row.get(schema.title) else ""
    if title and key and title != key:
        return f"{title} ({key})"
    if title or key:
        return title or key
    cells = [selection.said(row, c.name) for c in schema.columns[:3] if row[c.name] is not None]
    return " ".join(humanize(cell) for cell in cells) or "a row without entries"


def _row_sentence(selection: Selection, row: Row) -> str:
    said_already = {
        "id",
        *(f.column for f in selection.filters if f.op == "=" and f.column in ("unit", "stage")),
    }
    asked = [f.column for f in selection.filters if f.op not in ("contains", "missing")]
    columns = [
        c
        for c in dict.fromkeys([*_shown_columns(selection), *asked])
        if c not in said_already and row.get(c) is not None
    ]
    if selection.table == "projects" and "stage" in columns and "stage_since" in columns:
        columns.remove("stage_since")
    facts = []
    for column in columns:
        since = f" since {row['stage_since']}" if column == "stage" and row.get("stage_since") else ""
        label = "in this stage since" if column == "stage_since" else humanize(column)
        facts.append(f"{label} {humanize(selection.said(row, column))}{since}")
    return sentence(f"{name(selection, row)}: {', '.join(facts)}" if facts else name(selection, row))


def table(selection: Selection, rows: Sequence[Row], columns: Sequence[str], order_by: str | None) -> Table:
    schema, view = selection.schema, selection.view
    shown = [view.column(schema.name, c).name for c in columns] or list(_shown_columns(selection))
    ordered = [view.column(schema.name, order_by.removeprefix("-")).name] if order_by else []
    wanted = [schema.key, schema.title, *shown, *(f.column for f in selection.filters), *ordered]
    present = [c for c in dict.fromkeys(wanted) if c is not None and view.has(schema.name, c)]
    present = present or [c.name for c in schema.columns[:6]]
    return Table(
        title=humanize(schema.name).capitalize(),
        columns=tuple(humanize(c).capitalize() for c in present),
        rows=tuple(tuple(_shown(row[c]) for c in present) for row in rows),
    )


def _shown(value: object) -> str | int | float | None:
    if isinstance(value, bool):
        return format_cell(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float) else None
