"""Advice computed from the records: duplicates, the operating model and change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.language.words import stems, words
from copilot.models.entities import Mention
from copilot.models.frame import Frame, is_elliptical
from copilot.models.plans.call import Call

_WORK = (
    r"(projects?|initiatives?|use cases?|pilots?|models?|systems?|efforts?|work|units?|divisions?|teams?|departments?)"
)
_SAME = (
    r"(duplicat\w+|overlap\w*|redundan\w+|merg(e|ed|eable|ing)|consolidat\w+|twice"
    r"|same (kind of )?(thing|problem|work|job))"
)
_DUPLICATES = re.compile(
    rf"\b{_SAME}\b[^?.]{{0,60}}\b{_WORK}\b|\b{_WORK}\b[^?.]{{0,60}}\b{_SAME}\b"
    r"|\b(buil\w*|buy\w*|bought|develop\w*|do|make|pay)\b[^?.]{0,30}\b(just |only )?once\b"
    r"|\b(pay\w*|buil\w*|buy\w*|do\w*|invent\w*)\b[^?.]{0,20}\b(twice|the same)\b"
    r"|\b(any(one|body)|who|which (unit|team|division)) else\b[^?.]{0,30}\b(do|does|doing|build\w*|work\w*|ha[sv]e?)\b"
    r"|\bre-?invent\w*\b[^?.]{0,20}\bwheel\b|\bshar(e|ed|ing) (any|some)(thing)?\b",
    re.IGNORECASE,
)
_UNITS = r"\b(units?|divisions?|teams?|departments?|we|projects?)\b"
_SHARED = tuple(
    (
        need,
        re.compile(
            rf"{_UNITS}[^?.]{{0,30}}\bshar(e|ed|ing)\b[^?.]{{0,20}}\b{what}\b|\b{what}\b[^?.]{{0,30}}{_UNITS}[^?.]{{0,20}}"
            r"\bshar(e|ed|ing)\b",
            re.IGNORECASE,
        ),
    )
    for need, what in (
        ("platform", r"(platforms?|stacks?|infrastructure|components?)"),
        ("vendor", r"(vendors?|suppliers?|contracts?|licen[cs]es?|providers?)"),
        ("base", r"(data( sources?)?|base|foundations?)"),
    )
)
# "How many projects run on the shared platform" counts; "how is duplication avoided" asks for the method.
_COUNTS = re.compile(r"\b(how many|number of|share of|percentage|adoption of|metric|rate)\b", re.IGNORECASE)
_OURS = re.compile(
    r"\b(we|our|us|which|what|where|any(one|body|thing)?|who|each other|list|show|find|are there)\b", re.IGNORECASE
)
_METHOD = re.compile(
    r"\b(why (is|are|does|do)|how (is|are|does|do|should|can|could)|definition|define)\b", re.IGNORECASE
)
# Only this tool compares what projects do.
_FIT = 0.95


def duplicates(frame: Frame) -> Iterable[Call]:
    """Projects that do the same thing: of all, of a unit, or like one that is named."""
    text = frame.text
    shared = next((need for need, pattern in _SHARED if pattern.search(text)), None)
    if not (shared or _DUPLICATES.search(text)) or _COUNTS.search(text) or frame.is_generic or frame.links.of("metric"):
        return
    if not _OURS.search(text) or (_METHOD.search(text) and not frame.is_own):
        return
    projects = list(dict.fromkeys(m.key for m in frame.links.of("record", "projects")))
    if len(projects) > 1:
        return
    arguments: dict[str, Any] = {}
    units = [m for m in frame.links.of("value") if m.column == "unit"]
    if projects:
        arguments["project"] = projects[0]
    elif units:
        arguments["units"] = list(dict.fromkeys(m.key for m in units))
    if shared:
        arguments["shared"] = shared
    elif not projects and (about := _about(frame, units)):
        arguments["about"] = about
    yield Call("find_duplicates", arguments, _FIT)


# Words of a question about duplicates that do not say what the projects are about.
_NO_TOPIC = frozenset(
    stems(
        "project initiative use case pilot model system effort work unit division team department kind similar "
        "duplicate duplication overlap overlapping redundant redundancy merge merged mergeable consolidate twice same "
        "thing problem job once build built buy bought develop do make pay paying share shared common joint platform "
        "vendor supplier data contract else anyone anybody somebody anything something who each other another across "
        "group anywhere several different reinvent wheel invent ai company organisation business record candidate "
        "list could"
    )
)


def _about(frame: Frame, units: Iterable[Mention]) -> str:
    """The words that say what the projects are about: "churn" of "which churn projects could be merged?"."""
    spans = [(m.start, m.end) for m in units]
    wanted = set(frame.content) - _NO_TOPIC
    own = [w for w in words(frame.text) if w.stem in wanted and not any(s <= w.start < e for s, e in spans)]
    return " ".join(word.text for word in own)


_MODELS = re.compile(
    r"\bcent(re|er)s? of excellence\b|\bCoE\b|\bfederat\w+|\bhub[- ]and[- ]spoke\b|\boperating models?\b"
    r"|\b(de)?centrali[sz]\w+|\bhybrid\b|\b(central|own|dedicated|embedded|local) (AI |data science )?teams?\b"
    r"|\bAI (team|people|staff|experts|specialists)s?\b[^?.]{0,30}\b(sit|belong|report|be placed|live)\b"
    r"|\borgani[sz]e\b[^?.]{0,20}\bAI\b|\bAI\b[^?.]{0,20}\b(on (its|their|our) own|centrally|locally)\b"
    r"|\bserved centrally\b",
    re.IGNORECASE,
)
_ADVISES = re.compile(
    r"\b(should|ought|shall|recommend\w*|advi[cs]e|suggest\w*|fits?|suits?|suited|right|best|better|choose|need|want"
    r"|would (change|flip|tip)|or)\b|\bmake sense\b",
    re.IGNORECASE,
)
# "We are a bank with four divisions": a case that is told, not what the records hold.
_TELLS_A_CASE = re.compile(
    r"\b(we|i)\s?('re|’re|'m|’m| are| am)\s+(an?|the)\b|\b(my|our) (company|bank|firm|group|business) (is|has)\b"
    r"|\bsuppose\b|\bimagine\b",
    re.IGNORECASE,
)
_TELLS_LESS = 0.45
_PLAN_OF_ALL = 0.65


def operating_model(frame: Frame) -> Iterable[Call]:
    """Centre, hybrid or federated, for the asker's own organisation or one of its units."""
    text = frame.topic if frame.follows is not None and is_elliptical(frame) else frame.text
    units = [m for m in frame.links.of("value") if m.column == "unit"]
    if not (_MODELS.search(text) and _ADVISES.search(text)) or frame.is_generic or frame.links.of("record"):
        return
    if not (frame.is_own or units or frame.follows):
        return
    arguments = {"unit": units[0].key} if units else {}
    yield Call("recommend_operating_model", arguments, _TELLS_LESS if _TELLS_A_CASE.search(text) else _FIT)


