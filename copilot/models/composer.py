"""From tool results to a draft: the headline that answers best, its support, and an honest "not found".

Every sentence is taken from a tool's statements or quoted from a passage, followed by the ids of its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.citations import with_markers
from copilot.models.documents import answer_from_passages, nearest_sentences, nearest_topics
from copilot.models.extract import Meaning, Passages, Relevance, subject_of
from copilot.models.frame import Frame, is_request, parts_of
from copilot.models.planner import Plan
from copilot.models.plans.search import SEARCHES, comparands
from copilot.models.words import COMMON_STEMS, content_stems, formal, listed, stem, stems
from copilot.numbers import Number, find_numbers
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
# What `nearness` must reach; tuned on everyday questions of the development set.
MIN_NEARNESS = 0.8
MIN_ROW_NEARNESS = 0.45
FUTURE = "The records hold nothing about the future, and nothing is extrapolated. This is what they say today:"
NO_FIGURE = "The records give no figure for this. What they say that comes nearest:"
NEAREST_ROWS = "What the records say that comes nearest to this:"
NEAREST = "No document says this in these words. What they say that comes nearest:"
MOST_STATEMENTS = 8
# A memo is told section by section.
MOST_OF_MEMO = 16
LONG_QUESTION = 14
NEAR = "The documents do not address this directly; what comes nearest:"

# Tools whose call names one record, or looks for the very condition that the question describes; they say what is so,
# and leave why and what to do to the documents.
_ABOUT_ONE = frozenset({"project_record", "check_model_health", "diagnose_scaling"})
# Their statements run from first to last: a later one that shares more words with the question does not lead.
_ORDERED = frozenset(
    {
        "prioritize_projects",
        "plan_portfolio",
        "find_duplicates",
        "recommend_operating_model",
        "plan_change",
        "what_changed",
        "draft_memo",
    }
)
# They quote the documents themselves, and tell what a single record says of their matter.
_WHOLE = frozenset({"find_duplicates", "recommend_operating_model", "plan_change"})
_OVER_RECORDS = frozenset({"find_projects", "check_model_health", "diagnose_scaling", "check_governance"})
_OF_TODAY = frozenset({"check_model_health", "lookup_metric", "project_record", "find_projects"})
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


def compose(
    frame: Frame,
    plan: Plan,
    findings: Sequence[Finding],
    errors: Sequence[str],
    organisation: str,
    meaning: Meaning | None = None,
) -> Draft:
    """The draft for a question from what its calls found."""
    if plan.choices:
        return _ask_back(plan.choices)
    if frame.links.unknown_ids and not frame.links.of("record"):
        return _no_such(frame.links.unknown_ids)
    passages = [f for f in findings if f.tool == "search_knowledge"]
    rows = _Rows.of(next((f for f in findings if f.tool == "search_records"), None), frame)
    data = sorted((f for f in findings if f.tool not in SEARCHES and not f.result.is_empty), key=lambda f: -f.fit)
    read = Passages(tuple(_merge(passages)), meaning)
    evidence = read.evidence
    relevance = read.relevance(frame.topic)
    sure = max(confidence(r, evidence) for r in [relevance, *_of_parts(frame, read)])
    known = sure >= MIN_CONFIDENCE
    guided = not known and not asks_for_a_fact(frame.text) and nearness(relevance, evidence) >= MIN_NEARNESS
    if plan.lacks_records and frame.is_own:
        return _abstain(relevance, evidence, ["It holds no records to count or rank."], organisation)
    if strangers := _strangers(frame, evidence):
        return _unheard_of(_do_not_mention(strangers, organisation), evidence)
    lead = _leading(data, relevance if sure >= SURE_CONFIDENCE else None, evidence, frame)
    if lead is not None:
        return _data_first(frame, lead, data, read if known else Passages(()), relevance)
    if unknown := [s.text for f in passages for s in f.result.statements if s.role == "caveat"]:
        return _unheard_of(" ".join(dict.fromkeys(unknown)), evidence)
    if known:
        # A long question tells a case, most of whose words no document needs to hold.
        is_sure = sure >= SURE_CONFIDENCE or len(frame.content) > LONG_QUESTION
        is_sure = is_sure and not _is_subject_unknown(frame, relevance)
        cosine = max((e.relevance or 0.0 for e in evidence), default=0.0)
        counted = bool(data) and data[0].fit >= SUPPORTS
        if rows.are_near and not (frame.is_generic or counted) and rows.nearness > max(relevance.nearest, cosine):
            return _rows_first(frame, rows, read, relevance)
        lacks = _lacks_figure(frame, read, relevance)
        is_sure = is_sure and not lacks
        if not (is_sure or lacks or asks_for_a_fact(frame.text)) and nearness(relevance, evidence) >= MIN_NEARNESS:
            return _nearest_first(frame, read, relevance, rows)
        return _documents_first(frame, data, read, relevance, is_sure, rows)
    if choices := next((f.result.choices for f in findings if f.result.choices), ()):
        return _ask_back(choices)
    # What was asked for by name and is not there is not met by what is merely near.
    if not errors and rows.are_near and (not guided or rows.nearness > relevance.nearest - 0.05):
        return _rows_first(frame, rows, read, relevance)
    if not errors and guided and not _lacks_figure(frame, read, relevance):
        return _nearest_first(frame, read, relevance, rows)
    if data and data[0].fit >= SUPPORTS and not frame.is_generic:
        return _data_first(frame, data[0], data, Passages(()), relevance)
    return _abstain(relevance, evidence, errors, organisation)


_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]{2,}(?:[- ][A-Z][a-z]+)*|(?<=[\"“‘'])[A-Z][\w -]{2,40}(?=[\"”’'])")
_CALENDAR = frozenset(
    listed(
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june "
        "july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
        "article annex clause section chapter gate act "
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
        elsewhere = set(stems(formal(match.group()))) - set(stems(match.group()))
        if words_of and not inside and not any(set(stems(w)) & read for w in words_of) and not elsewhere & read:
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


def nearness(relevance: Relevance, evidence: Sequence[Evidence]) -> float:
    """How near the passages come to a question in other words than theirs: nearest sentence, passage, known words."""
    cosine = max((e.relevance or 0.0 for e in evidence), default=0.0)
    return relevance.nearest + cosine + 0.4 * relevance.known_share()


_KINDS = (
    (re.compile(r"\bhow (long|soon|quick\w*|fast|old|often)\b|\bby when\b", re.I), frozenset({"time", "date"})),
    (
        re.compile(r"\bhow much\b|\b(which|what) (price|amount|sum|budget)\b|\bcosts?\b", re.I),
        frozenset({"money", "percent"}),
    ),
    (re.compile(r"\b(which|what) (share|part|percentage|per ?cent|proportion)\b", re.I), frozenset({"percent"})),
    (re.compile(r"\bhow many\b(?! (days?|weeks?|months?|years?|hours?))", re.I), frozenset({"count"})),
)


_NEAR_A_FIGURE = 6
_NUMBER_WORD = (
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety"
    r"|hundred|dozens?|half)\b"
)
_WRITTEN = {
    "count": re.compile(_NUMBER_WORD, re.IGNORECASE),
    "time": re.compile(rf"{_NUMBER_WORD}[\w -]{{0,12}}\b(minute|hour|day|week|month|quarter|year)s?\b", re.IGNORECASE),
}


def _lacks_figure(frame: Frame, read: Passages, relevance: Relevance) -> bool:
    """Whether a figure is asked for that none of the nearest sentences holds one of its kind."""
    wanted = next((kinds for pattern, kinds in _KINDS if pattern.search(frame.text)), None)
    if wanted is None:
        return False
    nearest = sorted(read.units, key=lambda u: -relevance.nearness(u))[:_NEAR_A_FIGURE]
    # "Twenty-four months", "five to ten": what is written in words is a figure too.
    written = [pattern for kind, pattern in _WRITTEN.items() if kind in wanted]
    if any(pattern.search(unit.text) for pattern in written for unit in nearest):
        return False
    return not any(_kind(number) in wanted for unit in nearest for number in find_numbers(unit.text))


def _kind(number: Number) -> str:
    if number.unit in ("percent", "points"):
        return "percent"
    if re.fullmatch(r"[A-Z]{3}", number.unit):
        return "money"
    return "date" if number.unit == "date" else "time" if number.unit else "count"


# Asked for one fact, a text that is merely near is no answer; asked what to do or what is allowed, it may well be.
_FACT = re.compile(
    r"^\W*(?:(?:and|so|please|ok|hi|hello)\W+)*"
    r"(?:what(?:'?s| is| are| was| were| will| does| do| did)|who|whose|when|where|list|which)\b"
    r"|\b(?:how (?:many|much|old|far|often|long)"
    r"|(?:what|which) (?:share|part|percentage|per cent|proportion|number|amount)"
    r"|number of|percentage of|share of|spend|cost|salary|price|password|phone)\b",
    re.IGNORECASE,
)


_FIGURE = re.compile(
    r"\b(how (many|much|far|old)|(what|which) (share|part|percentage|per cent|proportion|number|amount)|number of"
    r"|nr of|no\. of|percentage of|share of|maximum|minimum|total|average|rate|spend|salary|price)\b",
    re.IGNORECASE,
)


# "Will it be above 0.88 next spring?", not "what will be due" under rules that are written down.
_FUTURE = re.compile(
    r"\bwill\b[^.?!]*\b(be|reach|rise|fall|grow|return|recover|become|exceed|earn|save|cost)\b"
    r"|\b(forecast|predict|expect)\b[^.?!]{0,40}\b(next|20\d\d)\b|\bnext (spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)


def asks_about_the_future(question: str) -> bool:
    return bool(_FUTURE.search(question))


# "How long do we have to keep it?" asks for a rule, which a text that is near may well be.
_RULE = re.compile(
    r"\b(have|has|had|got|need|needs|ought) (\w+ )?to\b|\b(must|may|can|should|shall|allowed|permitted|owe|owes)\b",
    re.IGNORECASE,
)


def asks_for_a_fact(question: str) -> bool:
    return bool(_FACT.search(question)) and not _RULE.search(question)


def _of_parts(frame: Frame, read: Passages) -> list[Relevance]:
    """A long question is answerable when one of its requests is."""
    parts = [p for p in parts_of(frame.text) if is_request(p)]
    return [read.relevance(p) for p in parts if len(set(content_stems(p))) >= 3] if len(parts) > 1 else []


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


def _data_first(frame: Frame, lead: Finding, data: Sequence[Finding], read: Passages, relevance: Relevance) -> Draft:
    lines = _statements(frame, lead, limit=MOST_OF_MEMO if lead.tool == "draft_memo" else MOST_STATEMENTS)
    if lead.left_out:
        words_left = ", ".join(f"“{w}”" for w in dict.fromkeys(lead.left_out))
        lines += ["", f"Not taken into account: {words_left}."]
    shown = [lead.id]
    beside = [f for f in data if lead.tool not in _WHOLE or f.tool != "project_record"]
    for other in beside:
        if other is not lead and other.fit >= SUPPORTS and len(shown) < MOST_FINDINGS:
            lines += ["", *_statements(frame, other, limit=3)]
            shown.append(other.id)
    beyond = _ASKS_BEYOND_DATA
    if lead.fit >= 0.75 and lead.tool not in _ABOUT_ONE:
        beyond = frozenset({"steps", "verdict", "clause"})
    if read.evidence and beyond & frame.forms and frame.follows is None and lead.tool not in _WHOLE:
        support = answer_from_passages(frame, read, relevance, brief=True)
        if support:
            lines += ["", "**What the documents say**", "", *support]
    follow_ups = tuple(q for f in data if f.id in shown for q in f.result.follow_ups)
    if asks_about_the_future(frame.text) and lead.tool in _OF_TODAY:
        return Draft("\n".join([FUTURE, "", *lines]), "insufficient_evidence", _unique(follow_ups), tuple(shown))
    # A metric without a figure was found, but not for what was asked.
    empty = lead.tool == "lookup_metric" and not lead.result.figures
    return Draft(
        "\n".join(lines),
        status="insufficient_evidence" if empty else "answered",
        follow_ups=_unique(follow_ups),
        shown=tuple(shown),
    )


def _documents_first(
    frame: Frame, data: Sequence[Finding], read: Passages, relevance: Relevance, is_sure: bool, rows: _Rows
) -> Draft:
    lines = answer_from_passages(frame, read, relevance)
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

    statements: tuple[Statement, ...] = ()
    nearness: float = 0.0
    """Cosine of the nearest row."""
    are_near: bool = False

    @classmethod
    def of(cls, finding: Finding | None, frame: Frame) -> _Rows:
        if finding is None or finding.result.is_empty:
            return cls()
        near = {e.id: e.relevance for e in finding.result.evidence}
        best = max((value for value in near.values() if value is not None), default=0.0)
        # Rows that the search did not find belong to the project of the best one.
        kept = [s for s in finding.result.statements if (near[s.evidence[0]] or best) >= best - 0.15]
        limit = MIN_ROW_NEARNESS + 0.05 if asks_for_a_fact(frame.text) else MIN_ROW_NEARNESS - 0.07
        return cls(tuple(kept), best, best >= limit)

    def lines(self, most: int) -> list[str]:
        return [f"- {cite(s)}" for s in self.statements[:most]]


def _rows_first(frame: Frame, rows: _Rows, read: Passages, relevance: Relevance) -> Draft:
    """What the records say of the thing that is described, then the sentences of the documents that come near."""
    # A row that is near is no figure.
    lacks = bool(_FIGURE.search(frame.text))
    lines = [NO_FIGURE if lacks else NEAREST_ROWS, "", *rows.lines(5)]
    if relevance.nearest >= 0.4:
        lines += ["", "**What the documents say**", "", *nearest_sentences(read, relevance, 2)]
    return Draft("\n".join(lines), status="insufficient_evidence" if lacks else "answered")


def _nearest_first(frame: Frame, read: Passages, relevance: Relevance, rows: _Rows) -> Draft:
    """The sentences nearest to a question that no passage answers in its own words."""
    is_rule = bool(_RULE.search(frame.text))
    lines = [NEAREST, "", *nearest_sentences(read, relevance, is_rule=is_rule)]
    if rows.are_near:
        lines += ["", "**In the records**", "", *rows.lines(3)]
    return Draft("\n".join(lines))


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
