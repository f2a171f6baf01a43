"""The parts of passages that answer: sentences, list items, clauses, and the lists they stand in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Protocol

from copilot.language.numbers import find_numbers
from copilot.language.sentences import split_sentences
from copilot.language.words import COMMON_STEMS, content_stems, formal, stem, stems
from copilot.passages import figures
from copilot.retrieval.references import is_head, is_titled, without
from copilot.retrieval.sentences import paragraphs, plain
from copilot.types import Evidence

_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.)])\s+")
_CLAUSE = re.compile(r"^\*\*(\d+(?:\.\d+)+)\*\*\s*")
_LEAD = re.compile(r"^\*\*(.+?)\*\*[.:]?\s*")
_LINK = re.compile(r"\[([^\]]+)\]\((?:[^)]+)\)")
_BULLET = re.compile(r"^\s*(?:--|[–—•·▪◦‣●■])\s+")
# A page's foot: an address and a number.
_ADDRESS_LINE = re.compile(r"^(?:\d+/\d+ )?(?:\w+: )?https?://\S+(?: \d+(?:/\d+)?)?$", re.MULTILINE)
# A unit longer than this is quoted by its first sentences.
MAX_WORDS = 75
OPENING_WORDS = 14

# Which headings hold what a form of question asks for, after the bar those that come near it. Stems are compared.
_HEADING_WORDS: Mapping[str, str] = {
    "definition": "what definition overview purpose introduction meaning scope summary",
    "causes": "why cause reason root remedy obstacle | trouble sign problem challenge pitfall mistake barrier failure",
    "steps": "how step do approach procedure process action remedy | requirement practice guidance plan response",
    "quantity": "why matter figure measure number fact evidence",
    "advice": "when fit choose criterion circumstance recommend suit decide advice",
    "list": "list type kind element component part | what",
    "strengths": "strength advantage benefit pro",
    "weaknesses": "weakness disadvantage drawback con limit",
    "signs": "sign trouble symptom warning",
    "measures": "measure metric indicator kpi monitor",
    "clause": "requirement rule clause obligation class approval gate",
    "diagnosis": "how diagnose drift decline step",
}
HEADING_STEMS = {
    form: tuple(frozenset(map(stem, part.split())) for part in text.split("|")) for form, text in _HEADING_WORDS.items()
}


@dataclass(frozen=True)
class Unit:
    """A sentence, list item or clause of a passage, quoted as it stands."""

    text: str
    evidence: str
    document: str
    heading: str
    kind: str
    """`sentence`, `item` or `clause`."""
    order: int
    """Place in the document."""
    is_first: bool = False
    """The first of its passage."""
    label: str = ""
    """The bold lead of an item, or the number of a clause."""
    relevance: float = 0.0
    rank: int | None = None
    """Place of its passage among those found, from 0; None for one that was only read beside them."""
    is_named: bool = False
    """In a part that the question names, such as "Article 14"."""
    is_incomplete: bool = False
    """A heading, a caption or an opening without what it opens: it says nothing alone."""


@dataclass(frozen=True)
class Block:
    """Consecutive list items under one heading."""

    items: tuple[Unit, ...]
    heading: str
    document: str


def units(evidence: Evidence) -> list[Unit]:
    """The quotable parts of a passage, in order."""
    document, _, heading = evidence.title.partition(" › ")
    base = (evidence.position or 0) * 1000
    links = [m.group(1) for m in _LINK.finditer(evidence.text)]
    found: list[Unit] = []
    for inner, body in _sections(_readable(evidence.text)):
        for kind, part, label in (part for text in paragraphs(body) for part in _parts(text, links)):
            found.append(
                Unit(
                    text=_shorten(" ".join(part.split())),
                    evidence=evidence.id,
                    document=document,
                    heading=" › ".join(h for h in (heading, inner) if h),
                    kind=kind,
                    order=base + len(found),
                    is_first=not found,
                    label=label,
                    relevance=evidence.relevance if evidence.relevance is not None else 0.3,
                    is_named=evidence.is_named,
                    is_incomplete=kind == "sentence" and _is_label(part),
                )
            )
    # All that a passage says is more than a heading.
    return [replace(unit, is_incomplete=False) for unit in found] if len(found) == 1 else found


def _parts(text: str, links: Sequence[str]) -> list[tuple[str, str, str]]:
    """A paragraph as its clause, its item or its sentences: kind, text, label."""
    if clause := _CLAUSE.match(text):
        return [("clause", text, clause.group(1))]
    if item := _ITEM.match(text):
        body = text[item.end() :]
        lead = _LEAD.match(body)
        return [("item", body, lead.group(1).rstrip(".:") if lead else "")]
    return [("sentence", s.strip(), "") for s in split_sentences(text) if _says_something(s, links)]


def _readable(text: str) -> str:
    """The text without link addresses and page feet, its bullets as Markdown's."""
    return "\n".join(_BULLET.sub("- ", line) for line in _LINK.sub(r"\1", _ADDRESS_LINE.sub("", text)).split("\n"))