_PEOPLE = (
    r"\b(people|staff|users?|employees|colleagues|crews?|teams?|nurses|doctors|agents|advisers|managers|workers)\b"
)
# Trouble in one sentence and the request in the same or another.
_TROUBLE = re.compile(
    r"\b(fear\w*|afraid|worr(y|ied)|resist\w*|ignor\w+|(do(es)? ?n[o’']t|not|nobody|hardly) (us|trust|follow)\w*"
    r"|(low|poor|weak|falling) (adoption|usage|uptake)|(adoption|usage|uptake)\b[^?.]{0,60}\b(is|was) (so |too |very )?"
    r"(low|poor|weak|falling))\b",
    re.IGNORECASE,
)
_WHAT_NOW = re.compile(r"\b(what|how) (should|can|do|could) (we|i)\b", re.IGNORECASE)
_CHANGE = re.compile(
    "|".join(
        (
            r"\bchange[- ](management|plan|programme|program|strategy|measures)\b",
            r"\b(manage|plan|leads?|runs?|owns?|handle|support|design|organi[sz]e)\b[^?.]{0,20}\b(the )?change\b",
            r"\b(raise|increase|improve|lift|boost|drive|win|get|fix|build)\b[^?.]{0,40}\b(adoption|usage|uptake|trust"
            r"|buy-?in)\b",
            rf"\b(get|bring|make|help|persuade|convince)\b[^?.]{{0,40}}{_PEOPLE}[^?.]{{0,30}}\b(us(e|ing)|adopt\w*|accept\w*"
            r"|trust\w*|on board|follow\w*)\b",
            r"\b(training|communication|adoption|reskilling|roll-?out) (plan|strategy|programme|program)\b",
        )
    ),
    re.IGNORECASE,
)
_WHY = re.compile(r"\bwhy\b", re.IGNORECASE)
# What the rules or the notion are, and figures of the past, are not a plan.
_NO_PLAN = re.compile(
    r"\bwhat (is|are|does|do)\b[^?.]{0,30}\b(change management|levers|mean)\b|\bchange (budget|share)\b"
    r"|\bhow (much|many)\b|\bmeasur\w+ (the )?(change|adoption)\b",
    re.IGNORECASE,
)


def change(frame: Frame) -> Iterable[Call]:
    """A plan for the change in a project, a unit or the asker's own organisation."""
    text = frame.topic if frame.follows is not None and is_elliptical(frame) else frame.text
    projects = frame.links.of("record", "projects")
    troubled = _TROUBLE.search(text) and (_WHAT_NOW.search(text) or (projects and _WHY.search(text)))
    if (
        not (_CHANGE.search(text) or troubled)
        or _NO_PLAN.search(text)
        or frame.is_generic
        or _TELLS_A_CASE.search(text)
    ):
        return
    units = [m for m in frame.links.of("value") if m.column == "unit"]
    if not (projects or units or frame.is_own):
        return
    arguments = {"project": projects[0].key} if projects else {"unit": units[0].key} if units else {}
    # A question that names neither may be about the method, which the documents tell.
    yield Call("plan_change", arguments, _FIT if arguments else _PLAN_OF_ALL)
