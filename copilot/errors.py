"""The errors, one class for each next action of whoever reads them.

CopilotError
├── SettingsError      the operator must change the environment or the call
├── KnowledgeError     a source or the index cannot be used (missing, unreadable, stale)
├── StateError         what is kept cannot be used (full disk, read-only, damaged, away, of another version)
├── PermissionDenied   the viewer's role does not allow it
├── ModelError         the remote chat model failed or answered nonsense
├── ToolError          a tool call was wrong: goes back to the model as text, never to the person
├── LimitExceeded      the turn used its steps or its budget, or a viewer the places in the queue
└── Stopped            whoever asked wants the answer no more
"""

from __future__ import annotations

from collections.abc import Iterable


class CopilotError(Exception):
    """Its text is fit to show to the person."""


class SettingsError(CopilotError):
    pass


class KnowledgeError(CopilotError):
    pass


class StateError(CopilotError):
    """Says the way out; `is_damage` where a repair is one."""

    def __init__(self, message: str, *, is_damage: bool = False) -> None:
        super().__init__(message)
        self.is_damage = is_damage


class PermissionDenied(CopilotError):
    pass


class ModelError(CopilotError):
    """A remote chat model failed."""

    def __init__(self, kind: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.retryable = retryable


class ToolError(CopilotError):
    """Says what was wrong and what would be right.

    `nearest` holds up to three valid alternatives. Where a name was wrong, `asked` is that name and `valid` holds all
    that could stand in its place.
    """

    def __init__(
        self, message: str, nearest: tuple[str, ...] = (), *, asked: str = "", valid: Iterable[str] = ()
    ) -> None:
        super().__init__(message)
        self.nearest = nearest
        self.asked = asked
        self.valid = tuple(valid)


class LimitExceeded(CopilotError):
    pass


class Stopped(CopilotError):
    pass
