"""A portfolio in sentences: what is in it and how surely, what is left out and why, what more money would bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from copilot.analysis.portfolio import Selection
from copilot.language.formatting import join_and, money, number, percent, pluralize, sentence
from copilot.tools.plan_portfolio.options import Kind, names
from copilot.tools.plan_portfolio.plan import MORE_BUDGET, Forced, Plan
from copilot.tools.prioritize_projects.findings import SAFE

_KINDS: dict[Kind, tuple[str, str]] = {
    "blocked": ("does not meet a blocking governance rule", "do not meet a blocking governance rule"),
    "no cost": ("records no budget, so its cost is not known", "record no budget, so their cost is not known"),
    "no headcount": ("records no headcount", "record no headcount"),
    "not scored": (
        "is recorded on less than half of the weight of the criteria",
        "are recorded on less than half of the weight of the criteria",
    ),
    "dependency": ("needs a project that cannot be chosen", "need a project that cannot be chosen"),
    "excluded": ("is excluded as asked", "are excluded as asked"),
}
# Dependencies told one by one.
_TOLD = 3


def points(value: float) -> str:
    return number(round(value, 1))


def limits(plan: Plan) -> str:
    """A budget of 5,000,000 EUR and 20 full-time equivalents."""
    asked, texts = plan.limits, []
    if asked.budget is not None:
        texts.append(f"a budget of {money(asked.budget, asked.currency)}")
    if asked.headcount is not None:
        texts.append(f"{number(asked.headcount)} full-time equivalents")
    if asked.most_projects is not None:
        texts.append(f"a limit of {pluralize(asked.most_projects, 'project')}")
    if asked.most_high_risk is not None:
        texts.append(f"at most {pluralize(asked.most_high_risk, 'high-risk project')}")
    if asked.minimum_per_unit:
        texts.append(f"at least {pluralize(asked.minimum_per_unit, 'project')} a unit")
    return join_and(texts)


def opening(plan: Plan, scope: str) -> str:
    chosen = plan.chosen
    if not chosen:
        return f"No project of {scope} can be chosen under {limits(plan)}."
    start = "Nothing is firm here: the best set" if not safe(plan) else "The best set"
    takes = [
        f"together score {points(plan.selection.value)} points",
        f"cost {money(plan.cost, plan.limits.currency)} of budget not yet spent",
    ]
    if plan.headcount > 0:
        takes.append(f"take {number(plan.headcount)} full-time equivalents")
    return (
        f"{start} of {scope} under {limits(plan)} is {pluralize(len(chosen), 'project')}, which "
        f"{join_and(takes)}: {names(plan.options, chosen)}."
    )


def safe(plan: Plan) -> list[int]:
    return [i for i in plan.chosen if plan.share[i] >= SAFE]


def firmness(plan: Plan) -> str:
    chosen = plan.chosen
    if not chosen:
        return ""
    least = min(chosen, key=lambda i: (plan.share[i], i))
    short = plan.options.candidates.short_name
    text = (
        f"{len(safe(plan)):,} of the {len(chosen):,} are in the best set in at least {percent(SAFE)} of plausible "
        f"weights and estimates; the least sure is {short(least)} with {percent(float(plan.share[least]))}"
    )
    if outside := plan.left_out:
        nearest = max(outside, key=lambda i: (plan.share[i], -i))
        text += f", and {short(nearest)}, left out, is in it in {percent(float(plan.share[nearest]))}"
    return text + "."


def proof(plan: Plan) -> str:
    if plan.selection.gap <= 0:
        return "No other set under these limits scores more: the optimum is proved, with a gap of 0%."
    gap = number(max(0.01, round(plan.selection.gap * 100, 2)))
    return f"The search was stopped by its time limit: a better set could score up to {gap}% more."


def one(plan: Plan, position: int) -> str:
    options = plan.options
    unit = options.row(position).get("unit")
    name = options.candidates.name(position) + (f" of {unit}" if unit else "")
    text = f"{name} scores {points(float(options.score[position]))}"
    if not np.isnan(options.cost[position]):
        text += f", costs {money(float(options.cost[position]), plan.limits.currency)}"
    return f"{text} and is in the best set in {percent(float(plan.share[position]))} of draws."


def _exchange(plan: Plan, out: Sequence[int], joins: Sequence[int]) -> str:
    texts = []
    if joins:
        texts.append(f"{names(plan.options, joins)} {'comes' if len(joins) == 1 else 'come'} in")
    if out:
        texts.append(f"{names(plan.options, out)} {'goes' if len(out) == 1 else 'go'} out")
    return join_and(texts)


def changes(plan: Plan, other: Selection) -> str:
    before, after = set(plan.selection.chosen), set(other.chosen)
    return _exchange(plan, sorted(before - after), sorted(after - before))


def alternatives(plan: Plan) -> Iterator[str]:
    if not plan.others and not plan.skipped:
        yield "No other set keeps to these limits."
    for number_, other in enumerate(plan.others, 2):
        less = points(plan.selection.value - other.value)
        place = "next-best set" if number_ == 2 else f"set in place {number_}"
        lead = f"The {place} scores {points(other.value)}, {less} points less"
        yield sentence(f"{lead}: {changes(plan, other)}")


def richer(plan: Plan) -> str:
    if plan.richer is None or plan.limits.budget is None:
        return ""
    budget = money(plan.limits.budget * (1 + MORE_BUDGET), plan.limits.currency)
    gain = plan.richer.value - plan.selection.value
    lead = f"With {percent(MORE_BUDGET)} more budget, {budget},"
    if gain < 0.05:
        return f"{lead} the best set would score no more, so that money would buy nothing here."
    return sentence(f"{lead} the best set would score {points(gain)} points more: {changes(plan, plan.richer)}")


def forced(plan: Plan, tried: Forced) -> str:
    name, score = plan.options.candidates.name(tried.option), points(float(plan.options.score[tried.option]))
    if tried.loses < 0.05:
        return f"{name}, with a score of {score}, could take the place of another at no loss of score."
    return sentence(
        f"{name} is left out although it scores {score}: with it the set would score {points(tried.loses)} points "
        f"less, as {_exchange(plan, tried.out, tried.joins) or 'others would have to go'}"
    )


def why_left_out(plan: Plan, position: int) -> str:
    """In a few words, of a project that could be chosen."""
    options, asked, held = plan.options, plan.limits, plan.held
    if asked.budget is not None and options.cost[position] > asked.budget:
        return "costs more than the whole budget"
    if asked.headcount is not None and options.headcount[position] > asked.headcount:
        return "needs more people than there are"
    if missing := [b for a, b in options.needs if a == position and b not in held]:
        return f"needs {join_and(options.candidates.name(i) for i in missing)}, which is not chosen"
    risky = len(options.high_risk & held)
    if asked.most_high_risk is not None and position in options.high_risk and risky >= asked.most_high_risk:
        return "is of high risk, and the limit of these is reached"
    return "gives less score for what it takes"


def left_out(plan: Plan) -> Iterator[str]:
    """Those that cannot be chosen by reason, then those that could be and are not."""
    groups: dict[Kind, list[int]] = {}
    for position, bar in sorted(plan.options.bars.items()):
        groups.setdefault(bar.kind, []).append(position)
    for kind, (singular, plural) in _KINDS.items():
        members = sorted(groups.get(kind, ()), key=lambda i: (-plan.options.score[i], i))
        if kind == "dependency" and len(members) <= _TOLD:
            for i in members:
                yield f"{plan.options.candidates.name(i)} cannot be chosen: {plan.options.bars[i].text}."
        elif members:
            does = singular if len(members) == 1 else plural
            yield f"{pluralize(len(members), 'candidate')} {does}: {names(plan.options, members)}."
    reasons: dict[str, list[int]] = {}
    for position in plan.left_out:
        reasons.setdefault(why_left_out(plan, position), []).append(position)
    for reason, members in reasons.items():
        for_them = reason if len(members) == 1 else _plural(reason)
        yield f"{pluralize(len(members), 'project')} left out {for_them}: {names(plan.options, members)}."


def _plural(reason: str) -> str:
    verb, rest = reason.split(" ", 1)
    plural = {"costs": "each cost", "needs": "need", "is": "are", "gives": "give"}[verb]
    return f"{plural} {rest.replace('for what it takes', 'for what they take')}"


def caveats(plan: Plan) -> Iterator[str]:
    options, chosen = plan.options, plan.chosen
    if plan.skipped:
        yield f"There was no time to find {join_and(plan.skipped, 'or')}; fewer projects or limits would leave some."
    spent = [i for i in chosen if options.cost[i] == 0]
    if spent:
        have, their, they = ("has", "its", "it") if len(spent) == 1 else ("have", "their", "they")
        yield (
            f"{pluralize(len(spent), 'chosen project')} {have} spent {their} whole approved budget, so {they} "
            f"cost{'s' if len(spent) == 1 else ''} 0 here whatever finishing takes: {names(options, spent)}."
        )
    if unknown := [i for i in chosen if options.row(i).get("spend") is None and options.cost[i] > 0]:
        one = len(unknown) == 1
        record = "records no amount" if one else "record no amounts"
        yield (
            f"{pluralize(len(unknown), 'chosen project')} {record} spent, so {'its' if one else 'their'} "
            f"whole budget{'' if one else 's'} {'counts' if one else 'count'} as cost."
        )
    for i in chosen:
        if titles := options.blocked(i):
            yield sentence(
                f"{options.candidates.name(i)} is in the set although it does not meet a blocking governance "
                f"rule: {'; '.join(titles)}"
            )
    if plan.short_units:
        asked = pluralize(plan.limits.minimum_per_unit, "project")
        yield f"The minimum of {asked} a unit cannot be met in {join_and(plan.short_units)}; all it has are taken."
    if plan.limits.most_high_risk is not None:
        unclassified = sum(options.row(i).get("risk_class") is None for i in options.open)
        if unclassified:
            yield f"{pluralize(unclassified, 'candidate')} without a risk class count as not of high risk."
    if plan.limits.budget is not None and plan.headcount and plan.limits.headcount is None:
        yield "Without a limit of headcount the set may need more people than there are."


def method(plan: Plan) -> str:
    return (
        "The objective is the sum of the prioritization scores of 0 to 100, so two good small projects outweigh "
        "one large; the cost is the approved budget not yet spent. The best set is a mixed-integer optimum; "
        f"firmness rests on {plan.draws:,} seeded draws of weights and estimates, each with its best set, found by "
        "trying all sets where there are few projects and by local search where there are many."
    )


def weights(plan: Plan) -> str:
    pairs = zip(plan.options.candidates.criteria, plan.options.weights.used, strict=True)
    parts = [f"{c.label.lower()} {number(round(float(w) * 100, 1))}%" for c, w in pairs]
    return sentence(f"Weights ({plan.options.weights.source}): {join_and(parts)}")
