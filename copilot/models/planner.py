"""From a read question to tool calls, without a model.

Tools cost milliseconds, so every plausible one is called and the composer chooses among the results: choosing
one tool by the wording alone is right two times in three (see docs/decisions/0002).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from copilot.models.frame import Frame
from copilot.models.plans.advice import change, duplicates, operating_model
from copilot.models.plans.call import Call
from copilot.models.plans.changes import changes
from copilot.models.plans.conditions import governance, health, readiness, scaling
from copilot.models.plans.memos import draft
from copilot.models.plans.metrics import look_up
from copilot.models.plans.portfolio import plan_set
from copilot.models.plans.ranking import prioritize
from copilot.models.plans.records import RECORD_PLURAL, dependants, find, record
from copilot.models.plans.search import SEARCHES, search

_BUILDERS: tuple[Callable[[Frame], Iterable[Call]], ...] = (
    search, dependants, find, record, prioritize, look_up, health, scaling, governance, readiness, plan_set,
    changes,
    duplicates, operating_model, change,
    draft,
)  # fmt: skip


# From this fit on a question is about records, whether or not there are any.
_SURELY_RECORDS = 0.75
# From this fit on it is about what is different from earlier.
_SURELY_CHANGES = 0.5


# "Which of our projects": of what is the asker's own, only records know.
_OF_OURS = re.compile(r"\b(which|how many) of our\b", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    calls: tuple[Call, ...]
    choices: tuple[str, ...] = ()
    """Set when the question must be asked back: what it could mean."""
    lacks_records: bool = False
    """The question wants to be counted or ranked, and the workspace has nothing to do it on."""


def plan(frame: Frame, tools: Iterable[str]) -> Plan:
    """The calls worth making for a question, the search first, then by how much of the question they take up."""
    calls = [call for build in _BUILDERS for call in build(frame)]
    available = set(tools)
    known = [c for c in calls if c.tool in available]
    counts = any(c.fit >= _SURELY_RECORDS for c in calls) or bool(_OF_OURS.search(frame.text))
    lacks_records = counts and not available - set(SEARCHES)
    ranks = any(c.tool == "prioritize_projects" for c in known)
    fullest = max((c.fit for c in known if c.tool not in SEARCHES and not _is_bare(c)), default=0.0)
    # "How many incidents are there" is a listing of everything, and what is asked.
    known = [c for c in known if not _is_bare(c, ranks) or (not ranks and c.fit > fullest)]
    if any(c.tool == "plan_portfolio" for c in known):
        # The words for the limits of a set would make conditions and sums of their own.
        known = [c for c in known if c.tool not in ("find_projects", "lookup_metric")]
    if any(c.tool == "what_changed" and c.fit >= _SURELY_CHANGES for c in known):
        # "What changed in our projects since March" asks for no list of those that began since.
        known = [c for c in known if c.tool not in ("find_projects", "lookup_metric")]
    if any(c.tool == "draft_memo" for c in known):
        # A memo holds what the others would tell beside it.
        known = [c for c in known if c.tool in ("draft_memo", "search_knowledge")]
    choices = _choices(frame, known)
    search, others = (
        [c for c in known if c.tool in SEARCHES],
        [c for c in known if c.tool not in SEARCHES],
    )
    return Plan((*search, *sorted(others, key=lambda c: -c.fit)[:4]), choices, lacks_records)


def _is_bare(call: Call, ranks: bool = False) -> bool:
    """A listing of everything, or of what is ranked anyway, which says nothing beside the other calls."""
    if call.tool != "find_projects" or set(call.arguments) - {"table", "filters", "limit"}:
        return False
    return ranks or not call.arguments["filters"]


def _choices(frame: Frame, calls: list[Call]) -> tuple[str, ...]:
    """The candidates to ask about, when a single record is meant and the question fits several."""
    if not frame.links.ambiguous or frame.links.of("record") or RECORD_PLURAL.search(frame.text):
        return ()
    if frame.is_generic or any(c.fit >= 0.75 for c in calls if c.tool not in (*SEARCHES, "lookup_metric")):
        return ()
    group = frame.links.ambiguous[0]
    return tuple(f"{m.name} ({m.key})" for m in group)
