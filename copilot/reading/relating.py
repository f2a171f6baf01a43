"""Rows by those of another table that refer to them, or that they name: "projects that never had an incident", "models
of stopped projects"."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from copilot.language.quantities import comparison, find_amounts, without_comparison
from copilot.language.vocabulary import NEGATIONS
from copilot.language.words import words
from copilot.reading.building import Builder, Find
from copilot.reading.question import Link, Span
from copilot.records.conditions import Filter, Operator
from copilot.records.related import number_of


def refer(builder: Builder) -> frozenset[str]:
    """The tables whose rows refer to those of this one."""
    return frozenset(p.table for p in builder.asked.columns.profiles if p.refers == builder.table != p.table)


def named_by(builder: Builder) -> dict[str, str]:
    """The tables whose rows this one names, each with the column that does."""
    own = builder.asked.columns.of_table(builder.table)
    return {p.refers: p.name for p in own if p.refers not in ("", builder.table)}


def related(builder: Builder, span: Span, find: Find) -> bool:
    """Adds what a part says of the rows of another table that refer to a row, or of the one that it refers to; false
    where it says nothing of another table."""
    counted, parents = _other(builder, span, refer(builder)), named_by(builder)
    link = counted or _other(builder, span, parents)
    if link is None:
        return False
    if counted is not None:
        _counted(builder, span, link, find)
    elif not _named(builder, span, link, parents[link.table], find):
        return False
    builder.relates = True
    builder.explained.append(span)
    if not (span.start <= link.start and link.end <= span.end):
        builder.explained.append(Span(span.role, link.start, link.end, link.text))
    builder.support += 1
    return True


def _counted(builder: Builder, span: Span, link: Link, find: Find) -> None:
    """How many rows of another table refer to a row, and which of them count."""
    text, start, end = builder.asked.text, min(span.start, link.start), max(span.end, link.end)
    # The two of "two incidents", not of "a severity 2 incident".
    said = [
        a for a in find_amounts(text[start : link.start])
        if not _content(text[start : start + a.start]) and not _content(text[start + a.end : link.start])
    ]  # fmt: skip
    number = said[0] if len(said) == 1 and said[0].value.is_integer() and not said[0].unit else None
    rest_from = start + number.end if number else start
    own = Builder(builder.asked, link.table)
    for part in _beside(builder, rest_from, link, end):
        find(own, part)
    if (period := span if span.role == "period" else _period(builder, end)) is not None:
        find(own, replace(period, role="filter"))
        builder.explained.append(period)
    is_none = any(w.text.lower() in NEGATIONS for w in words(text[start:end])) or span.role == "not"
    op: Operator
    if number is not None and not is_none:
        op, value = comparison(text[start : link.start]) or ">=", int(number.value)
    else:
        op, value = ("=", 0) if is_none else (">", 0)
    column = number_of(link.table)
    builder.conditions.append(Filter(column=column, op=op, value=value, where=tuple(own.conditions)))
    builder.unresolved += own.unresolved


def _named(builder: Builder, span: Span, link: Link, column: str, find: Find) -> bool:
    """What the row of another table that a row names is like: "models of stopped projects"."""
    own, is_within = Builder(builder.asked, link.table), span.start < link.end and link.start < span.end
    for part in _beside(builder, span.start, link, span.end) if is_within else [span]:
        find(own, replace(part, role=span.role))
    if not own.conditions:
        is_none = span.role == "not" and is_within
        builder.conditions += [Filter(column=column, op="missing")] if is_none else []
        return is_none
    builder.conditions.append(Filter(column=column, op="present", where=tuple(own.conditions)))
    builder.unresolved += own.unresolved
    return True


def _beside(builder: Builder, start: int, link: Link, end: int) -> Iterator[Span]:
    """What stands before and behind the name of a table."""
    for left, right in ((start, link.start), (link.end, end)):
        part = _trimmed(builder.asked.text, left, right)
        if part is not None and not builder.asked.links.within(part.start, part.end, "period"):
            yield part


def _other(builder: Builder, span: Span, tables: Collection[str]) -> Link | None:
    """The other table that a part names, or that stands right beside it, where this one is spoken of before."""
    asked, first = builder.asked, builder.spoken_of
    if asked.links.within(span.start, span.end, "record"):
        # One row is meant by its name.
        return None
    links = [x for x in asked.links.of("table") if x.table in tables and first < x.start]
    within = [x for x in links if x.start < span.end and span.start < x.end]
    spans = [s for s in asked.reading.spans if s.role != "measure"]
    free = [x for x in links if not any(s.start < x.end and x.start < s.end for s in spans)]
    behind = [x for x in free if x.start >= span.end and not _content(asked.text[span.end : x.start])]
    before = [x for x in free if x.end <= span.start and not _content(asked.text[x.end : span.start])]
    return next(iter((*within, *behind, *before)), None)


def _period(builder: Builder, end: int) -> Span | None:
    """The time that is said right behind a place."""
    spans = builder.asked.reading.of("period")
    return next((s for s in spans if s.start >= end and not _content(builder.asked.text[end : s.start])), None)


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """What a part says beside a table and how many of its rows there are, without the words around it."""
    said = [w for w in words(without_comparison(text[start:end])) if not w.is_stop and w.text.lower() not in NEGATIONS]
    if not said:
        return None
    first, last = start + said[0].start, start + said[-1].end
    return Span("filter", first, last, text[first:last])


def _content(text: str) -> bool:
    return any(not w.is_stop for w in words(without_comparison(text)))
