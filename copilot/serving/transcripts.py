"""Finds the conversation that a chat goes on with, when all the caller sends is the chat so far."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence

# Chats whose next question may still come; one that is forgotten costs its next question a few more.
_REMEMBERED = 10_000


class Transcripts:
    """Conversations by a hash of what was said in them. Of one process; another finds nothing, which is no fault."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conversations: OrderedDict[str, str] = OrderedDict()

    def take(self, viewer: str, messages: Sequence[tuple[str, str]]) -> str | None:
        """The conversation in which exactly this was said; only once, so that two branches never share one."""
        with self._lock:
            return self._conversations.pop(_hash(viewer, messages), None)

    def keep(self, viewer: str, messages: Sequence[tuple[str, str]], conversation: str) -> None:
        """`messages` are pairs of a role and a text, all that was said so far."""
        with self._lock:
            self._conversations[_hash(viewer, messages)] = conversation
            while len(self._conversations) > _REMEMBERED:
                self._conversations.popitem(last=False)


def _hash(viewer: str, messages: Sequence[tuple[str, str]]) -> str:
    # Front ends change blanks at the ends of lines and of texts.
    said = [(role, " ".join(text.split())) for role, text in messages]
    return hashlib.sha256(json.dumps([viewer, said]).encode()).hexdigest()
