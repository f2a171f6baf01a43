"""One column of numbers against another: "over budget", "more than they were given", "half of what was promised"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from copilot.language.quantities import (
    Amount,
    Comparison,
    compared_amounts,
    comparison,
    find_amounts,
    in_column,
    without_comparison,
)  # fmt: skip
from copilot.language.words import words
from copilot.reading.building import LEAST, SIZED, WHOLE, Builder
from copilot.reading.choosing import Key, Use
from copilot.reading.matching import Candidate
from copilot.reading.names import spoken
from copilot.reading.profiles import Profile
from copilot.reading.question import Link, Span
from copilot.reading.spans import POINTED, Spans
from copilot.records.conditions import Filter
from copilot.records.differences import less, sides
from copilot.records.related import is_stored

COMPARED = 0.5
"""From here on the chooser is sure enough that one column is above another, where no part of the question says so."""
MAY_BE_BESIDE = 0.05
"""The same where a part says that a column is above something, and nothing what."""
CLEARLY = 0.15
"""By so much more of a cosine a part means one column than another."""
_MEASURING: tuple[Use, ...] = (">", "<", "measured", "shown")
_OTHER_SIDE: tuple[Use, ...] = ("among", "shown")
_BY, _COMPARING = "by", 2
"""The word before a size that says how far apart two things are; so many words before it may compare."""
_OPPOSITE: Mapping[Comparison, Comparison] = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
SIDES: tuple[Literal[">", "<"], ...] = (">", "<")
# What says of what a share is: "half of the", "80% of their".
_OF_WHAT = re.compile(r"\s*(?:of|the|what|as much as)\b\s*", re.IGNORECASE)
_OF = re.compile(r"\s+of\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"\s*(?:[,.;:?!]|\band\b|$)", re.IGNORECASE)
# What compares with something that is no figure: "spent more than they were given".
THAN = re.compile(r"\bthan\b|\b(?:above|below|over|under)\b", re.IGNORECASE)


def numbers_of(asked: Spans, table: str) -> dict[str, Profile]:
    """The columns of numbers that a file holds, which alone can be set against each other."""
    return {p.name: p for p in asked.columns.of_table(table, "number") if is_stored(p.name)}


def figures(asked: Spans) -> list[Link]:
    """The sizes that a question says, without lengths of time that are no size: "more than they bring back in a
    year"."""
    said = compared_amounts(asked.text)
    return [x for x in asked.links.of("number") if any(a.start < x.end and x.start < a.end for a in said)]


def with_of(asked: Spans, span: Span) -> Span:
    """A span with the "of" after it that makes a share of its last word: "less than a third"."""
    of = _OF.match(asked.text, span.end)
    whole = replace(span, end=of.end(), text=asked.text[span.start : of.end()]) if of else span
    return whole if len(find_amounts(whole.text)) > len(find_amounts(span.text)) else span


