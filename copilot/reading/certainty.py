"""How probable it is that a call over rows is what a question means: a logistic model over what its parts matched.

Its weights are in `certainty.json`; `training/fit_certainty.py` fits them on typed calls of hands that no other model
of the reading was trained on, and says how well they tell right calls from wrong ones on others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from copilot.reading.logistic import probability

FILE = Path(__file__).parent / "model" / "certainty.json"
DOUBTED = 0.45
"""What is less probable is told as doubtful."""
HARDLY = 0.2
"""What is less probable is not told, but offered: of the validation questions that a table holds .03 of those read
rightly, and .66 of those that none holds (.03 and .64 of the test hands')."""

UNJUDGED = 2.4
"""The log odds of a call that nothing read as a whole: the mean of those that were."""


@dataclass(frozen=True)
class Signals:
    """What tells a right call from a wrong one; 1 where nothing of the kind is in the call."""

    score: float
    """The lowest score of a part for what it was taken for."""
    lead: float
    """The least by which that came before another column or value."""
    condition: float
    """How sure the chooser is of the condition of which it is least sure."""
    column: float
    """The same of the columns that are measured, grouped and ordered by."""
    table: float
    """How sure it is of the table."""
    left: float
    """How sure it is of a condition on a column of which the call says nothing."""
    resolved: float
    """Share of the question's parts that the call expresses."""
    parts: float
    """How many parts those are, in tens."""
    unsaid: float = 0.0
    """How many words of the question tell nothing that is in the call, in tens."""
    whole: float = UNJUDGED
    """How surely the call says what was asked, read beside the question as a whole, as log odds."""
    wanted: float = 0.0
    """How surely the reader takes it for a question about rows, as log odds: what no table holds is often asked in
    other words."""


def certainty(signals: Signals) -> float:
    """The probability, from 0 to 1."""
    return probability(FILE, signals)
