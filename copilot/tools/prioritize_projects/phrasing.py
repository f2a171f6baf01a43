"""The sentences of a ranking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.language.formatting import filled, format_value, join_and, says, sentence
from copilot.tools.findings import Wording, named, quantities, quantity, quoted, texts
from copilot.tools.prioritize_projects.findings import FIRM, NOT_FIRM
from copilot.tools.ranking_phrasing import RANKING, says_of_ranking
from copilot.tools.stated_otherwise import STATED_OTHERWISE
from copilot.types import Finding

_QUADRANTS = {
    "do first": "high value at low difficulty (do first)",
    "strategic bet": "high value at high difficulty (strategic bets)",
    "fill-in": "low value at low difficulty (fill-ins)",
    "refuse": "low value at high difficulty (refuse)",
}


def leader(f: Finding) -> str:
    """Who leads and how firm that is; when nothing is firm, that comes first."""
    if f.values["score"] is None:
        return says("No score by {method} is possible: each of {candidates}{scope} lacks a part of it")(f)
    if quantity(f, "candidates").value == 1:
        return says("{name} is the only candidate; it scores {score}")(f)
    leads = "leads {candidates}{scope} by {method}, with {score},"
    plausible = "{first_share} of plausible weights and estimates{by_weighted_sum}"
    rival, first = " ({rival} in {rival_share})", quantity(f, "first_share").value
    if quantity(f, "tied").value > 1:
        template = (
            "Nothing is firm at the top: {tied:bare} of {candidates}{scope} share the highest score, {score} by "
            "{method}, and the records do not tell them apart; {name} is one of them"
        )
    elif first < NOT_FIRM:
        template = f"Nothing is firm at the top: {{name}} {leads} but is first in only {plausible}{rival}"
    elif first < FIRM:
        template = f"{{name}} {leads} and is first in {plausible}{rival}, which makes it likely but not certain"
    else:
        template = f"Put {{name}} first: it {leads} and is first in {plausible}, so this is firm"
    return says_of_ranking(template)(f)


def last(f: Finding) -> str:
    """Who comes last, and how often they stay there."""
    names, scores, shares = texts(f, "names"), quantities(f, "scores"), quantities(f, "shares")
    pairs = zip(names, scores, strict=True) if scores else ()
    told = [f"{name} with {format_value(score)}" for name, score in pairs] or names
    is_one = len(names) == 1
    text = f"Of {named(f, 'candidates')}{f.values['scope']}, {join_and(told)} {'comes' if is_one else 'come'} last"
    if shares:
        stay = "it stays there" if is_one else f"they stay among the last {named(f, 'told', bare=True)}"
        text += f"; {stay} in {join_and(map(format_value, shares))} of plausible weights and estimates"
    return sentence(text)


def changed_order(f: Finding) -> str:
    moved = texts(f, "moved")
    if not moved:
        return says("Against the workspace's own weights the top {top:bare} stay as they are")(f)
    steps = zip(moved, quantities(f, "before"), quantities(f, "after"), strict=True)
    told = (
        f"{name} moves {'up' if after.value < before.value else 'down'} from {format_value(before)} to "
        f"{format_value(after)}"
        for name, before, after in steps
    )
    return sentence(f"Against the workspace's own weights, {join_and(told)}")


def top_firmness(f: Finding) -> str:
    safe, top = quantity(f, "safe").value, quantity(f, "top").value
    who = " ({safe_names})" if 0 < safe < top else ""
    return says(
        "Of the top {top:bare}, [safe?{safe:bare} {safe:stays/stay}|none stays] there in at least {threshold} of "
        f"plausible weights and estimates{who}; the least sure is {{least}} with {{least_share}}"
    )(f)


def quadrants(f: Finding) -> str:
    placed = (f"{_QUADRANTS[name]}: {named(f, name)}" for name in f.values)
    return sentence(f"In the matrix, {'; '.join(placed)}")


def method(f: Finding) -> str:
    if f.values["parts"]:
        return says("{method} takes {parts}")(f)
    return says(
        "Firmness is the share of {draws} of weights around these and of estimates within their ranges; a missing "
        "estimate is drawn from its whole scale"
    )(f)


def differences(f: Finding) -> str:
    sides = [
        f"{side} on <{{{side}}} {{{side}_ahead}} against {{{side}_behind}}>"
        for side in ("better", "worse")
        if f.values[side]
    ]
    apart = "they cannot be compared on {unknown}, which one of them lacks"
    if not sides:
        return says(apart)(f) if f.values["unknown"] else ""
    return says(f"{{ahead}} is {'; it is '.join(sides)}[; {apart}]")(f)


def _blocked_by(f: Finding) -> str:
    by = [f"{name} by {quoted(f, name)}" for name in _held(f)]
    return join_and([*by, *([] if f.values["more"] is None else [named(f, "more")])])


def _held(f: Finding) -> list[str]:
    return [name for name in f.values if name not in ("held", "of", "top", "more")]


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


def at_stake(f: Finding) -> str:
    """ "Together they expect 3 million a year and have spent 2 of 5 million", of what the records hold of it."""
    parts = (
        ("expected_benefit", "{projects:expects/expect} {expected_benefit} a year"),
        ("spend", "{projects:has/have} spent {spend}[ of a budget of {budget}]"),
        ("budget", "{projects:has/have} a budget of {budget}"),
    )
    is_with_spend = f.values["spend"] is not None
    told = [t for name, t in parts if f.values[name] is not None and not (name == "budget" and is_with_spend)]
    return sentence(filled("{projects:It/Together they} " + join_and(told), f.values))


WORDING = Wording(
    {
        **STATED_OTHERWISE,
        **RANKING.phrases,
        "leader": leader,
        "last": last,
        "at_stake": at_stake,
        "changed_order": changed_order,
        "top_firmness": top_firmness,
        "quadrants": quadrants,
        "method": method,
        "comparison": says_of_ranking(
            "{ahead} comes before {behind}: it ranks {rank_ahead} with {score_ahead} against {rank_behind} with "
            "{score_behind}, and is ahead in {ahead_share} of plausible weights and estimates{by_weighted_sum}"
        ),
        "differences": differences,
        "blocked": says(
            "{held:bare} of {of}[ {top:bare}] {held:is/are} blocked today by governance rules that the records do not "
            "meet: {blocked_by}",
            blocked_by=_blocked_by,
        ),
        "absent_criteria": says("No candidate records {criteria:or}, so the ranking leaves that out"),
        "missing_estimates": says(
            "{lacking:bare} of {candidates} {lacking:lacks/lack} at least one criterion, most often {criterion} "
            "({gap:bare})"
        ),
        "incomplete": says(
            "{name} has no {absent:or}: its weighted sum rests on {coverage} of the weight and could lie between "
            "{low:bare} and {high:bare}"
        ),
        "hidden": says("The ranking leaves out projects that this viewer may not see"),
        "no_candidates": says("None of the {projects} [{conditions} and ]stands for choice"),
        "no_criteria": says(
            "No ranking is possible: none of the {candidates} that stand for choice records {criteria:or}"
        ),
        "candidates": says("{projects} are in the records; {candidates:bare} of them stand for choice"),
        "estimates_needed": says("With estimates of these criteria in the records they could be ranked"),
    },
    follow_ups,
)
