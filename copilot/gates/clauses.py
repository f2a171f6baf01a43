"""Whether the clauses that a rule names state the figures that the rule asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
_WORD = re.compile(r"[^\W_]+")
SAME = 0.02
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
    for figure in dict.fromkeys(rule_figures(rule, vocabulary, currency)):
        stated = {clause: _alike(figure, text) for clause, text in read}
        if any(_agree(figure, amounts.values()) for amounts in stated.values()):
            continue
        yield from (Disagreement(figure, clause, tuple(words)) for clause, words in stated.items() if words)


def other_approvers(approvers: Sequence[str], known: Iterable[str], text: str) -> tuple[str, ...]:
    """Who else of those known is named where none of the approvers is; nobody where one of them is."""
    words = _spaced(text)

    def is_named(name: str) -> bool:
        return _spaced(name) in words

    if not approvers or any(map(is_named, approvers)):
        return ()
    return tuple(name for name in known if is_named(name))


def _spaced(text: str) -> str:
    """The words of a text with a blank around each."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def approvers_by_amount(
    rule: Rule,
    rules: Iterable[Rule],
    vocabulary: Mapping[str, Column],
    currency: str,
    text_of: Callable[[Clause], str | None],
) -> Iterator[tuple[Clause, tuple[str, ...]]]:
    """Clauses of a rule that state its amount of money, and name others than its approvers."""
    amounts = [figure for figure in rule_figures(rule, vocabulary, currency) if figure.unit == currency]
    known = dict.fromkeys(name for other in rules for name in other.approvers)
    for clause in rule.clauses:
        text = text_of(clause) or ""
        if any(_agree(figure, _alike(figure, text).values()) for figure in amounts) and (
            others := other_approvers(rule.approvers, known, text)
        ):
            yield clause, others


def rule_figures(rule: Rule, vocabulary: Mapping[str, Column], currency: str) -> Iterator[Figure]:
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
    return any(abs(value - figure.value) <= SAME * figure.value for value in (*known, *sums_of_two(known)))


def sums_of_two(values: Sequence[float]) -> Iterator[float]:
    """Of every two values what they are together."""
    return (a + b for a, b in combinations(values, 2))
