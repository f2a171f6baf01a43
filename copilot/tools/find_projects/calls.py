"""How rows of a table may be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from copilot.language.vocabulary import EACH, GRAINS
from copilot.language.words import words
from copilot.reading.asked import Asked, as_argument
from copilot.reading.call import Call
from copilot.reading.durations import says_length, says_longest
from copilot.reading.rows import Restriction, compared
from copilot.records.conditions import Filter
from copilot.records.differences import is_time, less, sides, time_until
from copilot.tools.find_projects.arguments import Arguments
from copilot.tools.find_projects.canonical import canonical

AGGREGATES = {
    "sum": "sum", "avg": "mean", "median": "median", "min": "min", "max": "max", "difference": "sum",
}  # fmt: skip
_COUNT = {"aggregate": "count"}
_MOST_TIED = 20
_FIRST, _FEW, _PICKED = 5, 8, 15
"""Of rows in an order for which no number is said the first are told, unless they are few; those of a list that
conditions pick may be more."""


def calls(asked: Asked) -> Iterator[Call]:
    """The table that holds most of what is named."""
    for rows in asked.readings[:1]:
        arguments = arguments_of(asked, rows)
        phrase = canonical(Arguments.model_validate(arguments), asked.view)
        if not _lost_its_subject(asked, arguments):
            yield Call("find_projects", arguments, phrase, rows.resolved, rows.unresolved, rows.certainty)


def _lost_its_subject(asked: Asked, arguments: Mapping[str, object]) -> bool:
    """Whether "who owns it?" would list every row, or "what did those cost?" add them all up, because what came before
    was about none."""
    was_of_rows = asked.earlier is not None and asked.earlier.tool == "find_projects"
    picking = ("filters", "group_by", "order_by", "limit", *(("measures",) if was_of_rows else ()))
    picks = any(arguments.get(name) for name in picking)
    return asked.is_continued and bool(asked.reading.of("back")) and not asked.table and not picks


def arguments_of(asked: Asked, rows: Restriction) -> dict[str, object]:
    """The arguments of the call that asks for these rows."""
    conditions = [as_argument(c) for c in rows.conditions]
    if not any(c["column"] == asked.view.tables[rows.table].key for c in conditions):
        conditions += asked.rows_before(rows.table)
    arguments: dict[str, object] = {"table": rows.table, "filters": conditions}
    if rows.counted:
        return {**arguments, "measures": [{"aggregate": "count distinct", "column": rows.counted}]}
    if rows.groups:
        arguments["group_by"] = list(rows.groups)
    profiles = (asked.columns.get(rows.table, column) for column in rows.groups)
    if any(p is not None and p.holds == "date" for p in profiles) and (grain := _grain(asked)):
        arguments["grain"] = grain
    aggregate = AGGREGATES.get(rows.measure)
    if rows.times:
        measure = {"aggregate": aggregate, "column": rows.measured} if aggregate and rows.measured else _COUNT
        return {**arguments, "times": list(rows.times), "measures": [measure]}
    if rows.groups and rows.having is not None:
        arguments["having"] = {"op": rows.having[0], "value": rows.having[1]}
        return arguments
    if rows.groups and rows.order and _of_each(asked):
        arguments |= {"order_by": rows.order, "per_group": rows.limit or 1}
        return arguments
    if rows.among:
        arguments["among"] = [as_argument(c) for c in rows.among]
    if rows.measure == "share" and rows.measured and rows.beside:
        arguments["measures"] = [{"aggregate": "share", "column": rows.measured, "of": rows.beside}]
        arguments |= {"limit": rows.limit} if rows.groups and rows.limit else {}
    elif rows.measure == "share" and (rows.conditions or not rows.groups):
        arguments["measures"] = [{"aggregate": "share"} | ({"column": rows.measured} if rows.measured else {})]
    elif rows.groups and aggregate and (measured := rows.measured or (rows.order or "").lstrip("-")):
        arguments["measures"] = [{"aggregate": aggregate, "column": measured}]
        if rows.order:
            arguments["order_by"] = rows.order
        if rows.limit:
            arguments["limit"] = rows.limit
    elif rows.groups and rows.order and (together := _together(asked, rows)):
        arguments["measures"] = [{"aggregate": together, "column": rows.order.lstrip("-")}]
        arguments |= {"order_by": rows.order} | ({"limit": rows.limit} if rows.limit else {})
    elif rows.order or (rows.measured and aggregate in ("min", "max") and asked.reading.shape in ("name", "list")):
        arguments["order_by"] = rows.order or f"{'-' if aggregate == 'max' else ''}{rows.measured}"
        if limit := rows.limit or _at_the_top(asked, arguments) or _unsaid_limit(asked, arguments):
            arguments["limit"] = limit
    elif rows.measure == "count" and not rows.groups:
        arguments["measures"] = [_COUNT]
    elif aggregate and rows.measured:
        both = filter(None, (rows.measured, rows.beside))
        arguments["measures"] = [{"aggregate": aggregate, "column": column} for column in both]
    elif rows.limit:
        arguments["limit"] = rows.limit
    asks_first = asked.reading.of("order", "limit") or asked.reading.shape == "name"
    if rows.groups and asked.reading.direction != "none" and asks_first:
        arguments.setdefault("order_by", "-value" if asked.reading.direction == "descending" else "value")
    shown = list(rows.shown)
    if "measures" not in arguments:
        shown += compared(rows.conditions)
        shown += _apart(asked, rows)
    if shown and not ("measures" in arguments and rows.groups):
        arguments["columns"] = list(dict.fromkeys(shown))
    return _until_today(asked, arguments)


def _together(asked: Asked, rows: Restriction) -> str | None:
    """What makes one of those of a group, "which unit has the riskiest portfolio": the average of levels and shares, of
    grades the middle, else the sum; None where groups are ordered by neither."""
    profile = asked.columns.get(rows.table, str(rows.order).lstrip("-"))
    if profile is not None and profile.order:
        return "median"
    if profile is None or profile.holds != "number":
        return None
    return "mean" if profile.is_scale or profile.unit in ("percent", "share") else "sum"


def _at_the_top(asked: Asked, arguments: Mapping[str, object]) -> int | None:
    """How many rows share the first place of an order by levels, where no number of rows is said; None where the order
    is by something else."""
    table, order = str(arguments["table"]), str(arguments["order_by"])
    profile = asked.columns.get(table, order.lstrip("-"))
    if profile is None or not (profile.is_scale or profile.order):
        return None
    if profile.order and (asked.reading.shape == "ranking" or asked.reading.of("compare")):
        # All that are ranked or compared are told.
        return None
    conditions = [Filter.model_validate(f) for f in arguments["filters"]]  # type: ignore[attr-defined]
    first = asked.view.select(table, conditions, order_by=[order], limit=1)
    if not first or first[0][profile.name] is None:
        return None
    tied = [*conditions, Filter(column=profile.name, value=first[0][profile.name])]
    return min(len(asked.view.select(table, tied)), _MOST_TIED)


def _unsaid_limit(asked: Asked, arguments: Mapping[str, object]) -> int | None:
    """How many rows are told of an order for which no number is said: one where one is asked for, all of a few, else
    the first of them."""
    if asked.reading.shape == "name":
        return 1
    conditions = [Filter.model_validate(f) for f in arguments["filters"]]  # type: ignore[attr-defined]
    few = _PICKED if conditions and asked.reading.shape == "list" else _FEW
    return _FIRST if len(asked.view.select(str(arguments["table"]), conditions, limit=few + 1)) > few else None


def _until_today(asked: Asked, arguments: dict[str, object]) -> dict[str, object]:
    """The arguments; a time that has ended in none of the rows, and the longest since a day, last until today."""
    if "group_by" in arguments or "measures" in arguments:
        return arguments
    order, shown = str(arguments.get("order_by", "")), [*arguments.get("columns", ())]  # type: ignore[misc]
    lasting = {name: _lasting(asked, arguments, name) for name in (order.lstrip("-"), *shown)}
    for name in shown if says_length(asked.reading.of("measure")) else ():
        profile = asked.columns.get(str(arguments["table"]), name)
        if profile is not None and profile.holds == "date" and not profile.is_ahead(asked.today):
            lasting[name] = time_until(name, asked.today)
    if order and not order.startswith("-") and says_longest(asked.reading.of("order")):
        profile = asked.columns.get(str(arguments["table"]), order)
        if profile is not None and profile.holds == "date" and not profile.is_ahead(asked.today):
            lasting[order], order = time_until(order, asked.today), f"-{order}"
    sign, column = order[: order.startswith("-")], order.lstrip("-")
    told = arguments | ({"order_by": f"{sign}{lasting[column]}"} if order else {})
    return told | ({"columns": list(dict.fromkeys(lasting[name] for name in shown))} if shown else {})


def _lasting(asked: Asked, arguments: Mapping[str, object], name: str) -> str:
    """The column; the time until today where it is a time that none of the rows knows to have ended."""
    if not is_time(name) or len(sides(name)) < 2:
        return name
    ended = [*map(Filter.model_validate, arguments["filters"]), Filter(column=name, op="present")]  # type: ignore[call-overload]
    return (
        name if asked.view.select(str(arguments["table"]), ended, limit=1) else time_until(sides(name)[0], asked.today)
    )


def _apart(asked: Asked, rows: Restriction) -> Iterator[str]:
    """What lies between two columns of numbers of which one is above the other, so that nobody has to subtract."""
    for one in rows.conditions:
        profile = asked.columns.get(rows.table, one.column)
        if one.than and one.value is None and profile is not None and profile.holds == "number":
            yield less(one.column, one.than) if one.op in (">", ">=") else less(one.than, one.column)


def _of_each(asked: Asked) -> bool:
    """Whether the first row of each group is asked for: "the most expensive in each unit"."""
    reading = asked.reading
    says_each = any(w.text.lower() in EACH - {"by"} for s in reading.of("group") for w in words(s.text))
    is_of_rows = reading.measure in ("list", "none") or (reading.measure == "sum" and not reading.of("measure"))
    return says_each and is_of_rows and bool(reading.of("order"))


def _grain(asked: Asked) -> str | None:
    """By what days are grouped, where it is said: "each year"; no part of a time that is named, such as "last year"."""
    times = asked.links.of("period")
    said = (w for w in words(asked.text) if not any(x.start <= w.start < x.end for x in times))
    return next((GRAINS[w.stem] for w in said if w.stem in GRAINS), None)
