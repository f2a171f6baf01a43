"""From tool results to a draft: the headline that answers best, its support, and an honest "not found".

Every sentence is taken from a tool's statements or quoted from a passage, followed by the ids of its evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.citations import with_markers
from copilot.language.words import content_stems, formal
from copilot.models.confidence import (
    asks_about_the_future,
    asks_for_a_fact,
    asks_for_a_figure,
    asks_for_a_rule,
    best_coverage,
    confidence,
    is_about_a_named_part,
    is_subject_unknown,
    lacks_figure,
    lacks_person,
    nearest_passage,
    nearness,
    of_parts,
    other_document,
    strangers,
)
from copilot.models.documents import LONG_QUESTION, answer_from_passages, nearest_sentences, nearest_topics
from copilot.models.frame import Frame
from copilot.models.planner import Plan
from copilot.models.plans.search import comparands
from copilot.passages.extract import Meaning, Passages, Relevance
from copilot.tools.tool import Tool
from copilot.types import Evidence, Finding, Status, ToolResult

# A data tool leads the answer when its call takes up this share of the question, unless the documents do better.
LEADS = 0.5
# And is worth a paragraph beside the documents from this share on; less for one record that the question names.
SUPPORTS = 0.6
SUPPORTS_AS_RECORD = 0.3
# The passages' confidence below which they do not answer, and below which they only come near. It parts questions put
# in the documents' words well, and everyday wordings poorly: see docs/decisions/0014.
MIN_CONFIDENCE = 0.68
SURE_CONFIDENCE = 0.77
# More than this beside each other is a report, not an answer.
MOST_FINDINGS = 4
# What `nearness` must reach; tuned on everyday questions of the development set.
MIN_NEARNESS = 0.8
MIN_ROW_NEARNESS = 0.45
FUTURE = "The records hold nothing about the future, and nothing is extrapolated. This is what they say today:"
NO_FIGURE = "The records give no figure for this. What they say that comes nearest:"
NEAREST_ROWS = "What the records say that comes nearest to this:"
NEAREST = "No document says this in these words. What they say that comes nearest:"
NEAR = "The documents do not address this directly; what comes nearest:"

# Tools whose call names one record, or looks for the very condition that the question describes; they say what is so,
# and leave why and what to do to the documents.
_ASKS_BEYOND_DATA = frozenset({"causes", "steps", "advice", "verdict", "definition", "clause"})


@dataclass(frozen=True)
class ToolOutcome:
    """One call and what came of it."""

    tool: Tool
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


def compose(
    frame: Frame,
    plan: Plan,
    findings: Sequence[ToolOutcome],
    errors: Sequence[str],
    organisation: str,
    meaning: Meaning | None = None,
) -> Draft:
    """The draft for a question from what its calls found."""
    if plan.choices:
        return _ask_back(plan.choices)
    if frame.links.unknown_ids and not frame.links.of("record"):
        return _no_such(frame.links.unknown_ids)
    passages = [f for f in findings if f.tool.searches == "passages"]
    rows = _Rows.of(next((f for f in findings if f.tool.searches == "rows"), None), frame)
    data = sorted((f for f in findings if f.tool.searches is None and not f.result.is_empty), key=lambda f: -f.fit)
    read = Passages(tuple(_merge(passages)), meaning)
    evidence = read.evidence
    relevance = read.relevance(frame.topic)
    sure = max(confidence(r, evidence) for r in [relevance, *of_parts(frame, read)])
    if is_about_a_named_part(frame, read) or relevance.has_section(read.units):
        sure = SURE_CONFIDENCE
    known = sure >= MIN_CONFIDENCE
    guided = not known and not asks_for_a_fact(frame.text) and nearness(relevance, evidence) >= MIN_NEARNESS
    if plan.lacks_records and frame.is_own and not relevance.has_section(read.units):
        return _abstain(relevance, evidence, ["It holds no records to count or rank."], organisation)
    if unheard := strangers(frame, evidence):
        return _unheard_of(_do_not_mention(unheard, organisation), evidence)
    if other := other_document(frame, read):
        return _unheard_of(f"The parts that were found are of other documents than “{other}”.", evidence)
    lead = _leading(data, relevance if sure >= SURE_CONFIDENCE else None, evidence, frame)
    if lead is not None:
        return _data_first(frame, lead, data, read if known else Passages(()), relevance)
    if unknown := [s.text for f in passages for s in f.result.findings if s.role == "caveat"]:
        return _unheard_of(" ".join(dict.fromkeys(unknown)), evidence)
    if errors and sure < SURE_CONFIDENCE:
        # What was asked for by name and is not there is not met by what is merely near.
        return _abstain(relevance, evidence, errors, organisation)
    if known:
        # A long question tells a case, most of whose words no document needs to hold.
        is_sure = sure >= SURE_CONFIDENCE or len(frame.content) > LONG_QUESTION
        is_sure = is_sure and not is_subject_unknown(frame, relevance)
        nearest = max(relevance.nearest, nearest_passage(evidence))
        counted = bool(data) and data[0].fit >= SUPPORTS
        if rows.are_near and not (frame.is_generic or counted) and rows.nearness > nearest:
            return _rows_first(frame, rows, read, relevance)
        lacks = lacks_figure(frame, read, relevance) or lacks_person(frame, read)
        is_sure = is_sure and not lacks
        if not (is_sure or lacks or asks_for_a_fact(frame.text)) and nearness(relevance, evidence) >= MIN_NEARNESS:
            return _nearest_first(frame, read, relevance, rows)
        return _documents_first(frame, data, read, relevance, is_sure, rows)
    if choices := next((f.result.choices for f in findings if f.result.choices), ()):
        return _ask_back(choices)
    if rows.are_near and (not guided or rows.nearness > relevance.nearest - 0.05):
        return _rows_first(frame, rows, read, relevance)
    if guided and not lacks_figure(frame, read, relevance):
        return _nearest_first(frame, read, relevance, rows)
    if data and data[0].fit >= SUPPORTS and not frame.is_generic:
        return _data_first(frame, data[0], data, Passages(()), relevance)
    return _abstain(relevance, evidence, errors, organisation)


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


def _merge(passages: Sequence[ToolOutcome]) -> list[Evidence]:
    """The passages of all searches, each once, by the first search that found it."""
    merged: dict[str, Evidence] = {}
    for finding in passages:
        for item in finding.result.evidence:
            if item.id not in merged or (item.relevance or -1) > (merged[item.id].relevance or -1):
                merged[item.id] = item
    return list(merged.values())


def _leading(
    data: Sequence[ToolOutcome], relevance: Relevance | None, evidence: Sequence[Evidence], frame: Frame
) -> ToolOutcome | None:
    """The data finding that should open the answer, if any does better than the documents."""
    if not data or data[0].fit < LEADS:
        return None
    if relevance is not None:
        coverage = relevance.known_share() * best_coverage(relevance, evidence)
        if frame.is_generic and coverage > data[0].fit:
            return None
        if coverage >= 0.85 and data[0].fit < 0.7:
            return None
        if _compares_notions(frame) and data[0].tool.covers_records:
            return None
    return data[0]


def _compares_notions(frame: Frame) -> bool:
    """ "Data drift or model drift?" is about notions, not about records."""
    sides = comparands(frame.text)
    return len(sides) == 2 and not frame.links.of("record") and "aggregate" not in frame.forms


def _data_first(
    frame: Frame, lead: ToolOutcome, data: Sequence[ToolOutcome], read: Passages, relevance: Relevance
) -> Draft:
    lines = _statements(frame, lead, limit=lead.tool.most_findings)
    if lead.left_out:
        words_left = ", ".join(f"“{w}”" for w in dict.fromkeys(lead.left_out))
        lines += ["", f"Not taken into account: {words_left}."]
    shown = [lead.id]
    beside = [f for f in data if not lead.tool.quotes_documents or not f.tool.is_record]
    for other in beside:
        if other is not lead and other.fit >= SUPPORTS and len(shown) < MOST_FINDINGS:
            lines += ["", *_statements(frame, other, limit=3)]
            shown.append(other.id)
    beyond = _ASKS_BEYOND_DATA
    if lead.fit >= 0.75 and not lead.tool.is_about_one:
        beyond = frozenset({"steps", "verdict", "clause"})
    if read.evidence and beyond & frame.forms and frame.follows is None and not lead.tool.quotes_documents:
        support = answer_from_passages(frame, read, relevance, brief=True)
        if support:
            lines += ["", "**What the documents say**", "", *support]
    follow_ups = tuple(q for f in data if f.id in shown for q in f.result.follow_ups)
    if asks_about_the_future(frame.text) and lead.tool.tells_today:
        return Draft("\n".join([FUTURE, "", *lines]), "insufficient_evidence", _unique(follow_ups), tuple(shown))
    # A metric without a figure was found, but not for what was asked.
    empty = lead.tool.needs_figure and not lead.result.figures
    return Draft(
        "\n".join(lines),
        status="insufficient_evidence" if empty else "answered",
        follow_ups=_unique(follow_ups),
        shown=tuple(shown),
    )


def _documents_first(
    frame: Frame, data: Sequence[ToolOutcome], read: Passages, relevance: Relevance, is_sure: bool, rows: _Rows
) -> Draft:
    lines = answer_from_passages(frame, read, relevance)
    if not is_sure:
        lines = [NEAR, "", *lines]
    shown: list[str] = []
    for finding in data:
        wanted = SUPPORTS_AS_RECORD if finding.tool.is_about_one else SUPPORTS
        if _compares_notions(frame) and finding.tool.covers_records:
            continue
        if finding.fit >= wanted and len(shown) < 2:
            lines += ["", "**In the records**", "", *_statements(frame, finding, limit=4)]
            shown.append(finding.id)
    if not shown and rows.are_near and frame.is_own and rows.nearness >= relevance.nearest:
        lines += ["", "**In the records**", "", *rows.lines(3)]
    follow_ups = tuple(q for f in data if f.id in shown for q in f.result.follow_ups)
    return Draft(
        "\n".join(lines),
        # Passages that only come near are shown, but nobody should take them for the answer.
        status="answered" if is_sure or shown else "insufficient_evidence",
        follow_ups=_unique(follow_ups),
        shown=tuple(shown),
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of the records that say what a question describes."""

    findings: tuple[Finding, ...] = ()
    nearness: float = 0.0
    """Cosine of the nearest row."""
    are_near: bool = False

    @classmethod
    def of(cls, finding: ToolOutcome | None, frame: Frame) -> _Rows:
        if finding is None or finding.result.is_empty:
            return cls()
        near = {e.id: e.relevance for e in finding.result.evidence}
        best = max((value for value in near.values() if value is not None), default=0.0)
        # Rows that the search did not find belong to the project of the best one.
        kept = [s for s in finding.result.findings if (near[s.evidence[0]] or best) >= best - 0.15]
        limit = MIN_ROW_NEARNESS + 0.05 if asks_for_a_fact(frame.text) else MIN_ROW_NEARNESS - 0.07
        return cls(tuple(kept), best, best >= limit)

    def lines(self, most: int) -> list[str]:
        return [f"- {cite(s)}" for s in self.findings[:most]]


