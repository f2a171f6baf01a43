"""The conditions of one table that the parts of a question mean, found part by part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from copilot.language.quantities import (
    DAYS_IN,
    QUARTER,
    Amount,
    compared_amounts,
    comparison,
    find_amounts,
    in_column,
    shared_scale,
)  # fmt: skip
from copilot.language.vocabulary import HELD_STEMS, ROW_STEMS
from copilot.language.words import words
from copilot.reading.building import CONDITIONS, LEFT, SIZED, TAKEN, WHOLE, Builder
from copilot.reading.choosing import Judged, Key, Use
from copilot.reading.columns import Choice
from copilot.reading.comparing import THAN, against_another, apart_by, beside_another, figures, of_another, with_of
from copilot.reading.days import against_today, by_age, by_day, in_named_times, is_denied, is_until_today
from copilot.reading.durations import lasts_until_today, took
from copilot.reading.grades import graded, is_by_grade
from copilot.reading.keeping import kept_by_number, kept_for_none
from copilot.reading.linking import is_id
from copilot.reading.matching import Candidate
from copilot.reading.profiles import Holds
from copilot.reading.question import Link, Links, Span
from copilot.reading.relating import related
from copilot.reading.spans import POINTED, item_of, uses_of
from copilot.records.conditions import Filter, Operator
from copilot.records.differences import is_time
from copilot.records.differences import sides as sides_of
from copilot.records.related import counted, is_stored
from copilot.types import Cell

SURE_BASE = 0.3
"""From here on the chooser is sure enough that a condition is of the base of a share."""
CLEAREST = 0.8
"""A word says an item where it is so near to the one that says it most clearly."""
_WHETHER = re.compile(r"\b(?:whether|if)\b", re.IGNORECASE)
_AT_ONCE = re.compile(r"\bboth\b|\bas well as\b|\bat once\b|\bat the same time\b", re.IGNORECASE)
_OR = re.compile(r"\s+or\s+|\s*/\s*", re.IGNORECASE)


def _names_a_category(builder: Builder, span: Span) -> bool:
    """Whether a span is no more than the name of a column of categories or people."""
    names = [x for x in builder.links(span, "column") if x.score == 1 and x.start <= span.start and span.end <= x.end]
    profiles = (builder.asked.columns.get(builder.table, x.key) for x in names)
    return any(p is not None and p.holds in ("category", "person") for p in profiles)


def _says_of_what(builder: Builder, span: Span) -> bool:
    """Whether a span names the column of a value that another part names: "in a country other than Canada"."""
    own = {x.key for x in builder.links(span, "column") if x.score == 1}
    whole = Span("filter", 0, len(builder.asked.text), builder.asked.text)
    return any(x.column in own and x.score == 1 for x in builder.links(whole, "value"))


def also(builder: Builder, base: Sequence[Filter]) -> tuple[Filter, ...]:
    """Adds what the chooser is sure of and no span said; gives what belongs to the base of a share."""
    judged, asked = builder.asked.judged(builder.table), builder.asked
    of_base: list[Filter] = []
    apart_by(builder)
    against_another(builder)
    for (column, value), uses in judged.uses.items():
        use = max(CONDITIONS, key=lambda u: uses[u])
        said = {c.column for c in (*base, *builder.conditions)} | {c.column for c in of_base}
        profile = asked.columns.get(builder.table, column)
        if uses[use] < TAKEN or column in said or profile is None or not _has_words(builder, (column, value)):
            continue
        if value is not None and is_id(profile.called(value)) and all(x.key != value for x in asked.links.links):
            # An id is said as it is or not at all.
            continue
        before = list(builder.conditions)
        if use in ("is", "not"):
            if value is not None:
                _merge(builder, column, "=" if use == "is" else "!=", value)
            elif profile.holds == "yes_no":
                builder.add(column, "=", use == "is")
        elif use in ("missing", "present"):
            builder.add(column, use)
        elif use == "zero":
            builder.add(column, "=", 0)
        else:
            _sized(builder, profile.name, use, profile.holds)
        if builder.measure == "share" and uses["among"] > SURE_BASE:
            of_base += [c for c in builder.conditions if c not in before]
            builder.conditions = before
    return tuple(of_base)


def of_base(builder: Builder) -> tuple[Filter, ...]:
    """Takes out the conditions that say of which rows a share is asked, where others say which share."""
    judged = builder.asked.judged(builder.table)
    found = tuple(
        c for c in builder.conditions if all(judged.sure(*item, "among") >= SURE_BASE for item in _items_of(c, judged))
    )
    if len(found) in (0, len(builder.conditions)):
        # Of several that are said, the last is what is asked of the others.
        found = tuple(sorted(builder.conditions, key=lambda c: _place_of(c, judged))[:-1])
    builder.conditions = [c for c in builder.conditions if c not in found]
    return found


def _place_of(condition: Filter, judged: Judged) -> int:
    """Where the word stands that says a condition most clearly."""
    said = [place for item in _items_of(condition, judged) for place in judged.said.get(item, ())]
    return max(said, key=lambda place: place[2])[0] if said else 0


def _items_of(condition: Filter, judged: Judged) -> list[Key]:
    """The items that a condition is about: its values where they were judged, else its column."""
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    items: list[Key] = [(condition.column, v) for v in values if isinstance(v, str)]
    return [item for item in items if item in judged.uses] or [(condition.column, None)]


def least_sure(builder: Builder, conditions: Iterable[Filter]) -> float:
    """How sure the chooser is of the condition of which it is least sure; of what is named there is no doubt, nor of
    words that are looked for."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    named = {p.name for p in asked.columns.of_table(builder.table, "key", "title")}
    named |= {x.key for x in asked.links.of("column") if x.table == builder.table}
    records = {x.key for x in asked.links.of("record") if x.score == 1}
    said = {x.column for x in asked.links.of("value") if x.score == 1}
    # A name of several words is no other word by chance.
    names = {(x.column, x.key) for x in asked.links.of("value", "person") if x.score == 1 and " " in x.text.strip()}
    return min(
        (judged.sure(*item, *CONDITIONS) for c in conditions
         if c.column not in named and not c.than and is_stored(c.column) and not is_by_grade(builder, c)
         and not (c.op == "missing" and c.column in said)
         and c.op != "contains" and c.value not in records and (c.column, c.value) not in names
         for item in _items_of(c, judged)), default=1.0,
    )  # fmt: skip


