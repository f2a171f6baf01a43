"""The sentences of a portfolio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from copilot.language.formatting import filled, inflect, join_and, says, sentence
from copilot.tools.findings import Wording, named, quantity, texts
from copilot.tools.ranking_phrasing import RANKING
from copilot.tools.stated_otherwise import STATED_OTHERWISE
from copilot.types import Finding, Value

_REASONS = {
    "blocked": "{does/do} not meet a blocking governance rule",
    "no_cost": "{records/record} no budget, so {its/their} cost is not known",
    "no_headcount": "{records/record} no headcount",
    "not_scored": "{is/are} recorded on less than half of the weight of the criteria",
    "dependency": "{needs/need} a project that cannot be chosen",
    "hidden": "{needs/need} a project that this viewer may not see, so that something is missing here",
    "excluded": "{is/are} excluded as asked",
    "over_budget": "{costs/each cost} more than the whole budget",
    "over_headcount": "{needs/need} more people than there are",
    "partner": "{needs/need} a project that is not chosen",
    "risk_limit": "{is/are} of high risk, and the limit of these is reached",
    "outscored": "{gives/give} less score for what {it takes/they take}",
}


def why(values: Mapping[str, Value]) -> str:
    """Why a project is not in the set, with the rules or projects that keep it out: "records no headcount"."""
    reason, of = str(values["reason"]), values["of"]
    if reason in ("dependency", "partner"):
        return filled("needs {of}, which {state}", values)
    rules = f": {'; '.join(map(str, of))}" if isinstance(of, tuple) and of else ""
    return inflect(_REASONS[reason], 1) + rules


def limits(f: Finding) -> str:
    """A budget of 5,000,000 EUR and 20 full-time equivalents."""
    ways = {
        "budget": "a budget of {}",
        "most_headcount": "{}",
        "most_projects": "a limit of {}",
        "most_high_risk": "at most {}",
        "minimum_per_unit": "at least {} a unit",
    }
    return join_and(way.format(named(f, limit)) for limit, way in ways.items() if f.values[limit] is not None)


def best_set(f: Finding) -> str:
    """What the set is; when nothing of it is firm, that comes first."""
    if not f.values["names"]:
        return _says("No project can be chosen under {limits} from {candidates}{scope}")(f)
    takes = [
        "{projects:scores/together score} {score}",
        "{projects:costs/cost} {cost} of budget not yet spent",
        *(["{projects:takes/take} {headcount}"] if quantity(f, "headcount").value else []),
    ]
    return _says(
        "[safe?The|Nothing is firm here: the] best set of {candidates}{scope} under {limits} is {projects}, which "
        f"{join_and(takes)}: {{names}}"
    )(f)


def set_firmness(f: Finding) -> str:
    safe, projects = quantity(f, "safe").value, quantity(f, "projects").value
    who = "{safe:bare} of the {projects:bare} {safe:is/are}" if safe else "None of the {projects:bare} is"
    if safe == projects > 1:
        who = "All {projects:bare} are"
    return says(
        f"{who} in the best set in at least {{threshold}} of plausible weights and estimates; the least sure is "
        "{least} with {least_share}[, and {nearest}, left out, is in it in {nearest_share}]"
    )(f)


def proof(f: Finding) -> str:
    if quantity(f, "gap").value == 0:
        return says("No other set under these limits scores more: the optimum is proved, with a gap of {gap}")(f)
    return says("The search was stopped by its time limit: a better set could score up to {gap} more")(f)


def next_best(f: Finding) -> str:
    place = "next-best set" if quantity(f, "place").value == 2 else "set in place {place}"
    return _says(f"The {place} scores {{score:bare}}, {{less}} less: {{exchange}}")(f)


def more_budget(f: Finding) -> str:
    buys = "{gain} more: {exchange}"
    if f.values["gain"] is None:
        buys = "no more, so that money would buy nothing here"
    return _says(f"With {{more}} more budget, {{budget}}, the best set would score {buys}")(f)


def left_out(f: Finding) -> str:
    reason = "{projects:needs/need} {of}, which {state}" if f.values["of"] else "{reason}"
    return says(f"{{projects}} left out {reason}: {{names}}", reason=_reason)(f)


def forced_in(f: Finding) -> str:
    if f.values["less"] is None:
        return says("{name}, with a score of {score:bare}, could take the place of another at no loss of score")(f)
    exchange = _exchange(f) or "others would have to go"
    return says(
        "{name} is left out although it scores {score:bare}: with it the set would score {less} less, as {exchange}",
        exchange=lambda _: exchange,
    )(f)


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    """What one asks next: the state of the first, what is blocked, an order without limits."""
    first = next((f for f in findings if f.kind == "chosen"), None)
    if any(f.kind in ("no_criteria", "no_candidates") for f in findings):
        yield "How many projects are there, by stage?"
        return
    if first is not None:
        yield f"What is the state of {str(first.values['name']).removesuffix(f' ({first.subject})')}?"
    if any(f.kind == "ruled_out" and f.values["reason"] == "blocked" for f in findings):
        yield "Which projects are blocked by governance rules?"
    yield "Which projects should come first?"


def _exchange(f: Finding) -> str:
    """Who comes in and who goes out."""
    moves = ("{joins} {joins:comes/come} in", "{out} {out:goes/go} out")
    return join_and(filter(None, (filled(f"[{move}]", f.values) for move in moves)))


def _reason(f: Finding) -> str:
    return inflect(_REASONS[str(f.values["reason"])], quantity(f, "projects").value)


_OWN = {
    "budget": "budget", "headcount": "headcount", "most_projects": "number of projects",
    "most_high_risk": "number of high-risk projects", "minimum_per_unit": "minimum a unit",
}  # fmt: skip


def own_limits(f: Finding) -> str:
    """Which of the limits nobody asked for: they are the organisation's."""
    names = [_OWN[name] for name in texts(f, "limits")]
    return sentence(
        f"the {join_and(names)} {'is the limit' if len(names) == 1 else 'are the limits'} of the organisation, from "
        "`funding` in workspace.yaml"
    )


