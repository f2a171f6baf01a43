"""Groups by how many rows they have: "owners with more than four projects", "units with nothing in pilot"."""

from __future__ import annotations

from copilot.language.quantities import comparison, find_amounts
from copilot.language.vocabulary import ROW_STEMS
from copilot.language.words import ASKING_STEMS, words
from copilot.reading.building import WHOLE, Builder, Find
from copilot.reading.question import Span

_NOTHING = frozenset({"nothing", "no", "none", "without", "any"})


def subject(builder: Builder, span: Span) -> str:
    """The column of categories or people that a question is about before a part of it, "which owners"; empty where it
    is about rows."""
    asked, rows = builder.asked, builder.spoken_of
    for link in asked.links.of("column"):
        profile = asked.columns.get(builder.table, link.key)
        is_group = profile is not None and profile.holds in ("category", "person") and link.table == builder.table
        before = [w for w in words(asked.text[: link.start]) if not w.is_stop and w.stem not in ASKING_STEMS]
        # "Which business units", but not "is there a trial without an owner".
        are_one_name = all(asked.text[w.end : link.start].strip() == "" for w in before)
        is_first = link.end <= span.start and link.start < rows and are_one_name
        if is_group and link.score >= WHOLE and is_first:
            return link.key
    return ""


def kept_by_number(builder: Builder, span: Span, find: Find) -> bool:
    """Adds how many rows the groups have that are asked for; false where a size is of something else, or the question
    is about rows."""
    asked, column = builder.asked, subject(builder, span)
    amounts = find_amounts(span.text)
    if not column or len(amounts) != 1 or amounts[0].unit or not amounts[0].value.is_integer():
        return False
    end = span.start + amounts[0].end
    links = [x for x in asked.links.of("table", "value") if x.table == builder.table and x.start >= end]
    behind = next((w for w in words(asked.text) if w.start >= end and not w.is_stop), None)
    if behind is None or not (behind.stem in ROW_STEMS or any(x.start <= behind.start < x.end for x in links)):
        return False
    builder.having, builder.kept = (comparison(span.text) or ">=", amounts[0].value), column
    for value in links:
        if value.kind == "value" and value.start < span.end:
            # "At least three pilots" are those in pilot.
            find(builder, Span("filter", value.start, value.end, value.text))
    builder.explained.append(span)
    builder.support += 1
    return True


def kept_for_none(builder: Builder, span: Span, find: Find) -> bool:
    """Adds that the groups are asked for that have no such row; false where a part denies something of rows."""
    column, said = subject(builder, span), words(span.text)
    rest = next((w.start for w in said if w.text.lower() not in _NOTHING and not w.is_stop), None)
    if span.role not in ("not", "filter") or not column or rest is None or said[0].text.lower() not in _NOTHING:
        return False
    own = Builder(builder.asked, builder.table)
    find(own, Span("filter", span.start + rest, span.end, span.text[rest:]))
    if not own.conditions or any(c.op != "=" for c in own.conditions):
        return False
    builder.conditions += own.conditions
    builder.support += own.support
    builder.having, builder.kept = ("=", 0.0), column
    builder.explained.append(span)
    return True
