"""The conditions of one table that the parts of a question mean, found part by part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from copilot.language.calendar import BEGINNING, Period
from copilot.language.quantities import DAYS_IN, Amount, comparison, find_amounts, in_column, shared_scale
from copilot.language.vocabulary import ROW_STEMS
from copilot.language.words import words
from copilot.reading.choosing import USES, Judged, Key, Use
from copilot.reading.columns import Choice
from copilot.reading.matching import Candidate
from copilot.reading.names import spoken
from copilot.reading.profiles import Holds, Profile
from copilot.reading.question import Link, LinkKind, Measure, Role, Span
from copilot.reading.spans import POINTED, Scored, Spans, uses_of
from copilot.records.conditions import Filter, Operator
from copilot.types import Cell

# A span means no candidate that scores less: the cosine of the matcher, and what it names.
LEAST = 0.35
# A name is whole from this score of its link on.
WHOLE = 0.7
CONDITIONS: tuple[Use, ...] = USES[: USES.index("during") + 1]
NAMING: tuple[Use, ...] = ("is", "not", "group", "among")
"""How a question uses a value that it names."""
LEFT = 0.15
"""A value in another form is no name of it where the chooser is less sure."""
TAKEN = 0.9
"""From here on the chooser is sure enough of a condition that no part of the question was found to say."""
COMPARED = 0.5
"""The same of two columns of numbers, that one is above the other."""
CLEARLY = 0.15
"""By so much more of a cosine a part means one column than another."""
_MEASURING: tuple[Use, ...] = (">", "<", "measured", "shown")
SIDES: tuple[Literal[">", "<"], ...] = (">", "<")
SURE_BASE = 0.3
"""The same of a condition that is of the base of a share."""
CLEAREST = 0.8
"""A word says an item where it is so near to the one that says it most clearly."""
_SETS = frozenset({"=", "!=", "in", "not in"})
_SIZED = frozenset({"<", "<=", ">", ">=", "="})
# What says on which side of a length of time something lies, where it is said in so many words.
_BEYOND = re.compile(r"\b(?:more than|longer than|older than|over|beyond|upwards of|at least)\b", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:less than|within|under|in the (?:last|past|next)|no more than|at most)\b", re.IGNORECASE)
_OR = re.compile(r"\s+or\s+|\s*/\s*", re.IGNORECASE)
# What says of what a share is: "half of the", "80% of their".
_OF_WHAT = re.compile(r"\s*(?:of|the|what|as much as)\b\s*", re.IGNORECASE)
_OF = re.compile(r"\s+of\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"\s*(?:[,.;:?!]|\band\b|$)", re.IGNORECASE)
# What compares with something that is no figure: "spent more than they were given".
THAN = re.compile(r"\bthan\b|\b(?:above|below|over|under)\b", re.IGNORECASE)


@dataclass
class Builder:
    """The conditions of one table as they are found, span by span."""

    asked: Spans
    table: str
    conditions: list[Filter] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    explained: list[Span] = field(default_factory=list)
    support: float = 0.0
    measure: Measure = "none"
    """What is asked of the rows."""
    has_measure: bool = False
    """Whether the column that is measured was found."""
    matches: list[Scored] = field(default_factory=list)
    """What parts were taken for."""

    def links(self, span: Span, *kinds: LinkKind) -> list[Link]:
        """The links of this table within a span, whole names first; no value in another form, such as "to stop" for
        what is stopped, of which the chooser thinks nothing."""
        found = [x for x in self.asked.links.within(span.start, span.end, *kinds) if x.table in (self.table, "")]
        judged = self.asked.judged(self.table)
        kept = [x for x in found if x.kind != "value" or x.score == 1 or judged.sure(x.column, x.key, *NAMING) >= LEFT]
        return sorted(kept, key=lambda x: (-x.score, x.start))

    def add(self, column: str, op: Operator, value: Cell | tuple[Cell, ...] = None) -> None:
        new = Filter(column=column, op=op, value=value)
        if new not in self.conditions:
            self.conditions.append(new)

    def choose(
        self, span: Span, choice: Choice, least: float = LEAST, is_one_of_several: bool = False
    ) -> Candidate | None:
        """The candidate that the span means, by the matcher and by what it names; None where none comes near."""
        links = self.links(span, "value", "person", "column")
        fits = [self.fits(span, c, links) for c in choice.candidates]
        best = self.asked.best(span, choice, links, fits, is_one_of_several)
        if best is None or best.score < least:
            return None
        self.support += best.score
        self.explained.append(span)
        self.matches.append(best)
        return best.candidate

    def beside(self, span: Span, chosen: Candidate) -> list[Cell]:
        """The values that a span means: the chosen one, and others of its column of which the chooser is as sure."""
        if not isinstance(chosen.value, str) or self.links(span, "value", "person"):
            return [chosen.value]
        judged, uses = self.asked.judged(self.table), uses_of(chosen, span.role)
        own = [v for c, v in judged.uses if c == chosen.column and v not in (None, chosen.value)]
        others = [v for v in own if judged.sure(chosen.column, v, *uses) >= TAKEN]
        return [chosen.value, *others]

    def may_have(self, candidate: Candidate) -> bool:
        """Whether the rows can have nothing in the way of a candidate: no value, or the value zero."""
        profile = self.asked.columns.get(self.table, candidate.column)
        if profile is None or candidate.op not in ("missing", "=") or isinstance(candidate.value, str | bool):
            return True
        return profile.may_be("missing" if candidate.op == "missing" else "zero")

    def fits(self, span: Span, candidate: Candidate, links: Sequence[Link]) -> bool:
        """Whether a candidate can be meant beside what is meant already, and where a value is named, with its sign."""
        if candidate.op in ("=", "!=") and isinstance(candidate.value, str):
            is_named = any(x.key == candidate.value and x.column == candidate.column for x in links)
            if is_named and (candidate.op == "!=") != (span.role == "not"):
                return False
        if not self.may_have(candidate):
            return False
        # What is compared is not meant at once; what is said twice is meant once.
        is_again = any(s.text.casefold() == span.text.casefold() for s in self.explained)
        held = [] if any(x.key == candidate.value for x in links) else self.asked.held
        return (
            is_again or span.role == "compare" or not any(contradicts(candidate, c) for c in (*self.conditions, *held))
        )


def _names_a_category(builder: Builder, span: Span) -> bool:
    """Whether a span is no more than the name of a column of categories or people."""
    names = [x for x in builder.links(span, "column") if x.score == 1 and x.start <= span.start and span.end <= x.end]
    profiles = (builder.asked.columns.get(builder.table, x.key) for x in names)
    return any(p is not None and p.holds in ("category", "person") for p in profiles)


def contradicts(candidate: Candidate, known: Filter) -> bool:
    """Whether no row could meet both, or the candidate would say the same again."""
    if candidate.column != known.column:
        return False
    if isinstance(candidate.value, bool) or {candidate.op, known.op} & {"missing", "present"}:
        return True
    if candidate.op in _SETS and known.op in _SETS:
        return candidate.value in (known.value if isinstance(known.value, tuple) else (known.value,))
    return (candidate.op, candidate.value) == (known.op, known.value)


def also(builder: Builder, base: Sequence[Filter]) -> tuple[Filter, ...]:
    """Adds what the chooser is sure of and no span said; gives what belongs to the base of a share."""
    judged, asked = builder.asked.judged(builder.table), builder.asked
    of_base: list[Filter] = []
    _against_another(builder)
    for (column, value), uses in judged.uses.items():
        use = max(CONDITIONS, key=lambda u: uses[u])
        said = {c.column for c in (*base, *builder.conditions)} | {c.column for c in of_base}
        profile = asked.columns.get(builder.table, column)
        if uses[use] < TAKEN or column in said or profile is None or not _has_words(builder, (column, value)):
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
    """How sure the chooser is of the condition of which it is least sure; of what is named there is no doubt."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    named = {p.name for p in asked.columns.of_table(builder.table, "key", "title")}
    named |= {x.key for x in asked.links.of("column") if x.table == builder.table}
    return min(
        (judged.sure(*item, *CONDITIONS) for c in conditions if c.column not in named and not c.than
         for item in _items_of(c, judged)), default=1.0,
    )  # fmt: skip


