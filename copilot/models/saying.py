"""What an answer says, from what its calls found: which result leads, what supports it, what limits it.

Which tool was wanted is read from the question; whether its result answers is seen from the result. Shapes decide how
much is said, never whether it is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from copilot.citations import with_markers
from copilot.language.formatting import join_and
from copilot.language.spoken import about_document, language
from copilot.language.words import content_stems
from copilot.models.draft import Draft
from copilot.models.planning import Plan, Planned
from copilot.models.quoted import conflict_told, first_pair, quoted
from copilot.passages.answerable import LEAST_OPEN
from copilot.passages.quoting import Quotation
from copilot.passages.units import Unit
from copilot.reading.asked import Asked
from copilot.reading.building import WHOLE
from copilot.reading.call import Call
from copilot.reading.parts import compares
from copilot.reading.question import Shape
from copilot.tools import is_search
from copilot.tools.tool import Tool
from copilot.types import Evidence, Finding, ToolResult

# From here on a tool is wanted.
ALSO = 0.45
# A result that is not the first is told too where its tool is wanted this surely: two things are asked.
TWO_THINGS = 0.75
CLEARLY = 2.0
# Documents that are wanted so surely are told even where they may not answer.
SURELY_THEIRS = 0.8
# Of 170 questions that documents of nine companies answer none wants them less; of 54 that nothing answers, 29.
HARDLY_WANTED = 0.1
# What documents answer this surely is not told from doubted rows.
SURELY = 0.9
# What is less likely to be what is asked than this is not told, even where documents do not answer either.
UNLIKELY = 0.25
# Documents support what records say when they are wanted and answer this surely.
SUPPORT, SUPPORT_ANSWERS = 0.3, 0.6
# Of answers that are less certain, one in three holds what was asked for; of others two.
CERTAIN = 0.5
# A call that expresses less of the question answers another one.
RESOLVED = 0.6
# Rows that nobody named are told from this cosine on, and others that come so near to the best.
NEAR_ROWS, AS_NEAR = 0.36, 0.05
# What is more probable than this is told as what comes nearest, where documents were asked and do not answer.
NEAREST = 0.15
# A comparison may be answered by yes or no from here on.
YES_OR_NO = 0.05
TELLING = ("headline", "support", "option")
"""Roles of findings that are the answer itself."""
MOST_CAVEATS, MOST_EVIDENCE = 3, 3
HIDDEN = "hidden"
"""The kind of the caveat, of whatever tool, that rows are left out which the viewer may not see."""
CHOICES = 6
"""What is offered where it is asked back, the most probable first."""
FEW_QUOTES = 3
"""Of documents that may not answer; more of what is doubted tells nobody more."""
FEW_ROWS = 5
# Findings after the first, by the shape of the answer.
FINDINGS: Mapping[Shape, int] = {
    "number": 2, "name": 2, "date": 2, "yes_no": 2, "definition": 3, "rule": 4, "comparison": 5, "reasons": 7,
    "list": 7, "ranking": 7, "procedure": 8, "overview": 8, "plan": 12, "memo": 16, "none": 5,
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One call and what came of it."""

    planned: Planned
    tool: Tool
    id: str
    result: ToolResult | None = None
    error: str = ""

    @property
    def holds_something(self) -> bool:
        found = self.result is not None and any(f.role in TELLING for f in self.result.findings)
        return found and (not self.tool.needs_figure or bool(self.result and self.result.figures))

    @property
    def reasons(self) -> list[str]:
        """Why it found nothing, where it says so."""
        if self.error or self.result is None or self.holds_something:
            return [self.error] if self.error else []
        return [cite(f) for f in self.result.findings if f.role == "caveat"]

    @property
    def read_as(self) -> list[Finding]:
        """How its call was understood."""
        return [f for f in self.result.findings if f.role == "method"][:1] if self.result else []

    @property
    def may_lead(self) -> bool:
        """Whether it is more than a sample of what is near; rows that are near are what some questions want."""
        return self.tool.searches is None or (self.tool.searches == "rows" and self.planned.probability >= ALSO)


