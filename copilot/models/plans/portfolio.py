"""The best set of projects under limits that a question names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.models.frame import Frame
from copilot.models.plans.call import Call
from copilot.models.plans.ranking import weight_changes
from copilot.models.plans.values import restriction
from copilot.numbers import find_numbers

_SET = re.compile(
    r"\b(portfolio|mix|set|combination|bundle)\b|\bbudget of\b|\bgiven (a|our) budget\b|\bbest use of\b|\b(fund"
    r"|afford|finance|pay for|do|start|build|choose|pick|select)\b[^?.]{0,40}\b(with|within|under|for|on)\b"
    r"|\bspend\b[^?.]{0,30}\bon\b",
    re.IGNORECASE,
)
_PROJECTS = re.compile(r"\b(projects?|initiatives?|use cases?|pilots?|portfolio)\b", re.IGNORECASE)
_PEOPLE = re.compile(r"\b(\d{1,4})\s*(?:people|fte|ftes|full-time|headcount|staff|engineers|heads)\b", re.IGNORECASE)
_EACH_UNIT = re.compile(
    r"\bat least (one|two|1|2) (?:project )?(?:per|for each|in each|from each|a) unit\b", re.IGNORECASE
)
_HIGH_RISK = re.compile(r"\b(?:at most|no more than|only|maximum)\s+(one|two|three|\d)\s+high[- ]risk\b", re.IGNORECASE)
# Columns whose value in the question is a limit of the set, not a property of each project.
_LIMITS = frozenset({"risk_class"})
_COSTS = frozenset({"budget", "spend", "headcount"})
_WORDS = {"one": 1, "two": 2, "three": 3}
# A budget and a request to choose under it say clearly what is wanted.
_FIT = 0.9


def plan_set(frame: Frame) -> Iterable[Call]:
    """A call when a question gives a budget or a number of people to choose projects under."""
    amounts = [n for n in find_numbers(frame.text) if n.unit.isupper() or n.scale > 1]
    people = _PEOPLE.search(frame.text)
    if not (amounts or people) or not _SET.search(frame.text) or not _PROJECTS.search(frame.text):
        return
    arguments: dict[str, Any] = {}
    if amounts:
        arguments["budget"] = amounts[0].value
    if people:
        arguments["headcount"] = float(people[1])
    if each := _EACH_UNIT.search(frame.text):
        arguments["minimum_per_unit"] = _WORDS.get(each[1].lower()) or int(each[1])
    if cap := _HIGH_RISK.search(frame.text):
        arguments["most_high_risk"] = _WORDS.get(cap[1].lower()) or int(cap[1])
    rows = [c for c in restriction(frame, "projects").conditions if c["column"] not in _LIMITS or not cap]
    conditions = [c for c in rows if c["column"] not in _COSTS]
    if conditions:
        arguments["filters"] = conditions
    factors, absolute = weight_changes(frame)
    arguments |= {"weight_changes": factors} if factors else {}
    arguments |= {"weights": absolute} if absolute else {}
    yield Call("plan_portfolio", arguments, _FIT)
