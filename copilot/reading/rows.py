"""Which rows of which table a question means: conditions, groups, order and measure from its spans and links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from copilot.language.calendar import Period
from copilot.language.quantities import find_amounts
from copilot.language.vocabulary import EACH, NEGATIONS
from copilot.language.words import stems, words
from copilot.reading.borders import put_right
from copilot.reading.building import SIZED, WHOLE, Builder, Having, column_of, computable, group_of, of_all
from copilot.reading.certainty import Signals, certainty
from copilot.reading.comparing import THAN, beside_another
from copilot.reading.days import set_beside
from copilot.reading.disjoining import joined, left_out, told_apart_by
from copilot.reading.durations import each_time, says_grain
from copilot.reading.expressing import resolved, signals_of
from copilot.reading.grades import bounds_by_grades, measured_grade, order_by_grades, without_grades
from copilot.reading.grouping import GROUPED, groups_of, left_apart
from copilot.reading.measuring import (
    OF_NUMBERS,
    added_up,
    different,
    going_on,
    how_many,
    measured_column,
    set_against,
    shared_column,
    widest,
)
from copilot.reading.mentioning import mentions
from copilot.reading.ordering import directed, order_of
from copilot.reading.profiles import Holds
from copilot.reading.question import Link, Measure, Shape, Span
from copilot.reading.restricting import (
    also,
    bound,
    condition,
    figure_of,
    of_base,
    sides,
    unused_figures,
    without_size,
)  # fmt: skip
from copilot.reading.sharing import ShareOf, share_of
from copilot.reading.spans import POINTED, Spans
from copilot.reading.staging import of_stages
from copilot.records.conditions import Filter
from copilot.records.differences import is_apart
from copilot.records.differences import sides as sides_of

SHOWN = 0.4
"""A column is only shown from this score on."""
# What it is worth that a question names the table itself.
NAMED_TABLE = 1.0
MAIN = 0.3
"""What a table is worth before anything is said: projects are what most questions are about."""
RELATING = 10.0
"""What it is worth that the rows of other tables named are said of its own."""
UNRESOLVED = 0.2
"""What each span for which a table has nothing takes from it."""
UNTHOUGHT = 0.05
"""A value that is named beside the parts is no condition where the chooser is less sure of it."""
_SHOWN: tuple[Holds, ...] = ("number", "date", "person", "category", "text", "yes_no")
# Shapes that want one cell.
_ONE: tuple[Shape, ...] = ("name", "number", "date", "yes_no", "none")
_TODAY = re.compile(r"\b(?:today|now|currently|at present)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Restriction:
    """The rows of one table that a question means, and what it asks of them."""

    table: str
    measure: Measure = "none"
    """What is asked of the rows."""
    conditions: tuple[Filter, ...] = ()
    among: tuple[Filter, ...] = ()
    """Of which rows a share is asked."""
    groups: tuple[str, ...] = ()
    measured: str | None = None
    """The column that is summed, averaged, ranked by, or of whose sum a share is asked."""
    beside: str | None = None
    """Another column that is measured too, against which that one is set."""
    shown: tuple[str, ...] = ()
    """Columns asked for beside the names of the rows."""
    order: str | None = None
    limit: int | None = None
    times: tuple[str, ...] = ()
    """Those of the one column of dates that is grouped by, where they are set beside one another."""
    counted: str | None = None
    """The column whose different values are counted in place of the rows."""
    having: Having | None = None
    """Which groups are asked for, by how many rows they have."""
    relates: bool = False
    """Whether a part names another table whose rows refer to these, or that these name."""
    unresolved: tuple[str, ...] = ()
    """Spans for which the table has nothing."""
    signals: Signals | None = None
    """What tells how probable it is that the question means it."""
    support: float = 0.0
    """How much of what the question names this table holds."""
    resolved: float = 1.0
    """Share of the question's spans that it expresses; of one without spans, of its words."""

    @property
    def certainty(self) -> float:
        """How probable it is that the question means it."""
        return certainty(self.signals) if self.signals else 1.0


def restrictions(asked: Spans, tables: Sequence[str], main: str = "") -> list[Restriction]:
    """What the question asks of each table, the one that holds most of what it means first; `tables` in their order.

    The main table is meant unless another holds clearly more.
    """
    asked.read_beside(*tables)
    found = [_of_table(asked, table) for table in tables]
    places = {table: n for n, table in enumerate(tables)}
    # Rows that nobody gave a key are parts of something else, such as the months of a series.
    worth = {t: MAIN * ((t == main) - (not asked.columns.of_table(t, "key"))) for t in tables}
    named = {x.table for x in asked.links.of("table")}
    if len(named) > 1:
        # "Which system has the most complaints?" counts complaints: the chooser tells which of them is meant.
        worth = {t: asked.judged(t).table for t in tables}
    # "Projects that had an incident" are projects.
    worth = {r.table: worth[r.table] + RELATING * r.relates for r in found}
    lost = {r.table: UNRESOLVED * len(r.unresolved) for r in found}
    return sorted(found, key=lambda r: (lost[r.table] - r.support - worth[r.table], places[r.table]))


