"""A draft of an answer, as the built-in model hands it to the chat."""

from __future__ import annotations

from langchain_core.messages import AIMessage
from pydantic import Field

from copilot.types import Frozen, Status

_KEY = "draft"


class Draft(Frozen):
    """Text that cites evidence as `[#id]`, and what is known of it."""

    text: str = ""
    status: Status = "answered"
    follow_ups: tuple[str, ...] = ()
    shown: tuple[str, ...] = Field(default=())
    """Ids of the calls whose tables and charts belong to the answer."""
    warnings: tuple[str, ...] = ()
    certainty: float = 1.0
    """How probable it is that the question means the call that leads, 0 to 1."""

    def message(self) -> AIMessage:
        """The draft as a chat model's message, which carries JSON alone."""
        return AIMessage(content=self.text, additional_kwargs={_KEY: self.model_dump(mode="json", exclude={"text"})})

    @classmethod
    def of(cls, message: AIMessage) -> Draft | None:
        """The draft that a message carries; None for the message of a remote model."""
        about = message.additional_kwargs.get(_KEY)
        return cls.model_validate({**about, "text": str(message.text)}) if about is not None else None
