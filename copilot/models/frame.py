"""A question as data: what form it has, what it names, which numbers and periods it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from copilot.language.periods import Period, find_period
from copilot.language.words import content_stems, listed, spelled_out, words
from copilot.models.entities import Lexicon, Links, Mention

Form = Literal[
    "comparison", "verdict", "clause", "definition", "causes", "steps", "list", "advice", "quantity",
    "aggregate", "ranking", "diagnosis", "who", "signs", "measures", "strengths", "weaknesses",
]  # fmt: skip

# "What have its projects returned?" asks for a sum.
SUM_OF_MONEY = (
    r"\bwhat (have|has|did|do|does)\b[^?.]{0,40}\b(returned?|delivered?|earned?|saved?|cost|spen[dt]|pa(y|id))\b"
)

# What a question wants, by its wording. Several may hold; the composer weighs them.
_FORMS: tuple[tuple[Form, str], ...] = (
    (
        "comparison",
        r"\b(compar\w+|contrast\w*|versus|vs\.?|differences? between|differ\w* from|better than|pros and cons"
        r"|trade-?offs?)\b|\bor\b[^?.]{2,60}\?",
    ),
    (
        "verdict",
        r"\b(dis)?agree\b|\b(evaluate|assess|judge) (the|this) (statement|claim|view)|\bis it (true|right"
        r"|correct)|\bis that (true|right|correct)|\btrue that\b|\bmyth\b",
    ),
    (
        "clause",
        r"\b(which|what|where)\b[^?.]{0,60}\b(clause|article|polic(y|ies)|rules?|section|regulations?|laws?)\b"
        r"|\bclause \d|\b(may|can|am|are) (we|i|they)( \w+)? (allowed|permitted|obliged|required)|\b(allowed"
        r"|permitted|forbidden|prohibited) (to|by|under)",
    ),
    (
        "definition",
        r"^\W*(what|who) (is|are|does|do)\b|\bdefine\b|\bdefinition of\b|\bmeaning of\b|\bwhat .{2,40} means?\b"
        r"|\bexplain (what|the)\b|\bwhat phenomenon\b",
    ),
    (
        "causes",
        r"\bwhy\b|\broot causes?\b|\breasons?\b|\bcauses?\b|\bwent wrong\b|\bfail(s|ed|ing|ures?)?\b"
        r"|\bobstacles?\b|\bbarriers?\b|\bpitfalls?\b|\bchallenges?\b|\bproblems?\b"
        r"|\bholding\b[^?.]{0,20}\bback\b",
    ),
    (
        "steps",
        r"\bhow (do|does|should|can|could|to|would|might)\b|\bsteps?\b|\bapproach\b|\bstrateg(y|ies)\b"
        r"|\bdesign\b|\bprocess\b|\bprocedure\b|\bremed(y|ies)\b|\bdiagnos\w+|\bactions?\b|\bfix\b|\bimprove\b"
        r"|\bovercome\b",
    ),
    (
        "list",
        r"\b(list|identify|name|enumerate)\b|\b(which|what) (are|(?!happens|does|goes|makes|means|causes|drives"
        r"|counts|is|was|has)\w{3,}s)\b|\bat least (\d+|two|three|four|five|six)\b",
    ),
    (
        "advice",
        r"\bshould (we|i|one|they)\b|\brecommend\w*|\badvi[cs]e\b|\bunder what\b|\bwhen (should|is|does|do"
        r"|would)\b|\bbest way\b|\bright for\b|\bsuits?\b|\bchoose\b",
    ),
    (
        "quantity",
        r"\bhow (many|much|long|often|large|big|far)\b|\b(what|which) (share|percentage|per cent|percent"
        r"|proportion|fraction|ratio|number|amount)\b|\bpercentage of\b",
    ),
    (
        "aggregate",
        r"\bhow (many|much)\b|\bnumber of\b|\badd(ed)? up\b"
        r"|\bcount( of)?\b|\bbreak ?down\b|\bdistribution\b|\btotals?\b"
        r"|\bsum\b|\baverage\b|\bmean\b|\bmedian\b|\b(share|percentage|proportion) of\b|\b(in|for|by"
        r"|per) each\b"
        rf"|{SUM_OF_MONEY}",
    ),
    (
        "ranking",
        r"\bprioriti[sz]\w+|\brank(s|ed|ing|ings)?\b|\btop\b|\bbest\b|\bworst\b|\bhighest[- ]scor\w+|\bscor(e"
        r"|ed|ing)\b[^?.]{0,30}\b(projects?|initiatives?|pilots?|use cases?|candidates?)\b|\b(project|priority"
        r"|overall|total)\s+scores?\b|\bweight(s|ed|ing|ings)?\b|\b(fund\w*|invest|build|start|do|go|come"
        r"|tackle|be|work|approve|scale)\b[^?.]{0,30}\bfirst\b|\bpriorit(y|ies)\b|\bmost (promising|valuable"
        r"|attractive)\b|\bwhere (should|do) we (invest|start|begin|focus)\b|\bquick wins?\b"
        r"|\bshortlist\b|\bovertak\w+",
    ),
    (
        "signs",
        r"\bsigns?\b|\bsymptoms?\b|\bwarnings?\b|\bnotice\b|\brecogni[sz]e\b|\bspot\b|\bhow (do|would|can"
        r"|could) (we|i|you) (know|tell|see)\b",
    ),
    ("measures", r"\bmeasur\w+|\bmetrics?\b|\bkpis?\b|\bindicators?\b|\btrack\b"),
    ("strengths", r"\bgains?\b|\badvantages?\b|\bstrengths?\b|\bupsides?\b|\bpros\b|\bbenefits? of\b"),
    (
        "weaknesses",
        r"\bdownsides?\b|\bdisadvantages?\b|\bweakness\w*|\bdrawbacks?\b|\bcons\b|\bdo i (risk|lose)|\bwe (risk"
        r"|lose)\b|\brisks? of\b",
    ),
    ("who", r"\bwho(se|m)?\b|\bwhich (role|body|committee|person|team)\b"),
    (
        "diagnosis",
        r"\bdrift\w*|\b(accuracy|quality|performance)\b[^?.]{0,60}\b(drop\w*|declin\w+|f[ae]ll\w*|deteriorat\w+"
        r"|degrad\w+|down|worse\w*)|\b(drop\w*|declin\w+|fall\w*|fell|degrad\w+)\b[^?.]{0,40}\b(accuracy"
        r"|quality|performance)\b",
    ),
)
_FORM_PATTERNS = tuple((form, re.compile(pattern, re.IGNORECASE)) for form, pattern in _FORMS)

# "An organisation", "a retail company": a case to reason about, not the asker's own.
_GENERIC = re.compile(
    r"\b(an?|most|many|some|other|any|large|leading) (\w+ ){0,3}(organi[sz]ations?|compan(y|ies)|enterprises?"
    r"|firms?|businesse?s?|banks?|insurers?|retailers?|manufacturers?)\b|\b(organi[sz]ations|companies"
    r"|enterprises|firms|industry)\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(we|our|ours|us)\b", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"^\W*(and|but|also|so|then|what about|how about|what if|suppose|same|ok(ay)?,? (and|but|now)|now|instead|only|just"
    r"|without|with|excluding|including|in|for|by|versus|vs|or)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(it|its|they|them|their|those|these|that (project|model|one|metric|unit|ranking|list)|this (project"
    r"|model|one|metric|unit|ranking|list)|the (former|latter|first one|second one|same))\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = {
    w: n for n, w in enumerate(listed("zero one two three four five six seven eight nine ten eleven twelve"))
} | {"fifteen": 15, "twenty": 20}
_COUNT = re.compile(
    r"\b(?:top|best|first|least|worst|bottom|highest|largest|biggest|name|list|identify|explain|the|describe"
    r"|give|propose|recommend|suggest|which|are|us|me)\s+(?:the\s+|at least\s+|up to\s+|our\s+)?"
    rf"(\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})\b(?!\s*(?:%|per cent|percent|years?|quarters?|months?|weeks?|days?))",
    re.IGNORECASE,
)

_REQUEST = re.compile(
    r"\W*(please\s+|and\s+|then\s+|also\s+)*(what|which|who|whom|whose|why|when|where|how|is|are|was|were|do"
    r"|does|did|can|could|should|would|will|may|has|have|list|identify|name|explain|describe|define|compare"
    r"|contrast|evaluate|assess|analy[sz]e|propose|recommend|suggest|design|draft|write|give|show|tell|find"
    r"|outline|summari[sz]e|discuss|advise|rank|prioriti[sz]e|approximately|roughly|count|plot|calculate)\b",
    re.IGNORECASE,
)
# "When they scale, they find problems." tells the case; "When should we scale?" asks.
_TELLS = re.compile(r"\W*(when|where|while|is|are|was|were|has|have|do|does|did|may|can|will)\b", re.IGNORECASE)
_PART = re.compile(
    r"(?<=[.?!;])\s+|,?\s+and\s+(?=(?:how|what|why|when|which|who|where|list|explain|describe|define|give|name"
    r"|propose|recommend|approximately|roughly|about)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Frame:
    """One question, read. A follow-up is completed from the frame before it."""

    text: str
    forms: frozenset[Form]
    links: Links
    period: Period | None
    count: int | None
    """How many are asked for: "top five", "at least four"."""
    is_generic: bool
    """About organisations in general rather than the asker's own."""
    is_own: bool
    today: date = date.min
    topic: str = ""
    """What to search for: the text, with the question it follows on when it cannot stand alone."""
    follows: Frame | None = field(default=None, repr=False)
    likely_metrics: tuple[str, ...] = ()
    """Metrics that a question about a period may describe, where it names none."""

    @property
    def content(self) -> list[str]:
        return content_stems(self.text)