@dataclass
class _Draft:
    """What is asked of the rows of a table, as far as it is known."""

    measure: Measure
    by_grade: str | None
    """The column of grades that orders the rows, behind a minus where the highest come first."""
    base: tuple[Filter, ...]
    groups: list[str]
    shares: ShareOf | None = None
    times: tuple[str, tuple[Period, ...]] | None = None
    """A column of dates, and those of its times that are set beside one another."""
    measured: str | None = None
    beside: str | None = None
    shown: list[str] = field(default_factory=list)
    order: str | None = None
    counted: str | None = None

    @property
    def ordering(self) -> str:
        """The name of the column that orders the rows; empty where none does."""
        return (self.order or "").lstrip("-")


def _of_table(asked: Spans, table: str) -> Restriction:
    said = tuple(mentions(asked, table))
    builder = Builder(put_right(asked, table), table)
    builder.explained += [Span("filter", m.start, m.end, asked.text[m.start : m.end]) for m in said]
    builder.support += len(said)
    if any(x.table == table for x in asked.links.of("table")):
        builder.support += NAMED_TABLE
    draft = _with_conditions(builder, [Filter(column=m.column, op="contains", value=m.text) for m in said])
    _set_beside(builder, draft)
    _group(builder, draft)
    _measure_columns(builder, draft)
    _settle(builder, draft)
    builder.conditions = list(computable(builder.conditions, draft.measured, beside=draft.beside))
    builder.unresolved += left_out(builder)
    builder.conditions = joined(builder.asked, builder.table, builder.conditions, builder.said)
    if draft.measure in ("list", "none"):
        draft.shown += told_apart_by(builder.conditions)
    builder.has_measure = draft.measured is not None or bool(draft.shown)
    return _restriction(builder, draft)


def _with_conditions(builder: Builder, mentioned: Sequence[Filter]) -> _Draft:
    """The conditions, which the builder keeps, and the columns that parts name to group by."""
    measure = builder.measure = _measure(builder)
    bounds, by_grade = bounds_by_grades(builder), order_by_grades(builder)
    base, groups = _conditions(builder, [*bounds, *mentioned])
    # What orders the rows does not part them: "by their rating, worst first".
    groups = [g for g in groups if g != (by_grade or "").lstrip("-")]
    if by_grade is not None and not groups and measure in ("count", *OF_NUMBERS):
        # "Rank them by their rating" lists them.
        measure = builder.measure = "list"
    return _Draft(measure, by_grade, base, groups)


def _set_beside(builder: Builder, draft: _Draft) -> None:
    """Finds two columns of which a share is asked, two times, and the column whose numbers are counted."""
    draft.shares = share_of(builder, draft.measure)
    is_told = draft.shares is None and draft.measure != "share" and not builder.kept
    draft.times = set_beside(builder, is_told=is_told)
    if draft.shares is not None:
        sides = (draft.shares.part, draft.shares.whole)
        builder.conditions = [c for c in (*draft.base, *builder.conditions) if c.column not in sides or c.than]
        draft.base, draft.measure, builder.measure = (), "share", "share"
    if draft.measure == "count" and (number := how_many(builder)) is not None:
        draft.measure = builder.measure = "sum"
        builder.conditions = [c for c in builder.conditions if c.column != number or c.op != "present"]


def _group(builder: Builder, draft: _Draft) -> None:
    if builder.kept:
        draft.measure, draft.groups = "count", [builder.kept]
    draft.counted = different(builder) if draft.measure == "count" and not builder.kept else None
    draft.groups = [] if draft.counted else groups_of(builder, draft.groups, draft.measure)
    if draft.shares is not None and not draft.groups and builder.asked.reading.of("order"):
        draft.groups = list(filter(None, [left_apart(builder.asked, builder.table, builder.conditions)]))
    if draft.by_grade is not None and builder.asked.reading.of("compare"):
        # Records that are compared by a grade are told in its order.
        keys = {p.name for p in builder.asked.columns.of_table(builder.table, "key")}
        draft.groups = [g for g in draft.groups if g not in keys]


