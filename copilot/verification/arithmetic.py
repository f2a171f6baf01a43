"""What figures give by arithmetic: two of them, several, a column, the dates of a line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from copilot.verification.figures import Read
from copilot.verification.grounds import Line

AMOUNTS = ("number", "money", "percent", "points", "time", "fraction")
# As many figures of a line, and pairs of columns or rows, are combined.
MOST = 8
# Figures of which one is a smaller part of the other than this are not of a kind.
_SMALL = 0.01
Result = tuple[Read, str, str]
"""A figure, how it follows, and what the sentence must speak of for it to be meant: `_spoken` in `deriving.py`."""


def differences(a: Read, b: Read) -> Iterator[Result]:
    """The larger of two figures of a kind less the smaller."""
    if (a.kind, a.unit) == (b.kind, b.unit) and a.value != b.value and a.kind != "fraction":
        high, low = (a, b) if a.value > b.value else (b, a)
        kind = "points" if a.kind == "percent" else a.kind
        yield computed(kind, high.value - low.value, a.unit), f"{high.text} - {low.text}", ""


def pairs(figures: Sequence[Read]) -> Iterator[Result]:
    """What two figures give, or the sum of more; a time in another unit."""
    amounts = [f for f in figures if f.kind in AMOUNTS][:MOST]
    for a, b in itertools.permutations(amounts, 2):
        yield from of_two(a, b)
    yield from _sum(amounts)
    yield from ((f, f.text, "") for f in amounts if f.kind == "time")
    shares = [f.value * (1 if f.kind == "percent" else 100) for f in amounts if f.kind in ("percent", "fraction")]
    for share in dict.fromkeys([*shares, sum(shares)] if shares else []):
        yield computed("percent", 100 - share), f"100 % - {share:g} %", "rest"
    for f in amounts:
        if f.kind in ("money", "number"):
            yield computed(f.kind, 12 * f.value, f.unit), f"12 × {f.text}", "year"
    for kind, unit in dict.fromkeys((f.kind, f.unit) for f in amounts):
        same_kind = [f.value for f in amounts if (f.kind, f.unit) == (kind, unit)]
        if len(same_kind) > 1:
            yield computed(kind, sum(same_kind) / len(same_kind), unit, rough=True), "mean", "per"


def crossed(here: Sequence[Read], there: Sequence[Read]) -> Iterator[Result]:
    """What a figure of the one and a figure of the others give, and those among themselves."""
    for a in [f for f in here if f.kind in AMOUNTS][:MOST]:
        for b in there:
            yield from of_two(a, b)
            yield from of_two(b, a)
    yield from pairs(there)


def of_two(a: Read, b: Read) -> Iterator[Result]:
    """What one figure and another give, in this order."""
    if not a.value or not b.value:
        return
    if a.kind == "money" and b.kind in ("percent", "fraction"):
        share = b.value / (100 if b.kind == "percent" else 1)
        yield computed("money", a.value * share, a.unit), f"{a.text} × {b.text}", ""
        yield computed("money", a.value * (1 + share), a.unit), f"{a.text} × (1 + {b.text})", ""
        yield computed("money", a.value * (1 - share), a.unit), f"{a.text} × (1 - {b.text})", ""
    if a.kind == b.kind == "money" and a.unit == b.unit:
        yield computed("time", a.value / b.value, "year"), f"{a.text} / {b.text}", "payback"
    if a.kind == "money" and b.kind in ("number", "time"):
        yield computed("money", a.value / b.value, a.unit), f"{a.text} / {b.text}", "per"
    # What is so small beside the other is none of its kind.
    if a.kind != b.kind or a.kind == "fraction" or a.unit != b.unit or not _SMALL < a.value / b.value < 1 / _SMALL:
        return
    kind = "points" if a.kind == "percent" else a.kind
    # Numbers in words count things of many sorts, but for "nine of ten".
    is_share = a.kind not in ("percent", "time") and not (a.is_word and b.is_word and 10 not in (a.value, b.value))
    if not is_share and a.kind == "percent":
        yield computed("percent", 100 * b.value / a.value), f"{b.text} / {a.text}", "as"
    if a.value > b.value:
        yield computed(kind, a.value - b.value, a.unit), f"{a.text} - {b.text}", "less"
        yield computed("factor", a.value / b.value), f"{a.text} / {b.text}", ""
        if is_share:
            yield computed("percent", 100 * b.value / a.value), f"{b.text} / {a.text}", ""
    if is_share:
        yield computed("percent", 100 * abs(a.value - b.value) / b.value), f"({a.text} - {b.text}) / {b.text}", "change"
    if a.value != b.value:
        yield computed(a.kind, a.value + b.value, a.unit), f"{a.text} + {b.text}", ""


def _sum(figures: Sequence[Read]) -> Iterator[Result]:
    for kind, unit in dict.fromkeys((f.kind, f.unit) for f in figures):
        alike = [f for f in figures if (f.kind, f.unit) == (kind, unit)]
        if len(alike) > 2 and min(f.value for f in alike) > _SMALL * max(f.value for f in alike):
            yield computed(kind, sum(f.value for f in alike), unit), " + ".join(f.text for f in alike), ""


def columns_of(rows: Sequence[Line]) -> Iterator[tuple[str, list[Read]]]:
    """Each column of figures with its values."""
    for header in dict.fromkeys(h for row in rows for h, _ in row.cells):
        if values := [f for row in rows for f in row.column(header)]:
            yield header, values


def of_columns(rows: Sequence[Line]) -> Iterator[Result]:
    """What the values of each column give."""
    for header, values in columns_of(rows):
        if len(values) > 1:
            yield from ((read, f"{header}: {how}", word) for read, how, word in of_column(values))
            # What part one row's is of another's must be said: "half as many as".
            yield from (
                (read, f"{header}: {how}", word or ("as" if read.kind == "percent" else ""))
                for read, how, word in pairs(values)
            )


def of_column(values: Sequence[Read]) -> Iterator[Result]:
    """The sum and the mean of a column."""
    total, first = sum(v.value for v in values), values[0]
    yield computed(first.kind, total, first.unit), "sum", ""
    if first.bare is not None:
        yield computed("number", sum(v.bare or 0.0 for v in values)), "sum", ""
    yield computed(first.kind, total / len(values), first.unit, rough=True), "mean", "per"


def named_sum(values: Sequence[Read]) -> Read:
    """The sum, as a figure that says itself."""
    total = sum(v.value for v in values)
    return replace(values[0], text=f"{total:,g}", value=total, step=0.0, other=None)


def times_between(line: Line) -> Iterator[Result]:
    """The times between the dates of a line."""
    days = [h.figure.day for h in line.held if h.figure.day and h.figure.day[0] and min(h.figure.day[1:]) > 0]
    # Counted on from the first of the month: no text is bound to hold days that exist.
    dates = dict.fromkeys(date(year, month, 1) + timedelta(day - 1) for year, month, day in days[:MOST])
    for a, b in itertools.combinations(dates, 2):
        yield computed("time", abs((b - a).days), "day"), f"{a} to {b}", ""


def computed(kind: str, value: float, unit: str = "", rough: bool = False) -> Read:
    """A figure that nothing says; a rough one holds to half a unit."""
    return Read("", kind, value, unit, 0.5 if rough else 0.0, 0, 0)
