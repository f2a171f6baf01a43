"""Memos that a question asks to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.language.numbers import find_numbers
from copilot.models.frame import Frame, is_elliptical
from copilot.models.plans.call import Call
from copilot.models.plans.ranking import weight_changes
from copilot.models.plans.records import RECORD_PLURAL
from copilot.models.plans.values import restriction

_DOCUMENT = (
    r"(?:memo(?:randum)?s?|briefing (?:note|paper)|decision paper|board paper|funding (?:case|proposal|request)"
    r"|business case|decision note)"
)
# "Draft a one-page prioritization memo": what is asked for is the document, not what one says.
_WRITE = re.compile(
    rf"\b(?:draft|write|prepare|create|make|produce|generate|compose|put together|give me|need|want|turn\b[^?.]*\binto)"
    rf"\b[^?.;]{{0,60}}\b{_DOCUMENT}\b|^\W*(?:an?\s+)?(?:[\w-]+\s+){{0,3}}{_DOCUMENT}\s+(?:for|on|about)\b",
    re.IGNORECASE,
)
# "What do we need in a business case?" asks about such documents.
_ASKS = re.compile(
    r"\W*(?:and |but |so )?(?:what|how|why|who|when|where|which|whose|does|do|did|is|are|was|should|must|may)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[?!;])\s+|(?<=[^\W\d])\.\s+")
# A memo on anything else than projects to fund is not this tool's.
_ABOUT_CHOICE = re.compile(
    r"\bpriorit\w+|\brank\w*|\bfund\w*|\binvest\w*|\bbudget\w*|\bportfolio\b|\btop\b|\bshortlist\w*|\bfirst\b"
    r"|\b(?:choos|select|approv|decid)\w*\b[^?.]{0,40}\b(?:projects?|initiatives?|pilots?|use cases?)\b"
    r"|\b(?:on|about|of) (?:all |our |the )+(?:AI )?(?:projects|initiatives|use cases)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b[A-Z]{1,4}-\d{1,6}\b")
# Only this tool writes a memo, whatever else the words would fit.
_FIT = 1.3
_COSTS = frozenset({"budget", "spend", "headcount"})
_MOST = 20


def draft(frame: Frame) -> Iterable[Call]:
    """A call when a question asks for a memo on projects: on the ones it names, or on the first of all."""
    # "And with 2 million?" changes the memo that was asked for before.
    before = frame.follows if frame.follows is not None and is_elliptical(frame) else None
    asked = [frame.text, *([before.text] if before is not None else [])]
    records = frame.links.of("record", "projects")
    # An id that no project has must not pass for no id: the tool says which are near.
    codes = (m.group() for m in _CODE.finditer(frame.text) if not any(r.start <= m.start() < r.end for r in records))
    projects = list(dict.fromkeys([*(r.key for r in records), *codes]))
    if not any(map(_is_request, asked)) or not (projects or any(map(_ABOUT_CHOICE.search, asked))):
        return
    if not projects and frame.links.ambiguous and not RECORD_PLURAL.search(frame.text):
        # Which project is meant is asked back first.
        return
    arguments: dict[str, Any] = {}
    if projects:
        arguments["projects"] = projects
    elif frame.count and frame.count <= _MOST:
        arguments["top"] = frame.count
    amounts = [n for text in asked for n in find_numbers(text) if n.unit.isupper() or n.scale > 1]
    if amounts:
        arguments["budget"] = amounts[0].value
    conditions = [c for c in restriction(frame, "projects").conditions if c["column"] not in _COSTS]
    if conditions and not projects:
        arguments["filters"] = conditions
    factors, absolute = weight_changes(frame)
    arguments |= {"weight_changes": factors} if factors else {}
    arguments |= {"weights": absolute} if absolute else {}
    yield Call("draft_memo", arguments, _FIT)


def _is_request(text: str) -> bool:
    """Whether one of its sentences asks for such a document to be written."""
    return any(_WRITE.search(part) and not _ASKS.match(part) for part in _SENTENCE_END.split(text))
