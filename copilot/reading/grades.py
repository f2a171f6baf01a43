"""What a question says by the order of grades: "at least a B", "worse than C", "the best rating"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.language.vocabulary import BEST, GRADE_STEMS, HIGHEST, LOWEST, RANKING, WORST
from copilot.language.words import stem, stems, words
from copilot.reading.building import WHOLE, Builder
from copilot.reading.profiles import Profile
from copilot.reading.question import Link, LinkKind, Span
from copilot.records.conditions import Filter, Operator

_WAYS = {"best": BEST, "worst": WORST, "highest": HIGHEST, "lowest": LOWEST}
_NEAR, _BEFORE_IT = 3, 2
"""So few words lie between a column and what says which of its grades come first; one before that counts for more."""
_FEWEST_COMPARED = 2
_THAN_AFTER = re.compile(r"(?:\s+\w+){0,3}?\s+than\b", re.IGNORECASE)
ORDERED = 0.7
"""From here on the chooser is sure enough that rows are ordered by a column of grades that no part names."""
_MOST_BETWEEN = 6
"""Words between what compares and the grade: "at least a supplier rating of B"."""
_BETTER, _WORSE = r"better|stronger", r"worse|weaker|poorer"
_MORE, _LESS = r"higher|greater|more", r"lower|less|fewer"
_THAN = r"(?:\s+\w+){0,2}?\s+than"
# What stands before a grade; of "better" and "worse" the column tells which way that is.
_BEFORE: tuple[tuple[Operator, bool, re.Pattern[str]], ...] = (
    (">=", False, re.compile(r"\b(?:at least|(?:a\s+)?minimum(?: of)?)$", re.I)),
    ("<=", False, re.compile(r"\b(?:at most|up to|(?:a\s+)?maximum(?: of)?)$", re.I)),
    (">", True, re.compile(rf"\b(?:{_BETTER}){_THAN}$", re.I)),
    ("<", True, re.compile(rf"\b(?:{_WORSE}){_THAN}$", re.I)),
    (">", False, re.compile(rf"\b(?:(?:{_MORE}){_THAN}|above|over|beyond|exceed\w*)$", re.I)),
    ("<", False, re.compile(rf"\b(?:(?:{_LESS}){_THAN}|below|under)$", re.I)),
)
_BEHIND: tuple[tuple[Operator, bool, re.Pattern[str]], ...] = (
    (">=", True, re.compile(rf"\s+(?:or|and)\s+(?:{_BETTER})\b", re.I)),
    ("<=", True, re.compile(rf"\s+(?:or|and)\s+(?:{_WORSE})\b", re.I)),
    (">=", False, re.compile(rf"\s+(?:(?:or|and)\s+(?:{_MORE}|above|over|up|upwards?)|upwards?)\b", re.I)),
    ("<=", False, re.compile(rf"\s+(?:(?:or|and)\s+(?:{_LESS}|below|under|down|downwards?)|downwards?)\b", re.I)),
)
_DENIED = re.compile(r"(?:\b(?:no|not|never|neither)|n['’]t)(?:\s+(?:an?|any))?\s*$", re.IGNORECASE)
_BY = re.compile(r"\bby\s+(?:(?:the|their|its)\s+)?$", re.IGNORECASE)
_BETWEEN, _AND = re.compile(r"\bbetween$", re.IGNORECASE), re.compile(r"\s+and\s+(?:an?\s+)?", re.IGNORECASE)
_OPPOSITE: Mapping[Operator, Operator] = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_MIRRORED: Mapping[Operator, Operator] = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_FILLING = frozenset({"a", "an", "the", "of", "as", "with", "in"})
_NAMES: tuple[LinkKind, ...] = ("value", "person", "record", "number", "period")


@dataclass(frozen=True)
class _Comparison:
    """How a text compares with a grade, and where it says so."""

    op: Operator
    is_of_merit: bool
    """Whether it speaks of what is better, rather than higher."""
    start: int
    end: int


@dataclass(frozen=True)
class _Way:
    """Which grades of a column come first, and where a text says so."""

    column: str
    way: str
    start: int
    end: int


def graded(builder: Builder) -> tuple[Profile, ...]:
    """The columns of grades of the table."""
    return tuple(p for p in builder.asked.columns.of_table(builder.table) if p.order)


def is_by_grade(builder: Builder, one: Filter) -> bool:
    """Whether a condition compares with a grade."""
    profile = builder.asked.columns.get(builder.table, one.column)
    return profile is not None and bool(profile.order) and one.op in _OPPOSITE


def bounds_by_grades(builder: Builder) -> list[Filter]:
    """Every condition that compares with a grade; what says it needs no other reading."""
    columns, text = {p.name: p for p in graded(builder)}, builder.asked.text
    places: dict[tuple[int, int], list[Link]] = {}
    for link in builder.asked.links.of("value"):
        if link.table == builder.table and link.column in columns and link.key in columns[link.column].order:
            places.setdefault((link.start, link.end), []).append(link)
    found: list[Filter] = []
    taken: set[tuple[int, int]] = set()
    for (start, end), links in sorted(places.items()):
        if (start, end) in taken:
            continue
        column = _column_of(builder, links, columns)
        opening = _opening(text, start, column)
        grade = next(x.key for x in links if x.column == column.name)
        behind = next((place for place in sorted(places) if place[0] >= end), (0, 0))
        other = next((x.key for x in places.get(behind, ()) if x.column == column.name), None)
        if other is not None and _AND.fullmatch(text[end : behind[0]]) and _BETWEEN.search(opening):
            low, high = sorted((grade, other), key=column.order.index)
            found.append(Filter(column=column.name, op=">=", value=low))
            found.append(Filter(column=column.name, op="<=", value=high))
            taken.add(behind)
            _explain(builder, len(opening) - len("between"), behind[1])
        elif (said := _comparison(text, opening, end)) is not None:
            op = _MIRRORED[said.op] if said.is_of_merit and column.is_lower_better else said.op
            found.append(Filter(column=column.name, op=op, value=grade))
            _explain(builder, said.start, said.end)
    return found


def _opening(text: str, start: int, column: Profile) -> str:
    """The text before a grade, without what only leads to it: "at least" of "at least a rating of B"."""
    names = _name_stems(column) | GRADE_STEMS
    before = list(re.finditer(r"[^\W_]+(?:['’][^\W_]+)?", text[:start]))
    for word in reversed(before[-_MOST_BETWEEN:]):
        if word[0].lower() not in _FILLING and stem(word[0].lower()) not in names:
            break
        start = word.start()
    return text[:start].rstrip(" “\"'‘")


def _comparison(text: str, opening: str, end: int) -> _Comparison | None:
    """How a text compares with a grade that ends in a place; None where it does not."""
    for op, is_of_merit, said in _BEFORE:
        if found := said.search(opening):
            denied = _DENIED.search(opening[: found.start()])
            start = denied.start() if denied else found.start()
            return _Comparison(_OPPOSITE[op] if denied else op, is_of_merit, start, end)
    for op, is_of_merit, said in _BEHIND:
        if found := said.match(text, end):
            return _Comparison(op, is_of_merit, len(opening), found.end())
    return None


def _column_of(builder: Builder, links: Sequence[Link], columns: Mapping[str, Profile]) -> Profile:
    """Of the columns that hold a grade the one named nearest, else the one that shares most words with the question,
    else the one of which the chooser is surest."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    at, said = links[0].start, set(stems(asked.text))

    def fits(link: Link) -> tuple[float, int, float]:
        named = [x for x in asked.links.of("column") if (x.table, x.key) == (builder.table, link.column)]
        far = min((abs(x.start - at) for x in named if x.score >= WHOLE), default=len(asked.text))
        shared = len(said & _name_stems(columns[link.column]))
        sure = max(
            judged.sure(link.column, link.key, "is", "not"), judged.sure(link.column, None, ">", ">=", "<", "<=")
        )
        return -far, shared, sure

    return columns[max(links, key=fits).column]


