"""Conditions as a caller writes them, linked to the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import ToolError
from copilot.language.calendar import BEGINNING, Calendar, Period
from copilot.language.periods import parse_period
from copilot.records.cells import normalise, parse_number
from copilot.records.grades import is_letter, spelled
from copilot.records.related import other_table
from copilot.records.schema import Column
from copilot.records.store import Filter, Operator, RecordView
from copilot.tools.linking import resolve_column, resolve_record, resolve_value
from copilot.types import Cell

PeriodOperator = Literal["during", "before", "after"]
_PERIODS = ("during", "before", "after")
_LINKED = ("=", "!=", "in", "not in")


class OwnCondition(BaseModel):
    """One condition on a column of a table."""

    model_config = ConfigDict(extra="forbid")

    column: str = Field(description="Column, such as unit, stage or budget.")
    op: Operator | PeriodOperator = Field(
        default="=",
        description="`missing` and `present` take no value; `during`, `before` and `after` a period, as 2026 Q1 or "
        "last quarter.",
    )
    value: Cell | tuple[Cell, ...] = Field(
        default=None,
        description="A list for `in` and `not in`. Names may be approximate; dates YYYY-MM-DD, amounts in their "
        "column's unit.",
    )
    than: str = Field(
        default="",
        description="Column to compare with by <, <=, >, >= or =; a number as value: so many times it (0.5: half).",
    )


class Condition(OwnCondition):
    """One condition on a column of the table."""

    where: list[OwnCondition] = Field(
        default=[],
        description="Conditions: of a column that counts other rows, as `number of incidents`, which; of one that "
        "names a row, as `project_id`, with `present`: what that row meets.",
    )
    or_else: list[OwnCondition] = Field(
        default=[],
        description="Others, of which one is enough instead; no `during`.",
    )


def linked(
    view: RecordView, table: str, conditions: Sequence[Condition], calendar: Calendar | None = None
) -> list[Filter]:
    """The conditions with real column names and values; a ToolError names the nearest where none is meant.

    Without a calendar only periods that stand for themselves are understood, such as 2026 Q1.
    """
    meant = resolved(view, table, conditions, calendar)
    return [f for asked in meant for f in _filters(view, table, asked, calendar)]


def resolved(
    view: RecordView, table: str, conditions: Sequence[Condition], calendar: Calendar | None
) -> list[Condition]:
    """The conditions as they are meant: real names and values, and periods that stand for themselves."""
    return [_resolved(view, table, asked, calendar) for asked in conditions]


def _resolved(view: RecordView, table: str, asked: Condition, calendar: Calendar | None) -> Condition:
    if asked.or_else:
        alone = _resolved(view, table, asked.model_copy(update={"or_else": []}), calendar)
        others = resolved(view, table, [_plain(c) for c in asked.or_else], calendar)
        return alone.model_copy(update={"or_else": [_own(c) for c in others]})
    column, value = resolve_column(view, table, asked.column), asked.value
    if asked.where:
        if not (other := other_table(column)) or (column.references and asked.op not in ("present", "missing")):
            raise ToolError(f"{column.name} counts or names no rows of another table, so `where` says nothing of it.")
        where = [_own(c) for c in resolved(view, other, [_plain(c) for c in asked.where], calendar)]
        return asked.model_copy(update={"column": column.name, "where": where})
    if asked.than:
        than = resolve_column(view, table, asked.than)
        return asked.model_copy(update={"column": column.name, "than": than.name})
    if asked.op in _PERIODS:
        value = _period(column, value, calendar).label
    elif column.type in ("text", "list") and asked.op in _LINKED:
        values = tuple(_linked(view, table, column, v) for v in _several(value))
        value = values if isinstance(value, tuple) else values[0]
    elif column.order and isinstance(value, str):
        value = _grade(column, value)
    elif column.type in ("number", "integer") and isinstance(value, str):
        value = _amount(value, column)
    return asked.model_copy(update={"column": column.name, "value": value})


def _plain(asked: OwnCondition) -> Condition:
    return Condition.model_validate(asked.model_dump())


def _own(asked: Condition) -> OwnCondition:
    return OwnCondition.model_validate(asked.model_dump(exclude={"where", "or_else"}))


def spoken(view: RecordView, table: str, asked: Condition) -> list[Filter]:
    """A condition for a sentence about it: its period by its words, whatever days they are."""
    if asked.or_else or asked.op not in _PERIODS:
        return _filters(view, table, asked, None)
    return _edges(resolve_column(view, table, asked.column), asked.op, Period(BEGINNING, BEGINNING, str(asked.value)))


def _filters(view: RecordView, table: str, asked: Condition, calendar: Calendar | None) -> list[Filter]:
    if asked.or_else:
        alone = asked.model_copy(update={"or_else": []})
        each = [_filters(view, table, one, calendar) for one in (alone, *map(_plain, asked.or_else))]
        if any(len(edges) > 1 for edges in each):
            raise ToolError("`during` cannot stand with `or_else`; use `before`, `after` or a comparison.")
        (first,), *others = each
        return [first.model_copy(update={"or_else": tuple(f for own in others for f in own)})]
    column = resolve_column(view, table, asked.column)
    if asked.op in _PERIODS:
        return _edges(column, asked.op, _period(column, asked.value, calendar))
    where = [f for one in map(_plain, asked.where) for f in _filters(view, other_table(column), one, calendar)]
    stated = asked.model_dump(exclude={"where", "or_else"}) | {"is_grade": bool(column.order)}
    return [Filter.model_validate({**stated, "column": column.name, "unit": column.unit, "where": where})]


def _edges(column: Column, op: str, period: Period) -> list[Filter]:
    """The days of a period, of the time before it, or after it."""
    start, end = period.start.isoformat(), period.end.isoformat()
    first = Filter(column=column.name, op=">=", value=start if op == "during" else end, period=period.label)
    last = Filter(column=column.name, op="<", value=end if op == "during" else start, period=period.label)
    return {"during": [first, last], "before": [last], "after": [first]}[op]


def _period(column: Column, value: Cell | tuple[Cell, ...], calendar: Calendar | None) -> Period:
    if column.type != "date":
        raise ToolError(f"{column.name} holds no dates; compare it with <, <=, > or >=.")
    known = calendar or Calendar(BEGINNING)
    period = parse_period(str(value), known.today, known.fiscal_start)
    if period is None or (calendar is None and period.start < BEGINNING):
        raise ToolError(f"{value!r} is not a period; write it like 2026 Q1, March 2026 or last quarter.")
    return period


def _amount(text: str, column: Column) -> Cell:
    """The number in a text, in the unit of its column; the text itself where it is none."""
    amount = parse_number(normalise(text))
    is_percent = column.unit == "percent" and text.strip().endswith("%")
    return text if amount is None else amount * 100 if is_percent else amount


def _several(value: Cell | tuple[Cell, ...]) -> tuple[Cell, ...]:
    return value if isinstance(value, tuple) else (value,)


def _grade(column: Column, text: str) -> str:
    """A grade as the column writes it, be it in no row."""
    said = normalise(text)
    return next((grade for grade in column.order if grade.lower() == said.lower()), spelled(said))


def _linked(view: RecordView, table: str, column: Column, value: Cell) -> Cell:
    if value is None:
        return None
    if any(map(is_letter, column.order)) and is_letter(str(value)):
        # The sign tells one from another: where nothing is a B, a B+ is not meant.
        return _grade(column, str(value))
    try:
        return resolve_value(view, table, column.name, str(value))
    except ToolError:
        # A row of another table may be meant by its name.
        other = (column.references or "").partition(".")[0]
        if not view.has(other):
            raise
        return resolve_record(view, str(value), (other,)).key
