"""What is kept of conversations, as it is read: their turns, shares and ratings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from copilot.types import Answer, Frozen

TurnState = Literal["answering", "answered", "interrupted"]


class ConversationInfo(Frozen):
    id: str
    title: str
    updated: datetime


class Turn(Frozen):
    """One question and what became of it."""

    id: str
    parent: str | None
    """The turn it follows; of two turns with one parent the later was asked in place of the other."""
    question: str
    answer: Answer | None
    partial: str
    """The text so far of a turn that has no answer."""
    state: TurnState
    asked_at: datetime
    rating: bool | None
    """True for a thumb up, False for a thumb down."""
    reasons: tuple[str, ...]
    comment: str
    earlier: int = 0
    """How many were asked before in its place."""

    @classmethod
    def of(cls, answer: Answer) -> Turn:
        """A turn that is stored nowhere, for an answer of now."""
        return cls(
            id=answer.id, parent=None, question=answer.question, answer=answer, partial="", state="answered",
            asked_at=datetime.now(UTC), rating=None, reasons=(), comment="",
        )  # fmt: skip


class Share(Frozen):
    """A conversation that others may open by a link, as it stood when it was shared."""

    link: str
    conversation: str
    viewer: str
    """Who shared it."""
    labels: frozenset[str]
    """What that viewer held then."""
    at: datetime


class Feedback(Frozen):
    """A rated turn, for evaluators."""

    conversation: str
    viewer: str
    rated_at: datetime
    turn: Turn
