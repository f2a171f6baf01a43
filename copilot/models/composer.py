"""From tool results to a draft: the headline that answers best, its support, and an honest "not found".

Every sentence is taken from a tool's statements or quoted from a passage, followed by the ids of its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.citations import with_markers
from copilot.models.documents import answer_from_passages, nearest_topics
from copilot.models.extract import Relevance, subject_of
from copilot.models.frame import Frame, is_request, parts_of
from copilot.models.planner import Plan
from copilot.models.plans.search import comparands
from copilot.models.words import COMMON_STEMS, content_stems, formal, listed, stem, stems
from copilot.types import Evidence, Statement, Status, ToolResult

# A data tool leads the answer when its call takes up this share of the question, unless the documents do better.
LEADS = 0.5
# And is worth a paragraph beside the documents from this share on; less for one record that the question names.
SUPPORTS = 0.6
SUPPORTS_AS_RECORD = 0.3
# The passages' confidence below which they do not answer, and below which they only come near. On 58 questions by
# hand, answerable or not from the shipped workspace, the confidence parts them with an area of .99 under the ROC curve.
MIN_CONFIDENCE = 0.68
SURE_CONFIDENCE = 0.77
# More than this beside each other is a report, not an answer.
MOST_FINDINGS = 4
LONG_QUESTION = 14
NEAR = "The documents do not address this directly; what comes nearest:"

# Tools whose call names one record, or looks for the very condition that the question describes; they say what is so,
# and leave why and what to do to the documents.
_ABOUT_ONE = frozenset({"project_record", "check_model_health", "diagnose_scaling"})
# Their statements run from first to last: a later one that shares more words with the question does not lead.
_ORDERED = frozenset({"prioritize_projects", "plan_portfolio"})
_OVER_RECORDS = frozenset({"find_projects", "check_model_health", "diagnose_scaling", "check_governance"})
_ASKS_BEYOND_DATA = frozenset({"causes", "steps", "advice", "verdict", "definition", "clause"})


@dataclass(frozen=True)
class Finding:
    """One call and what came of it."""

    tool: str
    fit: float
    result: ToolResult
    id: str = ""
    left_out: tuple[str, ...] = ()
    """Words of the question that the call did not take into account."""


@dataclass
class Draft:
    """A composed answer, citing evidence as `[#id]`."""

    text: str
    status: Status = "answered"
    follow_ups: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    """Ids of the calls whose tables and charts belong to the answer."""
    warnings: list[str] = field(default_factory=list)


def compose(frame: Frame, plan: Plan, findings: Sequence[Finding], errors: Sequence[str], organisation: str) -> Draft:
    """The draft for a question from what its calls found."""
    if plan.choices:
        return _ask_back(plan.choices)
    passages = [f for f in findings if f.tool == "search_knowledge"]
    data = sorted((f for f in findings if f.tool != "search_knowledge" and not f.result.is_empty), key=lambda f: -f.fit)
    evidence = _merge(passages)
    relevance = Relevance(frame.topic, evidence)
    sure = max(confidence(r, evidence) for r in [relevance, *_of_parts(frame, evidence)])
    known = sure >= MIN_CONFIDENCE
    if plan.lacks_records and frame.is_own:
        return _abstain(relevance, evidence, ["It holds no records to count or rank."], organisation)
    if strangers := _strangers(frame, evidence):
        return _unheard_of(_do_not_mention(strangers, organisation), evidence)
    lead = _leading(data, relevance if sure >= SURE_CONFIDENCE else None, evidence, frame)
    if lead is not None:
        return _data_first(frame, lead, data, evidence if known else [], relevance)
    if unknown := [s.text for f in passages for s in f.result.statements if s.role == "caveat"]:
        return _unheard_of(" ".join(dict.fromkeys(unknown)), evidence)
    if known:
        # A long question tells a case, most of whose words no document needs to hold.
        is_sure = sure >= SURE_CONFIDENCE or len(frame.content) > LONG_QUESTION
        is_sure = is_sure and not _is_subject_unknown(frame, relevance)
        return _documents_first(frame, data, evidence, relevance, is_sure)
    if choices := next((f.result.choices for f in findings if f.result.choices), ()):
        return _ask_back(choices)
    if data and data[0].fit >= SUPPORTS and not frame.is_generic:
        return _data_first(frame, data[0], data, [], relevance)
    return _abstain(relevance, evidence, errors, organisation)


_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]{2,}(?:[- ][A-Z][a-z]+)*|(?<=[\"“‘'])[A-Z][\w -]{2,40}(?=[\"”’'])")
_CALENDAR = frozenset(
    listed(
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june "
        "july august september october november december article annex clause section chapter gate act "
        "please thanks hello dear"
    )
)


_ASKS_WHAT_IS = re.compile(r"\W*(what('?s| is| are)|define)\b", re.IGNORECASE)
# Words before a subject that need not stand in any document for it to be known.
_QUALIFIERS = frozenset(
    stems(
        "minimum maximum average total current main key typical usual latest normal overall biggest role "
        "purpose point use"
    )
)


def _is_subject_unknown(frame: Frame, relevance: Relevance) -> bool:
    """Whether no passage holds the very thing that is asked for: "what is the salary of our data officer"."""
    subject = subject_of(frame.text)
    if subject == frame.text or not _ASKS_WHAT_IS.match(frame.text):
        return False
    named = [t for t in content_stems(formal(subject)) if t not in _QUALIFIERS and t not in COMMON_STEMS]
    return bool(named) and named[0] in relevance.unknown


def _strangers(frame: Frame, evidence: Sequence[Evidence]) -> list[str]:
    """Names in the request that neither the records nor any passage found for it mention."""
    linked = [(m.start, m.end) for m in frame.links.mentions]
    read = set(stems(" ".join(f"{e.title} {e.text}" for e in evidence)))
    names = []
    for match in _NAME.finditer(frame.text):
        named = match.group().replace("-", " ").split()
        words_of = [w for w in named if w.lower() not in _CALENDAR and stem(w) not in COMMON_STEMS]
        inside = any(start < match.end() and match.start() < end for start, end in linked)
        if words_of and not inside and not any(set(stems(w)) & read for w in words_of):
            names.append(match.group())
    return names


def _do_not_mention(names: Sequence[str], organisation: str) -> str:
    who = f"The documents and records of {organisation}" if organisation else "The documents and records"
    listed = " or ".join(f"“{n}”" for n in dict.fromkeys(names))
    return f"{who} do not mention {listed}."


def _unheard_of(opening: str, evidence: Sequence[Evidence]) -> Draft:
    lines = [opening]
    topics = nearest_topics(evidence)
    if topics:
        lines += ["", "The nearest topics they cover:", "", *(f"- {t}" for t in topics)]
    return Draft(
        "\n".join(lines),
        status="insufficient_evidence",
        follow_ups=tuple(f"What does “{t}” say?" for t in topics[:3]),
    )


def _merge(passages: Sequence[Finding]) -> list[Evidence]:
    """The passages of all searches, each once, by the first search that found it."""
    merged: dict[str, Evidence] = {}
    for finding in passages:
        for item in finding.result.evidence:
            if item.id not in merged or (item.relevance or -1) > (merged[item.id].relevance or -1):
                merged[item.id] = item
    return list(merged.values())


def confidence(relevance: Relevance, evidence: Sequence[Evidence]) -> float:
    """How surely the passages are about the question: likeness of the best one, share of its words that they hold."""
    cosine = max((e.relevance or 0.0 for e in evidence), default=0.0)
    return cosine + 0.5 * relevance.known_share() * _best_coverage(relevance, evidence)


def _of_parts(frame: Frame, evidence: Sequence[Evidence]) -> list[Relevance]:
    """A long question is answerable when one of its requests is."""
    parts = [p for p in parts_of(frame.text) if is_request(p)]
    return [Relevance(p, evidence) for p in parts if len(set(content_stems(p))) >= 3] if len(parts) > 1 else []


def _best_coverage(relevance: Relevance, evidence: Sequence[Evidence]) -> float:
    return max((relevance.coverage(f"{e.title} {e.text}") for e in evidence), default=0.0)


def _leading(
    data: Sequence[Finding], relevance: Relevance | None, evidence: Sequence[Evidence], frame: Frame
) -> Finding | None:
    """The data finding that should open the answer, if any does better than the documents."""
    if not data or data[0].fit < LEADS:
        return None
    if relevance is not None:
        coverage = relevance.known_share() * _best_coverage(relevance, evidence)
        if frame.is_generic and coverage > data[0].fit:
            return None
        if coverage >= 0.85 and data[0].fit < 0.7:
            return None
        if _compares_notions(frame) and data[0].tool in _OVER_RECORDS:
            return None
    return data[0]


def _compares_notions(frame: Frame) -> bool:
    """ "Data drift or model drift?" is about notions, not about records."""
    sides = comparands(frame.text)
    return len(sides) == 2 and not frame.links.of("record") and "aggregate" not in frame.forms


def _data_first(
    frame: Frame, lead: Finding, data: Sequence[Finding], evidence: list[Evidence], relevance: Relevance
) -> Draft:
    lines = _statements(frame, lead, limit=8)
    if lead.left_out:
        words_left = ", ".join(f"“{w}”" for w in dict.fromkeys(lead.left_out))
        lines += ["", f"Not taken into account: {words_left}."]
    shown = [lead.id]
    for other in data:
        if other is not lead and other.fit >= SUPPORTS and len(shown) < MOST_FINDINGS:
            lines += ["", *_statements(frame, other, limit=3)]
            shown.append(other.id)
    beyond = _ASKS_BEYOND_DATA
    if lead.fit >= 0.75 and lead.tool not in _ABOUT_ONE:
        beyond = frozenset({"steps", "verdict", "clause"})
    if evidence and beyond & frame.forms and frame.follows is None:
        support = answer_from_passages(frame, evidence, relevance, brief=True)
        if support:
            lines += ["", "**What the documents say**", "", *support]
    follow_ups = tuple(q for f in data if f.id in shown for q in f.result.follow_ups)
    # A metric without a figure was found, but not for what was asked.
    empty = lead.tool == "lookup_metric" and not lead.result.figures
    return Draft(
        "\n".join(lines),
        status="insufficient_evidence" if empty else "answered",
        follow_ups=_unique(follow_ups),
        shown=tuple(shown),
    )


def _documents_first(
    frame: Frame, data: Sequence[Finding], evidence: list[Evidence], relevance: Relevance, is_sure: bool
) -> Draft:
    lines = answer_from_passages(frame, evidence, relevance)
    if not is_sure:
        lines = [NEAR, "", *lines]
    shown: list[str] = []
    for finding in data:
        wanted = SUPPORTS_AS_RECORD if finding.tool in _ABOUT_ONE else SUPPORTS
        if _compares_notions(frame) and finding.tool in _OVER_RECORDS:
            continue
        if finding.fit >= wanted and len(shown) < 2:
            lines += ["", "**In the records**", "", *_statements(frame, finding, limit=4)]
            shown.append(finding.id)
    follow_ups = tuple(q for f in data if f.id in shown for q in f.result.follow_ups)
    return Draft(
        "\n".join(lines),
        # Passages that only come near are shown, but nobody should take them for the answer.
        status="answered" if is_sure or shown else "insufficient_evidence",
        follow_ups=_unique(follow_ups),
        shown=tuple(shown),
    )


def _statements(frame: Frame, finding: Finding, limit: int) -> list[str]:
    """The sentence that answers, the details as a list, then limits and method.

    When there are more details than fit, those that share words with the question stay.
    """
    asked = set(content_stems(formal(frame.text)))
    notes = [s for s in finding.result.statements if s.role in ("caveat", "method")]
    findings = [s for s in finding.result.statements if s.role in ("answer", "detail")]
    answers = [s for s in findings if s.role == "answer"]
    first = answers[0] if answers else None
    nearest = max(findings, key=lambda s: _shared(asked, s), default=None)
    if finding.tool not in _ORDERED and nearest is not None and first is not None:
        first = nearest if _shared(asked, nearest) >= _shared(asked, first) + 2 else first
    rest = [s for s in [*answers, *findings] if s is not first]
    rest = list(dict.fromkeys(rest))
    kept = sorted(rest, key=lambda s: (s.role != "answer", -_shared(asked, s), rest.index(s)))[: limit - 1]
    listed = [s for s in rest if s in kept]
    lines = [cite(first), ""] if first is not None else []
    lines += [f"- {cite(s)}" for s in listed]
    if notes:
        lines += ([""] if listed else []) + [cite(s) for s in notes[:4]]
    return lines


def _shared(asked: set[str], statement: Statement) -> int:
    return len(asked & set(content_stems(statement.text)))


def cite(statement: Statement, limit: int = 3) -> str:
    """A statement with its markers before the closing stop."""
    return with_markers(statement.text, statement.evidence[:limit])


def _ask_back(choices: Sequence[str]) -> Draft:
    lines = ["Which one do you mean?", "", *(f"- {c}" for c in choices[:6])]
    return Draft("\n".join(lines), status="needs_clarification", follow_ups=tuple(choices[:4]))


def _abstain(relevance: Relevance, evidence: Sequence[Evidence], errors: Sequence[str], organisation: str) -> Draft:
    """Says that nothing was found, what was looked for in vain, and what lies nearest."""
    who = f"The documents and records of {organisation}" if organisation else "The documents and records"
    lines = [f"{who} do not answer this."]
    lines += list(dict.fromkeys(errors))[:2]
    topics = nearest_topics(evidence)
    if topics:
        lines += ["", "The nearest topics they cover:", "", *(f"- {t}" for t in topics)]
    return Draft(
        "\n".join(lines),
        status="insufficient_evidence",
        follow_ups=tuple(f"What does “{t}” say?" for t in topics[:3]),
    )


def _unique(questions: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(questions))[:4]
