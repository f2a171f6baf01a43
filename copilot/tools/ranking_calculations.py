"""How a ranking was computed, to be opened: weights, scores and firmness, and the sum behind one score."""

from __future__ import annotations

import numpy as np

from copilot.tools.candidates import Candidates, Weights
from copilot.tools.ranking import (
    METHOD_NAMES,
    Ranking,
)
from copilot.types import Calculation, Table


def weights_table(candidates: Candidates, weighed: Weights) -> Table:
    used = zip(candidates.criteria, weighed.used, strict=True)
    return Table(
        title="Weights",
        columns=("Criterion", "Weight"),
        rows=tuple((c.label, round(float(w), 4)) for c, w in used),
    )


def whole_calculation(found: Ranking) -> Calculation:
    """Weights, and score and firmness of every candidate."""
    order = [int(i) for i in found.order]
    return Calculation(
        method=f"{METHOD_NAMES[found.method]} over {len(order):,} projects; firmness over "
        f"{found.firmness.draws:,} draws of weights and estimates, seed 0",
        formula="score = Σ weight × estimate, each estimate from 0 (worst) to 1 (best)"
        if found.method == "weighted_sum"
        else "",
        inputs=(
            weights_table(found.candidates, found.weights),
            Table(
                title="Scores",
                columns=("Rank", "Project", "Score", "First in", f"Top {found.top} in"),
                rows=tuple(
                    (
                        int(found.places[i]),
                        found.candidates.name(i),
                        None if np.isnan(found.score[i]) else round(float(found.score[i]), 2),
                        round(float(found.firmness.first[i]), 4),
                        round(float(found.firmness.top[i]), 4),
                    )
                    for i in order
                ),
            ),
        ),
    )


def score_calculation(found: Ranking, position: int) -> Calculation | None:
    """Weights × estimates = score of one candidate."""
    if found.method != "weighted_sum":
        return None
    rows = tuple(
        (
            c.label,
            _cell(found.candidates.raw[position, j], 2),
            _cell(found.candidates.estimates.likely[position, j], 3),
            round(float(found.weights.used[j]), 4),
            _cell(found.scores.contributions[position, j] * 100, 2),
        )
        for j, c in enumerate(found.candidates.criteria)
    )
    return Calculation(
        method="weighted sum",
        formula="score = Σ weight × estimate × 100, over the criteria that are recorded",
        inputs=(
            Table(
                title=found.candidates.name(position),
                columns=("Criterion", "Recorded", "From 0 to 1", "Weight", "Points of 100"),
                rows=rows,
            ),
        ),
    )


def _cell(value: float, digits: int) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)
