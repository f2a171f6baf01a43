"""Where the parts of a question begin and end, put right by what a table has names for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from copilot.language.quantities import find_amounts
from copilot.language.vocabulary import EACH
from copilot.language.words import stems, words
from copilot.reading.building import WHOLE
from copilot.reading.durations import each_time
from copilot.reading.mentioning import mentions
from copilot.reading.question import Link, Span
from copilot.reading.spans import Spans


def put_right(asked: Spans, table: str) -> Spans:
    """The question with a column and what bounds it as one part, "data readiness" "above 7", with what happened at a
    time as the name of its date, and without what is taken by something else."""
    taken = [(m.start, m.end) for m in mentions(asked, table)]
    asked = _with_dates(asked, table)
    spans = [
        part for span in asked.reading.spans for part in _outside(span, taken) if not _is_of_name(asked, table, span)
    ]
    spans = list(dict.fromkeys(_with_name(asked, table, span, spans) for span in spans))
    spans = [replace(s, role="group") if _is_split_by(asked, table, s) else s for s in spans]
    joined = [_with_column(asked, table, span, spans) for span in spans]
    heads = [s for s in spans if any(_begins_with(whole, s) for whole in joined)]
    reading = replace(asked.reading, spans=tuple(s for s in joined if s not in heads))
    return replace(asked, reading=reading)


def _with_dates(asked: Spans, table: str) -> Spans:
    """The question with a value as the name of a date where a time follows it and the date says when that came to be:
    "initiated in 2023", of a stage and the day on which it began."""
    dates = asked.columns.of_table(table, "date")
    times = [(x.start, x.end) for x in asked.links.of("period")]
    times += [place] if (place := each_time(asked.text)) is not None else []
    links: list[Link] = []
    for link in asked.links.links:
        said = stems(link.text)[-1:]
        own = [p for p in dates if link.kind == "value" and any({*said} <= {*stems(text)} for text in p.texts)]
        after = [start for start, _ in times if start >= link.end]
        is_next = bool(after) and all(w.is_stop for w in words(asked.text[link.end : min(after)]))
        # "Retired in 2024" came to be then; "pilots in 2024" were so.
        came_to_be = link.text.lower().endswith("ed")
        is_when = link.table == table and is_next and came_to_be and len(own) == 1
        links.append(replace(link, kind="column", key=own[0].name, column="", score=1.0) if is_when else link)
    return replace(asked, links=replace(asked.links, links=tuple(links)))


def _is_of_name(asked: Spans, table: str, span: Span) -> bool:
    """Whether what was read as a group is no more than a piece of the name of a value: "Department" of one."""
    named = [x for x in asked.links.of("value", "person", "record") if x.table == table and x.score == 1]
    is_piece = any(x.start <= span.start and span.end <= x.end and len(x.text) > len(span.text) for x in named)
    return span.role == "group" and is_piece


def _is_split_by(asked: Spans, table: str, span: Span) -> bool:
    """Whether a part is no more than a column by which rows may be told apart, behind a "by" or "per"."""
    before = asked.text[: span.start].split()[-1:]
    names = [x for x in asked.links.of("column") if (x.start, x.end, x.table) == (span.start, span.end, table)]
    are_groups = any(p.name == x.key for p in asked.columns.grouping(table) for x in names)
    return (
        span.role in ("compare", "filter", "scope")
        and are_groups
        and {w.lower() for w in before} <= EACH
        and bool(before)
    )


def _with_name(asked: Spans, table: str, span: Span, spans: Collection[Span]) -> Span:
    """A part with all of a name of which it and another of its role are pieces: "Health" "Human Services"."""
    for link in asked.links.of("value", "person", "record"):
        pieces = [s for s in spans if s.role == span.role and link.start <= s.start and s.end <= link.end]
        if link.table == table and link.score >= WHOLE and span in pieces and len(pieces) > 1:
            return replace(span, start=link.start, end=link.end, text=link.text, score=1.0)
    return span


def _outside(span: Span, taken: Collection[tuple[int, int]]) -> Iterator[Span]:
    """The parts of a span beside what is taken, as far as they say anything."""
    inside = sorted(place for place in taken if place[0] < span.end and span.start < place[1])
    if not inside or span.role in ("measure", "group", "order", "limit"):
        yield span
        return
    borders = [span.start, *(border for place in inside for border in place), span.end]
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        said = words(span.text[max(0, start - span.start) : max(0, end - span.start)])
        if any(not w.is_stop for w in said):
            first, last = start + said[0].start, start + said[-1].end
            yield replace(span, start=first, end=last, text=span.text[first - span.start : last - span.start])


def _with_column(asked: Spans, table: str, span: Span, spans: Collection[Span]) -> Span:
    """A bound or time with the name of a column that stands right before it and is in no part, or is one itself."""
    holds = {"bound": "number", "period": "date"}.get(span.role)
    for link in asked.links.of("column"):
        profile = asked.columns.get(table, link.key) if (link.table, link.score) == (table, 1) else None
        is_next = link.end <= span.start and all(w.is_stop for w in words(asked.text[link.end : span.start]))
        over = [s for s in spans if s.start < link.end and link.start < s.end]
        is_free = all((s.start, s.end) == (link.start, link.end) for s in over)
        if profile is not None and profile.holds == holds and is_next and is_free and _says_only_size(span):
            return replace(span, start=link.start, text=asked.text[link.start : span.end])
    return span


def _says_only_size(span: Span) -> bool:
    """Whether a part is no more than a figure or time with what compares it."""
    amounts = find_amounts(span.text)
    return span.role == "period" or (
        bool(amounts) and all(w.is_stop or any(a.start <= w.start < a.end for a in amounts) for w in words(span.text))
    )


def _begins_with(whole: Span, part: Span) -> bool:
    return whole.role in ("bound", "period") and whole.start == part.start and part.end < whole.end