_LONGEST_HEADING = 60
_HEADING_LINE = re.compile(r"[\"“‘(§\d]?[A-Z§\d].*[^.,;:!?…]")
_BEGINS = re.compile(r"\s*(?:[-*+] |[\"“‘(*]*[A-Z\d§])")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The runs of a text, each with the heading that stands above it as a line of its own."""
    lines = text.split("\n")
    heading: list[str] = []
    body: list[str] = []
    for at, line in enumerate(lines):
        starts = at == 0 or not lines[at - 1].strip() or (bool(heading) and not body)
        following = next((below for below in lines[at + 1 :] if below.strip()), "")
        # "Unit: Sales" is a cell of a row and its name.
        may_be = len(line) <= _LONGEST_HEADING and ": " not in line and bool(_HEADING_LINE.fullmatch(line.strip()))
        stands_alone = starts and may_be
        if is_head(line) or (stands_alone and bool(_BEGINS.match(following))):
            if body:
                yield " › ".join(heading), "\n".join(body)
                heading, body = [], []
            heading.append(line.strip())
        elif line.strip() or body:
            body.append(line)
    yield " › ".join(heading), "\n".join(body)


def _says_something(sentence: str, links: Sequence[str]) -> bool:
    """Not a fragment, nor a short pointer to another document."""
    size = len(sentence.split())
    return size >= 4 and not (size < 12 and any(link in sentence for link in links))


# "SECTION 5 Standards", "Article 64: The Office **1.**": a heading that stands as a paragraph ends with no stop.
_LABEL_END = re.compile(r"[.!?;:,…][\"'”’)\]*_]*$")
_NUMBER_END = re.compile(r"\s*\**\d+(\.\d+)*\.?\**$")
_CAPTION = re.compile(r"\W*(table|fig(ure|\.)?|exhibit)\s*\d", re.IGNORECASE)
_LONGEST_LABEL = 16


def _is_label(sentence: str) -> bool:
    bare = _NUMBER_END.sub("", sentence.strip())
    return bool(_CAPTION.match(bare)) or (len(bare.split()) <= _LONGEST_LABEL and not _LABEL_END.search(bare))


# What a text was taken from is not what it says.
_SOURCES = re.compile(r"\b(references|bibliography|works cited|further reading|literature)$", re.IGNORECASE)
_SOURCE = re.compile(r"\bdoi\b|\bISBN\b|\barXiv\b|\bet al\.|, pp?\. ?\d+[\d–-]*\)?[.;]*$|\bIn Proceedings of\b")


def _is_source(unit: Unit) -> bool:
    return any(_SOURCES.search(part) for part in unit.heading.split(" › ")) or bool(_SOURCE.search(unit.text))


def _shorten(text: str) -> str:
    """The first sentences of a long text; of a long sentence the first members of its enumeration."""
    if len(text.split()) <= MAX_WORDS:
        return text
    kept = _fitting(split_sentences(text))
    members = _fitting(re.split(r"(?<=;)\s+", kept))
    return members if members == kept else f"{members} …"


def _fitting(pieces: Iterable[str]) -> str:
    kept: list[str] = []
    for piece in pieces:
        if kept and len(" ".join([*kept, piece]).split()) > MAX_WORDS:
            break
        kept.append(piece.strip())
    return " ".join(kept)


class Meaning(Protocol):
    """Tells how near texts are to a question, as the retriever does."""

    def likeness(self, query: str, texts: Sequence[str]) -> list[float]:
        """The cosine of each text to the query."""


@dataclass(frozen=True)
class Passages:
    """What the searches found, and how to tell which sentence of it is near to a question."""

    evidence: tuple[Evidence, ...]
    meaning: Meaning | None = None

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """What may be quoted of all passages, the best passage first; lists of sources only where nothing else is."""
        ranks = {item.id: n for n, item in enumerate(e for e in self.evidence if e.relevance is not None)}
        found = [replace(u, rank=ranks.get(item.id)) for item in self.evidence for u in units(item)]
        found = [u for u in found if not _is_source(u)] or found
        return tuple(replace(u, is_incomplete=u.is_incomplete or self._opens_nothing(u, found)) for u in found)

    @staticmethod
    def _opens_nothing(unit: Unit, found: Sequence[Unit]) -> bool:
        return unit.text.endswith(":") and not opened_by(unit, found)

    def relevance(self, question: str, focus: str = "") -> Relevance:
        """How well units answer a question; the words of `focus`, the part to answer now, count more."""
        near: dict[str, float] = {}
        if self.meaning is not None:
            said = list(dict.fromkeys(plain(unit.text) for unit in self.units))
            near = dict(zip(said, self.meaning.likeness(focus or question, said), strict=True))
        return Relevance(question, self.evidence, focus, near)


class Relevance:
    """How well units answer one question: informative words shared, nearness in meaning, fitting heading."""

    def __init__(
        self, question: str, evidence: Sequence[Evidence], focus: str = "", near: Mapping[str, float] | None = None
    ) -> None:
        """`near` is the cosine of each sentence, plain, to the question."""
        self._near = near or {}
        self.terms = list(dict.fromkeys(content_stems(formal(question))))
        focused = set(content_stems(formal(focus)))
        texts = [set(stems(f"{e.title} {e.text}")) for e in evidence]
        total = max(1, len(texts))
        found = {t: sum(t in text for text in texts) for t in self.terms}
        self.unknown = [t for t in self.terms if not found[t]]
        self.idf = {
            t: math.log(1 + total / n) * (2.5 if t in focused else 1) * (0.3 if t in COMMON_STEMS else 1)
            for t, n in found.items()
            if n
        }
        self.focus = {t: w for t, w in self.idf.items() if t in focused} or self.idf
        self._figures = figures.welcome(focus or question)
        subject = _SUBJECT.search(focus or question)
        self.subject = set(content_stems(subject["subject"])) if subject else set()

    def nearness(self, unit: Unit) -> float:
        """Cosine of the sentence to the question; of its passage where that is not known."""
        return self._near.get(plain(unit.text), unit.relevance)

    def value(self, unit: Unit, forms: Iterable[str] = ()) -> float:
        """The score, and what it counts that the search found the passage first."""
        return self.score(unit, forms) + rank_bonus(unit.rank)

    @property
    def nearest(self) -> float:
        """The cosine of the nearest sentence."""
        return max(self._near.values(), default=0.0)

    def coverage(self, text: str) -> float:
        """Share of the question's informative words, weighted by rarity, that a text holds."""
        return _share(self.idf, text)

    def known_share(self) -> float:
        """Share of the question's informative words that any passage holds."""
        return 1 - len(self.unknown) / len(self.terms) if self.terms else 0.0

    def focus_coverage(self, text: str) -> float:
        """The same for the words of the part that is answered now."""
        return _share(self.focus, text)

    def score(self, unit: Unit, forms: Iterable[str] = ()) -> float:
        own = self.coverage(unit.text)
        around = self.coverage(f"{unit.document} {unit.heading}")
        # What a sentence is about stands at its beginning.
        opening = self.coverage(" ".join(unit.text.split()[:OPENING_WORDS]))
        score = own + 0.25 * opening + 0.5 * around + 0.5 * unit.relevance + 1.5 * self.nearness(unit)
        score += 0.25 * max((heading_fit(unit.heading or unit.document, form) for form in forms), default=0.0)
        if "who" in forms and _AGENT.search(unit.text):
            score += 0.3
        if unit.is_first:
            score += 0.06
        if unit.is_incomplete:
            score -= 0.5
        if self.names(unit.heading):
            score += 0.3
        # Of two units that say the same, the shorter one.
        score -= 0.002 * len(unit.text.split())
        if "definition" in forms and self.is_definition(unit):
            score += 0.45
        if "definition" in forms and not unit.heading and unit.is_first and self._is_titled(unit.document):
            score += 0.6
        if self._figures:
            score += 0.3 * figures.holds(unit.text, self._figures)
        elif "quantity" in forms and any(n.unit != "date" for n in find_numbers(unit.text)):
            score += 0.3
        return score

    def names(self, heading: str) -> bool:
        """Whether a section is named after what the question asks."""
        return is_titled(heading.rpartition(" › ")[2], self.terms)

    def has_section(self, found: Iterable[Unit]) -> bool:
        """Whether a section is named after what the question asks, and after most of it."""
        titles = {u.heading.rpartition(" › ")[2] for u in found if u.rank is not None and self.names(u.heading)}
        return any(self.coverage(title) * self.known_share() >= 0.5 for title in titles)

    def _is_titled(self, document: str) -> bool:
        """Whether a document is named after the question's subject."""
        title, subject = set(content_stems(document)) - COMMON_STEMS, self.subject or set(self.terms)
        shared = len(title & subject)
        return bool(title) and shared / len(title) >= 0.75 and shared / len(subject - COMMON_STEMS or subject) >= 0.5

    def is_definition(self, unit: Unit) -> bool:
        """Whether a sentence opens by saying what the question's subject is."""
        match = _DEFINES.match(unit.text)
        if match is None:
            return False
        named = set(content_stems(match["subject"]))
        if self.subject:
            return bool(named) and len(named & self.subject) / len(named | self.subject) >= 0.5
        return bool(named & set(self.terms))


