"""What changed in the records and the documents, as sentences and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from copilot.analysis.changes import Row, RowChange, compare_rows
from copilot.language.formatting import format_cell, humanize, join_and, noun, pluralize, sentence
from copilot.records.schema import TableSchema
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.what_changed.baseline import Baseline
from copilot.types import Cell, Table, Viewer
from copilot.upkeep.snapshots import DocumentMark, State, document_marks

# Sentences about single rows; the table has up to so many cells.
_TOLD, _CELLS, _DATED = 8, 200, 3
_HIDDEN = frozenset({"label"})


@dataclass(frozen=True)
class Line:
    text: str
    role: Literal["headline", "support", "caveat"] = "support"
    rows: tuple[tuple[str, Row], ...] = ()
    """Rows of today that the sentence rests on, with their tables."""


@dataclass(frozen=True)
class Section:
    """One kind of change."""

    title: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Scope:
    """The projects a question is about; everything when `projects` is None."""

    projects: frozenset[str] | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """The same as dimensions of a metric: the unit or the project."""

    def covers(self, table: str, row: Row) -> bool:
        if self.projects is None:
            return True
        key = row.get("id") if table == "projects" else row.get("project_id")
        if key in self.projects:
            return True
        unit = self.dimensions.get("unit")
        return unit is not None and str(row.get("unit") or "").casefold() == unit.casefold()


@dataclass(frozen=True)
class TableChanges:
    schema: TableSchema
    changes: tuple[RowChange, ...]


def record_changes(then: RecordView, now: RecordView, hidden: Hidden, scope: Scope) -> list[TableChanges]:
    """Row by row what differs, of rows that the viewer may see on both sides."""
    found = []
    for name in sorted({*then.tables, *now.tables} - hidden.too_large):
        sides = [view.select(name) if view.has(name) else [] for view in (then, now)]
        schema = (now if now.has(name) else then).tables[name]
        columns = [c.name for view in (then, now) if view.has(name) for c in view.tables[name].columns]
        changes = compare_rows(sides[0], sides[1], identity(schema), list(dict.fromkeys(columns)))
        kept = [c for c in changes if scope.covers(name, c.row) and not hidden.holds(schema, c)]
        if kept:
            found.append(TableChanges(schema, tuple(kept)))
    return found


@dataclass(frozen=True)
class Hidden:
    """Which rows the viewer may not see then or now."""

    rows: frozenset[tuple[str, tuple[Cell, ...]]]
    too_large: frozenset[str]
    """Tables of which no copy was kept."""

    @classmethod
    def of(cls, then: Sources, now: Sources, viewer: Viewer, state: State) -> Hidden:
        rows = set()
        for sources in (then, now):
            view, whole = sources.records.view(viewer), sources.records.whole()
            for name, schema in view.tables.items():
                if name in state.too_large or not view.hidden(name):
                    continue
                names = identity(schema)
                seen = {_key(row, names) for row in view.select(name)}
                rows |= {(name, _key(row, names)) for row in whole.select(name) if _key(row, names) not in seen}
        return cls(frozenset(rows), frozenset(state.too_large))

    @property
    def projects(self) -> frozenset[str]:
        return frozenset(str(key[0]) for table, key in self.rows if table == "projects" and len(key) == 1)

    def holds(self, schema: TableSchema, change: RowChange) -> bool:
        """A row that came into sight, or went out of it, was neither added nor removed."""
        return (schema.name, _key(change.row, identity(schema))) in self.rows


def identity(schema: TableSchema) -> list[str]:
    """The columns by which a row is known again: its key, else what it must have besides numbers, else all."""
    if schema.key:
        return [schema.key]
    telling = [
        c.name
        for c in schema.columns
        if (c.required or c.references or c.name == "unit") and c.type not in ("number", "integer", "list")
    ]
    return telling or [c.name for c in schema.columns]


def _key(row: Row, names: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(row.get(name) for name in names)


def in_records(found: Sequence[TableChanges], baseline: Baseline, sources: Sources) -> Section:
    """How many rows, then row by row, then every cell in a table."""
    lines = [Line(_summary(found, baseline), "headline")]
    changes = [(t.schema, change) for t in sorted(found, key=_importance) for change in t.changes]
    currency = sources.workspace.config.currency
    for schema, change in changes[:_TOLD]:
        rows = ((schema.name, change.after),) if change.after is not None else ()
        lines.append(Line(_sentence(schema, change, currency), "support", rows))
    return Section("Changes in the records", tuple(lines), tuple(_table(changes, currency)))


def _importance(found: TableChanges) -> tuple[bool, bool, str]:
    """Tables of named things first, projects before the others."""
    return found.schema.name != "projects", not found.schema.key, found.schema.name


def _summary(found: Sequence[TableChanges], baseline: Baseline) -> str:
    if not found:
        return sentence(f"{baseline.compared}, no row of the records has changed")
    kinds = Counter(change.kind for table in found for change in table.changes)
    total = sum(kinds.values())
    parts = [f"{kinds[kind]:,} {kind}" for kind in ("added", "removed", "changed") if kinds[kind]]
    tables = [f"{len(t.changes):,} {noun(t.schema.name, len(t.changes))}" for t in sorted(found, key=_importance)]
    differ = "differs" if total == 1 else "differ"
    return sentence(
        f"{baseline.compared}, {pluralize(total, 'row')} of the records {differ}: {join_and(parts)} ({join_and(tables)})"
    )


def _sentence(schema: TableSchema, change: RowChange, currency: str) -> str:
    name = row_name(schema, change.row)
    if change.kind != "changed":
        return sentence(f"{name} was {change.kind}")
    moves = [
        f"{humanize(c.column)} from {format_cell(c.before, schema.unit(c.column))} to {format_cell(c.after, schema.unit(c.column))}"
        for c in change.cells
        if c.column not in _HIDDEN
    ]
    return sentence(f"{name} changed {join_and(moves) or 'in who may see it'}")


def row_name(schema: TableSchema, row: Row) -> str:
    """Search ranking (P-018); of a row without a key what tells it from others."""
    if schema.key:
        key, title = str(row.get(schema.key)), str(row.get(schema.title) or "").rstrip(".") if schema.title else ""
        return f"{title} ({key})" if title and title != key else f"{noun(schema.name, 1)} {key}"
    telling = [humanize(str(row[name])) for name in identity(schema)[:5] if row.get(name) is not None]
    return f"{noun(schema.name, 1)} {', '.join(telling)}"


def _table(changes: Sequence[tuple[TableSchema, RowChange]], currency: str) -> Iterator[Table]:
    rows: list[tuple[Cell, ...]] = []
    for schema, change in changes:
        name = row_name(schema, change.row)
        if change.kind != "changed":
            rows.append((humanize(schema.name), name, change.kind, None, None, None))
        for c in change.cells:
            if c.column not in _HIDDEN:
                cells = (format_cell(c.before, schema.unit(c.column)), format_cell(c.after, schema.unit(c.column)))
                rows.append((humanize(schema.name), name, change.kind, humanize(c.column), *cells))
    if rows:
        more = f", the first {_CELLS} of {len(rows):,}" if len(rows) > _CELLS else ""
        yield Table(
            title=f"Changes in the records{more}",
            columns=("Table", "Row", "What", "Column", "Before", "Now"),
            rows=tuple(rows[:_CELLS]),
        )


def by_own_dates(view: RecordView, since: date, scope: Scope) -> Section | None:
    """What rows say themselves to have happened since."""
    names = (
        {str(row["id"]): row_name(view.tables["projects"], row) for row in view.select("projects")}
        if view.has("projects")
        else {}
    )
    lines: list[Line] = []
    counts: list[str] = []
    cells: list[tuple[Cell, ...]] = []
    for table in _EVENTS:
        schema = view.tables.get(table)
        if schema is None or schema.time is None:
            continue
        filters = [Filter(column=schema.time, op=">=", value=since.isoformat())]
        rows = [row for row in view.select(table, filters, order_by=[f"-{schema.time}"]) if scope.covers(table, row)]
        if rows:
            counts.append(f"{len(rows):,} {noun(table, len(rows))}")
        told = [(row, f"{row[schema.time]}: {_event(schema, row, names)}") for row in rows]
        lines += [Line(sentence(text), "support", ((table, row),)) for row, text in told[:_DATED]]
        cells += [(str(row[schema.time]), humanize(table), _event(schema, row, names)) for row in rows]
    if not counts:
        return None
    first = Line(f"By their own dates the records hold {join_and(counts)} since {since.isoformat()}.", "headline")
    shown = tuple(sorted(cells, reverse=True)[:_CELLS])
    table_of_events = Table(title="Dated events", columns=("Date", "Table", "What"), rows=shown)
    return Section("Dated events", (first, *lines), (table_of_events,))


# Tables whose rows are events.
_EVENTS = ("decisions", "incidents", "stage_history")


def _event(schema: TableSchema, row: Row, projects: Mapping[str, str]) -> str:
    if schema.name != "stage_history":
        return row_name(schema, row)
    key = str(row.get("project_id"))
    return f"{projects.get(key, key)} entered {humanize(str(row.get('stage')))}"


def in_documents(state: State | None, sources: Sources, viewer: Viewer, baseline: Baseline) -> Section | None:
    """New, changed, superseded and removed documents, of those that the viewer may see then and now."""
    if sources.retriever is None:
        return None
    now = {mark.id: mark for mark in document_marks(sources.retriever.states())}
    then = {mark.id: mark for mark in state.documents} if state else {}
    seen = {id for id in {*then, *now} if all(viewer.may_see(m[id].label) for m in (then, now) if id in m)}
    texts: list[str] = []
    if state is not None:
        texts += [f"{_titled(now[id])} is new" for id in sorted(seen & now.keys() - then.keys())]
        texts += [f"{_titled(then[id])} was removed" for id in sorted(seen & then.keys() - now.keys())]
        both = sorted(seen & then.keys() & now.keys())
        texts += [f"{_titled(now[id])} has changed" for id in both if then[id].sha256 != now[id].sha256]
        readable = {id: mark for id, mark in now.items() if id in seen}
        texts += [_superseded(now[id], readable) for id in both if now[id].superseded_by and not then[id].superseded_by]
    if not baseline.reaches:
        fresh = [now[id] for id in sorted(seen & now.keys()) if _took_effect(now[id], baseline.since, sources.today)]
        texts += [f"{_titled(mark)} took effect on {mark.effective}" for mark in fresh]
    if not texts:
        known = baseline.words if baseline.reaches else "that is known of"
        return Section("Documents", (Line(sentence(f"no document has changed {known}"), "headline"),))
    first = Line(sentence(f"{pluralize(len(texts), 'change')} of documents {baseline.words}"), "headline")
    return Section("Documents", (first, *(Line(sentence(text)) for text in texts)))


def _titled(mark: DocumentMark) -> str:
    return f"“{mark.title}” ({mark.id})"


def _took_effect(mark: DocumentMark, since: date, today: date) -> bool:
    return mark.effective is not None and since <= mark.effective <= today


def _superseded(mark: DocumentMark, now: dict[str, DocumentMark]) -> str:
    successor = now.get(mark.superseded_by or "")
    return f"{_titled(mark)} was superseded{f' by {_titled(successor)}' if successor else ''}"
