"""What a ranking shows, as findings: who leads and how firmly, why, what would flip it, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from copilot.analysis.acceptability import drawn_scores
from copilot.language.formatting import NAMED
from copilot.tools.findings import Reading, amount, count, known, listed, share
from copilot.tools.ranking import (
    METHOD_NAMES,
    Ranking,
    flip,
    flip_line,
    ranks_with_workspace_weights,
    wins_against,
)
from copilot.tools.ranking_findings import (
    SAFE,
    estimate_of,
    flip_finding,
    label_of,
    reason,
    row_of,
    scope_of,
    score_of,
    weights,
)
from copilot.types import Calculation, Finding, Role, Table, Value

# First in fewer plausible draws than this, and the top is not firm; in more than that, it is.
NOT_FIRM = 0.4
FIRM = 0.7
_MOVES = 4
_ROWS_CITED = 3
# Titles of rules are sentences of their own; of more than these the first are told.
TITLES = 2


def leader(found: Ranking, reading: Reading, role: Role) -> Finding:
    """Who comes first, by how much, and how often that survives other weights and estimates."""
    first = found.leaders[0]
    others = np.delete(np.arange(len(found.order)), first)
    rival = int(others[np.argmax(found.firmness.first[others])]) if len(others) else None
    return Finding(
        kind="leader",
        subject=found.candidates.ids[first],
        role=role,
        values={
            **scope_of(found),
            "name": found.candidates.name(first),
            "score": score_of(found, first),
            "first_share": share(found.firmness.first[first]),
            "rival": None if rival is None else found.candidates.short_name(rival),
            "rival_share": None if rival is None else share(found.firmness.first[rival]),
            "tied": count(found.tied_first, "project"),
        },
        figures=("first_share",),
        evidence=(row_of(found, reading, first),),
    )


def from_the_end(found: Ranking, reading: Reading, most: int, draws: int) -> Iterator[Finding]:
    """Who comes last, the weakest first, how firm that is, and what they are to bring and have cost."""
    last = [int(i) for i in found.order[::-1][:most]]
    drawn = drawn_scores(found.candidates.estimates, found.weights.used, draws)
    behind = np.argpartition(drawn, most - 1, axis=1)[:, :most] if most < len(found.order) else None
    shares = () if behind is None else tuple(share(float((behind == i).any(axis=1).mean())) for i in last)
    scores = tuple(score for i in last if (score := score_of(found, i)) is not None)
    yield Finding(
        kind="last",
        subject=found.candidates.ids[last[0]],
        role="headline",
        values={
            **scope_of(found),
            "names": tuple(found.candidates.name(i) for i in last),
            "scores": scores if len(scores) == len(last) else (),
            "shares": shares,
            "told": count(most, "project"),
        },
        figures=("scores",),
        evidence=tuple(row_of(found, reading, i) for i in last[:_ROWS_CITED]),
    )
    yield from known(_at_stake(found, reading, last))
    for i in last:
        told = reason(found, reading, i)
        yield told.model_copy(update={"values": {**told.values, "top_share": None}})
    yield weights(found.candidates, found.weights)
    yield from missing(found, reading)
    if reading.view.hidden("projects"):
        yield Finding(kind="hidden", role="caveat")
    yield method(found, draws)


def _at_stake(found: Ranking, reading: Reading, chosen: Sequence[int]) -> Finding | None:
    """What the records say that some candidates are to bring a year and have cost; None where they do not."""
    sums: dict[str, Value] = {"projects": amount(len(chosen))}
    for name in ("expected_benefit", "spend", "budget"):
        held = [found.candidates.rows[i].get(name) for i in chosen]
        amounts = [float(v) for v in held if isinstance(v, int | float) and not isinstance(v, bool)]
        unit = reading.view.column("projects", name).unit if reading.view.has("projects", name) else ""
        sums[name] = amount(sum(amounts), unit) if amounts else None
    figures = tuple(name for name, value in sums.items() if value is not None and name != "projects")
    if not figures:
        return None
    evidence = tuple(row_of(found, reading, i) for i in chosen[:_ROWS_CITED])
    return Finding(kind="at_stake", role="headline", values=sums, figures=figures, evidence=evidence)


def changed_order(found: Ranking) -> Finding | None:
    """Who moves, against the workspace's own weights; None where the weights are its own."""
    if not found.weights.is_changed or found.method != "weighted_sum":
        return None
    before = ranks_with_workspace_weights(found)
    concerned = [*found.leaders, *(int(i) for i in np.argsort(before)[: found.top])]
    moved = [i for i in dict.fromkeys(concerned) if before[i] != found.places[i]]
    moved = sorted(moved, key=lambda i: -abs(int(before[i]) - int(found.places[i])))[:_MOVES]
    moved.sort(key=lambda i: int(found.places[i]))
    return Finding(
        kind="changed_order",
        role="headline",
        values={
            "top": count(found.top, "project"),
            "moved": tuple(found.candidates.short_name(i) for i in moved),
            "before": tuple(amount(before[i], "rank") for i in moved),
            "after": tuple(amount(found.places[i], "rank") for i in moved),
        },
    )