def rank_bonus(rank: int | None) -> float:
    """What standing in the best passage of a search counts: half of it in the second, a third in the third."""
    return 0.0 if rank is None else 0.3 / (1 + rank)


# Someone acts: what a question with "who" wants to read.
_AGENT = re.compile(
    r"\b(approves?|approved by|signs?|signed by|decides?|decided by|owns?|owned by|owner|responsible"
    r"|accountab\w+|led by|appoints?|answers for|roles?|officer|council|committee|head of|board|manager|director)\b",
    re.IGNORECASE,
)


def _share(weights: Mapping[str, float], text: str) -> float:
    have = set(stems(text))
    total = sum(weights.values())
    return sum(w for t, w in weights.items() if t in have) / total if total else 0.0


_DEFINES = re.compile(
    r"^(?:(?:in|for|under|within|throughout) [^,;.]{1,60}, )?"
    r"(?:\*\*)?(?P<subject>(?:(?:an?|the)\s+)?[\w(\"][^.;:]{0,70}?)(?:\*\*)?\s+"
    r"(?:is|are|means|refers? to|describes?|occurs? when|happens? when|stands? for)\b",
    re.IGNORECASE,
)


def subject_of(question: str) -> str:
    """What a question wants defined, or the whole question."""
    match = _SUBJECT.search(question)
    return match["subject"] if match else question


