"""Whether the clauses that a rule names state the figures that the rule asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from copilot.gates.conditions import Check, checks
from copilot.gates.rules import Clause, Rule
from copilot.language.quantities import DAYS_IN, Amount, find_amounts
from copilot.language.units import unit_in
from copilot.records.schema import CURRENCY, Column
from copilot.records.units import named_unit

_ORDERED = ("<", "<=", ">", ">=")
_AGES = ("within_days", "older_than_days")
_SAME = 0.02
"""Figures that are so near each other are one: twelve months are 365 days."""


@dataclass(frozen=True)
class Figure:
    """A figure that a rule asks for."""

    value: float
    unit: str
    """`day`, `percent`, a currency, or what the name of its column ends with, such as `point`."""

    def __str__(self) -> str:
        is_counted = self.value != 1 and self.unit != "percent" and not self.unit.isupper()
        return f"{self.value:,g} {self.unit}{'s' if is_counted else ''}"


@dataclass(frozen=True)
class Disagreement:
    """A figure of a rule that none of its clauses states, and what they state instead."""

    figure: Figure
    clause: Clause
    stated: tuple[str, ...]
    """In the words of the clause."""


def paragraph(text: str, clause: str) -> str | None:
    """The paragraph that the number of a clause begins, without it; None where there is none."""
    found = re.search(rf"^\W*{re.escape(clause)}(?![\w.]\d|\d)", text, re.MULTILINE)
    return re.split(r"\n\s*\n", text[found.end() :], maxsplit=1)[0] if found else None


def disagreements(
    rule: Rule, vocabulary: Mapping[str, Column], currency: str, text_of: Callable[[Clause], str | None]
) -> Iterator[Disagreement]:
    """The figures of a rule that its clauses contradict. `text_of` gives the paragraph of a clause that can be read.

    A clause that states no figure of that unit says nothing of it. Nor is anything reported where one of the clauses
    agrees: the others then speak of something else, such as how soon a lapse is to be mended.
    """
    read = [(clause, text) for clause in rule.clauses if (text := text_of(clause)) is not None]
    for figure in dict.fromkeys(_figures(rule, vocabulary, currency)):
        stated = {clause: _alike(figure, text) for clause, text in read}
        if any(_agree(figure, amounts.values()) for amounts in stated.values()):
            continue
        yield from (Disagreement(figure, clause, tuple(words)) for clause, words in stated.items() if words)


def _figures(rule: Rule, vocabulary: Mapping[str, Column], currency: str) -> Iterator[Figure]:
    if rule.validity_days:
        yield Figure(rule.validity_days, "day")
    for check in (*checks(rule.applies), *checks(rule.requires)):
        if isinstance(value := next(iter(check.values), None), int | float) and not isinstance(value, bool):
            yield from _figure(check, float(value), vocabulary[check.fact], currency)


def _figure(check: Check, value: float, column: Column, currency: str) -> Iterator[Figure]:
    if check.op in _AGES:
        yield Figure(value, "day")
    if check.op not in _ORDERED or not value:
        return
    unit = column.unit or named_unit(column.name)
    if unit == CURRENCY:
        unit = currency
    if unit == "share" or column.name.endswith("_share"):
        yield Figure(value * 100, "percent")
    elif unit in DAYS_IN:
        yield Figure(value * DAYS_IN[unit], "day")
    elif unit := unit or unit_in(column.name) or column.name.rpartition("_")[2].removesuffix("s"):
        yield Figure(value, unit)


def _alike(figure: Figure, text: str) -> dict[str, float]:
    """What a clause states in the unit of a figure, in its words, and what that is."""
    found = ((text[amount.start : amount.end], _in(figure.unit, amount)) for amount in find_amounts(text))
    return {" ".join(words.split()): value for words, value in found if value is not None}


def _in(unit: str, amount: Amount) -> float | None:
    if unit == "day" and amount.unit in DAYS_IN:
        return amount.value * DAYS_IN[amount.unit]
    return amount.value if amount.unit == unit else None


def _agree(figure: Figure, values: Iterable[float]) -> bool:
    """Whether one of the values is the figure, or two are together: a term and by how much it may be extended."""
    known = list(values)
    sums = (a + b for a, b in combinations(known, 2))
    return any(abs(value - figure.value) <= _SAME * figure.value for value in (*known, *sums))
