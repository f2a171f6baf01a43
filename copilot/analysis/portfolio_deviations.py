"""All ways to decide a few doubtful options otherwise than their prices say, as long as little is lost by it.

The number of sets with a small total loss stays small, so that trying them all beats a general search. It is implicit
enumeration (Balas, 1965): a partial set is dropped as soon as it loses too much or can no longer keep to the limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.analysis.scoring import Floats

# With more partial choices than this, and more numbers kept of them, a general search is quicker.
_MOST_CHOICES, _MOST_NUMBERS = 150_000, 4_000_000
# Of a limit, as scaled: what float sums may be off by.
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Doubtful:
    """Options that may be decided otherwise. `losses` and `values` are one number an option, `room` one a limit."""

    losses: Floats
    """What deciding each otherwise costs at the prices of the limits; not negative."""
    values: Floats
    """What it adds to the value, negative for an option that is given up."""
    uses: Floats
    """What it takes of each limit, options × limits; negative where it frees some."""
    room: Floats
    """What is left of each limit when none is decided otherwise; negative where too much is taken."""


def best_deviation(doubtful: Doubtful, most: float) -> NDArray[np.bool_] | None:
    """The allowed deviation of the highest value among those that lose at most so much, as a mask of the options.

    All False where to deviate in nothing is best; None when nothing is allowed. TooMany when there are too many to try.
    """
    order = np.argsort(-doubtful.losses, kind="stable")
    uses, room = _binding(doubtful.uses[order], doubtful.room)
    # What the options still to come can free at the most.
    freed = np.vstack([np.cumsum(np.minimum(uses, 0.0)[::-1], axis=0)[::-1], np.zeros((1, uses.shape[1]))])
    loss, value = np.zeros(1), np.zeros(1)
    used, taken = np.zeros((1, uses.shape[1])), np.zeros((1, len(order)), dtype=bool)
    for at, option in enumerate(order):
        within = loss + doubtful.losses[option] <= most
        loss = np.concatenate([loss, loss[within] + doubtful.losses[option]])
        value = np.concatenate([value, value[within] + doubtful.values[option]])
        taken = np.concatenate([taken, taken[within]])
        taken[len(within) :, option] = True
        used = np.concatenate([used, used[within] + uses[at]])
        hopeful = (used + freed[at + 1] <= room + _TOLERANCE).all(axis=1)
        loss, value, taken, used = loss[hopeful], value[hopeful], taken[hopeful], used[hopeful]
        if len(loss) > min(_MOST_CHOICES, _MOST_NUMBERS // (len(order) + len(room))):
            raise TooMany
    if not len(loss):
        return None
    return np.asarray(taken[value.argmax()])


class TooMany(Exception):
    pass


def _binding(uses: Floats, room: Floats) -> tuple[Floats, Floats]:
    """The limits that some deviation could break."""
    could = room + _TOLERANCE < np.maximum(uses, 0.0).sum(axis=0)
    could |= room < -_TOLERANCE
    return uses[:, could], room[could]
