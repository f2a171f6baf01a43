"""A ranking in sentences: who leads and how firmly, why, what would flip it, what is missing."""

from __future__ import annotations

from collections import Counter

import numpy as np

from copilot.analysis.flips import EstimateChange
from copilot.analysis.scoring import to_raw
from copilot.language.formatting import humanize, join_and, join_first, number, percent, pluralize, sentence
from copilot.tools.prioritize_projects.ranking import METHOD_NAMES, Flip, Ranking, ranks_with_workspace_weights
from copilot.workspace import Criterion

# First in fewer plausible draws than this, and the top is not firm; in more than that, it is.
NOT_FIRM = 0.4
FIRM = 0.7
# Among the top in at least this share of draws counts as safely there.
SAFE = 0.8
_MOVES = 4


def score(found: Ranking, position: int) -> str:
    value = float(found.score[position])
    if np.isnan(value):
        return "no score"
    return f"{number(round(value, 1))} of 100" if found.is_of_100 else number(round(value, 2))


def opening(found: Ranking) -> str:
    """Who leads and how firm that is; when nothing is firm, that comes first."""
    leader = found.leaders[0]
    name, first = found.candidates.name(leader), float(found.firmness.first[leader])
    if np.isnan(found.score[leader]):
        return f"No score by {METHOD_NAMES[found.method]} is possible: each of {_scope(found)} lacks a part of it."
    if len(found.order) == 1:
        return f"{name} is the only candidate; it scores {score(found, leader)}."
    leads = f"leads {_scope(found)} by {METHOD_NAMES[found.method]}, with {score(found, leader)},"
    plausible = f"{percent(first)} of plausible weights and estimates{_by_weighted_sum(found)}"
    rival = _rival(found, leader)
    if found.tied_first > 1:
        return (
            f"Nothing is firm at the top: {found.tied_first:,} of {_scope(found)} share the highest score, "
            f"{score(found, leader)} by {METHOD_NAMES[found.method]}, and the records do not tell them "
            f"apart; {name} is one of them."
        )
    if first < NOT_FIRM:
        return f"Nothing is firm at the top: {name} {leads} but is first in only {plausible}{rival}."
    if first < FIRM:
        return f"{name} {leads} and is first in {plausible}{rival}, which makes it likely but not certain."
    return f"Put {name} first: it {leads} and is first in {plausible}, so this is firm."


def _by_weighted_sum(found: Ranking) -> str:
    return "" if found.method == "weighted_sum" else " by weighted sum"


def _rival(found: Ranking, leader: int) -> str:
    """Which other candidate is first most often."""
    others = np.delete(np.arange(len(found.order)), leader)
    rival = int(others[np.argmax(found.firmness.first[others])])
    return f" ({found.candidates.short_name(rival)} in {percent(float(found.firmness.first[rival]))})"


def line_firmness(found: Ranking) -> str:
    """How many of the top stay there."""
    if len(found.order) <= found.top or found.top < 2:
        return ""
    shares = {i: float(found.firmness.top[i]) for i in found.leaders}
    safe = [i for i in found.leaders if shares[i] >= SAFE]
    least = min(found.leaders, key=lambda i: shares[i])
    names, weakest = (
        join_first((found.candidates.short_name(i) for i in safe), rest=""),
        found.candidates.short_name(least),
    )
    who = f" ({names})" if 0 < len(safe) < found.top else ""
    how_many = {0: "none stays", 1: "1 stays"}.get(len(safe), f"{len(safe)} stay")
    return sentence(
        f"Of the top {found.top}, {how_many} there in at least {percent(SAFE)} of plausible weights and "
        f"estimates{who}; the least sure is {weakest} with {percent(shares[least])}"
    )


def why(found: Ranking, position: int) -> str:
    """Rank, score, the two strongest contributions and the weakest, with their values."""
    unit = found.candidates.rows[position].get("unit")
    name = found.candidates.name(position) + (f" of {unit}" if unit else "")
    text = f"{name} ranks {int(found.places[position])} with {score(found, position)}"
    if reasons := _reasons(found, position):
        text += f": {reasons}"
    if len(found.order) > found.top:
        share = percent(float(found.firmness.top[position]))
        text += f"; among the top {found.top} in {share} of draws{_by_weighted_sum(found)}"
    return sentence(text)