@dataclass(frozen=True)
class Documents:
    """What the documents have on the question."""

    quotation: Quotation = Quotation()
    answers: float = 0.0
    """How probable it is that the quotes answer."""
    evidence: tuple[Evidence, ...] = ()
    unmentioned: tuple[str, ...] = ()
    """Parts that the question refers to and no document has."""
    least: float = 0.5
    """From which probability on they count as an answer, as calibrated."""
    certainty: float = 1.0
    """How probable it is that one of the first quotes answers."""
    about: str = ""
    """The question, where it is one of several."""
    answered: float = 1.0
    """How probable it is that they answer where the judge counts more: rows that come nearer are told below that."""
    parts: tuple[Documents, ...] = ()
    """On each question, where several stand in one; the rest is then of all of them."""

    @classmethod
    def together(cls, parts: Sequence[Documents]) -> Documents:
        """What they have on several questions, as far as they answer any."""
        best = max(parts, key=lambda part: (part.do_answer, part.answers))
        said = {quote.unit: quote for part in parts if part.do_answer for quote in part.quotation.quotes}
        evidence = {item.id: item for part in parts for item in part.evidence}
        missed = [set(part.unmentioned) for part in parts]
        return cls(
            Quotation(tuple(said.values())), best.answers, tuple(evidence.values()),
            tuple(sorted(set.intersection(*missed))), best.least, best.certainty,
            answered=best.answered, parts=tuple(parts),
        )  # fmt: skip

    @property
    def do_answer(self) -> bool:
        return bool(self.quotation.quotes) and self.answers >= self.least


@dataclass
class _Page:
    """The answer as it grows."""

    lines: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    limits: set[str] = field(default_factory=set)
    """What limits the figures, as said so far: it holds for those that follow."""
    follow_ups: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    """The findings, as they were told."""

    def add(self, lines: Iterable[str], heading: str = "") -> None:
        fresh = list(lines)
        if fresh:
            self.lines += [*([""] if self.lines else []), *([f"**{heading}**", ""] if heading else []), *fresh]