def surest_left(builder: Builder, conditions: Iterable[Filter], told: Iterable[str] = ()) -> float:
    """How sure the chooser is of a condition on a column of which nothing is said, by a condition or otherwise."""
    judged = builder.asked.judged(builder.table)
    said = {*told} | {name for c in conditions for name in (*sides_of(c.column), c.than)}
    if builder.graded:
        # A "B" that is compared with is a grade of no other column.
        said |= {p.name for p in graded(builder)}
    return max(
        (
            uses[use]
            for (column, value), uses in judged.uses.items()
            if column not in said and not (value and builder.tells_when(value))
            for use in CONDITIONS
        ),
        default=0.0,
    )


def unused_figures(builder: Builder) -> Iterator[str]:
    """Figures of the question that no part of the call holds, and that are of no name, time or number of rows."""
    asked = builder.asked
    others = [x for x in asked.links.links if x.kind != "number"]
    spans = [*builder.explained, *asked.reading.of("limit", "whatif", "topic", "back")]
    used = [*((s.start, s.end) for s in spans), *((x.start, x.end) for x in others)]
    for link in asked.links.of("number"):
        # "Another one" counts nothing.
        if link.text[0].isdigit() and not any(start < link.end and link.start < end for start, end in used):
            yield link.text


def figure_of(links: Links, column: Link) -> Link | None:
    """The figure that stands right after the name of a column, as in "severity 1"."""
    return next((x for x in links.of("number") if x.start == column.end + 1), None)


def _has_words(builder: Builder, item: Key) -> bool:
    """Whether words of the question that no condition has used say an item, as clearly as those that one has used."""
    places = builder.asked.judged(builder.table).said[item]
    least = max(POINTED, CLEAREST * max((p for *_, p in places), default=0.0))
    said = [(start, end) for start, end, p in places if p >= least]
    # "What share" is no word for what is shared.
    used = [*builder.explained, *builder.asked.reading.of("share", "limit")]
    return any(not any(s.start < end and start < s.end for s in used) for start, end in said)


