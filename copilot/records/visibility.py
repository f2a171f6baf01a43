"""Which rows and columns exist for a viewer: not those of another label, nor rows that refer to one withheld."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from copilot.records.conditions import Condition, all_of, quoted
from copilot.records.referring import referred_first
from copilot.records.schema import TableSchema

LABEL = "label"


def has_label(schema: TableSchema) -> bool:
    return any(column.name == LABEL for column in schema.columns)


def shown_columns(schema: TableSchema, held: frozenset[str]) -> TableSchema:
    """The table without the columns that only holders of another label know of."""
    shown = tuple(column for column in schema.columns if not column.access or column.access in held)
    names = {column.name for column in shown}
    title = schema.title if schema.title in names else None
    time = schema.time if schema.time in names else None
    return replace(schema, columns=shown, title=title, time=time, text=tuple(t for t in schema.text if t in names))


def visible_relations(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, TableSchema],
    held: frozenset[str],
    schema_name: str,
) -> dict[str, str]:
    """For each table what to read from: the table itself, or a copy without what is withheld."""
    connection.execute(f"CREATE SCHEMA {schema_name}")
    withheld: dict[str, list[str]] = {}
    relations = {}
    for name in referred_first(tables):
        narrowed = _narrow(tables[name], held, withheld, connection)
        relations[name] = quoted(name)
        if narrowed:
            relations[name] = f"{schema_name}.{quoted(name)}"
            connection.execute(f"CREATE TABLE {relations[name]} AS {narrowed.sql}", narrowed.parameters)
    return relations


def _narrow(
    schema: TableSchema,
    held: frozenset[str],
    withheld: dict[str, list[str]],
    connection: duckdb.DuckDBPyConnection,
) -> Condition | None:
    """The query of the rows that exist; None when that is all of them. Notes how the others are named."""
    table = quoted(schema.name)
    seen = _seen(schema, held, withheld)
    named = [name for name in (schema.key, schema.title) if name]
    keys = ", ".join(f"lower({quoted(name)})" for name in named) or "''"
    query = f"SELECT {keys} FROM {table} WHERE ({seen.sql}) IS NOT TRUE"
    hidden = connection.execute(query, seen.parameters).fetchall()
    for n, column in enumerate(named):
        withheld[f"{schema.name}.{column}"] = [row[n] for row in hidden if row[n] is not None]
    lists = _lists_without(schema, withheld)
    there = {column.name for column in shown_columns(schema, held).columns}
    kept_back = ", ".join(quoted(column.name) for column in schema.columns if column.name not in there)
    if not hidden and not lists.sql and not kept_back:
        return None
    without = f"EXCLUDE ({kept_back})" if kept_back else ""
    return Condition(
        f"SELECT * {without} {lists.sql} FROM {table} WHERE {seen.sql}", (*lists.parameters, *seen.parameters)
    )


def _seen(schema: TableSchema, held: frozenset[str], withheld: Mapping[str, list[str]]) -> Condition:
    conditions = []
    for column in schema.columns:
        if column.name == LABEL:
            conditions.append(Condition(f"{LABEL} IS NULL OR list_contains(?::VARCHAR[], {LABEL})", (sorted(held),)))
        elif column.references and column.type != "list":
            keys = withheld.get(column.references, [])
            if keys:
                sql = f"list_contains(?::VARCHAR[], lower({quoted(column.name)})) IS NOT TRUE"
                conditions.append(Condition(sql, (keys,)))
    return all_of(conditions)


def _lists_without(schema: TableSchema, withheld: Mapping[str, list[str]]) -> Condition:
    """The part of a SELECT that takes withheld keys out of lists of references; empty when none is there."""
    replaced = []
    parameters: list[object] = []
    for column in schema.columns:
        keys = withheld.get(column.references or "", [])
        if column.type == "list" and keys:
            name = quoted(column.name)
            stays = "lambda item: NOT list_contains(?::VARCHAR[], lower(item))"
            kept = f"list_filter(string_split({name}, '; '), {stays})"
            replaced.append(f"nullif(array_to_string({kept}, '; '), '') AS {name}")
            parameters.append(keys)
    return Condition(f"REPLACE ({', '.join(replaced)})" if replaced else "", tuple(parameters))
