"""The two things that a text sets apart or side by side: "the difference between X and Y", "which is more, X or Y"."""

from __future__ import annotations

import re
from collections.abc import Collection

Span = tuple[int, int]

_ONE, _OTHER = r"(?P<one>\S(?:[^?;.!]*?\S)??)", r"(?P<other>[^?;.!,]+?)(?=\s*(?:[?;.!,]|\s(?:and|but|or)\s|$))"
_APART = [
    re.compile(text, re.IGNORECASE)
    for text in (
        rf"\b(?:differences?|distinctions?|line)\s+(?:lies\s+)?between\s+{_ONE}\s+and\s+{_OTHER}",
        rf"\bhow\s+(?:do|does|is|are)\s+{_ONE}\s+(?:differ|different|distinct)\s+(?:from|to|than)\s+{_OTHER}",
        rf"\bwhat\s+(?:sets|tells|separates)\s+{_ONE}\s+apart\s+from\s+{_OTHER}",
        rf"\b(?:distinguish|distinguishes|differs)\s+{_ONE}\s+from\s+{_OTHER}",
        rf"\b(?:is|are)\s+{_ONE}\s+(?:not\s+)?the\s+same\s+(?:thing\s+)?as\s+{_OTHER}",
        rf"\bhow\s+{_ONE}\s+is\s+(?:not\s+the\s+same\s+as|different\s+from)\s+{_OTHER}",
        rf"^(?P<one>[^?;.!,:]+?)\s+(?:vs\.?|versus)\s+{_OTHER}$",
    )
]
# Which of two is more so: "which is kept longer, X or Y?", "X or Y: for which must I ask earlier?".
_MORE = re.compile(r"\b(?:which|who|whose|what|where)\b.*\b(?:more|less|same|[^\W\d_]{3,}er)\b", re.IGNORECASE)
_EITHER = [
    re.compile(text, re.IGNORECASE)
    for text in (
        r"(?P<asked>[^?.!]*)[,:]\s+(?P<one>[^?.!,:]+?)\s+or\s+(?P<other>[^?.!,:]+?)\s*\?",
        r"^(?P<one>[^?.!,:]+?)\s+or\s+(?P<other>[^?.!,:]+?)\s*[,:.–-]\s+(?P<asked>[^?.!]+)",
    )
]
_BEFORE_OTHER = re.compile(
    r"\s*[,;:]?\s*\b(?:or|and|vs\.?|versus|than|against|as|from)\s+(?:in\s+|for\s+|by\s+)?$", re.I
)
_LITTLE = re.compile(r"\b(?:an?|the|our|own)\s+$", re.IGNORECASE)


def set_apart(text: str, names: Collection[Span] = ()) -> tuple[Span, Span] | None:
    """Where the two things stand that a text asks to be told apart; None where it does not. `names` are parts that are
    never cut, as "Funding and Benefits Policy" is not."""
    found = next((match for said in _APART if (match := said.search(_closed(text, names)))), None)
    return (found.span("one"), found.span("other")) if found else None


def set_beside(text: str, names: Collection[Span] = ()) -> tuple[Span, Span] | None:
    """Where the two things stand of which a text asks which is more so; None where it does not."""
    closed = _closed(text, names)
    found = next((m for said in _EITHER if (m := said.search(closed)) and _MORE.search(m["asked"])), None)
    return (found.span("one"), found.span("other")) if found else None


def each_alone(text: str, one: Span, other: Span) -> tuple[str, str] | None:
    """A text with each of two things and without the other; None where no word joins the second to the first."""
    starts = [len(_LITTLE.sub("", text[: side[0]])) for side in (one, other)]
    between = text[one[1] : starts[1]]
    if not _BEFORE_OTHER.search(between):
        return None
    things = (text[starts[0] : one[1]], text[starts[1] : other[1]])
    first, last = (f"{text[: starts[0]]}{thing}{_BEFORE_OTHER.sub('', between)}{text[other[1] :]}" for thing in things)
    return first, last


def _closed(text: str, names: Collection[Span]) -> str:
    for start, end in names:
        text = f"{text[:start]}{'_' * (end - start)}{text[end:]}"
    return text
