"""Counts and lists over the record tables, and single projects and models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.models.frame import SUM_OF_MONEY, Frame, without_names
from copilot.models.plans.call import Call, fit, left_out
from copilot.models.plans.values import NUMERIC, restriction

_TABLE_NOUNS: tuple[tuple[str, str], ...] = (
    ("incidents", r"\bincidents?\b|\bwent wrong\b|\boutages?\b"),
    ("decisions", r"\bdecisions?\b|\bdecid\w+"),
    ("models", r"\bmodels?\b"),
    ("roles", r"\b(data scientists?|engineers?|staff|roles?|headcount|vacan\w+|open positions?)\b"),
    ("assessments", r"\bassessments?\b|\bmaturity\b|\bassessed\b"),
    (
        "projects",
        r"\b(projects?|(AI |project )?register"
        r"|use cases?|initiatives?|pilots?|proofs? of concept|programmes?|programs?)\b",
    ),
)


RECORD_PLURAL = re.compile(
    r"\b(projects|use cases|initiatives|pilots|models|incidents|decisions|systems|programmes|ones)\b",
    re.IGNORECASE,
)


_ASKS_FOR_ROWS = re.compile(
    r"\b(which|list|show|what|name|find|give|any|all|are there|do we have|have we|how many)\b", re.IGNORECASE
)


_SUPERLATIVE = re.compile(
    r"\b(largest|biggest|highest|most expensive|greatest|most|smallest|lowest|least)\b", re.IGNORECASE
)


_SMALLEST = re.compile(r"\b(smallest|lowest|least|cheapest)\b", re.IGNORECASE)


_AGGREGATES = (
    ("mean", r"\b(average|mean)\b"),
    ("median", r"\bmedian\b"),
    ("sum", rf"\b(total|sum|add(ed)? up|how much|altogether|overall)\b|{SUM_OF_MONEY}"),
    ("max", r"\b(maximum|highest single)\b"),
)


def _table(frame: Frame) -> str | None:
    for table, pattern in _TABLE_NOUNS:
        if re.search(pattern, frame.text, re.IGNORECASE):
            return table
    if any(m.column == "stage" for m in frame.links.of("value")) and {"aggregate", "quantity"} & frame.forms:
        return "projects"
    if "aggregate" in frame.forms and any(m.key in NUMERIC for m in frame.links.of("column", "projects")):
        return "projects"
    if frame.links.of("value", "projects") and {"aggregate", "quantity", "list"} & frame.forms:
        return "projects"
    if frame.follows is not None:
        return _table(frame.follows)
    return None


# "Which projects wait for it", "what goes down with it".
_DEPENDS = re.compile(
    r"\b(depend\w*|rel(y|ies) on|relying|wait\w* (for|on)|need\w*|hangs? on|build\w* on|go(es)? down with"
    r"|block\w* by)\b",
    re.IGNORECASE,
)


def dependants(frame: Frame) -> Iterable[Call]:
    """The projects that come after one that the question names."""
    named = frame.links.of("record", "projects")
    if len(named) == 1 and _DEPENDS.search(frame.text) and RECORD_PLURAL.search(frame.text):
        conditions = [{"column": "depends_on", "op": "=", "value": named[0].key}]
        yield Call("find_projects", {"table": "projects", "filters": conditions}, 0.9)


def find(frame: Frame) -> Iterable[Call]:
    table = _table(frame)
    wants = bool({"aggregate", "quantity"} & frame.forms) or bool(_ASKS_FOR_ROWS.search(frame.text)) or frame.follows
    if table is None or not wants or (frame.links.of("record") and not RECORD_PLURAL.search(frame.text)):
        return
    rows = restriction(frame, table)
    groups, measured = rows.groups, rows.measured
    arguments: dict[str, Any] = {"table": table, "filters": list(rows.conditions)}
    if groups:
        arguments["group_by"] = list(dict.fromkeys(m.key for m in groups))[:2]
    if measured is not None and (aggregate := _aggregate(frame.text)) and not _SUPERLATIVE.search(frame.text):
        arguments["measures"] = [{"aggregate": aggregate, "column": measured.key}]
    elif measured is not None and _SUPERLATIVE.search(frame.text):
        arguments["order_by"] = measured.key if _SMALLEST.search(frame.text) else f"-{measured.key}"
        arguments["limit"] = frame.count or 5
    elif "aggregate" not in frame.forms and frame.count:
        arguments["limit"] = frame.count
    if not (rows.conditions or groups or measured or "aggregate" in frame.forms or RECORD_PLURAL.search(frame.text)):
        return
    used = [*rows.mentions, *(m for m in frame.links.mentions if m.kind == "record")]
    ignored = left_out(frame, "find_projects", used) if frame.follows is None else ()
    yield Call("find_projects", arguments, fit(frame, "find_projects", used), ignored)


def _aggregate(text: str) -> str | None:
    return next((name for name, pattern in _AGGREGATES if re.search(pattern, text, re.IGNORECASE)), None)


_ASPECTS: tuple[tuple[str, str], ...] = (
    (
        "money",
        (
            r"\b(budget\w*|spend\w*|spent|cost\w*|money|benefit\w*|return|roi|worth|expensive|euros?"
            r"|value for money)\b"
        ),
    ),
    ("criteria", r"\b(score\w*|criteri\w+|feasib\w+|readiness|business value|estimate\w*|difficult\w*)\b"),
    (
        "governance",
        (
            r"\b(risk class\w*|gate\w*|dpia|complian\w+|governance|fairness|validat\w+|oversight|waiver\w*"
            r"|regulat\w+|polic\w+|approv\w+)\b"
        ),
    ),
    ("people", r"\b(owner\w*|own(s|ed)?|sponsor\w*|who|responsible|accountable|team|headcount)\b"),
    (
        "models",
        (
            r"\b(model\w*|accurac\w+|drift\w*|quality|retrain\w*|version\w*|perform\w+|declin\w+|drop\w*|fell"
            r"|fall\w*)\b"
        ),
    ),
    ("history", r"\b(histor\w+|when|stage\w*|since|started|timeline|how long|stuck|moved?)\b"),
    ("incidents", r"\b(incident\w*|went wrong|failure\w*|outage\w*|problem\w*|issue\w*)\b"),
    ("decisions", r"\b(decision\w*|decided|approved|rejected|committee|condition\w*)\b"),
    ("adoption", r"\b(adopt\w+|usage|users?|follow\w*|accept\w+|ignored?|uptake|trust)\b"),
)


# A call that was not asked for but belongs beside one that was.
_SIDE_FIT = 0.62


def record(frame: Frame) -> Iterable[Call]:
    if RECORD_PLURAL.search(frame.text) and "aggregate" in frame.forms:
        return
    records = [m for m in frame.links.of("record") if m.table in ("projects", "models")]
    text = without_names(frame.text, frame.links)
    aspects = [name for name, pattern in _ASPECTS if re.search(pattern, text, re.IGNORECASE)]
    for m in list({m.key: m for m in records}.values())[:2]:
        used = [x for x in frame.links.mentions if x.kind in ("record", "column", "criterion", "metric")]
        share = fit(frame, "project_record", used) if len(frame.content) else 1.0
        yield Call("project_record", {"project": m.key, "aspects": aspects}, max(share, 0.6 * m.score))
        if "adoption" in aspects and m.table == "projects" and not frame.links.of("metric"):
            for metric in frame.links.usage_metrics[:2]:
                yield Call(
                    "lookup_metric",
                    {"metric": metric, "filters": {"project": m.key}, "compare": "previous_year"},
                    _SIDE_FIT,
                )