def say(asked: Asked, plan: Plan, outcomes: Sequence[Outcome], documents: Documents, organisation: str) -> Draft:
    """The draft for a question from what its calls found and what the documents have."""
    if plan.kind == "ask_back":
        return _ask_back(plan.choices)
    documents_wanted = max((o.planned.probability for o in outcomes if o.tool.searches == "passages"), default=0.0)
    own = [o for o in outcomes if o.tool.searches is None and not o.tool.quotes_documents]
    computed = max((o.planned.probability for o in own), default=0.0)
    # Where there are no records, all that is asked is asked of documents; all that bears on a case is, too.
    are_hardly_asked = documents_wanted < HARDLY_WANTED and bool(asked.view.tables)
    # Nor is what documents surely answer told from rows that are doubted.
    is_doubted = any(o.planned.call.is_doubtful for o in own if o.planned.probability == computed)
    are_sure = is_doubted and documents.answers >= SURELY and documents.certainty >= SURELY
    little_asked = documents_wanted < SUPPORT and computed >= ALSO and not are_sure
    if (are_hardly_asked or little_asked) and not asked.wants_all:
        # What is said of a figure somewhere is not what records were asked for.
        documents = replace(documents, answers=0.0)
    # A document may answer in other words what is asked of a name that it does not have; records cannot.
    is_theirs = documents.do_answer and (documents_wanted >= ALSO or asked.is_case)
    is_theirs = is_theirs or (documents_wanted >= SURELY_THEIRS and documents.answers >= LEAST_OPEN)
    if documents.unmentioned or (asked.unknown and not is_theirs):
        return refuse(asked, outcomes, documents, organisation)
    told = [o for o in outcomes if o.may_lead and o.holds_something and not o.planned.call.is_a_guess]
    data = [o for o in told if _says_enough(o.planned.call)]
    # Where something is measured over the time that is named, rows that a date only perhaps bounds come after it.
    is_timed = any("period" in o.planned.call.arguments for o in data)
    data.sort(key=lambda o: -o.planned.worth * (o.planned.call.certainty if is_timed else 1.0))
    lead = data[0] if data else None
    # Advice for nobody in particular is the documents' before it is a computation's.
    general = lead is not None and lead.tool.quotes_documents and not lead.planned.call.arguments
    is_advice = general and lead is not None and lead.planned.probability < TWO_THINGS
    # Of a record that is named, the likelier of two unlikely readings will do.
    names_one = any(x.score >= WHOLE for x in asked.links.of("record"))
    sure = max(ALSO, documents_wanted)
    least = min(sure, CLEARLY * documents_wanted) if names_one else sure
    # A memo on a record that is named tells no case, however long it is asked for.
    is_case = asked.is_case and not (asked.reading.shape == "memo" and names_one)
    gives_way = is_advice or (is_case and documents.do_answer)
    gives_way |= are_sure and not are_hardly_asked
    # What changed between versions of a document is no list of what was decided meanwhile.
    gives_way |= documents.quotation.has_before and documents_wanted >= SURELY_THEIRS
    leads = lead is not None and not gives_way and lead.planned.worth >= least
    may_be_rows = not leads and plan.kind != "out_of_scope"
    rows = _nearer_rows(outcomes, documents, documents_wanted) if may_be_rows else None
    if rows is not None:
        return _rows_first(asked, rows)
    # What records hold comes before what documents may not answer, if it is likely enough to be what is asked.
    do_surely = documents.do_answer and (documents.certainty >= CERTAIN or documents_wanted >= SURELY_THEIRS)
    likely = _likelihood(lead, documents_wanted, plan) if lead is not None else 0.0
    # What leaves something out is no substitute for what documents are surely asked for.
    is_part = lead is not None and bool(lead.planned.call.unresolved) and documents_wanted >= SURELY_THEIRS
    may_lead = leads or (likely >= UNLIKELY and not do_surely and not is_part)
    if lead is not None and plan.kind != "out_of_scope" and may_lead:
        return _records_first(asked, lead, data, documents, documents_wanted, plan)
    if (documents.do_answer or (is_theirs and asked.unknown)) and plan.kind != "out_of_scope":
        clear = [o for o in data if o.planned.worth >= TWO_THINGS and not o.planned.call.is_doubtful]
        beside = clear or [o for o in data if _is_apart(o, plan) and _likelihood(o, documents_wanted, plan) >= UNLIKELY]
        return _documents_first(asked, documents, beside)
    choices = next((o.result.choices for o in outcomes if o.result is not None and o.result.choices), ())
    if choices:
        return _ask_back(choices)
    return refuse(asked, outcomes, documents, organisation)


def _says_enough(call: Call) -> bool:
    """Whether a call expresses enough of the question: as a whole where it was judged so, else by its parts."""
    return call.resolved >= RESOLVED or (call.certainty < 1 and call.resolved > 0)


def _is_apart(outcome: Outcome, plan: Plan) -> bool:
    """Whether a part of the question asks for the tool alone, and another for something else."""
    return plan.asks_apart and outcome.tool.name in plan.parts


def _likelihood(outcome: Outcome, documents_wanted: float, plan: Plan) -> float:
    """How likely a call is what is asked; what was judged as a whole has the reader's doubt in its certainty, all but
    whether documents are wanted instead, which they are not where they are asked apart."""
    planned = outcome.planned
    if planned.call.certainty == 1:
        return planned.worth
    if _is_apart(outcome, plan):
        return planned.call.certainty * planned.probability
    return planned.call.certainty * planned.probability / max(planned.probability + documents_wanted, 1e-6)


