"""The sentences of a ranking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import format_value, join_and, number, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, quoted, texts
from copilot.tools.prioritize_projects.findings import FIRM, NOT_FIRM
from copilot.tools.prioritize_projects.ranking import METHOD_NAMES
from copilot.types import Finding, Quantity

_QUADRANTS = {
    "do first": "high value at low difficulty (do first)",
    "strategic bet": "high value at high difficulty (strategic bets)",
    "fill-in": "low value at low difficulty (fill-ins)",
    "refuse": "low value at high difficulty (refuse)",
}


def leader(f: Finding) -> str:
    """Who leads and how firm that is; when nothing is firm, that comes first."""
    name, scope, method, score = f.values["name"], _scope(f), f.values["method"], _score(f, "score")
    if f.values["score"] is None:
        return f"No score by {method} is possible: each of {scope} lacks a part of it."
    if quantity(f, "candidates").value == 1:
        return f"{name} is the only candidate; it scores {score}."
    leads = f"leads {scope} by {method}, with {score},"
    plausible = f"{named(f, 'first_share')} of plausible weights and estimates{_by_weighted_sum(f)}"
    rival = f" ({f.values['rival']} in {named(f, 'rival_share')})"
    first, tied = quantity(f, "first_share").value, quantity(f, "tied")
    if tied.value > 1:
        return (
            f"Nothing is firm at the top: {number(tied.value)} of {scope} share the highest score, {score} by "
            f"{method}, and the records do not tell them apart; {name} is one of them."
        )
    if first < NOT_FIRM:
        return f"Nothing is firm at the top: {name} {leads} but is first in only {plausible}{rival}."
    if first < FIRM:
        return f"{name} {leads} and is first in {plausible}{rival}, which makes it likely but not certain."
    return f"Put {name} first: it {leads} and is first in {plausible}, so this is firm."


def reason(f: Finding) -> str:
    """Rank, score, what it is strongest and weakest on."""
    of = f" of {f.values['unit']}" if f.values["unit"] else ""
    text = f"{f.values['name']}{of} ranks {named(f, 'rank')} with {_score(f, 'score')}"
    if strong := texts(f, "strong"):
        text += f": strongest on {join_and(_cells(strong, quantities(f, 'strong_values')))}"
        if f.values["weak"] is not None:
            text += f", weakest on {f.values['weak']} {named(f, 'weak_value')}"
    if f.values["top_share"] is not None:
        text += f"; among the top {_top(f)} in {named(f, 'top_share')} of draws{_by_weighted_sum(f)}"
    return sentence(text)


def changed_order(f: Finding) -> str:
    moved = texts(f, "moved")
    if not moved:
        return f"Against the workspace's own weights the top {_top(f)} stay as they are."
    steps = zip(moved, quantities(f, "before"), quantities(f, "after"), strict=True)
    told = (
        f"{name} moves {'up' if after.value < before.value else 'down'} from {format_value(before)} to "
        f"{format_value(after)}"
        for name, before, after in steps
    )
    return sentence(f"Against the workspace's own weights, {join_and(told)}")


def flip(f: Finding) -> str:
    """What would have to change for the one behind to reach the goal."""
    goals = {
        "first_place": f"take the first place from {f.values['ahead']}",
        "top": f"come into the top {_top(f)}",
        "before": f"come before {f.values['ahead']}",
    }
    ways = []
    if "weight" in f.values:
        before, after = quantity(f, "weight_before"), quantity(f, "weight_after")
        verb = "rose" if after.value > before.value else "fell"
        ways.append(f"the weight of {f.values['weight']} {verb} from {format_value(before)} to {format_value(after)}")
    if "estimate" in f.values:
        label, of = f.values["estimate"], f.values["estimate_of"]
        whose = f"the {label} of {of}" if of else f"its {label}"
        after_text = named(f, "estimate_after")
        if f.values["estimate_before"] is None:
            ways.append(f"{whose}, missing today, were {after_text}")
        else:
            ways.append(f"{whose} were {after_text} instead of {named(f, 'estimate_before')}")
    goal = goals[str(f.values["goal"])]
    if not ways:
        return f"No single change of a weight or an estimate would let {f.values['behind']} {goal}."
    return sentence(f"{f.values['behind']} would {goal} if {join_and(ways, 'or')}")


def top_firmness(f: Finding) -> str:
    safe, top = quantity(f, "safe").value, quantity(f, "top").value
    who = f" ({named(f, 'safe_names')})" if 0 < safe < top else ""
    stay = "none stays" if safe == 0 else f"{number(safe)} {'stays' if safe == 1 else 'stay'}"
    return sentence(
        f"Of the top {_top(f)}, {stay} there in at least {named(f, 'threshold')} of plausible weights and "
        f"estimates{who}; the least sure is {f.values['least']} with {named(f, 'least_share')}"
    )


def quadrants(f: Finding) -> str:
    placed = (f"{_QUADRANTS[name]}: {named(f, name)}" for name in f.values)
    return sentence(f"In the matrix, {'; '.join(placed)}")


def weights(f: Finding) -> str:
    parts = (f"{label} {format_value(value)}" for label, value in f.values.items() if isinstance(value, Quantity))
    return sentence(f"Weights ({f.values['source']}): {join_and(parts)}")


def method(f: Finding) -> str:
    if parts := texts(f, "parts"):
        return sentence(f"{f.values['method']} takes {join_and(parts)}")
    return sentence(
        f"Firmness is the share of {named(f, 'draws')} of weights around these and of estimates within their ranges; "
        "a missing estimate is drawn from its whole scale"
    )


def comparison(f: Finding) -> str:
    return (
        f"{f.values['ahead']} comes before {f.values['behind']}: it ranks {named(f, 'rank_ahead')} with "
        f"{_score(f, 'score_ahead')} against {named(f, 'rank_behind')} with {_score(f, 'score_behind')}, and is ahead "
        f"in {named(f, 'ahead_share')} of plausible weights and estimates{_by_weighted_sum(f)}."
    )


def differences(f: Finding) -> str:
    sides = []
    for side in ("better", "worse"):
        both = zip(texts(f, side), quantities(f, f"{side}_ahead"), quantities(f, f"{side}_behind"), strict=True)
        cells = [f"{label} {format_value(one)} against {format_value(other)}" for label, one, other in both]
        if cells:
            sides.append(f"{side} on {join_and(cells)}")
    unknown = join_and(texts(f, "unknown"))
    if not sides:
        return f"They cannot be compared on {unknown}, which one of them lacks." if unknown else ""
    apart = f"; they cannot be compared on {unknown}, which one of them lacks" if unknown else ""
    return sentence(f"{f.values['ahead']} is {'; it is '.join(sides)}{apart}")


def trade_offs(f: Finding) -> str:
    """How far the trade-offs agree, and which one clashes most with the others."""
    if f.values.get("ratio") is None:
        return "The trade-offs agree with one another."
    clash = (
        f"the judgement that clashes most is that {f.values['one']} is {times(quantity(f, 'times'))} "
        f"{f.values['other']}, while the others make it {named(f, 'implied')} times"
    )
    ratio = named(f, "ratio")
    if f.role == "caveat":
        return sentence(f"the trade-offs agree well enough, with a consistency ratio of {ratio}; {clash}")
    return sentence(
        f"the trade-offs contradict one another, with a consistency ratio of {ratio} where "
        f"{named(f, 'acceptable')} is acceptable: {clash}"
    )


def times(factor: Quantity) -> str:
    return "as important as" if factor.value == 1 else f"{format_value(factor)} times as important as"


def blocked(f: Finding) -> str:
    among = f"{f.values['of']} {_top(f)}" if f.values["top"] is not None else str(f.values["of"])
    are = "is" if quantity(f, "held").value == 1 else "are"
    by = [f"{name} by {quoted(f, name)}" for name in _held(f)]
    more = [] if f.values["more"] is None else [named(f, "more")]
    return sentence(
        f"{named(f, 'held', bare=True)} of {among} {are} blocked today by governance rules that the records do not "
        f"meet: {join_and([*by, *more])}"
    )


def _held(f: Finding) -> list[str]:
    return [name for name in f.values if name not in ("held", "of", "top", "more")]


def absent_criteria(f: Finding) -> str:
    return f"No candidate records {join_and(texts(f, 'criteria'), 'or')}, so the ranking leaves that out."


def missing_estimates(f: Finding) -> str:
    lacks = "lacks" if quantity(f, "lacking").value == 1 else "lack"
    return (
        f"{named(f, 'lacking', bare=True)} of {named(f, 'candidates')} {lacks} at least one criterion, most often "
        f"{f.values['criterion']} ({named(f, 'gap', bare=True)})."
    )


def incomplete(f: Finding) -> str:
    return (
        f"{f.values['name']} has no {join_and(texts(f, 'absent'), 'or')}: its weighted sum rests on "
        f"{named(f, 'coverage')} of the weight and could lie between {named(f, 'low', bare=True)} and "
        f"{named(f, 'high', bare=True)}."
    )


def hidden(f: Finding) -> str:
    return "The ranking leaves out projects that this viewer may not see."


def no_candidates(f: Finding) -> str:
    return f"None of the {named(f, 'projects')} meets the conditions and stands for choice."


def no_criteria(f: Finding) -> str:
    labels = join_and(texts(f, "criteria"), "or")
    return f"No ranking is possible: none of the {named(f, 'candidates')} that stand for choice records {labels}."


def candidates(f: Finding) -> str:
    return f"{named(f, 'projects')} are in the records; {named(f, 'candidates', bare=True)} of them stand for choice."


def estimates_needed(f: Finding) -> str:
    return "With estimates of these criteria in the records they could be ranked."


def follow_ups(findings: Sequence[Finding]) -> Iterator[str]:
    """What one asks next: the leader's state, what blocks it, a doubled risk, the second."""
    by = {f.kind: f for f in reversed(findings)}
    if "leader" not in by:
        yield "How many projects are there, by stage?"
        return
    ranked = [str(f.values["name"]).rpartition(" (")[0] for f in findings if f.kind == "reason"]
    first = str(by["leader"].values["name"]).rpartition(" (")[0] or str(by["leader"].values["name"])
    yield f"What is the state of {first}?"
    if "blocked" in by:
        held = _held(by["blocked"])[0]
        yield f"What blocks {held.rpartition(' (')[0] or held}?"
    if "risk" in by["weights"].values and "changed_order" not in by:
        yield "What changes in the ranking if the weight of risk is doubled?"
    if len(ranked) > 1:
        yield f"Why does {first} come before {ranked[1]}?"


