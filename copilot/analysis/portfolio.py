"""The best set of options under limits, proved by a mixed-integer programme, and what would allow more.

The programme is solved by HiGHS (Huangfu and Hall, 2018) through scipy, or without it where `portfolio_core` can do so.
A second best set is the best that differs from the first, which one more limit rules out (Balas and Jeroslow, 1972).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from copilot.analysis.portfolio_core import OutOfTime, Programme, optimum, relaxed
from copilot.analysis.scoring import Floats
from copilot.errors import ToolError

NO_LIMIT = float("inf")
# A safety catch: 2,000 options take a tenth of a second.
TIME_LIMIT_SECONDS = 10.0
# Of a limit: what sums of floats may be off by.
_TOLERANCE = 1e-9
# The solver keeps to limits within a tolerance; a set that is over one by less than that is ruled out again.
_ATTEMPTS = 20


class TooLong(ToolError):
    """The time was up before any allowed set was found."""


@dataclass(frozen=True)
class Row:
    """Lower and upper limit of a weighted count of the chosen options."""

    options: tuple[int, ...]
    coefficients: tuple[float, ...]
    lower: float = -NO_LIMIT
    upper: float = NO_LIMIT

    def holds(self, chosen: frozenset[int]) -> bool:
        amount = self.amount(chosen)
        slack = _TOLERANCE * max(1.0, *(abs(c) for c in self.coefficients), 0.0)
        return self.lower - slack <= amount <= self.upper + slack

    def scaled(self) -> Row:
        """The same limits with 1 as the largest coefficient."""
        scale = max((abs(c) for c in self.coefficients), default=0.0) or 1.0
        coefficients = tuple(c / scale for c in self.coefficients)
        return Row(self.options, coefficients, self.lower / scale, self.upper / scale)

    def amount(self, chosen: frozenset[int]) -> float:
        return sum(c for option, c in zip(self.options, self.coefficients, strict=True) if option in chosen)


@dataclass(frozen=True)
class Constraint:
    """Rows that are kept or relaxed together."""

    name: str
    rows: tuple[Row, ...]

    def holds(self, chosen: frozenset[int]) -> bool:
        return all(row.holds(chosen) for row in self.rows)


@dataclass(frozen=True)
class Problem:
    values: Floats
    """What each option adds, one number an option; the sum over the chosen ones is to be as large as possible."""
    constraints: tuple[Constraint, ...]

    def without(self, name: str) -> Problem:
        return replace(self, constraints=tuple(c for c in self.constraints if c.name != name))

    def also(self, *more: Constraint) -> Problem:
        return replace(self, constraints=(*self.constraints, *more))

    def allows(self, chosen: Iterable[int]) -> bool:
        held = frozenset(chosen)
        return all(constraint.holds(held) for constraint in self.constraints)


@dataclass(frozen=True)
class Selection:
    chosen: tuple[int, ...]
    value: float
    bound: float
    """No allowed set is worth more than this."""

    @property
    def gap(self) -> float:
        """How far the value may be below the best possible one, as a share of it."""
        return max(0.0, self.bound - self.value) / max(abs(self.value), 1e-9)


@dataclass(frozen=True)
class Relaxation:
    """A constraint without which some set is allowed."""

    name: str
    least: float | None
    """The lowest upper limit that would do; None where the constraint has several rows or a lower limit."""


def at_most(name: str, amounts: Sequence[float] | Floats, limit: float) -> Constraint:
    used = [(i, float(amount)) for i, amount in enumerate(amounts) if amount]
    return Constraint(name, (Row(tuple(i for i, _ in used), tuple(a for _, a in used), upper=limit),))


def at_least(name: str, groups: Iterable[tuple[Sequence[int], int]]) -> Constraint:
    """From each group of options at least so many."""
    return Constraint(name, tuple(Row(tuple(group), (1.0,) * len(group), lower=n) for group, n in groups))


def needs(name: str, pairs: Iterable[tuple[int, int]]) -> Constraint:
    """The first of each pair only together with the second."""
    return Constraint(name, tuple(Row(pair, (1.0, -1.0), upper=0.0) for pair in pairs))


def best(problem: Problem, seconds: float = TIME_LIMIT_SECONDS) -> Selection | None:
    """The allowed set of the highest value; None when no set is allowed.

    Where the time is up first, its gap says how far it may be from the best. Raises TooLong when no allowed set was
    found in time, and ToolError when the limits cannot be kept exactly.
    """
    for _ in range(_ATTEMPTS):
        found = _solve(problem, seconds)
        if found is None or problem.allows(found.chosen):
            return found
        problem = problem.also(_unlike(found, len(problem.values)))
    raise ToolError("No set was found that keeps to all limits exactly; round the limits and ask again.")


def next_best(problem: Problem, before: Sequence[Selection], seconds: float = TIME_LIMIT_SECONDS) -> Selection | None:
    """The best allowed set that is none of those before."""
    return best(problem.also(*(_unlike(selection, len(problem.values)) for selection in before)), seconds)


def relaxations(problem: Problem) -> list[Relaxation]:
    """Of a problem that allows no set: the constraints each of which alone stands in the way."""
    found = []
    for constraint in problem.constraints:
        rest = problem.without(constraint.name)
        if best(replace(rest, values=np.zeros(len(problem.values)))) is not None:
            found.append(Relaxation(constraint.name, _least(rest, constraint)))
    return found


def linear_relaxation(problem: Problem, drawn: Floats) -> Iterator[Floats]:
    """For each row of values (draws × options) the best choice when an option can be taken in part: shares, 0 to 1."""
    return relaxed(_programme(problem), drawn)


def _least(rest: Problem, constraint: Constraint) -> float | None:
    if len(constraint.rows) != 1 or constraint.rows[0].upper == NO_LIMIT:
        return None
    row = constraint.rows[0]
    values = np.zeros(len(rest.values))
    values[list(row.options)] = [-c for c in row.coefficients]
    found = best(replace(rest, values=values))
    return None if found is None else row.amount(frozenset(found.chosen))


def _unlike(selection: Selection, count: int) -> Constraint:
    """Rules out exactly this set (Balas and Jeroslow, 1972)."""
    held = frozenset(selection.chosen)
    signs = tuple(-1.0 if i in held else 1.0 for i in range(count))
    return Constraint("another set", (Row(tuple(range(count)), signs, lower=1.0 - len(held)),))


def _solve(problem: Problem, seconds: float) -> Selection | None:
    if not len(problem.values):
        return Selection((), 0.0, 0.0) if problem.allows(()) else None
    try:
        found = optimum(_programme(problem), seconds)
    except OutOfTime:
        raise TooLong(
            f"No set that keeps to all limits was found within {seconds:.0f} seconds; "
            "leave out a limit or some of the projects."
        ) from None
    if found is None:
        return None
    value = float(problem.values[found.chosen].sum())
    return Selection(tuple(found.chosen.tolist()), value, value if found.bound is None else found.bound)


def _programme(problem: Problem) -> Programme:
    """All rows as upper limits."""
    from scipy.sparse import csr_array

    rows = [side for constraint in problem.constraints for row in constraint.rows for side in _sides(row.scaled())]
    data = [c for row in rows for c in row.coefficients]
    where = [option for row in rows for option in row.options]
    starts = np.cumsum([0, *(len(row.options) for row in rows)])
    matrix = csr_array((data, where, starts), shape=(len(rows), len(problem.values)), dtype=float)
    return Programme(np.asarray(problem.values, dtype=float), matrix, np.array([row.upper for row in rows]))


def _sides(row: Row) -> Iterator[Row]:
    if row.upper < NO_LIMIT:
        yield row
    if row.lower > -NO_LIMIT:
        yield Row(row.options, tuple(-c for c in row.coefficients), upper=-row.lower)