def _measure_columns(builder: Builder, draft: _Draft) -> None:
    """Finds the column that is measured, those that are shown, and the one that orders the rows."""
    grade = measured_grade(builder) if draft.measure in OF_NUMBERS else None
    if grade is not None and draft.measure not in ("min", "max"):
        draft.measure = builder.measure = "median"
    if grade is not None:
        draft.measured = grade
    elif draft.measure in OF_NUMBERS:
        draft.measured = measured_column(builder)
    elif draft.measure == "share":
        draft.measured = shared_column(builder)
    draft.shown = _columns_shown(builder, draft.measure)
    draft.order = draft.by_grade or order_of(builder, draft.groups, draft.measure)
    if draft.measure in OF_NUMBERS and draft.measured is None:
        draft.measured = draft.ordering or of_all(builder, "measure", ("number",))
    draft.order = draft.by_grade or directed(builder, draft.order, draft.measure)


def _settle(builder: Builder, draft: _Draft) -> None:
    """Where shares, differences or times are asked, what is measured, shown and ordered by follows from them."""
    if draft.shares is not None:
        draft.measured, draft.order, draft.shown = draft.shares.part, None, []
    elif not is_apart(draft.ordering) and (gap := widest(builder, draft.shown, draft.measure)) is not None:
        draft.measure, draft.measured, draft.order = "list", None, f"-{gap}"
        draft.shown = [*sides_of(gap), gap]
    elif (time := going_on(builder, draft.measured, draft.measure)) is not None:
        # "How many days have they been open?" is told of each.
        if draft.measure == "sum":
            draft.measure, draft.measured, draft.shown = "list", None, [time]
        else:
            draft.measured = time
    if draft.measure == "none" and (amount := added_up(builder, draft.shown)) is not None:
        draft.measure, draft.measured, draft.shown = "sum", amount, []
    if draft.times is not None:
        draft.groups, draft.order, draft.shown = [draft.times[0]], None, []
        if draft.measure in ("none", "list") or draft.measured is None:
            draft.measure = "count"
    draft.beside = draft.shares.whole if draft.shares else None
    if draft.beside is None and draft.measure in OF_NUMBERS and builder.asked.reading.shape == "comparison":
        draft.beside = set_against(builder, draft.measured)


def _restriction(builder: Builder, draft: _Draft) -> Restriction:
    limits = (a.value for s in builder.asked.reading.of("limit") for a in find_amounts(s.text))
    unresolved = [*builder.unresolved, *unused_figures(builder), *_named_elsewhere(builder)]
    ordering = "" if draft.by_grade else draft.ordering
    # Times that stand beside one another tell by which column rows are told apart.
    split, told = ([], [draft.times[0]]) if draft.times else (draft.groups, [])
    return Restriction(
        table=builder.table,
        measure=draft.measure,
        conditions=tuple(builder.conditions),
        among=draft.base,
        groups=tuple(dict.fromkeys(draft.groups))[:2],
        measured=draft.measured,
        beside=draft.beside,
        shown=tuple(dict.fromkeys(draft.shown)),
        order=draft.order,
        limit=next((int(value) for value in limits if value >= 1), None),
        times=tuple(p.label for p in draft.times[1]) if draft.times else (),
        counted=draft.counted,
        having=builder.having,
        relates=builder.relates,
        unresolved=tuple(dict.fromkeys(unresolved)),
        signals=signals_of(builder, (*draft.base, *builder.conditions), (draft.measured, *split), ordering, told),
        support=builder.support,
        resolved=resolved(builder),
    )


def _measure(builder: Builder) -> Measure:
    """What is asked of the rows, before any of its columns is known."""
    reading = builder.asked.reading
    measure: Measure = "count" if _counts_its_rows(builder) else reading.measure
    if measure == "sum" and reading.of("share"):
        # "What part of the money": a share of a sum.
        measure = "share"
    orders = reading.of("order") and any(_names_rows(builder, s) for s in reading.of("group"))
    # "Which workshop has the highest outlay?" orders the workshops.
    return "list" if orders and measure in ("sum", "count") else measure


def _counts_its_rows(builder: Builder) -> bool:
    """Whether something is ordered by how many rows of the table it has: "the sites with the most incidents"."""
    asked, reading = builder.asked, builder.asked.reading
    if reading.measure not in ("list", "none"):
        return False

    def names_it(span: Span) -> bool:
        return any(x.table == builder.table for x in asked.links.within(span.start, span.end, "table"))

    is_bare = any(all(w.is_stop for w in words(span.text)) for span in reading.of("order"))
    return any(map(names_it, reading.of("order"))) or (is_bare and any(map(names_it, reading.of("measure"))))


