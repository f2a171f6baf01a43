"""Conditions over the facts of a project, in three-valued logic: true, false, or unknown (None).

A condition is written as `risk_class = high`, or as a mapping with one of `all`, `any` and `not`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from copilot.language.formatting import format_cell
from copilot.records.cells import parse_boolean, parse_date, parse_number
from copilot.records.names import nearest
from copilot.records.schema import Column

Operator = Literal[
    "=", "!=", "in", "not_in", "<", "<=", ">", ">=",
    "present", "missing", "within_days", "older_than_days", "in_force",
]  # fmt: skip
OPERATORS: tuple[str, ...] = get_args(Operator)

Truth = bool | None
"""None is unknown."""
Fact = str | float | bool | tuple[str, ...] | None
"""Text in lower case, dates as ISO strings, lists as tuples; None is an empty cell."""
Facts = Mapping[str, Fact]
Test = Callable[[Facts], Truth]

_ORDERED = ("<", "<=", ">", ">=")
_ALONE = ("present", "missing", "in_force")
_DAYS = ("within_days", "older_than_days")
_WRITTEN = re.compile(
    r"(\w+)\s*(?:(!=|<=|>=|=|<|>)|\s(" + "|".join(o for o in OPERATORS if o.isidentifier()) + r")\b)\s*(.*)"
)


@dataclass(frozen=True)
class Check:
    """One fact compared."""

    fact: str
    op: Operator
    values: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = Check | AllOf | AnyOf | Not
ALWAYS = AllOf()


def parse(written: object, vocabulary: Mapping[str, Column]) -> Condition:
    """The condition that is written; a ValueError says what is wrong with it."""
    if isinstance(written, str):
        return _check(written, vocabulary)
    if isinstance(written, Mapping) and len(written) == 1:
        (word, parts), *_ = written.items()
        if word == "not":
            return Not(parse(parts, vocabulary))
        if word in ("all", "any") and isinstance(parts, list) and parts:
            read = tuple(parse(part, vocabulary) for part in parts)
            return AllOf(read) if word == "all" else AnyOf(read)
    raise ValueError(
        f"{written!r} is not a condition; write `column = value`, or a mapping with one of all, any (each "
        "with a list that is not empty) and not"
    )


def _check(written: str, vocabulary: Mapping[str, Column]) -> Check:
    found = _WRITTEN.fullmatch(written.strip())
    if not found:
        raise ValueError(f"{written!r} is not a condition; operators are {', '.join(OPERATORS)}")
    name, op, rest = found[1], found[2] or found[3], found[4].strip()
    column = vocabulary.get(name)
    if column is None:
        near = ", ".join(nearest(name, vocabulary))
        raise ValueError(f"{written!r}: there is no column {name!r}; the nearest are {near}")
    if op in _ALONE:
        if rest:
            raise ValueError(f"{written!r}: {op} takes no value")
        texts = []
    else:
        texts = [t.strip() for t in rest.split(",")] if op in ("in", "not_in") else [rest]
        if not all(texts):
            raise ValueError(f"{written!r}: {op} needs a value")
    if op in (*_DAYS, "in_force") and column.type != "date":
        raise ValueError(f"{written!r}: {op} needs a date, and {name} holds {column.type}")
    if op in _ORDERED and column.type not in ("number", "integer", "date"):
        raise ValueError(f"{written!r}: {op} needs a number or a date, and {name} holds {column.type}")
    values = tuple(_days(written, t) if op in _DAYS else _value(written, column, t) for t in texts)
    return Check(name, op, values)  # type: ignore[arg-type]  # the pattern admits operators only


def _days(written: str, text: str) -> float:
    if not text.isdigit():
        raise ValueError(f"{written!r}: {text!r} is not a whole number of days")
    return int(text)


def _value(written: str, column: Column, text: str) -> Fact:
    value = fact(text, column)
    if value is None:
        raise ValueError(f"{written!r}: {text!r} is not a {column.type}")
    if column.values and value not in {allowed.casefold() for allowed in column.values}:
        raise ValueError(f"{written!r}: {text!r} is not one of {', '.join(column.values)}")
    return value[0] if isinstance(value, tuple) else value


def fact(value: object, column: Column) -> Fact:
    """A cell as conditions compare it; None when it holds nothing that its type can mean."""
    if value is None:
        return None
    if column.type == "boolean":
        return value if isinstance(value, bool) else parse_boolean(str(value))
    if column.type in ("number", "integer"):
        return value if isinstance(value, int | float) else parse_number(str(value))
    if column.type == "date":
        day = parse_date(str(value))
        return day.isoformat() if day else None
    text = str(value).strip().casefold()
    if column.type == "list":
        return tuple(item.strip() for item in re.split(r"[;,/]", text) if item.strip()) or None
    return text or None


def checks(condition: Condition) -> Iterator[Check]:
    """Every comparison in a condition, in the order written."""
    if isinstance(condition, Check):
        yield condition
    elif isinstance(condition, Not):
        yield from checks(condition.part)
    else:
        for part in condition.parts:
            yield from checks(part)


def as_text(condition: Condition) -> str:
    """A condition as it is read: `affects = customers and not (domain in fraud, compliance)`."""
    if isinstance(condition, Check):
        values = ", ".join(format_cell(v) if isinstance(v, bool | int | float) else str(v) for v in condition.values)
        return f"{condition.fact} {condition.op} {values}".strip()
    if isinstance(condition, Not):
        return f"not ({as_text(condition.part)})"
    parts = (as_text(p) if isinstance(p, Check | Not) else f"({as_text(p)})" for p in condition.parts)
    return (" or " if isinstance(condition, AnyOf) else " and ").join(parts)


def has_choice(condition: Condition) -> bool:
    """Whether one of several comparisons would be enough somewhere in a condition."""
    if isinstance(condition, Check):
        return False
    if isinstance(condition, Not):
        return isinstance(condition.part, AllOf) or has_choice(condition.part)
    return isinstance(condition, AnyOf) or any(has_choice(part) for part in condition.parts)


@dataclass(frozen=True)
class Context:
    """What a condition is read against, besides the facts."""

    today: date
    known: Collection[str]
    """Columns that the records have; of any other nothing is known."""
    validity_days: int | None = None
    """How long evidence counts under the rule, for `in_force`."""


@dataclass(frozen=True)
class Cause:
    """A comparison that makes a condition what it is."""

    check: Check
    negated: bool = False
    """It stands under `not`."""


@dataclass(frozen=True)
class Compiled:
    """A condition as a function, and as the tree that explains it."""

    condition: Condition
    test: Test
    parts: tuple[Compiled, ...] = ()

    def causes(self, facts: Facts, negated: bool = False) -> tuple[Cause, ...]:
        """The comparisons that decide the outcome, such as the false ones of an `all` that is false."""
        if isinstance(self.condition, Check):
            return (Cause(self.condition, negated),)
        if isinstance(self.condition, Not):
            return self.parts[0].causes(facts, not negated)
        outcome = self.test(facts)
        deciding = [part for part in self.parts if part.test(facts) is outcome]
        return tuple(dict.fromkeys(c for part in deciding for c in part.causes(facts, negated)))


def compiled(condition: Condition, context: Context) -> Compiled:
    if isinstance(condition, Check):
        return Compiled(condition, _test(condition, context))
    if isinstance(condition, Not):
        part = compiled(condition.part, context)
        return Compiled(condition, _negated(part.test), (part,))
    parts = tuple(compiled(part, context) for part in condition.parts)
    tests = tuple(part.test for part in parts)
    return Compiled(condition, _joined(tests, decided_by=isinstance(condition, AnyOf)), parts)


def _negated(test: Test) -> Test:
    def negated(facts: Facts) -> Truth:
        outcome = test(facts)
        return None if outcome is None else not outcome

    return negated


def _joined(tests: tuple[Test, ...], *, decided_by: bool) -> Test:
    """`any` is decided by one true part, `all` by one false one; else an unknown part makes it unknown."""
    if len(tests) == 1:
        return tests[0]

    def joined(facts: Facts) -> Truth:
        outcome: Truth = not decided_by
        for test in tests:
            found = test(facts)
            if found is decided_by:
                return decided_by
            if found is None:
                outcome = None
        return outcome

    return joined


def _test(check: Check, context: Context) -> Test:
    name = check.fact
    if name not in context.known:
        return lambda facts: None
    if check.op == "present":
        return lambda facts: facts[name] is not None
    if check.op == "missing":
        return lambda facts: facts[name] is None
    if check.op == "in_force":
        check = Check(name, "within_days", (context.validity_days or 0,))
    compare = _comparison(check, context.today)

    def test(facts: Facts) -> Truth:
        value = facts[name]
        return None if value is None else compare(value)

    return test


def _comparison(check: Check, today: date) -> Callable[[Fact], bool]:
    wanted = frozenset(check.values)
    value = check.values[0]
    if check.op in ("=", "in"):
        return lambda held: not wanted.isdisjoint(held) if isinstance(held, tuple) else held in wanted
    if check.op in ("!=", "not_in"):
        return lambda held: wanted.isdisjoint(held) if isinstance(held, tuple) else held not in wanted
    if check.op in _DAYS:
        oldest = _days_before(today, int(value))  # type: ignore[arg-type]  # `_check` admits whole numbers only
        last = today.isoformat()
        if check.op == "within_days":
            # Evidence dated in the future is not evidence yet.
            return lambda held: oldest <= held <= last  # type: ignore[operator]  # dates are ISO strings
        return lambda held: held < oldest  # type: ignore[operator]
    return _order(check.op, value)


def _order(op: Operator, value: Fact) -> Callable[[Fact], bool]:
    # Both sides are of the column's type: `_check` and `fact` saw to it.
    if op == "<":
        return lambda held: held < value  # type: ignore[operator]
    if op == "<=":
        return lambda held: held <= value  # type: ignore[operator]
    if op == ">":
        return lambda held: held > value  # type: ignore[operator]
    return lambda held: held >= value  # type: ignore[operator]


def _days_before(today: date, days: int) -> str:
    return (today - timedelta(days=min(days, today.toordinal() - 1))).isoformat()
