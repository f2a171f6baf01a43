"""The sentences of what every tool that ranks tells of a ranking."""

from __future__ import annotations

from functools import partial

from copilot.language.formatting import format_value, join_and, says, sentence
from copilot.tools.findings import Wording, named, quantity
from copilot.tools.ranking import METHOD_NAMES
from copilot.types import Finding, Quantity


def reason(f: Finding) -> str:
    """Rank, score, what it is strongest and weakest on."""
    strong = ": strongest on <{strong} {strong_values}>[, weakest on {weak} {weak_value}]" if f.values["strong"] else ""
    firm = (
        "; among the top {top:bare} in {top_share} of plausible weights and estimates{by_weighted_sum}"
        if f.values["top_share"]
        else ""
    )
    return says_of_ranking(f"{{name}}[ of {{unit}}] ranks {{rank}} with {{its_score}}{strong}{firm}")(f)


def flip(f: Finding) -> str:
    """What would have to change for the one behind to reach the goal."""
    goal = {
        "first_place": "take the first place from {ahead}",
        "top": "come into the top {top:bare}",
        "leave_last": "leave the last {top:bare}",
        "before": "come before {ahead}",
    }[str(f.values["goal"])]
    ways = []
    if "weight" in f.values:
        verb = "rose" if quantity(f, "weight_after").value > quantity(f, "weight_before").value else "fell"
        ways.append(f"the weight of {{weight}} {verb} from {{weight_before}} to {{weight_after}}")
    if "estimate" in f.values:
        whose = "the {estimate} of {estimate_of}" if f.values["estimate_of"] else "its {estimate}"
        were = "were {estimate_after} instead of {estimate_before}"
        if f.values["estimate_before"] is None:
            were = "missing today, were {estimate_after}"
            whose += ","
        ways.append(f"{whose} {were}")
    if not ways:
        return says(f"No single change of a weight or an estimate would let {{behind}} {goal}")(f)
    return says(f"{{behind}} would {goal} if {join_and(ways, 'or')}")(f)


def weights(f: Finding) -> str:
    parts = (f"{label} {format_value(value)}" for label, value in f.values.items() if isinstance(value, Quantity))
    return sentence(f"Weights ({f.values['source']}): {join_and(parts)}")


def trade_offs(f: Finding) -> str:
    """How far the trade-offs agree, and which one clashes most with the others."""
    if f.values.get("ratio") is None:
        return "The trade-offs agree with one another."
    agree = "contradict one another more than can be accepted:"
    if f.role == "caveat":
        agree = "agree well enough, with a consistency ratio of {ratio};"
    return says(
        f"the trade-offs {agree} the judgement that clashes most is that {{one}} is {{weighs}} {{other}}, while the "
        "others make it {implied} times",
        weighs=lambda f: _times(quantity(f, "times")),
    )(f)


def _times(factor: Quantity) -> str:
    return "as important as" if factor.value == 1 else f"{format_value(factor)} times as important as"


def _score(f: Finding, name: str) -> str:
    return "no score" if f.values[name] is None else named(f, name)


says_of_ranking = partial(
    says,
    its_score=lambda f: _score(f, "score"),
    score_ahead=lambda f: _score(f, "score_ahead"),
    score_behind=lambda f: _score(f, "score_behind"),
    by_weighted_sum=lambda f: (
        "" if f.values.get("method") in (None, METHOD_NAMES["weighted_sum"]) else " by weighted sum"
    ),
)


RANKING = Wording({"reason": reason, "flip": flip, "weights": weights, "trade_offs": trade_offs})
"""What a tool that ranks may say in the words of the ranking."""