def _sized(builder: Builder, column: str, use: Use, holds: Holds) -> None:
    """A size or time of a column with the figure or period that no span has used."""
    asked = builder.asked
    said = asked.links.of("period") if holds == "date" else figures(asked)
    free = [x for x in said if not any(s.start < x.end and x.start < s.end for s in builder.explained)]
    if len(free) != 1:
        return
    span = Span("bound", free[0].start, free[0].end, free[0].text)
    held = asked.columns.bounds(builder.table, holds).kept(lambda c: (c.column, c.op) == (column, use))
    if held.candidates:
        bound(builder, span, held)


def condition(builder: Builder, span: Span) -> None:
    """Rows for which something is so, or is not: a value, a yes or no, a cell that is empty, a record."""
    if _is_of_another(builder, span):
        builder.unresolved.append(span.text)
        return
    values = [x for x in builder.links(span, "value", "person") if x.score >= WHOLE]
    if related(builder, span, condition) or kept_for_none(builder, span, condition):
        return
    if not values and _says_otherwise(builder, span):
        return
    if len(values) == 1 and span.role == "filter" and _is_said(builder, values[0]):
        builder.explained.append(span)
        return
    if values and span.role == "not" and _WHETHER.search(builder.asked.text[span.start : min(x.start for x in values)]):
        # "Do not say whether they are safe": nothing is recorded of it.
        builder.add(values[0].column, "missing")
        builder.explained.append(span)
        builder.support += 1
        return
    if len({x.key for x in values}) > 1 and (groups := _of_several(values)):
        for group in groups:
            _alternatives(builder, group, span.role == "not")
        builder.explained.append(span)
        return
    if records := [x for x in builder.links(span, "record") if x.score >= WHOLE]:
        _records(builder, records, span.role == "not")
        builder.explained.append(span)
        return
    foreign = builder.asked.links.within(span.start, span.end, "record")
    if foreign and (reference := _reference(builder, foreign[0])):
        builder.add(reference.column, "!=" if span.role == "not" else "=", reference.value)
        builder.support += 1
        builder.explained.append(span)
        return
    is_period = bool(builder.asked.links.within(span.start, span.end, "period"))
    if is_period and span.role == "filter" and builder.asked.period(span) is not None:
        bound(builder, span)
        return
    if span.role == "scope" and not builder.links(span, "value", "person"):
        if not builder.asked.links.names(span.start, span.end):
            # Something of which nothing here has the name.
            builder.unresolved.append(span.text)
        return
    if span.role == "filter" and not values and (_names_a_category(builder, span) or _says_of_what(builder, span)):
        # "The hospitals" are none of them, and all have one.
        builder.explained.append(span)
        return
    if span.role == "not" and not values and _lacks_several(builder, span):
        return
    chosen = builder.choose(span, builder.asked.columns.conditions(builder.table))
    if chosen is not None and len(parts := _alternatives_of(span)) > 1 and isinstance(chosen.value, str):
        _each(builder, parts, chosen)
    elif chosen is None:
        builder.unresolved.append(span.text)
    elif chosen.op in ("=", "!=", "missing", "present"):
        for value in builder.beside(span, chosen):
            _merge(builder, chosen.column, chosen.op, value)


def _says_otherwise(builder: Builder, span: Span) -> bool:
    """Whether a part without a value bounds the rows by a time, a size or another column, or says nothing of them."""
    if span.role == "not" and _since(builder, span):
        return True
    if all(w.is_stop or w.stem in ROW_STEMS for w in words(span.text)):
        # "AI" tells no project of an AI programme from another.
        return True
    if _says_only_held(builder, span):
        # "That report use cases", "in the inventory".
        builder.explained.append(span)
        return True
    if _is_sized(builder, span):
        bound(builder, span)
        return True
    if THAN.search(span.text) and not find_amounts(span.text) and beside_another(builder, span):
        return True
    if any(x.start <= span.start and span.end <= x.end for x in builder.links(span, "table")):
        # "Groundings" are the rows themselves.
        builder.explained.append(span)
        return True
    return False


def _says_only_held(builder: Builder, span: Span) -> bool:
    """Whether a part says no more than that the records hold the rows of the table."""
    rows = builder.links(span, "table")
    names = builder.links(span, "column", "record")
    return (
        span.role in ("filter", "scope")
        and not names
        and all(
            w.is_stop or w.stem in ROW_STEMS | HELD_STEMS or any(x.start <= w.start < x.end for x in rows)
            for w in words(span.text)
        )
    )


