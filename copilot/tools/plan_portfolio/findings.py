"""What a portfolio shows, as findings: the set and how firm it is, the alternatives, what is left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from copilot.analysis.portfolio import Selection
from copilot.tools.findings import Reading, amount, count, listed, share
from copilot.tools.plan_portfolio.budget import ChangedBudget
from copilot.tools.plan_portfolio.options import Reason
from copilot.tools.plan_portfolio.plan import MORE_BUDGET, ForcedInclusion, Limits, Plan
from copilot.tools.ranking_calculations import weights_table
from copilot.tools.ranking_findings import SAFE
from copilot.types import Calculation, Finding, Quantity, Table, Value

# Dependencies told one by one.
_TOLD = 3
# Points nearer than this are the same score.
_SAME = 0.05
_ROWS_IN_CALCULATION = 50


def best_set(found: Plan, scope: str, reading: Reading) -> Finding:
    """The chosen projects with what they score and take; without names where none can be chosen."""
    chosen = found.chosen
    return Finding(
        kind="best_set",
        role="headline",
        values={
            "candidates": count(len(found.options.candidates.rows), "project"),
            "scope": scope,
            **limits(found.limits),
            "projects": count(len(chosen), "project"),
            "score": _points(found.selection.value),
            "cost": money(found, found.cost),
            "headcount": amount(found.headcount, "full-time equivalent", 2, "recorded"),
            "safe": count(len(_safe(found)), "project"),
            "names": listed([found.options.candidates.name(i) for i in chosen]),
        },
        figures=("projects", "score", "cost") if chosen else ("projects",),
        evidence=tuple(_row(found, reading, i) for i in chosen[:6]),
    )


def limits(asked: Limits) -> dict[str, Value]:
    """What the set must keep to; None where nothing is asked for."""

    def limit(value: float | None, unit: str) -> Quantity | None:
        return None if value is None else amount(value, unit, 2, "assumed")

    return {
        "budget": limit(asked.budget, asked.currency),
        "most_headcount": limit(asked.headcount, "full-time equivalent"),
        "most_projects": limit(asked.most_projects, "project"),
        "most_high_risk": limit(asked.most_high_risk, "high-risk project"),
        "minimum_per_unit": limit(asked.minimum_per_unit or None, "project"),
    }


def changed_budget(changed: ChangedBudget) -> Finding:
    """What the budget comes of: "half of 20,000,000 EUR"."""
    is_more = changed.share > 1
    return Finding(
        kind="changed_budget",
        role="headline",
        values={
            "budget": amount(changed.amount, changed.currency, 2),
            "change": None if changed.share == 1 else share(changed.share - is_more, 1),
            "added": amount(abs(changed.added), changed.currency, 2, "assumed") if changed.added else None,
            "words": changed.words,
            "before": amount(changed.before, changed.currency, 2, "assumed"),
            "origin": changed.origin,
            "projects": count(len(changed.costs), "project"),
        },
        figures=("budget",),
        calculation=changed.calculation,
    )


def against_before(found: Plan) -> Finding | None:
    """What the change of the budget takes out of the best set and brings into it; None where it does not change."""
    if found.with_budget_before is None or found.limits.before is None:
        return None
    before, now, name = frozenset(found.with_budget_before.chosen), found.held, found.options.candidates.name
    gain = found.selection.value - found.with_budget_before.value
    return Finding(
        kind="against_before",
        role="headline",
        values={
            "before": money(found, found.limits.before),
            "lost": _points(-gain) if gain <= -_SAME else None,
            "won": _points(gain) if gain >= _SAME else None,
            "joins": listed([name(i) for i in sorted(now - before)]),
            "out": listed([name(i) for i in sorted(before - now)]),
        },
    )


def set_firmness(found: Plan) -> Finding | None:
    """How many of the set stay in it under other weights and estimates; None where nothing is chosen."""
    if not found.chosen:
        return None
    least = min(found.chosen, key=lambda i: (found.share[i], i))
    nearest = max(found.left_out, key=lambda i: (found.share[i], -i), default=None)
    short = found.options.candidates.short_name
    return Finding(
        kind="set_firmness",
        role="headline",
        values={
            "safe": count(len(_safe(found)), "project"),
            "projects": count(len(found.chosen), "project"),
            "threshold": share(SAFE),
            "least": short(least),
            "least_share": share(found.share[least]),
            "nearest": None if nearest is None else short(nearest),
            "nearest_share": None if nearest is None else share(found.share[nearest]),
        },
    )


def chosen(found: Plan, reading: Reading, position: int) -> Finding:
    options = found.options
    unit, cost = options.row(position).get("unit"), float(options.cost[position])
    return Finding(
        kind="chosen",
        subject=options.candidates.ids[position],
        role="headline",
        values={
            "name": options.candidates.name(position),
            "unit": str(unit) if unit else None,
            "score": _points(options.score[position]),
            "cost": None if np.isnan(cost) else money(found, cost),
            "share": share(found.share[position]),
        },
        evidence=(_row(found, reading, position),),
    )


def proof(found: Plan) -> Finding:
    """How much better another set could be; nothing where the optimum is proved."""
    gap = found.selection.gap
    return Finding(kind="proof", values={"gap": share(max(0.0001, gap) if gap > 0 else 0.0, 2)})


def alternatives(found: Plan) -> Iterator[Finding]:
    """The sets that come next."""
    if not found.others and not found.skipped:
        yield Finding(kind="no_other_set")
    for place, other in enumerate(found.others, 2):
        yield Finding(
            kind="next_best",
            values={
                "place": amount(place, "rank"),
                "score": _points(other.value),
                "less": _points(found.selection.value - other.value),
                **_exchange(found, other),
            },
        )


def more_budget(found: Plan) -> Finding | None:
    """What a tenth more budget would bring; None where that was not found, or there is no budget."""
    if found.with_more_budget is None or found.limits.budget is None:
        return None
    gain = found.with_more_budget.value - found.selection.value
    return Finding(
        kind="more_budget",
        values={
            "more": share(MORE_BUDGET),
            "budget": money(found, found.limits.budget * (1 + MORE_BUDGET)),
            "gain": None if gain < _SAME else _points(gain),
            **_exchange(found, found.with_more_budget),
        },
    )


def left_out(found: Plan) -> Iterator[Finding]:
    """Those that cannot be chosen by reason, then those that could be and are not."""
    barred: dict[str, list[int]] = {}
    for position in sorted(found.options.bars, key=lambda i: (-found.options.score[i], i)):
        barred.setdefault(found.options.bars[position].kind, []).append(position)
    for kind in ("blocked", "no_cost", "no_headcount", "not_scored", "dependency", "hidden", "excluded"):
        members = barred.get(kind, [])
        if kind == "dependency" and len(members) <= _TOLD:
            yield from (not_in_set(found, i) for i in members)
        elif members:
            yield _group(found, "ruled_out", Reason(kind), members)
    outscored: dict[Reason, list[int]] = {}
    for position in found.left_out:
        outscored.setdefault(found.reason(position), []).append(position)
    yield from (_group(found, "left_out", reason, members) for reason, members in outscored.items())


def _group(found: Plan, kind: str, reason: Reason, members: Sequence[int]) -> Finding:
    return Finding(
        kind=kind,
        values={
            "projects": count(len(members), "candidate" if kind == "ruled_out" else "project"),
            **reason_values(reason),
            "names": listed([found.options.candidates.name(i) for i in members]),
        },
    )


def not_in_set(found: Plan, position: int) -> Finding:
    """Why one candidate is not in the set."""
    return Finding(
        kind="not_in_set",
        subject=found.options.candidates.ids[position],
        values={"name": found.options.candidates.name(position), **reason_values(found.reason(position))},
    )


def reason_values(reason: Reason) -> dict[str, Value]:
    return {"reason": reason.kind, "of": reason.of, "state": reason.state}


def forced(found: Plan, reading: Reading, tried: ForcedInclusion) -> Finding:
    """What a project that is left out would push out if it had to be in."""
    options = found.options
    name = options.candidates.name
    return Finding(
        kind="forced_in",
        subject=options.candidates.ids[tried.option],
        values={
            "name": name(tried.option),
            "score": _points(options.score[tried.option]),
            "less": None if tried.loses < _SAME else _points(tried.loses),
            "joins": listed([name(i) for i in tried.joins]),
            "out": listed([name(i) for i in tried.out]),
        },
        evidence=(_row(found, reading, tried.option),),
    )


def caveats(found: Plan) -> Iterator[Finding]:
    for i in found.chosen:
        if titles := found.options.blocked(i):
            yield Finding(
                kind="blocked_in_set",
                subject=found.options.candidates.ids[i],
                role="caveat",
                values={"name": found.options.candidates.name(i), **reason_values(Reason("blocked", tuple(titles)))},
            )
    yield from (Finding(kind=kind, role="caveat", values=values) for kind, values in _caveats(found))


def _caveats(found: Plan) -> Iterator[tuple[str, dict[str, Value]]]:
    options, asked = found.options, found.limits
    if found.skipped:
        yield "not_searched", {"skipped": found.skipped}
    if spent := [i for i in found.chosen if options.cost[i] == 0]:
        yield "spent_budget", _members(found, spent)
    if unknown := [i for i in found.chosen if options.row(i).get("spend") is None and options.cost[i] > 0]:
        yield "unknown_spend", _members(found, unknown)
    if found.short_units:
        yield "short_units", {"minimum": count(asked.minimum_per_unit, "project"), "units": found.short_units}
    if asked.most_high_risk is not None:
        unclassified = sum(options.row(i).get("risk_class") is None for i in options.open)
        if unclassified:
            yield "unclassified", {"projects": count(unclassified, "candidate")}
    if asked.budget is not None and found.headcount and asked.headcount is None:
        yield "no_headcount_limit", {}


def _members(found: Plan, positions: Sequence[int]) -> dict[str, Value]:
    names = listed([found.options.candidates.name(i) for i in positions])
    return {"projects": count(len(positions), "chosen project"), "names": names}


def objective(found: Plan) -> Finding:
    """What is maximised, and what the firmness rests on."""
    return Finding(
        kind="objective",
        role="method",
        values={"lowest": amount(0), "highest": amount(100), "draws": count(found.draws, "seeded draw")},
    )


def whole_calculation(found: Plan) -> Calculation:
    """Weights, and score, cost and firmness of the candidates, those chosen first."""
    options = found.options
    shown = [*found.chosen, *found.outside]
    return Calculation(
        method=f"mixed-integer optimum; firmness over {found.draws:,} draws of weights and estimates, seed 0",
        formula="maximise Σ score of the chosen, each from 0 to 100, where Σ (budget - spend), Σ headcount and counts "
        "keep to the limits",
        query=f"{len(options.open):,} of {len(options.candidates.rows):,} candidates can be chosen",
        inputs=(
            weights_table(options.candidates, options.weights),
            Table(
                title="Candidates",
                columns=("Project", "Chosen", "Score", "Cost", "Headcount", "In the best set in"),
                rows=tuple(
                    (
                        options.candidates.name(i),
                        i in found.held,
                        *(None if np.isnan(v) else round(float(v), 2) for v in _measures(found, i)),
                        round(float(found.share[i]), 4),
                    )
                    for i in shown[:_ROWS_IN_CALCULATION]
                ),
            ),
        ),
    )


def _measures(found: Plan, position: int) -> Iterable[float]:
    options = found.options
    return options.scores.score[position] * 100, options.cost[position], options.headcount[position]


def money(found: Plan, value: float) -> Quantity:
    return amount(value, found.limits.currency, 2)


def _points(value: float) -> Quantity:
    return amount(value, "point", 1)


def _safe(found: Plan) -> list[int]:
    return [i for i in found.chosen if found.share[i] >= SAFE]


def _exchange(found: Plan, other: Selection) -> dict[str, Value]:
    """Who comes in and who goes out, against the best set."""
    before, after, name = found.held, frozenset(other.chosen), found.options.candidates.name
    return {
        "joins": listed([name(i) for i in sorted(after - before)]),
        "out": listed([name(i) for i in sorted(before - after)]),
    }


def _row(found: Plan, reading: Reading, position: int) -> str:
    return reading.row("projects", found.options.row(position))