def read(text: str, lexicon: Lexicon, today: date, fiscal_start: int, previous: Frame | None = None) -> Frame:
    """The frame of a question, completed from the previous one where it cannot stand alone."""
    text = spelled_out(text)
    links = lexicon.link(text)
    frame = Frame(
        text=text,
        forms=forms_of(without_names(text, links)),
        links=links,
        period=find_period(text, today, fiscal_start),
        count=count_of(text),
        is_generic=bool(_GENERIC.search(text)) and not _OWN.search(text),
        is_own=bool(_OWN.search(text)),
        today=today,
        topic=text,
    )
    frame = _complete(frame, previous) if previous is not None else frame
    if frame.links.of("metric") or lexicon.meanings is None:
        return frame
    if frame.period is None:
        shares = lexicon.meanings.near(frame.topic, shares=True) if _SHARE.search(text) else ()
        return replace(frame, likely_metrics=shares)
    return replace(frame, likely_metrics=lexicon.meanings.near(frame.topic))


# "What percentage goes to …" describes a metric that is a share, whatever the period.
_SHARE = re.compile(r"\b(?:what|which) (?:share|percentage|per ?cent|proportion|part|fraction)\b", re.IGNORECASE)


def without_names(text: str, links: Links) -> str:
    """The text with the names of records blanked: "default score" is no request to score."""
    for m in links.of("record"):
        text = text[: m.start] + "x" * (m.end - m.start) + text[m.end :]
    return text


