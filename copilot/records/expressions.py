"""Columns computed from others by an expression of the mapping, as SQL of DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from copilot.errors import KnowledgeError
from copilot.records.cells import Value
from copilot.records.conditions import quoted
from copilot.records.filling import Given, create_table
from copilot.records.names import column_key, nearest
from copilot.records.schema import ColumnType

TODAY = "today"
"""In an expression the day that the workspace describes."""

# All an expression may be made of; none of it reads, writes, repeats or draws by chance.
_ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Neg, exp.Var, exp.DataType,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Pow, exp.DPipe,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.In, exp.Is, exp.Between,
    exp.Like, exp.ILike, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.Interval,
    exp.Coalesce, exp.Nullif, exp.Round, exp.Floor, exp.Ceil, exp.Abs, exp.Sqrt, exp.Ln, exp.Exp, exp.Greatest,
    exp.Least, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Concat, exp.Left, exp.Right, exp.Substring,
    exp.Replace, exp.Contains, exp.StartsWith, exp.RegexpExtract, exp.RegexpLike, exp.RegexpReplace,
    exp.Year, exp.Quarter, exp.Month, exp.Day, exp.DateDiff, exp.DateAdd, exp.DateSub, exp.TimestampTrunc,
    exp.DateTrunc, exp.DateFromParts, exp.Extract,
)  # fmt: skip
_RESULTS: Mapping[str, ColumnType] = {
    "VARCHAR": "text", "BOOLEAN": "boolean", "DATE": "date", "DOUBLE": "number", "FLOAT": "number",
    "TIMESTAMP": "date", "TINYINT": "integer", "SMALLINT": "integer", "INTEGER": "integer", "BIGINT": "integer",
    "HUGEINT": "integer", "DECIMAL": "number",
}  # fmt: skip
# A division by zero is no number; a day and an interval make a time.
_SHOWN: Mapping[ColumnType, str] = {
    "number": "CASE WHEN isfinite({0}::DOUBLE) THEN {0}::DOUBLE END", "date": "{0}::DATE", "integer": "{0}::BIGINT",
    "text": "{0}", "boolean": "{0}",
}  # fmt: skip
_ENGINE = {"threads": 1, "enable_external_access": False, "autoinstall_known_extensions": False}


@dataclass(frozen=True)
class Computed:
    type: ColumnType
    values: list[Value]
    made_of: frozenset[str]
    """The columns of the file that it rests on, by way of other expressions too."""


def compute(
    expressions: Mapping[str, str],
    given: Mapping[str, Given],
    aliases: Mapping[str, str],
    today: date,
    where: str,
) -> dict[str, Computed]:
    """The columns of the expressions, each of which sees those before it; one of the same name is replaced.

    `aliases` maps further names of columns to theirs. KnowledgeError names the column and the reason.
    """
    trees: dict[str, exp.Expression] = {}
    known = dict.fromkeys(given)
    for target, text in expressions.items():
        trees[target] = _checked(text, known, aliases, today, f"{where}.{target}")
        known[target] = None
    used = {c.name for tree in trees.values() for c in tree.find_all(exp.Column)} & set(given)
    with duckdb.connect(":memory:", config=_ENGINE) as connection:
        length = len(next(iter(given.values())).values) if given else 0
        places = Given("integer", range(length))
        create_table(connection, "given", {"_place": places, **{name: given[name] for name in used}})
        return _results(connection, trees, used, where)


def _results(
    connection: duckdb.DuckDBPyConnection, trees: Mapping[str, exp.Expression], used: set[str], where: str
) -> dict[str, Computed]:
    relation, there = "given", set(used)
    found: dict[str, Computed] = {}
    for target, tree in trees.items():
        value = f"{tree.sql(dialect='duckdb')} AS {quoted(target)}"
        chosen = f"* REPLACE ({value})" if target in there else f"*, {value}"
        # One at a time, so that an error is told of the column that has it, and what it rests on is computed once.
        after = quoted(f"after {target}")
        try:
            connection.execute(f"CREATE TABLE {after} AS SELECT {chosen} FROM {relation}")
            connection.execute(f"DROP TABLE {relation}")
            described = connection.execute(f"SELECT {quoted(target)} FROM {after} LIMIT 0").description or [("", "")]
            kind = str(described[0][1]).partition("(")[0]
            if kind not in _RESULTS:
                raise KnowledgeError(f"{where}.{target}: gives {kind}, not a number, date, text or yes/no.")
            shown = _SHOWN[_RESULTS[kind]].format(quoted(target))
            rows = connection.execute(f"SELECT {shown} FROM {after} ORDER BY _place").fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0].partition("Error: ")[2] or str(error)
            raise KnowledgeError(f"{where}.{target}: {tree.sql(dialect='duckdb')!r}: {reason.rstrip('.')}.") from None
        named = frozenset(column.name for column in tree.find_all(exp.Column))
        through = [found[name].made_of for name in named if name in found]
        found[target] = Computed(_RESULTS[kind], [row[0] for row in rows], named.union(*through))
        relation, there = after, there | {target}
    return found


def _checked(
    text: str, known: Mapping[str, None], aliases: Mapping[str, str], today: date, where: str
) -> exp.Expression:
    """The expression with its columns by their own names, all of it allowed."""
    try:
        # After SELECT a column may be called "copy", which begins a statement of its own.
        trees = sqlglot.parse(f"SELECT {text}", dialect="duckdb")
    except SqlglotError as error:
        raise KnowledgeError(f"{where}: {text!r} cannot be read: {str(error).splitlines()[0].rstrip('.')}.") from None
    selected = trees[0].args if len(trees) == 1 and isinstance(trees[0], exp.Select) else {}
    if [name for name, part in selected.items() if part] != ["expressions"] or len(selected["expressions"]) != 1:
        raise KnowledgeError(f"{where}: {text!r} must be one expression.")
    tree: exp.Expression = selected["expressions"][0]
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise KnowledgeError(
                f"{where}: {node.sql(dialect='duckdb')!r} is not allowed; use columns, arithmetic, CASE, and "
                "functions of numbers, dates and text."
            )

    def named(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Column):
            return node
        if node.table:
            raise KnowledgeError(f"{where}: {node.sql(dialect='duckdb')!r}: write the name of the column alone.")
        found = _find(node.name, known, aliases)
        if found is None and node.name.lower() == TODAY:
            return exp.cast(exp.Literal.string(today.isoformat()), "DATE")
        if found is None:
            near = ", ".join(repr(name) for name in nearest(node.name, known)) or "none"
            raise KnowledgeError(f"{where}: there is no column {node.name!r}; the nearest are {near}.")
        return exp.column(found, quoted=True)

    return tree.transform(named)


def _find(name: str, known: Mapping[str, None], aliases: Mapping[str, str]) -> str | None:
    by_key = {column_key(alias): own for alias, own in aliases.items() if own in known}
    by_key |= {column_key(own): own for own in known}
    return name if name in known else by_key.get(column_key(name))
