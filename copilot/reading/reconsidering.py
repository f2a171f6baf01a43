"""What a question asks of rows, judged as a whole: the best of what was found part by part and of what is near it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from copilot.reading.alternatives import Alternative, Options, Part, alternatives
from copilot.reading.borders import put_right
from copilot.reading.building import CONDITIONS, WHOLE
from copilot.reading.certainty import UNJUDGED, Signals
from copilot.reading.choosing import Use
from copilot.reading.comparing import SIDES, THAN, figures, numbers_of
from copilot.reading.disjoining import joined
from copilot.reading.durations import each_time
from copilot.reading.grouping import left_apart
from copilot.reading.matching import Candidate
from copilot.reading.measuring import is_at_rate
from copilot.reading.profiles import Holds
from copilot.reading.reranking import said, scores
from copilot.reading.rows import Restriction
from copilot.reading.spans import POINTED, Spans, may_be_meant
from copilot.reading.staging import SURE as SURE_OF_STAGE
from copilot.reading.staging import is_named
from copilot.reading.tables import by_table
from copilot.records.conditions import Filter
from copilot.records.differences import sides
from copilot.records.related import is_stored, some_or_none

MARGIN = 2.0
"""By how many log odds a reading that differs in a part must come before the one that was found part by part."""
MORE = 4.0
"""The same of one that says more: a condition too many under a firm figure is the worst of mistakes. With both 126 of
238 test lines and 91 of 248 validation lines are read as meant, with 1 and 2 121 and 91, with no other reading 125 and
84."""
OTHER_SIDE = 1.0
"""The same of one that differs in what a column is set against, which no part was judged for: of 84 lines by 7 hands
that set two columns against each other 29 are read as meant, with 2 in its place 28, with 0 27."""
MOST = 6
"""Readings that differ in a part and are judged, the most probable."""
OF_TABLE = 1.0
"""How much of the odds of the most probable table over the next the best reading of that one has to make up. Without
the second table 124 of the same test lines and 89 of the validation lines are read as meant."""
SURE = 0.8
"""What is more certain than this is not judged again."""
_CONDITIONS, _COLUMNS = 10, 3
MEASURED = 0.7
"""How probable it is at least that a column is added up, where a question does not ask for the number of the rows."""
LEAST = 0.05
"""Less probable conditions and columns are not judged: nobody asked for a split that the chooser does not think of."""
_OF_SPAN = 4
"""Conditions nearest to a part of the question that may be meant by it."""
_UNSURE = 0.3
"""How probable one is for the matcher alone."""
_OTHER = 0.1
"""How probable it is at least that a column stands on the other side of one that is surely above or below something."""
_OTHER_SIDE = 0.5
"""How probable it is for the matcher alone that another column than the one it found is what something is above."""
_OWN: tuple[Holds, ...] = ("key", "title")
_SIZED: tuple[Holds, ...] = ("number", "date")
_PARTS: dict[Part, tuple[tuple[Holds, ...], tuple[Use, ...]]] = {
    "measured": (_SIZED, ("measured", "shown")),
    "order": (_SIZED, ("order", "measured")),
    "sized": (("number",), (">", ">=", "<", "<=", "=")),
    "dated": (("date",), ("before", "after", "during")),
    "group": (("category", "person", "yes_no", "date", "number"), ("group",)),
    "shown": (("number", "date", "person", "category", "text", "yes_no"), ("shown", "measured")),
}


def reconsidered(asked: Spans, found: Sequence[Restriction], main: str = "") -> list[Restriction]:
    """The readings of a question, the one first that says best what was asked; those of other tables after it."""
    if not found:
        return []
    if found[0].relates:
        # What is said of the rows of another table is more than the parts that are judged.
        return [_judged(asked, found[:1])[0][0], *found[1:]]
    parts = [r.table for r in found if _holds_parts(asked, r.table)]
    ranked = by_table(asked.text, found, asked.columns.get, main, parts)
    if len(ranked) > 1 and _names_more(asked, ranked[1][0], ranked[0][0]):
        ranked[:2] = ranked[1], ranked[0]
    (first, worth), rest = ranked[0], [r for r, _ in ranked[1:]]
    first, score = _judged(asked, [first])[0]
    if first.certainty >= SURE or first.relates or any(c.or_else for c in first.conditions):
        # Readings with conditions of which one is enough were not learnt.
        return [first, *rest]
    best, score = _best(asked, first, score)
    if rest and not rest[0].relates and not _alone_holds(asked, first.table, rest[0].table):
        second, other = _best(asked, *_judged(asked, rest[:1])[0])
        if other > score + OF_TABLE * (worth - ranked[1][1]):
            return [second, best, *rest[1:]]
    return [best, *rest]


def _holds_parts(asked: Spans, table: str) -> bool:
    """Whether the rows of a table have no key or no name, and refer to those of another: the months of a series, no
    courses by site."""
    is_named = all(asked.columns.of_table(table, own) for own in _OWN)
    return not is_named and any(p.refers for p in asked.columns.of_table(table))


def _names_more(asked: Spans, one: Restriction, other: Restriction) -> bool:
    """Whether a reading says what the question names in so many words, and the other's table has nothing of that name:
    "pilots" are projects, whoever else runs models."""
    # A year is of any table.
    values = [x for x in asked.links.of("value", "record") if x.score == 1 and not x.text.isdigit()]
    said = {(c.column, v) for c in (*one.conditions, *one.among) for v in _values(c)}
    own = [x for x in values if x.table == one.table and (x.column, x.key) in said]
    others = [x for x in asked.links.links if x.table == other.table]
    return any(not any(x.start < y.end and y.start < x.end for y in others) for x in own)


def _alone_holds(asked: Spans, table: str, other: str) -> bool:
    """Whether a table is named, or holds what a word of the question names and the other has nothing of: "pilots" of
    projects."""
    names = [x for x in asked.links.of("table", "value", "record") if x.table == table]
    others = [x for x in asked.links.links if x.table == other]
    return any(x.kind == "table" or not any(x.start < y.end and y.start < x.end for y in others) for x in names)


def _best(asked: Spans, first: Restriction, score: float) -> tuple[Restriction, float]:
    """The reading of a table that says best what was asked, the one found part by part or one near it."""
    others = [other for other in near(asked, first) if _may_be_said(first, other.reading)][:MOST]
    judged = _judged(asked, [_explained(asked, first, other) for other in others])
    best, score = max([(first, score), *((r, s - _margin(first, r)) for r, s in judged)], key=lambda x: x[1])
    return replace(best, conditions=tuple(joined(asked, best.table, best.conditions))), score


def _margin(first: Restriction, other: Restriction) -> float:
    if other.measure != first.measure:
        # Rows are counted only where what is measured is hardly said.
        return MARGIN if other.measure == "share" else 0.0
    if _differ_in_other_side(first, other):
        return OTHER_SIDE
    return MORE if _size(other) > _size(first) else MARGIN


def _differ_in_other_side(first: Restriction, other: Restriction) -> bool:
    """Whether two readings differ in what one column is set against, which no part was judged for."""
    if len(first.conditions) != len(other.conditions):
        return False
    apart = [(a, b) for a, b in zip(first.conditions, other.conditions, strict=True) if a != b]
    return len(apart) == 1 and all(
        a.than and b.than and a.value is None and (a.column, a.op) == (b.column, b.op) for a, b in apart
    )


def _may_be_said(first: Restriction, other: Restriction) -> bool:
    """Whether words are left for what a reading says beside the one that was found: "how many incidents have we had?"
    leaves none for their state."""
    is_more = _size(other) > _size(first)
    if is_more and any(map(_are_apart, first.conditions)):
        return False
    return not is_more or bool(first.unresolved) or first.signals is None or first.signals.unsaid > 0


def _size(reading: Restriction) -> int:
    return len(reading.conditions) + len(reading.among) + len(reading.groups)


def near(asked: Spans, reading: Restriction) -> list[Alternative]:
    """What differs from a reading in one part, the most probable first."""
    return sorted(alternatives(reading, _options(asked, reading)), key=lambda a: -a.prior)


def _judged(asked: Spans, readings: Sequence[Restriction]) -> list[tuple[Restriction, float]]:
    """Readings with how surely each says what was asked, which is one thing that tells how certain it is."""
    found = scores(asked.text, [said(r, asked.columns.get) for r in readings])
    return [
        (replace(r, signals=replace(r.signals, whole=_whole(asked, r, r.signals, score))) if r.signals else r, score)
        for r, score in zip(readings, found, strict=True)
    ]


def _whole(asked: Spans, reading: Restriction, signals: Signals, score: float) -> float:
    """What the whole says of its certainty; that of all rows, where no word is left for a condition, or by groups that
    are named, is not doubted by one who has hardly seen questions without any."""
    named = {x.key for x in asked.links.of("column") if x.table == reading.table and x.score == 1}
    are_groups_named = not reading.conditions and not reading.among and named.issuperset(reading.groups)
    is_plain = are_groups_named and not signals.unsaid and not reading.unresolved
    is_unsaid = _is_ordered_by_grade(asked, reading) or (bool(reading.groups) and bool(each_time(asked.text)))
    # A condition on the rows that are referred to is not said in the words that are judged, nor what a stage means, nor
    # words that are looked for, nor years; grades are compared by rule.
    is_unsaid |= any(
        c.where
        or c.or_else
        or c.op == "contains"
        or _is_by_meaning(asked, reading.table, c)
        or _is_by_grade(asked, reading.table, c)
        for c in (*reading.conditions, *reading.among)
    )
    return max(score, UNJUDGED) if is_plain or is_unsaid else score


def _options(asked: Spans, reading: Restriction) -> Options:
    """What else the chooser and the matcher hold possible, the most probable first."""
    asked = put_right(asked, reading.table)
    judged, table = asked.judged(reading.table), reading.table
    compares = bool(THAN.search(asked.text))
    probable: dict[Filter, float] = {}
    for (column, value), uses in judged.uses.items():
        for use in CONDITIONS:
            if use == ">" and compares:
                # "More than they were given" is more than something, not more than nothing.
                continue
            if uses[use] >= LEAST and (one := _filter(asked, table, column, value, use)) is not None:
                probable[one] = max(probable.get(one, 0.0), uses[use])
    probable |= {one: p for one, p in _beside(asked, table) if p >= LEAST}
    for candidate in _near(asked, table):
        if (one := _of_candidate(asked, candidate)) is not None:
            probable.setdefault(one, _UNSURE)
    columns = {
        part: sorted(
            (
                (p.name, sure)
                for p in asked.columns.of_table(table, *holds)
                if (sure := judged.sure(p.name, None, *uses)) >= LEAST
            ),
            key=lambda x: -x[1],
        )[:_COLUMNS]
        for part, (holds, uses) in _PARTS.items()
    }  # fmt: skip
    measured_by = asked.columns.get(table, reading.measured or "")
    if measured_by is not None and is_at_rate(asked.text, measured_by):
        # Hours "a year" are no others.
        columns["measured"] = []
    columns["than"] = [(name, _OTHER_SIDE) for name in _compared_with(asked, reading)]
    named = {(x.column, x.key) for x in asked.links.of("value", "person") if x.table == table and x.score >= WHOLE}
    columns_named = {x.key for x in asked.links.of("column") if x.table == table and x.score == 1}
    years = {p.name for p in asked.columns.of_table(table, "number") if p.values}
    # "Furthest over its saving" orders by what lies between two columns, and is about rows above the other.
    ordered_by = set(sides((reading.order or "").lstrip("-")))
    stand = [
        c
        for c in (*reading.conditions, *reading.among)
        if (_values(c) and all((c.column, v) in named for v in _values(c)))
        or _are_apart(c)
        or (c.op not in ("=", "!=", "in", "not in") and c.column in columns_named)
        # "Do not say whether they are safe": nothing is recorded of it.
        or (c.op == "missing" and c.column in {column for column, _ in named})
        or c.column in years
        or _is_by_meaning(asked, table, c)
        or {c.column, c.than} == ordered_by
    ]
    ordered = sorted(((one, p) for one, p in probable.items() if _can_be_meant(asked, table, one)), key=lambda x: -x[1])
    split = {p.name for p in asked.columns.of_table(table, "date")} if each_time(asked.text) else set()
    # "The five agencies with most" are told by agency.
    split |= columns_named
    is_ordered = _is_ordered_by_grade(asked, reading)
    measured = max((judged.sure(c, None, "measured") for c in sides(reading.measured or "")), default=1.0)
    may_count = reading.measure == "sum" and measured < MEASURED
    held = [(p.name, whole) for p in asked.columns.of_table(table, "number") for whole in p.within]
    apart = left_apart(asked, table, reading.conditions) if held else None
    return Options(list(islice(ordered, _CONDITIONS)), columns, stand, split, is_ordered, held, apart, may_count)


def _is_by_meaning(asked: Spans, table: str, one: Filter) -> bool:
    """Whether a condition is on a stage that the chooser is sure of and that is not called by its name."""
    profile = asked.columns.get(table, one.column)
    if profile is None or not any(profile.meanings):
        return False
    values = [str(v) for v in _values(one)]
    sure = max((asked.judged(table).sure(one.column, value, "is", "not") for value in values), default=0.0)
    return sure >= SURE_OF_STAGE and not any(is_named(value, profile, asked.links.links) for value in values)


def _is_by_grade(asked: Spans, table: str, one: Filter) -> bool:
    """Whether a condition compares with a grade."""
    profile = asked.columns.get(table, one.column)
    return profile is not None and bool(profile.order) and one.op in ("<", "<=", ">", ">=")


def _is_ordered_by_grade(asked: Spans, reading: Restriction) -> bool:
    profile = asked.columns.get(reading.table, (reading.order or "").lstrip("-"))
    return profile is not None and bool(profile.order)


def _can_be_meant(asked: Spans, table: str, one: Filter) -> bool:
    """Whether a condition may be what else is meant: none that a column lacks of which every row has a value, unless
    the chooser thinks so."""
    profile = asked.columns.get(table, one.column)
    if one.op == "missing" and profile is not None and not profile.has_missing:
        return asked.judged(table).sure(one.column, None, "missing") >= POINTED
    return one.op not in ("=", "!=") or all(may_be_meant(value, asked.text) for value in _values(one))


def _are_apart(one: Filter) -> bool:
    """Whether a condition says by how much two columns differ, how many rows refer to a row, or what a text holds: more
    than the parts that were judged one by one."""
    is_apart = not is_stored(one.column) or (bool(one.than) and one.value is not None)
    return bool(one.where or one.or_else) or is_apart or one.op == "contains"


def _beside(asked: Spans, table: str) -> Iterator[tuple[Filter, float]]:
    """One column of numbers above or below another of its unit, where no figure is said."""
    if figures(asked):
        return
    judged, numbers = asked.judged(table), list(numbers_of(asked, table).values())
    for one in numbers:
        for other in numbers:
            if one.name != other.name and one.unit == other.unit:
                for op in SIDES:
                    sure = judged.sure(one.name, None, op) * max(judged.sure(other.name, None, "shown", op), _OTHER)
                    yield Filter(column=one.name, op=op, than=other.name), sure


def _compared_with(asked: Spans, reading: Restriction) -> Iterator[str]:
    """What else the one column of a reading that is compared with another may be compared with."""
    numbers = numbers_of(asked, reading.table)
    both = [(c.column, c.than) for c in reading.conditions if c.than and c.value is None and c.column in numbers]
    for one, other in both[:1]:
        yield from (p.name for p in numbers.values() if p.name not in (one, other) and p.unit == numbers[one].unit)


def _values(one: Filter) -> list[object]:
    return list(one.value) if isinstance(one.value, tuple) else [one.value] if isinstance(one.value, str) else []


def _near(asked: Spans, table: str) -> Iterator[Candidate]:
    """What comes nearest to each part of the question that says which rows."""
    choice = asked.columns.conditions(table)
    for span in asked.reading.of("filter", "not", "scope", "bound", "among", "compare"):
        if choice.candidates:
            near = asked.scores(span, choice)
            yield from (choice.candidates[n] for n in near.argsort()[::-1][:_OF_SPAN])


def _of_candidate(asked: Spans, candidate: Candidate) -> Filter | None:
    uses: dict[str | None, Use] = {"=": "is", "!=": "not", "missing": "missing", "present": "present"}
    use, value = uses.get(candidate.op), candidate.value if isinstance(candidate.value, str) else None
    if candidate.value is False:
        use = "not"
    return _filter(asked, candidate.table, candidate.column, value, use) if use else None


def _filter(asked: Spans, table: str, column: str, value: str | None, use: Use) -> Filter | None:
    """A condition that needs no figure or day of the question; a date alone lies before or after today."""
    profile = asked.columns.get(table, column)
    if use in ("is", "not") and value is not None:
        return Filter(column=column, op="=" if use == "is" else "!=", value=value)
    if use in ("is", "not"):
        return Filter(column=column, op="=", value=use == "is") if profile and profile.holds == "yes_no" else None
    if use in ("missing", "present"):
        return some_or_none(column, use)
    if use in ("before", "after"):
        return Filter(column=column, op="<" if use == "before" else ">", value=asked.today.isoformat())
    if use in (">", "zero"):
        return Filter(column=column, op=">" if use == ">" else "=", value=0)
    return None


def _explained(asked: Spans, before: Restriction, chosen: Alternative) -> Restriction:
    """The chosen reading, with what it says of parts for which nothing was found before."""
    places = asked.judged(before.table).said.get((chosen.column, chosen.value), ())
    said_at = [(start, end) for start, end, p in places if p >= POINTED]
    left = []
    for text in chosen.reading.unresolved:
        at = asked.text.find(text)
        if not any(start < at + len(text) and at < end for start, end in said_at):
            left.append(text)
    gone = len(chosen.reading.unresolved) - len(left)
    if not gone:
        return chosen.reading
    parts = before.signals.parts * 10 if before.signals else 1.0
    missed = max(0.0, parts / max(before.resolved, 0.1) - parts - gone) if parts else float(len(left))
    resolved = (parts + gone) / (parts + gone + missed)
    return replace(chosen.reading, unresolved=tuple(left), resolved=resolved)