def _records_first(
    asked: Asked, lead: Outcome, data: Sequence[Outcome], documents: Documents, wanted: float, plan: Plan
) -> Draft:
    """What the records say, then the documents: where they are asked apart whether they answer, else what supports."""
    page = _Page()
    most = min(FINDINGS[asked.reading.shape] + 1, lead.tool.most_findings)
    _tell(page, lead, most, opening=_yes_or_no(asked, lead))
    for other in data[1:]:
        if _are_both_asked(asked, lead, other) and not (lead.tool.quotes_documents and other.tool.is_record):
            _tell(page, other, 4)
    if plan.asks_apart or any(is_search(name) for name in plan.parts):
        page.add(_answered_apart(documents, plan), "What the documents say")
    elif wanted >= SUPPORT and documents.answers >= SUPPORT_ANSWERS and not lead.tool.quotes_documents:
        page.add(quoted(documents.quotation.quotes[:2]), "What the documents say")
    call = lead.planned.call
    return Draft(
        text="\n".join(page.lines), follow_ups=_next_questions(asked, page), shown=tuple(page.shown),
        certainty=min(call.certainty, call.resolved),
    )  # fmt: skip


def _answered_apart(documents: Documents, plan: Plan) -> list[str]:
    """What the documents answer of what they are asked apart, or what comes nearest, or that they do not."""
    if documents.do_answer:
        return quoted(documents.quotation.quotes)
    asked = [part.text for name, own in plan.parts.items() if is_search(name) for part in own]
    what = join_or(asked) if asked else "the rest of the question"
    if documents.answers < NEAREST:
        return [f"The documents do not answer {what}."]
    return [f"The documents may not answer {what}. What comes nearest:", "", *quoted(documents.quotation.quotes[:1])]


def _nearer_rows(outcomes: Sequence[Outcome], documents: Documents, wanted: float) -> Outcome | None:
    """Rows of the records that come nearer to the question than any passage, clearly so where documents are surely
    wanted; none where the passages answer it."""
    rows = next((o for o in outcomes if o.tool.searches == "rows" and o.holds_something and o.result), None)
    if rows is None or rows.result is None or (documents.do_answer and documents.answered >= CERTAIN):
        return None
    near = _nearness(rows.result.evidence)
    least = _nearness(documents.evidence) + (AS_NEAR if wanted >= SURELY_THEIRS else 0.0)
    return rows if near >= NEAR_ROWS and near > least else None


def _nearness(evidence: Iterable[Evidence]) -> float:
    """The cosine of what comes nearest."""
    return max((item.relevance for item in evidence if item.relevance is not None), default=0.0)


def _rows_first(asked: Asked, rows: Outcome) -> Draft:
    """The row that comes nearest, what comes as near, and what else is recorded of its project."""
    page = _Page(["This is what the records hold that comes nearest:"])
    _tell(page, rows, FEW_ROWS)
    return Draft(text="\n".join(page.lines), follow_ups=_next_questions(asked, page), shown=tuple(page.shown))


def _told(outcome: Outcome) -> list[Finding]:
    """What a result has to tell, the headline first; of rows that were searched for, not what is far from the best."""
    assert outcome.result is not None
    said = [f for f in outcome.result.findings if f.role in TELLING]
    if outcome.tool.searches == "rows":
        near = {item.id: item.relevance or 0.0 for item in outcome.result.evidence}
        least = max(near.values(), default=0.0) - AS_NEAR
        said = [f for f in said if f.role != "option" or near[f.evidence[0]] >= least]
        return sorted(said, key=lambda f: TELLING.index(f.role))
    return sorted(said, key=lambda f: f.role != "headline")


def _are_both_asked(asked: Asked, lead: Outcome, other: Outcome) -> bool:
    """Whether the reader wants both tools, or one of them twice, and the second result is about the question."""
    read = asked.reading.tools
    if lead.tool is other.tool and compares(asked):
        # Two projects, or two metrics.
        return True
    wanted = min(read.get(lead.tool.name, 0.0), read.get(other.tool.name, 0.0))
    return wanted >= TWO_THINGS and other.planned.worth >= ALSO