def surest_left(builder: Builder, conditions: Iterable[Filter]) -> float:
    """How sure the chooser is of a condition on a column of which nothing is said."""
    judged = builder.asked.judged(builder.table)
    said = {name for c in conditions for name in (c.column, c.than)}
    return max(
        (uses[use] for (column, _), uses in judged.uses.items() if column not in said for use in CONDITIONS),
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
    kinds: tuple[LinkKind, ...] = ("period",) if holds == "date" else ("number",)
    free = [
        x for x in asked.links.of(*kinds) if not any(s.start < x.end and x.start < s.end for s in builder.explained)
    ]
    if len(free) != 1:
        return
    span = Span("bound", free[0].start, free[0].end, free[0].text)
    bounds = asked.columns.bounds(builder.table, holds)
    held = [n for n, c in enumerate(bounds.candidates) if (c.column, c.op) == (column, use)]
    if held:
        bound(builder, span, Choice(tuple(bounds.candidates[n] for n in held), bounds.vectors[held]))


def condition(builder: Builder, span: Span) -> None:
    """Rows for which something is so, or is not: a value, a yes or no, a cell that is empty, a record."""
    values = [x for x in builder.links(span, "value", "person") if x.score >= WHOLE]
    if not values and all(w.is_stop or w.stem in ROW_STEMS for w in words(span.text)):
        # "AI" tells no project of an AI programme from another.
        return
    if not values and _is_sized(builder, span):
        bound(builder, span)
        return
    if not values and THAN.search(span.text) and not find_amounts(span.text) and _beside_another(builder, span):
        return
    if not values and any(x.start <= span.start and span.end <= x.end for x in builder.links(span, "table")):
        # "Groundings" are the rows themselves.
        builder.explained.append(span)
        return
    if len(values) == 1 and span.role == "filter" and _is_said(builder, values[0]):
        builder.explained.append(span)
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
    if builder.asked.links.within(span.start, span.end, "period") and span.role == "filter":
        bound(builder, span)
        return
    if span.role == "scope" and not builder.links(span, "value", "person"):
        if not builder.asked.links.names(span.start, span.end):
            # Something of which nothing here has the name.
            builder.unresolved.append(span.text)
        return
    if span.role == "filter" and not values and _names_a_category(builder, span):
        # "The hospitals" are none of them, and all have one.
        builder.explained.append(span)
        return
    chosen = builder.choose(span, builder.asked.columns.conditions(builder.table))
    if chosen is not None and len(parts := _alternatives_of(span)) > 1 and isinstance(chosen.value, str):
        _each(builder, parts, chosen)
    elif chosen is None:
        builder.unresolved.append(span.text)
    elif chosen.op in ("=", "!=", "missing", "present"):
        for value in builder.beside(span, chosen):
            _merge(builder, chosen.column, chosen.op, value)


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
    held = [n for n, c in enumerate(choice.candidates) if (c.column, c.op) == (whole.column, whole.op)]
    values = Choice(tuple(choice.candidates[n] for n in held), choice.vectors[held])
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
        held = [n for n, c in enumerate(choice.candidates) if c.op == "=" and _may_be_beside(c, sides)]
        some = Choice(tuple(choice.candidates[n] for n in held), choice.vectors[held])
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


def _may_be_beside(candidate: Candidate, sides: Sequence[Candidate]) -> bool:
    return not sides or (candidate.column == sides[0].column and all(candidate.value != s.value for s in sides))


def _merge(builder: Builder, column: str, op: Operator, value: Cell) -> None:
    """Adds a condition; a second value of the same column is an alternative to the first."""
    several: Operator | None = {"=": "in", "!=": "not in"}.get(op)  # type: ignore[assignment]
    earlier = next((c for c in builder.conditions if c.column == column and c.op in (op, several)), None)
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
    asked = builder.asked
    span = _with_of(asked, asked.with_unit(span))
    amounts = shared_scale(find_amounts(span.text))
    period = asked.period(span)
    holds: list[Holds] = ["date"] if period is not None else ["number"]
    if period is None and any(a.unit in DAYS_IN for a in amounts):
        holds.append("date")
    if period is None and not amounts:
        without_size(builder, span)
        return
    bounds = asked.columns.bounds(builder.table, *holds)
    if period is None and all(a.unit in DAYS_IN for a in amounts):
        bounds = _of_time(builder, bounds, amounts)
    chosen = builder.choose(span, among or bounds, 0.0)
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
        elif period is None and length is not None:
            _by_age(builder, span, chosen, length, ahead)
        elif period is not None:
            _by_day(builder, chosen, period)
        return
    if len(amounts) == 1 and _of_another(builder, span, chosen, amounts[0]):
        return
    sizes = sorted(in_column(a, profile.unit, profile.most) for a in amounts)
    if len(sizes) > 1:
        builder.add(chosen.column, ">=", sizes[0])
        builder.add(chosen.column, "<=", sizes[-1])
    else:
        # "Severity 2" is that; "spent 2 million" may be that or more.
        named = any(x.key == chosen.column for x in builder.links(span, "column"))
        sign = comparison(span.text) or ("=" if named or chosen.op not in _SIZED else chosen.op)
        builder.add(chosen.column, sign, sizes[0])  # type: ignore[arg-type]


def _with_of(asked: Spans, span: Span) -> Span:
    """A span with the "of" after it that makes a share of its last word: "less than a third"."""
    of = _OF.match(asked.text, span.end)
    whole = replace(span, end=of.end(), text=asked.text[span.start : of.end()]) if of else span
    return whole if len(find_amounts(whole.text)) > len(find_amounts(span.text)) else span


def _of_another(builder: Builder, span: Span, chosen: Candidate, share: Amount) -> bool:
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
    held = [p.name for p in profiles if p is not None and p.unit == own.unit]
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
    sign = comparison(span.text) or (chosen.op if chosen.op in _SIZED else ">")
    times = share.value / 100 if share.unit == "percent" else share.value
    builder.conditions.append(Filter(column=one, op=sign, value=times, than=other))
    return True


def _of_time(builder: Builder, bounds: Choice, lengths: Sequence[Amount]) -> Choice:
    """The columns that a length of time can bound: dates, and numbers of days or weeks; all where there are none.

    Hours saved are not bounded by weeks.
    """
    columns = builder.asked.columns
    shortest = min((DAYS_IN[a.unit] for a in lengths), default=0.0)
    held = [
        n for n, c in enumerate(bounds.candidates)
        if (p := columns.get(builder.table, c.column))
        and (p.holds == "date" or (p.unit in DAYS_IN and (DAYS_IN[p.unit] >= 1 or shortest < 1)))
    ]  # fmt: skip
    return Choice(tuple(bounds.candidates[n] for n in held), bounds.vectors[held]) if held else bounds


def without_size(builder: Builder, span: Span) -> None:
    """A bound without a figure: nothing at all, missing, or a value of a category."""
    asked = builder.asked
    is_empty = all(w.is_stop for w in words(span.text))
    if THAN.search(span.text):
        if not _beside_another(builder, span) and not is_empty:
            builder.unresolved.append(span.text)
        return
    if is_empty:
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


def _beside_another(builder: Builder, span: Span) -> bool:
    """Adds that one column of numbers is above or below another that is named: "over budget", "spent more than their
    budget"; false where none is named."""
    asked = builder.asked
    links = asked.links.within(span.start, _before_a_name(builder, span), "column")
    numbers = {p.name: p for p in asked.columns.of_table(builder.table, "number")}
    named = list(dict.fromkeys(x.key for x in links if x.table == builder.table and x.key in numbers))
    named = named or _two_sides_said(builder, span, numbers)
    if not named:
        return False
    other = numbers[named[-1]]
    bounds = asked.columns.bounds(builder.table, "number")
    held = [
        n for n, c in enumerate(bounds.candidates)
        if c.op in (">", "<") and c.column != other.name and numbers[c.column].unit == other.unit
        and (c.column in named[:-1] or (len(named) == 1 and not _is_kind_of(numbers[c.column], other)))
    ]  # fmt: skip
    best = asked.best(span, Choice(tuple(bounds.candidates[n] for n in held), bounds.vectors[held]), ())
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
    """The columns of numbers before and after "than", where the first is named: "have spent more than they were given"
    compares what was spent with what comes nearest to having been given."""
    than = re.search(r"\bthan\b", span.text, re.IGNORECASE)
    if than is None or not (text := span.text[than.end() :].strip()):
        return []
    said = {w.stem for w in words(builder.asked.text[: span.start + than.start()])}
    first = [p.name for p in numbers.values() if any({w.stem for w in words(t)} <= said for t in p.texts)]
    if len(first) != 1:
        return []
    start = span.start + span.text.rindex(text)
    part = Span("measure", start, start + len(text), text)
    choice = builder.asked.columns.candidates(builder.table, "number")
    unit = numbers[first[0]].unit
    fits = [c.column not in first and c.column in numbers and numbers[c.column].unit == unit for c in choice.candidates]
    best = builder.asked.best(part, choice, (), fits)
    return [first[0], best.candidate.column] if best is not None and best.score >= LEAST else []


def _against_another(builder: Builder) -> None:
    """Adds that one column of numbers is above or below another where the chooser holds both to be meant and the
    question has no figure: "overspent", "costs us more to run than it saves"."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    numbers = {p.name: p for p in asked.columns.of_table(builder.table, "number")}
    if asked.links.of("number") or any(c.than or c.column in numbers for c in builder.conditions):
        return
    sized = [
        (judged.sure(one, None, op) * judged.sure(other, None, "shown", op), one, op, other)
        for one in numbers for other in numbers for op in SIDES
        if one != other and numbers[one].unit == numbers[other].unit
    ]  # fmt: skip
    best, one, op, other = max(sized, default=(0.0, "", ">", ""))
    if best >= COMPARED:
        builder.conditions.append(Filter(column=one, op=op, than=other))
        _explain(builder, (one, None), (other, None))


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


def _by_day(builder: Builder, chosen: Candidate, period: Period) -> None:
    """Of a period as it was said: "before May" has no start, "since May" no end; a day alone is compared as meant."""
    says_side = period.start == BEGINNING or period.is_open
    if not says_side and chosen.op == "before":
        builder.add(chosen.column, "<", period.start.isoformat())
        return
    if not says_side and chosen.op == "after":
        builder.add(chosen.column, ">=", period.end.isoformat())
        return
    if period.start != BEGINNING:
        builder.add(chosen.column, ">=", period.start.isoformat())
    if not period.is_open:
        builder.add(chosen.column, "<", period.end.isoformat())


def _by_age(builder: Builder, span: Span, chosen: Candidate, amount: Amount, ahead: bool) -> None:
    """Older or younger than a time, due within it or later."""
    today = builder.asked.today
    length = timedelta(days=round(amount.value * DAYS_IN[amount.unit]))
    edge = today + length if ahead else today - length
    beyond = "after" if ahead else "before"
    side = beyond if _BEYOND.search(span.text) else "during" if _WITHIN.search(span.text) else chosen.op
    if side == beyond:
        builder.add(chosen.column, ">" if ahead else "<", edge.isoformat())
    else:
        builder.add(chosen.column, ">=", min(edge, today).isoformat())
        builder.add(chosen.column, "<=", max(edge, today).isoformat())


def column_of(
    builder: Builder,
    span: Span,
    holds: Sequence[Holds],
    least: float = LEAST,
    quietly: bool = False,
    is_one_of_several: bool = False,
) -> str | None:
    """The column that a span means."""
    candidates = builder.asked.columns.candidates(builder.table, *holds)
    chosen = builder.choose(span, candidates, least, is_one_of_several)
    if chosen is None and not quietly:
        builder.unresolved.append(span.text)
    return chosen.column if chosen else None


def of_all(builder: Builder, role: Role, holds: Sequence[Holds], least: float = LEAST) -> str | None:
    """The column that the question as a whole means, where no part of it says which."""
    whole = Span(role, 0, len(builder.asked.text), builder.asked.text)
    best = builder.asked.best(whole, builder.asked.columns.candidates(builder.table, *holds), ())
    return best.candidate.column if best is not None and best.score >= least else None
