"""One copilot with all that serving it to others needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from copilot.chat import Copilot
from copilot.errors import CopilotError, SettingsError
from copilot.serving.callers import Caller, Callers
from copilot.serving.rates import Rates
from copilot.serving.transcripts import Transcripts
from copilot.serving.work import Workers
from copilot.state.jobs import Jobs
from copilot.upkeep.library import Library


class TooMany(CopilotError):
    """The caller calls too often."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(f"Too many calls; the next one may come in {math.ceil(wait_seconds)} seconds.")
        self.wait_seconds = wait_seconds


class Forbidden(CopilotError):
    """The caller is known and may not do this."""


@dataclass(frozen=True)
class Serving:
    copilot: Copilot
    library: Library
    callers: Callers
    rates: Rates
    workers: Workers
    jobs: Jobs
    transcripts: Transcripts = field(default_factory=Transcripts)

    def admit(self, credential: str | None) -> Caller:
        """The caller, who has one call less.

        Raises Unidentified, TooMany, and Forbidden when the workspace no longer has the viewer of the key.
        """
        caller = self.callers.identify(credential)
        if wait := self.rates.wait_seconds(caller.id):
            raise TooMany(wait)
        try:
            self.copilot.viewer(caller.viewer)
        except SettingsError as error:
            raise Forbidden(str(error)) from None
        return caller
