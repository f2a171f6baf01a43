"""Metric tables in a warehouse, reached through an ibis connection URL: the catalogue's queries run there."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError

from copilot.errors import KnowledgeError, SettingsError, ToolError
from copilot.records.names import nearest
from copilot.records.schema import TABLES, Column, ColumnType, TableSchema
from copilot.records.visibility import LABEL
from copilot.types import Cell, Viewer

# One query of the catalogue reads a table once; what takes longer than this is not answered in a chat.
_TIMEOUT_SECONDS = 30
# A PostgreSQL that cannot be reached, or goes without a word, holds a question up no longer than half a minute.
_POSTGRES = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_REFERENCES = {"project_id": "projects.id", "model_id": "models.id"}
_PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")


class Fetched(NamedTuple):
    """The rows of a query: decimals as floats, dates as ISO strings."""

    names: list[str]
    rows: list[tuple[Cell, ...]]


class Warehouse:
    """A connection that only ever reads. Safe to use from several threads, one query at a time."""

    def __init__(self, url: str, tables: Mapping[str, str]) -> None:
        """Connects; `tables` maps the names that metrics.yaml uses to those in the warehouse, `schema.table`.

        SettingsError when the URL or its engine cannot be used, KnowledgeError when a table is not there.
        """
        self._lock = threading.Lock()
        self._shown = _PASSWORD.sub("…", url)
        self._backend = _connect(url, self._shown)
        self._names = {name: exp.to_table(there) for name, there in tables.items()}
        try:
            self._read_only()
            self.tables: dict[str, TableSchema] = {name: self._schema(name) for name in tables}
        except KnowledgeError:
            self.close()
            raise

    @property
    def dialect(self) -> str:
        return str(self._backend.dialect.__name__).lower()

    def close(self) -> None:
        self._backend.disconnect()

    def view(self, viewer: Viewer, withheld: Mapping[str, frozenset[str]]) -> WarehouseView:
        """What the viewer may read; `withheld` are keys of record tables whose rows the viewer may not know of."""
        return WarehouseView(self, viewer.labels, withheld)

    def table(self, name: str) -> exp.Table:
        if name not in self._names:
            raise ToolError(f"There is no warehouse table {name!r}.", nearest(name, self._names))
        there = self._names[name]
        return exp.table_(there.name, db=there.db or None, catalog=there.catalog or None, quoted=True)

    def shown(self, name: str) -> str:
        return f"{self._backend.name} table {self._names[name].sql()}"

    def run(self, query: exp.Expression) -> list[dict[str, Cell]]:
        """The rows of a query, decimals as floats, dates as ISO strings; a ToolError when the engine refuses it."""
        found = self._fetch(query)
        return [dict(zip(found.names, row, strict=True)) for row in found.rows]

    def read(self, query: str) -> Fetched:
        """The rows of a query in the engine's own SQL; KnowledgeError when it is none, or the engine refuses it."""
        try:
            parsed = parse_one(query, dialect=self._backend.dialect)
        except ParseError as error:
            raise KnowledgeError(f"is no SQL that can be read: {_first_line(error)}") from None
        if not isinstance(parsed, exp.Query):
            raise KnowledgeError("is no SELECT, and nothing else is run")
        try:
            return self._fetch(parsed)
        except ToolError as error:
            raise KnowledgeError(str(error)) from None

    def _fetch(self, query: exp.Expression) -> Fetched:
        sql = query.sql(dialect=self._backend.dialect)
        with self._lock:
            try:
                return self._answered(sql)
            except _driver_errors() as error:
                raise ToolError(f"The warehouse ({self._shown}) did not answer: {_first_line(error)}.") from None

    def _answered(self, sql: str) -> Fetched:
        """Once more, on a new connection, where the server has ended the one that there was: queries only read."""
        try:
            return self._run(sql)
        except _driver_errors():
            if not self._is_lost():
                raise
        self._backend.reconnect()
        self._read_only()
        return self._run(sql)

    def _run(self, sql: str) -> Fetched:
        try:
            cursor = self._backend.raw_sql(sql)
            names = [description[0] for description in cursor.description or ()]
            rows = cursor.fetchall() if names else []
        finally:
            self._end_transaction()
        return Fetched(names, [tuple(map(_cell, row)) for row in rows])

    def _is_lost(self) -> bool:
        return self._backend.name != "duckdb" and bool(getattr(self._backend.con, "closed", False))

    def _end_transaction(self) -> None:
        """Left open it would hold its locks in the warehouse until the next query."""
        if self._backend.name != "duckdb" and not self._is_lost():
            self._backend.con.rollback()

    def _read_only(self) -> None:
        # DuckDB is opened read-only; the other engines get a user who may only read, which docs/operations.md asks for.
        if self._backend.name == "postgres":
            with self._backend.con.cursor() as cursor:
                cursor.execute("SET default_transaction_read_only = on")
                cursor.execute(f"SET statement_timeout = {_TIMEOUT_SECONDS * 1000}")
            self._backend.con.commit()

    def _schema(self, name: str) -> TableSchema:
        from ibis.common.exceptions import IbisError, TableNotFound

        there = self._names[name]
        try:
            found = self._backend.table(there.name, database=there.db or None).schema()
        except (IbisError, TableNotFound, *_driver_errors()) as error:
            raise KnowledgeError(
                f"workspace.yaml: warehouse.tables.{name}: {there.sql()!r} cannot be read in {self._shown}: "
                f"{_first_line(error)}."
            ) from None
        known = {column.name: column for column in TABLES[name].columns} if name in TABLES else {}
        columns = tuple(
            Column(
                column,
                _type_of(kind),
                known[column].meaning if column in known else "",
                references=known[column].references if column in known else _REFERENCES.get(column),
            )
            for column, kind in found.items()
        )
        return TableSchema(name, f"Rows of {there.sql()} in the warehouse.", columns)


