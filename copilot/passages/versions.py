"""What a rule was before it was replaced, where a question asks for it beside what holds now."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.passages.conflicts import not_in_force
from copilot.passages.quoting import Quotation, Quote
from copilot.passages.ranked import NOT_IN_FORCE, Meaning, Ranked
from copilot.retrieval.sentences import plain

# With what English speaks of what held before: as it is said of rules, policies, handbooks alike.
_BEFORE = re.compile(
    r"\b(?:old(?:er)?|earlier|previous(?:ly)?|prior|former(?:ly)?|superseded|used to|in the past"
    r"|before (?:these|this|that|it|the (?:new|current|present|change)))\b",
    re.IGNORECASE,
)
ALIKE = 0.55
"""Cosine from which on a statement of the earlier version is on what the present one says."""


def asks_for_before(text: str) -> bool:
    """Whether a question speaks of what held before."""
    return _BEFORE.search(text) is not None


def with_before(ranked: Ranked, quotation: Quotation, meaning: Meaning) -> Quotation:
    """The quotation, and beside it what the version before says of the same: what comes nearest to the first quote,
    else to the question; unchanged where nothing of an earlier version was found or is quoted already."""
    replaced = {item.id for item in ranked.evidence if not_in_force(item) == "superseded"}
    old = [unit for unit in ranked.telling if unit.evidence in replaced]
    if not old or not quotation.quotes or any(q.unit.evidence in replaced for q in quotation.quotes):
        return quotation
    near = dict(
        zip(old, meaning.likeness(plain(quotation.quotes[0].unit.text), [plain(u.text) for u in old]), strict=True)
    )
    same = max(old, key=near.__getitem__)
    unit = same if near[same] >= ALIKE else max(old, key=lambda u: ranked.score(u) + NOT_IN_FORCE)
    return replace(quotation, quotes=(*quotation.quotes, Quote(unit, "support")))
