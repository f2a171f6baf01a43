"""A question put from anywhere on the screens."""

from __future__ import annotations

from copilot import Copilot
from ui.state import Pending, session


def ask(
    copilot: Copilot, viewer: str, conversation: str | None, question: str | None, instead_of: str | None = None
) -> None:
    """Runs before the page is drawn, so that its address exists when the navigation is made."""
    if question and question.strip():
        id = conversation or copilot.conversations.start(viewer, question)
        session().pending = Pending(id, question.strip(), instead_of)


def ask_anew(copilot: Copilot, viewer: str, question: str) -> None:
    """Starts a conversation from another page, which is left for the chat."""
    ask(copilot, viewer, None, question)
    session().go_to = ""
