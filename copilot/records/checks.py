"""What is wrong with the cells of the record tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from rapidfuzz import fuzz

from copilot.records.cells import Value
from copilot.records.names import column_key, nearest
from copilot.records.reading import RecordTable
from copilot.records.schema import TABLES, Column
from copilot.types import Frozen
from copilot.workspace import GATES_FILE, WorkspaceConfig

Severity = Literal["error", "warning", "info"]

_NEARLY_THE_SAME = 80.0
_MOST_NAMED = 8
_MOST_ROWS_NAMED = 5

# Ends of scales that the schema gives in words only.
_SCALES: Mapping[tuple[str, str], tuple[float, float]] = {
    ("assessments", "score"): (1, 5),
    ("model_quality", "value"): (0, 1),
    ("models", "validated_quality"): (0, 1),
    ("incidents", "severity"): (1, 4),
}


# Columns whose values the workspace itself lists, and where.
_LISTED = {"stage": "stages in workspace.yaml", "gate": f"gates in {GATES_FILE}"}


class Issue(Frozen):
    """One thing that is wrong, where, and what to do about it."""

    severity: Severity
    file: str
    row: int | None = None
    """As a spreadsheet numbers it; the header is row 1."""
    column: str | None = None
    message: str
    remedy: str

    def __str__(self) -> str:
        place = [self.file]
        place += [f"row {self.row}"] if self.row is not None else []
        place += [f"column {self.column}"] if self.column else []
        return f"{self.severity}: {', '.join(place)}: {self.message} {self.remedy}"


def check_tables(tables: Sequence[RecordTable], config: WorkspaceConfig) -> Iterator[Issue]:
    keys = {table.schema.name: _keys(table) for table in tables}
    for table in tables:
        yield from _columns(table)
        yield from _bad_cells(table)
        yield from _missing_keys(table)
        yield from _required(table)
        for column in table.schema.columns:
            yield from _values(table, column)
            yield from _references(table, column, keys)
        yield from _scales(table, config)
        if table.schema.name == "projects":
            yield from _estimates(table, config)
        yield from _labels(table, config)


def _keys(table: RecordTable) -> set[str]:
    return {str(value).lower() for value in table.values.get(table.schema.key or "", [])}


def _finding(
    table: RecordTable,
    severity: Severity,
    message: str,
    remedy: str,
    column: str | None = None,
    row: int | None = None,
) -> Issue:
    return Issue(severity=severity, file=table.source, row=row, column=column, message=message, remedy=remedy)


def _cells(table: RecordTable, column: str) -> Iterator[tuple[int, Value]]:
    """Row and value of the cells of a column that are not empty."""
    values = table.values.get(column, [])
    return ((row, value) for row, value in zip(table.rows, values, strict=False) if value is not None)


def _columns(table: RecordTable) -> Iterator[Issue]:
    for name in table.missing:
        yield _finding(table, "error", f"The column {name} is missing.", "Add it; it is required.", name, table.header)
    if table.encoding:
        message = f"It is not in Unicode, and its letters are read as {table.encoding}."
        yield _finding(
            table, "info", message, "Name its `encoding` in the mapping if names look wrong, such as cp1250."
        )
    for what in table.left_out:
        yield _finding(table, "info", f"It is left out: {what}.", "Nothing needs to be done, unless it holds records.")
    if table.hidden:
        message = f"It is left out: {table.hidden}."
        yield _finding(table, "warning", message, "Show them, or write `hidden: read` in the mapping.")
    if table.copies:
        message = (
            f"{len(table.copies):,} rows repeat an earlier one in every cell and are left out ({_rows(table.copies)})."
        )
        yield _finding(table, "warning", message, "Take the copies out, or write `duplicates: keep` in the mapping.")
    if table.schema.name not in TABLES:
        message = f"{table.schema.name} is not one of the known tables; it is read as a table of its own."
        yield _finding(table, "info", message, "Rename the file if it was meant to be one of them.")
        return
    yield from _unknown(table)
    for row in table.ragged:
        message = "The row has more or fewer cells than the header."
        yield _finding(table, "warning", message, "Put quotes around cells that hold the delimiter.", row=row)


def _unknown(table: RecordTable) -> Iterator[Issue]:
    """A column that is nearly a known one may be a misspelling; the others are only told."""
    present = {column.name for column in table.schema.columns}
    absent = [column.name for column in TABLES[table.schema.name].columns if column.name not in present]
    kept = []
    for name in table.unknown:
        key = column_key(name)
        like = max(absent, key=lambda known: fuzz.ratio(key, known), default="")
        if fuzz.ratio(key, like) < _NEARLY_THE_SAME:
            kept.append(name)
            continue
        message = f"{name} is not a known column, and {like} is missing."
        yield _finding(table, "warning", message, f"Rename it if {like} was meant.", name, table.header)
    if kept:
        named = ", ".join(repr(_cut(name)) for name in kept[:_MOST_NAMED])
        more = f" and {len(kept) - _MOST_NAMED} more" if len(kept) > _MOST_NAMED else ""
        message = f"These columns are not known ones; they are kept and can be asked for: {named}{more}."
        yield _finding(table, "info", message, "Nothing needs to be done.", row=table.header)


def _bad_cells(table: RecordTable) -> Iterator[Issue]:
    required = {column.name for column in table.schema.columns if column.required}
    for bad in table.bad:
        severity: Severity = "error" if bad.column in required else "warning"
        message = f"{_shown(bad.text)} {bad.problem}."
        yield _finding(table, severity, message, "It is read as missing; correct it.", bad.column, bad.row)


def _missing_keys(table: RecordTable) -> Iterator[Issue]:
    key = table.schema.key
    if key is None or key in table.missing:
        return
    for row, text in table.unkeyed:
        problem = f"{text!r} is used by an earlier row too." if text else "It is empty."
        yield _finding(table, "error", problem, f"Give the row a {key} of its own.", key, row)


def _required(table: RecordTable) -> Iterator[Issue]:
    """A required column that is empty in some rows is one finding, and an error only where it is in all of them."""
    bad = {(cell.row, cell.column) for cell in table.bad}
    for column in table.schema.columns:
        if not column.required or column.name == table.schema.key:
            continue
        pairs = zip(table.rows, table.values[column.name], strict=True)
        empty = [row for row, value in pairs if value is None and (row, column.name) not in bad]
        if empty:
            severity: Severity = "error" if len(empty) == len(table.rows) else "warning"
            message = f"{len(empty):,} of {len(table.rows):,} rows have nothing there ({_rows(empty)})."
            yield _finding(table, severity, message, "It is required; fill it in.", column.name)


def _rows(rows: Sequence[int]) -> str:
    """ "row 4", "rows 4, 9", "rows 4, 9, 12, 15, 20 and 7 more"."""
    shown = ", ".join(f"{row}" for row in rows[:_MOST_ROWS_NAMED])
    more = f" and {len(rows) - _MOST_ROWS_NAMED:,} more" if len(rows) > _MOST_ROWS_NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{more}"


def _values(table: RecordTable, column: Column) -> Iterator[Issue]:
    if column.is_order_assumed:
        message = f"It holds letters, which are read as grades with {column.order[-1]} the highest."
        remedy = "Write their `order` under `columns` in the mapping if that is not so."
        yield _finding(table, "info", message, remedy, column.name, table.header)
        return
    allowed = {value.lower() for value in column.values or column.order}
    if not allowed:
        return
    names = ", ".join(column.values or column.order)
    remedy = f"Use one of {names}."
    if column.name in _LISTED:
        remedy = f"Use one of {names}, or list it under {_LISTED[column.name]}."
    for row, value in _cells(table, column.name):
        if str(value).lower() not in allowed:
            message = f"{_shown(value)} is not one of the values of {column.name}."
            yield _finding(table, "warning", message, remedy, column.name, row)


def _references(table: RecordTable, column: Column, keys: Mapping[str, set[str]]) -> Iterator[Issue]:
    target = (column.references or "").partition(".")[0]
    if not target:
        return
    if target not in keys:
        if any(True for _ in _cells(table, column.name)):
            message = f"It refers to {target}, and there is no such table."
            yield _finding(table, "warning", message, f"Add records/{target}.csv.", column.name)
        return
    for row, value in _cells(table, column.name):
        items = str(value).split("; ") if column.type == "list" else [str(value)]
        for item in items:
            if item.lower() not in keys[target]:
                message = f"{_shown(item)} is not in {column.references}."
                near = nearest(item, sorted(keys[target]))[:1]
                hint = f"Was {near[0].upper()} meant?" if near else "Add the row it refers to."
                yield _finding(table, "warning", message, hint, column.name, row)


def _scales(table: RecordTable, config: WorkspaceConfig) -> Iterator[Issue]:
    scales = {column: ends for (name, column), ends in _SCALES.items() if name == table.schema.name}
    if table.schema.name == "projects":
        for criterion in config.criteria:
            for name in (criterion.column, f"{criterion.column}_low", f"{criterion.column}_high"):
                scales[name] = criterion.scale
    for column, (low, high) in scales.items():
        for row, value in _cells(table, column):
            if isinstance(value, int | float) and not low <= value <= high:
                message = f"{value:g} lies outside the scale from {low:g} to {high:g}."
                yield _finding(table, "warning", message, "Correct it, or widen the scale.", column, row)


def _estimates(table: RecordTable, config: WorkspaceConfig) -> Iterator[Issue]:
    """Low, likely and high must stand in that order."""
    for criterion in config.criteria:
        names = [f"{criterion.column}_low", criterion.column, f"{criterion.column}_high"]
        columns = [table.values.get(name, [None] * len(table.rows)) for name in names]
        for row, *triple in zip(table.rows, *columns, strict=True):
            numbers = [value for value in triple if isinstance(value, int | float)]
            if numbers != sorted(numbers):
                said = ", ".join(f"{number:g}" for number in numbers)
                message = f"The low, likely and high estimates are {said}, which is not their order."
                yield _finding(table, "warning", message, "Correct them.", criterion.column, row)


def _labels(table: RecordTable, config: WorkspaceConfig) -> Iterator[Issue]:
    held = frozenset().union(*(viewer.labels for viewer in config.viewers.values()))
    for row, value in _cells(table, "label"):
        if value not in config.labels | held:
            message = f"The label {value!r} is not under labels in workspace.yaml, so nobody sees the row."
            yield _finding(table, "warning", message, "Add the label there, or correct it.", "label", row)


def _shown(value: object) -> str:
    return repr(_cut(str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
