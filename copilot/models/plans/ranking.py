"""Rankings, with the weights that a question puts on criteria."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.models.entities import Mention
from copilot.models.frame import Frame
from copilot.models.plans.call import Call, fit
from copilot.models.plans.values import restriction

_FACTORS: tuple[tuple[float, str], ...] = (
    (
        0.0,
        r"\b(ignor\w+|without|excluding|leav\w+ out|drop\w*|disregard\w*|regardless of|forget\w*|remov\w+|(did"
        r"|does|do|should) not (count|matter)|(didn't|doesn't|don't|shouldn't) (count|matter))\b",
    ),
    (2.0, r"\b(doubl\w+|twice)\b"),
    (3.0, r"\b(tripl\w+|three times|trebl\w+)\b"),
    (0.5, r"\b(halv\w+|half)\b"),
    (
        2.0,
        r"\b(more (weight|emphasis|important|importance)|emphasi[sz]\w+|stress\w*|prioriti[sz]e (by|for|on)"
        r"|weight\w* (up|more)|(matter\w*|counts?|counted|weighs?) (the )?(most|more))\b",
    ),
    (0.5, r"\b(less (weight|emphasis|important|importance)|weight\w* (down|less))\b"),
)


_WEIGHT_WORDS = re.compile(
    r"\b(weigh\w*|counts?|emphasi\w+|importan\w+|criteri\w+|(rank|sort|order)\w*\b.{0,40}\bby)\b|"
    + "|".join(p for _, p in _FACTORS),
    re.I,
)


_ABSOLUTE_WEIGHT = re.compile(r"\b(?:at|to|of|is|=|:)?\s*(\d{1,3})\s?(?:%|per cent|percent)", re.IGNORECASE)


# "Rank by risk", "sorted by business value and risk": these criteria and no others.
_RANKED_BY = re.compile(r"\b(rank|sort|order)\w*\b[^?.,;]{0,40}\bby\b[^?.;]{0,40}$", re.IGNORECASE)


# Two named projects are compared, or weights are changed: only this tool answers that; what records say follows.
_LEADS = 1.1


def prioritize(frame: Frame) -> Iterable[Call]:
    projects = list(dict.fromkeys(m.key for m in frame.links.of("record", "projects")))
    changes, absolute = weight_changes(frame)
    compares = "comparison" in frame.forms and len(projects) == 2
    only_here = compares or changes or absolute or re.search(r"\bovertak\w+", frame.text, re.IGNORECASE)
    if not ("ranking" in frame.forms or changes or absolute or compares):
        return
    rows = restriction(frame, "projects")
    arguments: dict[str, Any] = {}
    if frame.count:
        arguments["top"] = frame.count
    if len(projects) == 2:
        arguments["compare"] = projects
    if changes:
        arguments["weight_changes"] = changes
    if absolute:
        arguments["weights"] = absolute
    if rows.conditions:
        arguments["filters"] = list(rows.conditions)
    if method := re.search(r"\b(rice|wsjf|topsis)\b", frame.text, re.IGNORECASE):
        arguments["method"] = method[1].lower()
    criteria = frame.links.of("criterion") if changes or absolute or frame.follows else ()
    share = fit(frame, "prioritize_projects", [*rows.mentions, *criteria, *frame.links.of("record")])
    yield Call("prioritize_projects", arguments, _LEADS if only_here else share)


# A word about weights concerns a criterion at most this many characters away.
_NEAR = 32


def weight_changes(frame: Frame) -> tuple[dict[str, float], dict[str, float]]:
    """The factors and the absolute weights that a question puts on criteria, read from the words nearest to each."""
    factors: dict[str, float] = {}
    absolute: dict[str, float] = {}
    frames = [f for f in (frame.follows, frame) if f is not None]
    for source in frames:
        if not _WEIGHT_WORDS.search(source.text):
            continue
        cues = [
            (m.start(), m.end(), factor)
            for factor, pattern in _FACTORS
            for m in re.finditer(pattern, source.text, re.I)
        ]
        criteria = [m for m in _own_mentions(source, "criterion") if not _is_part_of_value(source, m)]
        ranked_by = [m for m in criteria if _RANKED_BY.search(source.text[: m.start])]
        for mention in criteria:
            if mention in ranked_by:
                absolute[mention.key] = 1 / len(ranked_by)
                continue
            near = _ABSOLUTE_WEIGHT.match(source.text[mention.end : mention.end + 14])
            if near is not None:
                absolute[mention.key] = float(near.group(1)) / 100
                continue
            gaps = [(_gap(cue, mention), cue[2]) for cue in cues]
            if gaps and min(gaps)[0] <= _NEAR:
                factors[mention.key] = min(gaps)[1]
    return factors, absolute


def _is_part_of_value(frame: Frame, criterion: Mention) -> bool:
    """In "high-risk" the word risk names the class of a project, not the criterion."""
    return any(
        criterion.key in value.column and 0 <= criterion.start - value.end <= 1 for value in frame.links.of("value")
    )


def _own_mentions(frame: Frame, kind: str) -> list[Mention]:
    """Mentions whose span lies in the frame's own text, not carried over from an earlier question."""
    return [m for m in frame.links.mentions if m.kind == kind and frame.text[m.start : m.end] == m.text]


def _gap(cue: tuple[int, int, float], mention: Mention) -> int:
    """How far a word about weights is from a criterion; one behind it counts as farther unless it follows at once."""
    if cue[1] <= mention.start:
        return mention.start - cue[1]
    behind = cue[0] - mention.end
    return behind if behind <= 2 else behind + 8
