"""A typed call: a tool with its arguments, and how much of the question they express."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
    is_doubtful: bool = False
    """Whether something else may well be meant."""
