"""Filters as SQL conditions over quoted columns, their values always parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from copilot.errors import ToolError
from copilot.records.cells import normalise, parse_boolean, parse_date, parse_number
from copilot.records.grades import meeting
from copilot.records.schema import Column
from copilot.types import Cell, Frozen

Operator = Literal["=", "!=", "in", "not in", "<", "<=", ">", ">=", "contains", "missing", "present"]


class Filter(Frozen):
    """One condition on a column. Text is compared without case, grades by their order.

    `!=` and `not in` keep the rows whose value is missing. A date may be given as a year or a month. On a
    list column `=`, `in` and `contains` ask whether it has the item.
    """

    column: str
    op: Operator = "="
    value: Cell | tuple[Cell, ...] = None
    than: str = ""
    """Another column of the row, with which the column is compared; a number as value says with how many times it."""
    where: tuple[Filter, ...] = ()
    """Of a column that counts the rows of another table, which of them count; of one that names a row of another, by
    `present` or `missing`, what that row meets, or does not."""
    or_else: tuple[Filter, ...] = ()
    """Other conditions on the row, of which one is enough in place of this."""
    unit: str = ""
    """What numbers of the column are in, for sentences."""
    period: str = ""
    """The period whose edge the value is, for sentences: "2026 Q1"."""
    is_grade: bool = False
    """Whether the value is a grade, for sentences."""

    @property
    def each(self) -> tuple[Filter, ...]:
        """The conditions of which one is enough, this first; itself alone where there are no others."""
        return (self.model_copy(update={"or_else": ()}), *self.or_else) if self.or_else else (self,)


@dataclass(frozen=True)
class Condition:
    sql: str
    parameters: tuple[object, ...] = ()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def expression(column: Column) -> str:
    """What a column holds, as SQL."""
    return column.sql or quoted(column.name)


def place(column: Column) -> str:
    """Where a grade stands in the order of its column, from 1, as SQL; nothing where it is none of them."""
    order = ", ".join(_literal(grade.lower()) for grade in column.order)
    return f"nullif(list_position([{order}], lower({expression(column)})), 0)"


def of_grades(column: Column, aggregate: Literal["min", "max", "median"]) -> str:
    """The lowest, highest or middle grade of some rows, as SQL; of two in the middle the lower."""
    if aggregate == "median":
        return f"list_extract([{', '.join(map(_literal, column.order))}], quantile_disc({place(column)}, 0.5))"
    return f"arg_{aggregate}({expression(column)}, {place(column)})"


def written(query: Condition) -> str:
    """The SQL with its parameters in their places, to be read."""
    values = iter(query.parameters)
    return _PLACES.sub(lambda found: found[0] if found[0] != "?" else _literal(next(values)), query.sql)


# A question mark inside a quoted name is no place.
_PLACES = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'|\?""")


def _literal(value: object) -> str:
    if isinstance(value, bool | int | float):
        return str(value)
    text = str(value).replace("'", "''")
    return f"DATE '{text}'" if isinstance(value, date) else f"'{text}'"


def all_of(conditions: Sequence[Condition]) -> Condition:
    if not conditions:
        return Condition("TRUE")
    sql = " AND ".join(f"({condition.sql})" for condition in conditions)
    return Condition(sql, tuple(p for condition in conditions for p in condition.parameters))


def any_of(conditions: Sequence[Condition]) -> Condition:
    if not conditions:
        return Condition("FALSE")
    sql = " OR ".join(f"({condition.sql})" for condition in conditions)
    return Condition(sql, tuple(p for condition in conditions for p in condition.parameters))


def condition(column: Column, asked: Filter, other: Column | None = None) -> Condition:
    """The condition of a filter on the column it names; `other` is the column with which that is compared."""
    name = expression(column)
    if other is not None:
        return _beside(column, asked.op, other, asked.value)
    values = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    if asked.op == "missing" or (asked.op == "=" and asked.value is None):
        return Condition(f"{name} IS NULL")
    if asked.op == "present" or (asked.op == "!=" and asked.value is None):
        return Condition(f"{name} IS NOT NULL")
    if asked.op == "contains":
        return any_of([_contains(column, value) for value in values])
    if asked.op in ("=", "in"):
        return any_of([_equal(column, value) for value in values])
    if asked.op in ("!=", "not in"):
        equal = any_of([_equal(column, value) for value in values])
        return Condition(f"({equal.sql}) IS NOT TRUE", equal.parameters)
    if len(values) != 1:
        raise ToolError(f"{asked.op!r} compares {column.name} with one value, not {len(values)}.")
    return _compared(column, asked.op, values[0])