def _is_of_another(builder: Builder, span: Span) -> bool:
    """Whether a part is no more than a piece of a name that other tables alone have: "open" of "open positions"."""
    whole = [
        x
        for x in builder.asked.links.of("column", "value")
        if x.score == 1 and x.start <= span.start and span.end <= x.end and x.end - x.start > span.end - span.start
    ]
    return bool(whole) and all(x.table != builder.table for x in whole)


def _since(builder: Builder, span: Span) -> bool:
    """Adds that something was last so before a time that the next part names and that lasts until today: "have not been
    reviewed", "since March"; false where no such part follows."""
    asked = builder.asked
    after = [
        s for s in asked.reading.of("period") if s.start >= span.end and not asked.text[span.end : s.start].strip()
    ]
    period = asked.period(after[0]) if after else None
    dates = asked.columns.of_table(builder.table, "date")
    if period is None or not dates or not is_until_today(period, asked.today):
        return False
    bound(builder, replace(span, end=after[0].end, text=asked.text[span.start : after[0].end]))
    builder.explained.append(after[0])
    return True


def _lacks_several(builder: Builder, span: Span) -> bool:
    """Adds that several columns that a part names are empty, "neither an owner nor a sponsor"; false where it names
    but one."""
    named = list(dict.fromkeys(x.key for x in builder.links(span, "column") if x.score >= WHOLE))
    profiles = [p for name in named if (p := builder.asked.columns.get(builder.table, name)) is not None]
    if len(profiles) < 2:
        return False
    for profile in profiles:
        is_flag = profile.holds == "yes_no"
        builder.add(profile.name, "=" if is_flag else "missing", False if is_flag else None)
    builder.explained.append(span)
    builder.support += len(profiles)
    return True


def _is_said(builder: Builder, value: Link) -> bool:
    """Whether a condition already says a value that is named."""
    held = [
        c.value if isinstance(c.value, tuple) else (c.value,) for c in builder.conditions if c.column == value.column
    ]
    return any(value.key in values for values in held)


def _is_sized(builder: Builder, span: Span) -> bool:
    """Whether a span names a column of numbers with a figure: "severity 1 or 2"."""
    profiles = (builder.asked.columns.get(builder.table, x.key) for x in builder.links(span, "column"))
    return any(p is not None and p.holds == "number" for p in profiles) and bool(find_amounts(span.text))


def _alternatives_of(span: Span) -> list[Span]:
    """The parts of "laid up or scrapped"; the span itself where it offers none."""
    parts, start = [], 0
    for border in [*_OR.finditer(span.text), None]:
        end = border.start() if border else len(span.text)
        if text := span.text[start:end].strip():
            at = span.start + span.text.index(text, start)
            parts.append(Span(span.role, at, at + len(text), text))
        start = border.end() if border else end
    return parts


def _each(builder: Builder, parts: Sequence[Span], whole: Candidate) -> None:
    """Each alternative as a value of the column that the whole span means; what is none of them is not resolved."""
    choice = builder.asked.columns.conditions(builder.table)
    values = choice.kept(lambda c: (c.column, c.op) == (whole.column, whole.op))
    for part in parts:
        if (chosen := builder.choose(part, values)) is None:
            builder.unresolved.append(part.text)
        else:
            _merge(builder, chosen.column, whole.op, chosen.value)  # type: ignore[arg-type]


def sides(builder: Builder, spans: Sequence[Span]) -> None:
    """What is compared: values of one column, each side another."""
    choice = builder.asked.columns.conditions(builder.table)
    sides: list[Candidate] = []
    for span in spans:
        if any(x.score >= WHOLE for x in builder.links(span, "value", "person", "record")):
            condition(builder, span)
            sides += [Candidate(builder.table, c.column, "=", c.value) for c in builder.conditions[-1:]]  # type: ignore[arg-type]
            continue
        some = choice.kept(partial(_may_be_beside, sides))
        if (chosen := builder.choose(span, some)) is not None:
            sides.append(chosen)
            _merge(builder, chosen.column, "=", chosen.value)
        else:
            builder.unresolved.append(span.text)