def _documents_first(asked: Asked, documents: Documents, data: Sequence[Outcome]) -> Draft:
    page = _Page()
    # What is doubted says so itself.
    in_general = "" if documents.certainty < CERTAIN else " In general they say:"
    # "The former handbook" is what was replaced.
    if asked.unnamed and not documents.quotation.is_of_versions:
        page.add([f"The documents call nothing {join_or(asked.unnamed)}.{in_general}"])
    elif asked.unknown:
        page.add([f"The documents do not mention {join_or(asked.unknown)}.{in_general}"])
    said: set[Unit] = set()
    for part in documents.parts or (documents,):
        if part.about and not part.do_answer:
            page.add([f"The documents do not answer “{part.about}”"])
            continue
        fresh = [q for q in part.quotation.quotes if q.unit not in said]
        if fresh[:1] != list(part.quotation.quotes[:1]):
            # What answers the one question answers the next too.
            continue
        if part.certainty < CERTAIN:
            page.add([f"{'They' if page.lines else 'The documents'} may not answer this. What comes nearest:"])
            fresh = first_pair(fresh) if part.quotation.is_of_versions else fresh[:FEW_QUOTES]
        page.add(quoted(fresh))
        page.add([conflict_told(c) for c in part.quotation.conflicts[:2]])
        said |= {q.unit for q in part.quotation.quotes}
    for outcome in data[:2]:
        _tell(page, outcome, 3, "In the records" if outcome is data[0] else "")
    return Draft(text="\n".join(page.lines), follow_ups=_next_questions(asked, page), shown=tuple(page.shown))


def _yes_or_no(asked: Asked, lead: Outcome) -> str:
    """The word that a question wants before all else, where the result decides it."""
    first = next((f for f in lead.result.findings if f.role == "headline"), None) if lead.result else None
    # "Did we start more than last year?" is a comparison that a word answers.
    may_compare = asked.reading.shape == "comparison" and asked.reading.shapes.get("yes_no", 0.0) >= YES_OR_NO
    if first is None or not (asked.reading.shape == "yes_no" or may_compare):
        return ""
    if lead.planned.call.unresolved or lead.planned.call.is_doubtful:
        return ""
    is_so = lead.tool.decides(asked, first)
    return "" if is_so is None else "Yes. " if is_so else "No. "


def _tell(page: _Page, outcome: Outcome, most: int, heading: str = "", opening: str = "") -> None:
    """The findings of a result: the first headline as a sentence, the others as a list, then what limits them."""
    result = outcome.result
    assert result is not None
    said = [f for f in _told(outcome) if f.text not in page.told]
    notes = _limits([f for f in result.findings if f.role == "caveat" and f.text not in page.limits])
    page.limits |= {f.text for f in notes}
    # What was said with the answer is not said again.
    method = [] if outcome.planned.call.is_doubtful else outcome.read_as
    rows = [f for f in said if f.kind == "row"]
    if len(rows) <= FEW_ROWS:
        # Rows that are counted are named all or not at all.
        most = max(most, 1 + len(rows))
    lines = [_first(outcome, f"{opening}{cite(f)}") for f in said[:1]]
    if len(said) > 1:
        lines += ["", *(f"- {cite(f)}" for f in said[1:most])]
    if notes or method:
        lines += ["", *(cite(f) for f in [*notes, *method])]
    page.add(lines, heading)
    page.told |= {f.text for f in said[:most]}
    page.shown.append(outcome.id)
    page.follow_ups += result.follow_ups


def _first(outcome: Outcome, answer: str) -> str:
    """What answers, in one breath with what is doubted of it: a right figure of other rows than were meant is a wrong
    answer."""
    call, told = outcome.planned.call, [answer]
    if call.is_doubtful:
        told = [f"If I read you right: {answer}", *(cite(f) for f in outcome.read_as)]
    if call.unresolved:
        told.append(f"{join_or(call.unresolved)} could not be matched to the records and is left out.")
    return " ".join(told)