def _named_elsewhere(builder: Builder) -> Iterator[str]:
    """Names of several words that other tables alone have for a column: where "open positions" is one, it is no part of
    this table."""
    links = builder.asked.links.of("column", "value", "person")
    own = [x for x in links if x.table == builder.table]
    for link in builder.asked.links.of("column"):
        is_whole = link.score == 1 and " " in link.text.strip() and link.table != builder.table
        if is_whole and not any(x.start < link.end and link.start < x.end for x in own):
            yield link.text


def _names_rows(builder: Builder, span: Span) -> bool:
    """Whether a part names the rows themselves: their table, or the column of their names."""
    own = {p.name for p in builder.asked.columns.of_table(builder.table, "key", "title")}
    links = builder.links(span, "table", "column")
    return any(x.kind == "table" or x.key in own for x in links)


def _conditions(builder: Builder, known: Sequence[Filter]) -> tuple[tuple[Filter, ...], list[str]]:
    """Finds the conditions beside those that are known; gives those of the base of a share, and the columns that a part
    names to group by."""
    asked, reading = builder.asked, builder.asked.reading
    for span in _beside_grades(builder, reading.of("among")):
        condition(builder, span)
    base, builder.conditions = tuple(builder.conditions), []
    builder.conditions += known
    for span in _beside_grades(builder, reading.of("filter", "scope", "not")):
        before = list(builder.conditions)
        condition(builder, replace(span, role="not") if _denies_a_value(builder, span) else span)
        builder.note(span, before)
    # "In 2025 versus 2024": sides that are times bound the rows.
    times = [
        s for s in reading.of("compare") if asked.period(s) is not None and not builder.links(s, "value", "record")
    ]
    sides(builder, [s for s in reading.of("compare") if s not in times])
    for span in sorted([*_beside_grades(builder, reading.of("bound", "period")), *times], key=lambda s: s.start):
        is_today = span.role == "period" and _TODAY.search(span.text)
        if (is_today or each_time(span.text)) and asked.period(span) is None:
            # "As of today" bounds nothing, nor does "each year".
            builder.explained.append(span)
        else:
            before = list(builder.conditions)
            bound(builder, span)
            builder.note(span, before)
    for span in _beside_grades(builder, reading.of("order")):
        # "The most over budget": above it, and by how much.
        if THAN.search(span.text) and not find_amounts(span.text):
            without_size(builder, span)
    of_stages(builder, base)
    if builder.measure in OF_NUMBERS:
        # "How much are we over budget": of those above it, what lies between.
        for span in reading.of("measure"):
            if THAN.search(span.text) and not find_amounts(span.text):
                beside_another(builder, span)
    by = [s for s in reading.of("group") if not _names_rows(builder, s) and not says_grain(s)]
    builder.explained += [span for span in reading.of("group") if span not in by]
    groups = [c for span in by if (c := group_of(builder, span))]
    for span in _beside_grades(builder, list(_uncovered(asked, builder.table))):
        if span.role != "group":
            condition(builder, span)
        elif column := group_of(builder, span, quietly=True):
            groups.append(column)
    base += also(builder, base)
    _without_said(builder)
    compared = {c.column for c in builder.conditions if c.than}
    # What is above another column is more than nothing.
    builder.conditions = [c for c in builder.conditions if c.than or c.column not in compared or c.value != 0]
    if builder.measure == "share" and base and not builder.conditions:
        builder.conditions, base = list(base), ()
    if builder.measure == "share" and not builder.conditions:
        # "What share of the portfolio uses personal data?"
        for span in reading.of("measure"):
            names = [x for x in builder.links(span, "column") if x.score >= WHOLE] or _around(builder, span)
            condition(builder, Span("filter", names[0].start, names[0].end, names[0].text) if names else span)
    return base + (of_base(builder) if builder.measure == "share" and not base else ()), groups


def _beside_grades(builder: Builder, spans: Sequence[Span]) -> list[Span]:
    """The parts, without what compares with grades."""
    return [part for span in spans for part in without_grades(builder, span)]


def _without_said(builder: Builder) -> None:
    """Takes out of what is left the parts whose words say the column of a bound that was found: where "before June"
    bounds the end of contracts, nothing is left of "run out"."""
    judged, left = builder.asked.judged(builder.table), builder.unresolved
    bounded = {c.column for c in builder.conditions if c.op in SIZED and not c.than}
    profiles = [p for name in bounded if (p := builder.asked.columns.get(builder.table, name)) is not None]
    called = [{s for text in p.texts for s in stems(text)} for p in profiles]
    said = [p for column in bounded for p in judged.said.get((column, None), ()) if p[2] >= POINTED]
    for span in builder.asked.reading.of("bound", "filter", "period"):
        own = {w.stem for w in words(span.text) if not w.is_stop}
        is_said = any(span.start < end and start < span.end for start, end, _ in said)
        is_name = bool(own) and any(own <= names for names in called)
        if span.text in left and not THAN.search(span.text) and (is_said or is_name):
            left.remove(span.text)
            builder.explained.append(span)