def two_sides(builder: Builder) -> list[str]:
    """The columns of which yes and no are compared; each row is of one side."""
    sides = [c for c in builder.conditions if isinstance(c.value, bool)]
    both = [c.column for c in sides if c.model_copy(update={"value": not c.value}) in sides]
    builder.conditions = [c for c in builder.conditions if c.column not in both]
    return list(dict.fromkeys(both))


def _may_be_beside(sides: Sequence[Candidate], candidate: Candidate) -> bool:
    if candidate.op != "=":
        return False
    return not sides or (candidate.column == sides[0].column and all(candidate.value != s.value for s in sides))


def _merge(builder: Builder, column: str, op: Operator, value: Cell) -> None:
    """Adds a condition; a second value of the same column is an alternative to the first."""
    several: Operator | None = {"=": "in", "!=": "not in"}.get(op)  # type: ignore[assignment]
    earlier = next((c for c in builder.conditions if c.column == column and c.op in (op, several)), None)
    profile = builder.asked.columns.get(builder.table, column)
    if op == "=" and profile is not None and profile.is_list and _AT_ONCE.search(builder.asked.text):
        # A cell that holds several values may hold both; one that holds one may not.
        earlier = None
    if earlier is None or several is None or isinstance(value, bool):
        builder.add(column, op, value)
        return
    builder.conditions.remove(earlier)
    before = earlier.value if isinstance(earlier.value, tuple) else (earlier.value,)
    both = tuple(dict.fromkeys([*before, value]))
    builder.add(column, several if len(both) > 1 else op, both if len(both) > 1 else value)


def _of_several(values: Sequence[Link]) -> list[list[Link]]:
    """The values that a span names side by side, by column: "pilots in Insurance" are two conditions; empty where one
    place may be a value of several columns."""
    groups: dict[str, list[Link]] = {}
    for link in values:
        groups.setdefault(link.column, []).append(link)
    overlap = any(a.column != b.column and a.start < b.end and b.start < a.end for a in values for b in values)
    return [] if overlap else list(groups.values())


def _alternatives(builder: Builder, values: Sequence[Link], is_negated: bool) -> None:
    keys = tuple(dict.fromkeys(x.key for x in values))
    for key in keys:
        _merge(builder, values[0].column, "!=" if is_negated else "=", key)
    builder.support += len(keys)


def _records(builder: Builder, records: Sequence[Link], is_negated: bool) -> None:
    key = next((p.name for p in builder.asked.columns.of_table(builder.table, "key")), None)
    if key is not None:
        for link in records:
            _merge(builder, key, "!=" if is_negated else "=", link.key)
        builder.support += 0.5


def _reference(builder: Builder, record: Link) -> Candidate | None:
    """The column of this table that refers to a record of another, with the value that it has for it."""
    for profile in builder.asked.columns.of_table(builder.table, "category", "person"):
        for value in profile.values:
            if value.casefold() in (record.key.casefold(), record.name.casefold()):
                return Candidate(builder.table, profile.name, "=", value)
    return None


def bound(builder: Builder, span: Span, among: Choice | None = None) -> None:
    """A condition by size or date: the column and the comparison that the span means, with its sizes or days."""
    if any(s.start == span.start for s in builder.explained):
        # What is said of the rows of another table is said already.
        return
    if among is None and (related(builder, span, condition) or kept_by_number(builder, span, condition)):
        return
    asked = builder.asked
    span = with_of(asked, asked.with_unit(span))
    amounts = shared_scale(compared_amounts(span.text))
    period = asked.period(span)
    holds: list[Holds] = ["date"] if period is not None else ["number"]
    if period is None and any(a.unit in DAYS_IN for a in amounts):
        holds.append("date")
    if period is None and not amounts:
        without_size(builder, span)
        return
    if period is not None and among is None and in_named_times(builder, span, period):
        return
    bounds = among or asked.columns.bounds(builder.table, *holds)
    if period is None and all(a.unit in DAYS_IN for a in amounts):
        bounds = bounds if among else _of_time(builder, span, bounds, amounts)
    elif period is None:
        are_whole = all(a.value.is_integer() and not a.unit for a in amounts)
        bounds = bounds.kept(lambda c: not is_time(c.column) and (are_whole or not counted(c.column)))
    chosen = builder.choose(span, _of_its_own(builder, bounds), 0.0)
    if chosen is None:
        builder.unresolved.append(span.text)
        return
    profile = asked.columns.get(builder.table, chosen.column)
    assert profile is not None
    if profile.holds == "date":
        ahead = profile.is_ahead(asked.today)
        period = asked.period(span, ahead)
        length = next((a for a in amounts if a.unit in DAYS_IN), None)
        if period is None and length is None:
            builder.unresolved.append(span.text)
        elif period is None and length is not None and not took(builder, span, chosen, amounts):
            by_age(builder, span, chosen, length, ahead)
        elif period is not None:
            by_day(builder, chosen, period, is_denied(builder, span, ahead))
        return
    if len(amounts) == 1 and of_another(builder, span, chosen, amounts[0]):
        return
    sizes = sorted(in_column(a, profile.unit, profile.most) for a in amounts)
    if len(sizes) > 1:
        builder.add(chosen.column, ">=", sizes[0])
        builder.add(chosen.column, "<=", sizes[-1])
    else:
        # "Severity 2" is that; "spent 2 million" may be that or more.
        named = any(x.key == chosen.column for x in builder.links(span, "column"))
        sign = comparison(span.text) or ("=" if named or chosen.op not in SIZED else chosen.op)
        builder.add(chosen.column, sign, sizes[0])  # type: ignore[arg-type]


