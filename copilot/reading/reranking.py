"""The trained reranker: which of several readings of a question says what was asked, each judged as a whole.

It reads a question beside one reading of it in plain words ("incidents; sum of cost; severity is grave"), so that a
part that fits its own words and not the rest is found out. `training/train_reranker.py` trains it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from copilot.reading.names import spoken
from copilot.reading.profiles import Profile
from copilot.reading.rows import Restriction
from copilot.records.conditions import Filter
from copilot.records.differences import sides, time_from
from copilot.retrieval import pairs
from copilot.retrieval.embedder import Network, load_verified

FILE = Path(__file__).parent / "model" / "reranker.onnx"
LENGTHS = pairs.Lengths(question=72, other=80)
_TEXTS = 2
_SIGNS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "exactly", "!=": "not"}
_FIRST = {("date", True): "latest", ("date", False): "earliest", ("", True): "largest", ("", False): "smallest"}

Known = Callable[[str, str], Profile | None]
"""The profile of a column by table and name."""


def said(reading: Restriction, known: Known) -> str:
    """A reading in plain words, its parts in a fixed order."""
    return "; ".join(_parts(reading, lambda column: known(reading.table, column)))


def _parts(reading: Restriction, known: Callable[[str], Profile | None]) -> Iterator[str]:
    yield spoken(reading.table)
    figure = "list" if reading.measure in ("none", "list") else reading.measure
    measured = [_name(known(c), c) for c in (reading.measured, reading.beside) if c]
    between = " in " if reading.measure == "share" else " and "
    yield f"{figure} of {between.join(measured)}" if measured else figure
    yield from (f"among {text}" for text in _conditions(reading.among, known))
    yield from _conditions(reading.conditions, known)
    yield from (f"{_name(known(c), c)} during a time" for c in reading.groups if reading.times)
    # What is counted once each is told apart like what rows are counted by.
    yield from (f"by {_name(known(c), c)}" for c in (*reading.groups, reading.counted) if c)
    if reading.order:
        column = reading.order.lstrip("-")
        profile = known(column)
        holds = "date" if profile is not None and profile.holds == "date" else ""
        first = _FIRST[(holds, reading.order.startswith("-"))]
        parts = sides(column)
        is_less = len(parts) > 1 and column != time_from(*parts)
        name = " less ".join(_name(known(c), c) for c in parts) if is_less else _name(profile, column)
        yield f"{first} {name} first"
    yield from (f"with {_name(known(c), c)}" for c in reading.shown)


def _conditions(conditions: Sequence[Filter], known: Callable[[str], Profile | None]) -> Iterator[str]:
    """Each condition; the two ends of a time or size as one, and those of which one is enough one by one: how they
    belong together was not learnt."""
    conditions = [part for one in conditions for part in one.each]
    seen: set[str] = set()
    for one in conditions:
        if len(apart := sides(one.column)) > 1:
            # By how much they differ is not judged: it is a figure of the question.
            start, end = (_name(known(c), c) for c in apart)
            is_time = one.column == time_from(*apart)
            yield f"time from {start} to {end}" if is_time else f"{start} more than {end}"
            continue
        profile = known(one.column)
        name = _name(profile, one.column)
        both = [c for c in conditions if c.column == one.column and c.op in (">", ">=", "<", "<=") and not c.than]
        if one in both and len(both) > 1:
            if one.column not in seen:
                yield f"{name} {_between(profile, both)}"
            seen.add(one.column)
        else:
            yield f"{name} {_condition(one, profile, known)}"


def _between(profile: Profile | None, ends: Sequence[Filter]) -> str:
    is_date = profile is not None and profile.holds == "date"
    return "during a time" if is_date else " and ".join(f"{_SIGNS[c.op]} {_value(c.value)}" for c in ends)


def _condition(one: Filter, profile: Profile | None, known: Callable[[str], Profile | None]) -> str:
    if one.than:
        times = f"{_value(one.value)} times " if one.value is not None else ""
        return f"{_SIGNS[one.op]} {times}{_name(known(one.than), one.than)}"
    if one.op in ("missing", "present"):
        return "is missing" if one.op == "missing" else "is there"
    holds = profile.holds if profile is not None else "category"
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    is_not = one.op in ("!=", "not in")
    if holds in ("key", "title"):
        return "is another" if is_not else "is the one named"
    if holds == "yes_no":
        is_yes = str(values[0]).lower() in ("true", "yes", "y")
        return ": yes" if is_yes != is_not else ": no"
    if holds == "date" and one.op in _SIGNS:
        return {"<": "before a day", "<=": "before a day", ">": "after a day", ">=": "after a day"}.get(
            one.op, "on a day"
        )
    is_bound = one.op in ("<", "<=", ">", ">=") and profile is not None and bool(profile.order)
    if (holds == "number" and one.op in _SIGNS) or is_bound:
        return f"{_SIGNS[one.op]} {_value(one.value)}"
    return f"is {'not ' if is_not else ''}{' or '.join(_meant(value, profile) for value in values)}"


def _meant(value: object, profile: Profile | None) -> str:
    """A value, that of a stage with what it means, that of a reference by the name of what it refers to."""
    means = profile.meaning(str(value)) if profile is not None else ""
    called = _value(profile.called(str(value)) if profile is not None else value)
    return f"{called} ({means})" if means else called


def _value(value: object) -> str:
    try:
        return f"{float(str(value)):g}"
    except ValueError:
        return spoken(str(value))


def _name(profile: Profile | None, column: str) -> str:
    return " / ".join(profile.texts[:_TEXTS]) if profile is not None else spoken(column)


@cache
def _network() -> Network:
    return load_verified(FILE)


def scores(text: str, readings: Sequence[str]) -> list[float]:
    """How surely each reading says what was asked, as log odds."""
    return pairs.scores(_network(), text, readings, LENGTHS)
