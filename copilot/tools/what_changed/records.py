"""What is different in the records and the documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.analysis.changes import RowChange, compare_rows
from copilot.language.formatting import column_label, format_cell, format_value, humanize, noun
from copilot.records.schema import TableSchema
from copilot.records.store import Filter, RecordView
from copilot.sources import Sources
from copilot.tools.evidence import Row, recorded
from copilot.tools.findings import Reading, count
from copilot.tools.what_changed.baseline import Baseline
from copilot.tools.what_changed.sections import Scope, Section, identity, row_name, section
from copilot.types import Cell, Finding, Quantity, Table, Value, Viewer
from copilot.upkeep.snapshots import DocumentMark, State, document_marks

# Findings about single rows; the table has up to so many cells.
_TOLD, _CELLS, _DATED = 8, 200, 3
_HIDDEN = frozenset({"label"})
# Tables whose rows are events.
_EVENTS = ("decisions", "incidents", "stage_history")


@dataclass(frozen=True)
class TableChanges:
    schema: TableSchema
    changes: tuple[RowChange, ...]


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


def _key(row: Row, names: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(row.get(name) for name in names)


def record_changes(then: RecordView, now: RecordView, hidden: Hidden, scope: Scope) -> list[TableChanges]:
    """Row by row what differs, of rows that the viewer may see on both sides; tables of named things first."""
    found = []
    for name in {*then.tables, *now.tables} - hidden.too_large:
        sides = [view.select(name) if view.has(name) else [] for view in (then, now)]
        schema = (now if now.has(name) else then).tables[name]
        columns = [c.name for view in (then, now) if view.has(name) for c in view.tables[name].columns]
        changes = compare_rows(sides[0], sides[1], identity(schema), list(dict.fromkeys(columns)))
        kept = [c for c in changes if scope.covers(name, c.row) and not hidden.holds(schema, c)]
        if kept:
            found.append(TableChanges(schema, tuple(kept)))
    return sorted(found, key=lambda t: (t.schema.name != "projects", not t.schema.key, t.schema.name))


def in_records(found: Sequence[TableChanges], baseline: Baseline, reading: Reading) -> Section:
    """How many rows, then row by row, then every cell in a table."""
    changes = [(t.schema, change) for t in found for change in t.changes]
    if not changes:
        first = Finding(kind="no_record_change", values={"compared": baseline.compared})
        return section(first, (), "Changes in the records", baseline)
    kinds = Counter(change.kind for _, change in changes)
    first = Finding(
        kind="record_changes",
        values={
            "compared": baseline.compared,
            "rows": count(len(changes), "row"),
            **{kind: count(kinds[kind], "row") for kind in ("added", "removed", "changed")},
            "by_table": tuple(count(len(t.changes), noun(t.schema.name, 1)) for t in found),
        },
        figures=("rows",),
    )
    told = [_row_change(schema, change, reading) for schema, change in changes[:_TOLD]]
    return section(first, told, "Changes in the records", baseline, [_table(changes)])


def _row_change(schema: TableSchema, change: RowChange, reading: Reading) -> Finding:
    moves = [c for c in change.cells if c.column not in _HIDDEN]
    return Finding(
        kind="row_change",
        subject=str(change.row.get(schema.key or "") or ""),
        values={
            "table": schema.name,
            "name": row_name(schema, change.row),
            "change": change.kind,
            "columns": tuple(column_label(c.column) for c in moves),
            "before": tuple(_cell(schema, c.column, c.before) for c in moves),
            "after": tuple(_cell(schema, c.column, c.after) for c in moves),
        },
        evidence=(reading.row(schema.name, change.after),) if change.after is not None else (),
    )


def _cell(schema: TableSchema, name: str, cell: Cell) -> Quantity | date | str:
    column = next((c for c in schema.columns if c.name == name), None)
    value = recorded(cell, column) if column is not None else None
    return value if isinstance(value, Quantity | date) else format_cell(cell)


def _table(changes: Sequence[tuple[TableSchema, RowChange]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for schema, change in changes:
        about = (humanize(schema.name), row_name(schema, change.row), change.kind)
        if change.kind != "changed":
            rows.append((*about, None, None, None))
        for c in change.cells:
            if c.column not in _HIDDEN:
                sides = (format_value(_cell(schema, c.column, cell)) for cell in (c.before, c.after))
                rows.append((*about, humanize(c.column), *sides))
    more = f", the first {_CELLS} of {len(rows):,}" if len(rows) > _CELLS else ""
    return Table(
        title=f"Changes in the records{more}",
        columns=("Table", "Row", "What", "Column", "Before", "Now"),
        rows=tuple(rows[:_CELLS]),
    )


def by_own_dates(reading: Reading, baseline: Baseline, scope: Scope) -> Section | None:
    """What rows say themselves to have happened since."""
    view, since = reading.view, baseline.since
    found = [(view.tables[name], _since(view, name, since, scope)) for name in _EVENTS if view.has(name)]
    found = [(schema, rows) for schema, rows in found if rows]
    if not found:
        return None
    projects = view.tables.get("projects")
    names = {str(row["id"]): row_name(projects, row) for row in view.select("projects")} if projects else {}
    told = [
        Finding(
            kind="dated_event",
            subject=str(row.get(schema.key or "") or ""),
            values={"table": schema.name, "day": date.fromisoformat(str(row[schema.time or ""])),
                    **_event(schema, row, names)},
            evidence=(reading.row(schema.name, row),),
        )
        for schema, rows in found
        for row in rows[:_DATED]
    ]  # fmt: skip
    cells = sorted(
        (
            (
                str(row[schema.time or ""]),
                humanize(schema.name),
                " entered ".join(map(str, _event(schema, row, names).values())),
            )
            for schema, rows in found
            for row in rows
        ),
        reverse=True,
    )
    first = Finding(
        kind="dated_events",
        values={"since": since, "by_table": tuple(count(len(rows), noun(s.name, 1)) for s, rows in found)},
    )
    table = Table(title="Dated events", columns=("Date", "Table", "What"), rows=tuple(cells[:_CELLS]))
    return section(first, told, "Dates of decisions, incidents and stages", baseline, [table])


def _since(view: RecordView, table: str, since: date, scope: Scope) -> list[Row]:
    time = view.tables[table].time
    if time is None:
        return []
    filters = [Filter(column=time, op=">=", value=since.isoformat())]
    return [row for row in view.select(table, filters, order_by=[f"-{time}"]) if scope.covers(table, row)]


def _event(schema: TableSchema, row: Row, projects: Mapping[str, str]) -> dict[str, Value]:
    """What happened; of a stage which project entered it."""
    if schema.name != "stage_history":
        return {"name": row_name(schema, row)}
    key = str(row.get("project_id"))
    return {"name": projects.get(key, key), "entered": humanize(str(row.get("stage")))}


def in_documents(state: State | None, sources: Sources, viewer: Viewer, baseline: Baseline) -> Section | None:
    """New, changed, superseded and removed documents, of those that the viewer may see then and now."""
    if sources.retriever is None:
        return None
    now = {mark.id: mark for mark in document_marks(sources.retriever.states())}
    then = {mark.id: mark for mark in state.documents} if state else {}
    seen = {id for id in {*then, *now} if all(viewer.may_see(m[id].label) for m in (then, now) if id in m)}
    found: list[Finding] = []
    if state is not None:
        found += [_document(now[id], "new") for id in sorted(seen & now.keys() - then.keys())]
        found += [_document(then[id], "removed") for id in sorted(seen & then.keys() - now.keys())]
        both = sorted(seen & then.keys() & now.keys())
        found += [_document(now[id], "changed") for id in both if then[id].sha256 != now[id].sha256]
        fresh = [now[id] for id in both if now[id].superseded_by and not then[id].superseded_by]
        # For whoever may not see the successor the earlier version stays in force.
        by = {mark.id: now.get(mark.superseded_by or "") for mark in fresh}
        found += [_document(m, "superseded", by[m.id]) for m in fresh if viewer.may_see((by[m.id] or m).label)]
    if not baseline.reaches:
        effective = [
            now[id] for id in sorted(seen & now.keys()) if _took_effect(now[id], baseline.since, sources.today)
        ]
        found += [_document(mark, "effective") for mark in effective]
    if not found:
        known = baseline.words if baseline.reaches else "that is known of"
        return section(Finding(kind="no_document_change", values={"since": known}), (), "Documents", baseline)
    first = Finding(kind="document_changes", values={"since": baseline.words, "changes": count(len(found), "change")})
    return section(first, found, "Documents", baseline)


def _document(mark: DocumentMark, change: str, successor: DocumentMark | None = None) -> Finding:
    return Finding(
        kind="document_change",
        subject=mark.id,
        values={
            "title": mark.title,
            "id": mark.id,
            "change": change,
            "successor": f"“{successor.title}” ({successor.id})" if successor else None,
            "effective": mark.effective,
        },
    )


def _took_effect(mark: DocumentMark, since: date, today: date) -> bool:
    return mark.effective is not None and since <= mark.effective <= today