_ORIGINS = {
    "named": "the amount that is named",
    "limit": "the budget limit of the organisation, from `funding` in workspace.yaml",
    "candidates": "what the budgets not yet spent of the {projects} that can be chosen add up to",
}


def changed_budget(f: Finding) -> str:
    """What the budget comes of: "is half of 20,000,000 EUR, the amount that is named"."""
    return says(f"The budget of {{budget}} is {{words}} {{before}}, {_ORIGINS[str(f.values['origin'])]}")(f)


def against_before(f: Finding) -> str:
    """What falls out or comes in with the change."""
    exchange = _exchange(f)
    if not exchange:
        return says("The best set under {before} is the same")(f)
    score = "[, and the set scores {lost} less][, and the set scores {won} more]"
    return says(f"Against the best set under {{before}}, {{exchange}}{score}", exchange=lambda _: exchange)(f)


_says = partial(says, limits=limits, exchange=_exchange, reason=_reason, why=lambda f: why(f.values))

WORDING = Wording(
    {
        **STATED_OTHERWISE,
        "best_set": best_set,
        "own_limits": own_limits,
        "changed_budget": changed_budget,
        "against_before": against_before,
        "set_firmness": set_firmness,
        "chosen": says(
            "{name}[ of {unit}] scores {score:bare}[, costs {cost}] and is in the best set in {share} of plausible "
            "weights and estimates"
        ),
        "proof": proof,
        "no_other_set": says("No other set keeps to these limits"),
        "next_best": next_best,
        "more_budget": more_budget,
        "ruled_out": _says("{projects} {reason}: {names}"),
        "left_out": left_out,
        "not_in_set": _says("{name} cannot be chosen: it {why}"),
        "forced_in": forced_in,
        "blocked_in_set": _says("{name} is in the set although it {why}"),
        "not_searched": says("There was no time to find {skipped:or}; fewer projects or limits would leave some"),
        "spent_budget": says(
            "{projects} {projects:has spent its/have spent their} whole approved budget, so {projects:it costs/they "
            "cost} nothing here, whatever finishing takes: {names}"
        ),
        "unknown_spend": says(
            "{projects} {projects:records no amount/record no amounts} spent, so {projects:its whole budget "
            "counts/their whole budgets count} as cost: {names}"
        ),
        "short_units": says("The minimum of {minimum} a unit cannot be met in {units}; all it has are taken"),
        "unclassified": says("{projects} without a risk class {projects:counts/count} as not of high risk"),
        "no_headcount_limit": says("Without a limit of headcount the set may need more people than there are"),
        "hidden": says("The choice leaves out projects that this viewer may not see"),
        "trade_offs": RANKING.phrases["trade_offs"],
        "weights": RANKING.phrases["weights"],
        "objective": says(
            "The objective is the sum of the prioritization scores of {lowest} to {highest}, so two good small "
            "projects outweigh one large; the cost is the approved budget not yet spent. The best set is a "
            "mixed-integer optimum; firmness rests on {draws} of weights and estimates, each with its best set, found "
            "by trying all sets where there are few projects and by local search where there are many"
        ),
        "no_criteria": says(
            "{candidates} {candidates:stands/stand} for choice but {candidates:records/record} none of the "
            "prioritization criteria, so no set can be called better than another"
        ),
        "no_candidates": says("No project meets the conditions and stands for choice"),
    },
    follow_ups,
)