def _explain(builder: Builder, start: int, end: int) -> None:
    """Marks a part of the question, and all parts of it that the reader found, as understood."""
    builder.graded.append((start, end))
    builder.explained.append(Span("bound", start, end, builder.asked.text[start:end]))
    builder.support += 1


def without_grades(builder: Builder, span: Span) -> Iterator[Span]:
    """The parts of a span beside what compares with a grade, as far as they name something; the span itself where
    nothing in it does."""
    inside = [(start, end) for start, end in builder.graded if start < span.end and span.start < end]
    if not inside and not (builder.graded and _only_names(builder, span)):
        yield span
        return
    builder.explained.append(span)
    borders = [span.start, *(border for place in sorted(inside) for border in place), span.end]
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        text = builder.asked.text[start:end]
        if start < end and builder.asked.links.within(start, end, *_NAMES):
            yield replace(span, start=start, end=end, text=text)


def _only_names(builder: Builder, span: Span) -> bool:
    """Whether a part has no word but those of a column by whose grades something is compared, such as "rated"."""
    said = {w.stem for w in words(span.text) if not w.is_stop}
    names = {stem for profile in graded(builder) for stem in _name_stems(profile)}
    return bool(said) and said <= names | GRADE_STEMS


def _name_stems(profile: Profile) -> set[str]:
    return {stem for name in profile.texts for stem in stems(name)}