class WarehouseView:
    """What one viewer may read of a warehouse: a `MetricEngine`."""

    def __init__(self, warehouse: Warehouse, held: frozenset[str], withheld: Mapping[str, frozenset[str]]) -> None:
        self.tables = warehouse.tables
        self._warehouse = warehouse
        self._held = held
        self._withheld = withheld
        self._spellings: dict[tuple[str, str], dict[Cell, Cell]] = {}

    def relation_tree(self, table: str, whole: bool = False) -> exp.Expression:
        named = self._warehouse.table(table)
        seen = [] if whole else [*self._labels(table), *self._references(table)]
        if not seen:
            return named
        return exp.select("*").from_(named).where(*seen).subquery(table)

    def fetch(self, query: exp.Expression) -> list[dict[str, Cell]]:
        return self._warehouse.run(query)

    def source(self, table: str) -> str:
        return self._warehouse.shown(table)

    def dialect(self) -> str:
        return self._warehouse.dialect

    def column(self, table: str, name: str) -> Column:
        columns = {column.name: column for column in self.tables[table].columns}
        if name not in columns:
            raise ToolError(f"The {table} table has no column {name!r}.", nearest(name, columns))
        return columns[name]

    def spelling(self, table: str, column: str) -> dict[Cell, Cell]:
        if (table, column) not in self._spellings:
            named = exp.column(column, quoted=True)
            query = exp.select(exp.alias_(named, "value"), exp.alias_(exp.Count(this=exp.Star()), "n"))
            query = query.from_(self.relation_tree(table)).where(named.copy().is_(exp.null()).not_())
            rows = self.fetch(query.group_by(named.copy()))
            found: dict[Cell, Cell] = {}
            for row in sorted(rows, key=lambda row: (-int(row["n"] or 0), str(row["value"]))):
                found.setdefault(str(row["value"]).lower(), str(row["value"]))
            self._spellings[table, column] = found
        return self._spellings[table, column]

    def _labels(self, table: str) -> list[exp.Expression]:
        if not any(column.name == LABEL for column in self.tables[table].columns):
            return []
        label = exp.column(LABEL, quoted=True)
        held = [exp.Literal.string(name) for name in sorted(self._held)]
        allowed = [label.is_(exp.null()), *([label.copy().isin(*held)] if held else [])]
        return [exp.or_(*allowed)]

    def _references(self, table: str) -> list[exp.Expression]:
        conditions = []
        for column in self.tables[table].columns:
            keys = sorted(self._withheld.get((column.references or "").partition(".")[0], ()))
            if keys:
                named = exp.column(column.name, quoted=True)
                among = exp.func("LOWER", named).isin(*(exp.Literal.string(key.lower()) for key in keys))
                conditions.append(exp.or_(named.copy().is_(exp.null()), among.not_()))
        return conditions


def _connect(url: str, shown: str) -> Any:
    try:
        import ibis
        from ibis.common.exceptions import IbisError
    except ModuleNotFoundError:
        raise SettingsError(
            'BEARING_WAREHOUSE_URL needs the warehouse extra: pip install "bearing[warehouse]".'
        ) from None
    try:
        if url.startswith("duckdb://"):
            # Opened to write it would lock the file for everyone else.
            return ibis.duckdb.connect(url.removeprefix("duckdb://").partition("?")[0], read_only=True)
        given = _POSTGRES if url.startswith(("postgres://", "postgresql://")) else {}
        named = {name for name, _ in parse_qsl(urlsplit(url).query)}
        return ibis.connect(url, **{name: value for name, value in given.items() if name not in named})
    except ModuleNotFoundError as error:
        raise SettingsError(f"BEARING_WAREHOUSE_URL: {shown} needs a driver that is not installed: {error}.") from None
    except (IbisError, ValueError, *_driver_errors()) as error:
        raise SettingsError(f"BEARING_WAREHOUSE_URL: {shown} cannot be reached: {_first_line(error)}.") from None


def _driver_errors() -> tuple[type[Exception], ...]:
    """The error of each database driver that is already loaded; they share no ancestor but Exception."""
    import sys

    modules = (sys.modules.get(name) for name in ("duckdb", "psycopg", "snowflake.connector", "trino.exceptions"))
    return (OSError, *(module.Error for module in modules if module is not None and hasattr(module, "Error")))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _type_of(kind: Any) -> ColumnType:
    """An ibis data type as one of ours."""
    if kind.is_boolean():
        return "boolean"
    if kind.is_integer():
        return "integer"
    if kind.is_numeric():
        return "number"
    if kind.is_date() or kind.is_timestamp():
        return "date"
    return "text"


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
