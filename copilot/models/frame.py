"""A question as data: what form it has, what it names, which numbers and periods it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from copilot.models.entities import Lexicon, Links, Mention
from copilot.models.periods import Period, find_period
from copilot.models.words import content_stems, listed, words

Form = Literal[
    "comparison", "verdict", "clause", "definition", "causes", "steps", "list", "advice", "quantity",
    "aggregate", "ranking", "diagnosis", "who", "signs", "measures", "strengths", "weaknesses",
]  # fmt: skip

# What a question wants, by its wording. Several may hold; the composer weighs them.
_FORMS: tuple[tuple[Form, str], ...] = (
    (
        "comparison",
        r"\b(compar\w+|contrast\w*|versus"
        r"|vs\.?|differences? between"
        r"|differ\w* from"
        r"|better than|pros and cons"
        r"|trade-?offs?)\b|\bor\b[^?.]{2,60}\?",
    ),
    (
        "verdict",
        r"\b(dis)?agree\b|\b(evaluate"
        r"|assess|judge) (the"
        r"|this) (statement|claim|view)"
        r"|\bis it (true|right|correct)"
        r"|\bis that (true|right|correct)|\btrue that\b|\bmyth\b",
    ),
    (
        "clause",
        r"\b(which|what"
        r"|where)\b[^?.]{0,60}\b(clause|article"
        r"|polic(y|ies)|rules?|section"
        r"|regulations?|laws?)\b"
        r"|\bclause \d|\b(may|can|am|are) (we|i|they)( \w+)? (allowed|permitted|obliged|required)"
        r"|\b(allowed|permitted|forbidden|prohibited) (to|by|under)",
    ),
    (
        "definition",
        r"^\W*(what|who) (is|are"
        r"|does|do)\b|\bdefine\b"
        r"|\bdefinition of\b|\bmeaning of\b"
        r"|\bwhat .{2,40} means?\b"
        r"|\bexplain (what|the)\b|\bwhat phenomenon\b",
    ),
    (
        "causes",
        r"\bwhy\b|\broot causes?\b"
        r"|\breasons?\b|\bcauses?\b"
        r"|\bwent wrong\b|\bfail(s|ed"
        r"|ing|ures?)?\b|\bobstacles?\b"
        r"|\bbarriers?\b|\bpitfalls?\b|\bchallenges?\b|\bproblems?\b|\bholding\b[^?.]{0,20}\bback\b",
    ),
    (
        "steps",
        r"\bhow (do|does|should|can"
        r"|could|to|would|might)\b"
        r"|\bsteps?\b|\bapproach\b"
        r"|\bstrateg(y|ies)\b|\bdesign\b"
        r"|\bprocess\b|\bprocedure\b"
        r"|\bremed(y|ies)\b|\bdiagnos\w+"
        r"|\bactions?\b|\bfix\b"
        r"|\bimprove\b|\bovercome\b",
    ),
    (
        "list",
        r"\b(list|identify|name"
        r"|enumerate)\b|\b(which"
        r"|what) (are|(?!happens"
        r"|does|goes|makes|means"
        r"|causes|drives|counts"
        r"|is|was|has)\w{3,}s)\b"
        r"|\bat least (\d+|two|three|four|five|six)\b",
    ),
    (
        "advice",
        r"\bshould (we|i|one|they)\b"
        r"|\brecommend\w*|\badvi[cs]e\b"
        r"|\bunder what\b|\bwhen (should"
        r"|is|does|do|would)\b"
        r"|\bbest way\b|\bright for\b|\bsuits?\b|\bchoose\b",
    ),
    (
        "quantity",
        r"\bhow (many|much|long|often"
        r"|large|big|far)\b|\b(what"
        r"|which) (share|percentage"
        r"|per cent|percent|proportion|"
        r"fraction|ratio|number|amount)\b|\bpercentage of\b",
    ),
    (
        "aggregate",
        r"\bhow (many|much)\b"
        r"|\bnumber of\b|\bcount( of)?\b"
        r"|\bbreak ?down\b|\bdistribution\b"
        r"|\btotals?\b|\bsum\b"
        r"|\baverage\b|\bmean\b"
        r"|\bmedian\b|\b(share|percentage"
        r"|proportion) of\b|\b(in"
        r"|for|by|per) each\b",
    ),
    (
        "ranking",
        r"\bprioriti[sz]\w+|\brank(s|ed|ing|ings)?\b|\btop\b"
        r"|\bbest\b|\bworst\b"
        r"|\bhighest[- ]scor\w+|\bscor(e|ed"
        r"|ing)\b[^?.]{0,30}\b(projects?"
        r"|initiatives?|pilots?|use cases?"
        r"|candidates?)\b|\b(project|priority"
        r"|overall|total)\s+scores?\b"
        r"|\bweight(s|ed|ing"
        r"|ings)?\b|\b(fund\w*|invest"
        r"|build|start|do|go|come"
        r"|tackle|be|work|approve"
        r"|scale)\b[^?.]{0,30}\bfirst\b|\bpriorit(y"
        r"|ies)\b|\bmost (promising"
        r"|valuable|attractive)\b"
        r"|\bwhere (should|do) we (invest|start|begin|focus)\b|\bquick wins?\b|\bshortlist\b",
    ),
    (
        "signs",
        r"\bsigns?\b|\bsymptoms?\b"
        r"|\bwarnings?\b|\bnotice\b"
        r"|\brecogni[sz]e\b|\bspot\b|\bhow (do"
        r"|would|can|could) (we|i|you) "
        r"(know|tell|see)\b",
    ),
    ("measures", r"\bmeasur\w+|\bmetrics?\b|\bkpis?\b|\bindicators?\b|\btrack\b"),
    ("strengths", r"\bgains?\b|\badvantages?\b|\bstrengths?\b|\bupsides?\b|\bpros\b|\bbenefits? of\b"),
    (
        "weaknesses",
        r"\bdownsides?\b|\bdisadvantages?\b"
        r"|\bweakness\w*|\bdrawbacks?\b"
        r"|\bcons\b|\bdo i (risk|lose)"
        r"|\bwe (risk|lose)\b|\brisks? of\b",
    ),
    ("who", r"\bwho(se|m)?\b|\bwhich (role|body|committee|person|team)\b"),
    (
        "diagnosis",
        r"\bdrift\w*|\b(accuracy|quality"
        r"|performance)\b[^?.]{0,60}\b(drop\w*"
        r"|declin\w+|f[ae]ll\w*|deteriorat\w+"
        r"|degrad\w+|down|worse\w*)"
        r"|\b(drop\w*|declin\w+|fall\w*|fell"
        r"|degrad\w+)\b[^?.]{0,40}\b(accuracy"
        r"|quality|performance)\b",
    ),
)
_FORM_PATTERNS = tuple((form, re.compile(pattern, re.IGNORECASE)) for form, pattern in _FORMS)

# "An organisation", "a retail company": a case to reason about, not the asker's own.
_GENERIC = re.compile(
    r"\b(an?|most|many|some|other|any|large"
    r"|leading) (\w+ ){0,3}(organi[sz]ations?"
    r"|compan(y|ies)|enterprises?"
    r"|firms?|businesse?s?|banks?"
    r"|insurers?|retailers?|manufacturers?)\b|\b(organi[sz]ations|companies|enterprises|firms|industry)\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(we|our|ours|us)\b", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"^\W*(and|but|also|so|then"
    r"|what about|how about|same"
    r"|ok(ay)?,? (and|but|now)|now"
    r"|instead|only|just|without|with|"
    r"excluding|including|in|for|by|versus|vs|or)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(it|its|they|them|their|those|these|that (project|model|one|metric|unit|ranking|list)|"
    r"this (project|model|one|metric|unit|ranking|list)|the (former|latter|first one|second one|same))\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = {
    w: n for n, w in enumerate(listed("zero one two three four five six seven eight nine ten eleven twelve"))
} | {"fifteen": 15, "twenty": 20}
_COUNT = re.compile(
    r"\b(?:top|best|first|least|worst|bottom|highest|largest|biggest|name|list|identify|explain|the|describe|give|"
    r"propose|recommend|suggest|are|us|me)\s+(?:the\s+|at least\s+|up to\s+|our\s+)?"
    rf"(\d{{1,2}}|{'|'.join(_NUMBER_WORDS)})\b(?!\s*(?:%|per cent|percent|years?|quarters?|months?|weeks?|days?))",
    re.IGNORECASE,
)

_REQUEST = re.compile(
    r"\W*(please\s+|and\s+|then\s+"
    r"|also\s+)*(what|which|who|whom|whose"
    r"|why|when|where|how|is|are|was"
    r"|were|do|does|did|can|could|should|"
    r"would|will|may|has|have|list"
    r"|identify|name|explain|describe"
    r"|define|compare|contrast|evaluate"
    r"|assess|analy[sz]e|propose|"
    r"recommend|suggest|design|draft"
    r"|write|give|show|tell|find|outline"
    r"|summari[sz]e|discuss|advise|rank"
    r"|prioriti[sz]e|approximately|"
    r"roughly|count|plot|calculate)\b",
    re.IGNORECASE,
)
# "When they scale, they find problems." tells the case; "When should we scale?" asks.
_TELLS = re.compile(r"\W*(when|where|while|is|are|was|were|has|have|do|does|did|may|can|will)\b", re.IGNORECASE)
_PART = re.compile(
    r"(?<=[.?!;])\s+|,?\s+and\s+(?=(?:how"
    r"|what|why|when|which"
    r"|who|where|list|explain|describe"
    r"|define|give|name|propose|"
    r"recommend|approximately|roughly|about)\b)",
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

    @property
    def content(self) -> list[str]:
        return content_stems(self.text)


def read(text: str, lexicon: Lexicon, today: date, fiscal_start: int, previous: Frame | None = None) -> Frame:
    """The frame of a question, completed from the previous one where it cannot stand alone."""
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
    return _complete(frame, previous) if previous is not None else frame


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
    return f"value:{mention.column}" if mention.kind == "value" else mention.kind