WORDING = Wording(
    {
        "leader": leader,
        "reason": reason,
        "changed_order": changed_order,
        "flip": flip,
        "top_firmness": top_firmness,
        "quadrants": quadrants,
        "weights": weights,
        "method": method,
        "comparison": comparison,
        "differences": differences,
        "trade_offs": trade_offs,
        "blocked": blocked,
        "absent_criteria": absent_criteria,
        "missing_estimates": missing_estimates,
        "incomplete": incomplete,
        "hidden": hidden,
        "no_candidates": no_candidates,
        "no_criteria": no_criteria,
        "candidates": candidates,
        "estimates_needed": estimates_needed,
    },
    follow_ups,
)


def _scope(f: Finding) -> str:
    return f"{named(f, 'candidates')}{f.values['scope']}"


def _top(f: Finding) -> str:
    return named(f, "top", bare=True)


def _score(f: Finding, name: str) -> str:
    return "no score" if f.values[name] is None else named(f, name)


def _by_weighted_sum(f: Finding) -> str:
    return "" if f.values.get("method") in (None, METHOD_NAMES["weighted_sum"]) else " by weighted sum"


def _cells(labels: Sequence[str], values: Sequence[Quantity]) -> list[str]:
    return [f"{label} {format_value(value)}" for label, value in zip(labels, values, strict=True)]
