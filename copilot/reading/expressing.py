"""How much of a question the reading of one table expresses, and what tells how probable that reading is."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.language.vocabulary import HELD_STEMS, ROW_STEMS, WHOLE_STEMS
from copilot.language.words import ASKING_STEMS, words
from copilot.reading.building import Builder
from copilot.reading.certainty import Signals
from copilot.reading.durations import each_time
from copilot.reading.logistic import logit
from copilot.reading.question import Role
from copilot.reading.restricting import least_sure, surest_left
from copilot.reading.spans import POINTED
from copilot.records.conditions import Filter
from copilot.records.differences import sides as sides_of

OF_ROWS = "find_projects", "draft_memo"
"""The tools that take questions about rows, as the reader names them: a memo may be on those of a condition."""
_LEAST_PROBABLE = 0.001
# Spans that a call must express. An order, a group or a limit may also come from how the question is read as a whole.
_TELLING: tuple[Role, ...] = (
    "filter", "not", "bound", "scope", "among", "compare", "group", "order", "period", "topic",
)  # fmt: skip


def signals_of(
    builder: Builder, conditions: Sequence[Filter], columns: Sequence[str | None], order: str, told: Sequence[str] = ()
) -> Signals:
    """Of the conditions, of the columns that are measured and grouped by, and of the order; `told` are columns that the
    question surely speaks of."""
    judged = builder.asked.judged(builder.table)
    # How surely a length of time is meant, its end tells.
    # By whose years rows are told apart, the question hardly says.
    dates = (
        {p.name for p in builder.asked.columns.of_table(builder.table, "date")} if each_time(builder.asked.text) else ()
    )
    named = [c for c in columns if c and c not in dates]
    sure = [judged.sure(sides_of(c)[-1], None, "measured", "shown", "group", "present") for c in named]
    sure += [judged.sure(sides_of(order)[-1], None, "order", "measured")] if order else []
    return Signals(
        score=min((m.score for m in builder.matches), default=1.0),
        lead=min((m.lead for m in builder.matches), default=1.0),
        condition=least_sure(builder, conditions),
        column=min(sure, default=1.0),
        table=judged.table,
        left=surest_left(builder, conditions, told),
        resolved=resolved(builder),
        parts=len(builder.explained) / 10,
        unsaid=len(_unsaid(builder)) / 10,
        wanted=logit(max(builder.asked.reading.tools.get(tool, 0.0) for tool in OF_ROWS), _LEAST_PROBABLE),
    )


def _unsaid(builder: Builder) -> list[str]:
    """The words of a question that stand for nothing found: no part, no name, nothing that the chooser points at."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    held = [(s.start, s.end) for s in builder.explained]
    held += [(s.start, s.end) for s in asked.reading.of("limit", "share", "back", "whatif")]
    held += [(x.start, x.end) for x in asked.links.links if x.table in (builder.table, "")]
    held += [(start, end) for places in judged.said.values() for start, end, p in places if p >= POINTED]
    return [
        w.text
        for w in words(asked.text)
        if not w.is_stop
        and w.stem not in ASKING_STEMS | WHOLE_STEMS | HELD_STEMS
        and not any(start < w.end and w.start < end for start, end in held)
    ]


def resolved(builder: Builder) -> float:
    """The share of the spans that something of the table expresses; how many and which share need nothing.

    Where no span is expressed, the question may ask for the rows as such: then all its words are about them.
    """
    reading, links = builder.asked.reading, builder.asked.links
    spans = list(reading.of(*_TELLING))
    if reading.measure not in ("count", "share"):
        spans += [s for s in reading.of("measure") if not links.within(s.start, s.end, "table")]
    if any(span.text in builder.unresolved for span in reading.of("scope")):
        return 0.0
    # By place: what is denied was explained in another role.
    expressed = {(s.start, s.end) for s in builder.explained}
    # One part that says what is measured is enough, and one that says the order: "granted … in total", "the cheapest".
    has_order = any((s.start, s.end) in expressed for s in reading.of("order"))
    is_enough = {"measure": builder.has_measure, "order": has_order}
    spans = [s for s in spans if not is_enough.get(s.role) or (s.start, s.end) in expressed]
    left = [
        s
        for s in spans
        if (s.start, s.end) not in expressed and not all(w.is_stop or w.stem in ROW_STEMS for w in words(s.text))
    ]
    if expressed:
        return len(expressed) / (len(expressed) + len(left))
    said = [w for w in words(builder.asked.text) if not w.is_stop and w.stem not in ASKING_STEMS]
    about = [w for w in said if w.stem in WHOLE_STEMS or links.within(w.start, w.end, "table", "column")]
    return len(about) / len(said) if said and not left else 0.0