def _rows_first(frame: Frame, rows: _Rows, read: Passages, relevance: Relevance) -> Draft:
    """What the records say of the thing that is described, then the sentences of the documents that come near."""
    # A row that is near is no figure.
    lacks = asks_for_a_figure(frame.text)
    lines = [NO_FIGURE if lacks else NEAREST_ROWS, "", *rows.lines(5)]
    if relevance.nearest >= 0.4:
        lines += ["", "**What the documents say**", "", *nearest_sentences(read, relevance, 2)]
    return Draft("\n".join(lines), status="insufficient_evidence" if lacks else "answered")


def _nearest_first(frame: Frame, read: Passages, relevance: Relevance, rows: _Rows) -> Draft:
    """The sentences nearest to a question that no passage answers in its own words."""
    is_rule = asks_for_a_rule(frame.text)
    lines = [NEAREST, "", *nearest_sentences(read, relevance, is_rule=is_rule)]
    if rows.are_near:
        lines += ["", "**In the records**", "", *rows.lines(3)]
    return Draft("\n".join(lines))


def _statements(frame: Frame, finding: ToolOutcome, limit: int) -> list[str]:
    """The sentence that answers, the details as a list, then limits and method.

    When there are more details than fit, those that share words with the question stay.
    """
    asked = set(content_stems(formal(frame.text)))
    notes = [s for s in finding.result.findings if s.role in ("caveat", "method")]
    findings = [s for s in finding.result.findings if s.role in ("headline", "support")]
    answers = [s for s in findings if s.role == "headline"]
    first = answers[0] if answers else None
    nearest = max(findings, key=lambda s: _shared(asked, s), default=None)
    if not finding.tool.is_ordered and nearest is not None and first is not None:
        first = nearest if _shared(asked, nearest) >= _shared(asked, first) + 2 else first
    rest = [s for s in [*answers, *(s for s in findings if s.role != "headline")] if s is not first]
    kept = sorted(rest, key=lambda s: (s.role != "headline", -_shared(asked, s), rest.index(s)))[: limit - 1]
    listed = [s for s in rest if s in kept]
    lines = [cite(first), ""] if first is not None else []
    lines += [f"- {cite(s)}" for s in listed]
    if notes:
        lines += ([""] if listed else []) + [cite(s) for s in notes[:4]]
    return lines


def _shared(asked: set[str], statement: Finding) -> int:
    return len(asked & set(content_stems(statement.text)))


def cite(statement: Finding, limit: int = 3) -> str:
    """A statement with its markers before the closing stop."""
    return with_markers(statement.text, statement.evidence[:limit])


def _ask_back(choices: Sequence[str]) -> Draft:
    lines = ["Which one do you mean?", "", *(f"- {c}" for c in choices[:6])]
    return Draft("\n".join(lines), status="needs_clarification", follow_ups=tuple(choices[:4]))


def _no_such(ids: Sequence[str]) -> Draft:
    listed_ids = " or ".join(dict.fromkeys(ids))
    return Draft(f"There is no {listed_ids} among the records that you may see.", status="insufficient_evidence")


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
