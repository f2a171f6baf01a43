"""Conditions on days: what lies in a time, is so old, has passed, or was denied since."""

from __future__ import annotations

import re
from datetime import date, timedelta

from copilot.language.calendar import BEGINNING, Period
from copilot.language.quantities import DAYS_IN, Amount
from copilot.language.vocabulary import NEGATIONS
from copilot.language.words import words
from copilot.reading.building import Builder
from copilot.reading.matching import Candidate
from copilot.reading.question import Span
from copilot.records.conditions import Operator

PASSED = 0.7
"""The chooser is so sure that a day has passed, or lies ahead, where no time is said."""
# What says on which side of a length of time something lies, where it is said in so many words.
_BEYOND = re.compile(r"\b(?:more than|longer than|older than|over|beyond|upwards of|at least)\b", re.IGNORECASE)
_WITHIN = re.compile(r"\b(?:less than|within|under|in the (?:last|past|next)|no more than|at most)\b", re.IGNORECASE)


def against_today(builder: Builder, span: Span) -> bool:
    """Adds that a day has passed or lies ahead, where that is said without a time, as by "overdue"; false where the
    chooser is sure of no such day."""
    asked, judged = builder.asked, builder.asked.judged(builder.table)
    dates, is_timed = asked.columns.of_table(builder.table, "date"), bool(builder.links(span, "period"))
    sure: list[tuple[float, str, Operator]] = []
    for p in dates if not is_timed else ():
        # Only what has passed in some rows and lies ahead in others tells them apart.
        if p.first_day is not None and p.last_day is not None and p.first_day < asked.today < p.last_day:
            sure += [
                (judged.sure(p.name, None, "before"), p.name, "<"),
                (judged.sure(p.name, None, "after"), p.name, ">"),
            ]
    best, column, op = max(sure, default=(0.0, "", "<"))
    if best < PASSED or any(c.column == column for c in builder.conditions):
        return False
    builder.add(column, op, asked.today.isoformat())
    builder.support += best
    builder.explained.append(span)
    return True


def is_until_today(period: Period, today: date) -> bool:
    return period.start != BEGINNING and (period.is_open or period.end > today)


def is_denied(builder: Builder, span: Span, is_ahead: bool) -> bool:
    """Whether a part denies that something was so since some day: "nobody has reviewed since May"."""
    said = words(builder.asked.text[span.start : span.end])
    return not is_ahead and (span.role == "not" or any(w.text.lower() in NEGATIONS for w in said))


def by_day(builder: Builder, chosen: Candidate, period: Period, is_denied: bool) -> None:
    """Of a period as it was said: "before May" has no start, "since May" no end; a day alone is compared as meant. What
    was not so in a time that lasts until today was so before it, if ever."""
    if is_denied and is_until_today(period, builder.asked.today):
        builder.add(chosen.column, "<", period.start.isoformat())
        return
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


def by_age(builder: Builder, span: Span, chosen: Candidate, amount: Amount, ahead: bool) -> None:
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