def _denies_a_value(builder: Builder, span: Span) -> bool:
    """Whether a span that was read as a condition denies the value that it names: "still not closed"."""
    named = [x.start for x in builder.links(span, "value", "person") if x.score >= WHOLE]
    before = builder.asked.text[span.start : min(named, default=span.start)]
    return span.role == "filter" and any(w.text.lower() in NEGATIONS for w in words(before))


def _around(builder: Builder, span: Span) -> list[Link]:
    """The names of columns of which a span is a part."""
    whole = builder.asked.links.of("column")
    return [x for x in whole if x.table == builder.table and x.start <= span.start and span.end <= x.end]


def _columns_shown(builder: Builder, measure: Measure) -> list[str]:
    """The columns that are asked for beside the names of the rows."""
    reading, shown = builder.asked.reading, list[str]()
    spans = reading.of("measure") if measure in ("list", "none") else ()
    for span in spans:
        named = dict.fromkeys(x.key for x in builder.links(span, "column") if x.score >= WHOLE)
        if len(named) > 1:
            # "The owner and the sponsor".
            shown += named
            builder.explained.append(span)
        elif c := column_of(builder, span, _SHOWN, SHOWN, quietly=True, is_one_of_several=len(spans) > 1):
            shown.append(c)
    if reading.shape in _ONE and measure in ("none", "list") and not shown and not reading.of("measure"):
        shown += filter(None, [of_all(builder, "measure", _SHOWN, SHOWN)])
    if measure not in OF_NUMBERS:
        shown += compared(builder.conditions)
    return shown


def compared(conditions: Sequence[Filter]) -> list[str]:
    """The columns of which one is set beside the other, to be shown together."""
    return [name for c in conditions if c.than for name in (c.column, c.than)]


def _is_split_by(asked: Spans, table: str, column: Link) -> bool:
    """Whether a part that was read as a condition ends with what splits the rows: "in use by hospital"."""
    before = asked.text[: column.start].split()[-1:]
    behind = next(iter(words(asked.text[column.end :])), None)
    is_last = behind is None or behind.is_stop or not asked.text[column.end : column.end + behind.start].isspace()
    has_each = bool(before) and before[0].lower() in EACH
    over = [s for s in asked.reading.spans if s.start < column.end and column.start < s.end]
    are_conditions = all(s.role in ("filter", "scope", "period") for s in over)
    sure = asked.judged(table).sure(column.key, None, "group")
    return column.kind == "column" and has_each and is_last and are_conditions and sure >= GROUPED


def _uncovered(asked: Spans, table: str) -> Iterator[Span]:
    """Whole names of this table to which the reader gave no role: a condition, or a group after "by"; and values in the
    part that says what is measured, "how much insurance has spent"."""
    for link in asked.links.of("value", "person", "column"):
        sure = asked.judged(table).sure(link.column, link.key, "is", "not") if link.table == table else 0.0
        is_value = sure >= POINTED
        if link.kind == "value" and sure < UNTHOUGHT:
            # "What costs most" is no condition that the kind of a benefit is cost.
            continue
        over = [s for s in asked.reading.spans if s.start < link.end and link.start < s.end]
        figure = figure_of(asked.links, link) if link.kind == "column" else None
        is_read = any(s.role != "measure" or not (is_value or figure) for s in over)
        least = WHOLE if link.kind == "person" else 1.0
        # A vendor is who sells before it is what is not built here.
        is_column = any((x.start, x.end, x.table) == (link.start, link.end, table) for x in asked.links.of("column"))
        if link.table != table or link.score < least or (is_column and link.kind != "column"):
            continue
        before = asked.text[: link.start].split()[-1:]
        if is_read:
            if _is_split_by(asked, table, link):
                yield Span("group", link.start, link.end, link.text)
        elif link.kind != "column":
            yield Span("filter", link.start, link.end, link.text)
        elif before and before[0].lower() in EACH:
            yield Span("group", link.start, link.end, link.text)
        elif figure is not None:
            yield Span("filter", link.start, figure.end, asked.text[link.start : figure.end])
        elif before and THAN.fullmatch(before[0]):
            start = asked.text.rindex(before[0], 0, link.start)
            yield Span("filter", start, link.end, asked.text[start : link.end])
