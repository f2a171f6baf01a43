"""What is different from an earlier day, or from the asker's last visit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.models.entities import Mention
from copilot.models.frame import Frame
from copilot.models.plans.call import Call, fit

_CHANGED = re.compile(
    r"\bwhat('s| is| has| have)?\s+(been\s+)?(chang\w+|new|different|moved)\b|\b(any|which|list|show)\b"
    r"[^?.]{0,30}\b(chang(e|es|ed)|news|updates?)\b|\banything (new|changed|different)\b|\bchange log\b"
    r"|\bwhat('s| is) different\b|\bhow\b[^?.]{0,40}\bchanged\b",
    re.IGNORECASE,
)
_LAST_VISIT = re.compile(
    r"\b(since|from|after|at)\s+(my|our|the)?\s*(last|previous|latest)\s+(visit|time|session|login|conversation|chat|look)\b"
    r"|\bsince (i|we) (was|were|last)\b|\bsince last time\b|\bwhile i was away\b",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"\b(still|no longer|any ?more)\b[^?.]{0,30}\b(holds?|stands?|valid|true|right|apply|applies|up to date|current)\b"
    r"|\b(holds?|stands?)\b[^?.]{0,20}\b(still|today|now|any ?more)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\b(rank\w*|recommend\w*|advice|advised|answers?|portfolio|priorit\w+|shortlist|top (\d+|three|five|ten)|memo)\b",
    re.IGNORECASE,
)
_ABOUT: tuple[tuple[str, str], ...] = (
    ("ranking", r"\brank\w*|\btop\b|\bscores?\b|\bpriorit\w+|\bshortlist\b"),
    ("gates", r"\bgates?\b|\bcomplian\w+|\bblock\w+|\bgovernance\b|\bfindings?\b"),
    ("metrics", r"\bmetrics?\b|\bkpis?\b|\bfigures\b|\bnumbers\b"),
    ("documents", r"\bdocuments?\b|\bpolic(y|ies)\b|\bplaybook\b"),
    ("recommendations", r"\brecommend\w*|\badvi(c|s)e\w*|\banswers?\b|\bportfolio\b|\btold me\b"),
    ("records", r"\brecords?\b|\brows?\b|\bcells?\b"),
)
# A past visit, or whether earlier advice holds, is known to no other tool.
_LEADS = 1.15
_FIT = 0.75


def changes(frame: Frame) -> Iterable[Call]:
    """A call when a question compares with an earlier day, a visit, or an answer given before."""
    text = frame.text
    visit, holds = bool(_LAST_VISIT.search(text)), bool(_HOLDS.search(text) and _ADVICE.search(text))
    dated = frame.period is not None and frame.period.start <= frame.today
    if frame.is_generic or not (visit or holds or _CHANGED.search(text)):
        return
    if not (visit or holds) and (not dated or frame.links.of("metric") or frame.links.of("document")):
        # What a policy says now and said then is for the documents, how a metric moved for the metric.
        return
    arguments: dict[str, Any] = {}
    if dated and not visit and frame.period is not None:
        arguments["since"] = frame.period.start.isoformat()
    about = [kind for kind, pattern in _ABOUT if re.search(pattern, text, re.IGNORECASE)]
    if holds and "recommendations" not in about:
        about.append("recommendations")
    if about:
        arguments["about"] = about
    used: list[Mention] = []
    if projects := frame.links.of("record", "projects"):
        arguments["project"] = projects[0].key
        used += projects
    elif units := [value for value in frame.links.of("value") if value.column == "unit"]:
        arguments["unit"] = units[0].key
        used += units
    if frame.count:
        arguments["top"] = frame.count
    share = fit(frame, "what_changed", [*used, *frame.links.of("column")])
    yield Call("what_changed", arguments, _LEADS if visit or holds else share if share < _FIT else max(share, _FIT))