def _limits(caveats: Sequence[Finding]) -> list[Finding]:
    """The first caveats; that rows are left out takes the place of none: who may see less is told no less else."""
    others = [f for f in caveats if f.kind != HIDDEN][:MOST_CAVEATS]
    return [f for f in caveats if f.kind == HIDDEN or f in others]


def refuse(asked: Asked, outcomes: Sequence[Outcome], documents: Documents, organisation: str) -> Draft:
    """Says that nothing was found, what was looked for in vain, and what lies nearest."""
    who = f"The documents and records of {organisation}" if organisation else "The documents and records"
    unknown = [f"“{name}”" for name in (*asked.unknown, *documents.unmentioned)]
    lines = [f"{who} do not mention {' or '.join(unknown)}." if unknown else f"{who} do not answer this."]
    likely = [o for o in outcomes if o.planned.probability >= ALSO]
    lost = [o.planned.call.unresolved for o in likely if o.tool.searches is None]
    left = [w for w in (lost[0] if lost else ()) if content_stems(w) and all(w in others for others in lost)]
    if left and not unknown:
        lines.append(f"Nothing in the records is called {join_or(left)}.")
    lines += list(dict.fromkeys(r for o in likely for r in o.reasons))[:2]
    guesses = [o for o in likely if _is_worth_offering(o.planned.call) and o.holds_something and not unknown]
    if guesses:
        lines += ["", "The records may, asked in other words; this reading is hardly what you mean:", ""]
        lines += [f"- {cite(f)}" for o in guesses for f in o.read_as]
    topics = list(dict.fromkeys(e.title.partition(" › ")[0] for e in documents.evidence))[:3]
    asked_in = language(asked.text)
    # What may be asked next names the topics, in the languages in which it can be said.
    named = [question for title in topics if (question := about_document(title, asked_in))]
    is_theirs = any(o.tool.searches == "passages" for o in likely)
    nearest = documents.quotation.quotes[:1] if is_theirs and documents.answers >= NEAREST and not unknown else ()
    # Where there are no documents, the row that comes nearest is shown in place of their topics.
    rows = next((o for o in outcomes if o.tool.searches == "rows" and o.holds_something), None)
    if nearest:
        lines += ["", "What comes nearest:", "", *quoted(nearest)]
    elif rows is not None and is_theirs and not unknown and not documents.evidence:
        lines += ["", "What comes nearest:", "", *(f"- {cite(f)}" for f in _told(rows)[:1])]
    elif topics and not named:
        lines += ["", f"The nearest topics they cover: {join_and(topics)}."]
    read = [_capital(o.planned.call.phrase) for o in guesses if asked_in == "en"]
    return Draft(text="\n".join(lines), status="insufficient_evidence", follow_ups=(*read, *named)[:4])


def _is_worth_offering(call: Call) -> bool:
    """Whether it is a guess that says more than which table is meant."""
    return call.is_a_guess and any(not isinstance(value, str) and value for value in call.arguments.values())


def _ask_back(choices: Sequence[str]) -> Draft:
    if not choices:
        return Draft(text="What is your question about?", status="needs_clarification")
    lines = ["Which one do you mean?", "", *(f"- {c}" for c in choices[:CHOICES])]
    return Draft(text="\n".join(lines), status="needs_clarification", follow_ups=tuple(choices[:CHOICES]))


def cite(finding: Finding) -> str:
    """A finding with its markers before the closing stop."""
    return with_markers(finding.text, finding.evidence[:MOST_EVIDENCE])


def _capital(phrase: str) -> str:
    return f"{phrase[:1].upper()}{phrase[1:]}"


def join_or(texts: Iterable[str]) -> str:
    return " or ".join(f"“{text}”" for text in dict.fromkeys(texts))


def _next_questions(asked: Asked, page: _Page) -> tuple[str, ...]:
    """Those of the tools, which are in English."""
    return tuple(dict.fromkeys(page.follow_ups))[:4] if language(asked.text) == "en" else ()
