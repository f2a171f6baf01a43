"""A typed call: a tool with its arguments, and how much of the question they express."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from copilot.reading.certainty import DOUBTED, HARDLY


@dataclass(frozen=True)
class Call:
    """What a tool could be asked for a question."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    phrase: str = ""
    """The call in plain English, so that a misreading can be seen."""
    resolved: float = 1.0
    """Share of the question's spans that the arguments express, 0 to 1."""
    unresolved: tuple[str, ...] = ()
    """The spans that they do not."""
    certainty: float = 1.0
    """How probable it is that the question means it, as far as that is known."""

    @property
    def is_doubtful(self) -> bool:
        """Whether something else may well be meant."""
        return self.certainty < DOUBTED

    @property
    def is_a_guess(self) -> bool:
        """Whether something else is meant in all likelihood."""
        return self.certainty < HARDLY
