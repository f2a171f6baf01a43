"""A tool call as a plan holds it, and how much of a question it takes up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from copilot.language.words import Word, stem, words
from copilot.models.entities import Mention
from copilot.models.frame import Frame


@dataclass(frozen=True)
class Call:
    """A tool call and how much of the question it takes up."""

    tool: str
    arguments: Mapping[str, Any]
    fit: float
    """Share of the question's meaning that the arguments express, 0 to 1; above 1 when only this tool answers it."""
    left_out: tuple[str, ...] = ()
    """Words of the question that the arguments do not express."""


# Words that a call takes up without naming anything, by tool.
_TAKEN = {
    "find_projects": "how many number count total sum average mean median list show project pilot use case initiative "
    "system model incident decision decide share "
    "percentage portfolio each breakdown distribution currently record recorded "
    "stand status overall across there largest biggest smallest most expensive cheapest ai",
    "prioritize_projects": "prioritize prioritise prioritization prioritisation rank ranking top best first score "
    "weight weighting weighted project initiative use case fund invest where start double doubled triple ignore "
    "ignoring promising highest priority portfolio order list shortlist build next year ai pilot why reason most "
    "important pick go come memo prepare draft missing lack gap estimate overtake",
    "lookup_metric": "number look good bad "
    "ai current currently latest last quarter month year trend development compare previous target "
    "value rate level figure metric each change changed over past group see recent far date doing go going",
    "what_changed": "change changed new different news update happen happened move moved since last visit time "
    "record row cell project ai portfolio rank ranking score gate metric document policy recommendation answer "
    "still hold stand valid longer earlier anything today now top first week month quarter year anymore far",
    "project_record": "project model status state stand tell happen happening situation case ai system far",
}


_TAKEN_STEMS = {tool: frozenset(map(stem, text.split())) for tool, text in _TAKEN.items()}


# Tools that take the period of a question.
_DATED_TOOLS = frozenset({"find_projects", "lookup_metric", "what_changed"})


def fit(frame: Frame, tool: str, used: Iterable[Mention]) -> float:
    """Share of the informative words that the mentions and the tool's own words account for."""
    informative = [w for w in words(frame.text) if w.stem in set(frame.content)]
    if not informative:
        return 0.5 if frame.follows is not None else 0.0
    share = 1 - len(left_out(frame, tool, used)) / len(informative)
    return max(0.0, share - 0.3) if frame.is_generic else share


def left_out(frame: Frame, tool: str, used: Iterable[Mention]) -> tuple[str, ...]:
    """The informative words that neither the mentions nor the tool's own words account for."""
    spans = [(m.start, m.end) for m in used]
    if frame.period is not None and tool in _DATED_TOOLS:
        spans.append(frame.period.span)
    taken = _TAKEN_STEMS.get(tool, frozenset())
    # Words of a document's title ask for the document, whatever else they could mean.
    titles = [(m.start, m.end) for m in frame.links.of("document")]
    left = []
    for word in words(frame.text):
        if word.stem not in set(frame.content) or _within(word, spans):
            continue
        own = word.stem in taken or (word.stem.isdigit() and frame.period is None)
        if not own or _within(word, titles):
            left.append(word.text)
    return tuple(left)


def _within(word: Word, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= word.start and word.end <= end for start, end in spans)