def forms_of(text: str) -> frozenset[Form]:
    """What a text asks for, by its wording."""
    return frozenset(form for form, pattern in _FORM_PATTERNS if pattern.search(text))


def count_of(text: str) -> int | None:
    """How many of something a text asks for."""
    match = _COUNT.search(text)
    return (_NUMBER_WORDS.get(match[1].lower()) or int(match[1])) if match else None


def wants_exactly(text: str) -> int | None:
    """The number of items asked for, unless it is a lower bound."""
    return None if re.search(r"\bat least\b|\bor more\b|\bminimum\b", text, re.IGNORECASE) else count_of(text)


def is_request(part: str) -> bool:
    """Whether a sentence asks for something, rather than telling the case."""
    if part.rstrip().endswith("?"):
        return True
    tells = part.rstrip().endswith(".") and bool(_TELLS.match(part))
    return not tells and bool(_REQUEST.match(part))


def parts_of(text: str) -> list[str]:
    """The sentences and coordinated requests of a text, each of which wants its own answer."""
    parts: list[str] = []
    for part in _PART.split(text):
        if parts and len(parts[-1].split()) < 3:
            parts[-1] = f"{parts[-1]} and {part.strip()}"
        elif part.strip():
            parts.append(part.strip())
    return parts


def _complete(frame: Frame, previous: Frame) -> Frame:
    """Adds what a follow-up leaves unsaid: "and in retail?", "how risky is it?"."""
    elliptical = is_elliptical(frame)
    if not elliptical and not _PRONOUN.search(frame.text):
        return frame
    if not elliptical:
        carried = () if frame.links.of("record") else previous.links.of("record")
        return replace(
            frame,
            links=replace(frame.links, mentions=(*frame.links.mentions, *carried)),
            topic=f"{frame.text} {_names(carried) or previous.topic}",
            follows=previous if not carried else None,
        )
    return replace(
        frame,
        forms=frame.forms | previous.forms,
        links=_overlay(previous.links, frame.links),
        period=frame.period or previous.period,
        count=frame.count or previous.count,
        is_generic=previous.is_generic,
        is_own=previous.is_own or frame.is_own,
        topic=f"{previous.topic} {frame.text}",
        follows=previous,
    )


def is_elliptical(frame: Frame) -> bool:
    """Whether the text is a fragment that changes the question before it."""
    size = len(words(frame.text))
    if _FOLLOW_UP.match(frame.text) and size <= 14:
        return True
    return size <= 5 and bool(frame.links.mentions) and not frame.forms - {"comparison"}


def _names(mentions: tuple[Mention, ...]) -> str:
    return " ".join(m.name or m.key for m in mentions)


def _overlay(old: Links, new: Links) -> Links:
    """The old links with those of the same sort replaced by the new ones."""
    fresh = {_slot(m) for m in new.mentions}
    if new.of("record") or new.ambiguous:
        fresh.add("record")
    kept = tuple(m for m in old.mentions if _slot(m) not in fresh)
    return replace(new, mentions=(*kept, *new.mentions))


def _slot(mention: Mention) -> str:
    if mention.kind == "value":
        return f"value:{mention.column}"
    # "And which of them cost the most?" still asks of those without an owner.
    return "absent" if mention.role == "absent" else mention.kind