def flips(found: Ranking, reading: Reading) -> Iterator[Finding]:
    """What would change the first place and the line below the top."""
    if found.method != "weighted_sum":
        return
    if first := flip_line(found, 1):
        yield flip_finding(found, reading, first, "first_place")
    if found.top > 1 and (line := flip_line(found, found.top)):
        yield flip_finding(found, reading, line, "top")


def top_firmness(found: Ranking) -> Finding | None:
    """How many of the top stay there; None where all candidates are in the top."""
    if len(found.order) <= found.top or found.top < 2:
        return None
    shares = {i: float(found.firmness.top[i]) for i in found.leaders}
    safe = [i for i in found.leaders if shares[i] >= SAFE]
    least = min(found.leaders, key=lambda i: shares[i])
    return Finding(
        kind="top_firmness",
        values={
            "top": count(found.top, "project"),
            "safe": count(len(safe), "project"),
            "safe_names": listed([found.candidates.short_name(i) for i in safe]),
            "threshold": share(SAFE),
            "least": found.candidates.short_name(least),
            "least_share": share(shares[least]),
        },
    )


def quadrants(found: Ranking) -> Finding | None:
    """Where the top lies in the value/difficulty matrix."""
    by: dict[str, list[str]] = {}
    for position in found.leaders:
        by.setdefault(found.quadrant(position), []).append(found.candidates.short_name(position))
    placed: dict[str, Value] = {name: listed(members) for name, members in by.items() if name != "not placed"}
    return Finding(kind="quadrants", values=placed) if placed else None


def method(found: Ranking, draws: int) -> Finding:
    return Finding(
        kind="method",
        role="method",
        values={"method": METHOD_NAMES[found.method], "parts": found.parts, "draws": count(draws, "draw")},
    )