def _of_its_own(builder: Builder, bounds: Choice) -> Choice:
    """The columns that no other part has bounded, where the chooser thinks more of one of them than of bounding another
    twice: "granted more than a million and has used less than 200,000"."""
    said = {(c.column, c.op) for c in builder.conditions if c.op in SIZED}
    if not said:
        return bounds
    judged, taken = builder.asked.judged(builder.table), {column for column, _ in said}
    sure = [(c, judged.sure(*item_of(c), *uses_of(c, "bound"))) for c in bounds.candidates]
    free = max((p for c, p in sure if c.column not in taken), default=0.0)
    again = max((p for c, p in sure if c.column in taken and (c.column, c.op) not in said), default=1.0)
    return bounds.kept(lambda c: c.column not in taken) if free >= LEFT and free > again else bounds


def _of_time(builder: Builder, span: Span, bounds: Choice, lengths: Sequence[Amount]) -> Choice:
    """The columns that a length of time can bound: dates, and numbers of days or weeks; all where there are none.

    Hours saved are not bounded by weeks, nor anything but a date by what lasts until today.
    """
    until_today = any(lasts_until_today(builder, span, length) for length in lengths)
    shortest = min((DAYS_IN[a.unit] for a in lengths), default=0.0)
    are_quarters = all(a.unit == QUARTER for a in lengths)

    def is_bounded(candidate: Candidate) -> bool:
        profile = builder.asked.columns.get(builder.table, candidate.column)
        if profile is None or profile.holds == "date":
            return profile is not None
        if profile.unit in DAYS_IN:
            return not until_today and (DAYS_IN[profile.unit] >= 1 or shortest < 1)
        return are_quarters and profile.unit in ("percent", "share")

    held = bounds.kept(is_bounded)
    return held if held.candidates else bounds


def without_size(builder: Builder, span: Span) -> None:
    """A bound without a figure: nothing at all, missing, or a value of a category."""
    asked = builder.asked
    is_empty = all(w.is_stop for w in words(span.text))
    if THAN.search(span.text):
        if not beside_another(builder, span) and not is_empty:
            builder.unresolved.append(span.text)
        return
    if is_empty or against_today(builder, span):
        return
    links = builder.links(span, "value", "person", "column")
    bounds, others = asked.columns.bounds(builder.table), asked.columns.conditions(builder.table)
    sized = asked.best(span, bounds, links, [builder.may_have(c) for c in bounds.candidates])
    plain = asked.best(span, others, links, [builder.may_have(c) for c in others.candidates])
    if sized is None or (plain is not None and plain.score >= sized.score):
        condition(builder, span)
    elif sized.candidate.op in ("missing", "present", ">", "="):
        # "Some" is more than nothing, "none" is nothing.
        value = None if sized.candidate.op in ("missing", "present") else 0
        builder.support += sized.score
        builder.explained.append(span)
        builder.add(sized.candidate.column, sized.candidate.op, value)
    else:
        builder.unresolved.append(span.text)
