"""Which typed calls are worth making for a question: from what it names, and how the reader reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from copilot.language.vocabulary import FIGURE_STEMS
from copilot.language.words import ASKING_STEMS, content_stems, words
from copilot.reading.asked import Asked
from copilot.reading.building import WHOLE
from copilot.reading.call import Call
from copilot.reading.parts import Read, parts, questions, sides
from copilot.reading.question import ABOUT_BEARING, CLARIFY, FOLLOWS, LABELS, OUT_OF_SCOPE, Measure
from copilot.retrieval.references import asked_for
from copilot.tools.tool import Tool

# Beside the most probable tool, others run that come near it; each costs milliseconds.
NEAR, LEAST, MOST_TOOLS = 0.35, 0.2, 3
# No more certain is what takes the place of a tool that has no call where the reader does not want it: told with doubt.
STANDING_IN = 0.4
# What it is worth that a tool led the answer that a question continues; the reader knows which one did.
CONTINUED = 0.2
# In a conversation questions follow one another more often than among the lines that the reader learnt from.
FOLLOWING = 0.5
# What is hardly read by itself does so from here on.
PERHAPS_FOLLOWING = 0.15
# What has so many words with a meaning can be looked for, where nothing else could be meant.
SPEAKING = 2
# A question that wants some tool this surely is clear.
SURE = 0.8
# An unclear question is asked back with what so many tools would make of it.
READINGS = 4
# So surely wanted beside another, a tool is asked in a part of its own.
BOTH = 0.4
FIGURES: frozenset[Measure] = frozenset({"count", "sum", "avg", "median", "min", "max"})
"""Measures that a second question asks anew of the rows of the first."""
# So surely wanted, a slow tool runs with nothing but a search beside it.
ALONE = 0.8
READ = 0.7
"""What rows hold is so surely asked that a question the reader takes for one about something else is not."""

Kind = Literal["answer", "ask_back", "about_bearing", "out_of_scope"]


@dataclass(frozen=True)
class Planned:
    """A call, and how probable it is that its tool is wanted."""

    call: Call
    probability: float

    @property
    def worth(self) -> float:
        """Less where the call leaves out a part of the question."""
        return self.probability * self.call.resolved


@dataclass(frozen=True)
class Plan:
    kind: Kind
    calls: tuple[Planned, ...] = ()
    choices: tuple[str, ...] = ()
    """What an unclear question could mean, most probable first."""
    follows: Call | None = None
    """The earlier call that the question continues."""
    parts: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    """By tool, where several things are asked in parts of their own."""
    asks_apart: bool = False
    """Whether those parts ask for different tools; documents may still be asked the whole."""


def plan(
    asked: Asked,
    tools: Sequence[Tool],
    limits: Mapping[str, float],
    earlier: Call | None = None,
    subjects: Sequence[str] = (),
    read: Read | None = None,
) -> Plan:
    """The calls for a question, the most probable tool's first; a search of the documents is always among them.

    `earlier` is the call that led the answer before, which a follow-up continues, `subjects` what its result was about;
    `limits` are the reader's thresholds; `read` reads a part of the question.
    """
    reading = asked.reading
    if reading.tools.get(ABOUT_BEARING, 0.0) >= limits[ABOUT_BEARING] and not asked.links.of("record", "document"):
        return Plan("about_bearing")
    follows = earlier if earlier is not None and points_back(asked, limits) else None
    if follows is not None:
        asked = asked.continuing(follows, subjects)
    cut: Mapping[str, tuple[Asked, ...]] = {}
    searching = {tool.name for tool in tools if tool.searches is not None}
    if read is not None and follows is None:
        cut = _parts(asked, tools, limits, read) or _sides(asked, tools, read) or _topics(asked, tools, read)
    asks_apart = len(cut) > 1
    calls = _calls(asked, tools, follows, cut)
    if follows is None and not asked.unknown and (choices := _choices(asked, tools, calls, limits)) is not None:
        return Plan("ask_back", choices=choices)
    if follows is None and _says_all(asked, calls, limits):
        # What the reader would ask back for is said.
        calls[0] = replace(calls[0], probability=calls[0].probability + reading.tools.get(CLARIFY, 0.0))
    first = next((t for t in tools if calls and t.name == calls[0].call.tool), None)
    if first is not None and first.is_slow and calls[0].probability >= ALONE:
        calls = calls[:1]
    wanted: dict[str, float] = {}
    if any(p.call.is_doubtful and p.call.tool in cut for p in calls):
        # What records may not mean, documents may say: they are asked the whole.
        wanted = {p.call.tool: p.probability for p in calls if p.call.tool in searching}
        calls = [p for p in calls if p.call.tool not in searching]
        cut = {name: own for name, own in cut.items() if name not in searching}
    known = {p.call.tool for p in calls}
    for tool in tools:
        if tool.name in searching - known:
            probability = max(reading.tools.get(tool.name, 0.0), wanted.get(tool.name, 0.0))
            calls += [Planned(c, probability) for one in cut.get(tool.name, (asked,)) for c in tool.calls(one)]
    is_foreign = reading.tools.get(OUT_OF_SCOPE, 0.0) >= limits[OUT_OF_SCOPE] and follows is None
    is_foreign = is_foreign and not _is_of_rows(asked)
    return Plan(
        "out_of_scope" if is_foreign else "answer", tuple(calls), follows=follows, parts=cut, asks_apart=asks_apart
    )


def points_back(asked: Asked, limits: Mapping[str, float]) -> bool:
    """Whether a question continues another; what is unclear alone does, where there is one."""
    reading = asked.reading
    is_unclear = _is_unclear(asked, limits) and not _has_subject(asked)
    is_likely = reading.follows >= FOLLOWING * limits[FOLLOWS] or bool(reading.of("back"))
    return is_likely or is_unclear or (reading.follows >= PERHAPS_FOLLOWING and asked.is_hardly_read)


def _is_unclear(asked: Asked, limits: Mapping[str, float]) -> bool:
    """Whether the reader would ask back; not where it surely wants some tool."""
    tools = asked.reading.tools
    surest = max((p for name, p in tools.items() if name not in LABELS), default=0.0)
    return tools.get(CLARIFY, 0.0) >= limits[CLARIFY] and surest < SURE


def _has_subject(asked: Asked) -> bool:
    """Whether a question names what it is about: a record, document or metric, or a part such as "Article 14"."""
    return any(x.score >= WHOLE for x in asked.links.of("record", "document", "metric")) or bool(asked_for(asked.text))


def _is_of_rows(asked: Asked) -> bool:
    """Whether a question names what the rows of a table hold, and all of it is surely read: no other subject is."""
    first = next(iter(asked.readings), None)
    if first is None or first.signals is None or first.signals.unsaid or first.certainty < READ:
        return False
    named = asked.links.of("value", "person", "record", "column")
    return any(x.table == first.table and x.score == 1 for x in named) and bool(first.measured)


def _both(asked: Asked, tools: Sequence[Tool]) -> list[str]:
    """The tools of which the reader wants more than one."""
    read = asked.reading.tools
    return [tool.name for tool in tools if read.get(tool.name, 0.0) >= BOTH and not tool.is_slow][:MOST_TOOLS]


def _parts(
    asked: Asked, tools: Sequence[Tool], limits: Mapping[str, float], read: Read
) -> dict[str, tuple[Asked, ...]]:
    """By tool the parts of a question that ask for it; empty where it asks one thing."""
    known, found = {tool.name: tool for tool in tools}, dict[str, list[Asked]]()
    for part in questions(asked, read):
        name = max(known, key=lambda name: part.reading.tools.get(name, 0.0))
        is_when = bool(found) and _says_only_when(part)
        goes_on = bool(found) and (points_back(part, limits) or part.reading.follows >= PERHAPS_FOLLOWING)
        last = list(found)[-1] if found else name
        is_of_last = part.reading.tools.get(name, 0.0) < BOTH or part.reading.tools.get(last, 0.0) >= BOTH
        if is_when or (goes_on and is_of_last):
            # "And how many are open?", "and how many in April?" ask what was asked before.
            name, goes_on = last, True
        is_again = name in found and not known[name].searches
        measures = {part.reading.measure, asked.reading.measure, found[name][-1].reading.measure} if is_again else set()
        orders = bool(part.reading.of("order", "limit"))
        are_figures = is_again and not orders and measures <= {*FIGURES, "none"} and bool(measures & FIGURES)
        if are_figures and (goes_on or not part.links.of("table", "record", "column")):
            # "How many were there, and how many are open?": of all, and of those.
            found[name].append(replace(part, is_continued=True) if goes_on else asked)
            continue
        if is_again and goes_on and orders and _is_figure(found[name][-1]):
            # "How many are open, and which is the oldest?": a figure of the rows, then one of them.
            found[name].append(replace(part, is_continued=True))
            continue
        says_it = goes_on and is_again
        if part.reading.tools.get(name, 0.0) < BOTH or known[name].is_slow or says_it:
            # One call says it all: the owner of the largest, and its budget.
            found = {}
            break
        if goes_on:
            part = replace(part, is_continued=True) if known[name].searches else asked
        found.setdefault(name, []).append(part)
    if found:
        return {name: tuple(own) for name, own in found.items()}
    both = _both(asked, tools)
    return {name: (part,) for name, part in parts(asked, both, read).items()} if len(both) > 1 else {}


def _says_only_when(asked: Asked) -> bool:
    """Whether a part names a time and nothing that could be told of it: "and how many in April?"."""
    if asked.period is None:
        return False
    start, end = asked.period.span
    rest = [w for w in words(asked.text) if not start <= w.start < end]
    return all(w.is_stop or w.stem in ASKING_STEMS or w.stem in FIGURE_STEMS for w in rest)


def _sides(asked: Asked, tools: Sequence[Tool], read: Read) -> dict[str, tuple[Asked, ...]]:
    """Two things that documents are to tell apart, each looked for by itself."""
    first = max(tools, key=lambda tool: asked.reading.tools.get(tool.name, 0.0), default=None)
    if first is None or first.searches != "passages" or asked.reading.tools.get(first.name, 0.0) < BOTH:
        return {}
    found = tuple(read(text, None) for text in sides(asked))
    return {first.name: found} if found else {}


def _topics(asked: Asked, tools: Sequence[Tool], read: Read) -> dict[str, tuple[Asked, ...]]:
    """By tool what the topics ask by themselves, where the tool that is wanted has nothing to say of them: a paper on
    why pilots stall."""
    first = max(tools, key=lambda tool: asked.reading.tools.get(tool.name, 0.0), default=None)
    topics = asked.reading.of("topic")
    if first is None or not topics or first.searches or asked.reading.tools.get(first.name, 0.0) < SURE:
        return {}
    others = [tool for tool in tools if tool is not first and not tool.is_slow]
    if any(True for _ in first.calls(asked)):
        return {}
    found: dict[str, list[Asked]] = {}
    for topic in topics:
        part = read(topic.text, None)
        best = max(others, key=lambda tool: part.reading.tools.get(tool.name, 0.0), default=first)
        found.setdefault(best.name, []).append(part)
    return {name: tuple(own) for name, own in found.items()}


def _is_figure(asked: Asked) -> bool:
    """Whether one figure is asked, not the first of some rows."""
    return asked.reading.measure in FIGURES and not asked.reading.of("order", "limit")


def _calls(
    asked: Asked, tools: Sequence[Tool], follows: Call | None, cut: Mapping[str, tuple[Asked, ...]]
) -> list[Planned]:
    """The calls of the most probable tools; what a tool has no call for goes to the tool that takes its place, in a
    follow-up to that which led the answer before."""
    scores = _scores(asked, tools, follows, cut)
    ranked = sorted(tools, key=lambda tool: -scores[tool.name])
    best = scores[ranked[0].name] if ranked else 0.0
    wanted = [t for t in ranked if scores[t.name] >= max(LEAST, NEAR * best)][:MOST_TOOLS] or ranked[:1]
    made: dict[str, list[Planned]] = {}
    for tool in wanted:
        if tool.is_slow and tool is not ranked[0]:
            continue
        before = (t for t in tools if follows is not None and t.name == follows.tool)
        # A search takes a tool's place after what computes.
        others = sorted((t for t in tools if tool.name in t.substitutes), key=lambda t: t.searches is not None)
        for stand_in in (tool, *others, *before):
            own = made.get(stand_in.name) or _of_parts(
                cut.get(stand_in.name, (asked,)), stand_in, scores[tool.name], follows
            )
            if own:
                raised = max(own[0].probability, scores[tool.name])
                is_wanted = stand_in is tool or scores[stand_in.name] >= LEAST
                made[stand_in.name] = [_raised(p, raised, 1.0 if is_wanted else STANDING_IN) for p in own]
                break
    planned = [p for own in sorted(made.values(), key=lambda own: -own[0].probability) for p in own]
    return [p for n, p in enumerate(planned) if all(p.call.arguments != q.call.arguments for q in planned[:n])]


def _raised(planned: Planned, probability: float, most_certain: float) -> Planned:
    call = planned.call
    return Planned(replace(call, certainty=min(call.certainty, most_certain)), probability)


def _scores(
    asked: Asked, tools: Sequence[Tool], follows: Call | None, cut: Mapping[str, tuple[Asked, ...]]
) -> dict[str, float]:
    """How probable each tool is that is there; one that is not gives its probability to its substitute."""
    read = dict(asked.reading.tools)
    for name, own in cut.items():
        read[name] = max(read.get(name, 0.0), *(part.reading.tools.get(name, 0.0) for part in own))
    scores = {tool.name: max(read.get(tool.name, 0.0), tool.evidence(asked)) for tool in tools}
    for tool in tools:
        absent = [read.get(name, 0.0) for name in tool.substitutes if name not in scores]
        scores[tool.name] = max(scores[tool.name], *absent, 0.0)
    if follows is not None and follows.tool in scores:
        # "And in Lyon?" continues what was asked, unless it clearly asks for something else.
        scores[follows.tool] += CONTINUED
    return scores


def _of_parts(parts: Sequence[Asked], tool: Tool, probability: float, follows: Call | None) -> list[Planned]:
    """The calls of a tool for each part of a question; one that goes on does so from the call before it."""
    made: list[Planned] = []
    for part in parts:
        before = made[-1].call if made and part.is_continued else None
        asked = part if before is None else part.continuing(before)
        made += _of_tool(asked, tool, probability, follows or before)
    return made


def _of_tool(asked: Asked, tool: Tool, probability: float, follows: Call | None) -> list[Planned]:
    fresh = list(tool.calls(asked))
    names = dict.fromkeys(asked.unnamed if "project" in tool.arguments.model_fields else ())
    names |= dict.fromkeys(name for name in asked.unknown if " " in name and tool.searches is None)
    if names:
        # Of something else than was asked about.
        fresh = [replace(c, resolved=0.0, unresolved=(*c.unresolved, *names)) for c in fresh]
    if follows is not None and follows.tool == tool.name:
        fresh = [tool.continues(follows, call, asked) for call in fresh] or [follows]
    if follows is not None:
        # What goes on from something doubtful is no surer.
        fresh = [replace(call, certainty=min(call.certainty, follows.certainty)) for call in fresh]
    return [Planned(call, probability) for call in fresh]


def _says_all(asked: Asked, calls: Sequence[Planned], limits: Mapping[str, float]) -> bool:
    """Whether the first call leaves nothing to ask back: it expresses all of a question that names rows or a table."""
    stands_alone = asked.reading.follows < limits[FOLLOWS]
    first = calls[0].call if calls else None
    return (
        stands_alone
        and first is not None
        and first.resolved == 1
        and bool(first.arguments.get("filters") or asked.links.of("table"))
    )


def _choices(
    asked: Asked, tools: Sequence[Tool], calls: Sequence[Planned], limits: Mapping[str, float]
) -> tuple[str, ...] | None:
    """What to ask back: the names that a word fits, or, where the subject is missing, the likely readings; None where
    the question is clear."""
    unclear = _is_unclear(asked, limits) and not (_says_all(asked, calls, limits) or _has_subject(asked))
    # "And who owns it?" before anything was told.
    is_first = asked.earlier is None or not asked.earlier.tool
    points = is_first and bool(asked.reading.of("back")) and not asked.links.links
    unclear = unclear or (points and not _says_all(asked, calls, limits))
    # Two documents that a word fits are both searched.
    groups = [g for g in asked.links.ambiguous if unclear or any(x.kind != "document" for x in g)]
    if groups and (unclear or not asked.links.of("record", "metric", "document")):
        return tuple(f"{x.name or x.key} ({x.key})" if x.name and x.name != x.key else x.key for x in groups[0])
    if not unclear:
        return None
    likely = sorted(tools, key=lambda tool: -asked.reading.tools.get(tool.name, 0.0))[:READINGS]
    read = [call for tool in likely if tool.searches is None for call in tool.calls(asked)]
    phrases = [
        call.phrase for call in (*(p.call for p in calls), *read) if call.phrase and "query" not in call.arguments
    ]
    if len(set(phrases)) < 2 and len(content_stems(asked.text)) >= SPEAKING:
        # One reading alone is no choice, where enough is said to look for more.
        return None
    alone = (
        [p.call for p in calls if p.call.phrase in phrases and not p.call.is_doubtful] if len(set(phrases)) == 1 else []
    )
    if any(call.arguments.get(name) for call in alone for name in ("filters", "group_by", "order_by")):
        # One reading alone, a likely one that says more than all rows, is no choice.
        return None
    return tuple(dict.fromkeys(p[:1].upper() + p[1:] for p in phrases))[:4]
