"""The best set of projects under limits that a question names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.language.numbers import find_numbers
from copilot.models.frame import Frame, is_elliptical
from copilot.models.plans.call import Call
from copilot.models.plans.ranking import trade_offs, weight_changes
from copilot.models.plans.values import restriction

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
_LEAVES_OUT = re.compile(r"\b(without|excluding|except( for)?|not|minus|leav\w+ out|drop\w*)\s+(the )?$", re.IGNORECASE)
_TAKES_IN = re.compile(r"\b(with|including|include|plus|keep\w*|tak\w+ in)\s+(the )?$", re.IGNORECASE)
_MUST = re.compile(r"\s*(must|has to|have to|should|needs? to)\s+(be in|stay|be included|be part)\b", re.IGNORECASE)
_MORE = re.compile(r"\b(\d{1,3})\s?(?:%|per cent|percent) (more|less|higher|lower|bigger|smaller)\b", re.IGNORECASE)
# A budget and a request to choose under it say clearly what is wanted.
_FIT = 0.9
# A change of the set that was asked for before is for nothing else.
_FOLLOW_UP_FIT = 1.2


def plan_set(frame: Frame) -> Iterable[Call]:
    """A call when a question gives a budget or a number of people to choose under, or changes such a question."""
    if _asks_for_set(frame):
        yield Call("plan_portfolio", _asked_of(frame), _FIT)
    elif frame.follows is not None and is_elliptical(frame) and (before := _before(frame)) is not None:
        change = _change(frame, before)
        if change:
            yield Call("plan_portfolio", before | change, _FOLLOW_UP_FIT)


def _asks_for_set(frame: Frame) -> bool:
    limited = bool(_amounts(frame) or _PEOPLE.search(frame.text))
    return limited and bool(_SET.search(frame.text)) and bool(_PROJECTS.search(frame.text))


def _before(frame: Frame) -> dict[str, Any] | None:
    """The arguments of the set that was asked for before; none of a ranking, which a budget turns into a set."""
    earlier = frame.follows
    if earlier is None:
        return None
    if call := next(iter(plan_set(earlier)), None):
        return dict(call.arguments)
    return {} if "ranking" in earlier.forms and (_amounts(frame) or _PEOPLE.search(frame.text)) else None


def _amounts(frame: Frame) -> list[float]:
    return [n.value for n in find_numbers(frame.text) if n.unit.isupper() or n.scale > 1]


def _asked_of(frame: Frame) -> dict[str, Any]:
    """Limits, conditions and weights that a question names."""
    arguments: dict[str, Any] = {}
    people = _PEOPLE.search(frame.text)
    if amounts := _amounts(frame):
        arguments["budget"] = amounts[0]
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
    if traded := [trade_off.arguments for trade_off in trade_offs(frame)]:
        arguments["comparisons"] = traded
    return arguments


def _change(frame: Frame, before: dict[str, Any]) -> dict[str, Any]:
    """What a follow-up changes of the arguments before."""
    found = {name: value for name, value in _asked_of(frame).items() if before.get(name) != value}
    if (more := _MORE.search(frame.text)) and "budget" in before and "budget" not in found:
        sign = 1 if more[2].lower() in ("more", "higher", "bigger") else -1
        found["budget"] = round(before["budget"] * (1 + sign * int(more[1]) / 100), 2)
    for mention in frame.links.of("record", "projects"):
        if frame.text[mention.start : mention.end] != mention.text:
            continue
        ahead = frame.text[: mention.start]
        name = "exclude" if _LEAVES_OUT.search(ahead) else None
        if name is None and (_TAKES_IN.search(ahead) or _MUST.match(frame.text, mention.end)):
            name = "must_have"
        if name is not None:
            found[name] = [*found.get(name, before.get(name, [])), mention.key]
    return found
