"""The best portfolio of the candidates that can be chosen, its runner-up, and what more money would bring."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np

from copilot.analysis.acceptability import drawn_scores
from copilot.analysis.portfolio import (
    Constraint,
    Problem,
    Selection,
    TooLong,
    at_least,
    at_most,
    best,
    needs,
    next_best,
    relaxations,
)
from copilot.analysis.portfolio_firmness import inclusion
from copilot.analysis.scoring import Floats
from copilot.errors import ToolError
from copilot.language.formatting import join_and, money, number, pluralize
from copilot.tools.plan_portfolio.options import Options, Reason

MORE_BUDGET = 0.10
# Draws are fewer for many options, so that the firmness takes about a second at the most.
_DRAWS_TIMES_OPTIONS, _FEWEST_DRAWS, _MOST_DRAWS = 30_000, 60, 300
# What is told beside the best set is left out, and named, when it is not found within this time.
TIME_LIMIT_SECONDS = 15.0
# Left-out projects for which it is tried what they would push out.
_FORCED, _FORCED_OPTIONS = 2, 300


@dataclass(frozen=True)
class Limits:
    budget: float | None
    headcount: float | None
    most_projects: int | None
    most_high_risk: int | None
    minimum_per_unit: int
    currency: str
    before: float | None = None
    """The budget that the one here comes of; None where it is no change of another."""


@dataclass(frozen=True)
class ForcedInclusion:
    """The best set with one project that the best set leaves out."""

    option: int
    loses: float
    out: tuple[int, ...]
    joins: tuple[int, ...]
    """Others that come in with it."""


@dataclass(frozen=True)
class Plan:
    """Positions are those of the candidates."""

    options: Options
    limits: Limits
    selection: Selection
    others: tuple[Selection, ...]
    """The next-best sets, best first."""
    with_more_budget: Selection | None
    """The best set with a tenth more budget; None when there is no budget."""
    share: Floats
    """How often each candidate is in the best set; 0 where it cannot be chosen."""
    draws: int
    forced: tuple[ForcedInclusion, ...]
    short_units: tuple[str, ...]
    """Units with fewer projects that can be chosen than the minimum asks for."""
    with_budget_before: Selection | None = None
    """The best set with the budget that this one comes of; None when it is no change of another."""
    skipped: tuple[str, ...] = ()
    """What there was no time for, in words."""

    @cached_property
    def held(self) -> frozenset[int]:
        return frozenset(self.selection.chosen)

    @property
    def chosen(self) -> list[int]:
        """The chosen candidates, highest score first."""
        return sorted(self.selection.chosen, key=lambda i: (-self.options.score[i], i))

    @property
    def left_out(self) -> list[int]:
        """Candidates that could be chosen and are not, highest score first."""
        return sorted((i for i in self.options.open if i not in self.held), key=lambda i: (-self.options.score[i], i))

    @property
    def outside(self) -> list[int]:
        """Candidates that are not chosen: those that could be, then those that cannot, highest score first."""
        return [*self.left_out, *sorted(self.options.bars, key=lambda i: (-self.options.score[i], i))]

    def reason(self, position: int) -> Reason:
        """Why a candidate is not in the set."""
        options, asked = self.options, self.limits
        if position in options.bars:
            return options.bars[position]
        if asked.budget is not None and options.cost[position] > asked.budget:
            return Reason("over_budget")
        if asked.headcount is not None and options.headcount[position] > asked.headcount:
            return Reason("over_headcount")
        if missing := [b for a, b in options.needs if a == position and b not in self.held]:
            return Reason("partner", tuple(options.candidates.name(i) for i in missing), "is not chosen")
        risky = len(options.high_risk & self.held)
        if asked.most_high_risk is not None and position in options.high_risk and risky >= asked.most_high_risk:
            return Reason("risk_limit")
        return Reason("outscored")

    @property
    def cost(self) -> float:
        return float(np.nansum(self.options.cost[self.chosen]))

    @property
    def headcount(self) -> float:
        return float(np.nansum(self.options.headcount[self.chosen]))


def plan(options: Options, limits: Limits, alternatives: int, seconds: float = TIME_LIMIT_SECONDS) -> Plan:
    """The best set; a ToolError that names what to relax when no set keeps to the limits.

    After so many seconds what goes beyond the best set is left out.
    """
    clock = _Clock(time.monotonic() + seconds)
    places = options.open
    short = _short_units(options, limits)
    problem = Problem(options.score[places], tuple(_constraints(options, limits)))
    found = best(problem)
    if found is None:
        raise ToolError(_infeasible(problem, limits))
    others: list[Selection] = []
    for _ in range(alternatives):
        other = clock.within("the next-best set", partial(next_best, problem, [found, *others]))
        if other is None:
            break
        others.append(other)
    draws = max(_FEWEST_DRAWS, min(_MOST_DRAWS, _DRAWS_TIMES_OPTIONS // max(len(places), 1)))
    share = np.zeros(len(options.candidates.rows))
    if places:
        known = options.candidates.estimates.rows(places)
        drawn = drawn_scores(known, options.weights.used, draws)
        share[places] = inclusion(problem, [s.chosen for s in (found, *others)], drawn)
    more = None if limits.budget is None else limits.budget * (1 + MORE_BUDGET)
    with_more_budget = _with_budget(options, limits, problem, clock, more, "what more budget would bring")
    before = _with_budget(options, limits, problem, clock, limits.before, "what the budget before would bring")
    forced = tuple(_forced(problem, found, places, clock))
    return Plan(
        options,
        limits,
        _placed(found, places),
        tuple(_placed(other, places) for other in others),
        None if with_more_budget is None else _placed(with_more_budget, places),
        share,
        draws,
        forced,
        short,
        None if before is None else _placed(before, places),
        tuple(clock.skipped),
    )


@dataclass
class _Clock:
    """Gives each search what is left of the time, and notes those that did not come to a proved end in it."""

    until: float
    skipped: list[str] = field(default_factory=list)

    def within(self, what: str, search: Callable[[float], Selection | None]) -> Selection | None:
        left = self.until - time.monotonic()
        try:
            found = search(left) if left > 0 else None
        except TooLong:
            left = 0
            found = None
        if left > 0 and (found is None or found.gap <= 0):
            return found
        if what not in self.skipped:
            self.skipped.append(what)
        return None


def _placed(selection: Selection, places: Sequence[int]) -> Selection:
    return replace(selection, chosen=tuple(places[i] for i in selection.chosen))


def _constraints(options: Options, limits: Limits) -> Iterator[Constraint]:
    places = options.open
    if limits.budget is not None:
        yield _budget(options, limits, limits.budget)
    if limits.headcount is not None:
        name = f"the headcount of {number(limits.headcount)}"
        yield at_most(name, options.headcount[places], limits.headcount)
    if limits.most_projects is not None:
        name = f"the limit of {pluralize(limits.most_projects, 'project')}"
        yield at_most(name, np.ones(len(places)), limits.most_projects)
    if limits.most_high_risk is not None:
        name = f"the limit of {pluralize(limits.most_high_risk, 'high-risk project')}"
        yield at_most(name, [float(i in options.high_risk) for i in places], limits.most_high_risk)
    if limits.minimum_per_unit:
        name = f"the minimum of {pluralize(limits.minimum_per_unit, 'project')} per unit"
        groups = _by_unit(options)
        yield at_least(name, [(group, min(limits.minimum_per_unit, len(group))) for group in groups.values()])
    at = {position: i for i, position in enumerate(places)}
    if options.needs:
        yield needs("the dependencies between projects", [(at[a], at[b]) for a, b in options.needs])
    must = [i for i, position in enumerate(places) if str(options.row(position)["id"]) in options.request.must]
    if must:
        yield at_least("what must be in", [(must, len(must))])


def _budget(options: Options, limits: Limits, amount: float) -> Constraint:
    return at_most(f"the budget of {money(amount, limits.currency)}", options.cost[options.open], amount)


def _by_unit(options: Options) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for i, position in enumerate(options.open):
        if options.row(position).get("unit"):
            groups.setdefault(options.unit(position).casefold(), []).append(i)
    return groups


def _short_units(options: Options, limits: Limits) -> tuple[str, ...]:
    if not limits.minimum_per_unit:
        return ()
    counts = {key: len(group) for key, group in _by_unit(options).items()}
    rows = [row for row in options.candidates.rows if row.get("unit")]
    units = {str(row["unit"]).casefold(): str(row["unit"]) for row in rows}
    return tuple(sorted(name for key, name in units.items() if counts.get(key, 0) < limits.minimum_per_unit))


def _infeasible(problem: Problem, limits: Limits) -> str:
    asked = join_and(c.name for c in problem.constraints)
    found = relaxations(problem)
    if not found:
        return f"No set of projects keeps to {asked}, and no single one of these is the reason; relax several."
    ways = []
    for relaxation in found:
        least = relaxation.least
        if least is None:
            ways.append(relaxation.name)
            continue
        amount = money(least, limits.currency) if "budget" in relaxation.name else number(least)
        ways.append(f"{relaxation.name} (at least {amount} is needed)")
    return f"No set of projects keeps to {asked}; relax {join_and(ways, 'or')}."


def _with_budget(
    options: Options, limits: Limits, problem: Problem, clock: _Clock, amount: float | None, what: str
) -> Selection | None:
    """The best set under another budget; None where there is none, or no time for it."""
    if limits.budget is None or amount is None:
        return None
    old = _budget(options, limits, limits.budget).name
    other = problem.without(old).also(_budget(options, limits, amount))
    return clock.within(what, partial(best, other))


def _forced(problem: Problem, found: Selection, places: Sequence[int], clock: _Clock) -> Iterator[ForcedInclusion]:
    """What the highest-scoring projects left out would push out if they had to be in."""
    if len(places) > _FORCED_OPTIONS:
        return
    held = set(found.chosen)
    outside = sorted((i for i in range(len(places)) if i not in held), key=lambda i: (-problem.values[i], i))
    for option in outside[:_FORCED]:
        with_it = problem.also(at_least("in", [([option], 1)]))
        other = clock.within("what a project left out would push out", partial(best, with_it))
        if other is None:
            continue
        yield ForcedInclusion(
            places[option],
            found.value - other.value,
            tuple(places[i] for i in found.chosen if i not in set(other.chosen)),
            tuple(places[i] for i in other.chosen if i not in held and i != option),
        )
