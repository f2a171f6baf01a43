"""Answers written in threads of their own: one that is left goes on, and Stop need not wait for its next word."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from queue import Empty, SimpleQueue

from copilot import Event
from copilot.errors import Stopped
from copilot.stopping import stop_by

_TICK_SECONDS = 0.2
_STOP_SECONDS = 1.0


class Running:
    """One answer that is being written."""

    def __init__(self, pool: ThreadPoolExecutor, events: Callable[[], Generator[Event]]) -> None:
        self._queue: SimpleQueue[Event | None] = SimpleQueue()
        self._switch = threading.Event()
        self._written = pool.submit(self._write, events)
        self._written.add_done_callback(lambda _: self._queue.put(None))

    def _write(self, events: Callable[[], Generator[Event]]) -> None:
        stop_by(self._switch)
        with suppress(Stopped), closing(events()) as generator:
            for event in generator:
                self._queue.put(event)

    def events(self) -> Iterator[Event | None]:
        """The events as they come, None a few times a second while there is none; then raises what went wrong."""
        while True:
            try:
                event = self._queue.get(timeout=_TICK_SECONDS)
            except Empty:
                event = None
            if event is None and self._written.done() and self._queue.empty():
                break
            yield event
        self._written.result()

    def stop(self) -> None:
        """Ends the answer at its next step; waits for that a moment, so that what there is of it is stored."""
        self._switch.set()
        with suppress(TimeoutError):
            self._written.exception(_STOP_SECONDS)

    @property
    def is_done(self) -> bool:
        return self._written.done()