def _beside(column: Column, op: str, other: Column, times: Cell | tuple[Cell, ...]) -> Condition:
    """Two cells of a row compared, the second so many times; a row that lacks one of them does not meet it."""
    kinds = [{"integer": "number"}.get(c.type, c.type) for c in (column, other)]
    if op not in ("<", "<=", ">", ">=", "=") or kinds[0] != kinds[1] or kinds[0] not in ("number", "date"):
        raise ToolError(f"{column.name} and {other.name} cannot be compared by {op!r}; two numbers or two dates can.")
    if column.unit != other.unit:
        raise ToolError(f"{column.name} is in {column.unit or 'no unit'}, {other.name} in {other.unit or 'none'}.")
    if times is None:
        return Condition(f"{expression(column)} {op} {expression(other)}")
    if isinstance(times, bool) or not isinstance(times, int | float) or times <= 0 or kinds[0] != "number":
        raise ToolError(f"{column.name} is compared with {other.name} times a number, not {times!r}.")
    return Condition(f"{expression(column)} {op} ? * {expression(other)}", (times,))


def _equal(column: Column, value: Cell) -> Condition:
    name = expression(column)
    if value is None:
        return Condition(f"{name} IS NULL")
    if column.type == "text":
        return Condition(f"lower({name}) = lower(?)", (_text(value),))
    if column.type == "list":
        return Condition(f"list_contains(string_split(lower({name}), '; '), lower(?))", (_text(value),))
    if column.type == "date":
        span = _span(column, value)
        return Condition(f"{name} >= ? AND {name} < ?", (span.start, span.end))
    return Condition(f"{name} = ?", (_scalar(column, value),))


def _contains(column: Column, value: Cell) -> Condition:
    if column.type == "list":
        return _equal(column, value)
    return Condition(f"contains(lower(CAST({quoted(column.name)} AS VARCHAR)), lower(?))", (_text(value),))


def _compared(column: Column, op: str, value: Cell) -> Condition:
    name = expression(column)
    if value is None:
        raise ToolError(f"{op!r} needs a value to compare {column.name} with.")
    if column.type == "date":
        span = _span(column, value)
        # "after 2025" begins where 2025 ends, "until 2025" includes all of it.
        edge = span.end if op in ("<=", ">") else span.start
        return Condition(f"{name} {'<' if op in ('<', '<=') else '>='} ?", (edge,))
    if column.type in ("number", "integer"):
        return Condition(f"{name} {op} ?", (_scalar(column, value),))
    if column.order:
        grades = meeting(column.order, op, _text(value))
        if grades is None:
            raise ToolError(f"{column.name} holds grades, and {value!r} is none of them.")
        return any_of([_equal(column, grade) for grade in grades])
    if column.type == "text":
        return Condition(f"lower({name}) {op} lower(?)", (_text(value),))
    raise ToolError(f"{column.name} holds {'yes or no' if column.type == 'boolean' else 'lists'}; use '='.")


def _text(value: Cell) -> str:
    return normalise(str(value))


def _scalar(column: Column, value: Cell) -> float | bool:
    if column.type == "boolean":
        answer = value if isinstance(value, bool) else parse_boolean(_text(value))
        if answer is None:
            raise ToolError(f"{column.name} holds yes or no; {value!r} is neither.")
        return answer
    number = parse_number(_text(value)) if isinstance(value, str) else value
    if number is None or isinstance(number, bool):
        raise ToolError(f"{column.name} holds numbers; {value!r} is not one.")
    return number


@dataclass(frozen=True)
class _Span:
    start: date
    end: date


def _span(column: Column, value: Cell) -> _Span:
    """The days a date stands for: one, or those of the month or year."""
    text = _text(value)
    if text.isdigit() and len(text) == 4:
        return _Span(date(int(text), 1, 1), date(int(text) + 1, 1, 1))
    day = parse_date(text)
    if day is None:
        raise ToolError(f"{column.name} holds dates; {value!r} is not one. Write it like 2026-03-31.")
    if len(text) == 7 and text[4] == "-":
        return _Span(day, date(day.year + day.month // 12, day.month % 12 + 1, 1))
    return _Span(day, date.fromordinal(day.toordinal() + 1))