def _reasons(found: Ranking, position: int) -> str:
    values = found.candidates.estimates.likely[position]
    known = [j for j in range(len(values)) if not np.isnan(values[j]) and found.weights.used[j] > 0]
    if not known:
        return ""
    gains = sorted(known, key=lambda j: -found.scores.contributions[position, j])
    lost = max(known, key=lambda j: found.weights.used[j] * (1 - values[j]))
    best = [j for j in gains if j != lost][:2] or gains[:1]
    strong = f"strongest on {join_and(cell(found, position, j) for j in best)}"
    return strong if lost in best else f"{strong}, weakest on {cell(found, position, lost)}"


def cell(found: Ranking, position: int, criterion: int) -> str:
    """A criterion with its value as recorded."""
    c = found.candidates.criteria[criterion]
    value = found.candidates.raw[position, criterion]
    if np.isnan(value):
        value = to_raw(c, float(found.candidates.estimates.likely[position, criterion]))
    return f"{c.label.lower()} {_value(c, float(value))}"


def _value(criterion: Criterion, value: float, decimals: int = 1) -> str:
    text = number(round(value, decimals))
    return f"{text} months" if criterion.column == "time_to_value" else text


def flip(found: Ranking, change: Flip, goal: str) -> str:
    """What would have to change for the one behind to reach a goal, such as "come into the top 5"."""
    ways = []
    if change.weight is not None:
        label = found.candidates.criteria[change.weight.criterion].label.lower()
        before, after = change.weight.share_before, change.weight.share_after
        verb = "rose" if after > before else "fell"
        ways.append(f"the weight of {label} {verb} from {_fine(before)} to {_fine(after)}")
    if change.estimate is not None:
        ways.append(_estimate(found, change.estimate, change.behind))
    behind = found.candidates.short_name(change.behind)
    if not ways:
        return f"No single change of a weight or an estimate would let {behind} {goal}."
    return sentence(f"{behind} would {goal} if {join_and(ways, 'or')}")


def _fine(share: float) -> str:
    return f"{number(round(share * 100, 1))}%"


def _estimate(found: Ranking, change: EstimateChange, behind: int) -> str:
    criterion = found.candidates.criteria[change.criterion]
    label = criterion.label.lower()
    name = found.candidates.short_name(change.option)
    whose = f"its {label}" if change.option == behind else f"the {label} of {name}"
    after = _value(criterion, to_raw(criterion, change.after), 2)
    if np.isnan(change.before):
        return f"{whose}, missing today, were {after}"
    return f"{whose} were {after} instead of {_value(criterion, to_raw(criterion, change.before), 2)}"


def weights(found: Ranking) -> str:
    pairs = zip(found.candidates.criteria, found.weights.used, strict=True)
    parts = [f"{c.label.lower()} {_fine(float(w))}" for c, w in pairs]
    return sentence(f"Weights ({found.weights.source}): {join_and(parts)}")


def moves(found: Ranking) -> str:
    """Who moves, against the workspace's own weights."""
    if not found.weights.is_changed or found.method != "weighted_sum":
        return ""
    before = ranks_with_workspace_weights(found)
    concerned = [*found.leaders, *(int(i) for i in np.argsort(before)[: found.top])]
    moved = [i for i in dict.fromkeys(concerned) if before[i] != found.places[i]]
    if not moved:
        return f"Against the workspace's own weights the top {found.top} stay as they are."
    moved = sorted(moved, key=lambda i: -abs(int(before[i]) - int(found.places[i])))[:_MOVES]
    texts = [
        f"{found.candidates.short_name(i)} moves {'up' if found.places[i] < before[i] else 'down'} "
        f"from {int(before[i])} to {int(found.places[i])}"
        for i in sorted(moved, key=lambda i: int(found.places[i]))
    ]
    return sentence(f"Against the workspace's own weights, {join_and(texts)}")


def missing(found: Ranking) -> list[str]:
    """What is not recorded, and how much it could matter to the top."""
    candidates, known = found.candidates, found.candidates.estimates.known
    lacking = [int(i) for i in np.flatnonzero(~known.all(axis=1))]
    texts = []
    if candidates.absent:
        labels = join_and((c.label.lower() for c in candidates.absent), "or")
        texts.append(f"No candidate records {labels}, so the ranking leaves that out.")
    if lacking:
        gaps = Counter({c.label.lower(): int((~known[:, j]).sum()) for j, c in enumerate(candidates.criteria)})
        most, count = gaps.most_common(1)[0]
        lack = "lacks" if len(lacking) == 1 else "lack"
        texts.append(
            f"{len(lacking)} of {pluralize(len(known), 'candidate')} {lack} "
            f"at least one criterion, most often {most} ({count})."
        )
    return [*texts, *(_incomplete(found, i) for i in found.leaders if i in lacking)]


