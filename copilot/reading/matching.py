"""What a span of a question means in the records, as the candidates among which the trained matcher chooses.

A span is shown to the matcher with the question around it, a candidate as a short phrase: a condition such as
"class approval is refused", or a column. Both become vectors of one space (`matcher.py`), and the nearest is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from copilot.reading.names import spoken
from copilot.reading.profiles import Profile
from copilot.reading.question import Role
from copilot.records.conditions import Operator

# Sample values that a phrase of a column shows.
_SHOWN = 3
CONDITIONS: tuple[Role, ...] = ("filter", "not", "scope", "compare")
"""Roles of spans that stand for a condition by themselves."""


Comparison = Operator | Literal["before", "after", "during"]
_SIZES: tuple[tuple[Operator, str], ...] = (
    (">", "more than"), (">=", "at least"), ("<", "less than"), ("<=", "at most"), ("=", "exactly"),
)  # fmt: skip
_TIMES: tuple[Literal["before", "after", "during"], ...] = ("before", "after", "during")


@dataclass(frozen=True)
class Candidate:
    """A condition or a column that a span may mean."""

    table: str
    column: str
    op: Comparison | None = None
    """None: the column itself."""
    value: str | bool | int | None = None
    phrase: str = ""


def conditions(profiles: Iterable[Profile]) -> Iterator[Candidate]:
    """Everything that can be so of a row, apart from sizes and dates: values, yes and no, what is missing."""
    for p in profiles:
        name = _name(p)
        if p.holds in ("category", "person"):
            for value in p.values:
                said = spoken(value)
                yield Candidate(p.table, p.name, "=", value, f"{name} is {said}")
                yield Candidate(p.table, p.name, "!=", value, f"{name} is not {said}")
        if p.holds == "yes_no":
            yield Candidate(p.table, p.name, "=", True, f"{name}: yes")
            yield Candidate(p.table, p.name, "=", False, f"{name}: no")
        if p.holds not in ("key", "title"):
            yield Candidate(p.table, p.name, "missing", None, f"{name} is missing")
            yield Candidate(p.table, p.name, "present", None, f"{name} is there")


def bounds(profiles: Iterable[Profile]) -> Iterator[Candidate]:
    """Everything that can be so of a number or a date, beside a size or a day."""
    for p in profiles:
        name = _name(p)
        if p.holds == "number":
            for op, words in _SIZES:
                yield Candidate(p.table, p.name, op, None, f"{name} is {words} a number")
            yield Candidate(p.table, p.name, "=", 0, f"{name} is zero")
        if p.holds == "date":
            for when in _TIMES:
                yield Candidate(p.table, p.name, when, None, f"{name} is {when} a day")
        if p.holds in ("number", "date"):
            yield Candidate(p.table, p.name, "missing", None, f"{name} is missing")
            yield Candidate(p.table, p.name, "present", None, f"{name} is there")


def columns(profiles: Iterable[Profile]) -> Iterator[Candidate]:
    """The columns themselves, to be measured, shown, compared with a size, grouped or ordered by."""
    for p in profiles:
        shown = ", ".join(spoken(v) for v in p.values[:_SHOWN])
        holds = {"person": "person", "date": "date", "number": "number", "yes_no": "yes or no"}.get(p.holds, "")
        yield Candidate(p.table, p.name, phrase=f"{_name(p)}{f' ({shown or holds})' if shown or holds else ''}")


@dataclass(frozen=True)
class Described:
    """A metric as people may speak of it."""

    texts: tuple[str, ...]
    """Its label and synonyms."""
    definition: str = ""


def metrics(catalogue: Mapping[str, Described]) -> Iterator[Candidate]:
    """The metrics of a catalogue, with what people call them and what they count."""
    for name, known in catalogue.items():
        called = " / ".join(spoken(t) for t in known.texts)
        yield Candidate("", name, phrase=f"metric: {called}{f' ({known.definition})' if known.definition else ''}")


def query(text: str, start: int, end: int, role: Role) -> str:
    """A span as the matcher reads it: its role, then the question with the span between guillemets."""
    return f"{role} | {text[:start]}« {text[start:end]} »{text[end:]}"


def _name(profile: Profile) -> str:
    return f"{spoken(profile.table)}: {' / '.join(profile.texts)}"