def order_by_grades(builder: Builder) -> str | None:
    """The column of grades that orders rows, behind a minus where the highest come first; None where none does. What
    says so needs no other reading."""
    columns, asked = {p.name: p for p in graded(builder)}, builder.asked
    named = [x for x in asked.links.of("column") if x.table == builder.table and x.score >= WHOLE]
    if not columns:
        return None
    found = _beside_a_way(builder, named, columns)
    if found is not None:
        column: str | None = found.column
        way = found.way
        _explain(builder, found.start, found.end)
    else:
        column = _compared(builder, named, columns) or _in_order(builder, named, columns)
        way = next((way for word in words(asked.text) if (way := _way_of(word.stem))), "")
    if column is None:
        return None
    builder.explained += asked.reading.of("order")
    if way in ("best", "worst"):
        is_highest = (way == "best") != columns[column].is_lower_better
    else:
        is_highest = way != "lowest" and (bool(way) or asked.reading.direction != "ascending")
    return f"-{column}" if is_highest else column


def _way_of(stem: str) -> str:
    """Which grades a word says to come first; empty where it says nothing of the kind."""
    return next((way for way, known in _WAYS.items() if stem in known), "")


def _beside_a_way(builder: Builder, named: Sequence[Link], columns: Mapping[str, Profile]) -> _Way | None:
    """The column of grades of which a word beside it says which come first; no word that compares with a grade or with
    something else."""
    text = builder.asked.text
    for word in words(text) if named else ():
        way = _way_of(word.stem)
        if not way or any(start < word.end and word.start < end for start, end in builder.graded):
            continue
        nearest = min(named, key=lambda x: _words_between(text, x, word.start, word.end))
        is_near = _words_between(text, nearest, word.start, word.end) <= _NEAR
        if is_near and nearest.key in columns and _THAN_AFTER.match(text, word.end) is None:
            return _Way(nearest.key, way, min(word.start, nearest.start), max(word.end, nearest.end))
    return None


def _words_between(text: str, link: Link, start: int, end: int) -> int:
    """How many words stand between a name and the word that says which come first; a name before it is further off."""
    if link.start >= end:
        return len(text[end : link.start].split())
    return len(text[link.end : start].split()) + _BEFORE_IT


def _compared(builder: Builder, named: Sequence[Link], columns: Mapping[str, Profile]) -> str | None:
    """The column of grades by which records that are named are compared."""
    asked = builder.asked
    records = {x.key for x in asked.links.of("record") if x.table == builder.table}
    if not asked.reading.of("compare") or len(records) < _FEWEST_COMPARED:
        return None
    return named[0].key if named and all(x.key in columns for x in named) else None


def _in_order(builder: Builder, named: Sequence[Link], columns: Mapping[str, Profile]) -> str | None:
    """The column of grades that a part which says an order names, by its whole name or a word of it, else the one of
    which the chooser is sure."""
    text, spans = builder.asked.text, builder.asked.reading.of("order")
    if any(word.stem in RANKING for word in words(text)) and (by := [x for x in named if _BY.search(text[: x.start])]):
        return by[0].key if by[0].key in columns else None
    within = [x.key for s in spans for x in named if x.start < s.end and s.start < x.end]
    if within or not spans:
        return within[0] if within and all(key in columns for key in within) else None
    said = {stem for span in spans for stem in stems(span.text)}
    shared = [p.name for p in columns.values() if said & _name_stems(p)]
    if len(shared) == 1:
        return shared[0]
    judged = builder.asked.judged(builder.table)
    sure = {name: judged.sure(name, None, "order", "measured") for name in columns}
    best = max(sure, key=lambda name: sure[name])
    return best if sure[best] >= ORDERED else None


def measured_grade(builder: Builder) -> str | None:
    """The column of grades that a part says is measured: "the average rating"."""
    spans, columns = builder.asked.reading.of("measure"), {p.name for p in graded(builder)}
    named = [x.key for s in spans for x in builder.links(s, "column") if x.score >= WHOLE] if columns else []
    return named[0] if named and columns.issuperset(named) else None