def _incomplete(found: Ranking, position: int) -> str:
    """How far what is missing could move the score of one of the top."""
    known = found.candidates.estimates.known[position]
    absent = [c.label.lower() for c, is_known in zip(found.candidates.criteria, known, strict=True) if not is_known]
    low, high = (number(round(float(s[position]) * 100, 1)) for s in (found.scores.low, found.scores.high))
    return (
        f"{found.candidates.short_name(position)} has no {join_and(absent, 'or')}: its weighted sum rests on "
        f"{percent(float(found.scores.coverage[position]))} of the weight and could lie "
        f"between {low} and {high}."
    )


def quadrants(found: Ranking) -> str:
    """Where the top lies in the value/difficulty matrix."""
    by: dict[str, list[str]] = {}
    for position in found.leaders:
        by.setdefault(found.quadrant(position), []).append(found.candidates.short_name(position))
    placed = {name: members for name, members in by.items() if name != "not placed"}
    if not placed:
        return ""
    meanings = {
        "do first": "high value at low difficulty (do first)",
        "strategic bet": "high value at high difficulty (strategic bets)",
        "fill-in": "low value at low difficulty (fill-ins)",
        "refuse": "low value at high difficulty (refuse)",
    }
    return sentence(
        "In the matrix, " + "; ".join(f"{meanings[n]}: {join_first(m, rest='')}" for n, m in placed.items())
    )


def comparison(found: Ranking, one: int, other: int, wins: float) -> list[str]:
    """Two projects side by side: who is ahead, on what, and how firmly."""
    ahead, behind = (one, other) if found.places[one] < found.places[other] else (other, one)
    share = percent(wins if ahead == one else 1 - wins)
    candidates = found.candidates
    texts = [
        f"{candidates.name(ahead)} comes before {candidates.name(behind)}: it ranks "
        f"{int(found.places[ahead])} with {score(found, ahead)} against {int(found.places[behind])} with "
        f"{score(found, behind)}, and is ahead in {share} of plausible weights and "
        f"estimates{_by_weighted_sum(found)}."
    ]
    better, worse, unknown = _differences(found, ahead, behind)
    said = [f"better on {join_and(better)}" if better else "", f"worse on {join_and(worse)}" if worse else ""]
    if better or worse:
        texts.append(sentence(f"{candidates.short_name(ahead)} is {'; it is '.join(s for s in said if s)}"))
    if unknown:
        texts.append(sentence(f"They cannot be compared on {join_and(unknown)}, which one of them lacks"))
    return texts


def _differences(found: Ranking, ahead: int, behind: int) -> tuple[list[str], list[str], list[str]]:
    better: list[str] = []
    worse: list[str] = []
    unknown: list[str] = []
    values = found.candidates.estimates.likely
    for j, criterion in enumerate(found.candidates.criteria):
        a, b = values[ahead, j], values[behind, j]
        label = criterion.label.lower()
        if np.isnan(a) or np.isnan(b):
            unknown.append(label)
        elif abs(a - b) > 1e-9:
            other = cell(found, behind, j).removeprefix(f"{label} ")
            (better if a > b else worse).append(f"{cell(found, ahead, j)} against {other}")
    return better, worse, unknown


def unranked(candidates: int, criteria: list[Criterion]) -> str:
    labels = join_and((c.label.lower() for c in criteria), "or")
    stand = pluralize(candidates, "project")
    return f"No ranking is possible: none of the {stand} that stand for choice records {labels}."


def method(found: Ranking) -> str:
    draws = f"{found.firmness.draws:,} draws of weights around these and of estimates within their ranges"
    if found.parts:
        return sentence(f"{METHOD_NAMES[found.method]} takes {join_and(humanize(p) for p in found.parts)}")
    return sentence(f"Firmness is the share of {draws}; a missing estimate is drawn from its whole scale")


def _scope(found: Ranking) -> str:
    return f"{pluralize(len(found.order), 'project')}{found.scope}"
