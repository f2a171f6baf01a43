"""Conditions of which one is enough: "without a sponsor or a review date"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from copilot.language.words import Word, stems, words
from copilot.reading.building import WHOLE, Builder
from copilot.reading.question import Link, Span
from copilot.reading.spans import POINTED, Spans
from copilot.records.conditions import Filter

_AND, _OR = "and", "or"
_BETWEEN = 4
"""Words from "or" on before what it leads to: "or are overdue for review"."""


Said = Sequence[tuple[Span, Filter]]
"""The one condition that a part of the question says, of those that say one."""


def joined(asked: Spans, table: str, conditions: Sequence[Filter], said: Said = ()) -> list[Filter]:
    """The conditions, those between which the question says "or" as one; values of one column are alternatives as they
    are."""
    found = list(conditions)
    for chain in _chains(asked, table, conditions, said):
        columns = [c.column for c in chain]
        others = {c.column for c in conditions if c not in chain}
        if len(set(columns)) < len(columns) or others & set(columns):
            # One end of a time or size is no condition by itself.
            continue
        either = chain[0].model_copy(update={"or_else": tuple(chain[1:])})
        found = [either if c == chain[0] else c for c in found if c not in chain[1:]]
    return found


def told_apart_by(conditions: Sequence[Filter]) -> list[str]:
    """The columns that tell which of some conditions a row meets, of which one is enough."""
    return [c.column for one in conditions if one.or_else for c in one.each]


def _chains(asked: Spans, table: str, conditions: Sequence[Filter], said: Said) -> Iterator[list[Filter]]:
    """The conditions that follow each other with "or" between them, in their order."""
    if not _has_or(asked) or any(c.or_else for c in conditions):
        return
    places = [(s, c) for c in conditions if (s := _place(asked, table, c, conditions, said)) is not None]
    places.sort(key=lambda x: x[0].start)
    chain = [c for _, c in places[:1]]
    for (span, _), (other, one) in pairwise(places):
        if not _says_or(asked.text, span, other):
            if len(chain) > 1:
                yield chain
            chain = []
        chain.append(one)
    if len(chain) > 1:
        yield chain


def _has_or(asked: Spans) -> bool:
    return any(w.text.lower() == _OR for w in words(asked.text))


def _place(asked: Spans, table: str, one: Filter, conditions: Sequence[Filter], said: Said) -> Span | None:
    """Where the question says a condition: the part that says it alone, else its name there, else where the chooser
    sees it; None where that is nowhere."""
    part = next((s for s, c in said if c == one), None)
    others = [x for c in conditions if c != one for x in _names(asked, table, c)]
    if part is not None and not any(part.start <= x.start and x.end <= part.end for x in others):
        return part
    if names := _names(asked, table, one):
        return Span("filter", names[0].start, names[0].end, names[0].text)
    value = one.value if isinstance(one.value, str) else None
    seen = [(start, end) for start, end, p in asked.judged(table).said.get((one.column, value), ()) if p >= POINTED]
    if isinstance(one.value, tuple) or not seen:
        return part
    start, end = min(s for s, _ in seen), max(e for _, e in seen)
    return Span("filter", start, end, asked.text[start:end])


def _names(asked: Spans, table: str, one: Filter) -> list[Link]:
    """The names in the question of the value of a condition, or of its column where it has no such value."""
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    links = [x for x in asked.links.of("value", "person", "column") if x.table == table]
    own = [x for x in links if x.kind != "column" and x.column == one.column and x.key in values]
    return own or [x for x in links if x.kind == "column" and x.key == one.column and x.score >= WHOLE]


def _says_or(text: str, one: Span, other: Span) -> bool:
    """Whether "or" follows the one part and leads to the other: "in Retail or affect customers"."""
    between = [w.text.lower() for w in words(text[one.end : other.start])]
    return between[:1] == [_OR] and _AND not in between and len(between) <= _BETWEEN


def left_out(builder: Builder) -> Iterator[str]:
    """What a part says before or after "or" that the conditions do not say: "no owner or baseline" where nothing is
    recorded of baselines."""
    if not _has_or(builder.asked):
        return
    profiles = [builder.asked.columns.get(builder.table, c.column) for c in builder.conditions]
    called = {s for p in profiles if p is not None for text in p.texts for s in stems(text)}
    links = [x for c in builder.conditions for x in _names(builder.asked, builder.table, c)]

    def is_told(start: int, end: int) -> bool:
        said = set(stems(builder.asked.text[start:end]))
        return bool(said & called) or any(x.start < end and start < x.end for x in links)

    for span in dict.fromkeys(s for s, _ in builder.said if s.role != "bound"):
        sides = [(span.start + own[0].start, span.start + own[-1].end) for own in _sides(span)]
        left = [(start, end) for start, end in sides if not is_told(start, end)]
        if len(left) < len(sides):
            yield from (builder.asked.text[start:end] for start, end in left)


def _sides(span: Span) -> Iterator[list[Word]]:
    """The words of a part before, between and after its "or"; none where it has no such word."""
    said: list[list[Word]] = [[]]
    for word in words(span.text):
        if word.text.lower() == _OR:
            said.append([])
        else:
            said[-1].append(word)
    if len(said) > 1:
        yield from (side for side in said if not all(w.is_stop for w in side))