def of_another(builder: Builder, span: Span, chosen: Candidate, share: Amount) -> bool:
    """Adds that a column is above or below a share of another that what follows means: "less than half of what was
    promised", "over 80% of their budget"; false where no share is said, or what follows means no column of its unit."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    own = asked.columns.get(builder.table, chosen.column)
    # The reader may have cut the part before what the share is of.
    after = _OF_WHAT.match(asked.text, span.start + share.end)
    is_share = share.unit == "percent" or (not share.unit and share.value < 1)
    if own is None or after is None or not is_share or own.unit in ("percent", "share"):
        return False
    start = after.end()
    end = max(span.end, _CLAUSE_END.search(asked.text, start).start())  # type: ignore[union-attr]
    part = Span("measure", start, end, asked.text[start:end])
    choice = asked.columns.candidates(builder.table, "number")
    profiles = [asked.columns.get(builder.table, c.column) for c in choice.candidates]
    held = [p.name for p in profiles if p is not None and p.unit == own.unit and is_stored(p.name)]
    named = [x.key for x in builder.links(part, "column") if x.key in held and x.score >= WHOLE]
    # Beside the whole question, the part alone tells which column it is.
    near = {p.name: s for p, s in zip(profiles, asked.scores(part, choice).tolist(), strict=True) if p is not None}
    others = [name for name in held if name != own.name]
    other = named[0] if named else max(others, key=lambda name: near[name], default="")
    if not others or (not named and near[other] < LEAST):
        return False
    if not named and near[own.name] > near[other] + CLEARLY:
        other = own.name
    # Where what follows means the column that was taken for the first, the first is what else is measured.
    one = own.name if other != own.name else max(others, key=lambda name: judged.sure(name, None, *_MEASURING))
    builder.explained.append(part)
    sign = comparison(span.text) or (chosen.op if chosen.op in SIZED else ">")
    times = share.value / 100 if share.unit == "percent" else share.value
    builder.conditions.append(Filter(column=one, op=sign, value=times, than=other))
    return True


def beside_another(builder: Builder, span: Span) -> bool:
    """Adds that one column of numbers is above or below another that is named: "over budget", "spent more than their
    budget"; false where none is named."""
    asked = builder.asked
    links = asked.links.within(span.start, _before_a_name(builder, span), "column")
    numbers = numbers_of(asked, builder.table)
    named = list(dict.fromkeys(x.key for x in links if x.table == builder.table and x.key in numbers))
    named = named or _two_sides_said(builder, span, numbers)
    if not named:
        return False
    other = numbers[named[-1]]

    def is_beside(candidate: Candidate) -> bool:
        own = numbers.get(candidate.column)
        if own is None or own.name == other.name or own.unit != other.unit or candidate.op not in SIDES:
            return False
        return own.name in named[:-1] or (len(named) == 1 and not _is_kind_of(own, other))

    best = asked.best(span, asked.columns.bounds(builder.table, "number").kept(is_beside), ())
    if best is None:
        return False
    builder.conditions.append(Filter(column=best.candidate.column, op=best.candidate.op, than=other.name))
    builder.explained.append(span)
    builder.support += 1
    return True


def _before_a_name(builder: Builder, span: Span) -> int:
    """Where a span ends that the reader has cut before the name of a column: "over", "furthest over its"."""
    after = [w for w in words(builder.asked.text) if w.start >= span.end]
    name = next((w for w in after if not w.is_stop), None)
    return name.start + 1 if name is not None else span.end


def _two_sides_said(builder: Builder, span: Span, numbers: Mapping[str, Profile]) -> list[str]:
    """The columns of numbers before and after "than", where the first is named or surely meant: "have spent more than
    they were given" compares what was spent with what comes nearest to having been given."""
    than = re.search(r"\bthan\b", span.text, re.IGNORECASE)
    if than is None or not (text := span.text[than.end() :].strip()):
        return []
    said = {w.stem for w in words(builder.asked.text[: span.start + than.start()])}
    first = [p.name for p in numbers.values() if any({w.stem for w in words(t)} <= said for t in p.texts)]
    judged = builder.asked.judged(builder.table)
    first = first or [name for name in numbers if judged.sure(name, None, *SIDES) >= COMPARED]
    if len(first) != 1:
        return []
    start = span.start + span.text.rindex(text)
    part = Span("measure", start, start + len(text), text)
    choice = builder.asked.columns.candidates(builder.table, "number")
    unit = numbers[first[0]].unit
    fits = [c.column not in first and c.column in numbers and numbers[c.column].unit == unit for c in choice.candidates]
    best = builder.asked.best(part, choice, (), fits)
    return [first[0], best.candidate.column] if best is not None and best.score >= LEAST else []


