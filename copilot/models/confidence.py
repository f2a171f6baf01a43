"""What a question asks for, and whether what was read can answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.language.words import COMMON_STEMS, content_stems, formal, listed, stem, stems
from copilot.models.frame import Frame, is_request, parts_of
from copilot.passages import figures
from copilot.passages.extract import Passages, Relevance, asks_only_for_parts, subject_of
from copilot.retrieval.references import asked_for, documents_of, without
from copilot.types import Evidence


def nearest_passage(evidence: Sequence[Evidence]) -> float:
    """The cosine of the passage nearest to the question."""
    return max((e.relevance or 0.0 for e in evidence), default=0.0)


def confidence(relevance: Relevance, evidence: Sequence[Evidence]) -> float:
    """How surely the passages are about the question: likeness of the best one, share of its words that they hold."""
    return nearest_passage(evidence) + 0.5 * relevance.known_share() * best_coverage(relevance, evidence)


def nearness(relevance: Relevance, evidence: Sequence[Evidence]) -> float:
    """How near the passages come to a question in other words than theirs: nearest sentence, passage, known words."""
    return relevance.nearest + nearest_passage(evidence) + 0.4 * relevance.known_share()


_NEAR_A_FIGURE = 6
# Words that ask for a figure, or are in any sentence about one.
_OF_FIGURES = COMMON_STEMS | frozenset(
    stems(
        "cost price amount sum budget money spend pay long often soon old share part percentage number year month day"
    )
)


def lacks_figure(frame: Frame, read: Passages, relevance: Relevance) -> bool:
    """Whether a figure is asked for that none of the nearest sentences holds one of its kind."""
    wanted = figures.demanded(frame.text)
    if not wanted:
        return False
    about = {stem for stem in content_stems(frame.text) if not stem.isdigit()} - _OF_FIGURES

    def is_held(near: Relevance, shared: int) -> bool:
        """Whether a sentence near to a question holds the figure, and so many words of what it is about."""
        nearest = sorted(read.units, key=lambda u: -near.nearness(u))[:_NEAR_A_FIGURE]
        holding = (set(content_stems(u.text)) for u in nearest if figures.holds(u.text, wanted))
        return any(len(about & stems_of) >= min(shared, len(about)) for stems_of in holding)

    # What something cost, or how many there are, is told by a sentence that speaks of it, not by any with a number.
    if is_held(relevance, 1 if figures.happened(frame.text) or wanted == {"count"} else 0):
        return False
    # Of several questions in one, the one that asks for the figure may be answered elsewhere than the others.
    asking = [part for part in parts_of(frame.text) if figures.demanded(part) and part != frame.text]
    return not any(is_held(read.relevance(part), 2) for part in asking)


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
    """What will be, which records of today do not hold."""
    return bool(_FUTURE.search(question))


# "How long do we have to keep it?" asks for a rule, which a text that is near may well be.
_RULE = re.compile(
    r"\b(have|has|had|got|need|needs|ought) (\w+ )?to\b|\b(must|may|can|should|shall|allowed|permitted|owe|owes)\b",
    re.IGNORECASE,
)


def asks_for_a_fact(question: str) -> bool:
    """One thing that is so or not, rather than what to do or what is allowed."""
    return bool(_FACT.search(question)) and not asks_for_a_rule(question)


def of_parts(frame: Frame, read: Passages) -> list[Relevance]:
    """A long question is answerable when one of its requests is."""
    parts = [p for p in parts_of(frame.text) if is_request(p)]
    return [read.relevance(p) for p in parts if len(set(content_stems(p))) >= 3] if len(parts) > 1 else []


def best_coverage(relevance: Relevance, evidence: Sequence[Evidence]) -> float:
    """The largest share of the question's words, weighted by rarity, that one passage holds."""
    return max((relevance.coverage(f"{e.title} {e.text}") for e in evidence), default=0.0)


def other_document(frame: Frame, read: Passages) -> str:
    """The document whose part is asked for, where none that was read bears or says its name."""
    named = [u for u in read.units if u.is_named]
    titles = set(stems(" ".join(u.document for u in named)))

    def is_read(name: str) -> bool:
        words_of = set(stems(name))
        return len(words_of & titles) >= len(words_of) / 2 or any(name in u.text for u in named)

    return next((name for name in documents_of(frame.text) if named and not is_read(name)), "")


# A named part that shares nothing with the rest of the question is not what was asked for.
_NEAR_A_PART = 0.3


def is_about_a_named_part(frame: Frame, read: Passages) -> bool:
    """Whether a part that the question names was read, and says something of what else the question asks."""
    named = [u for u in read.units if u.is_named]
    if not named or asks_only_for_parts(frame.text):
        return bool(named)
    rest = read.relevance(without(frame.text))
    return any(rest.coverage(u.text) >= 0.5 or rest.nearness(u) >= _NEAR_A_PART for u in named)


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


def is_subject_unknown(frame: Frame, relevance: Relevance) -> bool:
    """Whether no passage holds the very thing that is asked for: "what is the salary of our data officer"."""
    subject = subject_of(frame.text)
    if subject == frame.text or not _ASKS_WHAT_IS.match(frame.text):
        return False
    named = [t for t in content_stems(formal(subject)) if t not in _QUALIFIERS and t not in COMMON_STEMS]
    return bool(named) and named[0] in relevance.unknown


_WHO_IS = re.compile(r"^\W*who(?: is|'s|’s| was) (?:the |our |my )(?P<role>[\w -]{3,40}?)\W*$", re.IGNORECASE)


def lacks_person(frame: Frame, read: Passages) -> bool:
    """Whether it is asked who someone is, by a role that no sentence ties to anyone."""
    match = _WHO_IS.match(frame.text)
    if match is None or len(match["role"].split()) > _LONGEST_ROLE:
        return False
    role = rf"(?i:\b{re.escape(match['role'])})"
    after, before = r":? (?:is|are|was)\b|[:,(]? ?[A-Z]", r"\b(?:is|are|was|as) (?:the |our )?|[a-z][,(] (?:the )?"
    tied = re.compile(f"{role}(?:{after})|(?:{before}){role}")
    return not any(tied.search(unit.text) for unit in read.units)


_LONGEST_ROLE = 4


def strangers(frame: Frame, evidence: Sequence[Evidence]) -> list[str]:
    """Names in the request that neither the records nor any passage found for it mention."""
    linked = [(m.start, m.end) for m in frame.links.mentions]
    linked += [(r.start, r.start + len(r.text)) for r in asked_for(frame.text)]
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


def asks_for_a_figure(question: str) -> bool:
    """A number that only records or a rule can give."""
    return bool(_FIGURE.search(question))


def asks_for_a_rule(question: str) -> bool:
    """What must or may be done."""
    return bool(_RULE.search(question))
