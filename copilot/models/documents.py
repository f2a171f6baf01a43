"""Answers from passages: what to quote for each form of question, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from copilot.citations import with_markers
from copilot.models.extract import Block, Relevance, Unit, blocks, heading_fits, similar, units
from copilot.models.frame import Form, Frame
from copilot.models.planner import comparands
from copilot.models.words import stems
from copilot.types import Evidence

# Most items of a list that is quoted when the question names no number.
LIST_ITEMS = 7
# The needs of a question in the order in which they are answered.
_BLOCK_FORMS: tuple[Form, ...] = ("causes", "steps", "list", "diagnosis")
_AGAINST = frozenset(
    stems("myth mistake wrong not rarely rather instead misleading contrary however fails alone only")
)


def answer_from_passages(
    frame: Frame, evidence: Sequence[Evidence], relevance: Relevance, brief: bool = False
) -> list[str]:
    """Markdown lines that answer a question by quoting passages; empty when nothing fits."""
    found = [unit for item in evidence for unit in units(item)]
    if not found:
        return []
    sides = comparands(frame.text)
    if len(sides) == 2 and not brief:
        return _comparison(frame, sides, evidence, found, relevance)
    if "verdict" in frame.forms and not brief:
        return _verdict(found, relevance)
    if "clause" in frame.forms and any(u.kind == "clause" for u in found):
        return _clauses(found, relevance, limit=2 if brief else 4)
    return _sections(frame, found, relevance, brief)


def nearest_topics(evidence: Sequence[Evidence]) -> list[str]:
    """Titles of the documents nearest to a question."""
    return list(dict.fromkeys(e.title.partition(" › ")[0] for e in evidence[:6]))[:3]


def _quote(unit: Unit) -> str:
    return with_markers(unit.text, (unit.evidence,))


def _best(found: Iterable[Unit], relevance: Relevance, forms: Iterable[str] = ()) -> list[Unit]:
    forms = tuple(forms)
    return sorted(found, key=lambda u: -relevance.score(u, forms))


# --- definitions, quantities, causes, steps, advice: one paragraph or list for each need


def _sections(frame: Frame, found: list[Unit], relevance: Relevance, brief: bool) -> list[str]:
    forms = frame.forms
    prose = [u for u in found if u.kind != "item"] or found
    lines: list[str] = []
    used: list[Unit] = []

    def add(unit: Unit | None, bullet: bool = False) -> None:
        if unit is not None and not any(similar(unit.text, u.text) for u in used):
            used.append(unit)
            lines.append(f"- {_quote(unit)}" if bullet else _quote(unit))

    lead_forms: list[str] = [f for f in ("definition", "quantity", "advice") if f in forms]
    lead = _best(prose, relevance, lead_forms[:1] or ("definition",))
    add(lead[0])
    if "quantity" in forms:
        add(next(iter(_best(prose, relevance, ("quantity",))), None))
    for form in _BLOCK_FORMS:
        if form in forms or (form == "list" and frame.count):
            block = _block(form, found, relevance, used, frame.count)
            if block is not None and (not brief or len(lines) < 3):
                intro = _introduction(block, prose, relevance, used)
                if intro is not None and len(lines) > 1:
                    lines.append("")
                add(intro)
                lines.append("")
                for item in _items(block, relevance, min(frame.count or LIST_ITEMS, 4 if brief else 10)):
                    add(item, bullet=True)
    if "advice" in forms:
        for unit in [u for u in _best(found, relevance, ("advice",)) if heading_fits(u.heading, "advice")][:2]:
            add(unit, bullet=True)
    if len(used) < (2 if brief else 4):
        for unit in _supports(found, relevance, used, 1 if brief else 3, forms):
            if lines and not lines[-1].startswith("- "):
                lines.append("")
            add(unit, bullet=True)
    return lines


def _supports(
    found: Sequence[Unit], relevance: Relevance, used: Sequence[Unit], count: int, forms: Iterable[str]
) -> list[Unit]:
    """The next best units, those close to the question only."""
    ranked = [u for u in _best(found, relevance, forms) if not any(similar(u.text, x.text) for x in used)]
    if not ranked:
        return []
    floor = 0.6 * relevance.score(ranked[0], tuple(forms))
    return [u for u in ranked[:count] if relevance.score(u, tuple(forms)) >= floor]


def _block(
    form: str, found: Sequence[Unit], relevance: Relevance, used: Sequence[Unit], count: int | None
) -> Block | None:
    """The list that best answers a need: near the question, under a fitting heading, long enough."""
    wanted = min(count or 3, 3)
    candidates = [b for b in blocks(found) if len(b.items) >= wanted and not any(b.items[0] is u for u in used)]

    def value(block: Block) -> float:
        scores = sorted((relevance.score(u) for u in block.items), reverse=True)
        around = relevance.coverage(f"{block.document} {block.heading}")
        enough = 0.1 if count and len(block.items) >= count else 0.0
        return sum(scores[:3]) / min(3, len(scores)) + 0.5 * around + 0.4 * heading_fits(block.heading, form) + enough

    fresh = [b for b in candidates if not all(any(similar(i.text, u.text) for u in used) for i in b.items)]
    return max(fresh, key=value, default=None)


def _items(block: Block, relevance: Relevance, limit: int) -> list[Unit]:
    """The items of a list in their own order; when there are too many, the nearest ones."""
    if len(block.items) <= limit:
        return list(block.items)
    chosen = sorted(block.items, key=lambda u: -relevance.score(u))[:limit]
    return [u for u in block.items if u in chosen]


def _introduction(block: Block, prose: Sequence[Unit], relevance: Relevance, used: Sequence[Unit]) -> Unit | None:
    """The sentence that opens the section of a list, when it is not yet quoted."""
    same = [u for u in prose if (u.document, u.heading) == (block.document, block.heading)]
    fresh = [u for u in same if not any(similar(u.text, x.text) for x in used) and not u.text.endswith(":")]
    return min(fresh, key=lambda u: u.order, default=None)


# --- comparison


_ASPECTS = (("definition", ""), ("strengths", "Strengths"), ("weaknesses", "Weaknesses"), ("advice", "Fits when"))


def _comparison(
    frame: Frame, sides: Sequence[str], evidence: Sequence[Evidence], found: Sequence[Unit], relevance: Relevance
) -> list[str]:
    """Each side in turn with the same parts, then what decides between them."""
    lines: list[str] = []
    used: list[Unit] = []
    for side in sides:
        about = Relevance(side, evidence)
        own = [u for u in found if about.coverage(f"{u.document} {u.heading}") >= 0.5] or [
            u for u in found if about.coverage(u.text) >= 0.6
        ]
        others = [o for o in sides if o != side]
        own = [u for u in own if not _is_about(u, others, side, evidence)] or own
        if not own:
            continue
        lines += ["", f"**{side[:1].upper()}{side[1:]}**", ""]
        for aspect, name in _ASPECTS:
            chosen = _aspect(aspect, own, about, used)
            used += chosen
            lines += [f"- {name}: {_quote(u)}" if name and not u.label else f"- {_quote(u)}" for u in chosen]
    deciding = [u for u in _best(found, relevance, ("advice",)) if _names_both(u, sides) and not _seen(u, used)]
    if deciding:
        lines += ["", "**Choosing between them**", "", *(f"- {_quote(u)}" for u in deciding[:3])]
    return lines[1:] if lines else _sections(frame, list(found), relevance, brief=False)


def _aspect(aspect: str, own: Sequence[Unit], about: Relevance, used: Sequence[Unit]) -> list[Unit]:
    if aspect == "definition":
        prose = [u for u in own if u.kind != "item" and not _seen(u, used)]
        return _best(prose, about, ("definition",))[:1]
    under = [u for u in own if heading_fits(u.heading, aspect) and not _seen(u, used)]
    items = [u for u in under if u.kind == "item"] or under
    return sorted(items, key=lambda u: u.order)[: 3 if aspect != "advice" else 2]


def _is_about(unit: Unit, others: Sequence[str], side: str, evidence: Sequence[Evidence]) -> bool:
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


def _verdict(found: Sequence[Unit], relevance: Relevance) -> list[str]:
    """What the documents hold for or against a statement; a side is named only when their wording takes one."""
    ranked = _best(found, relevance, ("causes", "quantity"))[:12]
    against = [u for u in ranked if len(_AGAINST & set(stems(u.text))) >= 1 and relevance.coverage(u.text) >= 0.25]
    used: list[Unit] = []
    for unit in [*against, *ranked]:
        if not _seen(unit, used) and len(used) < 5:
            used.append(unit)
    opening = (
        "The documents speak against it."
        if len(against) >= 2
        else "The documents do not settle it; this is what they say on it."
    )
    return [opening, "", *(f"- {_quote(u)}" for u in used)]


# --- which clause applies


def _clauses(found: Sequence[Unit], relevance: Relevance, limit: int) -> list[str]:
    """The clauses that apply, each named with its document."""
    ranked = _best([u for u in found if u.kind == "clause"], relevance, ("clause",))
    floor = 0.55 * relevance.score(ranked[0], ("clause",))
    chosen: list[Unit] = []
    for unit in ranked:
        if len(chosen) < limit and relevance.score(unit, ("clause",)) >= floor and not _seen(unit, chosen):
            chosen.append(unit)
    lines = []
    for n, unit in enumerate(chosen):
        text = unit.text.removeprefix(f"**{unit.label}**").strip()
        named = Unit(**{**unit.__dict__, "text": f"**{unit.document}, clause {unit.label}:** {text}"})
        lines += [_quote(named), ""] if n == 0 else [f"- {_quote(named)}"]
    return lines
