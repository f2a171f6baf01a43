"""What a question measures in one table: the column that its parts mean, two that are set against each other, how long
something goes on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from copilot.language.quantities import DAYS_IN
from copilot.language.vocabulary import GAP, GRAINS, MOST, ROW_STEMS
from copilot.language.words import stems, words
from copilot.reading.building import LEAST, SIZED, WHOLE, Builder
from copilot.reading.columns import Choice
from copilot.reading.comparing import THAN
from copilot.reading.durations import ends, of_time, says_length
from copilot.reading.matching import Candidate
from copilot.reading.profiles import Holds, Profile
from copilot.reading.question import Link, Measure, Span
from copilot.records.differences import less, time_until

SET_BESIDE = 0.3
"""The chooser is so sure of both columns between which the widest gap is asked."""
_SIZES: tuple[Holds, ...] = ("number", "date")
MEASURED, MEASURED_TOO = 0.6, 0.4
"""The same of a column of whose sum a share is asked, and of one that is measured beside another."""
_RATIOS = frozenset({"share", "percent", "%"})
OF_NUMBERS: tuple[Measure, ...] = ("sum", "avg", "median", "min", "max", "difference")
_ASKS_AMOUNT = re.compile(r"\bhow (?:many|much)\b", re.IGNORECASE)
_RATES = frozenset({"a", "an", "per", "each", "every"})
_HOW_MANY = re.compile(r"\bhow many\s+(?:\w+\s+)?$", re.IGNORECASE)


def measured_column(builder: Builder) -> str | None:
    """The column of numbers or dates that the parts about what is measured mean, by the part that comes nearest."""
    asked = builder.asked
    choice, spans = asked.columns.candidates(builder.table, *_SIZES), asked.reading.of("measure")
    apart = next((c for c in builder.conditions if c.than and c.value is None), None)
    if apart is not None and any(THAN.search(span.text) for span in spans):
        return less(*((apart.column, apart.than) if apart.op in (">", ">=") else (apart.than, apart.column)))
    if says_length(spans):
        choice = _of_lengths(builder, choice)
    found = []
    for span in spans:
        best = asked.best(span, choice, builder.links(span, "value", "person", "column"))
        if best is None or best.score < LEAST:
            builder.unresolved.append(span.text)
        else:
            found.append((best.score, span, best.candidate.column))
    if not found:
        return None
    builder.support += max(score for score, *_ in found)
    builder.explained += [span for _, span, _ in found]
    return of_time(builder, _at_rate(builder, max(found, key=lambda x: x[0])[2]), spans)


def _at_rate(builder: Builder, column: str) -> str:
    """The column of the same at the rate that is said, where another has it: hours "a year", not those a month."""
    own = builder.asked.columns.get(builder.table, column)
    if own is None or is_at_rate(builder.asked.text, own):
        return column
    others = [
        p.name
        for p in builder.asked.columns.of_table(builder.table, "number")
        if (p.unit == own.unit or not p.unit) and is_at_rate(builder.asked.text, p) and _content(own) & _content(p)
    ]
    return others[0] if len(others) == 1 else column


def is_at_rate(text: str, profile: Profile) -> bool:
    """Whether a column is called after the one rate that a question says: "a year"."""
    pairs = pairwise(words(text))
    said = {GRAINS[b.stem] for a, b in pairs if a.text.lower() in _RATES and b.stem in GRAINS}
    return len(said) == 1 and bool(said & _rates(profile))


def _rates(profile: Profile) -> set[str]:
    return {GRAINS[stem] for text in profile.texts for stem in stems(text) if stem in GRAINS}


def _content(profile: Profile) -> set[str]:
    return {w.stem for text in profile.texts for w in words(text) if not w.is_stop and w.stem not in GRAINS}


def _of_lengths(builder: Builder, choice: Choice) -> Choice:
    """The columns that may hold a length of time, or end one; all where there is none."""
    known = ends(builder)

    def is_length(candidate: Candidate) -> bool:
        profile = builder.asked.columns.get(builder.table, candidate.column)
        return profile is not None and (profile.name in known or profile.unit in DAYS_IN)

    held = choice.kept(is_length)
    return held if held.candidates else choice


def shared_column(builder: Builder) -> str | None:
    """The column of whose sum a share is asked: "what share of the money"; None for a share of the rows."""
    sums = [p for p in builder.asked.columns.of_table(builder.table, "number") if p.unit and p.unit not in _RATIOS]
    named = {x.key for s in builder.asked.reading.of("measure") for x in builder.links(s, "column") if x.score >= WHOLE}
    own = [p.name for p in sums if p.name in named]
    return own[0] if len(own) == 1 else _most_measured(builder, sums, MEASURED)


def set_against(builder: Builder, measured: str | None) -> str | None:
    """The column that is measured beside another of its unit: "what came in against what we hoped for"."""
    columns = builder.asked.columns
    own = columns.get(builder.table, measured) if measured else None
    if own is None or builder.asked.reading.of("compare", "group"):
        return None
    others = [p for p in columns.of_table(builder.table, "number") if p.unit == own.unit and p.name != own.name]
    return _most_measured(builder, others, MEASURED_TOO)


def _most_measured(builder: Builder, columns: Sequence[Profile], least: float) -> str | None:
    """Of some columns the one that the chooser is surest is measured, if it is sure enough."""
    judged = builder.asked.judged(builder.table)
    sure, name = max(((judged.sure(p.name, None, "measured"), p.name) for p in columns), default=(0.0, ""))
    return name if sure >= least else None


def added_up(builder: Builder, shown: Sequence[str]) -> str | None:
    """The one column that is told of each row where "how many" of it is asked: what the rows have together; None of one
    row that is named, and of shares and levels."""
    asked = builder.asked
    profile = asked.columns.get(builder.table, shown[0]) if len(shown) == 1 else None
    keys = {p.name for p in asked.columns.of_table(builder.table, "key", "title")}
    is_amount = (
        profile is not None and profile.holds == "number" and profile.unit not in _RATIOS and not profile.is_scale
    )
    asks = bool(_ASKS_AMOUNT.search(asked.text))
    is_of_one = any(c.column in keys for c in builder.conditions)
    is_wanted = asked.reading.shape in ("number", "none") and asks and is_amount and not is_of_one
    return profile.name if profile is not None and is_wanted else None


def how_many(builder: Builder) -> str | None:
    """The column of numbers of which "how many" asks, as of "open positions": a sum, no count of rows."""
    asked, bounded = builder.asked, {c.column for c in builder.conditions if c.op in SIZED}
    for link in asked.links.of("column"):
        profile = asked.columns.get(link.table, link.key) if link.table == builder.table and link.score == 1 else None
        is_amount = profile is not None and profile.holds == "number" and profile.unit not in _RATIOS
        # "How many severity 1 incidents" counts incidents.
        if is_amount and profile and profile.name not in bounded and _HOW_MANY.search(asked.text[: link.start]):
            return profile.name
    return None


def different(builder: Builder) -> str | None:
    """The column of categories or people that is counted itself: "how many agencies report?" counts agencies."""
    asked, reading = builder.asked, builder.asked.reading
    # "How many units" is no "how many by unit".
    by = [span for span in reading.of("group") if words(span.text)[0].is_stop]
    if by or reading.of("order", "compare", "limit"):
        return None
    for span in reading.of("measure"):
        for link in asked.links.of("column"):
            profile = asked.columns.get(link.table, link.key) if link.table == builder.table else None
            # "How many different suppliers": one word may stand between.
            is_next = span.start <= link.start and len(asked.text[span.end : link.start].split()) <= 1
            are_rows = bool(asked.links.within(link.start, link.end, "table"))
            is_named = profile is not None and profile.holds in ("category", "person") and is_next
            # "How many remarks mention it" counts rows.
            are_texts = any(c.op == "contains" and c.column == link.key for c in builder.conditions)
            if profile is not None and is_named and not are_rows and not are_texts and not _tells_rows(builder, link):
                builder.explained.append(Span("measure", link.start, link.end, link.text))
                return profile.name
    return None


def _tells_rows(builder: Builder, link: Link) -> bool:
    """Whether a name only tells which rows are meant: "how many severity 1 incidents", "how many vendor projects"."""
    following = takewhile(lambda w: not w.is_stop, (w for w in words(builder.asked.text) if w.start >= link.end))
    return any(
        w.text.isdigit() or w.stem in ROW_STEMS or builder.asked.links.within(w.start, w.end, "table")
        for w in following
    )


def going_on(builder: Builder, measured: str | None, measure: Measure) -> str | None:
    """The days until today from a date that is measured, where a length of time is asked."""
    profile = builder.asked.columns.get(builder.table, measured) if measured else None
    is_length = measure in ("sum", "avg", "median") and says_length(builder.asked.reading.of("measure"))
    if profile is None or profile.holds != "date" or not is_length or profile.is_ahead(builder.asked.today):
        return None
    return time_until(profile.name, builder.asked.today)


def widest(builder: Builder, shown: Sequence[str], measure: Measure) -> str | None:
    """What lies between two columns of one unit that are asked for, where the largest of it is: "where is the gap
    between what was promised and what was booked the widest?"."""
    said, judged = set(stems(builder.asked.text)), builder.asked.judged(builder.table)
    if measure not in ("list", "none", "difference") or not said & GAP or not said & MOST:
        return None
    numbers = [p.name for p in builder.asked.columns.of_table(builder.table, "number")]
    sure = sorted(((judged.sure(n, None, "measured", "shown", "order"), n) for n in numbers), reverse=True)
    own = list(dict.fromkeys(shown))
    sides = own if len(own) == 2 else [name for p, name in sure[:2] if p >= SET_BESIDE]
    if len(sides) != 2:
        return None
    one, other = (builder.asked.columns.get(builder.table, name) for name in sides)
    if one is None or other is None or {one.holds, other.holds} != {"number"} or one.unit != other.unit:
        return None
    return less(one.name, other.name)
