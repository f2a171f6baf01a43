"""What a monitoring system is told of questions: how many, how long, how dear, how they ended; never a text of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_core.callbacks import BaseCallbackHandler

from copilot.errors import CopilotError
from copilot.types import Answer

if TYPE_CHECKING:
    from copilot.telemetry.metrics import Metrics
    from copilot.telemetry.traces import Trace, Traces


@dataclass
class Watched:
    """One question while it is answered."""

    trace: Trace | None = None
    answer: Answer | None = None
    """Set once there is one."""
    failure: str = ""
    """What kind of error ended it."""
    failures: list[str] = field(default_factory=list)
    """In which ways the remote model failed meanwhile."""

    @property
    def callbacks(self) -> list[BaseCallbackHandler]:
        """What LangChain tells of the calls of models and tools."""
        return [self.trace] if self.trace else []

    @property
    def outcome(self) -> str:
        """The status of the answer; without one `failed`, or `interrupted` when nobody read on."""
        if self.answer is not None:
            return self.answer.status
        return "failed" if self.failure else "interrupted"


@dataclass(frozen=True)
class Telemetry:
    """Both are off unless a setting asks for them."""

    traces: Traces | None = None
    metrics: Metrics | None = None

    @contextmanager
    def turn(self, conversation: str | None) -> Iterator[Watched]:
        """Watches one question to its end, also where that is an error or nobody reads on."""
        watched = Watched(self.traces.begin(conversation) if self.traces else None)
        try:
            yield watched
        except CopilotError as error:
            watched.failure = type(error).__name__
            raise
        finally:
            if watched.trace:
                watched.trace.end(watched)
            if self.metrics:
                self.metrics.count(watched)

    def close(self) -> None:
        """Sends what has not been sent."""
        if self.traces:
            self.traces.close()
