"""Work that a person may stop: whoever starts it names a switch, and long work looks at it between its steps."""

from __future__ import annotations

import threading
from contextvars import ContextVar

from copilot.errors import Stopped

_SWITCH: ContextVar[threading.Event | None] = ContextVar("switch", default=None)


def stop_by(switch: threading.Event) -> None:
    """From here on, what this thread does ends when the switch is set, and so does what it has other threads do."""
    _SWITCH.set(switch)


def go_on() -> None:
    """Raises Stopped where the work is no longer wanted."""
    switch = _SWITCH.get()
    if switch is not None and switch.is_set():
        raise Stopped("Stopped before the answer was complete.")
