"""Conditions in words: what holds of rows, and rows called by what holds of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.language.formatting import column_label, format_cell, humanize, join_and, nothing_of, noun, plural
from copilot.records.differences import sides
from copilot.records.related import counted
from copilot.records.store import Filter, Operator
from copilot.types import Cell

# Columns named by what a project does. Plurals such as "inputs" end in s too, so the verbs are listed.
_VERBS = ("affects", "contains", "decides", "depends", "has", "includes", "involves", "is", "replaces", "requires")
# These are nouns as well, and verbs only with an object: "scores_people", but not "scores".
_VERBS_WITH_OBJECT = ("covers", "handles", "needs", "processes", "scores", "serves", "supports", "targets", "uses")
_BASE_FORMS = {"has": "have", "is": "are", "processes": "process"}
_NUMBER_BOUNDS = {"<": "below", "<=": "of at most", ">": "above", ">=": "of at least"}
_DATE_BOUNDS = {"<": "before", "<=": "up to", ">": "after", ">=": "from"}
_APART = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
_OF_COLUMNS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}
_MULTIPLES = {0.5: "half ", 2: "twice "}
_OPPOSITES: dict[str, Operator] = {"!=": "=", "not in": "in"}
_BOUNDS = tuple(_NUMBER_BOUNDS)


@dataclass(frozen=True)
class _Phrase:
    one: str
    """The verb of one row; empty where the rest holds it."""
    many: str
    rest: str
    after_noun: str = ""
    """How it follows the noun without "that": "in pilot"; empty when it cannot."""
    having: str = ""
    """What it has, which follows the noun after "with"; empty where it has nothing."""
    of_none: str = ""
    """What one row does after "none of the"; empty when that is no different."""

    def holds(self, is_one: bool) -> str:
        return f"{self.one if is_one else self.many} {self.rest}".strip()


def predicate(filters: Sequence[Filter], count: int = 2) -> str:
    """What holds of the rows: "are in pilot and belong to Retail Stores"."""
    return join_and(phrase.holds(count == 1) for phrase in _phrases(filters))


def of_none(filters: Sequence[Filter]) -> str:
    """What one row does after "none of the": "is in pilot", "lacks a recorded sponsor"."""
    return join_and(phrase.of_none or phrase.holds(True) for phrase in _phrases(filters))


def of_all(filters: Sequence[Filter]) -> str:
    """What all rows do when none meets a single negative condition: "record their sponsor"; else empty."""
    if len(filters) != 1 or filters[0].or_else:
        return ""
    if _asks_for_missing(filters[0]):
        return f"record their {column_label(filters[0].column)}"
    if filters[0].op in _OPPOSITES and filters[0].value is not None:
        return predicate([filters[0].model_copy(update={"op": _OPPOSITES[filters[0].op]})])
    return ""


def qualified(rows: str, filters: Sequence[Filter]) -> str:
    """The rows called by their conditions: "projects in pilot started before 2025 that affect customers"."""
    phrases = _phrases(filters)
    plain = [p.after_noun for p in phrases if p.after_noun]
    having = [p.having for p in phrases if p.having]
    doing = [p.holds(False) for p in phrases if not (p.after_noun or p.having)]
    parts = [rows, *plain, f"with {join_and(having)}" if having else "", f"that {join_and(doing)}" if doing else ""]
    return " ".join(part for part in parts if part)


def _asks_for_missing(asked: Filter) -> bool:
    return asked.op == "missing" or (asked.op == "=" and asked.value is None)


def _phrases(filters: Sequence[Filter]) -> list[_Phrase]:
    """A phrase a condition, but one for all bounds of a column; those of which one is enough come last."""
    phrases, either = [], [asked for asked in filters if asked.or_else]
    filters = [asked for asked in filters if not asked.or_else]
    for position, asked in enumerate(filters):
        if asked.op not in _BOUNDS:
            phrases.append(_phrase(asked))
        elif not any(f.op in _BOUNDS and f.column == asked.column for f in filters[:position]):
            phrases.append(_bounded([f for f in filters if f.op in _BOUNDS and f.column == asked.column]))
    return [*phrases, *map(_either, either)]


def _either(asked: Filter) -> _Phrase:
    """Conditions of which one is enough: "either record no sponsor or belong to Retail"."""
    each = [p for one in asked.each for p in _phrases([one])]
    one, many = (f"either {join_and((p.holds(is_one) for p in each), 'or')}" for is_one in (True, False))
    of_none = f"either {join_and((p.of_none or p.holds(True) for p in each), 'or')}"
    return _Phrase(one, many, "", of_none=of_none)


def _phrase(asked: Filter) -> _Phrase:
    column, values = column_label(asked.column), asked.value if isinstance(asked.value, tuple) else (asked.value,)
    value = join_and((_year(v) if column.endswith("year") else _value(v, asked.unit) for v in values), "or")
    negated = asked.op in ("!=", "not in")
    if asked.where and not counted(asked.column):
        rows = qualified(noun(plural(column)), asked.where)
        belonging = _doing("belongs", f"to {rows}", asked.op == "missing")
        return replace(belonging, after_noun=f"of {rows}" if asked.op == "present" else "")
    if _asks_for_missing(asked):
        return _Phrase("records", "record", nothing_of(column), of_none=f"lacks a recorded {column}")
    if asked.op == "present" or (negated and asked.value is None):
        return _Phrase("", "", f"record their {column}", of_none=f"records its {column}")
    if counted(asked.column):
        number = "no" if asked.value == 0 else f"exactly {asked.value}"
        text = f"{number} {qualified(noun(counted(asked.column)), asked.where)}"
        return _Phrase("has", "have", text, having=text)
    if asked.op == "contains":
        return _Phrase("mentions", "mention", f"“{value}” in the {column}")
    if asked.column == "stage":
        # "in pilot", but "retired" and "in use".
        is_state = value.endswith("ed") or value.startswith("in ")
        stage = f"{'not ' if negated else ''}{'' if is_state else 'in '}{value}"
        return _Phrase("is", "are", stage, after_noun="" if is_state else stage)
    if len(values) == 1 and isinstance(values[0], bool):
        return _flag(column, values[0], negated)
    if asked.column == "id":
        return _doing("is", value, negated)
    if asked.column == "unit" or asked.column.endswith("_id"):
        return replace(_doing("belongs", f"to {value}", negated), after_noun="" if negated else f"of {value}")
    verb, _, object_ = column.partition(" ")
    if _is_verb(column):
        return _doing(verb, f"{object_} {value}".strip(), negated)
    if negated:
        return _doing("has", f"the {column} {value}", negated)
    if (time := _time(asked.column)) is not None and value[:1].isdigit():
        return _at(time, f"{'on' if len(value) == len('2026-03-31') else 'in'} {value}")
    return _Phrase("has", "have", f"the {column} {value}", having=f"{column} {value}")


def _value(value: Cell, unit: str) -> str:
    return "none recorded" if value is None else humanize(format_cell(value, unit))


def _year(value: Cell) -> str:
    """A year, whose thousands nobody sets apart."""
    return f"{value:.0f}" if isinstance(value, int | float) else _value(value, "")


def _is_verb(column: str) -> bool:
    first, _, object_ = column.partition(" ")
    return first in _VERBS or (first in _VERBS_WITH_OBJECT and bool(object_))


def _doing(verb: str, rest: str, negated: bool) -> _Phrase:
    base = _BASE_FORMS.get(verb, verb.removesuffix("s"))
    if not negated:
        return _Phrase(verb, base, rest)
    if verb == "is":
        return _Phrase("is not", "are not", rest)
    return _Phrase(f"does not {base}", f"do not {base}", rest)


def _flag(column: str, value: bool, negated: bool) -> _Phrase:
    """A column of yes and no; what is not yes may be unknown, so it is not called no."""
    verb, _, object_ = column.partition(" ")
    marked = f"{'not ' if negated else ''}marked {'yes' if value else 'no'} for {column}"
    if _is_verb(column) and object_ and not (negated and not value):
        said_of_none = "" if value else f"is {marked}"
        return replace(_doing(verb, object_, negated or not value), of_none=said_of_none)
    return _Phrase("is", "are", marked, after_noun=marked)


def _bounded(bounds: Sequence[Filter]) -> _Phrase:
    """All bounds of one column."""
    column = column_label(bounds[0].column)
    is_date = all(isinstance(f.value, str) and not f.than and not f.is_grade for f in bounds)
    limit = _during(bounds) or _span(bounds) or join_and(_bound(f, is_date) for f in bounds)
    if is_date and (time := _time(bounds[0].column)) is not None:
        return _at(time, limit)
    if len(sides(bounds[0].column)) > 1:
        return _apart(bounds)
    if counted(bounds[0].column):
        return _number(bounds)
    text = f"{_a(column)} {limit}"
    return _Phrase("has", "have", text, having=text)


def _apart(bounds: Sequence[Filter]) -> _Phrase:
    """All bounds of the difference of two columns: "a spend above the budget by more than 10 EUR"."""
    unit = bounds[0].unit
    one, other = map(column_label, sides(bounds[0].column))
    counted_in = f" {plural(unit)}" if unit == "day" else f" {unit}" if unit == "points" else ""
    limit = join_and(f"{_APART[f.op]} {_value(_single(f), unit)}{counted_in}" for f in bounds)
    text = f"{limit} from {one} to {other}" if unit == "day" else f"{_a(one)} above the {other} by {limit}"
    return _Phrase("has", "have", text, having=text)


def _number(bounds: Sequence[Filter]) -> _Phrase:
    """All bounds of a number of rows of another table: "have incidents with severity 2", "have at most 3 models"."""
    first = bounds[0]
    rows = qualified(noun(counted(first.column), 1 if first.value == 1 else 2), first.where)
    limit = join_and(f"{_APART[f.op]} {_value(_single(f), '')}" for f in bounds)
    text = rows if (first.op, first.value) == (">", 0) else f"{limit} {rows}"
    return _Phrase("has", "have", text, having=text)


def _a(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _bound(asked: Filter, is_date: bool) -> str:
    if asked.period:
        return f"{'before' if asked.op == '<' else 'after'} {asked.period}"
    if asked.than:
        return f"{_OF_COLUMNS[asked.op]} {_times(asked.value)}the {column_label(asked.than)}"
    return f"{(_DATE_BOUNDS if is_date else _NUMBER_BOUNDS)[asked.op]} {_value(_single(asked), asked.unit)}"


def _times(value: object) -> str:
    """How much of another column: "half ", "80% of ", "twice "."""
    if not isinstance(value, int | float) or value == 1:
        return ""
    return _MULTIPLES.get(value) or (f"{100 * value:.3g}% of " if value < 1 else f"{value:g} times ")


def _during(bounds: Sequence[Filter]) -> str:
    """The period whose edges the bounds are; else nothing."""
    periods = {f.period for f in bounds}
    return f"in {bounds[0].period}" if len(bounds) == 2 and len(periods) == 1 and bounds[0].period else ""


def _single(asked: Filter) -> Cell:
    return asked.value[0] if isinstance(asked.value, tuple) else asked.value


def _span(bounds: Sequence[Filter]) -> str:
    """ "between a and b", both included, when the bounds are two such; else nothing."""
    by_op = {f.op: _single(f) for f in bounds}
    if len(bounds) != 2 or ">=" not in by_op:
        return ""
    first, last = by_op[">="], by_op.get("<=")
    if last is None and isinstance(before := by_op.get("<"), str):
        last = _day_before(before)
    is_before = isinstance(first, str) and isinstance(last, str) and last < first
    if last is None or (is_before and not bounds[0].is_grade):
        return ""
    return f"between {_value(first, bounds[0].unit)} and {_value(last, bounds[0].unit)}"


def _day_before(text: str) -> str | None:
    """The day before a day; None of anything else."""
    try:
        return (date.fromisoformat(text) - timedelta(days=1)).isoformat()
    except ValueError:
        return None


def _time(column: str) -> _Phrase | None:
    """What happened on the day that a column holds; None when its name does not say."""
    name = humanize(column)
    if name.endswith("ed") and " " not in name:
        return _Phrase("", "", name, after_noun=name)
    if name.endswith("ed on"):
        done = name.removesuffix(" on")
        return _Phrase("was", "were", done, after_noun=done)
    if name.endswith(" since"):
        return _Phrase("", "", f"entered the {name.removesuffix(' since')}")
    if name in ("date", "day"):
        return _Phrase("is", "are", "dated", after_noun="dated")
    return None


def _at(time: _Phrase, when: str) -> _Phrase:
    after = f"{time.after_noun} {when}" if time.after_noun else ""
    return _Phrase(time.one, time.many, f"{time.rest} {when}", after_noun=after)
