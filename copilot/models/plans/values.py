"""What a question restricts and groups by, as conditions on columns."""

from __future__ import annotations

import re
from typing import Any

from copilot.models.entities import Mention
from copilot.models.frame import Frame
from copilot.models.words import listed

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
    mentions = list(frame.links.of("value", table))
    grouped = {m.key for m in frame.links.of("column", table) if is_grouped(m)}
    mentions = [m for m in mentions if not _IS_ACTION.search(frame.text[max(0, m.start - 12) : m.start])]
    chosen: dict[tuple[int, int], str] = {}
    for m in sorted(mentions, key=lambda m: (-m.score, _COLUMN_ORDER.get(m.column, 9), m.column)):
        chosen.setdefault((m.start, m.end), m.column)
    return [m for m in mentions if chosen[m.start, m.end] == m.column and m.column not in grouped]


# "Which should be deployed first": the stage is what is to be done, not where they are.
_IS_ACTION = re.compile(r"\b(be|to|into|reach\w*|towards?|should|we|must|can)\s+$", re.IGNORECASE)


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
