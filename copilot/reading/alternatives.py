"""Readings of a question that differ in one part from one that was found: what else it may mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from copilot.reading.building import computable
from copilot.reading.rows import Restriction
from copilot.records.conditions import Filter, Operator
from copilot.records.differences import sides

Unit = tuple[Filter, ...]
"""A condition, or both ends of a time or size."""
Place = Literal["conditions", "among"]
Part = Literal["measured", "shown", "group", "order", "sized", "dated", "than"]
_PLACES: tuple[Place, ...] = ("conditions", "among")
_ENDS = frozenset({"<", "<=", ">", ">="})
_OPPOSITE: Mapping[Operator, Operator] = {
    "=": "!=", "!=": "=", "in": "not in", "not in": "in", "missing": "present", "present": "missing",
    "<": ">", ">": "<", "<=": ">=", ">=": "<=",
}  # fmt: skip
_JOINED: Mapping[Operator, Operator] = {"=": "in", "in": "in", "!=": "not in", "not in": "not in"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNCERTAIN = 0.5
"""How probable it is that what turns a part around, or leaves it out, is meant, before anything else is known."""


@dataclass(frozen=True)
class Options:
    """What a question may mean of one table, the nearest first, each with how probable it is."""

    conditions: Sequence[tuple[Filter, float]] = ()
    columns: Mapping[Part, Sequence[tuple[str, float]]] = field(default_factory=dict)
    """By part the columns that may stand there; "sized" and "dated": those that may have a size, or a time, that is
    said; "than": those with which another may be compared."""
    stand: Collection[Filter] = ()
    """Conditions that the question names in so many words; nothing takes their place."""
    split: Collection[str] = ()
    """Columns by which it says that rows are told apart."""
    is_ordered: bool = False
    """Whether it says in so many words what orders the rows, and which way."""
    held: Sequence[tuple[str, str]] = ()
    """Columns of numbers of which the first is a part of the second: those who came, of those who were called."""
    apart: str | None = None
    """What shares are told apart by where rows are ordered and no group is named."""
    may_count: bool = False
    """Whether what it adds up is so unsure that the rows may be counted: "how many projects do we have in total?"."""


@dataclass(frozen=True)
class Alternative:
    reading: Restriction
    prior: float
    """How probable it is before the whole is judged."""
    column: str = ""
    """The column that it brings in, with its value where that is one."""
    value: str | None = None


def alternatives(reading: Restriction, options: Options) -> Iterator[Alternative]:
    """Every reading that differs from this one in one part."""
    found = (replace(other, reading=_computable(other.reading)) for other in _differing(reading, options))
    return (other for other in found if other.reading != reading)


def _differing(reading: Restriction, options: Options) -> Iterator[Alternative]:
    for place in _PLACES:
        yield from _of_conditions(reading, place, options)
    yield from _added(reading, options)
    yield from _of_columns(reading, options)
    yield from _of_parts(reading, options)
    if reading.measure == "share":
        yield from _of_base(reading)


def _computable(reading: Restriction) -> Restriction:
    conditions = computable(reading.conditions, reading.measured, (reading.order or "").lstrip("-"), reading.beside)
    return replace(reading, conditions=tuple(conditions))


def units(conditions: Sequence[Filter]) -> list[Unit]:
    """Conditions, the two ends of a time or size together."""
    found: list[Unit] = []
    for one in conditions:
        ends = [u for u in found if u[0].column == one.column and u[0].op in _ENDS and not u[0].than]
        if ends and one.op in _ENDS and not one.than:
            found[found.index(ends[0])] = (*ends[0], one)
        else:
            found.append((one,))
    return found


def _of_conditions(reading: Restriction, place: Place, options: Options) -> Iterator[Alternative]:
    """One condition left out, turned around, narrowed to one of its values, or another in its place."""
    own = units(getattr(reading, place))
    stated = [c.column for c in (*reading.conditions, *reading.among)]

    def with_unit(n: int, *new: Filter) -> Restriction:
        kept = [*own[:n], *([new] if new else []), *own[n + 1 :]]
        fresh = tuple(f for unit in kept for f in unit)
        return replace(reading, conditions=fresh) if place == "conditions" else replace(reading, among=fresh)

    for n, unit in enumerate(own):
        first = unit[0]
        if first in options.stand:
            continue
        yield Alternative(with_unit(n), _UNCERTAIN)
        if len(unit) == 1:
            yield from (Alternative(with_unit(n, f), _UNCERTAIN) for f in _turned(first))
        if isinstance(first.value, tuple) and len(first.value) > 1:
            for value in first.value:
                rest = tuple(v for v in first.value if v != value)
                one = first.model_copy(
                    update={"value": rest} if len(rest) > 1 else {"value": rest[0], "op": _single(first.op)}
                )
                yield Alternative(with_unit(n, one), _UNCERTAIN)
        taken = {(u[0].column, u[0].op, u[0].value) for u in own}
        for other, prior in options.conditions:
            is_free = other.column == first.column or other.column not in stated
            if (other.column, other.op, other.value) not in taken and is_free:
                yield _with(with_unit(n, other), prior, other)
        if first.than:
            yield from (_beside(with_unit, n, first, *other) for other in options.columns.get("than", ()))
        elif first.op in _ENDS | {"="} and (part := _holds(first)):
            for column, prior in options.columns.get(part, ()):
                if column not in stated:
                    yield Alternative(
                        with_unit(n, *(f.model_copy(update={"column": column}) for f in unit)), prior, column
                    )


def _beside(with_unit: Callable[..., Restriction], n: int, one: Filter, column: str, prior: float) -> Alternative:
    """The same compared with another column, which is shown in place of the one before."""
    fresh = with_unit(n, one.model_copy(update={"than": column}))
    shown = tuple(column if c == one.than else c for c in fresh.shown)
    return Alternative(replace(fresh, shown=shown), prior, column)


def _holds(one: Filter) -> Part | None:
    """Whether a condition has a size or a time."""
    if isinstance(one.value, bool):
        return None
    if isinstance(one.value, int | float):
        return "sized"
    return "dated" if isinstance(one.value, str) and _DAY.match(one.value) else None


def _turned(one: Filter) -> Iterator[Filter]:
    """A condition the other way around."""
    if isinstance(one.value, bool):
        yield one.model_copy(update={"value": not one.value})
    elif one.op in _OPPOSITE:
        yield one.model_copy(update={"op": _OPPOSITE[one.op]})


def _single(op: Operator) -> Operator:
    return "=" if op == "in" else "!="


def _added(reading: Restriction, options: Options) -> Iterator[Alternative]:
    """One condition more, or one value more of a condition."""
    own = [*reading.conditions, *reading.among]
    for other, prior in options.conditions:
        same = [c for c in own if c.column == other.column]
        if not same:
            yield _with(replace(reading, conditions=(*reading.conditions, other)), prior, other)
        for one in same:
            values = one.value if isinstance(one.value, tuple) else (one.value,)
            is_another = isinstance(other.value, str) and other.value not in values
            if one in reading.conditions and is_another and _JOINED.get(one.op) == _JOINED.get(other.op, "missing"):
                both = one.model_copy(update={"op": _JOINED[one.op], "value": (*values, other.value)})
                joined = tuple(both if c == one else c for c in reading.conditions)
                yield _with(replace(reading, conditions=joined), prior, other)


def _with(reading: Restriction, prior: float, brought: Filter) -> Alternative:
    return Alternative(reading, prior, brought.column, brought.value if isinstance(brought.value, str) else None)


def _of_columns(reading: Restriction, options: Options) -> Iterator[Alternative]:
    """Another column that is measured, shown, grouped or ordered by, or the other order."""
    columns = options.columns
    if reading.measured and len(sides(reading.measured)) == 1:
        for column, prior in columns.get("measured", ()):
            if column not in (reading.measured, reading.beside):
                yield Alternative(replace(reading, measured=column), prior, column)
    if reading.measure == "sum" and options.may_count:
        yield Alternative(replace(reading, measure="count", measured=None, beside=None), _UNCERTAIN)
    for n, shown in enumerate(reading.shown):
        for column, prior in columns.get("shown", ()):
            if column not in reading.shown:
                fresh = (*reading.shown[:n], column, *reading.shown[n + 1 :])
                yield Alternative(replace(reading, shown=fresh), prior, column)
        yield Alternative(replace(reading, shown=tuple(c for c in reading.shown if c != shown)), _UNCERTAIN / 2)
    for n, group in enumerate(reading.groups):
        if group in options.split:
            continue
        yield Alternative(replace(reading, groups=tuple(g for g in reading.groups if g != group)), _UNCERTAIN)
        for column, prior in columns.get("group", ()):
            if column not in reading.groups:
                fresh = (*reading.groups[:n], column, *reading.groups[n + 1 :])
                yield Alternative(replace(reading, groups=fresh), prior, column)
    if not reading.groups:
        for column, prior in columns.get("group", ()):
            # What is counted is not told one by one.
            if column == reading.counted:
                continue
            yield Alternative(replace(reading, groups=(column,)), prior, column)
    if reading.order and not options.is_ordered:
        sign, own = ("-", reading.order[1:]) if reading.order.startswith("-") else ("", reading.order)
        yield Alternative(replace(reading, order=own if sign else f"-{own}"), _UNCERTAIN)
        for column, prior in columns.get("order", ()):
            if column != own and len(sides(own)) == 1:
                yield Alternative(replace(reading, order=f"{sign}{column}"), prior, column)


def _of_parts(reading: Restriction, options: Options) -> Iterator[Alternative]:
    """The share of one column in the one that holds it, where either is measured, shown or ordered by."""
    own = {reading.measured, reading.beside, (reading.order or "").lstrip("-"), *reading.shown}
    groups = reading.groups or ((options.apart,) if reading.order and options.apart else ())
    for both in options.held:
        if own & set(both) and (reading.measured, reading.beside) != both:
            part, whole = both
            kept = tuple(c for c in reading.conditions if c.than or c.column not in both)
            shares = replace(
                reading, measure="share", measured=part, beside=whole, conditions=kept, groups=groups, shown=(),
                order=None,
            )  # fmt: skip
            yield Alternative(shares, _UNCERTAIN)


def _of_base(reading: Restriction) -> Iterator[Alternative]:
    """A condition of the share as one of its base, or the reverse."""
    for one in reading.conditions:
        rest = tuple(c for c in reading.conditions if c != one)
        yield Alternative(replace(reading, conditions=rest, among=(*reading.among, one)), _UNCERTAIN)
    for one in reading.among:
        rest = tuple(c for c in reading.among if c != one)
        yield Alternative(replace(reading, conditions=(*reading.conditions, one), among=rest), _UNCERTAIN)
