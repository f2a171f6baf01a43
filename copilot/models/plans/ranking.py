"""Rankings, with the weights that a question puts on criteria."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from copilot.models.entities import Mention
from copilot.models.frame import Frame
from copilot.models.plans.call import Call, fit
from copilot.models.plans.values import ordered_group, restriction

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


# "Rank with risk at 30%".
_RANKS_AT = re.compile(r"\brank\w*\b.*\b(at|of|to)\s*\d{1,3}\s?(%|per cent|percent)", re.IGNORECASE)
_ABSOLUTE_WEIGHT = re.compile(
    r"\s*[:=]?\s*(?:weighted|weighing|counting)?\s*(?:at|to|of|is|with)?\s*(\d{1,3})\s?(?:%|per cent|percent)",
    re.IGNORECASE,
)


# "Rank by risk", "sorted by business value and risk": these criteria and no others.
_RANKED_BY = re.compile(r"\b(rank|sort|order)\w*\b[^?.,;]{0,40}\bby\b[^?.;]{0,40}$", re.IGNORECASE)


_BEATS = re.compile(r"\b(beats?|(rank\w*|come\w*|is|go\w*) (ahead of|before|above)|prefer\w*)\b", re.IGNORECASE)
# Two named projects are compared, or weights are changed: only this tool answers that; what records say follows.
_LEADS = 1.1


def prioritize(frame: Frame) -> Iterable[Call]:
    projects = list(dict.fromkeys(m.key for m in frame.links.of("record", "projects")))
    changes, absolute = weight_changes(frame)
    traded = [trade_off.arguments for trade_off in trade_offs(frame)]
    compares = len(projects) == 2 and bool("comparison" in frame.forms or _BEATS.search(frame.text))
    only_here = compares or changes or absolute or traded or re.search(r"\bovertak\w+", frame.text, re.IGNORECASE)
    if not ("ranking" in frame.forms or changes or absolute or traded or compares):
        return
    if ordered_group(frame) is not None and not only_here:
        # "The top three units by benefit" puts units in order, not projects.
        return
    rows = restriction(frame, "projects")
    arguments: dict[str, Any] = {}
    if frame.count and not compares:
        arguments["top"] = frame.count
    if len(projects) == 2:
        arguments["compare"] = projects
    if changes:
        arguments["weight_changes"] = changes
    if absolute:
        arguments["weights"] = absolute
    if traded:
        arguments["comparisons"] = traded
    if rows.conditions:
        arguments["filters"] = list(rows.conditions)
    if method := re.search(r"\b(rice|wsjf|topsis)\b", frame.text, re.IGNORECASE):
        arguments["method"] = method[1].lower()
    criteria = frame.links.of("criterion") if changes or absolute or traded or frame.follows else ()
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
        traded = {mention for trade_off in _trade_offs_in(source) for mention in trade_off.mentions}
        if not (_WEIGHT_WORDS.search(source.text) or _RANKS_AT.search(source.text)):
            continue
        cues = [
            (m.start(), m.end(), factor)
            for factor, pattern in _FACTORS
            for m in re.finditer(pattern, source.text, re.I)
        ]
        criteria = [m for m in _criteria_of(source) if m not in traded]
        ranked_by = [m for m in criteria if _RANKED_BY.search(source.text[: m.start])]
        for mention in criteria:
            if mention in ranked_by:
                absolute[mention.key] = 1 / len(ranked_by)
                continue
            near = _ABSOLUTE_WEIGHT.match(source.text[mention.end : mention.end + 24])
            if near is not None:
                absolute[mention.key] = float(near.group(1)) / 100
                continue
            gaps = [(_gap(cue, mention), cue[2]) for cue in cues]
            if gaps and min(gaps)[0] <= _NEAR:
                factors[mention.key] = min(gaps)[1]
    return factors, absolute


@dataclass(frozen=True)
class TradeOff:
    """Two criteria weighed against one another in the words of a question."""

    mentions: tuple[Mention, Mention]
    times: float
    """How many times the first is as important as the second."""

    @property
    def arguments(self) -> dict[str, Any]:
        more, less = self.mentions if self.times >= 1 else self.mentions[::-1]
        times = self.times if self.times >= 1 else 1 / self.times
        return {"more_important": more.key, "less_important": less.key, "times": times}


_AS = r"as (much|important|heavily|heavy|strongly|valuable)( as)?( the| our)?"
_THAN = r"(important|heavily|strongly|weight|weighty|relevant)?\s*(than)( the| our)?"
_VERB = r"(is|are|was|should be|counts?|matters?|weighs?|should (count|matter|weigh))?"
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
# What stands between two criteria that are weighed against one another.
_BETWEEN: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(rf"\s*{_VERB}\s*{pattern}\s*", re.IGNORECASE), times)
    for pattern, times in (
        (rf"(twice|double|two times) {_AS}", 2.0),
        (rf"half {_AS}", 0.5),
        (rf"(just |equally |exactly )?{_AS}", 1.0),
        (rf"(slightly|a (bit|little)|somewhat) more {_THAN}", 2.0),
        (rf"(much|far|a lot|strongly|clearly) more {_THAN}", 5.0),
        (rf"more {_THAN}", 3.0),
        (rf"(slightly|a (bit|little)|somewhat) less {_THAN}", 1 / 2),
        (rf"(much|far|a lot|strongly|clearly) less {_THAN}", 1 / 5),
        (rf"less {_THAN}", 1 / 3),
        (r"(clearly )?outweighs?( the| our)?", 3.0),
    )
)
_N_TIMES = re.compile(
    rf"\s*{_VERB}\s*(?P<n>\d(?:\.\d+)?|{'|'.join(_NUMBERS)}) times ({_AS}|more {_THAN})\s*", re.IGNORECASE
)
_COUNTED = re.compile(rf"(\d|\b({'|'.join(_NUMBERS)}))\s+$", re.IGNORECASE)
_EQUALLY = re.compile(
    r"\s*(are|is|matter|count|weigh|should be|should count)?\s*(equally|the same|just as|alike)\b", re.IGNORECASE
)
_LARGEST = 9.0
# "Is risk more important than value?" wants to know, and weighs nothing itself.
_ASKS_WHETHER = re.compile(r"\W*(is|are|why|when|does|do)\b", re.IGNORECASE)


def trade_offs(frame: Frame) -> list[TradeOff]:
    """Pairs of criteria that a question, or the one it follows on, weighs against one another."""
    if "ranking" not in frame.forms and _ASKS_WHETHER.match(frame.text):
        return []
    found = {
        frozenset(m.key for m in trade_off.mentions): trade_off
        for source in (frame.follows, frame)
        if source is not None
        for trade_off in _trade_offs_in(source)
    }
    return list(found.values())


def _trade_offs_in(frame: Frame) -> Iterator[TradeOff]:
    criteria = sorted(_criteria_of(frame), key=lambda m: m.start)
    for one, other in pairwise(criteria):
        times = _times(frame.text, one, other)
        if times is not None and one.key != other.key:
            yield TradeOff((one, other), min(max(times, 1 / _LARGEST), _LARGEST))


def _times(text: str, one: Mention, other: Mention) -> float | None:
    between = text[one.end : other.start]
    if counted := _N_TIMES.fullmatch(between):
        number = counted["n"].lower()
        return float(_NUMBERS.get(number) or number)
    for pattern, times in _BETWEEN:
        if pattern.fullmatch(between):
            return times
    if between.strip().lower() in ("and", "and the") and _EQUALLY.match(text, other.end):
        return 1.0
    return None


def _criteria_of(frame: Frame) -> list[Mention]:
    mentions = [m for m in _own_mentions(frame, "criterion") if not _is_part_of_value(frame, m)]
    # "Three times as important" does not name the time to value.
    return [m for m in mentions if not (m.text.lower() == "times" and _COUNTED.search(frame.text[: m.start]))]


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