def asks_only_for_parts(question: str) -> bool:
    """Whether a question has no word beside the parts it names that a text could be about."""
    asked = {stem for stem in content_stems(without(question)) if not stem.isdigit()}
    return not asked - _ASKS_FOR_A_PART


_ASKS_FOR_A_PART = COMMON_STEMS | frozenset(
    stems("require cover contain demand state mention content show read look what")
)


_SUBJECT = re.compile(
    r"\b(?:what(?: is|'?s| are| does| do)"
    r"|define|definition of|meaning of"
    r"|explain what)\s+(?:(?:an?"
    r"|the|our|your|is|are|by)\s+)*"
    r"(?P<subject>[^?.,;]+?)(?=\s+(?:and|mean\w*|is|are|in|when|for|so)\b|[?.,;]|$)",
    re.IGNORECASE,
)


def heading_fit(heading: str, form: str) -> float:
    """How well a heading promises what a form of question wants: 1, 0.6 for a heading near it, or 0."""
    have = set(stems(heading))
    tiers = HEADING_STEMS.get(form, ())
    return next((1.0 - 0.4 * n for n, tier in enumerate(tiers) if have & tier), 0.0)


def blocks(found: Sequence[Unit]) -> list[Block]:
    """The lists among the units, items of one heading together, in their order."""
    grouped: dict[tuple[str, str], list[Unit]] = {}
    for unit in found:
        if unit.kind == "item":
            items = grouped.setdefault((unit.document, unit.heading), [])
            if all(unit.text != other.text for other in items):
                items.append(unit)
    return [
        Block(tuple(sorted(items, key=lambda u: u.order)), heading, document)
        for (document, heading), items in grouped.items()
    ]


def opened_by(unit: Unit, found: Sequence[Unit]) -> list[Unit]:
    """What a sentence that ends with a colon announces: the list items after it, or else the heads of several lists."""
    # What is under a heading goes on in the next passage, which does not repeat the heading.
    same = (u for u in found if u.document == unit.document and unit.heading.startswith(u.heading))
    after = sorted((u for u in same if u.order > unit.order), key=_by_order)
    items = list(takewhile(lambda u: u.kind == "item", after))
    if items or unit.kind == "item":
        return items
    heads = takewhile(lambda u: u.kind == "item" or ":" in u.text, after)
    return [u for u in heads if u.kind != "item"]


def _by_order(unit: Unit) -> int:
    return unit.order


def similar(a: str, b: str) -> bool:
    """Whether two texts say nearly the same, by their stems."""
    left, right = set(content_stems(a)), set(content_stems(b))
    if any(stem.isdigit() for stem in left - right) and any(stem.isdigit() for stem in right - left):
        # The same rule with another amount is another rule.
        return False
    return bool(left and right) and len(left & right) / min(len(left), len(right)) > 0.75
