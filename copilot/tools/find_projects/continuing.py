"""How a question goes on from what was asked of a table before."""

from __future__ import annotations

from typing import Any

from copilot.language.vocabulary import FIGURE_STEMS
from copilot.language.words import ASKING_STEMS, words
from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.continuing import joined
from copilot.records.differences import less
from copilot.tools.find_projects.arguments import Arguments
from copilot.tools.find_projects.calls import AGGREGATES
from copilot.tools.find_projects.canonical import canonical
from copilot.tools.find_projects.opening import open_query


def continued(earlier: Call, call: Call, asked: Asked) -> Call:
    """The rows of an earlier call, narrowed, widened or asked something else."""
    before, fresh, reading = dict(earlier.arguments), dict(call.arguments), asked.reading
    few: list[dict[str, Any]] = []
    if asked.points_to_several and not before.get("group_by"):
        before, few = _those(before, asked)
    conditions = [*fresh.get("filters", ()), *few]
    arguments: dict[str, Any] = {**before, "filters": joined(before.get("filters"), conditions)}
    if reading.of("measure", "share") or "measures" in fresh:
        _ask_else(arguments, before, fresh, asked)
    if reading.of("group", "compare") and fresh.get("group_by"):
        arguments["group_by"] = fresh["group_by"]
    if reading.of("compare"):
        _set_beside(arguments, before, conditions)
    # "And the smallest?": of what ordered before, where hardly anything says of what.
    is_turned = call.is_doubtful and bool(_ordering_column(before)) and not asked.links.of("column")
    if reading.of("order", "limit"):
        _order(arguments, {k: v for k, v in fresh.items() if k == "limit"} if is_turned else fresh, asked)
    if reading.of("order") and _ordering_column(arguments) and not arguments.get("group_by"):
        # "And which one is the largest?" asks for a row, not for the figure of them all.
        arguments.pop("measures", None)
    if fresh.get("columns"):
        arguments["columns"] = fresh["columns"]
    if not arguments.get("group_by") and not _ordering_column(arguments):
        # What ordered the groups orders no rows.
        arguments.pop("order_by", None)
    phrase = canonical(Arguments.model_validate(arguments), asked.view)
    certainty = earlier.certainty if is_turned else call.certainty
    return Call(call.tool, arguments, phrase, call.resolved, call.unresolved, certainty)


def _those(before: dict[str, Any], asked: Asked) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The call before, and the condition that only the rows are meant that a question points to: of the first few in an
    order those that were told; where none was found, those among which it was looked for."""
    query = open_query(asked.sources, asked.viewer, Arguments.model_validate(before))
    key, limit = query.schema.key, before.get("limit")
    if key and not query.matching:
        looked = [f for f in before.get("filters", ()) if f["column"] == key and f.get("op") == "in"]
        return ({**before, "filters": []} if looked else before), looked
    if not key or not (isinstance(limit, int) and limit > 1):
        return before, []
    keys = [row[key] for row in query.rows() if row[key] is not None]
    rest = {name: value for name, value in before.items() if name != "limit"}
    return rest, [{"column": key, "op": "in", "value": keys}] if keys else []


def _ask_else(arguments: dict[str, Any], before: dict[str, Any], fresh: dict[str, Any], asked: Asked) -> None:
    """Another figure of the same rows, or their names; a share of them, where more conditions are said."""
    aggregate = AGGREGATES.get(asked.reading.measure)
    column = next((m["column"] for m in before.get("measures", ()) if m.get("column")), None)
    column = column or _ordering_column(before) or None
    arguments.pop("measures", None)
    if fresh.get("columns") or asked.reading.measure == "list":
        arguments.pop("group_by", None)
    if fresh.get("measures") and not (aggregate and column and _says_a_figure_alone(asked)):
        arguments["measures"] = fresh["measures"]
    elif aggregate and column:
        # "And on average?" is asked of the same column.
        arguments["measures"] = [{"aggregate": aggregate, "column": column}]
    if "measures" in arguments and not asked.reading.of("order", "limit"):
        # A figure is of all the rows, not of those that were listed first.
        for name in ("order_by", "limit", "columns"):
            arguments.pop(name, None)
    is_part = asked.reading.of("share") and before.get("filters") and fresh.get("filters")
    if is_part and not before.get("among"):
        arguments |= {"among": before["filters"], "filters": fresh["filters"]}


def _says_a_figure_alone(asked: Asked) -> bool:
    """Whether the question asks for a figure and says nothing of what: "and on average?" """
    return all(w.is_stop or w.stem in FIGURE_STEMS | ASKING_STEMS for w in words(asked.text))


def _ordering_column(arguments: dict[str, Any]) -> str:
    """The column that orders; empty where it is what is told of groups, or nothing."""
    column = str(arguments.get("order_by") or "").lstrip("-")
    return "" if column in ("value", "count") else column


def _set_beside(arguments: dict[str, Any], before: dict[str, Any], conditions: list[dict[str, Any]]) -> None:
    """ "And beside Lyon?": the value before and the new one, each by itself."""
    for new in conditions:
        old = next((f for f in before.get("filters", ()) if f["column"] == new["column"]), None)
        if old is None or {old.get("op", "="), new.get("op", "=")} != {"="}:
            continue
        both = {"column": new["column"], "op": "in", "value": [old["value"], new["value"]]}
        arguments["filters"] = [both if f == new else f for f in arguments["filters"]]
        arguments["group_by"] = [new["column"]]


def _order(arguments: dict[str, Any], fresh: dict[str, Any], asked: Asked) -> None:
    """Another order or number of rows; "and the cheapest?" turns the order there is, of groups unless a column is
    named."""
    is_named = bool(asked.links.of("column") or asked.reading.of("measure") or not arguments.get("group_by"))
    beside = next((f for f in arguments["filters"] if f.get("than")), None)
    if beside is not None and asked.reading.direction == "descending" and not asked.links.of("column"):
        # "Which is over by the most?", of those above another column.
        arguments["order_by"] = f"-{less(beside['column'], beside['than'])}"
    elif fresh.get("order_by") and is_named:
        arguments["order_by"] = fresh["order_by"]
    elif (column := str(arguments.get("order_by") or "").lstrip("-")) and asked.reading.direction != "none":
        arguments["order_by"] = f"-{column}" if asked.reading.direction == "descending" else column
    if fresh.get("limit"):
        arguments["limit"] = fresh["limit"]
