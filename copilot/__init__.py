"""Bearing: answers strategy questions from an organisation's own playbook, policies and project records.

from copilot import Settings, open_copilot

answer = open_copilot(Settings.from_env()).ask("Which projects should come first?")
print(answer.text, answer.citations)
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copilot.build import index, open_copilot
    from copilot.chat import Copilot
    from copilot.errors import (
        CopilotError,
        KnowledgeError,
        LimitExceeded,
        ModelError,
        PermissionDenied,
        SettingsError,
        StateError,
        ToolError,
    )
    from copilot.settings import Settings
    from copilot.source_pages import SourcePage
    from copilot.types import (
        Answer,
        Chart,
        Citation,
        Event,
        Figure,
        Final,
        Restart,
        Step,
        Table,
        TextDelta,
        Viewer,
    )

# Loaded when first used: a command that only checks settings must not pay for the agent loop.
_HOMES = {
    "index": "build", "open_copilot": "build", "Copilot": "chat",
    "CopilotError": "errors", "KnowledgeError": "errors", "LimitExceeded": "errors", "ModelError": "errors",
    "PermissionDenied": "errors", "SettingsError": "errors", "StateError": "errors", "ToolError": "errors",
    "Settings": "settings", "SourcePage": "source_pages",
    "Answer": "types", "Chart": "types", "Citation": "types", "Event": "types", "Figure": "types",
    "Final": "types", "Restart": "types", "Step": "types", "Table": "types", "TextDelta": "types", "Viewer": "types",
}  # fmt: skip

__all__ = [
    "Answer", "Chart", "Citation", "Copilot", "CopilotError", "Event", "Figure", "Final", "KnowledgeError",
    "LimitExceeded", "ModelError", "PermissionDenied", "Restart", "Settings", "SettingsError", "SourcePage",
    "StateError", "Step", "Table", "TextDelta", "ToolError", "Viewer", "index", "open_copilot",
]  # fmt: skip


# Quiet where no entrance configures a log: else Python would print warnings by itself.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"copilot.{_HOMES[name]}"), name)