def against_another(builder: Builder) -> None:
    """Adds that one column of numbers is above or below another where the chooser holds both to be meant and the
    question has no figure: "overspent", "costs us more to run than it saves"."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    numbers = numbers_of(asked, builder.table)
    said = [c for c in builder.conditions if c.than or c.column in numbers or len(sides(c.column)) > 1]
    if figures(asked):
        return
    if said:
        _rather_than_nothing(builder, said, numbers)
        return
    sized = [
        (judged.sure(one, None, op) * judged.sure(other, None, *_OTHER_SIDE, op), one, op, other)
        for one in numbers for other in numbers for op in SIDES
        if one != other and numbers[one].unit == numbers[other].unit
    ]  # fmt: skip
    best, one, op, other = max(sized, default=(0.0, "", ">", ""))
    if best >= COMPARED:
        builder.conditions.append(Filter(column=one, op=op, than=other))
        _explain(builder, (one, None), (other, None))


def _rather_than_nothing(builder: Builder, said: Sequence[Filter], numbers: Mapping[str, Profile]) -> None:
    """Takes what was read as above nothing, the one condition on numbers, for above another column where one may be
    meant: "past their budget" is no spending at all for nobody."""
    found = said[0]
    if len(said) > 1 or found.than or (found.op, found.value) != (">", 0):
        return
    asked, judged, unit = builder.asked, builder.asked.judged(builder.table), numbers[found.column].unit
    spans = asked.reading.of("bound", "filter")
    named = {x.key for span in spans for x in builder.links(span, "column") if x.score >= WHOLE}
    shown = {x.key for span in asked.reading.of("measure") for x in builder.links(span, "column") if x.score >= WHOLE}
    sure = {
        name: 1.0 if name in named else judged.sure(name, None, *_OTHER_SIDE, ">")
        for name, profile in numbers.items()
        if profile.unit == unit and name not in {found.column, *shown}
    }
    other = max(sure, key=lambda name: sure[name], default=None)
    if other is not None and sure[other] >= MAY_BE_BESIDE:
        above = Filter(column=found.column, op=">", than=other)
        builder.conditions = [above if c == found else c for c in builder.conditions]


def apart_by(builder: Builder) -> None:
    """Makes a size that says by how much one column is above or below another a condition on what lies between them:
    "over budget by more than 10%", "overspent by 100,000", "at least 50k below their budget"."""
    asked = builder.asked
    numbers = numbers_of(asked, builder.table)
    sized = [c for c in builder.conditions if c.column in numbers and c.op in SIZED and _is_size(c) and c.value]
    said = [(s, a) for s in asked.reading.of("bound", "filter") for a in find_amounts(s.text)]
    if len(sized) != 1 or len(said) != 1:
        return
    span, amount = said[0]
    named = next((c for c in builder.conditions if c.than and c.value is None and c.column in numbers), None)
    if named is not None and not _is_beside(builder, span, amount, named):
        # "Over budget, with more than a million spent" are two things.
        return
    if named is None and not _is_distance(asked.text, span.start + amount.start, span.start + amount.end):
        return
    pair = named or _surely_beside(builder, numbers, sized[0].column)
    if pair is None:
        return
    is_above = pair.op in (">", ">=")
    one, other = (pair.column, pair.than) if is_above else (pair.than, pair.column)
    sign, profile = _by(span.text, amount), numbers[one]
    if amount.unit == "percent" and profile.unit not in ("percent", "share"):
        part = amount.value / 100
        times = 1 + part if is_above else 1 - part
        opposite = sign if is_above else _OPPOSITE[sign]
        new = Filter(column=pair.column, op=opposite, value=times, than=pair.than)
    elif profile.unit in ("percent", "share"):
        size = amount.value * 100 if amount.value < 1 and profile.unit == "share" else amount.value
        new = Filter(column=less(one, other), op=sign, value=size)
    else:
        new = Filter(column=less(one, other), op=sign, value=in_column(amount, profile.unit, profile.most))
    kept = [c for c in builder.conditions if c not in (sized[0], named) and (c.column, c.value) != (pair.column, 0)]
    builder.conditions = [*kept, new]
    _explain(builder, (one, None), (other, None))


def _is_size(one: Filter) -> bool:
    return not one.than and isinstance(one.value, int | float) and not isinstance(one.value, bool)


def _is_beside(builder: Builder, span: Span, amount: Amount, pair: Filter) -> bool:
    """Whether a size stands right before or behind the words that set one column against another: "25% above the
    quote", "above the quote by 25%"; not where more stands between: "above the quote, with a price of 25"."""
    asked = builder.asked
    start, end = span.start + amount.start, span.start + amount.end
    if _is_distance(asked.text, start, end):
        return True
    for link in asked.links.of("column"):
        if link.table == builder.table and link.key in (pair.column, pair.than) and link.end <= start:
            before = [found.end() for found in THAN.finditer(asked.text, 0, link.start)][-1:]
            is_other_side = bool(before) and not _content(asked.text[before[0] : link.start])
            if is_other_side and not _content(without_comparison(asked.text[link.end : start])):
                return True
    return False


