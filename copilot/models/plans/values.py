"""What a question restricts and groups by, as conditions on columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from copilot.language.calendar import Period
from copilot.language.words import listed
from copilot.models.entities import Mention
from copilot.models.frame import Frame

_COLUMN_ORDER = {
    "stage": 0,
    "unit": 1,
    "jurisdiction": 2,
    "risk_class": 3,
    "status": 4,
    "domain": 5,
    "role": 1,
    "area": 1,
}


NUMERIC = frozenset(
    listed(
        "budget spend technology_budget change_budget production_budget headcount expected_benefit "
        "realised_benefit business_value feasibility time_to_value strategic_importance risk "
        "data_readiness score open_positions"
    )
)


def value_filters(frame: Frame, table: str) -> list[Mention]:
    """The category values that restrict the rows; one phrase restricts one column only."""
    # "Cost" is a kind of benefit and the money spent; where a number is meant, it is the number.
    amounts = {(m.start, m.end) for m in frame.links.of("column", table) if m.key in NUMERIC}
    mentions = [m for m in frame.links.of("value", table) if (m.start, m.end) not in amounts]
    grouped = {m.key for m in frame.links.of("column", table) if is_grouped(m)}
    mentions = [m for m in mentions if m.column != "stage" or not _is_goal(frame.text, m)]
    chosen: dict[tuple[int, int], str] = {}
    for m in sorted(mentions, key=lambda m: (-m.score, _COLUMN_ORDER.get(m.column, 9), m.column)):
        chosen.setdefault((m.start, m.end), m.column)
    return [m for m in mentions if chosen[m.start, m.end] == m.column and m.column not in grouped]


# "Which should be deployed first": the stage is what is to be done, not where they are.
_IS_ACTION = re.compile(r"\b(be|to|into|reach\w*|towards?|should|we|must|can)\s+$", re.IGNORECASE)


def _is_goal(text: str, stage: Mention) -> bool:
    return bool(_IS_ACTION.search(text[max(0, stage.start - 12) : stage.start]))


def as_conditions(values: list[Mention]) -> list[dict[str, Any]]:
    """The values of each column as one condition; "not yet deployed" excludes."""
    by_column: dict[tuple[str, bool], list[str]] = {}
    for m in values:
        # A value has no "without": "without the high-risk ones" excludes them.
        by_column.setdefault((m.column, m.role in ("negated", "absent")), []).append(m.key)
    conditions: list[dict[str, Any]] = []
    for (column, negated), keys in by_column.items():
        distinct = list(dict.fromkeys(keys))
        if len(distinct) == 1:
            conditions.append({"column": column, "op": "!=" if negated else "=", "value": distinct[0]})
        else:
            conditions.append({"column": column, "op": "not in" if negated else "in", "value": distinct})
    return conditions


# Columns of sentences, by which nobody groups.
_PROSE = frozenset({"id", "name", "description", "blocker", "waiver", "note", "label"})


def is_grouped(m: Mention) -> bool:
    return m.role == "grouped" and m.key not in NUMERIC and m.key not in _PROSE


# "Top three units", "which divisions": the groups are what is put in order.
_ORDERS = re.compile(
    r"\b(top|bottom|best|worst|which|what|highest|lowest|largest|biggest|smallest)\b[\w ]{0,12}$", re.IGNORECASE
)


def ordered_group(frame: Frame) -> Mention | None:
    """The column whose values a question puts in order by something else that it names."""
    if not frame.links.of("metric"):
        return None
    plural = (m for m in frame.links.of("column") if m.text.endswith("s") and m.key not in NUMERIC | _PROSE)
    return next((m for m in plural if _ORDERS.search(frame.text[: m.start])), None)


@dataclass(frozen=True)
class Restriction:
    """The rows that a question is about, as conditions, and the words that say so."""

    conditions: tuple[dict[str, Any], ...]
    mentions: tuple[Mention, ...]
    groups: tuple[Mention, ...]
    """Columns to group by."""
    measured: Mention | None
    """The number that is asked for, summed or compared."""


def restriction(frame: Frame, table: str) -> Restriction:
    """What a question says of the rows: values, missing cells, amounts, properties and dates."""
    values = value_filters(frame, table)
    columns = frame.links.of("column", table)
    absent = [m for m in columns if m.role == "absent"]
    groups = [m for m in columns if m not in absent and is_grouped(m)]
    measured = next((m for m in columns if m not in absent and m not in groups and m.key in NUMERIC), None)
    conditions = [
        *as_conditions(values),
        *({"column": m.key, "op": "missing"} for m in absent),
        *_amounts(frame.text, measured),
        *_flags([m for m in columns if m not in absent and m not in groups]),
        *_ages(frame, values),
        *_levels(frame.text, [m for m in columns if m not in absent and m not in groups]),
    ]
    if frame.period is not None and not _is_to_be_done(frame, frame.period) and (dated := _DATED.get(table)):
        start, end = frame.period.start.isoformat(), frame.period.end.isoformat()
        conditions += [{"column": dated, "op": ">=", "value": start}, {"column": dated, "op": "<", "value": end}]
    return Restriction(tuple(conditions), (*values, *columns), tuple(groups), measured)


_ADVISES = re.compile(r"\b(should|shall|could|can|must|ought) (we|i|one)\b", re.IGNORECASE)


def _is_to_be_done(frame: Frame, period: Period) -> bool:
    """Whether the period is when something is to be done, such as "next quarter", not when the records began."""
    return period.start > frame.today or (period.end > frame.today and bool(_ADVISES.search(frame.text)))


_MONEY_COMPARISON = re.compile(
    r"\b(?P<op>over|above|more than|at least|exceed(?:s|ing)?|under|below|less than|at most|up to)\s+(?:[€$£]"
    r"|EUR|USD|GBP)?\s?(?P<digits>\d[\d,]*(?:\.\d+)?)\s?(?P<scale>k|m|bn|thousand|million|billion)?\b",
    re.IGNORECASE,
)


_OPS = {
    "over": ">", "above": ">", "more than": ">", "exceed": ">", "exceeds": ">", "exceeding": ">", "at least": ">=",
    "under": "<", "below": "<", "less than": "<", "at most": "<=", "up to": "<=",
}  # fmt: skip


_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


_DATED = {"projects": "started", "incidents": "date", "decisions": "date"}


_FLAGS = frozenset(
    [
        "adoption_plan",
        "personal_data",
        "special_category_data",
        "scores_people",
        "decides_alone",
        "generative",
    ]
)


_LEVEL = re.compile(
    r"\s*(?:is|are|of|level|=)?\s*(\d{1,2})(?![\d.,%]|\s?(?:k|m|bn|million|months?|days?)\b)((?:\s*(?:,|or|and)\s*\d{1,2}\b)*)"
)


def _levels(text: str, columns: list[Mention]) -> list[dict[str, Any]]:
    """A column named with the number it must have: "severity 1 or 2"."""
    conditions = []
    for m in columns:
        match = _LEVEL.match(text, m.end) if m.key not in NUMERIC and text[m.start : m.end] == m.text else None
        if match:
            numbers = tuple(int(n) for n in re.findall(r"\d+", match.group()))
            one = len(numbers) == 1
            conditions.append(
                {"column": m.key, "op": "=" if one else "in", "value": numbers[0] if one else list(numbers)}
            )
    return conditions


_AGE = re.compile(
    r"\b(?:for |since )?(?P<op>more than|over|longer than|older than|at least|less than|under)\s+(?P<count>\d+)\s+"
    r"(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}


def _ages(frame: Frame, values: list[Mention]) -> list[dict[str, Any]]:
    """How long rows have been in their stage: "in pilot for more than 270 days"."""
    match = _AGE.search(frame.text)
    if match is None or not any(m.column == "stage" for m in values):
        return []
    days = round(int(match["count"]) * _DAYS[match["unit"].lower()])
    entered = (frame.today - timedelta(days=days)).isoformat()
    op = {"at least": "<=", "less than": ">", "under": ">"}.get(match["op"].lower(), "<")
    return [{"column": "stage_since", "op": op, "value": entered}]


def _flags(columns: list[Mention]) -> list[dict[str, Any]]:
    """Yes/no columns named as a property: "that use personal data"."""
    return [{"column": m.key, "op": "=", "value": True} for m in columns if m.key in _FLAGS]


def _amounts(text: str, measured: Mention | None) -> list[dict[str, Any]]:
    match = _MONEY_COMPARISON.search(text)
    if match is None or measured is None:
        return []
    value = float(match["digits"].replace(",", "")) * _SCALE.get((match["scale"] or "").lower(), 1.0)
    return [{"column": measured.key, "op": _OPS[match["op"].lower()], "value": value}]
