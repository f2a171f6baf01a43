"""The record tables of a workspace, read into DuckDB, and what a viewer may read of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb

from copilot.errors import ToolError
from copilot.records.aggregating import Grouping, Measure, aggregated, group_key
from copilot.records.conditions import (
    Condition,
    Filter,
    Operator,
    all_of,
    any_of,
    condition,
    expression,
    place,
    quoted,
    written,
)
from copilot.records.derived import with_derived
from copilot.records.differences import difference
from copilot.records.engines import MetricEngine
from copilot.records.filling import Given, create_table
from copilot.records.joining import with_units
from copilot.records.names import column_key, nearest
from copilot.records.reading import RecordTable, read_tables
from copilot.records.referring import referred, with_references
from copilot.records.related import count_of, counted
from copilot.records.schema import Column, TableSchema
from copilot.records.visibility import has_label, shown_columns, visible_relations
from copilot.stopping import go_on
from copilot.types import Cell, Viewer
from copilot.workspace import Workspace

if TYPE_CHECKING:
    # Opening the records alone must not load the metric compiler.
    from sqlglot import exp

    from copilot.records.warehouse import Warehouse, WarehouseView

__all__ = ["ROW", "Filter", "Operator", "RecordView", "Records", "nearest"]

ROW = "_row"
"""Every selected row carries the line number of its record in the source file under this name."""

_ENGINE = {
    # Tables are small and read by many threads at once: a thread a query costs less than several.
    "threads": 1,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class Records:
    """All record tables of a workspace."""

    tables: Mapping[str, TableSchema]
    """Tables that are there, with the columns that are there, those the schema does not know included."""
    sources: Mapping[str, str]
    """Table name to file inside the workspace."""

    def __init__(self, tables: Sequence[RecordTable], warehouse: Warehouse | None = None) -> None:
        self.warehouse = warehouse
        self.tables = {table.schema.name: table.schema for table in tables}
        self.sources = {table.schema.name: table.source for table in tables}
        self._connection = duckdb.connect(":memory:", config=_ENGINE)
        self._lock = threading.Lock()
        self._views: dict[frozenset[str], RecordView] = {}
        self._beside: dict[frozenset[str], RecordView] = {}
        """With a warehouse, whose labels are only known there: the same views for each set of labels held."""
        self.aliases = {table.schema.name: table.aliases for table in tables}
        """By table, what its file calls a renamed column, to the name it has here."""
        for table in tables:
            self._store(table)
        labelled = [quoted(name) for name, schema in self.tables.items() if has_label(schema)]
        rows = [row for name in labelled for row in self.run(f"SELECT DISTINCT label FROM {name}")]
        restricted = {column.access for schema in self.tables.values() for column in schema.columns if column.access}
        self._labels = frozenset(restricted | {str(row["label"]) for row in rows if row["label"] is not None})

    @classmethod
    def load(cls, workspace: Workspace, warehouse: Warehouse | None = None) -> Records:
        tables = with_derived(with_units(with_references(read_tables(workspace))))
        return cls(tables, warehouse)

    def close(self) -> None:
        """Lets go of the warehouse, where there is one; the tables here can still be read."""
        if self.warehouse is not None:
            self.warehouse.close()

    @property
    def metric_tables(self) -> Mapping[str, TableSchema]:
        """What a metric may be computed over: the tables here, and those that a warehouse holds in their stead."""
        return {**self.tables, **(self.warehouse.tables if self.warehouse else {})}

    def view(self, viewer: Viewer) -> RecordView:
        held = frozenset(label for label in self._labels if viewer.may_see(label))
        with self._lock:
            if held not in self._views:
                relations = {name: quoted(name) for name in self.tables}
                if held != self._labels:
                    name = f"viewer_{len(self._views)}"
                    relations = visible_relations(self._connection, self.tables, held, name)
                self._views[held] = RecordView(self, relations, held)
            view = self._views[held]
        if self.warehouse is None:
            return view
        with self._lock:
            if viewer.labels not in self._beside:
                self._beside[viewer.labels] = view.beside(self.warehouse, viewer)
            return self._beside[viewer.labels]

    def whole(self) -> RecordView:
        """Every row there is: to learn what a table holds, never to answer from."""
        return self.view(Viewer(name="the workspace", labels=self._labels))

    def run(self, sql: str, parameters: Iterable[object] = ()) -> list[dict[str, Cell]]:
        """The rows of a query over all tables, dates as ISO strings. Safe to call from several threads."""
        go_on()
        with self._connection.cursor() as cursor:
            cursor.execute(sql, list(parameters))
            names = [description[0] for description in cursor.description or ()]
            return [dict(zip(names, map(_cell, row), strict=True)) for row in cursor.fetchall()]

    def _store(self, table: RecordTable) -> None:
        columns = {column.name: Given(column.type, table.values[column.name]) for column in table.schema.columns}
        columns = {ROW: Given("integer", table.rows), **columns}
        create_table(self._connection, table.schema.name, columns, _by_time(table.schema))


class RecordView:
    """What one viewer may read. Rows with a label the viewer does not hold do not exist here."""

    tables: Mapping[str, TableSchema]
    sources: Mapping[str, str]

    def __init__(
        self,
        records: Records,
        relations: Mapping[str, str],
        held: frozenset[str],
        warehouse: WarehouseView | None = None,
    ) -> None:
        self.tables = {name: shown_columns(schema, held) for name, schema in records.tables.items()}
        self.sources = records.sources
        self._records = records
        self._relations = relations
        self._held = held
        self._warehouse = warehouse
        self._spellings: dict[tuple[str, str], dict[Cell, Cell]] = {}

    def beside(self, warehouse: Warehouse, viewer: Viewer) -> RecordView:
        """This view, with what the same viewer may read of a warehouse."""
        return RecordView(self._records, self._relations, self._held, warehouse.view(viewer, self._withheld()))

    def engine(self, table: str) -> MetricEngine:
        """Where a metric over this table is computed."""
        if self._warehouse is not None and table in self._warehouse.tables:
            return self._warehouse
        return self

    def _withheld(self) -> dict[str, frozenset[str]]:
        """By table, the keys of rows that this viewer may not know of."""
        withheld = {}
        for name, schema in self.tables.items():
            if schema.key and self._relations[name] != quoted(name):
                kept = f"SELECT {quoted(schema.key)} FROM {self._relations[name]}"
                rows = self.run(f"SELECT {quoted(schema.key)} AS key FROM {quoted(name)} EXCEPT {kept}")
                withheld[name] = frozenset(str(row["key"]) for row in rows)
        return withheld

    def has(self, table: str, column: str | None = None) -> bool:
        if table not in self.tables:
            return False
        return column is None or any(c.name == column for c in self.tables[table].columns)

    def aliases(self, table: str) -> dict[str, tuple[str, ...]]:
        """What else people call the columns of a table: as the mapping says, and as the source file does."""
        names = {column.name: column.synonyms for column in self.tables[table].columns if column.synonyms}
        for alias, column in self._records.aliases.get(table, {}).items():
            if self.has(table, column):
                names[column] = (*names.get(column, ()), alias)
        return names

    def select(
        self,
        table: str,
        filters: Sequence[Filter] = (),
        columns: Sequence[str] | None = None,
        order_by: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[dict[str, Cell]]:
        """Rows as dicts, `_row` included; `-column` orders descending; dates come as ISO strings.

        Missing values are ordered last; text is ordered without case.
        """
        relation = self.relation(table)
        asked = [self.column(table, name.removeprefix("-")) for name in (*(columns or ()), *order_by)]
        asked += [self.column(table, f.column) for f in filters]
        kept = ["*"]
        if columns is not None:
            kept = [ROW, *(quoted(c.name) for c in asked[: len(columns)] if c.name != ROW and not c.sql)]
        computed = {c.name: Condition(c.sql) for c in asked if c.sql}
        computed |= {f.column: self._counted(table, f) for f in filters if f.where and counted(f.column)}
        shown = ", ".join([*kept, *(f"{query.sql} AS {quoted(name)}" for name, query in computed.items())])
        where = self._where(table, filters)
        parameters = [p for query in (*computed.values(), where) for p in query.parameters]
        order = ", ".join([*(self._ordered(table, name) for name in order_by), ROW])
        return self.run(
            f"SELECT {shown} FROM {relation} WHERE {where.sql} ORDER BY {order}"
            + (f" LIMIT {int(limit)}" if limit is not None else ""),
            parameters,
        )

    def aggregate(
        self,
        table: str,
        group_by: Sequence[str | Grouping] = (),
        measures: Sequence[Measure] = (),
        filters: Sequence[Filter] = (),
    ) -> list[dict[str, Cell]]:
        """One row a group, the largest first measure first; without measures it counts.

        Spellings of a text that differ in case are one group, shown in the most frequent spelling.
        """
        query = self._aggregation(table, self.relation(table), group_by, measures, filters)
        rows = self.run(query.sql, query.parameters)
        for group in group_by:
            column = self._group(table, group)
            if column.type == "text":
                spelling = self.spelling(table, column.name)
                rows = [{**row, column.name: spelling.get(row[column.name])} for row in rows]
        return rows

    def written(
        self,
        table: str,
        group_by: Sequence[str | Grouping] = (),
        measures: Sequence[Measure] = (),
        filters: Sequence[Filter] = (),
    ) -> str:
        """The query of `aggregate` as one reads it: over the table by its name, its values in their places."""
        text = written(self._aggregation(table, quoted(table), group_by, measures, filters))
        for name, relation in self._relations.items():
            text = text.replace(relation, quoted(name))
        return text

    def _aggregation(
        self,
        table: str,
        relation: str,
        group_by: Sequence[str | Grouping],
        measures: Sequence[Measure],
        filters: Sequence[Filter],
    ) -> Condition:
        measures = measures or (Measure(name="count"),)
        keys = {(column := self._group(table, g)).name: group_key(column, g) for g in group_by}
        shown = [f"{key} AS {quoted(name)}" for name, key in keys.items()]
        shown += [f"{self._aggregated(table, m)} AS {quoted(m.name)}" for m in measures]
        where = self._where(table, filters)
        sql = f"SELECT {', '.join(shown)} FROM {relation} WHERE {where.sql}"
        if keys:
            order = [f"{len(keys) + 1} DESC NULLS LAST", *(f"{n} NULLS LAST" for n in range(1, len(keys) + 1))]
            sql += f" GROUP BY {', '.join(keys.values())} ORDER BY {', '.join(order)}"
        return Condition(sql, where.parameters)

    def _group(self, table: str, group: str | Grouping) -> Column:
        return self.column(table, group if isinstance(group, str) else group.column)

    def row(self, table: str, key: str) -> dict[str, Cell] | None:
        """The row with that key, written in any case."""
        name = self.tables[table].key if self.has(table) else None
        if name is None:
            return None
        return next(iter(self.select(table, [Filter(column=name, value=key)], limit=1)), None)

    def values(self, table: str, column: str) -> list[str]:
        """The distinct values of a column, most frequent first; of a list column its items."""
        kind = self.column(table, column)
        if kind.type == "text":
            return [str(value) for value in self.spelling(table, kind.name).values()]
        name = quoted(kind.name)
        item = f"unnest(string_split({name}, '; '))" if kind.type == "list" else name
        rows = self.run(
            f"SELECT value, count(*) FROM (SELECT {item} AS value FROM {self.relation(table)}) "
            "WHERE value IS NOT NULL GROUP BY value ORDER BY 2 DESC, 1"
        )
        return [str(row["value"]) for row in rows]

    def hidden(self, table: str, filters: Sequence[Filter] = ()) -> int:
        """How many rows that match are withheld from this viewer."""
        relation = self.relation(table)
        if relation == quoted(table):
            return 0
        where = self._where(table, filters)
        count = "SELECT count(*) AS n FROM {} WHERE " + where.sql
        whole = self.run(count.format(quoted(table)), where.parameters)[0]["n"]
        part = self.run(count.format(relation), where.parameters)[0]["n"]
        return int(whole or 0) - int(part or 0)

    def with_hidden_references(self, table: str, column: str) -> frozenset[str]:
        """The keys of the rows whose list in this column names a row that is withheld from this viewer."""
        relation, schema = self.relation(table), self.tables[table]
        if relation == quoted(table) or not schema.key or not self.has(table, column):
            return frozenset()
        key, items = quoted(schema.key), quoted(column)
        rows = self.run(
            f"SELECT seen.{key} AS key FROM {relation} seen JOIN {quoted(table)} whole USING ({key}) "
            f"WHERE seen.{items} IS DISTINCT FROM whole.{items}"
        )
        return frozenset(str(row["key"]) for row in rows)

    def run(self, sql: str, parameters: Iterable[object] = ()) -> list[dict[str, Cell]]:
        """The rows of a query over what `relation` names."""
        return self._records.run(sql, parameters)

    def relation(self, table: str) -> str:
        """What to select from to read this table as the viewer may."""
        if table not in self.tables:
            raise ToolError(f"There is no table {table!r}.", nearest(table, self.tables))
        return self._relations[table]

    def relation_tree(self, table: str, whole: bool = False) -> exp.Expression:
        """`relation`, or the table with every row there is, for a query written as a tree."""
        from sqlglot import exp

        self.relation(table)
        return exp.to_table(quoted(table) if whole else self.relation(table), dialect=self.dialect())

    def fetch(self, query: exp.Expression) -> list[dict[str, Cell]]:
        return self.run(query.sql(dialect=self.dialect()))

    def source(self, table: str) -> str:
        return self.sources[table]

    def dialect(self) -> str:
        return "duckdb"

    def column(self, table: str, name: str) -> Column:
        """The column of that name, or of that name in its file; `Business value` finds `business_value`. "spend less
        budget" is what the one is more than the other, "number of incidents" how many of them refer to the row."""
        if table not in self.tables:
            raise ToolError(
                f"There is no table {table!r}.", nearest(table, self.tables), asked=table, valid=self.tables
            )
        columns = {column.name: column for column in self.tables[table].columns}
        if name == ROW:
            return Column(ROW, "integer", "Row in the source file.")
        if name in columns:
            return columns[name]
        for column in columns.values():
            if column_key(column.name) == column_key(name):
                return column
        for own, aliases in self.aliases(table).items():
            if column_key(name) in map(column_key, aliases):
                return columns[own]
        if (apart := difference(name, lambda part: self.column(table, part))) is not None:
            return apart
        if (number := count_of(name, self.tables[table], self.tables, self._relations)) is not None:
            return number
        message = f"The {table} table has no column {name!r}."
        raise ToolError(message, nearest(name, columns), asked=name, valid=columns)

    def spelling(self, table: str, column: str) -> dict[Cell, Cell]:
        """Lower-case text to its most frequent spelling, the most frequent text first."""
        if (table, column) not in self._spellings:
            name = quoted(column)
            rows = self.run(
                "SELECT key, arg_max(value, n) AS value FROM ("
                f"SELECT lower({name}) AS key, {name} AS value, count(*) AS n FROM {self.relation(table)} "
                f"WHERE {name} IS NOT NULL GROUP BY 1, 2 ORDER BY 2"
                ") GROUP BY key ORDER BY sum(n) DESC, key"
            )
            self._spellings[table, column] = {row["key"]: row["value"] for row in rows}
        return self._spellings[table, column]

    def _where(self, table: str, filters: Sequence[Filter]) -> Condition:
        return all_of([self._condition(table, f) for f in filters])

    def _condition(self, table: str, asked: Filter) -> Condition:
        if asked.or_else:
            return any_of([self._condition(table, one) for one in asked.each])
        column = self.column(table, asked.column)
        if not asked.where:
            return condition(column, asked, self.column(table, asked.than) if asked.than else None)
        if column.references:
            return self._of_reference(column, asked)
        number = self._counted(table, asked)
        found = condition(replace(column, sql=number.sql), asked)
        return Condition(found.sql, (*number.parameters, *found.parameters))

    def _of_reference(self, column: Column, asked: Filter) -> Condition:
        """Whether the row of another table that a column names meets the conditions of a filter."""
        other, key = referred(column)
        where = self._where(other, asked.where)
        named = f"SELECT lower({quoted(key)}) FROM {self.relation(other)} WHERE {where.sql}"
        is_not = " IS NOT TRUE" if asked.op == "missing" else ""
        return Condition(f"(lower({expression(column)}) IN ({named})){is_not}", where.parameters)

    def _counted(self, table: str, asked: Filter) -> Condition:
        """How many rows of another table, of those that a filter counts, refer to a row."""
        other = next(t for t in self.tables if column_key(t) == column_key(counted(asked.column)))
        where = self._where(other, asked.where)
        column = count_of(asked.column, self.tables[table], self.tables, self._relations, where.sql)
        return Condition(column.sql if column else "0", where.parameters)

    def _aggregated(self, table: str, measure: Measure) -> str:
        column = None if measure.column is None else self.column(table, measure.column)
        return aggregated(measure.aggregate, column, self.tables[table])

    def _ordered(self, table: str, name: str) -> str:
        column = self.column(table, name.removeprefix("-"))
        if column.order:
            key = place(column)
        else:
            key = f"lower({quoted(column.name)})" if column.type == "text" else expression(column)
        return f"{key} {'DESC' if name.startswith('-') else 'ASC'} NULLS LAST"


def _cell(value: Any) -> Cell:
    return value.isoformat() if isinstance(value, date) else value


def _by_time(schema: TableSchema) -> str:
    """Rows of one time beside one another: what asks for a period then reads that part of a large table only."""
    return f" ORDER BY {quoted(schema.time)}, {ROW}" if schema.time else ""
