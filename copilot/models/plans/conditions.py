"""Tools for a condition that a question describes: failing models, stalled pilots, unmet rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from copilot.language.words import listed, stem, words
from copilot.models.entities import Mention
from copilot.models.frame import Frame, is_elliptical
from copilot.models.plans.call import Call, fit

_HEALTH = re.compile(
    r"\bdrift\w*|\bretrain\w*|\bmodel health\b|\b(models?|accuracy|quality)\b[^?.]{0,50}\b(health\w*|declin\w+"
    r"|degrad\w+|deteriorat\w+|drop\w*|fall\w*|fell|wors\w+|overdue|stale|outdated|getting worse|losing)"
    r"|\b(declin\w+|degrad\w+|failing|unhealthy|worst) models?\b|\bfeedback loops?\b[^?.]{0,40}\b(our|which|any"
    r"|models?)\b",
    re.IGNORECASE,
)


_SCALING = re.compile(
    r"\bpurgatory\b|\b(stuck|stall\w*|stranded|trapped)\b|\bfunnel\b|\bconversion\b"
    r"|\bpilots?\b[^?]{0,80}\b(production|scal\w+|fail\w*|go live|live|nowhere|anywhere|die|reach\w*"
    r"|ma[dk]e it)\b|\b(reach|get|move|make it|got|made it)\b[^?.]{0,20}\b(in)?to production\b"
    r"|\bhow well do we scale\b|\bscaling (problem|diagnos\w+|bottleneck\w*)\b"
    r"|\b(wast\w+|burn\w*)\b[^?.]{0,20}\b(money|budgets?|effort|funds?|cash)\b",
    re.IGNORECASE,
)


_GOVERNANCE = re.compile(
    r"\b(clauses?|polic(y|ies)|rules?|laws?|regulations?|obligations?)\b[^?.]{0,20}\b(apply|applies|bind"
    r"|concern|cover)\b|\b(complian\w+|comply|complies|non-?complian\w+|violat\w+|breach\w*|contradict\w*"
    r"|blocked|unmet|waivers?|overdue validation)\b|\b(which|what|any|missing|pass\w*|meet|meets|fail\w*"
    r"|open)\b[^?.]{0,40}\b(gates?|rules|obligations|requirements|approvals?)\b|\b(allowed|cleared|permitted"
    r"|approved) to\b|\b(ready|allowed|cleared|permitted|approved) (for|to go (live|into)|to launch)\b"
    r"|\bgovernance (status|check|gaps?|issues?)\b"
    r"|\bwhat (is|are) missing\b(?! (in|from) \w+ (estimates?|scores?|records|data))|\b(eu ai act"
    r"|gdpr)\b[^?.]{0,40}\b(project|projects|we|our)\b",
    re.IGNORECASE,
)


_CONDITION_WORDS = frozenset(
    map(stem, listed(
        "model project drift accuracy quality decline fall drop worse health retrain overdue pilot "
        "production stuck stall purgatory funnel conversion reach fail gate rule compliance comply policy "
        "policies blocked block unmet waiver missing clause apply requirement obligation approval "
        "governance violate breach contradict contradiction record ready launch live scale current "
        "currently reason cause root problem status any portfolio which"
    ))
)  # fmt: skip


_PERFORMS = re.compile(
    r"\b(perform\w*|accurac\w+|quality|drift\w*|degrad\w+|declin\w+|getting worse|validated level|still good"
    r"|still work\w*)\b",
    re.IGNORECASE,
)
# Words with which a question looks at the records rather than at the rules.
_OURS = re.compile(
    r"\b(projects|models|pilots|systems|use cases|initiatives|records?|portfolio)\b|\b(any|which|each|every"
    r"|all)\s+(\w+\s+)?(project|model|pilot|system|use case)s?\b|\bblocked\b",
    re.IGNORECASE,
)
# What a described case is worth beside the documents when it names no record of ours.
_CASE_FIT = 0.45


_OWN_CASE_FIT = 0.55
_READY_FIT = 0.7
_NAMED_FIT = 1.05


_READINESS = re.compile(
    r"\b(read(y|iness)|maturity|mature|prepared)\b|\bweakest (link|area|spot)\b|\bhow (good|strong) is our\b",
    re.IGNORECASE,
)
_AREAS: tuple[tuple[str, str], ...] = (
    ("data_readiness", r"\bdata\b"),
    ("mlops", r"\bmlops\b"),
    ("infrastructure", r"\binfrastructure\b|\bplatform\b"),
    ("governance", r"\bgovernance\b"),
    ("culture", r"\bcultur\w+"),
    ("change", r"\bchange\b|\badoption\b"),
)


def _condition(
    frame: Frame, tool: str, pattern: re.Pattern[str], arguments: dict[str, Any], used: list[Mention]
) -> Iterable[Call]:
    if not pattern.search(frame.topic if frame.follows and is_elliptical(frame) else frame.text):
        return
    if not (used or frame.is_generic or frame.is_own or frame.follows or _OURS.search(frame.text)):
        # "Who approves a waiver?" asks what the rule is, not where we stand.
        return
    spans = [(m.start, m.end) for m in used]
    informative = [w for w in words(frame.text) if w.stem in set(frame.content)]
    hits = sum(w.stem in _CONDITION_WORDS or any(s <= w.start and w.end <= e for s, e in spans) for w in informative)
    share = hits / len(informative) if informative else 0.5
    yield Call(tool, arguments, _CASE_FIT if frame.is_generic else max(share, _OWN_CASE_FIT))


def _about(frame: Frame) -> tuple[dict[str, Any], list[Mention]]:
    """The record and the unit that a question names, as arguments."""
    arguments: dict[str, Any] = {}
    used: list[Mention] = []
    if projects := frame.links.of("record", "projects"):
        arguments["project"] = projects[0].key
        used.append(projects[0])
    units = [v for v in frame.links.of("value") if v.column == "unit"]
    if units and not projects:
        arguments["unit"] = units[0].key
        used += units
    return arguments, used


def health(frame: Frame) -> Iterable[Call]:
    arguments, used = _about(frame)
    if models := frame.links.of("record", "models"):
        # How a model fares is what there is to say about a model.
        yield Call("check_model_health", {"model": models[0].key}, max(fit(frame, "project_record", models), 0.8))
        return
    if frame.links.of("record", "projects") and _PERFORMS.search(frame.text):
        yield Call("check_model_health", arguments, _NAMED_FIT)
        return
    yield from _condition(frame, "check_model_health", _HEALTH, arguments, used)


def scaling(frame: Frame) -> Iterable[Call]:
    arguments, used = _about(frame)
    arguments.pop("project", None)
    if frame.period is not None and frame.period.start <= frame.today:
        arguments["since"] = frame.period.start.isoformat()
    yield from _condition(frame, "diagnose_scaling", _SCALING, arguments, used)


_WHOLE = re.compile(r"\bthe (whole |entire )?(organi[sz]ation|company|group|enterprise|firm)\b", re.IGNORECASE)


def _names_the_whole(frame: Frame) -> bool:
    return frame.links.is_whole or bool(_WHOLE.search(frame.text))


def readiness(frame: Frame) -> Iterable[Call]:
    """How ready a project, a unit or everyone is; a question for one area asks for that area."""
    arguments, used = _about(frame)
    if frame.links.is_whole and all(m.score < 1 for m in used):
        # A unit may share a word with the organisation's name.
        arguments.pop("unit", None)
    areas = [area for area, pattern in _AREAS if re.search(pattern, frame.text, re.IGNORECASE)]
    if len(areas) == 1:
        arguments["area"] = areas[0]
    if _READINESS.search(frame.text) and (used or frame.is_own or _names_the_whole(frame)):
        yield Call("assess_readiness", arguments, _READY_FIT)


# Nothing else tells what stands between a project and its launch.
_BEFORE_LAUNCH = re.compile(
    r"\b(need\w*|missing|left|required|outstanding|do)\b[^?.]{0,25}\bbefore\b[^?.]{0,25}"
    r"\b(launch\w*|go(ing)?[- ]live|production|release|roll[- ]?out)\b",
    re.IGNORECASE,
)
_ONLY_HERE = 1.05


def governance(frame: Frame) -> Iterable[Call]:
    arguments, used = _about(frame)
    if "project" in arguments and _BEFORE_LAUNCH.search(frame.text):
        yield Call("check_governance", arguments, _ONLY_HERE)
        return
    if "clause" in frame.forms and not used:
        # What a rule says is for the documents; which of ours it binds needs a name.
        return
    if frame.links.gate:
        arguments["gate"] = frame.links.gate
    yield from _condition(frame, "check_governance", _GOVERNANCE, arguments, used)
