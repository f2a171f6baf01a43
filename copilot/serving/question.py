"""A question as other programs ask it, and what is wrong with one that is no question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from copilot.chat import MAX_QUESTION_CHARACTERS
from copilot.errors import SettingsError

M = TypeVar("M", bound=BaseModel)

ConversationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]


class Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    conversation: ConversationId | None = Field(
        default=None,
        description="A conversation to go on with, or the id of a new one; without it the question stands alone.",
    )


def checked(model: type[M], tool: str, given: Mapping[str, Any]) -> M:
    """The arguments of a tool; SettingsError says what is wrong with the first wrong one."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([tool, *map(str, first["loc"])])
        raise SettingsError(f"{where}: {first['msg']}.") from None