def _is_distance(text: str, start: int, end: int) -> bool:
    """Whether a size says how far apart two things are: "by 20", "by more than 20", "20 more than expected"."""
    after = THAN.search(text, end)
    before = words(without_comparison(text[:start]))[-1:]
    is_before_another = after is not None and not _content(without_comparison(text[end : after.end()]))
    return is_before_another or [w.text.lower() for w in before] == [_BY]


def _content(text: str) -> list[str]:
    return [w.text for w in words(text) if not w.is_stop]


def _surely_beside(builder: Builder, numbers: Mapping[str, Profile], sized: str) -> Filter | None:
    """The two columns, one of them that of a size, that the chooser surely takes for above or below each other. The one
    that is named first is above or below; where one alone is named, the other is: "fell short of what was expected"."""
    judged = builder.asked.judged(builder.table)
    unit = numbers[sized].unit
    found = [
        (judged.sure(sized, None, op) * judged.sure(other, None, *_OTHER_SIDE, op), other, op)
        for other, p in numbers.items() for op in SIDES if other != sized and p.unit == unit
    ]  # fmt: skip
    best, other, op = max(found, default=(0.0, "", ">"))
    if best < COMPARED:
        return None
    pair = numbers[sized], numbers[other]
    places = {one.name: _named_at(builder.asked.text, one, two) for one, two in (pair, pair[::-1])}
    if any(places.values()):
        first, second = sorted(places, key=lambda name: places[name] or 0)
        return Filter(column=first, op=op, than=second)
    bounds = builder.asked.columns.bounds(builder.table, "number")
    held = bounds.kept(lambda c: c.column in (sized, other) and c.op in SIDES)
    whole = Span("bound", 0, len(builder.asked.text), builder.asked.text)
    nearest = builder.asked.best(whole, held, ())
    if nearest is None:
        return None
    column = nearest.candidate.column
    return Filter(column=column, op=nearest.candidate.op, than=other if column == sized else sized)


def _named_at(text: str, column: Profile, other: Profile) -> int | None:
    """Where a word ends that names a column and not the other; None where none does."""
    own, others = ({w.stem for said in p.texts for w in words(said)} for p in (column, other))
    return next((w.end for w in words(text) if w.stem in own - others), None)


def _by(text: str, amount: Amount) -> Comparison:
    """How far apart: "by more than 10" is more, "by 10", "10 or more" and "at least 10" are that or more."""
    before = text[: amount.start].split()[-_COMPARING:]
    return comparison(" ".join([*before, text[amount.start : amount.end]])) or ">=" if _BY not in before[-1:] else ">="


def _explain(builder: Builder, *items: Key) -> None:
    """Parts for which nothing was found are explained where their words say an item that is now part of a condition."""
    judged = builder.asked.judged(builder.table)
    said = [(start, end) for item in items for start, end, p in judged.said.get(item, ()) if p >= POINTED]
    for span in builder.asked.reading.of("filter", "not", "bound", "among"):
        if span.text in builder.unresolved and any(start < span.end and span.start < end for start, end in said):
            builder.unresolved.remove(span.text)
            builder.explained.append(span)


def _is_kind_of(one: Profile, other: Profile) -> bool:
    """Whether the name of a column holds all words of another's: a production budget is a kind of budget."""
    return {w.stem for w in words(spoken(other.name))} <= {w.stem for w in words(spoken(one.name))}
