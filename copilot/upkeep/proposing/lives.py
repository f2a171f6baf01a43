"""The life of any project, as names of stages tell of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from copilot.upkeep.proposing.words import WORDS

LIFE: Mapping[str, tuple[str, ...]] = {
    "idea": ("an idea", "planned", "initiated, not started yet", "proposal being considered"),
    "proof_of_concept": ("proof of concept", "in development", "being built or acquired", "research and experiment"),
    "pilot": ("pilot", "in trial", "trial with some users", "being tested and assessed before deployment"),
    "scaling": ("being rolled out", "scaling to more sites", "implementation under way"),
    "production": ("in production", "in operation and maintenance", "live", "deployed and in daily use"),
    "stopped": ("stopped", "cancelled or abandoned", "on hold", "paused"),
    "retired": ("retired", "decommissioned and switched off", "completed and closed"),
}
"""What the stages of the life of any project are about, first to last; those that are no meaning come before."""
ENDED = ("stopped", "retired")


def life_called(name: str) -> str:
    """The stage of life that a name has a word of; empty where it has none, or says what it is not."""
    words = " ".join(re.findall(r"[^\W_]+", name.casefold()))
    if set(words.split()).intersection(WORDS.negations):
        return ""
    return next((life for life, starts in WORDS.lives.items() if any(f" {s}" in f" {words}" for s in starts)), "")