def comparison(found: Ranking, reading: Reading, pair: Sequence[int], draws: int) -> Iterator[Finding]:
    """Two projects side by side: who is ahead and how firmly, on what, and what would turn it."""
    wins = wins_against(found, pair[0], pair[1], draws)
    ahead, behind = sorted(pair, key=lambda i: int(found.places[i]))
    rows = tuple(row_of(found, reading, i) for i in (ahead, behind))
    name, ids = found.candidates.name, found.candidates.ids
    yield Finding(
        kind="comparison",
        subject=ids[ahead],
        role="headline",
        values={
            "ahead": name(ahead),
            "behind": name(behind),
            "rank_ahead": amount(found.places[ahead], "rank"),
            "rank_behind": amount(found.places[behind], "rank"),
            "score_ahead": score_of(found, ahead),
            "score_behind": score_of(found, behind),
            "ahead_share": share(wins if ahead == pair[0] else 1 - wins),
            "method": METHOD_NAMES[found.method],
        },
        figures=("score_ahead", "score_behind"),
        evidence=rows,
    )
    values = found.candidates.estimates.likely
    sides: dict[str, list[int]] = {"better": [], "worse": [], "unknown": []}
    for j in range(len(found.candidates.criteria)):
        one, other = values[ahead, j], values[behind, j]
        if np.isnan(one) or np.isnan(other):
            sides["unknown"].append(j)
        elif abs(one - other) > 1e-9:
            sides["better" if one > other else "worse"].append(j)
    yield Finding(
        kind="differences",
        subject=ids[ahead],
        role="headline",
        values={
            "ahead": found.candidates.short_name(ahead),
            **{side: tuple(label_of(found, j) for j in chosen) for side, chosen in sides.items()},
            **{
                f"{side}_{place}": tuple(estimate_of(found, position, j) for j in sides[side])
                for side in ("better", "worse")
                for place, position in (("ahead", ahead), ("behind", behind))
            },
        },
        evidence=rows,
    )
    yield flip_finding(found, reading, flip(found, ahead, behind), "before", "headline")


def blocked(
    found: Ranking, reading: Reading, pair: Sequence[int], unmet: Mapping[str, Sequence[str]]
) -> Finding | None:
    """Which of the first, or of the two compared, an unmet blocking rule holds back; `unmet` has titles by id."""
    ids = found.candidates.ids
    held = [i for i in pair or found.leaders if unmet.get(ids[i])]
    if not held:
        return None
    values: dict[str, Value] = {
        "held": count(len(held), "project"),
        "of": "the two" if pair else "the top",
        "top": None if pair else count(found.top, "project"),
        "more": count(len(held) - NAMED, "more") if len(held) > NAMED else None,
        **{found.candidates.name(i): listed(unmet[ids[i]], TITLES, "more rule") for i in held[:NAMED]},
    }
    return Finding(
        kind="blocked",
        subject=ids[held[0]],
        role="caveat",
        values=values,
        evidence=tuple(row_of(found, reading, i) for i in held),
        calculation=Calculation(
            method="Blocking governance rules that are unmet",
            query=f"blocking rules of gates.yaml, as of {reading.sources.today.isoformat()}",
            inputs=(
                Table(
                    title="Unmet blocking rules",
                    columns=("Project", "Rules"),
                    rows=tuple((found.candidates.name(i), "; ".join(unmet[ids[i]])) for i in held),
                ),
            ),
        ),
    )


def missing(found: Ranking, reading: Reading) -> Iterator[Finding]:
    """What is not recorded, and how much it could matter to the top."""
    candidates, known = found.candidates, found.candidates.estimates.known
    lacking = [int(i) for i in np.flatnonzero(~known.all(axis=1))]
    if candidates.absent:
        yield Finding(
            kind="absent_criteria",
            role="caveat",
            values={"criteria": tuple(c.label.lower() for c in candidates.absent)},
        )
    if lacking:
        gaps = Counter({c.label.lower(): int((~known[:, j]).sum()) for j, c in enumerate(candidates.criteria)})
        most, gap = gaps.most_common(1)[0]
        yield Finding(
            kind="missing_estimates",
            role="caveat",
            values={
                "lacking": count(len(lacking), "candidate"),
                "candidates": count(len(known), "candidate"),
                "criterion": most,
                "gap": count(gap, "candidate"),
            },
        )
    for i in found.leaders:
        if i not in lacking:
            continue
        pairs = zip(candidates.criteria, known[i], strict=True)
        yield Finding(
            kind="incomplete",
            subject=candidates.ids[i],
            role="caveat",
            values={
                "name": candidates.short_name(i),
                "absent": tuple(c.label.lower() for c, is_known in pairs if not is_known),
                "coverage": share(found.scores.coverage[i]),
                "low": amount(found.scores.low[i] * 100, "of 100", 1),
                "high": amount(found.scores.high[i] * 100, "of 100", 1),
            },
            evidence=(row_of(found, reading, i),),
        )
