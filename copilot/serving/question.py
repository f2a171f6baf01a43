"""A question as other programs ask it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from copilot.chat import MAX_QUESTION_CHARACTERS

ConversationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    conversation: ConversationId | None = Field(
        default=None,
        description="A conversation to go on with, or the id of a new one; without it the question stands alone.",
    )
