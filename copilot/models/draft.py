"""A draft of an answer, as the built-in model hands it to the chat."""

from __future__ import annotations

from pydantic import Field

from copilot.types import Frozen, Status


class Draft(Frozen):
    """Text that cites evidence as `[#id]`, and what is known of it."""

    text: str
    status: Status = "answered"
    follow_ups: tuple[str, ...] = ()
    shown: tuple[str, ...] = Field(default=())
    """Ids of the calls whose tables and charts belong to the answer."""
    warnings: tuple[str, ...] = ()
