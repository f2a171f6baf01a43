"""Answers from passages: what to quote for each form of question, and in which order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from copilot.citations import with_markers
from copilot.language.words import COMMON_STEMS, content_stems, stems
from copilot.models.frame import Form, Frame, count_of, forms_of, is_request, parts_of, wants_exactly
from copilot.models.plans.search import comparands
from copilot.passages.extract import (
    Block,
    Passages,
    Relevance,
    Unit,
    asks_only_for_parts,
    blocks,
    heading_fit,
    opened_by,
    rank_bonus,
    similar,
    subject_of,
)
from copilot.retrieval.references import Reference, asked_for, opens_with, without
from copilot.types import Evidence

# Most items of a list that is quoted when the question names no number.
LIST_ITEMS = 7
# Steps are quoted whole: one left out misleads.
STEP_ITEMS = 10
# Share of the nearest one's nearness from which on a sentence is worth reading beside it.
MUCH_FARTHER = 0.6
# Other sections say it too, or say what the first does not.
MOST_OF_A_SECTION = 3
# Most sentences of a part that the question names.
NAMED_UNITS = 6
LONGEST_HEADING = 12
NESTED_ITEMS = 4
# Share of the question's words that a list and what stands around it must hold to be an answer.
LEAST_OF_A_LIST = 0.4
LONG_QUESTION = 14
# A list not yet quoted is preferred when it is worth this share of the best one.
NEXT_BEST = 0.75
# More lists than this make an answer nobody reads.
_MOST_LISTS = 2
# What a list can answer.
_BLOCK_FORMS: tuple[Form, ...] = ("causes", "steps", "signs", "measures", "strengths", "weaknesses", "list")
# Words with which a text takes a stand against what it names.
_AGAINST = frozenset(
    stems("myth mistake mistaken wrong false misleading misconception disagrees disagree untrue incorrect")
)


def answer_from_passages(frame: Frame, passages: Passages, relevance: Relevance, brief: bool = False) -> list[str]:
    """Markdown lines that answer a question by quoting passages; empty when nothing fits."""
    found = list(passages.units)
    if not found:
        return []
    sides = comparands(frame.text)
    if len(sides) == 2 and not brief:
        return _comparison(frame, sides, passages, found, relevance)
    if "verdict" in frame.forms and not brief:
        return _verdict(frame, passages, found)
    if named := named_parts(frame.text, found):
        return _named(frame, passages, named, found, brief)
    if (summary := _summary(frame, found)) and not brief:
        return summary
    if "clause" in frame.forms and any(u.kind == "clause" for u in found):
        return _clauses(frame, passages, found, limit=2 if brief else 4)
    return _sections(frame, passages, found, brief)


def nearest_sentences(passages: Passages, relevance: Relevance, most: int = 4, is_rule: bool = False) -> list[str]:
    """The sentences nearest in meaning, each with its clause or heading, those much farther off left out."""
    page = _Page(passages.units)
    # Asked what is allowed, a clause says it with more authority than advice that is as near.
    for unit in _near_the_best(passages.units, relevance, 0.04 if is_rule else 0.0):
        if len(page.used) < most:
            page.add(unit, bullet=True)
    return page.lines


def _near_the_best(found: Iterable[Unit], relevance: Relevance, clause_bonus: float = 0.0) -> list[Unit]:
    """The units nearest in meaning, nearest first, without those much farther off than the first."""
    near = {u: _nearness(relevance, u) + clause_bonus * (u.kind == "clause") for u in found}
    ranked = sorted(near, key=lambda u: -near[u])
    return [u for u in ranked if near[u] >= MUCH_FARTHER * near[ranked[0]]]


def _nearness(relevance: Relevance, unit: Unit) -> float:
    return relevance.nearness(unit) + 0.3 * relevance.score(unit)


def nearest_topics(evidence: Sequence[Evidence]) -> list[str]:
    """Titles of the documents nearest to a question."""
    return list(dict.fromkeys(e.title.partition(" › ")[0] for e in evidence[:6]))[:3]


def _quote(unit: Unit) -> str:
    text = unit.text
    if unit.kind == "clause":
        text = f"**{unit.document}, clause {unit.label}:** {text.removeprefix(f'**{unit.label}**').strip()}"
    return with_markers(text, (unit.evidence,))


def _best(found: Iterable[Unit], relevance: Relevance, forms: Iterable[str] = ()) -> list[Unit]:
    forms = tuple(forms)
    return sorted(found, key=lambda u: -relevance.value(u, forms))


# --- definitions, quantities, causes, steps, advice: each part of the question in turn


@dataclass
class _Page:
    """The answer as it grows: what has been quoted is not quoted again."""

    found: Sequence[Unit] = ()
    """All that was read, for the items that a quoted sentence opens."""
    lines: list[str] = field(default_factory=list)
    used: list[Unit] = field(default_factory=list)
    lists: list[Block] = field(default_factory=list)

    def add(self, unit: Unit | None, bullet: bool = False) -> None:
        if unit is None or self.has(unit):
            return
        text = self._under_its_heading(unit) + _quote(unit)
        self.used.append(unit)
        if self.lines and self.lines[-1] and bullet != self.lines[-1].lstrip().startswith("- "):
            self.lines.append("")
        self.lines.append(f"- {text}" if bullet else text)
        if unit.text.endswith(":"):
            self._add_opened(unit, "  - " if bullet else "- ")

    def _under_its_heading(self, unit: Unit) -> str:
        """The heading of a list item that stands apart from its list: "Not allowed:" may be half of what it says."""
        heading = unit.heading.rpartition(" › ")[2]
        heading = next((heading[len(r.text) :] for r in asked_for(heading) if r.start == 0), heading).strip(" :")
        follows = bool(self.used) and (self.used[-1].document, self.used[-1].heading) == (unit.document, unit.heading)
        if unit.kind != "item" or unit.label or follows or not 0 < len(heading.split()) <= LONGEST_HEADING:
            return ""
        return f"**{heading}:** "

    def _add_opened(self, unit: Unit, mark: str) -> None:
        items = opened_by(unit, self.found)[: LIST_ITEMS if mark == "- " else NESTED_ITEMS]
        if items and mark == "- ":
            self.lines.append("")
        self.lines += [f"{mark}{_quote(item)}" for item in items]
        self.used += items

    def quote_list(self, block: Block, introduction: Sequence[Unit], items: Sequence[Unit]) -> None:
        self.lists.append(block)
        for sentence in introduction:
            self.add(sentence)
        if not any(item in self.used for item in block.items):
            for item in items:
                self.add(item, bullet=True)

    def has(self, unit: Unit) -> bool:
        return any(similar(unit.text, other.text) for other in self.used)


def _sections(frame: Frame, passages: Passages, found: list[Unit], brief: bool) -> list[str]:
    page = _Page(found)
    parts = [p for p in parts_of(frame.text) if is_request(p) and forms_of(p)] or [frame.text]
    for part in parts[: 1 if brief else 4]:
        _answer_part(page, part, passages, found, passages.relevance(frame.topic, focus=part), brief)
    if len(page.used) < (2 if brief else 4):
        relevance = passages.relevance(frame.topic)
        for unit in _supports(found, relevance, page, 1 if brief else 3, frame.forms):
            page.add(unit, bullet=True)
    if not brief:
        # Headings and forms choose lists; what is nearest in meaning may stand elsewhere.
        relevance = passages.relevance(frame.topic)
        for unit in _near_the_best(found, relevance)[:2]:
            page.add(unit, bullet=True)
    return page.lines


def _answer_part(
    page: _Page, part: str, passages: Passages, found: list[Unit], relevance: Relevance, brief: bool
) -> None:
    """A sentence that opens, the number asked for, then the one list that fits best."""
    count = count_of(part)
    forms = forms_of(part) | ({"list"} if count else set())
    prose = [u for u in found if u.kind != "item"] or found
    wanted = [f for f in _BLOCK_FORMS if f in forms and (f == "list" or not (count and _ELEMENTS.search(part)))]
    block = _block(wanted, found, relevance, count, page.lists) if wanted and len(page.lists) < _MOST_LISTS else None
    if {"strengths", "weaknesses"} <= forms and not page.lists:
        # Both sides were asked for, and stand under headings of their own.
        other = [u for u in found if block is None or u.heading != block.heading]
        second = _block(
            ["weaknesses" if block and heading_fit(block.heading, "strengths") else "strengths"],
            other,
            relevance,
            None,
        )
    else:
        second = None
    if "definition" in forms or not page.used:
        if "definition" in forms and "who" not in forms:
            about = passages.relevance(subject_of(part))
            if not about.terms or about.unknown or set(about.terms) <= _PLACEHOLDERS:
                about = relevance
            lead = next(iter(_best(prose, about, ("definition",))), None)
            page.add(lead)
            if lead is not None and about.is_definition(lead) and forms <= {"definition", "steps", "causes"}:
                # "How is it defined?" wants no steps.
                block = None
        else:
            # "Who is accountable when …": the word after "who" is what is asked.
            asked = _WHO.search(part) if "who" in forms else None
            about = passages.relevance(part, focus=asked["does"]) if asked else relevance
            lead = _lead(found, prose, about, forms)
            if block is None or not (relevance.names(block.heading) or _is_of(lead, block)):
                page.add(lead)
    if "quantity" in forms:
        page.add(next(iter(_best(prose, relevance, ("quantity",))), None))
    if "advice" in forms and block is None:
        for unit in [u for u in _best(found, relevance, ("advice",)) if heading_fit(u.heading, "advice")][:2]:
            page.add(unit)
    most = STEP_ITEMS if "steps" in forms and not count else LIST_ITEMS
    limit = 4 if brief else wants_exactly(part) or max(count or 0, most)
    for chosen in (block, second):
        if chosen is not None and chosen not in page.lists:
            page.quote_list(chosen, _introduction(chosen, prose), _items(chosen, relevance, limit))


def _lead(found: Sequence[Unit], prose: Sequence[Unit], relevance: Relevance, forms: Iterable[str]) -> Unit:
    """The sentence that opens; a list item, torn from its list, only where it is clearly better."""
    sentence, best = _best(prose, relevance, forms)[0], _best(found, relevance, forms)[0]
    return best if relevance.value(best, forms) > relevance.value(sentence, forms) + 0.3 else sentence


def _is_of(unit: Unit, block: Block) -> bool:
    return (unit.document, unit.heading) == (block.document, block.heading)


def _supports(found: Sequence[Unit], relevance: Relevance, page: _Page, count: int, forms: Iterable[str]) -> list[Unit]:
    """The next best units of other sections, those about as close to the question as the best one."""
    seen: Counter[tuple[str, str]] = Counter((u.document, u.heading) for u in page.used)
    ranked = []
    for unit in _best(found, relevance, forms):
        section = (unit.document, unit.heading)
        if not page.has(unit) and seen[section] < MOST_OF_A_SECTION:
            seen[section] += 1
            ranked.append(unit)
    best = max((relevance.score(u, tuple(forms)) for u in [*ranked[:1], *page.used[:1]]), default=0.0)
    return [u for u in ranked[:count] if relevance.score(u, tuple(forms)) >= 0.5 * best]


def _block(
    forms: Sequence[str],
    found: Sequence[Unit],
    relevance: Relevance,
    count: int | None,
    quoted: Sequence[Block] = (),
) -> Block | None:
    """The list that best answers a part: near the question as a whole, under a fitting heading, long enough.

    One that is quoted already is left for the next best, unless that is clearly worse.
    """
    wanted = min(count or 3, 3)
    prose = [u for u in found if u.kind != "item"]
    nearest = max(prose, key=lambda u: relevance.focus_coverage(u.text) + 0.7 * u.relevance, default=None)

    def text_of(block: Block) -> str:
        before = [u.text for u in prose if (u.document, u.heading) == (block.document, block.heading)]
        return " ".join([block.document, block.heading, *before, *(u.text for u in block.items)])

    def value(block: Block) -> float:
        around = relevance.focus_coverage(f"{block.document} {block.heading}")
        fitting = max((0.3 * heading_fit(block.heading, form) for form in forms), default=0.0)
        remedies = 0.15 * ("steps" in forms and "causes" in forms and _has_remedies(block))
        near = max(u.relevance for u in block.items)
        near += max(rank_bonus(u.rank) for u in block.items)
        near += 0.6 * relevance.names(block.heading)
        if nearest is not None and (nearest.document, nearest.heading) == (block.document, block.heading):
            fitting += 0.35
        return relevance.coverage(text_of(block)) + 0.5 * around + 0.8 * near + fitting + remedies

    # A long question tells a case, most of whose words no list needs to hold.
    least = LEAST_OF_A_LIST if len(relevance.terms) <= LONG_QUESTION else 0.0
    long_enough = (b for b in blocks(found) if len(b.items) >= wanted)
    ranked = sorted((b for b in long_enough if relevance.coverage(text_of(b)) >= least), key=value, reverse=True)
    fresh = next((b for b in ranked if b not in quoted), None)
    if fresh is not None and ranked[0] in quoted and not _has_remedies(ranked[0]):
        # Another request wants another list; one that pairs causes with remedies answers both.
        return fresh if value(fresh) >= NEXT_BEST * value(ranked[0]) else ranked[0]
    return ranked[0] if ranked else None


_WHO = re.compile(
    r"\bwho\b\s+(?:(?:is|are|was|were|has|have|to|must|should|can|may|will|would|does|do|need\w*)\s+)*(?P<does>\w+)",
    re.I,
)
# "What phenomenon is this?" names no subject.
_PLACEHOLDERS = frozenset(stems("phenomenon issue situation concept term idea cause reason main likely difference"))
# "Four elements", "the parts of it": an enumeration is wanted, whatever verb asks for it.
_ELEMENTS = re.compile(
    r"\b(elements?|components?|parts|levers?|dimensions?|pillars?|aspects?|capabilit(y|ies)|criteria|factors?"
    r"|types|kinds|principles?|characteristics)\b",
    re.IGNORECASE,
)
_REMEDY = re.compile(r"\b(remedy|action|fix|solution|mitigation|response)\s*:", re.IGNORECASE)


def _has_remedies(block: Block) -> bool:
    return sum(bool(_REMEDY.search(u.text)) for u in block.items) >= len(block.items) / 2


def _items(block: Block, relevance: Relevance, limit: int) -> list[Unit]:
    """The items of a list in their own order; when there are too many, the nearest ones."""
    chosen = sorted(block.items, key=lambda u: -relevance.score(u))[:limit]
    return [u for u in block.items if u in chosen]


def _introduction(block: Block, prose: Sequence[Unit]) -> list[Unit]:
    """The sentences before a list in its section, two at the most."""
    same = [u for u in prose if (u.document, u.heading) == (block.document, block.heading)]
    before = sorted((u for u in same if u.order < block.items[0].order), key=lambda u: u.order)
    return before[:2]


# --- what a document says, when it is asked about by name


def _summary(frame: Frame, found: Sequence[Unit]) -> list[str]:
    """The opening of a document and the first statement of its sections, when the question asks for nothing else."""
    asked = set(content_stems(frame.text)) - COMMON_STEMS
    for document in dict.fromkeys(u.document for u in found):
        title = {t for t in content_stems(document) if t not in COMMON_STEMS and not t.isdigit()}
        if asked and title and asked <= title and len(asked) / len(title) >= 0.5:
            own = sorted((u for u in found if u.document == document), key=lambda u: u.order)
            opening = [u for u in own if not u.heading and u.kind == "sentence"][:2]
            firsts: dict[str, Unit] = {}
            for unit in own:
                if unit.heading and not _FORMAL.search(unit.heading):
                    firsts.setdefault(unit.heading, unit)
            if opening and len(firsts) >= 3:
                return [
                    *(_quote(u) for u in opening),
                    "",
                    *(f"- {_quote(u)}" for u in [*firsts.values()][:LIST_ITEMS]),
                ]
    return []


# Sections that every policy has and that say little about its content.
_FORMAL = re.compile(r"\b(scope|definitions?|review|purpose|related|references|contact|change log)\b", re.IGNORECASE)


# --- what a part says that the question names


def named_parts(question: str, found: Sequence[Unit]) -> list[Unit]:
    """What is said in the parts that the question names: of a page with several, in those alone."""
    asked = asked_for(question)
    named = [u for u in found if u.is_named]
    own = [u for u in named if any(_belongs_to(u, reference) for reference in asked)]
    return own or named


def _belongs_to(unit: Unit, reference: Reference) -> bool:
    return any(opens_with(text, reference) for text in (unit.text, *unit.heading.split(" › ")))


def _named(frame: Frame, passages: Passages, named: Sequence[Unit], found: Sequence[Unit], brief: bool) -> list[str]:
    """A part from its beginning, or what in it is nearest to the rest of the question, then what is near elsewhere."""
    page = _Page(found)
    most = 3 if brief else NAMED_UNITS
    if asks_only_for_parts(frame.text):
        # One part after the other, each in its order.
        groups: dict[tuple[str, str], list[Unit]] = {}
        for unit in sorted(named, key=lambda u: u.order):
            part = next((r.text for r in asked_for(frame.text) if _belongs_to(unit, r)), "")
            groups.setdefault((unit.document, part), []).append(unit)
        for group in groups.values():
            for unit in [u for u in group if not u.is_incomplete][: max(2, most // len(groups))]:
                page.add(unit, bullet=bool(page.used))
        return page.lines
    relevance = passages.relevance(without(frame.text), focus=without(frame.text))
    first, *others = _best(named, relevance, frame.forms)
    page.add(first)
    floor = 0.6 * relevance.score(first, frame.forms)
    for unit in [u for u in others if relevance.score(u, frame.forms) >= floor][: most - 2]:
        page.add(unit, bullet=True)
    elsewhere = [u for u in found if not u.is_named and relevance.score(u, frame.forms) >= floor]
    for unit in _best(elsewhere, relevance, frame.forms)[: 0 if brief else 2]:
        page.add(unit, bullet=True)
    return page.lines


# --- comparison


_ASPECTS = (
    ("definition", ""),
    ("strengths", "Strengths"),
    ("weaknesses", "Weaknesses"),
    ("advice", "Fits when"),
)


def _comparison(
    frame: Frame,
    sides: Sequence[str],
    passages: Passages,
    found: Sequence[Unit],
    relevance: Relevance,
) -> list[str]:
    """Each side in turn with the same parts, then what decides between them."""
    lines: list[str] = []
    used: list[Unit] = []
    for side in sides:
        about = passages.relevance(side)
        own = [u for u in found if about.coverage(f"{u.document} {u.heading}") >= 0.5] or [
            u for u in found if about.coverage(u.text) >= 0.6
        ]
        others = [o for o in sides if o != side]
        own = [u for u in own if not _is_about(u, others, side, passages)] or own
        if not own:
            continue
        lines += ["", f"**{side[:1].upper()}{side[1:]}**", "", *_side(own, about, used)]
    deciding = [u for u in _best(found, relevance, ("advice",)) if _names_both(u, sides) and not _seen(u, used)]
    if deciding:
        heading = "Choosing between them" if "advice" in frame.forms else "Side by side"
        lines += ["", f"**{heading}**", "", *(f"- {_quote(u)}" for u in deciding[:3])]
    return lines[1:] if lines else _sections(frame, passages, list(found), brief=False)


def _side(own: Sequence[Unit], about: Relevance, used: list[Unit]) -> list[str]:
    """What is said of one side: its definition, then its strengths, weaknesses and when it fits, or what comes next."""
    lines: list[str] = []
    for aspect, name in _ASPECTS:
        chosen = _aspect(aspect, own, about, used)
        used += chosen
        if name:
            lines += [f"- {name}:", *(f"  - {_quote(u)}" for u in chosen)] if chosen else []
        else:
            lines += [line for u in chosen for line in (_quote(u), "")]
    if not any(line.startswith("- ") for line in lines):
        further = [u for u in _best(own, about, ("definition", "causes")) if not _seen(u, used)][:2]
        used += further
        lines += [f"- {_quote(u)}" for u in further]
    return lines


def _aspect(aspect: str, own: Sequence[Unit], about: Relevance, used: Sequence[Unit]) -> list[Unit]:
    if aspect == "definition":
        prose = [u for u in own if u.kind != "item" and not _seen(u, used)]
        return _best(prose, about, ("definition",))[:1]
    under = [u for u in own if heading_fit(u.heading, aspect) and not _seen(u, used)]
    items = [u for u in under if u.kind == "item"] or under
    return sorted(items, key=lambda u: u.order)[: 3 if aspect != "advice" else 2]


def _is_about(unit: Unit, others: Sequence[str], side: str, passages: Passages) -> bool:
    """Whether a document is named after one of the other sides rather than this one."""
    title = set(stems(unit.document))
    own = len(set(stems(side)) & title)
    return any(len(set(stems(o)) & title) > own for o in others)


def _names_both(unit: Unit, sides: Sequence[str]) -> bool:
    have = set(stems(f"{unit.document} {unit.heading} {unit.text}"))
    return all(len(set(stems(s)) & have) >= max(1, len(set(stems(s))) // 2) for s in sides)


def _seen(unit: Unit, used: Sequence[Unit]) -> bool:
    return any(similar(unit.text, u.text) for u in used)


# --- verdict on a statement


_STATEMENT = re.compile(
    r"[\"“”‘']([^\"“”]{12,300}?)[\"“”’']|\b(?:claim|statement|view|true|agree|disagree) that ([^?.]{12,300})"
)


def _verdict(frame: Frame, passages: Passages, found: Sequence[Unit]) -> list[str]:
    """What the documents hold for or against a statement; a side is taken only where their wording takes one."""
    match = _STATEMENT.search(frame.text)
    statement = passages.relevance((match[1] or match[2]) if match else frame.text)
    ranked = sorted(found, key=lambda u: -(statement.coverage(u.text) + 0.3 * u.relevance))
    page = _Page(found)
    judged = next((u for u in ranked[:8] if statement.coverage(u.text) >= 0.6 and _AGAINST & set(stems(u.text))), None)
    page.add(judged or ranked[0])
    where = (judged.document, judged.heading) if judged else None
    reasons = next((b for b in blocks(found) if (b.document, b.heading) == where), None)
    reasons = reasons or _block(("causes",), found, passages.relevance(frame.topic), None)
    for item in reasons.items[:LIST_ITEMS] if reasons else ranked[1:5]:
        page.add(item, bullet=True)
    opening = "No: the documents speak against it." if judged else "The documents do not settle it; they say this."
    return [opening, *page.lines]


# --- which clause applies


def _both_versions(ranked: Sequence[Unit], limit: int) -> list[Unit]:
    """The best clauses; those of a replaced document each with the clause in force that is most like it."""
    replaced = [u for u in ranked if "(replaced " in u.document]
    current = [u for u in ranked if "(replaced " not in u.document]
    if not replaced or not current:
        return list(ranked[:limit])
    kept: list[Unit] = []
    for old in replaced[: limit // 2]:
        said = set(content_stems(old.text))
        kept += [old, max(current, key=lambda u: _likeness(said, set(content_stems(u.text))))]
    return list(dict.fromkeys(kept))


def _likeness(left: set[str], right: set[str]) -> float:
    return len(left & right) / max(1, len(left | right))


def _clauses(frame: Frame, passages: Passages, found: Sequence[Unit], limit: int) -> list[str]:
    """The clauses that apply to each part of the question, each named with its document."""
    chosen: list[Unit] = []
    parts = [p for p in parts_of(frame.text) if is_request(p)] or [frame.text]
    for part in parts[:3]:
        forms = ("clause", *forms_of(part))
        relevance = passages.relevance(frame.topic, focus=part)
        ranked = _best([u for u in found if u.kind == "clause"], relevance, forms)
        floor = 0.7 * relevance.score(ranked[0], forms)
        near = [u for u in _both_versions(ranked, limit) if relevance.score(u, forms) >= floor]
        chosen += [u for u in near if u not in chosen]
    first, *rest = chosen
    return [_quote(first), "", *(f"- {_quote(u)}" for u in rest[: limit + len(parts) - 2])]
