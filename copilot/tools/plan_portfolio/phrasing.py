"""The sentences of a portfolio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from copilot.language.formatting import format_value, inflect, join_and, sentence
from copilot.tools.findings import Wording, named, quantity, texts
from copilot.tools.prioritize_projects.phrasing import WORDING as RANKING
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
        return f"needs {format_value(of)}, which {values['state']}"
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
    scope = f"{named(f, 'candidates')}{f.values['scope']}"
    if not f.values["names"]:
        return f"No project can be chosen under {limits(f)} from {scope}."
    start = "The best set" if quantity(f, "safe").value else "Nothing is firm here: the best set"
    takes = [
        f"{{scores/together score}} {named(f, 'score')}",
        f"{{costs/cost}} {named(f, 'cost')} of budget not yet spent",
    ]
    if quantity(f, "headcount").value:
        takes.append(f"{{takes/take}} {named(f, 'headcount')}")
    found = f"{start} of {scope} under {limits(f)} is {named(f, 'projects')}, which {_inflect(f, join_and(takes))}"
    return f"{found}: {named(f, 'names')}."


def set_firmness(f: Finding) -> str:
    safe, projects = quantity(f, "safe").value, named(f, "projects", bare=True)
    who = f"{named(f, 'safe', bare=True) if safe else 'None'} of the {projects} {inflect('{is/are}', safe or 1)}"
    if safe == quantity(f, "projects").value > 1:
        who = f"All {projects} are"
    text = (
        f"{who} in the best set in at least {named(f, 'threshold')} of plausible weights and estimates; the least sure "
        f"is {f.values['least']} with {named(f, 'least_share')}"
    )
    if f.values["nearest"] is not None:
        text += f", and {f.values['nearest']}, left out, is in it in {named(f, 'nearest_share')}"
    return f"{text}."


def chosen(f: Finding) -> str:
    of = f" of {f.values['unit']}" if f.values["unit"] else ""
    cost = f", costs {named(f, 'cost')}" if f.values["cost"] else ""
    return (
        f"{f.values['name']}{of} scores {named(f, 'score', bare=True)}{cost} and is in the best set in "
        f"{named(f, 'share')} of draws."
    )


def proof(f: Finding) -> str:
    if quantity(f, "gap").value == 0:
        return f"No other set under these limits scores more: the optimum is proved, with a gap of {named(f, 'gap')}."
    return f"The search was stopped by its time limit: a better set could score up to {named(f, 'gap')} more."


def next_best(f: Finding) -> str:
    place = "next-best set" if quantity(f, "place").value == 2 else f"set in place {named(f, 'place')}"
    score = named(f, "score", bare=True)
    return sentence(f"The {place} scores {score}, {named(f, 'less')} less: {_exchange(f)}")


def more_budget(f: Finding) -> str:
    lead = f"With {named(f, 'more')} more budget, {named(f, 'budget')},"
    if f.values["gain"] is None:
        return f"{lead} the best set would score no more, so that money would buy nothing here."
    return sentence(f"{lead} the best set would score {named(f, 'gain')} more: {_exchange(f)}")


def ruled_out(f: Finding) -> str:
    return f"{named(f, 'projects')} {_inflect(f, _REASONS[str(f.values['reason'])])}: {named(f, 'names')}."


def left_out(f: Finding) -> str:
    reason = _inflect(f, _REASONS[str(f.values["reason"])])
    if f.values["of"]:
        reason = f"{_inflect(f, '{needs/need}')} {named(f, 'of')}, which {f.values['state']}"
    return f"{named(f, 'projects')} left out {reason}: {named(f, 'names')}."


def not_in_set(f: Finding) -> str:
    return sentence(f"{f.values['name']} cannot be chosen: it {why(f.values)}")


def forced_in(f: Finding) -> str:
    if f.values["less"] is None:
        name, score = f.values["name"], named(f, "score", bare=True)
        return f"{name}, with a score of {score}, could take the place of another at no loss of score."
    return sentence(
        f"{f.values['name']} is left out although it scores {named(f, 'score', bare=True)}: with it the set would "
        f"score {named(f, 'less')} less, as {_exchange(f) or 'others would have to go'}"
    )


def blocked_in_set(f: Finding) -> str:
    return sentence(f"{f.values['name']} is in the set although it {why(f.values)}")


def not_searched(f: Finding) -> str:
    what = join_and(texts(f, "skipped"), "or")
    return f"There was no time to find {what}; fewer projects or limits would leave some."


def spent_budget(f: Finding) -> str:
    spent = "{has spent its/have spent their} whole approved budget, so {it costs/they cost} nothing here"
    return f"{named(f, 'projects')} {_inflect(f, spent)}, whatever finishing takes: {named(f, 'names')}."


def unknown_spend(f: Finding) -> str:
    counts = "{records no amount/record no amounts} spent, so {its whole budget counts/their whole budgets count}"
    return f"{named(f, 'projects')} {_inflect(f, counts)} as cost: {named(f, 'names')}."


def short_units(f: Finding) -> str:
    return f"The minimum of {named(f, 'minimum')} a unit cannot be met in {named(f, 'units')}; all it has are taken."


def unclassified(f: Finding) -> str:
    return f"{named(f, 'projects')} without a risk class {_inflect(f, '{counts/count}')} as not of high risk."


def objective(f: Finding) -> str:
    return (
        f"The objective is the sum of the prioritization scores of {named(f, 'lowest')} to {named(f, 'highest')}, so "
        "two good small projects outweigh one large; the cost is the approved budget not yet spent. The best set is a "
        f"mixed-integer optimum; firmness rests on {named(f, 'draws')} of weights and estimates, each with its best "
        "set, found by trying all sets where there are few projects and by local search where there are many."
    )


def no_criteria(f: Finding) -> str:
    stand = inflect("{stands/stand} for choice but {records/record}", quantity(f, "candidates").value)
    none = "none of the prioritization criteria, so no set can be called better than another"
    return f"{named(f, 'candidates')} {stand} {none}."


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


WORDING = Wording(
    {
        "best_set": best_set,
        "set_firmness": set_firmness,
        "chosen": chosen,
        "proof": proof,
        "no_other_set": lambda f: "No other set keeps to these limits.",
        "next_best": next_best,
        "more_budget": more_budget,
        "ruled_out": ruled_out,
        "left_out": left_out,
        "not_in_set": not_in_set,
        "forced_in": forced_in,
        "blocked_in_set": blocked_in_set,
        "not_searched": not_searched,
        "spent_budget": spent_budget,
        "unknown_spend": unknown_spend,
        "short_units": short_units,
        "unclassified": unclassified,
        "no_headcount_limit": lambda f: "Without a limit of headcount the set may need more people than there are.",
        "hidden": lambda f: "The choice leaves out projects that this viewer may not see.",
        "trade_offs": RANKING.phrases["trade_offs"],
        "weights": RANKING.phrases["weights"],
        "objective": objective,
        "no_criteria": no_criteria,
        "no_candidates": lambda f: "No project meets the conditions and stands for choice.",
    },
    follow_ups,
)


def _exchange(f: Finding) -> str:
    """Who comes in and who goes out."""
    moves = {"joins": "{comes/come} in", "out": "{goes/go} out"}
    return join_and(
        f"{named(f, side)} {inflect(moved, len(texts(f, side)))}" for side, moved in moves.items() if f.values[side]
    )


def _inflect(f: Finding, text: str) -> str:
    return inflect(text, quantity(f, "projects").value)
