"""Which typed calls are worth making for a question: from what it names, and how the reader reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from copilot.reading.asked import Asked
from copilot.reading.call import Call
from copilot.reading.question import ABOUT_BEARING, CLARIFY, OUT_OF_SCOPE
from copilot.tools.tool import Tool

# Beside the most probable tool, others run that come near it; each costs milliseconds.
NEAR, LEAST, MOST_TOOLS = 0.35, 0.2, 3
# A question with fewer words, that names nothing, leans on what came before.
SHORT = 5

Kind = Literal["answer", "ask_back", "about_bearing", "out_of_scope"]


@dataclass(frozen=True)
class Planned:
    """A call, and how probable it is that its tool is wanted."""

    call: Call
    probability: float


@dataclass(frozen=True)
class Plan:
    kind: Kind
    calls: tuple[Planned, ...] = ()
    choices: tuple[str, ...] = ()
    """What an unclear question could mean, most probable first."""
    follows: Call | None = None
    """The earlier call that the question continues."""


@dataclass(frozen=True)
class Labels:
    """From which probability on a label of the reader is believed, as calibrated when it was trained."""

    clarify: float
    out_of_scope: float
    about_bearing: float


def plan(asked: Asked, tools: Sequence[Tool], labels: Labels, earlier: Call | None = None) -> Plan:
    """The calls for a question, the most probable tool's first; a search of the documents is always among them.

    `earlier` is the call that led the answer before, which a follow-up continues.
    """
    read = asked.reading.tools
    if read.get(ABOUT_BEARING, 0.0) >= labels.about_bearing and earlier is None:
        return Plan("about_bearing")
    follows = earlier if earlier is not None and is_follow_up(asked) else None
    if follows is None and (choices := _choices(asked, tools, labels)):
        return Plan("ask_back", choices=choices)
    calls = [p for tool in _wanted(read, tools, follows) for p in _calls(asked, tool, read, follows)]
    known = {p.call.tool for p in calls}
    for tool in tools:
        if tool.searches is not None and tool.name not in known:
            calls += _calls(asked, tool, read, None)
    is_foreign = read.get(OUT_OF_SCOPE, 0.0) >= labels.out_of_scope and follows is None and not asked.links.links
    return Plan("out_of_scope" if is_foreign else "answer", tuple(calls), follows=follows)


def is_follow_up(asked: Asked) -> bool:
    """Whether a question points back to an earlier turn, or is too short to stand alone."""
    if asked.reading.of("back"):
        return True
    names = asked.links.of("record", "metric", "document", "table")
    return len(asked.text.split()) <= SHORT and not names


def _wanted(read: Mapping[str, float], tools: Sequence[Tool], follows: Call | None) -> list[Tool]:
    """The most probable tools that are there, slow ones only where they come first."""
    known = {tool.name: tool for tool in tools}
    scores = {name: read.get(name, 0.0) for name in known}
    if follows is not None and follows.tool in scores:
        # "And in Lyon?" continues what was asked, unless it clearly asks for something else.
        scores[follows.tool] = max(scores[follows.tool], 0.5)
    ranked = sorted(scores, key=lambda name: -scores[name])
    best = scores[ranked[0]] if ranked else 0.0
    chosen = [n for n in ranked if scores[n] >= max(LEAST, NEAR * best)][:MOST_TOOLS] or ranked[:1]
    return [known[n] for n in chosen if n == ranked[0] or not known[n].is_slow]


def _calls(asked: Asked, tool: Tool, read: Mapping[str, float], follows: Call | None) -> Iterable[Planned]:
    probability = read.get(tool.name, 0.0)
    fresh = list(tool.calls(asked))
    if follows is not None and follows.tool == tool.name:
        fresh = [continued(follows, call) for call in fresh] or [follows]
        probability = max(probability, 0.5)
    return [Planned(call, probability) for call in fresh]


def continued(earlier: Call, call: Call) -> Call:
    """An earlier call with what a follow-up says anew; conditions on one column replace each other."""
    arguments: dict[str, Any] = {**earlier.arguments}
    for name, value in call.arguments.items():
        if name == "filters" and isinstance(value, list):
            new = {f["column"] for f in value}
            kept = [f for f in arguments.get("filters", []) if f["column"] not in new]
            arguments["filters"] = [*kept, *value]
        elif name == "filters" and isinstance(value, dict):
            arguments["filters"] = {**arguments.get("filters", {}), **value}
        elif name not in ("table", "query") or name not in arguments:
            arguments[name] = value
    if "query" in arguments:
        arguments["query"] = f"{earlier.arguments.get('query', '')} {call.arguments.get('query', '')}".strip()
    return Call(call.tool, arguments, call.phrase or earlier.phrase, call.resolved, call.unresolved)


def _choices(asked: Asked, tools: Sequence[Tool], labels: Labels) -> tuple[str, ...]:
    """What to ask back: the names that a word fits, or, where the subject is missing, the likely readings."""
    read = asked.reading.tools
    unclear = read.get(CLARIFY, 0.0) >= labels.clarify
    groups = asked.links.ambiguous
    if groups and (unclear or not asked.links.of("record", "metric", "document")):
        return tuple(f"{x.name or x.key} ({x.key})" if x.name and x.name != x.key else x.key for x in groups[0])
    if not unclear:
        return ()
    known = {tool.name: tool for tool in tools}
    likely = [name for name in asked.reading.ranked if name in known][:4]
    phrases = [call.phrase for name in likely for call in list(known[name].calls(asked))[:1] if call.phrase]
    return tuple(dict.fromkeys(p[:1].upper() + p[1:] for p in phrases))
