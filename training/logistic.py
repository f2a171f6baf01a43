"""Ridge logistic regression by Newton's method, for the small models whose weights ship as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_RIDGE, _STEPS = 3.0, 30


Numbers = NDArray[np.float64]


def fitted(rows: Numbers, labels: Numbers, names: Sequence[str], shares: Numbers | float = 1.0) -> dict[str, float]:
    """Weights by name, with `bias`, of rows of shape (n, names) and labels 0 or 1; `shares` is what each row counts."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([(rows - mean) / spread, np.ones(len(rows))])
    ridge = np.diag([_RIDGE] * rows.shape[1] + [0.0])
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        probable = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (shares * (probable - labels)) + ridge @ found
        found -= np.linalg.solve((design.T * (shares * probable * (1 - probable))) @ design + ridge, slope)
    slopes = found[:-1] / spread
    weights = [*slopes, found[-1] - slopes @ mean]
    return {name: round(float(w), 4) for name, w in zip([*names, "bias"], weights, strict=True)}
