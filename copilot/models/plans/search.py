"""Searches of the documents: the question, its sides, its parts, and the rules of the time it asks about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from copilot.language.words import content_stems
from copilot.models.frame import Frame, parts_of
from copilot.models.plans.call import Call

SEARCHES = ("search_knowledge", "search_records")
"""Tools that look for what is near, whatever the question names."""


def search(frame: Frame) -> Iterable[Call]:
    """The question itself, in documents and records; of the documents also each side of a comparison, or each part."""
    if not frame.is_generic:
        yield Call("search_records", {"query": frame.topic}, 0.0)
    as_of = _as_of(frame)
    if as_of is not None:
        yield Call("search_knowledge", {"query": frame.topic, "as_of": as_of.isoformat()}, 0.0)
    if as_of is None or _CHANGED.search(frame.text):
        yield Call("search_knowledge", {"query": frame.topic}, 0.0)
    for document in frame.links.of("document")[:1]:
        yield Call("search_knowledge", {"query": document.text, "top_k": 6, "whole_document": True}, 0.0)
    sides = comparands(frame.text)
    for side in sides:
        yield Call("search_knowledge", {"query": side, "top_k": 6, "whole_document": True}, 0.0)
    for part in [] if sides else _parts(frame.text):
        yield Call("search_knowledge", {"query": part, "top_k": 6}, 0.0)


_PAST = re.compile(
    r"\b(was|were|did|had|said|back (in|then)|used to|previous(ly)?|old(er)?|earlier|former(ly)?|changed?"
    r"|in force|as of|as at|until)\b",
    re.IGNORECASE,
)


_CHANGED = re.compile(r"\bchang\w*|\bdiffer\w*|\bbetween\b|\bcompared?\b|\bnow\b", re.IGNORECASE)


def _as_of(frame: Frame) -> date | None:
    """The day whose rules a question about the past is asking for."""
    period = frame.period
    if period is None or period.end > frame.today or not _PAST.search(frame.text) or frame.links.of("metric"):
        return None
    return period.end - timedelta(days=1)


_COMPARANDS = (
    r"\b(?:compare|contrast|compare and contrast)\s+(?P<a>.+?)\s+(?:and|with|to|versus|vs\.?"
    r"|against)\s+(?P<b>[^?.,]+)",
    r"\b(?:differences?|differ\w*|choose|choice)\s+between\s+(?P<a>.+?)\s+and\s+(?P<b>[^?.,]+)",
    r"\b(?P<a>[\w' -]{3,60}?)\s+(?:versus|vs\.?)\s+(?P<b>[\w' -]{3,60})",
    r"\b(?:choose|pick|decide|be|use|prefer"
    r"|adopt)\s+(?:between\s+)?(?P<a>[\w' -]{3,50}?)\s+or\s+(?P<b>[\w' -]{3,50})\?",
    r"\bhow\s+(?:does|do)\s+(?P<a>.+?)\s+differ\s+from\s+(?P<b>[^?.,]+)",
)


def comparands(text: str) -> tuple[str, ...]:
    """The two things that a question compares, without the words around them."""
    for pattern in _COMPARANDS:
        if match := re.search(pattern, text, re.IGNORECASE):
            return tuple(_trim(match[g]) for g in ("a", "b"))
    return ()


def _trim(text: str) -> str:
    text = re.sub(r"^\s*(and contrast|the|an?|our|between)\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^\s*(the|an?|our)\s+", "", text, flags=re.IGNORECASE)
    return re.split(r"\s+\b(for|in terms of|when|as|under|across|within|and say|and explain|on which)\b", text)[
        0
    ].strip()


def _parts(text: str) -> list[str]:
    """The sentences of a long question that can be searched for alone."""
    parts = parts_of(text)
    return [p for p in parts if len(set(content_stems(p))) >= 2][:3] if len(parts) > 1 else []
